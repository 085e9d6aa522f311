//! What is remembered of a service for a reader, and what changed since.

use silicon_to_source::engine::change::Remembered;
use silicon_to_source::engine::seen::Seen;
use wasm_bindgen::prelude::*;

use crate::{USAGE, thrown};

/// The text of what later reports on the same service are compared by.
pub(crate) fn text(seen: &Seen) -> Option<String> {
    serde_json::to_string(seen).ok()
}

/// What is remembered after a check: the text of a `Remembered`. `known` is the text of what was
/// remembered before; left out, or where it cannot be read, nothing was. `seen` is what `examine`
/// gave.
///
/// # Errors
/// Throws a `VerifyError` when `seen` is not what `examine` gave.
#[wasm_bindgen]
pub fn remembered(known: Option<String>, seen: &str) -> Result<String, JsValue> {
    let seen: Seen = serde_json::from_str(seen).map_err(|_| unreadable())?;
    let known: Option<Remembered> = known.and_then(|known| serde_json::from_str(&known).ok());
    written(&match known {
        Some(known) => known.then(seen),
        None => Remembered::of(seen),
    })
}

/// What is remembered after the reader took notice of what changed: the text of a `Remembered`.
///
/// # Errors
/// Throws a `VerifyError` when `known` is not what `remembered` gave.
#[wasm_bindgen]
pub fn noticed(known: &str) -> Result<String, JsValue> {
    let known: Remembered = serde_json::from_str(known).map_err(|_| unreadable())?;
    written(&known.noticed())
}

fn written(remembered: &Remembered) -> Result<String, JsValue> {
    serde_json::to_string(remembered).map_err(|_| unreadable())
}

fn unreadable() -> JsValue {
    thrown(USAGE, "What is remembered is not what the verifier wrote.")
}

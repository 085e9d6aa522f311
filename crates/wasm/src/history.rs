//! What is remembered of a service, to tell what changed.

use std::collections::BTreeMap;

use serde_json::json;
use silicon_to_source::engine::seen::{Value, is_absent, seen as shown, tells};
use wasm_bindgen::prelude::*;

use crate::options::Call;
use crate::{MAX_TAKEN, refused};

/// What `files` and `options` show that later reports on the same service are compared by: the text of
/// a `Seen`, or `undefined` where they decide nothing or contradict themselves.
///
/// # Errors
/// Throws a `VerifyError` where `verify` would.
#[wasm_bindgen]
pub fn seen(
    #[wasm_bindgen(unchecked_param_type = "VerifyFile[]")] files: JsValue,
    #[wasm_bindgen(unchecked_param_type = "VerifyOptions")] options: JsValue,
) -> Result<Option<String>, JsValue> {
    let Call { files, options, context } = Call::of(&files, options, &mut { MAX_TAKEN })?;
    let report = silicon_to_source::examine_with(&files, &options, &context)
        .map_err(|error| refused(&error))?;
    if !tells(&report) {
        return Ok(None);
    }
    let line = |Value { claim, part, value }: &Value| format!("{claim}\t{part}\t{value}");
    let values: BTreeMap<_, Vec<String>> = shown(&report)
        .into_iter()
        .map(|(what, values)| (what, values.iter().map(line).collect()))
        .collect();
    let seen = json!({
        "at": report.checked_at,
        "level": report.assurance.level,
        "policy": report.policy.name,
        "policySha256": report.policy.sha256,
        "simulated": report.simulated,
        "absent": is_absent(&report),
        "values": values,
    });
    Ok(Some(seen.to_string()))
}

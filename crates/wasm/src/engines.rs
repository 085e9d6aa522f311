//! The calls that verify signatures with two engines: the platform's WebCrypto, and RustCrypto.
//!
//! Work runs inside of the call once, as if each signature held. What it gave stays in this module
//! until the platform has answered; see `crypto::draft` in the verifier for what becomes of it.

use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect, futures};
use silicon_to_source::crypto::{Engine, Signatures, counted, supposing};
use silicon_to_source::engine::bundle::Bundle;
use silicon_to_source::engine::channel::{Refusal, SealedTo};
use silicon_to_source::engine::seen::Seen;
use wasm_bindgen::prelude::*;

use crate::options::Call;
use crate::web::channel::{self, Channel};
use crate::web::subtle;
use crate::{MAX_TAKEN, USAGE, bundle, history, is_absent, refused, take, thrown};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Who verifies signatures: the platform's WebCrypto, and RustCrypto for whatever it does not answer with yes; RustCrypto alone; or each of them, so that the two can be compared. */
export type SignatureEngine = "webcrypto" | "rust" | "both";

/** What has to hold before anything is sealed. An unknown member is an error. */
export interface ChannelRequirement {
  /** The least level: "A0" to "A5". */
  least: string;
  /** For how many seconds after its first question a session's key may be used; left out, and at most, 600. */
  maxAge?: number;
  /** Whether evidence is enough that answers no challenge and carries no date, where the policy accepts it. */
  undated?: boolean;
  /** Who passes sealed requests on, in place of the service itself. */
  via?: string;
}

/** What `examine` gives. */
export interface Examined {
  /** The text of the report's JSON, the same as `verify` gives. */
  report: string;
  /** Which engine answered which signatures: the text of a JSON array of `SignatureCount`. */
  signatures: string;
  /** Only of "both": whether the two engines gave the same. The report is RustCrypto's. */
  agree?: boolean;
  /** Only where a requirement was given and the report holds it: the key that requests may be sealed to. */
  channel?: Channel;
  /** Only where a requirement was given and the report does not hold it: a word for why. */
  refused?: string;
  /** What later reports on the same service are compared by: what `remembered` takes. Absent where the report decides nothing, or contradicts itself. */
  seen?: string;
}

/** What `remade` gives. */
export interface Remade {
  /** The text of a `RecordedBundle`, the same as `recorded` gives. */
  recorded: string;
  signatures: string;
  agree?: boolean;
}

/** How many different signatures of one algorithm one engine answered. */
export interface SignatureCount {
  algorithm: string;
  engine: "webcrypto" | "rust";
  count: number;
}
"#;

/// As `verify`, with the engine that is named; left out, the platform's WebCrypto. With `channel` it
/// says as well whether requests may be sealed to a key that the report binds.
///
/// # Errors
/// Rejects with what `verify` throws, when there is no such engine, and when `channel` cannot be read.
#[wasm_bindgen(unchecked_return_type = "Promise<Examined>")]
pub fn examine(
    #[wasm_bindgen(unchecked_param_type = "VerifyFile[]")] files: JsValue,
    #[wasm_bindgen(unchecked_param_type = "VerifyOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SignatureEngine | undefined")] engine: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "ChannelRequirement | undefined")]
    channel: JsValue,
) -> Promise {
    let call = Call::of(&files, options, &mut { MAX_TAKEN })
        .and_then(|call| Ok((call, channel::requirement(channel)?)));
    let work = call.map(|(Call { files, options, context }, requirement)| {
        let work: Work = Rc::new(move || {
            let report = silicon_to_source::examine_with(&files, &options, &context);
            let report = report.map_err(|error| refused(&error))?;
            let seen = Seen::to_remember(&report).as_ref().and_then(history::text);
            let of = |required| SealedTo::of(&report, &context, required);
            let channel = requirement.as_ref().map(of);
            Ok(Given { text: report.to_json(), seen, channel })
        });
        work
    });
    answered("report", work, &engine)
}

/// As `recorded`, with the engine that is named; left out, the platform's WebCrypto.
///
/// # Errors
/// Rejects with what `recorded` throws, and when there is no such engine.
#[wasm_bindgen(unchecked_return_type = "Promise<Remade>")]
pub fn remade(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
    #[wasm_bindgen(unchecked_param_type = "SignatureEngine | undefined")] engine: JsValue,
) -> Promise {
    let read = take("the bundle", &bytes, &mut { MAX_TAKEN })
        .and_then(|bytes| Bundle::read(&bytes).map_err(|error| refused(&error)));
    let work = read.map(|read| {
        let work: Work =
            Rc::new(move || Ok(Given { text: bundle::told(&read)?, seen: None, channel: None }));
        work
    });
    answered("recorded", work, &engine)
}

/// What one run gives.
struct Given {
    text: String,
    seen: Option<String>,
    /// The key that requests may be sealed to, or why there is none; where somebody asked.
    channel: Option<Result<SealedTo, Refusal>>,
}

/// What gives the same, as often as it is asked.
type Work = Rc<dyn Fn() -> Result<Given, JsValue>>;

/// Runs `work` with an engine; `name` is what its text is called.
fn answered(name: &'static str, work: Result<Work, JsValue>, engine: &JsValue) -> Promise {
    let begun = match (work, engine.as_string().as_deref()) {
        (Ok(work), Some("rust")) => with_rust(name, &work),
        (Ok(work), Some("webcrypto")) => with_both(name, work, false),
        (Ok(work), None) if is_absent(engine) => with_both(name, work, false),
        (Ok(work), Some("both")) => with_both(name, work, true),
        (Ok(_), _) => {
            Err(thrown(USAGE, "There is no such engine. The engines are: webcrypto, rust, both."))
        }
        (Err(error), _) => Err(error),
    };
    begun.unwrap_or_else(|error| Promise::reject(&error))
}

fn with_rust(name: &str, work: &Work) -> Result<Promise, JsValue> {
    let (given, signatures) = counted(|| work());
    Ok(Promise::resolve(&result(name, given?, &signatures, None)?))
}

/// The last step runs as a reaction to the answers, so that a verifier which breaks off in it rejects
/// the promise, as it throws out of a call.
fn with_both(name: &'static str, work: Work, compare: bool) -> Result<Promise, JsValue> {
    let draft = supposing(|| work());
    let questions = draft.questions().to_vec();
    let held = Rc::new(std::cell::OnceCell::new());
    let answers = {
        let held = Rc::clone(&held);
        futures::future_to_promise(async move {
            // It is set here alone.
            let _ = held.set(subtle::held(&questions).await);
            Ok(JsValue::UNDEFINED)
        })
    };
    let settle = Closure::once_into_js(move |_: JsValue| -> Result<JsValue, JsValue> {
        let held = held.get().map(Vec::as_slice).unwrap_or_default();
        let (given, mut signatures) = draft.settled(held, || work());
        if !compare {
            return result(name, given?, &signatures, None);
        }
        let (own, by_rust) = counted(|| work());
        signatures.replace(Engine::Rust, &by_rust);
        let agree = match (&own, &given) {
            (Ok(own), Ok(other)) => own.text == other.text && own.seen == other.seen,
            (Err(own), Err(other)) => message(own) == message(other),
            _ => false,
        };
        result(name, own?, &signatures, Some(agree))
    });
    let then: Function = Reflect::get(&answers, &"then".into())?.dyn_into()?;
    then.call1(&answers, &settle)?.dyn_into()
}

fn message(error: &JsValue) -> Option<String> {
    Reflect::get(error, &"message".into()).ok()?.as_string()
}

fn result(
    name: &str,
    Given { text, seen, channel }: Given,
    signatures: &Signatures,
    agree: Option<bool>,
) -> Result<JsValue, JsValue> {
    let signatures = serde_json::to_string(signatures).unwrap_or_default();
    let object = Object::new();
    Reflect::set(&object, &name.into(), &text.into())?;
    match channel {
        Some(Ok(sealed_to)) => {
            Reflect::set(&object, &"channel".into(), &Channel::of(sealed_to).into())?;
        }
        Some(Err(refusal)) => {
            Reflect::set(&object, &"refused".into(), &refusal.word().into())?;
        }
        None => {}
    }
    Reflect::set(&object, &"signatures".into(), &signatures.into())?;
    if let Some(agree) = agree {
        Reflect::set(&object, &"agree".into(), &agree.into())?;
    }
    if let Some(seen) = seen {
        Reflect::set(&object, &"seen".into(), &seen.into())?;
    }
    Ok(object.into())
}

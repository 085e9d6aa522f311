//! Bundles: one file with everything a report was made of, and the report.

use js_sys::Uint8Array;
use serde::Deserialize;
use serde_json::json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::bundle::{Bundle, Recorded};
use wasm_bindgen::prelude::*;

use crate::options::Call;
use crate::{MAX_TAKEN, is_absent, refused, take, written};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Who makes a bundle. An unknown member is an error. */
export interface BundleMaker {
  /** Hexadecimal SHA-256 of the wasm that runs, where the page knows it. It is the maker's word. */
  sha256?: string;
}

/** What `recorded` tells, as JSON. All of it is as recorded, by whoever made the bundle. */
export interface RecordedBundle {
  /** The moment that was examined for. */
  at: string;
  /** The verifier that made the bundle, as the bundle says. */
  maker: { version: string; sha256?: string };
  /** Whether the maker says that it asked a service itself. */
  session: boolean;
  /** Whether the report, made again, is the recorded one, byte for byte. */
  same: boolean;
  /** In how many places they differ. */
  count: number;
  /** The first of these places, at most 100, as JSON pointers; "" is the whole text. */
  differences: string[];
  /** Whether they differ in nothing but which verifier made them. */
  otherVerifier: boolean;
  /** The text of the report, made again. */
  report: string;
  /** The text of the report in the bundle. It is not checked unless `same` says so. */
  recorded: string;
  files: { name: string; len: number; sha256: string; url?: string }[];
  /** The name of the policy that the maker chose, or the JSON text of its policy file. */
  policy?: string;
  /** What the maker said of its own accord, which does not count when the bundle is examined as of now. */
  makersOwn: ("policy" | "trusted-root" | "artifact" | "firmware-root")[];
}
"#;

/// `BundleMaker`.
#[derive(Default, Deserialize)]
struct WrittenMaker {
    sha256: Option<String>,
}

/// One file with `files`, `options` and `report`, which `verify` gave for the two: the bytes of a
/// bundle. A bundle among the files is opened.
///
/// # Errors
/// Throws a `VerifyError` when `report` is not what `files` and `options` give, when `verify` would
/// throw, or when the bundle would be too large.
#[wasm_bindgen]
pub fn bundle(
    #[wasm_bindgen(unchecked_param_type = "VerifyFile[]")] files: JsValue,
    #[wasm_bindgen(unchecked_param_type = "VerifyOptions")] options: JsValue,
    report: String,
    #[wasm_bindgen(unchecked_param_type = "BundleMaker | undefined")] maker: JsValue,
) -> Result<Uint8Array, JsValue> {
    let Call { files, options, context } = Call::of(&files, options, &mut { MAX_TAKEN })?;
    let maker: WrittenMaker = match is_absent(&maker) {
        true => WrittenMaker::default(),
        false => written(maker, &["sha256"])?,
    };
    let program = maker.sha256.as_deref().map(str::parse::<Sha256>).transpose();
    let bundle =
        program.and_then(|program| Bundle::of(&files, &options, &context, report, program));
    let json = bundle.and_then(|bundle| bundle.to_json()).map_err(|error| refused(&error))?;
    Ok(Uint8Array::from(json.as_bytes()))
}

/// Makes the report of a bundle again, for the bundle's own moment: the text of a `RecordedBundle`.
///
/// # Errors
/// Throws a `VerifyError` when `bytes` is no bundle, was changed, or cannot be examined.
#[wasm_bindgen]
pub fn recorded(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
) -> Result<String, JsValue> {
    let bytes = take("the bundle", &bytes, &mut { MAX_TAKEN })?;
    told(&Bundle::read(&bytes).map_err(|error| refused(&error))?)
}

/// The text of a `RecordedBundle`.
pub(crate) fn told(bundle: &Bundle) -> Result<String, JsValue> {
    let again = silicon_to_source::recorded(bundle).map_err(|error| refused(&error))?;
    let is_other = again.is_other_verifier();
    let Recorded { report, same, differences, count } = again;
    let files = bundle.files().map(|(file, url)| {
        let mut told = json!({
            "name": file.name,
            "len": file.bytes.len(),
            "sha256": Sha256::of(&file.bytes),
        });
        if let (Some(told), Some(url)) = (told.as_object_mut(), url) {
            told.insert("url".to_owned(), url.into());
        }
        told
    });
    let mut told = json!({
        "at": bundle.at(),
        "maker": bundle.made_by(),
        "session": bundle.is_of_session(),
        "same": same,
        "count": count,
        "differences": differences,
        "otherVerifier": is_other,
        "report": report.to_json(),
        "recorded": bundle.report(),
        "files": files.collect::<Vec<_>>(),
        "makersOwn": bundle.options().personal(),
    });
    if let (Some(told), Some(policy)) = (told.as_object_mut(), bundle.options().chosen()) {
        told.insert("policy".to_owned(), policy.into());
    }
    Ok(told.to_string())
}

//! Bundles: one file with everything a report was made of, and the report.

use js_sys::Uint8Array;
use serde::Deserialize;
use serde_json::json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::audit::filled;
use silicon_to_source::engine::bundle::{Bundle, Recorded};
use wasm_bindgen::prelude::*;

use crate::options::Call;
use crate::{MAX_TAKEN, is_absent, refused, take, written};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../../../www/recorded.d.ts");

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

/// The bundle by itself, as `bundle` gave it: of a bundle, or of an audit file with one in it.
///
/// # Errors
/// Throws a `VerifyError` when `bytes` is neither, or was changed.
#[wasm_bindgen(js_name = bundleOf)]
pub fn bundle_of(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
) -> Result<Uint8Array, JsValue> {
    let bytes = take("the bundle", &bytes, &mut { MAX_TAKEN })?;
    let json = Bundle::read(&bytes).and_then(|bundle| bundle.to_json());
    json.map(|json| Uint8Array::from(json.as_bytes())).map_err(|error| refused(&error))
}

/// The audit file `page` with the bundle `bytes` in its place: the text of a file that checks itself.
/// `undefined` when the page has no free place for one.
///
/// # Errors
/// Throws a `VerifyError` when `bytes` is no bundle, or was changed.
#[wasm_bindgen]
pub fn audit(
    page: &str,
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
) -> Result<Option<String>, JsValue> {
    let bytes = take("the bundle", &bytes, &mut { MAX_TAKEN })?;
    Bundle::read(&bytes).and_then(|bundle| filled(page, &bundle)).map_err(|error| refused(&error))
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

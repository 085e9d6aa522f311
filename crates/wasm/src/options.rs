//! What a call adds to its files, as JavaScript writes it.

use serde::Deserialize;
use silicon_to_source::engine::Builtin;
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::policy::{Artifact, LeastLevel};
use silicon_to_source::{Context, File};
use wasm_bindgen::prelude::*;

use crate::{USAGE, is_absent, moment, refused, take, thrown, written};

/// `VerifyOptions`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    at: String,
    policy: Option<String>,
    require: Option<String>,
    #[serde(default)]
    deny_warnings: bool,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    artifact: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    trusted_root: JsValue,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    firmware_root: JsValue,
    asked: Option<String>,
}

const MEMBERS: [&str; 8] =
    ["at", "policy", "require", "denyWarnings", "artifact", "trustedRoot", "firmwareRoot", "asked"];

/// What is examined, and with what.
pub(crate) struct Call {
    pub(crate) files: Vec<File<'static>>,
    pub(crate) options: Options,
    pub(crate) context: Context,
}

impl Call {
    /// Takes over files and options, as long as `left` bytes last.
    pub(crate) fn of(files: &JsValue, options: JsValue, left: &mut usize) -> Result<Self, JsValue> {
        let mut files = crate::files(files, left)?;
        let written: Written = written(options, &MEMBERS)?;
        let mut options = Options::default();
        if let Some(artifact) = artifact(&written.artifact, left)? {
            options.set_artifact(artifact);
        }
        let asked = written.asked.as_ref().map(|text| serde_json::from_slice(text.as_bytes()));
        let asked = asked.transpose();
        let asked = asked.map_err(|error| {
            thrown(USAGE, &format!("What was asked is not what Session.asked() gives: {error}."))
        })?;
        let context = Context { now: moment(&written.at)?, asked };
        if let Some(policy) = written.policy {
            is_a_policy(&policy)?;
            options.set_policy(policy).map_err(|error| refused(&error))?;
        }
        if let Some(least) = written.require.as_deref().map(least).transpose()? {
            options.set_require(least);
        }
        if written.deny_warnings {
            options.set_deny_warnings();
        }
        if !is_absent(&written.trusted_root) {
            let bytes = take("the trusted root", &written.trusted_root, left)?;
            let set = options.set_trusted_root(bytes);
            set.map_err(|error| refused(&error.in_file("trustedRoot")))?;
        }
        if !is_absent(&written.firmware_root) {
            let bytes = take("the root for firmware", &written.firmware_root, left)?;
            let added = options.add_firmware_root(&bytes);
            added.map_err(|error| refused(&error.in_file("firmwareRoot")))?;
            if !files.iter().any(|file| *file.bytes == *bytes) {
                files.push(File::new("firmwareRoot", bytes));
            }
        }
        Ok(Self { files, options, context })
    }
}

/// The artifact: its bytes or its digest.
fn artifact(value: &JsValue, left: &mut usize) -> Result<Option<Artifact>, JsValue> {
    if is_absent(value) {
        return Ok(None);
    }
    match value.as_string() {
        Some(text) => Artifact::parse(&text).map(Some).ok_or_else(|| {
            thrown(USAGE, "An artifact is its bytes, or sha256: and 64 hex digits.")
        }),
        None => Ok(Some(Artifact::of(&take("the artifact", value, left)?))),
    }
}

/// Refuses a name that no policy has.
fn is_a_policy(text: &str) -> Result<(), JsValue> {
    let names: Vec<&str> = Builtin::all().iter().map(|builtin| builtin.name).collect();
    if names.contains(&text) || text.trim_start().starts_with('{') {
        return Ok(());
    }
    let why = format!(
        "There is no policy {}. The policies are: {}. Anything else is the text of a policy file, \
         JSON.",
        silicon_to_source::text::quoted(text),
        names.join(", "),
    );
    Err(thrown(USAGE, &why))
}

fn least(text: &str) -> Result<LeastLevel, JsValue> {
    LeastLevel::parse(text).ok_or_else(|| thrown(USAGE, "A level is build, or A0 to A5."))
}

//! The surface for JavaScript: the same core, in a browser or in Node.
//!
//! JavaScript hands over bytes and a moment and gets back the report's JSON exactly as the
//! verifier's `Report::to_json` writes it, so that the page, Node and the command line can be
//! compared byte for byte. `verify` and `recorded` answer at once and verify each signature with
//! RustCrypto; `examine` and `remade` say the same and ask the platform's WebCrypto first. Nothing
//! here reads a clock, asks for randomness or opens a connection.
#![cfg(target_arch = "wasm32")]
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

pub mod bundle;
pub mod engines;
pub mod history;
mod options;
pub mod web;

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use silicon_to_source::builds::sigstore;
use silicon_to_source::builds::sigstore::conformance::{Artifact, Signer};
use silicon_to_source::engine::policy::Artifact as Named;
use silicon_to_source::engine::{self, Builtin, MAX_INPUT};
use silicon_to_source::error::Error;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{File, Origin};
use wasm_bindgen::prelude::*;

use options::Call;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A file as it is handed over: one of them is the evidence, the others stand beside it. An unknown member is an error. */
export interface VerifyFile {
  /** What the reader calls it, for people: a file name, an address. */
  name: string;
  bytes: Uint8Array;
  /** The address, only where this process itself asked there and got these bytes as the answer. */
  url?: string;
}

/** What an examination needs beside the files. An unknown member is an error. */
export interface VerifyOptions {
  /** The moment to examine for, RFC 3339 with an offset, such as 2026-02-01T00:00:00Z. */
  at: string;
  /** The name of a built-in policy, or the JSON text of a policy file. Left out: the policy for the kind of evidence. */
  policy?: string;
  /** The least that the chain has to show: "A0" to "A5", or "build". Left out: what the policy asks for. */
  require?: string;
  /** Whether a warning counts as an open answer. */
  denyWarnings?: boolean;
  /** What a Sigstore bundle must be about: its bytes, or "sha256:" or "sha512:" and the digest in hex digits. */
  artifact?: Uint8Array | string;
  /** Sigstore's keys (trusted_root.json) in place of those that come with the verifier. */
  trustedRoot?: Uint8Array;
  /** Google's root certificate for endorsements of firmware; the verifier brings none. It stands among the files, too. */
  firmwareRoot?: Uint8Array;
  /** What Session.asked() of this module gave, only for a session of this very process. A session that came as a file is a recording. */
  asked?: string;
}

/** Thrown by verify: the evidence could not be understood. It says nothing against it. */
export interface VerifyError extends Error {
  /** A stable word for programs. */
  code: "malformed" | "missing" | "too-large" | "unsupported" | "usage";
  /** The name of the file that cannot be read, when one is to blame. */
  file?: string;
}

/** One of the policies that come with the verifier. */
export interface PolicySummary {
  name: string;
  description: string;
  /** Hexadecimal SHA-256 of the policy file. */
  sha256: string;
}

/** The question of the Sigstore conformance suite. An unknown member is an error. */
export interface BundleOptions {
  /** The moment to examine for, RFC 3339 with an offset. */
  at: string;
  /** The artifact's bytes, or "sha256:" and 64 hex digits. */
  artifact: Uint8Array | string;
  /** The name that the certificate must have, exactly; together with issuer. */
  identity?: string;
  /** The OIDC issuer that the certificate must have, exactly. */
  issuer?: string;
  /** A public key (PEM) that must have signed, in place of identity and issuer. */
  key?: string;
  /** A trusted_root.json in place of the public-good instance's. */
  trustedRoot?: Uint8Array;
}

/** The part of the report's JSON that every reader needs; silicon-to-source/report/v1 has the rest. */
export interface Report {
  schema: "silicon-to-source/report/v1";
  simulated: boolean;
  /** When somebody recorded the session; absent when this process asked, or when there was none. */
  recorded_at?: string;
  /** Every file that was handed over, with what became of it. */
  files: { name: string; sha256: string; len: number; what: string; became: string }[];
  /** The answer in one line. */
  headline: { word: string; of: string | null; caveat?: { check: string; part: string | null } };
  /** What a reader asks first, in six rows, and the one next step. */
  answer: {
    rows: {
      id: "machine" | "software" | "operator" | "current" | "fresh" | "connection";
      state: "yes" | "caveat" | "no" | "open" | "none" | "not-asked";
      /** Which sentence of answer.rows in the wording it is. */
      reason: string;
      maker?: string;
      source?: { commit: string; repository: string };
      link: string;
      check?: { check: string; part: string | null };
    }[];
    next?:
      | { kind: "file"; what: string; url: string; reveals: string; decides: string[] }
      | { kind: "advice"; finding: { check: string; part: string | null } };
  };
  verdict: {
    state: "verified" | "warning" | "not-published" | "unknown" | "failed";
    because: { check: string; part: string | null }[];
    required: number;
    passed: number;
    /** What keeps an answer without an open check from counting. */
    lacks?: string[];
  };
  assurance: { level: "A0" | "A1" | "A2" | "A3" | "A4" | "A5" | null; root_of_trust: string; except: string[] };
  ends_at: { link: string | null; next: string | null; state: string | null; apart: string[] };
  [member: string]: unknown;
}
"#;

/// The most that is taken over from JavaScript in one call, in bytes: the files and the artifact
/// together. The formats have smaller limits of their own.
const MAX_TAKEN: usize = MAX_INPUT;

/// Examines `files` and returns the text of the report's JSON. Which of the files is the evidence is
/// decided here. A bundle stands for the files in it, with those of its maker's choices that pick
/// among the verifier's own policies or ask for more; what the options say counts.
///
/// # Errors
/// Throws a `VerifyError` when no file is evidence that can be understood, or when the policy or the
/// options cannot be; it names the file. Evidence that was understood and is not genuine is a
/// report, not an error.
#[wasm_bindgen]
pub fn verify(
    #[wasm_bindgen(unchecked_param_type = "VerifyFile[]")] files: JsValue,
    #[wasm_bindgen(unchecked_param_type = "VerifyOptions")] options: JsValue,
) -> Result<String, JsValue> {
    let Call { files, options, context } = Call::of(&files, options, &mut { MAX_TAKEN })?;
    let report = silicon_to_source::examine_with(&files, &options, &context);
    Ok(report.map_err(|error| refused(&error))?.to_json())
}

/// The question of the Sigstore conformance suite: whether the bundle holds for the artifact and
/// the signer. Returns an empty text when it does, and otherwise a sentence that says what does
/// not.
///
/// # Errors
/// Throws a `VerifyError` when the options break their type.
#[wasm_bindgen(js_name = verifyBundle)]
pub fn verify_bundle(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bundle: JsValue,
    #[wasm_bindgen(unchecked_param_type = "BundleOptions")] options: JsValue,
) -> Result<String, JsValue> {
    let mut left = MAX_TAKEN;
    let bundle = take("the bundle", &bundle, &mut left)?;
    let written: WrittenBundle = written(options, &WrittenBundle::MEMBERS)?;
    let now = moment(&written.at)?;
    let signer = match (&written.key, &written.identity, &written.issuer) {
        (Some(pem), None, None) => Signer::Key(pem),
        (None, Some(identity), Some(issuer)) => Signer::Identity { identity, issuer },
        _ => return Err(thrown(USAGE, "Either key, or identity and issuer, must be given.")),
    };
    let supplied;
    let root = match &written.trusted_root {
        root if is_absent(root) => None,
        root => {
            supplied = take("the trusted root", root, &mut left)?;
            Some(supplied.as_slice())
        }
    };
    let bytes;
    let artifact = match written.artifact.as_string() {
        Some(text) => named(&text)?,
        None => {
            bytes = take("the artifact", &written.artifact, &mut left)?;
            Artifact::Bytes(&bytes)
        }
    };
    let answer = sigstore::conformance::verify_bundle(&bundle, signer, root, artifact, now);
    Ok(answer.err().unwrap_or_default())
}

fn named(text: &str) -> Result<Artifact<'static>, JsValue> {
    let artifact = Named::parse(text);
    match artifact.map(|artifact| (artifact.sha256, artifact.sha512)) {
        Some((Some(sha256), _)) => Ok(Artifact::Sha256(sha256)),
        Some((None, Some(sha512))) => Ok(Artifact::Sha512(sha512)),
        _ => Err(thrown(USAGE, "An artifact is its bytes, or sha256: and 64 hex digits.")),
    }
}

/// Which file of this verifier's own `bytes` are: "own-bundle", "own-report", "own-policy" or undefined.
/// A bundle is a file for `verify`; a policy is what it takes as `policy`; a report is no evidence.
///
/// # Errors
/// Throws a `VerifyError` when `bytes` is no `Uint8Array`, or too large.
#[wasm_bindgen]
pub fn own(
    #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
) -> Result<Option<String>, JsValue> {
    let mut left = MAX_TAKEN;
    let bytes = take("the file", &bytes, &mut left)?;
    Ok(engine::own(&bytes).map(str::to_owned))
}

/// The built-in policies in the order in which the command line lists them: the text of a JSON
/// array of `PolicySummary`.
///
/// # Errors
/// None: every built-in policy can be read.
#[wasm_bindgen]
pub fn policies() -> Result<String, JsValue> {
    let summaries = Builtin::all()
        .iter()
        .map(|builtin| {
            builtin.policy().map(|policy| {
                json!({
                    "name": policy.name,
                    "description": policy.description,
                    "sha256": policy.sha256,
                })
            })
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| refused(&error))?;
    Ok(serde_json::Value::Array(summaries).to_string())
}

/// The version of the verifier.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// One of the files as JavaScript writes it.
#[derive(Deserialize)]
struct WrittenFile {
    name: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    bytes: JsValue,
    url: Option<String>,
}

impl WrittenFile {
    const MEMBERS: [&str; 3] = ["name", "bytes", "url"];
}

/// The files, each copied after looking at how much is left.
fn files(list: &JsValue, left: &mut usize) -> Result<Vec<File<'static>>, JsValue> {
    const WHAT: &str = "The files must be an array of { name, bytes }.";
    let list = list.dyn_ref::<Array>().ok_or_else(|| thrown(USAGE, WHAT))?;
    list.iter()
        .map(|file| {
            let WrittenFile { name, bytes, url } = written(file, &WrittenFile::MEMBERS)?;
            let bytes = take(&format!("the file \"{name}\""), &bytes, left)?;
            let origin = url.map_or(Origin::HandedIn, |url| Origin::Fetched { url });
            Ok(File { name: name.into(), bytes: bytes.into(), origin })
        })
        .collect()
}

/// The options of `verifyBundle` as JavaScript writes them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenBundle {
    at: String,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    artifact: JsValue,
    identity: Option<String>,
    issuer: Option<String>,
    key: Option<String>,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    trusted_root: JsValue,
}

impl WrittenBundle {
    const MEMBERS: [&str; 6] = ["at", "artifact", "identity", "issuer", "key", "trustedRoot"];
}

/// Reads files and options strictly: a misspelt `policy` must not mean "no policy".
fn written<T: DeserializeOwned>(object: JsValue, members: &[&str]) -> Result<T, JsValue> {
    let names = object.dyn_ref::<Object>().map(Object::keys).unwrap_or_default();
    for name in names.iter().filter_map(|name| name.as_string()) {
        if !members.contains(&name.as_str()) {
            let known = members.join(", ");
            let why = format!("There is no member \"{name}\". The members are: {known}.");
            return Err(thrown(USAGE, &why));
        }
    }
    serde_wasm_bindgen::from_value(object)
        .map_err(|error| thrown(USAGE, &format!("The call cannot be read: {error}.")))
}

fn moment(text: &str) -> Result<UnixTime, JsValue> {
    text.parse().map_err(|error: Error| refused(&error))
}

fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The error code for a call that breaks the types above.
pub(crate) const USAGE: &str = "usage";

/// Copies the bytes of a `Uint8Array`, after looking at how many there are.
fn take(what: &str, value: &JsValue, left: &mut usize) -> Result<Vec<u8>, JsValue> {
    let Some(array) = value.dyn_ref::<Uint8Array>() else {
        return Err(thrown(USAGE, &format!("A Uint8Array is needed for {what}.")));
    };
    let remaining =
        usize::try_from(array.length()).ok().and_then(|length| left.checked_sub(length));
    *left = remaining.ok_or_else(|| {
        thrown("too-large", &format!("More than {MAX_TAKEN} bytes were handed over with {what}."))
    })?;
    Ok(array.to_vec())
}

/// What cannot be read, with the file that it is in.
fn refused(error: &Error) -> JsValue {
    let (file, inside) = error.of_file();
    let thrown = thrown(error.code(), &inside.to_string());
    if let Some(file) = file {
        // Setting a property of an object made on the line above cannot fail.
        let _ = Reflect::set(&thrown, &"file".into(), &file.into());
    }
    thrown
}

/// An `Error` with a `code`.
pub(crate) fn thrown(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of an object made on the line above cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

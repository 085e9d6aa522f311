//! What WEBCAT reads below `/.well-known/webcat/`: who may sign the page, which files it has, and the
//! signature. The format is that of freedomofpress/webcat-spec and of the extension that reads it.
//!
//! The signature is made by a workflow, so that what is to be signed is written beside the site.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value as Json, json};
use sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;

use crate::build::read;
use crate::failure::Failure;
use crate::listing::{self, Listing, base64url};
use crate::{headers, tools};

/// Where WEBCAT looks.
const FOLDER: &str = ".well-known/webcat";

/// The bytes to sign, below the folder in which cargo builds.
pub(crate) const TO_SIGN: &str = "webcat/manifest.canonical.json";

/// How long a signature counts, in seconds: thirty days. It is made anew each week.
const MAX_AGE: u32 = 30 * 86_400;

/// The workflow that signs, at the branch on which its schedule runs.
const SIGNER: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/.github/workflows/page.yml@refs/heads/main");

/// Which files the page has, and with which policies. Members stand in the order of their names, which
/// is the order of canonical JSON.
#[derive(Serialize)]
struct Manifest<'a> {
    app: &'static str,
    default_csp: &'static str,
    default_fallback: &'static str,
    default_index: &'static str,
    extra_csp: BTreeMap<&'static str, String>,
    files: BTreeMap<String, String>,
    version: &'a str,
    wasm: Vec<String>,
}

/// Writes who may sign, and what is to be signed. `offline` is the offline file's own policy.
pub(crate) fn assemble(
    root: &Path,
    site: &Path,
    files: &Listing,
    offline: &str,
) -> Result<(), Failure> {
    let folder = site.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, error))?;
    write(&folder.join("enrollment.json"), &enrollment()?)?;
    let path = tools::target_folder(root).join(TO_SIGN);
    let parent = path.parent().unwrap_or(root);
    fs::create_dir_all(parent).map_err(|error| Failure::at(parent, error))?;
    let canonical = canonical(files, offline)?;
    fs::write(&path, canonical).map_err(|error| Failure::at(&path, error))
}

/// Puts the signature to what it is about: `manifest.json` and `bundle.json`.
pub(crate) fn sign(root: &Path, site: &Path, signature: &Path) -> Result<(), Failure> {
    let folder = site.join(FOLDER);
    let parsed = |path: &Path| -> Result<Json, Failure> {
        serde_json::from_slice(&read(path)?).map_err(|error| Failure::at(path, error))
    };
    let manifest = parsed(&tools::target_folder(root).join(TO_SIGN))?;
    let enrollment = parsed(&folder.join("enrollment.json"))?;
    let (signed, bundle) = joined(&enrollment, &manifest, &parsed(signature)?);
    write(&folder.join("manifest.json"), &signed)?;
    write(&folder.join("bundle.json"), &bundle)
}

fn joined(enrollment: &Json, manifest: &Json, signature: &Json) -> (Json, Json) {
    let signatures = json!([signature]);
    let signed = json!({ "manifest": manifest, "signatures": signatures });
    let bundle =
        json!({ "enrollment": enrollment, "manifest": manifest, "signatures": signatures });
    (signed, bundle)
}

fn write(path: &Path, json: &Json) -> Result<(), Failure> {
    let text = serde_json::to_vec(json).map_err(|error| Failure::at(path, error))?;
    fs::write(path, text).map_err(|error| Failure::at(path, error))
}

/// Who may sign the page.
fn enrollment() -> Result<Json, Failure> {
    let trusted_root: Json = serde_json::from_str(SIGSTORE_PRODUCTION_TRUSTED_ROOT)
        .map_err(|error| Failure::new(format!("trusted_root.json: {error}.")))?;
    Ok(json!({
        "type": "sigstore",
        "trusted_root": trusted_root,
        "claims": {
            // The issuer of the workflow's identity, and the identity.
            "1.3.6.1.4.1.57264.1.8": "https://token.actions.githubusercontent.com",
            "2.5.29.17": SIGNER,
        },
        "max_age": MAX_AGE,
    }))
}

/// The manifest as it is signed: canonical JSON, members by name, without spaces.
fn canonical(files: &Listing, offline: &str) -> Result<Vec<u8>, Failure> {
    let wasm = files
        .get(listing::WASM)
        .ok_or_else(|| Failure::new(format!("webcat: {} is not there.", listing::WASM)))?;
    let manifest = Manifest {
        app: env!("CARGO_PKG_REPOSITORY"),
        default_csp: headers::PAGE,
        default_fallback: "/index.html",
        default_index: "index.html",
        extra_csp: BTreeMap::from([("/audit.html", headers::of_offline(offline))]),
        files: files.iter().map(|(name, digest)| (format!("/{name}"), base64url(digest))).collect(),
        version: concat!("v", env!("CARGO_PKG_VERSION")),
        // The offline file has the same one in it.
        wasm: vec![base64url(wasm)],
    };
    serde_json::to_vec(&manifest).map_err(|error| Failure::new(format!("webcat: {error}.")))
}

/// The members of a WAICT manifest that its draft settles. What stands around them is still being
/// written, so that the page does not serve it.
pub(crate) fn waict(files: &Listing) -> Json {
    let hashes: BTreeMap<String, String> =
        files.iter().map(|(name, digest)| (format!("/{name}"), base64url(digest))).collect();
    let wasm: Vec<String> = files.get(listing::WASM).map(base64url).into_iter().collect();
    json!({ "hashes": hashes, "wasm_hashes": wasm })
}

#[cfg(test)]
mod tests;

//! `verifier-manifest.json`: what a build of the page says of itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::Builtin;
use silicon_to_source::engine::roots::{Pinned, pinned};
use silicon_to_source::report::Verifier;

use crate::build::read;
use crate::failure::Failure;
use crate::listing::{self, Listing};
use crate::manifest::Manifest;
use crate::tools;

/// Its name in the site and among the files of a release.
pub(crate) const NAME: &str = "verifier-manifest.json";

/// The signed record of a release.
pub(crate) const RECORD: &str = "release.intoto.jsonl";

/// The policy for that record, as `s2s` has it too.
const POLICY: &str = include_str!("../../s2s/src/release.json");

/// What a build says of itself. A commit that is not known is `null`.
#[derive(Serialize)]
struct Own<'a> {
    format: &'static str,
    name: &'static str,
    version: &'static str,
    repository: &'static str,
    commit: Option<String>,
    source_sha256: &'static str,
    toolchain: BTreeMap<&'static str, &'a str>,
    wasm: Wasm,
    files: &'a Listing,
    policies: BTreeMap<&'static str, Sha256>,
    roots: Vec<Pinned>,
}

#[derive(Serialize)]
struct Wasm {
    path: &'static str,
    sha256: Sha256,
    len: usize,
}

/// Writes the policy for the record of a release, and the place for the record, which is empty until
/// there is a release: a page that asks for a file that is not there has an error in its console.
pub(crate) fn policy(site: &Path) -> Result<(), Failure> {
    for (name, text) in [("release-policy.json", POLICY), (RECORD, "")] {
        let path = site.join(name);
        fs::write(&path, text).map_err(|error| Failure::at(&path, error))?;
    }
    Ok(())
}

/// Writes the manifest of the site that was built.
pub(crate) fn assemble(
    root: &Path,
    site: &Path,
    manifest: &Manifest,
    files: &Listing,
) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("{NAME}: {error}."));
    let wasm = read(&site.join(listing::WASM))?;
    let rustc = tools::rustc_version(root)?;
    let own = Own {
        format: "silicon-to-source/verifier-manifest/1",
        name: Verifier::OWN.name,
        version: Verifier::OWN.version,
        repository: env!("CARGO_PKG_REPOSITORY"),
        commit: commit(root),
        source_sha256: Verifier::OWN.source_sha256,
        toolchain: BTreeMap::from([
            ("rustc", rustc.trim()),
            ("wasm-bindgen", manifest.tools.wasm_bindgen.as_str()),
        ]),
        wasm: Wasm { path: listing::WASM, sha256: Sha256::of(&wasm), len: wasm.len() },
        files,
        policies: Builtin::all()
            .iter()
            .map(|policy| (policy.name, Sha256::of(policy.json.as_bytes())))
            .collect(),
        roots: pinned().map_err(|error| failed(&error))?,
    };
    let mut json = serde_json::to_vec_pretty(&own).map_err(|error| failed(&error))?;
    json.push(b'\n');
    println!("{}  {NAME} ({} files)", Sha256::of(&json), files.len());
    let path = site.join(NAME);
    fs::write(&path, json).map_err(|error| Failure::at(&path, error))
}

/// Writes the record of a SIMULATED release of this very build beside the site, for the tests of the page.
pub(crate) fn simulated_release(root: &Path, site: &Path) -> Result<(), Failure> {
    let manifest = read(&site.join(NAME))?;
    let release = s2s_sim::release::Release::of([(NAME, &manifest[..])]);
    let mut policy: serde_json::Value = serde_json::from_str(POLICY)
        .map_err(|error| Failure::new(format!("release.json: {error}.")))?;
    policy["roots"] = "simulated".into();
    let folder = root.join("target/simulated-release");
    fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, error))?;
    for (name, bytes) in
        [(RECORD, release.bytes()), ("release-policy.json", policy.to_string().into_bytes())]
    {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| Failure::at(&path, error))?;
    }
    Ok(())
}

/// The commit that the sources are from: none without git, and none when a file of it was changed.
pub(crate) fn commit(root: &Path) -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        let text = output.status.success().then(|| String::from_utf8(output.stdout).ok())??;
        Some(text.trim().to_owned())
    };
    let is_root = git(&["rev-parse", "--show-prefix"])?.is_empty();
    let unchanged = git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    if is_root && unchanged { git(&["rev-parse", "HEAD"]) } else { None }
}

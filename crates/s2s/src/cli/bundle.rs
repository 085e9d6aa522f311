//! `s2s verify-bundle`: the question of the Sigstore conformance suite.

use std::path::Path;

use silicon_to_source::builds::sigstore::conformance::{
    Artifact, STAGING_ROOT, Signer, verify_bundle,
};
use silicon_to_source::digest::{Sha256, Sha512};
use silicon_to_source::engine::MAX_INPUT;
use silicon_to_source::time::UnixTime;

use super::arguments::VerifyBundle;
use super::input::{Input, read};
use super::problem::Problem;

/// Whether the bundle holds for the artifact and the signer; if not, why.
pub(super) fn verify(
    arguments: &VerifyBundle,
    now: UnixTime,
) -> Result<Result<(), String>, Problem> {
    let bundle = read(&arguments.bundle, MAX_INPUT)?;
    let root = match &arguments.trusted_root {
        Some(path) => Some(read(path, MAX_INPUT)?.bytes.into_owned()),
        None if arguments.staging => Some(STAGING_ROOT.as_bytes().to_vec()),
        None => None,
    };
    let key = arguments.key.as_deref().map(pem).transpose()?;
    let signer = match &key {
        Some(pem) => Signer::Key(pem),
        None => Signer::Identity {
            identity: arguments.certificate_identity.as_deref().unwrap_or_default(),
            issuer: arguments.certificate_oidc_issuer.as_deref().unwrap_or_default(),
        },
    };
    let file;
    let artifact = match digest(&arguments.artifact) {
        Some(digest) => digest,
        None => {
            file = artifact(&arguments.artifact)?;
            Artifact::Bytes(&file.bytes)
        }
    };
    Ok(verify_bundle(&bundle.bytes, signer, root.as_deref(), artifact, now))
}

/// The digest that `name` spells out; a file of that name counts instead.
fn digest(name: &str) -> Option<Artifact<'static>> {
    if Path::new(name).exists() {
        return None;
    }
    match name.split_once(':')? {
        ("sha256", hex) => hex.parse::<Sha256>().ok().map(Artifact::Sha256),
        ("sha512", hex) => hex.parse::<Sha512>().ok().map(Artifact::Sha512),
        _ => None,
    }
}

fn artifact(name: &str) -> Result<Input, Problem> {
    if name != "-" && !Path::new(name).exists() {
        return Err(Problem::new("error.digest", &[("name", name)]));
    }
    read(Path::new(name), MAX_INPUT)
}

fn pem(path: &Path) -> Result<String, Problem> {
    let input = read(path, MAX_INPUT)?;
    String::from_utf8(input.bytes.into_owned())
        .map_err(|_| Problem::new("error.key", &[("file", &input.name)]))
}

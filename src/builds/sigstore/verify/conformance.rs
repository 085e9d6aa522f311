//! The question that the sigstore-conformance suite asks a client.

use super::{Artifact, ManagedKey, TrustedRoot, VerifiedStatement, verify, verify_with_keys};
use crate::builds::sigstore::checks;
use crate::builds::sigstore::parse::Bundle;
use crate::finding::{Finding, Outcome};
use crate::time::UnixTime;

/// Whose signature is expected.
#[derive(Clone, Copy, Debug)]
pub enum Signer<'a> {
    /// A certificate with exactly this subject alternative name and OIDC issuer.
    Identity {
        /// The subject alternative name.
        identity: &'a str,
        /// The issuer.
        issuer: &'a str,
    },
    /// The key in this PEM text (`PUBLIC KEY`), with no certificate.
    Key(&'a str),
}

/// Verifies `bundle`, a JSON document, for `artifact`. Without `root` the embedded public-good
/// root counts.
///
/// # Errors
/// A sentence that says what does not hold.
pub fn verify_bundle(
    bundle: &[u8],
    signer: Signer<'_>,
    root: Option<&[u8]>,
    artifact: Artifact<'_>,
    now: UnixTime,
) -> Result<(), String> {
    let root = match root {
        Some(json) => TrustedRoot::from_json(json),
        None => TrustedRoot::embedded(),
    }
    .map_err(|error| error.to_string())?;
    let bundle = Bundle::parse(bundle).map_err(|error| error.to_string())?;
    match signer {
        Signer::Identity { identity, issuer } => {
            by_identity(&bundle, &root, artifact, now, identity, issuer)
        }
        Signer::Key(pem) => by_key(&bundle, &root, artifact, now, pem),
    }
}

fn by_identity(
    bundle: &Bundle,
    root: &TrustedRoot,
    artifact: Artifact<'_>,
    now: UnixTime,
    identity: &str,
    issuer: &str,
) -> Result<(), String> {
    let examined = verify(bundle, root, Some(artifact), now);
    let Some(verified) = examined.verified.filter(|_| is_well_formed(&examined.findings)) else {
        return Err(why(&examined.findings));
    };
    if !verified.is_compared() {
        return Err(why(&examined.findings));
    }
    if verified.key().is_some() {
        return Err("The bundle has no certificate, and an identity is expected.".into());
    }
    let found = verified.identity();
    let name = found.san().and_then(|name| name.text()).unwrap_or("nobody");
    if name != identity {
        return Err(format!("The certificate names {name}, and {identity} is expected."));
    }
    match found.issuer() {
        Some(found) if found == issuer => Ok(()),
        found => Err(format!(
            "The certificate names the issuer {}, and {issuer} is expected.",
            found.unwrap_or("(none)")
        )),
    }
}

fn by_key(
    bundle: &Bundle,
    root: &TrustedRoot,
    artifact: Artifact<'_>,
    now: UnixTime,
    pem: &str,
) -> Result<(), String> {
    let key = ManagedKey::from_pem(pem).map_err(|error| error.to_string())?;
    if !bundle.is_managed_key() {
        return Err("The bundle has a certificate, and a signature by a key is expected.".into());
    }
    let examined = verify_with_keys(bundle, root, &[key], Some(artifact), now);
    let verified = examined.verified.filter(|_| is_well_formed(&examined.findings));
    verified.filter(VerifiedStatement::is_compared).map(drop).ok_or_else(|| why(&examined.findings))
}

/// The client specification refuses a bundle whose form is only to be warned of elsewhere.
fn is_well_formed(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.check != &checks::SIGSTORE_BUNDLE || finding.passed())
}

fn why(findings: &[Finding]) -> String {
    let failed: Vec<String> = findings
        .iter()
        .filter_map(|finding| {
            let refused = match finding.outcome {
                Outcome::Fail(reason) => Some(reason),
                Outcome::Warn(reason) if finding.check == &checks::SIGSTORE_BUNDLE => Some(reason),
                _ => None,
            };
            refused.map(|reason| format!("{} ({})", finding.check, reason.0))
        })
        .collect();
    if failed.is_empty() {
        "The bundle could not be decided: a check found nothing to go by.".into()
    } else {
        format!("The bundle does not verify: {}.", failed.join(", "))
    }
}

//! The certificates of a token: Google's pinned root, one intermediate, the signer.

use crate::finding::{Finding, Value, Why};
use crate::formats::token::checks;
use crate::pki::anchors::{self, Roots};
use crate::pki::dated;
use crate::pki::{Cert, KeyKind};
use crate::time::UnixTime;

/// The least modulus that is accepted, in bits (NIST SP 800-131A: 2048).
const MINIMUM_RSA_BITS: usize = 2048;

/// For a token without certificates.
pub(super) fn not_applicable() -> Vec<Finding> {
    checks::CHAIN.map(|check| Finding::unknown(check, Why::NotApplicable)).to_vec()
}

/// Verifies the chain below the pinned root. A root in the token is compared with it and never
/// used.
pub(super) fn verify(
    certificates: &[Option<Cert<'_>>],
    roots: Roots,
    now: UnixTime,
) -> Vec<Finding> {
    let Ok(root) = anchors::google_confidential_space(roots).root() else {
        return checks::CHAIN.map(|check| Finding::unknown(check, Why::NotSupported)).to_vec();
    };
    let Some(parsed) = certificates.iter().cloned().collect::<Option<Vec<Cert<'_>>>>() else {
        let role = Finding::fail(&checks::TOKEN_CHAIN_ROLE, "malformed");
        return checks::CHAIN
            .map(|check| {
                if *check == checks::TOKEN_CHAIN_ROLE {
                    role.clone()
                } else {
                    Finding::blocked(check, &checks::TOKEN_CHAIN_ROLE)
                }
            })
            .to_vec();
    };
    let simulated = [anchors::simulated::GOOGLE_CONFIDENTIAL_SPACE.root];
    let is_root = |cert: &Cert<'_>| cert.der() == root.der() || simulated.contains(&cert.der());
    let below = match parsed.split_last() {
        Some((last, below)) if is_root(last) => below,
        _ => parsed.as_slice(),
    };
    let [signer, intermediate] = below else {
        let count = u64::try_from(below.len()).unwrap_or(u64::MAX);
        return checks::CHAIN
            .map(|check| {
                if *check == checks::TOKEN_CHAIN_ROLE {
                    Finding::fail(check, "wrong-length")
                        .expected("a signer and one intermediate below the root")
                        .actual(Value::number(count))
                } else {
                    Finding::blocked(check, &checks::TOKEN_CHAIN_ROLE)
                }
            })
            .to_vec();
    };
    let reason = if dated::is_simulated(intermediate, &root, &simulated) {
        Some("simulated")
    } else if intermediate.names_issuer(&root) {
        None
    } else {
        Some("wrong-root")
    };
    let mut findings = vec![
        Finding::unless(&checks::TOKEN_ROOT, reason)
            .expected(root.subject())
            .actual(intermediate.issuer()),
    ];
    findings.push(role("signer", signer, signer_reason(signer)));
    findings.push(role("intermediate", intermediate, intermediate_reason(intermediate)));
    findings.push(signed("signer", signer, intermediate));
    findings.push(signed("intermediate", intermediate, &root));
    findings.push(valid("signer", signer, now));
    findings.push(valid("intermediate", intermediate, now));
    findings.push(valid("root", &root, now));
    findings
}

fn signer_reason(cert: &Cert<'_>) -> Option<&'static str> {
    if cert.is_ca() || cert.may_sign_certificates() { Some("is-a-ca") } else { key_reason(cert) }
}

fn intermediate_reason(cert: &Cert<'_>) -> Option<&'static str> {
    if !cert.is_ca() || !cert.may_sign_certificates() { Some("not-a-ca") } else { key_reason(cert) }
}

fn key_reason(cert: &Cert<'_>) -> Option<&'static str> {
    if !matches!(cert.key_kind(), KeyKind::Rsa(bits) if bits >= MINIMUM_RSA_BITS) {
        Some("wrong-key")
    } else if !cert.unknown_critical_extensions().is_empty() {
        Some("unknown-extension")
    } else {
        None
    }
}

fn role(part: &'static str, cert: &Cert<'_>, reason: Option<&'static str>) -> Finding {
    let check = &checks::TOKEN_CHAIN_ROLE;
    Finding::unless(check, reason).part(part).actual(cert.subject())
}

fn signed(part: &'static str, cert: &Cert<'_>, issuer: &Cert<'_>) -> Finding {
    let check = &checks::TOKEN_CHAIN_SIGNATURE;
    Finding::unless(check, dated::unsigned(cert, issuer))
        .part(part)
        .expected(issuer.subject())
        .actual(cert.issuer())
}

fn valid(part: &'static str, cert: &Cert<'_>, now: UnixTime) -> Finding {
    dated::dated(&checks::TOKEN_CHAIN_VALIDITY, cert.validity(), now, "expired").part(part)
}

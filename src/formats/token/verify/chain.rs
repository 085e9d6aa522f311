//! The certificates of a token: Google's pinned root, one intermediate, the signer.

use crate::finding::{Finding, Value, Why};
use crate::formats::token::checks;
use crate::pki::anchors;
use crate::pki::chain::{self, Checked, Rules};
use crate::pki::named::Anchors;
use crate::pki::{Cert, KeyKind};
use crate::time::UnixTime;

/// The least modulus that is accepted, in bits (NIST SP 800-131A: 2048).
const MINIMUM_RSA_BITS: usize = 2048;

static CHAIN: Checked = Checked {
    rules: Rules {
        key: |kind| matches!(kind, KeyKind::Rsa(bits) if *bits >= MINIMUM_RSA_BITS),
        algorithm: None,
        signs_documents: false,
    },
    role: &checks::TOKEN_CHAIN_ROLE,
    signature: &checks::TOKEN_CHAIN_SIGNATURE,
    validity: &checks::TOKEN_CHAIN_VALIDITY,
};

/// For a token without certificates.
pub(super) fn not_applicable() -> Vec<Finding> {
    checks::CHAIN.map(|check| Finding::unknown(check, Why::NotApplicable)).to_vec()
}

/// Verifies the chain below the pinned root. A root in the token is compared with it and never
/// used.
pub(super) fn verify(
    certificates: &[Option<Cert<'_>>],
    roots: Anchors<'_>,
    now: UnixTime,
) -> Vec<Finding> {
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
    // A signer and one intermediate: what they lead to is the root, whatever stands behind them.
    let Some(anchor) = roots.confidential_space().above(parsed.get(1)) else {
        return checks::CHAIN.map(|check| Finding::unknown(check, Why::NotSupported)).to_vec();
    };
    let root = &anchor.cert;
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
    let begins =
        Finding::unless(&checks::TOKEN_ROOT, chain::astray(intermediate, root, &simulated));
    let begins = begins.expected(root.subject()).actual(intermediate.issuer());
    let mut findings = vec![anchor.told(begins)];
    let both = [("signer", signer, intermediate), ("intermediate", intermediate, root)];
    findings.extend(
        both.iter().zip(0..).map(|((part, cert, _), below)| CHAIN.role(cert, below).part(*part)),
    );
    findings.extend(
        both.iter().map(|(part, cert, issuer)| {
            CHAIN.signed(cert, issuer).part(*part).actual(cert.issuer())
        }),
    );
    findings.extend(both.iter().map(|(part, cert, _)| CHAIN.valid(cert, now).part(*part)));
    findings.push(CHAIN.valid(root, now).part("root"));
    findings
}

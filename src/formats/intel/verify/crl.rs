//! T9 and T10: the revocation lists of the root and of the issuer of PCK certificates.

use super::chain::PckChain;
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::checks;
use crate::formats::intel::parse::collateral::{Collateral, Signed};
use crate::hex;
use crate::pki::chain::dated;
use crate::pki::{Cert, Crl};
use crate::time::{UnixTime, Validity};

/// The three checks of one list.
struct Checks {
    /// The evidence id of the list.
    evidence: &'static str,
    signature: &'static Check,
    freshness: &'static Check,
    revocation: &'static Check,
}

const ROOT: Checks = Checks {
    evidence: "root-crl",
    signature: &checks::DCAP_ROOT_CRL_SIGNATURE,
    freshness: &checks::DCAP_ROOT_CRL_FRESHNESS,
    revocation: &checks::DCAP_ROOT_CRL_REVOCATION,
};

const PCK: Checks = Checks {
    evidence: "pck-crl",
    signature: &checks::DCAP_PCK_CRL_SIGNATURE,
    freshness: &checks::DCAP_PCK_CRL_FRESHNESS,
    revocation: &checks::DCAP_PCK_CRL_REVOCATION,
};

/// T9: the root's list covers the issuer of the PCK certificate and the signers of collateral.
pub(super) fn root(
    collateral: &Collateral,
    chain: Result<&PckChain<'_>, Why>,
    root: &Cert<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let (mut findings, crl) = list(&ROOT, collateral.root_crl.as_deref(), Ok(root), now);
    let crl = match crl {
        Ok(crl) => crl,
        Err(why) => {
            findings.push(Finding::unknown(ROOT.revocation, why));
            return findings;
        }
    };
    findings.push(
        match chain {
            Ok(chain) => revocation(&ROOT, &crl, &chain.ca),
            Err(why) => Finding::unknown(ROOT.revocation, why),
        }
        .part("pck-ca"),
    );
    for (part, signed) in
        [("tcb-info-signer", &collateral.tcb_info), ("qe-identity-signer", &collateral.qe_identity)]
    {
        findings.push(
            match signer(signed.as_ref()) {
                Ok(signer) => revocation(&ROOT, &crl, &signer),
                Err(why) => Finding::unknown(ROOT.revocation, why),
            }
            .part(part),
        );
    }
    findings
}

/// T10: the list of the very authority that issued this PCK certificate.
pub(super) fn pck(
    collateral: &Collateral,
    chain: Result<&PckChain<'_>, Why>,
    now: UnixTime,
) -> Vec<Finding> {
    let issuer = chain.map(|chain| &chain.ca);
    let (mut findings, crl) = list(&PCK, collateral.pck_crl.as_deref(), issuer, now);
    findings.push(match (crl, chain) {
        (Ok(crl), Ok(chain)) => revocation(&PCK, &crl, &chain.leaf),
        (Err(why), _) | (_, Err(why)) => Finding::unknown(PCK.revocation, why),
    });
    findings
}

/// The certificate that signed a piece of collateral, as supplied.
fn signer(signed: Option<&Signed>) -> Result<Cert<'_>, Why> {
    let chain = signed.and_then(|signed| signed.chain.as_ref()).ok_or(Why::NotFetched)?;
    let first = chain.first().ok_or(Why::NotFetched)?;
    Cert::parse("TCB signing certificate", first).map_err(|_| Why::NotSupported)
}

/// Signature and freshness of one list, and the list when its signature holds.
fn list<'c>(
    checks: &Checks,
    der: Option<&'c [u8]>,
    issuer: Result<&Cert<'_>, Why>,
    now: UnixTime,
) -> (Vec<Finding>, Result<Crl<'c>, Why>) {
    let both = |why| {
        vec![checks.signature, checks.freshness]
            .into_iter()
            .map(|check| Finding::unknown(check, why))
            .collect()
    };
    let (der, issuer) = match (der, issuer) {
        (None, _) => return (both(Why::NotFetched), Err(Why::NotFetched)),
        (_, Err(why)) => return (both(why), Err(why)),
        (Some(der), Ok(issuer)) => (der, issuer),
    };
    let why = Why::Blocked { by: checks.signature };
    let crl = match Crl::parse("Intel revocation list", der) {
        Ok(crl) => crl,
        Err(error) => {
            let signature = Finding::fail(checks.signature, "malformed").actual(error.to_string());
            return (vec![signature, Finding::unknown(checks.freshness, why)], Err(why));
        }
    };
    let signature = if !crl.names_issuer(issuer) {
        Finding::fail(checks.signature, "wrong-issuer")
    } else if crl.verify_signed_by(issuer).is_err() {
        Finding::fail(checks.signature, "bad-signature")
    } else if crl.has_critical_extensions() {
        Finding::fail(checks.signature, "unknown-extension")
    } else {
        Finding::pass(checks.signature)
    };
    let whole = |finding: Finding| finding.at(checks.evidence, 0, der.len());
    let signature = whole(signature.expected(issuer.subject()).actual(crl.issuer()));
    if !signature.passed() {
        return (vec![signature, Finding::unknown(checks.freshness, why)], Err(why));
    }
    let freshness = match crl.next_update() {
        None => Finding::fail(checks.freshness, "missing"),
        Some(next_update) => {
            let window = Validity { not_before: crl.this_update(), not_after: next_update };
            dated(checks.freshness, window, now, "stale")
        }
    };
    (vec![signature, whole(freshness)], Ok(crl))
}

fn revocation(checks: &Checks, crl: &Crl<'_>, cert: &Cert<'_>) -> Finding {
    Finding::test(checks.revocation, !crl.revokes(cert.serial()), "revoked")
        .expected(format!("serial {} is not on the list", hex::encode(cert.serial())))
        .actual(Value::text(format!("{} revoked", crl.len())))
        .at(checks.evidence, 0, crl.der().len())
}

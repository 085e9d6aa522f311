//! S6: AMD's revocation list. It covers the intermediate keys; AMD says that it does not expect
//! to revoke chip keys, and lists of chip keys have not been seen.

use super::{Endorsements, chain};
use crate::finding::{Check, Finding, Value, Why, checks};
use crate::pki::anchors::AmdAnchor;
use crate::time::{Standing, UnixTime, Validity};

const CHECKS: [&Check; 3] =
    [&checks::SNP_CRL_SIGNATURE, &checks::SNP_CRL_FRESHNESS, &checks::SNP_CRL_REVOCATION];

pub(super) fn examine(
    anchor: Option<&'static AmdAnchor>,
    endorsements: &Endorsements<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let Some(crl) = &endorsements.crl else {
        return CHECKS.map(|check| Finding::unknown(check, Why::NotFetched)).to_vec();
    };
    let Some((anchor, ark)) = anchor.and_then(|anchor| Some((anchor, anchor.root().ok()?))) else {
        return CHECKS.map(|check| Finding::blocked(check, &checks::SNP_PRODUCT)).to_vec();
    };
    let signature = if !crl.names_issuer(&ark) {
        Finding::fail(&checks::SNP_CRL_SIGNATURE, "wrong-issuer")
    } else if crl.verify_signed_by(&ark).is_err() {
        Finding::fail(&checks::SNP_CRL_SIGNATURE, "bad-signature")
    } else if crl.has_critical_extensions() {
        Finding::fail(&checks::SNP_CRL_SIGNATURE, "unknown-extension")
    } else {
        Finding::pass(&checks::SNP_CRL_SIGNATURE)
    }
    .expected(ark.subject())
    .actual(crl.issuer())
    .at("amd-crl", 0, crl.der().len());
    if !signature.passed() {
        let by = &checks::SNP_CRL_SIGNATURE;
        return vec![
            signature,
            Finding::blocked(&checks::SNP_CRL_FRESHNESS, by),
            Finding::blocked(&checks::SNP_CRL_REVOCATION, by),
        ];
    }
    let revocation = match chain::intermediate(anchor, endorsements) {
        Some(ask) => revocation(crl, &ask, endorsements),
        None => Finding::unknown(&checks::SNP_CRL_REVOCATION, Why::NotFetched),
    };
    vec![signature, freshness(crl, now), revocation]
}

fn freshness(crl: &crate::pki::Crl<'_>, now: UnixTime) -> Finding {
    let check = &checks::SNP_CRL_FRESHNESS;
    let Some(next_update) = crl.next_update() else { return Finding::fail(check, "missing") };
    let window = Validity { not_before: crl.this_update(), not_after: next_update };
    match window.standing(now) {
        Standing::Within => Finding::pass(check),
        Standing::Expired => Finding::fail(check, "stale"),
        Standing::NotYet => Finding::fail(check, "not-yet-valid"),
    }
    .expected(window.to_string())
    .actual(now)
}

fn revocation(
    crl: &crate::pki::Crl<'_>,
    ask: &crate::pki::Cert<'_>,
    endorsements: &Endorsements<'_>,
) -> Finding {
    // AMD gives every VCEK and VLEK the serial number 0, so only a serial that is not zero can
    // name one.
    let vek_revoked = endorsements.vek.as_ref().is_some_and(|vek| {
        vek.cert.serial().iter().any(|&byte| byte != 0) && crl.revokes(vek.cert.serial())
    });
    let revoked = crl.revokes(ask.serial()) || vek_revoked;
    let count = u64::try_from(crl.len()).unwrap_or(u64::MAX);
    Finding::test(&checks::SNP_CRL_REVOCATION, !revoked, "revoked")
        .expected(format!("serial {} is not on the list", hex::encode(ask.serial())))
        .actual(Value::text(format!("{count} revoked")))
        .at("amd-crl", 0, crl.der().len())
}

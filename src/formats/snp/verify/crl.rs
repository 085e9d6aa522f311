//! S6: AMD's revocation list. It covers the intermediate keys; AMD says that it does not expect
//! to revoke chip keys, and lists of chip keys have not been seen.

use std::borrow::Cow;

use super::{Endorsements, chain};
use crate::finding::{Finding, Value, Why};
use crate::formats::snp::checks;
use crate::hex;
use crate::pki::anchors::AmdAnchor;
use crate::pki::{Cert, Crl};
use crate::time::{Standing, UnixTime, Validity};

/// The evidence id of the revocation list at `index`.
pub(super) fn evidence(index: usize) -> Cow<'static, str> {
    match index {
        0 => "amd-crl".into(),
        _ => format!("amd-crl-{}", index.saturating_add(1)).into(),
    }
}

pub(super) fn examine(
    anchor: Option<&AmdAnchor<'_>>,
    endorsements: &Endorsements<'_>,
    now: UnixTime,
) -> Vec<Finding> {
    let unknown = |why| checks::CRL.map(|check| Finding::unknown(check, why)).to_vec();
    if endorsements.crls.is_empty() {
        return unknown(Why::NotFetched);
    }
    let Some((anchor, ark)) = anchor.and_then(|anchor| Some((anchor, anchor.root().ok()?))) else {
        return unknown(Why::Blocked { by: &checks::SNP_PRODUCT });
    };
    let lists = endorsements.crls.iter().enumerate();
    let named: Vec<(usize, &Crl<'_>)> = lists.filter(|(_, crl)| crl.names_issuer(&ark)).collect();
    let Some(&(index, first)) = named.first() else { return unknown(Why::NotFetched) };
    let passes = |&&(index, crl): &&(usize, &Crl<'_>)| signature(index, crl, &ark).passed();
    let own: Vec<(usize, &Crl<'_>)> = named.iter().filter(passes).copied().collect();
    let (index, sound) = own.first().copied().unwrap_or((index, first));
    let signature = signature(index, sound, &ark);
    let newest =
        own.iter().max_by_key(|(_, crl)| (freshness(crl, now).passed(), crl.this_update()));
    let Some(&(_, newest)) = newest.filter(|_| signature.passed()) else {
        let by = &checks::SNP_CRL_SIGNATURE;
        return vec![
            signature,
            Finding::blocked(&checks::SNP_CRL_FRESHNESS, by),
            Finding::blocked(&checks::SNP_CRL_REVOCATION, by),
        ];
    };
    let revocation = match chain::intermediate(anchor, endorsements) {
        Some(ask) => revocation(&own, &ask, endorsements),
        None => Finding::unknown(&checks::SNP_CRL_REVOCATION, Why::NotFetched),
    };
    vec![signature, freshness(newest, now), revocation]
}

fn signature(index: usize, crl: &Crl<'_>, ark: &Cert<'_>) -> Finding {
    let check = &checks::SNP_CRL_SIGNATURE;
    let finding = if crl.verify_signed_by(ark).is_err() {
        Finding::fail(check, "bad-signature")
    } else if crl.has_critical_extensions() {
        Finding::fail(check, "unknown-extension")
    } else {
        Finding::pass(check)
    };
    finding.expected(ark.subject()).actual(crl.issuer()).at(evidence(index), 0, crl.der().len())
}

/// The newest list that counts decides: an older one beside it is history.
fn freshness(crl: &Crl<'_>, now: UnixTime) -> Finding {
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

/// Whatever any list revokes is revoked.
fn revocation(
    lists: &[(usize, &Crl<'_>)],
    ask: &Cert<'_>,
    endorsements: &Endorsements<'_>,
) -> Finding {
    // AMD gives every VCEK and VLEK the serial number 0, so only a serial that is not zero can
    // name one.
    let vek = endorsements.vek.as_ref().map(|vek| vek.cert.serial());
    let vek = vek.filter(|serial| serial.iter().any(|&byte| byte != 0));
    let revokes =
        |crl: &Crl<'_>| crl.revokes(ask.serial()) || vek.is_some_and(|serial| crl.revokes(serial));
    let revoking = lists.iter().find(|(_, crl)| revokes(crl));
    let count: usize = lists.iter().map(|(_, crl)| crl.len()).sum();
    let finding = Finding::test(&checks::SNP_CRL_REVOCATION, revoking.is_none(), "revoked")
        .expected(format!("serial {} is not on the list", hex::encode(ask.serial())))
        .actual(Value::text(format!("{count} revoked")));
    match revoking.or(lists.first()) {
        Some(&(index, crl)) => finding.at(evidence(index), 0, crl.der().len()),
        None => finding,
    }
}

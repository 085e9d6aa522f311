//! Keys against the report data of the quote.

use crate::digest::Sha256;
use crate::finding::{Check, Finding, Value, Why};
use crate::hex;
use crate::services::aci::checks;
use crate::services::aci::parse::{Keyset, Report};
use crate::time::UnixTime;

/// As far ahead as the end of keys is no surprise, in seconds: a year.
const DISTANT: i64 = 366 * 86_400;

/// What the report data was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// The keys and the policy's nonce.
    Asked,
    /// The keys and no nonce.
    Unasked,
    /// Neither, as far as is known.
    No,
}

/// The statement whose SHA-256 is the first half of the report data (section 3.2).
fn statement(digest: &Sha256, nonce: Option<&Sha256>) -> String {
    let nonce = nonce.map_or("null".to_owned(), |nonce| format!("\"{nonce}\""));
    format!(
        "{{\"keyset_digest\":\"sha256:{digest}\",\"nonce\":{nonce},\"purpose\":\"aci.report_data.v1\"}}"
    )
}

/// The findings about the keys by themselves.
pub(crate) fn keyset(report: &Report, now: UnixTime) -> Vec<Finding> {
    let keyset = &report.keyset;
    let check = &checks::ACI_KEYSET;
    let digest = match &keyset.digest {
        Err(why) => Finding::fail(check, "malformed").actual(why.as_str()),
        Ok(digest) => {
            Finding::equal_text(check, &format!("sha256:{digest}"), &report.keyset_digest)
        }
    };
    let check = &checks::ACI_EXPIRY;
    let left = keyset.not_after.saturating_sub(now.0);
    let expiry = match left {
        ..=0 => Finding::fail(check, "expired"),
        left if left > DISTANT => Finding::warn(check, "distant"),
        _ => Finding::pass(check),
    };
    let custody = match report.has_custody {
        true => Finding::unknown(&checks::ACI_CUSTODY, Why::NotSupported),
        false => Finding::unknown(&checks::ACI_CUSTODY, Why::NotPublished),
    };
    vec![digest, expiry.expected(UnixTime(keyset.not_after)).actual(now), roles(keyset), custody]
}

/// No key that signs receipts is used for anything else (section 3.1).
fn roles(keyset: &Keyset) -> Finding {
    let shared = keyset.receipts.iter().find(|own| {
        let is_own = |text: &str| text.eq_ignore_ascii_case(&own.public_key);
        keyset.sealing.iter().any(|key| is_own(&key.public_key))
    });
    let finding = Finding::test(&checks::ACI_ROLES, shared.is_none(), "shared");
    match shared {
        Some(key) => finding.actual(key.public_key.as_str()),
        None => finding,
    }
}

/// The report data of a verified quote against the keys and the question.
pub(crate) fn bound(
    report: &Report,
    data: &[u8; 64],
    nonce: Option<&Sha256>,
) -> (Bound, Vec<Finding>) {
    let check = &checks::ACI_REPORT_DATA;
    let Ok(digest) = &report.keyset.digest else {
        let by = &checks::ACI_KEYSET;
        return (
            Bound::No,
            vec![Finding::blocked(check, by), Finding::blocked(&checks::ACI_NONCE, by)],
        );
    };
    let expected = |nonce| {
        let hash = Sha256::of(statement(digest, nonce).as_bytes());
        [&hash.0[..], &[0; 32]].concat()
    };
    let is = |nonce| expected(nonce).as_slice() == data;
    let bound = match nonce {
        Some(nonce) if is(Some(nonce)) => Bound::Asked,
        _ if is(None) => Bound::Unasked,
        _ => Bound::No,
    };
    let binding = match (bound, nonce) {
        (Bound::Asked | Bound::Unasked, _) => Finding::pass(check),
        (Bound::No, Some(_)) => Finding::fail(check, "not-equal"),
        // The report repeats no question, so that the statement cannot be made again.
        (Bound::No, None) => Finding::no_reference(check),
    };
    let compared = nonce.filter(|_| bound != Bound::Unasked);
    let binding = binding.expected(Value::hex(expected(compared))).actual(Value::hex(data));
    let check = &checks::ACI_NONCE;
    let question = match (bound, nonce) {
        (_, None) => Finding::no_reference(check),
        (Bound::Asked, Some(_)) => Finding::pass(check),
        (Bound::Unasked, Some(_)) => Finding::fail(check, "not-equal"),
        (Bound::No, Some(_)) => Finding::blocked(check, &checks::ACI_REPORT_DATA),
    };
    let mut findings = vec![binding, question];
    let stated = report.report_data.as_deref();
    if let Some(stated) =
        stated.filter(|stated| !hex::encode(data).starts_with(*stated) || stated.len() != 64)
    {
        let check = &checks::ACI_REPORT_DATA;
        findings.push(Finding::fail(check, "disagree").part("report_data").actual(stated));
    }
    (bound, findings)
}

/// The TLS key that readers of this answer are to meet is among the keys.
pub(crate) fn tls(report: &Report, holds: Result<(), &'static Check>) -> Finding {
    let check = &checks::ACI_TLS;
    let Some(named) = &report.tls else { return Finding::unknown(check, Why::NotPublished) };
    if let Err(by) = holds {
        return Finding::blocked(check, by);
    }
    let finding = match named.spki_sha256.parse::<Sha256>() {
        Err(_) => Finding::fail(check, "malformed"),
        Ok(_) => Finding::test(check, report.keyset.tls.contains(named), "not-listed"),
    };
    finding.actual(named.spki_sha256.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dstack-TEE/private-ai-gateway, `spec/test-vectors.md` section 2.
    #[test]
    fn the_statement_hashes_to_the_report_data_of_the_public_vector() {
        let digest = "53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371";
        let nonce: Vec<u8> = (0..32).collect();
        let nonce = Sha256(nonce.try_into().unwrap());
        let of =
            |nonce| Sha256::of(statement(&digest.parse().unwrap(), nonce).as_bytes()).to_string();
        assert_eq!(
            of(Some(&nonce)),
            "df2174d28130852b413646a3786927b93e94c11d770268b65def8bdba45cb49e"
        );
        assert_eq!(of(None), "0633919ca3f00e97bafaa3304278eb22420cc3ff0d19f87dfca2d3f7508150bc");
    }
}

//! The keys of the reader's connection: what a verified report names against what a TLS certificate
//! carries.
//!
//! REPORT_DATA is signed by the chip, so the two keys in it belong to the measured machine. The
//! certificate is only compared.

use crate::claims::Claim;
use crate::digest::Sha256;
use crate::finding::{Finding, LinkId, Value, Why, connection};
use crate::formats::snp;
use crate::formats::snp::parse::{Report, place};
use crate::hex;
use crate::pki::Cert;
use crate::services::tinfoil::parse::Bundle;
use crate::services::tinfoil::policy::TinfoilPolicy;
use crate::sorted::Sorted as _;
use crate::time::UnixTime;
use crate::wire::base32;

const TLS: &str = "tls-certificate";

/// The TLS key's hash is REPORT_DATA[0..32], and the certificate commits to the HPKE key in
/// REPORT_DATA[32..64]. In a report that the host asked for, REPORT_DATA says nothing about the
/// machine.
pub(crate) fn keys(report: &Report<'_>, cert: &Cert<'_>) -> [Finding; 2] {
    if report.is_host_requested() {
        return [&connection::TLS_KEY, &connection::TLS_HPKE]
            .map(|check| Finding::blocked(check, &snp::checks::SNP_VMPL));
    }
    let (tls, hpke) = report.report_data.split_at(32);
    let key = Finding::equal(&connection::TLS_KEY, tls, Sha256::of(cert.spki()).as_bytes());
    let committed = commitment(cert, "hpke").and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let hpke = match committed {
        Some(committed) => Finding::equal(&connection::TLS_HPKE, hpke, &committed),
        None => Finding::fail(&connection::TLS_HPKE, "missing").expected(Value::hex(hpke)),
    };
    let start = place::REPORT_DATA.start;
    [key.at(place::REPORT, start, 32), hpke.at(place::REPORT, start.saturating_add(32), 32)]
}

/// The keys that the report names, for a reader to compare: SHA-256 of the TLS key, and the HPKE
/// key. Report data that a host asked for name none.
pub(crate) fn claims(report_data: &[u8; 64]) -> [Claim; 2] {
    let (tls, hpke) = report_data.split_at(32);
    let claim =
        |name, key| Claim { name, value: Value::hex(key), link: LinkId::KeyBinding, part: None };
    [claim("key.tls-spki-sha256", tls), claim("key.hpke", hpke)]
}

/// What the certificate says about itself: names, dates, and its commitment to the evidence
/// document. Anybody can make a certificate for the same key that says anything, so nothing here
/// passes; what speaks against the bundle fails.
pub(crate) fn certificate(
    cert: &Cert<'_>,
    bundle: &Bundle,
    expected_domain: Option<&str>,
    freshness: Finding,
    now: UnixTime,
) -> Vec<Finding> {
    let len = cert.der().len();
    vec![
        connection::stated_validity(&cert.validity(), now).at(TLS, 0, len),
        domain(cert, &bundle.domain, expected_domain),
        document(cert, bundle),
        Finding::unknown(&connection::TLS_ISSUER, Why::NotPublished).actual(cert.issuer()),
        Finding::unknown(&connection::TLS_CONNECTION, Why::NotSupported),
        freshness,
    ]
}

/// When the bundle was made. Nobody but its own certificate dates any part of it, so that nothing
/// passes here; a policy may accept it for some days after `signed_at`, the authenticated times of
/// its build. A machine that ran the same software before that build was signed is not excluded.
pub(crate) fn freshness(signed_at: &[UnixTime], policy: &TinfoilPolicy, now: UnixTime) -> Finding {
    const DAY: i64 = 86_400;
    let check = &connection::FRESHNESS;
    let (Some(days), Some(signed)) = (policy.undated_for_days, signed_at.iter().min()) else {
        return Finding::no_reference(check);
    };
    let age = now.0.saturating_sub(signed.0);
    let finding = if (0..=i64::from(days).saturating_mul(DAY)).contains(&age) {
        Finding::allowed(check, "undated")
    } else {
        Finding::no_reference(check)
    };
    finding.expected(format!("at most {days} days after its build")).actual(*signed)
}

/// The bundle is about the host the policy is for, and the certificate names that host.
fn domain(cert: &Cert<'_>, claimed: &str, expected: Option<&str>) -> Finding {
    let check = &connection::TLS_DOMAIN;
    let names = cert.dns_names();
    let finding = match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(claimed) => {
            return Finding::fail(check, "not-equal").expected(expected).actual(claimed);
        }
        _ if !names.iter().any(|name| name.eq_ignore_ascii_case(claimed)) => {
            Finding::fail(check, "not-listed")
        }
        Some(_) => Finding::unknown(check, Why::SelfStated),
        None => Finding::no_reference(check),
    };
    finding.expected(claimed).actual(names.join(", ")).at(TLS, 0, cert.der().len())
}

/// The certificate commits to the evidence document: SHA-256 over format and body, as hex text.
fn document(cert: &Cert<'_>, bundle: &Bundle) -> Finding {
    let check = &connection::TLS_DOCUMENT;
    let digest = Sha256::of_parts(&[bundle.format.as_bytes(), bundle.body.as_bytes()]);
    match commitment(cert, "hatt").and_then(|text| lower_hex(&text)) {
        Some(committed) if committed == digest.as_bytes() => {
            Finding::unknown(check, Why::SelfStated).expected(Value::hex(digest.0))
        }
        Some(committed) => Finding::equal(check, digest.as_bytes(), &committed),
        None => Finding::fail(check, "missing").expected(Value::hex(digest.0)),
    }
    .at(TLS, 0, cert.der().len())
}

/// The bytes that a certificate commits to under `label`: base32 in the names
/// `NN<chunk>.<label>.<domain>`, where NN counts the chunks from 00 without gaps.
fn commitment(cert: &Cert<'_>, label: &str) -> Option<Vec<u8>> {
    let mut chunks: Vec<(usize, String, String)> = Vec::new();
    for name in cert.dns_names() {
        let mut parts = name.splitn(3, '.');
        let (Some(chunk), Some(found), Some(domain)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        if found == label {
            let (number, text) = chunk.split_at_checked(2)?;
            let number =
                number.bytes().all(|b| b.is_ascii_digit()).then(|| number.parse())?.ok()?;
            chunks.push((number, text.to_ascii_uppercase(), domain.to_owned()));
        }
    }
    chunks.sorted_by(Ord::cmp);
    let (_, _, domain) = chunks.first()?.clone();
    let in_order = chunks.iter().enumerate().all(|(i, (n, _, d))| i == *n && *d == domain);
    let text: String = chunks.iter().map(|(_, text, _)| text.as_str()).collect();
    in_order.then(|| base32::decode(text.as_bytes())).flatten()
}

/// The bytes that lower-case digits spell.
fn lower_hex(text: &[u8]) -> Option<Vec<u8>> {
    hex::decode(text).ok().filter(|_| !text.iter().any(u8::is_ascii_uppercase))
}

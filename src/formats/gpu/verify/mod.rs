//! NVIDIA's devices: from NVIDIA's root key to the report.

pub(crate) mod manifest;

use super::checks;
use super::parse::Report;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::finding::{Examined, Finding, Promise, Value, Why};
use crate::pki::anchors;
use crate::pki::chain::{self, Checked, Rules};
use crate::pki::named::Anchors;
use crate::pki::{Cert, KeyKind, Ocsp, OcspAnswer, OcspStatus};
use crate::time::{UnixTime, Validity};
use crate::wire::der;

/// The evidence id under which a report is shown.
pub(crate) const REPORT: &str = "gpu-report";

/// The fewest and the most certificates below the root: Hopper's chains have four.
const BELOW: std::ops::RangeInclusive<usize> = 2..=6;

static CHAIN: Checked = Checked {
    rules: Rules { key: |kind| *kind == KeyKind::P384, algorithm: None, signs_documents: false },
    role: &checks::GPU_CHAIN_ROLE,
    signature: &checks::GPU_CHAIN_SIGNATURE,
    validity: &checks::GPU_CHAIN_VALIDITY,
};

/// TCG DICE: identity of the firmware that holds the key, in NVIDIA's form for Hopper.
const FIRMWARE_ID: &str = "2.23.133.5.4.1";

/// TCG DICE attestation architecture 1.1, section 6.1.1: DiceTcbInfo, as Blackwell has it.
const TCB_INFO: &str = "2.23.133.5.4.1.1";

/// Whether a certificate names the firmware that holds its key, as a device's own does.
pub(crate) fn names_firmware(cert: &Cert<'_>) -> bool {
    [FIRMWARE_ID, TCB_INFO].into_iter().any(|name| cert.extension(name).is_some())
}

/// A report whose signature leads to NVIDIA's pinned root, or to one that the policy names.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedGpu<'a> {
    report: &'a Report<'a>,
}

impl<'a> VerifiedGpu<'a> {
    /// The report.
    pub(crate) const fn report(&self) -> &'a Report<'a> {
        self.report
    }
}

/// What [`VerifiedGpu`] promises.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::GPU_ROOT,
        &checks::GPU_CHAIN_ROLE,
        &checks::GPU_CHAIN_SIGNATURE,
        &checks::GPU_CHAIN_VALIDITY,
        &checks::GPU_SIGNATURE,
    ],
    where_it_applies: &[&checks::GPU_FIRMWARE_ID],
};

/// Verifies `report` with the GPU's `chain`, its own certificate first, and the `answers` of NVIDIA's
/// revocation service that are at hand.
pub(crate) fn verify<'a>(
    report: &'a Report<'a>,
    chain: &[Cert<'_>],
    answers: &[Ocsp<'_>],
    roots: Anchors<'_>,
    now: UnixTime,
) -> Examined<VerifiedGpu<'a>> {
    let Some(anchor) = roots.nvidia().above(highest(chain)) else {
        let findings = checks::AUTHENTICITY.map(|check| Finding::unknown(check, Why::NotSupported));
        return Examined { findings: findings.to_vec(), verified: None };
    };
    let root = &anchor.cert;
    let below = match chain.split_last() {
        Some((last, below)) if last.der() == root.der() => below,
        _ => chain,
    };
    let (Some(leaf), Some(top)) = (below.first(), below.last()) else {
        let findings = checks::AUTHENTICITY.map(|check| Finding::unknown(check, Why::NotFetched));
        return Examined { findings: findings.to_vec(), verified: None };
    };
    let reason = chain::astray(top, root, &[anchors::simulated::NVIDIA.root]);
    let begins =
        Finding::unless(&checks::GPU_ROOT, reason).expected(root.subject()).actual(top.issuer());
    let mut findings = vec![anchor.told(begins)];
    if !BELOW.contains(&below.len()) {
        let count = u64::try_from(below.len()).unwrap_or(u64::MAX);
        findings.push(
            Finding::fail(&checks::GPU_CHAIN_ROLE, "wrong-length").actual(Value::number(count)),
        );
    }
    for (number, cert) in below.iter().enumerate() {
        let part = format!("certificate {}", number.saturating_add(1));
        let issuer = number.checked_add(1).and_then(|next| below.get(next)).unwrap_or(root);
        findings.push(CHAIN.role(cert, number).part(part.clone()));
        findings.push(CHAIN.signed(cert, issuer).actual(cert.issuer()).part(part.clone()));
        findings.push(CHAIN.valid(cert, now).part(part));
    }
    findings.push(CHAIN.valid(root, now).part("root"));
    findings.extend(revocation(below, root, answers, now));
    findings.push(signature(report, leaf));
    findings.push(firmware(report, leaf));
    let verified = PROMISE.keep(&findings, || VerifiedGpu { report });
    Examined { findings, verified }
}

/// What the answers say of each certificate. Without an answer about any of them nothing was asked;
/// an answer about other certificates decides nothing.
fn revocation(
    below: &[Cert<'_>],
    root: &Cert<'_>,
    answers: &[Ocsp<'_>],
    now: UnixTime,
) -> Vec<Finding> {
    let check = &checks::GPU_CHAIN_REVOCATION;
    let issuers = below.iter().skip(1).chain([root]);
    let told: Vec<Option<Finding>> = below
        .iter()
        .zip(issuers)
        .map(|(cert, issuer)| standing(cert, issuer, answers, now))
        .collect();
    if told.iter().all(Option::is_none) {
        return vec![Finding::unknown(check, Why::NotAsked)];
    }
    let open = || Finding::unknown(check, Why::NotAsked);
    let named = (1_u32..).zip(told);
    named
        .map(|(number, own)| own.unwrap_or_else(open).part(format!("certificate {number}")))
        .collect()
}

/// What the answers about `cert` say: a sound one that it was revoked, whatever its dates; otherwise
/// the newest of the sound ones. `None` when none is about it.
fn standing(
    cert: &Cert<'_>,
    issuer: &Cert<'_>,
    answers: &[Ocsp<'_>],
    now: UnixTime,
) -> Option<Finding> {
    let check = &checks::GPU_CHAIN_REVOCATION;
    let told: Vec<(&Ocsp<'_>, &OcspAnswer<'_>)> =
        answers.iter().filter_map(|own| Some((own, own.about(cert, issuer)?))).collect();
    let (first, _) = told.first()?;
    let sound = told.iter().filter(|(own, _)| own.unsigned(issuer, now).is_none());
    let sound: Vec<&OcspAnswer<'_>> = sound.map(|(_, answer)| *answer).collect();
    let newest = sound.iter().max_by_key(|answer| answer.this_update);
    let serial = Value::hex(cert.serial());
    Some(match newest {
        None => Finding::unless(check, first.unsigned(issuer, now)).expected(issuer.subject()),
        Some(_) if sound.iter().any(|answer| answer.status == OcspStatus::Revoked) => {
            Finding::fail(check, "revoked").actual(serial)
        }
        Some(answer) if answer.status == OcspStatus::Unknown => {
            Finding::fail(check, "unknown-certificate").actual(serial)
        }
        Some(answer) => match answer.next_update {
            None => Finding::fail(check, "missing").actual(answer.this_update),
            Some(next) => {
                let window = Validity { not_before: answer.this_update, not_after: next };
                chain::dated(check, window, now, "stale")
            }
        },
    })
}

/// The certificate of a chain that tells its root: the last one, or the one before a last that names
/// itself and is nobody's word.
fn highest<'c, 'd>(chain: &'c [Cert<'d>]) -> Option<&'c Cert<'d>> {
    match chain {
        [.., below, last] if last.names_issuer(last) => Some(below),
        other => other.last(),
    }
}

/// ECDSA on P-384 with SHA-384 over request and response, the signature left out.
fn signature(report: &Report<'_>, leaf: &Cert<'_>) -> Finding {
    let check = &checks::GPU_SIGNATURE;
    Finding::test(check, is_signed_by(report, leaf), "bad-signature")
        .expected(leaf.subject())
        .within(REPORT, report.signed)
}

/// Whether the key of `leaf` signed the report.
pub(crate) fn is_signed_by(report: &Report<'_>, leaf: &Cert<'_>) -> bool {
    leaf.key_kind() == KeyKind::P384
        && crypto::verify(
            Algorithm::EcdsaP384(Hash::Sha384),
            leaf.public_key(),
            Message::Bytes(report.signed_bytes()),
            Signature::Concatenated(&report.signature),
        )
        .is_ok()
}

/// The firmware that the certificate names is the one that the report names. Switches and older
/// drivers of Hopper's do not report it; the signature covers that nothing is reported.
fn firmware(report: &Report<'_>, leaf: &Cert<'_>) -> Finding {
    let check = &checks::GPU_FIRMWARE_ID;
    let certified = match (leaf.extension(FIRMWARE_ID), leaf.extension(TCB_INFO)) {
        (Some(extension), _) => hopper(extension.value),
        (None, Some(extension)) => tcb_info(extension.value),
        (None, None) => return Finding::unknown(check, Why::NotSupported),
    };
    match (certified, report.opaque.firmware_id()) {
        (Some(certified), Some(reported)) => Finding::equal(check, certified, reported),
        (None, _) => Finding::fail(check, "malformed"),
        (Some(certified), None) => {
            Finding::unknown(check, Why::NotApplicable).expected(Value::hex(certified))
        }
    }
}

/// The extension ends in the digest, as an OCTET STRING of 48 bytes.
fn hopper(value: &[u8]) -> Option<&[u8]> {
    const HEADER: [u8; 2] = [der::OCTET_STRING, 0x30];
    let (before, digest) = value.split_last_chunk::<48>()?;
    before.ends_with(&HEADER).then_some(digest)
}

/// The first of `fwids`, which is member 6 of DiceTcbInfo: its algorithm is SHA-384.
fn tcb_info(value: &[u8]) -> Option<&[u8]> {
    const FWIDS: u8 = 0xa6;
    /// 2.16.840.1.101.3.4.2.2.
    const SHA384: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    let info = der::all(der::only(value)?.content_of(der::SEQUENCE)?)?;
    let fwids = info.iter().find_map(|member| member.content_of(FWIDS))?;
    let (first, _) = der::first(fwids)?;
    match *der::all(first.content_of(der::SEQUENCE)?)? {
        [algorithm, digest] if algorithm.content_of(der::OBJECT_IDENTIFIER)? == SHA384 => {
            digest.content_of(der::OCTET_STRING).filter(|digest| digest.len() == 48)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2.16.840.1.101.3.4.2.2, SHA-384.
    const SHA384: [u8; 9] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];

    fn info(algorithm: &[u8], digests: &[&[u8]]) -> Vec<u8> {
        let fwid = |digest: &&[u8]| {
            let members = [
                der::encode(der::OBJECT_IDENTIFIER, algorithm).unwrap(),
                der::encode(der::OCTET_STRING, digest).unwrap(),
            ];
            der::encode(der::SEQUENCE, &members.concat()).unwrap()
        };
        let fwids: Vec<u8> = digests.iter().flat_map(fwid).collect();
        let members = [
            der::encode(0x80, b"NVIDIA").unwrap(),
            der::encode(0x81, b"GB100 A01 GSP").unwrap(),
            der::encode(0xa6, &fwids).unwrap(),
        ];
        der::encode(der::SEQUENCE, &members.concat()).unwrap()
    }

    #[test]
    fn first_digest_of_the_tcb_info_is_the_firmware() {
        let own = info(&SHA384, &[&[7; 48], &[0; 48]]);
        assert_eq!(tcb_info(&own), Some(&[7; 48][..]));
    }

    #[test]
    fn tcb_info_of_another_form_names_no_firmware() {
        let mut longer = info(&SHA384, &[&[7; 48]]);
        longer.push(0);
        let other = info(&[0x2a], &[&[7; 48]]);
        for value in [longer, other, info(&SHA384, &[&[7; 32]]), info(&SHA384, &[]), Vec::new()] {
            assert_eq!(tcb_info(&value), None);
        }
    }
}

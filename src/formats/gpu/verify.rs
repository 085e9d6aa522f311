//! NVIDIA GPUs: from NVIDIA's root key to the report.

use super::checks;
use super::parse::Report;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::finding::{Examined, Finding, Promise, Value, Why};
use crate::pki::anchors::{self, Roots};
use crate::pki::chain::{self, Checked, Rules};
use crate::pki::{Cert, KeyKind};
use crate::time::UnixTime;

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

/// TCG DICE: identity of the firmware that holds the key.
pub(crate) const FIRMWARE_ID: &str = "2.23.133.5.4.1";

/// A report whose signature leads to NVIDIA's pinned root.
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
        &checks::GPU_FIRMWARE_ID,
    ],
    where_it_applies: &[],
};

/// Verifies `report` with the GPU's `chain`, its own certificate first.
pub(crate) fn verify<'a>(
    report: &'a Report<'a>,
    chain: &[Cert<'_>],
    roots: Roots,
    now: UnixTime,
) -> Examined<VerifiedGpu<'a>> {
    let Ok(root) = anchors::nvidia(roots).root() else {
        let findings = checks::AUTHENTICITY.map(|check| Finding::unknown(check, Why::NotSupported));
        return Examined { findings: findings.to_vec(), verified: None };
    };
    let below = match chain.split_last() {
        Some((last, below)) if last.der() == root.der() => below,
        _ => chain,
    };
    let (Some(leaf), Some(top)) = (below.first(), below.last()) else {
        let findings = checks::AUTHENTICITY.map(|check| Finding::unknown(check, Why::NotFetched));
        return Examined { findings: findings.to_vec(), verified: None };
    };
    let reason = chain::astray(top, &root, &[anchors::simulated::NVIDIA.root]);
    let mut findings = vec![
        Finding::unless(&checks::GPU_ROOT, reason).expected(root.subject()).actual(top.issuer()),
    ];
    if !BELOW.contains(&below.len()) {
        let count = u64::try_from(below.len()).unwrap_or(u64::MAX);
        findings.push(
            Finding::fail(&checks::GPU_CHAIN_ROLE, "wrong-length").actual(Value::number(count)),
        );
    }
    for (number, cert) in below.iter().enumerate() {
        let part = format!("certificate {}", number.saturating_add(1));
        let issuer = number.checked_add(1).and_then(|next| below.get(next)).unwrap_or(&root);
        findings.push(CHAIN.role(cert, number).part(part.clone()));
        findings.push(CHAIN.signed(cert, issuer).actual(cert.issuer()).part(part.clone()));
        findings.push(CHAIN.valid(cert, now).part(part));
    }
    findings.push(CHAIN.valid(&root, now).part("root"));
    findings.push(Finding::unknown(&checks::GPU_CHAIN_REVOCATION, Why::NotSupported));
    findings.push(signature(report, leaf));
    findings.push(firmware(report, leaf));
    let verified = PROMISE.keep(&findings, || VerifiedGpu { report });
    Examined { findings, verified }
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

/// The certificate's extension ends in the digest as an OCTET STRING of 48 bytes.
fn firmware(report: &Report<'_>, leaf: &Cert<'_>) -> Finding {
    const HEADER: [u8; 2] = [0x04, 0x30];
    let check = &checks::GPU_FIRMWARE_ID;
    let Some(extension) = leaf.extension(FIRMWARE_ID) else {
        return Finding::unknown(check, Why::NotSupported);
    };
    let certified = extension
        .value
        .split_last_chunk::<48>()
        .filter(|(before, _)| before.ends_with(&HEADER))
        .map(|(_, digest)| digest);
    match (certified, report.opaque.firmware_id()) {
        (Some(certified), Some(reported)) => Finding::equal(check, certified, reported),
        (None, _) => Finding::fail(check, "malformed"),
        (_, None) => Finding::fail(check, "missing"),
    }
}

//! What ties the parts of EigenCompute's bound evidence to each other and to a challenge.
//!
//! The TPM signs the challenge together with the name of the platform, so a report that is taken
//! out is missed. The processor's report names the TPM's key. Both formulas begin with one label.

use crate::digest::{Sha256, Sha512};
use crate::evidence::eigencompute::{BoundEvidence, Platform};
use crate::finding::{Finding, Why, checks};

const LABEL: &[u8] = b"WORKLOAD_ATTESTATION";

/// Whether the TPM's quotes answer the challenge, on the platform whose report is there:
/// qualifyingData = SHA-256(label, platform, SHA-256(challenge), and when there is extra data
/// SHA-256 of it). `extra_data` is what a verified quote names.
pub fn challenge(evidence: &BoundEvidence, extra_data: &[u8]) -> Finding {
    let check = &checks::EIGEN_CHALLENGE;
    let Some(challenge) = &evidence.challenge else {
        return Finding::unknown(check, Why::NotFetched);
    };
    let expected = |platform: Platform| {
        let challenge = Sha256::of(challenge);
        let extra = Sha256::of(&evidence.extra_data);
        let mut parts = vec![LABEL, platform.tag().as_bytes(), challenge.as_bytes()];
        if !evidence.extra_data.is_empty() {
            parts.push(extra.as_bytes());
        }
        Sha256::of_parts(&parts)
    };
    let own = expected(evidence.platform);
    let finding = Finding::equal(check, own.as_bytes(), extra_data);
    let others = [Platform::Tdx, Platform::SevSnp, Platform::ShieldedVm];
    let other = others
        .into_iter()
        .find(|other| *other != evidence.platform && expected(*other).as_bytes() == extra_data);
    match other {
        Some(other) => Finding::fail(check, "another-platform")
            .expected(other.tag())
            .actual(evidence.platform.tag()),
        None => finding,
    }
}

/// Whether the processor's report names the challenge and the TPM's key: report_data =
/// SHA-512(label, SHA-512(challenge), SHA-512(SubjectPublicKeyInfo), and when there is extra data
/// SHA-512 of it).
pub fn report_data(evidence: &BoundEvidence, spki: &[u8], actual: &[u8]) -> Finding {
    let check = &checks::EIGEN_REPORT_DATA;
    let Some(challenge) = &evidence.challenge else {
        return Finding::unknown(check, Why::NotFetched);
    };
    let challenge = Sha512::of(challenge);
    let key = Sha512::of(spki);
    let extra = Sha512::of(&evidence.extra_data);
    let mut parts = vec![LABEL, challenge.as_bytes(), key.as_bytes()];
    if !evidence.extra_data.is_empty() {
        parts.push(extra.as_bytes());
    }
    Finding::equal(check, Sha512::of_parts(&parts).as_bytes(), actual)
}

//! What ties the parts of EigenCompute's bound evidence to each other and to a challenge.
//!
//! The TPM signs the challenge together with the name of the platform, so a report that is taken
//! out is missed. The processor's report names the TPM's key. Both formulas begin with one label.

use super::checks;
use super::parse::{BoundEvidence, Platform};
use crate::crypto::Hash;
use crate::digest::{Sha256, Sha512};
use crate::finding::{Finding, Value, Why};
use crate::formats::eventlog;
use crate::formats::tpm::verify::VerifiedTpm;

const LABEL: &[u8] = b"WORKLOAD_ATTESTATION";
/// The fewest bytes that nobody guesses: 128 bits.
const MINIMUM_CHALLENGE: usize = 16;
/// The TPM's register of the launcher.
const LAUNCHER: u8 = 13;

/// Whether the TPM's quotes answer the challenge, on the platform whose report is there:
/// qualifyingData = SHA-256(label, platform, SHA-256(challenge), and when there is extra data
/// SHA-256 of it). `extra_data` is what a verified quote names.
pub(crate) fn challenge(evidence: &BoundEvidence, extra_data: &[u8]) -> Finding {
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
        None if finding.passed() && challenge.len() < MINIMUM_CHALLENGE => {
            Finding::warn(check, "short").actual(Value::hex(challenge))
        }
        None => finding,
    }
}

/// Whether the processor's report names the challenge and the TPM's key: report_data =
/// SHA-512(label, SHA-512(challenge), SHA-512(SubjectPublicKeyInfo), and when there is extra data
/// SHA-512 of it).
pub(crate) fn report_data(evidence: &BoundEvidence, spki: &[u8], actual: &[u8]) -> Finding {
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

/// Whether the launcher's log extends to its register in the TPM in both banks that are read,
/// SHA-256 and SHA-384. The launcher measures every event there as well as in the processor's own
/// register, so a log that fits one of the two only is not what it measured. A register that is not
/// zero, and no log, is a launch that is not published.
pub(crate) fn registers(log: &eventlog::parse::cel::Log<'_>, tpm: &VerifiedTpm) -> Finding {
    let check = &checks::EIGEN_REGISTERS;
    let sha256 = tpm.sha256().get(&LAUNCHER).map(|value| value.0.to_vec());
    let sha384 = tpm.sha384().get(&LAUNCHER).map(|value| value.0.to_vec());
    let quoted = [(Hash::Sha256, sha256), (Hash::Sha384, sha384)];
    let quoted = quoted.into_iter().filter_map(|(hash, value)| Some((hash, value?)));
    let nothing = if log.records.is_empty() { Why::NotApplicable } else { Why::NotPublished };
    let mut finding = Finding::unknown(check, nothing);
    for (hash, quoted) in quoted {
        if log.records.is_empty() {
            if quoted.iter().any(|byte| *byte != 0) {
                let actual = Value::hex(&quoted);
                return Finding::unknown(check, Why::NotPublished).actual(actual);
            }
            continue;
        }
        let replayed = log.records.iter().fold(vec![0; quoted.len()], |value, record| {
            hash.digest(&[value, hash.digest(record.content)].concat())
        });
        if replayed != quoted {
            return Finding::fail(check, "another-launch")
                .expected(Value::hex(&quoted))
                .actual(Value::hex(&replayed));
        }
        finding = Finding::pass(check);
    }
    finding
}

//! A virtual TPM's quotes against a policy.

use super::checks;
use super::policy::TpmPolicy;
use super::verify::VerifiedTpm;
use crate::claims::Claim;
use crate::finding::compared::{Compared, Comparers, ruled_unless};
use crate::finding::{Check, Finding, LinkId, Rule, Value, Why};
use crate::formats::eventlog;
use crate::formats::eventlog::verify::VerifiedLog;
use crate::hex;

/// That the provider makes and runs this TPM, whatever else holds: nothing here comes from the
/// maker of a processor.
pub(crate) fn provider() -> Finding {
    Finding::warn(&checks::TPM_PROVIDER, "provider-is-the-root")
}

/// Compares what the quotes say with the policy. `log` is the firmware's log, once it extends to
/// the registers.
pub(crate) fn appraise(
    verified: &VerifiedTpm,
    log: Option<&VerifiedLog>,
    policy: &TpmPolicy,
    compared: Comparers,
) -> Vec<Finding> {
    vec![nonce(verified, policy, compared.data), secure_boot(log, policy.without_secure_boot)]
}

/// The findings when there is nothing verified to appraise.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// What the quotes say about the machine.
pub(crate) fn claims(verified: &VerifiedTpm) -> Vec<Claim> {
    let claim = |name, value, link| Claim { name, value, link, part: None };
    let (resets, restarts) = verified.boots();
    vec![
        claim("tpm.machine", Value::text(verified.subject()), LinkId::Chip),
        claim("tpm.extra-data", Value::hex(verified.extra_data()), LinkId::Report),
        claim("tpm.resets", Value::number(resets), LinkId::Report),
        claim("tpm.restarts", Value::number(restarts), LinkId::Report),
        claim(
            "tpm.firmware",
            Value::hex(verified.firmware_version().to_be_bytes()),
            LinkId::Report,
        ),
    ]
}

fn nonce(verified: &VerifiedTpm, policy: &TpmPolicy, compared: Compared) -> Finding {
    let check = &checks::TPM_NONCE;
    let finding = compared.with(check, policy.nonce.as_ref(), |nonce| match hex::decode(nonce) {
        Err(_) => Finding::fail(check, "malformed"),
        Ok(expected) => Finding::equal(check, &expected, verified.extra_data()),
    });
    finding.actual(Value::hex(verified.extra_data()))
}

fn secure_boot(log: Option<&VerifiedLog>, without: Rule) -> Finding {
    let check = &checks::TPM_SECURE_BOOT;
    let Some(log) = log else { return Finding::blocked(check, &eventlog::checks::EVENTLOG_REPLAY) };
    let mut said = log.statements().iter().filter(|said| said.name == "boot.secure-boot");
    match said.next().map(|said| said.value.to_string()) {
        None => Finding::unknown(check, Why::NotPublished),
        Some(value) => {
            let off = (value != "on").then_some("off");
            ruled_unless(check, off, without).actual(off.unwrap_or("on"))
        }
    }
}

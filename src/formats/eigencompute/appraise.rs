//! EigenCompute's bound evidence against a policy.

use super::checks;
use super::parse::Platform;
use super::policy::EigenPolicy;
use crate::claims::Claim;
use crate::finding::compared::{Compared, Comparers, ruled_unless};
use crate::finding::{Check, Finding, Rule, Why};
use crate::formats::eventlog;
use crate::formats::eventlog::verify::VerifiedLog;
use crate::formats::tpm::verify::VerifiedTpm;
use crate::hex;

/// The mark of the production image on the kernel's command line.
const HARDENED: &str = "confidential-space.hardened=true";
const COMMAND_LINE: &str = "boot.command-line";

/// The logs of a machine, each once it extends to its registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logs<'a> {
    /// The firmware's, in the virtual TPM's registers.
    pub boot: Option<&'a VerifiedLog>,
    /// The firmware's, in the processor's own registers.
    pub processor: Processor<'a>,
    /// The launcher's, or why there is none.
    pub launch: Result<&'a VerifiedLog, Why>,
}

/// What is known of the processor's own registers of the boot, RTMR0 to RTMR2 of a TDX guest.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Processor<'a> {
    /// It has none.
    NoRegisters,
    /// No log of them came along. The evidence itself carries none.
    NoLog,
    /// A log came along and does not extend to them.
    OtherLog,
    /// This log extends to them.
    Log(&'a VerifiedLog),
}

/// Compares what was measured with the policy.
pub(crate) fn appraise(
    platform: Platform,
    tpm: &VerifiedTpm,
    logs: Logs<'_>,
    policy: &EigenPolicy,
    compared: Comparers,
) -> Vec<Finding> {
    vec![
        boot(tpm, policy),
        boot_log(&logs),
        hardened(&logs, policy.debug_image),
        launched_by(platform, logs.launch),
        container(logs.launch, policy, compared.software),
        overrides(logs.launch, policy.overrides),
    ]
}

/// The findings when there is nothing verified to appraise.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// The challenge as a claim: the extra data that the workload had bound along.
pub(crate) fn claims(extra_data: &[u8]) -> Vec<Claim> {
    let link = crate::finding::LinkId::Report;
    let value = crate::finding::Value::hex(extra_data);
    let claim = Claim { name: "eigencompute.extra-data", value, link, part: None };
    if extra_data.is_empty() { Vec::new() } else { vec![claim] }
}

/// The machine's image, by the registers that its boot loader and its files leave.
fn boot(tpm: &VerifiedTpm, policy: &EigenPolicy) -> Finding {
    const REGISTERS: [u8; 3] = [4, 8, 9];
    let check = &checks::EIGEN_BOOT;
    let quoted = tpm.sha256();
    let values = REGISTERS.iter().filter_map(|number| Some((number, quoted.get(number)?)));
    let actual: Vec<String> =
        values.map(|(number, value)| format!("pcr{number} {}", hex::encode(value.0))).collect();
    let accepted = &policy.boot_registers;
    let finding = if accepted.is_empty() {
        Finding::no_reference(check)
    } else {
        let agrees = accepted.iter().any(|image| {
            !image.is_empty()
                && image.iter().all(|(number, value)| quoted.get(number) == Some(value))
        });
        Finding::test(check, agrees, "not-accepted")
    };
    finding.actual(actual.join(", "))
}

/// Whether the processor's own registers show the same boot as the provider's TPM.
fn boot_log(logs: &Logs<'_>) -> Finding {
    let check = &checks::EIGEN_BOOT_LOG;
    let log = match logs.processor {
        Processor::NoRegisters => return Finding::unknown(check, Why::NotApplicable),
        Processor::NoLog => return Finding::unknown(check, Why::NotFetched),
        Processor::OtherLog => return Finding::blocked(check, &eventlog::checks::EVENTLOG_REPLAY),
        Processor::Log(log) => log,
    };
    let Some(boot) = logs.boot else {
        return Finding::blocked(check, &eventlog::checks::EVENTLOG_REPLAY);
    };
    let [tpm, own] = [boot, log].map(|log| said(log, COMMAND_LINE));
    if tpm.is_empty() || own.is_empty() {
        // A log without the event says nothing about the command line.
        return Finding::unknown(check, Why::NotPublished);
    }
    Finding::test(check, tpm == own, "another-command-line")
        .expected(tpm.join(" and "))
        .actual(own.join(" and "))
}

/// The provider's TPM has registers of the boot loader on every platform. Where a log of the
/// processor's own is at hand, both have to name the production image.
fn hardened(logs: &Logs<'_>, debug_image: Rule) -> Finding {
    let check = &checks::EIGEN_HARDENED;
    let Some(boot) = logs.boot else {
        return Finding::blocked(check, &eventlog::checks::EVENTLOG_REPLAY);
    };
    let mut lines = said(boot, COMMAND_LINE);
    if let Processor::Log(log) = logs.processor {
        lines.extend(said(log, COMMAND_LINE));
    }
    if lines.is_empty() {
        return Finding::unknown(check, Why::NotPublished);
    }
    let is_hardened =
        lines.iter().all(|line| line.split_ascii_whitespace().any(|word| word == HARDENED));
    ruled_unless(check, (!is_hardened).then_some("debug-image"), debug_image)
        .expected(HARDENED)
        .actual(if is_hardened { HARDENED } else { "not on the command line" })
}

/// Whose registers the launcher's log extends to.
fn launched_by(platform: Platform, launch: Result<&VerifiedLog, Why>) -> Finding {
    let check = &checks::EIGEN_LAUNCH;
    match (launch, platform) {
        (Err(why), _) => Finding::unknown(check, why),
        (Ok(_), Platform::Tdx) => Finding::pass(check),
        (Ok(_), Platform::SevSnp | Platform::ShieldedVm) => {
            Finding::warn(check, "provider-is-the-root")
        }
    }
}

fn container(
    launch: Result<&VerifiedLog, Why>,
    policy: &EigenPolicy,
    compared: Compared,
) -> Finding {
    let check = &checks::EIGEN_CONTAINER;
    let launch = match launch {
        Ok(launch) => launch,
        Err(why) => return Finding::unknown(check, why),
    };
    let digests = said(launch, "container.image-digest");
    let [digest] = digests.as_slice() else { return Finding::fail(check, "missing") };
    let accepted = Some(&policy.image_digests).filter(|accepted| !accepted.is_empty());
    let finding = compared.with(check, accepted, |accepted| {
        Finding::test(check, accepted.contains(digest), "not-accepted")
            .expected(accepted.join(" or "))
    });
    finding.actual(digest.as_str())
}

fn overrides(launch: Result<&VerifiedLog, Why>, rule: Rule) -> Finding {
    let check = &checks::EIGEN_OVERRIDES;
    let launch = match launch {
        Ok(launch) => launch,
        Err(why) => return Finding::unknown(check, why),
    };
    let changed = [
        said(launch, "container.argument-override"),
        said(launch, "container.environment-override"),
    ]
    .concat();
    let finding = ruled_unless(check, (!changed.is_empty()).then_some("overridden"), rule);
    if changed.is_empty() { finding } else { finding.actual(changed.join(", ")) }
}

fn said(log: &VerifiedLog, name: &str) -> Vec<String> {
    let own = log.statements().iter().filter(|said| said.name == name);
    own.map(|said| said.value.to_string()).collect()
}

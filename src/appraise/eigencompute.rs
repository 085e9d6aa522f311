//! EigenCompute's bound evidence against a policy.

use crate::claims::Claim;
use crate::evidence::eigencompute::Platform;
use crate::finding::{Finding, Why, checks};
use crate::policy::{EigenPolicy, Rule};
use crate::verify::eventlog::VerifiedLog;

/// The mark of the production image on the kernel's command line.
const HARDENED: &str = "confidential-space.hardened=true";

/// Compares what was measured with the policy. `boot` is the firmware's log, `launch` the
/// launcher's, each once it extends to its registers.
pub fn appraise(
    platform: Platform,
    boot: Option<&VerifiedLog>,
    launch: Option<&VerifiedLog>,
    policy: &EigenPolicy,
) -> Vec<Finding> {
    vec![
        hardened(boot, policy.debug_image),
        launched_by(platform, launch),
        container(launch, policy),
        overrides(launch, policy.overrides),
    ]
}

/// The challenge as a claim: the extra data that the workload had bound along.
pub fn claims(extra_data: &[u8]) -> Vec<Claim> {
    let link = crate::finding::LinkId::Report;
    let value = crate::finding::Value::hex(extra_data);
    let claim = Claim { name: "eigencompute.extra-data", value, link, part: None };
    if extra_data.is_empty() { Vec::new() } else { vec![claim] }
}

/// The registers of the boot loader are the provider's TPM's on every platform.
fn hardened(boot: Option<&VerifiedLog>, debug_image: Rule) -> Finding {
    let check = &checks::EIGEN_HARDENED;
    let Some(boot) = boot else { return Finding::blocked(check, &checks::EVENTLOG_REPLAY) };
    let lines: Vec<String> = said(boot, "boot.command-line");
    if lines.is_empty() {
        return Finding::unknown(check, Why::NotPublished);
    }
    let is_hardened =
        lines.iter().all(|line| line.split_ascii_whitespace().any(|word| word == HARDENED));
    match (is_hardened, debug_image) {
        (true, _) => Finding::pass(check),
        (false, Rule::Allow) => Finding::pass(check),
        (false, Rule::Warn) => Finding::warn(check, "debug-image"),
        (false, Rule::Deny) => Finding::fail(check, "debug-image"),
    }
    .expected(HARDENED)
    .actual(if is_hardened { HARDENED } else { "not on the command line" })
}

/// Whose registers the launcher's log extends to.
fn launched_by(platform: Platform, launch: Option<&VerifiedLog>) -> Finding {
    let check = &checks::EIGEN_LAUNCH;
    match (launch, platform) {
        (None, _) => Finding::unknown(check, Why::NotPublished),
        (Some(_), Platform::Tdx) => Finding::pass(check),
        (Some(_), Platform::SevSnp | Platform::ShieldedVm) => {
            Finding::warn(check, "provider-is-the-root")
        }
    }
}

fn container(launch: Option<&VerifiedLog>, policy: &EigenPolicy) -> Finding {
    let check = &checks::EIGEN_CONTAINER;
    let Some(launch) = launch else { return Finding::unknown(check, Why::NotPublished) };
    let digests = said(launch, "container.image-digest");
    let [digest] = digests.as_slice() else { return Finding::fail(check, "missing") };
    let accepted = &policy.image_digests;
    if accepted.is_empty() {
        return Finding::unknown(check, Why::NotFetched).actual(digest.as_str());
    }
    Finding::test(check, accepted.contains(digest), "not-accepted")
        .expected(accepted.join(" or "))
        .actual(digest.as_str())
}

fn overrides(launch: Option<&VerifiedLog>, rule: Rule) -> Finding {
    let check = &checks::EIGEN_OVERRIDES;
    let Some(launch) = launch else { return Finding::unknown(check, Why::NotPublished) };
    let changed = [
        said(launch, "container.argument-override"),
        said(launch, "container.environment-override"),
    ]
    .concat();
    let finding = match (changed.is_empty(), rule) {
        (true, _) => return Finding::pass(check),
        (false, Rule::Allow) => Finding::pass(check),
        (false, Rule::Warn) => Finding::warn(check, "overridden"),
        (false, Rule::Deny) => Finding::fail(check, "overridden"),
    };
    finding.actual(changed.join(", "))
}

fn said(log: &VerifiedLog, name: &str) -> Vec<String> {
    let own = log.statements().iter().filter(|said| said.name == name);
    own.map(|said| said.value.to_string()).collect()
}

//! Which check stands in the way of the others.

use super::{Check, Finding, Outcome, Tier, Why, presence};

/// The first check about authenticity that was not passed: what blocks everything after it.
pub(crate) fn to_blame(findings: &[Finding]) -> &'static Check {
    let open = |finding: &&Finding| {
        finding.check.tier == Tier::Authenticity
            && matches!(
                finding.outcome,
                Outcome::Fail(_)
                    | Outcome::Unknown(
                        Why::NotFetched
                            | Why::NotPublished
                            | Why::NotSupported
                            | Why::NoReference
                            | Why::SelfStated
                    )
            )
    };
    let failed = findings.iter().find(|f| open(f) && matches!(f.outcome, Outcome::Fail(_)));
    failed
        .or_else(|| findings.iter().find(open))
        .map_or(&presence::LINK_REPORT, |finding| finding.check)
}

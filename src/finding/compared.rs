//! Who compares a value, and what a policy's rule makes of a property.

use crate::finding::{Check, Finding, Rule, Why};

/// Who compares a value of the evidence with the one that is expected of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The policy alone: without a value of the policy's there is nothing to compare with.
    Policy,
    /// Another check, with a value that somebody signed beside the evidence. A value that the
    /// policy names is compared as well; without one the check does not apply.
    By(&'static Check),
    /// Nobody: the value is not of the kind that the check is about, whatever the policy names.
    Nobody,
}

impl Compared {
    /// The finding of `check` on a value: `expected` is what the policy names, and `compare` makes
    /// the comparison.
    pub(crate) fn with<T>(
        self,
        check: &'static Check,
        expected: Option<T>,
        compare: impl FnOnce(T) -> Finding,
    ) -> Finding {
        match (self, expected) {
            (Self::Policy | Self::By(_), Some(expected)) => compare(expected),
            (Self::Policy, None) => Finding::no_reference(check),
            (Self::By(_), None) | (Self::Nobody, _) => Finding::unknown(check, Why::NotApplicable),
        }
    }
}

/// Who compares the values of one piece of evidence that are about its software and its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Comparers {
    /// What was measured, or the image that was named.
    pub software: Compared,
    /// What the machine chose to have signed: report data, a nonce or extra data.
    pub data: Compared,
}

impl Comparers {
    /// The policy compares everything.
    pub(crate) const POLICY: Self = Self { software: Compared::Policy, data: Compared::Policy };
}

/// What a policy's rule makes of a property that is not as a reader would want it.
pub(crate) fn ruled(check: &'static Check, rule: Rule, reason: &'static str) -> Finding {
    match rule {
        Rule::Deny => Finding::fail(check, reason),
        Rule::Warn => Finding::warn(check, reason),
        Rule::Allow => Finding::allowed(check, reason),
    }
}

/// The same where a policy need not have a rule: then nobody says which value is wanted.
pub(crate) fn wished(check: &'static Check, rule: Option<Rule>, reason: &'static str) -> Finding {
    rule.map_or_else(|| Finding::no_reference(check), |rule| ruled(check, rule, reason))
}

/// A pass without a `reason` against it; otherwise what the rule makes of the reason.
pub(crate) fn ruled_unless(
    check: &'static Check,
    reason: Option<&'static str>,
    rule: Rule,
) -> Finding {
    reason.map_or_else(|| Finding::pass(check), |reason| ruled(check, rule, reason))
}

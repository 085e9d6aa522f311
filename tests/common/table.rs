//! Comparing the findings about a healthy input with those about the same input with one thing
//! spoiled.

use std::collections::{BTreeMap, BTreeSet};

use silicon_to_source::report::Report;

/// Every finding as `check` or `check/part`, with its outcome and reason.
pub(crate) fn findings(report: &Report) -> BTreeMap<String, String> {
    let mut findings = BTreeMap::new();
    for finding in report.links.iter().flat_map(|link| &link.findings) {
        let name = match &finding.part {
            Some(part) => format!("{}/{part}", finding.check),
            None => finding.check.to_string(),
        };
        let outcome = match (finding.reason, finding.blocked_by) {
            (Some(_), Some(by)) => format!("blocked by {by}"),
            (Some(reason), None) => format!("{} {reason}", finding.outcome),
            (None, _) => finding.outcome.to_owned(),
        };
        assert!(findings.insert(name.clone(), outcome).is_none(), "{name} appears twice");
    }
    findings
}

/// The check of a finding's name.
pub(crate) fn check_of(finding: &str) -> &str {
    finding.split('/').next().unwrap()
}

/// What else changes: the finding, what becomes of it (`absent` when it is gone), and why that cannot be avoided.
pub(crate) type Also = &'static [(&'static str, &'static str, &'static str)];

/// What one spoiled thing does.
pub(crate) struct Expected {
    /// The finding: a check, or a check and its part.
    pub(crate) finding: &'static str,
    pub(crate) becomes: &'static str,
    pub(crate) also: Also,
}

impl Expected {
    /// Every way in which the findings are not as expected. Parts of the same check may change
    /// together, and what is blocked by a check that changes is not counted.
    pub(crate) fn differences(
        &self,
        healthy: &BTreeMap<String, String>,
        spoiled: &BTreeMap<String, String>,
        label: &str,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        let check = check_of(self.finding);
        if spoiled.get(self.finding).map(String::as_str) != Some(self.becomes) {
            wrong.push(format!("{label}: it becomes {:?}", spoiled.get(self.finding)));
        }
        let mut blame = vec![check];
        blame.extend(self.also.iter().map(|(finding, ..)| check_of(finding)));
        let is_blocked = |finding: &str| {
            let by = spoiled.get(finding).and_then(|outcome| outcome.strip_prefix("blocked by "));
            by.is_some_and(|by| blame.contains(&by))
        };
        let mut seen = BTreeSet::new();
        for finding in healthy.keys().chain(spoiled.keys()).collect::<BTreeSet<_>>() {
            let (before, after) = (healthy.get(finding), spoiled.get(finding));
            if before == after || check_of(finding) == check || is_blocked(finding) {
                continue;
            }
            // The parts of a blocked check give way to one finding for the whole check.
            if after.is_none() && is_blocked(check_of(finding)) {
                continue;
            }
            match self.also.iter().find(|(also, ..)| also == finding) {
                Some((also, becomes, _)) if after.map_or("absent", String::as_str) == *becomes => {
                    seen.insert(*also);
                }
                _ => wrong.push(format!("{label}: {finding} turns from {before:?} to {after:?}")),
            }
        }
        for (also, ..) in self.also {
            if !seen.contains(also) {
                wrong.push(format!("{label}: {also} is listed and does not change"));
            }
        }
        wrong
    }
}

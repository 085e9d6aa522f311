//! Comparing the findings about a healthy input with those about the same input with one thing
//! spoiled.

use std::collections::{BTreeMap, BTreeSet};

use silicon_to_source::report::{LinkFinding, Report, State};

/// One thing that can be wrong with an input, and what becomes of one check.
pub(crate) struct Row<C> {
    /// The finding: a check, or a check and its part.
    pub(crate) finding: &'static str,
    pub(crate) becomes: &'static str,
    /// An input in which every check passes or has nothing to compare with.
    pub(crate) base: fn() -> C,
    pub(crate) spoil: fn(&mut C),
    pub(crate) also: Also,
}

impl<C> Row<C> {
    pub(crate) const fn new(
        base: fn() -> C,
        finding: &'static str,
        becomes: &'static str,
        spoil: fn(&mut C),
    ) -> Self {
        Self { finding, becomes, base, spoil, also: &[] }
    }

    /// The same on another input.
    pub(crate) const fn on(self, base: fn() -> C) -> Self {
        Self { base, ..self }
    }

    pub(crate) const fn also(self, also: Also) -> Self {
        Self { also, ..self }
    }

    /// Every way in which the row does not do what it says: its check becomes what it says,
    /// every other finding stays as it was, and the verdict names the check.
    fn differences(&self, label: &str, examine: fn(&C) -> Report) -> Vec<String> {
        let sound = examine(&(self.base)());
        let healthy = findings(&sound);
        let mut case = (self.base)();
        (self.spoil)(&mut case);
        let report = examine(&case);
        let expected = Expected { finding: self.finding, becomes: self.becomes, also: self.also };
        let mut wrong = expected.differences(&healthy, &findings(&report), label);
        if ["unknown no-reference", "unknown self-stated"].contains(&self.becomes) {
            // What is compared with nothing, and what is not required, lowers nothing.
            if report.verdict.state != sound.verdict.state {
                wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
            }
            return wrong;
        }
        let state = match self.becomes.split(' ').next() {
            Some("fail") => State::Failed,
            Some("allowed") => State::Warning,
            Some("warn") => State::Warning,
            Some("unknown") => State::Unknown,
            _ => return wrong,
        };
        if report.verdict.state != state {
            wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
        }
        if !report.verdict.because.iter().any(|by| by.check.id == check_of(self.finding)) {
            wrong.push(format!("{label}: it is not named in the verdict"));
        }
        wrong
    }
}

/// A finding, and what becomes of it.
pub(crate) type Told = (&'static str, &'static str);

/// What `rows` say.
pub(crate) fn told<C>(rows: &[Row<C>]) -> Vec<Told> {
    rows.iter().map(|row| (row.finding, row.becomes)).collect()
}

/// Every row does what it says.
pub(crate) fn assert_rows<C>(rows: &[Row<C>], examine: fn(&C) -> Report) {
    let _compared = super::engines::compared();
    let mut wrong = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let label = format!("row {number}, {} {}", row.finding, row.becomes);
        wrong.extend(row.differences(&label, examine));
    }
    println!("{} rows", rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One thing that can be wrong with an input that the test makes itself, and what becomes of one
/// check.
pub(crate) struct Change<C> {
    /// The finding: a check, or a check and its part.
    pub(crate) finding: &'static str,
    pub(crate) becomes: &'static str,
    pub(crate) spoil: fn(&mut C),
    pub(crate) also: Also,
}

impl<C> Change<C> {
    pub(crate) const fn also(self, also: Also) -> Self {
        Self { also, ..self }
    }
}

/// A change that touches one finding only.
pub(crate) const fn change<C>(
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut C),
) -> Change<C> {
    Change { finding, becomes, spoil, also: &[] }
}

/// A finding as `check` or `check/part`, and its outcome with the reason.
pub(crate) fn named(finding: &LinkFinding) -> (String, String) {
    let name = match &finding.part {
        Some(part) => format!("{}/{part}", finding.check),
        None => finding.check.to_string(),
    };
    let outcome = match (finding.reason, finding.blocked_by) {
        (Some(_), Some(by)) => format!("blocked by {by}"),
        (Some(reason), None) => format!("{} {reason}", finding.outcome),
        (None, _) => finding.outcome.to_owned(),
    };
    (name, outcome)
}

/// Every finding as `check` or `check/part`, with its outcome and reason.
pub(crate) fn findings(report: &Report) -> BTreeMap<String, String> {
    let mut findings = BTreeMap::new();
    for finding in report.links.iter().flat_map(|link| &link.findings) {
        let (name, outcome) = named(finding);
        // Each of several logs has findings of these names.
        let mut unique = name.clone();
        if name.starts_with("eventlog.") {
            let numbered = (2..).map(|number| format!("{name}#{number}"));
            let mut free = [name.clone()].into_iter().chain(numbered);
            unique = free.find(|name| !findings.contains_key(name)).unwrap();
        }
        assert!(findings.insert(unique, outcome).is_none(), "{name} appears twice");
    }
    findings
}

/// The check of a finding's name.
pub(crate) fn check_of(finding: &str) -> &str {
    finding.split(['/', '#']).next().unwrap()
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
        // What is blocked may be blocked by something that is blocked itself.
        let is_blocked = |finding: &str| {
            let mut finding = finding;
            for _ in 0..spoiled.len() {
                let outcome = spoiled.get(finding).map(String::as_str);
                match outcome.and_then(|outcome| outcome.strip_prefix("blocked by ")) {
                    Some(by) if blame.contains(&by) => return true,
                    Some(by) => finding = by,
                    None => return false,
                }
            }
            false
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

//! The verdict, and the headline that says it in one line.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::{IDLE, contribution, weight};
use super::{
    Assurance, DebugFlag, FindingRef, Flags, Headline, Level, Link, RootOfTrust, State, Verdict,
    Weight, Word,
};
use crate::finding::{Finding, LinkId, Outcome, Property, Why};
use crate::pki::named::NAMED;
use crate::requirements::{LeastLevel, Requirements, Warnings};

/// The worst required finding, and what the policy asks for beside it: a least level, and what
/// warnings mean. No link that holds leaves nothing to verify.
pub(super) fn verdict(
    findings: &[Finding],
    root_of_trust: RootOfTrust,
    policy: &Requirements<'_>,
) -> Verdict {
    let required: Vec<&Finding> = findings
        .iter()
        .filter(|f| weight(f, policy) == Weight::Required && f.outcome != IDLE)
        .collect();
    let passed = required.iter().filter(|f| f.outcome.satisfies()).count();
    // Idle checks answer beside others: of what the policy names, one at least was decided.
    let is_answered =
        required.iter().any(|f| f.outcome.satisfies() && policy.required.contains(&f.check));
    let worst = findings.iter().map(|f| contribution(f, policy)).max();
    let state = match worst {
        Some(State::Failed) => State::Failed,
        Some(State::NotPublished) if root_of_trust == RootOfTrust::Nothing => State::NotPublished,
        Some(state) if is_answered => state,
        Some(open) if open > State::Warning && !policy.required.is_empty() && passed > 0 => open,
        _ => State::Unknown,
    };
    let because = if state == State::Verified {
        Vec::new()
    } else {
        let blamed = worst.filter(|worst| *worst > State::Warning).unwrap_or(state);
        because(findings, findings.iter().filter(|f| contribution(f, policy) == blamed))
    };
    let lacks = match (worst, is_answered) {
        (Some(State::Verified | State::Warning), false) => vec!["nothing-decided"],
        _ => Vec::new(),
    };
    Verdict { state, because, required: required.len(), passed, lacks }
}

/// The findings that decided. What is only blocked gives way to what blocks it.
fn because<'f>(
    findings: &'f [Finding],
    deciding: impl Iterator<Item = &'f Finding>,
) -> Vec<FindingRef> {
    let mut open: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| !f.outcome.satisfies() && f.outcome != IDLE) {
        open.entry(finding.check.id).or_default().push(finding);
    }
    let mut because: Vec<FindingRef> = Vec::new();
    let mut told: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    let mut blamed: BTreeSet<&str> = BTreeSet::new();
    for finding in deciding {
        let by = match finding.outcome {
            Outcome::Unknown(Why::Blocked { by }) => open.get_key_value(by.id),
            _ => None,
        };
        let own: &[&Finding] = match by {
            // What blocks several is told once.
            Some((by, _)) if !blamed.insert(by) => &[],
            Some((_, blockers)) => blockers,
            None => &[finding],
        };
        for own in own {
            if told.insert((own.check.id, own.part.as_deref())) {
                because.push(FindingRef::of(own));
            }
        }
    }
    because
}

/// Lowers a verdict to what the policy's least level and its rule for warnings leave of it.
pub(super) fn held_to(
    mut verdict: Verdict,
    level: Option<Level>,
    root_of_trust: RootOfTrust,
    links: &[Link],
    policy: &Requirements<'_>,
) -> Verdict {
    if verdict.state > State::Warning {
        return verdict;
    }
    let holds = links.iter().any(Link::holds);
    let reached = match policy.least_level {
        None => false,
        Some(LeastLevel::Build) => {
            // A statement that names no source of what it is about is no build.
            let of = |id: LinkId| links.iter().find(|link| link.id == id && link.holds());
            let is_built = of(LinkId::Commit).is_some_and(|link| link.joined_by.is_some());
            root_of_trust == RootOfTrust::BuildOnly && of(LinkId::Provenance).is_some() && is_built
        }
        Some(LeastLevel::At(least)) => level >= Some(least),
    };
    if !holds {
        verdict.lacks.push("no-link-holds");
    }
    if policy.least_level.is_none() {
        verdict.lacks.push("no-least-level");
    } else if !reached {
        verdict.lacks.push("level-not-reached");
    }
    if verdict.state == State::Warning && policy.warnings == Warnings::Deny {
        verdict.lacks.push("warnings-denied");
    }
    if !verdict.lacks.is_empty() {
        verdict.state = State::Unknown;
    }
    verdict
}

/// The headline: a function of level, state and worst caveat.
pub(super) fn headline(
    of: Option<String>,
    verdict: &Verdict,
    assurance: &Assurance,
    flags: &Flags,
    links: &[Link],
) -> Headline {
    let word = match (verdict.state, assurance.level, assurance.root_of_trust) {
        (State::Failed, ..) => Word::Failed,
        // Where something is at hand, not everything that was asked for is published.
        (State::NotPublished, _, RootOfTrust::Nothing) => Word::NotPublished,
        (_, _, RootOfTrust::Unknown) if is_answered(links) => Word::UnknownKey,
        (_, _, RootOfTrust::Unknown) => Word::NoAnswer,
        (State::Unknown | State::NotPublished, ..) => Word::Undecided,
        (_, Some(Level::A5), _) => Word::Verified,
        (_, Some(Level::A4), _) => Word::VerifiedImage,
        (_, Some(Level::A3), _) => Word::RealMachine,
        (_, Some(Level::A2), _) => Word::Provider,
        (_, Some(Level::A1), RootOfTrust::PolicyRoot) => Word::PolicyRoot,
        (_, Some(Level::A1), RootOfTrust::PolicyKey) => Word::PolicyKey,
        (_, Some(Level::A1), _) => Word::Statement,
        (_, None, RootOfTrust::BuildOnly) => Word::Build,
        (_, Some(Level::A0) | None, _) => Word::Undecided,
    };
    let caveat = match word {
        Word::Failed | Word::NotPublished | Word::NoAnswer | Word::UnknownKey | Word::Undecided => {
            None
        }
        _ => worst_caveat(links, flags, assurance),
    };
    Headline { word, of, caveat }
}

/// Whether there is something to read: evidence, or an answer that holds it.
pub(super) fn is_answered(links: &[Link]) -> bool {
    let answers = || links.iter().flat_map(|link| &link.findings);
    answers().all(|f| !f.check.is(Property::Answer) || f.outcome != "unknown")
}

/// The warning that a reader should hear first: what the level does not cover, then a guest that
/// may be read, then what the policy allowed, then a warning of a required check, then any.
fn worst_caveat(links: &[Link], flags: &Flags, assurance: &Assurance) -> Option<FindingRef> {
    let rank = |finding: &super::LinkFinding| {
        if flags.debug == DebugFlag::On && finding.check.id.contains("debug") {
            0
        } else if assurance.except.contains(&finding.check) {
            1
        } else if finding.outcome == "allowed" {
            2
        } else if finding.weight == Weight::Required {
            3
        } else {
            4
        }
    };
    links
        .iter()
        .flat_map(|link| &link.findings)
        .filter(|f| f.outcome == "warn" || f.outcome == "allowed")
        // The headline itself says that the policy names the root.
        .filter(|f| f.reason != Some(NAMED))
        .min_by_key(|finding| rank(finding))
        .map(|finding| FindingRef { check: finding.check, part: finding.part.clone() })
}

impl FindingRef {
    fn of(finding: &Finding) -> Self {
        debug_assert!(!matches!(finding.outcome, Outcome::Pass));
        Self { check: finding.check, part: finding.part.clone() }
    }
}

//! How findings become links and a verdict.

use super::{
    Assurance, DebugFlag, EndsAt, EvidenceItem, FindingRef, Flags, KeyFlag, Level, Link,
    LinkFinding, Overrides, RootOfTrust, Standing, State, Stated, Verdict, Weight,
};
use crate::finding::{Check, Finding, LinkId, Outcome, Tier, Why, checks};
use crate::policy::Policy;

const IDLE: Outcome = Outcome::Unknown(Why::NotApplicable);

/// Checks that a policy may name although they can come to nothing: there is no minimum yet for a
/// new chip, and for some evidence another check compares the measurement and REPORT_DATA.
static ANSWERED_BY_IDLENESS: [&Check; 3] =
    [&checks::SNP_TCB_MINIMUM, &checks::SNP_MEASUREMENT, &checks::SNP_REPORT_DATA];

/// Adds what a policy requires and nobody looked at, and a word for every empty link. What a
/// policy names was asked for: evidence to which it does not apply does not answer it.
pub(super) fn completed(mut findings: Vec<Finding>, policy: &Policy) -> Vec<Finding> {
    for check in &policy.required {
        let own = || findings.iter().filter(|finding| finding.check == *check);
        if own().next().is_none() {
            findings.push(Finding::unknown(check, Why::NotPublished));
        } else if own().all(|f| f.outcome == IDLE) && !ANSWERED_BY_IDLENESS.contains(check) {
            for finding in findings.iter_mut().filter(|finding| finding.check == *check) {
                finding.outcome = Outcome::Unknown(Why::NotPublished);
            }
        }
    }
    for link in LinkId::ALL {
        if !findings.iter().any(|f| f.check.link == link && !is_hearsay(f)) {
            findings.push(Finding::unknown(checks::presence(link), Why::NotPublished));
        }
    }
    findings
}

pub(super) fn weight(finding: &Finding, policy: &Policy) -> Weight {
    if finding.check.tier == Tier::Authenticity || policy.required.contains(&finding.check) {
        Weight::Required
    } else {
        Weight::Advisory
    }
}

/// What one finding does to the whole.
fn contribution(finding: &Finding, policy: &Policy) -> State {
    match (finding.outcome, weight(finding, policy)) {
        (Outcome::Fail(_), _) => State::Failed,
        (Outcome::Warn(_), _) => State::Warning,
        (Outcome::Pass, _) | (Outcome::Unknown(Why::NotApplicable), _) => State::Verified,
        (Outcome::Unknown(Why::NotPublished), Weight::Required) => State::NotPublished,
        (Outcome::Unknown(_), Weight::Required) => State::Unknown,
        (Outcome::Unknown(_), Weight::Advisory) => State::Verified,
    }
}

pub(super) fn verdict(
    findings: &[Finding],
    root_of_trust: RootOfTrust,
    policy: &Policy,
) -> Verdict {
    let worst = findings.iter().map(|f| contribution(f, policy)).max();
    let applies = |f: &&Finding| f.outcome != IDLE;
    let required: Vec<&Finding> =
        findings.iter().filter(|f| weight(f, policy) == Weight::Required).filter(applies).collect();
    let passed = required.iter().filter(|f| matches!(f.outcome, Outcome::Pass | Outcome::Warn(_)));
    let passed = passed.count();
    let state = match worst {
        Some(State::Failed) => State::Failed,
        Some(State::NotPublished) if root_of_trust == RootOfTrust::Nothing => State::NotPublished,
        Some(state) if !policy.required.is_empty() && passed > 0 => state,
        _ => State::Unknown,
    };
    let because = if state == State::Verified {
        Vec::new()
    } else {
        findings
            .iter()
            .filter(|f| contribution(f, policy) == state)
            .map(|f| FindingRef { check: f.check, part: f.part.clone() })
            .collect()
    };
    Verdict { state, because, required: required.len(), passed }
}

/// Every link, in order. A link never stands better than the one it rests on.
pub(super) fn links(findings: &[Finding], evidence: &[EvidenceItem], policy: &Policy) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for id in LinkId::ALL {
        let mut link = link(id, findings, evidence, policy);
        let broken = links.iter().find(|l| id.rests_on().contains(&l.id) && !holds(l));
        if let (Some(broken), true) = (broken, holds(&link)) {
            link.undermined_by = Some(broken.id);
            link.state = State::Unknown;
        }
        links.push(link);
    }
    refuted_image(&mut links);
    links
}

/// What a signed build says about an image is worth nothing when that build is refused. One that
/// was never published takes nothing away: then others say what the measurement stands for.
fn refuted_image(links: &mut [Link]) {
    let is_refused = |link: &&Link| {
        matches!(link.id, LinkId::Provenance | LinkId::Commit) && link.state == State::Failed
    };
    let refused = links.iter().find(is_refused).map(|link| link.id);
    let image = links.iter_mut().find(|link| link.id == LinkId::Image && holds(link));
    if let (Some(refused), Some(image)) = (refused, image) {
        image.undermined_by = Some(refused);
        image.state = State::Unknown;
    }
}

fn link(id: LinkId, findings: &[Finding], evidence: &[EvidenceItem], policy: &Policy) -> Link {
    let own: Vec<&Finding> = findings.iter().filter(|f| f.check.link == id).collect();
    let worst = own.iter().map(|f| contribution(f, policy)).max().unwrap_or(State::NotPublished);
    let shown: Vec<&Finding> = own.iter().copied().filter(|f| !is_hearsay(f)).collect();
    let decided = shown.iter().any(|f| matches!(f.outcome, Outcome::Pass | Outcome::Warn(_)));
    let state = if worst <= State::Warning && !decided { undecided(&shown) } else { worst };
    Link {
        id,
        state,
        undermined_by: None,
        findings: own.into_iter().map(|f| link_finding(f, policy)).collect(),
        evidence: evidence.iter().filter(|e| e.link == id).map(|e| e.id.clone()).collect(),
    }
}

/// Whether the finding rests on the word of somebody who only passes on what he read.
fn is_hearsay(finding: &Finding) -> bool {
    checks::HEARSAY.contains(&finding.check)
}

/// The state of a link in which no check came to an answer.
fn undecided(findings: &[&Finding]) -> State {
    let only_absent = findings
        .iter()
        .all(|f| matches!(f.outcome, Outcome::Unknown(Why::NotPublished | Why::NotApplicable)));
    if only_absent { State::NotPublished } else { State::Unknown }
}

fn link_finding(finding: &Finding, policy: &Policy) -> LinkFinding {
    let (outcome, reason, blocked_by) = match finding.outcome {
        Outcome::Pass => ("pass", None, None),
        Outcome::Fail(reason) => ("fail", Some(reason.0), None),
        Outcome::Warn(reason) => ("warn", Some(reason.0), None),
        Outcome::Unknown(Why::Blocked { by }) => ("unknown", Some("blocked"), Some(by)),
        Outcome::Unknown(why) => ("unknown", Some(why.word()), None),
    };
    LinkFinding {
        check: finding.check,
        part: finding.part.clone(),
        step: finding.check.step,
        weight: weight(finding, policy),
        outcome,
        reason,
        blocked_by,
        expected: finding.expected.clone(),
        actual: finding.actual.clone(),
        at: finding.at.clone(),
        basis: finding.check.basis,
    }
}

/// The flags without what rests on a link that does not hold. That a guest may be debugged stays:
/// nobody gains by claiming it.
pub(super) fn shown(flags: Flags, links: &[Link]) -> Flags {
    let stands = |id| links.iter().any(|link| link.id == id && holds(link));
    let key = if stands(LinkId::KeyBinding) { flags.key } else { KeyFlag::NotShown };
    let keeps = stands(LinkId::Report) || flags.debug == DebugFlag::On;
    let debug = if keeps { flags.debug } else { DebugFlag::Unknown };
    let overrides = match flags.overrides {
        Overrides::None if !stands(LinkId::Measurements) => Overrides::NotShown,
        overrides => overrides,
    };
    let freshness = if stands(LinkId::Report) { flags.freshness } else { super::Freshness::None };
    Flags { key, debug, overrides, freshness, ..flags }
}

/// What the subject says agrees with nothing when the link that would show it does not hold.
pub(super) fn standing(mut stated: Vec<Stated>, links: &[Link]) -> Vec<Stated> {
    for statement in &mut stated {
        let stands = links.iter().any(|link| link.id == statement.link && holds(link));
        if !stands {
            statement.standing = Standing::NotShown;
            statement.shown = None;
        }
    }
    stated
}

/// The links from root to commit; the key binding is beside them.
fn chain(links: &[Link]) -> impl Iterator<Item = &Link> {
    links.iter().filter(|link| link.id != LinkId::KeyBinding)
}

fn holds(link: &Link) -> bool {
    link.state <= State::Warning
}

pub(super) fn ends_at(links: &[Link]) -> EndsAt {
    let next = chain(links).find(|link| !holds(link));
    let link = chain(links).take_while(|link| holds(link)).last().map(|link| link.id);
    EndsAt { link, next: next.map(|link| link.id), state: next.map(|link| link.state) }
}

/// Whether a warning of `check` says what a level does not cover: what is known of the image, and
/// whether others could notice a second build of the same name.
fn qualifies(check: &'static Check) -> bool {
    check.link == LinkId::Image
        || [&checks::DSTACK_IMAGES, &checks::DSTACK_ACPI, &checks::NEAR_ACTIONS].contains(&check)
        || checks::LIMITS_BUILD.contains(&check)
}

pub(super) fn assurance(root_of_trust: RootOfTrust, links: &[Link], verdict: State) -> Assurance {
    let shown = |upto: LinkId| chain(links).take_while(|l| l.id <= upto).all(holds);
    let measured = checks::IDENTIFIES_IMAGE.iter().any(|check| identifies(links, check));
    let level = match root_of_trust {
        _ if verdict == State::Failed => None,
        RootOfTrust::Nothing => Some(Level::A0),
        RootOfTrust::Statement => Some(Level::A1),
        RootOfTrust::BuildOnly => None,
        RootOfTrust::CloudProvider => shown(LinkId::Report).then_some(Level::A2),
        RootOfTrust::CpuVendor if !shown(LinkId::Report) => None,
        RootOfTrust::CpuVendor if shown(LinkId::Commit) && measured && is_build(links) => {
            Some(Level::A5)
        }
        RootOfTrust::CpuVendor if shown(LinkId::Measurements) && measured => Some(Level::A4),
        RootOfTrust::CpuVendor => Some(Level::A3),
    };
    let except = match level {
        Some(Level::A4 | Level::A5) => links
            .iter()
            .flat_map(|link| &link.findings)
            .filter(|f| f.outcome == "warn" && qualifies(f.check))
            .map(|f| f.check)
            .collect(),
        _ => Vec::new(),
    };
    Assurance { level, root_of_trust, except }
}

/// Whether `check` says of every machine in the evidence which image it runs.
fn identifies(links: &[Link], check: &Check) -> bool {
    let links = links.iter().filter(|l| matches!(l.id, LinkId::Measurements | LinkId::Image));
    let mut own = links.flat_map(|link| &link.findings).filter(|f| f.check == check);
    let parts = own.clone().filter(|finding| finding.part.is_some()).count();
    match parts {
        0 | 1 => own.any(|finding| finding.outcome == "pass"),
        _ => own.all(|finding| finding.outcome == "pass"),
    }
}

/// Whether a build ties the image to the commit. A release attestation does not say how its files
/// were made.
fn is_build(links: &[Link]) -> bool {
    let mut findings = links.iter().flat_map(|link| &link.findings);
    let is_release = |f: &&LinkFinding| *f.check == checks::PROVENANCE_RELEASE;
    let mut releases = findings.by_ref().filter(is_release).peekable();
    releases.peek().is_none() || releases.any(|finding| finding.outcome != "warn")
}

//! How findings become links.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    EndsAt, EvidenceItem, Flags, Freshness, KeyFlag, Level, Link, LinkFinding, Overrides,
    RootOfTrust, Standing, State, Stated, Weight,
};
use crate::finding::{Check, Finding, LinkId, Outcome, Property, Tier, Why, presence};
use crate::report::DebugFlag;
use crate::requirements::Requirements;

pub(super) const IDLE: Outcome = Outcome::Unknown(Why::NotApplicable);

/// Adds what a policy requires and nobody looked at, and a word for every empty link. What a
/// policy names was asked for: evidence to which it does not apply does not answer it.
pub(super) fn completed(
    mut findings: Vec<Finding>,
    policy: &Requirements<'_>,
    asked: Why,
) -> Vec<Finding> {
    for check in policy.required {
        let own = || findings.iter().filter(|finding| finding.check == *check);
        if own().next().is_none() {
            findings.push(Finding::unknown(check, asked));
        } else if own().all(|f| f.outcome == IDLE) && !check.is(Property::IdleAnswers) {
            for finding in findings.iter_mut().filter(|finding| finding.check == *check) {
                finding.outcome = Outcome::Unknown(asked);
            }
        }
    }
    for link in LinkId::ALL {
        if !findings.iter().any(|f| f.check.link == link && !f.check.is(Property::Hearsay)) {
            findings.push(Finding::unknown(presence::of(link), asked));
        }
    }
    followed(findings)
}

/// Every blocked check is blocked by the one at the end: by a check that is not blocked itself.
fn followed(mut findings: Vec<Finding>) -> Vec<Finding> {
    let is_blocked = |f: &&Finding| matches!(f.outcome, Outcome::Unknown(Why::Blocked { .. }));
    let decided: BTreeSet<&'static str> =
        findings.iter().filter(|f| !is_blocked(f)).map(|finding| finding.check.id).collect();
    let mut blocked: BTreeMap<&'static str, &'static Check> = BTreeMap::new();
    for finding in &findings {
        if let Outcome::Unknown(Why::Blocked { by }) = finding.outcome
            && !decided.contains(finding.check.id)
        {
            blocked.entry(finding.check.id).or_insert(by);
        }
    }
    for finding in &mut findings {
        let Outcome::Unknown(Why::Blocked { by }) = &mut finding.outcome else { continue };
        let mut seen = vec![finding.check.id];
        while let Some(next) = blocked.get(by.id).filter(|_| !seen.contains(&by.id)) {
            seen.push(by.id);
            *by = next;
        }
    }
    findings
}

pub(super) fn weight(finding: &Finding, policy: &Requirements<'_>) -> Weight {
    if finding.check.tier == Tier::Authenticity || policy.required.contains(&finding.check) {
        Weight::Required
    } else {
        Weight::Advisory
    }
}

/// What one finding does to the whole.
pub(super) fn contribution(finding: &Finding, policy: &Requirements<'_>) -> State {
    match (finding.outcome, weight(finding, policy)) {
        (Outcome::Fail(_), _) => State::Failed,
        (Outcome::Warn(_) | Outcome::Allowed(_), _) => State::Warning,
        (Outcome::Pass, _) | (Outcome::Unknown(Why::NotApplicable), _) => State::Verified,
        (Outcome::Unknown(Why::NotPublished), Weight::Required) => State::NotPublished,
        (Outcome::Unknown(_), Weight::Required) => State::Unknown,
        (Outcome::Unknown(_), Weight::Advisory) => State::Verified,
    }
}

/// Every link, in order. A link never stands better than the one it rests on.
pub(super) fn links(
    findings: &[Finding],
    evidence: &[EvidenceItem],
    policy: &Requirements<'_>,
) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for id in LinkId::ALL {
        let mut link = link(id, findings, evidence, policy);
        let broken = links.iter().find(|l| id.rests_on().contains(&l.id) && !l.holds());
        if let (Some(broken), true) = (broken, link.holds()) {
            link.undermined_by = Some(broken.id);
            link.state = State::Unknown;
            link.joined_by = None;
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
    let image = links.iter_mut().find(|link| link.id == LinkId::Image && link.holds());
    if let (Some(refused), Some(image)) = (refused, image) {
        image.undermined_by = Some(refused);
        image.state = State::Unknown;
        image.joined_by = None;
    }
}

/// A link holds when a check that carries it holds and none of its own checks speaks against it.
fn link(
    id: LinkId,
    findings: &[Finding],
    evidence: &[EvidenceItem],
    policy: &Requirements<'_>,
) -> Link {
    let own: Vec<&Finding> = findings.iter().filter(|f| f.check.link == id).collect();
    let worst = own.iter().map(|f| contribution(f, policy)).max().unwrap_or(State::NotPublished);
    // What the policy allows of one of several machines carries nothing for the others.
    let bears = |outcome| !matches!(outcome, Outcome::Allowed(_));
    let carried_by = holding(findings, bears, |check| check.carries.contains(&id));
    let state = if worst <= State::Warning && carried_by.is_empty() {
        undecided(own.iter().filter(|f| !f.check.is(Property::Hearsay)))
    } else {
        worst
    };
    let told_by = match state {
        State::Verified | State::Warning => {
            // A check that only tells more tells it where it is so of everything.
            let passed = |outcome| outcome == Outcome::Pass || outcome == IDLE;
            holding(findings, passed, |check| check.tells.contains(&id))
        }
        _ => Vec::new(),
    };
    let joined_by = id.before().and_then(|before| joint(findings, before, id));
    Link {
        id,
        state,
        undermined_by: None,
        carried_by,
        told_by,
        joined_by: joined_by.filter(|_| state <= State::Warning),
        findings: own.into_iter().map(|f| link_finding(f, policy)).collect(),
        evidence: evidence.iter().filter(|e| e.link == id).map(|e| e.id.clone()).collect(),
    }
}

/// The checks among those that `counts` which hold somewhere and have no outcome that is not `good`,
/// in the order of the findings.
fn holding(
    findings: &[Finding],
    good: impl Fn(Outcome) -> bool,
    counts: impl Fn(&Check) -> bool,
) -> Vec<&'static Check> {
    let mut holding: Vec<&'static Check> = Vec::new();
    for finding in findings.iter().filter(|f| f.outcome.holds() && counts(f.check)) {
        if !holding.contains(&finding.check) {
            holding.push(finding.check);
        }
    }
    holding.retain(|check| findings.iter().all(|f| f.check != *check || good(f.outcome)));
    holding
}

/// The check that compares a value of `from` with a value of `to`, and holds for everything that
/// it was asked about: of several machines one that does not hold leaves the links apart.
fn joint(findings: &[Finding], from: LinkId, to: LinkId) -> Option<&'static Check> {
    let joining = || findings.iter().filter(|f| f.check.joins.contains(&(from, to)));
    let apart: BTreeSet<&str> = joining()
        .filter(|f| f.outcome != IDLE && !f.outcome.holds())
        .map(|finding| finding.check.id)
        .collect();
    let mut holding = joining().filter(|finding| finding.outcome.holds());
    holding.find(|finding| !apart.contains(finding.check.id)).map(|finding| finding.check)
}

/// The state of a link that no check carries.
fn undecided<'f>(mut findings: impl Iterator<Item = &'f &'f Finding>) -> State {
    let only_absent = findings
        .all(|f| matches!(f.outcome, Outcome::Unknown(Why::NotPublished | Why::NotApplicable)));
    if only_absent { State::NotPublished } else { State::Unknown }
}

fn link_finding(finding: &Finding, policy: &Requirements<'_>) -> LinkFinding {
    let blocked_by = match finding.outcome {
        Outcome::Unknown(Why::Blocked { by }) => Some(by),
        _ => None,
    };
    LinkFinding {
        check: finding.check,
        part: finding.part.clone(),
        step: finding.check.step,
        weight: weight(finding, policy),
        outcome: finding.outcome.word(),
        reason: finding.outcome.reason(),
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
    let stands = |id| links.iter().any(|link| link.id == id && link.holds());
    let key = if stands(LinkId::KeyBinding) { flags.key } else { KeyFlag::NotShown };
    let keeps = stands(LinkId::Report) || flags.debug == DebugFlag::On;
    let debug = if keeps { flags.debug } else { DebugFlag::Unknown };
    let overrides = match flags.overrides {
        Overrides::None if !stands(LinkId::Measurements) => Overrides::NotShown,
        overrides => overrides,
    };
    let freshness = if stands(LinkId::Report) { flags.freshness } else { Freshness::None };
    Flags { key, debug, overrides, freshness, ..flags }
}

/// What the subject says agrees with nothing when the link that would show it does not hold.
pub(super) fn standing(mut stated: Vec<Stated>, links: &[Link]) -> Vec<Stated> {
    for statement in &mut stated {
        let stands = links.iter().any(|link| link.id == statement.link && link.holds());
        if !stands {
            statement.standing = Standing::NotShown;
            statement.shown = None;
        }
    }
    stated
}

/// The chain: the unbroken run of joined links from the root, as far as `level` reaches. What
/// holds beyond stands apart.
pub(super) fn ends_at(links: &[Link], level: Option<Level>) -> EndsAt {
    let run = run(links);
    let below_image = level < Some(Level::A4);
    let link = run.into_iter().rfind(|id| !(below_image && *id >= LinkId::Image));
    let next = LinkId::CHAIN.into_iter().find(|id| link.is_none_or(|link| *id > link));
    let state = next.and_then(|next| links.iter().find(|link| link.id == next));
    let apart = links
        .iter()
        .filter(|own| LinkId::CHAIN.contains(&own.id) && own.holds())
        .map(|own| own.id)
        .filter(|id| link.is_none_or(|link| *id > link))
        .collect();
    EndsAt { link, next, state: state.map(|link| link.state), apart }
}

/// The unbroken run of joined links from the root.
pub(super) fn run(links: &[Link]) -> Vec<LinkId> {
    let mut run = Vec::new();
    for id in LinkId::CHAIN {
        let Some(link) = links.iter().find(|link| link.id == id) else { break };
        if !link.holds() || (id.before().is_some() && link.joined_by.is_none()) {
            break;
        }
        run.push(id);
    }
    run
}

/// The level that the unbroken run of joined links reaches.
pub(super) fn level(
    root_of_trust: RootOfTrust,
    links: &[Link],
    debug: DebugFlag,
    verdict: State,
) -> Option<Level> {
    let run = run(links);
    let reaches = |id: LinkId| run.contains(&id);
    let report = links.iter().any(|link| link.id == LinkId::Report && link.holds());
    match root_of_trust {
        _ if verdict == State::Failed => None,
        RootOfTrust::Nothing => Some(Level::A0),
        RootOfTrust::Statement => report.then_some(Level::A1),
        RootOfTrust::PolicyKey => (report || is_signed_by_policy_key(links)).then_some(Level::A1),
        RootOfTrust::BuildOnly | RootOfTrust::Unknown => None,
        // As far as the policy's owner can vouch: for whose the root is, and not for a machine.
        RootOfTrust::PolicyRoot => reaches(LinkId::Report).then_some(Level::A1),
        RootOfTrust::CloudProvider => reaches(LinkId::Report).then_some(Level::A2),
        RootOfTrust::CpuVendor if !reaches(LinkId::Report) => None,
        RootOfTrust::CpuVendor if debug == DebugFlag::On => Some(Level::A3),
        RootOfTrust::CpuVendor if reaches(LinkId::Commit) => Some(Level::A5),
        RootOfTrust::CpuVendor if reaches(LinkId::Image) => Some(Level::A4),
        RootOfTrust::CpuVendor => Some(Level::A3),
    }
}

/// Whether a key that the policy names signed a statement on its own.
fn is_signed_by_policy_key(links: &[Link]) -> bool {
    let own = links.iter().find(|link| link.id == LinkId::Provenance && link.holds());
    own.is_some_and(|link| link.told_by.iter().any(|check| check.is(Property::PolicyKey)))
}

/// Checks that say what the level does not cover: by a warning, by what the policy allows, or
/// because nobody names a value to compare with.
pub(super) fn except(level: Option<Level>, links: &[Link]) -> Vec<&'static Check> {
    if level < Some(Level::A4) {
        return Vec::new();
    }
    let mut except: Vec<&'static Check> = Vec::new();
    let own = links.iter().flat_map(|link| &link.findings);
    for finding in own {
        let limits = finding.check.is(Property::Limits);
        let qualifies = match finding.outcome {
            "warn" | "allowed" => finding.check.link == LinkId::Image || limits,
            _ => limits && finding.reason == Some(Why::NoReference.word()),
        };
        if qualifies && !except.contains(&finding.check) {
            except.push(finding.check);
        }
    }
    except
}

//! What a policy does not ask: per link, what evidence under it may be.

use std::collections::BTreeSet;

use crate::engine::checks;
use crate::engine::policy::Policy;
use crate::engine::reference;
use crate::finding::{Check, Level, LinkId, Property, Tier};
use crate::pki::anchors::Roots;
use crate::requirements::LeastLevel;

/// What a policy leaves open.
#[derive(Clone, Debug)]
pub struct Gaps {
    /// What holds for everything under it: `no-least-level` and `nothing-required`, with which nothing
    /// is verified; `named-root` and `named-root-below`, where it names roots and the least level is
    /// one that they reach, or is not; `simulated`.
    pub limits: Vec<&'static str>,
    /// What it does not ask, in the order of the chain.
    pub links: Vec<(LinkId, Vec<Gap>)>,
}

/// One thing that a policy does not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The check.
    pub check: &'static Check,
    /// Why nothing is asked.
    pub kind: Kind,
}

/// Why a policy asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It names no value to compare with: any value is accepted.
    Unnamed,
    /// It names a value and does not require the comparison: evidence without the value is accepted.
    NotRequired,
    /// It does not require the check: it may stay open.
    MayBeOpen,
}

impl Gaps {
    /// Whether no evidence can be verified under the policy.
    pub fn verifies_nothing(&self) -> bool {
        let never = ["no-least-level", "nothing-required"];
        self.limits.iter().any(|limit| never.contains(limit))
    }
}

/// What `policy` does not ask, of the kinds of evidence that it is about: those with a check that it
/// requires.
pub fn of(policy: &Policy) -> Gaps {
    let own = &policy.coordinator;
    let lists = [&own.snp, &own.tdx, &own.vtpm, &own.eigencompute, &own.confidential_space];
    let lists = lists.into_iter().chain([&own.google_vm, &own.trust_authority, &own.nitro]);
    let lists = lists.chain(&own.required).chain(policy.required_of.values());
    let lists = lists.chain([&policy.required]);
    let required: BTreeSet<&str> = lists.flatten().map(|check| check.id).collect();
    let rooms: BTreeSet<&str> = required.iter().map(|id| room(id)).collect();
    let mut links: Vec<(LinkId, Vec<Gap>)> =
        LinkId::ALL.into_iter().map(|link| (link, Vec::new())).collect();
    for check in checks::ALL.iter().copied().filter(|check| rooms.contains(room(check.id))) {
        let Some(kind) = gap(check, policy, required.contains(check.id)) else { continue };
        if let Some((_, own)) = links.iter_mut().find(|(link, _)| *link == check.link) {
            own.push(Gap { check, kind });
        }
    }
    links.retain(|(_, own)| !own.is_empty());
    Gaps { limits: limits(policy, required.is_empty()), links }
}

/// The room of a check: what stands before the first dot.
fn room(id: &str) -> &str {
    id.split('.').next().unwrap_or_default()
}

fn gap(check: &'static Check, policy: &Policy, is_required: bool) -> Option<Kind> {
    if check.tier == Tier::Authenticity || is_required {
        return None;
    }
    if check.is(Property::NeedsReference) {
        return Some(match reference::names(policy, check) {
            true => Kind::NotRequired,
            false => Kind::Unnamed,
        });
    }
    let counts = check.is(Property::Withdrawal) || !check.carries.is_empty();
    counts.then_some(Kind::MayBeOpen)
}

fn limits(policy: &Policy, asks_nothing: bool) -> Vec<&'static str> {
    let names_roots = policy.named_roots != Default::default();
    // Vendors' chains count beside those under a root that the policy names.
    let above = matches!(policy.least_level, Some(LeastLevel::At(level)) if level > Level::A1);
    let all = [
        ("no-least-level", policy.least_level.is_none()),
        ("nothing-required", asks_nothing),
        ("named-root", names_roots && !above),
        ("named-root-below", names_roots && above),
        ("simulated", policy.roots == Roots::Simulated),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(limit, _)| limit).collect()
}

//! The six rows, each from links, flags and level.

use super::{Row, RowId, RowReason, Seen, Source};
use crate::claims::of_source;
use crate::finding::{Check, LinkId, Property, connection};
use crate::report::fold::run;
use crate::report::{
    Custody, DebugFlag, FindingRef, Freshness, KeyFlag, Level, Link, LinkFinding, Overrides,
    RootOfTrust, State,
};

/// A row's reason with what it names.
type Says = (RowReason, LinkId, Option<FindingRef>);

pub(super) fn rows(seen: &Seen<'_>) -> [Row; 6] {
    let view = View { seen, run: run(seen.links) };
    RowId::ALL.map(|id| view.row(id))
}

struct View<'a, 'r> {
    seen: &'a Seen<'r>,
    run: Vec<LinkId>,
}

impl View<'_, '_> {
    fn row(&self, id: RowId) -> Row {
        let (reason, link, check) = self.nobody(id).unwrap_or_else(|| match id {
            RowId::Machine => self.machine(),
            RowId::Software => self.software(),
            RowId::Operator => self.operator(),
            RowId::Current => self.current(),
            RowId::Fresh => self.fresh(),
            RowId::Connection => self.connection(),
        });
        debug_assert!(reason.rows().contains(&id), "{reason:?} is no answer of {id:?}");
        let root = self.link(LinkId::HardwareRoot);
        let names = |reasons: &[RowReason]| reasons.contains(&reason);
        use RowReason as R;
        let names_maker = names(&[R::Chip, R::ChipReserved, R::Provider]);
        let names_source = names(&[R::Commit, R::CommitReserved, R::Record]);
        Row {
            id,
            state: reason.state(),
            reason,
            maker: root.and_then(|link| link.carried_by.first()).copied().filter(|_| names_maker),
            source: source(self.seen).filter(|_| names_source),
            link,
            check,
        }
    }

    /// Where nobody's word is at hand, or no machine is part of it.
    fn nobody(&self, id: RowId) -> Option<Says> {
        let link = match id {
            RowId::Machine => LinkId::HardwareRoot,
            RowId::Software => LinkId::Image,
            RowId::Operator => LinkId::Measurements,
            RowId::Current => LinkId::Tcb,
            RowId::Fresh => LinkId::Report,
            RowId::Connection => LinkId::KeyBinding,
        };
        let reason = match self.seen.assurance.root_of_trust {
            RootOfTrust::Nothing => RowReason::NotPublished,
            RootOfTrust::Unknown if self.seen.is_answered => RowReason::UnknownKey,
            RootOfTrust::Unknown => RowReason::NotAsked,
            RootOfTrust::BuildOnly if id != RowId::Software => RowReason::NoMachine,
            _ => return None,
        };
        let because = self.seen.verdict.because.first().cloned();
        Some((reason, link, because.filter(|_| reason != RowReason::NoMachine)))
    }

    fn machine(&self) -> Says {
        const OWN: [LinkId; 3] = [LinkId::HardwareRoot, LinkId::Chip, LinkId::Report];
        if let Some(says) = self.refuted(&OWN) {
            return says;
        }
        let reason = match self.seen.assurance.root_of_trust {
            RootOfTrust::Statement | RootOfTrust::PolicyKey => RowReason::Statement,
            RootOfTrust::PolicyRoot if self.run.contains(&LinkId::Report) => RowReason::PolicyRoot,
            _ if !self.has_machine() => return self.open(&OWN),
            RootOfTrust::CpuVendor if self.is_gpu() => RowReason::Gpu,
            RootOfTrust::CpuVendor => match self.reserved(&OWN) {
                Some((link, check)) => return (RowReason::ChipReserved, link, Some(check)),
                None => RowReason::Chip,
            },
            _ => RowReason::Provider,
        };
        (reason, LinkId::HardwareRoot, None)
    }

    fn software(&self) -> Says {
        const TO_IMAGE: [LinkId; 2] = [LinkId::Measurements, LinkId::Image];
        const BUILD: [LinkId; 2] = [LinkId::Provenance, LinkId::Commit];
        const ALL: [LinkId; 4] =
            [LinkId::Measurements, LinkId::Image, LinkId::Provenance, LinkId::Commit];
        let root = self.seen.assurance.root_of_trust;
        let own: &[LinkId] = if root == RootOfTrust::BuildOnly { &BUILD } else { &ALL };
        if let Some(says) = self.refuted(own) {
            return says;
        }
        if root == RootOfTrust::BuildOnly {
            return match source(self.seen) {
                Some(_) => (RowReason::Record, LinkId::Commit, None),
                None => self.open(&BUILD),
            };
        }
        let has_source = source(self.seen).is_some();
        let (reason, reserved, own) = match self.seen.assurance.level {
            Some(Level::A5) if has_source => {
                (RowReason::Commit, RowReason::CommitReserved, &ALL[..])
            }
            Some(Level::A5 | Level::A4) => {
                (RowReason::Image, RowReason::ImageReserved, &TO_IMAGE[..])
            }
            _ => return self.unnamed(),
        };
        let link = own.last().copied().unwrap_or(LinkId::Image);
        match self.excepted().or_else(|| self.reserved(own)) {
            Some((link, check)) => (reserved, link, Some(check)),
            None => (reason, link, None),
        }
    }

    /// What the level does not hold for, when there is such a part.
    fn excepted(&self) -> Option<(LinkId, FindingRef)> {
        let check = *self.seen.assurance.except.first()?;
        self.finding(|f| f.check == check).map(|(link, finding)| (link, named(finding)))
    }

    /// The software of a machine whose level says that it is not known.
    fn unnamed(&self) -> Says {
        let is_named = self.run.contains(&LinkId::Image);
        let holds_apart = |id| self.seen.ends_at.apart.contains(&id);
        let build = [LinkId::Provenance, LinkId::Commit];
        match self.seen.assurance.root_of_trust {
            _ if self.is_failed() && is_named => (RowReason::Withheld, LinkId::Image, None),
            // A statement that names no software says nothing of it.
            RootOfTrust::Statement if !self.link(LinkId::Image).is_some_and(Link::holds) => {
                self.open(&[LinkId::Image])
            }
            RootOfTrust::Statement | RootOfTrust::PolicyKey => {
                (RowReason::Statement, LinkId::Image, None)
            }
            RootOfTrust::PolicyRoot if is_named => (RowReason::PolicyRoot, LinkId::Image, None),
            _ if is_named && self.seen.flags.debug == DebugFlag::On => {
                (RowReason::Changeable, LinkId::Measurements, None)
            }
            RootOfTrust::CloudProvider if is_named => (RowReason::Provider, LinkId::Image, None),
            _ if build.into_iter().any(holds_apart) => {
                (RowReason::Apart, LinkId::Provenance, self.first_open(LinkId::Image))
            }
            _ => self.open(&[LinkId::Image]),
        }
    }

    fn operator(&self) -> Says {
        let own = LinkId::Measurements;
        let flags = self.seen.flags;
        let is_in_run = self.has_machine() && self.run.contains(&own);
        let reason = match self.seen.assurance.root_of_trust {
            _ if flags.debug == DebugFlag::On => {
                let finding = self.finding(|f| f.check.id.contains("debug") && f.outcome != "pass");
                return (RowReason::Debug, own, finding.map(|(_, finding)| named(finding)));
            }
            RootOfTrust::Statement | RootOfTrust::PolicyKey => RowReason::Statement,
            RootOfTrust::PolicyRoot if self.run.contains(&own) => RowReason::PolicyRoot,
            _ if !is_in_run || flags.debug != DebugFlag::Off => {
                return self.refuted(&[own]).unwrap_or_else(|| self.open(&[own]));
            }
            _ if self.is_failed() => RowReason::Withheld,
            RootOfTrust::CloudProvider => RowReason::Provider,
            _ if flags.overrides == Overrides::Present => RowReason::Overrides,
            _ if matches!(flags.custody, Custody::OperatorProvisioned | Custody::KmsDerived) => {
                let found = self.finding(|f| f.check.is(Property::Custody));
                let found = found.map(|(_, finding)| named(finding));
                return (RowReason::OutsideKey, LinkId::KeyBinding, found);
            }
            _ if self.seen.assurance.level < Some(Level::A4) => RowReason::HiddenUnknown,
            // Software that somebody could replace unnoticed could let its operator in.
            _ => match self.excepted().or_else(|| self.reserved(&[own])) {
                Some((link, check)) => return (RowReason::HiddenReserved, link, Some(check)),
                None => RowReason::Hidden,
            },
        };
        (reason, own, None)
    }

    fn current(&self) -> Says {
        let own = LinkId::Tcb;
        if self.is_of(own, State::Failed) {
            let failed = self.first(own, &["fail"]);
            return (RowReason::Outdated, own, failed);
        }
        let holds = self.link(own).is_some_and(Link::holds);
        let carrier = self.link(own).and_then(|link| link.carried_by.first()).copied();
        let Some(carrier) = carrier.filter(|_| holds && self.has_machine()) else {
            return self.open(&[own]);
        };
        if let Some((link, check)) = self.reserved(&[own]) {
            return (RowReason::CurrentReserved, link, Some(check));
        }
        let open = self.finding(|f| {
            let is_open = f.outcome == "unknown" && f.reason != Some("not-applicable");
            is_open && f.check.is(Property::Withdrawal)
        });
        if let Some((link, finding)) = open {
            return (RowReason::WithdrawalOpen, link, Some(named(finding)));
        }
        (up_to_date(carrier), own, None)
    }

    fn fresh(&self) -> Says {
        let own = LinkId::Report;
        let other = self.finding(|f| f.check.is(Property::Challenge) && f.outcome == "fail");
        if let Some((link, finding)) = other {
            return (RowReason::OtherChallenge, link, Some(named(finding)));
        }
        let reason = match self.seen.flags.freshness {
            _ if self.seen.is_recorded => RowReason::Recorded,
            Freshness::Challenge if self.seen.asked_here => RowReason::Challenge,
            Freshness::Challenge => RowReason::PolicyChallenge,
            Freshness::Given => RowReason::Given,
            Freshness::Cached => RowReason::Earlier,
            Freshness::None => RowReason::NotShown,
        };
        let open = self.finding(|f| {
            let is_open = f.outcome == "unknown" && f.reason != Some("not-applicable");
            is_open && (f.check.is(Property::Challenge) || f.check == &connection::FRESHNESS)
        });
        (reason, own, open.map(|(_, finding)| named(finding)))
    }

    fn connection(&self) -> Says {
        let own = LinkId::KeyBinding;
        let met = self.finding(|f| f.check == &connection::TLS_CONNECTION);
        let of = |finding: &LinkFinding| Some(named(finding));
        if let Some((link, finding)) = met.filter(|(_, finding)| finding.outcome == "fail") {
            return (RowReason::OtherKey, link, of(finding));
        }
        if let Some(says) = self.refuted(&[own]) {
            return says;
        }
        let is_met = self.seen.asked_here
            && self.all(|check| check == &connection::TLS_CONNECTION, "pass")
            && self.link(own).is_some_and(Link::holds);
        if !is_met {
            let open = met.map(|(_, finding)| named(finding)).or_else(|| self.first_open(own));
            return match self.seen.flags.key {
                KeyFlag::Bound => (RowReason::NotCompared, own, open),
                KeyFlag::NotShown => self.open(&[own]),
            };
        }
        let ends = self.finding(|f| f.check.is(Property::ConnectionEnd));
        match ends {
            _ if self.is_failed() => (RowReason::Withheld, own, None),
            Some((_, finding)) if finding.outcome == "warn" => {
                (RowReason::MetReserved, own, of(finding))
            }
            Some(_)
                if self.seen.assurance.level >= Some(Level::A4)
                    && self.all(|check| check.is(Property::ConnectionEnd), "pass") =>
            {
                (RowReason::Met, own, met.and_then(|(_, finding)| of(finding)))
            }
            other => (RowReason::MetUnknown, own, other.and_then(|(_, finding)| of(finding))),
        }
    }

    fn link(&self, id: LinkId) -> Option<&Link> {
        self.seen.links.iter().find(|link| link.id == id)
    }

    fn is_of(&self, id: LinkId, state: State) -> bool {
        self.link(id).is_some_and(|link| link.state == state)
    }

    fn is_failed(&self) -> bool {
        self.seen.verdict.state == State::Failed
    }

    /// Whether a chip, or a provider's machine, is shown to have signed the report.
    fn has_machine(&self) -> bool {
        let root = self.seen.assurance.root_of_trust;
        matches!(root, RootOfTrust::CpuVendor | RootOfTrust::CloudProvider)
            && self.run.contains(&LinkId::Report)
    }

    fn is_gpu(&self) -> bool {
        let root = self.link(LinkId::HardwareRoot);
        root.is_some_and(|link| link.carried_by.iter().any(|check| check.is(Property::Device)))
    }

    fn finding(&self, is: impl Fn(&LinkFinding) -> bool) -> Option<(LinkId, &LinkFinding)> {
        let own = |link: &'_ Link| link.id;
        self.seen
            .links
            .iter()
            .find_map(|link| Some((own(link), link.findings.iter().find(|f| is(f))?)))
    }

    /// Whether there are findings of checks that `is`, and each has this outcome.
    fn all(&self, is: impl Fn(&Check) -> bool, outcome: &str) -> bool {
        let findings = self.seen.links.iter().flat_map(|link| &link.findings);
        let mut own = findings.filter(|finding| is(finding.check)).peekable();
        own.peek().is_some() && own.all(|finding| finding.outcome == outcome)
    }

    fn first(&self, id: LinkId, outcomes: &[&str]) -> Option<FindingRef> {
        let mut own = self.link(id)?.findings.iter();
        own.find(|finding| outcomes.contains(&finding.outcome)).map(named)
    }

    /// The first open finding of a link that is open by itself, or else the first that is open.
    fn first_open(&self, id: LinkId) -> Option<FindingRef> {
        let own = || self.link(id).into_iter().flat_map(|link| &link.findings);
        let open = |f: &&LinkFinding| f.outcome == "unknown" && f.reason != Some("not-applicable");
        let by_itself = own().filter(open).find(|finding| finding.blocked_by.is_none());
        by_itself.or_else(|| own().find(open)).map(named)
    }

    /// The first of these links that holds with a reservation, and the finding that says which.
    fn reserved(&self, own: &[LinkId]) -> Option<(LinkId, FindingRef)> {
        let mut own = own.iter().filter(|id| self.is_of(**id, State::Warning));
        own.find_map(|id| Some((*id, self.first(*id, &["warn", "allowed"])?)))
    }

    /// The first of these links that failed.
    fn refuted(&self, own: &[LinkId]) -> Option<Says> {
        let failed = own.iter().find(|id| self.is_of(**id, State::Failed))?;
        Some((RowReason::Contradicted, *failed, self.first(*failed, &["fail"])))
    }

    /// The first of these links that does not hold, and the finding that is open.
    fn open(&self, own: &[LinkId]) -> Says {
        let is_open = |id: &&LinkId| !self.link(**id).is_some_and(Link::holds);
        let id = own.iter().find(is_open).or(own.first()).copied().unwrap_or(LinkId::Report);
        let reason = match self.is_of(id, State::NotPublished) {
            true => RowReason::NotPublished,
            false => RowReason::NotShown,
        };
        (reason, id, self.first_open(id))
    }
}

/// By whose word the firmware is up to date.
fn up_to_date(carrier: &Check) -> RowReason {
    if carrier.is(Property::SignedList) {
        RowReason::SignedList
    } else if carrier.is(Property::OwnTable) {
        RowReason::OwnTable
    } else if carrier.is(Property::MakersService) {
        RowReason::Service
    } else {
        RowReason::PolicyMinimum
    }
}

fn named(finding: &LinkFinding) -> FindingRef {
    FindingRef { check: finding.check, part: finding.part.clone() }
}

/// Commit and repository, where their link holds and is tied to the build before it, and
/// everything that names them agrees.
fn source(seen: &Seen<'_>) -> Option<Source> {
    let link = seen.links.iter().find(|link| link.id == LinkId::Commit)?;
    let is_in_chain = seen.assurance.root_of_trust == RootOfTrust::BuildOnly
        || seen.ends_at.link == Some(LinkId::Commit);
    if !link.holds() || link.joined_by.is_none() || !is_in_chain {
        return None;
    }
    let claimed = |name| of_source(seen.claims, name);
    Some(Source { commit: claimed("git.commit")?, repository: claimed("git.repository")? })
}

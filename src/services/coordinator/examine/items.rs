//! Which piece of evidence the chain is made of, and what becomes of the others.
//!
//! The chain is one piece's: that with the strongest root of trust, and of equal roots the first
//! in the order of the contract's types. Every other piece that is read has to hold and to cover
//! the binding too. It adds nothing to the chain: what a provider says about a machine is not what
//! a chip measured, and both together are not more than each.

use super::machine::{Context, EvidenceType, Examined, evidence_type};
use crate::digest::Sha512;
use crate::error::Error;
use crate::finding::{Check, Finding, Outcome, Why, to_blame};
use crate::piece::Piece;
use crate::report::{Part, RootOfTrust, Wanted};
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::{Document, Evidence};
use crate::services::coordinator::policy::ForCoordinator;
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

/// What came of a document's evidence.
pub(super) struct Items {
    /// The piece that the chain is made of.
    pub(super) machine: Option<Examined>,
    /// What there is to say about the pieces, with the bytes of the others, and what would decide
    /// more about those.
    pub(super) part: Part,
    pub(super) root_of_trust: RootOfTrust,
}

/// One piece whose type is known.
struct Known<'a> {
    item: &'a Evidence,
    kind: &'static EvidenceType,
    root: RootOfTrust,
}

/// Examines every piece of evidence of `document`, which has to carry `d`.
pub(super) fn examine(
    document: &Document,
    beside: &[Piece<'_>],
    policy: &dyn ForCoordinator,
    now: UnixTime,
    d: Sha512,
) -> Items {
    let mut known: Vec<Known<'_>> = document
        .evidence
        .iter()
        .filter_map(|item| {
            let kind = evidence_type(&item.kind)?;
            Some(Known { item, kind, root: (kind.root_of_trust)(item) })
        })
        .collect();
    known.sorted_by_key(|known| (strength(known.root), known.kind.place()));
    let context = |item| Context { document, item, beside, policy, now, d };
    let mut items = Items {
        machine: None,
        part: Part::default(),
        root_of_trust: known.first().map_or(RootOfTrust::Statement, |first| first.root),
    };
    let check = &checks::COORDINATOR_EVIDENCE;
    let others = match known.as_slice() {
        [] => {
            let none = document.evidence.is_empty();
            let why = if none { Why::NotPublished } else { Why::NotSupported };
            items.part.findings.push(Finding::unknown(check, why));
            &[][..]
        }
        [first, second, ..] if are_of_one_machine(first, second) => {
            items.part.findings.push(Finding::fail(check, "not-exactly-one"));
            &[][..]
        }
        [first, others @ ..] => {
            let examined = (first.kind.examine)(&context(first.item));
            items.chain(first, examined);
            others
        }
    };
    for other in others {
        let examined = (other.kind.examine)(&context(other.item));
        items.other(other.item, examined);
    }
    let unread = document.evidence.iter().filter(|item| evidence_type(&item.kind).is_none());
    items.part.findings.extend(unread.map(|item| {
        let finding = Finding::unknown(&checks::COORDINATOR_OTHER_EVIDENCE, Why::NotSupported);
        finding.part(item.id.clone()).actual(item.kind.as_str())
    }));
    items
}

/// The strongest root first.
const fn strength(root: RootOfTrust) -> u8 {
    match root {
        RootOfTrust::CpuVendor => 0,
        RootOfTrust::CloudProvider => 1,
        _ => 2,
    }
}

/// Which of the two the chain should be made of cannot be told: two reports of chips, or two of the
/// type that leads.
fn are_of_one_machine(first: &Known<'_>, second: &Known<'_>) -> bool {
    second.root == RootOfTrust::CpuVendor || first.kind.name == second.kind.name
}

impl Items {
    fn chain(&mut self, known: &Known<'_>, examined: Result<Examined, Error>) {
        let check = &checks::COORDINATOR_EVIDENCE;
        let kind = known.item.kind.as_str();
        self.part.findings.push(match &examined {
            Err(error) => {
                Finding::fail(check, "malformed").part(kind.to_owned()).actual(error.to_string())
            }
            Ok(examined) => {
                self.root_of_trust = examined.root_of_trust.unwrap_or(known.root);
                by_root(self.root_of_trust).actual(kind)
            }
        });
        self.machine = examined.ok();
    }

    fn other(&mut self, item: &Evidence, examined: Result<Examined, Error>) {
        let check = &checks::COORDINATOR_OTHER_EVIDENCE;
        let finding = match examined {
            Err(error) => Finding::fail(check, "malformed").actual(error.to_string()),
            Ok(examined) => {
                let finding = standing(&examined);
                let Part { evidence, wanted, .. } = examined.part.named(&item.id);
                let wanted = wanted.into_iter().map(|own| Wanted { decides: vec![check], ..own });
                self.part.absorb(Part { evidence, wanted: wanted.collect(), ..Part::default() });
                finding
            }
        };
        self.part.findings.push(finding.part(item.id.clone()));
    }
}

/// Whose word the evidence is that the chain is made of.
const fn by_root(root: RootOfTrust) -> Finding {
    let check = &checks::COORDINATOR_EVIDENCE;
    match root {
        RootOfTrust::CpuVendor => Finding::pass(check),
        RootOfTrust::CloudProvider => Finding::warn(check, "provider-is-the-root"),
        RootOfTrust::Unknown => Finding::unknown(check, Why::SelfStated),
        _ => Finding::warn(check, "statement"),
    }
}

/// Whether evidence beside the chain holds and covers the binding.
fn standing(examined: &Examined) -> Finding {
    let check = &checks::COORDINATOR_OTHER_EVIDENCE;
    let mut all = examined.part.findings.iter().chain([&examined.digest]);
    let refused: Option<&'static Check> =
        all.find(|f| matches!(f.outcome, Outcome::Fail(_))).map(|finding| finding.check);
    match (refused, examined.digest.outcome) {
        (_, Outcome::Fail(_)) => Finding::fail(check, "other-digest"),
        (Some(by), _) => Finding::fail(check, "invalid").actual(by.id),
        (None, Outcome::Pass) => Finding::pass(check),
        (None, Outcome::Unknown(Why::NotSupported)) => Finding::unknown(check, Why::NotSupported),
        (None, _) => Finding::blocked(check, to_blame(&examined.part.findings)),
    }
}

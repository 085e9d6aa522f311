//! The one next step.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Row, RowState, Seen};
use crate::finding::Check;
use crate::report::{FindingRef, State, Wanted, Weight};

/// The one next step.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Next {
    /// Fetch the file that decides the most open checks.
    File {
        /// What it is, as in [`Wanted::what`].
        what: &'static str,
        /// Where its maker serves it.
        url: String,
        /// What the host learns from being asked.
        reveals: &'static str,
        /// The open checks that wait for it.
        decides: Vec<&'static Check>,
    },
    /// Follow the advice about a finding.
    Advice {
        /// The finding.
        finding: FindingRef,
    },
}

/// What failed comes first, then the file that decides the most open checks, then what decided the
/// verdict, then the first row that is not answered as a reader hopes.
pub(super) fn next(seen: &Seen<'_>, rows: &[Row]) -> Option<Next> {
    let advice = |finding: &FindingRef| Next::Advice { finding: finding.clone() };
    let because = || seen.verdict.because.first().map(advice);
    if seen.verdict.state == State::Failed {
        return because();
    }
    let unanswered = rows.iter().filter(|row| row.state != RowState::Yes);
    file(seen)
        .or_else(because)
        .or_else(|| unanswered.filter_map(|row| row.check.as_ref()).next().map(advice))
}

/// The file that decides the most open checks: those that the policy requires count first.
fn file(seen: &Seen<'_>) -> Option<Next> {
    let findings = || seen.links.iter().flat_map(|link| &link.findings);
    let open = findings()
        .filter(|f| f.outcome == "unknown" && f.reason != Some("not-applicable"))
        .map(|f| (f.check.id, f.weight));
    let open: Vec<(&str, Weight)> = open.collect();
    let required: BTreeSet<&str> =
        open.iter().filter(|(_, weight)| *weight == Weight::Required).map(|(id, _)| *id).collect();
    let open: BTreeSet<&str> = open.into_iter().map(|(id, _)| id).collect();
    let decides = |wanted: &Wanted| -> Vec<&'static Check> {
        wanted.decides.iter().filter(|check| open.contains(check.id)).copied().collect()
    };
    let mut best: Option<((usize, usize), Next)> = None;
    for wanted in seen.wanted {
        let own = decides(wanted);
        let must = own.iter().filter(|check| required.contains(check.id)).count();
        let worth = (must, own.len());
        if !own.is_empty() && best.as_ref().is_none_or(|(known, _)| worth > *known) {
            let Wanted { what, url, reveals, .. } = wanted;
            best = Some((worth, Next::File { what, url: url.clone(), reveals, decides: own }));
        }
    }
    best.map(|(_, next)| next)
}

//! Many rows told as few: what is the same of several is told once, with the rows that it is of.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::claims::Claim;
use crate::finding::{Finding, Outcome, Why};
use crate::report::{EvidenceItem, Part};
use crate::services::providers::appraise::ranges;

/// As many rows as are told one by one.
const SINGLE: usize = 8;

/// The rows' parts with their places, as one. Passes of a check are one finding, whatever the value;
/// of the others each value is.
pub(super) fn merged(rows: Vec<(usize, Part)>) -> Part {
    let evidence = authorities(&rows);
    let alone = rows.len() == 1;
    let mut whole = Part::default();
    if rows.len() <= SINGLE {
        for (place, mut part) in rows {
            part.evidence = Vec::new();
            whole.absorb(if alone { part } else { part.named(&format!("row {place}")) });
        }
    } else {
        let (findings, claims): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .map(|(place, part)| {
                let with = move |value| (place, value);
                let findings: Vec<_> = part.findings.into_iter().map(with).collect();
                let claims: Vec<_> = part.claims.into_iter().map(|claim| (place, claim)).collect();
                (findings, claims)
            })
            .unzip();
        whole.findings = one_of_each(findings.concat(), finding_key, finding_of);
        whole.claims = one_of_each(claims.concat(), claim_key, claim_of);
    }
    whole.evidence = evidence;
    whole
}

/// The authorities' certificates, each once.
fn authorities(rows: &[(usize, Part)]) -> Vec<EvidenceItem> {
    let mut known: Vec<EvidenceItem> = Vec::new();
    for item in rows.iter().flat_map(|(_, part)| &part.evidence) {
        if !known.iter().any(|one| one.sha256 == item.sha256) {
            let id = format!("apple-authority-{}", known.len());
            known.push(EvidenceItem { id: Cow::Owned(id), ..item.clone() });
        }
    }
    known
}

/// One of each key, in the order of the first, with the places of all.
fn one_of_each<T>(
    all: Vec<(usize, T)>,
    key: impl Fn(&T) -> String,
    told: impl Fn(T, String) -> T,
) -> Vec<T> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<(Vec<usize>, T)> = Vec::new();
    for (place, value) in all {
        let next = groups.len();
        let at = *places.entry(key(&value)).or_insert(next);
        match groups.get_mut(at) {
            Some((places, _)) => places.push(place),
            None => groups.push((vec![place], value)),
        }
    }
    groups
        .into_iter()
        .map(|(places, value)| told(value, format!("rows {}", ranges(&places))))
        .collect()
}

/// What tells values apart, as text.
fn key(parts: &impl Serialize) -> String {
    serde_json::to_string(parts).unwrap_or_default()
}

fn finding_key(finding: &Finding) -> String {
    let Finding { check, part, outcome, expected, actual, .. } = finding;
    let values = match outcome {
        Outcome::Pass | Outcome::Warn(_) => None,
        _ => Some((expected, actual)),
    };
    let by = match outcome {
        Outcome::Unknown(Why::Blocked { by }) => Some(by.id),
        _ => None,
    };
    key(&(check.id, part, outcome.word(), outcome.reason(), by, values))
}

fn finding_of(finding: Finding, rows: String) -> Finding {
    let part = match &finding.part {
        Some(part) => format!("{rows}: {part}"),
        None => rows,
    };
    let Finding { check, outcome, expected, actual, .. } = finding;
    let plain = Finding::new(check, outcome).part(part);
    match outcome {
        // The values of one row are not those of the others.
        Outcome::Pass | Outcome::Warn(_) => plain,
        _ => Finding { expected, actual, ..plain },
    }
}

fn claim_key(claim: &Claim) -> String {
    key(&(&claim.name, &claim.value))
}

fn claim_of(claim: Claim, rows: String) -> Claim {
    Claim { part: Some(Cow::Owned(rows)), ..claim }
}

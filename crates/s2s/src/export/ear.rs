//! An EAT Attestation Result: the claims set of draft-ietf-rats-ear-04, with the trustworthiness
//! vector of draft-ietf-rats-ar4si-10.
//!
//! | claim of the vector | value | only when |
//! |---|---|---|
//! | `hardware` | 2 | rows "machine" and "current" of the answer are yes, and a CPU's maker is the root: revocation and firmware were assessed |
//! | | 32 | both hold, one with a reservation other than that withdrawn keys were not checked |
//! | | 96 | one of them is shown not to be so |
//! | `executables` | 3 | row "software" is yes: a reference value matched what was measured at start |
//! | | 33 | it holds with a reservation |
//! | | 96 | it is shown not to be so |
//! | `configuration` | 96 | the guest may be debugged |
//! | `runtime-opaque` | 2 | row "operator" is yes |
//! | | 96 | the guest may be debugged |
//!
//! `instance-identity`, `file-system`, `storage-opaque` and `sourced-data` are always absent: nothing
//! assesses them. An absent claim is no zero.
//!
//! The status is the worst of the vector, and never better than the verdict. Affirming takes a
//! verdict without a reservation, at the level asked for, and a `hardware` that was assessed. While
//! something required is open the status is none, and the vector says only what contradicts: whoever
//! computes the status from the vector again finds nothing to affirm. Simulated hardware affirms
//! nothing.

use serde_json::{Map, Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::finding::Property;
use silicon_to_source::report::answer::{RowId, RowState};
use silicon_to_source::report::{Claim, DebugFlag, Freshness, Link, Report, RootOfTrust, State};

use super::{Asked, named, printed, verifier};
use crate::wording::word;

/// The profile of the draft.
const PROFILE: &str = "tag:ietf.org,2026:rats/ear#04";

/// A tier of AR4SI, the worse the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    None,
    Affirming,
    Warning,
    Contraindicated,
}

impl Tier {
    /// The tier of a value (AR4SI section 2.3.2): 2 to 31, 32 to 95, 96 to 127.
    const fn of(value: u8) -> Self {
        match value {
            0 | 1 => Self::None,
            2..=31 => Self::Affirming,
            32..=95 => Self::Warning,
            96.. => Self::Contraindicated,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Affirming => "affirming",
            Self::Warning => "warning",
            Self::Contraindicated => "contraindicated",
        }
    }
}

/// The claims set, unsigned.
pub fn ear(report: &Report, asked: &Asked) -> String {
    let (status, vector) = appraised(report);
    let mut appraisal = Map::new();
    appraisal.insert("ear_status".to_owned(), Json::from(status.word()));
    if !vector.is_empty() {
        let vector: Map<String, Json> =
            vector.into_iter().map(|(name, value)| (name.to_owned(), Json::from(value))).collect();
        appraisal.insert("ear_trustworthiness_vector".to_owned(), Json::Object(vector));
    }
    let policy = Json::Array(vec![Json::String(named(&report.policy.sha256))]);
    appraisal.insert("ear_appraisal_policy_ids".to_owned(), policy);
    appraisal.insert("ear_attester_claims".to_owned(), Json::Object(claims(report)));
    appraisal.insert("ear_verifier_claims".to_owned(), decided(report, asked));

    let mut set = Map::new();
    set.insert("eat_profile".to_owned(), Json::from(PROFILE));
    set.insert("iat".to_owned(), Json::from(report.checked_at.0));
    set.insert("ear_verifier_id".to_owned(), verifier(report));
    // Only a nonce that the evidence answers.
    if let (Some(nonce), Freshness::Challenge) = (&asked.nonce, report.flags.freshness) {
        set.insert("eat_nonce".to_owned(), Json::from(nonce.as_str()));
    }
    set.insert("submods".to_owned(), json!({report.subject.kind: appraisal}));
    printed(&Json::Object(set))
}

/// The status, and the vector that bears it.
fn appraised(report: &Report) -> (Tier, Vec<(&'static str, u8)>) {
    let mut vector = vector(report);
    let worst = vector.iter().map(|(_, value)| Tier::of(*value)).max().unwrap_or(Tier::None);
    let is_assessed = vector.iter().any(|(name, value)| {
        *name == "hardware" && matches!(Tier::of(*value), Tier::Affirming | Tier::Warning)
    });
    let verdict = match report.verdict.state {
        State::Failed => Tier::Contraindicated,
        State::Warning if is_assessed => Tier::Warning,
        State::Verified if is_assessed => Tier::Affirming,
        State::Verified | State::Warning | State::NotPublished | State::Unknown => Tier::None,
    };
    if report.simulated {
        return match verdict.max(worst) {
            Tier::Contraindicated => (Tier::Contraindicated, Vec::new()),
            _ => (Tier::None, Vec::new()),
        };
    }
    match verdict {
        Tier::None => {
            vector.retain(|(_, value)| Tier::of(*value) == Tier::Contraindicated);
            let status = if vector.is_empty() { Tier::None } else { Tier::Contraindicated };
            (status, vector)
        }
        verdict => (verdict.max(worst), vector),
    }
}

fn vector(report: &Report) -> Vec<(&'static str, u8)> {
    let row = |id: RowId| {
        let own = report.answer.rows.iter().find(|row| row.id == id);
        own.map_or(RowState::Open, |row| row.state)
    };
    let is_debugged = report.flags.debug == DebugFlag::On;
    let of_chip = report.assurance.root_of_trust == RootOfTrust::CpuVendor;
    let mut findings = report.links.iter().flat_map(|link| &link.findings);
    // Whether a key was withdrawn is not known: then the hardware was not assessed.
    let is_open = findings.any(|finding| {
        let open = finding.outcome == "unknown" && finding.reason != Some("not-applicable");
        open && finding.check.is(Property::Withdrawal)
    });
    let hardware = match (row(RowId::Machine), row(RowId::Current)) {
        (RowState::No, _) | (_, RowState::No) => Some(96),
        _ if is_open => None,
        (RowState::Yes, RowState::Yes) if of_chip => Some(2),
        (RowState::Yes | RowState::Caveat, RowState::Yes | RowState::Caveat) if of_chip => Some(32),
        _ => None,
    };
    let executables = match row(RowId::Software) {
        RowState::Yes => Some(3),
        RowState::Caveat => Some(33),
        RowState::No => Some(96),
        RowState::Open | RowState::None | RowState::NotAsked => None,
    };
    let opaque = match row(RowId::Operator) {
        _ if is_debugged => Some(96),
        RowState::Yes => Some(2),
        _ => None,
    };
    [
        ("configuration", is_debugged.then_some(96)),
        ("executables", executables),
        ("hardware", hardware),
        ("runtime-opaque", opaque),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// What the evidence states, of links that the chain reaches.
fn claims(report: &Report) -> Map<String, Json> {
    let end = report.ends_at.link;
    let reached = |claim: &&Claim| {
        end.is_some_and(|end| claim.link <= end) && report.link(claim.link).is_some_and(Link::holds)
    };
    let named = |claim: &Claim| match &claim.part {
        Some(part) => format!("{}, {part}", claim.name),
        None => claim.name.to_owned(),
    };
    let mut claims = Map::new();
    for claim in report.claims.iter().filter(reached) {
        let value = Json::String(claim.value.to_string());
        // Several values of one name stand side by side.
        let values = claims.entry(named(claim)).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(values) = values {
            values.push(value);
        }
    }
    claims
}

/// What the verifier concluded, in its own words.
fn decided(report: &Report, asked: &Asked) -> Json {
    let open: Vec<&str> = report.verdict.because.iter().map(|because| because.check.id).collect();
    json!({
        "s2s_signed": false,
        "s2s_simulated": report.simulated,
        "s2s_state": word(&report.verdict.state),
        "s2s_level": report.assurance.level.map(|level| word(&level)),
        "s2s_root_of_trust": word(&report.assurance.root_of_trust),
        "s2s_because": open,
        "s2s_lacks": report.verdict.lacks,
        "s2s_policy": report.policy.name,
        "s2s_asked": asked.members(),
        "s2s_report_sha256": Sha256::of(report.to_json().as_bytes()).to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tiers_have_the_bounds_of_ar4si() {
        for (value, tier) in [
            (0, Tier::None),
            (1, Tier::None),
            (2, Tier::Affirming),
            (31, Tier::Affirming),
            (32, Tier::Warning),
            (95, Tier::Warning),
            (96, Tier::Contraindicated),
            (127, Tier::Contraindicated),
        ] {
            assert_eq!(Tier::of(value), tier, "{value}");
        }
    }
}

//! A policy written from evidence asks for what the evidence shows, and a policy's gaps are told.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use silicon_to_source::File;
use silicon_to_source::engine::gaps::{self, Kind};
use silicon_to_source::engine::pins::{self, Written};
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{Builtin, builtin, checks, default_policy};
use silicon_to_source::finding::{LinkId, Property};
use silicon_to_source::report::{Report, State};

use crate::common::examine;
use crate::policy_sweep::{Piece, pieces};

/// The built-in policy for a piece, under the simulated vendors and with any level.
fn base(piece: &Piece) -> Json {
    let mut files = vec![File::new("evidence", &*piece.input)];
    files.extend(piece.files.iter().map(|bytes| File::new("beside", &**bytes)));
    let name = default_policy(&files).unwrap().name;
    let mut json: Json = serde_json::from_str(builtin(&name).unwrap().json).unwrap();
    json["roots"] = json!("simulated");
    json["least-level"] = json!("A0");
    json
}

fn under(piece: &Piece, policy: &Json) -> Report {
    let files: Vec<&[u8]> = piece.files.iter().map(Vec::as_slice).collect();
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    examine(&piece.input, &files, Some(&policy), piece.now).unwrap()
}

/// Every piece that passes under its built-in policy, with the policy that is written from it.
fn written() -> Vec<(Piece, Written)> {
    let mut all = Vec::new();
    for piece in pieces() {
        let base = base(&piece);
        let report = under(&piece, &base);
        match pins::written(&report, &base.to_string(), "own") {
            Ok(first) => {
                let json: Json = serde_json::from_str(&first.json).unwrap();
                let again = under(&piece, &json);
                let Ok(written) = pins::written(&again, &first.json, "own") else {
                    panic!("{}: {:?} {}", piece.name, again.verdict, first.json);
                };
                assert_eq!(written.pins, first.pins, "{}", piece.name);
                assert!(report.verdict.state <= State::Warning, "{}", piece.name);
                all.push((piece, written));
            }
            Err(error) => {
                assert!(report.verdict.state > State::Warning, "{}: {error}", piece.name);
                assert!(error.to_string().contains("a report that passed"), "{error}");
            }
        }
    }
    all
}

/// Another value in the place of the one that is asked for.
fn other(value: &Json) -> Json {
    match value {
        Json::Array(values) => json!([other(&values[0])]),
        Json::Number(_) => json!(65_535),
        Json::String(text) if text == "any-tag" => json!({ "exact": "refs/heads/somebody" }),
        Json::String(text) if text.len() > 11 && text.bytes().all(|d| d.is_ascii_hexdigit()) => {
            json!("f".repeat(text.len()))
        }
        Json::String(text) => json!(format!("{text}9")),
        other => panic!("{other}"),
    }
}

#[test]
fn the_evidence_that_a_policy_is_written_from_passes_under_it() {
    let mut members = BTreeSet::new();
    for (piece, written) in written() {
        let json: Json = serde_json::from_str(&written.json).unwrap();
        let report = under(&piece, &json);
        assert!(report.verdict.state <= State::Warning, "{}: {:?}", piece.name, report.verdict);
        assert_eq!(json["name"], "own");
        assert_eq!(json["why"].as_object().unwrap().len(), written.pins.len(), "{}", piece.name);
        for pin in &written.pins {
            assert_eq!(json["why"][pin.member], pin.why);
            members.insert(pin.member);
        }
        // The level that was reached is asked for.
        let least = report.assurance.level.map_or(json!("build"), |level| json!(level));
        assert_eq!(json["least-level"], least, "{}", piece.name);
    }
    for member in ["dcap.tdx.mr-td", "dcap.tdx.minimum-tee-tcb-svn", "snp.measurements"] {
        assert!(members.contains(member), "{member} is never asked for: {members:?}");
    }
}

#[test]
fn each_value_that_is_asked_for_is_compared() {
    let mut tried = 0;
    for (piece, written) in written() {
        for pin in &written.pins {
            let mut json: Json = serde_json::from_str(&written.json).unwrap();
            let place = format!("/{}", pin.member.replace('.', "/"));
            let value = json.pointer_mut(&place).unwrap();
            *value = other(value);
            let report = under(&piece, &json);
            let state = report.verdict.state;
            assert!(state > State::Warning, "{}: another {} passes", piece.name, pin.member);
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn no_policy_is_written_from_what_changes_with_every_answer() {
    for (piece, written) in written() {
        let json = &written.json;
        for claim in &under(&piece, &base(&piece)).claims {
            let changes = ["report-data", "nonce", "chip-id", "ppid", "made-at", "public-key"];
            if changes.iter().any(|end| claim.name.ends_with(end)) {
                let value = claim.value.to_string();
                let is_zero = value.bytes().all(|digit| digit == b'0');
                assert!(is_zero || !json.contains(&value), "{}: {}", piece.name, claim.name);
            }
        }
    }
}

#[test]
fn what_a_policy_does_not_name_is_told_and_what_it_requires_is_not() {
    for builtin in Builtin::all() {
        let policy = builtin.policy().unwrap();
        let gaps = gaps::of(&policy);
        assert!(!gaps.verifies_nothing(), "{}", policy.name);
        assert_eq!(gaps.limits.contains(&"simulated"), policy.name.starts_with("simulated"));
        for gap in gaps.links.iter().flat_map(|(_, own)| own) {
            assert!(!policy.required.contains(&gap.check), "{}: {}", policy.name, gap.check);
            let compares = gap.check.is(Property::NeedsReference);
            assert_eq!(compares, gap.kind != Kind::MayBeOpen, "{}", gap.check);
        }
    }
    let snp = gaps::of(&builtin("snp").unwrap().policy().unwrap());
    let measured = snp.links.iter().find(|(link, _)| *link == LinkId::Measurements);
    let (_, measured) = measured.unwrap();
    let is_open = measured.iter().any(|gap| gap.check.id == "snp.measurement");
    assert!(is_open, "{measured:?}");
}

/// Whatever a policy can name and does not is told: one that names a value in one place has one gap
/// less.
#[test]
fn a_value_that_is_named_and_required_is_no_gap() {
    let ids = |json: &Json| -> BTreeSet<&'static str> {
        let policy = Policy::from_json(json.to_string().as_bytes()).unwrap();
        let gaps = gaps::of(&policy);
        gaps.links.iter().flat_map(|(_, own)| own).map(|gap| gap.check.id).collect()
    };
    let open = json!({
        "name": "x", "least-level": "A3", "required": ["dcap.quote.signature", "tdx.xfam"],
    });
    let all: BTreeSet<&str> = checks::ALL
        .iter()
        .filter(|check| check.is(Property::NeedsReference))
        .map(|check| check.id)
        .filter(|id| id.starts_with("dcap.") || id.starts_with("tdx."))
        .collect();
    assert!(all.is_subset(&ids(&open)), "{:?}", all.difference(&ids(&open)));
    let mut named = open.clone();
    named["dcap"] = json!({ "fmspcs": ["00906ed50000"] });
    assert!(ids(&named).contains("dcap.policy.fmspc"), "named, and not required");
    named["required"] = json!(["dcap.quote.signature", "tdx.xfam", "dcap.policy.fmspc"]);
    assert!(!ids(&named).contains("dcap.policy.fmspc"));
}

#[test]
fn a_policy_under_which_nothing_passes_is_told() {
    for (json, limit) in [
        (json!({ "name": "x", "required": ["snp.report.signature"] }), "no-least-level"),
        (json!({ "name": "x", "least-level": "A3", "required": [] }), "nothing-required"),
    ] {
        let policy = Policy::from_json(json.to_string().as_bytes()).unwrap();
        let gaps = gaps::of(&policy);
        assert!(gaps.verifies_nothing() && gaps.limits.contains(&limit), "{json}");
    }
}

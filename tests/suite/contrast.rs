//! Contrast's manifest beside a report or quote: each comparison has an input that makes exactly it
//! fail, and a file that nobody signed raises nothing.

use s2s_sim::contrast;
use serde_json::{Value as Json, json};
use silicon_to_source::formats::contrast::parse::Manifest;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Became, Report, State};

use crate::common::table::{self, Row, Told, assert_rows, findings};
use crate::common::{dcap, examine, snp};

/// A report or a quote with a manifest beside it.
enum Machine {
    Snp(Box<snp::Case>),
    Tdx(Box<dcap::Case>),
}

struct Case {
    machine: Machine,
    manifest: Json,
}

fn amd() -> Case {
    let case = snp::Case::vcek(Product::Milan);
    Case { manifest: contrast::of_snp(&case.report), machine: Machine::Snp(Box::new(case)) }
}

fn intel() -> Case {
    let mut case = dcap::Case::td();
    case.quote.td().mr_config_id = [[0x5c; 32].as_slice(), &[0; 16]].concat().try_into().unwrap();
    let manifest = contrast::of_tdx(case.quote.td());
    Case { manifest, machine: Machine::Tdx(Box::new(case)) }
}

impl Case {
    fn snp(&mut self) -> &mut snp::Case {
        match &mut self.machine {
            Machine::Snp(case) => case,
            Machine::Tdx(_) => panic!("a case of Intel's"),
        }
    }

    /// The entry about SEV-SNP or TDX.
    fn entry(&mut self) -> &mut Json {
        let kind = match self.machine {
            Machine::Snp(_) => "snp",
            Machine::Tdx(_) => "tdx",
        };
        &mut self.manifest["ReferenceValues"][kind][0]
    }

    fn beside(&self, manifests: &[&Json]) -> Report {
        let texts: Vec<String> = manifests.iter().map(|manifest| manifest.to_string()).collect();
        let (evidence, mut files, policy, now) = match &self.machine {
            Machine::Snp(case) => {
                (case.report_bytes(), case.collateral(), case.parsed_policy(), case.now)
            }
            Machine::Tdx(case) => {
                (case.quote_bytes(), vec![case.files().bytes()], case.policy(), case.now)
            }
        };
        files.extend(texts.into_iter().map(String::into_bytes));
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        examine(&evidence, &files, Some(&policy), now).unwrap()
    }

    fn examine(&self) -> Report {
        self.beside(&[&self.manifest])
    }
}

fn flip(text: &mut Json) {
    let own = text.as_str().unwrap();
    let first = if own.starts_with('0') { "1" } else { "0" };
    *text = json!(format!("{first}{}", &own[1..]));
}

const MEASUREMENT: &str = "contrast.measurement";
const SETTINGS: &str = "contrast.settings";
const CONFIGURATION: &str = "contrast.configuration";

const ROWS: &[Row<Case>] = &[
    Row::new(amd, MEASUREMENT, "fail not-listed", |case| {
        flip(&mut case.entry()["TrustedMeasurement"]);
    }),
    Row::new(amd, MEASUREMENT, "fail not-listed", |case| {
        case.entry()["ProductName"] = json!("Genoa");
    }),
    Row::new(amd, MEASUREMENT, "fail another-platform", |case| {
        case.manifest["ReferenceValues"] = json!({ "tdx": [] });
    }),
    Row::new(amd, "contrast.minimum-tcb", "fail below-minimum", |case| {
        let least = &mut case.entry()["MinimumTCB"]["SNPVersion"];
        *least = json!(least.as_u64().unwrap() + 1);
    }),
    Row::new(amd, "contrast.minimum-tcb", "fail below-minimum", |case| {
        let least = &mut case.entry()["MinimumTCB"]["MicrocodeVersion"];
        *least = json!(least.as_u64().unwrap() + 1);
    }),
    Row::new(amd, SETTINGS, "fail not-equal", |case| {
        case.entry()["GuestPolicy"]["SingleSocket"] = json!(true);
    }),
    Row::new(amd, SETTINGS, "fail not-equal", |case| {
        case.entry()["GuestPolicy"]["ABIMinor"] = json!(200);
    }),
    Row::new(amd, SETTINGS, "fail not-equal", |case| {
        let smt = &mut case.entry()["PlatformInfo"]["SMTEnabled"];
        *smt = json!(!smt.as_bool().unwrap());
    }),
    Row::new(amd, "contrast.machine", "fail not-listed", |case| {
        flip(&mut case.entry()["AllowedChipIDs"][0]);
    }),
    Row::new(amd, CONFIGURATION, "fail not-listed", |case| {
        case.manifest["Policies"] = json!({ "c0".repeat(32): {} });
    }),
    Row::new(intel, MEASUREMENT, "fail not-listed", |case| flip(&mut case.entry()["MrTd"])),
    Row::new(intel, MEASUREMENT, "fail not-listed", |case| flip(&mut case.entry()["Rtmrs"][3])),
    Row::new(intel, MEASUREMENT, "fail another-platform", |case| {
        case.manifest["ReferenceValues"] = json!({ "snp": [], "tdx": null });
    }),
    Row::new(intel, "contrast.module", "fail not-listed", |case| flip(&mut case.entry()["MrSeam"])),
    Row::new(intel, SETTINGS, "fail not-equal", |case| flip(&mut case.entry()["Xfam"])),
    Row::new(intel, CONFIGURATION, "fail not-listed", |case| {
        case.manifest["Policies"] = json!({ format!("{}01", "5c".repeat(31)): {} });
    }),
];

pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

#[test]
fn every_comparison_has_a_manifest_that_makes_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
}

#[test]
fn a_manifest_that_nobody_signed_raises_no_level_and_closes_no_check() {
    for case in [amd(), intel()] {
        let (without, with) = (case.beside(&[]), case.examine());
        let mut told = findings(&with);
        let own: Vec<String> =
            told.keys().filter(|id| id.starts_with("contrast.")).cloned().collect();
        assert!(own.len() >= 4, "{own:?}");
        for id in own {
            assert_eq!(told.remove(&id).as_deref(), Some("pass"), "{id}");
        }
        assert_eq!(told, findings(&without));
        assert_eq!(with.assurance.level, without.assurance.level);
        assert_eq!(with.verdict.state, without.verdict.state);
        assert_eq!(
            serde_json::to_value(&with.headline).unwrap(),
            serde_json::to_value(&without.headline).unwrap()
        );
    }
}

#[test]
fn a_manifest_beside_a_report_that_nobody_signed_is_compared_with_nothing() {
    let mut case = amd();
    case.snp().after_signing = |report| report[0x2a0] ^= 1;
    let told = findings(&case.examine());
    for id in [MEASUREMENT, CONFIGURATION] {
        assert_eq!(told[id], "blocked by snp.report.signature", "{id}");
    }
}

#[test]
fn any_one_entry_counts_and_no_entry_is_put_together_from_two() {
    let mut case = amd();
    let sound = case.entry().clone();
    let other = |change: fn(&mut Json)| {
        let mut other = sound.clone();
        change(&mut other);
        other
    };
    let strange = other(|entry| flip(&mut entry["TrustedMeasurement"]));
    let newer = other(|entry| entry["MinimumTCB"]["SNPVersion"] = json!(255));
    let elsewhere = other(|entry| flip(&mut entry["AllowedChipIDs"][0]));
    let state = |entries: &[&Json]| {
        let mut manifest = case.manifest.clone();
        manifest["ReferenceValues"]["snp"] = json!(entries);
        case.beside(&[&manifest]).verdict.state
    };
    assert!(state(&[&strange, &newer, &elsewhere, &sound]) <= State::Warning);
    // One entry has the machine and a newer firmware, the other the firmware and another machine.
    assert_eq!(state(&[&newer, &elsewhere]), State::Failed);
    assert_eq!(state(&[&strange, &newer]), State::Failed);
}

#[test]
fn of_several_manifests_the_fitting_one_is_taken_and_an_unreadable_one_is_told() {
    let mut case = amd();
    let sound = case.manifest.clone();
    flip(&mut case.entry()["TrustedMeasurement"]);
    let strange = case.manifest.clone();
    // A bit that this verifier does not know would be compared with nothing.
    let mut unknown = sound.clone();
    unknown["ReferenceValues"]["snp"][0]["GuestPolicy"]["Later"] = json!(true);
    let report = case.beside(&[&strange, &unknown, &sound]);
    assert!(report.verdict.state <= State::Warning);
    let became: Vec<Became> = report
        .files
        .iter()
        .filter(|file| file.what == "contrast-manifest")
        .map(|file| file.became)
        .collect();
    assert_eq!(became, [Became::NotAboutThis, Became::Unreadable, Became::Used]);
}

#[test]
fn an_entry_without_settings_or_chips_leaves_them_open() {
    let mut case = amd();
    let entry = case.entry().as_object_mut().unwrap();
    for name in ["GuestPolicy", "PlatformInfo", "AllowedChipIDs"] {
        entry.remove(name);
    }
    let report = case.examine();
    let told = findings(&report);
    assert_eq!(told[SETTINGS], "unknown not-published");
    assert_eq!(told["contrast.machine"], "unknown not-applicable");
    assert!(report.verdict.state <= State::Warning);
}

#[test]
fn beside_an_enclave_it_is_about_something_else() {
    let case = dcap::Case::enclave();
    let manifest = intel().manifest.to_string();
    let files = [case.files().bytes(), manifest.into_bytes()];
    let files = files.each_ref().map(Vec::as_slice);
    let report = examine(&case.quote_bytes(), &files, Some(&case.policy()), case.now).unwrap();
    assert!(findings(&report).keys().all(|id| !id.starts_with("contrast.")));
    assert_eq!(report.files.last().unwrap().became, Became::NotAboutThis);
}

#[test]
fn alone_it_is_named_and_is_no_evidence() {
    let error = examine(amd().manifest.to_string().as_bytes(), &[], None, snp::NOW).unwrap_err();
    assert!(error.to_string().contains("manifest of Contrast, which nobody signed"), "{error}");
}

/// The example of Contrast's documentation and tests has these members; earlier releases had others.
#[test]
fn what_is_no_manifest_is_refused() {
    let sound = amd().manifest;
    assert!(Manifest::parse(sound.to_string().as_bytes()).is_ok());
    for (pointer, value) in [
        ("/Policies", json!([])),
        ("/ReferenceValues/snp/0/MinimumTCB", json!({ "SNPVersion": 1 })),
        ("/ReferenceValues/snp/0/MinimumTCB/SNPVersion", json!(256)),
        ("/ReferenceValues/snp/0/GuestPolicy/SMT", json!("true")),
        ("/ReferenceValues/snp/0/PlatformInfo/ABIMajor", json!(1)),
        ("/ReferenceValues/snp/0/TrustedMeasurement", json!(7)),
    ] {
        let mut spoiled = sound.clone();
        match spoiled.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => spoiled["ReferenceValues"]["snp"][0]["PlatformInfo"]["ABIMajor"] = value,
        }
        assert!(Manifest::parse(spoiled.to_string().as_bytes()).is_err(), "{pointer}");
    }
}

#[test]
fn a_changed_letter_of_a_compared_value_never_passes() {
    const SNP: &[&str] = &["/TrustedMeasurement", "/AllowedChipIDs/0"];
    const TDX: &[&str] =
        &["/MrTd", "/MrSeam", "/Rtmrs/0", "/Rtmrs/1", "/Rtmrs/2", "/Rtmrs/3", "/Xfam"];
    for (mut case, pointers) in [(amd(), SNP), (intel(), TDX)] {
        let sound = case.entry().clone();
        for pointer in pointers {
            let text = sound.pointer(pointer).unwrap().as_str().unwrap();
            for at in (0..text.len()).step_by(5) {
                let digit = if &text[at..=at] == "9" { "8" } else { "9" };
                let changed = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
                *case.entry().pointer_mut(pointer).unwrap() = json!(changed);
                assert_eq!(case.examine().verdict.state, State::Failed, "{pointer} {changed}");
                *case.entry() = sound.clone();
            }
        }
    }
}

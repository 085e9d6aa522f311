//! Real pieces in forms that other programs write: each is recognised, and answered as the README of
//! `../shared/vectors/pieces` says.

use silicon_to_source::report::{Level, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::findings;
use crate::common::{examine, shared};

/// One piece, and what is right.
struct Row {
    file: &'static str,
    beside: &'static [&'static str],
    kind: &'static str,
    level: Option<Level>,
    state: State,
    /// Findings, each as it is.
    says: &'static [(&'static str, &'static str)],
}

const ROWS: &[Row] = &[
    Row {
        file: "near-report-2026-04-21.json",
        beside: &[],
        kind: "near-report",
        level: None,
        state: State::Unknown,
        says: &[("near.report-data/model-1", "pass"), ("near.manager/model-1: actions", "pass")],
    },
    Row {
        file: "nvidia-evidence-hopper.json",
        beside: &[],
        kind: "gpu-evidence",
        level: Some(Level::A3),
        state: State::Verified,
        says: &[("gpu.signature", "pass"), ("gpu.firmware-id", "pass")],
    },
    Row {
        file: "nvidia-blackwell-report.txt",
        beside: &["nvidia-blackwell-chain.txt"],
        kind: "gpu-report",
        level: Some(Level::A3),
        state: State::Verified,
        says: &[("gpu.signature", "pass"), ("gpu.firmware-id", "pass")],
    },
    Row {
        file: "nvidia-switch-report.txt",
        beside: &["nvidia-switch-chain.txt"],
        kind: "nvswitch-report",
        level: Some(Level::A3),
        state: State::Verified,
        says: &[
            ("gpu.signature", "pass"),
            ("gpu.chain.signature/certificate 1", "pass"),
            ("gpu.firmware-id", "unknown not-applicable"),
        ],
    },
    Row {
        file: "pep740.publish.attestation",
        beside: &[],
        kind: "sigstore-bundle",
        level: None,
        state: State::Unknown,
        // It was made with Sigstore's staging instance.
        says: &[
            ("sigstore.bundle", "pass"),
            ("sigstore.signature", "pass"),
            ("sigstore.log.promise", "unknown not-fetched"),
        ],
    },
    Row {
        file: "slsa-generator.intoto.jsonl",
        beside: &[],
        kind: "sigstore-bundle",
        level: None,
        state: State::Unknown,
        says: &[
            ("sigstore.signature", "pass"),
            ("sigstore.log.entry", "unknown not-fetched"),
            ("sigstore.time", "unknown not-fetched"),
            ("sigstore.library", "blocked by sigstore.log.entry"),
        ],
    },
    Row {
        file: "tinfoil-live-snp.json",
        beside: &[],
        kind: "snp-report",
        level: None,
        state: State::Unknown,
        says: &[("snp.report.signature", "unknown not-fetched")],
    },
    Row {
        file: "dstack-snp-older-schema.bin",
        beside: &[],
        kind: "dstack-snp-attestation",
        level: None,
        state: State::Unknown,
        says: &[
            ("snp.report.version", "pass"),
            ("snp.report.signature", "unknown not-fetched"),
            ("dstack.tcb-info/sev_snp_measurement", "unknown not-supported"),
        ],
    },
];

#[test]
fn each_piece_is_answered_as_its_readme_says() {
    let Some(folder) = shared("vectors/pieces") else { return };
    let now: UnixTime = "2026-11-30T00:00:00Z".parse().unwrap();
    let read = |name: &&str| std::fs::read(folder.join(name)).unwrap();
    let mut wrong = Vec::new();
    for Row { file, beside, kind, level, state, says } in ROWS {
        let beside: Vec<Vec<u8>> = beside.iter().map(read).collect();
        let beside: Vec<&[u8]> = beside.iter().map(Vec::as_slice).collect();
        let report = examine(&read(file), &beside, None, now).unwrap();
        let told = findings(&report);
        let is = (report.subject.kind, report.assurance.level, report.verdict.state);
        if is != (*kind, *level, *state) {
            wrong.push(format!("{file}: {is:?}"));
        }
        wrong.extend(says.iter().filter_map(|(finding, becomes)| {
            let is = told.get(*finding).map(String::as_str);
            (is != Some(becomes)).then(|| format!("{file}: {finding} is {is:?}"))
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The hash over the list of actions is the one that the manager's own quote names.
#[test]
fn near_list_of_actions_has_the_hash_that_its_quote_names() {
    let Some(folder) = shared("vectors/pieces") else { return };
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("near-report-2026-04-21.json")).unwrap())
            .unwrap();
    let report = examine(json.to_string().as_bytes(), &[], None, UnixTime(1_776_800_000)).unwrap();
    let told = findings(&report);
    let actions = |name: &str| told.iter().filter(|(id, _)| id.starts_with(name)).count();
    assert!(actions("near.actions") > 0);
    assert!(told.iter().all(|(id, is)| !id.starts_with("near.") || !is.starts_with("fail")));
}

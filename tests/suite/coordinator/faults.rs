//! Doctored sessions: each is answered as its description says, from the command line.
//!
//! The inputs are in the shared vectors, `faults/doctored`; each has a simulated twin in `checks.rs`
//! or `carriers.rs`, which needs no file.

use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::common::shared;

const MADE: &str = "2026-11-30T03:30:30Z";

/// One input and what is right to say about it.
struct Row {
    file: &'static str,
    beside: &'static [&'static str],
    policy: Option<&'static str>,
    at: &'static str,
    state: &'static str,
    level: Option<&'static str>,
    /// The last link of the chain, and what stands apart from it.
    ends: (Option<&'static str>, &'static [&'static str]),
    headline: &'static str,
    freshness: &'static str,
    exit: i32,
    /// Findings as `check outcome reason`.
    findings: &'static [&'static str],
}

const ROWS: &[Row] = &[
    // A recording that somebody wrote: everything holds, according to that recording.
    Row {
        file: "ex5.json",
        beside: &[],
        policy: Some("simulated"),
        at: MADE,
        state: "warning",
        level: Some("A5"),
        ends: (Some("commit"), &[]),
        headline: "verified",
        freshness: "given",
        exit: 0,
        findings: &[
            "exchange.consistent warn recorded",
            "binding.nonce warn recorded",
            "binding.freshness warn recorded",
            "binding.tls.connection unknown self-stated",
        ],
    },
    Row {
        file: "44-nonce-short.json",
        beside: &[],
        policy: Some("simulated"),
        at: MADE,
        state: "warning",
        level: Some("A5"),
        ends: (Some("commit"), &[]),
        headline: "verified",
        freshness: "none",
        exit: 0,
        findings: &["binding.nonce warn no-challenge", "binding.freshness warn no-challenge"],
    },
    Row {
        file: "67-other-url.json",
        beside: &[],
        policy: Some("simulated"),
        at: MADE,
        state: "failed",
        level: None,
        ends: (Some("chip"), &["provenance", "commit"]),
        headline: "failed",
        freshness: "none",
        exit: 1,
        findings: &["exchange.consistent fail other-address"],
    },
    Row {
        file: "13-strip-reference.json",
        beside: &[],
        policy: Some("simulated-machine"),
        at: MADE,
        state: "warning",
        level: Some("A3"),
        ends: (Some("measurements"), &["provenance", "commit"]),
        headline: "real-machine",
        freshness: "given",
        exit: 0,
        findings: &["coordinator.image unknown not-published", "coordinator.build unknown blocked"],
    },
    Row {
        file: "n6-plus-oidc-token-wrongD.json",
        beside: &[],
        policy: Some("simulated"),
        at: MADE,
        state: "failed",
        level: None,
        ends: (Some("chip"), &["provenance", "commit"]),
        headline: "failed",
        freshness: "none",
        exit: 1,
        findings: &["coordinator.other-evidence fail other-digest", "binding.digest pass"],
    },
    // Nobody says whose key signed; and the build that is served beside it is of a kind that the
    // policy does not accept.
    Row {
        file: "ex1.json",
        beside: &["jwks.json"],
        policy: None,
        at: "2026-02-01T00:00:00Z",
        state: "failed",
        level: None,
        ends: (None, &[]),
        headline: "failed",
        freshness: "none",
        exit: 1,
        findings: &[
            "token.key unknown self-stated",
            "coordinator.evidence unknown self-stated",
            "provenance.predicate-type fail not-accepted",
        ],
    },
    Row {
        file: "w2-alg-word.json",
        beside: &[],
        policy: Some("simulated"),
        at: MADE,
        state: "unknown",
        level: Some("A5"),
        ends: (Some("commit"), &[]),
        headline: "undecided",
        freshness: "given",
        exit: 3,
        findings: &["binding.sealed-key unknown not-supported"],
    },
];

impl Row {
    fn arguments(&self, folder: &Path) -> Vec<String> {
        let files = [self.file].into_iter().chain(self.beside.iter().copied());
        let files = files.map(|file| folder.join(file).display().to_string());
        let at = ["--at", self.at].map(str::to_owned);
        let policy = self.policy.map(|name| ["--policy", name].map(str::to_owned));
        ["verify".to_owned()]
            .into_iter()
            .chain(files)
            .chain(at)
            .chain(policy.into_iter().flatten())
            .collect()
    }

    /// What is said otherwise than it should be.
    fn differences(&self, report: &Json, exit: Option<i32>) -> Vec<String> {
        let expected = json!({
            "state": self.state,
            "level": self.level,
            "link": self.ends.0,
            "apart": self.ends.1,
            "headline": self.headline,
            "freshness": self.freshness,
            "exit": self.exit,
            "of": null,
        });
        let found = json!({
            "state": report["verdict"]["state"],
            "level": report["assurance"]["level"],
            "link": report["ends_at"]["link"],
            "apart": report["ends_at"]["apart"],
            "headline": report["headline"]["word"],
            "freshness": report["flags"]["freshness"],
            "exit": exit,
            "of": report["headline"]["of"],
        });
        let mut wrong = Vec::new();
        for (name, expected) in expected.as_object().unwrap() {
            if found[name] != *expected {
                let found = &found[name];
                wrong.push(format!("{}: {name} is {found}, and not {expected}", self.file));
            }
        }
        let own = findings(report);
        for finding in self.findings {
            if !own.iter().any(|known| known == finding) {
                let check = finding.split(' ').next().unwrap();
                let near: Vec<_> = own.iter().filter(|known| known.starts_with(check)).collect();
                wrong.push(format!("{}: no finding \"{finding}\", but {near:?}", self.file));
            }
        }
        if report["recorded_at"].is_null() {
            wrong.push(format!("{}: not told as a recording", self.file));
        }
        wrong
    }
}

/// Every finding as `check outcome reason`.
fn findings(report: &Json) -> Vec<String> {
    let links = report["links"].as_array().unwrap().iter();
    links
        .flat_map(|link| link["findings"].as_array().unwrap())
        .map(|finding| {
            let word = |member: &str| finding[member].as_str().unwrap_or_default();
            let words = [word("check"), word("outcome"), word("reason")].join(" ");
            words.trim_end().to_owned()
        })
        .collect()
}

#[test]
fn doctored_sessions_are_answered_as_described() {
    let Some(folder) = shared("vectors/faults/doctored") else { return };
    let mut wrong = Vec::new();
    for row in ROWS {
        let run = |more: &str| {
            let s2s = env!("CARGO_BIN_EXE_s2s");
            Command::new(s2s).args(row.arguments(&folder)).arg(more).output().expect("s2s runs")
        };
        let output = run("--json");
        let Ok(report) = serde_json::from_slice(&output.stdout) else {
            let why = String::from_utf8_lossy(&output.stderr);
            wrong.push(format!("{}: no report: {why}", row.file));
            continue;
        };
        wrong.extend(row.differences(&report, output.status.code()));
        let said = String::from_utf8(run("--explain").stdout).unwrap();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let untrue: &[&str] =
            &["connection uses the key", "connection used the key", "made for this check"];
        for words in untrue.iter().chain(row.untrue()) {
            if said.contains(words) {
                wrong.push(format!("{}: it says \"{words}\"", row.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

impl Row {
    /// Words that nothing in the input carries.
    fn untrue(&self) -> &'static [&'static str] {
        match self.file {
            "ex1.json" => &["the chip maker's published root", "debugging is refused", "genuine"],
            "13-strip-reference.json" => &["what was measured is the image"],
            "w2-alg-word.json" => &["no evidence names a key"],
            _ => &[],
        }
    }
}

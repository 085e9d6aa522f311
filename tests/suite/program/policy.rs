//! `s2s policy new` and `s2s policy check`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

const AT: &[&str] = &["--at", "2026-02-01T00:00:00Z"];

fn s2s(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s2s"))
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .expect("s2s runs")
}

fn flowing(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("policy-new-{name}"));
    std::fs::write(&path, bytes).unwrap();
    path
}

fn demonstration(name: &str) -> PathBuf {
    scratch(name, &s2s_sim::demonstration())
}

fn new(more: &[&str]) -> Output {
    s2s(&[&["policy", "new"][..], more, AT].concat())
}

#[test]
fn a_policy_is_written_from_evidence_that_passes_and_the_evidence_passes_under_it() {
    let evidence = demonstration("evidence.json");
    let evidence = evidence.to_str().unwrap();
    let output = new(&[evidence, "--policy", "simulated", "--name", "mine"]);
    assert_eq!(output.status.code(), Some(0), "{}", flowing(&output.stderr));
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["name"], "mine");
    assert!(json["why"]["provenance.repository"].is_string(), "{json}");
    assert!(flowing(&output.stderr).contains("values are asked for from now on"));
    let file = scratch("own.json", &output.stdout);
    let verified =
        s2s(&[&["verify", evidence, "--policy", file.to_str().unwrap()][..], AT].concat());
    assert_eq!(verified.status.code(), Some(0), "{}", flowing(&verified.stdout));
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("policy-new-kept.json");
    let _ = std::fs::remove_file(&kept);
    let output =
        new(&[evidence, "--policy", "simulated", "--name", "mine", "-o", kept.to_str().unwrap()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(std::fs::read(&kept).unwrap(), std::fs::read(&file).unwrap());
    let again = new(&[evidence, "--policy", "simulated", "-o", kept.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "a file that is there stays");
}

#[test]
fn nothing_is_written_from_evidence_that_did_not_pass() {
    let evidence = demonstration("undecided.json");
    // Simulated evidence fails under the real vendors' policy.
    let output = new(&[evidence.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", flowing(&output.stderr));
    assert!(output.stdout.is_empty());
    assert!(flowing(&output.stderr).contains("no policy is written from it"));
    let level = r#"{"name":"more","least-level":"A5","warnings":"deny","roots":"simulated","required":["dcap.quote.signature"]}"#;
    let level = scratch("more.json", level.as_bytes());
    let output = new(&[evidence.to_str().unwrap(), "--policy", level.to_str().unwrap()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(3), 0));
}

#[test]
fn a_report_is_nobodys_evidence() {
    let evidence = demonstration("for-report.json");
    let evidence = evidence.to_str().unwrap();
    let report = s2s(&[&["verify", evidence, "--policy", "simulated", "--json"][..], AT].concat());
    let report = scratch("report.json", &report.stdout);
    let output = new(&[report.to_str().unwrap()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(flowing(&output.stderr).contains("Anybody can write a report"));
}

#[test]
fn what_a_policy_does_not_ask_is_told_link_by_link() {
    let output = s2s(&["policy", "check", "snp"]);
    assert_eq!(output.status.code(), Some(0));
    let text = flowing(&output.stdout);
    for part in ["Evidence has to reach A3", "What was started", "The policy names no"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for (name, json) in [
        ("open.json", r#"{"name":"x","required":["snp.report.signature"]}"#),
        ("empty.json", r#"{"name":"x","least-level":"A3","required":[]}"#),
    ] {
        let file = scratch(name, json.as_bytes());
        let output = s2s(&["policy", "check", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(flowing(&output.stdout).contains("nothing can pass under it"), "{name}");
    }
    let file = scratch("broken.json", b"{");
    let output = s2s(&["policy", "check", file.to_str().unwrap()]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

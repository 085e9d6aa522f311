//! Claims about what surrounds an answer: silence, formats, help, completions, manual pages.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use silicon_to_source::time::{DAY, UnixTime};

fn s2s(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_s2s"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails before it reads closes the pipe; what it says then is the test.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn demonstration(more: &[&str]) -> Output {
    let at = ["verify", "-", "--policy", "simulated", "--at", "2026-02-01"];
    s2s(&[&at[..], more].concat(), &s2s_sim::demonstration())
}

#[test]
fn a_quiet_check_says_nothing_but_its_exit_status() {
    let other = ["--policy", "tinfoil"];
    let at = ["verify", "-", "--at", "2026-02-01", "-q"];
    let demonstration = s2s_sim::demonstration();
    let silent = |output: &Output| (text(&output.stdout), text(&output.stderr));
    let good = s2s(&[&at[..], &["--policy", "simulated"]].concat(), &demonstration);
    assert_eq!((good.status.code(), silent(&good)), (Some(0), Default::default()));
    let bad = s2s(&[&at[..], &other].concat(), &demonstration);
    assert!(matches!(bad.status.code(), Some(1 | 3)));
    assert_eq!(silent(&bad), Default::default());
    // What stops a check is told all the same.
    let unreadable = s2s(&["verify", "-", "-q"], b"hello");
    assert_eq!(unreadable.status.code(), Some(2));
    assert!(text(&unreadable.stderr).contains("plain text"));
    let loud = ["--json", "--explain", "--chain", "--format=json"];
    for option in loud {
        assert_eq!(s2s(&["verify", "-", "-q", option], b"").status.code(), Some(2), "{option}");
    }
}

#[test]
fn a_quiet_check_of_a_service_names_nobody() {
    let server = crate::servers::Plain::answering("HTTP/1.1 404 Not Found\r\n\r\n");
    let output = s2s(&["verify", &server.origin(), "--quiet"], b"");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!((text(&output.stdout), text(&output.stderr)), Default::default());
    assert!(server.asked().contains("/v1/coordinator/attestation?nonce="));
}

#[test]
fn json_is_one_of_the_formats_and_the_others_say_that_nobody_signed() {
    let json = demonstration(&["--json"]);
    assert_eq!(text(&json.stdout), text(&demonstration(&["--format", "json"]).stdout));
    assert_eq!(
        text(&demonstration(&["--format", "text"]).stdout),
        text(&demonstration(&[]).stdout)
    );
    for format in [&["--format", "ear"][..], &["--format", "vsa", "--require", "A4"]] {
        let output = demonstration(format);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let _: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert!(text(&output.stderr).starts_with("Nobody signed this result."), "{format:?}");
    }
    for (wrong, expected) in [
        (&["--format", "vsa"][..], "--require"),
        (&["--format", "ear", "--chain"], "--format"),
        (&["--format", "json", "--explain"], "--format"),
        (&["--format", "jsn"], "json"),
        (&["--format", "json", "--json"], "--format"),
    ] {
        let output = demonstration(wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }
}

/// Simulated hardware passes for nobody, whatever the exit status of the check says.
#[test]
fn a_simulated_chip_is_neither_affirmed_nor_passed() {
    let ear: Json = serde_json::from_slice(&demonstration(&["--format", "ear"]).stdout).unwrap();
    let submod = ear["submods"].as_object().unwrap().values().next().unwrap();
    assert_eq!(submod["ear_status"], "none", "{ear}");
    assert_eq!(submod["ear_verifier_claims"]["s2s_simulated"], true);
    let vsa = demonstration(&["--format", "vsa", "--require", "A4"]);
    let vsa: Json = serde_json::from_slice(&vsa.stdout).unwrap();
    assert_eq!(vsa["predicate"]["verificationResult"], "FAILED");
}

/// Real evidence, with a level that it reaches and one that it does not.
#[test]
fn a_summary_of_real_evidence_names_policy_inputs_and_level() {
    let Some(bundle) = crate::common::shared("vectors/tinfoil/attestation-bundle.json") else {
        return;
    };
    let bundle = bundle.to_str().unwrap();
    let at = ["verify", bundle, "--at", "2026-02-01", "--format", "vsa", "--require"];
    for (level, result, code) in [("A5", "PASSED", 0), ("build", "FAILED", 3)] {
        let output = s2s(&[&at[..], &[level]].concat(), b"");
        assert_eq!(output.status.code(), Some(code));
        let vsa: Json = serde_json::from_slice(&output.stdout).unwrap();
        let predicate = &vsa["predicate"];
        assert_eq!(predicate["verificationResult"], result, "{vsa}");
        assert_eq!(predicate["policy"]["name"], "tinfoil");
        assert_eq!(predicate["policy"]["annotations"]["require"], level);
        let bytes = std::fs::read(bundle).unwrap();
        let digest = silicon_to_source::digest::Sha256::of(&bytes).to_string();
        assert_eq!(predicate["inputAttestations"][0]["digest"]["sha256"], digest);
        assert_eq!(vsa["subject"][0]["digest"]["sha256"], digest);
    }
}

#[test]
fn an_unreadable_file_is_told_in_three_lines_and_the_list_is_in_the_help() {
    for input in [&b"hello\n"[..], b"{\"a\":1}", b"<html>", &[0xff; 40]] {
        let output = s2s(&["verify", "-"], input);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(said.lines().count() <= 3 && said.len() < 300, "{said}");
        assert!(said.contains("s2s verify --help"), "{said}");
    }
    let help = text(&s2s(&["verify", "--help"], b"").stdout);
    for kind in ["SEV-SNP", "TDX", "Nitro", "Tinfoil", "EigenCompute", "Sigstore", "Azure"] {
        assert!(help.contains(kind), "{kind}: {help}");
    }
}

#[test]
fn the_roots_say_how_many_days_are_left_of_each() {
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        i64::try_from(since.as_secs()).unwrap()
    };
    let before = now();
    let roots: Json = serde_json::from_slice(&s2s(&["roots", "--json"], b"").stdout).unwrap();
    let after = now();
    for root in roots.as_array().unwrap() {
        let (kind, days) = (root["kind"].as_str().unwrap(), root["days_left"].as_i64());
        if ["key", "key-list"].contains(&kind) {
            assert_eq!(days, None, "a copy and a bare key have no end: {root}");
            continue;
        }
        let Some(until) = root["until"].as_str() else {
            assert_eq!((kind, days), ("certificate", None), "a certificate without an end: {root}");
            continue;
        };
        let until: UnixTime = until.parse().unwrap();
        let left = |now: i64| (until.0 - now).div_euclid(DAY);
        assert!((left(after)..=left(before)).contains(&days.unwrap()), "{root}");
    }
    let said = text(&s2s(&["roots"], b"").stdout);
    let milan = roots[0]["days_left"].as_i64().unwrap();
    assert!(said.contains(&format!("It ends in {milan} days.")), "{said}");
}

#[test]
fn conformance_verbs_are_hidden_and_work() {
    let help = text(&s2s(&["--help"], b"").stdout);
    for verb in ["tuf", "verify-bundle"] {
        assert!(!help.contains(&format!("\n  {verb}")), "{help}");
        assert_eq!(s2s(&[verb, "--help"], b"").status.code(), Some(0), "{verb}");
    }
    for verb in ["verify", "watch", "history", "policy", "about", "roots", "completions", "man"] {
        assert!(help.contains(&format!("\n  {verb}")), "{verb}: {help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
}

#[test]
fn completions_are_printed_for_each_shell_and_another_shell_is_refused() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = s2s(&["completions", shell], b"");
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(text(&output.stdout).contains("deny-warnings"), "{shell}");
    }
    assert_eq!(s2s(&["completions", "csh"], b"").status.code(), Some(2));
}

#[test]
fn manual_pages_are_new_files_in_a_folder_that_is_there() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("manual");
    let _ = std::fs::remove_dir_all(&folder);
    let man = || s2s(&["man", folder.to_str().unwrap()], b"");
    assert_eq!(man().status.code(), Some(2), "the folder is not there");
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(man().status.code(), Some(0));
    let page = std::fs::read_to_string(folder.join("s2s-verify.1")).unwrap();
    for words in ["deny\\-warnings", "What is read", "Exit status"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!folder.join("s2s-tuf.1").exists());
    let again = man();
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("is there already"));
}

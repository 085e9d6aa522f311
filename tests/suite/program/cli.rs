//! `s2s` as a person or a script meets it: what it prints, where, and its exit status.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::Builtin;

use crate::common;

/// Runs `s2s` with `input` on its standard input, which is no terminal.
fn s2s(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_s2s"))
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails before it reads closes the pipe; what it says then is the test.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The text with every run of white space as one space, so that line breaks do not matter.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_unreadable(output: &Output, expected: &str) {
    let text = flowing(&stderr(output));
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains(expected), "{text}");
    assert!(output.stdout.is_empty(), "an answer beside an error: {}", stdout(output));
    assert!(!text.contains("panicked"), "{text}");
}

/// A file of the shared vectors, or `None` with a loud line where they are absent.
fn vector(name: &str) -> Option<PathBuf> {
    common::shared(&format!("vectors/{name}"))
}

fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_command_line_that_is_wrong_exits_2_and_shows_the_usage() {
    for arguments in [
        &[][..],
        &["verify"],
        &["verify", "-", "--no-such-option"],
        &["verify", "-", "--json", "--explain"],
        &["verify", "-", "--json", "--chain"],
        &["verify-bundle", "--bundle", "b", "--certificate-identity", "i", "artifact"],
        &["verify-bundle", "--bundle", "b", "artifact"],
    ] {
        let output = s2s(arguments, b"");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("Usage: s2s"), "{arguments:?}");
    }
    assert_eq!(s2s(&["--help"], b"").status.code(), Some(0));
}

#[test]
fn a_time_that_is_no_rfc3339_is_named_with_an_example() {
    for time in ["yesterday", "2026-02-30", "2026-2-1", "2026-02-01T00:00:00", ""] {
        let output = s2s(&["verify", "-", "--at", time], b"");
        assert_unreadable(&output, "such as 2026-02-01T00:00:00Z");
    }
}

#[test]
fn a_date_alone_is_its_beginning_in_utc() {
    let demonstration = s2s_sim::demonstration();
    let run =
        |at| s2s(&["verify", "-", "--policy", "simulated", "--json", "--at", at], &demonstration);
    let (date, moment) = (run("2026-02-01"), run("2026-02-01T00:00:00Z"));
    assert_eq!(date.status.code(), Some(0), "{}", stderr(&date));
    assert_eq!(stdout(&date), stdout(&moment));
}

/// What may have been meant is said, and nobody is asked for a guess.
#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    for (arguments, expected) in [
        (&["verify", "darkbloom.dev"][..], "Did you mean https://darkbloom.dev?"),
        (&["verify", "darkbloom"], "Did you mean https://api.darkbloom.dev?"),
        (&["verify", "localhost:8787"], "Did you mean http://localhost:8787?"),
        (&["verify", "-", "--policy", "snp-strct"], "Did you mean snp-strict?"),
        (&["policy", "show", "simulatd"], "Did you mean simulated?"),
        (&["verify", "-", "--require", "a4"], "Did you mean A4?"),
    ] {
        let output = s2s(arguments, b"");
        assert_unreadable(&output, expected);
        assert!(!stderr(&output).contains("Whom this check asks"), "{arguments:?}");
    }
    let output = s2s(&["verify", "no/such/file"], b"");
    assert!(!stderr(&output).contains("Did you mean"), "{}", stderr(&output));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    assert_unreadable(&s2s(&["verify", "no/such/file"], b""), "no/such/file cannot be opened");
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    assert_unreadable(&s2s(&["verify", directory], b""), "is a folder");
}

#[test]
fn bytes_of_no_known_kind_are_refused_with_what_is_wrong_in_them_or_what_they_look_like() {
    for input in [&b""[..], b"hello", b"{\"a\":1", b"[]", b"{}", &[0; 1184], &[0xff; 1183]] {
        let output = s2s(&["verify", "-"], input);
        assert_unreadable(&output, "Standard input: ");
        let unknown = "Nothing was checked, because no kind of evidence is recognised in it; it ";
        let is_unknown = flowing(&stderr(&output)).contains(unknown);
        assert_unreadable(&output, if is_unknown { unknown } else { "at byte " });
    }
}

#[test]
fn an_input_over_the_limit_is_refused_before_it_is_read() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large");
    std::fs::File::create(&path).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
    let output = s2s(&["verify", path.to_str().unwrap()], b"");
    assert_unreadable(&output, "16777217 bytes, and the limit is 16777216");
    std::fs::remove_file(path).unwrap();
    let output = s2s(&["verify", "-"], &vec![b' '; 16 * 1024 * 1024 + 2]);
    assert_unreadable(&output, "the limit is 16777216");
}

#[test]
fn policy_list_names_every_policy_with_the_sha256_of_what_show_prints() {
    let output = s2s(&["policy", "list"], b"");
    assert_eq!(output.status.code(), Some(0));
    let listed = stdout(&output);
    for builtin in Builtin::all() {
        let shown = s2s(&["policy", "show", builtin.name], b"");
        assert_eq!(shown.status.code(), Some(0));
        let digest = Sha256::of(&shown.stdout).to_string();
        assert!(listed.lines().any(|line| line == builtin.name), "{listed}");
        assert!(listed.contains(&digest), "{} is not {digest}", builtin.name);
    }
}

#[test]
fn a_policy_that_does_not_exist_is_named_with_what_to_do() {
    for arguments in [&["policy", "show", "no-such"][..], &["verify", "-", "--policy", "no-such"]] {
        let output = s2s(arguments, b"");
        assert_unreadable(&output, "no-such");
        assert_unreadable(&output, "Run s2s policy list for the names");
    }
}

#[test]
fn a_policy_file_with_a_mistake_is_refused() {
    for (name, policy, expected) in [
        ("policy-check", r#"{"name":"p","required":["no.such.check"]}"#, "no.such.check"),
        ("policy-member", r#"{"name":"p","required":[],"requird":[]}"#, "requird"),
        ("policy-twice", r#"{"name":"p","name":"q","required":[]}"#, "appears twice"),
        ("policy-json", "{", "cannot be read"),
    ] {
        let file = scratch(name, policy.as_bytes());
        let output = s2s(&["verify", "-", "--policy", file.to_str().unwrap()], b"");
        assert_unreadable(&output, expected);
    }
}

#[test]
fn a_bundle_without_a_file_or_a_digest_as_its_artifact_is_refused() {
    let bundle = scratch("bundle-artifact", b"{}");
    let bundle = bundle.to_str().unwrap();
    for artifact in ["no/such/file", "sha256:00", "md5:00", "sha256:"] {
        let signer = ["--certificate-identity", "i", "--certificate-oidc-issuer", "o"];
        let mut arguments = vec!["verify-bundle", "--bundle", bundle];
        arguments.extend(signer);
        arguments.push(artifact);
        let output = s2s(&arguments, b"");
        assert_unreadable(&output, "is neither a file nor a digest");
    }
}

#[test]
fn a_bundle_that_is_no_bundle_does_not_hold() {
    for staging in [&[][..], &["--staging"]] {
        let bundle = scratch("bundle-empty", b"{}");
        let digest = format!("sha256:{}", "00".repeat(32));
        let mut arguments = vec!["verify-bundle"];
        arguments.extend(staging);
        arguments.extend(["--bundle", bundle.to_str().unwrap(), "--certificate-identity", "i"]);
        arguments.extend(["--certificate-oidc-issuer", "o", &digest]);
        let output = s2s(&arguments, b"");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
    }
}

/// Runs `verify-bundle` on files of the sigstore-verify package.
fn conformance(arguments: &[&str]) -> Output {
    let data = common::crate_dir("sigstore-verify").unwrap().join("test_data");
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.replace("DATA", data.to_str().unwrap())).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    s2s(&[&["verify-bundle"][..], &arguments].concat(), b"")
}

const BLOB: [&str; 2] = ["--bundle", "DATA/bundles/cosign-v3-blob.sigstore.json"];
const SIGNER: [&str; 4] = [
    "--certificate-identity",
    "w.vollprecht@gmail.com",
    "--certificate-oidc-issuer",
    "https://github.com/login/oauth",
];
const BLOB_FILE: &str = "DATA/bundles/cosign-v3-blob.txt";

#[test]
fn a_bundle_holds_for_its_artifact_and_its_digest_and_its_signer_only() {
    let good = conformance(&[&BLOB[..], &SIGNER, &[BLOB_FILE]].concat());
    assert_eq!(good.status.code(), Some(0), "{}", stderr(&good));
    assert!(stdout(&good).starts_with("The signature in this Sigstore bundle holds"));
    let other = conformance(&[&BLOB[..], &SIGNER, &["DATA/managed-key/key.pub"]].concat());
    assert_eq!(other.status.code(), Some(1));
    assert!(stderr(&other).contains("sigstore.subject"), "{}", stderr(&other));
    for (at, wrong) in [(1, "somebody@example.com"), (3, "https://accounts.google.com")] {
        let mut signer = SIGNER;
        signer[at] = wrong;
        let output = conformance(&[&BLOB[..], &signer, &[BLOB_FILE]].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(wrong), "{}", stderr(&output));
    }
    let staging = conformance(&[&["--staging"], &BLOB[..], &SIGNER, &[BLOB_FILE]].concat());
    assert_eq!(staging.status.code(), Some(1), "another instance's keys");
}

#[test]
fn a_bundle_signed_by_a_key_holds_for_that_key_only() {
    let bundle = ["--bundle", "DATA/managed-key/bundle.sigstore.json"];
    let key = ["--key", "DATA/managed-key/key.pub"];
    let artifact = ["DATA/managed-key/artifact.txt"];
    let good = conformance(&[&bundle[..], &key, &artifact].concat());
    assert_eq!(good.status.code(), Some(0), "{}", stderr(&good));
    let other = conformance(&[&bundle[..], &key, &["DATA/managed-key/key.pub"]].concat());
    assert_eq!(other.status.code(), Some(1));
    let no_key = ["--key", "DATA/managed-key/artifact.txt"];
    let output = conformance(&[&bundle[..], &no_key, &artifact].concat());
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

/// The report of `verify` on files of the sigstore-verify package, and the exit status.
fn bundle_report(bundle: &str, more: &[&str]) -> (Json, Option<i32>) {
    let data = common::crate_dir("sigstore-verify").unwrap().join("test_data");
    let arguments = [&["verify", bundle, "--json", "--at", "2026-11-01T00:00:00Z"], more].concat();
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.replace("DATA", data.to_str().unwrap())).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = s2s(&arguments, b"");
    let report = serde_json::from_str(&stdout(&output));
    (report.unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))), output.status.code())
}

/// The outcome, or the reason for another than a pass, of a check of the report.
fn answer<'a>(report: &'a Json, check: &str) -> &'a str {
    let links = report["links"].as_array().unwrap();
    let mut findings = links.iter().flat_map(|link| link["findings"].as_array().unwrap());
    let finding = findings.find(|finding| finding["check"] == check).unwrap();
    finding["reason"].as_str().unwrap_or_else(|| finding["outcome"].as_str().unwrap())
}

const WHEEL: &str = "DATA/bundles/bundle_v3_github.whl.sigstore";

#[test]
fn a_build_without_an_artifact_is_open_in_that_one_check_and_says_so() {
    let (report, status) = bundle_report(WHEEL, &[]);
    assert_eq!(status, Some(3));
    assert_eq!(
        report["verdict"]["because"],
        serde_json::json!([{"check": "sigstore.subject", "part": null}])
    );
    assert_eq!(answer(&report, "sigstore.subject"), "not-fetched");
}

#[test]
fn a_build_holds_for_the_artifact_that_is_named_and_for_no_other() {
    let bundle = "DATA/bundles/conda-attestation.sigstore.json";
    let package = "DATA/bundles/signed-package-2.1.0-hb0f4dca_0.conda";
    let digest = "sha256:54303491a8418fbed24344b513546182c29b43bf282ceb433af65e2299f9271f";
    for artifact in [package, digest] {
        let (report, _) = bundle_report(bundle, &["--artifact", artifact]);
        assert_eq!(answer(&report, "sigstore.subject"), "pass", "{artifact}");
    }
    let zeros = format!("sha256:{}", "0".repeat(64));
    for artifact in ["DATA/managed-key/key.pub", &zeros] {
        let (report, status) = bundle_report(bundle, &["--artifact", artifact]);
        assert_eq!((answer(&report, "sigstore.subject"), status), ("not-listed", Some(1)));
    }
    let data = common::crate_dir("sigstore-verify").unwrap().join("test_data");
    let bundle = std::fs::read(bundle.replace("DATA", data.to_str().unwrap())).unwrap();
    assert_unreadable(&s2s(&["verify", "-", "--artifact", "sha256:00"], &bundle), "sha256:00");
}

#[test]
fn the_readers_own_trusted_root_counts_and_is_named_by_its_digest() {
    let bundle = "DATA/sct-multi-intermediate/staging_bundle.sigstore.json";
    let (report, _) = bundle_report(bundle, &[]);
    assert_eq!(answer(&report, "sigstore.log.checkpoint"), "not-fetched");
    let root = "DATA/sct-multi-intermediate/staging_trusted_root.json";
    let (report, _) = bundle_report(bundle, &["--trusted-root", root]);
    assert_eq!(answer(&report, "sigstore.log.checkpoint"), "pass");
    let data = common::crate_dir("sigstore-verify").unwrap().join("test_data");
    let file = std::fs::read(root.replace("DATA", data.to_str().unwrap())).unwrap();
    assert!(report.to_string().contains(&Sha256::of(&file).to_string()));
    let (report, _) = bundle_report(bundle, &["--collateral", root]);
    assert_eq!(answer(&report, "sigstore.log.checkpoint"), "not-fetched", "beside the evidence");
    assert_eq!(report["files"][1]["what"], "trusted-root");
    assert_eq!(report["files"][1]["became"], "not-about-this");
}

/// Runs on a vector of AMD's; `None` where the vectors are absent.
fn amd(report: &str, collateral: &[&str], more: &[&str]) -> Option<Output> {
    let report = vector(&format!("amd/{report}"))?;
    let collateral: Vec<PathBuf> =
        collateral.iter().filter_map(|name| vector(&format!("amd/{name}"))).collect();
    let mut arguments = vec!["verify", report.to_str()?];
    for file in &collateral {
        arguments.extend(["--collateral", file.to_str()?]);
    }
    arguments.extend(more);
    Some(s2s(&arguments, b""))
}

#[test]
fn a_milan_report_holds_with_a_warning_about_milan() {
    let at = ["--chain", "--at", "2026-03-01T00:00:00Z"];
    let Some(output) = amd("milan.report", &["milan.vcek.pem"], &at) else { return };
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(0), "{text}");
    let first =
        "! Real machine, unknown software, but research says that keys of this kind of chip";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("So a Milan report may be forged."), "{text}");
    assert!(text.contains("Nothing here shows which software runs on it."), "{text}");
}

#[test]
fn a_file_that_was_not_used_is_named_in_the_answer() {
    let at = ["--at", "2026-03-01T00:00:00Z"];
    let alone = amd("milan.report", &["milan.vcek.pem"], &at);
    let beside = amd("milan.report", &["milan.vcek.pem", "turin.vcek.pem"], &at);
    let several = amd("milan.report", &["turin.report", "turin.vcek.pem", "turin.ask.pem"], &at);
    let (Some(alone), Some(beside), Some(several)) = (alone, beside, several) else { return };
    assert!(!flowing(&stdout(&alone)).contains("not used"), "{}", stdout(&alone));
    let text = flowing(&stdout(&beside));
    assert!(text.contains("turin.vcek.pem\": not used: it is about something else."), "{text}");
    let text = flowing(&stdout(&several));
    assert!(text.contains("Not used: \"") && text.contains("--json says why."), "{text}");
    assert!(stdout(&several).lines().count() <= 15, "{text}");
}

#[test]
fn a_folder_in_place_of_a_file_is_told_with_what_to_type() {
    let output = s2s(&["verify", env!("CARGO_MANIFEST_DIR")], b"");
    assert_eq!(output.status.code(), Some(2));
    let text = flowing(&stderr(&output));
    assert!(
        text.contains(" is a folder.") && text.contains("Give the files in it: s2s verify "),
        "{text}"
    );
}

#[test]
fn a_mistyped_command_suggests_no_command_that_the_help_does_not_show() {
    let text = flowing(&stderr(&s2s(&["verfy", "x"], b"")));
    assert!(text.contains("'verify'") && !text.contains("verify-bundle"), "{text}");
}

/// Six questions, the next step, and nothing that scrolls away.
#[test]
fn the_answer_stands_last_and_has_fifteen_lines_at_most() {
    let at = ["--at", "2026-03-01T00:00:00Z"];
    let cases = [
        (amd("milan.report", &["milan.vcek.pem"], &at), 0),
        (amd("milan.report", &[], &at), 3),
        (amd("milan-v2-debug-allowed.report", &["milan-v2-debug-allowed.vcek.pem"], &at), 1),
        (tinfoil("2026-02-01T00:00:00Z", &[]), 0),
        (tinfoil("2027-01-01T00:00:00Z", &[]), 1),
    ];
    for (output, code) in cases.into_iter().filter_map(|(output, code)| Some((output?, code))) {
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.lines().count() <= 15, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        for row in ["real protected machine?", "Which software", "look inside?", "up to date?"] {
            assert!(text.contains(row), "{text}");
        }
        assert!(text.contains("made for me, now?") && text.contains("I talk to?"), "{text}");
    }
    let (Some(alone), Some(chain)) = (
        amd("milan.report", &[], &at),
        amd("milan.report", &[], &[&at[..], &["--chain"]].concat()),
    ) else {
        return;
    };
    assert!(stdout(&chain).ends_with(&stdout(&alone)));
}

#[test]
fn a_chip_certificate_from_after_the_asked_time_fails() {
    let at = ["--explain", "--at", "2026-02-01T00:00:00Z"];
    let Some(output) = amd("milan.report", &["milan.vcek.pem"], &at) else { return };
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("x Do not rely on it Do not rely on this evidence."), "{text}");
    assert!(text.contains("The chip's certificate is not valid yet at the asked time."), "{text}");
    assert!(text.contains("because a link that it rests on does not hold: The chip."), "{text}");
    assert!(text.contains("What it says of itself, which is not shown to be true:"), "{text}");
    assert!(text.contains("valid 2026-02-05T01:04:33Z to 2033-02-05T01:04:33Z"), "{text}");
}

#[test]
fn a_report_that_allows_debugging_fails_and_says_what_that_means() {
    let at = ["--at", "2026-03-01T00:00:00Z"];
    let collateral = ["milan-v2-debug-allowed.vcek.pem"];
    let Some(output) = amd("milan-v2-debug-allowed.report", &collateral, &at) else { return };
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("its operator can read its memory"), "{text}");
}

#[test]
fn a_report_without_its_chip_certificate_is_unknown_and_exits_3() {
    let at = ["--chain", "--at", "2026-03-01T00:00:00Z"];
    let Some(output) = amd("milan.report", &[], &at) else { return };
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(3), "{text}");
    let first = "? Not decided One file is missing: The chip's certificate (VCEK).";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("The chip's certificate (VCEK or VLEK) was not supplied."), "{text}");
}

#[test]
fn a_file_that_is_nothing_known_spoils_nothing_and_is_named() {
    let wrong = scratch("wrong-collateral", b"no certificate");
    let wrong = wrong.to_str().unwrap();
    let at = ["--at", "2026-03-01T00:00:00Z", "--json"];
    let Some(alone) = amd("milan.report", &["milan.vcek.pem"], &at) else { return };
    let alone: Json = serde_json::from_slice(&alone.stdout).unwrap();
    for more in [&["--collateral", wrong][..], &[wrong]] {
        let more = [&at[..], more].concat();
        let Some(output) = amd("milan.report", &["milan.vcek.pem"], &more) else { return };
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        for member in ["verdict", "assurance", "links"] {
            assert_eq!(report[member], alone[member]);
        }
        let files = report["files"].as_array().unwrap().iter();
        let own = files.filter(|file| file["name"] == wrong).map(|file| &file["became"]);
        assert_eq!(own.collect::<Vec<_>>(), ["not-known"]);
    }
}

/// The evidence is chosen by what it is, and not by its place.
#[test]
fn files_may_be_named_in_any_order() {
    let at = ["--at", "2026-03-01T00:00:00Z", "--json"];
    let (Some(report), Some(vcek)) = (vector("amd/milan.report"), vector("amd/milan.vcek.pem"))
    else {
        return;
    };
    let (report, vcek) = (report.to_str().unwrap(), vcek.to_str().unwrap());
    let [one, other] = [[report, vcek], [vcek, report]].map(|files| {
        let output = s2s(&[&["verify"], &files[..], &at].concat(), b"");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let mut report: Json = serde_json::from_slice(&output.stdout).unwrap();
        report["files"] = Json::Null;
        report
    });
    assert_eq!(one, other);
}

#[test]
fn a_pipe_gets_plain_text_without_escape_codes_or_drawing() {
    for more in [&[][..], &["--explain"], &["--json"]] {
        let Some(output) = amd("turin.report", &["turin.vcek.pem"], more) else { return };
        assert!(!output.stdout.contains(&0x1b), "{more:?}");
        assert!(stdout(&output).is_ascii(), "{more:?}");
    }
}

#[test]
fn standard_input_gives_the_report_that_the_file_gives() {
    let Some(path) = vector("amd/turin.report") else { return };
    let at = ["--json", "--at", "2026-03-01T00:00:00Z"];
    let file = s2s(&[&["verify", path.to_str().unwrap()][..], &at].concat(), b"");
    let piped = s2s(&[&["verify", "-"][..], &at].concat(), &std::fs::read(&path).unwrap());
    let [from_file, from_pipe] = [&file, &piped].map(|output| {
        let mut report: Json = serde_json::from_slice(&output.stdout).unwrap();
        let name = report["files"][0]["name"].take();
        (report, name)
    });
    assert_eq!(from_file.0, from_pipe.0);
    assert_eq!(from_pipe.1, "Standard input");
    assert_eq!(file.status.code(), piped.status.code());
}

#[test]
fn json_is_the_report_of_the_library_byte_for_byte() {
    let Some(path) = vector("amd/turin.report") else { return };
    let Some(vcek) = vector("amd/turin.vcek.pem") else { return };
    let at = "2026-03-01T00:00:00Z";
    let more = ["--json", "--at", at];
    let Some(output) = amd("turin.report", &["turin.vcek.pem"], &more) else { return };
    let file = |path: &Path| {
        silicon_to_source::File::new(path.display().to_string(), std::fs::read(path).unwrap())
    };
    let context = silicon_to_source::Context::at(at.parse().unwrap());
    let report = silicon_to_source::examine(&[file(&path), file(&vcek)], None, &context).unwrap();
    assert_eq!(stdout(&output), report.to_json());
}

#[test]
fn explain_shows_every_finding_with_its_step_and_its_bytes() {
    let at = ["--at", "2026-03-01T00:00:00Z"];
    let collateral = ["turin.vcek.pem"];
    let json = [&["--json"][..], &at].concat();
    let Some(output) = amd("turin.report", &collateral, &json) else { return };
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    let explain = [&["--explain"][..], &at].concat();
    let Some(output) = amd("turin.report", &collateral, &explain) else { return };
    let text = flowing(&stdout(&output));
    for finding in report["links"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|link| link["findings"].as_array().unwrap())
    {
        let (step, check) = (finding["step"].as_str().unwrap(), finding["check"].as_str().unwrap());
        assert!(text.contains(format!("{step} {check}").trim()), "{check}");
        if let Some(at) = finding["at"].as_object() {
            let place = format!("offset {}, {} bytes", at["start"], at["len"]);
            assert!(text.contains(&place), "{check}: {place}");
        }
        for value in ["expected", "actual"] {
            let Some(value) = finding[value].as_object() else { continue };
            let value = value.values().next().unwrap().as_str().unwrap();
            assert!(text.contains(flowing(value).as_str()), "{check}: {value}");
        }
    }
}

/// The demonstration reaches A5, and a report alone A3.
#[test]
fn a_level_that_is_not_reached_and_a_denied_warning_exit_3_and_say_so() {
    use silicon_to_source::formats::snp::parse::Product;
    let demonstration = s2s_sim::demonstration();
    let at = ["--policy", "simulated", "--at", "2026-02-01T00:00:00Z"];
    let run = |more: &[&str]| {
        let output = s2s(&[&["verify", "-"], &at[..], more].concat(), &demonstration);
        (output.status.code(), flowing(&stdout(&output)))
    };
    assert_eq!(run(&[]).0, Some(0));
    assert_eq!(run(&["--require", "A4"]).0, Some(0));
    assert_eq!(run(&["--require", "A5"]).0, Some(0));
    let (code, text) = run(&["--require", "build"]);
    assert_eq!(code, Some(3), "a machine is no build");
    assert!(text.contains("The chain shows less than the level that was asked for."), "{text}");

    let chip = crate::common::snp::Case::vcek(Product::Milan);
    let files: Vec<PathBuf> = (0..)
        .zip(chip.collateral())
        .map(|(number, bytes)| scratch(&format!("level-{number}"), &bytes))
        .collect();
    let beside = files.iter().flat_map(|file| ["--collateral", file.to_str().unwrap()]);
    let beside: Vec<&str> = beside.collect();
    let at = ["--policy", "simulated-machine", "--at", "2026-06-01T00:00:00Z"];
    let run = |more: &[&str]| {
        let report = chip.report_bytes();
        let output = s2s(&[&["verify", "-"], &at[..], &beside, more].concat(), &report);
        (output.status.code(), flowing(&stdout(&output)))
    };
    assert_eq!(run(&["--require", "A3"]).0, Some(0));
    let (code, text) = run(&["--require", "A4"]);
    assert_eq!(code, Some(3));
    assert!(text.contains("The chain shows less than the level that was asked for."), "{text}");
    let (code, text) = run(&["--deny-warnings"]);
    assert_eq!(code, Some(3), "Milan is a warning");
    assert!(text.contains("There is a warning, and you asked for none: "), "{text}");
    let output = s2s(&["verify", "-", "--require", "A6"], b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("A0 to A5"), "{}", stderr(&output));
}

fn tinfoil(at: &str, more: &[&str]) -> Option<Output> {
    let bundle = vector("tinfoil/attestation-bundle.json")?;
    let arguments = [&["verify", bundle.to_str()?, "--at", at][..], more].concat();
    Some(s2s(&arguments, b""))
}

#[test]
fn the_tinfoil_bundle_names_everything_from_amds_root_to_the_commit() {
    let Some(output) = tinfoil("2026-02-01T00:00:00Z", &["--explain"]) else { return };
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("Nothing here says when the evidence was made."), "{text}");
    // What ../shared/vectors/README.md says of this bundle, and what openssl and jq read from it.
    for name in [
        "The signed build names the very measurement that was made at launch.",
        "ARK-Genoa",
        "1af1aa6c1f56037a05849a59b8815cf909583f9ba9ef2f053218c437f33ba183",
        "09ef32acf90fcfeb6206d1a46c13145cef736ebbb83f18eaff680b6862320315",
        "https://github.com/tinfoilsh/confidential-model-router",
        ".github/workflows/",
        "refs/tags/v0.0.38",
        "7a4ca87d5481e1b37c1caa8b49c1771f0b8694a7",
        "The configuration names a container image by tag.",
        "ghcr.io/tinfoilsh/confidential-model-router:0.0.38",
        "Level A5: From the chip maker's key to a commit; except: Container image",
        "The chain reaches its last link, The source.",
    ] {
        assert!(text.contains(name), "{name} is not in: {text}");
    }
}

#[test]
fn the_tinfoil_bundle_of_last_year_fails_and_says_what_expired() {
    let Some(output) = tinfoil("2027-01-01T00:00:00Z", &["--chain"]) else { return };
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("The TLS certificate had expired at the asked time."), "{text}");
    let validity = "valid 2026-01-22T21:44:38Z to 2026-04-22T21:44:37Z asked for 2027-01-01";
    assert!(text.contains(validity), "{text}");
}

#[test]
fn every_finding_of_the_tinfoil_bundle_has_words_of_its_own() {
    for at in ["2026-02-01T00:00:00Z", "2027-01-01T00:00:00Z", "2020-01-01T00:00:00Z"] {
        let Some(output) = tinfoil(at, &["--json"]) else { return };
        assert_wording_is_complete(&serde_json::from_slice(&output.stdout).unwrap());
    }
    let Some(output) = tinfoil("2026-02-01T00:00:00Z", &["--json", "--policy", "sigstore"]) else {
        return;
    };
    assert_wording_is_complete(&serde_json::from_slice(&output.stdout).unwrap());
}

#[test]
fn every_finding_of_the_vectors_has_words_of_its_own() {
    for (report, collateral) in [
        ("milan.report", &["milan.vcek.pem"][..]),
        ("milan-v2.report", &["milan-v2.vcek.der"]),
        ("milan-v2.report", &["milan-v2.vcek-bad-signature.der"]),
        ("milan-v2-debug-allowed.report", &["milan-v2-debug-allowed.vcek.pem"]),
        ("milan-vlek.report", &["milan-vlek.vlek.der"]),
        ("turin.report", &["turin.vcek.pem"]),
        ("turin.report", &["milan.vcek.pem"]),
        ("turin.report", &[]),
    ] {
        let Some(output) = amd(report, collateral, &["--json"]) else { return };
        assert_wording_is_complete(&serde_json::from_slice(&output.stdout).unwrap());
    }
}
#[test]
fn the_demonstration_says_simulated_and_holds_under_no_other_policy() {
    let bundle = s2s_sim::demonstration();
    let at = ["verify", "-", "--at", "2026-02-01T00:00:00Z"];
    let output = s2s(&[&at[..], &["--policy", "simulated", "--chain"]].concat(), &bundle);
    let text = flowing(&stdout(&output));
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("+ SIMULATED: Verified SIMULATED: The machine behind"), "{text}");
    assert!(text.contains("SIMULATED: Level A5: "), "{text}");
    for policy in [&[][..], &["--policy", "tinfoil"], &["--policy", "snp"]] {
        let output = s2s(&[&at[..], policy].concat(), &bundle);
        assert!(matches!(output.status.code(), Some(1 | 3)), "{policy:?}: {}", stdout(&output));
    }
}

/// Everything that a report says by an id has its words in the English wording.
fn assert_wording_is_complete(report: &Json) {
    let english: Json = serde_json::from_str(include_str!("../../../www/locales/en.json")).unwrap();
    let has = |section: &str, key: &str| {
        assert!(english[section][key].is_string(), "{section} {key} has no words");
    };
    for claim in report["claims"].as_array().unwrap() {
        has("claims", claim["name"].as_str().unwrap());
    }
    for wanted in report["wanted"].as_array().unwrap() {
        has("wanted", wanted["what"].as_str().unwrap());
        has("reveals", wanted["reveals"].as_str().unwrap());
    }
    has("kinds", report["subject"]["kind"].as_str().unwrap());
    for finding in report["links"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|link| link["findings"].as_array().unwrap())
    {
        let check = finding["check"].as_str().unwrap();
        let outcome = finding["outcome"].as_str().unwrap();
        let reason = finding["reason"].as_str().unwrap_or_default();
        let key = if outcome == "pass" { "pass".to_owned() } else { format!("{outcome}.{reason}") };
        let own = english["checks"][check][&key].is_string();
        let general = outcome == "unknown" && english["why"][reason].is_string();
        assert!(own || general, "{check} has no sentence for {key}");
    }
}

/// The root of a firmware endorsement counts when the reader hands it in as one.
#[test]
fn firmware_root_counts_for_one_run_and_a_root_beside_the_evidence_does_not() {
    use s2s_sim::google::FirmwareSpec;
    use silicon_to_source::digest::Sha384;
    use silicon_to_source::engine::builtin;

    let machine = common::dcap::Case::td();
    let mrtd = Sha384(machine.quote.clone().td().mr_td);
    let endorsement = FirmwareSpec {
        tdx: Some(vec![(0, false, mrtd)]),
        bundle: Vec::new(),
        ..FirmwareSpec::new()
    };
    let mut policy: Json = serde_json::from_str(builtin("tdx").unwrap().json).unwrap();
    policy["roots"] = "simulated".into();
    let file = |name: &str, bytes: &[u8]| scratch(name, bytes).display().to_string();
    let quote = file("firmware-quote.bin", &machine.quote_bytes());
    let collateral = file("firmware-collateral.json", &machine.files().bytes());
    let endorsed = file("firmware.binarypb", &endorsement.bytes());
    let root = file("firmware-root.crt", &FirmwareSpec::root());
    let policy = file("firmware-policy.json", policy.to_string().as_bytes());
    let outcome = |option: &str| {
        let files = ["--collateral", &collateral, "--collateral", &endorsed, option, &root];
        let at = machine.now.to_string();
        let common = ["verify", &quote, "--policy", &policy, "--at", &at, "--json"];
        let output = s2s(&[&common[..], &files].concat(), b"");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        let links = report["links"].as_array().unwrap().iter();
        let mut findings = links.flat_map(|link| link["findings"].as_array().unwrap().clone());
        let own = findings.find(|finding| finding["check"] == "gce.measurement").unwrap();
        own["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome("--firmware-root"), "pass");
    assert_eq!(outcome("--collateral"), "unknown");
}

//! Claims about `s2s verify https://HOST`, against services on this machine.

use std::path::PathBuf;
use std::process::{Command, Output};

use s2s::wording;
use s2s_net::Failure;
use s2s_sim::amd::ReportSpec;
use s2s_sim::keys::Key;
use silicon_to_source::engine::plan::{self, Origin, SUBJECTS, Service};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::Standing;

use crate::servers::{Plain, Server};

/// Runs s2s with a folder of its own.
fn s2s(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s2s"))
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .expect("s2s runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn flowing(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn report(arguments: &[&str]) -> (serde_json::Value, Output) {
    let output = s2s(&[&["verify", "--json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (report, output)
}

fn answer(status: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A service that answers everything in one way.
fn always(status: &'static str, kind: &'static str, body: &'static str) -> Server {
    Plain::routing(move |_| answer(status, kind, body))
}

fn kept(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("s2s-{name}-{}.json", std::process::id()))
}

#[test]
fn each_host_is_named_with_what_it_learns_before_the_answer() {
    let server = always("404 Not Found", "text/plain", "no such page");
    let output = s2s(&["verify", &server.origin()]);
    let said = flowing(&output.stderr);
    let host = server.origin().replace("http://", "");
    assert!(said.starts_with("Whom this check asks, and what they learn"), "{said}");
    assert!(said.contains(&format!("{host} The host that you ask learns that you ask")), "{said}");
    assert!(said.contains("/v1/coordinator/attestation?nonce="), "{said}");
    assert!(said.contains("answered with status 404, 12 bytes"), "{said}");
    assert!(said.contains("does not leave it"), "{said}");
}

#[test]
fn a_session_is_kept_with_its_nonce_and_examined_again_as_a_recording() {
    let server = always("404 Not Found", "text/plain", "no such page");
    let file = kept("session");
    let name = file.to_str().unwrap();
    let _ = std::fs::remove_file(&file);
    let (first, _) = report(&[&*server.origin(), "--save", name]);
    let exchange: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(exchange["schema"], "silicon-to-source/exchange/v1");
    assert_eq!(exchange["origin"], server.origin());
    let nonce = exchange["nonce"].as_str().unwrap();
    assert_eq!(nonce.len(), 43, "32 bytes in base64url");
    assert!(server.asked().contains(&format!("?nonce={nonce} ")));
    assert_eq!(exchange["answers"][0]["outcome"]["status"], 404);
    let (again, _) = report(&[name]);
    for member in ["assurance", "ends_at"] {
        assert_eq!(first[member], again[member]);
    }
    assert_eq!(first["verdict"]["state"], again["verdict"]["state"]);
    assert_eq!(first["headline"]["of"], server.origin());
    assert!(again["headline"]["of"].is_null(), "nobody was asked");
    assert!(first.get("recorded_at").is_none());
    assert_eq!(again["recorded_at"], exchange["started_at"]);
    std::fs::remove_file(file).unwrap();
}

/// What is there already stays, whatever it is: a file, or a link to one.
#[test]
fn keeping_a_session_overwrites_nothing_and_follows_no_link() {
    let server = always("404 Not Found", "text/plain", "");
    let (file, link) = (kept("there"), kept("link"));
    std::fs::write(&file, "mine").unwrap();
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(&file, &link).unwrap();
    for path in [&file, &link] {
        let output = s2s(&["verify", &server.origin(), "--save", path.to_str().unwrap()]);
        let said = flowing(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("is there already"), "{said}");
        assert_eq!(server.asked(), "", "nobody is asked for what cannot be kept");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    std::fs::remove_file(link).unwrap();
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_folder_that_is_not_there_is_told_before_anybody_is_asked() {
    let server = always("404 Not Found", "text/plain", "");
    let path = std::env::temp_dir().join("s2s-no-such-folder/x.json");
    let output = s2s(&["verify", &server.origin(), "--json", "--save", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(flowing(&output.stderr).contains("cannot be written"));
    assert_eq!((server.asked(), stdout(&output)), (String::new(), String::new()));
}

/// Somebody takes the name while the service answers. The answer is out, the other's file stays,
/// and the exit status says that nothing was kept.
#[test]
fn an_answer_is_not_lost_when_it_cannot_be_kept() {
    let path = kept("taken");
    let _ = std::fs::remove_file(&path);
    let taken = path.clone();
    let server = Plain::routing(move |_| {
        std::fs::write(&taken, "another's").unwrap();
        answer("404 Not Found", "text/plain", "")
    });
    let output = s2s(&["verify", &server.origin(), "--json", "--save", path.to_str().unwrap()]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["verdict"]["state"], "not-published");
    assert_eq!(output.status.code(), Some(2));
    assert!(flowing(&output.stderr).contains("is there already"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "another's");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn one_service_is_asked_at_a_time() {
    let output = s2s(&["verify", "https://a.example", "https://b.example"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(flowing(&output.stderr).contains("Two addresses"), "{}", flowing(&output.stderr));
}

#[test]
fn every_session_has_a_nonce_of_its_own() {
    let server = always("404 Not Found", "text/plain", "");
    let nonce = || {
        let file = kept("nonce");
        let _ = std::fs::remove_file(&file);
        s2s(&["verify", &server.origin(), "--save", file.to_str().unwrap()]);
        let exchange: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        std::fs::remove_file(file).unwrap();
        exchange["nonce"].as_str().unwrap().to_owned()
    };
    assert_ne!(nonce(), nonce());
}

#[test]
fn a_service_that_publishes_nothing_is_told_apart_from_one_that_cannot_be_reached() {
    for (server, state, exit) in [
        (always("404 Not Found", "text/plain", "404 page not found"), "not-published", 3),
        (
            always(
                "503 Service Unavailable",
                "application/json",
                r#"{"error":{"code":"attestation_unavailable","substrate":"gcp-sev"}}"#,
            ),
            "not-published",
            3,
        ),
        (always("500 Internal Server Error", "text/plain", ""), "unknown", 3),
        (always("200 OK", "text/html", "<!doctype html><title>hello</title>"), "unknown", 3),
        (always("200 OK", "application/json", "{"), "unknown", 3),
        (always("302 Found\r\nLocation: http://127.0.0.1:9/", "text/plain", ""), "unknown", 3),
        (
            Plain::answering(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
            ),
            "unknown",
            3,
        ),
        (
            Plain::endless(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
                "5\r\nhello\r\n",
            ),
            "unknown",
            3,
        ),
    ] {
        let (report, output) = report(&[&server.origin()]);
        let found = (report["verdict"]["state"].as_str(), output.status.code());
        assert_eq!(found, (Some(state), Some(exit)), "{}", flowing(&output.stderr));
        assert!(report["assurance"]["level"].as_str().is_none_or(|level| level == "A0"));
        let word = if state == "unknown" { "no-answer" } else { "not-published" };
        assert_eq!(report["headline"]["word"], word);
    }
    let gone = always("200 OK", "text/plain", "").origin();
    let (report, output) = report(&[&gone]);
    assert_eq!(report["verdict"]["state"], "unknown");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn nobody_is_asked_when_nobody_may_be() {
    let server = always("200 OK", "application/json", "{}");
    let output = s2s(&["verify", &server.origin(), "--fetch", "none"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(server.asked(), "");
    assert_eq!(stdout(&output), "");
}

#[test]
fn an_address_that_may_not_be_asked_is_refused_with_what_to_do() {
    for address in ["http://api.darkbloom.dev", "https://a@b.example", "https://b.example/path"] {
        let output = s2s(&["verify", address]);
        let said = flowing(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("cannot be asked") && said.contains("Give the address"), "{said}");
    }
}

#[test]
fn further_hosts_are_named_and_not_asked_without_consent() {
    let report = ReportSpec::healthy(Product::Milan).sign(Key::Vcek);
    let file = kept("report");
    std::fs::write(&file, report).unwrap();
    let output = s2s(&["verify", file.to_str().unwrap(), "--policy", "snp", "--fetch", "all"]);
    std::fs::remove_file(file).unwrap();
    let said = flowing(&output.stderr);
    assert!(said.contains("kdsintf.amd.com The host that you ask learns the chip id"), "{said}");
    assert!(said.ends_with("They were not asked. To ask without a question, add --yes."), "{said}");
    assert_eq!(output.status.code(), Some(3), "{said}");
}

#[test]
fn only_a_session_with_a_service_can_be_kept() {
    let output = s2s(&["verify", "Cargo.toml", "--save", "x.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(flowing(&output.stderr).contains("needs the address of a service"));
}

#[test]
fn everything_that_is_asked_and_every_reason_has_its_words() {
    let has = |path: &[&str]| assert!(wording::find(path).is_some(), "{path:?} is missing");
    for subject in SUBJECTS {
        has(&["subjects", subject.id, "name"]);
        has(&["subjects", subject.id, "sentence"]);
        let origin: Origin = subject.origin.parse().unwrap();
        for request in plan::first(&origin, Service::of(&origin), &[0; 32]) {
            has(&["wanted", &request.what]);
            has(&["reveals", &request.reveals]);
        }
    }
    for what in ["encryption-key", "hpke-keys"] {
        has(&["wanted", what]);
    }
    for failure in [
        Failure::Dns,
        Failure::Network,
        Failure::Offline,
        Failure::Redirect,
        Failure::Refused,
        Failure::Timeout,
        Failure::Tls,
        Failure::TooLarge,
        Failure::Truncated,
        Failure::Url,
    ] {
        has(&["asked", failure.word()]);
    }
    has(&["asked", "aborted"]);
    for standing in [Standing::Agrees, Standing::Contradicts, Standing::NotShown] {
        has(&["standing", &wording::word(&standing)]);
    }
}

//! The launchers' sockets, against one that answers as the teeserver does.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_attest::Issuer;
use s2s_attest::config::{Config, TokenType};
use s2s_attest::launcher::{Launcher, LauncherError};
use s2s_sim::bound::{BoundSpec, Processor};
use s2s_sim::coordinator::{ORIGIN, SEALED_KEY, key_answer};
use s2s_sim::google::LAUNCH;
use s2s_sim::provided::Provided;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha512;
use silicon_to_source::engine::builtin;
use silicon_to_source::formats::eigencompute;
use silicon_to_source::report::{Report, RootOfTrust, State};
use silicon_to_source::services::coordinator;
use silicon_to_source::time::UnixTime;

use crate::{run, scratch};

/// Answers one request, and hands over its head and body.
fn socket(name: &str, status: &'static str, body: Vec<u8>) -> (PathBuf, Receiver<(String, Value)>) {
    answering(name, status, move |_| body)
}

/// The same with what `answer` makes of the request's body.
fn answering(
    name: &str,
    status: &'static str,
    answer: impl FnOnce(&Value) -> Vec<u8> + Send + 'static,
) -> (PathBuf, Receiver<(String, Value)>) {
    let path = scratch(name).join("teeserver.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let (head, sent) = loop {
            let mut piece = [0; 4096];
            let read = stream.read(&mut piece).unwrap();
            request.extend(&piece[..read]);
            let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            if let Ok(sent) = serde_json::from_slice(&request[end + 4..]) {
                break (String::from_utf8_lossy(&request[..end]).into_owned(), sent);
            }
        };
        let body = answer(&sent);
        sender.send((head, sent)).unwrap();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body);
    });
    (path, receiver)
}

fn launcher(socket: &Path) -> Launcher<'_> {
    Launcher { socket, timeout: Duration::from_secs(20) }
}

#[test]
fn token_is_asked_for_with_the_digest_as_its_only_nonce() {
    let d = Sha512([0xfb; 64]);
    let (path, asked) = socket("token", "200 OK", b"aa.bb.cc\n".to_vec());
    let token = run(launcher(&path).token("https://audience.example", TokenType::Pki, &d));
    assert_eq!(token.as_deref(), Ok("aa.bb.cc"));
    let (head, body) = asked.recv().unwrap();
    assert!(head.starts_with("POST /v1/token HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("host: localhost"), "{head}");
    let nonce = URL_SAFE_NO_PAD.encode([0xfb; 64]);
    assert_eq!(
        body,
        json!({ "audience": "https://audience.example", "nonces": [nonce], "token_type": "PKI" })
    );
}

#[test]
fn bound_evidence_has_the_digest_as_challenge_and_no_extra_data() {
    let d = Sha512([0xfb; 64]);
    let (path, asked) = socket("bound", "200 OK", vec![0, 1, 2]);
    assert_eq!(run(launcher(&path).bound_evidence(&d)), Ok(vec![0, 1, 2]));
    let (head, body) = asked.recv().unwrap();
    assert!(head.starts_with("POST /v1/bound_evidence HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, json!({ "challenge": STANDARD.encode([0xfb; 64]) }));
}

#[test]
fn evidence_has_the_digest_as_challenge() {
    let (path, asked) = socket("evidence", "200 OK", b"{}".to_vec());
    assert_eq!(run(launcher(&path).evidence(&Sha512([1; 64]))), Ok(b"{}".to_vec()));
    let (head, body) = asked.recv().unwrap();
    assert!(head.starts_with("POST /v1/evidence HTTP/1.1\r\n"), "{head}");
    assert_eq!(body, json!({ "challenge": STANDARD.encode([1; 64]) }));
}

#[test]
fn launcher_that_offers_nothing_or_too_much_is_an_error() {
    let d = Sha512([0; 64]);
    let (path, _asked) = socket("none", "404 Not Found", b"no".to_vec());
    assert_eq!(run(launcher(&path).bound_evidence(&d)), Err(LauncherError::Status(404)));
    let (path, _asked) = socket("large", "200 OK", vec![0; 512 * 1024 + 1]);
    assert_eq!(run(launcher(&path).bound_evidence(&d)), Err(LauncherError::Answer));
    let (path, _asked) = socket("no-token", "200 OK", b"<html>".to_vec());
    let token = run(launcher(&path).token("a", TokenType::Oidc, &d));
    assert_eq!(token, Err(LauncherError::Answer));
    let absent = scratch("absent").join("teeserver.sock");
    assert_eq!(run(launcher(&absent).evidence(&d)), Err(LauncherError::Refused));
}

/// What a launcher makes of a question.
type Answer = fn(&Value) -> Vec<u8>;

/// What the sidecar serves from a launcher's socket covers its binding, as the verifier reads it.
fn served(name: &str, source: &str, answer: Answer) -> Report {
    let (path, _asked) = answering(name, "200 OK", answer);
    let directory = path.parent().unwrap();
    std::fs::write(directory.join("key.json"), key_answer(&SEALED_KEY)).unwrap();
    let text = format!(
        "listen = \"127.0.0.1:8787\"\norigin = \"{ORIGIN}\"\nsubstrate = \"gcp-none\"\n\
         [sealed-key]\nfile = \"key.json\"\ncustody = \"tee-generated\"\n\
         [[evidence]]\n{source}\nsocket = \"{}\"\n",
        path.display()
    );
    let config = Config::from_toml(&text, directory).unwrap();
    let issuer = Arc::new(Issuer::new(config).unwrap());
    let body = run(async move { issuer.challenge(vec![7; 32]).await.unwrap() });
    let policy = builtin("simulated").unwrap().policy().unwrap();
    crate::examine(&body, &[], Some(&policy), now()).unwrap()
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixTime(i64::try_from(since.as_secs()).unwrap())
}

fn challenge(asked: &Value) -> Vec<u8> {
    STANDARD.decode(asked["challenge"].as_str().unwrap()).unwrap()
}

#[test]
fn evidence_of_each_launcher_covers_the_document_that_it_is_served_in() {
    let bound = "source = \"eigen-bound-evidence\"";
    let token = "source = \"confidential-space-token\"\naudience = \"https://verifier.example\"";
    let shielded = |asked: &Value| BoundSpec::of(Processor::None).bytes(&challenge(asked), LAUNCH);
    let tdx = |asked: &Value| {
        BoundSpec::of(Processor::Tdx(Box::default())).bytes(&challenge(asked), LAUNCH)
    };
    let pki = |asked: &Value| {
        let Provided::Token(_, mut spec) = Provided::token("gcp-cs-pki-token", now()) else {
            panic!("it is a token")
        };
        spec.claims["eat_nonce"] = asked["nonces"].clone();
        spec.claims["aud"] = asked["audience"].clone();
        spec.sign().into_bytes()
    };
    let cases: [(&str, &str, Answer, RootOfTrust); 3] = [
        ("whole-shielded", bound, shielded, RootOfTrust::CloudProvider),
        ("whole-tdx", bound, tdx, RootOfTrust::CpuVendor),
        ("whole-token", token, pki, RootOfTrust::Statement),
    ];
    for (name, source, answer, root) in cases {
        let report = served(name, source, answer);
        let outcome = |check| report.findings(check).map(|f| f.outcome).collect::<Vec<_>>();
        assert_eq!(outcome(&coordinator::checks::BINDING_EVIDENCE_TYPES), ["pass"], "{name}");
        assert_eq!(report.assurance.root_of_trust, root, "{name}");
        if name == "whole-tdx" {
            // Intel's collateral was not fetched, so the quote cannot be decided.
            assert_eq!(outcome(&eigencompute::checks::EIGEN_CHALLENGE), ["pass"], "{name}");
            assert_ne!(report.verdict.state, State::Failed, "{name}");
        } else {
            assert_eq!(outcome(&coordinator::checks::BINDING_DIGEST), ["pass"], "{name}");
        }
    }
}

#[test]
fn launcher_that_says_nothing_is_given_up() {
    let path = scratch("mute").join("teeserver.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let launcher = Launcher { timeout: Duration::from_millis(50), ..launcher(&path) };
    assert_eq!(run(launcher.evidence(&Sha512([0; 64]))), Err(LauncherError::Timeout));
}

//! The launchers' sockets, against one that answers as the teeserver does.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use silicon_to_source::digest::Sha512;
use silicon_to_source::serve::config::TokenType;
use silicon_to_source::serve::launcher::{Launcher, LauncherError};

use crate::{run, scratch};

/// Answers one request, and hands over its head and body.
fn socket(name: &str, status: &'static str, body: Vec<u8>) -> (PathBuf, Receiver<(String, Value)>) {
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

#[test]
fn launcher_that_says_nothing_is_given_up() {
    let path = scratch("mute").join("teeserver.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let launcher = Launcher { timeout: Duration::from_millis(50), ..launcher(&path) };
    assert_eq!(run(launcher.evidence(&Sha512([0; 64]))), Err(LauncherError::Timeout));
}

//! Answers to sealed requests.

use std::sync::LazyLock;

use s2s_seal::{Opener, Random, Unopened, seal};
use s2s_sim::tinfoil::{HPKE_KEY, TinfoilSpec};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::channel::{MAX_AGE_S, Requirement, SealedTo};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::plan::session::{Answer, response};
use silicon_to_source::engine::plan::{Service, Session};
use silicon_to_source::finding::Level;
use silicon_to_source::services::tinfoil::parse::hpke_key;
use silicon_to_source::{Context, File};

use crate::NOW;

/// The key of the simulated enclave, as a reader comes by it.
static SEALED_TO: LazyLock<SealedTo> = LazyLock::new(|| {
    let origin = "https://router.simulated.example".parse().unwrap();
    let mut session = Session::of(&origin, Service::Tinfoil, [7; 32], NOW);
    let question = session.first()[0].clone();
    let header = |name: &str| (name == "content-type").then_some("application/json");
    let came = response(&question, 200, header, TinfoilSpec::default().bytes());
    session.record(Answer::answered(&question, came));
    let context = Context { now: NOW, asked: Some(session.asked()) };
    let mut policy: serde_json::Value =
        serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
    policy["tinfoil"] = serde_json::json!({ "undated-for-days": 9999 });
    let mut options = Options::default();
    options.set_policy(policy.to_string()).unwrap();
    let files = [File::new("session", session.to_json().into_bytes())];
    let report = silicon_to_source::examine_with(&files, &options, &context).unwrap();
    let requirement =
        Requirement { least: Level::A5, max_age_s: MAX_AGE_S, undated: true, via: None };
    SealedTo::of(&report, &context, &requirement).unwrap()
});

fn opener() -> Opener {
    let question = SEALED_TO.question();
    let header = |name: &str| (name == "content-type").then_some("application/ohttp-keys");
    let named = [&[0, 0, 0x20][..], &HPKE_KEY, &[0, 4, 0, 1, 0, 2]].concat();
    let named = Answer::answered(&question, response(&question, 200, header, named));
    let current = SEALED_TO.current(&named, NOW).unwrap();
    seal(&current, Random::new([7; Random::LEN]), b"{}").unwrap().opener
}

fn opened(bytes: &[u8], length: usize) -> Result<Vec<u8>, Unopened> {
    let header = |name: &str| (name == "ehbp-response-nonce").then(|| "07".repeat(32));
    let mut opening = opener().begin(header)?.unwrap();
    let mut out = Vec::new();
    for piece in bytes.chunks(length) {
        out.extend(opening.push(piece)?);
    }
    out.extend(opening.finish()?);
    Ok(out)
}

/// Any bytes as the answer to a sealed request and as what names its key. An answer opens alike however
/// its bytes are cut.
pub fn run(bytes: &[u8]) {
    let _ = hpke_key(bytes);
    let whole = opened(bytes, bytes.len().max(1));
    let length = bytes.first().map_or(1, |first| usize::from(*first).max(1));
    assert_eq!(opened(bytes, length), whole);
    let nonce = String::from_utf8_lossy(bytes);
    let header = |name: &str| (name == "ehbp-response-nonce").then(|| nonce.clone().into_owned());
    let _ = opener().begin(header);
}

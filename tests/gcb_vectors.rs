//! Real provenance by Google Cloud Build.

mod common;

use std::fs;

use common::shared;

use silicon_to_source::examine;
use silicon_to_source::finding::Value;
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

const COMMIT: &str = "2ce3f90facdb51aeb950d5bc641e981be61fdf48";

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn vector(name: &str) -> Option<Vec<u8>> {
    shared(&format!("vectors/gcb/v1.0-container-github{name}.json"))
        .map(|path| fs::read(path).unwrap())
}

fn report(bytes: &[u8]) -> Report {
    examine(bytes, &[], None, now()).unwrap()
}

#[test]
fn good_document_names_repository_and_commit() {
    let Some(bytes) = vector("") else { return };
    let report = report(&bytes);
    println!("{}", report.to_json());
    assert_eq!(report.verdict.state, State::Warning);
    let claim = |name| report.claims.iter().find(|claim| claim.name == name).unwrap().value.clone();
    assert_eq!(claim("git.commit"), Value::Hex(COMMIT.into()));
    assert_eq!(claim("git.repository"), Value::text("https://github.com/khalkie/gcb-prod-prov"));
    assert_eq!(claim("git.ref"), Value::text("refs/heads/main"));
}

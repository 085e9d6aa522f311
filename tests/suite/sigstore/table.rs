//! Every bundle in the test data of the Sigstore crates: `tests/sigstore_table.json` says for each
//! which answer is right and who says so. `tests/wasm/sigstore.test.mjs` asks the wasm the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use silicon_to_source::builds::sigstore::policy::Artifact;
use silicon_to_source::engine::policy::Policy;

use crate::common::{self, examine};

/// The packages that carry bundles, and where.
const PACKAGES: [(&str, &str); 2] =
    [("sigstore-verify", "test_data"), ("sigstore-bundle", "tests/fixtures")];

fn table() -> Vec<Json> {
    serde_json::from_str(include_str!("../../sigstore_table.json")).unwrap()
}

fn folder(package: &str) -> PathBuf {
    let (_, folder) = PACKAGES.iter().find(|(name, _)| *name == package).unwrap();
    common::crate_dir(package).expect("a dependency").join(folder)
}

fn package(row: &Json) -> &str {
    row["package"].as_str().unwrap_or("sigstore-verify")
}

fn read(row: &Json, file: &Json) -> Vec<u8> {
    let path = folder(package(row)).join(file.as_str().unwrap());
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn policy(row: &Json) -> Policy {
    let mut policy = json!({
        "name": "table",
        "required": ["sigstore.signature", "sigstore.subject", "sigstore.public-log"],
        "sigstore": {},
    });
    let supplied = match &row["root"] {
        Json::Null => None,
        root if root["staging"] == true => {
            Some(sigstore_trust_root::SIGSTORE_STAGING_TRUSTED_ROOT.as_bytes().to_vec())
        }
        root => Some(read(row, &root["file"])),
    };
    if let Some(root) = supplied {
        policy["sigstore"]["trusted-root"] = serde_json::from_slice(&root).unwrap();
    }
    if row["key"].is_string() {
        let pem = String::from_utf8(read(row, &row["key"])).unwrap();
        policy["sigstore"]["keys"] = json!([pem]);
    }
    let mut policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    policy.sigstore.artifact = match &row["artifact"] {
        Json::Null => None,
        artifact => Some(match artifact["digest"].as_str() {
            Some(digest) => Artifact::parse(digest).unwrap(),
            None => Artifact::of(&read(row, &artifact["file"])),
        }),
    };
    policy
}

/// The answer: `unreadable`, or what the findings about the bundle come to, with the check that
/// the row names when its outcome fits.
fn answer(row: &Json) -> String {
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let Ok(report) = examine(&read(row, &row["file"]), &[], Some(&policy(row)), now) else {
        return "unreadable".into();
    };
    let findings = report.links.iter().flat_map(|link| &link.findings);
    let own = |id: &str| id.starts_with("sigstore.") || id == "provenance.statement";
    let findings: Vec<_> = findings.filter(|finding| own(finding.check.id)).collect();
    let of = |outcome: &str| -> BTreeSet<&str> {
        let idle = Some("not-applicable");
        let some = findings.iter().filter(|f| f.outcome == outcome && f.reason != idle);
        some.map(|finding| finding.check.id).collect()
    };
    let (failed, open) = (of("fail"), of("unknown"));
    match row["check"].as_str() {
        Some(check) if failed.contains(check) => "refused".into(),
        Some(check) if failed.is_empty() && open.contains(check) => "undecided".into(),
        None if failed.is_empty() && open.is_empty() => "holds".into(),
        None if failed.is_empty() && open == ["sigstore.subject"].into() => "open".into(),
        _ => format!("failed {failed:?}, open {open:?}"),
    }
}

#[test]
fn every_bundle_of_the_table_gets_its_answer() {
    let wrong: Vec<String> = table()
        .iter()
        .filter(|row| row["answer"].as_str() != Some(answer(row).as_str()))
        .map(|row| format!("{}: {} and not {}", row["file"], answer(row), row["answer"]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_bundle_of_the_crates_is_in_the_table() {
    for (package_name, _) in PACKAGES {
        let table = table();
        let listed: BTreeSet<PathBuf> = table
            .iter()
            .filter(|row| package(row) == package_name)
            .map(|row| PathBuf::from(row["file"].as_str().unwrap()))
            .collect();
        let folder = folder(package_name);
        let mut found = BTreeSet::new();
        bundles(&folder, &folder, &mut found);
        assert_eq!(listed, found, "{package_name}");
    }
}

/// The files below `path` that are JSON with verification material, relative to `folder`.
fn bundles(folder: &Path, path: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bundles(folder, &path, found);
        } else if serde_json::from_slice::<Json>(&fs::read(&path).unwrap())
            .is_ok_and(|json| json["verificationMaterial"].is_object())
        {
            found.insert(path.strip_prefix(folder).unwrap().to_path_buf());
        }
    }
}

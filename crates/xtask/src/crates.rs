//! What a published crate holds: sources, sentences, pinned roots, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{root, tools};

/// The crates for crates.io. The others say `publish = false`.
const PUBLISHED: [&str; 5] = ["s2s", "s2s-attest", "s2s-net", "s2s-seal", "silicon-to-source"];

/// Files beside the sources.
const BESIDE: [&str; 8] = [
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "build.rs",
];

/// Kinds of files in `src`: code, policies and roots, and what the roots' folders say of them.
const IN_SOURCES: [&str; 4] = ["der", "json", "md", "rs"];

/// The examples that the sidecar writes for operators.
const DEPLOYED: [&str; 5] = [
    "deploy/Caddyfile",
    "deploy/attestation.toml",
    "deploy/attestation.yml",
    "deploy/nginx.conf",
    "deploy/s2s-attestation.service",
];

/// Each member of the workspace: its name, its folder, and whether it may be published.
fn members() -> Vec<(String, PathBuf, bool)> {
    let arguments = ["metadata", "--offline", "--locked", "--no-deps", "--format-version", "1"];
    let text = tools::output(tools::cargo().args(arguments).current_dir(root())).unwrap();
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let member = |package: &Value| {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let name = package["name"].as_str().unwrap().to_owned();
        (name, manifest.parent().unwrap().to_owned(), package["publish"].is_null())
    };
    metadata["packages"].as_array().unwrap().iter().map(member).collect()
}

/// The files of the package called `name`, by their paths in it.
fn list(name: &str) -> Vec<String> {
    let arguments = ["package", "--offline", "--locked", "--allow-dirty", "--list", "--package"];
    let text = tools::output(tools::cargo().args(arguments).arg(name).current_dir(root())).unwrap();
    text.lines().map(|line| line.replace('\\', "/")).collect()
}

fn may_be_published(path: &str) -> bool {
    let kind = Path::new(path).extension().and_then(|kind| kind.to_str()).unwrap_or_default();
    BESIDE.contains(&path)
        || (path.starts_with("src/") && IN_SOURCES.contains(&kind))
        || (path.starts_with("examples/") && kind == "rs")
        || DEPLOYED.contains(&path)
        || (path.starts_with("www/locales/") && kind == "json")
}

#[test]
fn the_simulator_and_the_tools_are_never_published() {
    let published: BTreeSet<String> =
        members().into_iter().filter(|(.., public)| *public).map(|(name, ..)| name).collect();
    assert_eq!(published, PUBLISHED.map(str::to_owned).into());
}

#[test]
fn a_published_crate_holds_no_tests_pictures_or_private_keys() {
    for (name, folder, _) in members().into_iter().filter(|(.., public)| *public) {
        let files = list(&name);
        for needed in ["src/lib.rs", "README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(files.iter().any(|file| file == needed), "{name} lacks {needed}");
        }
        for file in &files {
            assert!(may_be_published(file), "{name} would be published with {file}");
            // Some files are made by cargo as it packs.
            let Ok(bytes) = fs::read(folder.join(file)) else { continue };
            let private = b"PRIVATE KEY-----";
            let is_private = bytes.windows(private.len()).any(|window| window == private);
            assert!(!is_private, "{name} would be published with a private key in {file}");
        }
    }
}

#[test]
fn each_published_crate_has_a_readme_of_its_own() {
    let members = members();
    let public = members.iter().filter(|(.., public)| *public);
    let texts: BTreeSet<String> = public
        .map(|(_, folder, _)| fs::read_to_string(folder.join("README.md")).unwrap())
        .collect();
    assert_eq!(texts.len(), PUBLISHED.len());
}

/// The packages that cargo builds for `chosen`, each with its version and features, as lines.
fn built(chosen: &[&str]) -> BTreeSet<String> {
    let tree = ["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p} {f}"];
    let text = tools::output(tools::cargo().args(tree).args(chosen).current_dir(root())).unwrap();
    text.lines().map(|line| line.trim_end_matches(" (*)").trim().to_owned()).collect()
}

#[test]
fn cargo_site_and_the_tests_share_one_build_of_every_dependency() {
    let site = built(&["--edges", "normal,build", "--package", "xtask"]);
    let tests = ["--edges", "normal,build,dev", "--workspace", "--exclude", "s2s-wasm"];
    let tests = built(&tests);
    let again: Vec<&String> = site.difference(&tests).collect();
    assert!(again.is_empty(), "with other features these are built twice: {again:#?}");
}

//! Real evidence beside the repository, and what is left out where something is absent.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The variable that names the file to which `cargo site test` has left-out tests written.
const LIST: &str = "SKIPPED_TESTS";

/// A file or directory of `../shared`. `None` only where there is no `../shared` at all: where it
/// lies there, everything that a test asks for has to be in it.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("../shared");
    if !folder.exists() {
        skipped(&format!("../shared is absent, so {path} was not examined"));
        return None;
    }
    let file = folder.join(path);
    assert!(file.exists(), "../shared is there, and {path} is not in it");
    Some(file)
}

/// Says that the test that runs leaves something out, also where the output of tests that pass is
/// not shown.
pub(crate) fn skipped(reason: &str) {
    let thread = std::thread::current();
    let line = format!("SKIPPED: {}: {reason}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(list) = env::var_os(LIST) {
        let file = OpenOptions::new().append(true).create(true).open(list);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("the list is written");
    }
}

/// Nothing else in the Rust tests reads `../shared`, so that whatever is left out is counted.
#[test]
fn real_evidence_is_asked_for_in_one_place() {
    let mut folders =
        vec![Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests")).to_owned()];
    let mut places = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                if code.clone().any(|line| line.contains("../shared")) {
                    places.push(path);
                }
            }
        }
    }
    assert!(places.iter().all(|path| path.ends_with("suite/common/vectors.rs")), "{places:?}");
    assert_eq!(places.len(), 1);
}

//! The simulated PKI and its evidence, checked with other people's verifiers.
//!
//! A program of its own, because the Sigstore crates have one slot per process for the cryptography
//! they use. Here it holds nothing of this crate; everywhere else this crate's own takes it.

mod amd;
mod intel;
mod provider;
mod sigstore;
mod tinfoil;
#[path = "../suite/common/vectors.rs"]
mod vectors;

use std::fs;
use std::path::Path;

#[test]
fn committed_files_are_what_the_generator_makes() {
    for file in s2s_sim::files() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(file.path);
        let committed = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        assert!(committed == file.bytes, "{} differs from what the generator makes", file.path);
    }
}

#[test]
#[ignore = "writes the committed files anew"]
fn write_the_committed_files() {
    for file in s2s_sim::files() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.bytes).unwrap();
    }
}

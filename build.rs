//! Gives the verifier its own fingerprint: `S2S_SOURCE_SHA256` is the SHA-256 over every file
//! under `src/` and the wording of each language, sorted by path, each as
//! `path NUL length (decimal) NUL bytes`, with `/` between folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};

fn collect(directory: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(directory).expect("the source folder is readable") {
        let path = entry.expect("a folder entry is readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            let name = path.to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read(&path).expect("a source file is readable"));
        }
    }
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=www/locales");
    let mut files = BTreeMap::new();
    collect(Path::new("src"), &mut files);
    collect(Path::new("www/locales"), &mut files);
    files.retain(|name, _| name.starts_with("src/") || name.ends_with(".json"));
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        hasher.update(format!("{name}\0{}\0", bytes.len()));
        hasher.update(bytes);
    }
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=S2S_SOURCE_SHA256={digest}");
}

//! Gives the verifier its own fingerprint: `S2S_SOURCE_SHA256` is the SHA-256 over every file
//! under `src/` and the English wording, sorted by path, each as
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
    println!("cargo::rerun-if-changed=www/locales/en.json");
    let mut files = BTreeMap::new();
    collect(Path::new("src"), &mut files);
    let wording = Path::new("www/locales/en.json");
    files.insert(
        "www/locales/en.json".into(),
        fs::read(wording).expect("the English wording is readable"),
    );
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        hasher.update(format!("{name}\0{}\0", bytes.len()));
        hasher.update(bytes);
    }
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=S2S_SOURCE_SHA256={digest}");
}

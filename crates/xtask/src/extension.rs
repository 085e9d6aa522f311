//! Building `target/extension`: the browser extension, a folder and a zip file for each browser.
//!
//! Both are laid out as `www` is, with the manifest at the top, so that the extension's modules find
//! the page's own modules, the wording and the wasm at the same relative addresses.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use serde_json::Value as Json;
use silicon_to_source::digest::Sha256;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use crate::build::{copy_file, files, read, remove};
use crate::failure::Failure;
use crate::package::reached;

/// The folder of `www` with what only the extension has.
pub(crate) const SOURCES: &str = "extension";

const MANIFEST: &str = "manifest.json";
const BINDINGS: [&str; 2] = ["silicon_to_source.js", "silicon_to_source_bg.wasm"];

/// A browser, with what its manifest does without.
struct Browser {
    name: &'static str,
    /// Members, each as the path to it.
    without: &'static [&'static [&'static str]],
    /// Permissions: this browser gives nothing for them.
    not_asked: &'static [&'static str],
}

const BROWSERS: [Browser; 2] = [
    Browser {
        name: "chromium",
        without: &[&["browser_specific_settings"], &["background", "scripts"]],
        not_asked: &["webRequest", "webRequestBlocking"],
    },
    Browser {
        name: "firefox",
        without: &[&["minimum_chrome_version"], &["background", "service_worker"]],
        not_asked: &[],
    },
];

/// Assembles the extension from its sources and from the `site` that was built.
pub(crate) fn assemble(root: &Path, site: &Path) -> Result<(), Failure> {
    let www = root.join("www");
    let sources = www.join(SOURCES);
    let target = root.join("target").join(SOURCES);
    remove(&target)?;
    let mut names = BTreeSet::new();
    for path in files(&sources)? {
        // The offline file is the page's: the extension offers none.
        reached(&www, &path, &["pkg", "audit.html"], &mut names)?;
        names.insert(path.strip_prefix(&www).unwrap_or(&path).to_owned());
    }
    names.remove(&Path::new(SOURCES).join(MANIFEST));
    names.retain(|name| {
        let name = name.to_string_lossy();
        ![".d.ts", ".md"].iter().any(|ending| name.ends_with(ending))
    });
    for browser in &BROWSERS {
        let folder = target.join(browser.name);
        for name in &names {
            copy_file(&www.join(name), &folder.join(name))?;
        }
        for name in BINDINGS {
            let built = site.join("pkg").join(name);
            if !built.exists() {
                return Err(Failure::at(&built, "not built yet: run `cargo site build` first"));
            }
            copy_file(&built, &folder.join("pkg").join(name))?;
        }
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            copy_file(&root.join(name), &folder.join(name))?;
        }
        let manifest = manifest(browser, &read(&sources.join(MANIFEST))?)?;
        let path = folder.join(MANIFEST);
        fs::write(&path, manifest).map_err(|error| Failure::at(&path, error))?;
        let packed = target.join(format!(
            "silicon-to-source-{}-{}.zip",
            env!("CARGO_PKG_VERSION"),
            browser.name
        ));
        pack(&folder, &packed)?;
        let bytes = read(&packed)?;
        let name = packed.strip_prefix(root).unwrap_or(&packed);
        println!("{}  {} ({} bytes)", Sha256::of(&bytes), name.display(), bytes.len());
    }
    Ok(())
}

/// The manifest for one browser, with the workspace's version.
fn manifest(browser: &Browser, source: &[u8]) -> Result<Vec<u8>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("{MANIFEST}: {error}."));
    let mut manifest: Json = serde_json::from_slice(source).map_err(|error| failed(&error))?;
    for path in browser.without {
        let Some((last, before)) = path.split_last() else { continue };
        let member = before.iter().try_fold(&mut manifest, |at, name| at.get_mut(name));
        let object = member.and_then(Json::as_object_mut);
        object
            .and_then(|object| object.remove(*last))
            .ok_or_else(|| failed(&format!("it has no {}", path.join("."))))?;
    }
    if let Some(permissions) = manifest.get_mut("permissions").and_then(Json::as_array_mut) {
        permissions.retain(|one| !browser.not_asked.iter().any(|name| one == name));
    }
    if let Some(object) = manifest.as_object_mut() {
        object.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
    }
    serde_json::to_vec_pretty(&manifest).map_err(|error| failed(&error))
}

/// Packs a folder: the same files give the same bytes, whenever and wherever they are packed.
fn pack(folder: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::at(to, error);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let file = File::create(to).map_err(|error| failed(&error))?;
    let mut zip = ZipWriter::new(file);
    for path in files(folder)? {
        let name: Vec<_> = path
            .strip_prefix(folder)
            .unwrap_or(&path)
            .iter()
            .map(|part| part.to_string_lossy())
            .collect();
        zip.start_file(name.join("/"), options).map_err(|error| failed(&error))?;
        zip.write_all(&read(&path)?).map_err(|error| failed(&error))?;
    }
    zip.finish().map(drop).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(browser: &Browser) -> Json {
        let path = crate::root().join("www").join(SOURCES).join(MANIFEST);
        serde_json::from_slice(&manifest(browser, &fs::read(path).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn each_browser_gets_its_own_background_and_no_permission_that_it_has_no_use_for() {
        let [chromium, firefox] = &BROWSERS;
        let (chromium, firefox) = (written(chromium), written(firefox));
        assert_eq!(chromium["background"]["service_worker"], firefox["background"]["scripts"][0]);
        assert!(chromium["background"].get("scripts").is_none());
        assert!(firefox["background"].get("service_worker").is_none());
        assert_eq!(chromium["permissions"], serde_json::json!(["activeTab", "alarms", "storage"]));
        assert!(chromium.get("browser_specific_settings").is_none());
        for manifest in [chromium, firefox] {
            assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
            assert!(manifest.get("host_permissions").is_none());
            assert!(manifest.get("content_scripts").is_none());
        }
    }

    #[test]
    fn the_same_files_are_packed_to_the_same_bytes() {
        let target = crate::tools::target_folder(&crate::root()).join("tmp/packed-twice");
        let folder = target.join("folder");
        fs::create_dir_all(folder.join("below")).unwrap();
        let [first, second] = ["first.zip", "second.zip"].map(|name| target.join(name));
        fs::write(folder.join("below/b"), [7; 1000]).unwrap();
        fs::write(folder.join("a"), b"a").unwrap();
        pack(&folder, &first).unwrap();
        fs::remove_file(folder.join("a")).unwrap();
        fs::write(folder.join("a"), b"a").unwrap();
        pack(&folder, &second).unwrap();
        assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap());
    }
}

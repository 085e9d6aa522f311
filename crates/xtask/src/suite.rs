//! Running every test: Rust, the wasm in Node, the package, and the page in Chromium.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use crate::build::{self, Site};
use crate::failure::Failure;
use crate::{extension, serve, tools};

/// The variable that tells tests where to write what they leave out.
const SKIPPED: &str = "SKIPPED_TESTS";

/// Runs everything and stops at the first part that fails.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let begun = Instant::now();
    let browser = root.join("tests/browser");
    let skipped = skipped_file(root)?;
    tools::need_node()?;
    let chromium = tools::need_chromium()?;
    tools::need_wasm_target(root)?;
    let package = root.join("tests/package");
    for folder in [&browser, &package] {
        tools::need_node_modules(folder)?;
    }

    part("Rust tests", || rust(root, &skipped))?;
    let site = part("The site", || {
        let site = build::site(root)?;
        extension::assemble(root, &site.folder)?;
        Ok(site)
    })?;
    part("Wasm tests in Node", || wasm(root, &site, &skipped))?;
    part("Types of the page's modules", || {
        tools::run(tools::npm().args(["run", "--silent", "types"]).current_dir(&browser))
    })?;
    part("The package", || packed(root, &package, &chromium, &skipped))?;
    part("Page tests in Chromium", || {
        let scripts = scripts(&browser)?;
        let skipped = skipped.clone();
        serve::during(&site.folder, move |url| {
            tools::run(
                Command::new("node")
                    .arg("--test")
                    .args(scripts)
                    .env("SITE_URL", url)
                    .env("CHROMIUM", chromium)
                    .envs(tools::firefox().map(|path| ("FIREFOX", path)))
                    .env(SKIPPED, skipped)
                    .current_dir(browser),
            )
        })
    })?;
    let left_out = fs::read_to_string(&skipped).map_err(|error| Failure::at(&skipped, error))?;
    println!("{}", summary(&left_out, begun.elapsed().as_secs()));
    Ok(())
}

/// The empty list of tests that leave something out, as an absolute path.
fn skipped_file(root: &Path) -> Result<PathBuf, Failure> {
    let folder = tools::target_folder(root);
    let file = folder.join("skipped-tests.txt");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(&file, ""))
        .and_then(|()| file.canonicalize())
        .map_err(|error| Failure::at(&file, error))
}

/// The last lines of a run in which nothing failed.
fn summary(left_out: &str, seconds: u64) -> String {
    let lines: BTreeSet<&str> = left_out.lines().collect();
    if lines.is_empty() {
        return format!("Everything passed in {seconds} s, and nothing was skipped.");
    }
    // "SKIPPED: the test: why", from Rust once for every file; without a name from JavaScript.
    let tests: BTreeSet<&str> = lines.iter().filter_map(|line| line.split(": ").nth(1)).collect();
    let lines: Vec<&str> = lines.into_iter().collect();
    format!(
        "{}\nThe rest passed in {seconds} s. Tests that were skipped, wholly or in part: {}.",
        lines.join("\n"),
        tests.len()
    )
}

fn rust(root: &Path, skipped: &Path) -> Result<(), Failure> {
    tools::run(
        tools::cargo()
            .args(["test", "--locked", "--workspace", "--exclude", "s2s-wasm"])
            .env("CARGO_TARGET_DIR", tools::target_folder(root))
            .env(SKIPPED, skipped)
            .current_dir(root),
    )
}

/// Packs the package, and uses what was packed as others do.
fn packed(root: &Path, folder: &Path, chromium: &Path, skipped: &Path) -> Result<(), Failure> {
    tools::run(
        Command::new("node")
            .arg("--test")
            .args(scripts(folder)?)
            .env("S2S", program(root))
            .env("CHROMIUM", chromium)
            .env(SKIPPED, skipped)
            .current_dir(folder),
    )
}

/// The command line, as the Rust tests build it.
fn program(root: &Path) -> PathBuf {
    tools::target_folder(root).join(format!("debug/s2s{}", env::consts::EXE_SUFFIX))
}

/// Compares the wasm with the command line.
fn wasm(root: &Path, site: &Site, skipped: &Path) -> Result<(), Failure> {
    tools::run(
        Command::new("node")
            .arg("--test")
            .args(scripts(&root.join("tests/wasm"))?)
            .env("S2S", program(root))
            .env(SKIPPED, skipped)
            .env("S2S_WASM_BROTLI_MAX", site.manifest.budgets.wasm_brotli.to_string())
            .current_dir(root),
    )
}

/// The test scripts in `folder`: naming them keeps a run without any from passing.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::at(folder, error))?;
    let mut scripts: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    scripts.sort();
    if scripts.is_empty() {
        return Err(Failure::at(folder, "no test is there"));
    }
    Ok(scripts)
}

fn part<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("\n== {name}");
    let begun = Instant::now();
    let result = work()?;
    println!("== {name}: done in {} s", begun.elapsed().as_secs());
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn a_test_that_leaves_out_two_files_is_one_skipped_test() {
        let last = |text: &str| summary(text, 7).lines().last().unwrap().to_owned();
        assert_eq!(last(""), "Everything passed in 7 s, and nothing was skipped.");
        let list =
            "SKIPPED: a::b: no x\nSKIPPED: a::b: no y\nSKIPPED: a::b: no y\nSKIPPED: no page\n";
        let says = "The rest passed in 7 s. Tests that were skipped, wholly or in part: 2.";
        assert_eq!(last(list), says);
    }
}

//! Running every test: Rust, the wasm in Node, and the page in Chromium.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::build::{self, Site};
use crate::failure::Failure;
use crate::{serve, tools};

/// Runs everything and stops at the first part that fails.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let begun = Instant::now();
    let browser = root.join("tests/browser");
    tools::need_wasm_target(root)?;
    tools::need_node()?;
    let chromium = tools::need_chromium()?;
    tools::need_node_modules(&browser)?;

    part("Rust tests", || rust(root))?;
    let site = part("The site", || build::site(root))?;
    part("Wasm tests in Node", || wasm(root, &site))?;
    part("Types of the page's modules", || {
        tools::run(tools::npm().args(["run", "--silent", "types"]).current_dir(&browser))
    })?;
    part("Page tests in Chromium", || {
        let scripts = scripts(&browser)?;
        serve::during(&site.folder, move |url| {
            tools::run(
                Command::new("node")
                    .arg("--test")
                    .args(scripts)
                    .env("SITE_URL", url)
                    .env("CHROMIUM", chromium)
                    .current_dir(browser),
            )
        })
    })?;
    println!("Everything passed in {} s.", begun.elapsed().as_secs());
    Ok(())
}

fn rust(root: &Path) -> Result<(), Failure> {
    tools::run(
        tools::cargo()
            .args(["test", "--locked", "--all-features"])
            .env("CARGO_TARGET_DIR", tools::target_folder(root))
            .current_dir(root),
    )
}

/// Compares the wasm with the command line.
fn wasm(root: &Path, site: &Site) -> Result<(), Failure> {
    let s2s = format!("debug/s2s{}", env::consts::EXE_SUFFIX);
    tools::run(
        Command::new("node")
            .arg("--test")
            .args(scripts(&root.join("tests/wasm"))?)
            .env("S2S", tools::target_folder(root).join(s2s))
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

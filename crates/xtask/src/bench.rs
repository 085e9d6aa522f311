//! Our verifier beside other people's, in Chromium, in Node and natively: `tests/bench`.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::{build, page, serve, tools};

/// The folder with the comparison, its own packages and its own crate.
const FOLDER: &str = "tests/bench";

/// What is handed on to `tests/bench/run.mjs`.
const OPTIONS: [&str; 5] = ["--json", "--quick", "--write", "--no-native", "--no-start"];

/// The engines by which our side can answer signatures: the package's own choice, or Rust alone.
const ENGINES: [&str; 2] = ["default", "rust"];

/// Takes the options of `cargo site bench`, or says which one is not known.
pub(crate) fn options(arguments: &[&str]) -> Result<Vec<String>, Failure> {
    let mut options = Vec::new();
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        if *option == "--engine" {
            let engine =
                rest.next().filter(|engine| ENGINES.contains(engine)).ok_or_else(|| {
                    Failure::usage(format!("--engine: expected one of {}.", ENGINES.join(", ")))
                })?;
            options.push(format!("--engine={engine}"));
        } else if OPTIONS.contains(option) {
            options.push((*option).to_owned());
        } else {
            return Err(Failure::usage(format!("bench: there is no option {option}.")));
        }
    }
    Ok(options)
}

/// Builds the page, the package and the native part, and runs the comparison.
pub(crate) fn run(root: &Path, options: Vec<String>) -> Result<(), Failure> {
    let folder = root.join(FOLDER);
    tools::need_node()?;
    let chromium = tools::need_chromium()?;
    tools::need_node_modules(&folder)?;
    let site = build::site(root)?;
    page::compress(root, &site.folder)?;
    if !options.iter().any(|option| option == "--no-native") {
        native(root, &folder)?;
    }
    let script = folder.join("run.mjs");
    serve::during(&site.folder, move |url| {
        let mut node = Command::new("node");
        node.arg(script).args(options).env("SITE_URL", url).env("CHROMIUM", chromium);
        tools::run(&mut node)
    })
}

/// Builds the crate that calls other people's crates.
fn native(root: &Path, folder: &Path) -> Result<(), Failure> {
    println!("Building the native part, with other people's crates.");
    tools::run(
        tools::cargo()
            .args(["build", "--locked", "--release"])
            .current_dir(folder.join("native"))
            .env("CARGO_TARGET_DIR", root.join("target/bench/native")),
    )
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn options_are_handed_on_and_an_unknown_one_is_refused() {
        let given = options(&["--json", "--engine", "rust"]).unwrap();
        assert_eq!(given, ["--json", "--engine=rust"]);
        for wrong in [&["--engine"][..], &["--engine", "gpu"], &["--jsno"]] {
            assert!(options(wrong).is_err(), "{wrong:?}");
        }
    }
}

//! `cargo site`: builds the page, serves it on the loopback interface, and runs every test.
//! Only `cargo site setup` installs a package of the system.
#![forbid(unsafe_code)]

mod audit;
mod bench;
mod build;
#[cfg(test)]
mod crates;
mod extension;
mod failure;
mod headers;
mod listing;
mod manifest;
mod own;
mod pack;
mod package;
mod page;
mod release;
mod reproduce;
mod serve;
mod setup;
mod suite;
mod tools;
mod webcat;
#[cfg(test)]
mod workflows;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use failure::Failure;

const USAGE: &str = "\
Usage: cargo site build                 builds the page into target/site, the package into target/npm, the
                                        extension into target/extension
       cargo site extension             packs the extension anew, with the verifier that was built last
       cargo site serve [--port N]      builds it and serves it on 127.0.0.1 (port 8080 unless given)
       cargo site release               builds the files of a release, but for programs, into target/release-files
       cargo site programs --target T --page F    builds s2s with the offline file F in it, and s2s-attest
       cargo site reproduce             builds a release twice in differing surroundings, and compares
       cargo site webcat FILE           puts a Sigstore bundle to the list of the page's files
       cargo site test                  runs the Rust, wasm and page tests
       cargo site bench [--json] [--quick] [--write] [--engine rust] [--no-native] [--no-start]
                                        compares the verifier with other people's; --write makes docs/bench.md
       cargo site setup                 installs Chromium and Firefox with the system's package manager, where they are missing
";

enum Task {
    Build,
    Extension,
    Release,
    Programs { target: String, page: PathBuf },
    Reproduce,
    Webcat { signature: PathBuf },
    Serve { port: u16 },
    Test,
    Bench { options: Vec<String> },
    Setup,
    Help,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match parse(&arguments).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

fn parse(arguments: &[&str]) -> Result<Task, Failure> {
    match arguments {
        ["build"] => Ok(Task::Build),
        ["extension"] => Ok(Task::Extension),
        ["serve"] => Ok(Task::Serve { port: 8080 }),
        ["serve", "--port", number] => number
            .parse()
            .map(|port| Task::Serve { port })
            .map_err(|_| Failure::usage(format!("--port {number}: expected 0 to 65535."))),
        ["release"] => Ok(Task::Release),
        ["programs", "--target", target, "--page", page] => {
            Ok(Task::Programs { target: (*target).to_owned(), page: page.into() })
        }
        ["reproduce"] => Ok(Task::Reproduce),
        ["webcat", signature] => Ok(Task::Webcat { signature: signature.into() }),
        ["test"] => Ok(Task::Test),
        ["bench", rest @ ..] => bench::options(rest).map(|options| Task::Bench { options }),
        ["setup"] => Ok(Task::Setup),
        [] | ["help" | "--help" | "-h"] => Ok(Task::Help),
        other => Err(Failure::usage(format!("Not understood: {}\n{USAGE}", other.join(" ")))),
    }
}

fn run(task: Task) -> Result<(), Failure> {
    let root = root();
    match task {
        Task::Build => {
            let site = build::site(&root)?;
            extension::assemble(&root, &site.folder)
        }
        Task::Extension => extension::assemble(&root, &root.join("target/site")),
        Task::Release => release::site(&root),
        Task::Programs { target, page } => release::programs(&root, &target, &page),
        Task::Reproduce => reproduce::run(&root),
        Task::Webcat { signature } => webcat::sign(&root, &root.join("target/site"), &signature),
        Task::Serve { port } => {
            let site = build::site(&root)?;
            page::compress(&root, &site.folder)?;
            serve::until_interrupted(&site.folder, port)
        }
        Task::Test => suite::run(&root),
        Task::Bench { options } => bench::run(&root, options),
        Task::Setup => setup::run(),
        Task::Help => {
            print!("{USAGE}");
            Ok(())
        }
    }
}

/// The repository: where cargo found the manifest of this program.
fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_owned(), PathBuf::from);
    own.ancestors().nth(2).map_or_else(|| own.clone(), Path::to_owned)
}

//! `corpus TARGET FOLDER`: the simulator's files that a target does something with, for libFuzzer to
//! begin with.

use std::path::Path;
use std::process::ExitCode;

use s2s_fuzz::{TARGETS, seeds};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [target, folder] = &arguments[..] else {
        eprintln!("Usage: corpus TARGET FOLDER");
        return ExitCode::from(2);
    };
    if !TARGETS.iter().any(|(name, _)| name == target) {
        eprintln!("No target is called {target}.");
        return ExitCode::from(2);
    }
    let seeds = seeds::all();
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        seeds.iter().enumerate().try_for_each(|(number, seed)| {
            std::fs::write(Path::new(folder).join(format!("seed-{number:04}")), seed)
        })
    });
    match written {
        Ok(()) => {
            println!("{} files are in {folder}.", seeds.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{folder}: {error}.");
            ExitCode::FAILURE
        }
    }
}

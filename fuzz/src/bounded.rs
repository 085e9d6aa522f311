//! `bounded [--seconds N] [--seed N] [TARGET...]`: every target over the simulator's files, unchanged and then
//! changed, for N seconds each. No fuzzer is needed, and nothing is learned from what was reached: it finds
//! less than libFuzzer does in the same time, on any compiler.
//!
//! An input that makes a target panic is written to `artifacts/TARGET`, and so is one that takes longer than
//! ten seconds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use s2s_fuzz::change::{Numbers, changed};
use s2s_fuzz::{TARGETS, Target, seeds};

/// An input that takes longer is written down.
const SLOW: Duration = Duration::from_secs(10);

/// A target's stack: what a thread of a program has.
const STACK: usize = 2 * 1024 * 1024;

struct Wanted {
    seconds: u64,
    seed: u64,
    targets: Vec<Target>,
}

fn main() -> ExitCode {
    let wanted = match wanted() {
        Ok(wanted) => wanted,
        Err(sentence) => {
            eprintln!("{sentence}\nUsage: bounded [--seconds N] [--seed N] [TARGET...]");
            return ExitCode::from(2);
        }
    };
    let seeds = seeds::all();
    println!(
        "{} targets, {} files to begin with, seed {}.",
        wanted.targets.len(),
        seeds.len(),
        wanted.seed
    );
    let mut findings = 0;
    let mut all = 0;
    for target in &wanted.targets {
        let run = std::thread::scope(|scope| {
            let work = || run(*target, &seeds, &wanted);
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            thread.map_err(|error| error.to_string())?.join().map_err(|_| "stopped".to_owned())
        });
        match run {
            Ok((executions, found)) => {
                println!("{:22} {executions:>9} executions, {found} findings", target.0);
                all += executions;
                findings += found;
            }
            Err(why) => {
                println!("{:22} {why}", target.0);
                findings += 1;
            }
        }
    }
    println!("{all} executions, {findings} findings.");
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn wanted() -> Result<Wanted, String> {
    let mut wanted = Wanted { seconds: 10, seed: 1, targets: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse().ok());
        match argument.as_str() {
            "--seconds" => wanted.seconds = number().ok_or("--seconds needs a number.")?,
            "--seed" => wanted.seed = number().ok_or("--seed needs a number.")?,
            name => {
                let target = TARGETS.iter().find(|(own, _)| *own == name);
                wanted.targets.push(*target.ok_or_else(|| format!("No target is called {name}."))?);
            }
        }
    }
    if wanted.targets.is_empty() {
        wanted.targets = TARGETS.to_vec();
    }
    Ok(wanted)
}

/// Runs one target; how often, and how often something was found.
fn run((name, target): Target, seeds: &[Vec<u8>], wanted: &Wanted) -> (u64, u64) {
    let mut numbers = Numbers(
        wanted.seed ^ name.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31) ^ u64::from(byte)),
    );
    let end = Instant::now() + Duration::from_secs(wanted.seconds);
    let (mut executions, mut found) = (0, 0);
    let mut once = |input: &[u8]| {
        executions += 1;
        let begun = Instant::now();
        let held = catch_unwind(AssertUnwindSafe(|| target(input))).is_ok();
        if !held || begun.elapsed() > SLOW {
            found += 1;
            keep(name, found, input);
        }
    };
    for seed in seeds {
        once(seed);
    }
    while Instant::now() < end {
        let seed = &seeds[numbers.below(seeds.len())];
        let other = &seeds[numbers.below(seeds.len())];
        once(&changed(seed, other, &mut numbers));
    }
    (executions, found)
}

fn keep(name: &str, number: u64, input: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("artifacts").join(name);
    let path = folder.join(format!("bounded-{number}"));
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input));
    match written {
        Ok(()) => println!("{}", path.display()),
        Err(error) => println!("{}: {error}.", path.display()),
    }
}

//! The native part of `cargo site bench`: our library beside other people's crates, and how the time of
//! an examination grows with what a stranger chooses. Each mode prints one JSON object.
#![forbid(unsafe_code)]

mod clock;
mod growth;
mod works;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: s2s-bench works FOLDER ROUNDS     times each side of each work, by turns
       s2s-bench once FOLDER WORK SIDE N N calls of one side, for counting instructions
       s2s-bench draft FOLDER WORK N     N first passes of ours, with every signature supposed
       s2s-bench growth                  times n, 2n and 4n of what a stranger chooses";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["works", folder, rounds] => works::timed(folder, rounds),
        ["once", folder, work, side, calls] => works::called(folder, work, side, calls),
        ["draft", folder, work, calls] => works::drafted(folder, work, calls),
        ["growth"] => growth::measured(),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

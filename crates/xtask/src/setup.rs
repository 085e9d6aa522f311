//! Installing the one program of the tests that only the system's package manager has: Chromium.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::tools;

/// What stops the tests on a machine without Chromium.
pub(crate) const MISSING: &str = "\
Chromium is missing, and the page tests need it. Nothing was installed. Either
    cargo site setup        runs `apt-get install chromium` (as root, or with sudo)
or install Chromium or Chrome yourself, or set CHROMIUM to its program file.";

/// Installs Chromium where it is missing.
pub(crate) fn run() -> Result<(), Failure> {
    if let Some(path) = tools::chromium()? {
        println!("Chromium is there: {}. Nothing was installed.", path.display());
        return Ok(());
    }
    let Some(apt) = tools::on_path("apt-get") else {
        return Err(by_hand("This system has no apt-get"));
    };
    let root = tools::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root && !sudo() {
        return Err(by_hand("apt-get needs root, and sudo asks for a password here"));
    }
    println!("Chromium is missing. Running `apt-get update` and `apt-get install chromium`.");
    apt_get(&apt, root, &["update"])?;
    apt_get(&apt, root, &["install", "--yes", "--no-install-recommends", "chromium"])?;
    match tools::chromium()? {
        Some(path) => {
            println!("Chromium is installed: {}.", path.display());
            Ok(())
        }
        None => Err(by_hand("apt-get installed no program called chromium")),
    }
}

/// Whether sudo runs a program without a question.
fn sudo() -> bool {
    Command::new("sudo")
        .args(["-n", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn apt_get(apt: &Path, root: bool, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = if root {
        Command::new(apt)
    } else {
        let mut command = Command::new("sudo");
        command.arg("-n").arg(apt);
        command
    };
    tools::run(
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()),
    )
}

fn by_hand(why: &str) -> Failure {
    Failure::new(format!(
        "{why}, so Chromium was not installed. Install Chromium or Chrome yourself, or set CHROMIUM \
         to its program file."
    ))
}

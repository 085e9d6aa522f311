//! Installing what the tests need of the system's package manager: Chromium, and Firefox where it is
//! to be had.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::tools;

/// What stops the tests on a machine without Chromium.
pub(crate) const MISSING: &str = "\
Chromium is missing, and the page tests need it. Nothing was installed. Either
    cargo site setup        runs `apt-get install chromium firefox-esr` (as root, or with sudo)
or install Chromium or Chrome yourself, or set CHROMIUM to its program file.";

/// A browser as Debian packages it.
struct Browser {
    name: &'static str,
    package: &'static str,
}

const CHROMIUM: Browser = Browser { name: "Chromium", package: "chromium" };
const FIREFOX: Browser = Browser { name: "Firefox", package: "firefox-esr" };

/// Installs the browsers that are missing. Without Firefox the tests run, and name what they leave out.
pub(crate) fn run() -> Result<(), Failure> {
    let missing: Vec<Browser> = [(CHROMIUM, tools::chromium()?), (FIREFOX, tools::firefox())]
        .into_iter()
        .filter_map(|(browser, path)| match path {
            Some(path) => {
                println!("{} is there: {}. It was not installed.", browser.name, path.display());
                None
            }
            None => Some(browser),
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(apt) = tools::on_path("apt-get") else {
        return Err(by_hand("This system has no apt-get"));
    };
    let root = tools::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !root && !sudo() {
        return Err(by_hand("apt-get needs root, and sudo asks for a password here"));
    }
    println!("Running `apt-get update`.");
    apt_get(&apt, root, &["update"])?;
    for Browser { name, package } in missing {
        println!("{name} is missing. Running `apt-get install {package}`.");
        if let Err(failure) =
            apt_get(&apt, root, &["install", "--yes", "--no-install-recommends", package])
        {
            println!("{name} was not installed. {failure}");
        }
    }
    if tools::firefox().is_none() {
        println!("Firefox is missing still: the tests leave out what they try in it, and say so.");
    }
    match tools::chromium()? {
        Some(path) => {
            println!("Chromium is there: {}.", path.display());
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
        "{why}, so nothing was installed. Install Chromium or Chrome and Firefox ESR yourself, or set \
         CHROMIUM and FIREFOX to their program files."
    ))
}

//! The terminal front end: `s2s`.
//!
//! It reads files, asks the core, and shows what the core answers. It decides nothing.

mod arguments;
mod bundle;
mod explain;
mod input;
mod look;
mod problem;
mod render;
mod text;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser as _;

use crate::adapters::{self, MAX_INPUT};
use crate::policy::{Builtin, Policy};
use crate::report::State;
use crate::time::UnixTime;
use crate::wording::cli;

use arguments::{Arguments, Command, Verify, VerifyBundle};
use input::Input;
use look::{DIM, HEADING, Look, Page, Styled};
use problem::Problem;
use render::Detail;

/// Runs the command line of this process and gives its exit status: 0 when every required check
/// passed (warnings included), 1 when a check failed, 2 when the command line or an input cannot
/// be read, 3 when it is undecided or not published.
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Verify(arguments) => verify(&arguments),
        Command::Policy { command: arguments::Policy::List } => list(),
        Command::Policy { command: arguments::Policy::Show { name } } => show(&name),
        Command::VerifyBundle(arguments) => verify_bundle(&arguments),
    };
    let exit = outcome.unwrap_or_else(|problem| {
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "s2s: {}", Styled(HEADING, &problem.sentence));
        let _ = writeln!(stderr, "{}", problem.todo);
        Exit::Unreadable
    });
    ExitCode::from(exit.code())
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Verified,
    Failed,
    Unreadable,
    Open,
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Verified => 0,
            Self::Failed => 1,
            Self::Unreadable => 2,
            Self::Open => 3,
        }
    }
}

impl From<State> for Exit {
    fn from(state: State) -> Self {
        match state {
            State::Verified | State::Warning => Self::Verified,
            State::Failed => Self::Failed,
            State::NotPublished | State::Unknown => Self::Open,
        }
    }
}

fn verify(arguments: &Verify) -> Result<Exit, Problem> {
    let now = arguments.at.map_or_else(clock, Ok)?;
    let evidence = input::read(&arguments.file, MAX_INPUT)?;
    let policy = policy(arguments, &evidence)?;
    let collateral = arguments
        .collateral
        .iter()
        .map(|path| input::read(path, MAX_INPUT))
        .collect::<Result<Vec<_>, _>>()?;
    let bytes: Vec<&[u8]> = collateral.iter().map(|file| file.bytes.as_slice()).collect();
    let report =
        crate::examine(&evidence.bytes, &bytes, policy.as_ref(), now).map_err(|error| {
            let reads = |collateral: &[&[u8]]| {
                crate::examine(&evidence.bytes, collateral, policy.as_ref(), now).is_ok()
            };
            let culprit = collateral.iter().find(|file| reads(&[]) && !reads(&[&file.bytes]));
            Problem::unreadable(&culprit.unwrap_or(&evidence).name, &error)
        })?;
    let text = if arguments.json {
        report.to_json()
    } else {
        let detail = if arguments.explain { Detail::Findings } else { Detail::Chain };
        render::report(&report, Look::of_stdout(), detail)
    };
    print(&text, if arguments.json { Colors::AsIs } else { Colors::Auto })?;
    Ok(Exit::from(report.verdict.state))
}

/// The policy that was asked for, with what the command line adds to it; none leaves the choice
/// to the core.
fn policy(arguments: &Verify, evidence: &Input) -> Result<Option<Policy>, Problem> {
    let chosen = arguments.policy.as_deref().map(input::policy).transpose()?;
    if arguments.artifact.is_none() && arguments.trusted_root.is_none() {
        return Ok(chosen);
    }
    let mut policy = match chosen {
        Some(policy) => policy,
        None => adapters::default_policy(&evidence.bytes)
            .map_err(|error| Problem::unreadable(&evidence.name, &error))?,
    };
    if let Some(path) = &arguments.trusted_root {
        policy.sigstore.trusted_root = Some(input::read(path, MAX_INPUT)?.bytes);
    }
    if let Some(name) = &arguments.artifact {
        policy.sigstore.artifact = Some(input::artifact(name)?);
    }
    Ok(Some(policy))
}

fn verify_bundle(arguments: &VerifyBundle) -> Result<Exit, Problem> {
    match bundle::verify(arguments, clock()?)? {
        Ok(()) => {
            let mut page = Page::new(Look::of_stdout());
            page.wrapped("", "", anstyle::Style::new(), &cli("bundle.pass", &[]));
            print(&page.into_text(), Colors::Auto)?;
            Ok(Exit::Verified)
        }
        Err(why) => {
            let mut stderr = anstream::stderr().lock();
            let _ = writeln!(stderr, "s2s: {}", Styled(HEADING, cli("bundle.fail", &[])));
            let _ = writeln!(stderr, "{}", text::clean(&why));
            Ok(Exit::Failed)
        }
    }
}

fn list() -> Result<Exit, Problem> {
    let mut page = Page::new(Look::of_stdout());
    for builtin in Builtin::all() {
        let policy = builtin.policy().map_err(|error| Problem::unreadable(builtin.name, &error))?;
        page.line(Styled(HEADING, builtin.name));
        page.wrapped("  ", "  ", anstyle::Style::new(), &policy.description);
        page.line(format!("  {}", Styled(DIM, policy.sha256)));
    }
    print(&page.into_text(), Colors::Auto)?;
    Ok(Exit::Verified)
}

fn show(name: &str) -> Result<Exit, Problem> {
    print(input::builtin(name)?.json, Colors::AsIs)?;
    Ok(Exit::Verified)
}

/// The current time; the core has no clock of its own.
fn clock() -> Result<UnixTime, Problem> {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .map(UnixTime)
        .ok_or_else(|| Problem::new("error.clock", &[]))
}

/// What happens to styles on their way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colors {
    /// They are kept for a terminal and dropped for anything else.
    Auto,
    /// The bytes are written as they are.
    AsIs,
}

/// Writes to standard output; a reader that has seen enough is no problem.
fn print(text: &str, colors: Colors) -> Result<(), Problem> {
    let written = match colors {
        Colors::Auto => {
            let mut stdout = anstream::stdout().lock();
            stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
        }
        Colors::AsIs => {
            let mut stdout = io::stdout().lock();
            stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
        }
    };
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::new("error.output", &[("why", &problem::reason(&error))]))
        }
        _ => Ok(()),
    }
}

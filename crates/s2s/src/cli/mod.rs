//! The terminal front end: `s2s`.
//!
//! It reads files and asks hosts, hands both to the core, and shows what the core answers. It
//! decides nothing.

mod about;
mod also;
mod answer;
mod arguments;
mod ask;
mod audit;
mod bundle;
mod explain;
mod fetch;
mod history;
mod input;
mod kept;
mod launch;
mod look;
mod manual;
mod new_file;
mod output;
mod policy;
mod problem;
mod references;
mod render;
mod roots;
mod spelling;
mod text;
mod tuf;
mod waiting;
mod watch;

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory as _, Parser as _};
use clap_complete::Shell;
use silicon_to_source::Context;
use silicon_to_source::engine::MAX_INPUT;
use silicon_to_source::engine::bundle::Bundle;
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::plan::{Origin, Service, Session};
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::wording::{self, Language, cli};
use arguments::{Arguments, Command, Fetch, Format, Tuf, Verify, VerifyBundle};
use fetch::{Further, Target};
use input::Input;
use kept::Examined;
use look::{HEADING, Look, Page, Styled};
use problem::Problem;

/// Runs the command line of this process and gives its exit status: 0 when every required check
/// passed (warnings included), 1 when a check failed, 2 when the command line or an input cannot
/// be read or the session cannot be kept, 3 when it is undecided or not published.
pub fn run() -> ExitCode {
    let Arguments { language, command } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misread(&without_hidden(error)),
    };
    let locale = language.or_else(locale_of_environment).unwrap_or_default();
    wording::speak(Language::of_locale(&locale));
    let outcome = match command {
        Command::Verify(arguments) => verify(&arguments),
        Command::Ask(arguments) => ask::ask(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::History(arguments) => history::run(&arguments),
        Command::Policy { command } => policy::run(&command),
        Command::About(arguments) => about::about(&arguments),
        Command::Audit(arguments) => audit::audit(&arguments),
        Command::LaunchDigest(arguments) => launch::digest(&arguments),
        Command::VerifyBundle(arguments) => verify_bundle(&arguments),
        Command::Roots(arguments) => roots(arguments.json),
        Command::References { json } => references(json),
        Command::Completions { shell } => completions(shell),
        Command::Man { folder } => manual::write(&folder).map(|()| Exit::Verified),
        Command::Tuf(arguments) => tuf(&arguments),
    };
    let exit = outcome.unwrap_or_else(|problem| {
        problem.tell();
        Exit::Unreadable
    });
    ExitCode::from(exit.code())
}

/// What `error` suggests, without the commands that its help does not show.
fn without_hidden(mut error: clap::Error) -> clap::Error {
    let command = Arguments::command();
    let is_hidden =
        |name: &String| command.find_subcommand(name).is_some_and(clap::Command::is_hide_set);
    if let Some(ContextValue::Strings(names)) = error.remove(ContextKind::SuggestedSubcommand) {
        let shown: Vec<_> = names.into_iter().filter(|name| !is_hidden(name)).collect();
        if !shown.is_empty() {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(shown));
        }
    }
    error
}

/// Says why the command line cannot be read, or the help or version that it asks for.
fn misread(error: &clap::Error) -> ExitCode {
    match Look::of_stderr() {
        Look::Drawn(columns) if error.use_stderr() => {
            for line in error.render().to_string().lines() {
                let (indent, words) =
                    line.split_at(line.len().saturating_sub(line.trim_start().len()));
                for line in text::wrap(words, columns.saturating_sub(indent.len())) {
                    eprintln!("{indent}{line}");
                }
            }
            ExitCode::from(Exit::Unreadable.code())
        }
        _ => error.exit(),
    }
}

/// The locale of the environment: the first of these variables that says anything.
fn locale_of_environment() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|locale| !locale.is_empty())
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

    /// The exit status when the answer is out and what was to be kept is not. A failed check is
    /// never hidden behind it.
    const fn not_kept(self) -> Self {
        match self {
            Self::Failed => Self::Failed,
            Self::Verified | Self::Unreadable | Self::Open => Self::Unreadable,
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
    if arguments.format() != Format::Text && (arguments.chain || arguments.explain) {
        return Err(Problem::new("error.format", &[]));
    }
    let options = kept::options(arguments)?;
    let Inputs { service, files } = Inputs::of(arguments)?;
    if service.is_none() && !arguments.also.is_empty() {
        return Err(Problem::new("error.also", &[]));
    }
    let named = service.clone();
    let bundle = Bundle::among(&files).map_err(|error| Problem::in_file(&error))?;
    if arguments.as_recorded {
        let bundle = bundle.ok_or_else(|| Problem::new("error.no-bundle", &[]))?;
        return as_recorded(arguments, &bundle);
    }
    let (examined, session) = match service {
        None => (of_files(arguments, files, &options)?, None),
        Some(_) if bundle.is_some() => return Err(Problem::new("error.bundle-address", &[])),
        Some(origin) => {
            let (examined, session) = of_service(arguments, &origin, &files, &options)?;
            (examined, Some(session))
        }
    };
    if let Some(bundle) = &bundle {
        let mut page = Page::new(beside(arguments));
        kept::told(&mut page, bundle, &silicon_to_source::recorded(bundle));
        aside(arguments, page)?;
    }
    let report = &examined.report;
    output::answer(arguments, report, session.as_ref())?;
    let exit = Exit::from(report.verdict.state);
    let exit = match &named {
        Some(origin) => also::told(arguments, origin, exit)?,
        None => exit,
    };
    // The answer is out before anything is kept: it is not lost when that fails.
    let saved = match (&arguments.save, &session) {
        (Some(path), Some(session)) => fetch::save(session, path, arguments.voice()),
        _ => Ok(()),
    };
    let bundled = match &arguments.bundle {
        Some(path) => kept::keep(path, &examined, &options).map(|page| arguments.voice().say(page)),
        None => Ok(()),
    };
    let mut kept = exit;
    for problem in [saved, bundled].into_iter().filter_map(Result::err) {
        problem.tell();
        kept = exit.not_kept();
    }
    Ok(kept)
}

/// Prints the report of a bundle, made again, as the word of whoever made the bundle. A bundle whose
/// report is another fails.
fn as_recorded(arguments: &Verify, bundle: &Bundle) -> Result<Exit, Problem> {
    let again = silicon_to_source::recorded(bundle);
    let mut page = Page::new(beside(arguments));
    kept::told(&mut page, bundle, &again);
    kept::as_recorded(&mut page);
    let again = again.map_err(|error| Problem::in_file(&error))?;
    aside(arguments, page)?;
    output::answer(arguments, &again.report, None)?;
    match again.same || again.is_other_verifier() {
        true => Ok(Exit::from(again.report.verdict.state)),
        false => Ok(Exit::Failed),
    }
}

/// Prints what stands before the answer: beside it, where the answer is for a program.
fn aside(arguments: &Verify, mut page: Page) -> Result<(), Problem> {
    match arguments.format() {
        _ if arguments.quiet => Ok(()),
        Format::Text => {
            page.gap();
            print(&page.into_text(), Colors::Auto)
        }
        Format::Json | Format::Ear | Format::Vsa => {
            fetch::said(page);
            Ok(())
        }
    }
}

/// Where that is printed.
fn beside(arguments: &Verify) -> Look {
    match arguments.format() {
        Format::Text => Look::of_stdout(),
        Format::Json | Format::Ear | Format::Vsa => Look::of_stderr(),
    }
}

/// What a reader hands over to be checked.
struct Inputs {
    /// The service to ask.
    service: Option<Origin>,
    /// The files, in order.
    files: Vec<Input>,
}

impl Inputs {
    fn of(arguments: &Verify) -> Result<Self, Problem> {
        let mut service = None;
        let mut files = Vec::new();
        for input in &arguments.inputs {
            match Target::of(input)? {
                Target::File => files.push(input::read(Path::new(input), MAX_INPUT)?),
                Target::Service(origin) => {
                    if service.replace(origin).is_some() {
                        return Err(Problem::new("error.two-addresses", &[]));
                    }
                }
            }
        }
        for path in arguments.collateral.iter().chain(&arguments.firmware_root) {
            files.push(input::read(path, MAX_INPUT)?);
        }
        if let Some(bundle) = &arguments.bundle {
            kept::is_free(bundle)?;
            kept::without_folders(&mut files);
        }
        match &arguments.save {
            Some(_) if service.is_none() => Err(Problem::new("error.save", &[])),
            Some(path) => new_file::is_free(path).map(|()| Self { service, files }),
            None => Ok(Self { service, files }),
        }
    }
}

/// Examines files, and with what others serve for them where the reader allows that.
fn of_files(
    arguments: &Verify,
    mut files: Vec<Input>,
    options: &Options,
) -> Result<Examined, Problem> {
    let context = Context::at(arguments.at.map_or_else(clock, Ok)?);
    let mut report = examined(&files, options, &context)?;
    let mut asked = Vec::new();
    while fetch::further(&report, arguments, &mut asked, &mut Further::Files(&mut files))? {
        report = examined(&files, options, &context)?;
    }
    Ok(Examined { report, files, context })
}

/// Asks a service and examines the session.
fn of_service(
    arguments: &Verify,
    origin: &Origin,
    beside: &[Input],
    options: &Options,
) -> Result<(Examined, Session), Problem> {
    if arguments.fetch == Some(Fetch::None) {
        return Err(Problem::new("error.fetch-none", &[("address", &origin.to_string())]));
    }
    let begun = clock()?;
    let mut session =
        fetch::begin(origin, arguments.service.map(Service::from), begun, arguments.voice())?;
    let mut asked = Vec::new();
    loop {
        let session_file = Input::new(origin.to_string(), session.to_json().into_bytes());
        let files: Vec<Input> =
            std::iter::once(session_file).chain(beside.iter().cloned()).collect();
        let now = arguments.at.map_or_else(clock, Ok)?;
        let context = Context { now, asked: Some(session.asked()) };
        let report = examined(&files, options, &context)?;
        if !fetch::further(&report, arguments, &mut asked, &mut Further::Session(&mut session))? {
            return Ok((Examined { report, files, context }, session));
        }
    }
}

fn examined(files: &[Input], options: &Options, context: &Context) -> Result<Report, Problem> {
    silicon_to_source::examine_with(files, options, context)
        .map_err(|error| Problem::in_file(&error))
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

fn roots(json: bool) -> Result<Exit, Problem> {
    match json {
        true => print(&roots::json(clock()?)?, Colors::AsIs)?,
        false => print(&roots::page(Look::of_stdout(), clock()?)?, Colors::Auto)?,
    }
    Ok(Exit::Verified)
}

fn references(json: bool) -> Result<Exit, Problem> {
    match json {
        true => print(&references::json(), Colors::AsIs)?,
        false => print(&references::page(Look::of_stdout()), Colors::Auto)?,
    }
    Ok(Exit::Verified)
}

fn completions(shell: Shell) -> Result<Exit, Problem> {
    print(&manual::completions(shell), Colors::AsIs)?;
    Ok(Exit::Verified)
}

fn tuf(arguments: &Tuf) -> Result<Exit, Problem> {
    match tuf::run(arguments, clock()?)? {
        Ok(()) => Ok(Exit::Verified),
        Err(why) => {
            let mut stderr = anstream::stderr().lock();
            let _ = writeln!(stderr, "s2s: {}", Styled(HEADING, cli("tuf.fail", &[])));
            let _ = writeln!(stderr, "{}", text::clean(&why));
            Ok(Exit::Failed)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_check_is_not_hidden_behind_a_file_that_was_not_kept() {
        assert_eq!(Exit::Failed.not_kept().code(), 1);
        for exit in [Exit::Verified, Exit::Open, Exit::Unreadable] {
            assert_eq!(exit.not_kept().code(), 2, "{exit:?}");
        }
    }
}

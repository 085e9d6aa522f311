//! Policies: which there are, one written from evidence, and what one does not ask.

use anstyle::Style;
use silicon_to_source::engine::gaps::{self, Gap, Kind};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::pins::{self, Written};
use silicon_to_source::engine::policy::{LeastLevel, Policy};
use silicon_to_source::engine::{self, Builtin, MAX_INPUT};
use silicon_to_source::report::{Report, RootOfTrust, State};
use silicon_to_source::{Context, File, examine_with};

use super::arguments::{NewPolicy, Policy as Command};
use super::look::{DIM, HEADING, Look, Page};
use super::problem::Problem;
use super::{Colors, Exit, clock, fetch, input, new_file, print};
use crate::wording::{self, cli, find, text, title};

pub(super) fn run(command: &Command) -> Result<Exit, Problem> {
    match command {
        Command::List => list(),
        Command::Show { name } => {
            print(input::builtin(name)?.json, Colors::AsIs)?;
            Ok(Exit::Verified)
        }
        Command::New(arguments) => new(arguments),
        Command::Check { policy } => check(policy),
    }
}

fn list() -> Result<Exit, Problem> {
    let mut page = Page::new(Look::of_stdout());
    for builtin in Builtin::all() {
        let policy = builtin.policy().map_err(|error| Problem::unreadable(builtin.name, &error))?;
        page.run("", "  ", &[(HEADING, builtin.name)]);
        page.wrapped("  ", "  ", Style::new(), &policy.description);
        page.run("  ", "  ", &[(DIM, &policy.sha256.to_string())]);
    }
    print(&page.into_text(), Colors::Auto)?;
    Ok(Exit::Verified)
}

/// Writes a policy from evidence that passes, and that passes again under it.
fn new(arguments: &NewPolicy) -> Result<Exit, Problem> {
    if let Some(path) = &arguments.output {
        new_file::is_free(path)?;
    }
    let mut files = Vec::new();
    for path in &arguments.inputs {
        let file = input::read(path, MAX_INPUT)?;
        if engine::own(&file.bytes) == Some("own-report") {
            return Err(Problem::new("error.policy-report", &[("file", &file.name)]));
        }
        files.push(file);
    }
    let begin = arguments.policy.as_deref().map(input::policy).transpose()?;
    let context = Context::at(arguments.at.map_or_else(clock, Ok)?);
    let report = examined(&files, begin.clone(), &context)?;
    if report.verdict.state > State::Warning {
        Problem::new("error.policy-not-passed", &[("policy", &report.policy.name)]).tell();
        return Ok(Exit::from(report.verdict.state));
    }
    let base = begin.as_deref().unwrap_or(&report.policy.name);
    let base = engine::builtin(base).map_or(base, |builtin| builtin.json);
    let written = pins::written(&report, base, &arguments.name);
    let written = written.map_err(|error| Problem::unreadable(&arguments.name, &error))?;
    let unlike = |_| Problem::new("error.policy-unlike", &[]);
    // What is named now may reach a higher level, which is asked for then.
    let again = examined(&files, Some(written.json.clone()), &context)?;
    let written = pins::written(&again, &written.json, &arguments.name).map_err(unlike)?;
    let last = examined(&files, Some(written.json.clone()), &context)?;
    if last.verdict.state > State::Warning {
        return Err(Problem::new("error.policy-unlike", &[]));
    }
    match &arguments.output {
        Some(path) => new_file::write(path, written.json.as_bytes())?,
        None => print(&written.json, Colors::AsIs)?,
    }
    fetch::said(told(&written));
    Ok(Exit::Verified)
}

fn examined(
    files: &[File<'_>],
    policy: Option<String>,
    context: &Context,
) -> Result<Report, Problem> {
    let mut options = Options::default();
    let set = policy.map_or(Ok(()), |text| options.set_policy(text));
    let report = set.and_then(|()| examine_with(files, &options, context));
    report.map_err(|error| Problem::in_file(&error))
}

/// What the policy asks for from now on.
fn told(written: &Written) -> Page {
    let mut page = Page::new(Look::of_stderr());
    let count = written.pins.len().to_string();
    page.wrapped("", "", HEADING, &cli("policy.written", &[("count", &count)]));
    for pin in &written.pins {
        page.wrapped("  ", "    ", Style::new(), &format!("{}: {}", pin.member, pin.why));
    }
    page
}

/// Says what a policy does not ask.
fn check(name: &str) -> Result<Exit, Problem> {
    let chosen = input::policy(name)?;
    let json = engine::builtin(&chosen).map_or(chosen.as_str(), |builtin| builtin.json);
    let policy = Policy::from_json(json.as_bytes());
    let policy = policy.map_err(|error| Problem::unreadable(name, &error))?;
    let gaps = gaps::of(&policy);
    let mut page = Page::new(Look::of_stdout());
    page.run("", "  ", &[(HEADING, &policy.name)]);
    let count = policy.required.len().to_string();
    let level = policy.least_level.map(level).unwrap_or_default();
    if policy.least_level.is_some() {
        let values = [("level", level.as_str()), ("count", count.as_str())];
        page.wrapped("", "", Style::new(), &cli("policy.least", &values));
    }
    for limit in &gaps.limits {
        page.wrapped("", "", Style::new(), text(&["cli", &format!("policy.limit.{limit}")]));
    }
    let heading = if gaps.links.is_empty() { "policy.whole" } else { "policy.open" };
    page.wrapped("", "", Style::new(), text(&["cli", heading]));
    for (link, own) in &gaps.links {
        page.gap();
        page.run("", "  ", &[(HEADING, wording::link_title(*link, RootOfTrust::CpuVendor))]);
        for gap in own {
            page.wrapped("  - ", "    ", Style::new(), &said(gap));
        }
    }
    print(&page.into_text(), Colors::Auto)?;
    Ok(if gaps.verifies_nothing() { Exit::Open } else { Exit::Verified })
}

fn level(least: LeastLevel) -> String {
    match least {
        LeastLevel::Build => "build".to_owned(),
        LeastLevel::At(level) => wording::word(&level),
    }
}

/// What would be accepted.
fn said(gap: &Gap) -> String {
    let check = title(gap.check);
    match gap.kind {
        Kind::Unnamed => {
            let own = find(&["checks", gap.check.id, "unknown.no-reference"]);
            let sentence = own.unwrap_or_else(|| text(&["why", "no-reference"]));
            let sentence = wording::fill(sentence, &[("check", check)]);
            cli("policy.unnamed", &[("check", check), ("sentence", &sentence)])
        }
        Kind::NotRequired => cli("policy.not-required", &[("check", check)]),
        Kind::MayBeOpen => cli("policy.may-be-open", &[("check", check)]),
    }
}

//! `s2s about`: what this program says of itself, and what a release's signed record says of it.
//!
//! A program cannot vouch for itself. The record is examined as any other is, and the file that it is
//! held against is the one that runs.

use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::Args;
use serde_json::json;
use silicon_to_source::Context;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::roots::pinned;
use silicon_to_source::engine::{Builtin, MAX_INPUT};
use silicon_to_source::report::Verifier;
use silicon_to_source::time::UnixTime;

use super::arguments::Verify;
use super::look::{HEADING, Look, Page, Styled};
use super::problem::Problem;
use super::spelling::moment;
use super::{Colors, Exit, audit, clock, examined, input, kept, output, print};
use crate::wording::cli;

/// The policy for releases: `release-policy.json` of a release.
const POLICY: &str = include_str!("../release.json");

/// The largest program that is hashed, in bytes: one with debug information has a hundred million.
const MAX_PROGRAM: u64 = 1024 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct About {
    /// The record that a release signed, release.intoto.jsonl
    #[arg(value_name = "FILE")]
    record: Option<PathBuf>,
    /// A policy file for the record [the one that asks for this project's release workflow]
    #[arg(long, value_name = "FILE", requires = "record")]
    policy: Option<String>,
    /// Time to check the record for [now]
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "record")]
    at: Option<UnixTime>,
    /// Print it as JSON, or the whole report about the record
    #[arg(long)]
    json: bool,
}

/// Says what this program is, or examines the record against the file that runs.
pub(super) fn about(arguments: &About) -> Result<Exit, Problem> {
    match &arguments.record {
        Some(record) => of_record(arguments, record),
        None if arguments.json => print(&facts()?, Colors::AsIs).map(|()| Exit::Verified),
        None => print(&page(), Colors::Auto).map(|()| Exit::Verified),
    }
}

fn says() -> String {
    cli("about.says", &[("version", Verifier::OWN.version)])
}

fn page() -> String {
    let mut page = Page::new(Look::of_stdout());
    page.line(Styled(
        HEADING,
        format_args!("{} {}", env!("CARGO_PKG_NAME"), Verifier::OWN.version),
    ));
    page.wrapped("", "", Style::new(), &says());
    page.gap();
    let mut fact = |key: &str, digest: &str| {
        page.wrapped("", "", Style::new(), &cli(key, &[]));
        page.line(format_args!("  {digest}"));
    };
    match kept::program(MAX_PROGRAM) {
        Some(digest) => fact("about.program", &digest.to_string()),
        None => fact("about.program-unknown", "-"),
    }
    fact("about.sources", Verifier::OWN.source_sha256);
    if let Some(page) = audit::included() {
        fact("about.page", &Sha256::of(page).to_string());
    }
    page.wrapped("", "", Style::new(), &cli("about.lists", &[]));
    page.gap();
    page.wrapped("", "", Style::new(), &cli("about.record", &[]));
    page.line("  s2s about release.intoto.jsonl");
    page.wrapped("", "", Style::new(), &cli("about.other", &[]));
    page.line(format_args!(
        "  gh attestation verify FILE --repo {}",
        env!("CARGO_PKG_REPOSITORY").trim_start_matches("https://github.com/")
    ));
    page.into_text()
}

/// The same for a program.
fn facts() -> Result<String, Problem> {
    let roots = pinned().map_err(|error| Problem::unreadable("roots", &error))?;
    let policies: serde_json::Map<String, serde_json::Value> = Builtin::all()
        .iter()
        .map(|policy| (policy.name.to_owned(), json!(Sha256::of(policy.json.as_bytes()))))
        .collect();
    let facts = json!({
        "verifier": Verifier::OWN,
        "program": { "sha256": kept::program(MAX_PROGRAM) },
        "audit_page": audit::included().map(|page| json!({ "sha256": Sha256::of(page) })),
        "policies": policies,
        "roots": roots,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&facts).unwrap_or_default()))
}

fn of_record(arguments: &About, record: &Path) -> Result<Exit, Problem> {
    let program = kept::program(MAX_PROGRAM).ok_or_else(|| Problem::new("error.program", &[]))?;
    let artifact = format!("sha256:{program}");
    let asked = Verify {
        policy: arguments.policy.clone(),
        artifact: Some(artifact.clone()),
        at: arguments.at,
        json: arguments.json,
        ..Verify::default()
    };
    let mut options: Options = kept::options(&asked)?;
    if arguments.policy.is_none() {
        let set = options.set_policy(POLICY.to_owned());
        set.map_err(|error| Problem::unreadable("release", &error))?;
    }
    let file = input::read(record, MAX_INPUT)?;
    let context = Context::at(arguments.at.map_or_else(clock, Ok)?);
    let report = examined(&[file], &options, &context)?;
    if !arguments.json {
        let mut page = Page::new(Look::of_stdout());
        page.wrapped("", "", Style::new(), &says());
        page.line(format_args!("  {artifact}"));
        page.wrapped("", "", Style::new(), &cli("about.record-of", &[]));
        page.gap();
        print(&page.into_text(), Colors::Auto)?;
    }
    output::answer(&asked, &report, None)?;
    Ok(Exit::from(report.verdict.state))
}

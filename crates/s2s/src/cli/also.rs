//! `s2s verify https://HOST --also`: what a service publishes beside its attestation, each document
//! checked by itself and told after the answer.

use anstyle::Style;
use clap::ValueEnum;
use silicon_to_source::Context;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::plan::session::{Answer, NONCE_LEN, Outcome};
use silicon_to_source::engine::plan::{self, Origin};

use super::arguments::Verify;
use super::fetch::{self, Further};
use super::input::{self, Input};
use super::look::{HEADING, Look, Page};
use super::problem::Problem;
use super::render::{self, Detail};
use super::{Colors, Exit, clock, examined, print};
use crate::wording::{self, cli};

/// A document beside the attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Also {
    /// A coordinator's feed of its providers
    Providers,
    /// The report of Attested Confidential Inference (aci/1)
    Aci,
}

impl From<Also> for plan::Also {
    fn from(also: Also) -> Self {
        match also {
            Also::Providers => Self::Providers,
            Also::Aci => Self::Aci,
        }
    }
}

/// Asks `origin` for each document, and tells what it shows. Gives the exit status, in which a failed
/// check of any document shows.
pub(super) fn told(arguments: &Verify, origin: &Origin, exit: Exit) -> Result<Exit, Problem> {
    let mut exit = exit;
    for also in arguments.also.iter().copied() {
        exit = match document(arguments, origin, also.into()) {
            Ok(Some(Exit::Failed)) => Exit::Failed,
            Ok(_) => exit,
            Err(problem) => {
                problem.tell();
                exit.not_kept()
            }
        };
    }
    Ok(exit)
}

/// One document; nothing where the service gives none.
fn document(
    arguments: &Verify,
    origin: &Origin,
    also: plan::Also,
) -> Result<Option<Exit>, Problem> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| Problem::new("error.random", &[]))?;
    let question = also.question(origin, &nonce);
    let mut page = Page::new(Look::of_stderr());
    fetch::named(&mut page, std::slice::from_ref(&question));
    fetch::said(page);
    let mut came = None;
    fetch::ask(&[question], arguments.voice(), |request, answer| {
        came = Some(fetch::written(request, answer));
    })?;
    let mut page = Page::new(Look::of_stdout());
    page.gap();
    let what = wording::text(&["wanted", also.what()]);
    page.wrapped("", "", HEADING, &cli("also.heading", &[("what", what)]));
    let (url, body) = match came {
        Some(Answer { url, outcome: Outcome::Answered(came), .. }) if came.status == 200 => {
            (url, came.body.0)
        }
        Some(Answer { outcome: Outcome::Answered(came), .. })
            if [404, 410].contains(&came.status) =>
        {
            page.wrapped("", "", Style::new(), &cli("also.none", &[]));
            print(&page.into_text(), Colors::Auto)?;
            return Ok(None);
        }
        _ => {
            page.wrapped("", "", Style::new(), &cli("also.unanswered", &[]));
            print(&page.into_text(), Colors::Auto)?;
            return Ok(None);
        }
    };
    if also == plan::Also::Providers {
        page.wrapped("", "", Style::new(), &cli("also.providers", &[]));
    }
    page.gap();
    let options = options(arguments, also, &nonce)?;
    let context = Context::at(arguments.at.map_or_else(clock, Ok)?);
    let mut files = vec![Input::fetched(url, body)];
    let mut report = examined(&files, &options, &context)?;
    let mut asked = Vec::new();
    while fetch::further(&report, arguments, &mut asked, &mut Further::Files(&mut files))? {
        report = examined(&files, &options, &context)?;
    }
    print(&page.into_text(), Colors::Auto)?;
    let detail = Detail::of(arguments);
    print(&render::report(&report, Look::of_stdout(), detail), Colors::Auto)?;
    Ok(Some(Exit::from(report.verdict.state)))
}

/// The options for a document: the reader's policy, and the nonce that the document has to answer.
fn options(
    arguments: &Verify,
    also: plan::Also,
    nonce: &[u8; NONCE_LEN],
) -> Result<Options, Problem> {
    let mut options = Options::default();
    let named = arguments.policy.as_deref().map(input::policy).transpose()?;
    let text = named.map(|named| builtin(&named).map_or(named, |own| own.json.to_owned()));
    if let Some(policy) = also.policy(text.as_deref(), nonce) {
        let name = arguments.policy.as_deref().unwrap_or_default();
        let set = options.set_policy(policy);
        set.map_err(|error| Problem::unreadable(name, &error))?;
    }
    Ok(options)
}

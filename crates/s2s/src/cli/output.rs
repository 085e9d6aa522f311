//! The answer in the form that was asked for: sentences, the report, or what other programs read.

use std::io::{self, IsTerminal as _};

use silicon_to_source::engine::plan::Session;
use silicon_to_source::report::Report;

use super::arguments::{Format, Verify};
use super::look::{DIM, Look, Page};
use super::problem::Problem;
use super::render::{self, Detail};
use super::{Colors, fetch, print};
use crate::export::{self, Asked};
use crate::wording::cli;

/// Prints the answer in the form that was asked for.
pub(super) fn answer(
    arguments: &Verify,
    report: &Report,
    session: Option<&Session>,
) -> Result<(), Problem> {
    if arguments.quiet {
        return Ok(());
    }
    let asked = Asked {
        require: arguments.require,
        deny_warnings: arguments.deny_warnings,
        nonce: session.and_then(Session::nonce),
    };
    let json = match arguments.format() {
        Format::Text => {
            let look = Look::of_stdout();
            return print(&render::report(report, look, Detail::of(arguments)), Colors::Auto);
        }
        Format::Json => report.to_json(),
        Format::Ear => unsigned(export::ear(report, &asked)),
        Format::Vsa => unsigned(export::vsa(report, &asked)),
    };
    print(&printable(json, io::stdout().is_terminal()), Colors::AsIs)
}

/// A result that somebody else may take for signed is told to be nobody's word.
fn unsigned(json: String) -> String {
    let mut page = Page::new(Look::of_stderr());
    page.wrapped("", "", DIM, &cli("export.unsigned", &[]));
    fetch::said(page);
    json
}

/// JSON as it is, but for a terminal, which would obey some of its letters.
fn printable(json: String, terminal: bool) -> String {
    if terminal { silicon_to_source::text::escaped_json(&json) } else { json }
}

//! `s2s audit`: one HTML file with the verifier and a bundle in it, to be read without a network.
//!
//! The page comes from `cargo site build`, which has the tools to make it. A build of this program
//! takes it in where `S2S_AUDIT_PAGE` names it (a release does); any other build asks for it, and makes
//! nothing without it. A page from elsewhere brings a verifier of its own: which one, its readers are
//! told by the file.

use std::path::PathBuf;

use anstyle::Style;
use clap::Args;
use silicon_to_source::engine::bundle::Bundle;
use silicon_to_source::engine::{MAX_INPUT, audit};

use super::input::{self, Input};
use super::look::{Look, Page};
use super::problem::Problem;
use super::{Exit, fetch, new_file};
use crate::wording::cli;

/// The largest page, in bytes.
const MAX_PAGE: usize = 8 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// The new file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The empty page, audit.html of a built site [the one that comes with s2s]
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
}

/// Makes the file, and says what its readers will be told about the report in it.
pub(super) fn audit(arguments: &Audit) -> Result<Exit, Problem> {
    new_file::is_free(&arguments.output)?;
    let page = page(arguments)?;
    let Input { name, bytes, .. } = input::read(&arguments.bundle, MAX_INPUT)?;
    if !Bundle::is_one(&bytes) {
        return Err(Problem::new("error.audit-of", &[("file", &name)]));
    }
    let unreadable = |error| Problem::unreadable(&name, &error);
    let bundle = Bundle::read(&bytes).map_err(unreadable)?;
    let again = silicon_to_source::recorded(&bundle).map_err(unreadable)?;
    let whole = audit::filled(&page.text, &bundle).map_err(unreadable)?;
    let whole = whole.ok_or_else(|| page.refused())?;
    new_file::write(&arguments.output, whole.as_bytes())?;
    let file = arguments.output.display().to_string();
    let mut said = Page::new(Look::of_stderr());
    said.wrapped("", "", Style::new(), &cli("audit.made", &[("file", &file)]));
    let count = again.count.to_string();
    let key = if again.same { "audit.same" } else { "audit.different" };
    said.wrapped("", "", Style::new(), &cli(key, &[("count", &count)]));
    fetch::said(said);
    Ok(Exit::Verified)
}

/// An empty page, and where it comes from.
struct Empty {
    name: String,
    text: String,
}

impl Empty {
    fn refused(&self) -> Problem {
        Problem::new("error.page", &[("file", &self.name)])
    }
}

/// The page that a bundle goes into.
fn page(arguments: &Audit) -> Result<Empty, Problem> {
    let (name, bytes) = match (&arguments.page, included()) {
        (Some(path), _) => {
            let input = input::read(path, MAX_PAGE)?;
            (input.name.into_owned(), input.bytes.into_owned())
        }
        (None, Some(page)) => (env!("CARGO_PKG_NAME").to_owned(), page.to_vec()),
        (None, None) => return Err(Problem::new("error.no-page", &[])),
    };
    let is_text = std::str::from_utf8(&bytes).is_ok();
    let page = Empty { name, text: String::from_utf8(bytes).unwrap_or_default() };
    if is_text { Ok(page) } else { Err(page.refused()) }
}

/// The page that this program was built with.
#[cfg(s2s_audit_page)]
pub(super) const fn included() -> Option<&'static [u8]> {
    Some(include_bytes!(env!("S2S_AUDIT_PAGE")))
}

#[cfg(not(s2s_audit_page))]
pub(super) const fn included() -> Option<&'static [u8]> {
    None
}

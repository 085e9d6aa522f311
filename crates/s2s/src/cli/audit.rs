//! `s2s audit`: one HTML file with the verifier and a bundle in it, to be read without a network.
//!
//! The page comes from `cargo site build`, which has the tools to make it. A build of this program
//! takes it in where `S2S_AUDIT_PAGE` names it (a release does); any other build asks for it, and makes
//! nothing without it. A page from elsewhere brings a verifier of its own: which one, its readers are
//! told by the file.

use std::path::PathBuf;

use anstyle::Style;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use silicon_to_source::engine::MAX_INPUT;
use silicon_to_source::engine::bundle::Bundle;

use super::input::{self, Input};
use super::look::{Look, Page};
use super::problem::Problem;
use super::{Exit, fetch, new_file};
use crate::wording::cli;

/// Where a bundle goes in the page, which has the place once.
const PLACE: &str = "<script type=\"text/plain\" id=\"bundle\"></script>";

/// Where the place ends that a bundle goes into.
const END: &str = "</script>";

/// Letters in a line of a bundle in a page.
const LINE: usize = 76;

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
    let unreadable = |error| Problem::unreadable(&name, &error);
    let bundle = Bundle::read(&bytes).map_err(unreadable)?;
    let again = silicon_to_source::recorded(&bundle).map_err(unreadable)?;
    new_file::write(&arguments.output, filled(&page, &bytes).as_bytes())?;
    let file = arguments.output.display().to_string();
    let mut said = Page::new(Look::of_stderr());
    said.wrapped("", "", Style::new(), &cli("audit.made", &[("file", &file)]));
    let count = again.count.to_string();
    let key = if again.same { "audit.same" } else { "audit.different" };
    said.wrapped("", "", Style::new(), &cli(key, &[("count", &count)]));
    fetch::said(said);
    Ok(Exit::Verified)
}

/// The page, with its place for a bundle still free.
fn page(arguments: &Audit) -> Result<String, Problem> {
    let (name, bytes) = match (&arguments.page, included()) {
        (Some(path), _) => {
            let input = input::read(path, MAX_PAGE)?;
            (input.name.into_owned(), input.bytes.into_owned())
        }
        (None, Some(page)) => (env!("CARGO_PKG_NAME").to_owned(), page.to_vec()),
        (None, None) => return Err(Problem::new("error.no-page", &[])),
    };
    let text = String::from_utf8(bytes).ok().filter(|text| text.matches(PLACE).count() == 1);
    text.ok_or_else(|| Problem::new("error.page", &[("file", &name)]))
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

/// The page with a bundle in its place. No hash in the page is about the place.
fn filled(page: &str, bundle: &[u8]) -> String {
    let letters = STANDARD.encode(bundle);
    let lines = letters.as_bytes().chunks(LINE).map(String::from_utf8_lossy);
    let lines = lines.collect::<Vec<_>>().join("\n");
    let begin = PLACE.strip_suffix(END).unwrap_or_default();
    page.replacen(PLACE, &format!("{begin}{lines}{END}"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_goes_into_its_place_in_lines_and_nothing_else_changes() {
        let page = format!("<p>1</p>{PLACE}<p>2</p>");
        let bundle = [b'a'; 60];
        let filled = filled(&page, &bundle);
        let text = filled.strip_prefix("<p>1</p><script type=\"text/plain\" id=\"bundle\">");
        let text = text.and_then(|text| text.strip_suffix("</script><p>2</p>")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.iter().map(|line| line.len()).collect::<Vec<_>>(), [76, 4]);
        assert_eq!(STANDARD.decode(lines.concat()).unwrap(), bundle);
    }
}

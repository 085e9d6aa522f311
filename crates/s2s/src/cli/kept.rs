//! Bundles: one file with everything a check was made of, and the report.
//!
//! What a bundle recorded is told as the word of whoever made it, never as this program's own act.

use std::fs;
use std::path::Path;

use anstyle::Style;
use silicon_to_source::Context;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::MAX_INPUT;
use silicon_to_source::engine::bundle::{Bundle, Recorded};
use silicon_to_source::engine::options::Options;
use silicon_to_source::error::Error;
use silicon_to_source::report::Report;

use super::arguments::Verify;
use super::input::{self, Input};
use super::look::{DIM, HEADING, Look, Page};
use super::new_file;
use super::problem::Problem;
use crate::wording::cli;

/// The largest program whose digest goes into a bundle, in bytes.
const MAX_PROGRAM: u64 = 64 * 1024 * 1024;

/// A report with what it was made of.
pub(super) struct Examined {
    pub(super) report: Report,
    pub(super) files: Vec<Input>,
    pub(super) context: Context,
}

/// What the command line adds to the files.
pub(super) fn options(arguments: &Verify) -> Result<Options, Problem> {
    let mut options = Options::default();
    if let Some(name) = &arguments.policy {
        let set = options.set_policy(input::policy(name)?);
        set.map_err(|error| Problem::unreadable(name, &error))?;
    }
    if let Some(path) = &arguments.trusted_root {
        let file = input::read(path, MAX_INPUT)?;
        let set = options.set_trusted_root(file.bytes.into_owned());
        set.map_err(|error| Problem::unreadable(&file.name, &error))?;
    }
    if let Some(path) = &arguments.firmware_root {
        let file = input::read(path, MAX_INPUT)?;
        let added = options.add_firmware_root(&file.bytes);
        added.map_err(|error| Problem::unreadable(&file.name, &error))?;
    }
    if let Some(name) = &arguments.artifact {
        options.set_artifact(input::artifact(name)?);
    }
    if let Some(least) = arguments.require {
        options.set_require(least);
    }
    if arguments.deny_warnings {
        options.set_deny_warnings();
    }
    Ok(options)
}

/// Names files without the folders in which they lie: a bundle is handed on, and tells nobody how its
/// maker's machine is arranged.
pub(super) fn without_folders(files: &mut [Input]) {
    for file in files {
        let own = Path::new(&*file.name).file_name().and_then(|name| name.to_str());
        if let Some(name) = own.map(str::to_owned) {
            file.name = name.into();
        }
    }
}

/// Makes a bundle as a new file: `path`, or a file in the folder `path` that is called by host and
/// day.
pub(super) fn keep(path: &Path, examined: &Examined, options: &Options) -> Result<Page, Problem> {
    let Examined { report, files, context } = examined;
    let path = if path.is_dir() { path.join(name(report)) } else { path.to_path_buf() };
    let name = path.display().to_string();
    let bundle = Bundle::of(files, options, context, report.to_json(), program(MAX_PROGRAM));
    let json = bundle.and_then(|bundle| bundle.to_json());
    let json = json.map_err(|error| Problem::unreadable(&name, &error))?;
    new_file::write(&path, json.as_bytes())?;
    let mut page = Page::new(Look::of_stderr());
    page.wrapped("", "", DIM, &cli("kept.saved", &[("file", &name)]));
    page.pair_text("  ", "", 0, &format!("s2s verify {} --as-recorded --json", quoted(&path)));
    Ok(page)
}

/// Whether a bundle can be made at `path`, before anybody waits for what goes into it.
pub(super) fn is_free(path: &Path) -> Result<(), Problem> {
    if path.is_dir() { Ok(()) } else { new_file::is_free(path) }
}

/// What the bundle says of itself, and whether its report was made again.
pub(super) fn told(page: &mut Page, bundle: &Bundle, again: &Result<Recorded, Error>) {
    let (time, version) = (bundle.at().to_string(), &bundle.made_by().version);
    let values = [("time", time.as_str()), ("version", version.as_str())];
    let sentence = match again {
        Ok(again) if again.same => cli("kept.same", &values),
        Ok(again) if again.is_other_verifier() => cli("kept.other-verifier", &values),
        Ok(again) => {
            let place = again.differences.first().filter(|place| !place.is_empty());
            let place = silicon_to_source::text::quoted(place.map_or("/", String::as_str));
            let count = again.count.to_string();
            let more = [("count", count.as_str()), ("place", place.as_str())];
            cli("kept.different", &[&values[..], &more].concat())
        }
        Err(error) => {
            let error = error.to_string();
            cli("kept.failed", &[&values[..], &[("error", error.as_str())]].concat())
        }
    };
    page.wrapped("", "", HEADING, &super::text::clean(&sentence));
    if !bundle.options().personal().is_empty() {
        page.wrapped("", "", Style::new(), &cli("kept.own", &[]));
    }
}

/// Says before a recorded report whose word it is.
pub(super) fn as_recorded(page: &mut Page) {
    page.wrapped("", "", Style::new(), &cli("kept.as-recorded", &[]));
}

/// The name of a bundle: the host, or the kind of evidence, and the day.
fn name(report: &Report) -> String {
    let host = report.headline.of.as_deref().and_then(|origin| origin.split("://").nth(1));
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
    let plain = |letter: char| if is_plain(letter) { letter } else { '-' };
    let of: String = host.unwrap_or(report.subject.kind).chars().map(plain).collect();
    let time = report.checked_at.to_string();
    format!("{of}-{}.s2s.json", time.split('T').next().unwrap_or_default())
}

/// SHA-256 of this program, where it can be read and has `max` bytes at most.
pub(super) fn program(max: u64) -> Option<Sha256> {
    let path = std::env::current_exe().ok()?;
    let len = fs::metadata(&path).ok()?.len();
    (len <= max).then(|| fs::read(&path).ok()).flatten().map(|bytes| Sha256::of(&bytes))
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/".contains(letter);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_for_a_shell() {
        let quoted = |path: &str| quoted(Path::new(path));
        assert_eq!(quoted("a/b-2026.s2s.json"), "a/b-2026.s2s.json");
        assert_eq!(quoted("my file"), "'my file'");
        assert_eq!(quoted("it's; rm"), "'it'\\''s; rm'");
    }
}

//! The answer in at most fifteen lines: what was checked, the headline, six rows, the next step, and
//! which files were not used.

use std::ffi::OsStr;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use silicon_to_source::report::answer::{Next, Row, RowState};
use silicon_to_source::report::{Became, Report, State, Word};

use super::look::{DIM, HEADING, Look, Page, Styled, style};
use crate::wording::{self, Sentences, cli};

/// The column in which the answers of the rows begin.
const COLUMN: usize = 35;

/// How many of the files that were not used are named.
const NAMED: usize = 3;

/// Prints the answer. It stands last, where a reader of a terminal looks.
pub(super) fn answer(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    let state = report.verdict.state;
    let color = style_of(report);
    let line = sentences.headline();
    page.wrapped("", "", HEADING, &sentences.subject());
    let symbol = Styled(color, page.look.symbol(state));
    page.wrapped(&format!("{symbol} "), "  ", color, &line.short);
    page.wrapped("  ", "  ", Style::new(), &line.card);
    if let Some(time) = report.recorded_at {
        page.wrapped("  ", "  ", Style::new(), &cli("recorded", &[("time", &time.to_string())]));
    }
    for row in &report.answer.rows {
        self::row(page, row, sentences);
    }
    if let Some(next) = sentences.next() {
        let title = wording::text(&["answer", "next", "title"]);
        let address = match report.answer.next {
            Some(Next::File { .. }) => format!(" {}", cli("next-address", &[])),
            _ => String::new(),
        };
        page.wrapped("", "  ", Style::new(), &format!("{title} {next}{address}"));
    }
    if let Some(unused) = unused(report) {
        page.wrapped("", "  ", Style::new(), &unused);
    }
    let time = report.checked_at.to_string();
    let values = [("time", time.as_str()), ("policy", report.policy.name.as_str())];
    page.wrapped("", "", DIM, &cli("card", &values));
}

/// Which files were handed over and not used: one with the reason, several by their names.
fn unused(report: &Report) -> Option<String> {
    let files: Vec<_> = report
        .files
        .iter()
        .filter(|file| !matches!(file.became, Became::Evidence | Became::Used))
        .collect();
    if let [file] = files.as_slice() {
        let became = wording::text(&["files", "became", key(file.became)]);
        return Some(cli("unused", &[("file", &called(&file.name)), ("became", became)]));
    }
    let names: Vec<_> = files.iter().take(NAMED).map(|file| called(&file.name)).collect();
    let names = names.join(", ");
    match files.len().saturating_sub(NAMED) {
        0 if names.is_empty() => None,
        0 => Some(cli("unused-several", &[("files", &names)])),
        more => Some(cli("unused-more", &[("files", &names), ("count", &more.to_string())])),
    }
}

/// The name of a file without its folders, in quotation marks.
fn called(name: &str) -> String {
    let own = Path::new(name).file_name().and_then(OsStr::to_str);
    wording::quoted(own.unwrap_or(name))
}

/// The key of the words for what became of a file that was not used.
const fn key(became: Became) -> &'static str {
    match became {
        Became::NotAboutThis => "not-about-this",
        Became::Unreadable => "unreadable",
        _ => "not-known",
    }
}

/// Less than a known image on a chip is never green.
fn style_of(report: &Report) -> Style {
    let is_highest = matches!(report.headline.word, Word::Verified | Word::VerifiedImage);
    match report.verdict.state {
        State::Verified if !is_highest => AnsiColor::Cyan.on_default().bold(),
        state => style(state),
    }
}

fn row(page: &mut Page, row: &Row, sentences: &Sentences<'_>) {
    let state = match row.state {
        RowState::Yes => State::Verified,
        RowState::Caveat => State::Warning,
        RowState::No => State::Failed,
        RowState::None => State::NotPublished,
        RowState::Open | RowState::NotAsked => State::Unknown,
    };
    let said = sentences.row(row);
    let symbol = Styled(style(state), page.look.symbol(state));
    let length = said.answer.chars().count();
    let room = page.look.columns().saturating_sub(COLUMN.saturating_add(2));
    if length <= room || page.look == Look::Plain {
        page.line(format!("{symbol} {:<COLUMN$}{}", said.question, said.answer));
    } else {
        page.wrapped(&format!("{symbol} "), "  ", Style::new(), said.question);
        page.wrapped("    ", "    ", Style::new(), &said.answer);
    }
}

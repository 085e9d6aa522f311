//! `s2s history`: reads a log of checks, says whether each line follows the one before, and tells
//! what changed.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use super::arguments::History;
use super::look::{DIM, HEADING, Look, Page};
use super::problem::Problem;
use super::{Colors, Exit, print, watch};
use crate::history::Known;
use crate::history::log::{self, Line, Log};
use crate::wording::cli;

/// Reads the log and tells it.
pub(super) fn run(arguments: &History) -> Result<Exit, Problem> {
    let log =
        log::read(&arguments.log).map_err(|refused| watch::problem(&arguments.log, &refused))?;
    let mut page = Page::new(Look::of_stdout());
    told(&mut page, &log);
    let holds = judged(&mut page, &log, arguments);
    print(&page.into_text(), Colors::Auto)?;
    Ok(if holds { Exit::Verified } else { Exit::Failed })
}

/// What each service showed first, and what changed since.
fn told(page: &mut Page, log: &Log) {
    let mut services: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
    for line in &log.lines {
        services.entry(&line.record.service).or_default().push(line);
    }
    for (service, lines) in services {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { continue };
        page.run("", "  ", &[(HEADING, service)]);
        event(page, first, &cli("watch.first", &[("sentence", &first.record.sentence)]));
        let Some(mut known) = Known::of([&first.record]) else { continue };
        for after in lines.iter().skip(1) {
            for change in known.next(&after.record) {
                event(page, after, &after.record.marked(change.sentence()));
            }
        }
        if first.number != last.number {
            event(page, last, &cli("watch.last", &[("sentence", &last.record.sentence)]));
        }
        page.gap();
    }
}

fn event(page: &mut Page, line: &Line, text: &str) {
    let time = line.record.at.to_string();
    page.wrapped(
        "  ",
        "      ",
        Style::new(),
        &cli("history.event", &[("time", &time), ("text", text)]),
    );
}

/// Whether the lines follow one another, and the line that the reader kept is among them.
fn judged(page: &mut Page, log: &Log, arguments: &History) -> bool {
    let red = AnsiColor::Red.on_default().bold();
    let count = log.lines.len().to_string();
    match (log.fault, log.lines.as_slice()) {
        (Some((number, fault)), _) => {
            let number = number.to_string();
            let fault = cli(&format!("history.fault.{}", fault.word()), &[("line", &number)]);
            page.wrapped("", "", red, &fault);
            page.wrapped("", "", Style::new(), &cli("history.until", &[("count", &count)]));
        }
        (None, []) => page.wrapped("", "", Style::new(), &cli("history.empty", &[])),
        (None, [.., last]) => {
            page.wrapped("", "", Style::new(), &cli("history.follows", &[("count", &count)]));
            // A line of its own, whole however narrow the terminal is: it is there to be copied.
            page.wrapped("", "", Style::new(), &cli("history.newest", &[]));
            page.line(format!("  {}", last.hash));
            page.wrapped("", "", DIM, &cli("history.limit", &[]));
        }
    }
    for number in &log.accounted {
        let number = number.to_string();
        page.wrapped("", "", Style::new(), &cli("history.accounted", &[("line", &number)]));
    }
    if let Some(number) = log.cut_off {
        let number = number.to_string();
        page.wrapped("", "", Style::new(), &cli("history.cut-off", &[("line", &number)]));
    }
    let is_expected = match &arguments.expect {
        None => true,
        Some(hash) if log.has(hash) => {
            page.wrapped("", "", Style::new(), &cli("history.expected", &[]));
            true
        }
        Some(_) => {
            page.wrapped("", "", red, &cli("history.unexpected", &[]));
            false
        }
    };
    log.fault.is_none() && is_expected
}

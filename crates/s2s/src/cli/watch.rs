//! `s2s watch`: asks services again and again, keeps what each check showed, and tells what changed.

use std::path::Path;
use std::thread;

use anstyle::Style;
use silicon_to_source::engine::plan::{Origin, Session};
use silicon_to_source::report::{Report, State};

use super::arguments::{Verify, Watch};
use super::fetch::Target;
use super::kept::{self, Examined};
use super::look::{Look, Page};
use super::problem::Problem;
use super::{Colors, Exit, of_service, print};
use crate::history::log::{self, Log, Refused};
use crate::history::{Known, Record};
use crate::wording::cli;

/// Asks each service, once or for ever.
pub(super) fn run(arguments: &Watch) -> Result<Exit, Problem> {
    let origins = arguments.services.iter().map(|text| origin(text));
    let origins = origins.collect::<Result<Vec<Origin>, Problem>>()?;
    let mut verify = arguments.verify();
    let options = kept::options(&verify)?;
    // A log that cannot be written to is told before anybody is asked.
    told(&log::begin(&arguments.log).map_err(|refused| problem(&arguments.log, &refused))?)?;
    loop {
        let mut exit = Exit::Verified;
        for origin in &origins {
            let (Examined { report, .. }, session) = of_service(&verify, origin, &[], &options)?;
            if logged(&arguments.log, &report, &session)? || report.verdict.state == State::Failed {
                exit = Exit::Failed;
            }
        }
        if arguments.once {
            return Ok(exit);
        }
        // Whom a round asks, and what they learn, is as in the first one.
        verify.quiet = true;
        thread::sleep(arguments.every);
    }
}

/// The address of a service; a file cannot be watched.
fn origin(text: &str) -> Result<Origin, Problem> {
    match Target::of(text)? {
        Target::Service(origin) => Ok(origin),
        Target::File => Err(match super::spelling::address(text) {
            Some(address) => {
                Problem::new("error.watch.near", &[("file", text), ("address", &address)])
            }
            None => Problem::new("error.watch", &[("file", text)]),
        }),
    }
}

/// Keeps what the check showed, and tells what changed; whether something got worse.
fn logged(path: &Path, report: &Report, session: &Session) -> Result<bool, Problem> {
    let record = Record::of(report, session.origin(), connection(session));
    let log = log::append(path, &record).map_err(|refused| problem(path, &refused))?;
    let mut page = Page::new(Look::of_stdout());
    let (time, service) = (record.at.to_string(), record.service.as_str());
    let mut line = |text: &str| {
        let values = [("time", time.as_str()), ("service", service), ("text", text)];
        page.wrapped("", "  ", Style::new(), &cli("watch.line", &values));
    };
    let changes = match Known::of(log.of(service)) {
        None => {
            line(&cli("watch.first", &[("sentence", &record.sentence)]));
            Vec::new()
        }
        Some(mut known) => known.next(&record),
    };
    for change in &changes {
        line(&record.marked(change.sentence()));
    }
    let is_told = changes.iter().any(|change| change.is_worse);
    if is_told {
        line(&cli("watch.now", &[("sentence", &record.sentence)]));
    }
    print(&page.into_text(), Colors::Auto)?;
    Ok(is_told)
}

/// The key that the connection to the service met.
fn connection(session: &Session) -> Option<silicon_to_source::digest::Sha256> {
    let asked = session.asked();
    let own = asked.answers.iter().filter(|answer| answer.url.starts_with(&asked.origin));
    own.filter_map(|answer| answer.tls_spki_sha256).next()
}

/// Says that the last line was cut off.
fn told(log: &Log) -> Result<(), Problem> {
    if let Some(number) = log.cut_off {
        let mut page = Page::new(Look::of_stderr());
        let number = number.to_string();
        page.wrapped("", "", Style::new(), &cli("history.cut-off", &[("line", &number)]));
        super::fetch::said(page);
    }
    Ok(())
}

/// Why a log cannot be used.
pub(super) fn problem(path: &Path, refused: &Refused) -> Problem {
    let file = path.display().to_string();
    match refused {
        Refused::Io(error) => Problem::io("error.log", &file, error),
        Refused::TooLarge => Problem::new("error.log-large", &[("file", &file)]),
        Refused::Faulty(number, fault) => {
            let number = number.to_string();
            let fault = cli(&format!("history.fault.{}", fault.word()), &[("line", &number)]);
            Problem::new("error.log-faulty", &[("file", &file), ("fault", &fault)])
        }
    }
}

impl Watch {
    /// One check, as `s2s verify` would do it.
    fn verify(&self) -> Verify {
        Verify {
            fetch: self.fetch,
            yes: self.yes,
            policy: self.policy.clone(),
            require: self.require,
            deny_warnings: self.deny_warnings,
            ..Verify::default()
        }
    }
}

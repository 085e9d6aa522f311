//! `s2s verify https://HOST`: asking services and whoever serves what they leave out.
//!
//! Each host is named before it is asked, with what it learns. What the answers mean is decided
//! by the examination alone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anstyle::Style;
use s2s_net::{self, Client, Failure};
use silicon_to_source::engine::plan::session::{Answer, NONCE_LEN, response};
use silicon_to_source::engine::plan::{self, Origin, Request, Service, Session};
use silicon_to_source::error::Error;
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;

use super::arguments::{Fetch, Verify};
use super::input::Input;
use super::look::{DIM, HEADING, Look, Page};
use super::new_file;
use super::problem::Problem;
use super::waiting;
use crate::wording::{self, cli};

/// How often the verifier is asked what it still wants: certificates first, then what only they
/// lead to.
const ROUNDS: usize = 4;

/// What a reader hands over to be checked.
pub(super) enum Target {
    /// A file, or standard input.
    File,
    /// A service to ask.
    Service(Origin),
}

impl Target {
    /// An address begins with a scheme; anything else is a file.
    pub(super) fn of(input: &str) -> Result<Self, Problem> {
        if !["https://", "http://"].iter().any(|scheme| input.starts_with(scheme)) {
            return Ok(Self::File);
        }
        input.parse().map(Self::Service).map_err(|error| {
            let why = match error {
                Error::Malformed { why, .. } => why.into_owned(),
                other => other.to_string(),
            };
            Problem::new("error.address", &[("address", input), ("why", &why)])
        })
    }
}

/// Asks `origin` the first questions, which it answers as `service` does, or as its address is known to. A quiet check names nobody: who asked for silence gave the
/// address.
pub(super) fn begin(
    origin: &Origin,
    service: Option<Service>,
    now: UnixTime,
    voice: Voice,
) -> Result<Session, Problem> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| Problem::new("error.random", &[]))?;
    let service = service.unwrap_or_else(|| Service::of(origin));
    let mut session = Session::of(origin, service, nonce, now);
    let first = session.first().to_vec();
    let mut page = Page::new(Look::of_stderr());
    named(&mut page, &first);
    if origin.is_loopback() {
        page.wrapped("  ", "  ", Style::new(), &cli("fetch.loopback", &[]));
    }
    voice.say(page);
    ask(&first, voice, |request, answer| session.record(written(request, answer)))?;
    Ok(session)
}

/// Whether a check tells whom it asks, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// On standard error: the answer alone goes to standard output.
    Told,
    /// Not at all.
    Quiet,
}

impl Voice {
    /// Tells it, or not.
    pub(super) fn say(self, page: Page) {
        if self == Self::Told {
            said(page);
        }
    }
}

/// Where further files go.
pub(super) enum Further<'a> {
    /// Into the session with a service.
    Session(&'a mut Session),
    /// Beside a file of evidence.
    Files(&'a mut Vec<Input>),
}

/// Asks whoever serves what `report` wants, once; whether anything came of it.
pub(super) fn further(
    report: &Report,
    arguments: &Verify,
    asked: &mut Vec<String>,
    further: &mut Further<'_>,
) -> Result<bool, Problem> {
    let wanted: Vec<plan::Further> = report.wanted.iter().map(plan::Further::from).collect();
    let mut requests = plan::next(&wanted);
    requests.retain(|request| !asked.contains(&request.url));
    if arguments.fetch != Some(Fetch::All) || requests.is_empty() || asked.len() > 4 * ROUNDS {
        return Ok(false);
    }
    let voice = arguments.voice();
    let mut page = Page::new(Look::of_stderr());
    named(&mut page, &requests);
    if arguments.yes {
        voice.say(page);
    } else {
        // Nobody agrees to what was not named.
        said(page);
        if !is_allowed() {
            return Ok(false);
        }
    }
    asked.extend(requests.iter().map(|request| request.url.clone()));
    let mut came = false;
    ask(&requests, voice, |request, answer| match further {
        Further::Session(session) => {
            came |= answer.is_ok();
            session.record(written(request, answer));
        }
        Further::Files(files) => {
            let Ok(answer) = answer else { return };
            if answer.status == 200 {
                came = true;
                let file = response(request, 200, |name| answer.header(name), answer.body.clone());
                files.push(Input::fetched(request.url.clone(), file.body.0));
            }
        }
    })?;
    Ok(came)
}

/// Keeps the session as a new file.
pub(super) fn save(session: &Session, path: &Path, voice: Voice) -> Result<(), Problem> {
    new_file::write(path, session.to_json().as_bytes())?;
    let mut page = Page::new(Look::of_stderr());
    let name = path.display().to_string();
    page.wrapped("", "", DIM, &cli("fetch.saved", &[("file", &name)]));
    voice.say(page);
    Ok(())
}

/// Asks one after another and says what came of each.
pub(super) fn ask(
    requests: &[Request],
    voice: Voice,
    mut came: impl FnMut(&Request, &Result<s2s_net::Answer, Failure>),
) -> Result<(), Problem> {
    let client = Client::new().map_err(|_| Problem::new("error.network", &[]))?;
    let mut silent: Vec<&str> = Vec::new();
    for request in requests.iter() {
        // A host that did not answer is not asked again.
        if silent.contains(&request.host.as_str()) {
            continue;
        }
        let timeout = Duration::from_millis(u64::from(request.timeout_ms));
        let question = s2s_net::Request {
            timeout,
            post: request.post.as_deref().map(str::as_bytes),
            ..s2s_net::Request::get(&request.url, request.limit)
        };
        let what = wording::text(&["wanted", &request.what]);
        let run = || s2s_net::run(client.get(&question)).and_then(|answer| answer);
        let answer = match voice {
            Voice::Told => waiting::during(|seconds| waited(request, seconds), run),
            Voice::Quiet => run(),
        };
        let mut page = Page::new(Look::of_stderr());
        let line = match &answer {
            Ok(answer) => {
                let (status, length) = (answer.status.to_string(), answer.body.len().to_string());
                let values = [("what", what), ("status", &status), ("length", &length)];
                cli("fetch.answered", &values)
            }
            Err(failure) => {
                silent.push(&request.host);
                let why = wording::text(&["asked", failure.word()]);
                cli("fetch.failed", &[("what", what), ("why", why)])
            }
        };
        page.wrapped("  ", "  ", Style::new(), &line);
        voice.say(page);
        came(request, &answer);
    }
    Ok(())
}

/// How long a host has been waited for, and how long it will be.
fn waited(request: &Request, seconds: u64) -> String {
    let (seconds, limit) = (seconds.to_string(), (request.timeout_ms / 1000).to_string());
    let values = [("host", request.host.as_str()), ("seconds", &seconds), ("limit", &limit)];
    format!("  {}", cli("fetch.waiting", &values))
}

/// What came of a question, as a session writes it down.
pub(super) fn written(request: &Request, answer: &Result<s2s_net::Answer, Failure>) -> Answer {
    match answer {
        Ok(answer) => {
            let header = |name: &str| answer.header(name);
            let mut written = response(request, answer.status, header, answer.body.clone());
            written.tls_spki_sha256 = answer.tls_spki_sha256;
            Answer::answered(request, written)
        }
        Err(failure) => Answer::failed(request, failure.word()),
    }
}

/// Names each host, what it learns, and the addresses.
pub(super) fn named(page: &mut Page, requests: &[Request]) {
    page.run("", "", &[(HEADING, &cli("fetch.asks", &[]))]);
    let mut hosts: Vec<&str> = requests.iter().map(|request| request.host.as_str()).collect();
    hosts.dedup();
    for host in hosts {
        let own = || requests.iter().filter(|request| request.host == host);
        page.run("  ", "  ", &[(HEADING, host)]);
        let mut learns: Vec<&str> = own().map(|request| request.reveals.as_str()).collect();
        learns.dedup();
        if learns.contains(&"that-you-ask-with-nonce") {
            learns.retain(|what| *what != "that-you-ask");
        }
        for what in learns {
            page.wrapped("    ", "    ", Style::new(), wording::text(&["reveals", what]));
        }
        for request in own() {
            page.pair_text("    ", "", 0, &request.url);
        }
    }
}

/// Asks the reader; without a terminal the answer is no.
fn is_allowed() -> bool {
    let (stdin, mut stderr) = (io::stdin(), io::stderr());
    let mut answer = String::new();
    if stdin.is_terminal() {
        let _ = write!(stderr, "{} ", cli("fetch.consent", &[]));
        let _ = stderr.flush();
        let _ = stdin.lock().read_line(&mut answer);
    }
    let allowed = ["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str());
    if !allowed {
        let mut page = Page::new(Look::of_stderr());
        page.wrapped("", "", Style::new(), &cli("fetch.not-asked", &[]));
        said(page);
    }
    allowed
}

/// Writes to standard error.
pub(super) fn said(page: Page) {
    let mut stderr = anstream::stderr().lock();
    let _ = stderr.write_all(page.into_text().as_bytes());
}

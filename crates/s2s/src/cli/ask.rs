//! `s2s ask`: a request to a service that was checked, sealed to the key that its evidence names.
//!
//! The service is checked first. What falls short of what the reader asks for, or changed since, ends
//! the command before the request is sealed; the verifier decides it.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use anstyle::Style;
use clap::{ArgGroup, Args};
use s2s_net::{Answer, Client};
use s2s_seal::{MAX_ANSWER, Opener, Random, seal};
use serde::Deserialize;
use serde_json::json;
use silicon_to_source::engine::MAX_INPUT;
use silicon_to_source::engine::channel::{Refusal, Requirement, SealedTo};
use silicon_to_source::engine::plan::{Origin, session};
use silicon_to_source::requirements::LeastLevel;

use super::arguments::{Answering, Fetch, Verify};
use super::fetch::{self, Target, Voice};
use super::look::{HEADING, Look, Page};
use super::problem::Problem;
use super::render::{self, Detail};
use super::spelling::level;
use super::{Colors, Exit, clock, input, kept, of_service, print, text, waiting};
use crate::wording::{self, cli, fill};

/// How long the service may take to answer a request.
const TIMEOUT: Duration = Duration::from_secs(300);
/// How much is shown of an answer that is not sealed, in letters.
const SHOWN: usize = 300;

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("request").required(true).args(["prompt", "body"]))]
pub(super) struct Ask {
    /// The address of the service
    #[arg(value_name = "URL")]
    url: String,
    /// What to ask the model
    #[arg(value_name = "PROMPT", requires = "model")]
    prompt: Option<String>,
    /// The model to ask
    #[arg(long, value_name = "NAME", conflicts_with = "body")]
    model: Option<String>,
    /// Send this request, JSON, in place of a prompt; - reads standard input
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// The least that has to be shown before anything is sent: A0 to A5
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    require: LeastLevel,
    /// Where the service takes requests
    #[arg(long, value_name = "PATH", default_value = "/v1/chat/completions")]
    path: String,
    /// A file with the key of your account, which is sent beside the request and not sealed
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A name from `s2s policy list`, or a policy file
    #[arg(long, value_name = "NAME|FILE")]
    policy: Option<String>,
    /// Take a warning for an open answer
    #[arg(long)]
    deny_warnings: bool,
    /// Whom to ask for evidence [stapled]
    #[arg(long, value_name = "WHOM")]
    fetch: Option<Fetch>,
    /// Ask the hosts that --fetch all names without a question first
    #[arg(long)]
    yes: bool,
    /// How the service answers [what its address is known for]
    #[arg(long, value_name = "WAY")]
    service: Option<Answering>,
    /// Take evidence that answers no check and carries no date, where the policy accepts it
    #[arg(long)]
    undated: bool,
    /// Who passes the sealed request on, in place of the service itself [only to Tinfoil]
    #[arg(long, value_name = "URL")]
    via: Option<String>,
}

/// Checks the service, seals the request, and prints the answer.
pub(super) fn ask(arguments: &Ask) -> Result<Exit, Problem> {
    let LeastLevel::At(least) = arguments.require else {
        return Err(Problem::new("error.ask-build", &[]));
    };
    let origin = address(&arguments.url)?;
    if !arguments.path.starts_with('/') || arguments.path.starts_with("//") {
        return Err(Problem::new("error.ask-path", &[("path", &arguments.path)]));
    }
    let via = arguments.via.as_deref().map(address).transpose()?;
    let request = request(arguments)?;
    let token = token(arguments)?;
    let check = Verify {
        fetch: arguments.fetch,
        service: arguments.service,
        yes: arguments.yes,
        policy: arguments.policy.clone(),
        require: Some(arguments.require),
        deny_warnings: arguments.deny_warnings,
        ..Verify::default()
    };
    let options = kept::options(&check)?;
    let (examined, _) = of_service(&check, &origin, &[], &options)?;
    let report = &examined.report;
    tell(&render::report(report, Look::of_stderr(), Detail::Answer));
    let required = Requirement { undated: arguments.undated, via, ..Requirement::level(least) };
    let sealed_to = match SealedTo::of(report, &examined.context, &required) {
        Ok(sealed_to) => sealed_to,
        Err(refusal) => {
            let checked = Exit::from(report.verdict.state);
            return Ok(not_sent(refusal, checked));
        }
    };
    let named = named(&sealed_to)?;
    let current = match sealed_to.current(&named, clock()?) {
        Ok(current) => current,
        Err(refusal) => return Ok(not_sent(refusal, Exit::Open)),
    };
    let mut random = [0; Random::LEN];
    getrandom::fill(&mut random).map_err(|_| Problem::new("error.random", &[]))?;
    let sealed = match seal(&current, Random::new(random), &request) {
        Ok(sealed) => sealed,
        Err(refusal) => return Ok(not_sent(refusal, Exit::Open)),
    };
    let to = sealed_to.origin();
    said(&cli("ask.sealed", &[("id", &current.id()), ("to", to)]));
    let mut headers: Vec<(&str, &str)> =
        sealed.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    headers.extend(sealed.is_chunked.then_some(("transfer-encoding", "chunked")));
    headers.extend(token.as_deref().map(|token| ("authorization", token)));
    let url = format!("{to}{}", arguments.path);
    let question = s2s_net::Request {
        post: Some(&sealed.body),
        timeout: TIMEOUT,
        headers: &headers,
        ..s2s_net::Request::get(&url, MAX_ANSWER)
    };
    let client = Client::new().map_err(|_| Problem::new("error.network", &[]))?;
    let waited = |seconds: u64| {
        let (seconds, limit) = (seconds.to_string(), TIMEOUT.as_secs().to_string());
        cli("fetch.waiting", &[("host", to), ("seconds", &seconds), ("limit", &limit)])
    };
    let run = || s2s_net::run(client.get(&question)).and_then(|answer| answer);
    match waiting::during(waited, run) {
        Ok(answer) => answered(arguments, sealed.opener, &answer),
        Err(failure) => {
            let why = wording::text(&["asked", failure.word()]);
            said(&cli("ask.no-answer", &[("why", why)]));
            Ok(Exit::Open)
        }
    }
}

/// The body of the request.
fn request(arguments: &Ask) -> Result<Vec<u8>, Problem> {
    if let Some(path) = &arguments.body {
        return Ok(input::read(path, MAX_INPUT)?.bytes.into_owned());
    }
    let prompt = arguments.prompt.as_deref().unwrap_or_default();
    let request = json!({
        "model": arguments.model.as_deref().unwrap_or_default(),
        "messages": [{ "role": "user", "content": prompt }],
    });
    Ok(request.to_string().into_bytes())
}

/// The header field with the key of the reader's account.
fn token(arguments: &Ask) -> Result<Option<String>, Problem> {
    let Some(path) = &arguments.token_file else { return Ok(None) };
    let file = input::read(path, 16 * 1024)?;
    let token = std::str::from_utf8(&file.bytes).unwrap_or_default().trim();
    let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token {
        return Err(Problem::new("error.ask-token", &[("file", &file.name)]));
    }
    Ok(Some(format!("Bearer {token}")))
}

/// The address of one host.
fn address(text: &str) -> Result<Origin, Problem> {
    match Target::of(text)? {
        Target::Service(origin) => Ok(origin),
        Target::File => Err(Problem::new("error.ask-address", &[("file", text)])),
    }
}

/// Which key is named now.
fn named(sealed_to: &SealedTo) -> Result<session::Answer, Problem> {
    let question = sealed_to.question();
    let mut named = session::Answer::failed(&question, s2s_net::Failure::Network.word());
    fetch::ask(&[question], Voice::Told, |request, answer| {
        named = fetch::written(request, answer);
    })?;
    Ok(named)
}

/// Opens what the service answered, and prints it.
fn answered(arguments: &Ask, opener: Opener, answer: &Answer) -> Result<Exit, Problem> {
    let opened = match opener.begin(|name| header(answer, name)) {
        Ok(None) => return Ok(unsealed(answer)),
        Ok(Some(mut opening)) => opening.push(&answer.body).and_then(|mut opened| {
            opened.extend(opening.finish()?);
            Ok(opened)
        }),
        Err(why) => Err(why),
    };
    match opened {
        Ok(opened) => {
            said(&cli("ask.opened", &[]));
            let text = String::from_utf8_lossy(&opened);
            let content = arguments.prompt.as_ref().and_then(|_| content(&opened));
            let shown = content.as_deref().unwrap_or(&text);
            print(&printable(shown, io::stdout().is_terminal()), Colors::AsIs)?;
            Ok(Exit::Verified)
        }
        Err(why) => {
            said(wording::text(&["channel", "not-opened", why.word()]));
            Ok(Exit::Failed)
        }
    }
}

/// The header fields called `name` as one (RFC 9110 section 5.3).
fn header(answer: &Answer, name: &str) -> Option<String> {
    let own = answer.headers.iter().filter(|(known, _)| known == name);
    let values: Vec<&str> = own.map(|(_, value)| value.as_str()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The answer as it is, but for a terminal, which would obey some of its letters.
fn printable(answer: &str, terminal: bool) -> String {
    let line = |line: &str| if terminal { text::clean(line) } else { line.to_owned() };
    answer.lines().map(|own| line(own) + "\n").collect()
}

/// What a model said, in an answer of the usual form.
fn content(answer: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Whole {
        choices: Vec<Choice>,
    }
    #[derive(Deserialize)]
    struct Choice {
        message: Message,
    }
    #[derive(Deserialize)]
    struct Message {
        content: String,
    }
    let whole: Whole = serde_json::from_slice(answer).ok()?;
    whole.choices.into_iter().next().map(|choice| choice.message.content)
}

/// An answer that is not sealed is nobody's word, and no answer to the request.
fn unsealed(answer: &Answer) -> Exit {
    let status = answer.status.to_string();
    let text: String = String::from_utf8_lossy(&answer.body).chars().take(SHOWN).collect();
    said(&fill(wording::text(&["channel", "unsealed"]), &[("status", &status)]));
    said(&text::clean(&text));
    Exit::Open
}

/// Says that the request was not sent, and why.
fn not_sent(refusal: Refusal, checked: Exit) -> Exit {
    let mut page = Page::new(Look::of_stderr());
    page.wrapped("", "", HEADING, wording::text(&["channel", "not-sent", refusal.word()]));
    fetch::said(page);
    if checked == Exit::Failed { Exit::Failed } else { Exit::Open }
}

fn said(sentence: &str) {
    let mut page = Page::new(Look::of_stderr());
    page.wrapped("", "", Style::new(), sentence);
    fetch::said(page);
}

fn tell(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

//! `s2s-attest check`: what a reader would be told of this configuration on this machine.
//!
//! The document is made as for a reader who asks with a nonce, and handed to the verifier. Serving
//! examines nothing; this is the one place where the sidecar meets a report.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, Method};
use http_body_util::BodyExt as _;
use s2s::wording::{self, Sentences};
use silicon_to_source::engine::plan::session::{Answer, NONCE_LEN, response};
use silicon_to_source::engine::plan::{Origin, Request, Session};
pub use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Link, LinkFinding, Report, State};
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine};

use super::config::{Config, ConfigError};
use super::http::Desk;
use super::issue::Issuer;
use super::ladder;

/// How often hosts are asked for collateral: the certificates first, then what only they lead to.
const ROUNDS: usize = 4;

/// The column in which the answers of the rows begin.
const COLUMN: usize = 36;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The answer for the operator's terminal.
    pub text: String,
    /// Whether a document can be published of which a reader would not be told that it fails.
    pub is_good: bool,
}

/// The policy called `name` that comes with the verifier.
pub fn builtin(name: &str) -> Option<Policy> {
    silicon_to_source::engine::builtin(name)?.policy().ok()
}

/// The policy in the file called `name`.
///
/// # Errors
/// One sentence with the file.
pub fn policy(name: &str, bytes: &[u8]) -> Result<Policy, ConfigError> {
    Policy::from_json(bytes).map_err(|error| ConfigError(format!("{name}: {error}.")))
}

/// Makes a document as for a reader and has it examined under `policy`, or under the built-in one.
/// `say` is told each host before it is asked.
///
/// # Errors
/// One sentence: the configuration cannot be used.
pub async fn check(
    config: Config,
    policy: Option<&Policy>,
    say: impl Fn(&str),
) -> Result<Checked, ConfigError> {
    let issuer = Arc::new(Issuer::new(config)?);
    let named = issuer.config().origin.clone();
    issuer.prepare().await;
    collect(&issuer, &say).await;
    let origin: Origin =
        named.parse().map_err(|error| ConfigError(format!("`origin`: {error}.")))?;
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce)
        .map_err(|error| ConfigError(format!("No random numbers: {error}.")))?;
    let mut session = Session::begin(&origin, nonce, now());
    let mut lacks = None;
    for request in session.first().to_vec() {
        match request.what.as_str() {
            "coordinator-attestation" => {
                lacks = attestation(&issuer, &mut session, &request, nonce).await;
            }
            // As it would be asked for through the proxy. Without a configured endpoint nobody
            // asked, and the report says so.
            "encryption-key" => {
                if let Some(body) = issuer.named_key().await {
                    let written = response(&request, 200, |_| None, body);
                    session.record(Answer::answered(&request, written));
                }
            }
            _ => {
                return Err(ConfigError(format!(
                    "Readers ask {named} in another way than this endpoint answers: it is the \
                     address of a service that the verifier knows by itself."
                )));
            }
        }
    }
    let files = [File::new("session", session.to_json().into_bytes())];
    let context = Context { now: now(), asked: Some(session.asked()) };
    let report = examine(&files, policy, &context)
        .map_err(|error| ConfigError(format!("The document cannot be examined: {error}.")))?;
    let is_good = lacks.is_none() && report.verdict.state != State::Failed;
    Ok(Checked { text: text(&report, &named, lacks.as_deref()), is_good })
}

/// Has the collateral fetched that the hardware's report needs, as the running sidecar does.
async fn collect(issuer: &Issuer, say: &impl Fn(&str)) {
    for _ in 0..ROUNDS {
        let hosts = issuer.hosts_due();
        if hosts.is_empty() {
            return;
        }
        say(&format!(
            "Asking {} for what the chip's maker signs about this chip, as the running sidecar \
             does.",
            hosts.join(" and ")
        ));
        issuer.refresh().await;
    }
}

/// Asks for the document with the nonce, in the way of the endpoint. Why there is none is learned
/// afterwards: the endpoint does not tell its readers.
async fn attestation(
    issuer: &Arc<Issuer>,
    session: &mut Session,
    request: &Request,
    nonce: [u8; NONCE_LEN],
) -> Option<String> {
    let desk = Desk::new(Arc::clone(issuer));
    let query = request.url.split_once('?').map(|(_, query)| query);
    let peer = Ipv4Addr::LOCALHOST.into();
    let answer = desk.answer(&Method::GET, query, &HeaderMap::new(), peer).await;
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let written = response(request, parts.status.as_u16(), header, body);
    session.record(Answer::answered(request, written));
    if parts.status == 200 {
        return None;
    }
    match issuer.challenge(nonce.to_vec()).await {
        Ok(_) => Some("The document could not be made a moment ago. Try again.".to_owned()),
        Err(why) => Some(sentence(&why.to_string())),
    }
}

/// The answer card as text, the level, and what is missing for the next one.
fn text(report: &Report, origin: &str, lacks: Option<&str>) -> String {
    let mut text = String::new();
    if let Some(why) = lacks {
        let _ = writeln!(text, "Nothing can be published. {why}\n");
    }
    let sentences = Sentences::of(report);
    let line = sentences.headline();
    let _ = writeln!(
        text,
        "A reader of {origin} would be told:\n\n  {}\n  {}\n",
        line.short, line.card
    );
    for row in &report.answer.rows {
        let said = sentences.row(row);
        let _ = writeln!(text, "  {:<COLUMN$}{}", said.question, said.answer);
    }
    if let (Some(next), None) = (sentences.next(), lacks) {
        let _ = writeln!(text, "\n  {} {next}", wording::text(&["answer", "next", "title"]));
    }
    let key = wording::level_key(report.assurance.level, report.assurance.root_of_trust);
    let name = wording::level(&key, "name");
    let level =
        if key.starts_with('A') { format!("Level {key}: {name}.") } else { format!("{name}.") };
    let _ = writeln!(text, "\n{level} {}", wording::level(&key, "meaning"));
    if let Some(rung) = ladder::above(&key) {
        let _ = writeln!(text, "For {} is missing: {}", rung.level, rung.needs);
    }
    if lacks.is_none() {
        missing(&mut text, report, &sentences);
    }
    let _ = write!(
        text,
        "\nNot part of this check: your proxy, its TLS and its CORS headers. From another machine:\n  \
         s2s verify {origin}\n"
    );
    text
}

/// What keeps the first link that does not hold from holding, and what to do about it.
fn missing(text: &mut String, report: &Report, sentences: &Sentences<'_>) {
    let next = report.ends_at.next.and_then(|id| report.link(id));
    let Some(link) = next else { return };
    let root = report.assurance.root_of_trust;
    let _ = writeln!(
        text,
        "\nThe chain ends before: {}. A reader is told:",
        wording::link_title(link.id, root)
    );
    let mut said = BTreeSet::new();
    let open = sentences.link(link).into_iter().chain(
        link.findings.iter().filter(|f| is_open(f, link)).map(|finding| {
            match wording::todo(finding) {
                Some(todo) => format!("{} {todo}", sentences.finding(finding)),
                None => sentences.finding(finding),
            }
        }),
    );
    for sentence in open {
        if said.insert(sentence.clone()) {
            let _ = writeln!(text, "  - {sentence}");
        }
    }
}

/// Whether a finding is one for which its link does not hold, by itself.
fn is_open(finding: &LinkFinding, link: &Link) -> bool {
    let by_itself = !matches!(finding.reason, Some("not-applicable" | "blocked"));
    by_itself && matches!(finding.outcome, "fail" | "unknown") && !link.holds()
}

/// A text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    let text = first.unwrap_or_default();
    if text.ends_with('.') { text } else { format!("{text}.") }
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

//! What a session file says about its session, held against itself, against the evidence and
//! against what this process asked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::binding::{CLOCK_SKEW, Teller};
use crate::context::Asked;
use crate::finding::Finding;
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::exchange::{
    ATTESTATION, Answer, ENCRYPTION_KEY, Exchange, Outcome, TINFOIL,
};
use crate::time::UnixTime;

/// The longest that an answer takes, beside what clocks may differ by, in seconds: several times
/// the limit of every shell.
const LONGEST_ANSWER: i64 = 300;

/// What the evidence says of when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issued {
    /// When, by the machine's clock.
    pub at: UnixTime,
    /// Whether it answers the nonce of the session: then it was made after the question.
    pub for_nonce: bool,
}

/// Nothing contradicts: neither the parts of the file each other, nor what this process asked, nor
/// the evidence in it. One finding for all, or one for each contradiction.
pub(crate) fn consistent(
    exchange: &Exchange,
    asked: Option<&Asked>,
    issued: Option<Issued>,
    now: UnixTime,
) -> Vec<Finding> {
    let check = &checks::EXCHANGE_CONSISTENT;
    let mut against = addresses(exchange);
    against.extend(asked.and_then(|asked| other_than_asked(exchange, asked)));
    let started = asked.map_or(exchange.started_at, |asked| asked.started_at);
    // Who asks may choose to check for an earlier moment.
    let now = if asked.is_some() { started } else { now };
    against.extend(times(started, issued, now));
    if against.is_empty() {
        let teller = if asked.is_some() { Teller::ThisProcess } else { Teller::Recording };
        against.push(teller.holds(check).actual(exchange.started_at));
    }
    against
}

/// What the service itself is said to have answered came from the service: its own address, with
/// the nonce that was sent.
fn addresses(exchange: &Exchange) -> Vec<Finding> {
    let check = &checks::EXCHANGE_CONSISTENT;
    let sent = exchange.nonce.as_ref().map(|nonce| URL_SAFE_NO_PAD.encode(&nonce.0));
    let own = |answer: &&Answer| [ATTESTATION, ENCRYPTION_KEY, TINFOIL].contains(&&*answer.what);
    exchange
        .answers
        .iter()
        .filter(own)
        .filter_map(|answer| {
            let finding = match answer.url.strip_prefix(exchange.origin.as_str()) {
                Some(path) if path.is_empty() || path.starts_with(['/', '?']) => {
                    let named = nonce_of(path).filter(|_| answer.what == ATTESTATION)?;
                    if sent.as_deref() == Some(named) {
                        return None;
                    }
                    let finding = Finding::fail(check, "other-nonce").actual(named);
                    finding.expected(sent.clone().unwrap_or_default())
                }
                _ => Finding::fail(check, "other-address")
                    .expected(exchange.origin.as_str())
                    .actual(answer.url.as_str()),
            };
            Some(finding.part(answer.what.clone()))
        })
        .collect()
}

fn nonce_of(path: &str) -> Option<&str> {
    let (_, question) = path.split_once('?')?;
    question.split('&').find_map(|pair| pair.strip_prefix("nonce="))
}

/// What the file says is what this process asked.
fn other_than_asked(exchange: &Exchange, asked: &Asked) -> Option<Finding> {
    let told = |answer: &Answer| {
        asked.answers.iter().any(|own| {
            let seen = match &answer.outcome {
                Outcome::Answered(response) => response.tls_spki_sha256,
                Outcome::Failed { .. } => None,
            };
            own.what == answer.what && own.url == answer.url && own.tls_spki_sha256 == seen
        })
    };
    let part = if exchange.origin != asked.origin {
        "origin"
    } else if exchange.nonce != asked.nonce {
        "nonce"
    } else if exchange.started_at != asked.started_at {
        "time"
    } else if !exchange.answers.iter().all(told) {
        "answers"
    } else {
        return None;
    };
    Some(Finding::fail(&checks::EXCHANGE_CONSISTENT, "not-what-was-asked").part(part))
}

/// The question was sent before this moment, and the evidence was made between question and answer.
fn times(started: UnixTime, issued: Option<Issued>, now: UnixTime) -> Option<Finding> {
    let after = |later: UnixTime| later.0.saturating_sub(started.0);
    let (reason, other) = if after(now) < -CLOCK_SKEW {
        ("in-the-future", now)
    } else {
        let Issued { at, for_nonce } = issued?;
        if for_nonce && after(at) < -CLOCK_SKEW {
            ("made-before", at)
        } else if after(at) > CLOCK_SKEW.saturating_add(LONGEST_ANSWER) {
            ("made-after", at)
        } else {
            return None;
        }
    };
    let finding = Finding::fail(&checks::EXCHANGE_CONSISTENT, reason).part("time");
    Some(finding.expected(started).actual(other))
}

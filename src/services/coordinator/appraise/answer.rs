//! What it means that a host answered as it did, or not at all.

use serde::Deserialize;

use super::keys::{self, Published};
use crate::finding::{Finding, Why};
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::exchange::{Failure, Outcome, Response};

/// What is left of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Answer<'a> {
    /// A body that may be the document.
    Body(&'a Response),
    /// The host says that there is nothing.
    NotPublished {
        /// On what it says that it runs, when it says so.
        substrate: Option<String>,
    },
    /// No answer that can be read: it is not known whether there is anything.
    None,
}

const REDIRECT: &str = Failure::Redirect.word();

/// The body of an error.
#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorCode,
}

#[derive(Deserialize)]
struct ErrorCode {
    #[serde(default)]
    code: String,
    #[serde(default)]
    substrate: Option<String>,
}

/// Reads the answer to the question for the attestation.
pub(crate) fn attestation(outcome: Option<&Outcome>) -> (Finding, Answer<'_>) {
    let check = &checks::COORDINATOR_ANSWER;
    let open = |why, actual: &str| Finding::unknown(check, why).actual(actual);
    match outcome {
        None => (open(Why::NotAsked, "not-asked"), Answer::None),
        Some(Outcome::Failed { failed }) => (open(Why::NotAsked, failed.word()), Answer::None),
        Some(Outcome::Answered(response)) => match response.status {
            _ if response.redirected => (open(Why::NotAsked, REDIRECT), Answer::None),
            200 if is_json(response) => (Finding::pass(check), Answer::Body(response)),
            200 => (open(Why::NotAsked, "content-type"), Answer::None),
            404 | 410 => {
                let status = response.status.to_string();
                (open(Why::NotPublished, &status), Answer::NotPublished { substrate: None })
            }
            503 => match unavailable(response) {
                Some(ErrorCode { substrate, .. }) => {
                    (open(Why::NotPublished, "unavailable"), Answer::NotPublished { substrate })
                }
                None => (open(Why::NotAsked, "503"), Answer::None),
            },
            300..=303 | 307 | 308 => (open(Why::NotAsked, REDIRECT), Answer::None),
            status => (open(Why::NotAsked, &status.to_string()), Answer::None),
        },
    }
}

/// An answer whose body turns out to be no document: none that can be read.
pub(crate) fn unreadable() -> Finding {
    Finding::unknown(&checks::COORDINATOR_ANSWER, Why::NotAsked).actual("not-a-document")
}

/// Reads the answer to the question for the key of sealed requests.
pub(crate) fn encryption_key(outcome: Option<&Outcome>) -> Published {
    match outcome {
        Some(Outcome::Answered(response)) => published(response),
        Some(Outcome::Failed { .. }) | None => Published::NotFetched,
    }
}

/// What an answer says about the key of sealed requests.
pub(crate) fn published(response: &Response) -> Published {
    #[derive(Deserialize)]
    struct Body {
        public_key: String,
        #[serde(default)]
        kid: Option<String>,
    }
    match response.status {
        _ if response.redirected => Published::NotFetched,
        200 => {
            let body: Option<Body> =
                crate::json::from_slice("encryption key", &response.body.0).ok();
            let key = body.and_then(|body| Some((keys::bytes(&body.public_key)?, body.kid)));
            key.map_or(Published::Malformed, |(key, kid)| Published::Key { key, kid })
        }
        404 | 410 => Published::None,
        503 if unavailable(response).is_some() => Published::None,
        _ => Published::NotFetched,
    }
}

/// `application/json`, or another type that is JSON (RFC 6839 section 3.1), with any parameters.
fn is_json(response: &Response) -> bool {
    let content = response.content_type.as_deref().unwrap_or_default();
    let essence = content.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

/// The contract's error that says that there is no attestation, when the body is one.
fn unavailable(response: &Response) -> Option<ErrorCode> {
    let body: ErrorBody = crate::json::from_slice("error", &response.body.0).ok()?;
    Some(body.error).filter(|error| error.code == "attestation_unavailable")
}

//! What a reader's software asked and what came back: an exchange, examined as a whole.

use std::borrow::Cow;

use super::coordinator::{self, Question, subject};
use super::{collateral, tinfoil};
use crate::appraise::coordinator::answer::{self, Answer};
use crate::appraise::coordinator::binding::Asked;
use crate::appraise::coordinator::darkbloom;
use crate::claims::{Standing, Stated};
use crate::context::Context;
use crate::error::Error;
use crate::evidence::coordinator::Document;
use crate::evidence::exchange::{ATTESTATION, ENCRYPTION_KEY, Exchange, Response, TINFOIL};
use crate::finding::{Finding, LinkId, Value, Why, checks};
use crate::policy::Policy;
use crate::report::{Draft, RootOfTrust};
use crate::shelf::{File, Origin, Piece};
use crate::time::UnixTime;

/// The name of the built-in policy for `exchange`.
pub(super) fn policy(exchange: &Exchange) -> &'static str {
    if is_tinfoil(exchange) { "tinfoil" } else { "coordinator" }
}

/// What others than the service answered, as files: fetched when this process asked at that address,
/// and recorded otherwise.
pub(super) fn collateral(exchange: &Exchange, context: &Context) -> Vec<File<'static>> {
    let asked = |url: &str| {
        context.asked.iter().flat_map(|asked| &asked.answers).any(|answer| answer.url == url)
    };
    exchange
        .collateral()
        .map(|(url, bytes)| {
            let url = url.to_owned();
            let name = Cow::Owned(url.clone());
            let origin = match asked(&url) {
                true => Origin::Fetched { url },
                false => Origin::Recorded { url },
            };
            File { name, bytes: Cow::Owned(bytes.to_vec()), origin }
        })
        .collect()
}

/// An exchange. What the answers mean, or their absence, is decided here.
pub(super) fn examine(
    input: &[u8],
    exchange: &Exchange,
    files: &[&[u8]],
    tuf: &[Piece<'_>],
    policy: &Policy,
    context: &Context,
) -> Result<(Draft, Policy), Error> {
    let now = context.now;
    let what = if is_tinfoil(exchange) { TINFOIL } else { ATTESTATION };
    let mut subject = subject(input, Some(&exchange.origin));
    if what == TINFOIL {
        subject.kind = "tinfoil-bundle";
    }
    let mut draft = Draft::of(subject, RootOfTrust::CpuVendor);
    if exchange.origin == darkbloom::ORIGIN {
        draft.stated = darkbloom::stated();
    }
    let (finding, answer) = answer::attestation(exchange.outcome(what));
    draft.findings.push(finding);
    match answer {
        Answer::Body(response) if what == TINFOIL => {
            let files = collateral::decode(files)?;
            match tinfoil::examine(&response.body.0, &files, tuf, policy, now) {
                Ok(mut read) => {
                    read.findings.extend(draft.part.findings);
                    Ok((read, policy.clone()))
                }
                Err(error) => {
                    draft.findings.push(unreadable(&error));
                    Ok((draft, policy.clone()))
                }
            }
        }
        Answer::Body(response) => document(exchange, response, files, policy, now, draft),
        Answer::NotPublished { substrate } => {
            draft.root_of_trust = RootOfTrust::Nothing;
            draft.stated.extend(substrate.map(said_unavailable));
            Ok((draft, without_document(what, policy)))
        }
        Answer::NotFetched => Ok((draft, without_document(what, policy))),
    }
}

fn without_document(what: &str, policy: &Policy) -> Policy {
    if what == TINFOIL { policy.clone() } else { policy.for_coordinator(None) }
}

fn unreadable(error: &Error) -> Finding {
    Finding::unknown(&checks::COORDINATOR_DOCUMENT, Why::NotSupported).actual(error.to_string())
}

fn is_tinfoil(exchange: &Exchange) -> bool {
    exchange.outcome(TINFOIL).is_some() && exchange.outcome(ATTESTATION).is_none()
}

fn document(
    exchange: &Exchange,
    response: &Response,
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
    mut draft: Draft,
) -> Result<(Draft, Policy), Error> {
    let document = match Document::parse(&response.body.0) {
        Ok(document) => document,
        Err(error) => {
            draft.findings.push(unreadable(&error));
            return Ok((draft, policy.for_coordinator(None)));
        }
    };
    let question = Question {
        asked: Asked {
            origin: &exchange.origin,
            nonce: exchange.nonce.as_ref().map(|nonce| nonce.0.as_slice()),
            age_s: response.age_s,
        },
        published: answer::encryption_key(exchange.outcome(ENCRYPTION_KEY)),
        tls_key: response.tls_spki_sha256,
    };
    coordinator::answered(&document, Some(&question), files, policy, now, draft)
}

/// What a service without evidence says about itself.
fn said_unavailable(substrate: String) -> Stated {
    Stated {
        name: "substrate",
        said: Value::text(substrate),
        source: "error.substrate".into(),
        shown: None,
        link: LinkId::Report,
        standing: Standing::NotShown,
    }
}

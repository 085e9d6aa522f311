//! What a reader's software asked and what came back: an exchange, examined as a whole.

use std::borrow::Cow;

use crate::claims::Stated;
use crate::context::{Asked, Context};
use crate::error::Error;
use crate::file::{File, Origin};
use crate::finding::{Finding, LinkId, Value, Why};
use crate::piece::Piece;
use crate::report::{Draft, RootOfTrust};
use crate::services::coordinator::appraise::answer::{self, Answer};
use crate::services::coordinator::appraise::binding::{Session, Teller};
use crate::services::coordinator::appraise::darkbloom;
use crate::services::coordinator::appraise::keys::Connection;
use crate::services::coordinator::appraise::recorded::{self, Issued};
use crate::services::coordinator::checks;
use crate::services::coordinator::examine::{self, Question, subject};
use crate::services::coordinator::parse::exchange::{
    ATTESTATION, ENCRYPTION_KEY, Exchange, Response, TINFOIL,
};
use crate::services::coordinator::parse::{Binding, Document};
use crate::services::coordinator::policy::{Applied, ForCoordinator};
use crate::services::tinfoil;
use crate::wire::Base64Url;

/// The name of the built-in policy for `exchange`.
pub(crate) fn policy(exchange: &Exchange) -> &'static str {
    if is_tinfoil(exchange) { "tinfoil" } else { "coordinator" }
}

/// What others than the service answered, as files: fetched when this process asked at that address,
/// and recorded otherwise.
pub(crate) fn collateral(exchange: &Exchange, context: &Context) -> Vec<File<'static>> {
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
///
/// What this process asked comes from `context`. Without it the exchange is a recording: whatever
/// holds in it holds according to that recording.
pub(crate) fn examine(
    input: &[u8],
    exchange: &Exchange,
    beside: &[Piece<'_>],
    policy: &dyn ForCoordinator,
    context: &Context,
) -> Result<(Draft, Applied), Error> {
    let now = context.now;
    let asked = context.asked.as_ref();
    let what = if is_tinfoil(exchange) { TINFOIL } else { ATTESTATION };
    let origin = asked.map_or(exchange.origin.as_str(), |asked| asked.origin.as_str());
    let mut subject = subject(input, Some(origin));
    if what == TINFOIL {
        subject.kind = "tinfoil-bundle";
    }
    let mut draft = Draft::of(subject, RootOfTrust::Unknown);
    draft.asked = asked.map(|asked| asked.origin.clone());
    draft.recorded_at = asked.is_none().then_some(exchange.started_at);
    if origin == darkbloom::ORIGIN {
        draft.stated = darkbloom::stated();
    }
    let (finding, answer) = answer::attestation(exchange.outcome(what));
    let unreadable = |error: &Error| [answer::unreadable(), self::unreadable(error)];
    let consistent = |issued| recorded::consistent(exchange, asked, issued, now);
    match answer {
        Answer::Body(response) if what == TINFOIL => {
            draft.findings.extend(consistent(None));
            match tinfoil::examine::bundle(&response.body.0, beside, policy, now) {
                Ok(mut read) => {
                    draft.subject.name = read.subject.name.take();
                    draft.root_of_trust = read.root_of_trust;
                    draft.flags = read.flags;
                    draft.findings.push(finding);
                    draft.absorb(read.part);
                }
                Err(error) => draft.findings.extend(unreadable(&error)),
            }
            Ok((draft, Applied::Whole))
        }
        Answer::Body(response) => match Document::parse(&response.body.0) {
            Ok(document) => {
                draft.findings.push(finding);
                let question = question(exchange, response, asked);
                draft.findings.extend(consistent(issued(&document, question.session.nonce)));
                examine::answered(&document, Some(&question), beside, policy, now, draft)
            }
            Err(error) => {
                draft.findings.extend(consistent(None));
                draft.findings.extend(unreadable(&error));
                Ok((draft, Applied::Coordinator(None)))
            }
        },
        Answer::NotPublished { substrate } => {
            draft.findings.push(finding);
            draft.findings.extend(consistent(None));
            draft.root_of_trust = RootOfTrust::Nothing;
            draft.stated.extend(substrate.map(said_unavailable));
            Ok((draft, without_document(what == TINFOIL)))
        }
        Answer::None => {
            draft.findings.push(finding);
            draft.findings.extend(consistent(None));
            Ok((draft, without_document(what == TINFOIL)))
        }
    }
}

const fn without_document(is_tinfoil: bool) -> Applied {
    if is_tinfoil { Applied::Whole } else { Applied::Coordinator(None) }
}

fn unreadable(error: &Error) -> Finding {
    Finding::unknown(&checks::COORDINATOR_DOCUMENT, Why::NotSupported).actual(error.to_string())
}

fn is_tinfoil(exchange: &Exchange) -> bool {
    exchange.outcome(TINFOIL).is_some() && exchange.outcome(ATTESTATION).is_none()
}

/// The question that the document answers, by whoever knows it best.
fn question<'a>(
    exchange: &'a Exchange,
    response: &Response,
    asked: Option<&'a Asked>,
) -> Question<'a> {
    let bytes = |nonce: &'a Option<Base64Url>| nonce.as_ref().map(|nonce| nonce.0.as_slice());
    let age_s = response.age_s;
    let published = answer::encryption_key(exchange.outcome(ENCRYPTION_KEY));
    match asked {
        Some(asked) => Question {
            session: Session {
                teller: Teller::ThisProcess,
                origin: &asked.origin,
                nonce: bytes(&asked.nonce),
                age_s,
            },
            published,
            connection: asked
                .answer(ATTESTATION)
                .and_then(|answer| answer.tls_spki_sha256)
                .map_or(Connection::NotSeen, Connection::Met),
        },
        None => Question {
            session: Session {
                teller: Teller::Recording,
                origin: &exchange.origin,
                nonce: bytes(&exchange.nonce),
                age_s,
            },
            published,
            connection: Connection::Recorded,
        },
    }
}

/// When the evidence says that it was made.
fn issued(document: &Document, nonce: Option<&[u8]>) -> Option<Issued> {
    let at = Binding::parse(&document.binding.bytes.0).ok()?.issued_at;
    let answered = document.nonce.as_ref().map(|nonce| nonce.0.as_slice());
    Some(Issued { at, for_nonce: nonce.is_some() && answered == nonce })
}

/// What a service without evidence says about itself.
fn said_unavailable(substrate: String) -> Stated {
    Stated::not_shown("substrate", Value::text(substrate), "error.substrate", LinkId::Report)
}

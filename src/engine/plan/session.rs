//! What was asked and what came back, written down as it happens.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::subject::Service;
use super::{Origin, Request, first};
use crate::context::{Asked, AskedAnswer};
use crate::gather;
use crate::services::coordinator::parse::exchange::{Body, Exchange, Failure, MAX_ANSWERS, SCHEMA};
use crate::services::registry::parse::Recorded;
use crate::time::UnixTime;
use crate::wire::Base64Url;

pub use crate::services::coordinator::parse::exchange::{Answer, Outcome, Response};

/// The length of a nonce that a shell makes, in bytes.
pub const NONCE_LEN: usize = 32;

/// Header fields of Intel's answers that hold the signer's chain; the file of such an answer keeps
/// them, because its signature cannot be checked without.
const ISSUER_CHAINS: [&str; 4] = [
    "tcb-info-issuer-chain",
    "sgx-tcb-info-issuer-chain",
    "sgx-enclave-identity-issuer-chain",
    "sgx-pck-crl-issuer-chain",
];

/// A session with one service, from the first question on.
#[derive(Clone, Debug)]
pub struct Session {
    exchange: Exchange,
    first: Vec<Request>,
}

impl Session {
    /// A session with `origin`, which answers as its address is known to, that begins at
    /// `started_at`. The nonce is made by the shell, anew for each session, with the system's random
    /// numbers.
    pub fn begin(origin: &Origin, nonce: [u8; NONCE_LEN], started_at: UnixTime) -> Self {
        Self::of(origin, Service::of(origin), nonce, started_at)
    }

    /// The same with an `origin` that answers as `service` does.
    pub fn of(
        origin: &Origin,
        service: Service,
        nonce: [u8; NONCE_LEN],
        started_at: UnixTime,
    ) -> Self {
        let takes_nonce = service == Service::Coordinator;
        let exchange = Exchange {
            schema: SCHEMA.to_owned(),
            origin: origin.to_string(),
            nonce: takes_nonce.then(|| Base64Url(nonce.to_vec())),
            started_at,
            answers: Vec::new(),
        };
        Self { exchange, first: first(origin, service, &nonce) }
    }

    /// Notes when the first question is sent, where that is later than the beginning.
    pub fn started(&mut self, at: UnixTime) {
        self.exchange.started_at = at;
    }

    /// The service in its one spelling.
    pub fn origin(&self) -> &str {
        &self.exchange.origin
    }

    /// The nonce in base64url, for people to see; `None` for a service that is sent none.
    pub fn nonce(&self) -> Option<String> {
        self.exchange.nonce.as_ref().map(|nonce| URL_SAFE_NO_PAD.encode(&nonce.0))
    }

    /// The questions to begin with.
    pub fn first(&self) -> &[Request] {
        &self.first
    }

    /// Whether there is room for another answer.
    pub(crate) fn has_room(&self) -> bool {
        self.exchange.answers.len() < MAX_ANSWERS
    }

    /// Writes down what came of a question.
    pub fn record(&mut self, answer: Answer) {
        if self.has_room() {
            self.exchange.answers.push(answer);
        }
    }

    /// The session as the process that asks knows it: what an examination may call its own.
    pub fn asked(&self) -> Asked {
        let tls = |outcome: &Outcome| match outcome {
            Outcome::Answered(response) => response.tls_spki_sha256,
            Outcome::Failed { .. } => None,
        };
        Asked {
            origin: self.exchange.origin.clone(),
            nonce: self.exchange.nonce.clone(),
            started_at: self.exchange.started_at,
            answers: self
                .exchange
                .answers
                .iter()
                .map(|answer| AskedAnswer {
                    what: answer.what.clone(),
                    url: answer.url.clone(),
                    tls_spki_sha256: tls(&answer.outcome),
                })
                .collect(),
        }
    }

    /// The file: what is examined, kept and handed on.
    pub fn to_json(&self) -> String {
        self.exchange.to_json()
    }
}

impl Answer {
    /// What `request` was answered.
    pub fn answered(request: &Request, response: Response) -> Self {
        Self::came(request, Outcome::Answered(response))
    }

    /// That `request` was not answered; `word` is one of [`Failure`]'s, and any other counts as a
    /// network that failed.
    pub fn failed(request: &Request, word: &str) -> Self {
        let failed =
            crate::json::read(json!(word).to_string().as_bytes()).unwrap_or(Failure::CorsOrNetwork);
        Self::came(request, Outcome::Failed { failed })
    }

    /// What this answers `request`; nothing where it is an answer to another question, or to the same
    /// at another address.
    pub fn to(&self, request: &Request) -> Option<&Response> {
        match &self.outcome {
            Outcome::Answered(response) if self.what == request.what && self.url == request.url => {
                Some(response)
            }
            _ => None,
        }
    }

    fn came(request: &Request, outcome: Outcome) -> Self {
        let Request { what, url, .. } = request.clone();
        Self { what, url, outcome }
    }
}

/// An answer to `request` with what its header says that counts. `header` gives a field by its
/// name in lower case. The answer to a `POST` is kept together with its question.
pub fn response<'a>(
    request: &Request,
    status: u16,
    header: impl Fn(&str) -> Option<&'a str>,
    body: Vec<u8>,
) -> Response {
    Response {
        status,
        content_type: header("content-type").map(str::to_owned),
        age_s: header("age").and_then(|age| age.trim().parse().ok()),
        redirected: false,
        tls_spki_sha256: None,
        body: Body(match &request.post {
            Some(question) => with_question(request, question, &body),
            None => with_chains(&header, body),
        }),
    }
}

/// The answer in one file with its question ([`Recorded`]).
fn with_question(request: &Request, question: &str, body: &[u8]) -> Vec<u8> {
    let recorded = Recorded {
        url: request.url.clone(),
        question: question.to_owned(),
        answer: String::from_utf8_lossy(body).into_owned(),
    };
    recorded.to_json().into_bytes()
}

/// The body, or the body with the header fields that it cannot be read without.
fn with_chains<'a>(header: &impl Fn(&str) -> Option<&'a str>, body: Vec<u8>) -> Vec<u8> {
    let chains = ISSUER_CHAINS.iter().filter_map(|&name| Some((name, header(name)?)));
    let chains: BTreeMap<&str, &str> = gather::map(chains);
    match std::str::from_utf8(&body) {
        Ok(text) if !chains.is_empty() => {
            json!({ "headers": chains, "body": text }).to_string().into_bytes()
        }
        _ => body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_790_000_000);

    #[test]
    fn a_session_is_an_exchange_with_the_nonce_that_was_sent() {
        let origin: Origin = "api.darkbloom.dev".parse().unwrap();
        let mut session = Session::begin(&origin, [0xfb; 32], NOW);
        let [attestation, key] = session.first() else { panic!("two questions") };
        let (attestation, key) = (attestation.clone(), key.clone());
        let none = response(&attestation, 404, |_| None, b"no".to_vec());
        session.record(Answer::answered(&attestation, none));
        session.record(Answer::failed(&key, "timeout"));
        let exchange = Exchange::parse(session.to_json().as_bytes()).unwrap();
        assert_eq!(exchange.origin, "https://api.darkbloom.dev");
        assert_eq!(exchange.nonce.unwrap().0, [0xfb; 32]);
        assert_eq!(exchange.started_at, NOW);
        let asked: Vec<&str> = exchange.answers.iter().map(|answer| answer.url.as_str()).collect();
        assert_eq!(asked, [&attestation.url, &key.url]);
        let outcomes: Vec<_> = exchange.answers.iter().map(|answer| &answer.outcome).collect();
        assert!(matches!(outcomes[0], Outcome::Answered(response) if response.status == 404));
        assert!(matches!(outcomes[1], Outcome::Failed { failed: Failure::Timeout }));
    }

    #[test]
    fn a_service_without_a_place_for_a_nonce_is_sent_none() {
        let origin: Origin = "atc.tinfoil.sh".parse().unwrap();
        let session = Session::begin(&origin, [1; 32], NOW);
        assert!(Exchange::parse(session.to_json().as_bytes()).unwrap().nonce.is_none());
    }

    #[test]
    fn intels_answer_keeps_the_chain_from_its_header() {
        let header = |name: &str| match name {
            "tcb-info-issuer-chain" => Some("%2D"),
            "content-type" => Some("application/json"),
            "age" => Some("12"),
            _ => None,
        };
        let request = request(None);
        let response = response(&request, 200, header, br#"{"tcbInfo":{}}"#.to_vec());
        let file: serde_json::Value = serde_json::from_slice(&response.body.0).unwrap();
        assert_eq!(file["headers"]["tcb-info-issuer-chain"], "%2D");
        assert_eq!(file["body"], r#"{"tcbInfo":{}}"#);
        assert_eq!(response.age_s, Some(12));
        assert_eq!(super::response(&request, 200, |_| None, vec![0xff]).body.0, [0xff]);
    }

    fn request(post: Option<&str>) -> Request {
        let origin: Origin = "atc.tinfoil.sh".parse().unwrap();
        Request {
            post: post.map(str::to_owned),
            ..first(&origin, Service::of(&origin), &[1; 32])[0].clone()
        }
    }

    #[test]
    fn the_answer_to_a_post_is_kept_with_its_question() {
        let request = request(Some(r#"{"id":1}"#));
        let kept = response(&request, 200, |_| None, b"\xffno".to_vec()).body.0;
        let recorded = Recorded::parse(&kept).unwrap();
        assert_eq!(
            (recorded.url.as_str(), recorded.question.as_str()),
            (request.url.as_str(), r#"{"id":1}"#)
        );
        assert_eq!(recorded.answer, "\u{fffd}no");
    }

    #[test]
    fn every_word_of_a_failure_is_known_to_the_exchange() {
        let origin: Origin = "atc.tinfoil.sh".parse().unwrap();
        for word in ["timeout", "too-large", "redirect", "offline", "aborted", "tls", "dns"] {
            let mut session = Session::begin(&origin, [1; 32], NOW);
            let request = session.first()[0].clone();
            session.record(Answer::failed(&request, word));
            assert!(session.to_json().contains(&format!("\"failed\": \"{word}\"")), "{word}");
        }
    }
}

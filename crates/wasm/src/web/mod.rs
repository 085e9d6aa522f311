//! Asking hosts from a web page: the same plan as the command line's, carried out with `fetch`.
//!
//! JavaScript shows whom a session asks, starts and stops it, and hands the exchange to
//! [`verify`](crate::verify). Nothing here decides what an answer means.

mod ask;
pub(crate) mod channel;
pub(crate) mod subtle;

use js_sys::Uint8Array;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::plan::session::{NONCE_LEN, Outcome};
use silicon_to_source::engine::plan::{self, Request, SUBJECTS};
use silicon_to_source::error::Error;
use silicon_to_source::time::UnixTime;
use wasm_bindgen::prelude::*;

use crate::{USAGE, thrown};

pub use ask::{Asked, ask};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** One question to one host. */
export interface PlannedRequest {
  /** What is asked for, such as coordinator-attestation. */
  what: string;
  url: string;
  /** The body of a POST, JSON; without it the address is asked with a GET. */
  post?: string;
  /** The host to name before it is asked. */
  host: string;
  /** What the host learns: a key of the wording. */
  reveals: string;
  limit: number;
  timeout_ms: number;
  /** programs: the host lets no web page read its answer, so a page does not ask it. */
  reach: "anyone" | "programs";
}
"#;

/// The services that can be chosen by name: the text of a JSON array of `{ id, origin }`.
#[wasm_bindgen]
pub fn subjects() -> String {
    serde_json::to_string(&SUBJECTS).unwrap_or_default()
}

/// A session with one service: its nonce, its questions, and what came back.
#[wasm_bindgen]
pub struct Session {
    inner: plan::Session,
}

#[wasm_bindgen]
impl Session {
    /// A session with the service at `origin`, with a nonce made by the browser's random numbers. It
    /// answers as `service` says, `contract` or `tinfoil`; left out, as its address is known to.
    ///
    /// # Errors
    /// Throws a `VerifyError` when `origin` is not the address of one host, and for another word.
    #[wasm_bindgen(constructor)]
    pub fn new(origin: &str, service: Option<String>) -> Result<Session, JsValue> {
        let origin = host(origin)?;
        let service = match service.as_deref() {
            None => plan::Service::of(&origin),
            Some("contract") => plan::Service::Coordinator,
            Some("tinfoil") => plan::Service::Tinfoil,
            Some(_) => {
                return Err(thrown(USAGE, "A service answers as one of: contract, tinfoil."));
            }
        };
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce)
            .map_err(|_| thrown("random", "This browser gives no random numbers."))?;
        Ok(Self { inner: plan::Session::of(&origin, service, nonce, UnixTime(0)) })
    }

    /// The service in its one spelling.
    #[wasm_bindgen(getter)]
    pub fn origin(&self) -> String {
        self.inner.origin().to_owned()
    }

    /// The nonce in base64url; undefined for a service that has no place for one.
    #[wasm_bindgen(getter)]
    pub fn nonce(&self) -> Option<String> {
        self.inner.nonce()
    }

    /// The first questions: the text of a JSON array of `PlannedRequest`.
    pub fn first(&self) -> String {
        serde_json::to_string(self.inner.first()).unwrap_or_default()
    }

    /// Notes when the first question is sent, RFC 3339.
    ///
    /// # Errors
    /// Throws a `VerifyError` when `at` is not a time.
    pub fn begin(&mut self, at: &str) -> Result<(), JsValue> {
        let at = at.parse().map_err(|error: Error| thrown(error.code(), &error.to_string()))?;
        self.inner.started(at);
        Ok(())
    }

    /// Writes down what came of `request`, the JSON text of a `PlannedRequest`. `key` is the SHA-256
    /// of the public key (SubjectPublicKeyInfo) that the connection of this very question met; left
    /// out where it cannot be seen, as in a web page.
    ///
    /// # Errors
    /// Throws a `VerifyError` when `request` is no request, or not the one that `asked` came of, or
    /// when `key` has not 32 bytes.
    pub fn record(
        &mut self,
        request: &str,
        asked: &Asked,
        key: Option<Vec<u8>>,
    ) -> Result<(), JsValue> {
        if parsed(request)? != *asked.request() {
            return Err(thrown(USAGE, "This is what came of another question."));
        }
        let key = key
            .map(<[u8; 32]>::try_from)
            .transpose()
            .map_err(|_| thrown(USAGE, "The SHA-256 of a connection's key has 32 bytes."))?;
        let mut answer = asked.answer();
        if let Outcome::Answered(response) = &mut answer.outcome {
            response.tls_spki_sha256 = key.map(Sha256);
        }
        self.inner.record(answer);
        Ok(())
    }

    /// What this process asked so far: the text that `verify` takes as `asked`, beside the exchange.
    /// It is for this process alone: whoever keeps it in a file would make a recording of it.
    pub fn asked(&self) -> String {
        serde_json::to_string(&self.inner.asked()).unwrap_or_default()
    }

    /// The exchange so far: what `verify` takes as a file, and what a reader can keep.
    pub fn exchange(&self) -> Uint8Array {
        Uint8Array::from(self.inner.to_json().as_bytes())
    }
}

/// The questions that would decide open checks, from the JSON text of a report's `wanted`: the
/// text of a JSON array of `PlannedRequest`.
///
/// # Errors
/// Throws a `VerifyError` when `wanted` is not such a list.
#[wasm_bindgen]
pub fn further(wanted: &str) -> Result<String, JsValue> {
    let wanted: Vec<plan::Further> = serde_json::from_str(wanted)
        .map_err(|error| thrown(USAGE, &format!("The list cannot be read: {error}.")))?;
    Ok(serde_json::to_string(&plan::next(&wanted)).unwrap_or_default())
}

/// The address of one host.
fn host(text: &str) -> Result<plan::Origin, JsValue> {
    text.parse::<plan::Origin>().map_err(|error| match error {
        Error::Malformed { ref why, .. } => thrown(error.code(), why),
        other => thrown(other.code(), &other.to_string()),
    })
}

fn parsed(request: &str) -> Result<Request, JsValue> {
    serde_json::from_str(request)
        .map_err(|error| thrown(USAGE, &format!("The request cannot be read: {error}.")))
}

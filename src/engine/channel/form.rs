//! How services take sealed requests: what their evidence has to show, and who names the key.

use super::Refusal;
use crate::engine::plan::session::Response;
use crate::engine::plan::{Origin, Request, hpke_question, key_question};
use crate::finding::{Check, connection};
use crate::report::Report;
use crate::services::coordinator::appraise::{Published, published};
use crate::services::coordinator::checks;
use crate::services::tinfoil::parse::{KEYS_MEDIA_TYPE, hpke_key};

/// The form of sealed requests that a service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// NaCl's box: the sealed mode of a coordinator.
    NaclBox,
    /// The Encrypted HTTP Body Protocol, with HPKE (RFC 9180): Tinfoil's enclaves.
    Ehbp,
}

/// The kind of evidence whose key is for [`Form::Ehbp`].
const BUNDLE: &str = "tinfoil-bundle";

/// What a coordinator's evidence has to pass.
const COORDINATOR: [(&Check, Refusal); 6] = [
    (&checks::EXCHANGE_CONSISTENT, Refusal::Challenge),
    (&checks::BINDING_NONCE, Refusal::Challenge),
    (&connection::FRESHNESS, Refusal::Challenge),
    (&checks::BINDING_ORIGIN, Refusal::Origin),
    (&checks::BINDING_DIGEST, Refusal::Key),
    (&checks::BINDING_SEALED_KEY, Refusal::Key),
];

/// What Tinfoil's evidence has to pass.
const TINFOIL: [(&Check, Refusal); 3] = [
    (&checks::EXCHANGE_CONSISTENT, Refusal::Challenge),
    (&connection::TLS_KEY, Refusal::Key),
    (&connection::TLS_HPKE, Refusal::Key),
];

impl Form {
    /// The form that goes with the evidence of `report`.
    pub(super) fn of(report: &Report) -> Self {
        if report.subject.kind == BUNDLE { Self::Ehbp } else { Self::NaclBox }
    }

    /// What has to have passed, without a warning, and what is to blame where it did not.
    pub(super) const fn passed(self) -> &'static [(&'static Check, Refusal)] {
        match self {
            Self::NaclBox => &COORDINATOR,
            Self::Ehbp => &TINFOIL,
        }
    }

    /// The name of the claim that holds the key.
    pub(super) const fn claim(self) -> &'static str {
        match self {
            Self::NaclBox => "key.sealed-request",
            Self::Ehbp => "key.hpke",
        }
    }

    /// The question that names the key.
    pub(super) fn question(self, origin: &Origin) -> Request {
        match self {
            Self::NaclBox => key_question(origin),
            Self::Ehbp => hpke_question(origin),
        }
    }

    /// The key that an answer to the question names.
    pub(super) fn named(self, response: &Response) -> Option<[u8; 32]> {
        match self {
            Self::NaclBox => match published(response) {
                Published::Key { key, .. } => Some(key),
                _ => None,
            },
            Self::Ehbp => {
                let content = response.content_type.as_deref().unwrap_or_default();
                let essence = content.split(';').next().unwrap_or_default().trim();
                let is_answer = response.status == 200 && !response.redirected;
                let is_answer = is_answer && essence.eq_ignore_ascii_case(KEYS_MEDIA_TYPE);
                hpke_key(&response.body.0).ok().filter(|_| is_answer)
            }
        }
    }
}

//! What a service may publish beside its own attestation. Each is a document of its own, examined by
//! itself: none of it becomes a part of what the attestation shows.

use serde_json::{Map, Value, json};

use super::origin::Origin;
use super::request::{Request, to_service};
use super::session::NONCE_LEN;
use crate::engine::builtin;
use crate::hex;

/// The most that is read of a feed, in bytes; one had 972 KB in August 2026.
const MAX_FEED: usize = 8 * 1024 * 1024;
/// The most that is read of an ACI report, in bytes.
const MAX_REPORT: usize = 2 * 1024 * 1024;

/// A document beside the attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Also {
    /// The coordinator's feed of providers, which nobody signs as a whole.
    Providers,
    /// The report of Attested Confidential Inference (`aci/1`).
    Aci,
}

impl Also {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Providers, Self::Aci];

    /// [`Request::what`] of its question.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Providers => "provider-feed",
            Self::Aci => "aci-report",
        }
    }

    /// The question to `origin`. `nonce` is sent where there is a place for it.
    pub fn question(self, origin: &Origin, nonce: &[u8; NONCE_LEN]) -> Request {
        let (path, reveals, limit) = match self {
            Self::Providers => ("/v1/providers/attestation".to_owned(), "that-you-ask", MAX_FEED),
            Self::Aci => {
                let path = format!("/v1/aci/attestation?nonce={}", hex::encode(nonce));
                (path, "that-you-ask-with-nonce", MAX_REPORT)
            }
        };
        to_service(origin, self.what(), &path, reveals, limit)
    }

    /// The policy for the answer: `reader`, the text of a policy of the reader's, or the built-in one;
    /// for a report with a place for a nonce, with `nonce` as what it has to answer.
    pub fn policy(self, reader: Option<&str>, nonce: &[u8; NONCE_LEN]) -> Option<String> {
        if self == Self::Providers {
            return reader.map(str::to_owned);
        }
        let text = reader.or_else(|| builtin("aci").map(|policy| policy.json))?;
        let mut policy: Map<String, Value> = crate::json::read(text.as_bytes())?;
        let rules = policy.entry("aci").or_insert_with(|| json!({}));
        rules.as_object_mut()?.insert("nonce".to_owned(), json!(hex::encode(nonce)));
        Some(Value::Object(policy).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_is_asked_for_where_its_service_has_it() {
        let origin: Origin = "api.darkbloom.dev".parse().unwrap();
        let urls = Also::ALL.map(|also| also.question(&origin, &[0x5a; NONCE_LEN]).url);
        let nonce = "5a".repeat(32);
        assert_eq!(
            urls,
            [
                "https://api.darkbloom.dev/v1/providers/attestation".to_owned(),
                format!("https://api.darkbloom.dev/v1/aci/attestation?nonce={nonce}"),
            ]
        );
    }

    #[test]
    fn a_report_has_to_answer_the_nonce_that_was_sent() {
        let text = Also::Aci.policy(None, &[0x5a; NONCE_LEN]).unwrap();
        let policy = crate::engine::policy::Policy::from_json(text.as_bytes()).unwrap();
        assert_eq!(policy.aci.nonce.unwrap().0, [0x5a; 32]);
        assert_eq!(Also::Providers.policy(None, &[0; NONCE_LEN]), None);
        assert_eq!(Also::Providers.policy(Some("{}"), &[0; NONCE_LEN]).unwrap(), "{}");
    }
}

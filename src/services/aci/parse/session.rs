//! `GET /v1/aci/sessions/{session_id}`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{text, version};
use crate::digest::Sha256;
use crate::error::Error;

const WHAT: &str = "ACI session";

/// What a service kept of looking at the machine behind it. Nobody signs it; a receipt names its id.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Session {
    api_version: String,
    /// The first second.
    pub established_at: i64,
    /// The end.
    pub expires_at: i64,
    /// Who looked.
    pub verifier_id: String,
    claims: BTreeMap<String, serde_json::Value>,
    evidence: EvidenceFile,
    /// SHA-256 of the canonical form.
    #[serde(skip, default = "no_id")]
    pub id: Sha256,
}

const fn no_id() -> Sha256 {
    Sha256([0; 32])
}

#[derive(Clone, Debug, Deserialize)]
struct EvidenceFile {
    digest: String,
    #[serde(default)]
    data: Option<String>,
}

/// A claim of a session's, in the words of whoever looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claimed {
    /// What is claimed.
    pub name: String,
    /// `asserted`, `refuted` or `unknown`, and by what.
    pub said: String,
}

impl Session {
    /// The largest session that is read, in bytes.
    pub(crate) const MAX: usize = 8 * 1024 * 1024;

    /// Whether JSON with these members is one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("api_version") && has("channel_binding") && has("verifier_id")
    }

    /// Reads a session.
    ///
    /// # Errors
    /// When it is too large, not of this form or version, or not plain JSON.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = text(WHAT, bytes, Self::MAX)?;
        let mut read: Self = crate::json::borrowed(WHAT, text.as_bytes())?;
        version(WHAT, &read.api_version, text)?;
        read.id = Sha256::of(crate::json::canonical(WHAT, text)?.as_bytes());
        Ok(read)
    }

    /// Whether the evidence has the digest that the session states. An entry of a list carries no
    /// evidence, and then another id.
    pub(crate) fn evidence_agrees(&self) -> bool {
        let decoded = || {
            let (_, data) = self.evidence.data.as_deref()?.split_once(";base64,")?;
            STANDARD.decode(data).ok()
        };
        let digest = |data: Vec<u8>| format!("sha256:{}", Sha256::of(&data));
        decoded().map(digest).is_some_and(|digest| digest == self.evidence.digest)
    }

    /// The claims, each with its source. What the specification does not name is unknown.
    pub(crate) fn claimed(&self) -> Vec<Claimed> {
        const SOURCES: [&str; 4] =
            ["hardware_proven", "verifier_derived", "provider_asserted", "operator_asserted"];
        let own = self.claims.iter().filter(|(name, _)| *name != "extra");
        own.map(|(name, claim)| {
            let word = |member: &str| claim.get(member).and_then(|value| value.as_str());
            let source = word("source").filter(|source| SOURCES.contains(source));
            let said = match (word("status"), source) {
                (Some(status @ ("asserted" | "refuted")), Some(source)) => {
                    format!("{status}, {source}")
                }
                _ => "unknown".to_owned(),
            };
            Claimed { name: name.clone(), said }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dstack-TEE/private-ai-gateway, `spec/test-vectors.md` section 3.
    const VECTOR: &str = r#"{"api_version":"aci/1","channel_binding":[{"origin":"https://upstream.example.com","spki_sha256":"d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1","type":"tls_spki_sha256"}],"claims":{"extra":{"gpu_arch":"HOPPER","tcb_status":"UpToDate"},"gpu_attested":{"status":"unknown"},"model_weights_provenance":{"status":"unknown"},"os_known_good":{"status":"unknown"},"serving_software_known_good":{"status":"unknown"},"tcb_up_to_date":{"status":"unknown"},"tee_attested":{"reason":"example quote verified","source":"hardware_proven","status":"asserted"}},"endpoint":"https://upstream.example.com","established_at":1750000000,"evidence":{"data":"data:text/plain;base64,ZXhhbXBsZS1ldmlkZW5jZQ==","digest":"sha256:80d70e44d0ae1e829fd5f37c3ee4a60dfbea8d3aa18407ea3f34cf7ec91da34d"},"expires_at":1750003600,"upstream_name":"demo-upstream","verifier_id":"example/1"}"#;

    #[test]
    fn the_id_of_a_session_is_that_of_the_public_vector_in_any_encoding() {
        let value: serde_json::Value = serde_json::from_str(VECTOR).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [VECTOR, &pretty] {
            let session = Session::parse(text.as_bytes()).unwrap();
            assert_eq!(
                session.id.to_string(),
                "95ad1cb4dd25445808c2e9d116caf420b05703730b506395e8fc1ca6faeae28f"
            );
            assert!(session.evidence_agrees());
            let said = |name: &str| {
                session.claimed().into_iter().find(|claim| claim.name == name).unwrap().said
            };
            assert_eq!(said("tee_attested"), "asserted, hardware_proven");
            assert_eq!(said("gpu_attested"), "unknown");
        }
        let other = VECTOR.replace("ZXhhbXBsZS1ldmlkZW5jZQ==", "ZXhhbXBsZS1ldmlkZW5jZA==");
        assert!(!Session::parse(other.as_bytes()).unwrap().evidence_agrees());
    }
}

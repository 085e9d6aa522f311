//! `GET /v1/aci/attestation`.

use std::borrow::Cow;

use serde::Deserialize;

use super::{text, version};
use crate::digest::Sha256;
use crate::error::Error;
use crate::json::Members;

const WHAT: &str = "ACI report";

/// A report. Nobody signs it as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// `sha256:` and the digest of the keys, as the report states it.
    pub keyset_digest: String,
    /// The keys.
    pub keyset: Keyset,
    /// The first half of the report data, as the report states it, hex.
    pub report_data: Option<String>,
    /// Whose quote it is: `tdx`, `sev_snp`.
    pub tee: String,
    /// The quote, hex.
    pub quote: Option<String>,
    /// The whole report data, as the evidence states it, hex.
    pub quote_report_data: Option<String>,
    /// dstack's event log, JSON.
    pub event_log: Option<String>,
    /// How the host started the machine, JSON.
    pub vm_config: Option<String>,
    /// The app-compose file.
    pub app_compose: Option<String>,
    /// The TLS key that this answer's readers are to meet.
    pub tls: Option<TlsKey>,
    /// What is said of where the keys come from.
    pub has_custody: bool,
    /// The repository, in the report's words.
    pub repository: Option<String>,
    /// The commit, in the report's words.
    pub commit: Option<String>,
    /// The image, in the report's words.
    pub image: Option<String>,
}

/// The keys that the quote names.
#[derive(Clone, Debug)]
pub(crate) struct Keyset {
    /// SHA-256 of its canonical form; why there is none, where it has another than plain JSON.
    pub digest: Result<Sha256, String>,
    /// Its canonical form.
    pub canonical: String,
    /// The last moment, Unix seconds.
    pub not_after: i64,
    /// The keys that sign receipts.
    pub receipts: Vec<NamedKey>,
    /// The keys that requests can be sealed to.
    pub sealing: Vec<NamedKey>,
    /// The keys of encrypted connections.
    pub tls: Vec<TlsKey>,
    /// The name that the service gives itself.
    pub subject: Option<String>,
}

#[derive(Deserialize)]
struct KeysetFile {
    #[serde(default)]
    subject: Option<String>,
    not_after: i64,
    #[serde(default)]
    receipt_signing_keys: Vec<NamedKey>,
    #[serde(default)]
    e2ee_public_keys: Vec<NamedKey>,
    #[serde(default)]
    tls_public_keys: Vec<TlsKey>,
}

/// A key by its name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct NamedKey {
    pub key_id: String,
    pub algo: String,
    /// Hex, where the algorithm is known.
    pub public_key: String,
}

/// The hash of a TLS key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct TlsKey {
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    pub spki_sha256: String,
    /// The one host that it is for.
    #[serde(default)]
    pub domain: Option<String>,
}

impl Keyset {
    /// Reads the keys; `json` is the object as it stands.
    pub(crate) fn parse(json: &str) -> Result<Self, Error> {
        let file: KeysetFile = crate::json::borrowed(WHAT, json.as_bytes())?;
        let canonical = crate::json::canonical(WHAT, json);
        let digest = match &canonical {
            Ok(text) => Ok(Sha256::of(text.as_bytes())),
            Err(error) => Err(error.to_string()),
        };
        Ok(Self {
            digest,
            canonical: canonical.unwrap_or_default(),
            not_after: file.not_after,
            receipts: file.receipt_signing_keys,
            sealing: file.e2ee_public_keys,
            tls: file.tls_public_keys,
            subject: file.subject.filter(|text| !text.is_empty()),
        })
    }
}

impl Report {
    /// The largest report that is read, in bytes.
    pub(crate) const MAX: usize = 4 * 1024 * 1024;

    /// Whether JSON with these members is one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("api_version") && has("attestation")
    }

    /// Reads a report.
    ///
    /// # Errors
    /// When it is too large, not of this form or version, or has a member twice.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let text = text(WHAT, bytes, Self::MAX)?;
        let members = Members::parse(WHAT, text)?;
        version(WHAT, &members.text("api_version")?.unwrap_or_default(), text)?;
        let missing = |what| Error::Missing { what };
        let attestation = members.raw("attestation").unwrap_or("{}");
        let attestation = Members::parse(WHAT, attestation)?;
        let keyset = attestation.raw("workload_keyset").ok_or(missing("the keys of the report"))?;
        let of = |name: &str| Members::parse(WHAT, attestation.raw(name).unwrap_or("{}"));
        let (evidence, provenance) = (of("evidence")?, of("source_provenance")?);
        let json = |name: &str| Ok::<_, Error>(evidence.embedded(name)?.map(Cow::into_owned));
        let tls = evidence.raw("downstream_tls_binding");
        let tls = tls.map(|raw| crate::json::borrowed(WHAT, raw.as_bytes())).transpose()?;
        Ok(Self {
            keyset_digest: members.text("workload_keyset_digest")?.unwrap_or_default(),
            keyset: Keyset::parse(keyset)?,
            report_data: attestation.text("report_data")?,
            tee: attestation.text("tee_type")?.unwrap_or_default(),
            quote: evidence.text("quote")?,
            quote_report_data: evidence.text("quote_report_data")?,
            event_log: json("event_log")?,
            vm_config: json("vm_config")?,
            app_compose: json("app_compose")?,
            tls,
            has_custody: evidence.has("key_custody"),
            repository: provenance.text("repo_url")?,
            commit: provenance.text("repo_commit")?,
            image: provenance.text("image_digest")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dstack-TEE/private-ai-gateway, `spec/test-vectors.md` section 1, in another order and spacing.
    #[test]
    fn the_digest_of_keys_is_that_of_the_public_vector() {
        let tls = "c0".repeat(32);
        let json = format!(
            r#"{{ "subject": "dstack-app://example-app", "not_after": 1800000000,
              "tls_public_keys": [{{"spki_sha256": "{tls}", "domain": "api.example.com"}}],
              "receipt_signing_keys": [{{"key_id": "receipt-1", "algo": "ed25519", "public_key":
                "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"}}],
              "e2ee_public_keys": [{{"key_id": "e2ee-1", "algo": "x25519-aes-256-gcm-hkdf-sha256",
                "public_key": "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"}}]
            }}"#
        );
        assert_eq!(
            Keyset::parse(&json).unwrap().digest.unwrap().to_string(),
            "53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371"
        );
        let fraction = json.replace("1800000000", "1800000000.0");
        assert!(Keyset::parse(&fraction).is_err(), "a moment is an integer");
    }
}

//! Reports of Attested Confidential Inference (`Dstack-TEE/private-ai-gateway`, `spec/aci.md` at b6b5c1b,
//! sections 3.1, 3.2 and 4): a quote that names the digest of the workload's keys.

use hyper::body::Bytes;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;

use super::{Issuer, Unavailable};
use crate::config::{Aci, ConfigError, Source};
use crate::parts;
use crate::tsm::Provider;

/// The length of a nonce, in bytes.
pub(crate) const NONCE_LEN: usize = 32;

impl Issuer {
    /// A report that answers `nonce`, or nobody's question without one.
    pub(super) async fn aci(
        &self,
        aci: &Aci,
        nonce: Option<[u8; NONCE_LEN]>,
    ) -> Result<Bytes, Unavailable> {
        let keyset = keyset(aci).map_err(Unavailable::File)?;
        let canonical = canonical(&keyset)?;
        let digest = format!("sha256:{}", Sha256::of(canonical.as_bytes()));
        let statement = canonical_statement(&digest, nonce.as_ref())?;
        let named = Sha256::of(statement.as_bytes());
        let mut data = [0; 64];
        data.iter_mut().zip(named.as_bytes()).for_each(|(own, byte)| *own = *byte);
        let is_tsm = |own: &&Source| matches!(own, Source::ConfigfsTsm { .. });
        let source = self.config.evidence.iter().find(is_tsm).ok_or(Unavailable::Document)?;
        let reported = self.report(source, &data).await?;
        if reported.provider != Provider::TdxGuest {
            return Err(Unavailable::NotTdx);
        }
        let text = |path: &Option<std::path::PathBuf>| {
            let bytes = path.as_deref().map(parts::read).transpose().map_err(Unavailable::File)?;
            Ok::<_, Unavailable>(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        let workload = &self.config.workload;
        let report = json!({
            "api_version": "aci/1",
            "workload_keyset_digest": digest,
            "attestation": {
                "tee_type": "tdx",
                "workload_keyset": keyset,
                "report_data": named.to_string(),
                "source_provenance": {
                    "repo_url": Value::Null,
                    "repo_commit": workload.git_commit,
                    "image_digest": Value::Null,
                    "image_provenance": Value::Null,
                },
                "evidence": {
                    "quote": hex::encode(&reported.report),
                    "quote_report_data": hex::encode(data),
                    "event_log": text(&aci.event_log)?,
                    "app_compose": text(&aci.app_compose)?,
                },
            },
        });
        Ok(report.to_string().into())
    }
}

/// The keys, as they are written now.
fn keyset(aci: &Aci) -> Result<Value, ConfigError> {
    let unreadable = |error| ConfigError(format!("{} is no JSON: {error}.", aci.keyset.display()));
    let keyset: Value = serde_json::from_slice(&parts::read(&aci.keyset)?).map_err(unreadable)?;
    if keyset.is_object() {
        Ok(keyset)
    } else {
        Err(ConfigError(format!("{} is no object.", aci.keyset.display())))
    }
}

/// The canonical form of JSON (RFC 8785).
fn canonical(value: &Value) -> Result<String, Unavailable> {
    serde_json_canonicalizer::to_string(value).map_err(|_| Unavailable::Document)
}

/// What the quote covers (section 3.2).
fn canonical_statement(
    digest: &str,
    nonce: Option<&[u8; NONCE_LEN]>,
) -> Result<String, Unavailable> {
    let nonce = nonce.map_or(Value::Null, |nonce| hex::encode(nonce).into());
    canonical(&json!({
        "keyset_digest": digest, "nonce": nonce, "purpose": "aci.report_data.v1",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `spec/aci.md`, section 3.2: the exact bytes.
    #[test]
    fn the_statement_has_the_bytes_of_the_specification() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let nonce = "5a".repeat(32);
        assert_eq!(
            canonical_statement(&digest, Some(&[0x5a; 32])).unwrap(),
            format!(
                r#"{{"keyset_digest":"{digest}","nonce":"{nonce}","purpose":"aci.report_data.v1"}}"#
            )
        );
        assert_eq!(
            canonical_statement(&digest, None).unwrap(),
            format!(
                r#"{{"keyset_digest":"{digest}","nonce":null,"purpose":"aci.report_data.v1"}}"#
            )
        );
    }
}

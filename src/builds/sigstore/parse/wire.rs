//! The bundle's JSON members, for the strict pass: every member is named, every value is
//! checked for its one canonical spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Checkpoint, MAX_LOG_ENTRIES, MAX_TIMESTAMPS};
use crate::error::Error;
use crate::span::Span;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Bundle {
    pub(super) media_type: String,
    verification_material: VerificationMaterial,
    message_signature: Option<MessageSignature>,
    dsse_envelope: Option<Envelope>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct VerificationMaterial {
    certificate: Option<RawBytes>,
    x509_certificate_chain: Option<CertificateChain>,
    public_key: Option<PublicKey>,
    #[serde(default)]
    tlog_entries: Vec<LogEntry>,
    timestamp_verification_data: Option<TimestampData>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RawBytes {
    raw_bytes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateChain {
    certificates: Vec<RawBytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicKey {
    #[serde(default, rename = "hint")]
    _hint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TimestampData {
    #[serde(default)]
    rfc3161_timestamps: Vec<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Timestamp {
    signed_timestamp: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LogEntry {
    #[serde(default)]
    log_index: Integer,
    log_id: LogId,
    #[serde(rename = "kindVersion")]
    _kind_version: KindVersion,
    #[serde(default)]
    integrated_time: Integer,
    inclusion_promise: Option<InclusionPromise>,
    inclusion_proof: Option<InclusionProof>,
    canonicalized_body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LogId {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindVersion {
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(rename = "version")]
    _version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct InclusionPromise {
    signed_entry_timestamp: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct InclusionProof {
    #[serde(default)]
    log_index: Integer,
    root_hash: String,
    tree_size: Integer,
    #[serde(default)]
    hashes: Vec<String>,
    checkpoint: Option<CheckpointText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointText {
    #[serde(default)]
    envelope: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct MessageSignature {
    message_digest: Option<Digest>,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    algorithm: String,
    digest: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    _payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    sig: String,
    #[serde(default, rename = "keyid")]
    _keyid: String,
}

/// A protobuf int64: a JSON number or, usually, a string of decimal digits.
#[derive(Deserialize)]
#[serde(untagged)]
enum Integer {
    Number(i64),
    Text(String),
}

impl Default for Integer {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl Bundle {
    /// Checks what the member names alone do not say, and reads the checkpoints.
    pub(super) fn check(&self, at: Span) -> Result<Vec<Option<Checkpoint>>, Error> {
        let check = Checker { at };
        match (&self.message_signature, &self.dsse_envelope) {
            (Some(message), None) => message.check(&check)?,
            (None, Some(envelope)) => envelope.check(&check)?,
            _ => {
                return Err(check.error(
                    "Sigstore bundle content",
                    "exactly one of messageSignature and dsseEnvelope is expected",
                ));
            }
        }
        self.verification_material.check(&check)
    }
}

impl VerificationMaterial {
    fn check(&self, check: &Checker) -> Result<Vec<Option<Checkpoint>>, Error> {
        match (&self.certificate, &self.x509_certificate_chain, &self.public_key) {
            (Some(certificate), None, None) => {
                check.base64("Sigstore bundle certificate", &certificate.raw_bytes)?;
            }
            (None, Some(chain), None) => {
                for certificate in &chain.certificates {
                    check.base64("Sigstore bundle certificate", &certificate.raw_bytes)?;
                }
            }
            (None, None, Some(_)) => {}
            _ => {
                return Err(check.error(
                    "Sigstore bundle verificationMaterial",
                    "exactly one of certificate, x509CertificateChain and publicKey is expected",
                ));
            }
        }
        let timestamps = self.timestamp_verification_data.as_ref();
        let timestamps = timestamps.map_or(&[][..], |data| &data.rfc3161_timestamps);
        check.count("Sigstore bundle rfc3161Timestamps", timestamps.len(), MAX_TIMESTAMPS)?;
        for timestamp in timestamps {
            check.base64("Sigstore bundle signedTimestamp", &timestamp.signed_timestamp)?;
        }
        let entries = &self.tlog_entries;
        check.count("Sigstore bundle tlogEntries", entries.len(), MAX_LOG_ENTRIES)?;
        let mut names = std::collections::BTreeSet::new();
        for entry in entries {
            let index = check.integer("Sigstore bundle logIndex", &entry.log_index)?;
            if !names.insert((&entry.log_id.key_id, index)) {
                return Err(check.error(
                    "Sigstore bundle tlogEntries",
                    format!("entry {index} of the same log appears twice"),
                ));
            }
        }
        entries.iter().map(|entry| entry.check(check)).collect()
    }
}

impl LogEntry {
    fn check(&self, check: &Checker) -> Result<Option<Checkpoint>, Error> {
        check.base64_of("Sigstore bundle logId.keyId", &self.log_id.key_id, 32)?;
        check.integer("Sigstore bundle integratedTime", &self.integrated_time)?;
        check.base64("Sigstore bundle canonicalizedBody", &self.canonicalized_body)?;
        if let Some(promise) = &self.inclusion_promise {
            let set = &promise.signed_entry_timestamp;
            check.base64("Sigstore bundle signedEntryTimestamp", set)?;
        }
        let Some(path) = &self.inclusion_proof else { return Ok(None) };
        check.integer("Sigstore bundle inclusionProof.logIndex", &path.log_index)?;
        check.integer("Sigstore bundle inclusionProof.treeSize", &path.tree_size)?;
        check.base64_of("Sigstore bundle inclusionProof.rootHash", &path.root_hash, 32)?;
        check.count("Sigstore bundle inclusionProof.hashes", path.hashes.len(), 64)?;
        for hash in &path.hashes {
            check.base64_of("Sigstore bundle inclusionProof.hashes", hash, 32)?;
        }
        match &path.checkpoint {
            Some(checkpoint) if !checkpoint.envelope.is_empty() => {
                Checkpoint::parse(&checkpoint.envelope)
                    .map(Some)
                    .map_err(|why| check.error("Sigstore bundle checkpoint", why))
            }
            _ => Ok(None),
        }
    }
}

impl MessageSignature {
    fn check(&self, check: &Checker) -> Result<(), Error> {
        check.base64("Sigstore bundle messageSignature.signature", &self.signature)?;
        let Some(digest) = &self.message_digest else { return Ok(()) };
        let what = "Sigstore bundle messageDigest";
        let len = match digest.algorithm.as_str() {
            "SHA2_256" => 32,
            "SHA2_384" => 48,
            "SHA2_512" => 64,
            other => return Err(Error::unsupported(what, other, check.at)),
        };
        check.base64_of(what, &digest.digest, len)
    }
}

impl Envelope {
    fn check(&self, check: &Checker) -> Result<(), Error> {
        check.base64("Sigstore bundle dsseEnvelope.payload", &self.payload)?;
        match self.signatures.as_slice() {
            [signature] => check.base64("Sigstore bundle dsseEnvelope.signatures", &signature.sig),
            many => Err(check.error(
                "Sigstore bundle dsseEnvelope.signatures",
                format!("exactly one signature is expected and there are {}", many.len()),
            )),
        }
    }
}

struct Checker {
    at: Span,
}

impl Checker {
    fn error(&self, what: &'static str, why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::malformed(what, self.at, why)
    }

    fn count(&self, what: &'static str, count: usize, max: usize) -> Result<(), Error> {
        if count > max {
            return Err(self.error(what, format!("{count} are given and at most {max} are read")));
        }
        Ok(())
    }

    fn base64(&self, what: &'static str, text: &str) -> Result<(), Error> {
        self.decoded(what, text).map(drop)
    }

    fn base64_of(&self, what: &'static str, text: &str, len: usize) -> Result<(), Error> {
        let bytes = self.decoded(what, text)?;
        if bytes.len() != len {
            let why = format!("{len} bytes in base64 are expected and there are {}", bytes.len());
            return Err(self.error(what, why));
        }
        Ok(())
    }

    fn decoded(&self, what: &'static str, text: &str) -> Result<Vec<u8>, Error> {
        STANDARD
            .decode(text)
            .map_err(|error| self.error(what, format!("standard base64 is expected: {error}")))
    }

    /// A number that is not negative, in its one decimal spelling.
    fn integer(&self, what: &'static str, integer: &Integer) -> Result<i64, Error> {
        let value = match integer {
            Integer::Number(value) => Some(*value),
            Integer::Text(text) => text.parse().ok().filter(|v: &i64| v.to_string() == *text),
        };
        value.filter(|value| *value >= 0).ok_or_else(|| {
            self.error(what, "decimal digits of a number from 0 to 2^63 - 1 are expected")
        })
    }
}

//! The Sigstore bundle (`dev.sigstore.bundle.v1.Bundle`, JSON form, v0.1 to v0.3).
//!
//! A parsed [`Bundle`] is well formed and nothing more. Verification is
//! [`crate::builds::sigstore::verify`].

mod certificate;
mod checkpoint;
mod packed;
mod rekor;
mod statement;
mod wire;

use crate::error::Error;
use crate::span::Span;

pub use certificate::{AlternativeName, Extension, FulcioIdentity, SigningCertificate};
pub(crate) use checkpoint::Checkpoint;
pub(crate) use rekor::{Answer as RekorAnswer, LogEntry};
pub(crate) use statement::PAYLOAD_TYPE;
pub(crate) use statement::is_lower_hex;
pub use statement::{Statement, StatementType, Subject};

/// The largest bundle that is read, in bytes.
pub const MAX_BUNDLE: usize = 16 * 1024 * 1024;

/// The most transparency log entries that a bundle may carry.
pub(crate) const MAX_LOG_ENTRIES: usize = 32;

/// The most RFC 3161 timestamps that a bundle may carry.
pub(crate) const MAX_TIMESTAMPS: usize = 32;

const WHAT: &str = "Sigstore bundle";

/// Version of the bundle format, from its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// v0.1: the log's promise is mandatory, the inclusion path is not.
    V0_1,
    /// v0.2: the inclusion path with a checkpoint is mandatory.
    V0_2,
    /// v0.3: as v0.2, with one certificate in place of a chain.
    V0_3,
}

impl Version {
    fn of(media_type: &str) -> Option<Self> {
        Some(match media_type {
            "application/vnd.dev.sigstore.bundle+json;version=0.1" => Self::V0_1,
            "application/vnd.dev.sigstore.bundle+json;version=0.2" => Self::V0_2,
            "application/vnd.dev.sigstore.bundle+json;version=0.3"
            | "application/vnd.dev.sigstore.bundle.v0.3+json" => Self::V0_3,
            _ => return None,
        })
    }
}

/// What the bundle's signature is over.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// An artifact that is not in the bundle.
    Message {
        /// What the bundle says is the artifact's digest: a hint that must be right.
        digest: Option<MessageDigest<'a>>,
    },
    /// A DSSE envelope with exactly one signature.
    Envelope {
        /// The payload's media type, covered by the signature.
        payload_type: &'a str,
        /// The payload, exactly the signed bytes.
        payload: &'a [u8],
    },
}

/// A digest with its algorithm; the length fits the algorithm.
#[derive(Clone, Copy, Debug)]
pub struct MessageDigest<'a> {
    /// The algorithm.
    pub algorithm: sigstore_types::HashAlgorithm,
    /// The digest.
    pub digest: &'a [u8],
}

/// A well-formed bundle.
///
/// The JSON has been read strictly: known media types only, no member twice, no unknown member,
/// standard base64 with padding, 64-bit numbers in canonical decimal, exactly one kind of
/// content and one kind of key material.
#[derive(Clone, Debug)]
pub struct Bundle {
    version: Version,
    parts: sigstore_types::Bundle,
    checkpoints: Vec<Option<Checkpoint>>,
    leaves_out_log: bool,
}

impl Bundle {
    /// Whether `bytes` hold what a bundle holds and are packed in another way, which
    /// [`Bundle::read`] reads.
    pub(crate) fn is_packed(bytes: &[u8], has: impl Fn(&str) -> bool) -> bool {
        packed::is_one(bytes, has)
    }

    /// Reads a bundle, or what a bundle holds in another packing: PEP 740, or a DSSE envelope with
    /// its signer's certificate.
    ///
    /// # Errors
    /// As [`Bundle::parse`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        Self::read_with(bytes, None)
    }

    /// The same, with the `entry` of the log that the packing leaves out.
    ///
    /// # Errors
    /// As [`Bundle::parse`].
    pub(crate) fn read_with(bytes: &[u8], entry: Option<&LogEntry>) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_BUNDLE)?;
        let Some(packed) = packed::unpacked(WHAT, bytes, entry)? else {
            return Self::parse(bytes);
        };
        let whole = Span::new(0, bytes.len());
        let bundle = Self::parse(&packed.bundle).map_err(|error| match error {
            Error::Malformed { what, why, .. } => Error::malformed(what, whole, why),
            other => other,
        })?;
        Ok(Self { leaves_out_log: packed.leaves_out_log, ..bundle })
    }

    /// Whether the packing has no place for what a log or a timestamp authority says: that has to
    /// be got from there.
    pub(crate) const fn leaves_out_log(&self) -> bool {
        self.leaves_out_log
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above [`MAX_BUNDLE`], [`Error::Unsupported`] for an unknown media
    /// type, [`Error::Malformed`] for anything else that is not of the form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_BUNDLE)?;
        let whole = Span::new(0, bytes.len());
        let wire: wire::Bundle = crate::json::from_slice(WHAT, bytes)?;
        let version = Version::of(&wire.media_type).ok_or_else(|| {
            Error::unsupported("Sigstore bundle mediaType", &wire.media_type, whole)
        })?;
        let checkpoints = wire.check(whole)?;
        let parts: sigstore_types::Bundle = crate::json::borrowed(WHAT, bytes)?;
        Ok(Self { version, parts, checkpoints, leaves_out_log: false })
    }

    /// The format version.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The signing certificate, DER; the first one where the bundle has a chain. `None` when the
    /// bundle names a key that its reader must already have.
    pub fn certificate(&self) -> Option<&[u8]> {
        self.parts.signing_certificate().map(sigstore_types::DerCertificate::as_bytes)
    }

    /// The certificates after the first one, DER (v0.1 and v0.2).
    pub fn chain(&self) -> Vec<&[u8]> {
        use sigstore_types::VerificationMaterialContent as Material;
        match &self.parts.verification_material.content {
            Material::X509CertificateChain { certificates } => {
                certificates.iter().skip(1).map(|c| c.raw_bytes.as_bytes()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether the bundle has a list of certificates, which v0.3 does not allow.
    pub(crate) fn has_chain(&self) -> bool {
        use sigstore_types::VerificationMaterialContent as Material;
        matches!(self.parts.verification_material.content, Material::X509CertificateChain { .. })
    }

    /// Whether the bundle names a key that its reader must already have.
    pub(crate) fn is_managed_key(&self) -> bool {
        use sigstore_types::VerificationMaterialContent as Material;
        matches!(self.parts.verification_material.content, Material::PublicKey(_))
    }

    /// What the bundle calls the key that its reader must already have; empty when it calls it
    /// nothing. It shows nothing.
    pub(crate) fn key_hint(&self) -> Option<&str> {
        use sigstore_types::VerificationMaterialContent as Material;
        match &self.parts.verification_material.content {
            Material::PublicKey(key) => Some(&key.hint),
            _ => None,
        }
    }

    /// What was signed.
    pub fn content(&self) -> Content<'_> {
        use sigstore_types::SignatureContent;
        match &self.parts.content {
            SignatureContent::DsseEnvelope(envelope) => Content::Envelope {
                payload_type: &envelope.payload_type,
                payload: envelope.payload.as_bytes(),
            },
            SignatureContent::MessageSignature(message) => Content::Message {
                digest: message.message_digest.as_ref().map(|digest| MessageDigest {
                    algorithm: digest.algorithm,
                    digest: digest.digest.as_bytes(),
                }),
            },
            _ => Content::Message { digest: None },
        }
    }

    /// The signature: DER for ECDSA.
    pub fn signature(&self) -> &[u8] {
        use sigstore_types::SignatureContent;
        match &self.parts.content {
            SignatureContent::DsseEnvelope(envelope) => envelope.signature.sig.as_bytes(),
            SignatureContent::MessageSignature(message) => message.signature.as_bytes(),
            _ => &[],
        }
    }

    /// The transparency log entries, each with its checkpoint.
    pub(crate) fn log_entries(
        &self,
    ) -> impl ExactSizeIterator<Item = (&sigstore_types::TransparencyLogEntry, Option<&Checkpoint>)>
    {
        self.parts
            .verification_material
            .tlog_entries
            .iter()
            .zip(self.checkpoints.iter().map(Option::as_ref))
    }

    /// The RFC 3161 timestamps, DER.
    pub fn timestamps(&self) -> impl ExactSizeIterator<Item = &sigstore_types::TimestampToken> {
        self.parts
            .verification_material
            .timestamp_verification_data
            .rfc3161_timestamps
            .iter()
            .map(|timestamp| &timestamp.signed_timestamp)
    }

    /// The bundle as the Sigstore crates read it.
    pub(crate) const fn parts(&self) -> &sigstore_types::Bundle {
        &self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial":{"publicKey":{"hint":"x"},"tlogEntries":[]},
        "dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json",
        "signatures":[{"sig":"AAAA"}]}}"#;

    fn error(json: &str) -> String {
        Bundle::parse(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn well_formed_bundle_keeps_the_payload_bytes() {
        let bundle = Bundle::parse(SMALL.as_bytes()).unwrap();
        assert_eq!(bundle.version(), Version::V0_3);
        assert!(bundle.is_managed_key());
        assert!(bundle.certificate().is_none());
        assert_eq!(bundle.signature(), [0, 0, 0]);
        let Content::Envelope { payload, .. } = bundle.content() else { panic!("an envelope") };
        assert_eq!(payload, b"{}");
    }

    #[test]
    fn unknown_media_type_is_unsupported() {
        let error = error(&SMALL.replace("v0.3+json", "v99.9+json"));
        assert!(error.contains("v99.9"), "{error}");
    }

    #[test]
    fn missing_media_type_is_refused() {
        let json =
            SMALL.replace(r#""mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","#, "");
        assert!(error(&json).contains("mediaType"));
    }

    #[test]
    fn duplicate_member_is_refused() {
        let json = SMALL.replace(r#"{"hint":"x"}"#, r#"{"hint":"x","hint":"x"}"#);
        assert!(error(&json).contains("twice"));
    }

    #[test]
    fn unknown_member_is_refused() {
        let json = SMALL.replace(r#""hint""#, r#""hant""#);
        assert!(error(&json).contains("hant"));
    }

    #[test]
    fn base64_outside_the_standard_form_is_refused() {
        for sig in ["AAA", "A-A_", "AAB=", "AA==\\n", "AA A"] {
            let json = SMALL.replace("\"AAAA\"", &format!("\"{sig}\""));
            assert!(error(&json).contains("base64"), "{sig}: {}", error(&json));
        }
    }

    #[test]
    fn second_signature_is_refused() {
        let json = SMALL.replace(r#"[{"sig":"AAAA"}]"#, r#"[{"sig":"AAAA"},{"sig":"AAAA"}]"#);
        assert!(error(&json).contains("one signature"), "{}", error(&json));
    }

    #[test]
    fn two_kinds_of_content_are_refused() {
        let json = SMALL.replace(
            r#""dsseEnvelope""#,
            r#""messageSignature":{"signature":"AAAA"},"dsseEnvelope""#,
        );
        assert!(error(&json).contains("messageSignature"), "{}", error(&json));
    }

    #[test]
    fn bundle_above_the_limit_is_refused_unread() {
        let error = Bundle::parse(&vec![b' '; MAX_BUNDLE + 1]).unwrap_err();
        assert_eq!(error.code(), "too-large");
    }
}

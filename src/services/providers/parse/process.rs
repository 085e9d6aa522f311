//! `process_certificate_v1`, with the text that the process signed.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::error::Error;
use crate::json::Members;
use crate::time::UnixTime;
use crate::wire::Base64Url;

const WHAT: &str = "certificate of a process";
const TRANSCRIPT: &str = "transcript of a process";

/// A certificate of a process. The coordinator puts it together, and nobody signs it as a whole.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Certificate {
    version: String,
    mda_der_chain: Vec<String>,
    /// DER.
    process_evidence_signature: String,
    process_evidence_transcript: Base64Url,
    /// The text of the provider's key.
    pub se_public_key: String,
    /// When the coordinator looked at it.
    pub verified_at: UnixTime,
    /// The end of it.
    pub expires_at: UnixTime,
    /// The text of the end, which the transcript repeats.
    #[serde(skip)]
    pub expires_text: String,
    /// Base64 of an X25519 key.
    pub process_public_key: String,
    /// SHA-256 of the program, by the process's own word.
    pub release_binary_hash: String,
    /// The provider's version.
    pub provider_version: String,
    /// The platform.
    pub platform: String,
    /// The backend.
    pub backend: String,
    /// Hash of the runtime.
    pub runtime_hash: String,
    /// Hash of the kernels for the GPU.
    pub metallib_hash: String,
}

/// What the process signed: members in order, each with its text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transcript {
    pub binary_hash: String,
    challenge_generation: String,
    coordinator_nonce: String,
    coordinator_session_id: String,
    pub coordinator_timestamp: UnixTime,
    domain: String,
    pub evidence_expires_at: String,
    pub metallib_hash: String,
    pub process_public_key: String,
    pub provider_backend: String,
    pub provider_platform: String,
    pub provider_version: String,
    pub runtime_hash: String,
    pub se_public_key: String,
    pub secure_boot_enabled: bool,
    /// Personal data.
    pub serial_number: String,
    pub sip_enabled: bool,
    version: String,
}

impl Certificate {
    /// The largest certificate that is read, in bytes.
    pub(crate) const MAX: usize = 512 * 1024;

    /// Whether JSON with these members is one, or a lease with one in it.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("process_certificate") || has("process_evidence_transcript")
    }

    /// Reads a certificate by itself, or the one in a lease.
    ///
    /// # Errors
    /// When it is too large, not of this form or version, or has a member twice.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        crate::json::unique(WHAT, bytes)?;
        let whole = crate::json::member(bytes, "process_certificate");
        let own = whole.and_then(|span| span.of(bytes)).unwrap_or(bytes);
        let mut certificate: Self = crate::json::borrowed(WHAT, own)?;
        if certificate.version != "process_certificate_v1" {
            let at = crate::span::Span::new(0, bytes.len());
            return Err(Error::unsupported(WHAT, certificate.version, at));
        }
        let text = std::str::from_utf8(own).unwrap_or_default();
        let members = Members::parse(WHAT, text)?;
        certificate.expires_text = members.text("expires_at")?.unwrap_or_default();
        Ok(certificate)
    }

    /// Apple's certificates; one that is no base64url becomes no bytes, which are no certificate.
    pub(crate) fn chain(&self) -> Vec<Vec<u8>> {
        let decode = |text: &String| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        self.mda_der_chain.iter().map(decode).collect()
    }

    /// The exact bytes that were signed.
    pub(crate) fn signed(&self) -> &[u8] {
        &self.process_evidence_transcript.0
    }

    /// The signature in DER.
    pub(crate) fn signature(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.process_evidence_signature).ok()
    }

    /// The provider's key as an uncompressed point: 65 bytes, or 64 without their first.
    pub(crate) fn point(&self) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(&self.se_public_key).ok()?;
        match bytes.as_slice() {
            [4, rest @ ..] if rest.len() == 64 => Some(bytes),
            raw if raw.len() == 64 => Some([&[4], raw].concat()),
            _ => None,
        }
    }
}

impl Transcript {
    /// Reads what was signed: sorted and compact, so that the same members have one text.
    ///
    /// # Errors
    /// When it is anything else.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let read: Self = crate::json::from_slice(TRANSCRIPT, bytes)?;
        let whole = crate::span::Span::new(0, bytes.len());
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        if crate::json::ordered(TRANSCRIPT, text, &[])?.as_bytes() != bytes {
            return Err(Error::malformed(TRANSCRIPT, whole, "it is not sorted and compact"));
        }
        let named = [&read.challenge_generation, &read.coordinator_nonce];
        let named = named.into_iter().chain([&read.coordinator_session_id, &read.serial_number]);
        if named.into_iter().any(String::is_empty) {
            return Err(Error::malformed(TRANSCRIPT, whole, "a member is empty"));
        }
        if read.domain != "darkbloom.process_evidence" || read.version != "process_evidence_v1" {
            return Err(Error::unsupported(TRANSCRIPT, read.version, whole));
        }
        Ok(read)
    }
}

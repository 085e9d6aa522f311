//! The binding: what the evidence covers, as JSON whose bytes are hashed as received.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::span::Span;
use crate::time::UnixTime;

/// The largest binding that is read, in bytes.
pub const MAX_BINDING: usize = 64 * 1024;
/// The use of the key that requests are sealed to.
pub const SEALED_REQUEST: &str = "sealed-request";
/// The use of the key of the TLS certificate.
pub const TLS: &str = "tls";

const WHAT: &str = "coordinator attestation, binding";

/// The binding. Its statements are the measured machine's own, once evidence is shown to cover
/// the bytes: whatever software runs there chose them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// 1.
    pub v: u32,
    /// Scheme and authority of the service, such as `https://api.darkbloom.dev`.
    pub origin: String,
    /// When the evidence was asked for.
    pub issued_at: UnixTime,
    /// A random name for this start of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The keys that the machine uses.
    #[serde(default)]
    pub keys: Vec<Key>,
    /// Which image the machine says that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<BoundWorkload>,
    /// Every type of evidence and of event log in the document: a type that is named here and
    /// missing there was taken out on the way.
    pub evidence_types: Vec<String>,
}

/// A key that the machine uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// [`SEALED_REQUEST`], [`TLS`] or another use.
    #[serde(rename = "use")]
    pub usage: String,
    /// `x25519-nacl-box` for a key that requests are sealed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// The first 8 bytes of SHA-256 of the key, hex. Too short to name a key; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The public key, 32 bytes in standard base64 with padding, spelled as `/v1/encryption-key`
    /// does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// Where the private key was made, as the machine says: `tee-generated`, `kms-derived` or
    /// `operator-provisioned`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<String>,
    /// SHA-256 of the TLS key's SubjectPublicKeyInfo, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spki_sha256: Option<String>,
    /// Where TLS ends, as the machine says: `workload`, `host` or `edge`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminates: Option<String>,
    /// When the TLS certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<UnixTime>,
}

/// Which image the machine says that it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundWorkload {
    /// `sha256:` and hex of SHA-256 of the OCI manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_digest: Option<String>,
    /// The commit that it was built from, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_commit: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_version: Option<String>,
}

impl Binding {
    /// Reads a binding.
    ///
    /// # Errors
    /// When it is larger than [`MAX_BINDING`], is not JSON of this form, has a member twice, or
    /// is of another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_BINDING)?;
        let binding: Self = crate::json::from_slice(WHAT, bytes)?;
        if binding.v != 1 {
            let what = "coordinator attestation, version of the binding";
            return Err(Error::unsupported(what, binding.v, Span::new(0, bytes.len())));
        }
        Ok(binding)
    }

    /// The keys of one use.
    pub(crate) fn keys_for<'a>(&'a self, usage: &'a str) -> impl Iterator<Item = &'a Key> {
        self.keys.iter().filter(move |key| key.usage == usage)
    }
}

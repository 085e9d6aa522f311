//! The configuration that the host commits to before launch, in MRCONFIGID or HOST_DATA
//! (dstack, `dstack-types/src/mr_config.rs`).

use serde::Deserialize;

use crate::digest::{Keccak256, Sha256, Sha384};
use crate::error::Error;

/// Where the application's keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyProvider {
    /// Made anew at each start.
    None,
    /// From an SGX enclave on the same host.
    Local,
    /// From a key service.
    Kms,
    /// From a TPM.
    Tpm,
}

impl KeyProvider {
    /// By its word in an app-compose file, a document or an event.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "none" => Some(Self::None),
            "local" | "local-sgx" => Some(Self::Local),
            "kms" => Some(Self::Kms),
            "tpm" => Some(Self::Tpm),
            _ => None,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Local => 1,
            Self::Kms => 2,
            Self::Tpm => 3,
        }
    }
}

/// Version 1: 01, the compose hash, zeros.
pub fn mr_config_v1(compose_hash: &Sha256) -> Sha384 {
    register(1, &compose_hash.0)
}

/// Version 2: 02, Keccak-256 of compose hash, app id, kind and id of the key provider, zeros.
pub fn mr_config_v2(
    compose_hash: &Sha256,
    app_id: &[u8; 20],
    provider: KeyProvider,
    provider_id: &[u8],
) -> Sha384 {
    let parts: [&[u8]; 4] = [&compose_hash.0, app_id, &[provider.byte()], provider_id];
    register(2, &Keccak256::of_parts(&parts).0)
}

/// Version 3: 03, the hash of the document, zeros.
pub fn mr_config_v3(document: &str) -> Sha384 {
    register(3, &document_hash(document).0)
}

/// The hash of a version 3 document's exact bytes; HOST_DATA of an SEV-SNP guest.
pub fn document_hash(document: &str) -> Sha256 {
    Sha256::of_parts(&[b"dstack-mr-config-v3:", &[0], document.as_bytes()])
}

fn register(version: u8, hash: &[u8; 32]) -> Sha384 {
    let mut bytes = [0; 48];
    let filled = [&[version][..], hash].concat();
    for (to, from) in bytes.iter_mut().zip(filled) {
        *to = from;
    }
    Sha384(bytes)
}

/// What a version 3 document says; byte strings in hex.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Document {
    /// The application, 20 bytes.
    pub app_id: String,
    /// SHA-256 of the app-compose file.
    pub compose_hash: String,
    /// Where keys come from.
    pub key_provider: String,
    /// Which one; empty when any will do.
    #[serde(default)]
    pub key_provider_id: String,
    /// This instance of the application; empty when any will do.
    #[serde(default)]
    pub instance_id: String,
}

impl Document {
    /// # Errors
    /// When it is not JSON of this form or has a member twice.
    pub fn parse(text: &str) -> Result<Self, Error> {
        crate::json::from_slice("dstack configuration document", text.as_bytes())
    }
}

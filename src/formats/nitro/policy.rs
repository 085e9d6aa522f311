//! What a policy says about documents of AWS Nitro enclaves.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::digest::Sha384;
use crate::finding::Rule;
use crate::hex;
use crate::requirements::Common;

/// Accepted values of a Nitro document.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NitroPolicy {
    /// PCR0 is zero: the enclave runs in debug mode, and its host can read its console.
    pub debug: Rule,
    /// Accepted registers by number (reference values).
    pub pcrs: BTreeMap<u8, Vec<Sha384>>,
    /// The nonce that the reader sent, in hex.
    pub nonce: Option<HexBytes>,
    /// The user data that the enclave is to name, in hex.
    pub user_data: Option<HexBytes>,
    /// The public key that the enclave is to name, in hex.
    pub public_key: Option<HexBytes>,
    /// How many seconds before the asked time the document may have been made. Without it nothing
    /// here says that a document is recent, however old it is.
    pub maximum_age_s: Option<u32>,
}

impl NitroPolicy {
    /// Whether an image is named: by PCR0, or by PCR1 and PCR2 together.
    pub(crate) fn names_image(&self) -> bool {
        let is_named = |number: u8| self.pcrs.get(&number).is_some_and(|known| !known.is_empty());
        is_named(0) || (is_named(1) && is_named(2))
    }
}

/// Bytes as a policy file writes them: hex of either case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexBytes(pub Vec<u8>);

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex::decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A policy that says something about AWS Nitro documents.
pub(crate) trait ForNitro: Common {
    /// What it says.
    fn nitro(&self) -> &NitroPolicy;
}

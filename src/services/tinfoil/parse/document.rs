//! What every enclave of Tinfoil's answers about itself (`/.well-known/tinfoil-attestation`).

use super::bundle::Evidence;
use crate::error::Error;

/// A format whose report data name a TLS key and an HPKE key.
const TWO_KEYS: [&str; 2] =
    ["https://tinfoil.sh/predicate/sev-snp-guest/v2", "https://tinfoil.sh/predicate/tdx-guest/v2"];

/// A document `{format, body}`, taken apart. Nothing in it is believed, and nobody signed its format.
#[derive(Clone, Debug)]
pub struct Document {
    /// The processor's report or quote, decompressed.
    pub evidence: Vec<u8>,
    /// Whether the format says that the report data are the hash of a TLS key and an HPKE key.
    pub names_keys: bool,
}

impl Document {
    /// Takes a document apart; `None` when `bytes` are something else.
    ///
    /// # Errors
    /// When the evidence does not decompress, or grows beyond its limit.
    pub fn of(bytes: &[u8]) -> Result<Option<Self>, Error> {
        const GUESTS: [&str; 2] = [
            "https://tinfoil.sh/predicate/sev-snp-guest/",
            "https://tinfoil.sh/predicate/tdx-guest/",
        ];
        let Some(own) = crate::json::read::<Evidence>(bytes) else { return Ok(None) };
        if !GUESTS.iter().any(|guest| own.format.starts_with(guest)) {
            return Ok(None);
        }
        let evidence = own.decoded("Tinfoil document, body")?;
        Ok(Some(Self { evidence, names_keys: TWO_KEYS.contains(&own.format.as_str()) }))
    }
}

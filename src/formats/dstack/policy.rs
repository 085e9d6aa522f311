//! What a policy says about dstack's guests.

use serde::Deserialize;

use crate::digest::Sha256;
use crate::formats::intel::policy::ForIntel;
use crate::formats::snp::policy::ForSnp;

/// Accepted values of a dstack guest.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct DstackPolicy {
    /// Accepted hashes of the guest's image: SHA-256 of the image's `sha256sum.txt`. Empty names
    /// none, and what the host says about the image is then its own statement.
    pub os_images: Vec<Sha256>,
    /// Accepted hashes of the app-compose file. Empty accepts any.
    pub compose_hashes: Vec<Sha256>,
}

/// A policy that says something about dstack's guests.
pub(crate) trait ForDstack: ForIntel + ForSnp {
    /// What it says.
    fn dstack(&self) -> &DstackPolicy;
}

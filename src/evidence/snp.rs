//! SEV-SNP attestation reports.

use serde::{Deserialize, Serialize};

/// An EPYC generation, as far as attestation tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// Zen 3.
    Milan,
    /// Zen 4: Genoa, Bergamo and Siena, which share Genoa's keys.
    Genoa,
    /// Zen 5.
    Turin,
}

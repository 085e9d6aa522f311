//! The keys that people and programs send secrets to.

use std::path::PathBuf;

use serde::Deserialize;

/// The key to which readers seal their requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SealedKey {
    /// The coordinator's own endpoint on this machine (`http://`).
    pub endpoint: Option<String>,
    /// Or a file with what that endpoint answers.
    pub file: Option<PathBuf>,
    /// `tee-generated`, `kms-derived` or `operator-provisioned`.
    pub custody: Custody,
}

/// Where a key was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// In the measured machine.
    TeeGenerated,
    /// Derived by a key management service, which can derive it again.
    KmsDerived,
    /// Put there by the operator, who may hold a copy.
    OperatorProvisioned,
}

impl Custody {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::TeeGenerated, Self::KmsDerived, Self::OperatorProvisioned];

    /// The word in the binding.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TeeGenerated => "tee-generated",
            Self::KmsDerived => "kms-derived",
            Self::OperatorProvisioned => "operator-provisioned",
        }
    }
}

/// The service's TLS certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The certificate or its chain, PEM.
    pub certificate: PathBuf,
    /// Where the connection is decrypted: `workload`, `host` or `edge`.
    pub terminates: Terminates,
}

/// Where TLS ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Terminates {
    /// In the measured workload.
    Workload,
    /// On the same machine, outside of the workload.
    Host,
    /// On another machine.
    Edge,
}

impl Terminates {
    /// The word in the binding.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Host => "host",
            Self::Edge => "edge",
        }
    }
}

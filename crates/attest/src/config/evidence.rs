//! Where evidence comes from, and the event logs that ride along.

use std::path::PathBuf;

use serde::Deserialize;

use crate::tsm;

/// Where the launchers of Confidential Space and EigenCompute listen.
pub(crate) const LAUNCHER: &str = "/run/container_launcher/teeserver.sock";
/// The event log of a TDX guest's firmware.
pub(crate) const CCEL: &str = "/sys/firmware/acpi/tables/data/CCEL";
/// The event log of a TPM.
pub(crate) const TPM_LOG: &str = "/sys/kernel/security/tpm0/binary_bios_measurements";

/// Where one piece of evidence comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "source", deny_unknown_fields, rename_all = "kebab-case")]
pub enum Source {
    /// Linux's configfs-tsm: a TDX quote or a SEV-SNP report.
    #[serde(rename_all = "kebab-case")]
    ConfigfsTsm {
        /// The directory `/sys/kernel/config/tsm/report`.
        #[serde(default = "tsm_directory")]
        directory: PathBuf,
        /// SEV-SNP: the VMPL to ask for.
        privilege_level: Option<u8>,
        /// The longest time for one report, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
    /// The launcher of Google Confidential Space: a token signed by Google.
    #[serde(rename_all = "kebab-case")]
    ConfidentialSpaceToken {
        /// The launcher's socket.
        #[serde(default = "launcher_socket")]
        socket: PathBuf,
        /// Who the token is for. Never an audience that opens a door elsewhere.
        audience: String,
        /// `PKI` (its certificates come with it) or `OIDC`.
        #[serde(default)]
        token_type: TokenType,
        /// The longest time for one token, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
    /// The launcher of EigenCompute: a quote or report bound to a virtual TPM.
    #[serde(rename_all = "kebab-case")]
    EigenBoundEvidence {
        /// The launcher's socket.
        #[serde(default = "launcher_socket")]
        socket: PathBuf,
        /// The longest time for one answer, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
    /// The launcher of Google Confidential Space, where it gives out raw evidence.
    #[serde(rename_all = "kebab-case")]
    ConfidentialSpaceEvidence {
        /// The launcher's socket.
        #[serde(default = "launcher_socket")]
        socket: PathBuf,
        /// The longest time for one answer, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
}

/// The kind of a Confidential Space token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum TokenType {
    /// With Google's certificates in its header.
    #[default]
    #[serde(rename = "PKI")]
    Pki,
    /// To be checked with keys that Google serves.
    #[serde(rename = "OIDC")]
    Oidc,
}

impl TokenType {
    /// The type of evidence that such a token is.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pki => "gcp-cs-pki-token",
            Self::Oidc => "gcp-cs-oidc-token",
        }
    }
}

/// An event log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EventLog {
    /// `tcg-ccel`, `tcg-tpm`, `cos-cel` or `dstack-json`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The registers it is about, such as `rtmr0`.
    #[serde(default)]
    pub registers: Vec<String>,
    /// The file, such as `/sys/firmware/acpi/tables/data/CCEL`.
    pub file: PathBuf,
}

fn tsm_directory() -> PathBuf {
    tsm::DIRECTORY.into()
}

fn launcher_socket() -> PathBuf {
    LAUNCHER.into()
}

const fn ten() -> u64 {
    10
}

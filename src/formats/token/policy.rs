//! What a policy says about attestation tokens.

use serde::Deserialize;

use super::parse::Service;
use super::parse::jwks::Pin;
use crate::finding::Rule;
use crate::requirements::Common;

/// Accepted claims of a token. Every comparison is of whole values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TokenPolicy {
    /// The services whose tokens count.
    pub issuers: Vec<Service>,
    /// The keys that count for tokens without certificates, in PEM or as SHA-256 of their
    /// SubjectPublicKeyInfo. Without any, a key counts, with a warning, when this process fetched it
    /// from its issuer's own address; one that is handed in counts for nothing. With one, the reader
    /// vouches for the key; the level stays that of a statement.
    pub keys: Vec<Pin>,
    /// Whom the token has to be made for (`aud`). Without it the audience is compared with nothing:
    /// a token made for somebody else can be shown to you.
    pub audience: Option<String>,
    /// A nonce that has to be among the token's, as a whole.
    pub nonce: Option<String>,
    /// Accepted hardware (`hwmodel`).
    pub hardware: Vec<String>,
    /// Accepted operating systems (`swname`).
    pub software: Vec<String>,
    /// Accepted debug states (`dbgstat`); for EigenLabs' tokens `hardened` or `not-hardened`. One
    /// that lets the operator in is told as allowed.
    pub debug: Vec<String>,
    /// Accepted states of the processor's firmware in tokens of Intel Trust Authority
    /// (`attester_tcb_status`, and Google's `gcp_attester_tcb_status`). Any but `UpToDate` is told
    /// as allowed.
    pub tcb_statuses: Vec<String>,
    /// The instances of Microsoft Azure Attestation whose tokens count, each by its address
    /// (`iss`). Without any, whose rules the instance follows is open.
    pub instances: Vec<String>,
    /// Accepted states in tokens of Microsoft Azure Attestation (`x-ms-compliance-status`).
    pub compliance: Vec<String>,
    /// Support that Google has to give for the operating system's version: `LATEST`, `STABLE` or
    /// `USABLE`; each earlier one contains the later ones. Without it none is asked for.
    pub support: Option<String>,
    /// The container's manifest digest, `sha256:` and 64 hex digits.
    pub image_digest: Option<String>,
    /// The Google Cloud project that runs the machine.
    pub project: Option<String>,
    /// The operator changed the container's arguments or environment.
    pub overrides: Rule,
    /// Secure Boot was off, or the maker is not Google; for GPUs, it was off.
    pub secure_boot: Rule,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Self {
            issuers: vec![Service::Google, Service::IntelTrustAuthority],
            keys: Vec::new(),
            audience: None,
            nonce: None,
            hardware: texts(&["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP", "INTEL_TDX"]),
            software: texts(&["CONFIDENTIAL_SPACE"]),
            debug: texts(&["disabled-since-boot"]),
            tcb_statuses: texts(&["UpToDate"]),
            instances: Vec::new(),
            compliance: texts(&["azure-compliant-cvm"]),
            support: Some("USABLE".into()),
            image_digest: None,
            project: None,
            overrides: Rule::Warn,
            secure_boot: Rule::Deny,
        }
    }
}

impl TokenPolicy {
    /// For a machine at Google that measures no container, plain SEV included.
    pub(crate) fn google_vm() -> Self {
        let hardware = ["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP", "GCP_AMD_SEV_ES", "GCP_AMD_SEV"];
        Self {
            hardware: hardware.map(str::to_owned).to_vec(),
            software: vec!["GCE".to_owned()],
            support: None,
            ..Self::default()
        }
    }

    /// For a token of Intel Trust Authority about a TDX guest.
    pub(crate) fn trust_authority() -> Self {
        Self {
            issuers: vec![Service::IntelTrustAuthority],
            hardware: ["INTEL_TDX", "TDX"].map(str::to_owned).to_vec(),
            support: None,
            ..Self::default()
        }
    }
}

/// A policy that says something about attestation tokens.
pub(crate) trait ForToken: Common {
    /// What it says.
    fn token(&self) -> &TokenPolicy;
}

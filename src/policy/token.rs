//! What a policy says about attestation tokens.

use serde::Deserialize;

use super::Rule;

/// Accepted claims of a token. Every comparison is of whole values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TokenPolicy {
    /// Whom the token has to be made for (`aud`). Without it any audience is a warning: a token
    /// made for somebody else can be shown to you.
    pub audience: Option<String>,
    /// A nonce that has to be among the token's, as a whole.
    pub nonce: Option<String>,
    /// Accepted hardware (`hwmodel`).
    pub hardware: Vec<String>,
    /// Accepted operating systems (`swname`).
    pub software: Vec<String>,
    /// Accepted debug states (`dbgstat`).
    pub debug: Vec<String>,
    /// Support that Google has to give for the operating system's version: `LATEST`, `STABLE` or
    /// `USABLE`; each earlier one contains the later ones. Without it none is asked for.
    pub support: Option<String>,
    /// The container's manifest digest, `sha256:` and 64 hex digits.
    pub image_digest: Option<String>,
    /// The Google Cloud project that runs the machine.
    pub project: Option<String>,
    /// The operator changed the container's arguments or environment.
    pub overrides: Rule,
    /// Secure Boot was off, or the maker is not Google.
    pub secure_boot: Rule,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Self {
            audience: None,
            nonce: None,
            hardware: texts(&["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP", "INTEL_TDX"]),
            software: texts(&["CONFIDENTIAL_SPACE"]),
            debug: texts(&["disabled-since-boot"]),
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
    pub fn google_vm() -> Self {
        let hardware = ["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP", "GCP_AMD_SEV_ES", "GCP_AMD_SEV"];
        Self {
            hardware: hardware.map(str::to_owned).to_vec(),
            software: vec!["GCE".to_owned()],
            support: None,
            ..Self::default()
        }
    }
}

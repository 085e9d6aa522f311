//! The claims of an attestation token (Google Cloud, "Confidential Space token claims" and
//! "Confidential VM token claims"; EAT, RFC 9711).

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a token states. Members that are not named here are ignored.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    /// Who issued it (`iss`).
    #[serde(rename = "iss")]
    pub issuer: String,
    /// Whom it was made for (`aud`); some services' tokens are for anybody.
    #[serde(rename = "aud", default)]
    pub audience: Option<OneOrMore>,
    /// The first second at which it does not count any more (`exp`), Unix time.
    #[serde(rename = "exp")]
    pub expires: i64,
    /// The first second at which it counts (`nbf`), Unix time.
    #[serde(rename = "nbf", default)]
    pub not_before: Option<i64>,
    /// When it was issued (`iat`), Unix time.
    #[serde(rename = "iat")]
    pub issued_at: i64,
    /// The machine, as a link in Google's interface (`sub`).
    #[serde(rename = "sub", default)]
    pub subject: Option<String>,
    /// Values that the asker chose (`eat_nonce`).
    #[serde(rename = "eat_nonce", default)]
    pub nonce: Option<OneOrMore>,
    /// Whether Secure Boot was on (`secboot`).
    #[serde(rename = "secboot", default)]
    pub secure_boot: Option<bool>,
    /// The maker's number (`oemid`); Google's is 11129. NVIDIA writes it as text.
    #[serde(rename = "oemid", default)]
    pub maker: Option<NumberOrText>,
    /// The kind of hardware (`hwmodel`).
    #[serde(rename = "hwmodel", default)]
    pub hardware: Option<String>,
    /// The operating system (`swname`): `CONFIDENTIAL_SPACE` measures its container, `GCE` does
    /// not.
    #[serde(rename = "swname", default)]
    pub software: Option<String>,
    /// The operating system's version (`swversion`).
    #[serde(rename = "swversion", default)]
    pub(crate) software_version: Option<OneOrMore>,
    /// Whether the image lets its operator in (`dbgstat`).
    #[serde(rename = "dbgstat", default)]
    pub debug: Option<String>,
    /// The accounts that the workload acts as.
    #[serde(default)]
    pub(crate) google_service_accounts: Vec<String>,
    /// The parts of the machine (`submods`).
    #[serde(rename = "submods", default)]
    pub(crate) submodules: Submodules,
}

/// A number, or a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum NumberOrText {
    /// A number.
    Number(u64),
    /// A text.
    Text(String),
}

/// A text, or a list of texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One.
    One(String),
    /// A list.
    More(Vec<String>),
}

impl OneOrMore {
    /// The texts.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

/// The parts of the machine.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Submodules {
    /// The operating system.
    #[serde(default)]
    pub confidential_space: Option<ConfidentialSpace>,
    /// The container, when the operating system measures it.
    #[serde(default)]
    pub container: Option<Container>,
    /// The machine at Google.
    #[serde(default)]
    pub gce: Option<Instance>,
}

/// The operating system.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ConfidentialSpace {
    /// How long Google supports this version: `LATEST`, `STABLE`, `USABLE`; none for debug images.
    #[serde(default)]
    pub support_attributes: Vec<String>,
}

/// The container.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Container {
    /// Name and tag or digest, as the operator wrote it.
    #[serde(default)]
    pub image_reference: Option<String>,
    /// Digest of the image's manifest, `sha256:` and 64 hex digits.
    #[serde(default)]
    pub image_digest: Option<String>,
    /// Digest of the image's configuration.
    #[serde(default)]
    pub image_id: Option<String>,
    /// The command line.
    #[serde(default)]
    pub args: Vec<String>,
    /// Arguments with which the operator replaced the image's.
    #[serde(default)]
    pub cmd_override: Vec<String>,
    /// All environment variables, in tokens of EigenLabs' KMS and of Google.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Environment variables that the operator set.
    #[serde(default)]
    pub env_override: BTreeMap<String, String>,
    /// What happens when the container ends.
    #[serde(default)]
    pub restart_policy: Option<String>,
}

/// The machine at Google.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Instance {
    /// Where it runs.
    #[serde(default)]
    pub zone: Option<String>,
    /// The project's name.
    #[serde(default)]
    pub project_id: Option<String>,
    /// The project's number.
    #[serde(default)]
    pub project_number: Option<String>,
    /// The machine's name.
    #[serde(default)]
    pub instance_name: Option<String>,
    /// The machine's number.
    #[serde(default)]
    pub instance_id: Option<String>,
}

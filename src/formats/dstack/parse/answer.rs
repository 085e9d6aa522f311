//! The JSON answers `GetQuote` and `Info`.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::digest::Sha384;
use crate::error::Error;
use crate::hex;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// An answer to `GetQuote` or to `Info`, or one that has the members of both. Members that are not
/// here are not read. Members that hold JSON may hold it as text or as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// The quote, in hex or base64.
    pub quote: Option<String>,
    /// The event log.
    #[serde(deserialize_with = "embedded")]
    pub event_log: Option<String>,
    /// REPORTDATA as it was asked for, in hex.
    pub report_data: Option<String>,
    /// How the host started the machine.
    #[serde(deserialize_with = "embedded")]
    pub vm_config: Option<String>,
    /// The registers as the agent states them.
    #[serde(deserialize_with = "embedded")]
    pub tcb_info: Option<String>,
    /// Who runs the machine, in the agent's words.
    pub(crate) cloud_vendor: Option<String>,
    /// What that one calls the machine.
    pub(crate) cloud_product: Option<String>,
    /// What the application is, in the agent's words.
    #[serde(flatten)]
    pub ids: Ids,
}

/// What the agent says the application and its machine are; every value in hex, but for the
/// provider of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Ids {
    /// The application, 20 bytes.
    pub app_id: Option<String>,
    /// This instance of it, 20 bytes.
    pub instance_id: Option<String>,
    /// SHA-256 of the app-compose file.
    pub compose_hash: Option<String>,
    /// The image's hash.
    pub os_image_hash: Option<String>,
    /// One hash of all registers.
    pub mr_aggregated: Option<String>,
    /// A hash that stands for the platform.
    pub(crate) device_id: Option<String>,
    /// Where keys come from: JSON, or JSON in hex.
    pub key_provider_info: Option<String>,
}

/// Where keys come from, as the agent or the log says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct ProviderInfo {
    /// The kind.
    pub name: String,
    /// Which one: a key or a measurement in hex, by kind.
    #[serde(default)]
    pub id: String,
}

impl ProviderInfo {
    /// Reads JSON, or its hex; `None` when it is neither.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let decoded = hex::decode(text).ok();
        crate::json::read(decoded.as_deref().unwrap_or(text.as_bytes()))
    }
}

/// `tcb_info`: the registers as the agent states them, and the application's files.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TcbInfo {
    /// MRTD.
    pub mrtd: Option<Sha384>,
    /// RTMR0.
    pub rtmr0: Option<Sha384>,
    /// RTMR1.
    pub rtmr1: Option<Sha384>,
    /// RTMR2.
    pub rtmr2: Option<Sha384>,
    /// RTMR3.
    pub rtmr3: Option<Sha384>,
    /// The app-compose file, its exact bytes.
    pub app_compose: Option<String>,
    /// The event log.
    #[serde(deserialize_with = "embedded")]
    pub event_log: Option<String>,
    /// What the application is, in the agent's words.
    #[serde(flatten)]
    pub ids: Ids,
}

/// `vm_config`: how the host started the machine, in the host's words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct VmConfig {
    /// The image's hash, in hex.
    pub os_image_hash: Option<String>,
    /// Memory, in bytes.
    pub memory_size: u64,
    /// What a TDX guest measures with its image: [`Material`](super::Material) as JSON.
    #[serde(deserialize_with = "embedded")]
    pub tdx_measurement: Option<String>,
    /// What an SEV-SNP guest measures with its image: [`Material`](super::Material) as JSON.
    #[serde(deserialize_with = "embedded")]
    pub sev_snp_measurement: Option<String>,
    /// The document that MRCONFIGID or HOST_DATA is the hash of, its exact bytes.
    pub mr_config: Option<String>,
}

impl Answer {
    /// Whether JSON with these members is an answer without a quote. (Intel's collateral has a
    /// member `tcb_info` as well.)
    pub(crate) fn is_info(has: impl Fn(&str) -> bool) -> bool {
        has("tcb_info") && has("app_id") && !has("quote")
    }

    /// # Errors
    /// When it is too large or not such an answer, or has a member twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "dstack answer";
        Error::cap(WHAT, bytes.len(), MAX_ANSWER)?;
        crate::json::from_slice(WHAT, bytes)
    }
}

impl TcbInfo {
    /// # Errors
    /// When it is not JSON of this form or has a member twice.
    pub fn parse(text: &str) -> Result<Self, Error> {
        crate::json::from_slice("dstack tcb_info", text.as_bytes())
    }
}

impl VmConfig {
    /// # Errors
    /// When it is not JSON of this form or has a member twice.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        crate::json::from_slice("dstack vm_config", text.as_bytes())
    }
}

/// JSON as text, or as it is.
fn embedded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    let Some(raw) = raw else { return Ok(None) };
    let text = match raw.get() {
        "null" => return Ok(None),
        text if text.starts_with('"') => crate::json::borrowed("dstack answer", text.as_bytes())
            .map_err(serde::de::Error::custom)?,
        text => text.to_owned(),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

//! `GET /v1/providers/attestation`, in either form that it had: rows with Apple's certificates, and
//! rows without. Members that are not compared or shown are passed over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::error::Error;

const WHAT: &str = "feed of providers";

/// The feed. Nobody signs it.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    /// The rows, in order. Never empty.
    pub rows: Vec<Row>,
}

#[derive(Deserialize)]
struct File {
    providers: Option<Vec<Row>>,
}

/// One provider, in the coordinator's words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Row {
    /// Serial number. Personal data.
    pub serial_number: Option<String>,
    /// What the coordinator makes of the provider.
    pub trust_level: Option<String>,
    /// The text of the provider's key.
    pub se_public_key: Option<String>,
    /// Whether System Integrity Protection is on, by the provider's own word.
    pub sip_enabled: Option<bool>,
    /// Whether secure boot is on, by the provider's own word.
    pub secure_boot_enabled: Option<bool>,
    /// Whether the coordinator says that it verified Apple's certificates.
    pub mda_verified: Option<bool>,
    /// Apple's certificates, base64 of DER, the device's first.
    #[serde(rename = "mda_cert_chain_b64")]
    chain: Option<Vec<String>>,
    /// What the coordinator read in them. Personal data.
    pub mda_serial: Option<String>,
    /// What the coordinator read in them. Personal data.
    pub mda_udid: Option<String>,
    /// What the coordinator read in them.
    pub mda_os_version: Option<String>,
    /// What the coordinator read in them.
    pub mda_sepos_version: Option<String>,
    verification: Option<Verification>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Verification {
    app_attest: Option<AppAttest>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct AppAttest {
    state: Option<String>,
}

impl Feed {
    /// The largest feed that is read, in bytes.
    pub(crate) const MAX: usize = 8 * 1024 * 1024;
    /// The most rows.
    pub(crate) const ROWS: usize = 4096;

    /// Whether JSON with these members is one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("providers")
    }

    /// Reads a feed.
    ///
    /// # Errors
    /// When it is too large, not JSON of this form, has a member twice, or names no provider.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let file: File = crate::json::from_slice(WHAT, bytes)?;
        let rows = file.providers.unwrap_or_default();
        Error::cap("number of providers", rows.len(), Self::ROWS)?;
        if rows.is_empty() {
            return Err(Error::Missing { what: "a provider in the feed" });
        }
        Ok(Self { rows })
    }
}

impl Row {
    /// Apple's certificates, where the row has any. One that is no base64 becomes no bytes, which
    /// are no certificate.
    pub(crate) fn chain(&self) -> Option<Vec<Vec<u8>>> {
        let chain = self.chain.as_ref().filter(|chain| !chain.is_empty())?;
        Some(chain.iter().map(|text| STANDARD.decode(text).unwrap_or_default()).collect())
    }

    /// The text of the provider's key, where there is one.
    pub(crate) fn key(&self) -> Option<&str> {
        self.se_public_key.as_deref().filter(|text| !text.is_empty())
    }

    /// What the coordinator says about Apple's App Attest.
    pub(crate) fn app_attest(&self) -> Option<&str> {
        self.verification.as_ref()?.app_attest.as_ref()?.state.as_deref()
    }
}

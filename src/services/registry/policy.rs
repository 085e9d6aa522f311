//! What a policy says about registers on chains, and whom to ask about them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::parse::{Address, app_controller};
use crate::error::Error;
use crate::requirements::Common;
use crate::span::Span;

/// The longest address of a provider, in bytes.
const MAX_URL: usize = 512;

/// Whom to ask about registers, and for which app.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RegistryPolicy {
    /// RPC providers by chain id. There is none unless the reader names one.
    pub rpc: BTreeMap<u64, Provider>,
    /// The app that EigenCompute's evidence is expected to be of; the evidence does not name it.
    pub eigencompute: Option<EigenApp>,
    /// The id of the chain that holds the contracts of dstack's apps.
    pub dstack_chain: Option<u64>,
}

impl RegistryPolicy {
    /// The AppController that counts on `chain`: the one that the policy names, or else the one
    /// that its makers publish.
    pub fn controller(&self, chain: u64) -> Option<Address> {
        let own = self.eigencompute.filter(|app| app.chain == chain);
        own.and_then(|app| app.contract).or_else(|| app_controller(chain))
    }
}

/// An app in EigenCompute's register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EigenApp {
    /// The chain's id.
    pub chain: u64,
    /// The app.
    pub app: Address,
    /// The AppController, when it is another than the one that its makers publish.
    #[serde(default)]
    pub contract: Option<Address>,
}

/// The address of an RPC provider: `https:`, or `http:` on this machine; a path may follow, and
/// nothing that is not sent. A key of the reader's in it stands in reports and kept answers too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Provider(String);

impl Provider {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Provider {
    type Error = Error;

    fn try_from(url: String) -> Result<Self, Error> {
        let local = ["http://127.0.0.1:", "http://localhost:"];
        let scheme = url.starts_with("https://") || local.iter().any(|own| url.starts_with(own));
        let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"#@\"\\".contains(&byte));
        if scheme && plain && url.len() <= MAX_URL {
            return Ok(Self(url));
        }
        let why = "expected https: and a host, without a user's name and without #";
        Err(Error::malformed("address of an RPC provider", Span::new(0, url.len()), why))
    }
}

/// A policy that says something about registers on chains.
pub(crate) trait ForRegistry: Common {
    /// What it says.
    fn registry(&self) -> &RegistryPolicy;
}

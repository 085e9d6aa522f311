//! The report in forms that other programs read: an EAT Attestation Result and a SLSA Verification
//! Summary.
//!
//! Both are made of the report alone, and neither is signed: whoever hands one on signs it, and
//! answers for it. Neither says more than the report. What was not assessed is absent.

mod ear;
mod vsa;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::report::Report;
use silicon_to_source::requirements::LeastLevel;

pub use ear::ear;
pub use vsa::vsa;

/// What a reader asked for beside the policy.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The least that the chain has to show.
    pub require: Option<LeastLevel>,
    /// Whether a warning leaves the answer open.
    pub deny_warnings: bool,
    /// The nonce that this process sent, in base64url.
    pub nonce: Option<String>,
}

impl Asked {
    /// What was asked for, for whoever compares policies: members that were given.
    fn members(&self) -> Map<String, Json> {
        let mut members = Map::new();
        if let Some(least) = self.require {
            members.insert("require".to_owned(), Json::String(level(least)));
        }
        if self.deny_warnings {
            members.insert("deny-warnings".to_owned(), Json::Bool(true));
        }
        members
    }
}

/// A level as it is written on the command line.
fn level(least: LeastLevel) -> String {
    match least {
        LeastLevel::Build => "build".to_owned(),
        LeastLevel::At(level) => crate::wording::word(&level),
    }
}

/// The name of bytes by their hash (RFC 6920).
fn named(sha256: &Sha256) -> String {
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(sha256.as_bytes()))
}

/// Who made the result.
fn verifier(report: &Report) -> Json {
    json!({
        "developer": HOME,
        "build": format!(
            "{} {}, source sha256:{}",
            report.verifier.name, report.verifier.version, report.verifier.source_sha256
        ),
    })
}

/// Where the verifier is from.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

fn printed(json: &Json) -> String {
    let mut text = serde_json::to_string_pretty(json).unwrap_or_default();
    text.push('\n');
    text
}

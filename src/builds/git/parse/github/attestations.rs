//! Answers about attestations, in both shapes: bundles inside, or where they are stored.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::span::Span;

/// The most attestations of one answer that are read; GitHub gives at most 100 on a page.
pub const MAX_ATTESTATIONS: usize = 100;

const WHAT: &str = "GitHub answer, attestations";

/// One attestation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// The Sigstore bundle itself, byte for byte as it stands in the answer.
    Bundle(Vec<u8>),
    /// Where GitHub stores the bundle: a URL of a host that [`is_bundle_host`] accepts.
    Stored(String),
}

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    attestations: Vec<WireAttestation<'a>>,
}

#[derive(Deserialize)]
struct WireAttestation<'a> {
    #[serde(borrow, default)]
    bundle: Option<&'a RawValue>,
    #[serde(default)]
    bundle_url: Option<String>,
}

/// Reads `{"attestations":[{"bundle":{},"bundle_url":""}]}`; the bundle goes before the URL.
///
/// # Errors
/// When an attestation has neither a bundle nor a URL, or the URL is of another host than those
/// that GitHub stores bundles at.
pub fn attestations(bytes: &[u8]) -> Result<Vec<Attestation>, Error> {
    let at = Span::new(0, bytes.len());
    let wire: Wire<'_> = crate::json::borrowed(WHAT, bytes)?;
    Error::cap(WHAT, wire.attestations.len(), MAX_ATTESTATIONS)?;
    wire.attestations
        .into_iter()
        .map(|attestation| match (attestation.bundle, attestation.bundle_url) {
            (Some(bundle), _) if bundle.get() != "null" => {
                Ok(Attestation::Bundle(bundle.get().as_bytes().to_vec()))
            }
            (_, Some(url)) if is_bundle_host(&url) => Ok(Attestation::Stored(url)),
            (_, Some(url)) => Err(Error::unsupported("GitHub answer, bundle_url", url, at)),
            (_, None) => {
                Err(Error::malformed(WHAT, at, "one has neither a bundle nor its address"))
            }
        })
        .collect()
}

/// Whether `url` is `https` at a host under `blob.core.windows.net`, where GitHub stores bundles:
/// no other host is asked because an answer names it. User, port, control characters and spaces
/// are refused.
pub fn is_bundle_host(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let account = host.strip_suffix(".blob.core.windows.net").unwrap_or_default();
    let is_account = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    !account.is_empty()
        && account.bytes().all(is_account)
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte))
}

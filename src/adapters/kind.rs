//! Recognising an input by its bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;

use crate::bytes::Span;
use crate::error::Error;
use crate::evidence::snp;

/// What an input is.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// A Sigstore bundle.
    SigstoreBundle,
    /// A raw SEV-SNP report, or its hex or base64.
    SnpReport(Cow<'a, [u8]>),
    /// Tinfoil's bundle.
    TinfoilBundle,
}

impl<'a> Kind<'a> {
    /// Recognises `input`.
    ///
    /// # Errors
    /// When it is none of the known kinds: the error says what was expected and what was found.
    pub fn of(input: &'a [u8]) -> Result<Self, Error> {
        if looks_like_report(input) {
            return Ok(Self::SnpReport(Cow::Borrowed(input)));
        }
        if let Some(decoded) = decoded_text(input).filter(|bytes| looks_like_report(bytes)) {
            return Ok(Self::SnpReport(Cow::Owned(decoded)));
        }
        if input.trim_ascii_start().starts_with(b"{") {
            return of_json(input);
        }
        Err(unknown(input))
    }

    /// The name of the built-in policy for this kind.
    pub const fn policy(&self) -> &'static str {
        match self {
            Self::SigstoreBundle => "sigstore",
            Self::SnpReport(_) => "snp",
            Self::TinfoilBundle => "tinfoil",
        }
    }
}

/// A report's length with a version number that is at least plausible; the parser decides.
fn looks_like_report(input: &[u8]) -> bool {
    input.len() == snp::Report::LEN && matches!(input, [_, 0, 0, 0, ..])
}

/// Hex or base64 of a report, as a person would paste it.
fn decoded_text(input: &[u8]) -> Option<Vec<u8>> {
    const LONGEST: usize = 4 * snp::Report::LEN;
    if input.len() > LONGEST {
        return None;
    }
    let text: Vec<u8> = input.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(&text).ok().or_else(|| STANDARD.decode(&text).ok())
}

/// JSON is told apart by its top-level members.
fn of_json(input: &[u8]) -> Result<Kind<'_>, Error> {
    const WHAT: &str = "JSON input";
    crate::json::unique(WHAT, input)?;
    let members: BTreeMap<String, IgnoredAny> = crate::json::borrowed(WHAT, input)?;
    let has = |name: &str| members.contains_key(name);
    if has("enclaveAttestationReport") {
        Ok(Kind::TinfoilBundle)
    } else if has("verificationMaterial") {
        Ok(Kind::SigstoreBundle)
    } else {
        Err(unknown(input))
    }
}

/// What was expected, and what was found.
fn unknown(input: &[u8]) -> Error {
    const EXPECTED: &str = "an SEV-SNP report (1184 bytes, or their hex or base64), a Tinfoil \
                            bundle or a Sigstore bundle (JSON)";
    let why = format!("expected {EXPECTED}, and found {}", described(input));
    Error::malformed("input", Span::new(0, input.len()), why)
}

fn described(input: &[u8]) -> String {
    let len = input.len();
    match input {
        [] => "empty".into(),
        [b'{' | b'[', ..] => format!("JSON of an unknown kind ({len} bytes)"),
        [b'-', b'-', b'-', b'-', b'-', ..] => "PEM, which is collateral and not evidence".into(),
        _ => format!("{len} bytes of an unknown kind"),
    }
}

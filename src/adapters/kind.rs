//! Recognising an input by its bytes.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bytes::Span;
use crate::error::Error;
use crate::evidence::snp;

/// What an input is.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// A raw SEV-SNP report, or its hex or base64.
    SnpReport(Cow<'a, [u8]>),
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
        Err(Error::unsupported("input", described(input), Span::new(0, input.len())))
    }

    /// The name of the built-in policy for this kind.
    pub const fn policy(&self) -> &'static str {
        match self {
            Self::SnpReport(_) => "snp",
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

fn described(input: &[u8]) -> String {
    let len = input.len();
    match input {
        [] => "empty".into(),
        [b'{' | b'[', ..] => format!("JSON of an unknown kind ({len} bytes)"),
        [b'-', b'-', b'-', b'-', b'-', ..] => "PEM, which is collateral and not evidence".into(),
        _ => format!("{len} bytes of an unknown kind"),
    }
}

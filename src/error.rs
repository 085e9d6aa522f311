//! Why parsing or reading an input could not go on.
//!
//! An [`Error`] is not a negative answer about evidence: that is a
//! [`Finding`](crate::finding::Finding). It says that the bytes could not be understood.

use std::borrow::Cow;
use std::fmt;

use crate::span::Span;

/// Parsing cannot go on. Each variant names the field in words a person can read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not follow their format.
    Malformed {
        /// The field, with its format ("SNP report signature R").
        what: &'static str,
        /// Where in the input.
        at: Span,
        /// What was expected and what was found.
        why: Cow<'static, str>,
    },
    /// Something the format needs is not there.
    Missing {
        /// What is missing and how to supply it.
        what: &'static str,
    },
    /// The input is larger than the limit for its kind; nothing was read.
    TooLarge {
        /// The input.
        what: &'static str,
        /// Its length in bytes (for compressed data: the least it would expand to).
        len: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// Well formed, but of a version or kind this verifier does not know.
    Unsupported {
        /// The field.
        what: &'static str,
        /// Its value.
        value: String,
        /// Where in the input.
        at: Span,
    },
    /// Any of the others, with the name of the file that it is in.
    InFile {
        /// The file, as whoever handed it over calls it.
        file: String,
        /// What is wrong in it.
        error: Box<Self>,
    },
}

impl Error {
    /// The same error, said of the file called `name`. An error that names its file keeps it.
    #[must_use]
    pub fn in_file(self, name: &str) -> Self {
        match self {
            Self::InFile { .. } => self,
            error => Self::InFile { file: name.to_owned(), error: Box::new(error) },
        }
    }

    /// The name of the file that the error is in, and the error in it.
    pub fn of_file(&self) -> (Option<&str>, &Self) {
        match self {
            Self::InFile { file, error } => (Some(file), error),
            error => (None, error),
        }
    }

    /// `what` breaks its own format `at` these bytes, and `why`.
    pub fn malformed(what: &'static str, at: Span, why: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed { what, at, why: why.into() }
    }

    /// The whole input is nothing that could be examined by itself, and `why`.
    pub(crate) fn whole(input: &[u8], why: impl Into<Cow<'static, str>>) -> Self {
        Self::malformed(WHOLE, Span::new(0, input.len()), why)
    }

    pub(crate) fn truncated(what: &'static str, start: usize, need: usize, have: usize) -> Self {
        Self::malformed(
            what,
            Span::new(start, need),
            format!("it needs {need} bytes and {have} are left"),
        )
    }

    /// `what` has the `value`, which is read by nothing here.
    pub fn unsupported(what: &'static str, value: impl fmt::Display, at: Span) -> Self {
        Self::Unsupported { what, value: value.to_string(), at }
    }

    /// Refuses `len` bytes when they are more than `max`; called before anything is allocated.
    pub fn cap(what: &'static str, len: usize, max: usize) -> Result<(), Self> {
        if len > max { Err(Self::TooLarge { what, len, max }) } else { Ok(()) }
    }

    /// Where in the input, when one place is to blame.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Malformed { at, .. } | Self::Unsupported { at, .. } => Some(*at),
            Self::InFile { error, .. } => error.span(),
            Self::Missing { .. } | Self::TooLarge { .. } => None,
        }
    }

    /// A stable word for programs: `malformed`, `missing`, `too-large` or `unsupported`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Missing { .. } => "missing",
            Self::TooLarge { .. } => "too-large",
            Self::Unsupported { .. } => "unsupported",
            Self::InFile { error, .. } => error.code(),
        }
    }

    /// The same error with its span moved by `offset` bytes: for a part parsed out of a whole.
    #[must_use]
    pub(crate) fn shifted(mut self, offset: usize) -> Self {
        if let Self::Malformed { at, .. } | Self::Unsupported { at, .. } = &mut self {
            at.start = at.start.saturating_add(offset);
        }
        self
    }
}

/// What is malformed where the whole of the input is meant.
const WHOLE: &str = "input";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { what: WHOLE, why, .. } => {
                write!(f, "Nothing was checked, because {why}.")
            }
            Self::Malformed { what, at, why } => {
                write!(f, "{what} at byte {} cannot be read: {why}.", at.start)
            }
            Self::Missing { what } => write!(f, "{what} is missing."),
            Self::TooLarge { what, len, max } => {
                write!(f, "{what} is too large: {len} bytes, and the limit is {max}.")
            }
            Self::Unsupported { what, value, at } => {
                let value = words(value);
                write!(
                    f,
                    "{what} at byte {} is {value}, which this verifier does not know.",
                    at.start
                )
            }
            Self::InFile { file, error } => write!(f, "{file}: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// A value of the input's in a sentence: one plain word as it is, and anything else in quotation
/// marks, cleaned and cut.
fn words(value: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_ascii_graphic() && letter != '"';
    match value.len() <= crate::text::SHOWN && value.chars().all(is_plain) && !value.is_empty() {
        true => Cow::Borrowed(value),
        false => Cow::Owned(crate::text::quoted(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_input_is_quoted_and_cut_unless_it_is_one_plain_word() {
        let told =
            |value: &str| Error::unsupported("mediaType", value, Span::new(0, 1)).to_string();
        assert!(told("v0.9").contains("is v0.9, which"));
        let hostile = told(&format!("genuine.\u{1b}[2J\u{202e} {}", "x".repeat(200)));
        assert!(hostile.starts_with("mediaType at byte 0 is \"genuine.\\u{1b}[2J\\u{202e} x"));
        assert!(hostile.ends_with("...\", which this verifier does not know."), "{hostile}");
        assert!(hostile.len() < 160);
    }
}

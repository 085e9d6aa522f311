//! The outcome of one check.
//!
//! A [`Finding`] is never thrown: every check runs and leaves one, and a check that cannot run
//! says why. Which findings a policy requires is decided later, in [`crate::report`].

mod blame;
mod check;
pub(crate) mod compared;
pub mod connection;
mod level;
pub mod presence;
mod promise;
mod rule;
mod table;

use std::borrow::Cow;

use serde::Serialize;

use crate::hex;
use crate::span::Span;
use crate::time::UnixTime;

pub(crate) use blame::to_blame;
pub use check::{Check, LinkId, Property, Tier};
pub use level::Level;
pub use promise::Promise;
pub use rule::Rule;
pub(crate) use table::table;

/// The outcome of one check, with what was expected, what was found and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which check.
    pub check: &'static Check,
    /// Which of several like values was checked (`reported.bootloader`), when there are several.
    pub part: Option<Cow<'static, str>>,
    /// What came of it.
    pub outcome: Outcome,
    /// The value that would have passed.
    pub expected: Option<Value>,
    /// The value that was found.
    pub actual: Option<Value>,
    /// The bytes the answer rests upon.
    pub at: Option<At>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was compared, it holds, and somebody whom the report names authenticated the bytes.
    Pass,
    /// It holds as a pass does, and a reader should know something about it.
    Warn(Reason),
    /// It does not hold, and the policy lets it pass. The reason says what is so. It satisfies a
    /// requirement and carries no link.
    Allowed(Reason),
    /// It was not shown.
    Unknown(Why),
    /// It does not hold.
    Fail(Reason),
}

impl Outcome {
    /// Whether the check was compared and holds: a pass, or a warning.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Pass | Self::Warn(_))
    }

    /// Whether the outcome satisfies a requirement: it holds, or the policy allows that it does
    /// not.
    pub(crate) const fn satisfies(self) -> bool {
        matches!(self, Self::Pass | Self::Warn(_) | Self::Allowed(_))
    }

    /// The stable word for JSON and wording: `pass`, `warn`, `allowed`, `unknown` or `fail`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn(_) => "warn",
            Self::Allowed(_) => "allowed",
            Self::Unknown(_) => "unknown",
            Self::Fail(_) => "fail",
        }
    }

    /// The stable word of the reason; `None` for a pass.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Pass => None,
            Self::Warn(reason) | Self::Allowed(reason) | Self::Fail(reason) => Some(reason.0),
            Self::Unknown(why) => Some(why.word()),
        }
    }
}

/// A stable word that tells kinds of failure or warning apart (`expired`, `not-equal`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reason(pub &'static str);

/// Why a check shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// An earlier check failed, or could not be decided either.
    Blocked {
        /// That check.
        by: &'static Check,
    },
    /// The check has no meaning for this evidence; it lowers nothing, unless a policy names it.
    NotApplicable,
    /// What it needs exists but was not supplied or fetched.
    NotFetched,
    /// The operator publishes nothing that it could be decided from.
    NotPublished,
    /// This verifier cannot decide it.
    NotSupported,
    /// There is nothing to compare the value with: neither the policy nor anything signed at hand
    /// names one.
    NoReference,
    /// The bytes say so themselves, and nobody at hand signed them.
    SelfStated,
    /// Nobody asked, or the host gave no answer that could be read.
    NotAsked,
}

impl Why {
    /// The stable word for JSON and wording.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocked { .. } => "blocked",
            Self::NotApplicable => "not-applicable",
            Self::NotFetched => "not-fetched",
            Self::NotPublished => "not-published",
            Self::NotSupported => "not-supported",
            Self::NoReference => "no-reference",
            Self::SelfStated => "self-stated",
            Self::NotAsked => "not-asked",
        }
    }
}

/// A value for showing: typed, so that a page can draw it, and already text, so that it can not
/// change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Bytes, as lower-case hex.
    Hex(String),
    /// A number, in decimal digits (64-bit numbers do not survive JavaScript).
    Number(String),
    /// Words.
    Text(String),
    /// A moment.
    Time(UnixTime),
}

impl Value {
    /// Bytes.
    pub fn hex(bytes: impl AsRef<[u8]>) -> Self {
        Self::Hex(hex::encode(bytes))
    }

    /// A number.
    pub fn number(number: impl Into<u64>) -> Self {
        Self::Number(number.into().to_string())
    }

    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<UnixTime> for Value {
    fn from(time: UnixTime) -> Self {
        Self::Time(time)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hex(text) | Self::Number(text) | Self::Text(text) => f.write_str(text),
            Self::Time(time) => time.fmt(f),
        }
    }
}

/// A place in one piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct At {
    /// The [`EvidenceItem`](crate::report::EvidenceItem) id, such as `snp-report`.
    pub evidence: Cow<'static, str>,
    /// The bytes.
    #[serde(flatten)]
    pub span: Span,
}

impl At {
    /// A place in the evidence called `evidence`.
    pub fn new(evidence: impl Into<Cow<'static, str>>, start: usize, len: usize) -> Self {
        Self { evidence: evidence.into(), span: Span::new(start, len) }
    }
}

impl Finding {
    /// A finding with an outcome and nothing else.
    pub const fn new(check: &'static Check, outcome: Outcome) -> Self {
        Self { check, part: None, outcome, expected: None, actual: None, at: None }
    }

    /// The check holds.
    pub const fn pass(check: &'static Check) -> Self {
        Self::new(check, Outcome::Pass)
    }

    /// The check does not hold.
    pub const fn fail(check: &'static Check, reason: &'static str) -> Self {
        Self::new(check, Outcome::Fail(Reason(reason)))
    }

    /// The reader should know something.
    pub const fn warn(check: &'static Check, reason: &'static str) -> Self {
        Self::new(check, Outcome::Warn(Reason(reason)))
    }

    /// The check does not hold, and the policy lets that pass.
    pub const fn allowed(check: &'static Check, reason: &'static str) -> Self {
        Self::new(check, Outcome::Allowed(Reason(reason)))
    }

    /// There is nothing to compare with.
    pub(crate) const fn no_reference(check: &'static Check) -> Self {
        Self::unknown(check, Why::NoReference)
    }

    /// The check could not be decided.
    pub const fn unknown(check: &'static Check, why: Why) -> Self {
        Self::new(check, Outcome::Unknown(why))
    }

    /// The check could not run because of another.
    pub const fn blocked(check: &'static Check, by: &'static Check) -> Self {
        Self::unknown(check, Why::Blocked { by })
    }

    /// Pass when `holds`, otherwise fail with `reason`.
    pub const fn test(check: &'static Check, holds: bool, reason: &'static str) -> Self {
        if holds { Self::pass(check) } else { Self::fail(check, reason) }
    }

    /// Pass unless there is a `reason` against it.
    pub fn unless(check: &'static Check, reason: Option<&'static str>) -> Self {
        reason.map_or_else(|| Self::pass(check), |reason| Self::fail(check, reason))
    }

    /// Pass when both byte strings are equal, otherwise fail with `not-equal`; both are kept.
    pub fn equal(check: &'static Check, expected: &[u8], actual: &[u8]) -> Self {
        Self::test(check, expected == actual, "not-equal")
            .expected(Value::hex(expected))
            .actual(Value::hex(actual))
    }

    /// Pass when both texts are equal, otherwise fail with `not-equal`; both are kept.
    pub(crate) fn equal_text(check: &'static Check, expected: &str, actual: &str) -> Self {
        Self::test(check, expected == actual, "not-equal").expected(expected).actual(actual)
    }

    /// Sets the part.
    #[must_use]
    pub fn part(mut self, part: impl Into<Cow<'static, str>>) -> Self {
        self.part = Some(part.into());
        self
    }

    /// Sets the expected value.
    #[must_use]
    pub fn expected(mut self, value: impl Into<Value>) -> Self {
        self.expected = Some(value.into());
        self
    }

    /// Sets the value found.
    #[must_use]
    pub fn actual(mut self, value: impl Into<Value>) -> Self {
        self.actual = Some(value.into());
        self
    }

    /// Sets the place to a span.
    #[must_use]
    pub fn within(self, evidence: impl Into<Cow<'static, str>>, span: Span) -> Self {
        self.at(evidence, span.start, span.len)
    }

    /// Sets the place.
    #[must_use]
    pub fn at(mut self, evidence: impl Into<Cow<'static, str>>, start: usize, len: usize) -> Self {
        self.at = Some(At::new(evidence, start, len));
        self
    }

    /// Whether the outcome is [`Outcome::Pass`].
    pub const fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Pass)
    }
}

/// The findings of one examination, and its result when every check that the result's type
/// promises has passed.
#[derive(Clone, Debug)]
pub struct Examined<T> {
    /// What was found, in the order of the checklist.
    pub findings: Vec<Finding>,
    /// The result, when its promise holds.
    pub verified: Option<T>,
}

//! What a caller requires before anything is sealed, and what is said where that is not there.

use serde::Serialize;

use crate::engine::plan::Origin;
use crate::finding::Level;

/// For how long after its first question a session's key may be used unless the caller says less,
/// in seconds.
pub const MAX_AGE_S: u32 = 600;

/// What a caller requires before anything is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The least level.
    pub least: Level,
    /// For how long after the session's first question the key may be used, in seconds.
    pub max_age_s: u32,
    /// Whether evidence is enough that answers no challenge and carries no date, where the policy
    /// accepts it as undated.
    pub undated: bool,
    /// Where requests go, when it is not the service itself: somebody who passes them on. Only where
    /// the sealing leaves nothing of a body to whoever passes it on.
    pub via: Option<Origin>,
}

impl Requirement {
    /// `least`, evidence that answers this process, and a session of at most [`MAX_AGE_S`].
    pub const fn level(least: Level) -> Self {
        Self { least, max_age_s: MAX_AGE_S, undated: false, via: None }
    }
}

/// Why nothing is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Refusal {
    /// A check failed or is open, or the level is lower than required.
    Level,
    /// The evidence does not answer a challenge of this process.
    Challenge,
    /// The evidence carries no date and answers no challenge, and the caller did not take that.
    Undated,
    /// The evidence names another address than the one that was asked, or than the policy names.
    Origin,
    /// No evidence covers exactly one key that the service hands out.
    Key,
    /// The session began too long ago, or the clock went back since.
    Age,
    /// The service names another key than the one that the evidence covers.
    Changed,
    /// The service did not name its key when it was asked again.
    Unanswered,
    /// The key is of a form with which anybody could read what is sealed.
    Weak,
    /// There is nothing to seal.
    Empty,
    /// The request is larger than the service takes.
    TooLarge,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 11] = [
        Self::Level,
        Self::Challenge,
        Self::Undated,
        Self::Origin,
        Self::Key,
        Self::Age,
        Self::Changed,
        Self::Unanswered,
        Self::Weak,
        Self::Empty,
        Self::TooLarge,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Challenge => "challenge",
            Self::Undated => "undated",
            Self::Origin => "origin",
            Self::Key => "key",
            Self::Age => "age",
            Self::Changed => "changed",
            Self::Unanswered => "unanswered",
            Self::Weak => "weak",
            Self::Empty => "empty",
            Self::TooLarge => "too-large",
        }
    }
}

//! To whom a request may be sealed: the key that a report binds, for as long as its service names it.
//!
//! Nothing is sealed or sent here. [`SealedTo`] is made of a report and of what this process itself
//! asked, and only where the report holds what the caller requires; [`Current`] is made of it and of
//! an answer that came after. Whoever seals takes a [`Current`].
//!
//! # What a key shows
//! That evidence covers the binding which names the key, that the evidence answers this process's
//! own challenge, and that the service hands the same key to clients. Nothing here is about a
//! connection: whoever ends it sees what is not sealed, and whom the request is for.

use serde::Serialize;

use crate::context::Context;
use crate::digest::Sha256;
use crate::engine::plan::session::Response;
use crate::engine::plan::{Request, key_question};
use crate::finding::{Check, Level, LinkId, Value, connection};
use crate::hex;
use crate::report::{Freshness, KeyFlag, Report, State};
use crate::services::coordinator::appraise::{Published, published};
use crate::services::coordinator::checks;
use crate::time::UnixTime;

/// For how long after its first question a session's key may be used unless the caller says less,
/// in seconds.
pub const MAX_AGE_S: u32 = 600;

/// What a caller requires before anything is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The least level.
    pub least: Level,
    /// For how long after the session's first question the key may be used, in seconds.
    pub max_age_s: u32,
}

impl Requirement {
    /// `least`, and a session of at most [`MAX_AGE_S`].
    pub const fn level(least: Level) -> Self {
        Self { least, max_age_s: MAX_AGE_S }
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
    /// The evidence names another address than the one that was asked.
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
    /// The request is larger than the service takes.
    TooLarge,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 9] = [
        Self::Level,
        Self::Challenge,
        Self::Origin,
        Self::Key,
        Self::Age,
        Self::Changed,
        Self::Unanswered,
        Self::Weak,
        Self::TooLarge,
    ];

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Challenge => "challenge",
            Self::Origin => "origin",
            Self::Key => "key",
            Self::Age => "age",
            Self::Changed => "changed",
            Self::Unanswered => "unanswered",
            Self::Weak => "weak",
            Self::TooLarge => "too-large",
        }
    }
}

/// What has to have passed, without a warning, and what is to blame where it did not.
const PASSED: [(&Check, Refusal); 6] = [
    (&checks::EXCHANGE_CONSISTENT, Refusal::Challenge),
    (&checks::BINDING_NONCE, Refusal::Challenge),
    (&connection::FRESHNESS, Refusal::Challenge),
    (&checks::BINDING_ORIGIN, Refusal::Origin),
    (&checks::BINDING_DIGEST, Refusal::Key),
    (&checks::BINDING_SEALED_KEY, Refusal::Key),
];

/// The name of the claim that holds the key.
const KEY: &str = "key.sealed-request";

/// A key to which requests may be sealed, with the service that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTo {
    origin: String,
    key: [u8; 32],
    begun: UnixTime,
    checked: UnixTime,
    max_age_s: u32,
}

impl SealedTo {
    /// The key that `report` binds, when the report holds `requirement`. `context` is the one that
    /// the report was made with: its questions are this process's own.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies.
    pub fn of(
        report: &Report,
        context: &Context,
        requirement: &Requirement,
    ) -> Result<Self, Refusal> {
        let reached = report.verdict.state <= State::Warning
            && report.assurance.level >= Some(requirement.least);
        let asked = context.asked.as_ref();
        let asked = asked.filter(|_| report.recorded_at.is_none()).ok_or(Refusal::Challenge)?;
        if !reached {
            return Err(Refusal::Level);
        }
        let lacks = |(check, refusal): &(&'static Check, Refusal)| {
            let mut outcomes = report.findings(check).map(|finding| finding.outcome).peekable();
            let passed = outcomes.peek().is_some() && outcomes.all(|outcome| outcome == "pass");
            (!passed).then_some(*refusal)
        };
        if let Some(refusal) = PASSED.iter().find_map(lacks) {
            return Err(refusal);
        }
        if report.flags.freshness != Freshness::Challenge {
            return Err(Refusal::Challenge);
        }
        if report.headline.of.as_deref() != Some(&asked.origin) {
            return Err(Refusal::Origin);
        }
        let holds = |id| report.link(id).is_some_and(|link| link.holds());
        let bound = report.flags.key == KeyFlag::Bound && holds(LinkId::KeyBinding);
        let key = key(report).filter(|_| bound).ok_or(Refusal::Key)?;
        let sealed_to = Self {
            origin: asked.origin.clone(),
            key,
            begun: asked.started_at,
            checked: report.checked_at,
            max_age_s: requirement.max_age_s,
        };
        sealed_to.young(report.checked_at)?;
        Ok(sealed_to)
    }

    /// Scheme and authority of the service.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What the service has to be asked right before something is sealed: which key it names now.
    pub fn question(&self) -> Option<Request> {
        self.origin.parse().ok().map(|origin| key_question(&origin))
    }

    /// The key, when `answer` to [`question`](Self::question) names it and the session is young at
    /// `now`.
    ///
    /// # Errors
    /// [`Refusal::Age`], [`Refusal::Changed`] or [`Refusal::Unanswered`].
    pub fn current(
        &self,
        answer: Option<&Response>,
        now: UnixTime,
    ) -> Result<Current<'_>, Refusal> {
        self.young(now)?;
        match answer.map(published) {
            Some(Published::Key { key, .. }) if key == self.key => Ok(Current { of: self }),
            Some(Published::Key { .. }) => Err(Refusal::Changed),
            _ => Err(Refusal::Unanswered),
        }
    }

    fn young(&self, now: UnixTime) -> Result<(), Refusal> {
        let age = now.0.checked_sub(self.begun.0).ok_or(Refusal::Age)?;
        let is_young = (0..=i64::from(self.max_age_s)).contains(&age) && now >= self.checked;
        if is_young { Ok(()) } else { Err(Refusal::Age) }
    }
}

/// The one key that the binding names, as the report shows it.
fn key(report: &Report) -> Option<[u8; 32]> {
    let mut keys = report.claims.iter().filter(|claim| claim.name == KEY);
    let claim = keys.next().filter(|claim| keys.next().is_none() && claim.part.is_none())?;
    match &claim.value {
        Value::Hex(text) => hex::decode(text).ok()?.try_into().ok(),
        _ => None,
    }
}

/// A key to which one request may be sealed now.
#[derive(Debug)]
pub struct Current<'a> {
    of: &'a SealedTo,
}

impl Current<'_> {
    /// The X25519 public key.
    pub const fn key(&self) -> &[u8; 32] {
        &self.of.key
    }

    /// The short id by which the service knows its key: 8 bytes of the key's SHA-256, in hex.
    pub fn id(&self) -> String {
        Sha256::of(&self.of.key).to_string().chars().take(16).collect()
    }
}

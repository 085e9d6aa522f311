//! What an RPC provider says about a register, against what was shown.

use super::checks;
use super::parse::{Recorded, Said};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::compared::ruled;
use crate::finding::{Check, Finding, Rule, Value, Why};

/// How far the question got.
#[derive(Clone, Debug)]
pub(crate) enum Answered<T> {
    /// The policy does not say whom to ask, or about what; the word tells which.
    NoQuestion(&'static str),
    /// It was not asked.
    No,
    /// It gave no answer that can be read, and why.
    Unreadable(String),
    /// It said this.
    Yes(T),
}

impl<T> Answered<T> {
    /// What a recorded answer says, read by `read`.
    pub(crate) fn of(
        recorded: Option<&Recorded>,
        read: impl FnOnce(&str) -> Result<Said<T>, Error>,
    ) -> Self {
        match recorded.map(|recorded| read(&recorded.answer)) {
            None => Self::No,
            Some(Ok(Said::Value(value))) => Self::Yes(value),
            Some(Ok(Said::Refused(why))) => Self::Unreadable(why),
            Some(Err(error)) => Self::Unreadable(error.to_string()),
        }
    }

    /// The answer to a second question, which the answer to this one leads to.
    pub(crate) fn then<U>(self, next: impl FnOnce(T) -> Answered<U>) -> Answered<U> {
        match self {
            Self::NoQuestion(word) => Answered::NoQuestion(word),
            Self::No => Answered::No,
            Self::Unreadable(why) => Answered::Unreadable(why),
            Self::Yes(value) => next(value),
        }
    }
}

/// EigenCompute: the image digest of the app's latest release in the register, `None` when it
/// names none, against the image that was shown to run.
pub(crate) fn release(
    running: Result<Sha256, &'static Check>,
    answered: Answered<Option<Sha256>>,
    contradiction: Rule,
) -> Finding {
    let check = &checks::REGISTRY_RELEASE;
    let running = match running {
        Ok(running) => running,
        Err(by) => return Finding::blocked(check, by),
    };
    let said = match answered {
        Answered::Yes(said) => said,
        other => return open(check, &other),
    };
    let Some(said) = said else {
        return ruled(check, contradiction, "not-registered").actual(Value::hex(running.0));
    };
    let finding = match said == running {
        true => Finding::pass(check),
        false => ruled(check, contradiction, "not-equal"),
    };
    finding.expected(Value::hex(said.0)).actual(Value::hex(running.0))
}

/// dstack: whether the app's contract allows the app-compose file with this hash, which the
/// verified log or document names.
pub(crate) fn compose_hash(hash: Sha256, answered: Answered<bool>, contradiction: Rule) -> Finding {
    let check = &checks::REGISTRY_COMPOSE_HASH;
    match answered {
        Answered::Yes(true) => Finding::pass(check),
        Answered::Yes(false) => ruled(check, contradiction, "not-allowed"),
        other => return open(check, &other),
    }
    .actual(Value::hex(hash.0))
}

/// An entry of the document that names a register which is not looked at.
pub(crate) fn unread_entry(part: String, why: &str) -> Finding {
    Finding::unknown(&checks::REGISTRY_ENTRY, Why::NotSupported).part(part).actual(why)
}

/// An answer that was handed in and cannot be read.
pub(crate) fn unreadable(part: String, error: &Error) -> Finding {
    let finding = Finding::unknown(&checks::REGISTRY_ANSWER, Why::NotSupported);
    finding.part(part).actual(error.to_string())
}

fn open<T>(check: &'static Check, answered: &Answered<T>) -> Finding {
    match answered {
        Answered::NoQuestion(word) => Finding::no_reference(check).actual(*word),
        Answered::Unreadable(why) => {
            Finding::unknown(check, Why::NotSupported).actual(why.as_str())
        }
        Answered::No | Answered::Yes(_) => Finding::unknown(check, Why::NotFetched),
    }
}

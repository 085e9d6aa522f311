//! The binding against the evidence that covers it and the question that it answers.

use crate::digest::Sha512;
use crate::finding::{Check, Finding, Outcome, Value, Why, connection};
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::{Binding, Document, Mode, carrier};
use crate::services::coordinator::policy::CoordinatorPolicy;
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

/// How far the clocks of reader and machine may differ, in seconds.
pub(super) const CLOCK_SKEW: i64 = 300;

/// The session that a document answers: what was sent, to whom, and who says so.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Who says so.
    pub(crate) teller: Teller,
    /// Scheme and authority that were asked.
    pub origin: &'a str,
    /// The nonce that was sent.
    pub nonce: Option<&'a [u8]>,
    /// For how long caches on the way kept the answer, in seconds.
    pub(crate) age_s: Option<u64>,
}

/// Who says what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teller {
    /// The process that examines: it asked by itself.
    ThisProcess,
    /// A file, which anyone could have written.
    Recording,
}

impl Teller {
    /// What holds for a session, as far as the teller of that session is to be believed: a pass, or
    /// a warning that a recording says so.
    pub const fn holds(self, check: &'static Check) -> Finding {
        match self {
            Self::ThisProcess => Finding::pass(check),
            Self::Recording => Finding::warn(check, RECORDED),
        }
    }

    /// The finding of a comparison with a value of the session: what is equal [`Self::holds`].
    pub(super) fn compared(self, finding: Finding) -> Finding {
        match finding.outcome {
            Outcome::Pass => Finding { outcome: self.holds(finding.check).outcome, ..finding },
            _ => finding,
        }
    }
}

/// It holds according to a recording, which nobody at hand vouches for.
pub(crate) const RECORDED: &str = "recorded";
/// The nonce is none that only one answer could meet.
const NO_CHALLENGE: &str = "no-challenge";

/// Whether `nonce` is a challenge: long enough that nobody answers it beforehand, and not one byte
/// again and again, which random numbers do not give.
pub(crate) fn is_challenge(nonce: &[u8]) -> bool {
    nonce.len() >= carrier::MIN_NONCE
        && nonce.windows(2).any(|pair| !matches!(pair, [a, b] if a == b))
}

/// What the document answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// A challenge, as the teller says.
    Challenge(Teller),
    /// A nonce that is no challenge.
    NoChallenge,
    /// Nothing that was sent.
    Nothing,
}

/// The evidence covers D: report data of a quote or report, as `carrier` says.
///
/// A carrier that is not one for report data leaves the check open: which function of D is
/// compared must not be left to chance.
pub fn digest(
    report_data: &[u8; 64],
    signed: Result<(), &'static Check>,
    carried: &str,
    d: &Sha512,
) -> Finding {
    let expected = match carried {
        carrier::DSTACK_APPDATA => carrier::dstack_report_data(d),
        _ => *d,
    };
    let own = if carried == carrier::DSTACK_APPDATA { carried } else { carrier::DIRECT };
    holds(own, carried, expected.as_bytes(), report_data, signed)
}

/// The evidence covers D: it has exactly the bytes that the carrier `own` makes of D. Evidence that
/// names another carrier leaves the check open.
///
/// `signed` is the check to blame where nobody is shown to have signed the evidence. Evidence that
/// openly has other bytes is not this document's, whoever signed it.
pub fn holds(
    own: &str,
    carried: &str,
    expected: &[u8],
    actual: &[u8],
    signed: Result<(), &'static Check>,
) -> Finding {
    let check = &checks::BINDING_DIGEST;
    if carried != own {
        return Finding::unknown(check, Why::NotSupported).actual(carried);
    }
    match (Finding::equal(check, expected, actual), signed) {
        (equal, Err(by)) if equal.passed() => {
            Finding { outcome: Finding::blocked(check, by).outcome, ..equal }
        }
        (compared, _) => compared,
    }
}

/// The evidence covers D: each of several quotes has exactly the bytes that the carrier `own` makes
/// of D.
pub(crate) fn all_hold(
    own: &str,
    carried: &str,
    expected: &[u8],
    actual: &[&[u8]],
    signed: Result<(), &'static Check>,
) -> Finding {
    let other = actual.iter().find(|actual| **actual != expected).or(actual.first());
    match (other, signed) {
        (Some(actual), signed) => holds(own, carried, expected, actual, signed),
        (None, Err(by)) => Finding::blocked(&checks::BINDING_DIGEST, by),
        (None, Ok(())) => Finding::fail(&checks::BINDING_DIGEST, "missing"),
    }
}

/// The evidence covers D: one of a token's nonces, as a whole, is D in base64url.
pub fn token_nonce(
    nonces: &[String],
    signed: Result<(), &'static Check>,
    carried: &str,
    d: &Sha512,
) -> Finding {
    let check = &checks::BINDING_DIGEST;
    if carried != carrier::EAT_NONCE {
        return Finding::unknown(check, Why::NotSupported).actual(carried);
    }
    let expected = carrier::eat_nonce(d);
    let finding = match (nonces.contains(&expected), signed) {
        (true, Ok(())) => Finding::pass(check),
        (true, Err(by)) => Finding::blocked(check, by),
        (false, _) => Finding::fail(check, if nonces.is_empty() { "missing" } else { "not-equal" }),
    };
    finding.actual(nonces.join(", ")).expected(expected)
}

/// What is known of a session.
#[derive(Clone, Debug)]
pub struct InSession {
    /// Nonce, origin, types of evidence and age, in this order.
    pub findings: Vec<Finding>,
    /// What the evidence answers, where it covers the binding and its age is accepted.
    pub answered: Option<Answered>,
}

/// Nonce, origin, types of evidence and age. Without `session` the document came as a file: then
/// nobody here knows who sent its nonce, or to whom.
pub fn session(
    document: &Document,
    binding: &Binding,
    covered: bool,
    session: Option<&Session<'_>>,
    policy: &CoordinatorPolicy,
    now: UnixTime,
) -> InSession {
    let (nonce, answered) = nonce(document, session);
    let age = if covered {
        age(binding, answered, session, policy, now)
    } else {
        Finding::blocked(&connection::FRESHNESS, &checks::BINDING_DIGEST)
    };
    let answered = age.outcome.holds().then_some(answered);
    let findings = vec![nonce, origin(binding, session, policy), types(document, binding), age];
    InSession { findings, answered }
}

/// Every finding of [`session`] as blocked by `by`.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    let checks = [
        &checks::BINDING_NONCE,
        &checks::BINDING_ORIGIN,
        &checks::BINDING_EVIDENCE_TYPES,
        &connection::FRESHNESS,
    ];
    checks.into_iter().map(|check| Finding::blocked(check, by)).collect()
}

/// The answer is to the nonce that was sent. The nonce in the document is the one that D is made
/// with, so that equal nonces and a D that fits mean that evidence was made after the nonce. That
/// says something where the nonce is a challenge.
fn nonce(document: &Document, session: Option<&Session<'_>>) -> (Finding, Answered) {
    let check = &checks::BINDING_NONCE;
    let answered = document.nonce.as_ref().map(|nonce| nonce.0.as_slice());
    let sent = session.and_then(|session| Some((session.nonce?, session.teller)));
    let (finding, answers) = match (sent, answered) {
        (Some((sent, teller)), Some(answered)) => {
            let finding = Finding::equal(check, sent, answered);
            return match (finding.passed(), is_challenge(sent)) {
                (true, true) => (teller.compared(finding), Answered::Challenge(teller)),
                (true, false) => {
                    let outcome = Finding::warn(check, NO_CHALLENGE).outcome;
                    (Finding { outcome, ..finding }, Answered::NoChallenge)
                }
                (false, _) => (finding, Answered::Nothing),
            };
        }
        (Some((sent, _)), None) => {
            let finding = match document.freshness.mode {
                Mode::Challenge => Finding::fail(check, "missing"),
                _ => Finding::warn(check, "not-answered"),
            };
            (finding.expected(Value::hex(sent)), Answered::Nothing)
        }
        (None, Some(_)) if session.is_some() => {
            (Finding::warn(check, "not-asked"), Answered::Nothing)
        }
        (None, _) => (Finding::unknown(check, Why::NotApplicable), Answered::Nothing),
    };
    match answered {
        Some(answered) => (finding.actual(Value::hex(answered)), answers),
        None => (finding, answers),
    }
}

/// The binding is about the service that was asked: one machine's answer served by another would
/// name the wrong one.
fn origin(binding: &Binding, session: Option<&Session<'_>>, policy: &CoordinatorPolicy) -> Finding {
    let check = &checks::BINDING_ORIGIN;
    let asked = session.map(|session| session.origin);
    let expected: Vec<&str> = asked.into_iter().chain(policy.origin.as_deref()).collect();
    match (expected.iter().find(|expected| **expected != binding.origin), session) {
        (Some(expected), _) => Finding::fail(check, "not-equal").expected(*expected),
        (None, _) if expected.is_empty() => Finding::unknown(check, Why::NotApplicable),
        (None, Some(session)) if policy.origin.is_none() => session.teller.holds(check),
        (None, _) => Finding::pass(check),
    }
    .actual(binding.origin.as_str())
}

/// What the machine says that it handed out is what arrived: neither less nor more.
fn types(document: &Document, binding: &Binding) -> Finding {
    let check = &checks::BINDING_EVIDENCE_TYPES;
    let present = document.types();
    let mut bound: Vec<&str> = binding.evidence_types.iter().map(String::as_str).collect();
    bound.sorted_once();
    let finding = if bound.iter().any(|kind| !present.contains(kind)) {
        Finding::fail(check, "missing")
    } else {
        Finding::test(check, bound == present, "not-listed")
    };
    finding.expected(bound.join(", ")).actual(present.join(", "))
}

/// When the evidence was made, by the machine's clock, which the binding carries.
fn age(
    binding: &Binding,
    answered: Answered,
    session: Option<&Session<'_>>,
    policy: &CoordinatorPolicy,
    now: UnixTime,
) -> Finding {
    let check = &connection::FRESHNESS;
    let made = binding.issued_at;
    let age = now.0.saturating_sub(made.0);
    let is_old = age > policy.max_age_s;
    let own = session.is_some_and(|session| session.teller == Teller::ThisProcess);
    let finding = match answered {
        _ if age < -CLOCK_SKEW => Finding::fail(check, "in-the-future"),
        Answered::Nothing | Answered::NoChallenge if own && is_old => Finding::fail(check, "stale"),
        _ if is_old => Finding::warn(check, "stale"),
        Answered::Challenge(teller) => teller.holds(check),
        Answered::NoChallenge => Finding::warn(check, NO_CHALLENGE),
        Answered::Nothing => Finding::warn(check, "cached"),
    };
    let kept = match session.and_then(|session| session.age_s) {
        Some(kept) => format!(", kept by a cache for {kept} s"),
        None => String::new(),
    };
    finding
        .expected(format!("at most {} s old", policy.max_age_s))
        .actual(format!("{made}, {age} s before this check{kept}"))
}

//! The binding against the evidence that covers it and the question that it answers.

use crate::digest::Sha512;
use crate::evidence::coordinator::{Binding, Document, Mode, carrier};
use crate::finding::{Check, Finding, Value, Why, checks};
use crate::policy::CoordinatorPolicy;
use crate::time::UnixTime;

/// How far the clocks of reader and machine may differ, in seconds.
const CLOCK_SKEW: i64 = 300;

/// What the reader's own software knows of the question.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Scheme and authority that were asked.
    pub origin: &'a str,
    /// The nonce that was sent.
    pub nonce: Option<&'a [u8]>,
    /// For how long caches on the way kept the answer, in seconds.
    pub age_s: Option<u64>,
}

/// The evidence covers D: report data of a quote or report, as `carrier` says.
///
/// A carrier that is not one for report data leaves the check open: which function of D is
/// compared must not be left to chance.
pub fn digest(report_data: Result<[u8; 64], &'static Check>, carried: &str, d: &Sha512) -> Finding {
    let expected = match carried {
        carrier::DSTACK_APPDATA => carrier::dstack_report_data(d),
        _ => *d,
    };
    let own = if carried == carrier::DSTACK_APPDATA { carried } else { carrier::DIRECT };
    let report_data = report_data.as_ref().map(<[u8; 64]>::as_slice).map_err(|by| *by);
    holds(own, carried, expected.as_bytes(), report_data)
}

/// The evidence covers D: it has exactly the bytes that the carrier `own` makes of D. Evidence that
/// names another carrier leaves the check open.
pub fn holds(
    own: &str,
    carried: &str,
    expected: &[u8],
    actual: Result<&[u8], &'static Check>,
) -> Finding {
    let check = &checks::BINDING_DIGEST;
    if carried != own {
        return Finding::unknown(check, Why::NotSupported).actual(carried);
    }
    match actual {
        Ok(actual) => Finding::equal(check, expected, actual),
        Err(by) => Finding::blocked(check, by).expected(Value::hex(expected)),
    }
}

/// The evidence covers D: one of a token's nonces, as a whole, is D in base64url.
pub fn token_nonce(
    nonces: Result<&[String], &'static Check>,
    carried: &str,
    d: &Sha512,
) -> Finding {
    let check = &checks::BINDING_DIGEST;
    if carried != carrier::EAT_NONCE {
        return Finding::unknown(check, Why::NotSupported).actual(carried);
    }
    let expected = carrier::eat_nonce(d);
    match nonces {
        Ok(nonces) => {
            let reason = if nonces.is_empty() { "missing" } else { "not-equal" };
            Finding::test(check, nonces.contains(&expected), reason).actual(nonces.join(", "))
        }
        Err(by) => Finding::blocked(check, by),
    }
    .expected(expected)
}

/// Nonce, origin, types of evidence and age, in this order. Without `asked` the document came as a
/// file: then nobody here knows who sent its nonce, or to whom.
pub fn session(
    document: &Document,
    binding: &Binding,
    covered: bool,
    asked: Option<&Asked<'_>>,
    policy: &CoordinatorPolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let nonce = nonce(document, asked);
    let freshness = if covered {
        freshness(binding, nonce.passed(), asked, policy, now)
    } else {
        Finding::blocked(&checks::FRESHNESS, &checks::BINDING_DIGEST)
    };
    vec![nonce, origin(binding, asked, policy), types(document, binding), freshness]
}

/// Every finding of [`session`] as blocked by `by`.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    let checks = [
        &checks::BINDING_NONCE,
        &checks::BINDING_ORIGIN,
        &checks::BINDING_EVIDENCE_TYPES,
        &checks::FRESHNESS,
    ];
    checks.into_iter().map(|check| Finding::blocked(check, by)).collect()
}

/// The answer is to the reader's nonce. The nonce in the document is the one that D is made with,
/// so that equal nonces and a D that fits mean that evidence was made after the nonce.
fn nonce(document: &Document, asked: Option<&Asked<'_>>) -> Finding {
    let check = &checks::BINDING_NONCE;
    let answered = document.nonce.as_ref().map(|nonce| nonce.0.as_slice());
    let sent = asked.and_then(|asked| asked.nonce);
    let finding = match (sent, answered) {
        (Some(sent), Some(answered)) => return Finding::equal(check, sent, answered),
        (Some(sent), None) if document.freshness.mode == Mode::Challenge => {
            Finding::fail(check, "missing").expected(Value::hex(sent))
        }
        (Some(sent), None) => Finding::warn(check, "not-answered").expected(Value::hex(sent)),
        (None, Some(_)) if asked.is_some() => Finding::warn(check, "not-asked"),
        (None, _) => Finding::unknown(check, Why::NotApplicable),
    };
    match answered {
        Some(answered) => finding.actual(Value::hex(answered)),
        None => finding,
    }
}

/// The binding is about the service that was asked: one machine's answer served by another would
/// name the wrong one.
fn origin(binding: &Binding, asked: Option<&Asked<'_>>, policy: &CoordinatorPolicy) -> Finding {
    let check = &checks::BINDING_ORIGIN;
    let expected: Vec<&str> =
        asked.map(|asked| asked.origin).into_iter().chain(policy.origin.as_deref()).collect();
    match expected.iter().find(|expected| **expected != binding.origin) {
        Some(expected) => Finding::fail(check, "not-equal").expected(*expected),
        None if expected.is_empty() => Finding::unknown(check, Why::NotApplicable),
        None => Finding::pass(check),
    }
    .actual(binding.origin.as_str())
}

/// What the machine says that it handed out is what arrived: neither less nor more.
fn types(document: &Document, binding: &Binding) -> Finding {
    let check = &checks::BINDING_EVIDENCE_TYPES;
    let present = document.types();
    let mut bound: Vec<&str> = binding.evidence_types.iter().map(String::as_str).collect();
    bound.sort_unstable();
    bound.dedup();
    let finding = if bound.iter().any(|kind| !present.contains(kind)) {
        Finding::fail(check, "missing")
    } else {
        Finding::test(check, bound == present, "not-listed")
    };
    finding.expected(bound.join(", ")).actual(present.join(", "))
}

/// When the evidence was made, by the machine's clock, which the binding carries.
fn freshness(
    binding: &Binding,
    challenged: bool,
    asked: Option<&Asked<'_>>,
    policy: &CoordinatorPolicy,
    now: UnixTime,
) -> Finding {
    let check = &checks::FRESHNESS;
    let made = binding.issued_at;
    let age = now.0.saturating_sub(made.0);
    let is_old = age > policy.max_age_s;
    let finding = match (challenged, asked) {
        _ if age < -CLOCK_SKEW => Finding::fail(check, "in-the-future"),
        (true, _) if is_old => Finding::warn(check, "stale"),
        (true, _) => Finding::pass(check),
        (false, Some(_)) if is_old => Finding::fail(check, "stale"),
        (false, None) if is_old => Finding::warn(check, "stale"),
        (false, _) => Finding::warn(check, "cached"),
    };
    let kept = match asked.and_then(|asked| asked.age_s) {
        Some(kept) => format!(", kept by a cache for {kept} s"),
        None => String::new(),
    };
    finding
        .expected(format!("at most {} s old", policy.max_age_s))
        .actual(format!("{made}, {age} s before this check{kept}"))
}

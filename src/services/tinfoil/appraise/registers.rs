//! The registers of a TDX guest, each against the word of whoever names it: MRTD and RTMR0 against
//! the signed list of hardware, RTMR1 and RTMR2 against the release, RTMR3 against zero.
//!
//! The firmware measures the kernel. What RTMR1 and RTMR2 stand for is known only where the
//! firmware is.

use super::Td;
use crate::finding::{Check, Finding, Value};
use crate::formats::intel::appraise::QUOTE;
use crate::formats::intel::parse::place::{td, within};
use crate::services::tinfoil::checks;
use crate::services::tinfoil::parse::{Hardware, Predicate};
use crate::span::Span;

const ZERO: [u8; 48] = [0; 48];

type Measured<'r> = Result<Td<'r>, &'static Check>;

impl Td<'_> {
    /// Whether MRTD and RTMR0 are those of one kind of machine on the list.
    pub(crate) fn is_on(&self, list: &Hardware) -> bool {
        let [rtmr0, ..] = &self.report.rtmr;
        list.named(&self.report.mr_td, rtmr0).next().is_some()
    }

    fn placed(self, finding: Finding, field: Span) -> Finding {
        finding.within(QUOTE, within(self.body, field))
    }
}

/// RTMR1 and RTMR2 are those that the release names.
pub(super) fn of_release(predicate: &Predicate, measured: Measured<'_>) -> Vec<Finding> {
    let check = &checks::TINFOIL_REGISTERS;
    let expected = match predicate.tdx() {
        Ok(Some(expected)) => expected,
        Ok(None) => return vec![Finding::fail(check, "missing")],
        Err(error) => return vec![Finding::fail(check, "malformed").actual(error.to_string())],
    };
    let [_, first, second, _] = td::RTMR;
    let named = [("rtmr1", expected.rtmr1.0), ("rtmr2", expected.rtmr2.0)];
    let own = match measured {
        Ok(own) => own,
        Err(by) => {
            let blocked = |(part, expected)| {
                Finding::blocked(check, by).part(part).expected(Value::hex(expected))
            };
            return named.map(blocked).to_vec();
        }
    };
    let [_, rtmr1, rtmr2, _] = own.report.rtmr;
    let compared = named.into_iter().zip([(rtmr1, first), (rtmr2, second)]);
    compared
        .map(|((part, expected), (actual, field))| {
            own.placed(Finding::equal(check, &expected, &actual.0).part(part), field)
        })
        .collect()
}

/// RTMR3 is zero: nothing was added to it after the start. Tinfoil's releases add nothing.
pub(crate) fn runtime(measured: Measured<'_>) -> Finding {
    let check = &checks::TINFOIL_RUNTIME;
    match measured {
        Ok(own) => {
            let ([.., last], [.., field]) = (own.report.rtmr, td::RTMR);
            let finding = Finding::test(check, last.0 == ZERO, "not-zero");
            own.placed(finding.actual(Value::hex(last.0)), field)
        }
        Err(by) => Finding::blocked(check, by),
    }
    .expected(Value::hex(ZERO))
}

/// MRTD and RTMR0 are those of one kind of machine on the signed list.
pub(crate) fn hardware(list: &Hardware, measured: Measured<'_>) -> Vec<Finding> {
    let check = &checks::TINFOIL_HARDWARE;
    let own = match measured {
        Ok(own) => own,
        Err(by) => return vec![Finding::blocked(check, by)],
    };
    let (mrtd, [rtmr0, ..], [field, ..]) = (own.report.mr_td, own.report.rtmr, td::RTMR);
    let is_listed = own.is_on(list);
    let listed = |part, holds, actual: [u8; 48]| {
        Finding::test(check, holds, "not-listed").part(part).actual(Value::hex(actual))
    };
    vec![
        own.placed(listed("mrtd", list.has_firmware(&mrtd), mrtd.0), td::MR_TD),
        own.placed(listed("rtmr0", is_listed, rtmr0.0), field),
    ]
}

/// All registers together lead to the release, and the release is of a source that the policy
/// names; `findings` are those about this guest.
pub(crate) fn guest(findings: &[Finding], names_source: bool) -> Finding {
    const NEEDED: [&Check; 3] =
        [&checks::TINFOIL_REGISTERS, &checks::TINFOIL_RUNTIME, &checks::TINFOIL_HARDWARE];
    let check = &checks::TINFOIL_GUEST;
    for needed in NEEDED {
        let own = || findings.iter().filter(|finding| finding.check == needed);
        if own().next().is_none() || !own().all(Finding::passed) {
            return Finding::blocked(check, needed);
        }
    }
    if names_source { Finding::pass(check) } else { Finding::no_reference(check) }
}

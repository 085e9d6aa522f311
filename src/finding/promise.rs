//! What a type of verified evidence promises: a type's value exists only when its promise is kept.

use super::{Check, Finding, Outcome, Why};

/// The checks that a type of verified evidence promises.
#[derive(Clone, Copy, Debug)]
pub struct Promise {
    /// Checks of which there is a finding, and of which every finding holds.
    pub holds: &'static [&'static Check],
    /// Checks of which there is a finding, and of which every finding holds or does not apply.
    pub where_it_applies: &'static [&'static Check],
}

impl Promise {
    /// The verified value, when every promised check was answered and holds. A check without a
    /// finding was not answered.
    pub fn keep<T>(&self, findings: &[Finding], verified: impl FnOnce() -> T) -> Option<T> {
        const IDLE: Outcome = Outcome::Unknown(Why::NotApplicable);
        let all = |check: &'static Check, idle: bool| {
            let mut own = findings.iter().filter(|finding| finding.check == check).peekable();
            own.peek().is_some() && own.all(|f| f.outcome.holds() || idle && f.outcome == IDLE)
        };
        let kept = self.holds.iter().all(|check| all(check, false))
            && self.where_it_applies.iter().all(|check| all(check, true));
        kept.then(verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::snp::checks::{SNP_CHIP_ID, SNP_REPORT_SIGNATURE};

    #[test]
    fn a_promise_is_kept_by_answers_that_hold_and_by_nothing_else() {
        static HOLDS: [&Check; 1] = [&SNP_REPORT_SIGNATURE];
        static WHERE: [&Check; 1] = [&SNP_CHIP_ID];
        let promise = Promise { holds: &HOLDS, where_it_applies: &WHERE };
        let kept = |findings: &[Finding]| promise.keep(findings, || ()).is_some();
        let idle = Finding::unknown(&SNP_CHIP_ID, Why::NotApplicable);
        let pass = Finding::pass(&SNP_REPORT_SIGNATURE);
        assert!(kept(&[pass.clone(), idle.clone()]));
        assert!(kept(&[pass.clone(), Finding::warn(&SNP_CHIP_ID, "masked")]));
        assert!(!kept(std::slice::from_ref(&pass)), "a promised check without an answer");
        assert!(!kept(std::slice::from_ref(&idle)));
        for other in [
            Finding::fail(&SNP_REPORT_SIGNATURE, "bad-signature"),
            Finding::allowed(&SNP_REPORT_SIGNATURE, "allowed"),
            Finding::unknown(&SNP_REPORT_SIGNATURE, Why::NotApplicable),
            Finding::unknown(&SNP_REPORT_SIGNATURE, Why::SelfStated),
        ] {
            assert!(!kept(&[other.clone(), idle.clone()]), "{other:?}");
            assert!(!kept(&[pass.clone(), other, idle.clone()]));
        }
    }
}

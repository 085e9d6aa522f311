//! Whether anybody but the instance could notice a signature.

use super::checks;
use super::verify::VerifiedStatement;
use crate::claims::Claim;
use crate::finding::compared::ruled;
use crate::finding::{Finding, LinkId, Rule, Value};

/// The signature is in a public log, or the policy's `rule` for an instance that keeps none. In an
/// old bundle the log only promises to take the signature in.
///
/// A public log is what lets the owner of an identity, or anybody, notice a signature that should
/// not be there. Without one, that there is no other is the word of the instance's operator.
pub(crate) fn public_log(statement: &VerifiedStatement, rule: Rule) -> Finding {
    let check = &checks::SIGSTORE_PUBLIC_LOG;
    let Some(entry) = statement.logged().first() else {
        return ruled(check, rule, "no-public-log").actual(statement.instance());
    };
    let finding = match entry.is_included {
        true => Finding::pass(check),
        false => Finding::warn(check, "promise-only"),
    };
    finding.actual(format!("{}, index {}", entry.host, entry.index))
}

/// Whose word the signature rests on.
pub(crate) fn claims(statement: &VerifiedStatement) -> Vec<Claim> {
    let claim = |name, value| Claim { name, value, link: LinkId::Provenance, part: None };
    let key = statement.key().map(|key| claim("sigstore.key", Value::hex(key.sha256().0)));
    let instance = claim("sigstore.instance", Value::text(statement.instance()));
    key.into_iter().chain([instance]).collect()
}

//! What a verified event log states, for showing.

use crate::claims::Claim;
use crate::finding::LinkId;
use crate::verify::eventlog::{Statement, VerifiedLog};

/// The claims of a verified log. Each value names the register that shows it, and what the log
/// calls it where nothing but the log says so. To compare values, use
/// [`VerifiedLog::statements`].
pub fn claims(verified: &VerifiedLog) -> Vec<Claim> {
    verified.statements().iter().map(claim).collect()
}

fn claim(statement: &Statement) -> Claim {
    let Statement { name, value, described_as, register, .. } = statement;
    let link = if name.starts_with("boot.") { LinkId::Measurements } else { LinkId::Image };
    let value = match described_as {
        None => format!("{value} ({register})"),
        Some(described_as) => format!("{value} ({register}; the log calls it {described_as})"),
    };
    Claim { name, value: value.into(), link }
}

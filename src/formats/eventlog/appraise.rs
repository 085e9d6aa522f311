//! What a verified event log states, for showing.

use super::verify::{Standing, Statement, VerifiedLog};
use crate::claims::Claim;
use crate::finding::{LinkId, Value};
use crate::wire::Field;

/// The claims of a verified log. Each value names the register that shows it, and what the log
/// calls it where nothing but the log says so. To compare values, use
/// [`VerifiedLog::statements`].
pub fn claims(verified: &VerifiedLog) -> Vec<Claim> {
    verified.statements().iter().map(claim).collect()
}

/// Every event of a verified log as a labelled span: its place, register and kind, and what it
/// says. Where nothing but the log says so, the value is the digest.
pub fn fields(verified: &VerifiedLog) -> Vec<Field> {
    const BASIS: &str = "TCG PC Client Platform Firmware Profile, Event Logging";
    let numbered = (0_u32..).zip(verified.events());
    numbered
        .map(|(number, event)| {
            let register = match (event.register, event.standing) {
                (Some(register), Standing::NotReplayed) => format!("{register}, not compared"),
                (_, Standing::NotMeasured) => "not measured".to_owned(),
                (_, Standing::Workload) => "by the workload".to_owned(),
                (Some(register), _) => register.to_string(),
                (None, _) => "no register".to_owned(),
            };
            let value = match (&event.meaning, event.standing) {
                (Some(meaning), standing) if standing != Standing::Digest => {
                    Value::text(meaning.as_str())
                }
                _ => Value::hex(&event.digest),
            };
            let name = format!("event {number}: {} ({register})", event.kind);
            Field { name: name.into(), span: event.span, value, basis: BASIS }
        })
        .collect()
}

fn claim(statement: &Statement) -> Claim {
    let Statement { name, value, described_as, register, .. } = statement;
    let of_launch = ["boot.", "dstack."].iter().any(|topic| name.starts_with(topic));
    let link = if of_launch { LinkId::Measurements } else { LinkId::Image };
    let value = match described_as {
        None => format!("{value} ({register})"),
        Some(described_as) => format!("{value} ({register}; the log calls it {described_as})"),
    };
    Claim { name, value: value.into(), link, part: None }
}

//! The feed of a coordinator, row by row.

use super::merge::merged;
use crate::error::Error;
use crate::finding::{Finding, Why, to_blame};
use crate::formats::apple::examine::{Examined, device_of};
use crate::report::{Draft, Part, RootOfTrust, Subject};
use crate::services::providers::appraise::{Seen, agreement, repeated, said, stated};
use crate::services::providers::checks;
use crate::services::providers::parse::{Feed, Row};
use crate::services::providers::policy::ForProviders;
use crate::time::UnixTime;

/// A feed of either form.
///
/// # Errors
/// When it cannot be read, or names no provider.
pub(crate) fn examine(
    input: &[u8],
    policy: &dyn ForProviders,
    now: UnixTime,
) -> Result<Draft, Error> {
    let feed = Feed::parse(input)?;
    let examined: Vec<Examined> = feed.rows.iter().map(|row| device(row, policy, now)).collect();
    let mut draft = Draft::of(Subject::of("provider-feed", input), RootOfTrust::Statement);
    let seen: Vec<Seen<'_>> = (1..)
        .zip(feed.rows.iter().zip(&examined))
        .map(|(place, (row, examined))| (place, row, examined.verified.as_ref()))
        .collect();
    let between = repeated(&seen);
    let any = seen.iter().any(|(_, _, verified)| verified.is_some());
    let mut rows = Vec::new();
    for ((place, row), examined) in (1..).zip(&feed.rows).zip(examined) {
        let name = format!("row {place}");
        draft.stated.extend(stated(&name, row));
        rows.push((place, examined.part));
    }
    draft.absorb(merged(rows));
    draft.findings.extend(between);
    draft.findings.push(match any {
        true => Finding::warn(&checks::PROVIDERS_WORD, "coordinator"),
        false => Finding::unknown(&checks::PROVIDERS_WORD, Why::SelfStated),
    });
    draft.findings.push(Finding::unknown(&checks::PROVIDERS_PROGRAM, Why::NotPublished));
    Ok(draft)
}

/// What one row shows: Apple's word about a device, or nothing.
fn device(row: &Row, policy: &dyn ForProviders, now: UnixTime) -> Examined {
    let device = &checks::PROVIDERS_DEVICE;
    let Some(chain) = row.chain() else {
        let alone = Finding::unknown(device, Why::SelfStated);
        let part = Part::of([
            alone,
            Finding::blocked(&checks::PROVIDERS_AGREEMENT, device),
            said(row, false),
        ]);
        return Examined { part, verified: None };
    };
    let mut examined = device_of(&chain, row.key(), policy, now);
    let findings = match &examined.verified {
        Some(verified) => {
            let own = std::iter::once(Finding::pass(device));
            own.chain(agreement(row, verified)).collect()
        }
        None => {
            let by = to_blame(&examined.part.findings);
            vec![Finding::blocked(device, by), Finding::blocked(&checks::PROVIDERS_AGREEMENT, by)]
        }
    };
    examined.part.findings.extend(findings);
    examined.part.findings.push(said(row, examined.verified.is_some()));
    examined
}

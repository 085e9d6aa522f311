//! dstack's attestation of a TDX guest.

use super::quote::Quoted;
use crate::error::Error;
use crate::finding::compared::Compared;
use crate::formats::dstack::parse::{Answer, TdxAttestation};
use crate::formats::dstack::policy::ForDstack;
use crate::formats::intel::parse::Quote;
use crate::hex;
use crate::piece::Piece;
use crate::report::Draft;
use crate::time::UnixTime;

/// The attestation by itself: a quote report that lacks the agent's registers and names and the
/// app-compose file. Those can stand beside it.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForDstack,
    now: UnixTime,
) -> Result<Draft, Error> {
    let attestation = TdxAttestation::parse(bytes)?;
    let quote = &Quote::parse(&attestation.quote)?;
    let is_stripped = attestation.is_stripped();
    let (kind, data) = ("dstack-tdx-attestation", Compared::Policy);
    let quoted = Quoted { kind, input, quote, is_stripped, data };
    quoted.examine(&answer(&attestation), beside, policy, now).map(|guest| guest.draft)
}

/// What an attestation says, as a quote report says it.
pub(super) fn answer(attestation: &TdxAttestation<'_>) -> Answer {
    Answer {
        event_log: Some(attestation.log()),
        report_data: Some(hex::encode(attestation.report_data)),
        vm_config: Some(attestation.vm_config.to_owned()),
        ..Answer::default()
    }
}

//! From bytes to a report: the input is recognised, taken apart, verified and appraised.

mod collateral;
pub mod conformance;
mod kind;
mod sigstore;
mod snp;
mod tinfoil;

use crate::error::Error;
use crate::policy::{Policy, builtin};
use crate::report::Report;
use crate::time::UnixTime;

pub use kind::Kind;

/// The largest input that is read, in bytes.
pub const MAX_INPUT: usize = 16 * 1024 * 1024;

/// Examines `input` for the moment `now`.
///
/// `collateral` holds further files in any order (certificates and revocation lists, PEM or DER);
/// they are untrusted input like everything else. Without a `policy` the built-in one for the
/// recognised kind is used.
///
/// # Errors
/// When the input, or a piece of collateral, cannot be understood. A negative answer is not an
/// error: it is a report.
pub fn examine(
    input: &[u8],
    collateral: &[&[u8]],
    policy: Option<&Policy>,
    now: UnixTime,
) -> Result<Report, Error> {
    Error::cap("input", input.len(), MAX_INPUT)?;
    let kind = Kind::of(input)?;
    let built_in;
    let policy = match policy {
        Some(policy) => policy,
        None => {
            const WHAT: Error = Error::Missing { what: "the built-in policy" };
            built_in = builtin(kind.policy()).ok_or(WHAT)?.policy()?;
            &built_in
        }
    };
    let collateral = collateral::decode(collateral)?;
    let draft = match kind {
        Kind::SigstoreBundle => sigstore::examine(input, policy, now)?,
        Kind::SnpReport(ref bytes) => snp::examine(input, bytes, &collateral, policy, now)?,
        Kind::TinfoilBundle => tinfoil::examine(input, &collateral, policy, now)?,
    };
    Ok(Report::assemble(draft, policy, now))
}

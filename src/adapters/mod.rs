//! From bytes to a report: the input is recognised, taken apart, verified and appraised.

mod collateral;
pub mod conformance;
mod coordinator;
mod dcap;
mod exchange;
mod gpu;
mod kind;
mod launch;
mod sigstore;
mod snp;
mod tinfoil;
mod token;

use crate::error::Error;
use crate::policy::{Policy, builtin};
use crate::report::Report;
use crate::time::UnixTime;

pub use crate::evidence::firmware::Description as LaunchDescription;
#[cfg(all(feature = "serve", unix))]
pub(crate) use dcap::platform as intel_platform;
pub use kind::Kind;
pub use launch::measure as launch_measurement;

/// The largest input that is read, in bytes.
pub const MAX_INPUT: usize = 16 * 1024 * 1024;

/// What [`crate::examine`] does, without its memory of signatures.
pub(crate) fn examine(
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
    let mut launch = launch::Files::default();
    let mut others = Vec::new();
    for file in collateral {
        if !launch.take(file)? {
            others.push(*file);
        }
    }
    let collateral = others.as_slice();
    let certificates = || collateral::decode(collateral);
    let applied;
    let mut policy = policy;
    let mut draft = match kind {
        Kind::CoordinatorAttestation | Kind::Exchange(_) => {
            let (draft, own) = match kind {
                Kind::Exchange(ref exchange) => {
                    exchange::examine(input, exchange, collateral, policy, now)?
                }
                _ => coordinator::examine(input, collateral, policy, now)?,
            };
            applied = own;
            policy = &applied;
            draft
        }
        Kind::DstackQuoteReport => dcap::examine_report(input, collateral, policy, now)?,
        Kind::SgxQuote(ref bytes) | Kind::TdxQuote(ref bytes) => {
            dcap::examine(input, bytes, collateral, policy, now)?
        }
        Kind::SigstoreBundle => sigstore::examine(input, policy, now)?,
        Kind::GpuReport(ref bytes) => gpu::examine(input, bytes, collateral, policy, now)?,
        Kind::Token => token::examine(input, collateral, policy, now)?,
        Kind::SnpReport(ref bytes) => snp::examine(input, bytes, &certificates()?, policy, now)?,
        Kind::TinfoilBundle => tinfoil::examine(input, &certificates()?, policy, now)?,
    };
    launch.compare(&mut draft)?;
    Ok(Report::assemble(draft, policy, now))
}

//! From bytes to a report: the input is recognised, taken apart, verified and appraised.

mod artifact;
mod azure;
mod collateral;
pub mod conformance;
mod coordinator;
mod dcap;
mod dstack;
mod eigencompute;
mod exchange;
mod gcb;
mod github;
mod google;
mod gpu;
mod image;
mod kind;
mod launch;
mod near;
mod nitro;
mod nras;
mod qualify;
mod registry;
pub mod roots;
mod sigstore;
mod snp;
mod source;
mod tinfoil;
mod token;
mod tpm;
pub mod tuf;

use crate::bytes::Span;
use crate::error::Error;
use crate::evidence::token::Service;
use crate::policy::{Policy, builtin};
use crate::report::Report;
use crate::time::UnixTime;

pub use crate::evidence::firmware::Description as LaunchDescription;
#[cfg(all(feature = "serve", unix))]
pub(crate) use dcap::platform as intel_platform;
pub use google::root_fingerprint as firmware_root;
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
            built_in = policy_of(&kind)?;
            &built_in
        }
    };
    let is_build = matches!(
        kind,
        Kind::CloudBuildProvenance
            | Kind::GithubAttestations
            | Kind::SigstoreBundle
            | Kind::StoredBundle(_)
    );
    if policy.sigstore.artifact.is_some() && !is_build {
        let whole = Span::new(0, input.len());
        let what = "an artifact to compare with, for evidence other than a build record";
        return Err(Error::unsupported(what, kind.policy(), whole));
    }
    let mut launch = launch::Files::default();
    let mut google = google::Files::default();
    let mut registry = registry::Files::default();
    let mut others = Vec::new();
    for file in collateral {
        if !launch.take(file)? && !google.take(file, policy)? && !registry.take(file)? {
            others.push(*file);
        }
    }
    let mut recorded = Vec::new();
    if let Kind::Exchange(exchange) = &kind {
        for file in exchange.collateral() {
            if !google.take(file, policy)? && !registry.take(file)? {
                recorded.push(file);
            }
        }
    }
    let along = coordinator::along(input, &kind);
    let mut source = source::Files::of(&others)?;
    let left_out = source.add(&along.source);
    let collateral = source.collateral();
    let collateral = collateral.as_slice();
    let certificates = || collateral::decode(collateral);
    let (tuf, unsigned) = tuf::split(collateral);
    let applied;
    let mut policy = policy;
    let mut draft = match kind {
        Kind::CloudBuildProvenance => gcb::examine(input, collateral, policy)?,
        Kind::CoordinatorAttestation | Kind::Exchange(_) => {
            let (draft, own) = match kind {
                Kind::Exchange(ref exchange) => {
                    exchange::examine(input, exchange, &recorded, collateral, policy, now)?
                }
                _ => coordinator::examine(input, collateral, policy, now)?,
            };
            applied = own;
            policy = &applied;
            draft
        }
        Kind::DstackQuoteReport => dstack::examine(input, collateral, policy, now)?,
        Kind::DstackCertificate(ref ders) => {
            dstack::examine_certificate(input, ders, collateral, policy, now)?
        }
        Kind::DstackSnpAttestation(ref bytes) => {
            dstack::examine_snp(input, bytes, collateral, policy, now)?
        }
        Kind::DstackTdxAttestation(ref bytes) => {
            dstack::examine_tdx(input, bytes, collateral, policy, now)?
        }
        Kind::SgxQuote(ref bytes) | Kind::TdxQuote(ref bytes) => {
            dcap::examine(input, bytes, collateral, policy, now)?
        }
        Kind::AzureEvidence(ref evidence) => {
            azure::examine(input, evidence, collateral, policy, now)?
        }
        Kind::BoundEvidence(ref evidence) => {
            eigencompute::examine(input, evidence, collateral, policy, now)?
        }
        Kind::NearReport | Kind::NearMachine => near::examine(input, collateral, policy, now)?,
        Kind::NitroDocument(ref bytes) => nitro::examine(input, bytes, policy, now)?,
        Kind::DstackNitroAttestation(ref bytes) => {
            nitro::examine_dstack(input, bytes, policy, now)?
        }
        Kind::GpuReport(ref bytes) => gpu::examine(input, bytes, collateral, policy, now)?,
        Kind::LaunchDescription => launch.examine(input, &others)?,
        Kind::GithubAttestations => github::examine_attestations(input, &source, policy, now)?,
        Kind::StoredBundle(ref bundle) => {
            github::examine_stored(input, bundle, collateral, policy, now)?
        }
        Kind::SigstoreBundle => sigstore::examine(input, &unsigned, &tuf, policy, now)?,
        Kind::GpuTokens | Kind::Token(Some(Service::Nvidia)) => {
            nras::examine(input, collateral, policy, now)?
        }
        Kind::Token(_) => token::examine(input, collateral, policy, now)?,
        Kind::SnpReport(ref bytes) => snp::examine(input, bytes, &certificates()?, policy, now)?,
        Kind::TpmAttestation(ref bytes) => tpm::examine(input, bytes, collateral, policy, now)?,
        Kind::TinfoilBundle => {
            tinfoil::examine(input, &collateral::decode(&unsigned)?, &tuf, policy, now)?
        }
    };
    draft.findings.extend(left_out);
    if !matches!(kind, Kind::LaunchDescription) {
        launch.compare(&mut draft)?;
    }
    google.compare(&mut draft, policy, now)?;
    registry.complete(&mut draft, policy, &along.registry);
    if !matches!(kind, Kind::GithubAttestations) {
        source.ask(&mut draft);
    }
    source.complete(&mut draft, policy);
    let policy = policy.for_kind(draft.subject.kind);
    Ok(Report::assemble(draft, &policy, now))
}

/// The built-in policy for the kind of `input`.
///
/// # Errors
/// When it is none of the known kinds.
pub fn default_policy(input: &[u8]) -> Result<Policy, Error> {
    Error::cap("input", input.len(), MAX_INPUT)?;
    policy_of(&Kind::of(input)?)
}

fn policy_of(kind: &Kind<'_>) -> Result<Policy, Error> {
    const WHAT: Error = Error::Missing { what: "the built-in policy" };
    builtin(kind.policy()).ok_or(WHAT)?.policy()
}

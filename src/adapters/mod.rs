//! From bytes to a report: the input is recognised, taken apart, verified and appraised.

mod amd;
mod artifact;
mod azure;
mod builds;
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
mod intel;
pub(crate) mod kind;
mod launch;
mod logs;
mod near;
mod nitro;
mod nras;
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
use crate::context::Context;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::token::{Service, Token};
use crate::file::File;
use crate::finding::{Finding, Outcome, Reason};
use crate::piece::Role;
use crate::policy::{Policy, builtin};
use crate::report::Report;
use crate::shelf::{self, Shelf};

pub use crate::evidence::firmware::Description as LaunchDescription;
#[cfg(all(feature = "serve", unix))]
pub(crate) use dcap::platform as intel_platform;
pub use google::root_fingerprint as firmware_root;
pub use kind::Kind;
pub use launch::measure as launch_measurement;

/// The largest input that is read, in bytes.
pub const MAX_INPUT: usize = 16 * 1024 * 1024;

const AMD: &[Role] = &[Role::AmdCertificate, Role::AmdCrl];
const INTEL: &[Role] = &[Role::IntelCertificate, Role::IntelCrl, Role::IntelCollateral];
const GOOGLE: &[Role] = &[Role::GoogleCertificate, Role::GoogleCrl];
const LOGS: &[Role] = &[Role::FirmwareLog, Role::LauncherLog, Role::DstackLog];
const IMAGE: &[Role] = &[Role::ImageDocument, Role::SigstoreBundle, Role::CloudBuild];
const DSTACK: &[Role] = &[Role::DstackInfo, Role::AppCompose];
const TUF: &[Role] = &[Role::TufMetadata, Role::TrustedRoot];
const SOURCE: &[Role] = &[Role::GitObject, Role::GithubAnswer];
const KEYS: &[Role] = &[Role::KeyList];
const OTHERS: &[Role] = &[Role::Certificate, Role::Crl];
/// What a processor's launch is compared with.
const LAUNCH: &[Role] =
    &[Role::Firmware, Role::LaunchDescription, Role::GoogleEndorsement, Role::Certificate];
const REGISTRY: &[Role] = &[Role::RegistryAnswer];

/// The roles that belong to evidence of `kind`.
fn belonging(kind: &Kind<'_>) -> Vec<Role> {
    let of: &[&[Role]] = match kind {
        Kind::CoordinatorAttestation | Kind::Exchange(_) => {
            &[AMD, INTEL, GOOGLE, LOGS, IMAGE, DSTACK, TUF, KEYS, OTHERS, LAUNCH, REGISTRY]
        }
        Kind::TinfoilBundle => &[AMD, TUF, LAUNCH],
        Kind::DstackQuoteReport | Kind::DstackTdxAttestation(_) | Kind::DstackCertificate(_) => {
            &[AMD, INTEL, LOGS, IMAGE, DSTACK, LAUNCH, REGISTRY]
        }
        Kind::DstackSnpAttestation(_) => &[AMD, IMAGE, DSTACK, LAUNCH, REGISTRY],
        Kind::NearReport | Kind::NearMachine => &[INTEL, IMAGE, DSTACK, LOGS, LAUNCH, REGISTRY],
        Kind::SgxQuote(_) | Kind::TdxQuote(_) => &[INTEL, LOGS, IMAGE, LAUNCH, REGISTRY],
        Kind::BoundEvidence(_) => &[AMD, INTEL, GOOGLE, LOGS, IMAGE, OTHERS, LAUNCH, REGISTRY],
        Kind::AzureEvidence(_) | Kind::SnpReport(_) => &[AMD, LAUNCH],
        Kind::TpmAttestation(_) => &[GOOGLE, OTHERS, REGISTRY],
        Kind::GpuReport(_) => &[OTHERS],
        Kind::GpuTokens | Kind::Token(_) => &[KEYS, REGISTRY],
        Kind::GithubAttestations => &[&[Role::ImageDocument, Role::SigstoreBundle], TUF],
        Kind::SigstoreBundle | Kind::StoredBundle(_) => &[&[Role::ImageDocument], TUF],
        Kind::CloudBuildProvenance => &[&[Role::ImageDocument]],
        Kind::LaunchDescription => &[&[Role::Firmware]],
        Kind::NitroDocument(_) | Kind::DstackNitroAttestation(_) => &[],
    };
    of.concat()
}

/// What [`crate::examine`] does, without its memory of signatures.
pub(crate) fn examine(
    files: &[File<'_>],
    policy: Option<&Policy>,
    context: &Context,
) -> Result<Report, Error> {
    let recorded;
    let plain = shelf::plain(files);
    let mut shelf = Shelf::of(files, &plain)?;
    let (file, kind) = shelf.evidence()?;
    let (name, kind) = (file.name.clone(), kind.clone());
    let input: &[u8] = &file.bytes;
    if let Kind::Exchange(exchange) = &kind {
        recorded = exchange::collateral(exchange, context);
        shelf.add(&recorded)?;
    }
    of_kind(&shelf, input, &kind, policy, context).map_err(|error| error.in_file(&name))
}

/// Examines evidence of a known kind.
fn of_kind(
    shelf: &Shelf<'_>,
    input: &[u8],
    kind: &Kind<'_>,
    policy: Option<&Policy>,
    context: &Context,
) -> Result<Report, Error> {
    let now = context.now;
    let built_in;
    let mut policy = match policy {
        Some(policy) => policy,
        None => {
            built_in = policy_of(kind, input)?;
            &built_in
        }
    };
    if policy.sigstore.artifact.is_some() && !kind.is_build() {
        let whole = Span::new(0, input.len());
        let what = "an artifact to compare with, for evidence other than a build record";
        return Err(Error::unsupported(what, kind.policy(), whole));
    }
    let along = coordinator::along(input, kind);
    let bundles = shelf.pieces(&[Role::SigstoreBundle]).len();
    let mut source = source::Files::of(&shelf.pieces(SOURCE), bundles);
    let left_out = source.add(&along.source);
    let pieces = shelf.pieces(&belonging(kind));
    let beside = pieces.as_slice();
    let applied;
    let mut draft = match *kind {
        Kind::CloudBuildProvenance => gcb::examine(input, beside, policy)?,
        Kind::CoordinatorAttestation | Kind::Exchange(_) => {
            let (draft, own) = match *kind {
                Kind::Exchange(ref exchange) => {
                    exchange::examine(input, exchange, beside, policy, context)?
                }
                _ => coordinator::examine(input, beside, policy, now)?,
            };
            applied = own;
            policy = &applied;
            draft
        }
        Kind::DstackQuoteReport => dstack::examine(input, beside, policy, now)?,
        Kind::DstackCertificate(ref ders) => {
            dstack::examine_certificate(input, ders, beside, policy, now)?
        }
        Kind::DstackSnpAttestation(ref bytes) => {
            dstack::examine_snp(input, bytes, beside, policy, now)?
        }
        Kind::DstackTdxAttestation(ref bytes) => {
            dstack::examine_tdx(input, bytes, beside, policy, now)?
        }
        Kind::SgxQuote(ref bytes) | Kind::TdxQuote(ref bytes) => {
            dcap::examine(input, bytes, beside, policy, now)?
        }
        Kind::AzureEvidence(ref evidence) => azure::examine(input, evidence, beside, policy, now)?,
        Kind::BoundEvidence(ref evidence) => {
            eigencompute::examine(input, evidence, beside, policy, now)?
        }
        Kind::NearReport | Kind::NearMachine => near::examine(input, beside, policy, now)?,
        Kind::NitroDocument(ref bytes) => nitro::examine(input, bytes, policy, now)?,
        Kind::DstackNitroAttestation(ref bytes) => {
            nitro::examine_dstack(input, bytes, policy, now)?
        }
        Kind::GpuReport(ref bytes) => gpu::examine(input, bytes, beside, policy, now)?,
        Kind::LaunchDescription => launch::examine(input, beside)?,
        Kind::GithubAttestations => github::examine(input, beside, &source, policy, now)?,
        Kind::StoredBundle(ref bundle) => sigstore::examine(input, bundle, beside, policy, now)?,
        Kind::SigstoreBundle => sigstore::examine(input, input, beside, policy, now)?,
        Kind::GpuTokens | Kind::Token(Some(Service::Nvidia)) => {
            nras::examine(input, beside, policy, now)?
        }
        Kind::Token(_) => token::examine(input, beside, policy, now)?,
        Kind::SnpReport(ref bytes) => snp::examine(input, bytes, beside, policy, now)?,
        Kind::TpmAttestation(ref bytes) => tpm::examine(input, bytes, beside, policy, now)?,
        Kind::TinfoilBundle => tinfoil::examine(input, beside, policy, now)?,
    };
    draft.findings.extend(left_out);
    if !matches!(kind, Kind::LaunchDescription) {
        launch::compare(&mut draft, beside);
    }
    google::compare(&mut draft, beside, policy, now);
    registry::complete(&mut draft, beside, policy, &along.registry);
    if !matches!(kind, Kind::GithubAttestations) {
        source.ask(&mut draft);
    }
    source.complete(&mut draft, policy);
    draft.simulated |= draft.findings.iter().any(is_simulated);
    let given = shelf.given();
    if given.len() != input.len() {
        draft.subject.sha256 = Sha256::of(given);
        draft.subject.len = given.len();
    }
    draft.files = shelf.told();
    let requirements = policy.requirements(draft.subject.kind);
    Ok(Report::assemble(draft, &requirements, now))
}

/// Whether a root of the simulated vendors was met where a real one was asked for.
fn is_simulated(finding: &Finding) -> bool {
    finding.outcome == Outcome::Fail(Reason("simulated"))
}

/// The built-in policy for the evidence among `files`.
///
/// # Errors
/// When none of them is evidence.
pub fn default_policy(files: &[File<'_>]) -> Result<Policy, Error> {
    let plain = shelf::plain(files);
    let shelf = Shelf::of(files, &plain)?;
    let (file, kind) = shelf.evidence()?;
    policy_of(kind, &file.bytes).map_err(|error| error.in_file(&file.name))
}

/// The built-in policy for `input`, which is of `kind`. None is for a token whose issuer is not
/// known: only a policy that names the issuer can be about it.
fn policy_of(kind: &Kind<'_>, input: &[u8]) -> Result<Policy, Error> {
    const WHAT: Error = Error::Missing { what: "the built-in policy" };
    if matches!(kind, Kind::Token(None)) {
        let token = Token::parse(input)?;
        let at = token.claims_span();
        return Err(Error::unsupported("the issuer of the token", token.claims.issuer, at));
    }
    builtin(kind.policy()).ok_or(WHAT)?.policy()
}

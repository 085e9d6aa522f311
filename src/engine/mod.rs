//! From bytes to a report: the input is recognised, taken apart, verified and appraised.

pub mod builtin;
pub mod checks;
pub(crate) mod kind;
pub mod plan;
pub mod policy;
mod recognise;
mod reference;
pub mod roots;
mod shelf;
mod spelling;

use crate::builds::{image, tuf};
use crate::context::Context;
use crate::digest::Sha256;
use crate::engine::policy::Policy;
use crate::engine::shelf::Shelf;
use crate::error::Error;
use crate::file::File;
use crate::finding::{Finding, Outcome, Reason};
use crate::formats::token::parse::{Service, Token};
use crate::piece::Role;
use crate::report::Report;
use crate::services::coordinator::examine::Along;
use crate::services::coordinator::policy::Applied;
use crate::span::Span;

pub use crate::formats::gce::examine::root_fingerprint as firmware_root;
pub use crate::formats::intel::examine::platform as intel_platform;
pub use crate::formats::launch::examine::measure as launch_measurement;
pub use crate::formats::launch::parse::Description as LaunchDescription;
pub use builtin::{Builtin, builtin};
pub use kind::Kind;

/// The largest input that is read, in bytes.
pub const MAX_INPUT: usize = 16 * 1024 * 1024;

const AMD: &[Role] = &[Role::AmdCertificate, Role::AmdCrl];
const INTEL: &[Role] = &[Role::IntelCertificate, Role::IntelCrl, Role::IntelCollateral];
const GOOGLE: &[Role] = &[Role::GoogleCertificate, Role::GoogleCrl];
const LOGS: &[Role] = &[Role::FirmwareLog, Role::LauncherLog, Role::DstackLog];
const DSTACK: &[Role] = &[Role::DstackInfo, Role::AppCompose];
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
        Kind::CoordinatorAttestation | Kind::Exchange(_) => &[
            AMD,
            INTEL,
            GOOGLE,
            LOGS,
            image::ROLES,
            DSTACK,
            tuf::ROLES,
            KEYS,
            OTHERS,
            LAUNCH,
            REGISTRY,
        ],
        Kind::TinfoilBundle => &[AMD, tuf::ROLES, LAUNCH],
        Kind::DstackQuoteReport | Kind::DstackTdxAttestation(_) | Kind::DstackCertificate(_) => {
            &[AMD, INTEL, LOGS, image::ROLES, DSTACK, LAUNCH, REGISTRY]
        }
        Kind::DstackSnpAttestation(_) => &[AMD, image::ROLES, DSTACK, LAUNCH, REGISTRY],
        Kind::NearReport | Kind::NearMachine => {
            &[INTEL, image::ROLES, DSTACK, LOGS, LAUNCH, REGISTRY]
        }
        Kind::SgxQuote(_) | Kind::TdxQuote(_) => &[INTEL, LOGS, image::ROLES, LAUNCH, REGISTRY],
        Kind::BoundEvidence(_) => {
            &[AMD, INTEL, GOOGLE, LOGS, image::ROLES, OTHERS, LAUNCH, REGISTRY]
        }
        Kind::AzureEvidence(_) | Kind::SnpReport(_) => &[AMD, LAUNCH],
        Kind::TpmAttestation(_) => &[GOOGLE, OTHERS, REGISTRY],
        Kind::GpuReport(_) => &[OTHERS],
        Kind::GpuTokens | Kind::Token(_) => &[KEYS, REGISTRY],
        Kind::GithubAttestations => &[&[Role::ImageDocument, Role::SigstoreBundle], tuf::ROLES],
        Kind::SigstoreBundle | Kind::StoredBundle(_) => &[&[Role::ImageDocument], tuf::ROLES],
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
    let plain = spelling::plain(files);
    let mut shelf = Shelf::of(files, &plain)?;
    let (file, kind) = shelf.evidence()?;
    let (name, kind) = (file.name.clone(), kind.clone());
    let input: &[u8] = &file.bytes;
    if let Kind::Exchange(exchange) = &kind {
        recorded = crate::services::coordinator::examine::exchange::collateral(exchange, context);
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
    let along = match kind {
        Kind::CoordinatorAttestation => Along::document(input),
        Kind::Exchange(exchange) => Along::exchange(exchange),
        _ => Along::default(),
    };
    let bundles = shelf.pieces(&[Role::SigstoreBundle]).len();
    let mut source = crate::builds::git::source::Files::of(&shelf.pieces(SOURCE), bundles);
    let left_out = along.add_to(&mut source);
    let pieces = shelf.pieces(&belonging(kind));
    let beside = pieces.as_slice();
    let applied;
    let mut draft = match *kind {
        Kind::CloudBuildProvenance => {
            crate::builds::image::examine::cloud_build(input, beside, policy)?
        }
        Kind::CoordinatorAttestation | Kind::Exchange(_) => {
            let (draft, own) = match *kind {
                Kind::Exchange(ref exchange) => {
                    crate::services::coordinator::examine::exchange::examine(
                        input, exchange, beside, policy, context,
                    )?
                }
                _ => crate::services::coordinator::examine::examine(input, beside, policy, now)?,
            };
            if let Applied::Coordinator(machine) = own {
                applied = policy.for_coordinator(machine);
                policy = &applied;
            }
            draft
        }
        Kind::DstackQuoteReport => {
            crate::formats::dstack::examine::examine(input, beside, policy, now)?
        }
        Kind::DstackCertificate(ref ders) => {
            crate::formats::dstack::examine::examine_certificate(input, ders, beside, policy, now)?
        }
        Kind::DstackSnpAttestation(ref bytes) => {
            crate::formats::dstack::examine::examine_snp(input, bytes, beside, policy, now)?
        }
        Kind::DstackTdxAttestation(ref bytes) => {
            crate::formats::dstack::examine::examine_tdx(input, bytes, beside, policy, now)?
        }
        Kind::SgxQuote(ref bytes) | Kind::TdxQuote(ref bytes) => {
            crate::formats::intel::examine::examine(input, bytes, beside, policy, now)?
        }
        Kind::AzureEvidence(ref evidence) => {
            crate::formats::azure::examine::examine(input, evidence, beside, policy, now)?
        }
        Kind::BoundEvidence(ref evidence) => {
            crate::formats::eigencompute::examine::examine(input, evidence, beside, policy, now)?
        }
        Kind::NearReport | Kind::NearMachine => {
            crate::services::near::examine::examine(input, beside, policy, now)?
        }
        Kind::NitroDocument(ref bytes) => {
            crate::formats::nitro::examine::examine(input, bytes, policy, now)?
        }
        Kind::DstackNitroAttestation(ref bytes) => {
            crate::formats::nitro::examine::examine_dstack(input, bytes, policy, now)?
        }
        Kind::GpuReport(ref bytes) => {
            crate::formats::gpu::examine::examine(input, bytes, beside, policy, now)?
        }
        Kind::LaunchDescription => crate::formats::launch::examine::examine(input, beside)?,
        Kind::GithubAttestations => {
            crate::builds::git::examine::examine(input, beside, &source, policy, now)?
        }
        Kind::StoredBundle(ref bundle) => {
            crate::builds::image::examine::bundle(input, bundle, beside, policy, now)?
        }
        Kind::SigstoreBundle => {
            crate::builds::image::examine::bundle(input, input, beside, policy, now)?
        }
        Kind::GpuTokens | Kind::Token(Some(Service::Nvidia)) => {
            crate::formats::nras::examine::examine(input, beside, policy, now)?
        }
        Kind::Token(_) => crate::formats::token::examine::examine(input, beside, policy, now)?,
        Kind::SnpReport(ref bytes) => {
            crate::formats::snp::examine::examine(input, bytes, beside, policy, now)?
        }
        Kind::TpmAttestation(ref bytes) => {
            crate::formats::tpm::examine::examine(input, bytes, beside, policy, now)?
        }
        Kind::TinfoilBundle => {
            crate::services::tinfoil::examine::examine(input, beside, policy, now)?
        }
    };
    draft.findings.extend(left_out);
    if !matches!(kind, Kind::LaunchDescription) {
        crate::formats::launch::examine::compare(&mut draft, beside);
    }
    crate::formats::gce::examine::compare(&mut draft, beside, policy, now);
    let image_by = match kind {
        Kind::CoordinatorAttestation | Kind::Exchange(_) => {
            &crate::services::coordinator::checks::COORDINATOR_IMAGE
        }
        _ => &crate::formats::eigencompute::checks::EIGEN_CONTAINER,
    };
    let entries = &along.registry;
    crate::services::registry::examine::complete(&mut draft, beside, policy, entries, image_by);
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
    let plain = spelling::plain(files);
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

//! The table of kinds: for each, its place among the others, its built-in policy, what belongs
//! beside it, and who examines it.
//!
//! Another kind of evidence is one variant of [`Kind`], the line that recognises it there, and one
//! row in each of the two functions here.

use crate::builds::{git, image, sigstore, tuf};
use crate::context::Context;
use crate::engine::kind::{Kind, is_of_snp};
use crate::engine::policy::Policy;
use crate::error::Error;
use crate::formats::eigencompute::parse::Platform;
use crate::formats::token::parse::Service;
use crate::formats::{
    apple, azure, contrast, cvm, dstack, eigencompute, gpu, intel, launch, nitro, nras, snp, token,
    tpm,
};
use crate::piece::{Piece, Role};
use crate::report::Draft;
use crate::services::coordinator::policy::Applied;
use crate::services::{aci, coordinator, near, providers, tinfoil};

const AMD: &[Role] = &[Role::AmdCertificate, Role::AmdCrl];
const INTEL: &[Role] = &[Role::IntelCertificate, Role::IntelCrl, Role::IntelCollateral];
const GOOGLE: &[Role] = &[Role::GoogleCertificate, Role::GoogleCrl];
const LOGS: &[Role] = &[Role::FirmwareLog, Role::LauncherLog, Role::DstackLog];
const IMAGE: &[Role] = image::ROLES;
const DSTACK: &[Role] = &[Role::DstackInfo, Role::AppCompose];
const TUF: &[Role] = tuf::ROLES;
const LOGGED: &[Role] = sigstore::ROLES;
const KEYS: &[Role] = &[Role::KeyList];
const OTHERS: &[Role] = &[Role::Certificate, Role::Crl];
const DEVICES: &[Role] = &[Role::OcspAnswer, Role::GpuReference];
/// What a processor's launch is compared with.
const LAUNCH: &[Role] =
    &[Role::Firmware, Role::LaunchDescription, Role::GoogleEndorsement, Role::Certificate];
const CONTRAST: &[Role] = &[Role::ContrastManifest];
const REGISTRY: &[Role] = &[Role::RegistryAnswer];
const DOCUMENT: &[Role] = &[Role::ImageDocument];
const SIGNED: &[Role] = &[Role::SigstoreBundle];
const BUNDLES: &[Role] = &[Role::ImageDocument, Role::SigstoreBundle];

/// What belongs to a source, beside evidence of any kind.
pub(super) const SOURCE: &[Role] = &[Role::GitObject, Role::GithubAnswer];

/// What is known of a kind.
pub(super) struct Row {
    /// Its place among the kinds: of several files, the one that says most is the evidence. What a
    /// service says as a whole comes before what one machine says, a machine before a token about
    /// it, and a build or a description last.
    pub(super) rank: u8,
    /// The name of its built-in policy.
    pub(super) policy: &'static str,
    /// The roles of what belongs beside it.
    pub(super) beside: &'static [&'static [Role]],
}

/// The row of `kind`.
pub(super) fn row(kind: &Kind<'_>) -> Row {
    let (rank, policy, beside): (_, _, &'static [&'static [Role]]) = match kind {
        Kind::CoordinatorAttestation => (0, "coordinator", EVERYTHING),
        Kind::Exchange(own) => (0, coordinator::examine::exchange::policy(own), EVERYTHING),
        Kind::TinfoilBundle => (1, "tinfoil", &[AMD, TUF, LAUNCH, SIGNED]),
        Kind::TinfoilSnp(_) => (3, "snp", &[AMD, LAUNCH, TUF, SIGNED]),
        Kind::TinfoilTdx(_) => (3, "tdx", &[INTEL, LOGS, LAUNCH, REGISTRY, TUF, SIGNED]),
        Kind::AciReport => (1, "aci", ACI),
        Kind::NearReport => (1, "near", NEAR),
        Kind::NearMachine => (2, "near", NEAR),
        Kind::ProviderFeed => (5, "providers", &[]),
        Kind::ProcessCertificate => (5, "providers", &[]),
        Kind::AppleDevice(_) => (5, "apple", &[]),
        Kind::BoundEvidence(own) => (2, of_platform(own.platform), BOUND),
        Kind::AzureEvidence(own) => match own.processor {
            azure::parse::Processor::Snp(_) => (2, "snp-azure", &[AMD, LAUNCH]),
            azure::parse::Processor::Tdx(_) => (2, "tdx-azure", &[INTEL, LAUNCH]),
        },
        Kind::CvmEnvelope(own) => match (&own.report, own.binding.is_by_tpm()) {
            (cvm::parse::Report::Snp(_), true) => (2, "snp-azure", &[AMD, LAUNCH, DEVICES]),
            (cvm::parse::Report::Snp(_), false) => (2, "snp", &[AMD, LAUNCH, DEVICES]),
            (cvm::parse::Report::Tdx(_), true) => (2, "tdx-azure", &[INTEL, LAUNCH, DEVICES]),
            (cvm::parse::Report::Tdx(_), false) => (2, "tdx", &[INTEL, LOGS, LAUNCH, DEVICES]),
        },
        Kind::DstackQuoteReport => (2, "tdx-dstack", GUEST),
        Kind::DstackCertificate(own) if is_of_snp(own) => (2, "snp", GUEST),
        Kind::DstackCertificate(_) => (2, "tdx-dstack", GUEST),
        Kind::DstackTdxAttestation(_) => (2, "tdx-dstack", GUEST),
        Kind::DstackSnpAttestation(_) => (2, "snp", &[AMD, IMAGE, DSTACK, LAUNCH, REGISTRY]),
        Kind::DstackNitroAttestation(_) => (2, "nitro", &[]),
        Kind::SnpReport(_) => (3, "snp", &[AMD, LAUNCH, CONTRAST]),
        Kind::TdxQuote(_) => (3, "tdx", &[INTEL, LOGS, IMAGE, LAUNCH, REGISTRY, CONTRAST]),
        Kind::SgxQuote(_) => (3, "sgx", &[INTEL, LOGS, IMAGE, LAUNCH, REGISTRY]),
        Kind::TpmAttestation(_) => (3, "vtpm", &[GOOGLE, OTHERS, REGISTRY]),
        Kind::NitroDocument(_) => (3, "nitro", &[]),
        Kind::GpuReport(_) => (4, "gpu", &[OTHERS, DEVICES]),
        Kind::GpuEvidence => (4, "gpu", &[DEVICES]),
        Kind::Token(service) => (5, of_service(*service), &[KEYS, REGISTRY]),
        Kind::GpuTokens => (5, "nras", &[KEYS, REGISTRY]),
        Kind::GithubAttestations => (6, "sigstore", &[BUNDLES, TUF]),
        Kind::SigstoreBundle | Kind::StoredBundle(_) => (7, "sigstore", &[DOCUMENT, LOGGED]),
        Kind::CloudBuildProvenance => (7, "cloud-build", &[DOCUMENT]),
        Kind::LaunchDescription => (8, "launch", &[&[Role::Firmware]]),
    };
    Row { rank, policy, beside }
}

const EVERYTHING: &[&[Role]] =
    &[AMD, INTEL, GOOGLE, LOGS, IMAGE, DSTACK, TUF, KEYS, OTHERS, LAUNCH, REGISTRY];
const ACI: &[&[Role]] =
    &[INTEL, DSTACK, LOGS, LAUNCH, REGISTRY, &[Role::AciReceipt, Role::AciSession]];
const NEAR: &[&[Role]] = &[INTEL, IMAGE, DSTACK, LOGS, LAUNCH, REGISTRY, &[Role::NearSignature]];
const BOUND: &[&[Role]] = &[AMD, INTEL, GOOGLE, LOGS, IMAGE, OTHERS, LAUNCH, REGISTRY];
const GUEST: &[&[Role]] = &[AMD, INTEL, LOGS, IMAGE, DSTACK, LAUNCH, REGISTRY];

const fn of_platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Tdx => "eigencompute-tdx",
        Platform::SevSnp => "eigencompute-snp",
        Platform::ShieldedVm => "eigencompute-shielded",
    }
}

const fn of_service(service: Option<Service>) -> &'static str {
    match service {
        Some(Service::Nvidia) => "nras",
        Some(Service::IntelTrustAuthority) => "trust-authority",
        Some(Service::EigenKms) => "kms-token",
        Some(Service::MicrosoftAzure) => "azure-attestation",
        Some(Service::Google) | None => "confidential-space",
    }
}

/// What an examiner is given beside the kind.
pub(super) struct Question<'q, 'a> {
    /// The evidence as received.
    pub(super) input: &'q [u8],
    /// The pieces that belong to it.
    pub(super) beside: &'q [Piece<'a>],
    /// What is at hand about a source.
    pub(super) source: &'q git::source::Files<'a>,
    /// The policy.
    pub(super) policy: &'q Policy,
    /// The moment, and what this process asked.
    pub(super) context: &'q Context,
}

/// Examines evidence of `kind`, by the room that it belongs to.
///
/// # Errors
/// When the evidence cannot be understood.
pub(super) fn examine(
    kind: &Kind<'_>,
    question: &Question<'_, '_>,
) -> Result<(Draft, Applied), Error> {
    let Question { input, beside, source, policy, context } = *question;
    let now = context.now;
    let draft = match kind {
        Kind::CoordinatorAttestation => {
            return coordinator::examine::examine(input, beside, policy, now);
        }
        Kind::Exchange(own) => {
            return coordinator::examine::exchange::examine(input, own, beside, policy, context);
        }
        Kind::TinfoilBundle => tinfoil::examine::bundle(input, beside, policy, now),
        Kind::TinfoilSnp(own) => {
            tinfoil::examine::document::of_snp(input, own, beside, policy, now)
        }
        Kind::TinfoilTdx(own) => {
            tinfoil::examine::document::of_tdx(input, own, beside, policy, now)
        }
        Kind::NearReport | Kind::NearMachine => near::examine::examine(input, beside, policy, now),
        Kind::AciReport => aci::examine::examine(input, beside, policy, now),
        Kind::ProviderFeed => providers::examine::feed(input, policy, now),
        Kind::ProcessCertificate => providers::examine::process(input, policy, now),
        Kind::AppleDevice(ders) => apple::examine::examine(input, ders, policy, now),
        Kind::BoundEvidence(own) => eigencompute::examine::examine(input, own, beside, policy, now),
        Kind::AzureEvidence(own) => azure::examine::examine(input, own, beside, policy, now),
        Kind::CvmEnvelope(own) => cvm::examine::examine(input, own, beside, policy, now),
        Kind::DstackQuoteReport => dstack::examine::examine(input, beside, policy, now),
        Kind::DstackCertificate(ders) => {
            dstack::examine::examine_certificate(input, ders, beside, policy, now)
        }
        Kind::DstackTdxAttestation(own) => {
            dstack::examine::examine_tdx(input, own, beside, policy, now)
        }
        Kind::DstackSnpAttestation(own) => {
            dstack::examine::examine_snp(input, own, beside, policy, now)
        }
        Kind::DstackNitroAttestation(own) => {
            nitro::examine::examine_dstack(input, own, policy, now)
        }
        Kind::SnpReport(own) => snp::examine::examine(input, own, beside, policy, now)
            .map(|draft| contrast::examine::report(draft, own, beside)),
        Kind::TdxQuote(own) => intel::examine::examine(input, own, beside, policy, now)
            .map(|draft| contrast::examine::quote(draft, own, beside)),
        Kind::SgxQuote(own) => intel::examine::examine(input, own, beside, policy, now),
        Kind::TpmAttestation(own) => tpm::examine::examine(input, own, beside, policy, now),
        Kind::NitroDocument(own) => nitro::examine::examine(input, own, policy, now),
        Kind::GpuReport(own) => gpu::examine::examine(input, own, beside, policy, now),
        Kind::GpuEvidence => gpu::examine::evidence(input, beside, policy, now),
        Kind::GpuTokens | Kind::Token(Some(Service::Nvidia)) => {
            nras::examine::examine(input, beside, policy, now)
        }
        Kind::Token(_) => token::examine::examine(input, beside, policy, now),
        Kind::GithubAttestations => git::examine::examine(input, beside, source, policy, now),
        Kind::SigstoreBundle => image::examine::bundle(input, input, beside, policy, now),
        Kind::StoredBundle(own) => image::examine::bundle(input, own, beside, policy, now),
        Kind::CloudBuildProvenance => image::examine::cloud_build(input, beside, policy),
        Kind::LaunchDescription => launch::examine::examine(input, beside),
    };
    Ok((draft?, Applied::Whole))
}

//! EigenCompute's bound evidence in a document.
//!
//! With a processor's report in it the chip maker is the root of trust, and on TDX the launcher's
//! log, which extends to the processor's own register, may name the image. Without one, and for
//! the log on SEV-SNP, it is the word of the provider's virtual TPM.

use super::machine::{COMPARERS, Context, Examined, images, software_by_policy};
use super::stapled;
use crate::error::Error;
use crate::finding::{Finding, to_blame};
use crate::formats::eigencompute::examine::{Bound, Processor, bound, endorsements, sev_snp, tdx};
use crate::formats::eigencompute::parse::{BoundEvidence, Platform, report};
use crate::formats::intel::examine::Beside;
use crate::formats::launch::measured::Measured;
use crate::formats::snp::files::Amd;
use crate::formats::tpm::parse::{Attestation, TeePart};
use crate::report::RootOfTrust;
use crate::services::coordinator::appraise::binding;
use crate::services::coordinator::appraise::stated::Substrate;
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::Evidence;
use crate::services::coordinator::parse::carrier::{self, EigenPlatform};
use crate::services::coordinator::policy::Machine;

/// Whose word the evidence is, by whether a processor's report is in it.
pub(super) fn root_of_trust(item: &Evidence) -> RootOfTrust {
    let read = || BoundEvidence::from_attestation(&item.bytes().ok()?).ok();
    match read().map(|evidence| evidence.platform) {
        Some(Platform::ShieldedVm) => RootOfTrust::CloudProvider,
        Some(Platform::Tdx | Platform::SevSnp) | None => RootOfTrust::CpuVendor,
    }
}

/// Bound evidence.
pub(super) fn examine(context: &Context<'_>) -> Result<Examined, Error> {
    let Context { document, item, beside, policy, now, ref d, .. } = *context;
    let evidence = BoundEvidence {
        challenge: (item.carrier == carrier::EIGEN_BOUND).then(|| d.as_bytes().to_vec()),
        ..BoundEvidence::from_attestation(&item.bytes()?)?
    };
    let attestation = Attestation::parse(&evidence.attestation)?;
    let (processor, mut findings) = processor(context, &attestation)?;
    findings.extend(stapled::unread_logs(document));
    let bound = bound(&evidence, &attestation, processor, beside, policy, COMPARERS.software, now);
    let digest = digest(context, &attestation, evidence.platform, &bound);
    // A log beside a processor's report that extends to the TPM: no chip says anything of it.
    let is_foreign = bound.processor.is_some() && !bound.is_launch_of_processor;
    let launch = bound.launch.as_ref().filter(|_| !is_foreign);
    let logged = launch.into_iter().flat_map(images).collect();
    let (machine, substrate) = match evidence.platform {
        Platform::Tdx => (Machine::EigenTdx, Substrate::Tdx),
        Platform::SevSnp => (Machine::EigenSnp, Substrate::Snp),
        Platform::ShieldedVm => (Machine::EigenShielded, Substrate::Plain),
    };
    let measured = match (bound.processor, &bound.tpm) {
        (Some(signed), _) => signed.measured,
        (None, Some(_)) => Ok(Measured::Provider),
        (None, None) => Err(to_blame(&bound.part.findings)),
    };
    let mut part = bound.part;
    part.findings.splice(0..0, findings);
    Ok(Examined {
        part,
        machine,
        substrate: measured.is_ok().then_some(substrate),
        digest,
        by_policy: measured.as_ref().is_ok_and(|known| software_by_policy(known, policy)),
        measured,
        logged,
        root_of_trust: None,
    })
}

/// The processor's report with what the document staples for it, and what cannot be read of that.
fn processor(
    context: &Context<'_>,
    attestation: &Attestation<'_>,
) -> Result<(Option<Processor>, Vec<Finding>), Error> {
    let Context { document, beside, policy, now, .. } = *context;
    Ok(match attestation.tee {
        Some(TeePart::Tdx(part)) => {
            let mut beside = Beside::of(beside);
            let findings = stapled::intel(document, &mut beside.intel);
            (Some(tdx(part, attestation, beside, policy, COMPARERS.software, now)?), findings)
        }
        Some(TeePart::SevSnp(part)) => {
            let part = report(part)?;
            let mut amd: Amd<'_> = endorsements(&part, beside);
            let findings = stapled::amd(document, &mut amd);
            (Some(sev_snp(&part, &amd, policy, COMPARERS.software, now)?), findings)
        }
        None => (None, Vec::new()),
    })
}

/// Both carry D: the TPM's quotes with the platform's name, and the processor's report with the
/// TPM's key.
fn digest(
    context: &Context<'_>,
    attestation: &Attestation<'_>,
    platform: Platform,
    bound: &Bound,
) -> Finding {
    let Context { item, ref d, .. } = *context;
    let own = carrier::EIGEN_BOUND;
    let by = to_blame(&bound.part.findings);
    let tag = match platform {
        Platform::Tdx => EigenPlatform::IntelTdx,
        Platform::SevSnp => EigenPlatform::AmdSevSnp,
        Platform::ShieldedVm => EigenPlatform::ShieldedVm,
    };
    let expected = carrier::eigen_qualifying_data(d, tag);
    let verified = bound.tpm.as_ref().map(|_| ()).ok_or(by);
    let extra = attestation.extra_data();
    let quotes = binding::all_hold(own, &item.carrier, expected.as_bytes(), &extra, verified);
    let Some(tpm) = bound.tpm.as_ref().filter(|_| quotes.passed()) else { return quotes };
    let Some(signed) = bound.processor.as_ref() else { return quotes };
    let expected = carrier::eigen_report_data(d, tpm.spki());
    match signed.report_data.as_deref() {
        Ok(actual) => binding::holds(own, &item.carrier, expected.as_bytes(), actual, Ok(())),
        Err(by) => Finding::blocked(&checks::BINDING_DIGEST, by),
    }
}

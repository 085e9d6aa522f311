//! Which checks only compare with a value that the policy names, and whether it names one.

use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::{cloud_build, provenance};
use crate::engine::policy::Policy;
use crate::finding::{Check, connection};
use crate::formats::intel::policy::RegisterRule;
use crate::formats::token::policy::TokenPolicy;
use crate::formats::{azure, cvm, dstack, eigencompute, gce, gpu, intel, nitro, snp, token, tpm};
use crate::services::{aci, near, providers, registry};

/// A check that compares with a value of the policy's.
pub(crate) struct Reference {
    /// The check; it has [`Property::NeedsReference`](crate::finding::Property).
    pub(crate) check: &'static Check,
    /// Whether the policy names a value.
    names: fn(&Policy) -> bool,
}

const fn row(check: &'static Check, names: fn(&Policy) -> bool) -> Reference {
    Reference { check, names }
}

/// Every such check. One whose value no policy can name is here with `no_member`: no policy can
/// require it.
pub(crate) static ALL: &[Reference] = &[
    row(&snp::checks::SNP_FIRMWARE_MINIMUM, |p| p.snp.minimum_firmware.is_some()),
    row(&snp::checks::SNP_GUEST_SVN, |p| p.snp.minimum_guest_svn.is_some()),
    row(&snp::checks::SNP_FAMILY_ID, |p| p.snp.family_id.is_some()),
    row(&snp::checks::SNP_IMAGE_ID, |p| p.snp.image_id.is_some()),
    row(&snp::checks::SNP_ID_KEY, |p| !p.snp.id_keys.is_empty()),
    row(&snp::checks::SNP_AUTHOR_KEY, |p| !p.snp.author_keys.is_empty()),
    row(&snp::checks::SNP_MEASUREMENT, |p| !p.snp.measurements.is_empty()),
    row(&snp::checks::SNP_HOST_DATA, |p| p.snp.host_data.is_some()),
    row(&snp::checks::SNP_REPORT_DATA, |p| p.snp.report_data.is_some()),
    row(&intel::checks::DCAP_POLICY_EVALUATION, |p| p.dcap.minimum_evaluation_number.is_some()),
    row(&intel::checks::DCAP_POLICY_PLATFORM, |p| !p.dcap.platforms.is_empty()),
    row(&intel::checks::DCAP_POLICY_FMSPC, |p| !p.dcap.fmspcs.is_empty()),
    row(&intel::checks::DCAP_POLICY_QE_VENDOR, |p| !p.dcap.qe_vendors.is_empty()),
    row(&intel::checks::DCAP_REPORT_DATA, |p| p.dcap.report_data.is_some()),
    row(&intel::checks::TDX_SEAM_MEASUREMENT, |p| !p.dcap.tdx.mr_seam.is_empty()),
    row(&intel::checks::TDX_SEAM_MAKER, |p| !p.dcap.tdx.mr_signer_seam.is_empty()),
    row(&intel::checks::TDX_SEAM_PROPERTIES, |p| !p.dcap.tdx.seam_attributes.is_empty()),
    row(&intel::checks::TDX_TEE_TCB_SVN, |p| p.dcap.tdx.minimum_tee_tcb_svn.is_some()),
    row(&intel::checks::TDX_CONFIG_ID, |p| p.dcap.tdx.mr_config_id != RegisterRule::Any),
    row(&intel::checks::TDX_OWNER, |p| p.dcap.tdx.mr_owner != RegisterRule::Any),
    row(&intel::checks::TDX_OWNER_CONFIG, |p| p.dcap.tdx.mr_owner_config != RegisterRule::Any),
    row(&intel::checks::TDX_MRTD, |p| !p.dcap.tdx.mr_td.is_empty()),
    row(&intel::checks::TDX_RTMR, |p| p.dcap.tdx.rtmrs().iter().any(|known| !known.is_empty())),
    row(&intel::checks::TDX_SOFTWARE, |p| p.dcap.tdx.names_software()),
    row(&intel::checks::SGX_MRENCLAVE, |p| !p.dcap.sgx.mr_enclave.is_empty()),
    row(&intel::checks::SGX_MRSIGNER, |p| !p.dcap.sgx.mr_signer.is_empty()),
    row(&intel::checks::SGX_PRODUCT, |p| p.dcap.sgx.isv_prod_id.is_some()),
    row(&intel::checks::SGX_SVN, |p| p.dcap.sgx.minimum_isv_svn.is_some()),
    row(&intel::checks::SGX_CONFIG_ID, |p| p.dcap.sgx.config_id.is_some()),
    row(&dstack::checks::DSTACK_ACPI, |p| !p.dcap.tdx.rtmr0.is_empty()),
    row(&dstack::checks::DSTACK_OS_IMAGE, |p| !p.dstack.os_images.is_empty()),
    row(&dstack::checks::DSTACK_APPLICATION, |p| !p.dstack.compose_hashes.is_empty()),
    row(&cvm::checks::CVM_NONCE, |p| p.cvm.nonce.is_some()),
    row(&cvm::checks::CVM_KEY, |p| p.cvm.key.is_some()),
    row(&nitro::checks::NITRO_TIME, |p| p.nitro.maximum_age_s.is_some()),
    row(&nitro::checks::NITRO_NONCE, |p| p.nitro.nonce.is_some()),
    row(&nitro::checks::NITRO_IMAGE, |p| p.nitro.names_image()),
    row(&nitro::checks::NITRO_PCR, |p| p.nitro.pcrs.values().any(|known| !known.is_empty())),
    row(&nitro::checks::NITRO_USER_DATA, |p| p.nitro.user_data.is_some()),
    row(&nitro::checks::NITRO_PUBLIC_KEY, |p| p.nitro.public_key.is_some()),
    row(&provenance::checks::PROVENANCE_PREDICATE_TYPE, |p| {
        !p.provenance.predicate_types.is_empty()
    }),
    row(&provenance::checks::PROVENANCE_STATEMENT_TYPE, |p| {
        !p.provenance.statement_types.is_empty()
    }),
    row(&provenance::checks::PROVENANCE_PAYLOAD_TYPE, |p| !p.provenance.payload_types.is_empty()),
    row(&provenance::checks::PROVENANCE_IDENTITY, |p| !p.provenance.identities.is_empty()),
    row(&provenance::checks::PROVENANCE_AGE, |p| p.provenance.maximum_age_days.is_some()),
    row(&provenance::checks::PROVENANCE_WORKFLOW, |p| p.provenance.workflow.is_some()),
    row(&provenance::checks::PROVENANCE_SIGNER, |p| p.provenance.signer.is_some()),
    row(&provenance::checks::PROVENANCE_RUNNER, |p| !p.provenance.runners.is_empty()),
    row(&provenance::checks::PROVENANCE_TRIGGER, |p| !p.provenance.triggers.is_empty()),
    row(&provenance::checks::PROVENANCE_REPOSITORY, |p| p.provenance.repository.is_some()),
    row(&provenance::checks::PROVENANCE_REPOSITORY_ID, |p| p.provenance.repository_id.is_some()),
    row(&provenance::checks::PROVENANCE_OWNER, |p| p.provenance.owner.is_some()),
    row(&provenance::checks::PROVENANCE_OWNER_ID, |p| p.provenance.owner_id.is_some()),
    row(&provenance::checks::PROVENANCE_REF, |p| p.provenance.reference.is_some()),
    row(&cloud_build::checks::GCB_PROJECT, |p| names_project(&p.provenance)),
    row(&gce::checks::GCE_ROOT, |p| !p.google_firmware.roots.is_empty()),
    row(&gce::checks::GCE_MEASUREMENT, |p| !p.google_firmware.roots.is_empty()),
    row(&token::checks::TOKEN_AUDIENCE, |p| p.token.audience.is_some()),
    row(&token::checks::TOKEN_PROJECT, |p| p.token.project.is_some()),
    row(&token::checks::TOKEN_SUPPORT, |p| p.token.support.is_some()),
    row(&token::checks::TOKEN_IMAGE, |p| p.token.image_digest.is_some()),
    row(&token::checks::TOKEN_INSTANCE, |p| !p.token.instances.is_empty()),
    row(&token::checks::TOKEN_NONCE, |p| p.token.nonce.is_some()),
    row(&tpm::checks::TPM_NONCE, |p| p.tpm.nonce.is_some()),
    row(&azure::checks::AZURE_NONCE, |p| p.azure.nonce.is_some()),
    row(&azure::checks::AZURE_PARAVISOR, |p| {
        !p.snp.measurements.is_empty() || !p.dcap.tdx.mr_td.is_empty()
    }),
    row(&azure::checks::AZURE_USER_DATA, |p| p.azure.user_data.is_some()),
    row(&azure::checks::AZURE_CERTIFICATE_ISSUER, |p| !p.named_roots.microsoft.is_empty()),
    row(&azure::checks::AZURE_BOOT, |p| !p.azure.registers.is_empty()),
    row(&eigencompute::checks::EIGEN_BOOT, |p| !p.eigencompute.boot_registers.is_empty()),
    row(&eigencompute::checks::EIGEN_CONTAINER, |p| !p.eigencompute.image_digests.is_empty()),
    row(&connection::TLS_DOMAIN, |p| p.domain.is_some()),
    row(&connection::TLS_ISSUER, no_member),
    row(&gpu::checks::GPU_NONCE, |p| p.gpu.nonce.is_some()),
    row(&near::checks::NEAR_NONCE, |p| p.near.nonce.is_some()),
    row(&near::checks::NEAR_BODY, |p| p.near.request.is_some() && p.near.response.is_some()),
    row(&providers::checks::PROCESS_PROGRAM, |p| !p.providers.programs.is_empty()),
    row(&aci::checks::ACI_NONCE, |p| p.aci.nonce.is_some()),
    row(&aci::checks::ACI_BODY, |p| p.aci.request.is_some() && p.aci.response.is_some()),
    row(&registry::checks::REGISTRY_RELEASE, |p| !p.registry.rpc.is_empty()),
    row(&registry::checks::REGISTRY_COMPOSE_HASH, |p| !p.registry.rpc.is_empty()),
];

const fn no_member(_: &Policy) -> bool {
    false
}

fn names_project(build: &ProvenancePolicy) -> bool {
    build.cloud_build.as_ref().is_some_and(|cloud| !cloud.projects.is_empty())
}

/// Whether the policy names a value for `check`, which compares with one.
pub(crate) fn names(policy: &Policy, check: &Check) -> bool {
    ALL.iter().any(|reference| reference.check == check && (reference.names)(policy))
}

/// The first check that the policy requires, for whatever kind of evidence, and that it names
/// nothing to compare with: it could only be passed over.
pub(crate) fn missing(policy: &Policy) -> Option<&'static Check> {
    let by_kind = policy.required_of.values().chain([&policy.required]);
    by_kind
        .into_iter()
        .find_map(|required| unnamed(required, policy))
        .or_else(|| missing_for_coordinators(policy))
}

fn missing_for_coordinators(policy: &Policy) -> Option<&'static Check> {
    let own = &policy.coordinator;
    let with = |token: &TokenPolicy| {
        let policy = policy.for_coordinator(None);
        Policy { token: token.clone(), ..policy }
    };
    let general = policy.for_coordinator(None);
    let lists = [&own.snp, &own.tdx, &own.vtpm, &own.eigencompute, &own.confidential_space];
    let lists = lists.into_iter().chain([&own.nitro]).chain(&own.required);
    lists
        .into_iter()
        .find_map(|required| unnamed(required, &general))
        .or_else(|| unnamed(&own.google_vm, &with(&own.google_vm_token)))
        .or_else(|| unnamed(&own.trust_authority, &with(&own.trust_authority_token)))
}

fn unnamed(required: &[&'static Check], policy: &Policy) -> Option<&'static Check> {
    let is_unnamed = |check: &&Check| {
        ALL.iter().any(|reference| reference.check == *check && !(reference.names)(policy))
    };
    required.iter().copied().find(is_unnamed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::checks;
    use crate::finding::Property;

    #[test]
    fn checks_that_need_a_reference_are_those_of_the_table() {
        let mut marked: Vec<&str> = checks::ALL
            .iter()
            .filter(|check| check.is(Property::NeedsReference))
            .map(|check| check.id)
            .collect();
        let mut rows: Vec<&str> = ALL.iter().map(|reference| reference.check.id).collect();
        marked.sort_unstable();
        rows.sort_unstable();
        assert_eq!(rows, marked);
        rows.dedup();
        assert_eq!(rows.len(), ALL.len(), "a check has two rows");
    }

    #[test]
    fn idleness_answers_no_check_that_needs_a_reference() {
        let both = checks::ALL
            .iter()
            .find(|check| check.is(Property::NeedsReference) && check.is(Property::IdleAnswers));
        assert_eq!(both, None);
    }
}

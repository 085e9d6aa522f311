//! Reference values: who signs what a measurement should be, and how it is handed in.
//!
//! What is listed here decides nothing. Each row names the check that compares the value; the words
//! about signer, age and form are the terminal's.

use serde::Serialize;

use crate::builds::provenance;
use crate::finding::Check;
use crate::formats::{contrast, dstack, eigencompute, gce, intel, launch};
use crate::services::{coordinator, registry, tinfoil};

/// Reference values of one publisher.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Reference {
    /// Its stable name.
    pub id: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// Whether somebody who is named signs it.
    pub is_signed: bool,
    /// The check that compares a measurement with it.
    pub compares: &'static Check,
    /// The member of a policy file that it goes with, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<&'static str>,
    /// The built-in policy that asks for it, where it is evidence by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'static str>,
    /// Where it is published; a digest in capital letters stands for the one that is asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'static str>,
}

impl Reference {
    const fn of(
        id: &'static str,
        publisher: &'static str,
        is_signed: bool,
        compares: &'static Check,
    ) -> Self {
        Self { id, publisher, is_signed, compares, member: None, policy: None, url: None }
    }
}

/// Every kind of reference value that this verifier reads.
pub static ALL: &[Reference] = &[
    Reference {
        member: Some("google-firmware.roots"),
        url: Some("https://storage.googleapis.com/gce_tcb_integrity/ovmf_x64_csm"),
        ..Reference::of("google-firmware", "Google", true, &gce::checks::GCE_MEASUREMENT)
    },
    Reference::of("intel-module", "Intel", true, &intel::checks::DCAP_TDX_MODULE_IDENTITY),
    Reference {
        policy: Some("tinfoil"),
        ..Reference::of("tinfoil-release", "Tinfoil", true, &tinfoil::checks::TINFOIL_MEASUREMENT)
    },
    Reference {
        member: Some("tinfoil.hardware"),
        policy: Some("tinfoil-enclave"),
        url: Some(
            "https://api.github.com/repos/tinfoilsh/hardware-measurements/attestations/sha256:DIGEST",
        ),
        ..Reference::of("tinfoil-hardware", "Tinfoil", true, &tinfoil::checks::TINFOIL_HARDWARE)
    },
    Reference {
        member: Some("provenance.maximum-age-days"),
        policy: Some("tinfoil-witness"),
        url: Some(
            "https://api.github.com/repos/tinfoilsh/freshness-witness/attestations/sha256:DIGEST",
        ),
        ..Reference::of("tinfoil-witness", "Tinfoil", true, &provenance::checks::PROVENANCE_AGE)
    },
    Reference {
        policy: Some("coordinator"),
        ..Reference::of(
            "coordinator",
            "Builder of the image",
            true,
            &coordinator::checks::COORDINATOR_REFERENCE,
        )
    },
    Reference {
        member: Some("dstack.os-images"),
        ..Reference::of("dstack-image", "dstack", false, &dstack::checks::DSTACK_OS_IMAGE)
    },
    Reference::of(
        "contrast-manifest",
        "Whoever deployed it",
        false,
        &contrast::checks::CONTRAST_MEASUREMENT,
    ),
    Reference {
        member: Some("eigencompute.image-digests"),
        ..Reference::of(
            "eigencompute-image",
            "EigenCompute",
            false,
            &eigencompute::checks::EIGEN_CONTAINER,
        )
    },
    Reference {
        member: Some("registry.rpc"),
        ..Reference::of("registry", "RPC provider", false, &registry::checks::REGISTRY_RELEASE)
    },
    Reference::of("launch", "You", false, &launch::checks::LAUNCH_RECOMPUTED),
];

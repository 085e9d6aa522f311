//! Appraisal policies as data: which checks must be decided, and which values are accepted.
//!
//! A policy is a JSON file. It is parsed strictly (unknown members and unknown check names are
//! errors), hashed over its exact bytes and shown in every report. A policy can only ask for
//! more: checks of [`Tier::Authenticity`](crate::finding::Tier) cannot be left out.

mod azure;
mod builtin;
mod coordinator;
mod dcap;
mod dstack;
mod eigencompute;
mod google;
mod gpu;
mod minimum;
mod near;
mod nitro;
mod provenance;
mod reference;
mod registry;
mod sigstore;
mod snp;
mod tinfoil;
mod token;
mod tpm;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::bytes::Span;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Check, checks};
use crate::requirements::Requirements;

pub use crate::finding::Rule;
pub use crate::requirements::{LeastLevel, Warnings};

pub use crate::pki::anchors::Roots;
pub use azure::AzurePolicy;
pub use builtin::{Builtin, builtin};
pub use coordinator::{CoordinatorPolicy, Machine};
pub use dcap::{DcapPolicy, RegisterRule, SgxPolicy, TcbRules, TdxPolicy, Xfam};
pub use dstack::DstackPolicy;
pub use eigencompute::EigenPolicy;
pub use google::{Endorsement, GoogleFirmwarePolicy};
pub use gpu::GpuPolicy;
pub use minimum::{
    MINIMUM_TCB, MinimumTcb, WEAK_PRODUCTS, WeakProduct, minimum_of_any_chip, minimum_tcb,
};
pub use near::NearPolicy;
pub use nitro::{HexBytes, NitroPolicy};
pub use provenance::{CloudBuildPolicy, ProvenancePolicy, RefRule, SignerRule};
pub use registry::{EigenApp, Provider, RegistryPolicy};
pub use sigstore::{Artifact, SigstorePolicy};
pub use snp::{AbiVersion, SnpPolicy, TcbFloor};
pub use tinfoil::TinfoilPolicy;
pub use token::TokenPolicy;
pub use tpm::TpmPolicy;

/// The largest policy file that is read, in bytes.
pub const MAX_POLICY: usize = 256 * 1024;

/// An appraisal policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// One sentence on what it is for.
    pub description: String,
    /// Which roots count.
    pub roots: Roots,
    /// The least level; without one nothing is verified.
    pub least_level: Option<LeastLevel>,
    /// What warnings mean.
    pub warnings: Warnings,
    /// The checks that must be decided and pass. Empty means that nothing can be verified.
    pub required: Vec<&'static Check>,
    /// What must be decided and pass for an input of one kind
    /// ([`Subject::kind`](crate::report::Subject)), in place of `required`. For policies that are
    /// for several kinds.
    pub required_of: BTreeMap<String, Vec<&'static Check>>,
    /// AMD SEV-SNP.
    pub snp: SnpPolicy,
    /// Intel SGX and TDX.
    pub dcap: DcapPolicy,
    /// dstack's guests.
    pub dstack: DstackPolicy,
    /// Sigstore bundles.
    pub sigstore: SigstorePolicy,
    /// AWS Nitro enclaves.
    pub nitro: NitroPolicy,
    /// Signed builds.
    pub provenance: ProvenancePolicy,
    /// Attestations of coordinators.
    pub coordinator: CoordinatorPolicy,
    /// Attestation tokens.
    pub token: TokenPolicy,
    /// Quotes of a virtual TPM.
    pub tpm: TpmPolicy,
    /// Azure confidential VMs.
    pub azure: AzurePolicy,
    /// EigenCompute's bound evidence.
    pub eigencompute: EigenPolicy,
    /// Google's firmware.
    pub google_firmware: GoogleFirmwarePolicy,
    /// GPUs.
    pub gpu: GpuPolicy,
    /// NEAR AI's reports.
    pub near: NearPolicy,
    /// Tinfoil's bundles.
    pub tinfoil: TinfoilPolicy,
    /// Registers on chains.
    pub registry: RegistryPolicy,
    /// The host name that a bundle must be about, when the policy is for one service.
    pub domain: Option<String>,
    /// SHA-256 of the policy file's bytes.
    pub sha256: Sha256,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    roots: Roots,
    #[serde(default, rename = "least-level")]
    least_level: Option<LeastLevel>,
    #[serde(default)]
    warnings: Warnings,
    required: Vec<String>,
    #[serde(default, rename = "required-of")]
    required_of: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    snp: SnpPolicy,
    #[serde(default)]
    dcap: DcapPolicy,
    #[serde(default)]
    dstack: DstackPolicy,
    #[serde(default)]
    sigstore: SigstorePolicy,
    #[serde(default)]
    nitro: NitroPolicy,
    #[serde(default)]
    provenance: ProvenancePolicy,
    #[serde(default)]
    coordinator: coordinator::File,
    #[serde(default)]
    token: TokenPolicy,
    #[serde(default)]
    tpm: TpmPolicy,
    #[serde(default)]
    azure: AzurePolicy,
    #[serde(default)]
    eigencompute: EigenPolicy,
    #[serde(default, rename = "google-firmware")]
    google_firmware: GoogleFirmwarePolicy,
    #[serde(default)]
    gpu: GpuPolicy,
    #[serde(default)]
    near: NearPolicy,
    #[serde(default)]
    tinfoil: TinfoilPolicy,
    #[serde(default)]
    registry: RegistryPolicy,
    #[serde(default)]
    domain: Option<String>,
}

impl Policy {
    /// What the policy requires of an input of `kind`.
    pub fn requirements(&self, kind: &str) -> Requirements<'_> {
        Requirements {
            name: &self.name,
            sha256: self.sha256,
            roots: self.roots,
            least_level: self.least_level,
            warnings: self.warnings,
            required: self.required_of.get(kind).unwrap_or(&self.required),
        }
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// When it is not JSON of the policy's form, or requires a check that does not exist or that
    /// it gives no value to compare with: such a check could only be passed over.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "policy file";
        Error::cap(WHAT, bytes.len(), MAX_POLICY)?;
        let file: File = crate::json::from_slice(WHAT, bytes)?;
        let required = checks_named(&file.required, bytes.len())?;
        let required_of = file
            .required_of
            .iter()
            .map(|(kind, ids)| Ok((kind.clone(), checks_named(ids, bytes.len())?)))
            .collect::<Result<_, Error>>()?;
        let policy = Self {
            name: file.name,
            description: file.description,
            roots: file.roots,
            least_level: file.least_level,
            warnings: file.warnings,
            required,
            required_of,
            snp: file.snp,
            dcap: file.dcap,
            dstack: file.dstack,
            sigstore: file.sigstore,
            nitro: file.nitro,
            provenance: file.provenance,
            coordinator: file.coordinator.policy(bytes.len())?,
            token: file.token,
            tpm: file.tpm,
            azure: file.azure,
            eigencompute: file.eigencompute,
            google_firmware: file.google_firmware,
            gpu: file.gpu,
            near: file.near,
            tinfoil: file.tinfoil,
            registry: file.registry,
            domain: file.domain,
            sha256: Sha256::of(bytes),
        };
        if let Some(check) = reference::missing(&policy) {
            let why = format!("{check} is required, and the policy has no value to compare with");
            return Err(Error::malformed(WHAT, Span::new(0, bytes.len()), why));
        }
        Ok(policy)
    }
}

/// The checks called so; `len` is the length of the policy file.
fn checks_named(ids: &[String], len: usize) -> Result<Vec<&'static Check>, Error> {
    let unknown = |id: &String| Error::unsupported("policy file, required", id, Span::new(0, len));
    ids.iter().map(|id| checks::find(id).ok_or_else(|| unknown(id))).collect()
}

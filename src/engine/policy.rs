//! Appraisal policies as data: which checks must be decided, and which values are accepted.
//!
//! A policy is a JSON file. It is parsed strictly (unknown members and unknown check names are
//! errors), hashed over its exact bytes and shown in every report. A policy can only ask for
//! more: checks of [`Tier::Authenticity`](crate::finding::Tier) cannot be left out.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::builds::provenance::policy::ForBuilds;
use crate::builds::sigstore::policy::ForSigstore;
use crate::digest::Sha256;
use crate::engine::checks;
use crate::error::Error;
use crate::finding::Check;
use crate::formats::apple::policy::ForApple;
use crate::formats::azure::policy::ForAzure;
use crate::formats::cvm::policy::ForCvm;
use crate::formats::dstack::policy::ForDstack;
use crate::formats::eigencompute::policy::ForEigencompute;
use crate::formats::gce::policy::ForGce;
use crate::formats::gpu::policy::ForGpu;
use crate::formats::intel::policy::ForIntel;
use crate::formats::nitro::policy::ForNitro;
use crate::formats::snp::policy::ForSnp;
use crate::formats::token::policy::ForToken;
use crate::formats::tpm::policy::ForTpm;
use crate::pki::named::Anchors;
use crate::requirements::{Common, Requirements};
use crate::services::aci::policy::ForAci;
use crate::services::coordinator::policy::ForCoordinator;
use crate::services::near::policy::ForNear;
use crate::services::providers::policy::ForProviders;
use crate::services::registry::policy::ForRegistry;
use crate::services::tinfoil::policy::ForTinfoil;
use crate::span::Span;

pub use crate::finding::Rule;
pub use crate::requirements::{LeastLevel, Warnings};

pub use crate::builds::provenance::policy::{
    CloudBuildPolicy, ProvenancePolicy, RefRule, SignerRule,
};
pub use crate::builds::sigstore::policy::{Artifact, SigstorePolicy};

pub use crate::formats::apple::policy::ApplePolicy;
pub use crate::formats::azure::policy::AzurePolicy;
pub use crate::formats::cvm::policy::CvmPolicy;
pub use crate::formats::dstack::policy::DstackPolicy;
pub use crate::formats::eigencompute::policy::EigenPolicy;
pub use crate::formats::gce::policy::{Endorsement, GoogleFirmwarePolicy};
pub use crate::formats::gpu::policy::GpuPolicy;
pub use crate::formats::intel::policy::{
    DcapPolicy, Octets, RegisterRule, SgxPolicy, TcbRules, TdxPolicy,
};
pub use crate::formats::nitro::policy::{HexBytes, NitroPolicy};
pub use crate::formats::snp::policy::{AbiVersion, SnpPolicy, TcbFloor};
pub use crate::formats::token::policy::TokenPolicy;
pub use crate::formats::tpm::policy::TpmPolicy;
pub use crate::pki::anchors::Roots;
pub use crate::pki::named::{NamedRoot, NamedRoots};
pub use crate::services::aci::policy::AciPolicy;
pub use crate::services::coordinator::policy::{CoordinatorPolicy, Machine};
pub use crate::services::near::policy::NearPolicy;
pub use crate::services::providers::policy::ProvidersPolicy;
pub use crate::services::registry::policy::{EigenApp, Provider, RegistryPolicy};
pub use crate::services::tinfoil::policy::TinfoilPolicy;

/// The largest policy file that is read, in bytes.
pub const MAX_POLICY: usize = 256 * 1024;

/// An appraisal policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// One sentence on what it is for.
    pub description: String,
    /// Why the file asks for what it asks, by its members: words for its readers, which decide nothing.
    pub why: BTreeMap<String, String>,
    /// Which roots count.
    pub roots: Roots,
    /// Roots that the policy names. A chain under one reaches A1 at most: whoever wrote the policy
    /// vouches for its root, and no vendor.
    pub named_roots: NamedRoots,
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
    /// Envelopes of CVM Attestation v1.
    pub cvm: CvmPolicy,
    /// EigenCompute's bound evidence.
    pub eigencompute: EigenPolicy,
    /// Google's firmware.
    pub google_firmware: GoogleFirmwarePolicy,
    /// GPUs.
    pub gpu: GpuPolicy,
    /// Apple's certificates for managed devices.
    pub apple: ApplePolicy,
    /// A coordinator's providers.
    pub providers: ProvidersPolicy,
    /// ACI's reports.
    pub aci: AciPolicy,
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
    why: BTreeMap<String, String>,
    #[serde(default)]
    roots: Roots,
    #[serde(default, rename = "named-roots")]
    named_roots: NamedRoots,
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
    coordinator: crate::services::coordinator::policy::File,
    #[serde(default)]
    token: TokenPolicy,
    #[serde(default)]
    tpm: TpmPolicy,
    #[serde(default)]
    azure: AzurePolicy,
    #[serde(default)]
    cvm: CvmPolicy,
    #[serde(default)]
    eigencompute: EigenPolicy,
    #[serde(default, rename = "google-firmware")]
    google_firmware: GoogleFirmwarePolicy,
    #[serde(default)]
    gpu: GpuPolicy,
    #[serde(default)]
    apple: ApplePolicy,
    #[serde(default)]
    providers: ProvidersPolicy,
    #[serde(default)]
    aci: AciPolicy,
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
        let mut required_of = BTreeMap::new();
        for (kind, ids) in file.required_of {
            required_of.insert(kind, checks_named(&ids, bytes.len())?);
        }
        let mut policy = Self {
            name: file.name,
            description: file.description,
            why: file.why,
            roots: file.roots,
            named_roots: file.named_roots,
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
            coordinator: file.coordinator.policy(|ids| checks_named(ids, bytes.len()))?,
            token: file.token,
            tpm: file.tpm,
            azure: file.azure,
            cvm: file.cvm,
            eigencompute: file.eigencompute,
            google_firmware: file.google_firmware,
            gpu: file.gpu,
            apple: file.apple,
            providers: file.providers,
            aci: file.aci,
            near: file.near,
            tinfoil: file.tinfoil,
            registry: file.registry,
            domain: file.domain,
            sha256: Sha256::of(bytes),
        };
        let google = policy.named_roots.google.iter();
        policy.google_firmware.roots.extend(google.map(|root| Sha256::of(root.der())));
        if let Some(check) = crate::engine::reference::missing(&policy) {
            let why = format!("{check} is required, and the policy has no value to compare with");
            return Err(Error::malformed(WHAT, Span::new(0, bytes.len()), why));
        }
        Ok(policy)
    }
}

impl Common for Policy {
    fn roots(&self) -> Roots {
        self.roots
    }

    fn anchors(&self) -> Anchors<'_> {
        Anchors::new(self.roots, &self.named_roots)
    }

    fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    fn requirements(&self, kind: &str) -> Requirements<'_> {
        Self::requirements(self, kind)
    }
}

impl ForSigstore for Policy {
    fn sigstore(&self) -> &SigstorePolicy {
        &self.sigstore
    }
}

impl ForBuilds for Policy {
    fn provenance(&self) -> &ProvenancePolicy {
        &self.provenance
    }
}

impl ForSnp for Policy {
    fn snp(&self) -> &SnpPolicy {
        &self.snp
    }
}

impl ForIntel for Policy {
    fn dcap(&self) -> &DcapPolicy {
        &self.dcap
    }
}

impl ForTpm for Policy {
    fn tpm(&self) -> &TpmPolicy {
        &self.tpm
    }
}

impl ForNitro for Policy {
    fn nitro(&self) -> &NitroPolicy {
        &self.nitro
    }
}

impl ForGpu for Policy {
    fn gpu(&self) -> &GpuPolicy {
        &self.gpu
    }
}

impl ForToken for Policy {
    fn token(&self) -> &TokenPolicy {
        &self.token
    }
}

impl ForGce for Policy {
    fn google_firmware(&self) -> &GoogleFirmwarePolicy {
        &self.google_firmware
    }
}

impl ForAzure for Policy {
    fn azure(&self) -> &AzurePolicy {
        &self.azure
    }
}

impl ForCvm for Policy {
    fn cvm(&self) -> &CvmPolicy {
        &self.cvm
    }
}

impl ForDstack for Policy {
    fn dstack(&self) -> &DstackPolicy {
        &self.dstack
    }
}

impl ForEigencompute for Policy {
    fn eigencompute(&self) -> &EigenPolicy {
        &self.eigencompute
    }
}

impl ForTinfoil for Policy {
    fn tinfoil(&self) -> &TinfoilPolicy {
        &self.tinfoil
    }
}

impl ForApple for Policy {
    fn apple(&self) -> &ApplePolicy {
        &self.apple
    }
}

impl ForProviders for Policy {
    fn providers(&self) -> &ProvidersPolicy {
        &self.providers
    }
}

impl ForAci for Policy {
    fn aci(&self) -> &AciPolicy {
        &self.aci
    }
}

impl ForNear for Policy {
    fn near(&self) -> &NearPolicy {
        &self.near
    }
}

impl ForRegistry for Policy {
    fn registry(&self) -> &RegistryPolicy {
        &self.registry
    }
}

impl ForCoordinator for Policy {
    fn coordinator(&self) -> &CoordinatorPolicy {
        &self.coordinator
    }

    fn of_machine(&self, machine: Option<Machine>) -> Box<dyn ForCoordinator> {
        Box::new(self.for_coordinator(machine))
    }
}

impl Policy {
    /// The policy as it applies to a coordinator's attestation with evidence of `machine`. Its
    /// name and digest stay those of the file.
    #[must_use]
    pub fn for_coordinator(&self, machine: Option<Machine>) -> Self {
        let mut policy = self.clone();
        let own = &self.coordinator;
        if let Some(required) = &own.required {
            policy.required.clone_from(required);
        }
        let lists: &[&Vec<&'static Check>] = match machine {
            Some(Machine::Snp) => &[&own.snp],
            Some(Machine::Tdx) => &[&own.tdx],
            Some(Machine::EigenSnp) => &[&own.snp, &own.vtpm, &own.eigencompute],
            Some(Machine::EigenTdx) => &[&own.tdx, &own.vtpm, &own.eigencompute],
            Some(Machine::EigenShielded) => &[&own.vtpm, &own.eigencompute],
            Some(Machine::Vtpm) => &[&own.vtpm],
            Some(Machine::ConfidentialSpace) => &[&own.confidential_space],
            Some(Machine::GoogleVm) => &[&own.google_vm],
            Some(Machine::TrustAuthority) => &[&own.trust_authority],
            Some(Machine::Nitro) => &[&own.nitro],
            None => &[],
        };
        policy.required.extend(lists.iter().copied().flatten());
        if let Some(provenance) = &own.provenance {
            policy.provenance.clone_from(provenance);
        }
        policy.provenance.predicate_types.clone_from(&own.predicate_types);
        policy
    }
}

/// The checks called so; `len` is the length of the policy file.
fn checks_named(ids: &[String], len: usize) -> Result<Vec<&'static Check>, Error> {
    let unknown = |id: &String| Error::unsupported("policy file, required", id, Span::new(0, len));
    ids.iter().map(|id| checks::find(id).ok_or_else(|| unknown(id))).collect()
}

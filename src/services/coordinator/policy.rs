//! What a policy says about a coordinator's attestation.

use serde::Deserialize;

use crate::builds::provenance::policy::ProvenancePolicy;
use crate::error::Error;
use crate::finding::Check;
use crate::formats::azure::policy::ForAzure;
use crate::formats::eigencompute::policy::ForEigencompute;
use crate::formats::gce::policy::ForGce;
use crate::formats::nitro::policy::ForNitro;
use crate::formats::token::policy::{ForToken, TokenPolicy};
use crate::services::near::policy::ForNear;
use crate::services::registry::policy::ForRegistry;
use crate::services::tinfoil::policy::ForTinfoil;

/// Rules for a coordinator's attestation. The rest of the policy applies as well. A policy file
/// calls checks by their ids.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[serde(bound = "C: Deserialize<'de>")]
pub struct CoordinatorPolicy<C = &'static Check> {
    /// What is required instead of the policy's own list; `None` keeps that list.
    pub required: Option<Vec<C>>,
    /// What is required as well when the evidence is an SEV-SNP report.
    pub snp: Vec<C>,
    /// What is required as well when the evidence is a TDX quote.
    pub tdx: Vec<C>,
    /// What is required as well of the quotes of a provider's virtual TPM.
    pub vtpm: Vec<C>,
    /// What is required as well of EigenCompute's bound evidence, beside `vtpm` and what its
    /// processor's report calls for.
    pub eigencompute: Vec<C>,
    /// What is required as well of a token of a machine that measures its container.
    pub confidential_space: Vec<C>,
    /// What is required as well of a token of a machine that measures no container.
    pub google_vm: Vec<C>,
    /// What is required as well of an AWS Nitro document.
    pub nitro: Vec<C>,
    /// What is required as well of a token of Intel Trust Authority.
    pub trust_authority: Vec<C>,
    /// Accepted claims of a token of a machine that measures no container, in place of the
    /// policy's `token`.
    pub google_vm_token: TokenPolicy,
    /// Accepted claims of a token of Intel Trust Authority, in place of the policy's `token`.
    pub trust_authority_token: TokenPolicy,
    /// How old the evidence may be, in seconds.
    pub max_age_s: i64,
    /// The origin that the attestation must be about, when the policy is for one service.
    pub origin: Option<String>,
    /// In-toto predicate types of provenance.
    pub predicate_types: Vec<String>,
    /// Who may sign the measurements of a launcher that comes from elsewhere than the image.
    /// Without it, only the image's own source repository may.
    pub launcher: Option<ProvenancePolicy>,
    /// Who must have built the image, instead of what the policy says about builds.
    pub provenance: Option<ProvenancePolicy>,
}

impl<C> Default for CoordinatorPolicy<C> {
    fn default() -> Self {
        Self {
            required: None,
            snp: Vec::new(),
            tdx: Vec::new(),
            vtpm: Vec::new(),
            eigencompute: Vec::new(),
            confidential_space: Vec::new(),
            google_vm: Vec::new(),
            nitro: Vec::new(),
            trust_authority: Vec::new(),
            google_vm_token: TokenPolicy::google_vm(),
            trust_authority_token: TokenPolicy::trust_authority(),
            max_age_s: 3600,
            origin: None,
            predicate_types: vec!["https://slsa.dev/provenance/v1".to_owned()],
            launcher: None,
            provenance: None,
        }
    }
}

/// What the evidence is of: it says which checks are required as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// An SEV-SNP guest.
    Snp,
    /// A TDX guest.
    Tdx,
    /// An SEV-SNP guest on EigenCompute, with its virtual TPM.
    EigenSnp,
    /// A TDX guest on EigenCompute, with its virtual TPM.
    EigenTdx,
    /// A machine on EigenCompute with nothing but a virtual TPM.
    EigenShielded,
    /// A machine with nothing but a provider's virtual TPM.
    Vtpm,
    /// What a token says of a machine that measures its container.
    ConfidentialSpace,
    /// What a token says of a machine that measures no container.
    GoogleVm,
    /// What a token of Intel Trust Authority says.
    TrustAuthority,
    /// An AWS Nitro enclave.
    Nitro,
}

/// Which rules of a policy apply to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// The policy's own.
    Whole,
    /// Those for a coordinator, with evidence of this machine when there is one.
    Coordinator(Option<Machine>),
}

/// A policy that says something about coordinators, and about everything that their documents can
/// hold.
pub(crate) trait ForCoordinator:
    ForAzure + ForEigencompute + ForGce + ForNear + ForNitro + ForRegistry + ForTinfoil + ForToken
{
    /// What it says.
    fn coordinator(&self) -> &CoordinatorPolicy;

    /// The policy as it applies to a coordinator's attestation with evidence of `machine`.
    fn of_machine(&self, machine: Option<Machine>) -> Box<dyn ForCoordinator>;
}

/// The rules as they stand in a policy file.
pub(crate) type File = CoordinatorPolicy<String>;

impl File {
    pub(crate) fn policy(
        self,
        named: impl Fn(&[String]) -> Result<Vec<&'static Check>, Error>,
    ) -> Result<CoordinatorPolicy, Error> {
        Ok(CoordinatorPolicy {
            required: self.required.map(|ids| named(&ids)).transpose()?,
            snp: named(&self.snp)?,
            tdx: named(&self.tdx)?,
            vtpm: named(&self.vtpm)?,
            eigencompute: named(&self.eigencompute)?,
            confidential_space: named(&self.confidential_space)?,
            google_vm: named(&self.google_vm)?,
            nitro: named(&self.nitro)?,
            trust_authority: named(&self.trust_authority)?,
            google_vm_token: self.google_vm_token,
            trust_authority_token: self.trust_authority_token,
            max_age_s: self.max_age_s,
            origin: self.origin,
            predicate_types: self.predicate_types,
            launcher: self.launcher,
            provenance: self.provenance,
        })
    }
}

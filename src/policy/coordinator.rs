//! What a policy says about a coordinator's attestation.

use serde::Deserialize;

use super::{Policy, ProvenancePolicy, checks_named};
use crate::error::Error;
use crate::finding::Check;

/// Rules for a coordinator's attestation. The rest of the policy applies as well.
#[derive(Clone, Debug)]
pub struct CoordinatorPolicy {
    /// What is required instead of the policy's own list; `None` keeps that list.
    pub required: Option<Vec<&'static Check>>,
    /// What is required as well when the evidence is an SEV-SNP report.
    pub snp: Vec<&'static Check>,
    /// What is required as well when the evidence is a TDX quote.
    pub tdx: Vec<&'static Check>,
    /// How old the evidence may be, in seconds.
    pub max_age_s: i64,
    /// The origin that the attestation must be about, when the policy is for one service.
    pub origin: Option<String>,
    /// In-toto predicate types of provenance.
    pub predicate_types: Vec<String>,
    /// Who may sign the measurements of a launcher that comes from elsewhere than the image.
    /// Without it, only the image's own source repository may.
    pub launcher: Option<ProvenancePolicy>,
}

impl Default for CoordinatorPolicy {
    fn default() -> Self {
        Self {
            required: None,
            snp: Vec::new(),
            tdx: Vec::new(),
            max_age_s: 3600,
            origin: None,
            predicate_types: vec!["https://slsa.dev/provenance/v1".to_owned()],
            launcher: None,
        }
    }
}

/// Which checks the evidence adds to those that are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// An SEV-SNP guest.
    Snp,
    /// A TDX guest.
    Tdx,
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
        policy.required.extend(match machine {
            Some(Machine::Snp) => own.snp.as_slice(),
            Some(Machine::Tdx) => own.tdx.as_slice(),
            None => &[],
        });
        policy.provenance.predicate_types.clone_from(&own.predicate_types);
        policy
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct File {
    required: Option<Vec<String>>,
    snp: Vec<String>,
    tdx: Vec<String>,
    max_age_s: i64,
    origin: Option<String>,
    predicate_types: Vec<String>,
    launcher: Option<ProvenancePolicy>,
}

impl Default for File {
    fn default() -> Self {
        let CoordinatorPolicy { max_age_s, predicate_types, .. } = CoordinatorPolicy::default();
        Self {
            required: None,
            snp: Vec::new(),
            tdx: Vec::new(),
            max_age_s,
            origin: None,
            predicate_types,
            launcher: None,
        }
    }
}

impl File {
    /// The names of all checks that are required in some case.
    pub(super) fn required(&self) -> impl Iterator<Item = &String> {
        self.required.iter().flatten().chain(&self.snp).chain(&self.tdx)
    }

    pub(super) fn policy(self, len: usize) -> Result<CoordinatorPolicy, Error> {
        Ok(CoordinatorPolicy {
            required: self.required.map(|ids| checks_named(&ids, len)).transpose()?,
            snp: checks_named(&self.snp, len)?,
            tdx: checks_named(&self.tdx, len)?,
            max_age_s: self.max_age_s,
            origin: self.origin,
            predicate_types: self.predicate_types,
            launcher: self.launcher,
        })
    }
}

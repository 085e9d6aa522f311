//! What a policy says about Tinfoil's bundles and enclaves.

use serde::Deserialize;

use crate::builds::provenance::policy::{ForBuilds, ProvenancePolicy};
use crate::formats::intel::policy::ForIntel;
use crate::formats::snp::policy::ForSnp;

/// What is accepted of a bundle, or of an enclave's document, beside its machine and its build.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TinfoilPolicy {
    /// For how many days after its build was signed a bundle without a date is accepted. Nobody
    /// dates the report in a bundle; the machine that made it ran what the build describes. Without
    /// a value no undated bundle is accepted.
    pub undated_for_days: Option<u16>,
    /// Who may sign the list of hardware, by the members of a policy about builds; its predicate
    /// type is always the list's own. Without a value no list counts.
    pub hardware: Option<ProvenancePolicy>,
    /// Who may sign that a release is the newest, likewise; `maximum-age-days` says for how long
    /// the word counts. Without a value no witness counts.
    pub witness: Option<ProvenancePolicy>,
}

/// A policy that says something about Tinfoil's bundles and enclaves.
pub(crate) trait ForTinfoil: ForBuilds + ForSnp + ForIntel {
    /// What it says.
    fn tinfoil(&self) -> &TinfoilPolicy;
}

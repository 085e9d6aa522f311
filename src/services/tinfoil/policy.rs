//! What a policy says about Tinfoil's bundles.

use serde::Deserialize;

use crate::builds::provenance::policy::ForBuilds;
use crate::formats::snp::policy::ForSnp;

/// What is accepted of a bundle beside its machine and its build.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TinfoilPolicy {
    /// For how many days after its build was signed a bundle without a date is accepted. Nobody
    /// dates the report in a bundle; the machine that made it ran what the build describes. Without
    /// a value no undated bundle is accepted.
    pub undated_for_days: Option<u16>,
}

/// A policy that says something about Tinfoil's bundles.
pub(crate) trait ForTinfoil: ForBuilds + ForSnp {
    /// What it says.
    fn tinfoil(&self) -> &TinfoilPolicy;
}

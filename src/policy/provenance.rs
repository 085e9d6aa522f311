//! What a policy says about signed builds.

use serde::Deserialize;

/// Accepted identities of a build. Every comparison is of whole values; there are no patterns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct ProvenancePolicy {
    /// OIDC issuer (extension .8).
    pub issuer: String,
    /// Source repository URI (extension .12), such as `https://github.com/owner/name`.
    pub repository: Option<String>,
    /// Numeric source repository id (extension .15): it survives renaming.
    pub repository_id: Option<String>,
    /// Source repository owner URI (extension .16).
    pub owner: Option<String>,
    /// Numeric owner id (extension .17).
    pub owner_id: Option<String>,
    /// Path of the workflow file in the repository, such as `.github/workflows/build.yml`
    /// (extensions .9 and .18).
    pub workflow: Option<String>,
    /// Accepted source refs (extension .14).
    pub reference: Option<RefRule>,
    /// Accepted runner environments (extension .11).
    pub runners: Vec<String>,
    /// Accepted build triggers (extension .20).
    pub triggers: Vec<String>,
    /// Accepted in-toto predicate types.
    pub predicate_types: Vec<String>,
}

impl Default for ProvenancePolicy {
    fn default() -> Self {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Self {
            issuer: "https://token.actions.githubusercontent.com".into(),
            repository: None,
            repository_id: None,
            owner: None,
            owner_id: None,
            workflow: None,
            reference: None,
            runners: texts(&["github-hosted"]),
            triggers: texts(&["push", "release", "workflow_dispatch", "schedule"]),
            predicate_types: texts(&[
                "https://slsa.dev/provenance/v1",
                "https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1",
            ]),
        }
    }
}

/// Which source refs are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefRule {
    /// Exactly this ref.
    Exact(String),
    /// Any tag: a ref that begins with `refs/tags/` and goes on.
    AnyTag,
}

impl RefRule {
    /// Whether `reference` is accepted.
    pub fn accepts(&self, reference: &str) -> bool {
        match self {
            Self::Exact(expected) => reference == expected,
            Self::AnyTag => reference.strip_prefix("refs/tags/").is_some_and(|tag| !tag.is_empty()),
        }
    }
}

impl std::fmt::Display for RefRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(reference) => f.write_str(reference),
            Self::AnyTag => f.write_str("refs/tags/ (any tag)"),
        }
    }
}

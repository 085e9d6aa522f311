//! What a policy says about signed builds.

use serde::Deserialize;

use crate::builds::sigstore::policy::ForSigstore;

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
    /// The workflow that signs, when it is another than [`workflow`](Self::workflow): a reusable
    /// workflow (extensions .9 and .10). The source is pinned beside it, by the other members.
    pub signer: Option<SignerRule>,
    /// Accepted source refs (extension .14).
    pub reference: Option<RefRule>,
    /// Accepted runner environments (extension .11).
    pub runners: Vec<String>,
    /// Accepted build triggers (extension .20).
    pub triggers: Vec<String>,
    /// Accepted in-toto predicate types.
    pub predicate_types: Vec<String>,
    /// Accepted formats of the statement itself (`_type`), such as
    /// `https://in-toto.io/Statement/v1`; empty accepts those that this verifier reads.
    pub statement_types: Vec<String>,
    /// Accepted payload types of the signed envelope, such as `application/vnd.in-toto+json`; empty
    /// accepts the one that this verifier reads.
    pub payload_types: Vec<String>,
    /// Who may sign, whatever the source: the certificate's whole alternative name (a workflow with
    /// its ref, or an e-mail address), or the name of Cloud Build's key. Empty accepts any.
    pub identities: Vec<String>,
    /// How many days before the asked time the signature may have been seen first, by a log or a
    /// timestamp authority.
    pub maximum_age_days: Option<u16>,
    /// Whether Google Cloud Build may vouch for a build, and whose projects may. Without it, only
    /// the OIDC issuer may.
    pub cloud_build: Option<CloudBuildPolicy>,
}

/// A reusable workflow that signs for workflows of other repositories.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SignerRule {
    /// Its URI without a ref, such as
    /// `https://github.com/owner/name/.github/workflows/build.yml`.
    pub workflow: String,
    /// Accepted refs of it.
    #[serde(default)]
    pub reference: Option<RefRule>,
    /// Its commit (extension .10), 40 or 64 lower-case hex digits: a tag or branch can be moved.
    #[serde(default)]
    pub commit: Option<String>,
}

/// Google Cloud Build as a build service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct CloudBuildPolicy {
    /// Accepted builder ids.
    pub builders: Vec<String>,
    /// Accepted projects, by id or number: whoever owns a project decides what its builds do.
    pub projects: Vec<String>,
}

impl Default for CloudBuildPolicy {
    fn default() -> Self {
        let builder = "https://cloudbuild.googleapis.com/GoogleHostedWorker";
        let older = ["@v0.3", "@v0.2"].map(|version| format!("{builder}{version}"));
        let builders = [builder.to_owned()].into_iter().chain(older).collect();
        Self { builders, projects: Vec::new() }
    }
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
            signer: None,
            reference: None,
            runners: texts(&["github-hosted"]),
            triggers: texts(&["push", "release", "workflow_dispatch", "schedule"]),
            predicate_types: texts(&[
                "https://slsa.dev/provenance/v1",
                "https://slsa.dev/provenance/v0.2",
                "https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1",
            ]),
            statement_types: Vec::new(),
            payload_types: Vec::new(),
            identities: Vec::new(),
            maximum_age_days: None,
            cloud_build: None,
        }
    }
}

impl ProvenancePolicy {
    /// Whether the policy names whose source it is, by repository or owner; otherwise anybody's would
    /// do.
    pub(crate) const fn names_source(&self) -> bool {
        self.repository.is_some()
            || self.repository_id.is_some()
            || self.owner.is_some()
            || self.owner_id.is_some()
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

/// A policy that says something about what builds say.
pub(crate) trait ForBuilds: ForSigstore {
    /// What it says.
    fn provenance(&self) -> &ProvenancePolicy;
}

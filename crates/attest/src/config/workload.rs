//! What runs, and what is signed and shown about it.

use std::path::PathBuf;

use serde::Deserialize;

/// What runs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Workload {
    /// The image's name with its digest.
    pub image_reference: Option<String>,
    /// The image's OCI manifest: the exact bytes of the registry.
    pub manifest: Option<PathBuf>,
    /// The OCI index that lists the manifest, when the build is about the index: exact bytes too.
    pub index: Option<PathBuf>,
    /// The commit, 40 hex digits. A claim.
    pub git_commit: Option<String>,
    /// The version's name. A claim.
    pub build_version: Option<String>,
}

/// A signed statement of who built the image.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provenance {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ProvenanceKind,
    /// The file.
    pub file: PathBuf,
}

/// Kinds of signed statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvenanceKind {
    /// A Sigstore bundle.
    SigstoreBundle,
    /// Google Cloud Build's signed provenance.
    GcbSlsaDsse,
}

/// A part of the source from which the image was built.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourcePart {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SourceKind,
    /// The file.
    pub file: PathBuf,
}

/// Kinds of parts of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A commit, tree or blob as it lies in `.git/objects`, or the same without compression.
    GitObject,
    /// An answer of GitHub's API about one.
    GithubAnswer,
}

impl SourceKind {
    /// The word in the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GitObject => silicon_to_source::services::coordinator::parse::Source::OBJECT,
            Self::GithubAnswer => silicon_to_source::services::coordinator::parse::Source::ANSWER,
        }
    }
}

/// A signed statement about measurements: a Sigstore bundle.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReferenceValue {
    /// What it is about, such as `launch-measurement`.
    pub about: String,
    /// The Sigstore bundle.
    pub file: PathBuf,
}

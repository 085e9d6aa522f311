//! A simulated release of this project: one signed statement about many files.
//!
//! The files are real, and so are their digests. No workflow built them.

use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;

use super::repository::WORKFLOW;
use super::sigstore::{Build, BundleSpec};

/// A release, before it is signed.
#[derive(Clone, Debug)]
pub struct Release {
    /// The run of the release workflow, as its certificate names it.
    pub build: Build,
    /// Names and digests of the files, as `SHA256SUMS` lists them.
    pub files: Vec<(String, Sha256)>,
}

impl Release {
    /// The release of these files.
    pub fn of<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Self {
        Self {
            build: Build {
                repository: "silicon-to-source/silicon-to-source".into(),
                repository_id: "900000004".into(),
                workflow: WORKFLOW.into(),
                workflow_name: "SIMULATED release".into(),
                ..Build::default()
            },
            files: files
                .into_iter()
                .map(|(name, bytes)| (name.to_owned(), Sha256::of(bytes)))
                .collect(),
        }
    }

    /// The statement about every file, as `actions/attest` makes it of a list of digests.
    pub fn statement(&self) -> Vec<u8> {
        let statement = self.build.slsa_statement("", &Sha256([0; 32]).to_string());
        let mut statement: Value = serde_json::from_slice(&statement).unwrap();
        statement["subject"] = self
            .files
            .iter()
            .map(|(name, sha256)| json!({ "digest": { "sha256": sha256.to_string() }, "name": name }))
            .collect();
        serde_json::to_vec(&statement).unwrap()
    }

    /// The Sigstore bundle, to spoil or to sign.
    pub fn provenance(&self) -> BundleSpec {
        BundleSpec::dsse(&self.build, self.statement())
    }

    /// `release.intoto.jsonl`: one bundle, one line.
    pub fn bytes(&self) -> Vec<u8> {
        let mut line = self.provenance().bytes();
        line.push(b'\n');
        line
    }
}

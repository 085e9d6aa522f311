//! What a reader adds beside files, the same in every shell: which policy, the least level, what
//! a build has to be about, and keys of the reader's own.

use serde::{Deserialize, Serialize};

use crate::builds::sigstore::verify::TrustedRoot;
use crate::digest::{Sha256, Sha512};
use crate::engine::policy::{Artifact, LeastLevel, Policy, Warnings};
use crate::engine::{builtin, default_policy, firmware_root};
use crate::error::Error;
use crate::file::File;
use crate::services::coordinator::parse::exchange::Body;
use crate::span::Span;

/// What a reader adds beside files. Nothing, unless it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// A built-in policy's name, or the JSON text of a policy file.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require: Option<LeastLevel>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deny_warnings: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact: Option<Digests>,
    /// A `trusted_root.json`, or several, one a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    trusted_root: Option<Body>,
    /// SHA-256 of certificates that count as Google's root for endorsements of firmware.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    firmware_roots: Vec<Sha256>,
}

/// An artifact by its digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digests {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<Sha256>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha512: Option<Sha512>,
}

impl Options {
    /// Chooses a policy: the name of a built-in one, or the JSON text of a policy file.
    ///
    /// # Errors
    /// When there is no policy of that name, or the text is no policy file.
    pub fn set_policy(&mut self, text: String) -> Result<(), Error> {
        chosen(&text)?;
        self.policy = Some(text);
        Ok(())
    }

    /// The least that the chain has to show, in place of what the policy asks for.
    pub fn set_require(&mut self, least: LeastLevel) {
        self.require = Some(least);
    }

    /// Takes a warning for an open answer.
    pub fn set_deny_warnings(&mut self) {
        self.deny_warnings = true;
    }

    /// What a build has to be about.
    pub fn set_artifact(&mut self, artifact: Artifact) {
        let Artifact { sha256, sha512 } = artifact;
        self.artifact = Some(Digests { sha256, sha512 });
    }

    /// Sigstore's keys, in place of those that come with the verifier.
    ///
    /// # Errors
    /// When the bytes are no `trusted_root.json`, nor several, one a line.
    pub fn set_trusted_root(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        TrustedRoot::supplied(&bytes)?;
        self.trusted_root = Some(Body(bytes));
        Ok(())
    }

    /// One more certificate (DER or PEM) that counts as Google's root for endorsements of
    /// firmware. The certificate itself has to stand beside the evidence, or in the endorsement.
    ///
    /// # Errors
    /// When the bytes are not exactly one certificate.
    pub fn add_firmware_root(&mut self, certificate: &[u8]) -> Result<(), Error> {
        self.firmware_roots.push(firmware_root(certificate)?);
        Ok(())
    }

    /// The policy for `files`; `None` where nothing is set, and the built-in one of their kind
    /// counts.
    ///
    /// # Errors
    /// When a policy has to be chosen by the evidence, and no file is evidence.
    pub fn policy(&self, files: &[File<'_>]) -> Result<Option<Policy>, Error> {
        match self.chosen_policy()? {
            None if *self != Self::default() => Ok(Some(self.completed(default_policy(files)?))),
            chosen => Ok(chosen),
        }
    }

    /// The policy that was chosen by its name or its text, with what else is set.
    pub(crate) fn chosen_policy(&self) -> Result<Option<Policy>, Error> {
        let policy = self.policy.as_deref().map(chosen).transpose()?;
        Ok(policy.map(|policy| self.completed(policy)))
    }

    /// `policy` with what else is set.
    pub(crate) fn completed(&self, mut policy: Policy) -> Policy {
        if let Some(Digests { sha256, sha512 }) = self.artifact {
            policy.sigstore.artifact = Some(Artifact { sha256, sha512 });
        }
        if let Some(root) = &self.trusted_root {
            policy.sigstore.trusted_root = Some(root.0.clone());
        }
        policy.google_firmware.roots.extend(&self.firmware_roots);
        policy.least_level = self.require.or(policy.least_level);
        if self.deny_warnings {
            policy.warnings = Warnings::Deny;
        }
        policy
    }

    /// These options with those of whoever handed over `files` in one file. What is set here
    /// counts. Of the maker's options count those which choose among the verifier's own policies or
    /// ask for more: a built-in policy, denied warnings, and a least level above the policy's.
    pub(crate) fn joined(&self, makers: &Self, files: &[File<'_>]) -> Result<Self, Error> {
        let mut joined = self.clone();
        joined.deny_warnings |= makers.deny_warnings;
        if joined.policy.is_none() {
            joined.policy = makers.policy.clone().filter(|text| !is_file(text));
        }
        if let (None, Some(LeastLevel::At(level))) = (joined.require, makers.require) {
            let policy = match joined.policy(files)? {
                Some(policy) => policy,
                None => default_policy(files)?,
            };
            let is_more =
                matches!(policy.least_level, Some(LeastLevel::At(least)) if level > least);
            joined.require = is_more.then_some(LeastLevel::At(level));
        }
        Ok(joined)
    }

    /// The policy as it was chosen: a name, or the JSON text of a policy file.
    pub fn chosen(&self) -> Option<&str> {
        self.policy.as_deref()
    }

    /// Which of these say whose word counts, or what the reader has: `policy` (a file of the
    /// reader's), `trusted-root`, `firmware-root`, `artifact`. Nobody says them for another reader.
    pub fn personal(&self) -> Vec<&'static str> {
        let parts = [
            ("policy", self.policy.as_deref().is_some_and(is_file)),
            ("trusted-root", self.trusted_root.is_some()),
            ("artifact", self.artifact.is_some()),
            ("firmware-root", !self.firmware_roots.is_empty()),
        ];
        parts.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).collect()
    }
}

/// Whether a chosen policy is the text of a file, and not a name.
fn is_file(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// The policy that is called `text`, or that `text` is the file of.
fn chosen(text: &str) -> Result<Policy, Error> {
    match builtin(text) {
        Some(builtin) => builtin.policy(),
        None if is_file(text) => Policy::from_json(text.as_bytes()),
        None => Err(Error::unsupported("name of a policy", text, Span::new(0, text.len()))),
    }
}

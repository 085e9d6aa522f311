//! The source behind a signed build: git's objects and GitHub's answers beside the evidence.

use crate::appraise;
use crate::bytes::Span;
use crate::endorsements::git::{Object, ObjectName};
use crate::endorsements::github::{Answer, Attestation, decoded};
use crate::error::Error;
use crate::evidence::coordinator::Source;
use crate::finding::{Check, Finding, LinkId, Outcome, Value, Why, checks};
use crate::plan;
use crate::policy::Policy;
use crate::report::{Draft, EvidenceItem};
use crate::verify::git::{self, Objects, Place, Role, Sought, VerifiedSource, Workflow};

/// The most files that are taken for a part of the source.
const MAX_FILES: usize = 1024;

/// Files beside evidence, told apart by their content.
#[derive(Default)]
pub(super) struct Files<'a> {
    objects: Objects<'a>,
    /// Attestations of GitHub's answers, in order.
    pub(super) attestations: Vec<Attestation>,
    /// Sigstore bundles that were stored as GitHub stores them, decoded.
    stored: Vec<Vec<u8>>,
    /// Files that are none of these, Sigstore bundles as they are among them.
    pub(super) rest: Vec<&'a [u8]>,
}

impl<'a> Files<'a> {
    /// Takes out of `files` what is about the source.
    ///
    /// # Errors
    /// When a file begins like an object, an answer or a stored bundle and is not one.
    pub(super) fn of(files: &[&'a [u8]]) -> Result<Self, Error> {
        Error::cap("number of collateral files", files.len(), MAX_FILES)?;
        let mut found = Self::default();
        for &file in files {
            if let Some(object) = Object::stored(file)? {
                found.objects.add_object(object);
            } else if let Some(bundle) = stored_bundle(file)? {
                found.stored.push(bundle);
            } else {
                match Answer::of(file)? {
                    Some(Answer::Attestations(attestations)) => {
                        found.attestations.extend(attestations);
                    }
                    Some(answer) => found.objects.add_answer(answer),
                    None => found.rest.push(file),
                }
            }
        }
        Ok(found)
    }

    /// Adds what came along with the evidence. A part that is not of its form is left out, and
    /// said.
    pub(super) fn add(&mut self, along: &'a [Source]) -> Vec<Finding> {
        let mut left_out = Vec::new();
        for (number, part) in (1_u32..).zip(along) {
            let check = &checks::COORDINATOR_SOURCE;
            let finding = match self.take(part) {
                Ok(true) => continue,
                Ok(false) => Finding::unknown(check, Why::NotSupported).actual(part.kind.as_str()),
                Err(error) => Finding::unknown(check, Why::NotSupported).actual(error.to_string()),
            };
            left_out.push(finding.part(format!("source {number}")));
        }
        if left_out.is_empty() && !along.is_empty() {
            left_out.push(Finding::pass(&checks::COORDINATOR_SOURCE));
        }
        left_out
    }

    /// Whether it is of a type that is read.
    fn take(&mut self, part: &'a Source) -> Result<bool, Error> {
        let bytes = &part.body.0;
        let other = || {
            let why = "it is none of git's objects and no answer about one";
            Error::malformed("source", Span::new(0, bytes.len()), why)
        };
        match part.kind.as_str() {
            Source::OBJECT => {
                self.objects.add_object(Object::stored(bytes)?.ok_or_else(other)?);
            }
            // Which commit a name stands for is GitHub's word, and no hash shows it.
            Source::ANSWER => match Answer::of(bytes)? {
                Some(Answer::Attestations(_) | Answer::Reference(_)) | None => return Err(other()),
                Some(answer) => self.objects.add_answer(answer),
            },
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Sigstore bundles: those that were stored, and those as they are.
    pub(super) fn bundles(&self) -> impl Iterator<Item = &[u8]> {
        let plain = self.rest.iter().copied().filter(|file| is_bundle(file));
        self.stored.iter().map(Vec::as_slice).chain(plain)
    }

    /// Adds to `draft` the bundles that an answer of GitHub's names and that are not at hand.
    pub(super) fn ask(&self, draft: &mut Draft) {
        let addresses = self.attestations.iter().filter_map(|attestation| match attestation {
            Attestation::Stored(url) => Some(url.as_str()),
            Attestation::Bundle(_) => None,
        });
        let addresses: Vec<&str> = addresses.collect();
        if self.bundles().count() < addresses.len() {
            let check = &checks::GITHUB_ATTESTATIONS;
            draft.findings.push(Finding::unknown(check, Why::NotFetched));
            draft.wanted.extend(addresses.into_iter().map(plan::github_bundle));
        }
    }

    /// Adds to `draft` what the objects show about the commit that its evidence names.
    pub(super) fn complete(&self, draft: &mut Draft, policy: &Policy) {
        let about_commit =
            draft.findings.iter().find(|finding| *finding.check == checks::PROVENANCE_COMMIT);
        if commits_of_parts(draft) > 1 {
            let all = git::CHECKS.into_iter().chain([&checks::GIT_COMMIT_SIGNATURE]);
            draft.findings.extend(all.map(|check| Finding::unknown(check, Why::NotSupported)));
            return;
        }
        let named = claimed(draft, "git.commit").and_then(|text| text.parse::<ObjectName>().ok());
        let Some(commit) = named else {
            let by = match about_commit.map(|finding| finding.outcome) {
                Some(Outcome::Unknown(Why::Blocked { by })) => by,
                Some(_) => &checks::PROVENANCE_COMMIT,
                None if self.objects.is_empty() => return,
                None => &checks::LINK_COMMIT,
            };
            draft.findings.extend(blocked(by));
            return;
        };
        let repository = claimed(draft, "git.repository").unwrap_or_default();
        let sought = Sought {
            commit,
            workflows: workflows(draft, &repository, commit),
            tag: claimed(draft, "git.ref")
                .and_then(|reference| Some(reference.strip_prefix("refs/tags/")?.to_owned())),
        };
        let examined = git::verify(&sought, &self.objects);
        draft.findings.extend(examined.findings);
        draft.wanted.extend(plan::github(&repository, commit, &examined.missing, policy.roots));
        match &examined.verified {
            Some(source) => {
                draft.findings.push(appraise::git::signature(source));
                draft.claims.extend(appraise::git::claims(source));
                draft.evidence.extend(evidence(source));
            }
            None => {
                let check = &checks::GIT_COMMIT_SIGNATURE;
                let fetched = draft.findings.iter().any(|finding| {
                    *finding.check == checks::GIT_COMMIT
                        && finding.outcome != Outcome::Unknown(Why::NotFetched)
                });
                let why = match fetched {
                    true => Why::Blocked { by: &checks::GIT_COMMIT },
                    false => Why::NotFetched,
                };
                draft.findings.push(Finding::unknown(check, why));
            }
        }
    }
}

/// Whether `bytes` are JSON with the member that every Sigstore bundle has.
pub(super) fn is_bundle(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Wire {
        #[serde(rename = "verificationMaterial")]
        _material: serde::de::IgnoredAny,
    }
    bytes.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<Wire>(bytes).is_ok()
}

/// The bundle in `bytes`, when they are one as GitHub stores it.
///
/// # Errors
/// When they are compressed and cannot be decoded, or something else is inside.
pub(super) fn stored_bundle(bytes: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let Some(bundle) = decoded(bytes)? else { return Ok(None) };
    if is_bundle(&bundle) {
        return Ok(Some(bundle));
    }
    let why = "what it decodes to is not a Sigstore bundle";
    Err(Error::malformed("stored bundle", Span::new(0, bytes.len()), why))
}

/// Every check about the source, blocked.
fn blocked(by: &'static Check) -> impl Iterator<Item = Finding> {
    let all = git::CHECKS.into_iter().chain([&checks::GIT_COMMIT_SIGNATURE]);
    all.map(move |check| Finding::blocked(check, by))
}

/// How many commits the builds of several machines or images name.
fn commits_of_parts(draft: &Draft) -> usize {
    let commits = draft.claims.iter().filter(|c| c.name == "git.commit" && c.part.is_some());
    let mut commits: Vec<String> = commits.map(|claim| claim.value.to_string()).collect();
    commits.sort_unstable();
    commits.dedup();
    commits.len()
}

/// The value of the first claim called `name`.
fn claimed(draft: &Draft, name: &str) -> Option<String> {
    let claim = draft.claims.iter().find(|claim| claim.name == name)?;
    match &claim.value {
        Value::Hex(text) | Value::Text(text) => Some(text.clone()),
        Value::Number(_) | Value::Time(_) => None,
    }
}

/// The workflow files that the certificate names: one, or two when a reusable workflow signed.
fn workflows(draft: &Draft, repository: &str, commit: ObjectName) -> Vec<Workflow> {
    let place = |file: &str, at: &str| {
        let uri = claimed(draft, file)?;
        let stated = claimed(draft, at);
        Some(match path(&uri, repository) {
            Some(path) if stated.as_deref().is_none_or(|at| at == commit.to_string()) => {
                Place::Path(path.to_owned())
            }
            _ => Place::Elsewhere(match stated {
                Some(stated) => format!("{uri}, commit {stated}"),
                None => uri,
            }),
        })
    };
    let top = place("build.workflow", "build.workflow-commit");
    let signer = place("build.signer-workflow", "build.signer-commit");
    let is_one = claimed(draft, "build.workflow") == claimed(draft, "build.signer-workflow");
    match (top, signer) {
        (Some(place), Some(_)) if is_one => vec![Workflow { part: None, place }],
        (Some(top), Some(signer)) => vec![
            Workflow { part: Some("top-level"), place: top },
            Workflow { part: Some("signer"), place: signer },
        ],
        (Some(place), None) | (None, Some(place)) => vec![Workflow { part: None, place }],
        (None, None) => Vec::new(),
    }
}

/// The path in `repository/path@ref`.
fn path<'u>(uri: &'u str, repository: &str) -> Option<&'u str> {
    let rest = uri.strip_prefix(repository)?.strip_prefix('/')?;
    let (path, _) = rest.split_once("@refs/").or_else(|| rest.rsplit_once('@'))?;
    (!path.is_empty()).then_some(path)
}

/// The commit and the files, as text.
fn evidence(source: &VerifiedSource) -> Vec<EvidenceItem> {
    let link = LinkId::Commit;
    let commit = EvidenceItem::new("git-commit", "text", link, source.content(), Vec::new());
    let files = source.files().iter().map(|file| {
        let kind = match file.role() {
            Role::Workflow => "workflow",
            Role::Other => "text",
        };
        let id = format!("git-file:{}", file.path());
        EvidenceItem::new(id, kind, link, file.content(), Vec::new())
    });
    std::iter::once(commit).chain(files).collect()
}

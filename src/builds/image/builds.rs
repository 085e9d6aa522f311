//! Signed statements about the builds of one image, by whichever service.

use super::checks;
use crate::builds::cloud_build::parse::Provenance;
use crate::builds::provenance::policy::ForBuilds;
use crate::builds::sigstore::parse::{Bundle, Content, Statement, Subject};
use crate::builds::sigstore::verify::{Artifact, VerifiedStatement};
use crate::builds::{cloud_build, provenance, sigstore};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Finding, Value, Why, to_blame};
use crate::report::{Fact, Facts, Part};
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

/// The most build statements that are examined about one image.
const MAX_BUILDS: usize = 8;

/// The most digests of subjects that are shown.
const SHOWN: usize = 8;

/// A signed statement about a build, which nobody verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signed<'a> {
    /// Its bytes.
    pub(crate) bytes: &'a [u8],
    /// The SHA-256 digests that it says it is about: enough to choose by.
    pub(crate) subjects: Vec<Sha256>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Bundle,
    CloudBuild,
}

impl<'a> Signed<'a> {
    /// A Sigstore bundle.
    ///
    /// # Errors
    /// When it is not of its form.
    pub(crate) fn bundle(bytes: &'a [u8]) -> Result<Self, Error> {
        let subjects = named(&Bundle::read(bytes)?);
        Ok(Self { bytes, subjects, form: Form::Bundle })
    }

    /// Build provenance by Google Cloud Build.
    ///
    /// # Errors
    /// When it is not of its form.
    pub(crate) fn cloud_build(bytes: &'a [u8]) -> Result<Self, Error> {
        let parsed = Provenance::parse(bytes)?;
        let payloads: Vec<&[u8]> =
            parsed.envelopes().iter().map(|envelope| envelope.payload.as_slice()).collect();
        Ok(Self { bytes, subjects: subjects(&payloads), form: Form::CloudBuild })
    }

    /// The first of `digests` that it says it is about.
    pub(crate) fn fitting(&self, digests: &[Sha256]) -> Option<Sha256> {
        digests.iter().copied().find(|digest| self.subjects.contains(digest))
    }
}

/// The SHA-256 digests that a bundle is about, as it says before anything is verified.
pub(crate) fn named(bundle: &Bundle) -> Vec<Sha256> {
    match bundle.content() {
        Content::Envelope { payload, .. } => subjects(&[payload]),
        Content::Message { digest } => {
            let digest = digest.and_then(|hint| hint.digest.try_into().ok());
            digest.map(Sha256).into_iter().collect()
        }
    }
}

/// The SHA-256 digests that statements are about, as they say before anything is verified.
fn subjects(payloads: &[&[u8]]) -> Vec<Sha256> {
    let mut subjects: Vec<Sha256> = payloads
        .iter()
        .filter_map(|payload| Statement::parse(payload).ok())
        .flat_map(|said| said.subjects().iter().filter_map(Subject::sha256).collect::<Vec<_>>())
        .collect();
    subjects.sorted_once();
    subjects
}

/// Digests for showing: the first few, and how many more there are.
pub(crate) fn listed(subjects: &[Sha256]) -> String {
    let mut texts: Vec<String> = subjects.iter().take(SHOWN).map(ToString::to_string).collect();
    if let Some(more) = subjects.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        texts.push(format!("{more} more"));
    }
    texts.join(", ")
}

/// What is said about the builds of one image.
#[derive(Default)]
pub(crate) struct Builds {
    pub(crate) part: Part,
    /// What was verified, in order.
    pub(crate) verified: Vec<VerifiedBuild>,
    number: usize,
}

/// One build statement of which every step was verified.
pub(crate) struct VerifiedBuild {
    /// SHA-256 of each of its subjects; of Google Cloud Build's, the one that was compared.
    pub(crate) subjects: Vec<Sha256>,
    /// The commit that it names.
    pub(crate) commit: Option<String>,
    /// The statement, when it came in a Sigstore bundle.
    pub(crate) statement: Option<VerifiedStatement>,
}

impl Builds {
    /// Whether there was no statement.
    pub(crate) const fn is_empty(&self) -> bool {
        self.number == 0
    }

    /// Examines one more statement, about the image that any of `digests` names. One too many is
    /// not examined, and said.
    pub(crate) fn add(
        &mut self,
        build: &Signed<'_>,
        digests: &[Sha256],
        policy: &dyn ForBuilds,
        now: UnixTime,
    ) {
        self.number = self.number.saturating_add(1);
        let number = self.number;
        if number > MAX_BUILDS {
            let check = &provenance::checks::PROVENANCE_OTHER_BUILD;
            let finding = Finding::unknown(check, Why::NotSupported).part("further builds");
            if number == MAX_BUILDS.saturating_add(1) {
                let said = format!("{MAX_BUILDS} are examined, and there are more");
                self.part.findings.push(finding.actual(said));
            }
            return;
        }
        let (part, verified) = match examine(build, digests, policy, now) {
            Ok(examined) => examined,
            Err(error) => {
                let check = &provenance::checks::PROVENANCE_OTHER_BUILD;
                let finding = Finding::unknown(check, Why::NotSupported);
                (Part::of([finding.actual(error.to_string())]), None)
            }
        };
        self.verified.extend(verified);
        self.part.absorb(match number {
            1 => part,
            _ => part.named(&format!("build {number}")),
        });
    }

    /// The builds compared with each other, each claim once.
    pub(crate) fn compared(mut self) -> Self {
        self.part.findings.extend(one_source(&self.part.facts));
        let mut kept = Vec::new();
        for mut claim in self.part.claims.drain(..) {
            claim.part = None;
            if !kept.contains(&claim) {
                kept.push(claim);
            }
        }
        self.part.claims = kept;
        self
    }
}

/// One build statement about the image, and what of it was verified.
fn examine(
    build: &Signed<'_>,
    digests: &[Sha256],
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Result<(Part, Option<VerifiedBuild>), Error> {
    let own = build.fitting(digests);
    let (mut part, verified) = match build.form {
        Form::CloudBuild => {
            let asked: Vec<Sha256> = own.into_iter().collect();
            let cloud_build::examine::Examined { part, verified } =
                cloud_build::examine::provenance(build.bytes, &asked, policy)?;
            let verified = verified.map(|_| VerifiedBuild {
                subjects: asked,
                commit: commit(&part.facts),
                statement: None,
            });
            (part, verified)
        }
        Form::Bundle => {
            let artifact = own.map(Artifact::Sha256);
            let sigstore::examine::Examined { part, verified } =
                provenance::examine::bundle(build.bytes, artifact, policy, now)?;
            let verified = verified.map(|statement| VerifiedBuild {
                subjects: statement.statement().map_or_else(
                    || own.into_iter().collect(),
                    |said| said.subjects().iter().filter_map(Subject::sha256).collect(),
                ),
                commit: commit(&part.facts),
                statement: Some(statement),
            });
            (part, verified)
        }
    };
    let check = &checks::OCI_SUBJECT;
    let shown = listed(&build.subjects);
    part.findings.push(match (own, digests) {
        _ if verified.is_none() => Finding::blocked(check, to_blame(&part.findings)),
        (Some(own), _) => Finding::pass(check).actual(Value::hex(own.0)),
        (None, []) => Finding::unknown(check, Why::NotPublished).actual(shown),
        (None, [image, ..]) => {
            Finding::unknown(check, Why::NotFetched).expected(Value::hex(image.0)).actual(shown)
        }
    });
    Ok((part, verified))
}

/// The commit that a verified build names.
fn commit(facts: &Facts) -> Option<String> {
    facts.iter().find_map(|(_, fact)| match fact {
        Fact::Commit(commit) => Some(commit.clone()),
        _ => None,
    })
}

/// Builds that name different commits contradict each other.
fn one_source(facts: &Facts) -> Option<Finding> {
    let mut commits = facts.iter().filter_map(|(_, fact)| match fact {
        Fact::Commit(commit) => Some(commit),
        _ => None,
    });
    let first = commits.next()?;
    let other = commits.find(|other| *other != first)?;
    Some(
        Finding::fail(&provenance::checks::PROVENANCE_COMMIT, "builds-differ")
            .part("builds")
            .expected(Value::Hex(first.clone()))
            .actual(Value::Hex(other.clone())),
    )
}

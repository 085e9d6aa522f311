//! A container image: from the digest that evidence names to the source it was built from.
//!
//! The digest is never taken from a document that nobody signed or measured. The build may be
//! vouched for by a Sigstore bundle or by Google Cloud Build; it may be about the image's manifest
//! or about an index that lists it, when the index is at hand.

use std::borrow::Cow;

use super::kind::{self, Part};
use super::snp::to_blame;
use super::{gcb, sigstore};
use crate::bytes::Span;
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::endorsements::gcb::Provenance;
use crate::endorsements::oci::{Document, Reference};
use crate::endorsements::sigstore::{Bundle, Content, Statement, Subject};
use crate::error::Error;
use crate::finding::{Finding, LinkId, Value, Why, checks};
use crate::policy::Policy;
use crate::report::EvidenceItem;
use crate::time::UnixTime;
use crate::verify::oci::{self as verify, Supplied};
use crate::verify::sigstore::{Artifact, VerifiedStatement};

/// The most build statements that are read about one image.
const MAX_BUILDS: usize = 8;

/// The most indexes and manifests that are read about one image.
const MAX_DOCUMENTS: usize = 8;

/// How verified evidence names the image that runs: from measured evidence only, such as an event
/// log that replays or a file whose hash was measured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Running<'a> {
    /// The digest, of a manifest or an index.
    pub(super) digest: Option<Sha256>,
    /// The reference (`registry/path:tag@sha256:hex`).
    pub(super) reference: Option<&'a str>,
}

/// The files about images and builds, told apart by their content.
#[derive(Default)]
pub(super) struct Files<'a> {
    /// Indexes and manifests.
    pub(super) documents: Vec<Supplied<'a>>,
    /// Sigstore bundles and Google Cloud Build provenance.
    pub(super) builds: Vec<&'a [u8]>,
}

/// The findings about one image and its builds, and everything to show beside them.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
}

/// The findings about an image's documents, and every digest that names the image.
#[derive(Default)]
pub(super) struct Named {
    pub(super) findings: Vec<Finding>,
    pub(super) digests: Vec<Sha256>,
    pub(super) evidence: Vec<EvidenceItem>,
}

/// Follows `running` to the builds among `files` and to their source.
///
/// Without a digest the builds are verified all the same, and the finding that ties them to the
/// image stays open. A build about another digest could be about an index of this image: then
/// that index is what is missing, and the finding names its digest.
///
/// # Errors
/// When a file is not of its form.
pub(super) fn examine(
    running: &Running<'_>,
    files: &Files<'_>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let (reference, digest) = named(running);
    let mut findings = vec![reference];
    let named = digest.map_or_else(Named::default, |digest| files.named(digest));
    findings.extend(named.findings);
    let mut evidence = named.evidence;
    let mut builds = Builds::default();
    for bytes in &files.builds {
        builds.add(bytes, &named.digests, policy, now)?;
    }
    let Builds { findings: own, claims, evidence: shown, .. } = builds.compared();
    findings.extend(own);
    evidence.extend(shown);
    Ok(Examined { findings, claims, evidence })
}

/// The findings about the builds of one image, and everything to show beside them.
#[derive(Default)]
pub(super) struct Builds {
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    /// What was verified, in order.
    pub(super) verified: Vec<VerifiedBuild>,
    number: usize,
}

/// One build statement whose signature holds.
pub(super) struct VerifiedBuild {
    /// SHA-256 of each of its subjects; of Google Cloud Build's, the one that was compared.
    pub(super) subjects: Vec<Sha256>,
    /// The commit that it names.
    pub(super) commit: Option<Claim>,
    /// The statement, when it came in a Sigstore bundle.
    pub(super) statement: Option<VerifiedStatement>,
}

impl Builds {
    /// Whether there was no statement that could be read.
    pub(super) const fn is_empty(&self) -> bool {
        self.number == 0
    }

    /// Examines one more statement, about the image that any of `digests` names.
    ///
    /// # Errors
    /// When it is not of its form, or one too many.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        digests: &[Sha256],
        policy: &Policy,
        now: UnixTime,
    ) -> Result<(), Error> {
        let number = self.number.saturating_add(1);
        if number > MAX_BUILDS {
            let why = format!("more than {MAX_BUILDS} build statements about one image");
            return Err(Error::malformed("build statement", Span::new(0, bytes.len()), why));
        }
        let (mut build, verified) = build(bytes, digests, policy, now)?;
        self.number = number;
        if number > 1 {
            build.numbered(number);
        }
        self.findings.extend(build.findings);
        self.claims.extend(build.claims);
        self.evidence.extend(build.evidence);
        self.verified.extend(verified);
        Ok(())
    }

    /// The builds compared with each other, each claim once.
    pub(super) fn compared(mut self) -> Self {
        self.findings.extend(one_source(&self.claims));
        dedup(&mut self.claims);
        self
    }
}

impl<'a> Files<'a> {
    /// Takes the files about images and builds out of `files`; the others are returned.
    ///
    /// # Errors
    /// When an index or manifest is not of its form.
    pub(super) fn of(files: &[&'a [u8]]) -> Result<(Self, Vec<&'a [u8]>), Error> {
        let mut own = Self::default();
        let mut others = Vec::new();
        for &bytes in files {
            match kind::part(bytes) {
                Some(Part::Image) => {
                    own.documents.push(Supplied { bytes, document: Document::parse(bytes)? });
                }
                Some(Part::SigstoreBundle | Part::CloudBuildProvenance) => own.builds.push(bytes),
                None => others.push(bytes),
            }
        }
        if own.documents.len() > MAX_DOCUMENTS {
            let why = format!("more than {MAX_DOCUMENTS} indexes and manifests");
            return Err(Error::malformed("collateral file", Span::new(0, 0), why));
        }
        Ok((own, others))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.builds.is_empty()
    }

    /// Every digest that names the image called `digest`.
    pub(super) fn named(&self, digest: Sha256) -> Named {
        let examined = verify::verify(digest, &self.documents);
        let digests = examined.verified.map(|image| image.digests().to_vec());
        let evidence = self.documents.iter().enumerate().map(|(number, document)| {
            let kind = match document.document {
                Document::Index(_) => "index",
                Document::Manifest { .. } => "manifest",
            };
            let id = match number {
                0 => Cow::Owned(format!("image-{kind}")),
                _ => Cow::Owned(format!("image-{kind}-{}", number.saturating_add(1))),
            };
            EvidenceItem::new(id, "json", LinkId::Image, document.bytes, Vec::new())
        });
        Named {
            findings: examined.findings,
            digests: digests.unwrap_or_else(|| vec![digest]),
            evidence: evidence.collect(),
        }
    }

    /// The image that the documents are about when nothing else names one: their manifest, or
    /// else their index.
    pub(super) fn only_image(&self) -> Named {
        let is_manifest =
            |supplied: &&Supplied<'_>| matches!(supplied.document, Document::Manifest { .. });
        let own = self.documents.iter().find(is_manifest).or_else(|| self.documents.first());
        own.map_or_else(Named::default, |own| self.named(own.digest()))
    }
}

/// Whether the evidence names the image by digest, and the digest.
fn named(running: &Running<'_>) -> (Finding, Option<Sha256>) {
    let check = &checks::OCI_REFERENCE;
    let Some(text) = running.reference else {
        let finding = match running.digest {
            Some(digest) => Finding::pass(check).actual(Value::hex(digest.0)),
            None => Finding::unknown(check, Why::NotPublished),
        };
        return (finding, running.digest);
    };
    let finding = match (Reference::parse(text), running.digest) {
        (Err(_), _) => return (Finding::fail(check, "malformed").actual(text), None),
        (Ok(Reference { digest: Some(said), .. }), Some(digest)) if said != digest => {
            Finding::fail(check, "not-equal").expected(Value::hex(digest.0))
        }
        (Ok(Reference { digest: None, .. }), Some(_)) => Finding::warn(check, "by-tag"),
        (Ok(Reference { digest: Some(digest), .. }), _) => {
            return (Finding::pass(check).actual(text), Some(digest));
        }
        (Ok(Reference { digest: None, .. }), None) => Finding::unknown(check, Why::NotPublished),
    };
    (finding.actual(text), running.digest)
}

/// One build statement about the image, and what of it was verified.
fn build(
    bytes: &[u8],
    digests: &[Sha256],
    policy: &Policy,
    now: UnixTime,
) -> Result<(Examined, Option<VerifiedBuild>), Error> {
    let subjects = subjects(bytes)?;
    let own = digests.iter().copied().find(|digest| subjects.contains(digest));
    let (mut findings, is_verified, statement, claims, evidence) = match kind::part(bytes) {
        Some(Part::CloudBuildProvenance) => {
            let own: Vec<Sha256> = own.into_iter().collect();
            let build = gcb::provenance(bytes, &own, policy)?;
            (build.findings, build.is_verified, None, build.claims, build.evidence)
        }
        _ => {
            let build = sigstore::bundle(bytes, own.map(Artifact::Sha256), policy, now)?;
            let is_verified = build.verified.is_some();
            (build.findings, is_verified, build.verified, build.claims, build.evidence)
        }
    };
    let check = &checks::OCI_SUBJECT;
    let listed = || subjects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let finding = match (own, digests) {
        _ if !is_verified => Finding::blocked(check, to_blame(&findings)),
        (Some(own), _) => Finding::pass(check).actual(Value::hex(own.0)),
        (None, []) => Finding::unknown(check, Why::NotPublished).actual(listed()),
        (None, [image, ..]) => {
            Finding::unknown(check, Why::NotFetched).expected(Value::hex(image.0)).actual(listed())
        }
    };
    findings.push(finding);
    let commit = claims.iter().find(|claim| claim.name == "git.commit").cloned();
    let subjects = match &statement {
        Some(verified) => {
            let said = verified.statement().map(Statement::subjects).unwrap_or_default();
            said.iter().filter_map(Subject::sha256).collect()
        }
        None => own.into_iter().collect(),
    };
    let verified = is_verified.then_some(VerifiedBuild { subjects, commit, statement });
    Ok((Examined { findings, claims, evidence }, verified))
}

/// The SHA-256 digests that a statement is about, as it says before anything is verified: enough
/// to know with which of the image's digests to compare it.
pub(super) fn subjects(bytes: &[u8]) -> Result<Vec<Sha256>, Error> {
    let payloads: Vec<Vec<u8>> = match kind::part(bytes) {
        Some(Part::CloudBuildProvenance) => {
            let parsed = Provenance::parse(bytes)?;
            parsed.envelopes().iter().map(|envelope| envelope.payload.clone()).collect()
        }
        _ => match Bundle::parse(bytes)?.content() {
            Content::Envelope { payload, .. } => vec![payload.to_vec()],
            Content::Message { digest } => {
                let digest = digest.and_then(|hint| hint.digest.try_into().ok());
                return Ok(digest.map(Sha256).into_iter().collect());
            }
        },
    };
    let mut subjects: Vec<Sha256> = payloads
        .iter()
        .filter_map(|payload| Statement::parse(payload).ok())
        .flat_map(|said| said.subjects().iter().filter_map(Subject::sha256).collect::<Vec<_>>())
        .collect();
    subjects.sort_unstable();
    subjects.dedup();
    Ok(subjects)
}

impl Examined {
    /// Tells the findings and evidence of a further build from those of the first.
    fn numbered(&mut self, number: usize) {
        for finding in &mut self.findings {
            let part = finding.part.take();
            finding.part = Some(Cow::Owned(match part {
                Some(part) => format!("build {number}: {part}"),
                None => format!("build {number}"),
            }));
            if let Some(at) = &mut finding.at {
                at.evidence = Cow::Owned(format!("{}-build-{number}", at.evidence));
            }
        }
        for item in &mut self.evidence {
            item.id = Cow::Owned(format!("{}-build-{number}", item.id));
        }
    }
}

/// Builds that name different commits contradict each other.
fn one_source(claims: &[Claim]) -> Option<Finding> {
    let mut commits = claims.iter().filter(|claim| claim.name == "git.commit");
    let first = commits.next()?;
    let other = commits.find(|other| other.value != first.value)?;
    Some(
        Finding::fail(&checks::PROVENANCE_COMMIT, "builds-differ")
            .part("builds")
            .expected(first.value.clone())
            .actual(other.value.clone()),
    )
}

fn dedup(claims: &mut Vec<Claim>) {
    let mut kept: Vec<Claim> = Vec::new();
    for claim in claims.drain(..) {
        if !kept.contains(&claim) {
            kept.push(claim);
        }
    }
    *claims = kept;
}

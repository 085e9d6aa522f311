//! A container image: from the digest that evidence names to the source it was built from.
//!
//! The digest is never taken from a document that nobody signed or measured.

use std::collections::BTreeSet;

use super::builds::{Builds, Signed, listed};
use super::checks;
use super::parse::{Document, Reference};
use super::verify::{self, Supplied};
use crate::builds::provenance;
use crate::builds::provenance::policy::ForBuilds;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Finding, LinkId, Value, Why};
use crate::gather;
use crate::piece::{Piece, Role};
use crate::report::{EvidenceItem, Part};
use crate::time::UnixTime;

/// The most indexes and manifests that are read about one image.
const MAX_DOCUMENTS: usize = 8;

/// How verified evidence names the image that runs: from measured evidence only, such as an event
/// log that replays or a file whose hash was measured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Running<'a> {
    /// The digest, of a manifest or an index.
    pub(crate) digest: Option<Sha256>,
    /// The reference (`registry/path:tag@sha256:hex`).
    pub(crate) reference: Option<&'a str>,
}

/// What is at hand about images and builds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files<'a> {
    /// Indexes and manifests.
    pub(crate) documents: Vec<Supplied<'a>>,
    /// Sigstore bundles and Google Cloud Build provenance.
    pub(crate) builds: Vec<Signed<'a>>,
    /// What cannot be read.
    pub(crate) unread: Vec<Finding>,
    pieces: Vec<Piece<'a>>,
}

/// What is said about an image's documents, and every digest that names the image.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) part: Part,
    pub(crate) digests: Vec<Sha256>,
}

/// Follows `running` to the builds among `files` and to their source.
///
/// Builds about another digest are not about this image, as far as anybody can tell, and are not
/// looked at. When there are no others, the index that would lead to one is what is missing, and the
/// finding names the digests. Without a digest of the image nothing ties a build to it.
pub(crate) fn examine(
    running: &Running<'_>,
    files: &Files<'_>,
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Part {
    let (reference, digest) = named(running);
    let mut part = Part::of([reference]);
    part.findings.extend(files.unread.iter().cloned());
    let Some(digest) = digest else {
        part.findings.extend(files.untied(Why::NotPublished));
        return part;
    };
    let named = files.named(digest);
    part.absorb(named.part);
    let fitting = files.builds_of(&named.digests);
    if fitting.is_empty() {
        let comparable = files.builds.iter().any(|build| !build.subjects.is_empty());
        let why = if comparable { Why::NotFetched } else { Why::NoReference };
        let expected = Value::hex(digest.0);
        part.findings.extend(files.untied(why).map(|finding| finding.expected(expected)));
        return part;
    }
    let mut builds = Builds::default();
    for build in fitting {
        builds.add(build, &named.digests, policy, now);
        files.used(build.bytes);
    }
    part.absorb(builds.compared().part);
    part
}

impl<'a> Files<'a> {
    /// The pieces about images and builds. A piece that cannot be read is left out, and said.
    pub(crate) fn of(pieces: &[Piece<'a>]) -> Self {
        let mut own = Self { pieces: pieces.to_vec(), ..Self::default() };
        for piece in pieces {
            let (check, read) = match piece.role {
                Role::ImageDocument => (&checks::OCI_DOCUMENT, own.document(piece.bytes)),
                Role::SigstoreBundle => (
                    &provenance::checks::PROVENANCE_OTHER_BUILD,
                    own.build(Signed::bundle(piece.bytes)),
                ),
                Role::CloudBuild => (
                    &provenance::checks::PROVENANCE_OTHER_BUILD,
                    own.build(Signed::cloud_build(piece.bytes)),
                ),
                _ => continue,
            };
            if let Err(error) = read {
                piece.unreadable();
                let unread = Finding::unknown(check, Why::NotSupported).part(piece.name.to_owned());
                own.unread.push(unread.actual(error.to_string()));
            }
        }
        own
    }

    fn document(&mut self, bytes: &'a [u8]) -> Result<(), Error> {
        self.documents.push(Supplied::parse(bytes)?);
        Ok(())
    }

    fn build(&mut self, build: Result<Signed<'a>, Error>) -> Result<(), Error> {
        self.builds.push(build?);
        Ok(())
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.builds.is_empty() && self.unread.is_empty()
    }

    /// Whether a document is about the image called `digest`.
    pub(crate) fn has(&self, digest: Sha256) -> bool {
        !verify::related(digest, &self.documents).is_empty()
    }

    /// Notes that the examination used the piece that consists of `bytes`.
    pub(crate) fn used(&self, bytes: &[u8]) {
        self.pieces.iter().filter(|piece| std::ptr::eq(piece.bytes, bytes)).for_each(Piece::used);
    }

    /// The builds that say that they are of an image with one of `digests`.
    pub(crate) fn builds_of(&self, digests: &[Sha256]) -> Vec<&Signed<'a>> {
        self.builds.iter().filter(|build| build.fitting(digests).is_some()).collect()
    }

    /// The finding that no build at hand is tied to the image.
    fn untied(&self, why: Why) -> Option<Finding> {
        let subjects: Vec<Sha256> =
            self.builds.iter().flat_map(|build| build.subjects.iter().copied()).collect();
        let finding = Finding::unknown(&checks::OCI_SUBJECT, why).actual(listed(&subjects));
        (!self.builds.is_empty()).then_some(finding)
    }

    /// Every digest that names the image called `digest`, by the documents that are about it.
    pub(crate) fn named(&self, digest: Sha256) -> Named {
        let related = verify::related(digest, &self.documents);
        let (own, further) = related.split_at(related.len().min(MAX_DOCUMENTS));
        let own: Vec<Supplied<'a>> = own.iter().copied().cloned().collect();
        let examined = verify::verify(digest, &own);
        let digests = examined.verified.map(|image| image.digests().to_vec());
        let mut part = Part::of(examined.findings);
        if !further.is_empty() {
            let more = Finding::unknown(&checks::OCI_DOCUMENT, Why::NotSupported);
            let said = format!("{MAX_DOCUMENTS} are read, and there are {}", related.len());
            part.findings.push(more.part("further documents").actual(said));
        }
        for (number, document) in (1_u32..).zip(&own) {
            self.used(document.bytes());
            let kind = match document.document() {
                Document::Index(_) => "index",
                Document::Manifest => "manifest",
            };
            let id = match number {
                1 => format!("image-{kind}"),
                _ => format!("image-{kind}-{number}"),
            };
            let link = LinkId::Image;
            part.evidence.push(EvidenceItem::new(id, "json", link, document.bytes(), Vec::new()));
        }
        Named { part, digests: digests.unwrap_or_else(|| vec![digest]) }
    }

    /// The image among the documents that a build with these `subjects` is about: by its manifest,
    /// or else by an index. Documents about another image are passed over.
    pub(crate) fn about(&self, subjects: &[Sha256]) -> Named {
        let subjects: BTreeSet<Sha256> = gather::set(subjects.iter().copied());
        let is_subject = |digest: Sha256| subjects.contains(&digest);
        let named = self.documents.iter().filter(|document| is_subject(document.digest()));
        let listed: BTreeSet<Sha256> =
            named.flat_map(Supplied::images).map(|image| image.digest).collect();
        let could_be = |document: &&Supplied<'_>| {
            is_subject(document.digest())
                || listed.contains(&document.digest())
                || document.images().iter().any(|image| is_subject(image.digest))
        };
        let is_manifest =
            |supplied: &&Supplied<'_>| matches!(supplied.document(), Document::Manifest);
        let (manifests, indexes): (Vec<_>, Vec<_>) =
            self.documents.iter().filter(could_be).partition(is_manifest);
        let candidates = manifests.iter().chain(&indexes).map(|document| document.digest());
        let is_about = |digest: &Sha256| {
            let related: Vec<Supplied<'a>> =
                verify::related(*digest, &self.documents).into_iter().cloned().collect();
            let image = verify::verify(*digest, &related).verified;
            image.is_some_and(|image| image.digests().iter().copied().any(is_subject))
        };
        candidates
            .take(MAX_DOCUMENTS)
            .find(is_about)
            .map_or_else(Named::default, |digest| self.named(digest))
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

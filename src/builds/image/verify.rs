//! Which digests name one container image: its manifest's, and that of an index that lists it.

use std::collections::BTreeSet;

use super::checks;
use super::parse::{Descriptor, Document, Platform};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Examined, Finding, Outcome, Promise, Value, Why};

/// The platform of every machine whose reports are read here: SEV-SNP, TDX and SGX are x86-64.
const PLATFORM: (&str, &str) = ("linux", "amd64");

/// A supplied index or manifest with its exact bytes.
#[derive(Clone, Debug)]
pub(crate) struct Supplied<'a> {
    bytes: &'a [u8],
    document: Document,
    digest: Sha256,
}

/// Every digest that names one image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VerifiedImage {
    digests: Vec<Sha256>,
}

impl VerifiedImage {
    /// The digests: first the one by which the evidence names the image, then that of its manifest
    /// or of the indexes that list it. Never empty.
    pub(crate) fn digests(&self) -> &[Sha256] {
        &self.digests
    }
}

impl<'a> Supplied<'a> {
    /// Reads an index or a manifest.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Ok(Self { bytes, document: Document::parse(bytes)?, digest: Sha256::of(bytes) })
    }

    /// The bytes as received.
    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What they say.
    pub(crate) const fn document(&self) -> &Document {
        &self.document
    }

    /// SHA-256 of the bytes.
    pub(crate) const fn digest(&self) -> Sha256 {
        self.digest
    }

    /// What an index lists; a manifest lists no image.
    pub(crate) fn images(&self) -> &[Descriptor] {
        match &self.document {
            Document::Index(images) => images,
            Document::Manifest => &[],
        }
    }
}

/// The documents that are about the image called `digest`: those that have this digest, those that
/// an index with this digest lists, and indexes that list any of these.
pub(crate) fn related<'d, 'a>(
    digest: Sha256,
    documents: &'d [Supplied<'a>],
) -> Vec<&'d Supplied<'a>> {
    let mut names = BTreeSet::from([digest]);
    let named = documents.iter().filter(|document| document.digest == digest);
    names.extend(named.flat_map(Supplied::images).map(|image| image.digest));
    let mut seen = BTreeSet::new();
    let is_about = |document: &&Supplied<'_>| {
        names.contains(&document.digest)
            || document.images().iter().any(|image| names.contains(&image.digest))
    };
    documents.iter().filter(is_about).filter(|document| seen.insert(document.digest)).collect()
}

/// Compares `documents` with the digest by which evidence names an image.
///
/// - A document with that digest is the image's manifest, or the index from which a machine of
///   ours takes its one image for Linux on x86-64; that one's manifest digest is added.
/// - An index that lists that digest, once, as an image for Linux on x86-64: its digest is added.
/// - Any other document is about another image, and is passed over.
///
/// A digest that is named and for which no document is supplied needs none. A digest is added only
/// when the checks that vouch for it passed.
pub(crate) fn verify(digest: Sha256, documents: &[Supplied<'_>]) -> Examined<VerifiedImage> {
    let mut findings = Vec::new();
    let mut digests = vec![digest];
    let named = documents.iter().find(|document| document.digest() == digest);
    let mut manifest = digest;
    match named.map(|document| &document.document) {
        Some(Document::Index(images)) => {
            let (examined, image) = chosen(images);
            if let Some(image) = image.filter(|_| vouches(&examined)) {
                manifest = image.digest;
                digests.push(manifest);
            }
            findings.extend(examined);
        }
        Some(Document::Manifest) => {
            findings.push(Finding::pass(&checks::OCI_MANIFEST).actual(Value::hex(digest.0)));
        }
        None => {}
    }
    let others = documents.iter().filter(|document| document.digest() != digest);
    let mut number = usize::from(named.is_some_and(|d| matches!(d.document, Document::Index(_))));
    for document in others {
        let own = document.digest();
        match &document.document {
            Document::Index(images) if images.iter().any(|image| image.digest == manifest) => {
                let examined = lists(images, manifest, documents);
                if vouches(&examined) {
                    digests.push(own);
                }
                findings.extend(examined.into_iter().map(|finding| numbered(finding, number)));
                number = number.saturating_add(1);
            }
            Document::Manifest if own == manifest => {
                findings.push(Finding::pass(&checks::OCI_MANIFEST).actual(Value::hex(own.0)));
            }
            Document::Index(_) | Document::Manifest => {}
        }
    }
    for check in [&checks::OCI_MANIFEST, &checks::OCI_INDEX, &checks::OCI_PLATFORM] {
        if !findings.iter().any(|finding| finding.check == check) {
            findings.push(Finding::unknown(check, Why::NotApplicable));
        }
    }
    let is_refuted = findings.iter().any(is_failure);
    let verified = PROMISE.keep(&findings, || VerifiedImage { digests });
    Examined { findings, verified: verified.filter(|_| !is_refuted) }
}

/// What a [`VerifiedImage`] promises: each document that is about the image was compared.
const PROMISE: Promise =
    Promise { holds: &[], where_it_applies: &[&checks::OCI_MANIFEST, &checks::OCI_INDEX] };

/// Whether an index was shown to stand for the image: it lists it, and for no other platform than
/// ours.
fn vouches(examined: &[Finding]) -> bool {
    let listed = |finding: &Finding| finding.check == &checks::OCI_INDEX && finding.passed();
    examined.iter().any(listed) && !examined.iter().any(is_failure)
}

/// The finding about a further document of its kind.
fn numbered(finding: Finding, number: usize) -> Finding {
    match number {
        0 => finding,
        _ => finding.part(format!("document {}", number.saturating_add(1))),
    }
}

/// The one image of an index that a machine of ours can run.
fn chosen(images: &[Descriptor]) -> (Vec<Finding>, Option<&Descriptor>) {
    let check = &checks::OCI_INDEX;
    let runs =
        |image: &&Descriptor| image.is_image() && image.platform.as_ref().is_none_or(is_ours);
    let mut candidates = images.iter().filter(runs);
    match (candidates.next(), candidates.next()) {
        (Some(image), None) => {
            let listed = Finding::pass(check).actual(Value::hex(image.digest.0));
            (vec![listed, platform(image)], Some(image))
        }
        (Some(_), Some(_)) => (vec![Finding::unknown(check, Why::NotApplicable)], None),
        (None, _) => (vec![Finding::fail(check, "no-platform").expected(ours())], None),
    }
}

/// An index lists the manifest, as an image of the size that its bytes have.
fn lists(images: &[Descriptor], manifest: Sha256, documents: &[Supplied<'_>]) -> Vec<Finding> {
    let check = &checks::OCI_INDEX;
    let Some(image) = images.iter().find(|image| image.digest == manifest) else {
        return Vec::new();
    };
    let bytes = documents.iter().find(|document| document.digest() == manifest);
    let has_size = |bytes: &Supplied<'_>| u64::try_from(bytes.bytes.len()) == Ok(image.size);
    let listed = if !image.is_image() {
        Finding::fail(check, "not-an-image").actual(image.media_type.as_str())
    } else if bytes.is_some_and(|bytes| !has_size(bytes)) {
        Finding::fail(check, "size").actual(Value::number(image.size))
    } else {
        Finding::pass(check).actual(Value::hex(manifest.0))
    };
    vec![listed, platform(image)]
}

fn platform(image: &Descriptor) -> Finding {
    let check = &checks::OCI_PLATFORM;
    match &image.platform {
        None => Finding::unknown(check, Why::NotPublished),
        Some(platform) => Finding::test(check, is_ours(platform), "other-platform")
            .expected(ours())
            .actual(platform.to_string()),
    }
}

fn ours() -> String {
    format!("{}/{}", PLATFORM.0, PLATFORM.1)
}

fn is_ours(platform: &Platform) -> bool {
    (platform.os.as_str(), platform.architecture.as_str()) == PLATFORM
}

const fn is_failure(finding: &Finding) -> bool {
    matches!(finding.outcome, Outcome::Fail(_))
}

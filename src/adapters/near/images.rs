//! From the containers in each machine's app-compose file to the source of their builds.

use super::machine::Examined;
use crate::adapters::image::{self, Files, Running};
use crate::digest::Sha256;
use crate::endorsements::oci::{Document, Reference};
use crate::error::Error;
use crate::evidence::tinfoil::{ImageReferences, Pin};
use crate::finding::{Finding, Value, Why, checks};
use crate::policy::Policy;
use crate::report::Part;
use crate::time::UnixTime;
use crate::verify::oci::Supplied;

/// The files about images, and which of them were about a container so far.
pub(super) struct Images<'f, 'a> {
    files: &'f Files<'a>,
    used: Vec<&'a [u8]>,
}

impl<'f, 'a> Images<'f, 'a> {
    pub(super) const fn of(files: &'f Files<'a>) -> Self {
        Self { files, used: Vec::new() }
    }

    /// Follows every container of a machine. Without any file nothing is said: then the link to
    /// the builds says that nothing was published. With one, each container that no build is about
    /// is open, so that no chain seems whole for another container's sake.
    pub(super) fn follow(
        &mut self,
        machine: &Examined,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<Vec<Part>, Error> {
        if self.files.is_empty() {
            return Ok(Vec::new());
        }
        let check = &checks::OCI_SUBJECT;
        let only = |finding| vec![Part::of([finding])];
        let Some(compose) = &machine.compose else {
            return Ok(only(Finding::blocked(check, &checks::DSTACK_COMPOSE_HASH)));
        };
        let ImageReferences::All(containers) = compose.images() else {
            return Ok(only(Finding::blocked(check, &checks::DSTACK_IMAGES)));
        };
        if containers.is_empty() {
            return Ok(only(Finding::blocked(check, &checks::DSTACK_IMAGES)));
        }
        let mut followed = Vec::new();
        for (number, container) in (1_u32..).zip(containers) {
            let digest = Reference::parse(&container.text).ok().and_then(|named| named.digest);
            let about = match digest.filter(|_| container.pin == Pin::Digest) {
                Some(digest) => self.image(digest, &container.text, policy, now)?,
                None => {
                    Part::of([Finding::unknown(check, Why::NotPublished).actual(container.text)])
                }
            };
            followed.push(about.named(&format!("container {number}")));
        }
        Ok(followed)
    }

    /// One image, with the documents and builds that are about it.
    fn image(
        &mut self,
        digest: Sha256,
        reference: &str,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<Part, Error> {
        let all = &self.files.documents;
        let named = all.iter().find(|document| document.digest() == digest);
        let is_about = |document: &&Supplied<'_>| {
            let lists = |index: &Supplied<'_>, digest| match &index.document {
                Document::Index(images) => images.iter().any(|image| image.digest == digest),
                Document::Manifest { .. } => false,
            };
            document.digest() == digest
                || lists(document, digest)
                || named.is_some_and(|named| lists(named, document.digest()))
        };
        let mut own =
            Files { documents: all.iter().filter(is_about).cloned().collect(), builds: Vec::new() };
        let digests = own.named(digest).digests;
        for build in &self.files.builds {
            if image::subjects(build)?.iter().any(|subject| digests.contains(subject)) {
                own.builds.push(build);
            }
        }
        self.used.extend(own.documents.iter().map(|document| document.bytes));
        self.used.extend(&own.builds);
        let running = Running { digest: Some(digest), reference: Some(reference) };
        let examined = image::examine(&running, &own, policy, now)?;
        let mut about = Part {
            claims: examined.claims,
            evidence: examined.evidence,
            ..Part::of(examined.findings)
        };
        if own.builds.is_empty() {
            let open = Finding::unknown(&checks::OCI_SUBJECT, Why::NotFetched);
            about.findings.push(open.expected(Value::hex(digest.0)));
        }
        Ok(about)
    }

    /// What is about no container of any machine.
    pub(super) fn left_over(&self, policy: &Policy, now: UnixTime) -> Result<Part, Error> {
        let is_used = |file: &[u8]| self.used.contains(&file);
        let builds: Vec<&[u8]> =
            self.files.builds.iter().copied().filter(|build| !is_used(build)).collect();
        let mut about = Part::default();
        let others = self.files.documents.iter().filter(|document| !is_used(document.bytes));
        for (number, document) in (1_u32..).zip(others) {
            let finding = Finding::fail(&checks::OCI_MANIFEST, "not-equal");
            let finding = finding.actual(Value::hex(document.digest().0));
            about.findings.push(finding.part(format!("document {number}")));
        }
        if !builds.is_empty() {
            let files = Files { documents: Vec::new(), builds };
            let examined = image::examine(&Running::default(), &files, policy, now)?;
            about.findings.extend(examined.findings);
            about.evidence.extend(examined.evidence);
        }
        Ok(about.named("other"))
    }
}

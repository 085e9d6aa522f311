//! From the containers in each machine's app-compose file to the source of their builds.

use super::machine::Examined;
use crate::builds::image;
use crate::builds::image::follow::{Files, Running};
use crate::builds::image::parse::Reference;
use crate::builds::image::reference::{ImageReferences, Pin};
use crate::digest::Sha256;
use crate::finding::{Finding, Value, Why};
use crate::formats::dstack;
use crate::report::Part;
use crate::services::near::policy::ForNear;
use crate::time::UnixTime;

/// The files about images.
pub(super) struct Images<'f, 'a> {
    files: &'f Files<'a>,
}

impl<'f, 'a> Images<'f, 'a> {
    pub(super) const fn of(files: &'f Files<'a>) -> Self {
        Self { files }
    }

    /// Follows every container of a machine. Without any file nothing is said: then the link to
    /// the builds says that nothing was published. With one, each container that no build is about
    /// is open, so that no chain seems whole for another container's sake.
    pub(super) fn follow(
        &self,
        machine: &Examined,
        policy: &dyn ForNear,
        now: UnixTime,
    ) -> Vec<Part> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let check = &image::checks::OCI_SUBJECT;
        let only = |finding| vec![Part::of([finding])];
        let Some(compose) = &machine.compose else {
            return only(Finding::blocked(check, &dstack::checks::DSTACK_COMPOSE_HASH));
        };
        let ImageReferences::All(containers) = compose.images() else {
            return only(Finding::blocked(check, &dstack::checks::DSTACK_IMAGES));
        };
        if containers.is_empty() {
            return only(Finding::blocked(check, &dstack::checks::DSTACK_IMAGES));
        }
        let mut followed = Vec::new();
        for (number, container) in (1_u32..).zip(containers) {
            let digest = Reference::parse(&container.text).ok().and_then(|named| named.digest);
            let about = match digest.filter(|_| container.pin == Pin::Digest) {
                Some(digest) => self.image(digest, &container.text, policy, now),
                None => {
                    Part::of([Finding::unknown(check, Why::NotPublished).actual(container.text)])
                }
            };
            followed.push(about.named(&format!("container {number}")));
        }
        followed
    }

    /// One image, with the documents and builds that are about it.
    fn image(&self, digest: Sha256, reference: &str, policy: &dyn ForNear, now: UnixTime) -> Part {
        let running = Running { digest: Some(digest), reference: Some(reference) };
        let mut part = image::follow::examine(&running, self.files, policy, now);
        if !part.findings.iter().any(|finding| finding.check == &image::checks::OCI_SUBJECT) {
            let open = Finding::unknown(&image::checks::OCI_SUBJECT, Why::NotFetched);
            part.findings.push(open.expected(Value::hex(digest.0)));
        }
        part
    }
}

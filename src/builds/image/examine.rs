//! A signed build as the evidence: of the image whose documents lie beside it, or of whatever the
//! reader asks about.

use super::artifact::Asked;
use super::builds::{Signed, named};
use super::follow::Files;
use crate::builds::provenance::policy::ForBuilds;
use crate::builds::sigstore::parse::Bundle;
use crate::builds::{cloud_build, provenance, sigstore};
use crate::error::Error;
use crate::piece::{self, Piece, Role};
use crate::report::{Draft, RootOfTrust, Subject};
use crate::time::UnixTime;

/// A bundle on its own, or with the manifest of the image that it is about. `input` is the file in
/// which the bundle came.
pub(crate) fn bundle(
    input: &[u8],
    bundle: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Result<Draft, Error> {
    let files = Files::of(&piece::of(beside, &[Role::ImageDocument]));
    let read = Bundle::read(bundle)?;
    let asked = Asked::of(policy, &files, &named(&read));
    let keys = piece::of(beside, sigstore::ROLES);
    let sigstore::examine::Examined { mut part, verified } =
        provenance::examine::bundle_with(bundle, read, asked.artifact, &keys, policy, now)?;
    part.absorb(asked.part);
    let subject = Subject::of("sigstore-bundle", input);
    Ok(Draft { part, ..Draft::of(subject, sigstore::examine::root_of_trust(verified.as_ref())) })
}

/// A document on its own. The image that the reader asks about is the policy's artifact, or else
/// one whose manifest or index is at hand and that the statement is about; without either, the
/// statement's subjects stay the reader's to compare.
pub(crate) fn cloud_build(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForBuilds,
) -> Result<Draft, Error> {
    let files = Files::of(&piece::of(beside, &[Role::ImageDocument]));
    let asked = Asked::of(policy, &files, &Signed::cloud_build(input)?.subjects);
    let mut part = asked.part;
    let examined = cloud_build::examine::provenance(input, &asked.digests, policy)?;
    part.absorb(examined.part);
    let subject = Subject::of("cloud-build-provenance", input);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::BuildOnly) })
}

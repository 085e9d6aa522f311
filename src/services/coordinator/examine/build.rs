//! Signed statements about the image: reference values and provenance.

use crate::builds::image::builds::{Builds, Signed as Statement, VerifiedBuild};
use crate::builds::image::follow::{Files, Named};
use crate::builds::image::parse::Document as Image;
use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::sigstore::parse::Bundle;
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::builds::{image, provenance, sigstore};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Check, Finding, LinkId, Outcome, Why, to_blame};
use crate::report::EvidenceItem;
use crate::services::coordinator::appraise::Reference;
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::launch::{self, LaunchMeasurement, Role};
use crate::services::coordinator::parse::{self, Document, ReferenceValue};
use crate::services::coordinator::policy::ForCoordinator;
use crate::time::UnixTime;

/// A Sigstore bundle among the document's lists.
const SIGSTORE: &str = "sigstore-bundle";

/// A reference value whose signature holds. Who signed it is not looked at yet.
pub(super) struct Signed {
    part: String,
    statement: VerifiedStatement,
    reference: Reference,
}

impl Signed {
    pub(super) const fn reference(&self) -> &Reference {
        &self.reference
    }
}

/// What came of the reference values.
#[derive(Default)]
pub(super) struct References {
    pub(super) findings: Vec<Finding>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) signed: Vec<Signed>,
}

/// Verifies the signatures of the reference values.
pub(super) fn references(
    document: &Document,
    policy: &dyn ForCoordinator,
    now: UnixTime,
) -> References {
    let mut references = References::default();
    for (number, value) in (1_u32..).zip(&document.reference_values) {
        let part = format!("reference value {number}");
        if let Some(finding) = reference(value, &part, policy, now, &mut references) {
            references.findings.push(finding.part(part));
        }
    }
    references
}

/// Verifies one; says why it cannot be used, when it cannot.
fn reference(
    value: &ReferenceValue,
    part: &str,
    policy: &dyn ForCoordinator,
    now: UnixTime,
    into: &mut References,
) -> Option<Finding> {
    let check = &checks::COORDINATOR_REFERENCE;
    let Some(bundle) = value.bundle.as_ref().filter(|_| value.kind == SIGSTORE) else {
        return Some(Finding::unknown(check, Why::NotSupported).actual(value.kind.as_str()));
    };
    let malformed = |error: Error| Finding::fail(check, "malformed").actual(error.to_string());
    let bytes = bundle.get().as_bytes();
    let examined = Bundle::read(bytes)
        .and_then(|read| sigstore::examine::signed(bytes, read, None, &[], policy, now));
    let examined = match examined {
        Ok(examined) => examined,
        Err(error) => return Some(malformed(error)),
    };
    let blame = to_blame(&examined.part.findings);
    // What it is about is compared below, and not with an artifact.
    let about = &sigstore::checks::SIGSTORE_SUBJECT;
    let own = examined.part.findings.into_iter().filter(|finding| finding.check != about);
    into.findings.extend(own.map(|finding| renamed(finding, part)));
    into.evidence.extend(examined.part.evidence.into_iter().map(|item| {
        let id = named(&item.id, part);
        EvidenceItem { id: id.into(), link: LinkId::Image, ..item }
    }));
    let Some(statement) = examined.verified else { return Some(Finding::blocked(check, blame)) };
    let Some(said) = statement.statement() else {
        return Some(Finding::blocked(check, &sigstore::checks::PROVENANCE_STATEMENT));
    };
    if said.predicate_type() != launch::PREDICATE_TYPE {
        let finding = Finding::unknown(check, Why::NotSupported);
        return Some(finding.expected(launch::PREDICATE_TYPE).actual(said.predicate_type()));
    }
    let launch = match LaunchMeasurement::of_predicate(said.predicate()) {
        Ok(launch) => launch,
        Err(error) => return Some(malformed(error)),
    };
    let subjects = said.subjects().iter().filter_map(|subject| subject.sha256()).collect();
    let reference = Reference { launch, subjects };
    into.signed.push(Signed { part: part.to_owned(), statement, reference });
    None
}

/// Takes those reference values whose signer is the image's builder, or one that the policy names
/// for launchers. `builder` signed the provenance of the image.
pub(super) fn accepted(
    signed: Vec<Signed>,
    builder: Option<&VerifiedStatement>,
    policy: &dyn ForCoordinator,
    now: UnixTime,
) -> (Vec<Finding>, Vec<Reference>) {
    let mut findings = Vec::new();
    let mut references = Vec::new();
    for Signed { part, statement, reference } in signed {
        let finding = signer(&statement, reference.launch.role, builder, policy, now);
        if finding.passed() {
            references.push(reference);
        }
        findings.push(finding.part(part));
    }
    (findings, references)
}

fn signer(
    statement: &VerifiedStatement,
    role: Role,
    builder: Option<&VerifiedStatement>,
    policy: &dyn ForCoordinator,
    now: UnixTime,
) -> Finding {
    let check = &checks::COORDINATOR_REFERENCE;
    let for_launchers = policy.coordinator().launcher.as_ref().filter(|_| role == Role::Launcher);
    let rules = ProvenancePolicy {
        predicate_types: Vec::new(),
        ..for_launchers.unwrap_or(policy.provenance()).clone()
    };
    let appraised = provenance::appraise::provenance(statement, &rules, now);
    let against = appraised.iter().find(|finding| matches!(finding.outcome, Outcome::Fail(_)));
    if let Some(against) = against {
        return Finding::fail(check, "not-accepted").actual(against.check.id);
    }
    let own = repository(statement);
    let finding = match builder.map(repository) {
        _ if for_launchers.is_some() => Finding::pass(check),
        Some(builder) if own.is_some() && own == builder => Finding::pass(check),
        Some(builder) => {
            let finding = match role {
                Role::Workload => Finding::fail(check, "other-repository"),
                Role::Launcher => Finding::warn(check, "other-repository"),
            };
            finding.expected(builder.map(|(uri, _)| uri).unwrap_or_default())
        }
        None if rules.repository.is_some() && rules.repository_id.is_some() => Finding::pass(check),
        None => Finding::blocked(check, &checks::COORDINATOR_BUILD),
    };
    finding.actual(own.map(|(uri, _)| uri).unwrap_or_default())
}

/// Name and number of the source repository, as the certificate has them.
fn repository(statement: &VerifiedStatement) -> Option<(&str, &str)> {
    let identity = statement.identity();
    Some((identity.source_repository_uri()?, identity.source_repository_id()?))
}

/// Google Cloud Build's provenance among the document's lists.
const CLOUD_BUILD: &str = "gcb-slsa-dsse";

/// Verifies and appraises every build statement of the document and of `files` about the image
/// that is called `artifact`, by its manifest or by an index that lists it.
pub(super) fn provenance(
    document: &Document,
    files: &Files<'_>,
    artifact: Option<Sha256>,
    policy: &dyn ForCoordinator,
    now: UnixTime,
) -> Builds {
    let named = artifact.map_or_else(Named::default, |digest| files.named(digest));
    let mut builds = Builds::default();
    // The manifest has a check of its own.
    let own = named.part.findings.into_iter().filter(|f| f.check != &image::checks::OCI_MANIFEST);
    builds.part.findings.extend(own);
    builds.part.evidence.extend(named.part.evidence);
    let mut others = files.unread.clone();
    for (number, item) in (1_u32..).zip(&document.provenance) {
        let part = format!("provenance {number}");
        let Some(statement) = statement(item) else {
            let finding = Finding::unknown(&checks::COORDINATOR_OTHER_BUILD, Why::NotSupported);
            others.push(finding.part(part).actual(item.kind.as_str()));
            continue;
        };
        match statement {
            Ok(statement) => builds.add(&statement, &named.digests, policy, now),
            Err(error) => {
                let finding = Finding::fail(&checks::COORDINATOR_BUILD, "malformed").part(part);
                others.push(finding.actual(error.to_string()));
            }
        }
    }
    // Files about another image decide nothing about this one.
    for build in files.builds_of(&named.digests) {
        builds.add(build, &named.digests, policy, now);
        files.used(build.bytes);
    }
    builds.part.findings.extend(others);
    builds.compared()
}

/// The signed statement, when it is of a type that is read.
fn statement(item: &parse::Provenance) -> Option<Result<Statement<'_>, Error>> {
    match item.kind.as_str() {
        SIGSTORE => Some(Statement::bundle(item.bundle.as_ref()?.get().as_bytes())),
        CLOUD_BUILD => Some(Statement::cloud_build(item.envelope.as_ref()?.get().as_bytes())),
        _ => None,
    }
}

/// A signed build is about the image that was shown to run, by one of the digests that name it. A
/// build of the image that is only said to run shows nothing about this machine.
///
/// A build about another digest may be about an index of this image: without any index that stays
/// open, and with one that does not lead there it is refuted.
pub(super) fn about_image(
    builds: &Builds,
    files: &Files<'_>,
    image: Result<Sha256, &'static Check>,
) -> Option<Finding> {
    let check = &checks::COORDINATOR_BUILD;
    if builds.part.findings.iter().any(|finding| finding.check == check) {
        return None;
    }
    if builds.is_empty() {
        return Some(Finding::unknown(check, Why::NotPublished));
    }
    if builds.verified.is_empty() {
        return Some(Finding::blocked(check, to_blame(&builds.part.findings)));
    }
    let image = match image {
        Ok(image) => image,
        Err(by) => return Some(Finding::blocked(check, by)),
    };
    let subjects = || builds.verified.iter().flat_map(|build| &build.subjects);
    let has_index = files.documents.iter().any(|file| matches!(file.document(), Image::Index(_)));
    let finding = match of_image(builds, files, image).next() {
        Some(_) => Finding::pass(check),
        None if has_index => Finding::fail(check, "not-listed"),
        None => Finding::unknown(check, Why::NotFetched),
    };
    let listed: Vec<String> = subjects().map(Sha256::to_string).collect();
    Some(finding.expected(image.to_string()).actual(listed.join(", ")))
}

/// The verified builds of `image`.
pub(super) fn of_image<'b>(
    builds: &'b Builds,
    files: &Files<'_>,
    image: Sha256,
) -> impl Iterator<Item = &'b VerifiedBuild> {
    let digests = files.named(image).digests;
    let is_own = move |build: &&VerifiedBuild| build.subjects.iter().any(|s| digests.contains(s));
    builds.verified.iter().filter(is_own)
}

/// A finding about one of several bundles.
fn renamed(mut finding: Finding, part: &str) -> Finding {
    if let Some(at) = &mut finding.at {
        at.evidence = named(&at.evidence, part).into();
    }
    let part = match &finding.part {
        Some(own) => format!("{part}, {own}"),
        None => part.to_owned(),
    };
    finding.part(part)
}

fn named(id: &str, part: &str) -> String {
    format!("{id} ({part})")
}

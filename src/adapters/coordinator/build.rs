//! Signed statements about the image: reference values and provenance.

use crate::adapters::sigstore;
use crate::adapters::snp::to_blame;
use crate::appraise::coordinator::Reference;
use crate::appraise::provenance;
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::endorsements::launch::{self, LaunchMeasurement, Role};
use crate::error::Error;
use crate::evidence::coordinator::{self, Document, ReferenceValue};
use crate::finding::{Check, Finding, LinkId, Outcome, Why, checks};
use crate::policy::{Policy, ProvenancePolicy};
use crate::report::EvidenceItem;
use crate::time::UnixTime;
use crate::verify::sigstore::{Artifact, VerifiedStatement};

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
pub(super) fn references(document: &Document, policy: &Policy, now: UnixTime) -> References {
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
    policy: &Policy,
    now: UnixTime,
    into: &mut References,
) -> Option<Finding> {
    let check = &checks::COORDINATOR_REFERENCE;
    let Some(bundle) = value.bundle.as_ref().filter(|_| value.kind == SIGSTORE) else {
        return Some(Finding::unknown(check, Why::NotSupported).actual(value.kind.as_str()));
    };
    let malformed = |error: Error| Finding::fail(check, "malformed").actual(error.to_string());
    let examined = match sigstore::signed(bundle.get().as_bytes(), None, &[], policy, now) {
        Ok(examined) => examined,
        Err(error) => return Some(malformed(error)),
    };
    let blame = to_blame(&examined.findings);
    // What it is about is compared below, and not with an artifact.
    let about = &checks::SIGSTORE_SUBJECT;
    let own = examined.findings.into_iter().filter(|finding| finding.check != about);
    into.findings.extend(own.map(|finding| renamed(finding, part)));
    into.evidence.extend(examined.evidence.into_iter().map(|item| {
        let id = named(&item.id, part);
        EvidenceItem { id: id.into(), link: LinkId::Image, ..item }
    }));
    let Some(statement) = examined.verified else { return Some(Finding::blocked(check, blame)) };
    let Some(said) = statement.statement() else {
        return Some(Finding::blocked(check, &checks::PROVENANCE_STATEMENT));
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
    policy: &Policy,
) -> (Vec<Finding>, Vec<Reference>) {
    let mut findings = Vec::new();
    let mut references = Vec::new();
    for Signed { part, statement, reference } in signed {
        let finding = signer(&statement, reference.launch.role, builder, policy);
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
    policy: &Policy,
) -> Finding {
    let check = &checks::COORDINATOR_REFERENCE;
    let for_launchers = policy.coordinator.launcher.as_ref().filter(|_| role == Role::Launcher);
    let rules = ProvenancePolicy {
        predicate_types: Vec::new(),
        ..for_launchers.unwrap_or(&policy.provenance).clone()
    };
    let appraised = provenance::provenance(statement, &rules);
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

/// What came of the provenance.
#[derive(Default)]
pub(super) struct Provenance {
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) verified: Option<VerifiedStatement>,
}

/// Verifies and appraises the provenance of `artifact`: of several bundles the first that is said
/// to be about it, or the first.
pub(super) fn provenance(
    document: &Document,
    artifact: Option<Sha256>,
    policy: &Policy,
    now: UnixTime,
) -> Provenance {
    let wanted = artifact.map(|digest| format!("sha256:{digest}"));
    let read = |item: &&coordinator::Provenance| item.kind == SIGSTORE && item.bundle.is_some();
    let about = document.provenance.iter().find(|item| read(item) && item.subject == wanted);
    let chosen = about.or_else(|| document.provenance.iter().find(read));
    let mut provenance = Provenance::default();
    for (number, item) in (1_u32..).zip(&document.provenance) {
        if !chosen.is_some_and(|chosen| std::ptr::eq(chosen, item)) {
            let finding = Finding::unknown(&checks::COORDINATOR_OTHER_BUILD, Why::NotSupported);
            let part = format!("provenance {number}");
            provenance.findings.push(finding.part(part).actual(item.kind.as_str()));
        }
    }
    let Some(bundle) = chosen.and_then(|item| item.bundle.as_ref()) else { return provenance };
    match sigstore::bundle(bundle.get().as_bytes(), artifact.map(Artifact::Sha256), policy, now) {
        Ok(examined) => {
            provenance.findings.extend(examined.findings);
            provenance.claims = examined.claims;
            provenance.evidence = examined.evidence;
            provenance.verified = examined.verified;
        }
        Err(error) => provenance
            .findings
            .push(Finding::fail(&checks::COORDINATOR_BUILD, "malformed").actual(error.to_string())),
    }
    provenance
}

/// The signed build is about the image that was shown to run. A build of the image that is only
/// said to run shows nothing about this machine.
pub(super) fn about_image(
    provenance: &Provenance,
    image: Result<Sha256, &'static Check>,
) -> Option<Finding> {
    let check = &checks::COORDINATOR_BUILD;
    if provenance.findings.iter().any(|finding| finding.check == check) {
        return None;
    }
    let signed = provenance.findings.iter().any(|f| f.check != &checks::COORDINATOR_OTHER_BUILD);
    let finding = match (&provenance.verified, image) {
        (None, _) if !signed => Finding::unknown(check, Why::NotPublished),
        (None, _) => Finding::blocked(check, to_blame(&provenance.findings)),
        (Some(_), Err(by)) => Finding::blocked(check, by),
        (Some(verified), Ok(image)) => match verified.statement() {
            None => Finding::blocked(check, &checks::PROVENANCE_STATEMENT),
            Some(statement) => {
                let digests: Vec<Sha256> =
                    statement.subjects().iter().filter_map(|subject| subject.sha256()).collect();
                let listed: Vec<String> = digests.iter().map(Sha256::to_string).collect();
                Finding::test(check, digests.contains(&image), "not-listed")
                    .expected(image.to_string())
                    .actual(listed.join(", "))
            }
        },
    };
    Some(finding)
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

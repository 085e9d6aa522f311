//! A coordinator's attestation, put together.

mod bound;
mod build;
pub(crate) mod exchange;
mod items;
mod machine;
mod provider;
mod stapled;

use super::appraise::answer::{self, Answer};
use super::appraise::binding::{self, Answered, InSession, Session, Teller};
use super::appraise::image::launched;
use super::appraise::keys::{self, Connection, Published, Speaker};
use super::appraise::stated::{Derived, Substrate, contradictions, stated};
use super::appraise::{self, Launched};
use super::checks;
use super::parse::exchange::{ATTESTATION, Exchange};
use super::parse::{Binding, Document, Source, carrier};
use crate::builds::git::source;
use crate::builds::image;
use crate::builds::image::follow::Files;
use crate::builds::image::verify::Supplied;
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Check, Finding, LinkId, Value, Why};
use crate::formats::launch::measured::Measured;
use crate::piece::{self, Piece};
use crate::report::{
    Custody, Draft, EvidenceItem, Fact, Flags, Freshness, KeyFlag, RootOfTrust, Subject,
};
use crate::services::coordinator::policy::{Applied, ForCoordinator};
use crate::services::registry::parse::Entry;
use crate::time::UnixTime;
use build::{References, about_image, accepted, of_image, provenance, references};
use machine::Examined;

/// The kind of subject.
const KIND: &str = "coordinator-attestation";

/// What is known of the question that the document answers.
pub(crate) struct Question<'a> {
    pub(crate) session: Session<'a>,
    pub(crate) published: Published,
    pub(crate) connection: Connection,
}

/// A document that came as a file.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForCoordinator,
    now: UnixTime,
) -> Result<(Draft, Applied), Error> {
    let document = Document::parse(input)?;
    let draft = Draft::of(subject(input, None), RootOfTrust::CpuVendor);
    answered(&document, None, beside, policy, now, draft)
}

/// What a document brings along that others than this adapter look at.
#[derive(Default)]
pub(crate) struct Along {
    /// Parts of the source.
    pub(crate) source: Vec<Source>,
    /// Registers that are said to name the image.
    pub(crate) registry: Vec<Entry>,
}

impl Along {
    /// What comes with the document that `input` is.
    pub(crate) fn document(input: &[u8]) -> Self {
        let read = |own: Document| Self { source: own.source, registry: own.registry };
        Document::parse(input).map(read).unwrap_or_default()
    }

    /// What comes with the document that was the answer, when there was one.
    pub(crate) fn exchange(exchange: &Exchange) -> Self {
        match answer::attestation(exchange.outcome(ATTESTATION)).1 {
            Answer::Body(response) => Self::document(&response.body.0),
            Answer::NotPublished { .. } | Answer::None => Self::default(),
        }
    }

    /// Adds the parts of the source to `files`. A part that is not of its form is left out, and
    /// said.
    pub(crate) fn add_to<'a>(&'a self, files: &mut source::Files<'a>) -> Vec<Finding> {
        let check = &checks::COORDINATOR_SOURCE;
        let mut left_out = Vec::new();
        for (number, part) in (1_u32..).zip(&self.source) {
            let finding = match files.add(&part.kind, &part.body.0) {
                Ok(true) => continue,
                Ok(false) => Finding::unknown(check, Why::NotSupported).actual(part.kind.as_str()),
                Err(error) => Finding::unknown(check, Why::NotSupported).actual(error.to_string()),
            };
            left_out.push(finding.part(format!("source {number}")));
        }
        if left_out.is_empty() && !self.source.is_empty() {
            left_out.push(Finding::pass(check));
        }
        left_out
    }
}

/// What is examined: `input` as received, about `origin` when that is known.
pub(crate) fn subject(input: &[u8], origin: Option<&str>) -> Subject {
    Subject::of(KIND, input).named(origin.map(str::to_owned))
}

/// A document, with the question that it answers when that is known. Adds to `draft`, and gives
/// the policy as it applies to the evidence.
pub(crate) fn answered(
    document: &Document,
    question: Option<&Question<'_>>,
    beside: &[Piece<'_>],
    policy: &dyn ForCoordinator,
    now: UnixTime,
    mut draft: Draft,
) -> Result<(Draft, Applied), Error> {
    let bytes = &document.binding.bytes.0;
    let bound = read_binding(document, &mut draft.findings);
    if draft.subject.name.is_none() {
        draft.subject.name = bound.as_ref().map(|binding| binding.origin.clone());
    }
    draft.evidence.push(EvidenceItem::new(
        "binding",
        "json",
        LinkId::KeyBinding,
        bytes,
        Vec::new(),
    ));

    let nonce = document.nonce.as_ref().map_or(&[][..], |nonce| &nonce.0);
    let d = carrier::digest(nonce, bytes)?;
    let mut images = Files::of(&piece::of(beside, image::ROLES));
    draft.findings.extend(index(document, &mut images));
    let items = items::examine(document, beside, policy, now, d);
    draft.root_of_trust = items.root_of_trust;
    draft.absorb(items.part);
    let machine = items.machine;
    let of = machine.as_ref().map(|machine| machine.machine);
    let applied = policy.of_machine(of);

    let image = image(document, bound.as_ref(), &images, machine, &*applied, now, &mut draft);
    keys_and_session(document, bound.as_ref(), &image, question, &*applied, now, &mut draft);
    let derived = Derived {
        substrate: image.substrate,
        by_issuer: image.by_issuer,
        image: image.digest.ok(),
        commit: image.commit.clone(),
    };
    let own = stated(document, bound.as_ref(), &derived);
    draft.findings.extend(contradictions(&own));
    draft.stated.extend(own);
    Ok((draft, Applied::Coordinator(of)))
}

/// Reads the binding; one that cannot be read is reported.
fn read_binding(document: &Document, findings: &mut Vec<Finding>) -> Option<Binding> {
    let check = &checks::COORDINATOR_DOCUMENT;
    let media_type = document.binding.media_type.as_str();
    if media_type != "application/json" {
        let finding = Finding::unknown(check, Why::NotSupported).part("binding");
        findings.push(finding.actual(media_type));
        return None;
    }
    match Binding::parse(&document.binding.bytes.0) {
        Ok(binding) => {
            findings.push(Finding::pass(check));
            Some(binding)
        }
        Err(error) => {
            let finding = Finding::fail(check, "malformed").part("binding");
            findings.push(finding.actual(error.to_string()));
            None
        }
    }
}

/// The image and what it rests upon.
struct Image {
    /// Which kind of machine the evidence is of.
    substrate: Option<Substrate>,
    /// Whether that and the image are what a token's issuer says.
    by_issuer: bool,
    /// The image that was shown to run, or the check that is to blame.
    digest: Result<Sha256, &'static Check>,
    /// The commit that the signed build of that image names.
    commit: Option<String>,
    /// Whether verified evidence carries D.
    covered: bool,
}

/// From the measurement to the image and its build.
fn image(
    document: &Document,
    bound: Option<&Binding>,
    files: &Files<'_>,
    machine: Option<Examined>,
    policy: &dyn ForCoordinator,
    now: UnixTime,
    draft: &mut Draft,
) -> Image {
    let References { findings, evidence, signed } = references(document, policy, now);
    draft.findings.extend(findings);
    draft.evidence.extend(evidence);
    let (measured, logged, by_policy) = match &machine {
        Some(machine) => {
            (machine.measured.as_ref().map_err(|by| *by), &machine.logged[..], machine.by_policy)
        }
        None => (Err(&checks::COORDINATOR_EVIDENCE), &[][..], false),
    };
    let all: Vec<_> = signed.iter().map(|signed| signed.reference().clone()).collect();
    let candidate = launched(measured, &all, logged, by_policy).image;
    let artifact = candidate.or_else(|| said_image(document, bound));
    let mut builds = provenance(document, files, artifact, policy, now);
    let builder = artifact.and_then(|image| {
        of_image(&builds, files, image).find_map(|build| build.statement.as_ref())
    });
    let (findings, references) = accepted(signed, builder, policy, now);
    draft.findings.extend(findings);
    let Launched { findings, image } = launched(measured, &references, logged, by_policy);
    let digest = image.ok_or(&checks::COORDINATOR_IMAGE);
    let about = about_image(&builds, files, digest);
    if image.is_none() {
        // What was compared is an image that is only said to run.
        let own = |f: &&mut Finding| f.check == &image::checks::OCI_SUBJECT && f.outcome.holds();
        for finding in builds.part.findings.iter_mut().filter(own) {
            finding.outcome = Finding::blocked(finding.check, &checks::COORDINATOR_IMAGE).outcome;
        }
    }
    let commit = image
        .filter(|_| about.as_ref().is_some_and(Finding::passed))
        .and_then(|image| of_image(&builds, files, image).find_map(|build| build.commit.as_ref()))
        .cloned();
    let mut result = Image { substrate: None, by_issuer: false, digest, commit, covered: false };
    match machine {
        Some(machine) => {
            result.substrate = machine.substrate;
            result.by_issuer = matches!(machine.measured, Ok(Measured::Issuer));
            result.covered = machine.digest.passed();
            draft.flags = machine.part.flags;
            draft.absorb(machine.part);
            draft.findings.push(machine.digest);
        }
        None => draft
            .findings
            .push(Finding::blocked(&checks::BINDING_DIGEST, &checks::COORDINATOR_EVIDENCE)),
    }
    draft.findings.extend(findings);
    let manifest = manifest(document, bound, digest, &mut draft.evidence);
    draft.findings.push(manifest);
    draft.findings.extend(about);
    if let Some(digest) = image {
        draft.facts.add(Fact::Image(digest));
        draft.claims.push(Claim {
            name: "image.digest",
            value: Value::hex(digest.0),
            link: LinkId::Image,
            part: None,
        });
    }
    draft.part.absorb(builds.part);
    result
}

/// Adds the manifest and the index that came along to `files`; says why an index is not used.
/// What the reader supplied comes first.
fn index<'d>(document: &'d Document, files: &mut Files<'d>) -> Option<Finding> {
    let workload = document.workload.as_ref()?;
    let mut add = |bytes: &'d [u8]| -> Result<(), Error> {
        let supplied = Supplied::parse(bytes)?;
        if files.documents.iter().all(|known| known.bytes() != bytes) {
            files.documents.push(supplied);
        }
        Ok(())
    };
    if let Some(manifest) = &workload.manifest {
        // One that cannot be read is still compared by its digest.
        let _ = add(&manifest.0);
    }
    let error = add(&workload.index.as_ref()?.0).err()?;
    let finding = Finding::fail(&checks::COORDINATOR_MANIFEST, "malformed").part("index");
    Some(finding.actual(error.to_string()))
}

/// The image that is said to run: by the binding, or else by the document.
fn said_image(document: &Document, bound: Option<&Binding>) -> Option<Sha256> {
    let bound = bound.and_then(|binding| binding.workload.as_ref()?.manifest_digest.as_deref());
    let own = document.workload.as_ref().and_then(|workload| workload.manifest_digest.as_deref());
    appraise::image::image_digest(bound.or(own)?)
}

/// The manifest that came along is the shown image's: only its bytes say which layers that image
/// has.
fn manifest(
    document: &Document,
    bound: Option<&Binding>,
    image: Result<Sha256, &'static Check>,
    evidence: &mut Vec<EvidenceItem>,
) -> Finding {
    let check = &checks::COORDINATOR_MANIFEST;
    let Some(bytes) = document.workload.as_ref().and_then(|workload| workload.manifest.as_ref())
    else {
        return Finding::unknown(check, Why::NotPublished);
    };
    evidence.push(EvidenceItem::new("oci-manifest", "json", LinkId::Image, &bytes.0, Vec::new()));
    let actual = Sha256::of(&bytes.0);
    let expected = image.ok().or_else(|| said_image(document, bound));
    match (image, expected) {
        (_, Some(expected)) if expected != actual => Finding::equal(check, &expected.0, &actual.0),
        (Ok(image), _) => Finding::equal(check, &image.0, &actual.0),
        (Err(by), _) => Finding::blocked(check, by).actual(Value::hex(actual.0)),
    }
}

/// What the binding says, as far as evidence covers it.
fn keys_and_session(
    document: &Document,
    bound: Option<&Binding>,
    image: &Image,
    question: Option<&Question<'_>>,
    policy: &dyn ForCoordinator,
    now: UnixTime,
    draft: &mut Draft,
) {
    let Some(binding) = bound else {
        let by = &checks::COORDINATOR_DOCUMENT;
        draft.findings.extend(binding::blocked(by));
        draft.findings.extend(keys::blocked(by));
        return;
    };
    let session = question.map(|question| &question.session);
    let rules = &policy.coordinator();
    let InSession { findings: mut own, answered } =
        binding::session(document, binding, image.covered, session, rules, now);
    let speaker = match image.digest {
        Ok(_) if image.by_issuer => Speaker::ByProvider,
        Ok(_) => Speaker::Measured,
        Err(_) => Speaker::Unknown,
    };
    let published = question.map_or(&Published::NotFetched, |question| &question.published);
    let teller = session.map_or(Teller::Recording, |session| session.teller);
    let connection = question.map_or(Connection::NotSeen, |question| question.connection);
    let published = (published, teller);
    own.extend(keys::appraise(binding, image.covered, speaker, published, connection));
    let passed = |check: &Check| own.iter().any(|f| f.check == check && f.passed());
    let holds = |check: &Check| own.iter().any(|f| f.check == check && f.outcome.holds());
    let custody = binding
        .keys_for(crate::services::coordinator::parse::binding::SEALED_REQUEST)
        .next()
        .filter(|_| image.covered)
        .and_then(|key| key.custody.as_deref());
    draft.flags = Flags {
        key: match holds(&checks::BINDING_SEALED_KEY) {
            true => KeyFlag::Bound,
            false => KeyFlag::NotShown,
        },
        custody: match custody {
            Some("tee-generated") if passed(&checks::BINDING_CUSTODY) => Custody::TeeGenerated,
            Some("kms-derived") => Custody::KmsDerived,
            Some("operator-provisioned") => Custody::OperatorProvisioned,
            _ => Custody::NotStated,
        },
        freshness: match answered {
            Some(Answered::Challenge(Teller::ThisProcess)) => Freshness::Challenge,
            Some(Answered::Challenge(Teller::Recording)) => Freshness::Given,
            Some(Answered::Nothing) => Freshness::Cached,
            Some(Answered::NoChallenge) | None => Freshness::None,
        },
        ..draft.flags
    };
    if image.covered {
        draft.claims.extend(claims(binding));
    }
    draft.findings.extend(own);
}

/// What the binding says that nothing else decides: the measured machine's own words.
fn claims(binding: &Binding) -> Vec<Claim> {
    let claim = |name, value| Claim { name, value, link: LinkId::KeyBinding, part: None };
    let mut claims = vec![
        claim("coordinator.origin", Value::text(binding.origin.as_str())),
        claim("coordinator.issued-at", Value::Time(binding.issued_at)),
    ];
    claims.extend(
        binding
            .instance_id
            .as_deref()
            .map(|instance| claim("coordinator.instance", Value::text(instance))),
    );
    claims.extend(keys::sealed(binding).map(|key| claim("key.sealed-request", Value::hex(key))));
    claims.extend(
        binding
            .keys_for(crate::services::coordinator::parse::binding::TLS)
            .filter_map(|key| key.spki_sha256.clone())
            .map(|spki| claim("key.tls-spki-sha256", Value::Hex(spki))),
    );
    claims
}

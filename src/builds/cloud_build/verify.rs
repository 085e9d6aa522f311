//! Verification of Google Cloud Build's provenance: DSSE signatures by pinned keys.

use std::collections::BTreeSet;

use super::checks;
use super::parse::{Envelope, Provenance, Signature};
use crate::builds::sigstore;
use crate::builds::sigstore::parse::{PAYLOAD_TYPE, Statement};
use crate::crypto::{self, Algorithm, Hash, Message};
use crate::digest::Sha256;
use crate::finding::{Examined, Finding, Outcome, Promise, Value, Why};
use crate::gather;
use crate::pki::anchors::Roots;
use crate::pki::build_keys::{self, BuildKey, Signs};

/// A statement that Google Cloud Build's pinned key signed.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedBuild {
    statement: Statement,
    payload: Vec<u8>,
    key: &'static BuildKey,
    is_compared: bool,
}

/// Every statement of one document, of which each signature by a pinned key was verified.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedBuilds(Vec<VerifiedBuild>);

impl VerifiedBuild {
    /// What was signed.
    pub(crate) const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The signed payload, exactly.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The key that signed.
    pub(crate) const fn key(&self) -> &'static BuildKey {
        self.key
    }
}

impl VerifiedBuilds {
    /// Whether the image that was asked for is among the subjects of every statement. Otherwise
    /// nothing was compared.
    pub(crate) fn is_compared(&self) -> bool {
        self.0.iter().all(|build| build.is_compared)
    }

    /// The statements, in the order of their envelopes; never empty.
    pub(crate) fn all(&self) -> &[VerifiedBuild] {
        &self.0
    }
}

/// Verifies every envelope of `provenance` with the keys of `roots`.
///
/// `image` holds every digest that names the image in question: one of them must be among the
/// subjects of each statement. When there is none, `gcb.subject` is left open (not fetched) and
/// the statements are still verified: their reader must compare the subjects.
///
/// An envelope that only other keys signed is passed over when another is verified. Google's older
/// keys, which sign the payload alone, count only where no envelope names a current one.
pub(crate) fn verify(
    provenance: &Provenance,
    roots: Roots,
    image: &[Sha256],
) -> Examined<VerifiedBuilds> {
    let envelopes = provenance.envelopes();
    let by = |keys: &'static [BuildKey]| -> Vec<One> {
        envelopes.iter().map(|one| examine(one, keys, image)).collect()
    };
    let current = by(build_keys::cloud_build(roots));
    let examined = match current.iter().all(|one| one.is_foreign) {
        true => by(build_keys::older_cloud_build(roots)),
        false => current,
    };
    let any = examined.iter().any(|one| one.verified.is_some());
    let is_signed = examined.iter().any(|one| one.is_signed);
    let failed = examined.iter().any(|one| one.verified.is_none() && !one.is_foreign);
    let mut findings = Vec::new();
    let mut regional = Vec::new();
    let mut verified = Vec::new();
    for (number, one) in examined.into_iter().enumerate() {
        let part = |finding: Finding| match envelopes {
            [_] => finding,
            _ => finding.part(format!("envelope {}", number.saturating_add(1))),
        };
        if !(one.is_foreign && any) {
            findings.extend(one.findings.into_iter().map(part));
        }
        regional.extend(one.foreign.into_iter().map(part));
        verified.extend(one.verified);
    }
    if regional.is_empty() {
        regional.push(Finding::unknown(&checks::GCB_REGIONAL_KEY, Why::NotApplicable));
    }
    findings.extend(regional);
    findings.extend([(&checks::GCB_TIME, "no-time"), (&checks::GCB_LOG, "no-log")].map(
        |(check, reason)| match is_signed {
            true => Finding::warn(check, reason),
            false => Finding::blocked(check, &checks::GCB_SIGNATURE),
        },
    ));
    Examined { findings, verified: (any && !failed).then_some(VerifiedBuilds(verified)) }
}

/// What came of one envelope.
struct One {
    findings: Vec<Finding>,
    /// One finding for each signature by a key that is not pinned.
    foreign: Vec<Finding>,
    /// Whether there are no other signatures than those.
    is_foreign: bool,
    /// Whether a pinned key signed the envelope, whatever is in it.
    is_signed: bool,
    verified: Option<VerifiedBuild>,
}

fn examine(envelope: &Envelope, keys: &'static [BuildKey], image: &[Sha256]) -> One {
    let is_pinned = |signature: &&Signature| keys.iter().any(|key| key.id == signature.key_id);
    let (pinned, foreign): (Vec<&Signature>, Vec<&Signature>) =
        envelope.signatures.iter().partition(is_pinned);
    let is_foreign = pinned.is_empty() && !foreign.is_empty();
    let foreign = foreign
        .into_iter()
        .map(|signature| {
            let unknown = Finding::unknown(&checks::GCB_REGIONAL_KEY, Why::NotSupported);
            let unknown = unknown.actual(signature.key_id.as_str());
            match region(&signature.key_id) {
                Some(region) => unknown.part(region),
                None => unknown,
            }
        })
        .collect();
    let (signature, key) = signatures(envelope, &pinned, is_foreign, keys);
    let shape = match envelope.payload_type == PAYLOAD_TYPE {
        false => Finding::fail(&checks::GCB_ENVELOPE, "payload-type"),
        true if key.is_some_and(|key| key.signs == Signs::Payload) => {
            Finding::warn(&checks::GCB_ENVELOPE, "not-signed")
        }
        true => Finding::pass(&checks::GCB_ENVELOPE),
    }
    .expected(PAYLOAD_TYPE)
    .actual(envelope.payload_type.as_str());
    let read = key.map(|_| Statement::parse(&envelope.payload));
    let statement = match &read {
        _ if !shape.outcome.holds() => {
            Finding::blocked(&sigstore::checks::PROVENANCE_STATEMENT, shape.check)
        }
        None => Finding::blocked(&sigstore::checks::PROVENANCE_STATEMENT, signature.check),
        Some(Ok(read)) => {
            Finding::pass(&sigstore::checks::PROVENANCE_STATEMENT).actual(read.predicate_type())
        }
        Some(Err(error)) => Finding::fail(&sigstore::checks::PROVENANCE_STATEMENT, error.code())
            .actual(error.to_string().as_str()),
    };
    let read = read.and_then(Result::ok).filter(|_| statement.passed());
    let subject = match (&read, statement.outcome) {
        (Some(read), _) => subject(read, image),
        (None, Outcome::Unknown(Why::Blocked { by })) => Finding::blocked(&checks::GCB_SUBJECT, by),
        (None, _) => Finding::blocked(&checks::GCB_SUBJECT, statement.check),
    };
    let is_compared = subject.passed();
    let findings = vec![shape, signature, statement, subject];
    let verified =
        read.zip(key).filter(|_| is_compared_or_open(&findings)).and_then(|(statement, key)| {
            let payload = envelope.payload.clone();
            PROMISE.keep(&findings, || VerifiedBuild { statement, payload, key, is_compared })
        });
    One { findings, foreign, is_foreign, is_signed: key.is_some(), verified }
}

/// What a [`VerifiedBuild`] promises. Its subject may be left for a reader to compare.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::GCB_ENVELOPE,
        &checks::GCB_SIGNATURE,
        &sigstore::checks::PROVENANCE_STATEMENT,
    ],
    where_it_applies: &[],
};

/// Whether the subject is the one that was asked for, or was compared with nothing.
fn is_compared_or_open(findings: &[Finding]) -> bool {
    let open = |finding: &Finding| {
        matches!(finding.outcome, Outcome::Unknown(Why::NotFetched | Why::NoReference))
    };
    let mut own = findings.iter().filter(|finding| finding.check == &checks::GCB_SUBJECT);
    own.next().is_some_and(|finding| finding.passed() || open(finding))
}

/// Every signature that names a pinned key verifies under it, and there is one.
fn signatures(
    envelope: &Envelope,
    pinned: &[&Signature],
    is_foreign: bool,
    keys: &'static [BuildKey],
) -> (Finding, Option<&'static BuildKey>) {
    let check = &checks::GCB_SIGNATURE;
    let encoding = sigstore_types::pae(&envelope.payload_type, &envelope.payload);
    let mut signer = None;
    for signature in pinned {
        let Some(key) = keys.iter().find(|key| key.id == signature.key_id) else { continue };
        let verified = crypto::verify(
            Algorithm::EcdsaP256(Hash::Sha256),
            key.point(),
            Message::Bytes(match key.signs {
                Signs::Encoding => &encoding,
                Signs::Payload => &envelope.payload,
            }),
            crypto::Signature::Asn1(&signature.bytes),
        );
        if verified.is_err() {
            return (Finding::fail(check, "bad-signature").actual(key.id), None);
        }
        signer = Some(key);
    }
    match signer {
        Some(key) => (Finding::pass(check).actual(key.id), Some(key)),
        None if envelope.signatures.iter().any(|own| is_simulated(&own.key_id)) => {
            (Finding::fail(check, "simulated"), None)
        }
        None if is_foreign => {
            let named: Vec<&str> =
                envelope.signatures.iter().map(|signature| signature.key_id.as_str()).collect();
            (Finding::no_reference(check).actual(named.join(", ")), None)
        }
        None => (Finding::fail(check, "unsigned"), None),
    }
}

/// Whether the key is the simulated one, whose private half is published.
fn is_simulated(key_id: &str) -> bool {
    let current = build_keys::cloud_build(Roots::Simulated).iter();
    current.chain(build_keys::older_cloud_build(Roots::Simulated)).any(|key| key.id == key_id)
}

/// The region that the name of a key names.
fn region(key_id: &str) -> Option<String> {
    let rest = key_id.strip_prefix("projects/verified-builder/locations/")?;
    let region = rest.split('/').next()?;
    (region != "global").then(|| region.to_owned())
}

/// One of the digests that name the image is among the subjects.
fn subject(statement: &Statement, image: &[Sha256]) -> Finding {
    let check = &checks::GCB_SUBJECT;
    let subjects = statement.subjects().iter().filter_map(|subject| subject.sha256());
    let listed: BTreeSet<Sha256> = gather::set(subjects);
    let shown = || listed.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (image, image.iter().find(|digest| listed.contains(digest))) {
        ([], _) => Finding::unknown(check, Why::NotFetched).actual(shown()),
        _ if listed.is_empty() => Finding::no_reference(check),
        (_, Some(digest)) => Finding::pass(check).actual(Value::hex(digest.0)),
        ([first, ..], None) => {
            Finding::fail(check, "not-listed").expected(Value::hex(first.0)).actual(shown())
        }
    }
}

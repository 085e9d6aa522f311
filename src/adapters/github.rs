//! GitHub's answer about the attestations of an artifact, and bundles as GitHub stores them.

use super::artifact::artifact;
use super::image::{self, Named};
use super::sigstore;
use super::source::Files;
use super::tuf;
use crate::digest::Sha256;
use crate::endorsements::github::{Answer, Attestation};
use crate::endorsements::sigstore::{Bundle, Content, Statement, Subject};
use crate::error::Error;
use crate::finding::{Finding, Value, Why, checks};
use crate::plan;
use crate::policy::Policy;
use crate::report::{self, Draft, RootOfTrust};
use crate::time::UnixTime;
use crate::verify;
use crate::verify::sigstore::Artifact;

/// The most bundles of which each is verified; the others are counted.
const MAX_EXAMINED: usize = 16;

/// An answer about attestations, with the bundles that it names beside it.
pub(super) fn examine_attestations(
    input: &[u8],
    files: &Files<'_>,
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let image = image::Files::of(&files.rest)?.0.only_image();
    let Some(Answer::Attestations(listed)) = Answer::of(input)? else {
        return Err(Error::Missing { what: "the member attestations" });
    };
    let all = || listed.iter().chain(&files.attestations);
    let inside = all().filter_map(|attestation| match attestation {
        Attestation::Bundle(bundle) => Some(bundle.as_slice()),
        Attestation::Stored(_) => None,
    });
    let beside: Vec<&[u8]> = files.bundles().collect();
    let bundles: Vec<&[u8]> = inside.chain(beside.iter().copied()).collect();
    let addresses = all().filter_map(|attestation| match attestation {
        Attestation::Stored(url) => Some(url.as_str()),
        Attestation::Bundle(_) => None,
    });
    let chosen = choose(&bundles, &image, policy, now);
    let mut draft = draft(input, "github-attestations");
    // An answer does not say which address has which bundle: while bundles are fewer, all are
    // asked for.
    let stored: Vec<&str> = addresses.collect();
    let open = beside.len() < stored.len();
    if open {
        draft.wanted.extend(stored.iter().map(|url| plan::github_bundle(url)));
    }
    draft.findings.extend(chosen.others);
    let verdict = match chosen.bundle {
        Some(index) => {
            let bytes = bundles.get(index).copied().unwrap_or_default();
            let examined = sigstore::bundle(bytes, artifact(policy, bytes, &image), policy, now)?;
            draft.findings.extend(examined.findings);
            draft.claims = examined.claims;
            draft.evidence = examined.evidence;
            Finding::pass(&checks::GITHUB_ATTESTATIONS)
        }
        None => {
            let finding = if open {
                Finding::unknown(&checks::GITHUB_ATTESTATIONS, Why::NotFetched)
            } else if bundles.is_empty() {
                Finding::unknown(&checks::GITHUB_ATTESTATIONS, Why::NotPublished)
            } else {
                Finding::fail(&checks::GITHUB_ATTESTATIONS, "not-listed")
            };
            let by = &checks::GITHUB_ATTESTATIONS;
            draft.findings.extend(verify::sigstore::blocked(by));
            draft.findings.push(Finding::blocked(&checks::SIGSTORE_PUBLIC_LOG, by));
            draft.findings.extend(crate::appraise::provenance::blocked(by));
            finding
        }
    };
    let verdict = match image.digests.first() {
        Some(digest) => verdict.expected(Value::hex(digest.0)),
        None => verdict,
    };
    draft.findings.extend(image.findings);
    draft.evidence.extend(image.evidence);
    let count = u64::try_from(bundles.len()).unwrap_or(u64::MAX);
    draft.findings.push(verdict.actual(Value::number(count)));
    Ok(draft)
}

/// A bundle as GitHub stores it. The report is about the input as it was received.
pub(super) fn examine_stored(
    input: &[u8],
    bundle: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let mut draft = {
        let (tuf, others) = tuf::split(files);
        sigstore::examine(bundle, &others, &tuf, policy, now)?
    };
    draft.subject.sha256 = Sha256::of(input);
    draft.subject.len = input.len();
    Ok(draft)
}

fn draft(input: &[u8], kind: &'static str) -> Draft {
    let sha256 = Sha256::of(input);
    Draft::of(
        report::Subject { kind, name: None, sha256, len: input.len() },
        RootOfTrust::BuildOnly,
    )
}

/// Which bundle the report is about, and a finding for each of the others.
struct Chosen {
    bundle: Option<usize>,
    others: Vec<Finding>,
}

/// The first bundle about the artifact that verifies and says what the policy accepts; else the
/// first about the artifact. The others are examined too: a reader learns that they are there.
fn choose(bundles: &[&[u8]], image: &Named, policy: &Policy, now: UnixTime) -> Chosen {
    let mut ranked = Vec::new();
    let mut standing = Vec::new();
    for (index, bytes) in bundles.iter().enumerate().take(MAX_EXAMINED) {
        let artifact = artifact(policy, bytes, image);
        let about = subject(bytes).filter(|statement| {
            artifact.is_none_or(|artifact| statement.subjects().iter().any(is(artifact)))
        });
        let accepted = about.as_ref().is_some_and(|statement| {
            let types = &policy.provenance.predicate_types;
            types.is_empty() || types.iter().any(|accepted| accepted == statement.predicate_type())
        });
        let verified = match sigstore::bundle(bytes, artifact, policy, now) {
            Ok(examined) => examined.verified.is_some(),
            Err(_) => false,
        };
        if about.is_some() {
            ranked.push((accepted && verified, verified, accepted, index));
        }
        standing.push((index, about.is_some(), verified));
    }
    ranked.sort_by_key(|&(both, verified, accepted, index)| {
        (std::cmp::Reverse((both, verified, accepted)), index)
    });
    let bundle = ranked.first().map(|&(.., index)| index);
    let check = &checks::GITHUB_ATTESTATIONS;
    let others = standing.into_iter().filter(|(index, ..)| Some(*index) != bundle).map(
        |(index, about, verified)| {
            match (about, verified) {
                (true, true) => Finding::pass(check),
                (true, false) => Finding::warn(check, "other-not-verified"),
                (false, _) => Finding::warn(check, "other-artifact"),
            }
            .part(format!("attestation {}", index.saturating_add(1)))
        },
    );
    let mut others: Vec<Finding> = others.collect();
    if bundles.len() > MAX_EXAMINED {
        others.push(Finding::unknown(check, Why::NotSupported).part("further attestations"));
    }
    Chosen { bundle, others }
}

/// Whether a subject is the artifact, by each digest that is known.
fn is(artifact: Artifact<'_>) -> impl Fn(&Subject) -> bool {
    move |subject| match artifact {
        Artifact::Bytes(bytes) => subject.sha256() == Some(Sha256::of(bytes)),
        Artifact::Sha256(sha256) => subject.sha256() == Some(sha256),
        Artifact::Sha512(sha512) => subject.sha512() == Some(sha512),
        Artifact::Digests(sha256, sha512) => {
            subject.sha256() == Some(sha256) || subject.sha512() == Some(sha512)
        }
    }
}

/// What a bundle's envelope says, before anything is verified: enough to choose by.
fn subject(bytes: &[u8]) -> Option<Statement> {
    let bundle = Bundle::parse(bytes).ok()?;
    match bundle.content() {
        Content::Envelope { payload, .. } => Statement::parse(payload).ok(),
        Content::Message { .. } => None,
    }
}

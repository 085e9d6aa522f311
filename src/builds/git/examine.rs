//! GitHub's answer about the attestations of an artifact.

use std::cmp::Reverse;

use super::parse::github::{Answer, Attestation};
use super::{checks, source, wanted};
use crate::builds::image::artifact::Asked;
use crate::builds::image::builds::Signed;
use crate::builds::image::follow::Files;
use crate::builds::provenance::policy::ForBuilds;
use crate::builds::sigstore::parse::{Bundle, Content, Statement, Subject};
use crate::builds::sigstore::verify::Artifact;
use crate::builds::{provenance, sigstore};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Finding, Outcome, Value, Why};
use crate::piece::{self, Piece, Role};
use crate::report::{self, Draft, RootOfTrust};
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

/// The most bundles of which each is verified; the others are counted.
const MAX_EXAMINED: usize = 16;

/// An answer about attestations, with the bundles that it names beside it.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    source: &source::Files<'_>,
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Result<Draft, Error> {
    let Some(Answer::Attestations(listed)) = Answer::of(input)? else {
        return Err(Error::Missing { what: "the member attestations" });
    };
    let stored = piece::of(beside, &[Role::SigstoreBundle]);
    let stored_at: Vec<&str> = listed
        .iter()
        .filter_map(|attestation| match attestation {
            Attestation::Stored(url) => Some(url.as_str()),
            Attestation::Bundle(_) => None,
        })
        .chain(source.stored_at.iter().map(String::as_str))
        .collect();
    let inside = listed.iter().filter_map(|attestation| match attestation {
        Attestation::Bundle(bundle) => Some(Listed { bytes: bundle, piece: None }),
        Attestation::Stored(_) => None,
    });
    let beside_it = stored.iter().map(|piece| Listed { bytes: piece.bytes, piece: Some(*piece) });
    let bundles: Vec<Listed<'_>> = inside.chain(beside_it).collect();
    let subjects: Vec<Sha256> = bundles
        .iter()
        .filter_map(|listed| Signed::bundle(listed.bytes).ok())
        .flat_map(|signed| signed.subjects)
        .collect();
    let files = Files::of(&piece::of(beside, &[Role::ImageDocument]));
    let asked = Asked::of(policy, &files, &subjects);
    let mut draft = draft(input, "github-attestations");
    // An answer does not say which address has which bundle: while bundles are fewer, all are
    // asked for.
    let open = stored.len() < stored_at.len();
    if open {
        draft.wanted.extend(stored_at.iter().map(|url| wanted::github_bundle(url)));
    }
    let chosen = choose(&bundles, asked.artifact, policy, now);
    draft.findings.extend(chosen.others);
    let check = &checks::GITHUB_ATTESTATIONS;
    let verdict = match chosen.examined {
        Some(examined) => {
            draft.root_of_trust = sigstore::examine::root_of_trust(examined.verified.as_ref());
            draft.part.absorb(examined.part);
            Finding::pass(check)
        }
        None => {
            draft.findings.extend(sigstore::verify::blocked(check));
            draft.findings.push(Finding::blocked(&sigstore::checks::SIGSTORE_PUBLIC_LOG, check));
            draft.findings.extend(crate::builds::provenance::appraise::blocked(check));
            if open {
                Finding::unknown(check, Why::NotFetched)
            } else if bundles.is_empty() {
                Finding::unknown(check, Why::NotPublished)
            } else {
                Finding::fail(check, "not-listed")
            }
        }
    };
    let verdict = match asked.digests.first() {
        Some(digest) => verdict.expected(Value::hex(digest.0)),
        None => verdict,
    };
    draft.part.absorb(asked.part);
    let count = u64::try_from(bundles.len()).unwrap_or(u64::MAX);
    draft.findings.push(verdict.actual(Value::number(count)));
    Ok(draft)
}

fn draft(input: &[u8], kind: &'static str) -> Draft {
    let sha256 = Sha256::of(input);
    Draft::of(
        report::Subject { kind, name: None, sha256, len: input.len() },
        RootOfTrust::BuildOnly,
    )
}

/// A bundle of an answer, or one beside it.
#[derive(Clone, Copy)]
struct Listed<'a> {
    bytes: &'a [u8],
    piece: Option<Piece<'a>>,
}

/// The bundle that the report is about, and a finding for each of the others.
struct Chosen {
    examined: Option<sigstore::examine::Examined>,
    others: Vec<Finding>,
}

/// What became of one bundle.
struct Standing {
    index: usize,
    /// Whether it says that it is about the artifact.
    is_about: bool,
    is_accepted: bool,
    /// Absent for a bundle about something else, and for one that cannot be read.
    examined: Option<sigstore::examine::Examined>,
    /// What the bundle calls its signer's key.
    key_hint: Option<String>,
}

impl Standing {
    fn of(
        index: usize,
        listed: Listed<'_>,
        artifact: Option<Artifact<'_>>,
        policy: &dyn ForBuilds,
    ) -> Self {
        let parsed = Bundle::read(listed.bytes).ok();
        let said = parsed.as_ref().and_then(statement);
        let about = said.filter(|said| {
            artifact.is_none_or(|artifact| said.subjects().iter().any(is(artifact)))
        });
        let types = &policy.provenance().predicate_types;
        let is_accepted = about.as_ref().is_some_and(|said| {
            types.is_empty() || types.iter().any(|accepted| accepted == said.predicate_type())
        });
        let key_hint = parsed.as_ref().and_then(|bundle| bundle.key_hint().map(str::to_owned));
        Self { index, is_about: about.is_some(), is_accepted, examined: None, key_hint }
    }

    fn is_verified(&self) -> bool {
        self.examined.as_ref().is_some_and(|examined| examined.verified.is_some())
    }

    /// The finding about a bundle that the report is not about.
    fn told(&self) -> Finding {
        let check = &checks::GITHUB_ATTESTATIONS;
        let is_failed = |finding: &Finding| matches!(finding.outcome, Outcome::Fail(_));
        let finding = match &self.examined {
            _ if !self.is_about => Finding::unknown(check, Why::NotApplicable),
            Some(examined) if examined.verified.is_some() => Finding::pass(check),
            Some(examined) if !examined.part.findings.iter().any(is_failed) => {
                // Its signer is none whom the policy or the list of keys names.
                let finding = Finding::no_reference(check);
                match &self.key_hint {
                    Some(hint) => finding.actual(hint.as_str()),
                    None => finding,
                }
            }
            _ => Finding::warn(check, "other-not-verified"),
        };
        finding.part(format!("attestation {}", self.index.saturating_add(1)))
    }
}

/// The first bundle about the artifact that verifies and says what the policy accepts; else the
/// first about the artifact. The others about the artifact are examined too: a reader learns that
/// they are there.
fn choose(
    bundles: &[Listed<'_>],
    artifact: Option<Artifact<'_>>,
    policy: &dyn ForBuilds,
    now: UnixTime,
) -> Chosen {
    let all = bundles.iter().enumerate();
    let mut standing: Vec<Standing> =
        all.map(|(index, listed)| Standing::of(index, *listed, artifact, policy)).collect();
    standing.sorted_by_key(|own| (Reverse(own.is_about), Reverse(own.is_accepted), own.index));
    let about = standing.iter().filter(|own| own.is_about).count();
    for own in standing.iter_mut().filter(|own| own.is_about).take(MAX_EXAMINED) {
        let Some(listed) = bundles.get(own.index) else { continue };
        own.examined = provenance::examine::bundle(listed.bytes, artifact, policy, now).ok();
        if let Some(piece) = listed.piece {
            piece.used();
        }
    }
    standing.sorted_by_key(|own| {
        let rank = (own.is_accepted && own.is_verified(), own.is_verified(), own.is_accepted);
        (Reverse((own.is_about, own.examined.is_some(), rank)), own.index)
    });
    let mut standing = standing.into_iter();
    let first = standing.next();
    let mut rest: Vec<Standing> = standing.collect();
    let examined = match first {
        Some(Standing { is_about: true, examined: Some(examined), .. }) => Some(examined),
        first => {
            rest.extend(first);
            None
        }
    };
    rest.sorted_by_key(|own| own.index);
    let is_further = |own: &&Standing| own.is_about && own.examined.is_none();
    let unread = rest.iter().filter(is_further).count().min(about);
    let mut others: Vec<Finding> =
        rest.iter().filter(|own| !is_further(own)).map(Standing::told).collect();
    if about > MAX_EXAMINED {
        let check = &checks::GITHUB_ATTESTATIONS;
        let finding = Finding::unknown(check, Why::NotSupported).part("further attestations");
        others.push(finding.actual(Value::number(u64::try_from(unread).unwrap_or(u64::MAX))));
    }
    Chosen { examined, others }
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
fn statement(bundle: &Bundle) -> Option<Statement> {
    match bundle.content() {
        Content::Envelope { payload, .. } => Statement::parse(payload).ok(),
        Content::Message { .. } => None,
    }
}

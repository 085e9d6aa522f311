//! The source behind a signed build: git's objects and GitHub's answers beside the evidence.

use super::parse::github::{Answer, Attestation, decoded};
use super::parse::objects::{Object, ObjectName};
use super::parse::{ANSWER, OBJECT};
use super::verify::{self, Objects, Place, Sought, VerifiedSource, Workflow};
use super::{appraise, checks, wanted};
use crate::builds::provenance;
use crate::builds::provenance::policy::ForBuilds;
use crate::error::Error;
use crate::finding::{Check, Finding, LinkId, Outcome, Rule, Why, presence};
use crate::piece::Piece;
use crate::report::{Draft, EvidenceItem, Fact, Facts, Placed};
use crate::span::Span;
use crate::time::UnixTime;

/// Every check about the source, in its order.
const CHECKS: [&Check; 2] =
    [&checks::GIT_COMMIT_SIGNATURE, &provenance::checks::PROVENANCE_TIME_ORDER];

/// What is at hand about a source.
#[derive(Default)]
pub(crate) struct Files<'a> {
    objects: Objects<'a>,
    /// Addresses at which GitHub says that it stores bundles, in order.
    pub(crate) stored_at: Vec<String>,
    /// How many bundles are at hand.
    bundles: usize,
    pieces: Vec<(Piece<'a>, Objects<'a>)>,
    unread: Vec<Finding>,
}

impl<'a> Files<'a> {
    /// The pieces about a source, beside this many `bundles`. A piece that cannot be read is left
    /// out, and said.
    pub(crate) fn of(pieces: &[Piece<'a>], bundles: usize) -> Self {
        let mut own = Self { bundles, ..Self::default() };
        for piece in pieces {
            if let Err(error) = own.piece(*piece) {
                piece.unreadable();
                let finding = Finding::unknown(&checks::GIT_OBJECT, Why::NotSupported);
                let finding = finding.part(piece.name.to_owned());
                own.unread.push(finding.actual(error.to_string()));
            }
        }
        own
    }

    fn piece(&mut self, piece: Piece<'a>) -> Result<(), Error> {
        let mut objects = Objects::default();
        if let Some(object) = Object::stored(piece.bytes)? {
            self.objects.add_object(object.clone());
            objects.add_object(object);
        } else {
            match Answer::of(piece.bytes)? {
                Some(Answer::Attestations(attestations)) => {
                    self.stored_at.extend(attestations.into_iter().filter_map(|attestation| {
                        match attestation {
                            Attestation::Stored(url) => Some(url),
                            Attestation::Bundle(_) => None,
                        }
                    }));
                }
                Some(answer) => {
                    readable(&answer)?;
                    self.objects.add_answer(answer.clone());
                    objects.add_answer(answer);
                }
                None => {}
            }
        }
        self.pieces.push((piece, objects));
        Ok(())
    }

    /// Adds a part that came along with the evidence, and says whether it is of a type that is read:
    /// [`OBJECT`] or [`ANSWER`].
    ///
    /// # Errors
    /// When it is not of its type's form.
    pub(crate) fn add(&mut self, kind: &str, bytes: &'a [u8]) -> Result<bool, Error> {
        let other = || {
            let why = "it is none of git's objects and no answer about one";
            Error::malformed("source", Span::new(0, bytes.len()), why)
        };
        match kind {
            OBJECT => {
                self.objects.add_object(Object::stored(bytes)?.ok_or_else(other)?);
            }
            // Which commit a name stands for is GitHub's word, and no hash shows it.
            ANSWER => match Answer::of(bytes)? {
                Some(Answer::Attestations(_) | Answer::Reference(_)) | None => return Err(other()),
                Some(answer) => self.objects.add_answer(answer),
            },
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Adds to `draft` the bundles that an answer of GitHub's names and that are not at hand.
    pub(crate) fn ask(&self, draft: &mut Draft) {
        if self.bundles < self.stored_at.len() {
            let check = &checks::GITHUB_ATTESTATIONS;
            draft.findings.push(Finding::unknown(check, Why::NotFetched));
            draft.wanted.extend(self.stored_at.iter().map(|url| wanted::github_bundle(url)));
        }
    }

    /// Adds to `draft` what the objects show about the commit that its verified builds name.
    pub(crate) fn complete(&self, draft: &mut Draft, policy: &dyn ForBuilds) {
        draft.findings.extend(self.unread.iter().cloned());
        let commits = named(&draft.facts, |fact| match fact {
            Fact::Commit(commit) => Some(commit),
            _ => None,
        });
        let commit = match commits.as_slice() {
            [] => {
                let own =
                    |finding: &&Finding| *finding.check == provenance::checks::PROVENANCE_COMMIT;
                let by = match draft.findings.iter().find(own).map(|finding| finding.outcome) {
                    Some(Outcome::Unknown(Why::Blocked { by })) => by,
                    Some(_) => &provenance::checks::PROVENANCE_COMMIT,
                    None if self.objects.is_empty() => return,
                    None => &presence::LINK_COMMIT,
                };
                draft.findings.extend(open(Why::Blocked { by }));
                return;
            }
            [commit] => commit.parse::<ObjectName>().ok(),
            // Builds of several images, each with a commit of its own.
            _ => None,
        };
        let Some(commit) = commit else {
            draft.findings.extend(open(Why::NotSupported));
            return;
        };
        let build = Build::of(&draft.facts);
        let sought = Sought {
            commit,
            workflows: build.workflows(commit),
            tag: build
                .reference
                .and_then(|reference| Some(reference.strip_prefix("refs/tags/")?.to_owned())),
        };
        let (repository, signed_at) = (build.repository.to_owned(), build.signed_at);
        let tag = sought.tag.clone();
        let verify::Examination { findings, verified, missing, used } =
            verify::verify(&sought, &self.objects);
        for (piece, objects) in &self.pieces {
            let is_of_tag = objects
                .references()
                .any(|own| tag.as_ref().is_some_and(|tag| own.name == format!("refs/tags/{tag}")));
            if is_of_tag || !objects.names(commit.format()).is_disjoint(&used) {
                piece.used();
            }
        }
        draft.wanted.extend(wanted::github(&repository, commit, &missing, policy.roots()));
        match &verified {
            Some(source) => {
                draft.findings.push(appraise::signature(source));
                // A contradiction fails for whoever asks for the check.
                let is_asked = policy
                    .requirements(draft.subject.kind)
                    .required
                    .contains(&&provenance::checks::PROVENANCE_TIME_ORDER);
                let rule = if is_asked { Rule::Deny } else { Rule::Warn };
                draft.findings.push(appraise::time_order(source, signed_at, rule));
                draft.claims.extend(appraise::claims(source));
                draft.evidence.extend(evidence(source));
            }
            None => {
                let absent = Outcome::Unknown(Why::NotFetched);
                let is_absent = |f: &Finding| *f.check == checks::GIT_COMMIT && f.outcome == absent;
                let why = match findings.iter().any(is_absent) {
                    true => Why::NotFetched,
                    false => Why::Blocked { by: &checks::GIT_COMMIT },
                };
                let of_commit = CHECKS.map(|check| Finding::unknown(check, why));
                draft.findings.extend(of_commit);
            }
        }
        draft.findings.extend(findings);
    }
}

/// An answer whose content can be read.
fn readable(answer: &Answer) -> Result<(), Error> {
    match answer {
        Answer::Tree(tree) => tree.contents().map(drop),
        Answer::Blob(blob) => blob.content().map(drop),
        _ => Ok(()),
    }
}

/// Whether `bytes` are JSON with the member that every Sigstore bundle has.
pub(crate) fn is_bundle(bytes: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Wire {
        #[serde(rename = "verificationMaterial")]
        _material: serde::de::IgnoredAny,
    }
    bytes.trim_ascii_start().starts_with(b"{") && crate::json::read::<Wire>(bytes).is_some()
}

/// The bundle in `bytes`, when they are one as GitHub stores it.
///
/// # Errors
/// When they are compressed and cannot be decoded, or something else is inside.
pub(crate) fn stored_bundle(bytes: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let Some(bundle) = decoded(bytes)? else { return Ok(None) };
    if is_bundle(&bundle) {
        return Ok(Some(bundle));
    }
    let why = "what it decodes to is not a Sigstore bundle";
    Err(Error::malformed("stored bundle", Span::new(0, bytes.len()), why))
}

/// Every check about the source, as open.
fn open(why: Why) -> impl Iterator<Item = Finding> {
    checks::SOURCE.into_iter().chain(CHECKS).map(move |check| Finding::unknown(check, why))
}

/// The different values of one kind that verified builds name, in order.
fn named<'f, T: PartialEq + ?Sized>(
    facts: &'f Facts,
    of: impl Fn(&'f Fact) -> Option<&'f T>,
) -> Vec<&'f T> {
    let mut values: Vec<&T> = Vec::new();
    for value in facts.iter().filter_map(|(_, fact)| of(fact)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// How the first verified build names what it ran from.
#[derive(Default)]
struct Build<'f> {
    repository: &'f str,
    reference: Option<&'f str>,
    workflow: Option<&'f Placed>,
    signer: Option<&'f Placed>,
    signed_at: Option<UnixTime>,
}

impl<'f> Build<'f> {
    fn of(facts: &'f Facts) -> Self {
        let mut own = Self::default();
        for (_, fact) in facts.iter() {
            match fact {
                Fact::Repository(repository) if own.repository.is_empty() => {
                    own.repository = repository;
                }
                Fact::Reference(reference) => {
                    own.reference.get_or_insert(reference);
                }
                Fact::Workflow(workflow) => {
                    own.workflow.get_or_insert(workflow);
                }
                Fact::Signer(signer) => {
                    own.signer.get_or_insert(signer);
                }
                Fact::SignedAt(time) => {
                    own.signed_at.get_or_insert(*time);
                }
                _ => {}
            }
        }
        own
    }

    /// The workflow files: one, or two when a reusable workflow signed.
    fn workflows(&self, commit: ObjectName) -> Vec<Workflow> {
        let place = |placed: &Placed| {
            let Placed { uri, commit: stated } = placed;
            match path(uri, self.repository) {
                Some(path) if stated.as_ref().is_none_or(|at| *at == commit.to_string()) => {
                    Place::Path(path.to_owned())
                }
                _ => Place::Elsewhere(match stated {
                    Some(stated) => format!("{uri}, commit {stated}"),
                    None => uri.clone(),
                }),
            }
        };
        let part = |part, placed| Workflow { part, place: place(placed) };
        match (self.workflow, self.signer) {
            (Some(top), Some(signer)) if top.uri == signer.uri => vec![part(None, top)],
            (Some(top), Some(signer)) => {
                vec![part(Some("top-level"), top), part(Some("signer"), signer)]
            }
            (Some(one), None) | (None, Some(one)) => vec![part(None, one)],
            (None, None) => Vec::new(),
        }
    }
}

/// The path in `repository/path@ref`.
fn path<'u>(uri: &'u str, repository: &str) -> Option<&'u str> {
    let rest = uri.strip_prefix(repository)?.strip_prefix('/')?;
    let (path, _) = rest.split_once("@refs/").or_else(|| rest.rsplit_once('@'))?;
    (!path.is_empty()).then_some(path)
}

/// The commit and the files, as text.
fn evidence(source: &VerifiedSource) -> Vec<EvidenceItem> {
    let link = LinkId::Commit;
    let commit = EvidenceItem::new("git-commit", "text", link, source.content(), Vec::new());
    let files = source.files().iter().map(|file| {
        let kind = match file.role() {
            verify::Role::Workflow => "workflow",
            verify::Role::Other => "text",
        };
        let id = format!("git-file:{}", file.path());
        EvidenceItem::new(id, kind, link, file.content(), Vec::new())
    });
    std::iter::once(commit).chain(files).collect()
}

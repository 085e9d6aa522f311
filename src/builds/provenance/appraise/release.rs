//! GitHub's release attestation: which commit a tag had and which files a release holds. GitHub
//! itself signs it, so its predicate is GitHub's word and not a job's.

use serde_json::Value as Json;

use super::{Source, is_commit, logged, pinned, reference};
use crate::builds::provenance::checks;
use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::sigstore;
use crate::builds::sigstore::parse::{Statement, Subject};
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::claims::Claim;
use crate::finding::{Check, Finding, LinkId, Value, Why};
use crate::time::UnixTime;

const PREDICATE: &str = "https://in-toto.io/attestation/release/v0.2";

/// The identity under which GitHub signs release attestations.
const IDENTITY: &str = "https://dotcom.releases.github.com";

/// Checks about a build, of which a release attestation says nothing.
const ABOUT_BUILDS: [&Check; 6] = [
    &checks::PROVENANCE_WORKFLOW,
    &checks::PROVENANCE_SIGNER,
    &checks::PROVENANCE_RUNNER,
    &checks::PROVENANCE_TRIGGER,
    &checks::PROVENANCE_PREDICATE_AGREES,
    &checks::PROVENANCE_JOB_SAYS,
];

pub(super) fn is_release(statement: &VerifiedStatement) -> bool {
    statement.statement().is_some_and(|statement| statement.predicate_type() == PREDICATE)
}

/// Appraises a release attestation: by GitHub, and about the pinned repository.
pub(super) fn appraise(
    statement: &VerifiedStatement,
    policy: &ProvenancePolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let Some(said) = statement.statement() else { return Vec::new() };
    let release = Release::of(said);
    let name = statement.identity().san().and_then(|name| name.text()).unwrap_or_default();
    let mut findings = vec![
        super::predicate_type(statement, policy),
        Finding::equal_text(&checks::PROVENANCE_ISSUER, IDENTITY, name),
    ];
    findings.extend(super::envelope::appraise(statement, policy, now));
    findings.extend(ABOUT_BUILDS.map(|check| Finding::unknown(check, Why::NotApplicable)));
    let repository = release.repository.as_deref();
    findings.extend([
        pinned(&checks::PROVENANCE_REPOSITORY, policy.repository.as_deref(), repository),
        pinned(
            &checks::PROVENANCE_REPOSITORY_ID,
            policy.repository_id.as_deref(),
            release.repository_id,
        ),
        pinned(
            &checks::PROVENANCE_OWNER,
            policy.owner.as_deref(),
            repository.and_then(super::owner),
        ),
        pinned(&checks::PROVENANCE_OWNER_ID, policy.owner_id.as_deref(), release.owner_id),
        reference(policy.reference.as_ref(), release.reference.as_deref()),
        Finding::unknown(&checks::PROVENANCE_COMMIT, Why::NotApplicable),
        commit(&release, statement.is_compared()),
    ]);
    findings
}

/// What a release attestation names; `None` for anything else.
pub(super) fn source(statement: &VerifiedStatement) -> Option<Source> {
    if !is_release(statement) {
        return None;
    }
    let release = Release::of(statement.statement()?);
    let commit = release.commit.filter(|commit| is_commit(commit));
    let commit = commit.filter(|_| !release.contradicts_itself()).map(str::to_owned);
    let Release { repository, reference, .. } = release;
    Some(Source { commit, repository, reference, ..Source::default() })
}

/// What the attestation states.
pub(super) fn claims(statement: &VerifiedStatement) -> Vec<Claim> {
    let Some(said) = statement.statement() else { return Vec::new() };
    let release = Release::of(said);
    let commit = release.commit.filter(|commit| is_commit(commit));
    let claim = |name, link, value| Claim { name, value, link, part: None };
    let texts = [
        ("git.repository", release.repository.as_deref()),
        ("git.repository-id", release.repository_id),
        ("git.owner-id", release.owner_id),
        ("git.ref", release.reference.as_deref()),
    ];
    let mut claims: Vec<Claim> = texts
        .into_iter()
        .filter_map(|(name, text)| Some(claim(name, LinkId::Commit, Value::text(text?))))
        .collect();
    claims.extend(
        commit.map(|commit| claim("git.commit", LinkId::Commit, Value::Hex(commit.to_owned()))),
    );
    claims.push(claim("build.predicate-type", LinkId::Provenance, Value::text(PREDICATE)));
    claims.extend(
        statement
            .signed_at()
            .first()
            .map(|time| claim("build.signed-at", LinkId::Provenance, Value::Time(*time))),
    );
    claims.extend(logged(statement));
    claims
}

/// The predicate's members, and the subject that is the tag's commit.
struct Release<'a> {
    repository: Option<String>,
    repository_id: Option<&'a str>,
    owner_id: Option<&'a str>,
    reference: Option<String>,
    commit: Option<&'a str>,
    /// The purl with which repository and tag have to agree.
    purl: Option<&'a str>,
    expected_purl: Option<String>,
}

impl<'a> Release<'a> {
    fn of(statement: &'a Statement) -> Self {
        let text = |name| statement.predicate().get(name).and_then(Json::as_str);
        let (name, tag) = (text("repository"), text("tag"));
        let commits = |subject: &'a Subject| subject.digest("sha1").or(subject.digest("gitCommit"));
        let mut commits = statement.subjects().iter().filter_map(commits);
        let commit = commits.next().filter(|first| commits.all(|other| other == *first));
        Self {
            repository: name.map(|name| format!("https://github.com/{name}")),
            repository_id: text("repositoryId"),
            owner_id: text("ownerId"),
            reference: tag.map(|tag| format!("refs/tags/{tag}")),
            commit,
            purl: text("purl"),
            expected_purl: name.zip(tag).map(|(name, tag)| format!("pkg:github/{name}@{tag}")),
        }
    }

    fn contradicts_itself(&self) -> bool {
        let named = self.purl.zip(self.expected_purl.as_deref());
        named.is_some_and(|(said, expected)| said != expected)
    }
}

/// GitHub says which commit the tag had: exactly one commit is among the subjects, and the
/// release's own name agrees with its repository and tag. Nobody says how the files were made.
fn commit(release: &Release<'_>, is_compared: bool) -> Finding {
    let check = &checks::PROVENANCE_RELEASE;
    if release.contradicts_itself() {
        let [expected, said] = [release.expected_purl.as_deref(), release.purl];
        return Finding::fail(check, "disagree")
            .expected(expected.unwrap_or_default())
            .actual(said.unwrap_or_default());
    }
    match release.commit {
        None => Finding::unknown(check, Why::NotPublished),
        Some(commit) if is_commit(commit) => {
            let finding = match is_compared {
                true => Finding::warn(check, "not-a-build"),
                false => Finding::blocked(check, &sigstore::checks::SIGSTORE_SUBJECT),
            };
            finding.actual(Value::Hex(commit.to_owned()))
        }
        Some(other) => Finding::fail(check, "malformed").actual(other),
    }
}

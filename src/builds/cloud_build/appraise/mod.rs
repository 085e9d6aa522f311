//! What Google Cloud Build says about a build: it names the source in several places, and they must
//! agree.
//!
//! The statement marks apart which substitutions the build's own configuration chose.

mod copy;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::checks;
use super::parse::Provenance;
use super::verify::{VerifiedBuild, VerifiedBuilds};
use crate::builds::provenance;
use crate::builds::provenance::appraise::envelope::types;
use crate::builds::provenance::appraise::{
    Source, is_commit, listed, owner, pinned, predicate_type_of, reference,
};
use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::sigstore::parse::{Statement, Subject};
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::finding::{Check, Finding, LinkId, Value, Why};
use crate::gather;

/// Every check of this appraisal, in its order.
const CHECKS: [&Check; 23] = [
    &checks::GCB_UNSIGNED,
    &provenance::checks::PROVENANCE_PREDICATE_TYPE,
    &provenance::checks::PROVENANCE_STATEMENT_TYPE,
    &provenance::checks::PROVENANCE_PAYLOAD_TYPE,
    &provenance::checks::PROVENANCE_AGE,
    &provenance::checks::PROVENANCE_IDENTITY,
    &provenance::checks::PROVENANCE_ISSUER,
    &checks::GCB_BUILDER,
    &checks::GCB_PROJECT,
    &provenance::checks::PROVENANCE_WORKFLOW,
    &provenance::checks::PROVENANCE_SIGNER,
    &provenance::checks::PROVENANCE_RUNNER,
    &provenance::checks::PROVENANCE_TRIGGER,
    &provenance::checks::PROVENANCE_REPOSITORY,
    &provenance::checks::PROVENANCE_REPOSITORY_ID,
    &provenance::checks::PROVENANCE_OWNER,
    &provenance::checks::PROVENANCE_OWNER_ID,
    &provenance::checks::PROVENANCE_REF,
    &provenance::checks::PROVENANCE_COMMIT,
    &provenance::checks::PROVENANCE_PREDICATE_AGREES,
    &provenance::checks::PROVENANCE_JOB_SAYS,
    &checks::GCB_AGREES,
    &provenance::checks::PROVENANCE_RELEASE,
];

const ISSUER: &str = "https://cloudbuild.googleapis.com";
const SLSA_V1: &str = "https://slsa.dev/provenance/v1";
const SLSA_V0_1: &str = "https://slsa.dev/provenance/v0.1";
const BUILD_TYPE_V1: &str = "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1";
/// What a worker of version 0.3 says a build in SLSA v0.1 was made from.
const BUILD_TYPES_V0_1: [&str; 2] = [
    "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1",
    "https://cloudbuild.googleapis.com/CloudBuildSteps@v0.1",
];

/// The worker whose statements name it as the kind of build, too, and the commit in the address of
/// the source.
const WORKER_V0_2: &str = "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.2";

/// Substitutions that Google sets for builds of pull requests and for no others.
const PULL_REQUEST: [&str; 3] = ["_PR_NUMBER", "_HEAD_REPO_URL", "_HEAD_BRANCH"];

/// Every check of this appraisal as blocked by `by`: for when verification did not succeed.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    CHECKS.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// Appraises builder, project and source of builds by Google Cloud Build.
///
/// `provenance` is the document that `builds` were verified from: what stands unsigned in it must
/// agree with what was signed. Of several statements the one in SLSA v1 is appraised, and the
/// others must name the same repository and commit.
pub(crate) fn provenance(
    builds: &VerifiedBuilds,
    provenance: &Provenance,
    policy: &ProvenancePolicy,
) -> Vec<Finding> {
    let mut findings = copy::unsigned(builds, provenance);
    let Some(build) = Build::main(builds) else { return findings };
    findings.extend(types(Some(build.statement), policy));
    findings.extend([
        predicate_type_of(build.statement, policy),
        undated(policy),
        listed(&provenance::checks::PROVENANCE_IDENTITY, &policy.identities, Some(build.key)),
        issuer(policy),
        builder(&build, policy),
        project(&build, policy),
        pinned(&provenance::checks::PROVENANCE_WORKFLOW, policy.workflow.as_deref(), build.path),
        match &policy.signer {
            Some(rule) => Finding::fail(&provenance::checks::PROVENANCE_SIGNER, "missing")
                .expected(rule.workflow.as_str()),
            None => Finding::no_reference(&provenance::checks::PROVENANCE_SIGNER),
        },
        Finding::unknown(&provenance::checks::PROVENANCE_RUNNER, Why::NotApplicable),
        trigger(&build),
        pinned(
            &provenance::checks::PROVENANCE_REPOSITORY,
            policy.repository.as_deref(),
            build.repository,
        ),
        pinned(
            &provenance::checks::PROVENANCE_REPOSITORY_ID,
            policy.repository_id.as_deref(),
            None,
        ),
        pinned(
            &provenance::checks::PROVENANCE_OWNER,
            policy.owner.as_deref(),
            build.repository.and_then(owner),
        ),
        pinned(&provenance::checks::PROVENANCE_OWNER_ID, policy.owner_id.as_deref(), None),
        reference(policy.reference.as_ref(), build.reference.as_deref()),
        provenance::appraise::commit(build.commit, builds.is_compared(), &checks::GCB_SUBJECT),
        Finding::unknown(&provenance::checks::PROVENANCE_PREDICATE_AGREES, Why::NotApplicable),
        Finding::unknown(&provenance::checks::PROVENANCE_JOB_SAYS, Why::NotApplicable),
        Finding::unknown(&provenance::checks::PROVENANCE_RELEASE, Why::NotApplicable),
    ]);
    findings.extend(agreement(&build, builds));
    findings
}

/// Nobody dates what Cloud Build signs.
fn undated(policy: &ProvenancePolicy) -> Finding {
    let check = &provenance::checks::PROVENANCE_AGE;
    match policy.maximum_age_days {
        Some(_) => Finding::fail(check, "missing"),
        None => Finding::unknown(check, Why::NotPublished),
    }
}

/// What the verified statement states, each with the link that shows it.
pub(crate) fn claims(builds: &VerifiedBuilds) -> Vec<Claim> {
    use LinkId::{Commit, Provenance};
    let Some(build) = Build::main(builds) else { return Vec::new() };
    let texts = [
        ("git.repository", Commit, build.repository),
        ("git.ref", Commit, build.reference.as_deref()),
        ("build.issuer", Provenance, Some(ISSUER)),
        ("build.identity", Provenance, Some(build.key)),
        ("build.workflow", Provenance, build.path),
        ("build.run", Provenance, build.invocation),
        ("build.project", Provenance, build.project),
        ("build.predicate-type", Provenance, Some(build.statement.predicate_type())),
    ];
    let commit = build.commit.filter(|commit| is_commit(commit));
    let commit = commit.map(|commit| ("git.commit", Commit, Value::Hex(commit.to_owned())));
    texts
        .into_iter()
        .filter_map(|(name, link, text)| Some((name, link, Value::text(text?))))
        .chain(commit)
        .map(|(name, link, value)| Claim { name, value, link, part: None })
        .collect()
}

/// The source that the statement names.
pub(crate) fn source(builds: &VerifiedBuilds) -> Source {
    let Some(build) = Build::main(builds) else { return Source::default() };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Source {
        commit: owned(build.commit.filter(|commit| is_commit(commit))),
        repository: owned(build.repository),
        reference: build.reference,
        workflow: owned(build.path).map(|path| (path, None)),
        ..Source::default()
    }
}

/// The members of one statement that name builder and source.
struct Build<'a> {
    statement: &'a Statement,
    key: &'static str,
    builder: Option<&'a str>,
    kind: Option<&'a str>,
    repository: Option<&'a str>,
    /// In SLSA v0.1 the substitutions of a tag or a branch, where both of them agree.
    reference: Option<String>,
    /// Path of the build configuration in the repository.
    path: Option<&'a str>,
    /// The commit that the service says it fetched.
    commit: Option<&'a str>,
    invocation: Option<&'a str>,
    project: Option<&'a str>,
    /// Folder of the substitutions that the service set.
    substitutions: &'static str,
}

impl<'a> Build<'a> {
    /// The statement that is appraised: the first in SLSA v1, or else the first.
    fn main(builds: &'a VerifiedBuilds) -> Option<Self> {
        let all = || builds.all().iter();
        let is_v1 = |build: &&VerifiedBuild| build.statement().predicate_type() == SLSA_V1;
        all().find(is_v1).or_else(|| all().next()).map(Self::of)
    }

    fn of(build: &'a VerifiedBuild) -> Self {
        let statement = build.statement();
        match statement.predicate_type() {
            SLSA_V0_1 => Self::v0_1(statement, build.key().id),
            _ => Self::v1(statement, build.key().id),
        }
    }

    fn v1(statement: &'a Statement, key: &'static str) -> Self {
        let predicate = statement.predicate();
        let text = |pointer: &str| -> Option<&'a str> { text_of(predicate, pointer) };
        let config = "/buildDefinition/externalParameters/buildConfigSource";
        let uri = text(&format!("{config}/repository"));
        let reference = text(&format!("{config}/ref"));
        let named = uri.zip(reference).map(|(uri, reference)| format!("{uri}@{reference}"));
        let dependencies = predicate.pointer("/buildDefinition/resolvedDependencies");
        let invocation = text("/runDetails/metadata/invocationId");
        Self {
            statement,
            key,
            builder: text("/runDetails/builder/id"),
            kind: text("/buildDefinition/buildType"),
            repository: uri.map(without_git),
            reference: reference.map(str::to_owned),
            path: text(&format!("{config}/path")),
            commit: named.and_then(|uri| fetched(dependencies, &uri, "/digest/gitCommit")),
            invocation,
            project: invocation
                .and_then(|uri| project_of(uri.strip_prefix(ISSUER)?.strip_prefix("/v1/")?)),
            substitutions: "/buildDefinition/internalParameters/systemSubstitutions",
        }
    }

    fn v0_1(statement: &'a Statement, key: &'static str) -> Self {
        let predicate = statement.predicate();
        let text = |pointer: &str| -> Option<&'a str> { text_of(predicate, pointer) };
        let materials = predicate.pointer("/materials");
        let sources = materials.and_then(Json::as_array).into_iter().flatten();
        let named: Vec<&str> = sources.filter_map(|material| text_of(material, "/uri")).collect();
        let begins = |with: &str| named.iter().copied().find(|uri| uri.starts_with(with));
        let uri = begins("git+").or_else(|| begins("https://"));
        let in_address = uri
            .filter(|_| text("/builder/id") == Some(WORKER_V0_2) && named.len() == 1)
            .and_then(|uri| uri.rsplit_once("/commit/"));
        let substitutions = "/recipe/arguments/substitutions";
        let chosen = |name: &str| text(&format!("{substitutions}/{name}"));
        let of = |name: &str| chosen(name).filter(|name| chosen("REF_NAME") == Some(*name));
        let reference = match (of("TAG_NAME"), of("BRANCH_NAME")) {
            (Some(tag), None) => Some(format!("refs/tags/{tag}")),
            (None, Some(branch)) => Some(format!("refs/heads/{branch}")),
            _ => None,
        };
        let invocation = text("/recipe/arguments/name");
        Self {
            statement,
            key,
            builder: text("/builder/id"),
            kind: text("/recipe/type"),
            repository: in_address.map(|(uri, _)| uri).or(uri).map(without_git),
            reference,
            path: text("/recipe/entryPoint"),
            commit: match in_address {
                Some((_, commit)) => Some(commit),
                None => uri.and_then(|uri| fetched(materials, uri, "/digest/sha1")),
            },
            invocation,
            project: invocation.and_then(project_of),
            substitutions,
        }
    }

    fn substitution(&self, name: &str) -> Option<&'a str> {
        text_of(self.statement.predicate(), &format!("{}/{name}", self.substitutions))
    }
}

/// The commit that every entry called `uri` has; `None` when there is none or they differ.
fn fetched<'a>(list: Option<&'a Json>, uri: &str, digest: &str) -> Option<&'a str> {
    let entries = list.and_then(Json::as_array).into_iter().flatten();
    let mut commits = entries
        .filter(|entry| text_of(entry, "/uri") == Some(uri))
        .map(|entry| text_of(entry, digest).unwrap_or_default());
    let first = commits.next()?;
    commits.all(|other| other == first).then_some(first)
}

fn text_of<'a>(value: &'a Json, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Json::as_str)
}

fn without_git(uri: &str) -> &str {
    uri.strip_prefix("git+").unwrap_or(uri)
}

/// The project in `projects/PROJECT/...`.
fn project_of(path: &str) -> Option<&str> {
    path.strip_prefix("projects/")?.split('/').next().filter(|name| !name.is_empty())
}

fn issuer(policy: &ProvenancePolicy) -> Finding {
    let check = &provenance::checks::PROVENANCE_ISSUER;
    match policy.cloud_build {
        Some(_) => Finding::pass(check).actual(ISSUER),
        None => {
            Finding::fail(check, "not-accepted").expected(policy.issuer.as_str()).actual(ISSUER)
        }
    }
}

/// The builder is one of Google's own workers, and the statement is of a kind whose members are
/// known here.
fn builder(build: &Build<'_>, policy: &ProvenancePolicy) -> Finding {
    let check = &checks::GCB_BUILDER;
    let kind = build.kind.unwrap_or_default();
    let known = match build.statement.predicate_type() {
        SLSA_V1 => kind == BUILD_TYPE_V1,
        SLSA_V0_1 if build.builder == Some(WORKER_V0_2) => kind == WORKER_V0_2,
        SLSA_V0_1 => BUILD_TYPES_V0_1.contains(&kind),
        _ => false,
    };
    if !known {
        return Finding::fail(check, "build-type").actual(kind);
    }
    let accepted = policy.cloud_build.clone().unwrap_or_default().builders;
    listed(check, &accepted, build.builder)
}

/// The project is a pinned one, by its id or its number.
fn project(build: &Build<'_>, policy: &ProvenancePolicy) -> Finding {
    let check = &checks::GCB_PROJECT;
    let accepted = policy.cloud_build.clone().unwrap_or_default().projects;
    let number = build.substitution("PROJECT_NUMBER");
    let shown = build.project.or(number);
    if accepted.is_empty() {
        return pinned(check, None, shown);
    }
    let is_accepted =
        |name: Option<&str>| name.is_some_and(|name| accepted.iter().any(|a| a == name));
    let finding = match shown {
        None => Finding::fail(check, "missing"),
        Some(shown) => {
            let holds = is_accepted(build.project) || is_accepted(number);
            Finding::test(check, holds, "not-accepted").actual(shown)
        }
    };
    finding.expected(accepted.join(", "))
}

/// The build is of the repository's own branch or tag, not of somebody's pull request.
fn trigger(build: &Build<'_>) -> Finding {
    let check = &provenance::checks::PROVENANCE_TRIGGER;
    let chosen = "/buildDefinition/externalParameters/substitutions";
    let predicate = build.statement.predicate();
    let said = PULL_REQUEST.into_iter().find(|name| {
        build.substitution(name).is_some()
            || text_of(predicate, &format!("{chosen}/{name}")).is_some()
    });
    match said {
        Some(name) => Finding::fail(check, "pull-request").actual(name),
        None if build.reference.is_some() || build.substitution("REF_NAME").is_some() => {
            Finding::pass(check)
                .actual(build.substitution("TRIGGER_NAME").unwrap_or("build trigger"))
        }
        None => Finding::unknown(check, Why::NotPublished),
    }
}

/// Every other place in which the statement names the source says the same, and so do the other
/// statements.
fn agreement(build: &Build<'_>, builds: &VerifiedBuilds) -> Vec<Finding> {
    let check = &checks::GCB_AGREES;
    let same = |part: &'static str, said: Option<&str>, expected: Option<&str>| {
        match (said, expected) {
            (Some(said), Some(expected)) => Finding::equal_text(check, expected, said),
            (Some(said), None) => Finding::unknown(check, Why::NotPublished).actual(said),
            (None, _) => Finding::unknown(check, Why::NotApplicable),
        }
        .part(part)
    };
    let short = build.substitution("SHORT_SHA");
    let length = short.map_or(0, str::len);
    let host = "https://github.com/";
    let name = build.repository.and_then(|uri| uri.strip_prefix(host));
    let full_name = build.substitution("REPO_FULL_NAME").filter(|_| name.is_some());
    // In SLSA v0.1 the ref is read from these substitutions, and REF_NAME is the other place.
    let is_v0_1 = build.statement.predicate_type() == SLSA_V0_1;
    let reference = build.reference.as_deref();
    let of = |folder| match is_v0_1 {
        true => build.substitution("REF_NAME"),
        false => reference.and_then(|reference| reference.strip_prefix(folder)),
    };
    let (branch, tag) = (of("refs/heads/"), of("refs/tags/"));
    let mut findings = vec![
        same("commit-sha", build.substitution("COMMIT_SHA"), build.commit),
        same("revision-id", build.substitution("REVISION_ID"), build.commit),
        same("short-sha", short, build.commit.and_then(|commit| commit.get(..length))),
        same("repository", full_name, name),
        same("config-path", build.substitution("TRIGGER_BUILD_CONFIG_PATH"), build.path),
        same("branch", build.substitution("BRANCH_NAME").filter(|_| branch.is_some()), branch),
        same("tag", build.substitution("TAG_NAME").filter(|_| tag.is_some()), tag),
        same(
            "build",
            build.substitution("BUILD_ID"),
            build.invocation.and_then(|uri| uri.rsplit('/').next()),
        ),
    ];
    for other in builds.all().iter().map(Build::of) {
        if std::ptr::eq(other.statement, build.statement) {
            continue;
        }
        findings.push(same("other-statement.repository", other.repository, build.repository));
        findings.push(same("other-statement.commit", other.commit, build.commit));
        let agrees = digests(other.statement) == digests(build.statement);
        findings.push(Finding::test(check, agrees, "not-equal").part("other-statement.subjects"));
    }
    findings
}

fn digests(statement: &Statement) -> BTreeSet<Option<Sha256>> {
    gather::set(statement.subjects().iter().map(Subject::sha256))
}

//! Whether the predicate, which the build job wrote itself, agrees with the certificate, which
//! it did not. The certificate wins; the predicate may only agree.

use serde_json::Value as Json;

use crate::builds::provenance::checks;
use crate::builds::sigstore::parse::FulcioIdentity;
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::finding::{Finding, Why};

const SLSA_V1: &str = "https://slsa.dev/provenance/v1";
const SLSA_V0_2: &str = "https://slsa.dev/provenance/v0.2";

/// The build types of GitHub Actions whose fields are known here, for SLSA v1.
const BUILD_TYPES: [&str; 2] = [
    "https://actions.github.io/buildtypes/workflow/v1",
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
];

/// Those of SLSA v0.2: slsa-github-generator's begin with the first.
const GENERATOR: &str = "https://github.com/slsa-framework/slsa-github-generator/";
const NPM: &str = "https://github.com/npm/cli/gha/v2";

/// The kinds of runner that a predicate may name as its builder.
const RUNNER: &str = "https://github.com/actions/runner";

/// The longest text of the job's own that is shown, in characters.
const SHOWN: usize = 300;

/// One finding for each field of SLSA provenance v1 or v0.2 that names something that the
/// certificate names too, and one for each that only the job says. Predicates of other types have
/// no such fields.
pub(super) fn predicate(statement: &VerifiedStatement) -> Vec<Finding> {
    let own = &checks::PROVENANCE_JOB_SAYS;
    let mut findings = match statement.statement() {
        Some(said) if said.predicate_type() == SLSA_V1 => {
            v1(said.predicate(), statement.identity())
        }
        Some(said) if said.predicate_type() == SLSA_V0_2 => {
            v0_2(said.predicate(), statement.identity())
        }
        _ => vec![Finding::unknown(&checks::PROVENANCE_PREDICATE_AGREES, Why::NotApplicable)],
    };
    if !findings.iter().any(|finding| finding.check == own) {
        findings.push(Finding::unknown(own, Why::NotApplicable));
    }
    findings
}

fn v1(predicate: &Json, identity: &FulcioIdentity) -> Vec<Finding> {
    let kind = text(predicate, "/buildDefinition/buildType").unwrap_or_default();
    if !BUILD_TYPES.contains(&kind) {
        return unknown_type(kind);
    }
    let workflow = "/buildDefinition/externalParameters/workflow";
    let github = "/buildDefinition/internalParameters/github";
    let said = |folder: &str, name: &str| text(predicate, &format!("{folder}/{name}"));
    let mut findings = vec![
        field(
            "workflow.repository",
            said(workflow, "repository"),
            identity.source_repository_uri(),
        ),
        field("workflow.ref", said(workflow, "ref"), identity.source_repository_ref()),
        field("workflow.path", said(workflow, "path"), path(identity)),
        field("github.event_name", said(github, "event_name"), identity.build_trigger()),
        field(
            "github.repository_id",
            said(github, "repository_id"),
            identity.source_repository_id(),
        ),
        field(
            "github.repository_owner_id",
            said(github, "repository_owner_id"),
            identity.source_repository_owner_id(),
        ),
        field(
            "github.runner_environment",
            said(github, "runner_environment"),
            identity.runner_environment(),
        ),
        field(
            "invocation",
            text(predicate, "/runDetails/metadata/invocationId"),
            identity.run_invocation_uri(),
        ),
        source(predicate, "/buildDefinition/resolvedDependencies", "/digest/gitCommit", identity),
        builder(text(predicate, "/runDetails/builder/id"), identity),
    ];
    findings.extend(job_says(
        predicate,
        &[
            ("started", "/runDetails/metadata/startedOn"),
            ("finished", "/runDetails/metadata/finishedOn"),
            ("inputs", "/buildDefinition/externalParameters/inputs"),
            ("byproducts", "/runDetails/byproducts"),
        ],
    ));
    findings
}

/// SLSA v0.2 as slsa-github-generator and npm write it.
fn v0_2(predicate: &Json, identity: &FulcioIdentity) -> Vec<Finding> {
    let kind = text(predicate, "/buildType").unwrap_or_default();
    if !kind.starts_with(GENERATOR) && kind != NPM {
        return unknown_type(kind);
    }
    let environment = |name: &str| {
        let upper = name.to_ascii_uppercase();
        [name, upper.as_str()]
            .into_iter()
            .find_map(|name| text(predicate, &format!("/invocation/environment/{name}")))
    };
    let config = text(predicate, "/invocation/configSource/uri");
    let (repository, reference) = match config.and_then(|uri| uri.strip_prefix("git+")) {
        Some(uri) => match uri.rsplit_once('@') {
            Some((repository, reference)) => (Some(repository), Some(reference)),
            None => (Some(uri), None),
        },
        None => (config, None),
    };
    let run = environment("github_run_id").map(|id| {
        let repository = identity.source_repository_uri().unwrap_or_default();
        let attempt = environment("github_run_attempt").unwrap_or("1");
        format!("{repository}/actions/runs/{id}/attempts/{attempt}")
    });
    let entry = text(predicate, "/invocation/configSource/entryPoint");
    let mut findings = vec![
        field("workflow.repository", repository, identity.source_repository_uri()),
        field("workflow.ref", reference, identity.source_repository_ref()),
        field("workflow.path", entry, path(identity)),
        field(
            "config-source",
            text(predicate, "/invocation/configSource/digest/sha1"),
            identity.source_repository_digest(),
        ),
        field("github.event_name", environment("github_event_name"), identity.build_trigger()),
        field(
            "github.repository_id",
            environment("github_repository_id"),
            identity.source_repository_id(),
        ),
        field(
            "github.repository_owner_id",
            environment("github_repository_owner_id"),
            identity.source_repository_owner_id(),
        ),
        field("invocation", run.as_deref(), identity.run_invocation_uri()),
        source(predicate, "/materials", "/digest/sha1", identity),
        builder(text(predicate, "/builder/id"), identity),
    ];
    findings.extend(job_says(
        predicate,
        &[
            ("started", "/metadata/buildStartedOn"),
            ("finished", "/metadata/buildFinishedOn"),
            ("inputs", "/invocation/parameters"),
            ("build-config", "/buildConfig"),
        ],
    ));
    findings
}

fn unknown_type(kind: &str) -> Vec<Finding> {
    let check = &checks::PROVENANCE_PREDICATE_AGREES;
    vec![Finding::unknown(check, Why::NotSupported).actual(kind)]
}

/// What stands in the predicate and in nothing that anybody else vouches for.
fn job_says(predicate: &Json, members: &[(&'static str, &str)]) -> Vec<Finding> {
    let is_said = |value: &&Json| match value {
        Json::Null => false,
        Json::Object(members) => !members.is_empty(),
        Json::Array(items) => !items.is_empty(),
        _ => true,
    };
    let own = |(part, pointer): &(&'static str, &str)| {
        let value = predicate.pointer(pointer).filter(is_said)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let shown: String = text.chars().take(SHOWN).collect();
        let finding = Finding::unknown(&checks::PROVENANCE_JOB_SAYS, Why::NotPublished);
        Some(finding.actual(shown).part(*part))
    };
    members.iter().filter_map(own).collect()
}

fn text<'a>(predicate: &'a Json, pointer: &str) -> Option<&'a str> {
    predicate.pointer(pointer).and_then(Json::as_str)
}

fn field(part: &'static str, said: Option<&str>, certificate: Option<&str>) -> Finding {
    let check = &checks::PROVENANCE_PREDICATE_AGREES;
    match (said, certificate) {
        (Some(said), Some(certificate)) => Finding::equal_text(check, certificate, said),
        (Some(said), None) => Finding::unknown(check, Why::NotPublished).actual(said),
        (None, _) => Finding::unknown(check, Why::NotApplicable),
    }
    .part(part)
}

/// The path in `repository/path@ref` of the top-level workflow.
fn path(identity: &FulcioIdentity) -> Option<&str> {
    identity
        .build_config_uri()?
        .strip_prefix(identity.source_repository_uri()?)?
        .strip_prefix('/')?
        .strip_suffix(identity.source_repository_ref()?)?
        .strip_suffix('@')
}

/// Among what the build says it was made from, the source itself has the certificate's commit.
fn source(predicate: &Json, list: &str, digest: &str, identity: &FulcioIdentity) -> Finding {
    let check = &checks::PROVENANCE_PREDICATE_AGREES;
    let part = "source";
    let Some(dependencies) = predicate.pointer(list).and_then(Json::as_array) else {
        return Finding::unknown(check, Why::NotApplicable).part(part);
    };
    let named = identity.source_repository_uri().zip(identity.source_repository_ref());
    let Some(((repository, reference), commit)) = named.zip(identity.source_repository_digest())
    else {
        return Finding::unknown(check, Why::NotPublished).part(part);
    };
    let uri = format!("git+{repository}@{reference}");
    let mut commits = dependencies
        .iter()
        .filter(|dependency| text(dependency, "/uri") == Some(&uri))
        .map(|dependency| text(dependency, digest).unwrap_or_default())
        .peekable();
    if commits.peek().is_none() {
        return Finding::fail(check, "missing").part(part).expected(uri.as_str());
    }
    let said = commits.find(|said| *said != commit).unwrap_or(commit);
    Finding::equal_text(check, commit, said).part(part)
}

/// The builder is the signing workflow, or in the older forms the kind of runner.
fn builder(said: Option<&str>, identity: &FulcioIdentity) -> Finding {
    let runner = identity.runner_environment().map(|runner| format!("{RUNNER}/{runner}"));
    match (said, runner) {
        (Some(RUNNER), _) => field("builder", said, None),
        (Some(kind), Some(runner)) if runner == kind => field("builder", said, Some(&runner)),
        _ => field("builder", said, identity.build_signer_uri()),
    }
}

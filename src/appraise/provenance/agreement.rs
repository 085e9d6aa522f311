//! Whether the predicate, which the build job wrote itself, agrees with the certificate, which
//! it did not. The certificate wins; the predicate may only agree.

use serde_json::Value as Json;

use crate::endorsements::sigstore::FulcioIdentity;
use crate::finding::{Finding, Why, checks};
use crate::verify::sigstore::VerifiedStatement;

const SLSA_V1: &str = "https://slsa.dev/provenance/v1";

/// The build types of GitHub Actions whose fields are known here.
const BUILD_TYPES: [&str; 2] = [
    "https://actions.github.io/buildtypes/workflow/v1",
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
];

/// One finding for each field of SLSA provenance v1 that names something that the certificate
/// names too. Predicates of other types have no such fields.
pub(super) fn predicate(statement: &VerifiedStatement) -> Vec<Finding> {
    let check = &checks::PROVENANCE_PREDICATE_AGREES;
    let predicate = statement
        .statement()
        .filter(|statement| statement.predicate_type() == SLSA_V1)
        .map(|statement| statement.predicate());
    let Some(predicate) = predicate else {
        return vec![Finding::unknown(check, Why::NotApplicable)];
    };
    let kind = text(predicate, "/buildDefinition/buildType").unwrap_or_default();
    if !BUILD_TYPES.contains(&kind) {
        return vec![Finding::unknown(check, Why::NotSupported).actual(kind)];
    }
    let identity = statement.identity();
    let workflow = "/buildDefinition/externalParameters/workflow";
    let github = "/buildDefinition/internalParameters/github";
    let field =
        |part, pointer: String, certificate| field(part, text(predicate, &pointer), certificate);
    vec![
        field(
            "workflow.repository",
            format!("{workflow}/repository"),
            identity.source_repository_uri(),
        ),
        field("workflow.ref", format!("{workflow}/ref"), identity.source_repository_ref()),
        field("workflow.path", format!("{workflow}/path"), path(identity)),
        field("github.event_name", format!("{github}/event_name"), identity.build_trigger()),
        field(
            "github.repository_id",
            format!("{github}/repository_id"),
            identity.source_repository_id(),
        ),
        field(
            "github.repository_owner_id",
            format!("{github}/repository_owner_id"),
            identity.source_repository_owner_id(),
        ),
        field(
            "github.runner_environment",
            format!("{github}/runner_environment"),
            identity.runner_environment(),
        ),
        field(
            "invocation",
            "/runDetails/metadata/invocationId".into(),
            identity.run_invocation_uri(),
        ),
        source(predicate, identity),
        builder(predicate, identity),
    ]
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

/// Among the resolved dependencies, the source itself has the certificate's commit.
fn source(predicate: &Json, identity: &FulcioIdentity) -> Finding {
    let check = &checks::PROVENANCE_PREDICATE_AGREES;
    let part = "source";
    let dependencies = predicate.pointer("/buildDefinition/resolvedDependencies");
    let Some(dependencies) = dependencies.and_then(Json::as_array) else {
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
        .map(|dependency| text(dependency, "/digest/gitCommit").unwrap_or_default())
        .peekable();
    if commits.peek().is_none() {
        return Finding::fail(check, "missing").part(part).expected(uri.as_str());
    }
    let said = commits.find(|said| *said != commit).unwrap_or(commit);
    Finding::equal_text(check, commit, said).part(part)
}

/// The builder is the signing workflow, or in the older form the kind of runner.
fn builder(predicate: &Json, identity: &FulcioIdentity) -> Finding {
    let Some(said) = text(predicate, "/runDetails/builder/id") else {
        return field("builder", None, None);
    };
    let runner = identity
        .runner_environment()
        .map(|runner| format!("https://github.com/actions/runner/{runner}"));
    match runner {
        Some(runner) if runner == said => field("builder", Some(said), Some(&runner)),
        _ => field("builder", Some(said), identity.build_signer_uri()),
    }
}

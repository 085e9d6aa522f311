//! SLSA's verification summary: somebody says that they checked an artifact, and with which result
//! (SLSA, "Verification Summary Attestation", versions 0.2 and 1). It is that somebody's word. It
//! names no commit, and the commit of the workflow that signed it is not the artifact's.

use serde_json::Value as Json;

use super::{issuer, logged, pinned, reference, signer, workflow};
use crate::builds::provenance::checks;
use crate::builds::provenance::policy::ProvenancePolicy;
use crate::builds::sigstore;
use crate::builds::sigstore::parse::Statement;
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::claims::Claim;
use crate::finding::{Finding, LinkId, Value, Why};
use crate::time::UnixTime;

const PREDICATES: [&str; 2] =
    ["https://slsa.dev/verification_summary/v1", "https://slsa.dev/verification_summary/v0.2"];

pub(super) fn is_summary(statement: &VerifiedStatement) -> bool {
    statement.statement().is_some_and(|said| PREDICATES.contains(&said.predicate_type()))
}

/// Appraises a summary: who signed it, and what it says came out. What a policy names of a source
/// is missing in it.
pub(super) fn appraise(
    statement: &VerifiedStatement,
    policy: &ProvenancePolicy,
    now: UnixTime,
) -> Vec<Finding> {
    let Some(said) = statement.statement() else { return Vec::new() };
    let identity = statement.identity();
    let mut findings = vec![super::predicate_type(statement, policy), issuer(identity, policy)];
    findings.extend(super::envelope::appraise(statement, policy, now));
    findings.extend(workflow(identity, policy));
    findings.extend(signer(identity, policy));
    findings.extend([
        super::listed(&checks::PROVENANCE_RUNNER, &policy.runners, identity.runner_environment()),
        super::listed(&checks::PROVENANCE_TRIGGER, &policy.triggers, identity.build_trigger()),
        pinned(&checks::PROVENANCE_REPOSITORY, policy.repository.as_deref(), None),
        pinned(&checks::PROVENANCE_REPOSITORY_ID, policy.repository_id.as_deref(), None),
        pinned(&checks::PROVENANCE_OWNER, policy.owner.as_deref(), None),
        pinned(&checks::PROVENANCE_OWNER_ID, policy.owner_id.as_deref(), None),
        reference(policy.reference.as_ref(), None),
    ]);
    let idle = [
        &checks::PROVENANCE_COMMIT,
        &checks::PROVENANCE_PREDICATE_AGREES,
        &checks::PROVENANCE_JOB_SAYS,
        &checks::PROVENANCE_RELEASE,
    ];
    findings.extend(idle.map(|check| Finding::unknown(check, Why::NotApplicable)));
    findings.push(result(said, statement.is_compared()));
    findings
}

/// What the summary states, in its signer's words.
pub(super) fn claims(statement: &VerifiedStatement) -> Vec<Claim> {
    let Some(said) = statement.statement() else { return Vec::new() };
    let claim = |name, value| Claim { name, value, link: LinkId::Provenance, part: None };
    let name = statement.identity().san().and_then(|name| name.text());
    let levels = levels(said);
    let texts = [
        ("build.issuer", statement.identity().issuer()),
        ("build.identity", name),
        ("build.predicate-type", Some(said.predicate_type())),
        ("summary.verifier", text(said, "/verifier/id")),
        ("summary.resource", text(said, "/resourceUri")),
        ("summary.levels", levels.as_deref()),
    ];
    let mut claims: Vec<Claim> = texts
        .into_iter()
        .filter_map(|(name, text)| Some(claim(name, Value::text(text?))))
        .collect();
    let signed_at = statement.signed_at().first();
    claims.extend(signed_at.map(|time| claim("build.signed-at", Value::Time(*time))));
    claims.extend(logged(statement));
    claims
}

/// What came out: a pass is the signer's word about the artifact, and not a build.
fn result(said: &Statement, is_compared: bool) -> Finding {
    let check = &checks::PROVENANCE_SUMMARY;
    match text(said, "/verificationResult") {
        Some("PASSED") if is_compared => {
            Finding::warn(check, "not-a-build").actual(levels(said).unwrap_or_default())
        }
        Some("PASSED") => Finding::blocked(check, &sigstore::checks::SIGSTORE_SUBJECT),
        Some(other) => Finding::fail(check, "not-passed").expected("PASSED").actual(other),
        None => Finding::fail(check, "malformed"),
    }
}

/// The levels that the summary names.
fn levels(said: &Statement) -> Option<String> {
    let list = said.predicate().pointer("/verifiedLevels").and_then(Json::as_array);
    let named: Vec<&str> = list.into_iter().flatten().filter_map(Json::as_str).collect();
    (!named.is_empty()).then(|| named.join(", "))
}

fn text<'a>(said: &'a Statement, pointer: &str) -> Option<&'a str> {
    said.predicate().pointer(pointer).and_then(Json::as_str)
}

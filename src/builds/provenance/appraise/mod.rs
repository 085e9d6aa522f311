//! Who built it, from which source: the certificate's claims against the policy.
//!
//! The certificate's values were set by the certificate authority from the build service's
//! token. Every comparison is of whole values.

mod agreement;
pub(crate) mod envelope;
mod facts;
mod release;
mod summary;

use super::checks;
use super::policy::{ProvenancePolicy, RefRule};
use crate::builds::sigstore;
use crate::builds::sigstore::parse::{FulcioIdentity, Statement, is_lower_hex};
use crate::builds::sigstore::verify::VerifiedStatement;
use crate::claims::Claim;
use crate::finding::{Check, Finding, LinkId, Value, Why};
use crate::time::UnixTime;

pub(crate) use facts::facts;

/// Every check of this appraisal as blocked by `by`: for when verification did not succeed.
pub fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// Every check of this appraisal for a bundle that a key signed without a certificate: nobody says
/// who has the key, or from which source anything was built, whatever the statement says itself.
pub fn without_certificate() -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::unknown(check, Why::NotPublished)).collect()
}

/// Appraises the signer and the source for the moment `now`.
///
/// A value that the policy does not pin is shown, and is compared with nothing. When neither the
/// repository nor its owner is pinned by name or number, anybody's build would do.
pub fn provenance(
    statement: &VerifiedStatement,
    policy: &ProvenancePolicy,
    now: UnixTime,
) -> Vec<Finding> {
    if release::is_release(statement) {
        return release::appraise(statement, policy, now);
    }
    if summary::is_summary(statement) {
        let findings = summary::appraise(statement, policy, now);
        let placed = |finding| placed(finding, statement.identity());
        return findings.into_iter().map(placed).collect();
    }
    let identity = statement.identity();
    let subject = &sigstore::checks::SIGSTORE_SUBJECT;
    let mut findings = vec![predicate_type(statement, policy), issuer(identity, policy)];
    findings.extend(envelope::appraise(statement, policy, now));
    findings.extend(workflow(identity, policy));
    findings.extend(signer(identity, policy));
    findings.extend([
        listed(&checks::PROVENANCE_RUNNER, &policy.runners, identity.runner_environment()),
        agreeing(
            listed(&checks::PROVENANCE_TRIGGER, &policy.triggers, identity.build_trigger()),
            identity.build_trigger(),
            deprecated(identity, 2),
        ),
        agreeing(
            pinned(
                &checks::PROVENANCE_REPOSITORY,
                policy.repository.as_deref(),
                identity.source_repository_uri(),
            ),
            identity.source_repository_uri(),
            deprecated(identity, 5).map(|name| format!("https://github.com/{name}")),
        ),
        pinned(
            &checks::PROVENANCE_REPOSITORY_ID,
            policy.repository_id.as_deref(),
            identity.source_repository_id(),
        ),
        pinned(
            &checks::PROVENANCE_OWNER,
            policy.owner.as_deref(),
            identity.source_repository_owner_uri(),
        ),
        pinned(
            &checks::PROVENANCE_OWNER_ID,
            policy.owner_id.as_deref(),
            identity.source_repository_owner_id(),
        ),
        agreeing(
            reference(policy.reference.as_ref(), identity.source_repository_ref()),
            identity.source_repository_ref(),
            deprecated(identity, 6),
        ),
        agreeing(
            commit(identity.source_repository_digest(), statement.is_compared(), subject),
            identity.source_repository_digest(),
            deprecated(identity, 3),
        ),
    ]);
    findings.extend(agreement::predicate(statement));
    findings.push(Finding::unknown(&checks::PROVENANCE_RELEASE, Why::NotApplicable));
    findings.into_iter().map(|finding| placed(finding, identity)).collect()
}

/// What the verified statement states, each with the link that shows it.
pub fn claims(statement: &VerifiedStatement) -> Vec<Claim> {
    use LinkId::{Commit, Provenance};
    if release::is_release(statement) {
        return release::claims(statement);
    }
    if summary::is_summary(statement) {
        return summary::claims(statement);
    }
    let identity = statement.identity();
    let commit = identity.source_repository_digest().filter(|commit| is_commit(commit));
    let texts = [
        ("git.repository", Commit, identity.source_repository_uri()),
        ("git.repository-id", Commit, identity.source_repository_id()),
        ("git.owner", Commit, identity.source_repository_owner_uri()),
        ("git.owner-id", Commit, identity.source_repository_owner_id()),
        ("git.ref", Commit, identity.source_repository_ref()),
        ("build.issuer", Provenance, identity.issuer()),
        ("build.identity", Provenance, identity.san().and_then(|name| name.text())),
        ("build.workflow", Provenance, identity.build_config_uri()),
        ("build.workflow-commit", Provenance, identity.build_config_digest()),
        ("build.signer-workflow", Provenance, identity.build_signer_uri()),
        ("build.signer-commit", Provenance, identity.build_signer_digest()),
        ("build.trigger", Provenance, identity.build_trigger()),
        ("build.runner", Provenance, identity.runner_environment()),
        ("build.run", Provenance, identity.run_invocation_uri()),
        ("build.visibility", Provenance, identity.visibility()),
        (
            "build.predicate-type",
            Provenance,
            statement.statement().map(|statement| statement.predicate_type()),
        ),
    ];
    let mut claims: Vec<Claim> = texts
        .into_iter()
        .filter_map(|(name, link, text)| {
            Some(Claim { name, value: Value::text(text?), link, part: None })
        })
        .collect();
    claims.extend(commit.map(|commit| Claim {
        name: "git.commit",
        value: Value::Hex(commit.to_owned()),
        link: Commit,
        part: None,
    }));
    claims.extend(statement.signed_at().first().map(|time| Claim {
        name: "build.signed-at",
        value: Value::Time(*time),
        link: Provenance,
        part: None,
    }));
    claims.extend(logged(statement));
    claims
}

/// What a verified build names, for comparing.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The commit.
    pub commit: Option<String>,
    /// The repository.
    pub repository: Option<String>,
    /// The git ref.
    pub reference: Option<String>,
    /// The workflow that ran, and the commit that it was taken from where one is named.
    pub workflow: Option<(String, Option<String>)>,
    /// The workflow that signed, likewise.
    pub signer: Option<(String, Option<String>)>,
    /// The first moment at which the signature was seen.
    pub signed_at: Option<UnixTime>,
}

/// The source that the statement names; a key without a certificate names none, and a summary of
/// somebody's checks neither.
pub fn source(statement: &VerifiedStatement) -> Source {
    if statement.key().is_some() || summary::is_summary(statement) {
        return Source::default();
    }
    let signed_at = statement.signed_at().first().copied();
    if let Some(source) = release::source(statement) {
        return Source { signed_at, ..source };
    }
    let identity = statement.identity();
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let placed = |uri: Option<&str>, commit| Some((uri?.to_owned(), owned(commit)));
    Source {
        commit: owned(identity.source_repository_digest().filter(|commit| is_commit(commit))),
        repository: owned(identity.source_repository_uri()),
        reference: owned(identity.source_repository_ref()),
        workflow: placed(identity.build_config_uri(), identity.build_config_digest()),
        signer: placed(identity.build_signer_uri(), identity.build_signer_digest()),
        signed_at,
    }
}

fn logged(statement: &VerifiedStatement) -> impl Iterator<Item = Claim> {
    let claim = |name, value| Claim { name, value, link: LinkId::Provenance, part: None };
    statement.logged().iter().flat_map(move |entry| {
        [
            claim("sigstore.log", Value::text(entry.host.as_str())),
            claim("sigstore.log-index", Value::number(entry.index)),
        ]
    })
}

fn predicate_type(statement: &VerifiedStatement, policy: &ProvenancePolicy) -> Finding {
    match statement.statement() {
        None => Finding::unknown(&checks::PROVENANCE_PREDICATE_TYPE, Why::NotApplicable),
        Some(statement) => predicate_type_of(statement, policy),
    }
}

pub(crate) fn predicate_type_of(statement: &Statement, policy: &ProvenancePolicy) -> Finding {
    let check = &checks::PROVENANCE_PREDICATE_TYPE;
    listed(check, &policy.predicate_types, Some(statement.predicate_type()))
}

/// The owner in `https://github.com/owner/name`, as a URI.
pub(crate) fn owner(repository: &str) -> Option<&str> {
    repository.rsplit_once('/').map(|(owner, _)| owner)
}

fn issuer(identity: &FulcioIdentity, policy: &ProvenancePolicy) -> Finding {
    let check = &checks::PROVENANCE_ISSUER;
    if let (Some(old), Some(new)) = (identity.issuer_v1(), identity.issuer_v2())
        && old != new
    {
        return Finding::fail(check, "extensions-differ").expected(new).actual(old);
    }
    match identity.issuer() {
        Some(issuer) => Finding::equal_text(check, &policy.issuer, issuer),
        None => Finding::fail(check, "missing").expected(policy.issuer.as_str()),
    }
}

/// The workflow that signed and the top-level workflow, which are two when a reusable workflow
/// signs.
fn workflow(identity: &FulcioIdentity, policy: &ProvenancePolicy) -> Vec<Finding> {
    let check = &checks::PROVENANCE_WORKFLOW;
    let Some(signer) = identity.build_signer_uri() else {
        return vec![match policy.workflow {
            Some(_) => Finding::fail(check, "missing"),
            None => Finding::unknown(check, Why::NotPublished),
        }];
    };
    let name = identity.san().and_then(|name| name.text()).unwrap_or_default();
    if name != signer {
        return vec![Finding::fail(check, "alternative-name").expected(signer).actual(name)];
    }
    let repository = identity.source_repository_uri().unwrap_or_default();
    let top = identity.build_config_uri();
    let mut findings = match &policy.workflow {
        Some(path) => {
            // The repository itself is the business of other checks.
            let repository = policy.repository.as_deref().unwrap_or(repository);
            let reference = identity.source_repository_ref().unwrap_or_default();
            let expected = format!("{repository}/{path}@{reference}");
            let signs = Finding::equal_text(check, &expected, signer).part("signer");
            let mut findings = vec![match top {
                Some(top) => Finding::equal_text(check, &expected, top).part("top-level"),
                None => Finding::fail(check, "missing").part("top-level"),
            }];
            if policy.signer.is_none() {
                findings.insert(0, signs);
            }
            findings
        }
        None if policy.signer.is_some() => Vec::new(),
        None => {
            let inside = signer.strip_prefix(repository).is_some_and(|rest| rest.starts_with('/'));
            let signs = if !policy.names_source() || inside {
                Finding::no_reference(check)
            } else {
                Finding::warn(check, "other-repository")
            };
            vec![signs.part("signer").actual(signer)]
        }
    };
    let file = identity.build_config_digest().zip(identity.source_repository_digest());
    if let Some((file, source)) = file
        && file != source
    {
        let finding = Finding::warn(check, "other-commit").part("file");
        findings.push(finding.expected(source).actual(file));
    }
    findings
}

/// A reusable workflow that signs is the pinned one, at a pinned ref or commit. It is compared
/// apart from the source: its repository is its author's, not the source's.
fn signer(identity: &FulcioIdentity, policy: &ProvenancePolicy) -> Vec<Finding> {
    let check = &checks::PROVENANCE_SIGNER;
    let Some(rule) = &policy.signer else {
        return vec![Finding::no_reference(check)];
    };
    let Some((workflow, at)) = identity.build_signer_uri().and_then(|uri| uri.split_once('@'))
    else {
        return vec![Finding::fail(check, "missing").expected(rule.workflow.as_str())];
    };
    let mut findings = vec![Finding::equal_text(check, &rule.workflow, workflow).part("workflow")];
    findings.extend(rule.reference.as_ref().map(|accepted| {
        Finding::test(check, accepted.accepts(at), "not-accepted")
            .expected(accepted.to_string())
            .actual(at)
            .part("ref")
    }));
    findings.extend(rule.commit.as_deref().map(|commit| {
        match identity.build_signer_digest() {
            Some(actual) => Finding::equal_text(check, commit, actual),
            None => Finding::fail(check, "missing").expected(commit),
        }
        .part("commit")
    }));
    findings
}

pub(crate) fn reference(rule: Option<&RefRule>, actual: Option<&str>) -> Finding {
    let check = &checks::PROVENANCE_REF;
    let Some(rule) = rule else { return pinned(check, None, actual) };
    let expected = rule.to_string();
    match actual {
        Some(actual) => Finding::test(check, rule.accepts(actual), "not-accepted").actual(actual),
        None => Finding::fail(check, "missing"),
    }
    .expected(expected.as_str())
}

/// The statement names a commit. Where what it is about was not compared, by the check `subject`,
/// the commit is not tied to anything that the reader has.
pub(crate) fn commit(named: Option<&str>, is_compared: bool, subject: &'static Check) -> Finding {
    let check = &checks::PROVENANCE_COMMIT;
    match named {
        None => Finding::unknown(check, Why::NotPublished),
        Some(commit) if is_commit(commit) => {
            let finding = match is_compared {
                true => Finding::pass(check),
                false => Finding::blocked(check, subject),
            };
            finding.actual(Value::Hex(commit.to_owned()))
        }
        Some(other) => Finding::fail(check, "malformed").actual(other),
    }
}

/// A git object name: SHA-1 or SHA-256, lower-case hex.
pub(crate) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && is_lower_hex(text)
}

/// The value is the pinned one; without a pin it is shown.
pub(crate) fn pinned(check: &'static Check, pin: Option<&str>, actual: Option<&str>) -> Finding {
    match (pin, actual) {
        (Some(pin), Some(actual)) => Finding::equal_text(check, pin, actual),
        (Some(pin), None) => Finding::fail(check, "missing").expected(pin),
        (None, Some(actual)) => Finding::no_reference(check).actual(actual),
        (None, None) => Finding::unknown(check, Why::NotPublished),
    }
}

/// The value is one of a list; an empty list pins nothing.
pub(crate) fn listed(check: &'static Check, accepted: &[String], actual: Option<&str>) -> Finding {
    if accepted.is_empty() {
        return pinned(check, None, actual);
    }
    let expected = accepted.join(", ");
    match actual {
        Some(actual) => {
            let accepted = accepted.iter().any(|accepted| accepted == actual);
            Finding::test(check, accepted, "not-accepted").actual(actual)
        }
        None => Finding::fail(check, "missing"),
    }
    .expected(expected.as_str())
}

fn deprecated(identity: &FulcioIdentity, number: u8) -> Option<String> {
    identity.extension(number).map(|extension| extension.value.clone())
}

/// The deprecated extension, where there is one, says the same as its successor.
fn agreeing(finding: Finding, new: Option<&str>, old: Option<String>) -> Finding {
    match (new, old) {
        (Some(new), Some(old)) if new != old => {
            Finding::fail(finding.check, "extensions-differ").expected(new).actual(old.as_str())
        }
        _ => finding,
    }
}

/// The extension in the certificate that the finding is about.
fn placed(finding: Finding, identity: &FulcioIdentity) -> Finding {
    let number = match finding.check.id {
        "provenance.issuer" => 8,
        "provenance.workflow" if finding.part.as_deref() == Some("top-level") => 18,
        "provenance.workflow" if finding.part.as_deref() == Some("file") => 19,
        "provenance.signer" if finding.part.as_deref() == Some("commit") => 10,
        "provenance.workflow" | "provenance.signer" => 9,
        "provenance.runner" => 11,
        "provenance.repository" => 12,
        "provenance.commit" => 13,
        "provenance.ref" => 14,
        "provenance.repository-id" => 15,
        "provenance.owner" => 16,
        "provenance.owner-id" => 17,
        "provenance.trigger" => 20,
        _ => return finding,
    };
    match identity.extension(number) {
        Some(extension) => finding.within("sigstore-certificate", extension.at),
        None => finding,
    }
}

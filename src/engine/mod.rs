//! The engine: from bytes to a report, for every kind of evidence. The only zone that knows all
//! rooms.
//!
//! # What it does, in order
//! 1. `spelling`: takes away what stands around a file's content (UTF-16, base64, one bundle a
//!    line).
//! 2. `shelf`: recognises each file once. `kind` tells evidence, `recognise` tells what may lie
//!    beside it. Of several pieces of evidence the one that says most is examined (the rank in
//!    `table`).
//! 3. The policy: the reader's (`policy`), or the built-in one of the kind (`builtin`,
//!    `policies/*.json`). `reference` refuses a policy that requires a comparison and names nothing
//!    to compare with.
//! 4. The kind's own room: its `examine` takes the evidence and the pieces that belong to it, and
//!    gives a `Draft`: findings, claims, facts, evidence, and what is still wanted.
//! 5. What may stand beside any machine: a computed launch, Google's endorsement of firmware,
//!    registers on chains, git objects.
//! 6. `Report::assemble`: the findings and the policy's requirements become links, level, verdict
//!    and headline.
//!
//! The engine compares nothing itself and checks no signature.
//!
//! # Where a kind is written down
//! `Kind` (a variant, and how it is recognised) and the private `table` (rank, built-in policy,
//! what may lie beside it, who examines it). Its room's checks are in `checks::ALL`, its room's
//! part of a policy is in `policy`, its built-in policy in `builtin`.
//!
//! # Files
//! `options` is what a reader adds beside files; `bundle` is one file with all of it and the report;
//! `audit` is a page with a bundle in it; `channel` says to which key a request may be sealed;
//! `seen` is what later reports are compared by, and `change` compares.
//! `plan` says whom to ask for what, and what asking reveals; `roots` names every pinned root with
//! its date. CONTRIBUTING.md walks through a new format.

pub mod audit;
mod builtin;
pub mod bundle;
pub mod change;
pub mod channel;
pub mod checks;
pub mod gaps;
pub(crate) mod kind;
mod likeness;
pub mod options;
pub mod pins;
mod places;
pub mod plan;
pub mod policy;
mod recognise;
mod reference;
pub mod references;
pub mod roots;
pub mod seen;
mod shelf;
mod spelling;
mod table;

use crate::builds::git::source;
use crate::context::Context;
use crate::digest::Sha256;
use crate::engine::bundle::Bundle;
use crate::engine::options::Options;
use crate::engine::policy::Policy;
use crate::engine::shelf::Shelf;
use crate::engine::table::Question;
use crate::error::Error;
use crate::file::File;
use crate::finding::{Finding, Outcome, Reason, Value};
use crate::formats::token::parse::Token;
use crate::formats::{eigencompute, gce, launch};
use crate::piece::Role;
use crate::pki::anchors;
use crate::pki::named::NAMED;
use crate::report::{Draft, Report, RootOfTrust};
use crate::services::coordinator::examine::Along;
use crate::services::coordinator::policy::Applied;
use crate::services::{coordinator, registry};
use crate::span::Span;

pub use crate::formats::gce::examine::root_fingerprint as firmware_root;
pub use crate::formats::intel::examine::platform as intel_platform;
pub use crate::formats::launch::examine::measure as launch_measurement;
pub use crate::formats::launch::parse::Description as LaunchDescription;
pub use builtin::{Builtin, builtin};
pub use kind::Kind;

/// The largest input that is read, in bytes.
pub const MAX_INPUT: usize = 16 * 1024 * 1024;

/// Which file of this verifier's own these bytes are, `own-bundle`, `own-report` or `own-policy`, for
/// a shell that takes a policy as a file. None of them is evidence by itself.
pub fn own(bytes: &[u8]) -> Option<&'static str> {
    if Bundle::is_one(bytes) { Some("own-bundle") } else { shelf::own(bytes) }
}

/// What [`crate::examine`] does, without its memory of signatures.
pub(crate) fn examine(
    files: &[File<'_>],
    policy: Option<&Policy>,
    context: &Context,
) -> Result<Report, Error> {
    if let Some(bundle) = Bundle::among(files)? {
        bundle::alone(context)?;
        let opened = bundle.opened(files, &Options::default())?;
        let own = match policy {
            Some(_) => None,
            None => opened.options.policy(&opened.files)?,
        };
        return of_files(&opened.files, policy.or(own.as_ref()), &Options::default(), context);
    }
    of_files(files, policy, &Options::default(), context)
}

/// What [`crate::examine_with`] does, without its memory of signatures.
pub(crate) fn examine_with(
    files: &[File<'_>],
    options: &Options,
    context: &Context,
) -> Result<Report, Error> {
    if let Some(bundle) = Bundle::among(files)? {
        bundle::alone(context)?;
        let opened = bundle.opened(files, options)?;
        let chosen = opened.options.chosen_policy()?;
        return of_files(&opened.files, chosen.as_ref(), &opened.options, context);
    }
    of_files(files, options.chosen_policy()?.as_ref(), options, context)
}

/// Examines files, none of which is a bundle. Without a `policy` the built-in one of their kind counts,
/// completed by `options`.
fn of_files(
    files: &[File<'_>],
    policy: Option<&Policy>,
    options: &Options,
    context: &Context,
) -> Result<Report, Error> {
    let recorded;
    let plain = spelling::plain(files);
    let mut shelf = Shelf::of(files, &plain)?;
    let (file, kind) = shelf.evidence()?;
    let (name, kind) = (file.name.clone(), kind.clone());
    let input: &[u8] = &file.bytes;
    if let Kind::Exchange(exchange) = &kind {
        recorded = coordinator::examine::exchange::collateral(exchange, context);
        shelf.add(&recorded)?;
    }
    let built_in;
    let policy = match policy {
        Some(policy) => policy,
        None => {
            let own = policy_of(&kind, input).map_err(|error| error.in_file(&name))?;
            built_in = options.completed(own);
            &built_in
        }
    };
    of_kind(&shelf, input, &kind, policy, context).map_err(|error| error.in_file(&name))
}

/// Examines evidence of a known kind.
fn of_kind(
    shelf: &Shelf<'_>,
    input: &[u8],
    kind: &Kind<'_>,
    policy: &Policy,
    context: &Context,
) -> Result<Report, Error> {
    let now = context.now;
    let mut policy = policy;
    if policy.sigstore.artifact.is_some() && !kind.is_build() {
        let whole = Span::new(0, input.len());
        let what = "an artifact to compare with, for evidence other than a build record";
        return Err(Error::unsupported(what, kind.policy(), whole));
    }
    let along = match kind {
        Kind::CoordinatorAttestation => Along::document(input),
        Kind::Exchange(exchange) => Along::exchange(exchange),
        _ => Along::default(),
    };
    let bundles = shelf.pieces(&[Role::SigstoreBundle]).len();
    let mut source = source::Files::of(&shelf.pieces(table::SOURCE), bundles);
    let left_out = along.add_to(&mut source);
    let row = table::row(kind);
    let pieces = shelf.pieces(&row.beside.concat());
    let beside = pieces.as_slice();
    let applied;
    let question = Question { input, beside: &pieces, source: &source, policy, context };
    let (mut draft, own) = table::examine(kind, &question)?;
    if let Applied::Coordinator(machine) = own {
        applied = policy.for_coordinator(machine);
        policy = &applied;
    }
    draft.findings.extend(left_out);
    if !matches!(kind, Kind::LaunchDescription) {
        launch::examine::compare(&mut draft, beside);
    }
    gce::examine::compare(&mut draft, beside, policy, now);
    let image_by = match kind {
        Kind::CoordinatorAttestation | Kind::Exchange(_) => &coordinator::checks::COORDINATOR_IMAGE,
        _ => &eigencompute::checks::EIGEN_CONTAINER,
    };
    registry::examine::complete(&mut draft, beside, policy, &along.registry, image_by);
    if !matches!(kind, Kind::GithubAttestations) {
        source.ask(&mut draft);
    }
    source.complete(&mut draft, policy);
    draft.simulated |= draft.findings.iter().any(is_simulated);
    draft.root_of_trust = begins_at(&draft);
    let given = shelf.given();
    if given != input {
        draft.subject.sha256 = Sha256::of(given);
        draft.subject.len = given.len();
    }
    draft.files = shelf.told(draft.subject.sha256);
    let requirements = policy.requirements(draft.subject.kind);
    Ok(Report::assemble(draft, &requirements, now))
}

/// Whether a root of the simulated vendors was met: where a real one was asked for, or because the
/// policy names it.
fn is_simulated(finding: &Finding) -> bool {
    let is_published = |value: &Value| matches!(value, Value::Hex(digits) if is_root(digits));
    finding.outcome == Outcome::Fail(Reason("simulated"))
        || (is_named(finding) && finding.actual.as_ref().is_some_and(is_published))
}

fn is_root(sha256: &str) -> bool {
    sha256.parse().is_ok_and(anchors::simulated::is_root)
}

/// Whether a chain begins at a root that the policy names.
fn is_named(finding: &Finding) -> bool {
    finding.outcome == Outcome::Warn(Reason(NAMED))
}

/// Whose word the whole begins with: of nobody's but the policy's owner, where any chain in it begins
/// at a root that the policy names.
fn begins_at(draft: &Draft) -> RootOfTrust {
    match draft.root_of_trust {
        RootOfTrust::CpuVendor | RootOfTrust::CloudProvider | RootOfTrust::Statement
            if draft.findings.iter().any(is_named) =>
        {
            RootOfTrust::PolicyRoot
        }
        other => other,
    }
}

/// The built-in policy for the evidence among `files`.
///
/// # Errors
/// When none of them is evidence.
pub fn default_policy(files: &[File<'_>]) -> Result<Policy, Error> {
    if let Some(bundle) = Bundle::among(files)? {
        return default_policy(&bundle.opened(files, &Options::default())?.files);
    }
    let plain = spelling::plain(files);
    let shelf = Shelf::of(files, &plain)?;
    let (file, kind) = shelf.evidence()?;
    policy_of(kind, &file.bytes).map_err(|error| error.in_file(&file.name))
}

/// The built-in policy for `input`, which is of `kind`. None is for a token whose issuer is not
/// known: only a policy that names the issuer can be about it.
fn policy_of(kind: &Kind<'_>, input: &[u8]) -> Result<Policy, Error> {
    const WHAT: Error = Error::Missing { what: "the built-in policy" };
    if matches!(kind, Kind::Token(None)) {
        let token = Token::parse(input)?;
        let at = token.claims_span();
        return Err(Error::unsupported("the issuer of the token", token.claims.issuer, at));
    }
    builtin(kind.policy()).ok_or(WHAT)?.policy()
}

//! Whether a release is still the newest, as far as Tinfoil's witness says so.

use crate::builds::sigstore::verify::VerifiedStatement;
use crate::finding::{Finding, Value};
use crate::services::tinfoil::checks;
use crate::services::tinfoil::parse::Witness;

/// The witness names this release: its digest, its repository, its tag, and its commit where the
/// witness names one. `release` is the verified build of what runs.
pub(crate) fn newest(witness: &Witness, release: &VerifiedStatement) -> Finding {
    let check = &checks::TINFOIL_NEWEST;
    let identity = release.identity();
    let subjects = release.statement().map(|said| said.subjects()).unwrap_or_default();
    let is_about = subjects.iter().any(|subject| subject.sha256() == Some(witness.digest));
    let repository = format!("https://github.com/{}", witness.repository);
    let tag = format!("refs/tags/{}", witness.tag);
    let is_same = |own: Option<&str>, said: &str| own == Some(said);
    let holds = is_about
        && is_same(identity.source_repository_uri(), &repository)
        && is_same(identity.source_repository_ref(), &tag)
        && witness
            .commit
            .as_deref()
            .is_none_or(|commit| is_same(identity.source_repository_digest(), commit));
    let running = identity.source_repository_ref().unwrap_or_default();
    Finding::test(check, holds, "another")
        .expected(format!("{} {}", witness.repository, witness.tag))
        .actual(Value::text(running))
}

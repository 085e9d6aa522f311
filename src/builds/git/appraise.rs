//! What a commit says about itself, and what its signature can and cannot mean.

use super::checks;
use super::parse::objects::SignatureFormat;
use super::verify::VerifiedSource;
use crate::builds::provenance;
use crate::claims::Claim;
use crate::finding::compared::ruled_unless;
use crate::finding::{Finding, LinkId, Rule, Value, Why};
use crate::time::UnixTime;

/// The committer that GitHub writes into commits which it makes itself: merges and edits in its
/// web pages. Anyone can write the same.
const GITHUB: &str = "GitHub <noreply@github.com>";

/// The commit's signature. No key of a committer is pinned, so none is checked: the finding says
/// which kind of signature is there, and who it would be of.
pub(crate) fn signature(source: &VerifiedSource) -> Finding {
    let check = &checks::GIT_COMMIT_SIGNATURE;
    let commit = source.commit();
    let [signature] = commit.signatures.as_slice() else {
        return match commit.signatures.len() {
            0 => Finding::unknown(check, Why::NotPublished),
            _ => Finding::fail(check, "several"),
        };
    };
    let kind = match SignatureFormat::of(signature) {
        SignatureFormat::Pgp if commit.committer.identity == GITHUB => {
            "OpenPGP, on a commit that names GitHub as its committer"
        }
        SignatureFormat::Pgp => "OpenPGP",
        SignatureFormat::Ssh => "OpenSSH",
        SignatureFormat::X509 => "CMS with X.509 (gitsign)",
        SignatureFormat::Other => "a signature of an unknown kind",
    };
    Finding::unknown(check, Why::NotSupported).actual(kind)
}

/// How much later than the signature a committer's clock may have been, in seconds: such clocks
/// are set by hand.
const SKEW: i64 = 3600;

/// The commit is not younger than the signature over its build; `rule` says what follows when it
/// is. The commit's time is whatever its maker wrote: an older time shows nothing, and a younger one
/// shows that somebody wrote a time that had not come.
pub(crate) fn time_order(
    source: &VerifiedSource,
    signed_at: Option<UnixTime>,
    rule: Rule,
) -> Finding {
    let check = &provenance::checks::PROVENANCE_TIME_ORDER;
    let committed = source.commit().committer.time;
    let Some(signed) = signed_at else {
        return Finding::unknown(check, Why::NotPublished).actual(committed);
    };
    let latest = signed.0.saturating_add(SKEW);
    let reason = (committed.0 > latest).then_some("signed-before-commit");
    ruled_unless(check, reason, rule).expected(format!("{signed} or before")).actual(committed)
}

/// What the commit states. Its names and times are whatever its maker wrote.
pub(crate) fn claims(source: &VerifiedSource) -> Vec<Claim> {
    let commit = source.commit();
    let claim = |name, value| Claim { name, value, link: LinkId::Commit, part: None };
    vec![
        claim("git.tree", Value::hex(commit.tree.as_bytes())),
        claim("git.author", Value::text(commit.author.identity.as_str())),
        claim("git.committer", Value::text(commit.committer.identity.as_str())),
        claim("git.committed-at", Value::Time(commit.committer.time)),
    ]
}

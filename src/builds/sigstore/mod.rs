//! Sigstore bundles, versions 0.1 to 0.3: who signed what, by Fulcio's certificate or a named key,
//! in Rekor's log.
//!
//! A bundle holds a signature over an artifact or an in-toto statement, the signer's certificate,
//! an entry of the transparency log and timestamps.
//!
//! # Root of trust
//! Sigstore's public instance, GitHub's own, or one whose keys the policy holds; a key that the
//! policy names stands for itself. `tuf` renews the keys.
//!
//! # Shows
//! Who signed (by the certificate authority's word about an OIDC token), what the signature covers,
//! and that log or timestamp authority saw it in the certificate's time.
//!
//! # Does not show
//! - Who built what from which commit: the signed statement says so, and `provenance` holds it
//!   against the policy.
//! - That somebody watches the log. Where no public log holds the signature, `sigstore.public-log`
//!   warns that nobody else could notice it.
//!
//! # Steps
//! Numbers are those of this project's checklist; the client specification's sections stand in the
//! table.
//! - 1.0: the keys in force. 1.1: bundle, or named key. 1.2: a time at which the certificate is
//!   judged.
//! - 1.3: certificate (chain, validity, profile). 1.4: the certificate log's timestamp.
//! - 1.5: the log (entry, inclusion, checkpoint, promise), and whether it is public. 1.6:
//!   timestamps.
//! - 1.7: signature, statement, subject.
//! - 4: the whole, asked of sigstore-verify as an arbiter. Both have to agree.
//!
//! # Files
//! `checks`, `parse` (`wire`: the strict pass over JSON; `packed`: other packings; `rekor`: the log's
//! answers; `certificate`, `checkpoint`, `statement`),
//! `verify` (a file a step; `library`: the arbiter; `root`: the keys), `policy`, `appraise`,
//! `renew` (TUF's files), `wanted` (what Rekor answers), `examine`, `conformance` (the conformance suite's question).

pub(crate) mod appraise;
pub mod checks;
pub mod conformance;
pub(crate) mod examine;
pub mod parse;
pub mod policy;
pub(crate) mod renew;
pub mod verify;
pub(crate) mod wanted;

use crate::piece::Role;

/// What an examination of a bundle reads beside it: files of The Update Framework, and the log's
/// answers.
pub(crate) const ROLES: &[Role] = &[Role::TufMetadata, Role::TrustedRoot, Role::RekorAnswer];

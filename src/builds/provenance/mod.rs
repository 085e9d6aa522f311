//! What a signed statement about a build says, against a policy: who built it, from which source.
//!
//! The values come from a verified bundle of `sigstore`, or from Google Cloud Build through
//! `cloud_build`.
//!
//! # Root of trust
//! None of its own: the signature is another room's. The certificate's values were set by Fulcio
//! from the build service's OIDC token. The predicate was written by the build job, and may only
//! agree with the certificate.
//!
//! # Shows
//! Which workflow, repository, ref and commit a build had, by the word of the build service, and
//! whether the policy accepts them. Every comparison is of whole values.
//!
//! # Does not show
//! - That the job's own statements are true: `provenance.predicate-agrees` compares what can be
//!   compared, `provenance.job-says` names the rest.
//! - How the files of a release were built: GitHub's release attestation (`provenance.release`)
//!   names a tag's commit and files, and whoever may publish may upload any file. It is no build.
//! - That what somebody says to have checked is so: SLSA's verification summary
//!   (`provenance.summary`) is its signer's word, and no build.
//! - That the source is good, or that a rebuild gives the same bytes.
//!
//! # Steps
//! - 1.7: predicate type; builds that are about something else.
//! - 1.8: issuer, workflow, signer, runner, trigger, repository and owner by name and number, ref,
//!   commit, order of times.
//! - 1.9: predicate against certificate. 5: releases.
//!
//! # Files
//! `checks`, `policy`, `appraise` (`agreement`: predicate against certificate; `release`; `summary`; `facts`:
//! values for comparing), `examine` (one bundle as a statement about a build).

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod policy;

//! Build provenance by Google Cloud Build: what `gcloud artifacts docker images describe
//! --show-provenance --format json` prints, or one DSSE envelope of it.
//!
//! # Root of trust
//! Google: two pinned keys, and no certificate, public log or revocation beside them. A key that
//! was stolen would sign unseen.
//!
//! # Shows
//! The holder of Google's pinned key signed that the image was built from this repository and
//! commit. Google's service writes the whole statement, names the source in several places, and the
//! places have to agree.
//!
//! # Does not show
//! - When it was signed: nobody attests the time (`gcb.time`), and no public log holds the
//!   statement (`gcb.log`). Both warn at each build.
//! - What the build does with the source: the build's configuration decides, so whoever owns the
//!   project.
//! - Anything in the unsigned part of gcloud's answer (`gcb.unsigned`).
//!
//! # Steps
//! All checks are step 1.10. In the order of the table: envelope, signature, regional key, subject,
//! time, log, unsigned part, builder, project, agreement. Repository and commit are those of
//! `provenance`, step 1.8.
//!
//! # Files
//! `checks`, `parse`, `verify` (DSSE by pinned keys), `appraise`, `examine` (alone, or beside a
//! machine's evidence). The policy is that of `provenance`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod verify;

//! Tinfoil's attestation bundle: an SEV-SNP report, the chip's certificate, the certificate of the
//! TLS connection and a Sigstore bundle.
//!
//! # Root of trust
//! AMD for the machine, Sigstore's public instance for the build.
//!
//! # Shows
//! An AMD chip measured the machine; GitHub Actions signed a statement that this measurement
//! belongs to a commit; the machine's report names the key of the TLS certificate and the HPKE key.
//! `tinfoil.measurement` joins the machine to the build.
//!
//! # Does not show
//! - That the measurement is that of the stated kernel, command line and disk: the build says so,
//!   and `tinfoil.measurement-recomputed` says that this program did not compute it again.
//! - A container that the configuration names by tag: the chain ends there.
//! - Who issued the TLS certificate: its issuer is not at hand, so what it says of itself is its
//!   own word.
//! - Which certificate a web page's connection used: a page cannot see it.
//!
//! # Steps
//! `tinfoil.measurement` and its recomputation are step S18 of the report, the keys of the
//! connection step S20. The others have no numbers: digest, configuration, containers, image of the
//! machine.
//!
//! # Files
//! `checks`, `parse` (`bundle`, `config`, `predicate`), `policy`, `appraise` (measurement and
//! configuration; `tls`: keys of the connection), `examine`. Checks of the connection are in
//! `crate::finding::connection`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod parse;
pub(crate) mod policy;

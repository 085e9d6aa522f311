//! Tinfoil: the attestation bundle of its router, what each of its enclaves answers about itself
//! (SEV-SNP and TDX), and what its workflows sign beside: releases, the list of hardware, the witness
//! that a release is the newest.
//!
//! # Root of trust
//! AMD or Intel for the machine, Sigstore's public instance for what is signed beside.
//!
//! # Shows
//! A chip measured the machine; GitHub Actions signed a statement that this measurement belongs to a
//! commit; the report names the key of the TLS certificate and the HPKE key. `tinfoil.measurement`
//! joins an SEV-SNP machine to the build, `tinfoil.guest` a TDX one.
//!
//! On TDX each register rests on another word: MRTD and RTMR0 on Tinfoil's list of hardware
//! (`tinfoil.hardware`), RTMR1 and RTMR2 on the release (`tinfoil.registers`), RTMR3 is zero
//! (`tinfoil.runtime-register`). The firmware measures the kernel: without the list nothing says what
//! RTMR1 and RTMR2 stand for, and the chain ends at the measurements.
//!
//! # Does not show
//! - That the measurement is that of the stated kernel, command line and disk: the build says so,
//!   and `tinfoil.measurement-recomputed` says that this program did not compute it again. Likewise
//!   for the list of hardware.
//! - A container that the configuration names by tag: the chain ends there.
//! - Who issued the TLS certificate: its issuer is not at hand, so what it says of itself is its
//!   own word. Beside a document there is no certificate at all: the keys are named for comparing.
//! - Which certificate a web page's connection used: a page cannot see it.
//! - That a release is the newest now: the witness says that it was, within the days that a policy
//!   accepts (`tinfoil.newest`).
//!
//! A release, a list or a witness counts only from whom the policy names; the policies that a
//! document is examined under by itself name nobody, `tinfoil-enclave` does.
//!
//! # Steps
//! `tinfoil.measurement` and its recomputation are step S18 of the report, the keys of the
//! connection step S20, the registers of TDX step T38. The others have no numbers: digest,
//! configuration, containers, image of the machine, list of hardware, witness.
//!
//! # Files
//! `checks`, `parse` (`bundle`, `config`, `document`, `hardware`, `keys`, `predicate`, `witness`),
//! `policy`, `appraise` (measurement and configuration; `registers` of TDX; `newest`; `tls`: keys of
//! the connection), `examine` (the bundle; `document`; `signed`: what lies beside). Checks of the
//! connection are in `crate::finding::connection`.

pub(crate) mod appraise;
pub mod checks;
pub(crate) mod examine;
pub mod parse;
pub(crate) mod policy;

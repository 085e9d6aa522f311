//! AMD SEV-SNP reports, versions 2 to 5, of Milan, Genoa (with Bergamo and Siena) and Turin.
//!
//! The chip's firmware signs 1184 bytes about one guest: which chip, which firmware versions, which
//! launch measurement, which rules the guest started under, and 64 bytes that the guest chose.
//! AMD's certificates (VCEK or VLEK, the intermediate key, revocation lists) lie beside the report
//! or come around it.
//!
//! # Root of trust
//! AMD: the pinned root keys of each product, in `crate::pki`. A root among the supplied files is
//! compared and never used.
//!
//! # Shows
//! AMD vouches for the key of this chip or provider, and this key signed the report, at the
//! firmware versions that the certificate names too.
//!
//! # Does not show
//! - Which software a measurement stands for: the policy, a signed reference value or a recomputed
//!   launch says so.
//! - That nobody opened the chip or took its key.
//! - That the host runs current firmware by AMD's own word: AMD signs no list. The lowest versions
//!   are this project's own dated table (`minimum`).
//!
//! # Steps
//! - S1: version, algorithm and reserved bytes. S2: which kind of key signed. S3: the product.
//! - S4: pinned root and signatures of the chain. S5: validity. S6: revocation list.
//! - S7: the report's signature. S8: the certificate's versions are the report's. S9: so is its
//!   chip.
//! - S10: order of versions, provisional firmware. S11: lowest versions, standing of the product.
//!   S12: firmware's build. S22: mitigations.
//! - S13: the guest policy. S14: the platform. S15: VMPL. S16: security version and identities of
//!   the guest. S17: its ID keys.
//! - S18: measurement. S19: host data. S20: report data. S21: migration agent.
//!
//! # Files
//! `checks`, `parse` (report, answers of guest devices, certificate tables), `files` (which of
//! AMD's files are about this report), `verify` (S1 to S9), `policy`, `minimum`, `appraise` (S10 to
//! S22), `wanted` (what AMD's key service hands out), `examine`.

pub mod appraise;
pub mod checks;
pub(crate) mod examine;
pub(crate) mod files;
pub(crate) mod minimum;
pub mod parse;
pub(crate) mod policy;
pub mod verify;
pub mod wanted;

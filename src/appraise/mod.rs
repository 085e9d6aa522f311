//! Appraisal: what verified evidence says, against a policy. It can only lower a result.

pub mod azure;
pub mod coordinator;
pub mod dcap;
pub mod dstack;
pub mod eigencompute;
pub mod eventlog;
pub mod gce;
pub mod git;
pub mod gpu;
pub mod launch;
pub mod nitro;
pub mod nras;
pub mod provenance;
pub mod registry;
pub mod sigstore;
pub mod snp;
pub mod tinfoil;
pub mod tls;
pub mod token;
pub mod tpm;

//! Evidence of machines: one room a format, in an order in which later rooms may use earlier ones.

pub mod snp;
pub mod eventlog;
pub mod intel;
pub mod tpm;
pub mod nitro;
pub mod gpu;
pub mod apple;
pub mod token;
pub mod nras;
pub mod launch;
pub mod gce;
pub mod contrast;
pub mod azure;
pub mod cvm;
pub mod dstack;
pub mod eigencompute;

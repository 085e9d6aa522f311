//! The checks of Intel's quotes, their collateral and their guests and enclaves.

pub mod dcap;
pub mod quote;
pub mod sgx;
pub mod tdx;

pub use dcap::*;
pub use quote::*;
pub use sgx::*;
pub use tdx::*;

//! The checks of a coordinator's attestation and of what it binds.

pub mod binding;
pub mod coordinator;

pub use binding::*;
pub use coordinator::*;

//! Simulated Google: the PKI of Confidential Space tokens, and tokens.

mod token;

pub use token::{Role, TokenSpec, certificate, key_list};

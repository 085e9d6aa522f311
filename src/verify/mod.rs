//! Verification: who said it. Each module answers with findings, and with a `Verified` value
//! only when everything that its type promises was shown.

pub mod sigstore;

//! Keys against the quote, and receipts and sessions against the keys.

mod keyset;
mod receipt;

pub(crate) use keyset::{Bound, bound, keyset, tls};
pub(crate) use receipt::{Cited, receipt, session};

//! The feed and the certificate of a process, as they stand.

mod feed;
mod process;

pub(crate) use feed::{Feed, Row};
pub(crate) use process::{Certificate, Transcript};

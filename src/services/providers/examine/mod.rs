//! The feed, and the certificate of a process.

mod feed;
mod merge;
mod process;

pub(crate) use feed::examine as feed;
pub(crate) use process::examine as process;

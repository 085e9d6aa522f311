//! Rows against their certificates and against each other; a process against its certificate.

mod agreement;
mod process;
mod repeated;

pub(crate) use agreement::{agreement, said, stated};
pub(crate) use process::{APPRAISED, process};
pub(crate) use repeated::{Seen, ranges, repeated};

//! Parsing of evidence. Nothing here is believed: types say what bytes say.

pub mod snp;

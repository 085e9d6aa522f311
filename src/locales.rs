//! The sentences for reports, one file a language.
//!
//! `www/locales/README.md` says which key is used when. The verifier itself uses no sentence: a
//! report holds ids, and a shell finds the words.

/// The English sentences (JSON).
pub const ENGLISH: &str = include_str!("../www/locales/en.json");

/// The German sentences (JSON).
pub const GERMAN: &str = include_str!("../www/locales/de.json");

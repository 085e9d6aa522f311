//! What stops a command before there is an answer.

use std::io;

use crate::error::Error;
use crate::wording::{cli, find};

use super::text::clean;

/// A sentence on what is wrong, and one on what to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) sentence: String,
    /// What to do.
    pub(super) todo: &'static str,
}

impl Problem {
    /// The problem called `key`, which names a string of the terminal.
    pub(super) fn new(key: &str, values: &[(&str, &str)]) -> Self {
        let todo = find(&["cli", &format!("{key}.todo")]);
        Self { sentence: clean(&cli(key, values)), todo: todo.unwrap_or_default() }
    }

    /// `file` could not be opened or read.
    pub(super) fn io(key: &str, file: &str, error: &io::Error) -> Self {
        Self::new(key, &[("file", file), ("why", &reason(error))])
    }

    /// `file` was read but not understood.
    pub(super) fn unreadable(file: &str, error: &Error) -> Self {
        let sentence = cli("error.in", &[("file", file), ("error", &error.to_string())]);
        let todo = find(&["cli", &format!("error.{}.todo", error.code())]);
        Self { sentence: clean(&sentence), todo: todo.unwrap_or_default() }
    }
}

/// The system's words, without its number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

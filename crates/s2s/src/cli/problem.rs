//! What stops a command before there is an answer.

use std::io::{self, Write as _};

use anstyle::Style;
use silicon_to_source::error::Error;

use super::look::{HEADING, Look, Page};
use super::text::clean;
use crate::wording::{cli, fill, find};

/// A sentence on what is wrong, and one on what to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) sentence: String,
    /// What to do.
    pub(super) todo: String,
}

impl Problem {
    /// The problem called `key`, which names a string of the terminal.
    pub(super) fn new(key: &str, values: &[(&str, &str)]) -> Self {
        let todo = find(&["cli", &format!("{key}.todo")]).unwrap_or_default();
        Self { sentence: clean(&cli(key, values)), todo: clean(&fill(todo, values)) }
    }

    /// Tells it on standard error.
    pub(super) fn tell(&self) {
        let look = Look::of_stderr();
        let mut page = Page::new(look);
        let sentence = format!("s2s: {}", self.sentence);
        match look {
            Look::Drawn(_) => {
                page.wrapped("", "     ", HEADING, &sentence);
                page.wrapped("     ", "     ", Style::new(), &self.todo);
            }
            Look::Plain => {
                page.line(sentence);
                page.line(&self.todo);
            }
        }
        let _ = anstream::stderr().lock().write_all(page.into_text().as_bytes());
    }

    /// `file` could not be opened or read.
    pub(super) fn io(key: &str, file: &str, error: &io::Error) -> Self {
        Self::new(key, &[("file", file), ("why", &reason(error))])
    }

    /// The file that the error names was read but not understood.
    pub(super) fn in_file(error: &Error) -> Self {
        let (file, error) = error.of_file();
        match file {
            Some(file) => Self::unreadable(file, error),
            None => Self::new("error.without-file", &[("error", &error.to_string())]),
        }
    }

    /// `file` was read but not understood.
    pub(super) fn unreadable(file: &str, error: &Error) -> Self {
        let sentence = cli("error.in", &[("file", file), ("error", &error.to_string())]);
        // The engine's own word for what is no kind of evidence.
        let code = match error {
            Error::Malformed { what: "input", .. } => "kind",
            error => error.code(),
        };
        let todo = find(&["cli", &format!("error.{code}.todo")]);
        Self { sentence: clean(&sentence), todo: todo.unwrap_or_default().to_owned() }
    }
}

/// The system's words, without its number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use silicon_to_source::span::Span;

    #[test]
    fn a_problem_names_field_and_offset_and_what_to_do() {
        let error = Error::malformed("SNP report", Span::new(672, 1), "R is zero");
        let problem = Problem::unreadable("a.bin", &error);
        assert_eq!(problem.sentence, "a.bin: SNP report at byte 672 cannot be read: R is zero.");
        assert!(problem.todo.starts_with("Check that the file is complete"));
    }

    #[test]
    fn a_problem_writes_no_control_characters() {
        let error = Error::malformed("JSON", Span::new(0, 1), "the member \"\u{1b}[2J\" is twice");
        let problem = Problem::unreadable("a\u{9b}\n", &error);
        assert!(!problem.sentence.contains(char::is_control), "{}", problem.sentence);
        assert!(problem.sentence.contains("\\u{1b}[2J"), "{}", problem.sentence);
    }

    #[test]
    fn every_problem_says_what_to_do() {
        let kinds = [
            Error::malformed("x", Span::new(0, 1), "y"),
            Error::Missing { what: "x" },
            Error::TooLarge { what: "x", len: 2, max: 1 },
            Error::unsupported("x", "y", Span::new(0, 1)),
        ];
        for error in kinds {
            assert!(!Problem::unreadable("x", &error).todo.is_empty(), "{error}");
        }
        for key in ["open", "read", "policy", "policy-name", "digest", "key", "clock", "output"] {
            let problem = Problem::new(&format!("error.{key}"), &[]);
            assert!(!problem.todo.is_empty() && problem.sentence.ends_with('.'), "{key}");
        }
    }
}

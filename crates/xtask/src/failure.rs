//! Why a build or a test run stopped: one sentence and an exit code.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// A sentence for the person at the terminal, and the code to leave with.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: 1 }
    }

    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), code: 2 }
    }

    /// A file that could not be read or written.
    pub(crate) fn at(path: &Path, error: impl fmt::Display) -> Self {
        Self::new(format!("{}: {error}.", path.display()))
    }

    /// A command that ended with `code`, or by a signal.
    pub(crate) fn command(line: &str, code: Option<i32>) -> Self {
        let how = code.map_or_else(|| "was stopped".into(), |code| format!("ended with {code}"));
        Self {
            sentence: format!("`{line}` {how}."),
            code: code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "site: {}", self.sentence)
    }
}

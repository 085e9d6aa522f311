//! What a shell knows beside the files: the moment, and what this process asked.

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::time::UnixTime;
use crate::wire::Base64Url;

/// What is known of an examination beside its files.
#[derive(Clone, Debug)]
pub struct Context {
    /// The moment to examine for.
    pub now: UnixTime,
    /// What this process asked; `None` when the files were handed over. A recording of a session in
    /// a file never becomes this.
    pub asked: Option<Asked>,
}

/// A session of this process with one service, as the process that asked knows it.
///
/// Its JSON is for handing it from one part of a process to another, such as from a web page to
/// its verifier: whoever reads it from a file would take a recording for an act of its own. A bundle
/// keeps one to make its maker's report again, as its maker's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Scheme and authority that were asked, such as `https://api.darkbloom.dev`.
    pub origin: String,
    /// The nonce that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Base64Url>,
    /// When the first question was sent.
    pub started_at: UnixTime,
    /// The addresses that were asked, with what each connection showed.
    pub answers: Vec<AskedAnswer>,
}

/// One question of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedAnswer {
    /// What was asked for.
    pub what: String,
    /// The address that was asked.
    pub url: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo, DER) of the connection; absent where the
    /// shell cannot see it, as in a web page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_spki_sha256: Option<Sha256>,
}

impl Context {
    /// Files that were handed over, examined for `now`.
    pub const fn at(now: UnixTime) -> Self {
        Self { now, asked: None }
    }
}

impl Asked {
    /// The answer to the question for `what`, as the process that asked knows it.
    pub fn answer(&self, what: &str) -> Option<&AskedAnswer> {
        self.answers.iter().find(|answer| answer.what == what)
    }
}

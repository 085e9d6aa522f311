//! What a shell knows beside the files: the moment, and what this process asked.

use crate::digest::Sha256;
use crate::time::UnixTime;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Scheme and authority that were asked, such as `https://api.darkbloom.dev`.
    pub origin: String,
    /// The nonce that was sent.
    pub nonce: Option<Vec<u8>>,
    /// When the first question was sent.
    pub started_at: UnixTime,
    /// The addresses that were asked, with what each connection showed.
    pub answers: Vec<AskedAnswer>,
}

/// One question of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAnswer {
    /// What was asked for.
    pub what: String,
    /// The address that was asked.
    pub url: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo, DER) of the connection; absent where the
    /// shell cannot see it, as in a web page.
    pub tls_spki_sha256: Option<Sha256>,
}

impl Context {
    /// Files that were handed over, examined for `now`.
    pub const fn at(now: UnixTime) -> Self {
        Self { now, asked: None }
    }
}

//! Asking a host over HTTPS, with limits: `url -> bytes`.
//!
//! Used by the programs, never by the core: nothing that is learned here is believed. TLS says who
//! answered and keeps others out; it is no part of the chain, and its signature checks
//! ([`rustls_graviola`]) are not those of [`silicon_to_source::crypto`].
//!
//! # What is kept out
//! - Redirects are not followed: the host that was named is the host that is asked.
//! - No cookies, no credentials, no referrer, no proxy, no compression, one request per connection.
//! - `http:` only for this machine itself, for demonstrations and tests.
//! - Size and time are limited while the answer comes in.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

mod http;
mod tls;

use std::fmt;
use std::future::Future;
use std::time::Duration;

use silicon_to_source::digest::Sha256;

pub use tls::Client;

/// What is asked for, and how much of it at most.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Where: `https:`, or `http:` for a loopback host.
    pub url: &'a str,
    /// The body of a `POST`, JSON unless `headers` names a `content-type`; without it the request is
    /// a `GET`.
    pub post: Option<&'a [u8]>,
    /// The most bytes that are read of the answer's body.
    pub limit: usize,
    /// The time for everything from looking up the name to the last byte.
    pub timeout: Duration,
    /// Header fields beside the necessary ones, such as `accept`.
    pub headers: &'a [(&'a str, &'a str)],
}

impl<'a> Request<'a> {
    /// The time that a host gets unless something else is said.
    pub const TIMEOUT: Duration = Duration::from_secs(20);

    /// A request for `url` that reads at most `limit` bytes.
    pub const fn get(url: &'a str, limit: usize) -> Self {
        Self { url, post: None, limit, timeout: Self::TIMEOUT, headers: &[] }
    }
}

/// What a host answered, whatever its status is. A redirect is a [`Failure`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields with names in lower case; values that are not text are left out.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
    /// SHA-256 of the server's public key (SubjectPublicKeyInfo, DER); `None` without TLS.
    pub tls_spki_sha256: Option<Sha256>,
}

impl Answer {
    /// The first header field called `name`, which is written in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name of the host is not known.
    Dns,
    /// The answer is not HTTP, or its header is too large.
    Network,
    /// There is no network.
    Offline,
    /// The host answered with another address, which was not asked.
    Redirect,
    /// Nothing at the host takes connections.
    Refused,
    /// The time was over.
    Timeout,
    /// No TLS connection: the certificate is not the host's, or this processor lacks the
    /// instructions that the TLS library needs.
    Tls,
    /// The body is larger than the limit.
    TooLarge,
    /// The connection ended before the body did.
    Truncated,
    /// The URL is not one that may be asked.
    Url,
}

impl Failure {
    /// The word that an exchange records (`silicon-to-source/exchange/v1`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Network | Self::Url => "cors-or-network",
            Self::Offline => "offline",
            Self::Redirect => "redirect",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::TooLarge => "too-large",
            Self::Truncated => "truncated",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "the host's name is not known",
            Self::Network => "the answer is not HTTP",
            Self::Offline => "there is no network",
            Self::Redirect => "the host answered with another address",
            Self::Refused => "the host takes no connections",
            Self::Timeout => "the host took too long",
            Self::Tls => "there is no TLS connection to the host",
            Self::TooLarge => "the answer is larger than the limit",
            Self::Truncated => "the answer ended early",
            Self::Url => "the address may not be asked: it is neither https: nor this machine",
        })
    }
}

impl std::error::Error for Failure {}

/// Runs `work` to its end. An interrupt ends the process, as it does everywhere else in it.
///
/// # Errors
/// [`Failure::Network`] when this process cannot wait for connections at all.
pub fn run<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map(|runtime| runtime.block_on(work)).map_err(|_| Failure::Network)
}

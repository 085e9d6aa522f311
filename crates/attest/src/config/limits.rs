//! How much may be asked.

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::limit::Rate;

/// How much may be asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Questions a second for the whole process.
    pub per_second: f64,
    /// Questions at once after a pause, for the whole process.
    pub burst: f64,
    /// Questions with a nonce a second for one peer.
    pub peer_per_second: f64,
    /// Questions with a nonce at once after a pause, for one peer.
    pub peer_burst: f64,
    /// How many questions may wait for the hardware.
    pub queue: usize,
    /// How many connections may be open.
    pub connections: usize,
    /// How many connections one peer may have open, idle or not; those of [`Self::proxies`] are not
    /// counted.
    pub peer_connections: usize,
    /// The largest request line with headers, in bytes.
    pub header_bytes: usize,
    /// How long a request may take to arrive, in seconds.
    pub header_timeout_s: u64,
    /// How long a connection may live, in seconds.
    pub connection_s: u64,
    /// How long a document without a nonce is served again, in seconds: 300 at most.
    pub max_age_s: u64,
    /// How long a graceful stop waits, in seconds.
    pub stop_s: u64,
    /// Peers whose `X-Forwarded-For` is used to tell their clients apart.
    pub proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_second: 200.0,
            burst: 400.0,
            peer_per_second: 2.0,
            peer_burst: 10.0,
            queue: 16,
            connections: 512,
            peer_connections: 32,
            header_bytes: 16 * 1024,
            header_timeout_s: 10,
            connection_s: 60,
            max_age_s: 300,
            stop_s: 10,
            proxies: Vec::new(),
        }
    }
}

impl Limits {
    /// The rate for the process.
    pub const fn process(&self) -> Rate {
        Rate { per_second: self.per_second, burst: self.burst }
    }

    /// The rate for one peer.
    pub const fn peer(&self) -> Rate {
        Rate { per_second: self.peer_per_second, burst: self.peer_burst }
    }

    /// How long a document without a nonce is served again.
    pub const fn max_age(&self) -> Duration {
        Duration::from_secs(self.max_age_s)
    }
}

//! How often may be asked: token buckets for the process and for each peer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many peers are remembered. Peers beyond that share one bucket.
const MAX_PEERS: usize = 16_384;

/// A rate: so many a second, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Tokens a second.
    pub per_second: f64,
    /// The most that can be saved up.
    pub burst: f64,
}

/// The rate limits of one kind of question.
#[derive(Debug)]
pub struct Limiter {
    process: Rate,
    peer: Rate,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    process: Bucket,
    others: Bucket,
    peers: HashMap<IpAddr, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Limiter {
    /// Full buckets.
    pub fn new(process: Rate, peer: Rate, now: Instant) -> Self {
        let full = |rate: Rate| Bucket { tokens: rate.burst, at: now };
        let state = State { process: full(process), others: full(peer), peers: HashMap::new() };
        Self { process, peer, state: Mutex::new(state) }
    }

    /// Takes a token for `peer`.
    ///
    /// # Errors
    /// How long to wait until there is one.
    pub fn take(&self, peer: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { process, others, peers } = &mut *state;
        let peer = network(peer);
        if peers.len() >= MAX_PEERS && !peers.contains_key(&peer) {
            peers.retain(|_, bucket| bucket.refilled(self.peer, now) < self.peer.burst);
        }
        let own = if peers.len() >= MAX_PEERS && !peers.contains_key(&peer) {
            others
        } else {
            peers.entry(peer).or_insert(Bucket { tokens: self.peer.burst, at: now })
        };
        own.take(self.peer, now)?;
        process.take(self.process, now)
    }
}

impl Bucket {
    #[allow(clippy::arithmetic_side_effects, reason = "floating point neither wraps nor panics")]
    fn refilled(&self, rate: Rate, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.tokens + passed * rate.per_second).min(rate.burst)
    }

    #[allow(clippy::arithmetic_side_effects, reason = "floating point neither wraps nor panics")]
    fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        self.tokens = self.refilled(rate, now);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let seconds = (1.0 - self.tokens) / rate.per_second;
        Err(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(60)))
    }
}

/// IPv6 peers are counted by their /64: one household or machine has at least that many addresses.
pub(super) fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Rate = Rate { per_second: 1.0, burst: 2.0 };
    const PROCESS: Rate = Rate { per_second: 10.0, burst: 3.0 };

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn peer_waits_while_others_are_served_and_the_process_has_its_own_limit() {
        let start = Instant::now();
        let limiter = Limiter::new(PROCESS, PEER, start);
        assert_eq!(limiter.take(ip("192.0.2.1"), start), Ok(()));
        assert_eq!(limiter.take(ip("192.0.2.1"), start), Ok(()));
        assert_eq!(limiter.take(ip("::ffff:192.0.2.1"), start), Err(Duration::from_secs(1)));
        assert_eq!(limiter.take(ip("192.0.2.2"), start), Ok(()));
        let wait = limiter.take(ip("192.0.2.3"), start).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100), "the process has given three");
        let later = start + Duration::from_secs(1);
        assert_eq!(limiter.take(ip("192.0.2.1"), later), Ok(()));
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_bucket() {
        let start = Instant::now();
        let limiter = Limiter::new(PROCESS, PEER, start);
        assert!(limiter.take(ip("2001:db8::1"), start).is_ok());
        assert!(limiter.take(ip("2001:db8::2"), start).is_ok());
        assert!(limiter.take(ip("2001:db8::3"), start).is_err());
        assert!(limiter.take(ip("2001:db8:0:1::3"), start).is_ok());
    }

    #[test]
    fn no_more_than_so_many_peers_are_remembered() {
        let start = Instant::now();
        let plenty = Rate { per_second: 1e9, burst: 1e9 };
        let limiter = Limiter::new(plenty, PEER, start);
        for number in 0..MAX_PEERS as u32 + 100 {
            let _ = limiter.take(IpAddr::V4(number.into()), start);
        }
        assert_eq!(limiter.state.lock().unwrap().peers.len(), MAX_PEERS);
        assert!(limiter.take(ip("192.0.2.1"), start).is_err(), "the others' bucket is empty");
        let later = start + Duration::from_secs(5);
        assert!(limiter.take(ip("192.0.2.1"), later).is_ok(), "rested peers are forgotten");
        assert_eq!(limiter.state.lock().unwrap().peers.len(), 1);
    }
}

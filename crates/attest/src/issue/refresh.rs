//! What AMD and Intel sign about their chips, asked for when it is due.

use std::sync::Arc;
use std::time::Duration;

use s2s_net::Request;

use super::{Issuer, now};
use crate::collateral;

impl Issuer {
    /// Asks the hardware once, so that it is known what it is and what collateral it needs.
    pub async fn prepare(self: &Arc<Self>) {
        let Ok(_permit) = self.hardware.acquire().await else { return };
        if let Err(error) = self.types(&[]).await {
            tracing::warn!(error = %error, "no evidence yet");
        }
    }

    /// Asks for the collateral that is due, and says when to come back. A document in memory
    /// that lacks what came now is dropped.
    pub async fn refresh(&self) -> Duration {
        /// How long is waited when there is nothing to ask for.
        const IDLE: i64 = 60;
        let addresses = &self.config.collateral;
        let due = self.shelf().due(now());
        let mut is_new = false;
        for url in due {
            let timeout = Duration::from_secs(addresses.timeout_s);
            let request = Request { timeout, ..Request::get(&url, collateral::MAX_FILE) };
            let answer = self.client.get(&request).await;
            let mut shelf = self.shelf();
            let outcome = match &answer {
                Ok(answer) if answer.status == 200 => {
                    let refresh = i64::try_from(addresses.refresh_s).unwrap_or(i64::MAX);
                    let taken = shelf.answered(&url, &answer.headers, &answer.body, refresh, now());
                    taken.map_err(|refused| format!("{refused:?}"))
                }
                Ok(answer) => {
                    let wait = answer.header("retry-after").and_then(|text| text.parse().ok());
                    shelf.failed(&url, wait, now());
                    Err(format!("status {}", answer.status))
                }
                Err(failure) => {
                    shelf.failed(&url, None, now());
                    Err(failure.to_string())
                }
            };
            match outcome {
                Ok(()) => {
                    self.metrics.collateral_fetched.count();
                    is_new = true;
                }
                Err(error) => {
                    self.metrics.collateral_failed.count();
                    tracing::warn!(host = host(&url), error, "no collateral");
                }
            }
        }
        if is_new {
            *self.standing.lock().await = None;
        }
        let shelf = self.shelf();
        let until = shelf.until().and_then(|until| u64::try_from(until.0).ok());
        self.metrics.collateral_until.set(until.unwrap_or_default());
        let next = shelf.next().map_or(IDLE, |next| next.0.saturating_sub(now().0));
        Duration::from_secs(u64::try_from(next.clamp(1, IDLE)).unwrap_or(1))
    }

    /// The hosts that are asked for collateral now, each once.
    pub fn hosts_due(&self) -> Vec<String> {
        let mut hosts: Vec<String> =
            self.shelf().due(now()).iter().map(|url| host(url).to_owned()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Waits until a report needs collateral that has not been asked for.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Whether everything that was to be fetched is there.
    pub fn has_collateral(&self) -> bool {
        self.shelf().is_complete(now())
    }
}

/// The host of a URL, for the log: the rest names the chip.
fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}

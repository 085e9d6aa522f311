//! `s2s-attest health`: whether the sidecar beside this process runs, for container engines.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use s2s_net::{Client, Request};

use super::config::{Config, ConfigError};
use super::run;

/// The most that is read of the answer, in bytes.
const MAX_ANSWER: usize = 1024;

/// Asks `/healthz` at the `management` address.
///
/// # Errors
/// One sentence: the configuration names no such address, or this processor cannot do TLS.
pub fn ask(config: &Config) -> Result<bool, ConfigError> {
    let Some(mut address) = config.management else {
        return Err(ConfigError("The configuration names no `management` address.".to_owned()));
    };
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    let client =
        Client::new().map_err(|failure| ConfigError(format!("No TLS here: {failure}.")))?;
    run::block_on(async {
        let url = format!("http://{address}/healthz");
        let answer = client.get(&Request::get(&url, MAX_ANSWER)).await;
        Ok(answer.is_ok_and(|answer| answer.status == 200))
    })
}

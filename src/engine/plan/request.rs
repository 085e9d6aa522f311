//! Single questions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Origin;
use super::subject::Service;
use crate::builds::sigstore::wanted::{SEARCH, search};
use crate::report::Wanted;
use crate::services::coordinator::parse::exchange::{ATTESTATION, ENCRYPTION_KEY, TINFOIL};
use crate::services::coordinator::parse::{KEY_PATH, MAX_DOCUMENT};
use crate::services::registry::parse::{ANSWER, MAX_ANSWER, Question};
use crate::services::tinfoil::parse::KEYS_PATH;

/// [`Request::what`] of the key that requests are encrypted to with HPKE.
const HPKE_KEYS: &str = "hpke-keys";
/// The most that is read of the answer about a key, in bytes; one has about 150.
const MAX_KEY: usize = 16 * 1024;
/// The most that is read of a file of collateral or provenance, in bytes.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// How long a host may take, in milliseconds.
const TIMEOUT_MS: u32 = 20_000;

/// One question to one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What is asked for (`coordinator-attestation`, `vcek`).
    pub what: String,
    /// The address.
    pub url: String,
    /// The body of a `POST`, JSON; without it the address is asked with a `GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// The host to name before it is asked, with the port where it is not the usual one.
    pub host: String,
    /// What the host learns from being asked.
    pub reveals: String,
    /// The most bytes to read of the answer.
    pub limit: usize,
    /// How long the host may take, in milliseconds.
    pub timeout_ms: u32,
    /// Who can read the answer.
    pub reach: Reach,
}

/// Who can read a host's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Whoever asks, web pages with the host's consent (CORS).
    Anyone,
    /// Programs only: the host is known to let no web page read its answer, so a page that asked
    /// would reveal something and learn nothing. Such files are fetched by hand and dropped in.
    Programs,
}

impl Reach {
    /// AMD's and Intel's services send no `Access-Control-Allow-Origin` (AMDESE/AMDSEV issue 192,
    /// open since 2023), and Intel's puts the signer's chain in header fields besides.
    fn of(host: &str) -> Self {
        const CLOSED: [&str; 3] = [
            "kdsintf.amd.com",
            "api.trustedservices.intel.com",
            "certificates.trustedservices.intel.com",
        ];
        if CLOSED.contains(&host) { Self::Programs } else { Self::Anyone }
    }
}

/// The questions to `origin` with which everything begins, in the order in which they are asked, when
/// it answers as `service` does. Every service is sent a nonce that its contract has a place for.
pub fn first(origin: &Origin, service: Service, nonce: &[u8]) -> Vec<Request> {
    service.paths().iter().map(|&(what, path)| ask(origin, what, path, nonce)).collect()
}

/// The question for the key of sealed requests alone.
pub(crate) fn key_question(origin: &Origin) -> Request {
    ask(origin, ENCRYPTION_KEY, KEY_PATH, &[])
}

/// The question for the key of the Encrypted HTTP Body Protocol.
pub(crate) fn hpke_question(origin: &Origin) -> Request {
    ask(origin, HPKE_KEYS, KEYS_PATH, &[])
}

fn ask(origin: &Origin, what: &str, path: &str, nonce: &[u8]) -> Request {
    let question = if what == ATTESTATION {
        format!("?nonce={}", URL_SAFE_NO_PAD.encode(nonce))
    } else {
        String::new()
    };
    let (reveals, limit) = match what {
        ATTESTATION => ("that-you-ask-with-nonce", MAX_DOCUMENT),
        TINFOIL => ("that-you-ask", MAX_DOCUMENT),
        _ => ("that-you-ask", MAX_KEY),
    };
    to_service(origin, what, &format!("{path}{question}"), reveals, limit)
}

/// A question to a service itself, which pages may read the answer of where the service allows it.
pub(super) fn to_service(
    origin: &Origin,
    what: &str,
    path: &str,
    reveals: &str,
    limit: usize,
) -> Request {
    Request {
        what: what.to_owned(),
        url: format!("{origin}{path}"),
        post: None,
        host: origin.authority(),
        reveals: reveals.to_owned(),
        limit,
        timeout_ms: TIMEOUT_MS,
        reach: Reach::Anyone,
    }
}

/// What would decide an open check, as a report lists it ([`Wanted`]).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Further {
    what: String,
    url: String,
    reveals: String,
}

impl From<&Wanted> for Further {
    fn from(wanted: &Wanted) -> Self {
        Self {
            what: wanted.what.to_owned(),
            url: wanted.url.clone(),
            reveals: wanted.reveals.to_owned(),
        }
    }
}

/// The questions that would decide open checks of a report, each address once.
pub fn next(wanted: &[Further]) -> Vec<Request> {
    let mut requests: Vec<Request> = Vec::new();
    for Further { what, url, reveals } in wanted.iter().cloned() {
        if requests.iter().any(|known| known.url == url) {
            continue;
        }
        let host = host_of(&url).to_owned();
        let limit = match what.as_str() {
            ENCRYPTION_KEY => MAX_KEY,
            ANSWER => MAX_ANSWER,
            _ => MAX_FILE,
        };
        let post = match what.as_str() {
            ANSWER => Question::of_url(&url).map(|question| question.body()),
            SEARCH => search(&url),
            _ => None,
        };
        let reach = Reach::of(&host);
        let timeout_ms = TIMEOUT_MS;
        requests.push(Request { what, url, post, host, reveals, limit, timeout_ms, reach });
    }
    requests
}

/// The authority in a URL that the verifier made.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coordinator_is_asked_for_its_attestation_with_the_nonce_and_for_its_key() {
        let origin: Origin = "api.darkbloom.dev".parse().unwrap();
        let urls: Vec<String> = first(&origin, Service::of(&origin), &[0xfb; 32])
            .into_iter()
            .map(|request| request.url)
            .collect();
        // RFC 4648 section 5: 0xfbfbfb is `-_v7`.
        let nonce = format!("{}-_s", "-_v7".repeat(10));
        assert_eq!(
            urls,
            [
                format!("https://api.darkbloom.dev/v1/coordinator/attestation?nonce={nonce}"),
                "https://api.darkbloom.dev/v1/encryption-key".to_owned(),
            ]
        );
    }

    #[test]
    fn tinfoils_router_is_asked_for_its_bundle_and_sent_no_nonce() {
        let origin: Origin = "https://atc.tinfoil.sh".parse().unwrap();
        let requests = first(&origin, Service::of(&origin), &[7; 32]);
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].url, "https://atc.tinfoil.sh/attestation");
    }

    #[test]
    fn hosts_that_let_no_page_read_are_left_to_programs_and_each_address_is_asked_once() {
        let wanted = |url: &str| {
            Further::from(&Wanted {
                what: "vcek",
                url: url.to_owned(),
                decides: Vec::new(),
                reveals: "chip-id",
            })
        };
        let requests = next(&[
            wanted("https://kdsintf.amd.com/vcek/v1/Milan/00?blSPL=03"),
            wanted("https://kdsintf.amd.com/vcek/v1/Milan/00?blSPL=03"),
            wanted("https://api.github.com/repos/a/b"),
        ]);
        let seen: Vec<_> = requests.iter().map(|one| (one.host.as_str(), one.reach)).collect();
        assert_eq!(seen, [("kdsintf.amd.com", Reach::Programs), ("api.github.com", Reach::Anyone)]);
    }
}

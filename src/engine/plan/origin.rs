//! The service that a reader names.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::error::Error;
use crate::span::Span;

const WHAT: &str = "address";

/// The longest name of a host (RFC 1035 section 2.3.4).
const MAX_HOST: usize = 253;

/// Scheme, host and port of a service, in one spelling: `https:` unless it is this machine, host
/// in lower case, port only where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Origin {
    /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Host, and the port where it is not the scheme's own: what a person should see.
    pub fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// Whether it is this machine, so that nobody else is asked: names under `localhost` are (RFC
    /// 6761 section 6.3), and loopback addresses.
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let name = self.host == "localhost" || self.host.ends_with(".localhost");
        name || address.is_ok_and(|address| address.is_loopback())
    }

    fn scheme(&self) -> &'static str {
        match self.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}

impl FromStr for Origin {
    type Err = Error;

    /// Reads `api.example.com`, `https://api.example.com:8443/` or `http://127.0.0.1:8081`. Without
    /// a scheme it is `https:`, and `http:` for this machine.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = |why: &'static str| Error::malformed(WHAT, Span::new(0, text.len()), why);
        let trimmed = text.trim();
        let (scheme, rest) = match trimmed.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, trimmed),
        };
        let authority = match rest.split_once('/') {
            None => rest,
            Some((authority, "")) => authority,
            Some(_) => return Err(refused("name the host alone, without a path")),
        };
        if authority.contains(['?', '#']) {
            return Err(refused("name the host alone, without a question"));
        }
        if authority.contains('@') {
            return Err(refused("a user's name or password is not sent"));
        }
        let (host, port) = split(authority).map_err(refused)?;
        let host = host.to_ascii_lowercase();
        if !is_host(&host) {
            return Err(refused(
                "a host is expected, such as api.darkbloom.dev (other letters in their xn-- form)",
            ));
        }
        let mut origin = Self { scheme: Scheme::Https, host, port };
        origin.scheme = match scheme.as_deref() {
            None if origin.is_loopback() => Scheme::Http,
            None | Some("https") => Scheme::Https,
            Some("http") if origin.is_loopback() => Scheme::Http,
            Some("http") => {
                return Err(refused("http: is for this machine only, so use https:"));
            }
            Some(_) => return Err(refused("only https: is asked")),
        };
        let usual = match origin.scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        };
        origin.port = origin.port.filter(|port| *port != usual);
        Ok(origin)
    }
}

/// Host and port; an IPv6 address stands in brackets. Otherwise what is wrong with the port.
fn split(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        None => Ok((authority, None)),
        Some((_, port)) if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("the port is not a number")
        }
        Some((host, port)) => match port.parse() {
            Ok(port @ 1..) => Ok((host, Some(port))),
            _ => Err("the port is outside of 1 to 65535"),
        },
    }
}

/// A DNS name of letters, digits, hyphens and dots, or an address.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[') {
        return inner.strip_suffix(']').is_some_and(|text| text.parse::<Ipv6Addr>().is_ok());
    }
    host.len() <= MAX_HOST
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_has_one_spelling() {
        for (text, origin) in [
            ("api.darkbloom.dev", "https://api.darkbloom.dev"),
            (" https://API.Darkbloom.dev/ ", "https://api.darkbloom.dev"),
            ("HTTPS://api.darkbloom.dev:443", "https://api.darkbloom.dev"),
            ("api.darkbloom.dev:8443", "https://api.darkbloom.dev:8443"),
            ("127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("http://127.9.9.9/", "http://127.9.9.9"),
            ("localhost", "http://localhost"),
            ("http://localhost:80", "http://localhost"),
            ("https://localhost:8443", "https://localhost:8443"),
            ("debug.localhost:8787", "http://debug.localhost:8787"),
            ("http://[::1]:8081", "http://[::1]:8081"),
            ("xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), origin, "{text}");
        }
    }

    #[test]
    fn what_is_not_one_host_is_refused() {
        for text in [
            "",
            "https://",
            "http://api.darkbloom.dev",
            "http://127.0.0.1.example.com",
            "http://[::2]",
            "ftp://localhost",
            "javascript:alert(1)",
            "https://user@host.example",
            "https://host.example/v1/coordinator",
            "https://host.example?x",
            "https://host.example#x",
            "host.example:0",
            "host.example:99999",
            "host.example:+1",
            "host..example",
            "-host.example",
            "b\u{fc}cher.example",
            "host.example\u{202e}",
            "host name.example",
            "[::1",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_port_that_is_out_of_range_is_told_apart_from_one_that_is_no_number() {
        for (port, why) in [
            ("0", "outside of 1 to 65535"),
            ("65536", "outside of 1 to 65535"),
            ("99999", "outside of 1 to 65535"),
            ("99999999999999999999", "outside of 1 to 65535"),
            ("", "is not a number"),
            ("+1", "is not a number"),
            ("8a", "is not a number"),
        ] {
            for host in ["host.example", "[::1]"] {
                let error = format!("{host}:{port}").parse::<Origin>().unwrap_err().to_string();
                assert!(error.contains(why), "{port}: {error}");
            }
        }
        assert_eq!("host.example:65535".parse::<Origin>().unwrap().port, Some(65535));
        assert_eq!("[::1]:1".parse::<Origin>().unwrap().port, Some(1));
    }

    #[test]
    fn this_machine_is_told_apart_from_names_that_look_like_it() {
        let is = |text: &str| text.parse::<Origin>().unwrap().is_loopback();
        assert!(is("localhost") && is("127.0.0.1:1") && is("[::1]"));
        assert!(!is("localhost.example") && !is("128.0.0.1") && !is("api.darkbloom.dev"));
    }
}

//! How values of the command line are spelled, and what somebody may have meant.
//!
//! What is suggested is said and never done: nobody is asked for a guess.

use std::path::Path;
use std::time::Duration;

use silicon_to_source::engine::plan::{Origin, SUBJECTS, Subject};
use silicon_to_source::requirements::LeastLevel;
use silicon_to_source::time::UnixTime;

use crate::wording::cli;

/// The levels as they are written.
pub(super) const LEVELS: [&str; 7] = ["build", "A0", "A1", "A2", "A3", "A4", "A5"];

/// How alike two names are, from 0 to 1, before one is suggested for the other: a letter that is
/// wrong, absent or too many passes, another word does not.
const ALIKE: f64 = 0.8;

/// The shortest pause between two rounds: no service is asked without a rest.
const SHORTEST: Duration = Duration::from_secs(60);

/// Ends of names that are files and no hosts.
const FILES: [&str; 24] = [
    "b64", "bin", "cbor", "cer", "cert", "crl", "crt", "der", "gz", "hex", "html", "json", "jsonl",
    "jwt", "log", "md", "pdf", "pem", "report", "sig", "toml", "txt", "yaml", "zip",
];

/// A moment: RFC 3339 with an offset, or a date alone, which is its beginning in UTC.
pub(super) fn moment(text: &str) -> Result<UnixTime, String> {
    let is_date =
        text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let whole = if is_date { format!("{text}T00:00:00Z") } else { text.to_owned() };
    whole.parse().map_err(|_| cli("error.moment", &[]))
}

/// How long to wait between two rounds: a number of seconds, minutes or hours, such as `30m`.
pub(super) fn pause(text: &str) -> Result<Duration, String> {
    let pause = text.parse::<jiff::SignedDuration>().ok();
    let pause = pause.and_then(|pause| Duration::try_from(pause).ok());
    pause.filter(|pause| *pause >= SHORTEST).ok_or_else(|| cli("error.pause", &[]))
}

/// A level as it is written.
pub(super) fn level(text: &str) -> Result<LeastLevel, String> {
    LeastLevel::parse(text).ok_or_else(|| match nearest(text, LEVELS) {
        Some(level) => cli("error.level.near", &[("level", level)]),
        None => cli("error.level", &[]),
    })
}

/// The one of `names` that is most like `text`, where it is like one at all.
pub(super) fn nearest<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    let alike = |name: &str| strsim::jaro_winkler(&text, &name.to_lowercase());
    let scored = names.into_iter().map(|name| (alike(name), name));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 >= ALIKE).then_some(best.1)
}

/// The address that `text` may mean, where it is no file: the name of a known service, or a host
/// without its scheme.
pub(super) fn address(text: &str) -> Option<String> {
    if text.contains(['/', '\\']) && !text.ends_with('/') || Path::new(text).exists() {
        return None;
    }
    host(text).or_else(|| {
        let near = nearest(text, SUBJECTS.iter().map(|subject| subject.id))?;
        let known = |subject: &&Subject| subject.id == near;
        SUBJECTS.iter().find(known).map(|own| own.origin.to_owned())
    })
}

/// `text` as the address of a host.
fn host(text: &str) -> Option<String> {
    let origin: Origin = text.parse().ok()?;
    let name = origin.host();
    let end = name.rsplit('.').next().unwrap_or_default();
    let is_named = name.contains(['.', ':']) || origin.is_loopback() || text.contains(':');
    (is_named && !FILES.contains(&end)).then(|| origin.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_beginning_in_utc_and_nothing_shorter_is_a_moment() {
        let midnight: UnixTime = "2026-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(moment("2026-02-01"), Ok(midnight));
        assert_eq!(moment("2026-02-01T00:00:00Z"), Ok(midnight));
        assert_eq!(moment("2026-02-01T01:00:00+01:00"), Ok(midnight));
        for text in ["2026-02-30", "2026-2-1", "2026-02", "20260201", "2026-02-01T00:00:00", ""] {
            assert!(moment(text).unwrap_err().contains("such as 2026-02-01T00:00:00Z"), "{text}");
        }
    }

    #[test]
    fn a_pause_has_a_unit_and_is_a_minute_at_least() {
        for (text, seconds) in
            [("60s", 60), ("1m", 60), ("30m", 1800), ("1h", 3600), ("24h", 86_400)]
        {
            assert_eq!(pause(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "1", "59s", "0h", "-1h", "often"] {
            assert!(pause(text).unwrap_err().contains("such as 1h"), "{text}");
        }
    }

    #[test]
    fn a_level_is_named_when_it_is_nearly_right() {
        for name in LEVELS {
            assert!(level(name).is_ok(), "{name}");
        }
        assert!(level("a4").unwrap_err().contains("Did you mean A4?"));
        assert!(level("biuld").unwrap_err().contains("Did you mean build?"));
        let text = level("much").unwrap_err();
        assert!(text.contains("A0 to A5") && !text.contains("Did you mean"), "{text}");
    }

    #[test]
    fn a_name_is_suggested_when_it_is_alike_and_not_otherwise() {
        let names = ["snp-strict", "tdx", "simulated"];
        assert_eq!(nearest("snp-strct", names), Some("snp-strict"));
        assert_eq!(nearest("TDX", names), Some("tdx"));
        assert_eq!(nearest("no-such", names), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn a_host_without_its_scheme_is_suggested_and_a_file_is_not() {
        for (text, expected) in [
            ("darkbloom.dev", Some("https://darkbloom.dev")),
            ("api.darkbloom.dev/", Some("https://api.darkbloom.dev")),
            ("example.com:8443", Some("https://example.com:8443")),
            ("localhost:8787", Some("http://localhost:8787")),
            ("127.0.0.1:8787", Some("http://127.0.0.1:8787")),
            ("darkbloom", Some("https://api.darkbloom.dev")),
            ("Tinfoil", Some("https://atc.tinfoil.sh")),
            ("darkblom", Some("https://api.darkbloom.dev")),
            ("report.bin", None),
            ("no/such/file", None),
            ("./darkbloom.dev", None),
            ("[::1]:8787", Some("http://[::1]:8787")),
            ("localhost", Some("http://localhost")),
            ("-", None),
            ("a b.example", None),
            ("", None),
        ] {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        }
    }
}

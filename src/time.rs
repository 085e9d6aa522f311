//! Points in time as values. Nothing here reads a clock: `now` is always an argument.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::span::Span;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

/// Seconds in a day.
pub const DAY: i64 = 86_400;

impl fmt::Display for UnixTime {
    /// RFC 3339 in UTC, such as `2026-02-01T00:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(timestamp) => write!(f, "{timestamp}"),
            Err(_) => write!(f, "{} s after 1970", self.0),
        }
    }
}

impl FromStr for UnixTime {
    type Err = Error;

    /// Reads RFC 3339 with an offset; fractions of a second are dropped.
    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_second())).map_err(|_| {
            Error::malformed(
                "time",
                Span::new(0, text.len()),
                "expected RFC 3339 with an offset, such as 2026-02-01T00:00:00Z",
            )
        })
    }
}

impl Serialize for UnixTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnixTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A closed interval: both ends belong to it (RFC 5280 section 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Validity {
    /// First valid second.
    pub not_before: UnixTime,
    /// Last valid second.
    pub not_after: UnixTime,
}

/// Where a moment lies relative to a [`Validity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Before `not_before`.
    NotYet,
    /// Inside.
    Within,
    /// After `not_after`.
    Expired,
}

impl Validity {
    /// Where `now` lies.
    pub fn standing(&self, now: UnixTime) -> Standing {
        if now < self.not_before {
            Standing::NotYet
        } else if now > self.not_after {
            Standing::Expired
        } else {
            Standing::Within
        }
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.not_before, self.not_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_reads_and_writes_back() {
        let time: UnixTime = "2026-02-01T00:00:00Z".parse().unwrap();
        assert_eq!(time, UnixTime(1_769_904_000));
        assert_eq!(time.to_string(), "2026-02-01T00:00:00Z");
        assert_eq!("2026-02-01T01:00:00+01:00".parse(), Ok(time));
        assert!("2026-02-01".parse::<UnixTime>().is_err());
        assert!("yesterday".parse::<UnixTime>().is_err());
    }

    #[test]
    fn both_ends_of_a_validity_are_inside() {
        let validity = Validity { not_before: UnixTime(10), not_after: UnixTime(20) };
        assert_eq!(validity.standing(UnixTime(9)), Standing::NotYet);
        assert_eq!(validity.standing(UnixTime(10)), Standing::Within);
        assert_eq!(validity.standing(UnixTime(20)), Standing::Within);
        assert_eq!(validity.standing(UnixTime(21)), Standing::Expired);
    }
}

//! What a policy asks of a report as a whole.

use serde::{Deserialize, Serialize, Serializer};

use crate::digest::Sha256;
use crate::finding::{Check, Level};
use crate::pki::anchors::Roots;
use crate::pki::named::Anchors;

/// The least that a policy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeastLevel {
    /// A signed build, without a machine.
    Build,
    /// An assurance level.
    At(Level),
}

impl LeastLevel {
    /// `build`, or `A0` to `A5`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "build" => Self::Build,
            "A0" => Self::At(Level::A0),
            "A1" => Self::At(Level::A1),
            "A2" => Self::At(Level::A2),
            "A3" => Self::At(Level::A3),
            "A4" => Self::At(Level::A4),
            "A5" => Self::At(Level::A5),
            _ => return None,
        })
    }
}

impl Serialize for LeastLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Build => serializer.serialize_str("build"),
            Self::At(level) => level.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for LeastLevel {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "a level is build, or A0 to A5";
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(expected))
    }
}

/// What warnings mean for the verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warnings {
    /// They stand beside it.
    #[default]
    Accept,
    /// With one, nothing is verified.
    Deny,
}

/// The part of a policy that the verdict rests on.
#[derive(Clone, Copy, Debug)]
pub struct Requirements<'a> {
    /// The policy's name.
    pub name: &'a str,
    /// SHA-256 of the policy file's bytes.
    pub sha256: Sha256,
    /// Which roots count.
    pub roots: Roots,
    /// The least level; without one nothing is verified.
    pub least_level: Option<LeastLevel>,
    /// What warnings mean.
    pub warnings: Warnings,
    /// The checks that must be decided and pass. Empty means that nothing can be verified.
    pub required: &'a [&'static Check],
}

/// What every policy says.
pub trait Common {
    /// Which roots count.
    fn roots(&self) -> Roots;

    /// Where chains may begin: the pinned roots that count, and those that the policy names.
    fn anchors(&self) -> Anchors<'_>;

    /// The host name that evidence must be about, when the policy is for one service.
    fn domain(&self) -> Option<&str>;

    /// What it requires of an input of `kind` ([`Subject::kind`](crate::report::Subject)).
    fn requirements(&self, kind: &str) -> Requirements<'_>;
}

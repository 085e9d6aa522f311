//! What a check is: a stable name with its place in the chain and its source.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Outcome;

/// One check. There is exactly one `static` for each; its `id` is the key for wording,
/// documentation, tests and JSON, and never changes its meaning.
#[derive(Debug)]
pub struct Check {
    /// Stable dotted name, such as `snp.report.signature`.
    pub id: &'static str,
    /// The step of the checklist it implements (`S7`), or an empty string.
    pub step: &'static str,
    /// The link of the chain it belongs to.
    pub link: LinkId,
    /// What it is about.
    pub tier: Tier,
    /// The document, section and table that the check comes from.
    pub basis: &'static str,
    /// The links that hold by this check: without one of its carrying checks, a link shows nothing.
    pub carries: &'static [LinkId],
    /// The links about which this check says something more, once another check carries them.
    pub tells: &'static [LinkId],
    /// Pairs of links of which this check compares a value of the one with a value of the other.
    pub joins: &'static [(LinkId, LinkId)],
    /// What else is to be known about the check.
    pub properties: &'static [Property],
    /// The reasons for which it warns: it holds, and there is this to know.
    pub warns: &'static [&'static str],
    /// The reasons for which it does not hold, where a policy can let that pass.
    pub allows: &'static [&'static str],
    /// The reasons for which it does not hold.
    pub fails: &'static [&'static str],
}

impl Check {
    /// Whether the check has `property`.
    pub fn is(&self, property: Property) -> bool {
        self.properties.contains(&property)
    }

    /// Whether the row of the check has this outcome, so that there is a sentence for it.
    pub fn can(&self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Pass => !self.is(Property::NeverPasses),
            Outcome::Unknown(_) => true,
            Outcome::Warn(reason) => self.warns.contains(&reason.0),
            Outcome::Allowed(reason) => self.allows.contains(&reason.0),
            Outcome::Fail(reason) => self.fails.contains(&reason.0),
        }
    }
}

/// What is to be known about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// It compares with a value that the policy names: a policy that requires the check and names
    /// no value is refused.
    NeedsReference,
    /// That the check does not apply answers a policy that requires it beside others: there is no
    /// minimum yet for a new chip.
    IdleAnswers,
    /// A warning of the check says what a level does not cover, and stands beside the level.
    Limits,
    /// It carries by a key that the policy names, with nobody above the key.
    PolicyKey,
    /// It says whether there was an answer to read; while it is open, nothing was asked.
    Answer,
    /// It compares a challenge: what passes was made after the challenge was chosen.
    Challenge,
    /// It says whether a key above the report was withdrawn.
    Withdrawal,
    /// It says where a service's key was made.
    Custody,
    /// It says where the machine's encrypted connections end.
    ConnectionEnd,
    /// It carries the root of a device beside a machine, such as a GPU.
    Device,
    /// It carries the firmware by a list that the chip's maker signed.
    SignedList,
    /// It carries the firmware by the verifier's own dated table.
    OwnTable,
    /// It carries the firmware by the word of a service of the chip's maker.
    MakersService,
    /// The check rests on an unsigned word of somebody who only passes on what he read.
    Hearsay,
    /// It never passes: nobody publishes what would decide it, or it only tells of something that
    /// does not hold. There is no sentence for a pass of it.
    NeverPasses,
}

/// Each check is one `static`, so that its place tells it apart.
impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Check {}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// What a check is about, which decides whether a policy may leave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Who said it: signatures, chains, identities of keys. Required of whatever is presented,
    /// whatever the policy says: a policy can only ask for more.
    Authenticity,
    /// What was said. Required when the policy says so.
    Appraisal,
}

/// A link of the chain, in order; [`LinkId::KeyBinding`] stands beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LinkId {
    /// The chip vendor's root key and the keys it vouches for.
    HardwareRoot,
    /// The chip's own key.
    Chip,
    /// The report or quote that the chip signed.
    Report,
    /// The firmware and its security version.
    Tcb,
    /// What was measured at launch, and under which rules the guest runs.
    Measurements,
    /// The image or configuration that the measurement stands for.
    Image,
    /// The signed statement about the image.
    Provenance,
    /// The source the statement names.
    Commit,
    /// The key that the reader's connection uses.
    KeyBinding,
}

impl LinkId {
    /// Every link, in the order in which a chain is read.
    pub const ALL: [Self; 9] = [
        Self::HardwareRoot,
        Self::Chip,
        Self::Report,
        Self::Tcb,
        Self::Measurements,
        Self::Image,
        Self::Provenance,
        Self::Commit,
        Self::KeyBinding,
    ];

    /// The links of the chain in order, each joined to the one before. Firmware and key stand
    /// beside the report.
    pub const CHAIN: [Self; 7] = [
        Self::HardwareRoot,
        Self::Chip,
        Self::Report,
        Self::Measurements,
        Self::Image,
        Self::Provenance,
        Self::Commit,
    ];

    /// The link that this one is joined to; `None` for the root and for links beside the chain.
    pub const fn before(self) -> Option<Self> {
        match self {
            Self::HardwareRoot | Self::Tcb | Self::KeyBinding => None,
            Self::Chip => Some(Self::HardwareRoot),
            Self::Report => Some(Self::Chip),
            Self::Measurements => Some(Self::Report),
            Self::Image => Some(Self::Measurements),
            Self::Provenance => Some(Self::Image),
            Self::Commit => Some(Self::Provenance),
        }
    }

    /// The links that this one rests on: what it says is worth nothing unless they hold.
    pub(crate) const fn rests_on(self) -> &'static [Self] {
        match self {
            Self::HardwareRoot | Self::Provenance => &[],
            Self::Chip => &[Self::HardwareRoot],
            Self::Report => &[Self::Chip],
            Self::Tcb | Self::Measurements | Self::KeyBinding => &[Self::Report],
            Self::Image => &[Self::Measurements],
            Self::Commit => &[Self::Provenance],
        }
    }

    /// The stable word for JSON and wording.
    pub const fn word(self) -> &'static str {
        match self {
            Self::HardwareRoot => "hardware-root",
            Self::Chip => "chip",
            Self::Report => "report",
            Self::Tcb => "tcb",
            Self::Measurements => "measurements",
            Self::Image => "image",
            Self::Provenance => "provenance",
            Self::Commit => "commit",
            Self::KeyBinding => "key-binding",
        }
    }
}

//! The answer card: six questions that a reader has, each answered by what the links and flags of
//! the report show, and the one next step.
//!
//! A row says nothing that the links and flags do not say. "Run" is the unbroken run of joined
//! links from the root.
//!
//! | row | `yes` only when |
//! |---|---|
//! | machine | the root is a CPU maker, and the hardware root, the chip and the report are in the run and hold without a reservation |
//! | software | the level is A4 or A5, nothing is excepted from it, and the links that lead to it hold without a reservation |
//! | operator | the level is A4 or A5, nothing is excepted from it, debugging is off, the measurements hold without a reservation, and the evidence shows no change of the start by the operator and no key from outside |
//! | current | the machine is in the run, the firmware's link holds without a reservation, and no check of a withdrawn key is open |
//! | fresh | the evidence answers a challenge that this process sent |
//! | connection | this process met the key that the evidence names, the machine's software is known, and it says that encryption ends inside it |
//!
//! `caveat` holds as `yes` does, with something to know. `no` is shown not to be so. `open` was not
//! shown, `none` has nothing published to show it by, `not-asked` has no answer to read.

mod next;
mod rows;

use serde::Serialize;

use super::{Assurance, Claim, EndsAt, FindingRef, Flags, Link, Verdict, Wanted};
use crate::finding::{Check, LinkId};

pub use next::Next;

/// What a reader asks first, answered in six rows.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The rows, in the order of [`RowId::ALL`].
    pub rows: [Row; 6],
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// One question with its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which question.
    pub id: RowId,
    /// The answer in a word.
    pub state: RowState,
    /// Which sentence it is.
    pub reason: RowReason,
    /// The check that carries the first link, by which the sentence names the maker of the root key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<&'static Check>,
    /// The source that the sentence names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The link where more is said.
    pub link: LinkId,
    /// The finding that decided it, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<FindingRef>,
}

/// The source of the software, from links that are joined to the machine or to the signed record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The commit.
    pub commit: String,
    /// The repository, as the signed build names it.
    pub repository: String,
}

/// The six questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowId {
    /// Is it a real protected machine?
    Machine,
    /// Which software runs in it?
    Software,
    /// Can its operator look inside?
    Operator,
    /// Is its protection up to date?
    Current,
    /// Was this answer made for me, now?
    Fresh,
    /// Is it the machine I talk to?
    Connection,
}

impl RowId {
    /// Every question, in order.
    pub const ALL: [Self; 6] = [
        Self::Machine,
        Self::Software,
        Self::Operator,
        Self::Current,
        Self::Fresh,
        Self::Connection,
    ];
}

/// Whether what a reader hopes for is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// It is shown.
    Yes,
    /// It is shown, and there is something to know.
    Caveat,
    /// It is shown not to be so.
    No,
    /// It is not shown.
    Open,
    /// Nothing is published by which it could be shown.
    None,
    /// No answer was read.
    NotAsked,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident => $state:ident [$($row:ident),+];)*) => {
        /// Which sentence answers a row. Each has one state, whatever the row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum RowReason {
            $($(#[$doc])* $name,)*
        }

        impl RowReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The state of a row that is answered so.
            pub const fn state(self) -> RowState {
                match self { $(Self::$name => RowState::$state,)* }
            }

            /// The rows that can be answered so.
            pub const fn rows(self) -> &'static [RowId] {
                match self { $(Self::$name => &[$(RowId::$row),+],)* }
            }
        }
    };
}

reasons! {
    /// A CPU maker's chip signed the report.
    Chip => Yes [Machine];
    /// A CPU maker's chip signed the report, with a reservation.
    ChipReserved => Caveat [Machine];
    /// A GPU signed, and nothing says which machine it is in.
    Gpu => Caveat [Machine];
    /// A cloud provider says so.
    Provider => Caveat [Machine, Operator, Software];
    /// Somebody says so.
    Statement => Open [Machine, Software, Operator];
    /// A chain under a root that the policy names says so.
    PolicyRoot => Open [Machine, Software, Operator];
    /// A chain to a commit.
    Commit => Yes [Software];
    /// A chain to a commit, with a reservation.
    CommitReserved => Caveat [Software];
    /// A chain to an image.
    Image => Yes [Software];
    /// A chain to an image, with a reservation.
    ImageReserved => Caveat [Software];
    /// It was one known image, and its operator can change it as it runs.
    Changeable => Open [Software];
    /// A signed build is at hand that nothing ties to this machine.
    Apart => Open [Software];
    /// A signed record names a source, and there is no machine.
    Record => Open [Software];
    /// Debugging is off, and known software runs.
    Hidden => Yes [Operator];
    /// Debugging is off, with a reservation about the rules that the guest runs under.
    HiddenReserved => Caveat [Operator];
    /// Debugging is off, and the software is not known: it can hand out what it sees.
    HiddenUnknown => Caveat [Operator];
    /// Debugging is off, and the operator changed how the software is started.
    Overrides => Caveat [Operator];
    /// Debugging is off, and the service's key was made outside of the machine.
    OutsideKey => Caveat [Operator];
    /// Debugging is on.
    Debug => No [Operator];
    /// The firmware is up to date by a list that the chip's maker signed.
    SignedList => Yes [Current];
    /// The firmware meets the verifier's own dated table.
    OwnTable => Yes [Current];
    /// The firmware meets the minimum that the policy names.
    PolicyMinimum => Yes [Current];
    /// A service of the chip's maker says that the firmware is accepted.
    Service => Yes [Current];
    /// The firmware holds with a reservation.
    CurrentReserved => Caveat [Current];
    /// The firmware holds, and whether a key was withdrawn was not decided.
    WithdrawalOpen => Caveat [Current];
    /// The firmware does not meet the policy.
    Outdated => No [Current];
    /// It answers the challenge of this process.
    Challenge => Yes [Fresh];
    /// It answers a challenge that the policy names.
    PolicyChallenge => Caveat [Fresh];
    /// It answers another challenge than the one that was asked with.
    OtherChallenge => No [Fresh];
    /// It is according to a recording.
    Recorded => Open [Fresh];
    /// It answers a challenge that came with it.
    Given => Open [Fresh];
    /// It was made earlier.
    Earlier => Open [Fresh];
    /// This process met the key that the evidence names.
    Met => Yes [Connection];
    /// That key was met, and there is a reservation about where encryption ends.
    MetReserved => Caveat [Connection];
    /// That key was met, and the software that names it is not known.
    MetUnknown => Caveat [Connection];
    /// The connection used another key.
    OtherKey => No [Connection];
    /// The evidence names a key, and it was compared with no connection.
    NotCompared => Open [Connection];
    /// A check of it fails.
    Contradicted => No [Machine, Software, Operator, Connection];
    /// A check of something else fails, so that nothing is said in favour.
    Withheld => Open [Software, Operator, Connection];
    /// It was not shown.
    NotShown => Open [Machine, Software, Operator, Current, Fresh, Connection];
    /// Nothing at hand says whose key signed.
    UnknownKey => Open [Machine, Software, Operator, Current, Fresh, Connection];
    /// No machine is part of it.
    NoMachine => None [Machine, Operator, Current, Fresh, Connection];
    /// Nothing is published about it.
    NotPublished => None [Machine, Software, Operator, Current, Fresh, Connection];
    /// No answer was read.
    NotAsked => NotAsked [Machine, Software, Operator, Current, Fresh, Connection];
}

/// What the rows are read from.
pub(super) struct Seen<'r> {
    pub(super) links: &'r [Link],
    pub(super) assurance: &'r Assurance,
    pub(super) flags: &'r Flags,
    pub(super) verdict: &'r Verdict,
    pub(super) ends_at: &'r EndsAt,
    pub(super) claims: &'r [Claim],
    pub(super) wanted: &'r [Wanted],
    /// Whether this process asked for what was examined.
    pub(super) asked_here: bool,
    /// Whether a recording says what was asked.
    pub(super) is_recorded: bool,
    /// Whether there is something to read.
    pub(super) is_answered: bool,
}

impl Answer {
    /// The rows and the next step.
    pub(super) fn of(seen: &Seen<'_>) -> Self {
        let rows = rows::rows(seen);
        let next = next::next(seen, &rows);
        Self { rows, next }
    }
}

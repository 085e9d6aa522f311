//! What can be wrong with a simulated coordinator.

use std::fmt;
use std::str::FromStr;

use super::machine::Condition;

macro_rules! faults {
    ($($name:ident, $word:literal, $what:literal;)*) => {
        /// Something that is wrong on purpose.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $(#[doc = $what] $name,)*
        }

        impl Fault {
            /// Every fault.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name on the command line, in paths and in host names.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// What it does, in one sentence.
            pub const fn what(self) -> &'static str {
                match self {
                    $(Self::$name => $what,)*
                }
            }
        }
    };
}

faults! {
    OldNonce, "old-nonce", "The answer was made for another nonce, and says so.";
    Replayed, "replayed", "The answer was made for another nonce, and pretends to be for this one.";
    StrippedEvidence, "stripped-evidence", "A piece of evidence was taken out on the way.";
    SwappedSealedKey, "swapped-sealed-key", "The key endpoint names another key.";
    WrongImage, "wrong-image", "Another image runs than the one that was built.";
    ExpiredCollateral, "expired-collateral", "What the vendor signed about the chip has ended.";
    RevokedChip, "revoked-chip", "The vendor has revoked what vouches for the chip.";
    Debug, "debug", "The host may read the memory of the machine.";
    NotFound, "404", "Nothing is served.";
    Unavailable, "503", "The machine has no evidence to give.";
    NoCors, "no-cors", "No page of another origin may read the answer.";
    Slow, "slow", "The answer does not come.";
    Truncated, "truncated", "The answer ends in the middle.";
    Oversized, "oversized", "The answer is 10 MB of JSON.";
    WrongType, "wrong-type", "The answer is a page for people.";
    BadJson, "bad-json", "The answer is no JSON.";
    Redirect, "redirect", "The answer sends the reader elsewhere.";
}

impl Fault {
    /// What is wrong with the machine behind it.
    pub const fn condition(self) -> Condition {
        match self {
            Self::WrongImage => Condition::WrongImage,
            Self::Debug => Condition::Debug,
            Self::RevokedChip => Condition::RevokedChip,
            Self::ExpiredCollateral => Condition::ExpiredCollateral,
            _ => Condition::Healthy,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|fault| fault.word() == word);
        known.copied().ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|fault| fault.word()).collect();
            format!("no such fault; there are {}", words.join(", "))
        })
    }
}

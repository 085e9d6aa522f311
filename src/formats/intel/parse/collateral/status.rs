//! Statuses of a trusted computing base, as Intel words them.

use std::fmt;

/// The status of a TCB level ("Get TCB Info" of Intel's Provisioning Certification Service API v4)
/// or what several converge to (Intel's quote verification library).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TcbStatus {
    /// Every published fix is in.
    UpToDate,
    /// Every published fix is in; software in the enclave or guest must do its part.
    SwHardeningNeeded,
    /// Every published fix is in; the platform's settings leave a weakness.
    ConfigurationNeeded,
    /// Both of the former.
    ConfigurationAndSwHardeningNeeded,
    /// The guest was launched on an older module than the one that runs now: launch it again.
    RelaunchAdvised,
    /// The former, and the platform's settings leave a weakness.
    RelaunchAdvisedConfigurationNeeded,
    /// Fixes are missing.
    OutOfDate,
    /// Fixes are missing, and the platform's settings leave a weakness.
    OutOfDateConfigurationNeeded,
    /// Intel withdrew it.
    Revoked,
}

impl TcbStatus {
    /// The status that collateral calls `word`. The two that are only ever computed have no word
    /// there.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        const WRITTEN: [TcbStatus; 7] = [
            TcbStatus::UpToDate,
            TcbStatus::SwHardeningNeeded,
            TcbStatus::ConfigurationNeeded,
            TcbStatus::ConfigurationAndSwHardeningNeeded,
            TcbStatus::OutOfDate,
            TcbStatus::OutOfDateConfigurationNeeded,
            TcbStatus::Revoked,
        ];
        WRITTEN.into_iter().find(|status| status.word() == word)
    }

    /// Intel's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::UpToDate => "UpToDate",
            Self::SwHardeningNeeded => "SWHardeningNeeded",
            Self::ConfigurationNeeded => "ConfigurationNeeded",
            Self::ConfigurationAndSwHardeningNeeded => "ConfigurationAndSWHardeningNeeded",
            Self::RelaunchAdvised => "TDRelaunchAdvised",
            Self::RelaunchAdvisedConfigurationNeeded => "TDRelaunchAdvisedConfigurationNeeded",
            Self::OutOfDate => "OutOfDate",
            Self::OutOfDateConfigurationNeeded => "OutOfDateConfigurationNeeded",
            Self::Revoked => "Revoked",
        }
    }

    /// What a platform of this status comes to with a quoting enclave or TDX module of status
    /// `part` (T26).
    #[must_use]
    pub(crate) const fn with_part(self, part: Self) -> Self {
        match (self, part) {
            (Self::Revoked, _) | (_, Self::Revoked) => Self::Revoked,
            (
                Self::UpToDate | Self::SwHardeningNeeded,
                Self::OutOfDate | Self::OutOfDateConfigurationNeeded,
            ) => Self::OutOfDate,
            (
                Self::ConfigurationNeeded | Self::ConfigurationAndSwHardeningNeeded,
                Self::OutOfDate | Self::OutOfDateConfigurationNeeded,
            ) => Self::OutOfDateConfigurationNeeded,
            (Self::UpToDate, part) => part,
            (platform, _) => platform,
        }
    }
}

impl fmt::Display for TcbStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::TcbStatus::{self, *};

    /// Intel's quote verification library, `convergeTcbStatusWithTdxModuleTcb`.
    #[test]
    fn an_outdated_part_makes_the_whole_outdated() {
        for (platform, part, whole) in [
            (UpToDate, UpToDate, UpToDate),
            (UpToDate, OutOfDate, OutOfDate),
            (SwHardeningNeeded, OutOfDate, OutOfDate),
            (ConfigurationNeeded, OutOfDate, OutOfDateConfigurationNeeded),
            (ConfigurationAndSwHardeningNeeded, OutOfDate, OutOfDateConfigurationNeeded),
            (OutOfDate, UpToDate, OutOfDate),
            (OutOfDateConfigurationNeeded, OutOfDate, OutOfDateConfigurationNeeded),
            (UpToDate, Revoked, Revoked),
            (Revoked, UpToDate, Revoked),
        ] {
            assert_eq!(platform.with_part(part), whole, "{platform} with {part}");
        }
    }

    #[test]
    fn unknown_and_computed_words_are_not_read() {
        assert_eq!(TcbStatus::of_word("UpToDate"), Some(UpToDate));
        assert_eq!(TcbStatus::of_word("uptodate"), None);
        assert_eq!(TcbStatus::of_word("TDRelaunchAdvised"), None);
        assert_eq!(TcbStatus::of_word("Fine"), None);
    }
}

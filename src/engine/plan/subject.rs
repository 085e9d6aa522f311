//! The services that a reader can choose by name.

use serde::Serialize;

use super::Origin;
use crate::services::coordinator;
use crate::services::coordinator::parse::exchange::{ATTESTATION, ENCRYPTION_KEY, TINFOIL};

/// A service that can be asked without knowing its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// Stable name; the key of its wording.
    pub id: &'static str,
    /// Where it is.
    pub origin: &'static str,
}

/// Darkbloom's coordinator, which publishes nothing so far, and Tinfoil's router.
pub const SUBJECTS: [Subject; 2] = [
    Subject { id: "darkbloom", origin: "https://api.darkbloom.dev" },
    Subject { id: "tinfoil", origin: "https://atc.tinfoil.sh" },
];

/// How a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// By the contract for coordinators.
    Coordinator,
    /// As Tinfoil's router does: one bundle, made for everyone.
    Tinfoil,
}

impl Service {
    /// What is known of `origin`; whoever is not known is asked by the contract.
    pub fn of(origin: &Origin) -> Self {
        if origin.to_string() == "https://atc.tinfoil.sh" {
            Self::Tinfoil
        } else {
            Self::Coordinator
        }
    }

    /// What is asked for first, and the path of each.
    pub(super) const fn paths(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Coordinator => &[
                (ATTESTATION, coordinator::parse::PATH),
                (ENCRYPTION_KEY, coordinator::parse::KEY_PATH),
            ],
            Self::Tinfoil => &[(TINFOIL, "/attestation")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_is_named_by_its_one_spelling() {
        for subject in SUBJECTS {
            let origin: Origin = subject.origin.parse().unwrap();
            assert_eq!(origin.to_string(), subject.origin);
        }
    }
}

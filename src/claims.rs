//! What verified evidence states, independent of its format.

use serde::Serialize;

use crate::finding::{LinkId, Value};

/// A value that verified evidence states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Stable name (`snp.measurement`, `git.commit`).
    pub name: &'static str,
    /// The value.
    pub value: Value,
    /// The link that shows it; the claim stands and falls with that link.
    pub link: LinkId,
}

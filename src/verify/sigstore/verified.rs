//! What a verified bundle is.

use crate::endorsements::sigstore::{FulcioIdentity, Statement};
use crate::time::UnixTime;

/// A bundle of which every step was verified.
///
/// It shows that the identity's owner signed these bytes at one of these times, that the
/// certificate authority and the logs of the trusted root say so, and that the entry is in the
/// public log. It does not show that what the statement says is true, nor that the identity is
/// one to rely upon: that is appraisal.
#[derive(Clone, Debug)]
pub struct VerifiedStatement {
    pub(super) identity: FulcioIdentity,
    pub(super) statement: Option<Statement>,
    pub(super) payload: Vec<u8>,
    pub(super) signed_at: Vec<UnixTime>,
    pub(super) logged: Vec<Logged>,
}

/// Where the public log has the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Host name of the log.
    pub host: String,
    /// Index of the entry in the log.
    pub index: u64,
}

impl VerifiedStatement {
    /// Who signed, as the certificate says.
    pub const fn identity(&self) -> &FulcioIdentity {
        &self.identity
    }

    /// What was signed; `None` when the bundle signs an artifact directly.
    pub const fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// The signed payload, exactly; empty when the bundle signs an artifact directly.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The moments at which the signature was seen by a timestamp authority or a log, earliest
    /// first; never empty. Fractions of a second are dropped.
    pub fn signed_at(&self) -> &[UnixTime] {
        &self.signed_at
    }

    /// The log entries; never empty.
    pub fn logged(&self) -> &[Logged] {
        &self.logged
    }
}

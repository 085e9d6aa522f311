//! What a verified bundle is.

use super::signer::{Identity, ManagedKey};
use crate::builds::sigstore::parse::{FulcioIdentity, Statement};
use crate::time::UnixTime;

/// A bundle of which every step was verified.
///
/// It shows that the identity's owner signed these bytes at one of these times, that the
/// certificate authority and the logs of the trusted root say so, and that the entry is in the
/// public log, where the root has one. It does not show that what the statement says is true,
/// nor that the identity is one to rely upon: that is appraisal.
#[derive(Clone, Debug)]
pub struct VerifiedStatement {
    pub(super) signer: Signer,
    pub(super) instance: String,
    pub(super) statement: Option<Statement>,
    pub(super) payload: Vec<u8>,
    pub(super) signed_at: Vec<UnixTime>,
    pub(super) logged: Vec<Logged>,
    pub(super) is_compared: bool,
}

/// Who signed.
#[derive(Clone, Debug)]
pub(super) enum Signer {
    /// The owner of this identity, as a certificate authority of the root says.
    Certificate(FulcioIdentity),
    /// Whoever has this key, which the reader named. Its identity is empty.
    Key(ManagedKey, FulcioIdentity),
}

impl From<Identity> for Signer {
    fn from(signer: Identity) -> Self {
        match signer {
            Identity::Certificate { certificate, .. } => {
                Self::Certificate(certificate.identity().clone())
            }
            Identity::Key(key) => Self::Key(key, FulcioIdentity::default()),
        }
    }
}

/// Where the public log has the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Host name of the log.
    pub host: String,
    /// Index of the entry in the log.
    pub index: u64,
    /// Whether the log was shown to hold the entry; otherwise it promised to take the entry in.
    pub is_included: bool,
}

impl VerifiedStatement {
    /// Who signed, as the certificate says; empty when there is no certificate.
    pub const fn identity(&self) -> &FulcioIdentity {
        match &self.signer {
            Signer::Certificate(identity) | Signer::Key(_, identity) => identity,
        }
    }

    /// The reader's key that signed, when there is no certificate.
    pub const fn key(&self) -> Option<&ManagedKey> {
        match &self.signer {
            Signer::Certificate(_) => None,
            Signer::Key(key, _) => Some(key),
        }
    }

    /// The Sigstore instance whose keys were the root: its name, or the SHA-256 of a supplied
    /// file.
    pub fn instance(&self) -> &str {
        &self.instance
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
    /// first; empty only when there is no certificate. Fractions of a second are dropped.
    pub fn signed_at(&self) -> &[UnixTime] {
        &self.signed_at
    }

    /// Whether the artifact that was asked for is the one that was signed, or is among the
    /// statement's subjects. Otherwise nothing was compared.
    pub const fn is_compared(&self) -> bool {
        self.is_compared
    }

    /// The log entries; empty only when the instance keeps no public log.
    pub fn logged(&self) -> &[Logged] {
        &self.logged
    }
}

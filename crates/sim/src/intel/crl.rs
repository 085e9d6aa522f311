//! Revocation lists of the root and of the two PCK authorities (Intel, "PCK Certificate and
//! Certificate Revocation List Profile Specification", section 1.4).

use silicon_to_source::time::{UnixTime, Validity};

use super::{COLLATERAL_VALIDITY, Role};
use crate::certificate::simulated_name;
use crate::crl::ListTemplate;
use crate::keys::Key;

/// A certificate revocation list.
#[derive(Clone, Debug)]
pub struct CrlSpec {
    /// Whose list it is: the root's, or that of one of the PCK authorities.
    pub issuer: Role,
    /// The issuer's common name, when it is not the role's.
    pub issuer_name: Option<String>,
    /// Serial numbers of revoked certificates, big-endian.
    pub revoked: Vec<Vec<u8>>,
    /// thisUpdate.
    pub this_update: UnixTime,
    /// nextUpdate, or none.
    pub next_update: Option<UnixTime>,
    /// The key that signs.
    pub signer: Key,
}

impl CrlSpec {
    /// A healthy list of `issuer` that revokes nothing, fresh from 2024-12-01 to the end of 2045.
    pub const fn new(issuer: Role) -> Self {
        let Validity { not_before, not_after } = COLLATERAL_VALIDITY;
        Self {
            issuer,
            issuer_name: None,
            revoked: Vec::new(),
            this_update: not_before,
            next_update: Some(not_after),
            signer: issuer.key(),
        }
    }

    /// A list of `issuer` that revokes the certificates with these serial numbers.
    pub fn revoking(issuer: Role, serials: &[&[u8]]) -> Self {
        let revoked = serials.iter().map(|serial| serial.to_vec()).collect();
        Self { revoked, ..Self::new(issuer) }
    }

    /// The signed list in DER.
    pub fn der(&self) -> Vec<u8> {
        let name = self.issuer_name.as_deref().unwrap_or(self.issuer.common_name());
        ListTemplate {
            issuer: simulated_name(name),
            revoked: self.revoked.clone(),
            this_update: self.this_update,
            next_update: self.next_update,
            signer: self.signer,
            algorithm: self.signer.algorithm(),
        }
        .sign()
    }
}

//! Certificate revocation lists, signed by the ARK (RFC 5280 section 5).

use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::UnixTime;

use super::Role;
use crate::certificate::simulated_name;
use crate::crl::ListTemplate;
use crate::keys::Key;
use crate::signature::{self, Algorithm};

/// A certificate revocation list.
#[derive(Clone, Debug)]
pub struct CrlSpec {
    /// The product, which decides the issuer's name.
    pub product: Product,
    /// Serial numbers of revoked certificates, big-endian.
    pub revoked: Vec<Vec<u8>>,
    /// thisUpdate.
    pub this_update: UnixTime,
    /// nextUpdate, or none.
    pub next_update: Option<UnixTime>,
    /// The key that signs.
    pub signer: Key,
    /// The algorithm that signs.
    pub algorithm: Algorithm,
    /// The issuer's common name, when it is not the product's ARK.
    pub issuer: Option<String>,
}

impl CrlSpec {
    /// A healthy list that revokes nothing.
    pub const fn new(product: Product, this_update: UnixTime, next_update: UnixTime) -> Self {
        Self {
            product,
            revoked: Vec::new(),
            this_update,
            next_update: Some(next_update),
            signer: Key::Ark,
            algorithm: signature::AMD,
            issuer: None,
        }
    }

    /// The signed list in DER.
    pub fn der(&self) -> Vec<u8> {
        let issuer = self.issuer.clone().unwrap_or_else(|| Role::Ark.common_name(self.product));
        ListTemplate {
            issuer: simulated_name(&issuer),
            revoked: self.revoked.clone(),
            this_update: self.this_update,
            next_update: self.next_update,
            signer: self.signer,
            algorithm: self.algorithm,
        }
        .sign()
    }
}

/// A list of `product` that revokes `revoked`, signed by `signer`, in DER.
pub fn crl(
    product: Product,
    revoked: &[&[u8]],
    this_update: UnixTime,
    next_update: UnixTime,
    signer: Key,
) -> Vec<u8> {
    let revoked = revoked.iter().map(|serial| serial.to_vec()).collect();
    CrlSpec { revoked, signer, ..CrlSpec::new(product, this_update, next_update) }.der()
}

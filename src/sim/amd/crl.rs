//! Certificate revocation lists, signed by the ARK (RFC 5280 section 5).

use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::der::Encode as _;
use x509_cert::der::asn1::BitString;
use x509_cert::serial_number::SerialNumber;

use super::Role;
use crate::evidence::snp::Product;
use crate::sim::certificate::{authority_key_identifier, extension, simulated_name, time};
use crate::sim::der::integer;
use crate::sim::keys::Key;
use crate::sim::signature::{self, Algorithm};
use crate::time::UnixTime;

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
        let revoked = self.revoked.iter().map(|serial| RevokedCert {
            serial_number: SerialNumber::new(serial).unwrap(),
            revocation_date: time(self.this_update),
            crl_entry_extensions: None,
        });
        let issuer = self.issuer.clone().unwrap_or_else(|| Role::Ark.common_name(self.product));
        let tbs_cert_list = TbsCertList {
            version: Version::V2,
            signature: self.algorithm.identifier(),
            issuer: simulated_name(&issuer),
            this_update: time(self.this_update),
            next_update: self.next_update.map(time),
            revoked_certificates: (!self.revoked.is_empty()).then(|| revoked.collect()),
            crl_extensions: Some(vec![
                authority_key_identifier(self.signer),
                extension("2.5.29.20", false, &integer(&[1])),
            ]),
        };
        let signature = self.signer.sign(self.algorithm, &tbs_cert_list.to_der().unwrap());
        CertificateList {
            tbs_cert_list,
            signature_algorithm: self.algorithm.identifier(),
            signature: BitString::from_bytes(&signature).unwrap(),
        }
        .to_der()
        .unwrap()
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

//! Certificate revocation lists built field by field (RFC 5280 section 5).

use silicon_to_source::time::UnixTime;
use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::der::Encode as _;
use x509_cert::der::asn1::BitString;
use x509_cert::name::RdnSequence;
use x509_cert::serial_number::SerialNumber;

use super::certificate::{authority_key_identifier, extension, time};
use super::der::integer;
use super::keys::Key;
use super::signature::Algorithm;

/// A revocation list that is not signed yet.
#[derive(Clone, Debug)]
pub struct ListTemplate {
    /// The issuer's name.
    pub issuer: RdnSequence,
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
}

impl ListTemplate {
    /// The signed list in DER.
    pub fn sign(&self) -> Vec<u8> {
        let revoked = self.revoked.iter().map(|serial| RevokedCert {
            serial_number: SerialNumber::new(serial).unwrap(),
            revocation_date: time(self.this_update),
            crl_entry_extensions: None,
        });
        let tbs_cert_list = TbsCertList {
            version: Version::V2,
            signature: self.algorithm.identifier(),
            issuer: self.issuer.clone(),
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

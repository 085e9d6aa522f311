//! Answers of an OCSP service (RFC 6960 section 4.2), built field by field.

use silicon_to_source::time::UnixTime;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _};

use super::der::{BIT_STRING, BOOLEAN, ENUMERATED, OCTET_STRING, SEQUENCE, context, oid, tlv};
use super::keys::Key;
use super::signature::Hash;

/// A response about one certificate that is not signed yet.
#[derive(Clone, Debug)]
pub struct OcspSpec {
    /// The certificate that it is about, DER.
    pub cert: Vec<u8>,
    /// Its issuer, DER.
    pub issuer: Vec<u8>,
    /// The hash in the certificate's id.
    pub hash: Hash,
    /// What it says.
    pub status: OcspStatus,
    /// thisUpdate.
    pub this_update: UnixTime,
    /// nextUpdate, or none.
    pub next_update: Option<UnixTime>,
    /// Whether a critical extension that nobody knows stands in it.
    pub is_critical: bool,
    /// The key that signs.
    pub signer: Key,
    /// A certificate beside the signature, DER.
    pub responder: Option<Vec<u8>>,
}

/// What a response says of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// It was not revoked.
    Good,
    /// It was revoked.
    Revoked,
    /// The service does not know it.
    Unknown,
}

impl OcspSpec {
    /// A healthy answer about `cert`, which `issuer` issued, signed by the issuer's `signer`.
    pub fn good(cert: &[u8], issuer: &[u8], signer: Key, at: UnixTime) -> Self {
        Self {
            cert: cert.to_vec(),
            issuer: issuer.to_vec(),
            hash: Hash::Sha384,
            status: OcspStatus::Good,
            this_update: at,
            next_update: Some(UnixTime(at.0 + 86_400)),
            is_critical: false,
            signer,
            responder: None,
        }
    }

    /// The response in DER.
    pub fn der(&self) -> Vec<u8> {
        let named = |text| oid(ObjectIdentifier::new_unwrap(text));
        let data = self.data();
        let algorithm = self.signer.algorithm();
        let signature = self.signer.sign(algorithm, &data);
        let certificates =
            self.responder.as_ref().map(|der| tlv(context(0), &[&tlv(SEQUENCE, &[der])]));
        let basic = tlv(
            SEQUENCE,
            &[
                &data,
                &algorithm.identifier_der(),
                &tlv(BIT_STRING, &[&[0], &signature]),
                &certificates.unwrap_or_default(),
            ],
        );
        let bytes = tlv(SEQUENCE, &[&named("1.3.6.1.5.5.7.48.1.1"), &tlv(OCTET_STRING, &[&basic])]);
        tlv(SEQUENCE, &[&tlv(ENUMERATED, &[&[0]]), &tlv(context(0), &[&bytes])])
    }

    /// ResponseData.
    fn data(&self) -> Vec<u8> {
        let cert = Certificate::from_der(&self.cert).unwrap().tbs_certificate;
        let issuer = Certificate::from_der(&self.issuer).unwrap().tbs_certificate;
        let key = issuer.subject_public_key_info.subject_public_key;
        let octets = |bytes: &[u8]| tlv(OCTET_STRING, &[&self.hash.digest(bytes)]);
        let id = tlv(
            SEQUENCE,
            &[
                &self.hash.identifier(),
                &octets(&cert.issuer.to_der().unwrap()),
                &octets(key.raw_bytes()),
                &cert.serial_number.to_der().unwrap(),
            ],
        );
        let at = |time: UnixTime| {
            let text: String = time.to_string().chars().filter(|c| !"-:T".contains(*c)).collect();
            tlv(0x18, &[text.as_bytes()])
        };
        let status = match self.status {
            OcspStatus::Good => tlv(0x80, &[]),
            OcspStatus::Revoked => tlv(context(1), &[&at(self.this_update)]),
            OcspStatus::Unknown => tlv(0x82, &[]),
        };
        let next = self.next_update.map(|next| tlv(context(0), &[&at(next)]));
        let extensions = self.is_critical.then(|| {
            let unknown = oid(ObjectIdentifier::new_unwrap("2.25.1"));
            let extension = tlv(
                SEQUENCE,
                &[&unknown, &tlv(BOOLEAN, &[&[0xff]]), &tlv(OCTET_STRING, &[&[5, 0]])],
            );
            tlv(context(1), &[&tlv(SEQUENCE, &[&extension])])
        });
        let single =
            tlv(SEQUENCE, &[&id, &status, &at(self.this_update), &next.unwrap_or_default()]);
        let responder = tlv(context(1), &[&issuer.subject.to_der().unwrap()]);
        tlv(
            SEQUENCE,
            &[
                &responder,
                &at(self.this_update),
                &tlv(SEQUENCE, &[&single]),
                &extensions.unwrap_or_default(),
            ],
        )
    }
}

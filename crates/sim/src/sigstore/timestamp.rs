//! A simulated timestamp authority: RFC 3161 tokens, built field by field.

use std::sync::OnceLock;
use std::time::Duration;

use silicon_to_source::digest::{Sha256, Sha384};
use silicon_to_source::time::UnixTime;
use x509_cert::der::Encode as _;
use x509_cert::der::asn1::{GeneralizedTime, ObjectIdentifier};

use crate::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Template, authority_key_identifier,
    basic_constraints, extended_key_usage, key_usage, simulated_name, subject_key_identifier,
};
use crate::der::{INTEGER, OCTET_STRING, SEQUENCE, context, oid, tlv};
use crate::keys::Key;
use crate::{AUTHORITY_VALIDITY, BUILD_TIME, ENTITY_VALIDITY};

const SET: u8 = 0x31;

/// Extended key usage id-kp-timeStamping.
pub const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";
/// id-ct-TSTInfo, the content type of a timestamp.
pub const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
/// id-data, a content type that no timestamp has.
pub const DATA: &str = "1.2.840.113549.1.7.1";

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
const SHA384: &str = "2.16.840.1.101.3.4.2.2";

/// Common name of the authority's root.
pub(super) const ROOT_NAME: &str = "SIMULATED timestamp root";
const LEAF_NAME: &str = "SIMULATED timestamp authority";

/// The timestamp authority's root certificate in DER. Signed once per process.
pub fn timestamp_root() -> &'static [u8] {
    static CACHE: OnceLock<Vec<u8>> = OnceLock::new();
    CACHE.get_or_init(|| {
        let name = simulated_name(ROOT_NAME);
        let key = Key::TsaRoot;
        let mut root = Template::new(name.clone(), name, AUTHORITY_VALIDITY, key, key);
        root.extensions = vec![
            key_usage(KEY_CERT_SIGN | CRL_SIGN),
            basic_constraints(Some(PathLength::AtMost(0))),
            subject_key_identifier(key),
        ];
        root.sign()
    })
}

/// The timestamp authority's certificate in DER, with these purposes; a healthy one has
/// [`TIME_STAMPING`] alone.
pub fn timestamp_authority(purposes: &[&str]) -> Vec<u8> {
    let mut leaf = authority();
    leaf.extensions = vec![
        key_usage(DIGITAL_SIGNATURE),
        subject_key_identifier(Key::Tsa),
        authority_key_identifier(Key::TsaRoot),
    ];
    if !purposes.is_empty() {
        let mut usage = extended_key_usage(purposes);
        usage.critical = true;
        leaf.extensions.push(usage);
    }
    leaf.sign()
}

fn authority() -> Template {
    let mut leaf = Template::new(
        simulated_name(ROOT_NAME),
        simulated_name(LEAF_NAME),
        ENTITY_VALIDITY,
        Key::Tsa,
        Key::TsaRoot,
    );
    leaf.serial = vec![3];
    leaf
}

/// A timestamp of a bundle's signature.
#[derive(Clone, Debug)]
pub struct TokenSpec {
    /// genTime.
    pub time: UnixTime,
    /// The P-384 key that signs.
    pub signer: Key,
    /// What is stamped instead of the bundle's signature.
    pub stamped_instead: Option<Vec<u8>>,
    /// eContentType, the type of what is signed.
    pub content_type: &'static str,
    /// The signed attribute contentType; none leaves it out.
    pub signed_content_type: Option<&'static str>,
    /// The signed attribute SigningCertificateV2.
    pub names: Names,
    /// How many SignerInfos there are. Those after the first are signed by the same key.
    pub signers: usize,
}

/// What SigningCertificateV2 names (RFC 5816).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// The authority's certificate.
    Authority,
    /// Another certificate.
    Another,
    /// Nothing: the attribute is left out.
    Nothing,
}

impl Default for TokenSpec {
    fn default() -> Self {
        Self {
            time: UnixTime(BUILD_TIME.0 + 4),
            signer: Key::Tsa,
            stamped_instead: None,
            content_type: TST_INFO,
            signed_content_type: Some(TST_INFO),
            names: Names::Authority,
            signers: 1,
        }
    }
}

impl TokenSpec {
    /// The TimeStampResp in DER, about `signature`.
    pub fn der(&self, signature: &[u8]) -> Vec<u8> {
        let stamped = self.stamped_instead.as_deref().unwrap_or(signature);
        let info = self.info(stamped);
        let mut signers: Vec<Vec<u8>> = (0..self.signers).map(|n| self.signer(&info, n)).collect();
        signers.sort();
        let content = tlv(context(0), &[&tlv(OCTET_STRING, &[&info])]);
        let signed_data = tlv(
            SEQUENCE,
            &[
                &tlv(INTEGER, &[&[3]]),
                &tlv(SET, &[&algorithm(SHA384)]),
                &tlv(SEQUENCE, &[&identifier(self.content_type), &content]),
                &tlv(SET, &[&signers.concat()]),
            ],
        );
        let token = tlv(SEQUENCE, &[&identifier(SIGNED_DATA), &tlv(context(0), &[&signed_data])]);
        let granted = tlv(SEQUENCE, &[&tlv(INTEGER, &[&[0]])]);
        tlv(SEQUENCE, &[&granted, &token])
    }

    /// TSTInfo (RFC 3161 section 2.4.2), with an imprint by SHA-384 as GitHub's authority makes.
    fn info(&self, stamped: &[u8]) -> Vec<u8> {
        let imprint = tlv(OCTET_STRING, &[Sha384::of(stamped).as_bytes()]);
        let since_1970 = Duration::from_secs(u64::try_from(self.time.0).unwrap());
        let time = GeneralizedTime::from_unix_duration(since_1970).unwrap().to_der().unwrap();
        tlv(
            SEQUENCE,
            &[
                &tlv(INTEGER, &[&[1]]),
                &identifier("1.2.3.4.1"),
                &tlv(SEQUENCE, &[&algorithm(SHA384), &imprint]),
                &tlv(INTEGER, &[&[7]]),
                &time,
            ],
        )
    }

    /// SignerInfo `number`. Each after the first has one more attribute, so that it is another
    /// element of the set and comes after.
    fn signer(&self, info: &[u8], number: usize) -> Vec<u8> {
        let digest = tlv(OCTET_STRING, &[Sha384::of(info).as_bytes()]);
        let mut attributes = vec![attribute(MESSAGE_DIGEST, &digest)];
        if let Some(kind) = self.signed_content_type {
            attributes.push(attribute(CONTENT_TYPE, &identifier(kind)));
        }
        let named = match self.names {
            Names::Authority => Some(timestamp_authority(&[TIME_STAMPING])),
            Names::Another => Some(timestamp_root().to_vec()),
            Names::Nothing => None,
        };
        if let Some(certificate) = named {
            let hash = tlv(OCTET_STRING, &[Sha256::of(&certificate).as_bytes()]);
            let ids = tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&hash])]);
            attributes.push(attribute(SIGNING_CERTIFICATE_V2, &tlv(SEQUENCE, &[&ids])));
        }
        for extra in 0..number {
            let padding = tlv(OCTET_STRING, &[&vec![0; 100 * (extra + 1)]]);
            attributes.push(attribute(SIGNING_TIME, &padding));
        }
        attributes.sort();
        let attributes = attributes.concat();
        let signature = self.signer.sign(self.signer.algorithm(), &tlv(SET, &[&attributes]));
        let template = authority();
        let issuer = template.issuer.to_der().unwrap();
        let serial = tlv(INTEGER, &[&template.serial]);
        tlv(
            SEQUENCE,
            &[
                &tlv(INTEGER, &[&[1]]),
                &tlv(SEQUENCE, &[&issuer, &serial]),
                &algorithm(SHA384),
                &tlv(context(0), &[&attributes]),
                &self.signer.algorithm().identifier_der(),
                &tlv(OCTET_STRING, &[&signature]),
            ],
        )
    }
}

fn attribute(kind: &str, value: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[&identifier(kind), &tlv(SET, &[value])])
}

/// AlgorithmIdentifier without parameters.
fn algorithm(id: &str) -> Vec<u8> {
    tlv(SEQUENCE, &[&identifier(id)])
}

fn identifier(id: &str) -> Vec<u8> {
    oid(ObjectIdentifier::new_unwrap(id))
}

//! A simulated AWS: its root for Nitro enclaves, the authorities below it, and attestation
//! documents.
//!
//! [`NitroSpec::healthy`] verifies under the simulated root at any time from 2025-01-01 to
//! 2045-01-01. Spoil one field to get one failure.

use minicbor::Encoder;
use minicbor::encode::write::Cursor;
use silicon_to_source::digest::Sha384;
use silicon_to_source::time::Validity;

use super::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template, basic_constraints,
    key_usage, simulated_name, subject_key_identifier,
};
use super::keys::Key;
use super::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};

/// The common name of AWS's root.
pub const ROOT_NAME: &str = "aws.nitro-enclaves";

/// The protected header `{1: -35}`: ES384.
pub const ES384: [u8; 4] = [0xa1, 0x01, 0x38, 0x22];

/// What the enclave's image of the simulated document is the SHA-384 of.
pub const IMAGE: &[u8] = b"SIMULATED enclave image";

/// A certificate of the chain.
#[derive(Clone, Debug)]
pub struct LinkSpec {
    /// The subject's common name.
    pub name: String,
    /// The issuer's common name.
    pub issuer: String,
    /// The certified key.
    pub subject_key: Key,
    /// The key that signs.
    pub signer: Key,
    /// How many authorities may follow; `None` for the enclave's own certificate.
    pub path_length: Option<PathLength>,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// What is wrong.
    pub spoil: Option<Spoil>,
}

impl LinkSpec {
    /// The healthy root, as committed in `src/pki/simulated/aws-nitro-root.der`.
    pub fn root() -> Self {
        Self {
            name: ROOT_NAME.into(),
            issuer: ROOT_NAME.into(),
            subject_key: Key::AwsNitroRoot,
            signer: Key::AwsNitroRoot,
            path_length: Some(PathLength::Any),
            validity: AUTHORITY_VALIDITY,
            spoil: None,
        }
    }

    /// An authority with one below it.
    pub fn regional() -> Self {
        Self {
            name: "SIMULATED region.aws.nitro-enclaves".into(),
            subject_key: Key::AwsNitroCa,
            path_length: Some(PathLength::AtMost(1)),
            validity: ENTITY_VALIDITY,
            ..Self::root()
        }
    }

    /// The authority of one instance.
    pub fn instance() -> Self {
        Self {
            name: "SIMULATED instance.aws.nitro-enclaves".into(),
            issuer: Self::regional().name,
            signer: Key::AwsNitroCa,
            path_length: Some(PathLength::AtMost(0)),
            ..Self::regional()
        }
    }

    /// The certificate of the key that signs documents.
    pub fn enclave() -> Self {
        Self {
            name: "SIMULATED enclave".into(),
            issuer: Self::instance().name,
            subject_key: Key::AwsNitroEnclave,
            path_length: None,
            ..Self::instance()
        }
    }

    /// The certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        let mut template = Template::new(
            simulated_name(&self.issuer),
            simulated_name(&self.name),
            self.validity,
            self.subject_key,
            self.signer,
        );
        let usage = match self.path_length {
            Some(_) => KEY_CERT_SIGN | CRL_SIGN,
            None => DIGITAL_SIGNATURE,
        };
        template.extensions = vec![
            subject_key_identifier(self.subject_key),
            key_usage(usage),
            basic_constraints(self.path_length),
        ];
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template.sign()
    }
}

/// An attestation document.
#[derive(Clone, Debug)]
pub struct NitroSpec {
    /// Whether the tag of COSE_Sign1 stands before it.
    pub tagged: bool,
    /// The protected header, encoded.
    pub protected: Vec<u8>,
    /// Whether the payload's map has no count but a mark at its end.
    pub marked: bool,
    /// `module_id`.
    pub module_id: String,
    /// `digest`.
    pub digest: String,
    /// `timestamp`, milliseconds since 1970.
    pub timestamp_ms: u64,
    /// `pcrs`, in this order.
    pub pcrs: Vec<(u8, Vec<u8>)>,
    /// `certificate`.
    pub certificate: LinkSpec,
    /// `cabundle`.
    pub cabundle: Vec<LinkSpec>,
    /// `public_key`.
    pub public_key: Option<Vec<u8>>,
    /// `user_data`.
    pub user_data: Option<Vec<u8>>,
    /// `nonce`.
    pub nonce: Option<Vec<u8>>,
    /// The payload, when it is not what the other fields say.
    pub payload: Option<Vec<u8>>,
    /// The key that signs.
    pub signer: Key,
}

impl NitroSpec {
    /// A document of 2030-01-01T00:00:00Z that gives no reason for complaint.
    pub fn healthy() -> Self {
        let zero = |number: u8| (number, vec![0; 48]);
        let of = |number: u8, text: &[u8]| (number, Sha384::of(text).0.to_vec());
        let mut pcrs = vec![
            of(0, IMAGE),
            of(1, b"SIMULATED kernel"),
            of(2, b"SIMULATED application"),
            of(3, b"SIMULATED role"),
            of(4, b"SIMULATED instance"),
        ];
        pcrs.extend((5..16).map(zero));
        Self {
            tagged: false,
            protected: ES384.to_vec(),
            marked: false,
            module_id: "i-SIMULATED-enc0123456789abcdef".into(),
            digest: "SHA384".into(),
            timestamp_ms: 1_893_456_000_000,
            pcrs,
            certificate: LinkSpec::enclave(),
            cabundle: vec![LinkSpec::root(), LinkSpec::regional(), LinkSpec::instance()],
            public_key: Some(b"SIMULATED public key".to_vec()),
            user_data: None,
            nonce: Some(b"SIMULATED nonce".to_vec()),
            payload: None,
            signer: Key::AwsNitroEnclave,
        }
    }

    /// The payload, encoded.
    pub fn payload(&self) -> Vec<u8> {
        if let Some(payload) = &self.payload {
            return payload.clone();
        }
        encoded(|e| {
            if self.marked {
                e.begin_map().unwrap()
            } else {
                e.map(9).unwrap()
            };
            e.str("module_id").unwrap().str(&self.module_id).unwrap();
            e.str("digest").unwrap().str(&self.digest).unwrap();
            e.str("timestamp").unwrap().u64(self.timestamp_ms).unwrap();
            e.str("pcrs").unwrap().map(self.pcrs.len() as u64).unwrap();
            for (number, value) in &self.pcrs {
                e.u8(*number).unwrap().bytes(value).unwrap();
            }
            e.str("certificate").unwrap().bytes(&self.certificate.der()).unwrap();
            e.str("cabundle").unwrap().array(self.cabundle.len() as u64).unwrap();
            for certificate in &self.cabundle {
                e.bytes(&certificate.der()).unwrap();
            }
            for (name, value) in [
                ("public_key", &self.public_key),
                ("user_data", &self.user_data),
                ("nonce", &self.nonce),
            ] {
                e.str(name).unwrap();
                match value {
                    Some(value) => e.bytes(value).unwrap(),
                    None => e.null().unwrap(),
                };
            }
            if self.marked {
                e.end().unwrap();
            }
        })
    }

    /// The document.
    pub fn bytes(&self) -> Vec<u8> {
        let payload = self.payload();
        let signed = encoded(|e| {
            e.array(4).unwrap().str("Signature1").unwrap();
            e.bytes(&self.protected).unwrap().bytes(&[]).unwrap().bytes(&payload).unwrap();
        });
        let (r, s) = self.signer.sign_p384(&signed);
        encoded(|e| {
            if self.tagged {
                e.tag(minicbor::data::Tag::new(18)).unwrap();
            }
            e.array(4).unwrap().bytes(&self.protected).unwrap().map(0).unwrap();
            e.bytes(&payload).unwrap().bytes(&[r, s].concat()).unwrap();
        })
    }

    /// The document at the front of dstack's attestation.
    pub fn dstack(&self) -> Vec<u8> {
        let document = self.bytes();
        let len = u16::try_from(document.len() << 2 | 1).unwrap();
        [&[0, 2][..], &len.to_le_bytes(), &document, &[0; 64]].concat()
    }
}

/// What `write` encodes, in shortest form.
fn encoded(write: impl FnOnce(&mut Encoder<Cursor<&mut [u8]>>)) -> Vec<u8> {
    let mut buffer = vec![0; 64 * 1024];
    let mut encoder = Encoder::new(Cursor::new(&mut buffer[..]));
    write(&mut encoder);
    let len = encoder.into_writer().position();
    buffer.truncate(len);
    buffer
}

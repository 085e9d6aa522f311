//! A simulated NVIDIA GPU: its certificates and reports.

mod manifest;

use crate::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template, basic_constraints,
    extended_key_usage, extension, key_usage, simulated_name,
};
use crate::der::{OCTET_STRING, SEQUENCE, tlv};
use crate::keys::Key;
use crate::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};

pub use manifest::ManifestSpec;

/// What a certificate of the chain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The root, committed as `src/pki/simulated/nvidia-root.der`.
    Root,
    /// The authority below it.
    Authority,
    /// The GPU's own.
    Device,
    /// The root of reference values, committed as `src/pki/simulated/nvidia-reference-root.der`.
    ReferenceRoot,
}

impl Role {
    const fn key(self) -> Key {
        match self {
            Self::Root => Key::NvidiaRoot,
            Self::Authority => Key::NvidiaAuthority,
            Self::Device => Key::NvidiaDevice,
            Self::ReferenceRoot => Key::NvidiaReference,
        }
    }

    const fn common_name(self) -> &'static str {
        match self {
            Self::Root => "NVIDIA Device Identity CA",
            Self::Authority => "NVIDIA GH100 Identity",
            Self::Device => "GH100 A01 GSP FMC LF",
            Self::ReferenceRoot => "NVIDIA CoRIM signing Root CA",
        }
    }
}

/// The certificate of `role` with at most one thing wrong, in DER. The GPU's names `firmware` as
/// what holds its key.
pub fn certificate(role: Role, firmware: &[u8; 48], spoil: Option<&Spoil>) -> Vec<u8> {
    let (issuer, validity) = match role {
        Role::Root | Role::Authority => (Role::Root, AUTHORITY_VALIDITY),
        Role::Device => (Role::Authority, ENTITY_VALIDITY),
        Role::ReferenceRoot => (Role::ReferenceRoot, AUTHORITY_VALIDITY),
    };
    let mut template = Template::new(
        simulated_name(issuer.common_name()),
        simulated_name(role.common_name()),
        validity,
        role.key(),
        issuer.key(),
    );
    template.extensions = match role {
        Role::Device => {
            let identity = tlv(SEQUENCE, &[&tlv(OCTET_STRING, &[firmware])]);
            vec![key_usage(DIGITAL_SIGNATURE), extension("2.23.133.5.4.1", false, &identity)]
        }
        _ => vec![key_usage(KEY_CERT_SIGN | CRL_SIGN), basic_constraints(Some(PathLength::Any))],
    };
    if let Some(spoil) = spoil {
        template.spoil(spoil);
    }
    template.sign()
}

/// A certificate of whoever answers for the authority of `issuer` about its certificates, over
/// `key`, for `purposes` (extKeyUsage), in DER.
pub fn responder(issuer: Role, key: Key, purposes: &[&str], spoil: Option<&Spoil>) -> Vec<u8> {
    let mut template = Template::new(
        simulated_name(issuer.common_name()),
        simulated_name("NVIDIA OCSP responder"),
        ENTITY_VALIDITY,
        key,
        issuer.key(),
    );
    template.extensions = vec![key_usage(DIGITAL_SIGNATURE), extended_key_usage(purposes)];
    if let Some(spoil) = spoil {
        template.spoil(spoil);
    }
    template.sign()
}

/// A report that is not signed yet.
#[derive(Clone, Debug)]
pub struct ReportSpec {
    /// The request's nonce.
    pub nonce: [u8; 32],
    /// The measurements, numbered from 1.
    pub measurements: Vec<[u8; 48]>,
    /// The opaque data: types and values.
    pub opaque: Vec<(u16, Vec<u8>)>,
    /// The key that signs.
    pub signer: Key,
}

impl ReportSpec {
    /// The firmware of the healthy GPU.
    pub const FIRMWARE: [u8; 48] = [0xf1; 48];
}

impl Default for ReportSpec {
    fn default() -> Self {
        Self {
            nonce: [0x11; 32],
            measurements: vec![[1; 48], [2; 48]],
            opaque: vec![
                (3, b"550.90.07\0".to_vec()),
                (6, vec![0, 0x9f, 0, 0x96, 1, 0, 0, 0]),
                (20, Self::FIRMWARE.to_vec()),
            ],
            signer: Key::NvidiaDevice,
        }
    }
}

impl ReportSpec {
    /// Request, response and signature.
    pub fn sign(&self) -> Vec<u8> {
        let mut report = [&[0x11, 0xe0, 0x01, 0xff][..], &self.nonce, &[0]].concat();
        let mut record = Vec::new();
        for (number, value) in (1_u8..).zip(&self.measurements) {
            record.extend([number, 1, 51, 0, 1, 48, 0]);
            record.extend(value);
        }
        report.extend([0x11, 0x60, 0, 0, self.measurements.len() as u8]);
        report.extend(&(record.len() as u32).to_le_bytes()[..3]);
        report.extend(record);
        report.extend([0x22; 32]);
        let opaque: Vec<u8> = self
            .opaque
            .iter()
            .flat_map(|(kind, value)| {
                let len = value.len() as u16;
                [&kind.to_le_bytes()[..], &len.to_le_bytes(), value].concat()
            })
            .collect();
        report.extend((opaque.len() as u16).to_le_bytes());
        report.extend(opaque);
        let (r, s) = self.signer.sign_p384(&report);
        [&*report, &r, &s].concat()
    }
}

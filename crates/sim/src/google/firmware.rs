//! Simulated endorsements of Google's firmware, and the certificates above them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silicon_to_source::digest::{Sha256, Sha384};

use super::vtpm::{field, number};
use crate::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template, basic_constraints,
    key_usage, simulated_name,
};
use crate::keys::Key;
use crate::signature::{Algorithm, Hash};
use crate::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};

/// RSASSA-PSS with SHA-256 throughout and 32 bytes of salt.
const PSS: Algorithm = Algorithm::Pss { hash: Hash::Sha256, mgf1: Hash::Sha256, salt: 32 };

/// What a certificate above an endorsement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirmwareRole {
    /// The root.
    Root,
    /// Could stand below the root; Google has none today.
    Intermediate,
    /// Signs endorsements.
    Signer,
}

impl FirmwareRole {
    /// The role's key.
    pub const fn key(self) -> Key {
        match self {
            Self::Root => Key::GoogleFirmwareRoot,
            Self::Intermediate => Key::GoogleFirmwareIntermediate,
            Self::Signer => Key::GoogleFirmwareSigner,
        }
    }

    const fn common_name(self) -> &'static str {
        match self {
            Self::Root => "GCE-cc-tcb-root",
            Self::Intermediate => "GCE-cc-tcb-intermediate",
            Self::Signer => "GCE-uefi-signer",
        }
    }
}

/// The certificate of `role` by `issuer`, with at most one thing wrong, in DER.
pub fn firmware_certificate(
    role: FirmwareRole,
    issuer: FirmwareRole,
    spoil: Option<&Spoil>,
) -> Vec<u8> {
    let mut template = firmware_template(role, issuer);
    if let Some(spoil) = spoil {
        template.spoil(spoil);
    }
    template.sign()
}

/// The certificate of `role` by `issuer`, not signed yet. The root allows no authority below it,
/// as Google's does.
pub fn firmware_template(role: FirmwareRole, issuer: FirmwareRole) -> Template {
    let is_signer = role == FirmwareRole::Signer;
    let validity = if is_signer { ENTITY_VALIDITY } else { AUTHORITY_VALIDITY };
    let [issuer_name, name] = [issuer, role].map(|role| simulated_name(role.common_name()));
    let mut template = Template::new(issuer_name, name, validity, role.key(), issuer.key());
    template.algorithm = PSS;
    template.extensions = match role {
        FirmwareRole::Signer => vec![key_usage(DIGITAL_SIGNATURE), basic_constraints(None)],
        _ => vec![
            key_usage(KEY_CERT_SIGN | CRL_SIGN),
            basic_constraints(Some(PathLength::AtMost(0))),
        ],
    };
    template
}

/// An endorsement that is not signed yet.
#[derive(Clone, Debug)]
pub struct FirmwareSpec {
    /// When it was made, in seconds since 1970.
    pub released: u64,
    /// The change that the firmware was built from.
    pub change: u64,
    /// The commit that the firmware was built from.
    pub commit: Vec<u8>,
    /// The certificate of the key that signs.
    pub certificate: Vec<u8>,
    /// SHA-384 of the image.
    pub digest: Sha384,
    /// The certificates that come along.
    pub bundle: Vec<Vec<u8>>,
    /// Measurements of SEV-SNP guests by their number of virtual processors.
    pub snp: Option<Vec<(u32, Sha384)>>,
    /// Measurements of TDX guests by GiB of memory, and whether it is accepted early.
    pub tdx: Option<Vec<(u32, bool, Sha384)>>,
    /// Fields after those of the golden measurement.
    pub extra: Vec<u8>,
    /// The key that signs.
    pub signer: Key,
    /// The algorithm that signs.
    pub algorithm: Algorithm,
}

impl FirmwareSpec {
    /// A healthy endorsement of 2025-05-01 without measurements.
    pub fn new() -> Self {
        let root = firmware_certificate(FirmwareRole::Root, FirmwareRole::Root, None);
        Self {
            released: 1_746_057_600,
            change: 700_000_000,
            commit: Vec::new(),
            certificate: firmware_certificate(FirmwareRole::Signer, FirmwareRole::Root, None),
            digest: Sha384::of(b"SIMULATED firmware"),
            bundle: vec![root],
            snp: None,
            tdx: None,
            extra: Vec::new(),
            signer: FirmwareRole::Signer.key(),
            algorithm: PSS,
        }
    }

    /// The golden measurement: what is signed.
    pub fn golden(&self) -> Vec<u8> {
        let mut golden = field(1, &number(1, self.released));
        golden.extend(number(2, self.change));
        if !self.commit.is_empty() {
            golden.extend(field(3, &self.commit));
        }
        golden.extend(field(4, &self.certificate));
        golden.extend(field(5, self.digest.as_bytes()));
        if !self.bundle.is_empty() {
            golden.extend(field(
                6,
                self.bundle.iter().map(|der| pem(der)).collect::<String>().as_bytes(),
            ));
        }
        if let Some(snp) = &self.snp {
            let mut part = number(1, 2);
            for (processors, digest) in snp {
                let entry = [number(1, u64::from(*processors)), field(2, digest.as_bytes())];
                part.extend(field(2, &entry.concat()));
            }
            part.extend(number(5, 0x30000));
            golden.extend(field(7, &part));
        }
        if let Some(tdx) = &self.tdx {
            let mut part = number(1, 3);
            for (gib, early, digest) in tdx {
                let mut entry = Vec::new();
                if *gib != 0 {
                    entry.extend(number(1, u64::from(*gib)));
                }
                if *early {
                    entry.extend(number(2, 1));
                }
                entry.extend(field(3, digest.as_bytes()));
                part.extend(field(2, &entry));
            }
            golden.extend(field(8, &part));
        }
        golden.extend(&self.extra);
        golden
    }

    /// The signed endorsement.
    pub fn bytes(&self) -> Vec<u8> {
        let golden = self.golden();
        let signature = self.signer.sign(self.algorithm, &golden);
        [field(1, &golden), field(2, &signature)].concat()
    }

    /// The root certificate, in DER.
    pub fn root() -> Vec<u8> {
        firmware_certificate(FirmwareRole::Root, FirmwareRole::Root, None)
    }

    /// The SHA-256 under which a policy names the root.
    pub fn root_fingerprint() -> Sha256 {
        Sha256::of(&Self::root())
    }
}

impl Default for FirmwareSpec {
    fn default() -> Self {
        Self::new()
    }
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

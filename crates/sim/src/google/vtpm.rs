//! A simulated virtual TPM: its certificates, quotes, logs, and the attestation around them.

use std::collections::BTreeMap;

use silicon_to_source::digest::{Sha256, Sha384};

use crate::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template, basic_constraints,
    key_usage, simulated_name,
};
use crate::keys::Key;
use crate::signature::Algorithm;
use crate::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};

/// What a certificate above a TPM's quotes is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VtpmRole {
    /// The root, committed as `src/pki/simulated/google-vtpm-root.der`.
    Root,
    /// Signs the certificates of attestation keys.
    Intermediate,
    /// Signs quotes.
    Attestation,
}

impl VtpmRole {
    /// The role's key.
    pub const fn key(self) -> Key {
        match self {
            Self::Root => Key::GoogleVtpmRoot,
            Self::Intermediate => Key::GoogleVtpmIntermediate,
            Self::Attestation => Key::GoogleVtpmAttestation,
        }
    }

    const fn common_name(self) -> &'static str {
        match self {
            Self::Root => "EK/AK CA Root",
            Self::Intermediate => "EK/AK CA Intermediate",
            Self::Attestation => "1234567890",
        }
    }
}

/// The certificate of `role` over `key`, with at most one thing wrong, in DER.
pub fn vtpm_certificate(role: VtpmRole, key: Key, spoil: Option<&Spoil>) -> Vec<u8> {
    let issuer = match role {
        VtpmRole::Root | VtpmRole::Intermediate => VtpmRole::Root,
        VtpmRole::Attestation => VtpmRole::Intermediate,
    };
    let [issuer_name, name] = [issuer, role].map(|role| simulated_name(role.common_name()));
    let is_leaf = role == VtpmRole::Attestation;
    let validity = if is_leaf { ENTITY_VALIDITY } else { AUTHORITY_VALIDITY };
    let mut template = Template::new(issuer_name, name, validity, key, issuer.key());
    template.extensions = if is_leaf {
        vec![key_usage(DIGITAL_SIGNATURE), basic_constraints(None)]
    } else {
        vec![key_usage(KEY_CERT_SIGN | CRL_SIGN), basic_constraints(Some(PathLength::Any))]
    };
    if let Some(spoil) = spoil {
        template.spoil(spoil);
    }
    template.sign()
}

/// A bank of registers, SHA-256 or SHA-384.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankHash {
    /// TPM_ALG_SHA256.
    Sha256,
    /// TPM_ALG_SHA384.
    Sha384,
}

impl BankHash {
    const fn number(self) -> u16 {
        match self {
            Self::Sha256 => 0x0b,
            Self::Sha384 => 0x0c,
        }
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::of(data).0.to_vec(),
            Self::Sha384 => Sha384::of(data).0.to_vec(),
        }
    }
}

/// A quote that is not signed yet.
#[derive(Clone, Debug)]
pub struct QuoteSpec {
    /// TPM_GENERATED_VALUE.
    pub magic: [u8; 4],
    /// TPM_ST_ATTEST_QUOTE.
    pub kind: u16,
    /// qualifyingData.
    pub extra_data: Vec<u8>,
    /// resetCount.
    pub reset_count: u32,
    /// The bank that is signed.
    pub bank: BankHash,
    /// The registers that are signed.
    pub registers: BTreeMap<u8, Vec<u8>>,
    /// The bank and registers that are stated beside the quote, when they are others.
    pub stated: Option<(BankHash, BTreeMap<u8, Vec<u8>>)>,
    /// The key that signs.
    pub signer: Key,
    /// The qualified name of the key, when it is not that of the attestation's.
    pub qualified_signer: Option<Vec<u8>>,
}

impl QuoteSpec {
    /// What the TPM signs (TPMS_ATTEST) with the key whose public part is `ak`.
    pub(crate) fn attest(&self, ak: &[u8]) -> Vec<u8> {
        let values: Vec<u8> = self.registers.values().flatten().copied().collect();
        let selected = self.registers.keys().fold(0_u32, |bits, number| bits | 1 << number);
        let mut bytes = self.magic.to_vec();
        bytes.extend(self.kind.to_be_bytes());
        let signer = self.qualified_signer.clone().unwrap_or_else(|| qualified_name(ak));
        bytes.extend(sized(&signer));
        bytes.extend(sized(&self.extra_data));
        bytes.extend([0; 8]);
        bytes.extend(self.reset_count.to_be_bytes());
        bytes.extend([0, 0, 0, 0, 1]);
        bytes.extend([0; 8]);
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(self.bank.number().to_be_bytes());
        bytes.push(3);
        bytes.extend(&selected.to_le_bytes()[..3]);
        bytes.extend(sized(Sha256::of(&values).as_bytes()));
        bytes
    }

    fn message(&self, ak: &[u8]) -> Vec<u8> {
        let attest = self.attest(ak);
        let signature = match self.signer.algorithm() {
            Algorithm::EcdsaP256Sha256 => {
                let both = self.signer.sign_p256(&attest);
                [&[0, 0x18, 0, 0x0b], &sized(&both[..32])[..], &sized(&both[32..])].concat()
            }
            _ => {
                let number = self.signer.sign(Algorithm::Pkcs1v15Sha256, &attest);
                [&[0, 0x14, 0, 0x0b], &sized(&number)[..]].concat()
            }
        };
        let (bank, registers) =
            self.stated.clone().unwrap_or_else(|| (self.bank, self.registers.clone()));
        let mut pcrs = number(1, u64::from(bank.number()));
        for (index, value) in &registers {
            let mut pair = Vec::new();
            if *index > 0 {
                pair.extend(number(1, u64::from(*index)));
            }
            pair.extend(field(2, value));
            pcrs.extend(field(2, &pair));
        }
        [field(1, &attest), field(2, &signature), field(3, &pcrs)].concat()
    }
}

/// An attestation.
#[derive(Clone, Debug)]
pub struct VtpmSpec {
    /// The key that the attestation names.
    pub ak: Key,
    /// objectAttributes of that key.
    pub attributes: u32,
    /// Its certificate.
    pub ak_cert: Vec<u8>,
    /// Certificates above it.
    pub intermediates: Vec<Vec<u8>>,
    /// The quotes.
    pub quotes: Vec<QuoteSpec>,
    /// The firmware's log.
    pub event_log: Vec<u8>,
    /// The launcher's log.
    pub canonical_log: Vec<u8>,
    /// A report of the processor: the field's number and the message.
    pub tee: Option<(u32, Vec<u8>)>,
}

/// An event of the simulated firmware: register, type, what is measured, and the event's data.
pub type FirmwareEvent = (u8, u32, Vec<u8>, Vec<u8>);

/// What the simulated machine measures while it boots with `command_line`.
pub fn boot_events(secure_boot: bool, command_line: &str) -> Vec<FirmwareEvent> {
    let name: Vec<u8> = "SecureBoot".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut variable = vec![
        0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b,
        0x8c,
    ];
    variable.extend(10_u64.to_le_bytes());
    variable.extend(1_u64.to_le_bytes());
    variable.extend(name);
    variable.push(u8::from(secure_boot));
    let separator = |register| (register, 4, vec![0; 4], vec![0; 4]);
    let text = format!("/SIMULATED-vmlinuz {command_line}");
    let data = [b"kernel_cmdline: ", text.as_bytes(), b"\0"].concat();
    vec![
        (7, 0x8000_0001, variable.clone(), variable),
        separator(0),
        separator(7),
        (8, 0xd, text.into_bytes(), data),
    ]
}

/// A log of `events` with SHA-256 digests, and the registers it makes.
pub fn firmware_log(events: &[FirmwareEvent]) -> (Vec<u8>, BTreeMap<u8, Vec<u8>>) {
    measured_log(BankHash::Sha256, events)
}

/// The same boot as a TDX guest's CCEL log has it, with SHA-384 digests, and RTMR0 to RTMR2
/// (UEFI specification, "Confidential Computing": measurement register 1 stands for PCR 1 and 7, 2
/// for PCR 2 to 6, 3 for PCR 8 to 15). PCR 0 is no register of its own there.
pub fn ccel_log(events: &[FirmwareEvent]) -> (Vec<u8>, [[u8; 48]; 3]) {
    let events: Vec<FirmwareEvent> = events
        .iter()
        .filter(|(register, ..)| *register != 0)
        .map(|(register, kind, measured, data)| {
            let register = match register {
                1 | 7 => 1,
                2..=6 => 2,
                _ => 3,
            };
            (register, *kind, measured.clone(), data.clone())
        })
        .collect();
    let (log, registers) = measured_log(BankHash::Sha384, &events);
    (log, [1, 2, 3].map(|number| registers[&number].clone().try_into().unwrap()))
}

fn measured_log(hash: BankHash, events: &[FirmwareEvent]) -> (Vec<u8>, BTreeMap<u8, Vec<u8>>) {
    let len = hash.digest(&[]).len();
    let mut id = b"Spec ID Event03\0".to_vec();
    id.extend([0, 0, 0, 0, 0, 2, 0, 2]);
    id.extend(1_u32.to_le_bytes());
    id.extend(hash.number().to_le_bytes());
    id.extend([len as u8, 0, 0]);
    let mut log = [0_u32.to_le_bytes(), 3_u32.to_le_bytes()].concat();
    log.extend([0; 20]);
    log.extend((id.len() as u32).to_le_bytes());
    log.extend(id);
    let mut registers: BTreeMap<u8, Vec<u8>> =
        (0..24).map(|number| (number, vec![0; len])).collect();
    for (register, kind, measured, data) in events {
        let digest = hash.digest(measured);
        log.extend([u32::from(*register), *kind, 1].map(u32::to_le_bytes).concat());
        log.extend(hash.number().to_le_bytes());
        log.extend(&digest);
        log.extend((data.len() as u32).to_le_bytes());
        log.extend(data);
        extend(hash, &mut registers, *register, &digest);
    }
    (log, registers)
}

/// Where a launcher's log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launcher {
    /// PCR 13 of a TPM, SHA-256.
    Pcr13,
    /// RTMR 3 of a TD, SHA-384.
    Rtmr3,
}

/// A launcher's log of `items` (their type and value), and the register it makes.
pub fn launch_log(launcher: Launcher, items: &[(u8, &[u8])]) -> (Vec<u8>, Vec<u8>) {
    let (hash, place): (_, &[u8]) = match launcher {
        Launcher::Pcr13 => (BankHash::Sha256, &[1, 0, 0, 0, 1, 13]),
        Launcher::Rtmr3 => (BankHash::Sha384, &[108, 0, 0, 0, 1, 4]),
    };
    let mut log = Vec::new();
    for (number, (kind, value)) in (0_u64..).zip(items) {
        let content = tlv(80, &tlv(*kind, value));
        let digest = hash.digest(&content);
        log.extend(tlv(0, &number.to_be_bytes()));
        log.extend(place);
        log.extend(tlv(3, &tlv(hash.number() as u8, &digest)));
        log.extend(content);
    }
    (log, launch_register(hash, items))
}

/// The register that a launcher's log of `items` makes with `hash`. The launcher extends the TPM's
/// register 13 in every bank, and on TDX the processor's own as well.
pub fn launch_register(hash: BankHash, items: &[(u8, &[u8])]) -> Vec<u8> {
    items.iter().fold(vec![0; hash.digest(&[]).len()], |register, (kind, value)| {
        let digest = hash.digest(&tlv(80, &tlv(*kind, value)));
        hash.digest(&[register, digest].concat())
    })
}

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind], &(value.len() as u32).to_be_bytes()[..], value].concat()
}

/// What the simulated launcher measures: image, digest, an argument, and the end of the launch.
pub const LAUNCH: &[(u8, &[u8])] = &[
    (0, b"registry.simulated.example/app:latest"),
    (1, b"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    (2, b"Never"),
    (4, b"/app"),
    (8, b""),
];

fn extend(hash: BankHash, registers: &mut BTreeMap<u8, Vec<u8>>, number: u8, digest: &[u8]) {
    if let Some(value) = registers.get_mut(&number) {
        *value = hash.digest(&[value, digest].concat());
    }
}

impl VtpmSpec {
    /// A sound attestation of a machine with a launcher's log in PCR 13, for `extra_data`.
    pub fn new(extra_data: &[u8]) -> Self {
        Self::of(extra_data, &boot_events(true, "SIMULATED=1"), LAUNCH)
    }

    /// A sound attestation of a machine that booted and launched so.
    pub fn of(extra_data: &[u8], boot: &[FirmwareEvent], launch: &[(u8, &[u8])]) -> Self {
        let (event_log, mut registers) = firmware_log(boot);
        let (canonical_log, launched) = launch_log(Launcher::Pcr13, launch);
        registers.insert(13, launched);
        let quote = |bank, registers| QuoteSpec {
            magic: [0xff, 0x54, 0x43, 0x47],
            kind: 0x8018,
            extra_data: extra_data.to_vec(),
            reset_count: 3,
            bank,
            registers,
            stated: None,
            signer: VtpmRole::Attestation.key(),
            qualified_signer: None,
        };
        let mut others: BTreeMap<u8, Vec<u8>> =
            (0..24).map(|number| (number, vec![0; 48])).collect();
        others.insert(13, launch_register(BankHash::Sha384, launch));
        let ak = VtpmRole::Attestation.key();
        let intermediate = VtpmRole::Intermediate;
        Self {
            ak,
            attributes: 0x0005_0072,
            ak_cert: vtpm_certificate(VtpmRole::Attestation, ak, None),
            intermediates: vec![vtpm_certificate(intermediate, intermediate.key(), None)],
            quotes: vec![quote(BankHash::Sha256, registers), quote(BankHash::Sha384, others)],
            event_log,
            canonical_log,
            tee: None,
        }
    }

    /// The attestation.
    pub fn bytes(&self) -> Vec<u8> {
        let public = self.public();
        let mut message = field(1, &public);
        for quote in &self.quotes {
            message.extend(field(2, &quote.message(&public)));
        }
        message.extend(field(3, &self.event_log));
        if !self.canonical_log.is_empty() {
            message.extend(field(5, &self.canonical_log));
        }
        if !self.ak_cert.is_empty() {
            message.extend(field(6, &self.ak_cert));
        }
        for certificate in &self.intermediates {
            message.extend(field(7, certificate));
        }
        if let Some((number, part)) = &self.tee {
            message.extend(field(*number, part));
        }
        message
    }

    /// TPMT_PUBLIC of the key.
    fn public(&self) -> Vec<u8> {
        let (kind, rest) = match self.ak.algorithm() {
            Algorithm::EcdsaP256Sha256 => {
                let point = self.ak.public();
                let parameters = [0, 0x10, 0, 0x18, 0, 0x0b, 0, 3, 0, 0x10];
                (0x23, [&parameters[..], &sized(&point[1..33]), &sized(&point[33..])].concat())
            }
            _ => {
                let numbers = crate::der::sequence(&self.ak.public());
                let modulus = numbers[0].strip_prefix(&[0]).unwrap_or(&numbers[0]);
                let parameters = [0, 0x10, 0, 0x14, 0, 0x0b, 8, 0, 0, 0, 0, 0];
                (0x01, [&parameters[..], &sized(modulus)].concat())
            }
        };
        [&[0, kind, 0, 0x0b], &self.attributes.to_be_bytes()[..], &[0, 0], &rest].concat()
    }
}

/// A length-delimited field of a protobuf message.
pub fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut field = varint(u64::from(number) << 3 | 2);
    field.extend(varint(bytes.len() as u64));
    field.extend(bytes);
    field
}

/// A number of a protobuf message.
pub fn number(number: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(number) << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// The qualified name of a primary key of the endorsement hierarchy (TPM 2.0 Library, part 1).
fn qualified_name(public: &[u8]) -> Vec<u8> {
    let named = |data: &[u8]| [&[0, 0x0b], &Sha256::of(data).0[..]].concat();
    named(&[&0x4000_000b_u32.to_be_bytes()[..], &named(public)].concat())
}

/// TPM2B: a length of two bytes, and the bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

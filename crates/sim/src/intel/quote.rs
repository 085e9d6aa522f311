//! Quotes of version 3, 4 and 5 (Intel, "SGX Data Center Attestation Primitives: ECDSA Quote
//! Library API" appendix A.4, "TDX DCAP Quoting Library API" appendix A.3).

use silicon_to_source::digest::Sha256;

use super::{EnclaveSpec, PckSpec, TdSpec, pem_chain};
use crate::keys::Key;

/// Intel's QE vendor id.
pub const INTEL_VENDOR_ID: [u8; 16] = [
    0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
];

/// tee_type of SGX.
pub const TEE_SGX: u32 = 0;
/// tee_type of TDX.
pub const TEE_TDX: u32 = 0x81;

/// Certification data type: a chain of PCK certificates in PEM.
pub const PCK_CHAIN: u16 = 5;
/// Certification data type: a quoting enclave's report with its own certification data.
pub const QE_REPORT: u16 = 6;

/// A quote. What is signed is signed as it stands here: to get one wrong signature, name another
/// signer; to get bytes that changed after signing, flip them in [`QuoteSpec::bytes`].
#[derive(Clone, Debug)]
pub struct QuoteSpec {
    /// Version, at 0: 3, 4 or 5.
    pub version: u16,
    /// Attestation key type, at 2: 2 is ECDSA P-256.
    pub attestation_key_type: u16,
    /// TEE type, at 4; reserved in version 3.
    pub tee_type: u32,
    /// QE SVN, at 8; reserved from version 4 on.
    pub qe_svn: u16,
    /// PCE SVN, at 10; reserved from version 4 on.
    pub pce_svn: u16,
    /// QE vendor id, at 12.
    pub vendor_id: [u8; 16],
    /// User data, at 28.
    pub user_data: [u8; 20],
    /// Body type and size of version 5, when they are not what the body is.
    pub descriptor: Option<(u16, u32)>,
    /// The body.
    pub body: Body,
    /// The length before the signature data, when it is not their length.
    pub auth_length: Option<u32>,
    /// The attestation key.
    pub attestation_key: Key,
    /// The attestation key's bytes, X then Y, when they are not those of `attestation_key`.
    pub attestation_key_bytes: Option<[u8; 64]>,
    /// What signs header and body.
    pub signer: Key,
    /// Type of the outer certification data, from version 4 on: 6.
    pub outer_kind: u16,
    /// Length of the outer certification data, when it is not their length.
    pub outer_length: Option<u32>,
    /// The quoting enclave's report. Its report data is replaced by `binding`.
    pub qe_report: EnclaveSpec,
    /// What the quoting enclave's report data say.
    pub binding: Binding,
    /// What signs the quoting enclave's report.
    pub qe_signer: Key,
    /// QE authentication data.
    pub qe_auth_data: Vec<u8>,
    /// The certification data: who vouches for the PCK.
    pub certification: Certification,
    /// Bytes after the quote.
    pub trailing: Vec<u8>,
}

/// The body of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// An SGX enclave.
    Enclave(Box<EnclaveSpec>),
    /// A TDX guest.
    Td(Box<TdSpec>),
}

/// What the quoting enclave's report data say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// SHA-256 of the attestation key and the authentication data, then zeros.
    Sound,
    /// The hash, then these bytes instead of zeros.
    Padding([u8; 32]),
    /// The hash of the attestation key alone, then zeros.
    WithoutAuthData,
    /// These bytes.
    Other([u8; 64]),
}

/// Certification data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certification {
    /// Type: 1 to 3 are PPIDs, 4 a PCK certificate, 5 a PCK chain.
    pub kind: u16,
    /// Length, when it is not the length of `data`.
    pub length: Option<u32>,
    /// The data.
    pub data: Vec<u8>,
}

impl Certification {
    /// Type 5: the certificates in PEM, with a zero byte at the end as Intel's library writes it.
    pub fn chain<C: AsRef<[u8]>>(certificates: &[C]) -> Self {
        let mut data = pem_chain(certificates).into_bytes();
        data.push(0);
        Self { kind: PCK_CHAIN, length: None, data }
    }

    /// Type 3: the PPID, encrypted, with CPUSVN, PCESVN and PCEID. The PCK certificate must then
    /// come from elsewhere. The encrypted PPID is 384 bytes that say nothing.
    pub fn encrypted_ppid(pck: &PckSpec) -> Self {
        let extension = &pck.extension;
        let data = [
            &[0x5a; 384][..],
            &extension.cpu_svn,
            &extension.pce_svn.to_le_bytes(),
            &extension.pce_id,
        ]
        .concat();
        Self { kind: 3, length: None, data }
    }
}

impl Body {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Enclave(enclave) => enclave.encode(),
            Self::Td(td) => td.encode(),
        }
    }

    /// The body type of version 5.
    pub fn kind(&self) -> u16 {
        match self {
            Self::Enclave(_) => 1,
            Self::Td(td) if td.extension.is_some() => 4,
            Self::Td(td) if td.relaunch.is_some() => 3,
            Self::Td(_) => 2,
        }
    }
}

impl QuoteSpec {
    /// A healthy SGX quote of version 3, certified by the Processor CA.
    pub fn sgx_v3() -> Self {
        Self {
            version: 3,
            attestation_key_type: 2,
            tee_type: TEE_SGX,
            qe_svn: super::body::QE_SVN,
            pce_svn: super::PCE_SVN,
            vendor_id: INTEL_VENDOR_ID,
            user_data: *b"SIMULATED user data.",
            descriptor: None,
            body: Body::Enclave(Box::new(EnclaveSpec::healthy())),
            auth_length: None,
            attestation_key: Key::IntelAttestation,
            attestation_key_bytes: None,
            signer: Key::IntelAttestation,
            outer_kind: QE_REPORT,
            outer_length: None,
            qe_report: EnclaveSpec::qe(),
            binding: Binding::Sound,
            qe_signer: Key::IntelPck,
            qe_auth_data: (0..32).collect(),
            certification: Certification::chain(&PckSpec::processor().chain()),
            trailing: Vec::new(),
        }
    }

    /// A healthy SGX quote of version 4.
    pub fn sgx_v4() -> Self {
        Self { version: 4, qe_svn: 0, pce_svn: 0, ..Self::sgx_v3() }
    }

    /// A healthy SGX quote of version 5, body type 1.
    pub fn sgx_v5() -> Self {
        Self { version: 5, ..Self::sgx_v4() }
    }

    /// A healthy TDX quote of version 4, certified by the Platform CA.
    pub fn tdx_v4() -> Self {
        Self {
            tee_type: TEE_TDX,
            body: Body::Td(Box::new(TdSpec::healthy())),
            qe_report: EnclaveSpec::td_qe(),
            certification: Certification::chain(&PckSpec::platform().chain()),
            ..Self::sgx_v4()
        }
    }

    /// A healthy TDX quote of version 5 around `td`: body type 2, 3 or 4.
    pub fn tdx_v5(td: TdSpec) -> Self {
        Self { version: 5, body: Body::Td(Box::new(td)), ..Self::tdx_v4() }
    }

    /// The same quote with the certificate of `pck`, its issuer's and the root's.
    pub fn with_pck(self, pck: &PckSpec) -> Self {
        Self { certification: Certification::chain(&pck.chain()), ..self }
    }

    /// The enclave of the body.
    ///
    /// # Panics
    /// When the body is a TD.
    pub fn enclave(&mut self) -> &mut EnclaveSpec {
        match &mut self.body {
            Body::Enclave(enclave) => enclave,
            Body::Td(_) => panic!("the body is a TD"),
        }
    }

    /// The TD of the body.
    ///
    /// # Panics
    /// When the body is an enclave.
    pub fn td(&mut self) -> &mut TdSpec {
        match &mut self.body {
            Body::Td(td) => td,
            Body::Enclave(_) => panic!("the body is an enclave"),
        }
    }

    /// What the attestation key signs: header, descriptor of version 5, body.
    pub fn signed(&self) -> Vec<u8> {
        let body = self.body.encode();
        let descriptor = (self.version == 5).then(|| {
            let (kind, size) = self.descriptor.unwrap_or((self.body.kind(), length(&body)));
            [&kind.to_le_bytes()[..], &size.to_le_bytes()].concat()
        });
        [
            &self.version.to_le_bytes()[..],
            &self.attestation_key_type.to_le_bytes(),
            &self.tee_type.to_le_bytes(),
            &self.qe_svn.to_le_bytes(),
            &self.pce_svn.to_le_bytes(),
            &self.vendor_id,
            &self.user_data,
            &descriptor.unwrap_or_default(),
            &body,
        ]
        .concat()
    }

    /// The quote, with its trailing bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.bytes_mutated(|_| {})
    }

    /// The quote, whose header, descriptor and body are changed by `mutate` before they are
    /// signed.
    pub fn bytes_mutated(&self, mutate: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut signed = self.signed();
        mutate(&mut signed);
        let auth = self.auth(&signed);
        let auth_length = self.auth_length.unwrap_or(length(&auth));
        [&signed, &auth_length.to_le_bytes()[..], &auth, &self.trailing].concat()
    }

    fn auth(&self, signed: &[u8]) -> Vec<u8> {
        let key = self.key_bytes();
        let Certification { kind, length: claimed, data } = &self.certification;
        let report = EnclaveSpec { report_data: self.report_data(), ..self.qe_report.clone() };
        let report = report.encode();
        let certified = [
            &report[..],
            &self.qe_signer.sign_p256(&report),
            &(self.qe_auth_data.len() as u16).to_le_bytes(),
            &self.qe_auth_data,
            &kind.to_le_bytes(),
            &claimed.unwrap_or(length(data)).to_le_bytes(),
            data,
        ]
        .concat();
        let outer = (self.version > 3).then(|| {
            let size = self.outer_length.unwrap_or(length(&certified));
            [&self.outer_kind.to_le_bytes()[..], &size.to_le_bytes()].concat()
        });
        [&self.signer.sign_p256(signed)[..], &key, &outer.unwrap_or_default(), &certified].concat()
    }

    fn key_bytes(&self) -> [u8; 64] {
        let own = || self.attestation_key.public()[1..].try_into().unwrap();
        self.attestation_key_bytes.unwrap_or_else(own)
    }

    fn report_data(&self) -> [u8; 64] {
        let key = self.key_bytes();
        let (hash, rest) = match &self.binding {
            Binding::Sound => (Sha256::of_parts(&[&key, &self.qe_auth_data]), [0; 32]),
            Binding::Padding(rest) => (Sha256::of_parts(&[&key, &self.qe_auth_data]), *rest),
            Binding::WithoutAuthData => (Sha256::of(&key), [0; 32]),
            Binding::Other(bytes) => return *bytes,
        };
        [hash.0, rest].concat().try_into().unwrap()
    }
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

//! A simulated Apple: its root for managed devices, the authority below it, and certificates about
//! devices; and what a coordinator publishes of its providers.
//!
//! [`ChainSpec::healthy`] verifies under the simulated root in the first three months of 2030. Spoil
//! one field to get one failure.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::time::{UnixTime, Validity};

use super::AUTHORITY_VALIDITY;
use super::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template, basic_constraints,
    extension, key_usage, simulated_name,
};
use super::keys::Key;

/// The common name of Apple's root.
pub const ROOT_NAME: &str = "Apple Enterprise Attestation Root CA";

/// The serial number of the simulated device.
pub const SERIAL: &str = "SIMULATED7Q2X";

/// When a device's certificate is valid: 91 days from 2030-01-01.
pub const DEVICE_VALIDITY: Validity =
    Validity { not_before: UnixTime(1_893_456_000), not_after: UnixTime(1_901_318_400) };

const PREFIX: &str = "1.2.840.113635.100.8.";

/// What a certificate of the chain is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The root, committed as `src/pki/simulated/apple-root.der`.
    Root,
    /// The authority below it.
    Authority,
    /// A device's.
    Device,
}

/// A certificate of the chain.
#[derive(Clone, Debug)]
pub struct CertificateSpec {
    /// What it is for.
    pub role: Role,
    /// The certified key.
    pub subject_key: Key,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// Apple's extensions of a device: the end of the identifier, and the bytes in the OCTET STRING.
    pub properties: Vec<(&'static str, Vec<u8>)>,
    /// How many authorities may follow.
    pub path_length: PathLength,
    /// What is wrong.
    pub spoil: Option<Spoil>,
}

impl CertificateSpec {
    /// The root.
    pub fn root() -> Self {
        Self {
            role: Role::Root,
            subject_key: Key::AppleRoot,
            validity: AUTHORITY_VALIDITY,
            properties: Vec::new(),
            path_length: PathLength::Any,
            spoil: None,
        }
    }

    /// The authority.
    pub fn authority() -> Self {
        Self {
            role: Role::Authority,
            subject_key: Key::AppleAuthority,
            path_length: PathLength::AtMost(0),
            ..Self::root()
        }
    }

    /// A device whose manager asked about `key`.
    pub fn device(key: &str) -> Self {
        let text = |text: &str| text.as_bytes().to_vec();
        let properties = vec![
            ("9.1", text(SERIAL)),
            ("9.2", text("00006021-SIMULATED4711")),
            ("9.4", text("J416cAP")),
            ("10.1", text("26.2")),
            ("10.2", text("26.2")),
            ("10.3", text("13822.61.10")),
            ("11.1", Sha256::of(key.as_bytes()).0.to_vec()),
            ("13.1", vec![2, 1, 0]),
            ("13.2", text("Full Security")),
            ("13.3", vec![2, 1, 0]),
        ];
        Self {
            role: Role::Device,
            subject_key: Key::AppleDevice,
            validity: DEVICE_VALIDITY,
            properties,
            ..Self::root()
        }
    }

    /// The value of a property.
    ///
    /// # Panics
    /// When there is none.
    pub fn property(&mut self, name: &str) -> &mut Vec<u8> {
        self.properties.iter_mut().find(|(own, _)| *own == name).map(|(_, value)| value).unwrap()
    }

    /// The certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        let authority = "Apple Enterprise Attestation Sub CA 1";
        let (issuer, name, signer) = match self.role {
            Role::Root => (ROOT_NAME, ROOT_NAME, Key::AppleRoot),
            Role::Authority => (ROOT_NAME, authority, Key::AppleRoot),
            Role::Device => (authority, "SIMULATED device", Key::AppleAuthority),
        };
        let mut template = Template::new(
            simulated_name(issuer),
            simulated_name(name),
            self.validity,
            self.subject_key,
            signer,
        );
        template.extensions = match self.role {
            Role::Device => vec![basic_constraints(None), key_usage(DIGITAL_SIGNATURE)],
            Role::Root | Role::Authority => {
                vec![basic_constraints(Some(self.path_length)), key_usage(KEY_CERT_SIGN | CRL_SIGN)]
            }
        };
        for (name, value) in &self.properties {
            template.extensions.push(extension(&format!("{PREFIX}{name}"), false, value));
        }
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template.sign()
    }
}

/// The text of a simulated provider's key: base64 of X and Y.
pub fn provider_key(key: Key) -> String {
    STANDARD.encode(&key.public()[1..])
}

/// A chain, the device's certificate first.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    /// The certificates, without the root.
    pub certificates: Vec<CertificateSpec>,
    /// Changes the certificates' bytes after they were signed.
    pub last: fn(&mut Vec<Vec<u8>>),
}

impl ChainSpec {
    /// A chain about a device whose manager asked about `key`.
    pub fn healthy(key: &str) -> Self {
        let certificates = vec![CertificateSpec::device(key), CertificateSpec::authority()];
        Self { certificates, last: |_| {} }
    }

    /// The device's certificate.
    pub fn device(&mut self) -> &mut CertificateSpec {
        &mut self.certificates[0]
    }

    /// The certificates in DER.
    pub fn ders(&self) -> Vec<Vec<u8>> {
        let mut ders = self.certificates.iter().map(CertificateSpec::der).collect();
        (self.last)(&mut ders);
        ders
    }

    /// The certificates in PEM.
    pub fn pem(&self) -> String {
        self.ders().iter().map(|der| super::pem("CERTIFICATE", der)).collect()
    }
}

/// One row of a coordinator's feed.
#[derive(Clone, Debug)]
pub struct RowSpec {
    /// Apple's certificates, where the row has any.
    pub chain: Option<ChainSpec>,
    /// The other members.
    pub members: Map<String, Json>,
}

impl RowSpec {
    /// A row as it was published until June 2026.
    pub fn with_chain() -> Self {
        let key = provider_key(Key::ProviderEnclave);
        let members = json!({
            "provider_id": "SIMULATED-provider-1", "chip_name": "Apple M2 Max",
            "hardware_model": "Mac14,6", "serial_number": SERIAL, "trust_level": "hardware",
            "status": "online", "memory_gb": 64, "gpu_cores": 38, "models": ["SIMULATED model"],
            "secure_enclave": true, "sip_enabled": true, "secure_boot_enabled": true,
            "authenticated_root_enabled": true, "se_public_key": key, "mdm_verified": true,
            "acme_verified": false, "mda_verified": true, "mda_serial": SERIAL,
            "mda_udid": "00006021-SIMULATED4711", "mda_os_version": "26.2",
            "mda_sepos_version": "26.2",
        });
        let Json::Object(members) = members else { unreachable!("an object") };
        Self { chain: Some(ChainSpec::healthy(&key)), members }
    }

    /// A row as it has been published since September 2026.
    pub fn without_chain() -> Self {
        let mut row = Self { chain: None, ..Self::with_chain() };
        for gone in ["serial_number", "mda_serial", "mda_udid"] {
            row.members.remove(gone);
        }
        row.members.insert("app_attest_authorized".into(), json!(true));
        row.members.insert(
            "verification".into(),
            json!({
                "observed_at": 1_894_000_000,
                "app_attest": {"state": "verified", "verified_at": 1_894_000_000},
                "legacy": {"state": "unsupported"},
            }),
        );
        row
    }

    /// The same provider on another device with another key.
    pub fn another() -> Self {
        let mut row = Self::with_chain();
        let key = provider_key(Key::StrangerP256);
        let mut chain = ChainSpec::healthy(&key);
        *chain.device().property("9.1") = b"SIMULATED8R3Y".to_vec();
        chain.device().subject_key = Key::StrangerP384;
        row.chain = Some(chain);
        for (name, value) in [("se_public_key", key.as_str()), ("serial_number", "SIMULATED8R3Y")] {
            row.members.insert(name.into(), json!(value));
        }
        row.members.insert("mda_serial".into(), json!("SIMULATED8R3Y"));
        row
    }

    fn json(&self) -> Json {
        let mut members = self.members.clone();
        if let Some(chain) = &self.chain {
            let chain: Vec<String> = chain.ders().iter().map(|der| STANDARD.encode(der)).collect();
            members.insert("mda_cert_chain_b64".into(), json!(chain));
        }
        Json::Object(members)
    }
}

/// A coordinator's feed.
pub fn feed(rows: &[RowSpec]) -> Vec<u8> {
    let rows: Vec<Json> = rows.iter().map(RowSpec::json).collect();
    serde_json::to_vec(&json!({ "providers": rows })).unwrap()
}

/// The certificate of a provider's process.
#[derive(Clone, Debug)]
pub struct ProcessSpec {
    /// Apple's certificates.
    pub chain: ChainSpec,
    /// The members, without those that are computed.
    pub members: Map<String, Json>,
    /// What the process signs.
    pub transcript: Map<String, Json>,
    /// The text that is signed, when it is not the transcript sorted and compact.
    pub text: Option<String>,
    /// The key that signs.
    pub signer: Key,
}

impl ProcessSpec {
    /// The program that the process says it is.
    pub const PROGRAM: &str = "1111111111111111111111111111111111111111111111111111111111111111";

    /// A certificate of 2030-01-15 that gives no reason for complaint.
    pub fn healthy() -> Self {
        let key = provider_key(Key::ProviderEnclave);
        let process = STANDARD.encode([7; 32]);
        let object = |value: Json| match value {
            Json::Object(members) => members,
            _ => unreachable!("an object"),
        };
        let expires = "2030-01-15T12:01:00Z";
        let members = json!({
            "backend": "mlx", "expires_at": expires, "metallib_hash": "22".repeat(32),
            "mlx_nax": false, "platform": "macos-arm64", "policy_generation": 7,
            "process_public_key": process, "provider_version": "2.0.0",
            "release_binary_hash": Self::PROGRAM, "runtime_hash": "33".repeat(32),
            "se_public_key": key, "verified_at": "2030-01-15T12:00:00.5Z",
            "version": "process_certificate_v1",
        });
        let transcript = json!({
            "binary_hash": Self::PROGRAM, "challenge_generation": "4",
            "coordinator_nonce": "SIMULATED nonce", "coordinator_session_id": "SIMULATED session",
            "coordinator_timestamp": "2030-01-15T11:59:59Z",
            "domain": "darkbloom.process_evidence", "evidence_expires_at": expires,
            "metallib_hash": "22".repeat(32), "process_public_key": process,
            "provider_backend": "mlx", "provider_platform": "macos-arm64",
            "provider_version": "2.0.0", "runtime_hash": "33".repeat(32), "se_public_key": key,
            "secure_boot_enabled": true, "serial_number": SERIAL, "sip_enabled": true,
            "version": "process_evidence_v1",
        });
        Self {
            chain: ChainSpec::healthy(&key),
            members: object(members),
            transcript: object(transcript),
            text: None,
            signer: Key::ProviderEnclave,
        }
    }

    /// The certificate.
    pub fn bytes(&self) -> Vec<u8> {
        let sorted: std::collections::BTreeMap<&String, &Json> = self.transcript.iter().collect();
        let text = self.text.clone().unwrap_or_else(|| serde_json::to_string(&sorted).unwrap());
        let signature = self.signer.sign(self.signer.algorithm(), text.as_bytes());
        let chain: Vec<String> =
            self.chain.ders().iter().map(|der| URL_SAFE_NO_PAD.encode(der)).collect();
        let mut members = self.members.clone();
        members.insert("mda_der_chain".into(), json!(chain));
        let encoded = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
        members.insert("process_evidence_signature".into(), encoded(&signature));
        members.insert("process_evidence_transcript".into(), encoded(text.as_bytes()));
        serde_json::to_vec(&members).unwrap()
    }
}

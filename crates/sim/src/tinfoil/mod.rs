//! Attestation bundles in Tinfoil's form, as served by its attestation endpoint.
//!
//! The construction of the certificate's names was read off a real certificate of 2026-01: HPKE
//! key and document hash in base32 (RFC 4648 section 6, lower case, no padding), cut into pieces
//! of 45 characters, each after its number in two digits, as labels under `hpke.` and `hatt.` of
//! the parent of the served domain.

mod guest;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use silicon_to_source::digest::{Sha256, Sha384};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::Validity;

use crate::amd::{ReportSpec, VekSpec};
use crate::certificate::{
    AltName, DIGITAL_SIGNATURE, SERVER_AUTH, Spoil, Template, authority_key_identifier,
    basic_constraints, extended_key_usage, key_usage, simulated_name, subject_alt_name,
    subject_key_identifier,
};
use crate::keys::Key;
use crate::sigstore::{Build, BundleSpec, Content};
use crate::{ENTITY_VALIDITY, pem};

pub use guest::{GuestSpec, HardwareSpec, Processor, WitnessSpec, hardware_build, witness_build};

/// The format of a report on a SEV-SNP guest.
pub const FORMAT: &str = "https://tinfoil.sh/predicate/sev-snp-guest/v2";

/// The predicate type of a release's measurements.
pub const PREDICATE_TYPE: &str = "https://tinfoil.sh/predicate/snp-tdx-multiplatform/v1";

/// The HPKE public key of the simulated enclave: X25519, Alice's key of RFC 7748 section 6.1,
/// where its private half is printed.
pub const HPKE_KEY: [u8; 32] = [
    0x85, 0x20, 0xf0, 0x09, 0x89, 0x30, 0xa7, 0x54, 0x74, 0x8b, 0x7d, 0xdc, 0xb4, 0x3e, 0xf7, 0x5a,
    0x0d, 0xbf, 0x3a, 0x0d, 0x26, 0x38, 0x1a, 0xf4, 0xeb, 0xa4, 0xa9, 0x8e, 0xaa, 0x9b, 0x4e, 0x6a,
];

/// An attestation bundle. A field that is `None` is worked out from the others.
#[derive(Clone, Debug)]
pub struct TinfoilSpec {
    /// The served domain.
    pub domain: String,
    /// The format of the report.
    pub format: String,
    /// The report. Its report data is overwritten.
    pub report: ReportSpec,
    /// The key that signs the report.
    pub report_signer: Key,
    /// The report data, when it is not SHA-256 of the TLS key and the HPKE key.
    pub report_data: Option<[u8; 64]>,
    /// The chip's certificate.
    pub vek: VekSpec,
    /// How the configuration names its container.
    pub image: Image,
    /// The configuration's hash on the kernel command line, when it is not the configuration's.
    pub config_hash: Option<String>,
    /// The statement's SEV-SNP measurement, when it is not the report's.
    pub measurement: Option<[u8; 48]>,
    /// RTMR1 and RTMR2 in the statement, when it has them.
    pub registers: Option<[[u8; 48]; 2]>,
    /// The statement's subject digest, when it is not the bundle's digest.
    pub subject_digest: Option<String>,
    /// The statement's predicate type.
    pub predicate_type: String,
    /// The statement's bytes, when they are not made from the fields above.
    pub statement: Option<Vec<u8>>,
    /// The Sigstore bundle. Its DSSE payload is overwritten by the statement.
    pub bundle: BundleSpec,
    /// The bundle's digest, when it is not the release's.
    pub digest: Option<String>,
    /// The enclave's TLS key.
    pub tls_key: Key,
    /// The enclave's HPKE public key.
    pub hpke_key: [u8; 32],
    /// The HPKE key named in the certificate, when it is not the enclave's.
    pub committed_hpke_key: Option<[u8; 32]>,
    /// The document hash named in the certificate, when it is not the report document's.
    pub committed_document: Option<Sha256>,
    /// The certificate's validity.
    pub tls_validity: Validity,
    /// What is wrong with the certificate.
    pub tls_spoil: Option<Spoil>,
}

/// How a configuration names its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// By manifest digest: the measurement decides which image runs.
    Digest,
    /// By tag: the registry decides which image runs.
    Tag,
}

impl Default for TinfoilSpec {
    fn default() -> Self {
        let report = ReportSpec::healthy(Product::Genoa);
        Self {
            domain: "inference.simulated.example".into(),
            format: FORMAT.into(),
            vek: VekSpec::of(&report),
            report,
            report_signer: Key::Vcek,
            report_data: None,
            image: Image::Digest,
            config_hash: None,
            measurement: None,
            registers: Some(
                [b"SIMULATED RTMR1", b"SIMULATED RTMR2"].map(|text| Sha384::of(text).0),
            ),
            subject_digest: None,
            predicate_type: PREDICATE_TYPE.into(),
            statement: None,
            bundle: BundleSpec::dsse(&Build::default(), Vec::new()),
            digest: None,
            tls_key: Key::Tls,
            hpke_key: HPKE_KEY,
            committed_hpke_key: None,
            committed_document: None,
            tls_validity: ENTITY_VALIDITY,
            tls_spoil: None,
        }
    }
}

impl TinfoilSpec {
    /// The attestation bundle.
    pub fn json(&self) -> Value {
        let body = body(&self.report());
        json!({
            "digest": self.digest(),
            "domain": self.domain,
            "enclaveAttestationReport": { "body": body, "format": self.format },
            "enclaveCert": pem("CERTIFICATE", &self.certificate(&body).sign()),
            "sigstoreBundle": self.release(),
            "vcek": STANDARD.encode(self.vek.der()),
        })
    }

    /// The attestation bundle's JSON text.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.json()).unwrap()
    }

    /// The signed report.
    pub fn report(&self) -> Vec<u8> {
        let report_data = self.report_data.unwrap_or_else(|| {
            let tls = Sha256::of(&self.tls_key.spki());
            [tls.0, self.hpke_key].concat().try_into().unwrap()
        });
        ReportSpec { report_data, ..self.report.clone() }.sign(self.report_signer)
    }

    /// The Sigstore bundle about the release.
    pub fn release(&self) -> Value {
        signed(&self.bundle, self.statement())
    }

    /// The configuration that the kernel command line names by hash.
    pub fn config(&self) -> String {
        let image = match self.image {
            Image::Digest => format!("{IMAGE}@sha256:{}", image_digest()),
            Image::Tag => format!("{IMAGE}:1.0.0"),
        };
        let shim = Sha256::of(b"SIMULATED shim");
        format!(
            "shim-version: v0.0.1@sha256:{shim}\n\
             cvm-version: 0.0.1\n\
             cpus: 2\n\
             memory: 4096\n\
             \n\
             shim:\n  \
               listen-port: 443\n  \
               upstream-port: 8089\n\
             \n\
             containers:\n  \
               - name: \"simulated\"\n    \
                 image: \"{image}\"\n"
        )
    }

    /// The statement about the release.
    pub fn statement(&self) -> Vec<u8> {
        if let Some(statement) = &self.statement {
            return statement.clone();
        }
        let digest = self.subject_digest.clone().unwrap_or_else(|| self.digest());
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "predicate": self.predicate(),
            "predicateType": self.predicate_type,
            "subject": [{ "digest": { "sha256": digest }, "name": "tinfoil-deployment.json" }],
        });
        serde_json::to_vec(&statement).unwrap()
    }

    fn predicate(&self) -> Value {
        let config = self.config();
        let config_hash =
            self.config_hash.clone().unwrap_or_else(|| Sha256::of(config.as_bytes()).to_string());
        let root_hash = Sha256::of(b"SIMULATED root file system").to_string();
        let mut predicate = json!({
            "cmdline": format!(
                "readonly=on root=/dev/mapper/root roothash={root_hash} \
                 tinfoil-config-hash={config_hash}"
            ),
            "config": STANDARD.encode(&config),
            "hashes": {
                "built_at": "2024-12-01T00:00:00Z",
                "initrd": Sha256::of(b"SIMULATED initrd").to_string(),
                "kernel": Sha256::of(b"SIMULATED kernel").to_string(),
                "raw": Sha256::of(b"SIMULATED disk image").to_string(),
                "root": root_hash,
                "version": "v0.0.1",
            },
            "snp_measurement": hex::encode(self.measurement.unwrap_or(self.report.measurement)),
        });
        if let Some([first, second]) = self.registers {
            predicate["tdx_measurement"] =
                json!({ "rtmr1": hex::encode(first), "rtmr2": hex::encode(second) });
        }
        predicate
    }

    /// SHA-256 in hex of the released deployment file, which holds the predicate.
    pub fn digest(&self) -> String {
        let deployment = || serde_json::to_vec(&self.predicate()).unwrap();
        self.digest.clone().unwrap_or_else(|| Sha256::of(&deployment()).to_string())
    }

    /// The enclave's certificate for a report document with this body, not signed yet.
    fn certificate(&self, body: &str) -> Template {
        let document = self
            .committed_document
            .unwrap_or_else(|| Sha256::of_parts(&[self.format.as_bytes(), body.as_bytes()]));
        let hpke_key = self.committed_hpke_key.unwrap_or(self.hpke_key);
        let parent = self.domain.split_once('.').map_or(&*self.domain, |(_, parent)| parent);
        let names: Vec<AltName> = [self.domain.clone(), format!("*.{}", self.domain)]
            .into_iter()
            .chain(labels(&hpke_key, &format!("hpke.{parent}")))
            .chain(labels(document.to_string().as_bytes(), &format!("hatt.{parent}")))
            .map(AltName::Dns)
            .collect();
        let mut certificate = Template::new(
            simulated_name("SIMULATED web authority"),
            simulated_name(&self.domain),
            self.tls_validity,
            self.tls_key,
            Key::TlsCa,
        );
        certificate.extensions = vec![
            key_usage(DIGITAL_SIGNATURE),
            extended_key_usage(&[SERVER_AUTH]),
            basic_constraints(None),
            subject_key_identifier(self.tls_key),
            authority_key_identifier(Key::TlsCa),
            subject_alt_name(&names, false),
        ];
        if let Some(spoil) = &self.tls_spoil {
            certificate.spoil(spoil);
        }
        certificate
    }
}

/// A document's body: evidence in gzip in base64.
fn body(evidence: &[u8]) -> String {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(evidence).unwrap();
    STANDARD.encode(gzip.finish().unwrap())
}

/// A Sigstore bundle about a statement.
fn signed(bundle: &BundleSpec, statement: Vec<u8>) -> Value {
    let mut bundle = bundle.clone();
    if let Content::Dsse { payload, .. } = &mut bundle.content {
        *payload = statement;
    }
    bundle.json()
}

const IMAGE: &str = "ghcr.io/silicon-to-source/silicon-to-source-demo";

/// The manifest digest of the simulated container. No such manifest exists.
pub fn image_digest() -> Sha256 {
    Sha256::of(b"SIMULATED image manifest")
}

/// `bytes` in base32, cut into numbered labels under `domain`.
fn labels(bytes: &[u8], domain: &str) -> Vec<String> {
    let text = base32(bytes);
    let pieces = text.as_bytes().chunks(45).map(|piece| str::from_utf8(piece).unwrap());
    pieces.enumerate().map(|(number, piece)| format!("{number:02}{piece}.{domain}")).collect()
}

/// RFC 4648 section 6 in lower case without padding.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    bytes
        .chunks(5)
        .flat_map(|group| {
            let mut block = [0; 8];
            block[3..3 + group.len()].copy_from_slice(group);
            let bits = u64::from_be_bytes(block);
            let letters = (group.len() * 8).div_ceil(5);
            (0..letters).map(move |place| ALPHABET[(bits >> (35 - 5 * place)) as usize & 31])
        })
        .map(char::from)
        .collect()
}

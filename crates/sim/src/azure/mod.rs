//! A simulated Azure confidential VM, on SEV-SNP or on TDX: the paravisor's report and its TPM's
//! quote.

mod tdx;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::formats::snp::parse::Product;

use super::amd::{ReportSpec, VekSpec};
use super::der;
use super::google::{BankHash, QuoteSpec};
use super::keys::Key;
use super::signature::Algorithm;

pub use tdx::{AzureTdxSpec, certificates};

/// Evidence that is not signed yet.
#[derive(Clone, Debug)]
pub struct AzureSpec {
    /// The processor's report; REPORT_DATA is filled in.
    pub report: ReportSpec,
    /// The key that signs it.
    pub report_signer: Key,
    /// The certificate of the chip.
    pub vek: VekSpec,
    /// What the processor signs in place of the runtime data's hash.
    pub report_data: Option<[u8; 64]>,
    /// The runtime data.
    pub runtime: Json,
    /// The quote.
    pub quote: QuoteSpec,
    /// The registers beside the quote.
    pub registers: Vec<Vec<u8>>,
}

impl AzureSpec {
    /// Sound evidence in answer to `nonce`.
    pub fn new(nonce: &[u8]) -> Self {
        let report = ReportSpec::healthy(Product::Milan);
        let (quote, registers) = quote(nonce);
        Self {
            vek: VekSpec::of(&report),
            report,
            report_signer: Key::Vcek,
            report_data: None,
            runtime: runtime(),
            registers,
            quote,
        }
    }

    /// The paravisor's report.
    pub fn hcl_report(&self) -> Vec<u8> {
        let runtime = self.runtime.to_string();
        let mut report = self.report.clone();
        report.report_data = self.report_data.unwrap_or_else(|| hash(&runtime));
        paravisor(2, &report.sign(self.report_signer), &runtime)
    }

    /// The evidence.
    pub fn bytes(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    /// The evidence of version 1, before it is written.
    pub fn json(&self) -> Json {
        json!({
            "platform": "az-snp",
            "evidence": {
                "version": 1,
                "tpm_quote": signed(&self.quote, &self.registers, |bytes| hex::encode(bytes).into()),
                "hcl_report": URL_SAFE_NO_PAD.encode(self.hcl_report()),
                "vcek": URL_SAFE_NO_PAD.encode(self.vek.der()),
            },
        })
    }

    /// The evidence in its first form, without a version.
    pub fn first_form(&self) -> Json {
        json!({
            "quote": signed(&self.quote, &self.registers, numbers),
            "report": self.hcl_report(),
            "vcek": crate::pem("CERTIFICATE", &self.vek.der()),
        })
    }
}

/// The runtime data of a sound machine.
fn runtime() -> Json {
    json!({
        "keys": [jwk("HCLAkPub", Key::AzureVtpmAttestation)],
        "vm-configuration": {
            "console-enabled": true,
            "secure-boot": true,
            "tpm-enabled": true,
            "vmUniqueId": "SIMULATED",
        },
        "user-data": "00".repeat(64),
    })
}

/// A sound quote in answer to `nonce`, and its registers.
fn quote(nonce: &[u8]) -> (QuoteSpec, Vec<Vec<u8>>) {
    let registers: BTreeMap<u8, Vec<u8>> =
        (0..24_u8).map(|number| (number, Sha256::of(&[number]).as_bytes().to_vec())).collect();
    let beside = registers.values().cloned().collect();
    let quote = QuoteSpec {
        magic: [0xff, 0x54, 0x43, 0x47],
        kind: 0x8018,
        extra_data: nonce.to_vec(),
        reset_count: 3,
        bank: BankHash::Sha256,
        registers,
        stated: None,
        signer: Key::AzureVtpmAttestation,
        qualified_signer: None,
    };
    (quote, beside)
}

/// SHA-256 of the runtime data and 32 zeros.
fn hash(runtime: &str) -> [u8; 64] {
    let mut data = [0; 64];
    data[..32].copy_from_slice(Sha256::of(runtime.as_bytes()).as_bytes());
    data
}

/// The paravisor's report of type `kind`, around the processor's (at most 1184 bytes).
fn paravisor(kind: u32, hardware: &[u8], runtime: &str) -> Vec<u8> {
    let len = runtime.len() as u32;
    let mut bytes = b"HCLA".to_vec();
    bytes.extend([1, 1216 + 20 + len, 2, 0, 0, 0, 0].map(u32::to_le_bytes).concat());
    bytes.extend(hardware);
    bytes.resize(1216, 0);
    bytes.extend([20 + len, 1, kind, 1, len].map(u32::to_le_bytes).concat());
    bytes.extend(runtime.as_bytes());
    bytes.extend([0; 16]);
    bytes
}

/// The quote, its signature and the registers, each byte string written by `write`.
fn signed(quote: &QuoteSpec, registers: &[Vec<u8>], write: fn(&[u8]) -> Json) -> Json {
    let (message, signature) = signed_quote(quote);
    let pcrs: Vec<Json> = registers.iter().map(|register| write(register)).collect();
    json!({ "signature": write(&signature), "message": write(&message), "pcrs": pcrs })
}

/// The quote and its signature.
pub(crate) fn signed_quote(quote: &QuoteSpec) -> (Vec<u8>, Vec<u8>) {
    let message = quote.attest(&quote.signer.spki());
    let signature = quote.signer.sign(Algorithm::Pkcs1v15Sha256, &message);
    (message, signature)
}

/// Bytes as an array of numbers.
fn numbers(bytes: &[u8]) -> Json {
    bytes.into()
}

/// A public RSA key as the paravisor writes it (RFC 7517).
pub fn jwk(kid: &str, key: Key) -> Json {
    let numbers = der::sequence(&key.public());
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes.strip_prefix(&[0]).unwrap_or(bytes));
    json!({
        "kid": kid,
        "key_ops": ["sign"],
        "kty": "RSA",
        "e": number(&numbers[1]),
        "n": number(&numbers[0]),
    })
}

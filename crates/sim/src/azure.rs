//! A simulated Azure confidential VM: the paravisor's report and its TPM's quote.

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
        let ak = Key::AzureVtpmAttestation;
        let registers: BTreeMap<u8, Vec<u8>> =
            (0..24_u8).map(|number| (number, Sha256::of(&[number]).as_bytes().to_vec())).collect();
        Self {
            vek: VekSpec::of(&report),
            report,
            report_signer: Key::Vcek,
            report_data: None,
            runtime: json!({
                "keys": [jwk("HCLAkPub", ak)],
                "vm-configuration": {
                    "console-enabled": true,
                    "secure-boot": true,
                    "tpm-enabled": true,
                    "vmUniqueId": "SIMULATED",
                },
                "user-data": "00".repeat(64),
            }),
            registers: registers.values().cloned().collect(),
            quote: QuoteSpec {
                magic: [0xff, 0x54, 0x43, 0x47],
                kind: 0x8018,
                extra_data: nonce.to_vec(),
                reset_count: 3,
                bank: BankHash::Sha256,
                registers,
                stated: None,
                signer: ak,
                qualified_signer: None,
            },
        }
    }

    /// The paravisor's report.
    pub fn hcl_report(&self) -> Vec<u8> {
        let runtime = self.runtime.to_string();
        let mut report = self.report.clone();
        report.report_data = self.report_data.unwrap_or_else(|| {
            let mut data = [0; 64];
            data[..32].copy_from_slice(Sha256::of(runtime.as_bytes()).as_bytes());
            data
        });
        let len = runtime.len() as u32;
        let mut bytes = b"HCLA".to_vec();
        bytes.extend([1, 1216 + 20 + len, 2, 0, 0, 0, 0].map(u32::to_le_bytes).concat());
        bytes.extend(report.sign(self.report_signer));
        bytes.extend([20 + len, 1, 2, 1, len].map(u32::to_le_bytes).concat());
        bytes.extend(runtime.as_bytes());
        bytes.extend([0; 16]);
        bytes
    }

    /// The evidence.
    pub fn bytes(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    /// The evidence, before it is written.
    pub fn json(&self) -> Json {
        let quote = self.quote.attest(&self.quote.signer.spki());
        let signature = self.quote.signer.sign(Algorithm::Pkcs1v15Sha256, &quote);
        let pcrs: Vec<String> = self.registers.iter().map(hex::encode).collect();
        json!({
            "platform": "az-snp",
            "evidence": {
                "version": 1,
                "tpm_quote": {
                    "signature": hex::encode(signature),
                    "message": hex::encode(quote),
                    "pcrs": pcrs,
                },
                "hcl_report": URL_SAFE_NO_PAD.encode(self.hcl_report()),
                "vcek": URL_SAFE_NO_PAD.encode(self.vek.der()),
            },
        })
    }
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

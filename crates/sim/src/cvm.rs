//! Envelopes of CVM Attestation v1 around simulated reports, quotes, TPMs and devices, written from
//! the published specification.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json, json};
use silicon_to_source::digest::{Sha256, Sha384};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::UnixTime;

use crate::amd::{CrlSpec, ReportSpec, VekSpec, product_name};
use crate::azure::{AzureSpec, AzureTdxSpec};
use crate::google;
use crate::intel::{CollateralSpec, FMSPC, QuoteSpec, pem_chain};
use crate::keys::Key;
use crate::nvidia;

/// What stands behind the envelope.
#[derive(Clone, Debug)]
pub enum Machine {
    /// SEV-SNP, with AMD's certificate and list in the envelope.
    Snp(Box<ReportSpec>),
    /// TDX, with Intel's collateral in the envelope.
    Tdx(Box<QuoteSpec>),
    /// SEV-SNP on Azure.
    AzureSnp(Box<AzureSpec>),
    /// TDX on Azure.
    AzureTdx(Box<AzureTdxSpec>),
}

/// An envelope that is not signed yet: report data and devices' questions are filled in.
#[derive(Clone, Debug)]
pub struct EnvelopeSpec {
    /// The question.
    pub nonce: Vec<u8>,
    /// The key that the question was asked for: its kind and value.
    pub key: Option<(&'static str, Vec<u8>)>,
    /// The machine.
    pub machine: Machine,
    /// What is bound in place of question and key.
    pub bound: Option<Vec<u8>>,
    /// Devices of NVIDIA's.
    pub devices: Vec<nvidia::ReportSpec>,
    /// The question that the devices answer in place of the envelope's.
    pub device_nonce: Option<[u8; 32]>,
}

/// The question of a sound envelope.
pub const NONCE: &[u8] = b"SIMULATED question";

impl EnvelopeSpec {
    /// A sound envelope of SEV-SNP.
    pub fn snp() -> Self {
        Self::of(Machine::Snp(Box::new(ReportSpec::healthy(Product::Milan))))
    }

    /// A sound envelope of TDX.
    pub fn tdx() -> Self {
        Self::of(Machine::Tdx(Box::new(QuoteSpec::tdx_v4())))
    }

    /// A sound envelope of SEV-SNP on Azure.
    pub fn azure_snp() -> Self {
        Self::of(Machine::AzureSnp(Box::new(AzureSpec::new(NONCE))))
    }

    /// A sound envelope of TDX on Azure.
    pub fn azure_tdx() -> Self {
        Self::of(Machine::AzureTdx(Box::new(AzureTdxSpec::new(NONCE))))
    }

    fn of(machine: Machine) -> Self {
        Self {
            nonce: NONCE.to_vec(),
            key: None,
            machine,
            bound: None,
            devices: Vec::new(),
            device_nonce: None,
        }
    }

    /// The question, or the hash of question and key (section 5.2).
    fn anchor(&self) -> Vec<u8> {
        if let Some(bound) = &self.bound {
            return bound.clone();
        }
        let Some((kind, value)) = &self.key else { return self.nonce.clone() };
        let mut input = b"ats-anchor-v1".to_vec();
        input.push(self.nonce.len() as u8);
        input.extend(&self.nonce);
        input.push(kind.len() as u8);
        input.extend(kind.bytes());
        input.extend((value.len() as u16).to_be_bytes());
        input.extend(value);
        Sha384::of(&input).0.to_vec()
    }

    fn report_data(&self) -> [u8; 64] {
        let mut data = self.anchor();
        data.resize(64, 0);
        data.try_into().unwrap()
    }

    /// The envelope.
    pub fn json(&self) -> Json {
        let mut parts = Map::new();
        let (cpu, tpm) = match &self.machine {
            Machine::Snp(report) => {
                let mut report = report.clone();
                report.report_data = self.report_data();
                let vek = VekSpec::of(&report).der();
                (self.snp_part(&report, &report.sign(Key::Vcek), &vek, "bare"), None)
            }
            Machine::Tdx(quote) => {
                let mut quote = quote.clone();
                quote.td().report_data = self.report_data();
                let mut cpu = self.tdx_part(&quote.bytes(), "bare");
                let rtmrs = (0_u16..).zip(quote.td().rtmr);
                cpu["cvm_registers"] = rtmrs
                    .map(|(index, value)| register(index, "sha384", &value, "tdx-rtmr", "hardware"))
                    .collect();
                (cpu, None)
            }
            Machine::AzureSnp(spec) => {
                let mut spec = spec.clone();
                spec.quote.extra_data = self.anchor();
                let hcl = spec.hcl_report();
                let cpu = self.snp_part(&spec.report, &hcl[32..1216], &spec.vek.der(), "azure");
                (cpu, Some(tpm(&spec.quote, &spec.registers, &hcl)))
            }
            Machine::AzureTdx(spec) => {
                let mut spec = spec.clone();
                spec.quote.extra_data = self.anchor();
                let cpu = self.tdx_part(&spec.td_quote(), "azure");
                (cpu, Some(tpm(&spec.quote, &spec.registers, &spec.hcl_report())))
            }
        };
        parts.insert("cpu".into(), cpu);
        parts.extend(tpm.map(|tpm| ("vtpm".to_owned(), tpm)));
        for (number, device) in self.devices.iter().enumerate() {
            let id = format!("GPU-SIMULATED-{number}");
            parts.insert(format!("gpu/{id}"), self.device(&id, device));
        }
        json!({
            "eat_profile": "tag:confidential.ai,2026:cvm#1",
            "eat_nonce": text(&self.nonce),
            "cvm_version": 1,
            "submods": parts,
        })
    }

    /// The envelope's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    fn binding(&self, mode: &str) -> Json {
        let Some((kind, value)) = &self.key else {
            return json!({ "pattern": "challenge", "mode": mode });
        };
        let pattern = if kind.starts_with("x509") { "certificate" } else { "challenge" };
        let key = json!({ "kind": kind, "value": text(value) });
        json!({ "pattern": pattern, "mode": mode, "key": key })
    }

    fn snp_part(&self, report: &ReportSpec, signed: &[u8], vek: &[u8], hosting: &str) -> Json {
        let (day, now) = (86_400, UnixTime(1_780_272_000));
        let from = UnixTime(now.0 - 30 * day);
        let crl = CrlSpec::new(report.product, from, UnixTime(now.0 + 30 * day)).der();
        json!({
            "cvm_platform": {
                "vendor": "amd",
                "tee": "sev-snp",
                "generation": product_name(report.product),
                "hosting": hosting,
            },
            "cvm_report": ["application/vnd.confidential-ai.sev-snp-report", text(signed), 4],
            "cvm_binding": self.binding(mode(hosting)),
            "cvm_endorsements": {
                "__cmwc_t": "tag:confidential.ai,2026:cvm-endorsements#1",
                "snp.vek": ["application/pkix-cert", text(vek), 2],
                "snp.crl": ["application/pkix-crl", text(&crl), 2],
            },
            "dbgstat": "disabled-since-boot",
        })
    }

    fn tdx_part(&self, quote: &[u8], hosting: &str) -> Json {
        let files = CollateralSpec::tdx();
        let [info, identity, ..] = files.pcs();
        let answer = |body: &[u8], chain: &[Vec<u8>]| {
            let signed =
                json!({ "body": text(body), "issuer_chain": text(pem_chain(chain).as_bytes()) });
            let kind = "application/vnd.confidential-ai.pcs-signed+json";
            json!([kind, text(signed.to_string().as_bytes()), 2])
        };
        json!({
            "cvm_platform": {
                "vendor": "intel",
                "tee": "tdx",
                "generation": hex::encode(FMSPC),
                "hosting": hosting,
            },
            "cvm_report": ["application/vnd.confidential-ai.tdx-quote", text(quote), 4],
            "cvm_binding": self.binding(mode(hosting)),
            "cvm_endorsements": {
                "__cmwc_t": "tag:confidential.ai,2026:cvm-endorsements#1",
                "tdx.tcb_info": answer(&info.body, &files.tcb_info_chain),
                "tdx.qe_identity": answer(&identity.body, &files.qe_identity_chain),
                "tdx.pck_crl": ["application/pkix-crl", text(&files.pck_crl), 2],
                "tdx.root_crl": ["application/pkix-crl", text(&files.root_crl), 2],
            },
            "dbgstat": "disabled",
        })
    }

    fn device(&self, id: &str, device: &nvidia::ReportSpec) -> Json {
        let own = Sha256::of(&[&self.nonce, &b"NVIDIA-GPU-EAT-v1"[..]].concat()).0;
        let nonce = self.device_nonce.unwrap_or(own);
        let report = nvidia::ReportSpec { nonce, ..device.clone() };
        let pem = |role| {
            let der = nvidia::certificate(role, &nvidia::ReportSpec::FIRMWARE, None);
            crate::pem("CERTIFICATE", &der)
        };
        let roles = [nvidia::Role::Device, nvidia::Role::Authority, nvidia::Role::Root];
        json!({
            "arch": "HOPPER",
            "uuid": id,
            "evidence_b64": STANDARD.encode(report.sign()),
            "cert_chain_b64": STANDARD.encode(roles.map(pem).concat()),
            "cvm_binding": { "pattern": "challenge", "mode": "nras-nonce" },
        })
    }
}

fn mode(hosting: &str) -> &'static str {
    if hosting == "azure" { "vtpm-extradata" } else { "report-data" }
}

fn tpm(quote: &google::QuoteSpec, registers: &[Vec<u8>], hcl_report: &[u8]) -> Json {
    let (message, signature) = crate::azure::signed_quote(quote);
    let texts: Vec<String> = registers.iter().map(|value| text(value)).collect();
    json!({
        "cvm_tpm_quote": {
            "message": text(&message),
            "signature": text(&signature),
            "pcrs": texts,
            "bank": "sha256",
        },
        "cvm_tpm_ak": { "method": "hcl-report", "data": text(hcl_report) },
        "cvm_registers": [register(8, "sha256", &registers[8], "vtpm-pcr", "privileged-service")],
    })
}

fn register(index: u16, alg: &str, value: &[u8], source: &str, backing: &str) -> Json {
    json!({
        "index": index,
        "alg": alg,
        "value": text(value),
        "source": source,
        "backing": backing,
    })
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

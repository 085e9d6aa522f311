//! A simulated coordinator's attestation (contract v1) and the exchange in which it is answered.
//!
//! The document is written as JSON from the contract, not through the verifier's own types, so
//! that each part can be spoiled before or after the evidence is made.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::amd::{CrlSpec, ReportSpec, Role, VekSpec, authority};
use super::intel::{CollateralSpec, QuoteSpec, pem_chain};
use super::keys::Key;
use super::sigstore::{Build, BundleSpec};
use super::{BUILD_TIME, ENTITY_VALIDITY, cel};
use crate::digest::{Sha256, Sha512};
use crate::evidence::snp::Product;
use crate::time::UnixTime;

/// The origin of the simulated coordinator.
pub const ORIGIN: &str = "https://coordinator.simulated.example";
/// The public key that requests to the simulated coordinator are sealed to.
pub const SEALED_KEY: [u8; 32] = *b"SIMULATED X25519 public key 0001";
/// The simulated coordinator's image in a registry that does not exist.
pub const IMAGE: &str = "registry.simulated.example/coordinator";

/// A coordinator's attestation. Public fields are what a test spoils.
#[derive(Clone, Debug)]
pub struct CoordinatorSpec {
    /// Scheme and authority.
    pub origin: String,
    /// The nonce that is answered; `None` for a document that was made for everyone.
    pub nonce: Option<Vec<u8>>,
    /// When the evidence was made.
    pub issued_at: UnixTime,
    /// The machine.
    pub machine: Machine,
    /// The OCI manifest of the image.
    pub manifest: Vec<u8>,
    /// The build of the image, and of the statement about its measurement.
    pub build: Build,
    /// What is changed in the binding before the evidence covers it.
    pub binding: fn(&mut Value),
    /// What is changed in the statement about the measurement before it is signed.
    pub launch: fn(&mut Value),
    /// What is changed in the document after everything in it was signed.
    pub document: fn(&mut Value),
    /// The evidence's report data, when they are not D.
    pub report_data: Option<[u8; 64]>,
}

/// A simulated machine.
#[derive(Clone, Debug)]
pub enum Machine {
    /// An SEV-SNP guest whose measurement covers the whole image.
    Snp(Box<SnpMachine>),
    /// A TDX guest whose launcher measures the image into RTMR3.
    Tdx(Box<TdxMachine>),
}

/// An SEV-SNP guest.
#[derive(Clone, Debug)]
pub struct SnpMachine {
    /// The report. Its report data are overwritten.
    pub report: ReportSpec,
    /// What signs the report.
    pub signer: Key,
    /// The chip's certificate.
    pub vek: VekSpec,
    /// The revocation list.
    pub crl: CrlSpec,
}

/// A TDX guest.
#[derive(Clone, Debug)]
pub struct TdxMachine {
    /// The quote. Its report data and RTMR3 are overwritten.
    pub quote: QuoteSpec,
    /// The collateral.
    pub collateral: CollateralSpec,
    /// What the launcher says that it started, by content type; `None` for the healthy log.
    pub events: Option<Vec<(u8, Vec<u8>)>>,
}

impl Default for CoordinatorSpec {
    /// An SEV-SNP guest that answers a nonce.
    fn default() -> Self {
        let report = ReportSpec::healthy(Product::Genoa);
        let vek = VekSpec::of(&report);
        let crl = CrlSpec::new(Product::Genoa, BUILD_TIME, ENTITY_VALIDITY.not_after);
        let machine = SnpMachine { report, signer: Key::Vcek, vek, crl };
        Self::of(Machine::Snp(Box::new(machine)))
    }
}

impl CoordinatorSpec {
    /// A TDX guest that answers a nonce.
    pub fn tdx() -> Self {
        Self::of(Machine::Tdx(Box::new(TdxMachine {
            quote: QuoteSpec::tdx_v4(),
            collateral: CollateralSpec::tdx(),
            events: None,
        })))
    }

    fn of(machine: Machine) -> Self {
        Self {
            origin: ORIGIN.into(),
            nonce: Some(b"SIMULATED nonce of 32 bytes ....".to_vec()),
            issued_at: UnixTime(1_769_904_000),
            machine,
            manifest: manifest(),
            build: Build::default(),
            binding: |_| {},
            launch: |_| {},
            document: |_| {},
            report_data: None,
        }
    }

    /// The SEV-SNP guest.
    ///
    /// # Panics
    /// When the machine is a TDX guest.
    pub fn snp(&mut self) -> &mut SnpMachine {
        match &mut self.machine {
            Machine::Snp(machine) => machine,
            Machine::Tdx(_) => panic!("the machine is a TDX guest"),
        }
    }

    /// The TDX guest.
    ///
    /// # Panics
    /// When the machine is an SEV-SNP guest.
    pub fn td(&mut self) -> &mut TdxMachine {
        match &mut self.machine {
            Machine::Tdx(machine) => machine,
            Machine::Snp(_) => panic!("the machine is an SEV-SNP guest"),
        }
    }

    /// The digest of the image.
    pub fn image(&self) -> String {
        format!("sha256:{}", Sha256::of(&self.manifest))
    }

    /// The binding's bytes.
    pub fn binding(&self) -> Vec<u8> {
        let types = match self.machine {
            Machine::Snp(_) => json!(["snp-report"]),
            Machine::Tdx(_) => json!(["cos-cel", "tdx-quote"]),
        };
        let mut binding = json!({
            "v": 1,
            "origin": self.origin,
            "issued_at": self.issued_at,
            "instance_id": "c2ltdWxhdGVkLWluc3RhbmNl",
            "keys": [
                {
                    "use": "sealed-request",
                    "alg": "x25519-nacl-box",
                    "kid": kid(&SEALED_KEY),
                    "public_key": STANDARD.encode(SEALED_KEY),
                    "custody": "tee-generated",
                },
                {
                    "use": "tls",
                    "spki_sha256": Sha256::of(&Key::Tls.spki()),
                    "terminates": "workload",
                },
            ],
            "workload": {
                "manifest_digest": self.image(),
                "git_commit": self.build.commit,
                "build_version": "1.0.0",
            },
            "evidence_types": types,
        });
        (self.binding)(&mut binding);
        serde_json::to_vec(&binding).unwrap()
    }

    /// D, written from the contract.
    pub fn digest(&self) -> [u8; 64] {
        let nonce = self.nonce.clone().unwrap_or_default();
        let binding = self.binding();
        let message = [
            b"darkbloom/coordinator-attestation/v1\0",
            &u32::try_from(nonce.len()).unwrap().to_be_bytes()[..],
            &nonce,
            &u32::try_from(binding.len()).unwrap().to_be_bytes(),
            &binding,
        ]
        .concat();
        self.report_data.unwrap_or(Sha512::of(&message).0)
    }

    /// The document.
    pub fn json(&self) -> Value {
        let mut document = json!({
            "schema": "https://darkbloom.dev/schemas/coordinator-attestation/v1",
            "issued_at": self.issued_at,
            "freshness": match self.nonce {
                Some(_) => json!({ "mode": "challenge" }),
                None => json!({ "mode": "cached", "max_age_s": 300 }),
            },
            "binding": {
                "media_type": "application/json",
                "bytes": URL_SAFE_NO_PAD.encode(self.binding()),
            },
            "workload": {
                "image_reference": format!("{IMAGE}@{}", self.image()),
                "manifest_digest": self.image(),
                "manifest": URL_SAFE_NO_PAD.encode(&self.manifest),
            },
            "provenance": [{
                "type": "sigstore-bundle",
                "media_type": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "subject": self.image(),
                "bundle": self.provenance().json(),
            }],
            "reference_values": [{
                "type": "sigstore-bundle",
                "about": "launch-measurement",
                "bundle": self.reference().json(),
            }],
            "limits": ["developer-upgradable"],
        });
        if let Some(nonce) = &self.nonce {
            document["nonce"] = URL_SAFE_NO_PAD.encode(nonce).into();
        }
        match &self.machine {
            Machine::Snp(machine) => machine.add_to(&mut document, self.digest()),
            Machine::Tdx(machine) => {
                machine.add_to(&mut document, self.digest(), &self.image());
            }
        }
        (self.document)(&mut document);
        document
    }

    /// The document's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.json()).unwrap()
    }

    /// The bundle with the signed provenance of the image.
    pub fn provenance(&self) -> BundleSpec {
        let digest = Sha256::of(&self.manifest).to_string();
        BundleSpec::dsse(&self.build, self.build.slsa_statement(IMAGE, &digest))
    }

    /// The bundle with the signed statement about the measurement.
    pub fn reference(&self) -> BundleSpec {
        BundleSpec::dsse(&self.build, self.launch_statement())
    }

    /// The statement about the measurement.
    pub fn launch_statement(&self) -> Vec<u8> {
        let predicate = match &self.machine {
            Machine::Snp(machine) => json!({
                "role": "workload",
                "snp": [{ "measurement": hex::encode(machine.report.measurement) }],
            }),
            Machine::Tdx(machine) => {
                let mut quote = machine.quote.clone();
                let td = quote.td();
                json!({
                    "role": "launcher",
                    "tdx": [{
                        "mrtd": hex::encode(td.mr_td),
                        "rtmr1": hex::encode(td.rtmr[1]),
                        "rtmr2": hex::encode(td.rtmr[2]),
                    }],
                })
            }
        };
        let (name, digest) = match self.machine {
            Machine::Snp(_) => (IMAGE, Sha256::of(&self.manifest)),
            Machine::Tdx(_) => ("SIMULATED launcher", Sha256::of(b"SIMULATED launcher image")),
        };
        let mut statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": name, "digest": { "sha256": digest } }],
            "predicateType": "https://darkbloom.dev/schemas/launch-measurement/v1",
            "predicate": predicate,
        });
        (self.launch)(&mut statement);
        serde_json::to_vec(&statement).unwrap()
    }

    /// The exchange of a reader who sent the nonce, got this document, and asked for the key.
    pub fn exchange(&self) -> Value {
        let answer = |what: &str, path: &str, body: Vec<u8>| {
            json!({
                "what": what,
                "url": format!("{ORIGIN}{path}"),
                "outcome": {
                    "status": 200,
                    "content_type": "application/json",
                    "redirected": false,
                    "body": STANDARD.encode(body),
                },
            })
        };
        let mut exchange = json!({
            "schema": "silicon-to-source/exchange/v1",
            "origin": ORIGIN,
            "started_at": self.issued_at,
            "answers": [
                answer("coordinator-attestation", "/v1/coordinator/attestation", self.bytes()),
                answer("encryption-key", "/v1/encryption-key", key_answer(&SEALED_KEY)),
            ],
        });
        if let Some(nonce) = &self.nonce {
            exchange["nonce"] = URL_SAFE_NO_PAD.encode(nonce).into();
        }
        exchange
    }
}

impl SnpMachine {
    fn add_to(&self, document: &mut Value, report_data: [u8; 64]) {
        let report = ReportSpec { report_data, ..self.report.clone() }.sign(self.signer);
        let product = self.report.product;
        document["substrate"] = json!({ "claimed": "gcp-snp" });
        document["evidence"] = json!([{
            "id": "cpu",
            "type": "snp-report",
            "body": URL_SAFE_NO_PAD.encode(report),
            "carrier": "direct/v1",
        }]);
        document["collateral"] = json!({
            "snp": {
                "vcek": URL_SAFE_NO_PAD.encode(self.vek.der()),
                "ask": URL_SAFE_NO_PAD.encode(authority(product, Role::Ask)),
                "ark": URL_SAFE_NO_PAD.encode(authority(product, Role::Ark)),
                "crl": URL_SAFE_NO_PAD.encode(self.crl.der()),
            },
            "fetched_at": BUILD_TIME,
        });
    }
}

impl TdxMachine {
    fn add_to(&self, document: &mut Value, report_data: [u8; 64], image: &str) {
        let healthy = || {
            vec![
                (cel::IMAGE_REFERENCE, format!("{IMAGE}@{image}").into_bytes()),
                (cel::IMAGE_DIGEST, image.as_bytes().to_vec()),
                (cel::RESTART_POLICY, b"Never".to_vec()),
                (cel::LAUNCH_SEPARATOR, Vec::new()),
            ]
        };
        let events = self.events.clone().unwrap_or_else(healthy);
        let contents: Vec<(u8, &[u8])> =
            events.iter().map(|(kind, value)| (*kind, value.as_slice())).collect();
        let (log, rtmr3) = cel::log(&contents);
        let mut quote = self.quote.clone();
        let td = quote.td();
        td.report_data = report_data;
        td.rtmr[3] = rtmr3;
        let collateral = &self.collateral;
        document["substrate"] = json!({ "claimed": "gcp-tdx" });
        document["evidence"] = json!([{
            "id": "cpu",
            "type": "tdx-quote",
            "body": URL_SAFE_NO_PAD.encode(quote.bytes()),
            "carrier": "direct/v1",
        }]);
        document["event_logs"] = json!([{
            "type": "cos-cel",
            "registers": ["rtmr3"],
            "body": URL_SAFE_NO_PAD.encode(log),
        }]);
        document["collateral"] = json!({
            "tdx": {
                "tcb_info": collateral.tcb_info.answer("tcbInfo"),
                "tcb_info_issuer_chain": pem_chain(&collateral.tcb_info_chain),
                "qe_identity": collateral.qe_identity.answer("enclaveIdentity"),
                "qe_identity_issuer_chain": pem_chain(&collateral.qe_identity_chain),
                "root_ca_crl": URL_SAFE_NO_PAD.encode(&collateral.root_crl),
                "pck_crl": URL_SAFE_NO_PAD.encode(&collateral.pck_crl),
                "pck_crl_issuer_chain": pem_chain(&collateral.pck_crl_chain),
            },
            "fetched_at": BUILD_TIME,
        });
    }
}

/// What `GET /v1/encryption-key` answers for a key.
pub fn key_answer(key: &[u8; 32]) -> Vec<u8> {
    let answer = json!({
        "kid": kid(key),
        "public_key": STANDARD.encode(key),
        "algorithm": "x25519-nacl-box",
    });
    serde_json::to_vec(&answer).unwrap()
}

/// An OCI image manifest with one layer. No such image exists.
pub fn manifest() -> Vec<u8> {
    let descriptor = |media_type: &str, what: &str| {
        json!({
            "mediaType": format!("application/vnd.oci.image.{media_type}"),
            "digest": format!("sha256:{}", Sha256::of(what.as_bytes())),
            "size": what.len(),
        })
    };
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": descriptor("config.v1+json", "SIMULATED configuration"),
        "layers": [descriptor("layer.v1.tar+gzip", "SIMULATED layer")],
    });
    serde_json::to_vec(&manifest).unwrap()
}

/// The first 8 bytes of SHA-256 of the key, hex.
fn kid(key: &[u8]) -> String {
    Sha256::of(key).to_string().chars().take(16).collect()
}

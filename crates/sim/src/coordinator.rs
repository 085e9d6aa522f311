//! A simulated coordinator's attestation (contract v1) and the exchange in which it is answered.
//!
//! The document is written as JSON from the contract, not through the verifier's own types, so
//! that each part can be spoiled before or after the evidence is made.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use silicon_to_source::digest::{Sha256, Sha512};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::UnixTime;

use super::amd::{CrlSpec, ReportSpec, Role, VekSpec, authority};
use super::bound::Processor;
use super::container::Container;
use super::intel::{CollateralSpec, QuoteSpec, pem_chain};
use super::keys::Key;
use super::provided::Provided;
use super::repository::Repository;
use super::sigstore::{Build, BundleSpec};
use super::{BUILD_TIME, ENTITY_VALIDITY, cel};

/// The origin of the simulated coordinator.
pub const ORIGIN: &str = "https://coordinator.simulated.example";
/// The private key of the simulated coordinator, which anybody can read here.
pub const SEALED_SECRET: [u8; 32] = *b"SIMULATED X25519 secret key 0001";
/// The public key that requests to the simulated coordinator are sealed to: that of
/// [`SEALED_SECRET`], as OpenSSL computes it.
pub const SEALED_KEY: [u8; 32] = [
    0xf9, 0xb6, 0x90, 0x8b, 0x04, 0xa8, 0xf0, 0x77, 0x43, 0x5e, 0xb6, 0x6d, 0xf5, 0x51, 0x87, 0x25,
    0xbd, 0xd3, 0x91, 0x39, 0xc1, 0xa4, 0xa2, 0x12, 0x8e, 0xba, 0x44, 0x8a, 0x5d, 0xbb, 0x44, 0x46,
];
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
    /// Evidence beside that of the machine.
    pub beside: Vec<Provided>,
    /// The OCI manifest of the image.
    pub manifest: Vec<u8>,
    /// The OCI index that lists the manifest. The build is about the index when there is one.
    pub index: Option<Vec<u8>>,
    /// Objects of the source repository, as git stores them.
    pub source: Vec<Vec<u8>>,
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
    /// A machine that shows something else than a plain report or quote.
    Provided(Provided),
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

impl Default for SnpMachine {
    fn default() -> Self {
        let report = ReportSpec::healthy(Product::Genoa);
        let vek = VekSpec::of(&report);
        let crl = CrlSpec::new(Product::Genoa, BUILD_TIME, ENTITY_VALIDITY.not_after);
        Self { report, signer: Key::Vcek, vek, crl }
    }
}

impl Default for TdxMachine {
    fn default() -> Self {
        Self { quote: QuoteSpec::tdx_v4(), collateral: CollateralSpec::tdx(), events: None }
    }
}

impl Default for CoordinatorSpec {
    /// An SEV-SNP guest that answers a nonce.
    fn default() -> Self {
        Self::of(Machine::Snp(Box::default()))
    }
}

impl CoordinatorSpec {
    /// A TDX guest that answers a nonce.
    pub fn tdx() -> Self {
        Self::of(Machine::Tdx(Box::default()))
    }

    /// A machine that shows `evidence`.
    pub fn provided(evidence: Provided) -> Self {
        Self::of(Machine::Provided(evidence))
    }

    fn of(machine: Machine) -> Self {
        Self {
            origin: ORIGIN.into(),
            nonce: Some(b"SIMULATED nonce of 32 bytes ....".to_vec()),
            issued_at: UnixTime(1_769_904_000),
            machine,
            beside: Vec::new(),
            manifest: Vec::new(),
            index: None,
            source: Vec::new(),
            build: Build::default(),
            binding: |_| {},
            launch: |_| {},
            document: |_| {},
            report_data: None,
        }
        .built_from(&Repository::simulated())
    }

    /// The same machine with an image that was built from `repository`.
    #[must_use]
    pub fn built_from(self, repository: &Repository) -> Self {
        let container = Container::of(repository);
        Self {
            manifest: container.manifest(),
            index: Some(container.index()),
            source: repository.objects(),
            build: container.build,
            ..self
        }
    }

    /// The SEV-SNP guest.
    ///
    /// # Panics
    /// When the machine is another one.
    pub fn snp(&mut self) -> &mut SnpMachine {
        match &mut self.machine {
            Machine::Snp(machine) => machine,
            _ => panic!("the machine is no SEV-SNP guest"),
        }
    }

    /// The TDX guest.
    ///
    /// # Panics
    /// When the machine is another one.
    pub fn td(&mut self) -> &mut TdxMachine {
        match &mut self.machine {
            Machine::Tdx(machine) => machine,
            _ => panic!("the machine is no TDX guest"),
        }
    }

    /// The digest of the image.
    pub fn image(&self) -> String {
        format!("sha256:{}", Sha256::of(&self.manifest))
    }

    /// The binding's bytes.
    pub fn binding(&self) -> Vec<u8> {
        let mut types = match &self.machine {
            Machine::Snp(_) => vec!["snp-report"],
            Machine::Tdx(_) => vec!["cos-cel", "tdx-quote"],
            Machine::Provided(evidence) => vec![evidence.kind()],
        };
        types.extend(self.beside.iter().map(Provided::kind));
        types.sort_unstable();
        types.dedup();
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
                "subject": format!("sha256:{}", self.built()),
                "bundle": self.provenance().json(),
            }],
            "reference_values": [{
                "type": "sigstore-bundle",
                "about": "launch-measurement",
                "bundle": self.reference().json(),
            }],
            "source": self.source.iter().map(|object| json!({
                "type": "git-object",
                "body": URL_SAFE_NO_PAD.encode(object),
            })).collect::<Vec<_>>(),
            "limits": ["developer-upgradable"],
        });
        if let Some(index) = &self.index {
            document["workload"]["index"] = URL_SAFE_NO_PAD.encode(index).into();
        }
        if let Some(nonce) = &self.nonce {
            document["nonce"] = URL_SAFE_NO_PAD.encode(nonce).into();
        }
        match &self.machine {
            Machine::Snp(machine) => machine.add_to(&mut document, self.digest()),
            Machine::Tdx(machine) => {
                machine.add_to(&mut document, self.digest(), &self.image());
            }
            Machine::Provided(evidence) => {
                document["substrate"] = json!({ "claimed": evidence.substrate() });
                let member = evidence.member("machine", self.digest(), &self.image());
                document["evidence"] = json!([member]);
                document["collateral"] = evidence.collateral();
            }
        }
        for (number, beside) in self.beside.iter().enumerate() {
            let id = format!("beside-{number}");
            let member = beside.member(&id, self.digest(), &self.image());
            document["evidence"].as_array_mut().unwrap().push(member);
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
        let digest = self.built().to_string();
        BundleSpec::dsse(&self.build, self.build.slsa_statement(IMAGE, &digest))
    }

    /// The digest that the build is about.
    pub fn built(&self) -> Sha256 {
        Sha256::of(self.index.as_ref().unwrap_or(&self.manifest))
    }

    /// The bundle with the signed statement about the measurement.
    pub fn reference(&self) -> BundleSpec {
        BundleSpec::dsse(&self.build, self.launch_statement())
    }

    /// The statement about the measurement.
    pub fn launch_statement(&self) -> Vec<u8> {
        let (role, name, digest) = match &self.machine {
            Machine::Snp(_) => ("workload", IMAGE, Sha256::of(&self.manifest)),
            _ => ("launcher", "SIMULATED launcher", Sha256::of(b"SIMULATED launcher image")),
        };
        let bound = match &self.machine {
            Machine::Provided(Provided::Bound(spec)) => Some(&spec.processor),
            _ => None,
        };
        let predicate = match (&self.machine, bound) {
            (Machine::Snp(machine), _) | (_, Some(Processor::Snp(machine))) => json!({
                "role": role,
                "snp": [{ "measurement": hex::encode(machine.report.measurement) }],
            }),
            (Machine::Tdx(machine), _) | (_, Some(Processor::Tdx(machine))) => {
                let mut quote = machine.quote.clone();
                let td = quote.td();
                json!({
                    "role": role,
                    "tdx": [{
                        "mrtd": hex::encode(td.mr_td),
                        "rtmr1": hex::encode(td.rtmr[1]),
                        "rtmr2": hex::encode(td.rtmr[2]),
                    }],
                })
            }
            _ => json!({ "role": role, "tdx": [] }),
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
    /// The report with these report data.
    pub(super) fn signed(&self, report_data: [u8; 64]) -> Vec<u8> {
        ReportSpec { report_data, ..self.report.clone() }.sign(self.signer)
    }

    /// What a document staples for it.
    pub(super) fn collateral(&self) -> Value {
        let product = self.report.product;
        json!({
            "snp": {
                "vcek": URL_SAFE_NO_PAD.encode(self.vek.der()),
                "ask": URL_SAFE_NO_PAD.encode(authority(product, Role::Ask)),
                "ark": URL_SAFE_NO_PAD.encode(authority(product, Role::Ark)),
                "crl": URL_SAFE_NO_PAD.encode(self.crl.der()),
            },
            "fetched_at": BUILD_TIME,
        })
    }

    fn add_to(&self, document: &mut Value, report_data: [u8; 64]) {
        document["substrate"] = json!({ "claimed": "gcp-snp" });
        document["evidence"] = json!([{
            "id": "cpu",
            "type": "snp-report",
            "body": URL_SAFE_NO_PAD.encode(self.signed(report_data)),
            "carrier": "direct/v1",
        }]);
        document["collateral"] = self.collateral();
    }
}

impl TdxMachine {
    /// The quote with these report data and this RTMR3.
    pub(super) fn signed(&self, report_data: [u8; 64], rtmr3: [u8; 48]) -> Vec<u8> {
        let mut quote = self.quote.clone();
        let td = quote.td();
        td.report_data = report_data;
        td.rtmr[3] = rtmr3;
        quote.bytes()
    }

    /// What a document staples for it.
    pub(super) fn collateral(&self) -> Value {
        let collateral = &self.collateral;
        json!({
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
        })
    }

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
        document["substrate"] = json!({ "claimed": "gcp-tdx" });
        document["evidence"] = json!([{
            "id": "cpu",
            "type": "tdx-quote",
            "body": URL_SAFE_NO_PAD.encode(self.signed(report_data, rtmr3)),
            "carrier": "direct/v1",
        }]);
        document["event_logs"] = json!([{
            "type": "cos-cel",
            "registers": ["rtmr3"],
            "body": URL_SAFE_NO_PAD.encode(log),
        }]);
        document["collateral"] = self.collateral();
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

/// The first 8 bytes of SHA-256 of the key, hex.
pub(crate) fn kid(key: &[u8]) -> String {
    Sha256::of(key).to_string().chars().take(16).collect()
}

//! What an enclave of Tinfoil's answers about itself, and what its workflows sign beside it: the
//! release, the list of hardware, and the witness that a release is the newest.
//!
//! The forms are those of the public repositories tinfoilsh/hardware-measurements (`measure.py`) and
//! tinfoilsh/freshness-witness (its script); report data are SHA-256 of the TLS key and the HPKE key.

use serde_json::{Map, Value, json};
use silicon_to_source::digest::{Sha256, Sha384};
use silicon_to_source::time::UnixTime;

use super::{TinfoilSpec, body, signed};
use crate::amd::ReportSpec;
use crate::intel::{QuoteSpec, TdSpec};
use crate::sigstore::{Build, BundleSpec};

/// XFAM of Tinfoil's machines: that of QEMU without protection keys.
const XFAM: [u8; 8] = [0xe7, 0x02, 0x06, 0, 0, 0, 0, 0];

/// A document `{format, body}` with what lies beside it. What is `None` is worked out.
#[derive(Clone, Debug)]
pub struct GuestSpec {
    /// The format, when it is not the processor's.
    pub format: Option<String>,
    /// The machine.
    pub processor: Processor,
    /// The release.
    pub release: TinfoilSpec,
    /// The list of hardware.
    pub hardware: HardwareSpec,
    /// The witness.
    pub witness: WitnessSpec,
}

/// A machine with its evidence. Report data are overwritten.
#[derive(Clone, Debug)]
pub enum Processor {
    /// SEV-SNP.
    Snp(Box<ReportSpec>),
    /// TDX.
    Tdx(Box<QuoteSpec>),
}

/// A list of hardware.
#[derive(Clone, Debug)]
pub struct HardwareSpec {
    /// Kinds of machine: name, MRTD, RTMR0.
    pub platforms: Vec<(String, [u8; 48], [u8; 48])>,
    /// The predicate, when it is not made from the kinds.
    pub predicate: Option<Value>,
    /// The Sigstore bundle. Its payload is overwritten.
    pub bundle: BundleSpec,
}

/// A witness that a release is the newest.
#[derive(Clone, Debug)]
pub struct WitnessSpec {
    /// The repository, `owner/name`.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The commit, where one is named.
    pub commit: Option<String>,
    /// SHA-256 of the released file in hex, when it is not that of the release.
    pub digest: Option<String>,
    /// The predicate, when it is not made from the fields above.
    pub predicate: Option<Value>,
    /// The Sigstore bundle. Its payload is overwritten.
    pub bundle: BundleSpec,
}

/// The run that signs the list of hardware.
pub fn hardware_build() -> Build {
    Build {
        repository: "silicon-to-source/simulated-hardware".into(),
        repository_id: "900000011".into(),
        ..Build::default()
    }
}

/// The run that signs a witness at `time`.
pub fn witness_build(time: UnixTime) -> Build {
    Build {
        repository: "silicon-to-source/simulated-witness".into(),
        repository_id: "900000012".into(),
        reference: "refs/heads/main".into(),
        workflow: ".github/workflows/freshness.yml".into(),
        trigger: "workflow_dispatch".into(),
        time,
        ..Build::default()
    }
}

impl GuestSpec {
    /// An enclave on a TDX machine in which everything fits.
    pub fn tdx() -> Self {
        let mut td = TdSpec { xfam: XFAM, ..TdSpec::healthy_1_5() };
        td.rtmr[3] = [0; 48];
        let hardware = HardwareSpec {
            platforms: vec![
                ("small_0d".into(), td.mr_td, Sha384::of(b"SIMULATED RTMR0, small").0),
                ("large_1d".into(), td.mr_td, td.rtmr[0]),
            ],
            predicate: None,
            bundle: BundleSpec::dsse(&hardware_build(), Vec::new()),
        };
        let build = Build::default();
        Self {
            format: None,
            processor: Processor::Tdx(Box::new(QuoteSpec::tdx_v5(td))),
            release: TinfoilSpec::default(),
            hardware,
            witness: WitnessSpec {
                repository: build.repository,
                tag: build.reference.trim_start_matches("refs/tags/").into(),
                commit: Some(build.commit),
                digest: None,
                predicate: None,
                bundle: BundleSpec::dsse(&witness_build(build.time), Vec::new()),
            },
        }
    }

    /// The same on an SEV-SNP machine.
    pub fn snp() -> Self {
        let release = TinfoilSpec::default();
        let processor = Processor::Snp(Box::new(release.report.clone()));
        Self { processor, ..Self::tdx() }
    }

    /// The TD of the quote.
    ///
    /// # Panics
    /// When the machine is an SEV-SNP one.
    pub fn td(&mut self) -> &mut TdSpec {
        match &mut self.processor {
            Processor::Tdx(quote) => quote.td(),
            Processor::Snp(_) => panic!("the machine is an SEV-SNP one"),
        }
    }

    /// The document.
    pub fn document(&self) -> Vec<u8> {
        let release = &self.release;
        let tls = Sha256::of(&release.tls_key.spki());
        let data: [u8; 64] = [tls.0, release.hpke_key].concat().try_into().unwrap();
        let (guest, evidence) = match &self.processor {
            Processor::Snp(report) => {
                let report = ReportSpec { report_data: data, ..(**report).clone() };
                ("sev-snp-guest", report.sign(release.report_signer))
            }
            Processor::Tdx(quote) => {
                let mut quote = (**quote).clone();
                quote.td().report_data = data;
                ("tdx-guest", quote.bytes())
            }
        };
        let format = || format!("https://tinfoil.sh/predicate/{guest}/v2");
        let format = self.format.clone().unwrap_or_else(format);
        serde_json::to_vec(&json!({ "body": body(&evidence), "format": format })).unwrap()
    }

    /// The Sigstore bundle about the release.
    pub fn release(&self) -> Vec<u8> {
        serde_json::to_vec(&self.release.release()).unwrap()
    }

    /// The Sigstore bundle about the list of hardware.
    pub fn hardware(&self) -> Vec<u8> {
        let own = &self.hardware;
        let platforms = || {
            let entry = |(name, mrtd, rtmr0): &(String, [u8; 48], [u8; 48])| {
                (name.clone(), json!({ "mrtd": hex::encode(mrtd), "rtmr0": hex::encode(rtmr0) }))
            };
            Value::Object(own.platforms.iter().map(entry).collect::<Map<_, _>>())
        };
        let predicate = own.predicate.clone().unwrap_or_else(platforms);
        let digest = Sha256::of(&serde_json::to_vec(&predicate).unwrap()).to_string();
        let kind = "https://tinfoil.sh/predicate/hardware-measurements/v1";
        let statement = statement(kind, &predicate, "hardware-measurements.json", &digest);
        serde_json::to_vec(&signed(&own.bundle, statement)).unwrap()
    }

    /// The Sigstore bundle about the witness.
    pub fn witness(&self) -> Vec<u8> {
        let own = &self.witness;
        let digest = own.digest.clone().unwrap_or_else(|| self.release.digest());
        let name = "tinfoil-deployment.json";
        let kind = "https://tinfoil.sh/predicate/freshness-witness/v1";
        let predicate = own.predicate.clone().unwrap_or_else(|| {
            let mut endorsed = json!({
                "repo": own.repository,
                "subject": { "digest": format!("sha256:{digest}"), "name": name },
                "tag": own.tag,
            });
            if let Some(commit) = &own.commit {
                endorsed["commit"] = commit.clone().into();
            }
            json!({ "endorses": endorsed, "format": kind })
        });
        let statement = statement(kind, &predicate, name, &digest);
        serde_json::to_vec(&signed(&own.bundle, statement)).unwrap()
    }
}

fn statement(kind: &str, predicate: &Value, name: &str, digest: &str) -> Vec<u8> {
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": predicate,
        "predicateType": kind,
        "subject": [{ "digest": { "sha256": digest }, "name": name }],
    });
    serde_json::to_vec(&statement).unwrap()
}

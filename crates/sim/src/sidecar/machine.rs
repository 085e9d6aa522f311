//! Simulated machines: what the hardware answers and which files lie beside it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, io};

use s2s_attest::config::{
    Collateral, Config, Custody, EventLog, Limits, Log, Provenance, ProvenanceKind, ReferenceValue,
    SealedKey, Source, SourceKind, SourcePart, Workload,
};
use silicon_to_source::digest::Sha384;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::{DAY, UnixTime};

use super::tsm::{Answered, Tsm};
use crate::amd::report::POLICY_DEBUG;
use crate::amd::{CrlSpec, ReportSpec, Role, VekSpec, authority};
use crate::coordinator::{CoordinatorSpec, IMAGE, Machine, SEALED_KEY, key_answer};
use crate::keys::Key;
use crate::repository::Repository;
use crate::{BUILD_TIME, ENTITY_VALIDITY, cel, intel};

/// Whose hardware is simulated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    /// An SEV-SNP guest.
    #[default]
    Amd,
    /// A TDX guest.
    Intel,
}

/// What is wrong with a machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// Nothing.
    #[default]
    Healthy,
    /// Another image runs than the one that was built.
    WrongImage,
    /// The host may read the guest's memory.
    Debug,
    /// The vendor has revoked the key that vouches for the chip.
    RevokedChip,
    /// What the vendor signed about the chip has ended.
    ExpiredCollateral,
}

/// A simulated machine: a directory with a simulated configfs-tsm and the files that the sidecar
/// reads. It is gone when this is dropped.
#[derive(Debug)]
pub struct SimulatedMachine {
    /// Its configuration, but for addresses and origin.
    config: Config,
    directory: PathBuf,
    _tsm: Tsm,
}

impl SimulatedMachine {
    /// Starts a machine. Its image was built from the commit at `HEAD` of the repository in whose
    /// root folder this process runs, or else from a made-up one.
    ///
    /// # Errors
    /// When its directory cannot be made.
    pub fn start(vendor: Vendor, condition: Condition) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("s2s-simulated-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory)?;
        let spec = match vendor {
            Vendor::Amd => CoordinatorSpec::default(),
            Vendor::Intel => CoordinatorSpec::tdx(),
        };
        let spec = match Repository::read(Path::new(".")) {
            Some(own) => spec.built_from(&own),
            None => spec,
        };
        let files = Files { directory: &directory };
        let build = &spec.build;
        let workload = Workload {
            image_reference: Some(format!("{IMAGE}@{}", spec.image())),
            manifest: Some(files.put("manifest.json", &spec.manifest)?),
            index: match &spec.index {
                Some(index) => Some(files.put("index.json", index)?),
                None => None,
            },
            git_commit: Some(build.commit.clone()),
            build_version: Some(build.reference.trim_start_matches("refs/tags/").to_owned()),
        };
        let provenance = Provenance {
            kind: ProvenanceKind::SigstoreBundle,
            file: files.put("provenance.json", &spec.provenance().bytes())?,
        };
        let source = spec.source.iter().enumerate().map(|(number, object)| {
            let file = files.put(&format!("object-{number}"), object)?;
            Ok(SourcePart { kind: SourceKind::GitObject, file })
        });
        let source = source.collect::<io::Result<_>>()?;
        let reference_value = ReferenceValue {
            about: "launch-measurement".into(),
            file: files.put("launch.json", &spec.reference().bytes())?,
        };
        let sealed_key = SealedKey {
            endpoint: None,
            file: Some(files.put("encryption-key.json", &key_answer(&SEALED_KEY))?),
            custody: Custody::TeeGenerated,
        };
        let tsm_path = directory.join("report");
        let (tsm, collateral, event_log) = match spec.machine {
            Machine::Snp(_) => (snp(tsm_path, condition)?, snp_files(&files, condition)?, None),
            Machine::Tdx(_) => {
                let other = format!("sha256:{}", "0".repeat(64));
                let image = match condition {
                    Condition::WrongImage => other,
                    _ => spec.image(),
                };
                let (log, rtmr3) = launch_log(&image);
                let event_log = EventLog {
                    kind: "cos-cel".into(),
                    registers: vec!["rtmr3".into()],
                    file: files.put("cel.bin", &log)?,
                };
                let tsm = tdx(tsm_path, condition, rtmr3)?;
                (tsm, tdx_files(&files, condition)?, Some(event_log))
            }
            Machine::Provided(_) => return Err(io::Error::other("it has no report or quote")),
        };
        let substrate = match vendor {
            Vendor::Amd => "gcp-snp",
            Vendor::Intel => "gcp-tdx",
        };
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            management: None,
            origin: "http://127.0.0.1".into(),
            substrate: substrate.into(),
            evidence: vec![Source::ConfigfsTsm {
                directory: tsm.path().to_owned(),
                privilege_level: None,
                timeout_s: 10,
            }],
            event_log: event_log.into_iter().collect(),
            sealed_key: Some(sealed_key),
            tls: None,
            aci: None,
            workload,
            provenance: vec![provenance],
            reference_value: vec![reference_value],
            source,
            collateral: Collateral {
                amd: String::new(),
                intel: String::new(),
                files: collateral,
                ..Collateral::default()
            },
            stated_limits: vec!["developer-upgradable".into()],
            limits: Limits { peer_per_second: 50.0, peer_burst: 200.0, ..Limits::default() },
            log: Log::Info,
        };
        Ok(Self { config, directory, _tsm: tsm })
    }

    /// The configuration of a sidecar beside this machine that is reached under `origin`.
    pub fn config(&self, origin: &str) -> Config {
        Config { origin: origin.to_owned(), ..self.config.clone() }
    }
}

impl Drop for SimulatedMachine {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

struct Files<'a> {
    directory: &'a Path,
}

impl Files<'_> {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.directory.join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    }
}

const PRODUCT: Product = Product::Genoa;

/// A list that ended long ago: 2025-01-01.
const ENDED: UnixTime = UnixTime(1_735_689_600);

fn snp(path: PathBuf, condition: Condition) -> io::Result<Tsm> {
    let mut report = ReportSpec::healthy(PRODUCT);
    match condition {
        Condition::WrongImage => {
            report.measurement = Sha384::of(b"SIMULATED launch of another image").0;
        }
        Condition::Debug => report.policy |= POLICY_DEBUG,
        _ => {}
    }
    let vcek = VekSpec::of(&report).der();
    let auxiliary = certificate_table(&[(VCEK, &vcek)]);
    Tsm::start(path, move |input| {
        let report = ReportSpec { report_data: input.try_into().unwrap(), ..report.clone() };
        Answered {
            provider: "sev_guest",
            report: report.sign(Key::Vcek),
            auxiliary: Some(auxiliary.clone()),
            intruders: 0,
        }
    })
}

fn snp_files(files: &Files<'_>, condition: Condition) -> io::Result<Vec<PathBuf>> {
    let mut crl = CrlSpec::new(PRODUCT, BUILD_TIME, ENTITY_VALIDITY.not_after);
    match condition {
        Condition::RevokedChip => crl.revoked = vec![Role::Ask.serial(PRODUCT).to_vec()],
        Condition::ExpiredCollateral => crl.next_update = Some(ENDED),
        _ => {}
    }
    Ok(vec![
        files.put("ask.der", authority(PRODUCT, Role::Ask))?,
        files.put("ark.der", authority(PRODUCT, Role::Ark))?,
        files.put("crl.der", &crl.der())?,
    ])
}

fn tdx(path: PathBuf, condition: Condition, rtmr3: [u8; 48]) -> io::Result<Tsm> {
    let mut quote = intel::QuoteSpec::tdx_v4();
    quote.td().rtmr[3] = rtmr3;
    if condition == Condition::Debug {
        quote.td().td_attributes |= intel::body::TD_DEBUG;
    }
    Tsm::start(path, move |input| {
        let mut quote = quote.clone();
        quote.td().report_data = input.try_into().unwrap();
        Answered { provider: "tdx_guest", report: quote.bytes(), auxiliary: None, intruders: 0 }
    })
}

fn tdx_files(files: &Files<'_>, condition: Condition) -> io::Result<Vec<PathBuf>> {
    let mut collateral = intel::CollateralSpec::tdx();
    match condition {
        Condition::RevokedChip => {
            let pck = intel::PckSpec::platform();
            let list = intel::CrlSpec::revoking(intel::Role::PlatformCa, &[&pck.serial]);
            collateral.pck_crl = list.der();
        }
        Condition::ExpiredCollateral => {
            let mut tcb_info = intel::TcbInfoSpec::tdx();
            tcb_info.issue_date = UnixTime(ENDED.0 - 30 * DAY);
            tcb_info.next_update = ENDED;
            collateral = collateral.with_tcb_info(&tcb_info);
        }
        _ => {}
    }
    Ok(vec![files.put("intel.json", &collateral.bytes())?])
}

/// What the simulated launcher says that it started, and the register that it makes.
fn launch_log(image: &str) -> (Vec<u8>, [u8; 48]) {
    let reference = format!("{IMAGE}@{image}");
    cel::log(&[
        (cel::IMAGE_REFERENCE, reference.as_bytes()),
        (cel::IMAGE_DIGEST, image.as_bytes()),
        (cel::RESTART_POLICY, b"Never"),
        (cel::LAUNCH_SEPARATOR, b""),
    ])
}

/// The identifier of a VCEK in a certificate table (AMD 56421).
const VCEK: [u8; 16] = 0x63da_758d_e664_4564_adc5_f4b9_3be8_accd_u128.to_be_bytes();

/// A host's certificate table.
pub fn certificate_table(entries: &[([u8; 16], &[u8])]) -> Vec<u8> {
    let mut offset = 24 * (entries.len() + 1);
    let (mut table, mut data) = (Vec::new(), Vec::new());
    for (id, der) in entries {
        table.extend(id);
        table.extend(u32::try_from(offset).unwrap().to_le_bytes());
        table.extend(u32::try_from(der.len()).unwrap().to_le_bytes());
        data.extend(*der);
        offset += der.len();
    }
    table.extend([0; 24]);
    [table, data].concat()
}

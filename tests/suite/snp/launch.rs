//! The launch measurement, against the sev crate: its firmware images, its known digests, and its
//! own computation.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use s2s_sim::amd::{ReportSpec, VekSpec};
use s2s_sim::keys::Key;
use serde_json::json;
use sev::measurement::snp::{SnpMeasurementArgs, snp_calc_launch_digest};
use sev::measurement::vcpu_types::CpuType;
use sev::measurement::vmsa::{GuestFeatures, VMMType};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::{LaunchDescription, builtin, launch_measurement};
use silicon_to_source::formats::launch;
use silicon_to_source::formats::launch::parse::{AreaKind, Firmware};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Level, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common;
use crate::common::snp::Case;
use crate::common::table::{self, Row, Told, assert_rows};

fn image(name: &str) -> PathBuf {
    let file = format!("tests/measurement/ovmf_{name}_suffix.bin");
    common::crate_dir("sev").unwrap().join(file)
}

fn description(kernel: Option<&str>, processors: u32, features: u64) -> LaunchDescription {
    LaunchDescription {
        schema: LaunchDescription::SCHEMA.into(),
        kernel_sha256: kernel.map(|_| Sha256::of(&[])),
        initrd_sha256: kernel.map(|_| Sha256::of(&[])),
        command_line: kernel.unwrap_or_default().into(),
        processors,
        processor_type: "EPYC-v4".into(),
        features,
        monitor: "qemu".into(),
    }
}

fn measure(name: &str, description: &LaunchDescription) -> String {
    let firmware = fs::read(image(name)).unwrap();
    launch_measurement(&firmware, description).unwrap().to_string()
}

/// Image, command line of an empty kernel, processors, features, monitor, digest.
type Known = (&'static str, Option<&'static str>, u32, u64, &'static str, &'static str);

/// From the sev crate's tests/measurement.rs, which has them from AMD's sev-snp-measure.
const KNOWN: [Known; 8] = [
    (
        "AmdSev",
        Some("console=ttyS0 loglevel=7"),
        1,
        0x1,
        "qemu",
        "6d287813eb5222d770f75005c664e34c204f385ce832cc2ce7d0d6f354454362f390ef83a92046c042e706363b4b08fa",
    ),
    (
        "AmdSev",
        Some("console=ttyS0 loglevel=7"),
        1,
        0x21,
        "qemu",
        "803f691094946e42068aaa3a8f9e26a5c89f36f7b73ecfb28c653360fe4b3aba7e534442e7e1e17895dfe778d0228977",
    ),
    (
        "AmdSev",
        Some(""),
        1,
        0x1,
        "ec2",
        "7d3756157c805bf6adf617064c8552e8c1688fa1c8756f11cbf56ba5d25c9270fb69c0505c1cbe1c5c66c0e34c6ed3be",
    ),
    (
        "AmdSev",
        Some(""),
        1,
        0x21,
        "ec2",
        "6ae80856486b1396af8c82a40351d6ed76a20c785e9c7fa4ffa27c22d5d6313b4b3b458cd3c9968e6f89fb5d8450d7a6",
    ),
    (
        "AmdSev",
        None,
        1,
        0x1,
        "qemu",
        "19358ba9a7615534a9a1e2f0dfc29384dcd4dcb7062ff9c6013b26869a5fc6ecabe033c48dd6f6db5d6d76e7c5df632d",
    ),
    (
        "AmdSev",
        Some(""),
        4,
        0x1,
        "qemu",
        "5061fffb019493a903613d56d54b94912a1a2f9e4502385f5c194616753720a92441310ba6c4933de877c36e23046ad5",
    ),
    (
        "AmdSev",
        Some(""),
        4,
        0x21,
        "qemu",
        "4953b1fb416fa874980e8442b3706d345926d5f38879134e00813c5d7abcbe78eafe7b422907be0b4698e2414a631942",
    ),
    (
        "OvmfX64",
        None,
        1,
        0x21,
        "qemu",
        "28797ae0afaba4005a81e629acebfb59e6687949d6be44007cd5506823b0dd66f146aaae26ff291eed7b493d8a64c385",
    ),
];

#[test]
fn known_launches_have_their_known_measurements() {
    for (name, kernel, processors, features, monitor, digest) in KNOWN {
        let mut launch = description(kernel, processors, features);
        launch.monitor = monitor.into();
        assert_eq!(measure(name, &launch), digest, "{name} {kernel:?} {processors} {features}");
    }
}

#[test]
fn the_sev_crate_computes_the_same_for_every_model_and_monitor() {
    let files = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (kernel, initrd) = (files.join("launch-kernel"), files.join("launch-initrd"));
    fs::write(&kernel, b"a kernel").unwrap();
    fs::write(&initrd, b"an initial disk").unwrap();
    let models = ["EPYC", "EPYC-v3", "EPYC-Rome-v2", "EPYC-Milan", "EPYC-Genoa-v1", "EPYC-Turin"];
    for model in models {
        for (monitor, vmm) in [("qemu", VMMType::QEMU), ("ec2", VMMType::EC2)] {
            for processors in [1, 3] {
                let oracle = snp_calc_launch_digest(SnpMeasurementArgs {
                    vcpus: processors,
                    vcpu_type: CpuType::try_from(model).unwrap(),
                    ovmf_file: image("AmdSev"),
                    guest_features: GuestFeatures(0x2d),
                    kernel_file: Some(kernel.clone()),
                    initrd_file: Some(initrd.clone()),
                    append: Some("root=/dev/vda ro"),
                    ovmf_hash_str: None,
                    vmm_type: Some(vmm),
                })
                .unwrap();
                let launch = LaunchDescription {
                    kernel_sha256: Some(Sha256::of(b"a kernel")),
                    initrd_sha256: Some(Sha256::of(b"an initial disk")),
                    command_line: "root=/dev/vda ro".into(),
                    processor_type: model.into(),
                    monitor: monitor.into(),
                    ..description(None, processors, 0x2d)
                };
                assert_eq!(measure("AmdSev", &launch), oracle.get_hex_ld(), "{model} {monitor}");
            }
        }
    }
}

#[test]
fn every_part_of_a_launch_changes_its_measurement() {
    let launch = description(Some("a"), 2, 1);
    let base = measure("AmdSev", &launch);
    let mut others = vec![measure("AmdSev", &description(Some("b"), 2, 1))];
    others.push(measure("AmdSev", &description(Some("a"), 3, 1)));
    others.push(measure("AmdSev", &description(Some("a"), 2, 3)));
    others.push(measure("AmdSev", &description(None, 2, 1)));
    let changes: [fn(&mut LaunchDescription); 4] = [
        |launch| launch.kernel_sha256 = Some(Sha256::of(b"k")),
        |launch| launch.initrd_sha256 = Some(Sha256::of(b"i")),
        |launch| launch.processor_type = "EPYC-Genoa".into(),
        |launch| launch.monitor = "ec2".into(),
    ];
    for change in changes {
        let mut other = launch.clone();
        change(&mut other);
        others.push(measure("AmdSev", &other));
    }
    assert!(others.iter().all(|other| *other != base));
    others.sort_unstable();
    others.dedup();
    assert_eq!(others.len(), 8);
}

#[test]
fn firmware_areas_are_read_and_damaged_images_are_refused() {
    let bytes = fs::read(image("AmdSev")).unwrap();
    let firmware = Firmware::parse(&bytes).unwrap();
    assert!(firmware.areas.iter().any(|area| area.kind == AreaKind::KernelHashes));
    assert!(firmware.hash_table.is_some() && firmware.reset_eip.is_some());
    assert_eq!(firmware.address(), (1 << 32) - 4096);
    assert!(Firmware::parse(&bytes[1..]).is_err(), "not whole pages");
    assert!(Firmware::parse(&[0; 4096]).is_err(), "no table");
    let x64 = fs::read(image("OvmfX64")).unwrap();
    let error = launch_measurement(&x64, &description(Some(""), 1, 1)).unwrap_err();
    assert_eq!(error.code(), "missing", "OvmfX64 takes no kernel hashes");
    for processors in [0, 4097] {
        assert!(launch_measurement(&bytes, &description(None, processors, 1)).is_err());
    }
    let unknown =
        LaunchDescription { processor_type: "EPYC-Naples".into(), ..description(None, 1, 1) };
    assert_eq!(launch_measurement(&bytes, &unknown).unwrap_err().code(), "unsupported");
}

#[test]
fn every_changed_or_cut_byte_of_the_table_is_refused_or_changes_the_measurement() {
    let bytes = fs::read(image("AmdSev")).unwrap();
    let launch = description(Some(""), 2, 1);
    let base = launch_measurement(&bytes, &launch).unwrap();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        assert_ne!(launch_measurement(&changed, &launch).ok(), Some(base), "byte {index}");
    }
}

#[test]
fn a_report_is_compared_with_the_launch_that_a_reader_describes() {
    let firmware = fs::read(image("AmdSev")).unwrap();
    let launch = description(Some("console=ttyS0"), 2, 1);
    let computed = launch_measurement(&firmware, &launch).unwrap();
    let mut spec = ReportSpec::healthy(Product::Genoa);
    spec.measurement = computed.0;
    let report = spec.sign(Key::Vcek);
    let vcek = VekSpec::vcek(Product::Genoa).der();
    let policy = builtin("simulated-machine").unwrap().policy().unwrap();
    let outcome = |files: &[&[u8]]| {
        let now = UnixTime(1_740_000_000);
        let report = crate::common::examine(&report, files, Some(&policy), now).unwrap();
        report
            .findings(&launch::checks::LAUNCH_RECOMPUTED)
            .map(|finding| format!("{} {}", finding.outcome, finding.reason.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    let right = serde_json::to_vec(&launch).unwrap();
    let wrong = serde_json::to_vec(&description(Some("console=ttyS0"), 1, 1)).unwrap();
    assert_eq!(outcome(&[&vcek, &firmware, &right]), ["pass "]);
    assert_eq!(outcome(&[&vcek, &firmware, &wrong]), ["fail not-equal"]);
    assert_eq!(outcome(&[&vcek, &right]), ["unknown not-fetched"]);
    assert_eq!(
        outcome(&[&firmware, &right]),
        ["unknown blocked"],
        "nothing vouches for the report"
    );
    assert!(outcome(&[&vcek]).is_empty());
}

/// A report with its chip's certificate, and what it was launched with.
struct Launched {
    case: Case,
    firmware: Option<Vec<u8>>,
    launch: LaunchDescription,
}

fn launched() -> Launched {
    let firmware = fs::read(image("AmdSev")).unwrap();
    let launch = description(Some("console=ttyS0"), 2, 1);
    let measurement = launch_measurement(&firmware, &launch).unwrap();
    let mut case = Case::vcek(Product::Genoa);
    case.report.measurement = measurement.0;
    case.policy["snp"]["measurements"] = json!([hex::encode(measurement.0)]);
    case.policy["required"].as_array_mut().unwrap().push(json!("launch.recomputed"));
    Launched { case, firmware: Some(firmware), launch }
}

fn examined(launched: &Launched) -> Report {
    let mut files = launched.case.collateral();
    files.extend(launched.firmware.clone());
    files.push(serde_json::to_vec(&launched.launch).unwrap());
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let policy = launched.case.parsed_policy();
    common::examine(&launched.case.report_bytes(), &files, Some(&policy), launched.case.now)
        .unwrap()
}

const ROWS: &[Row<Launched>] = &[
    Row::new(launched, "launch.recomputed", "fail not-equal", |own| own.launch.processors = 1),
    Row::new(launched, "launch.recomputed", "fail not-equal", |own| {
        own.launch.command_line = "console=ttyS1".into();
    }),
    Row::new(launched, "launch.recomputed", "unknown not-fetched", |own| own.firmware = None),
    Row::new(launched, "launch.recomputed", "unknown not-supported", |own| {
        own.launch.processor_type = "EPYC-Naples".into();
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

#[test]
fn another_launch_turns_exactly_its_check() {
    assert_rows(ROWS, examined);
}

/// The oracle's digest is in KNOWN.
#[test]
fn a_description_alone_is_measured_and_shows_nothing_about_any_machine() {
    let (image_name, kernel, processors, features, _, digest) = KNOWN[0];
    let firmware = fs::read(image(image_name)).unwrap();
    let launch = serde_json::to_vec(&description(kernel, processors, features)).unwrap();
    let now = UnixTime(1_740_000_000);
    let examined = |files: &[&[u8]]| crate::common::examine(&launch, files, None, now);
    let report = examined(&[&firmware]).unwrap();
    assert_eq!(report.verdict.state, State::NotPublished);
    assert_eq!(report.assurance.level, Some(Level::A0));
    assert!(report.links.iter().all(|link| link.state != State::Verified));
    let [claim] = report.claims.as_slice() else { panic!("{:?}", report.claims) };
    assert_eq!((claim.name, claim.value.to_string().as_str()), ("launch.measurement", digest));

    let without = examined(&[]).unwrap();
    assert_eq!(without.verdict.state, State::Unknown);
    assert!(without.claims.is_empty());

    let snp = ReportSpec::healthy(Product::Genoa).sign(Key::Vcek);
    let report = examined(&[&firmware, &snp]).unwrap();
    assert_eq!(report.subject.kind, "snp-report", "the report is the evidence");
}

#[test]
fn the_command_prints_the_measurement_and_the_description() {
    let run = |json: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_s2s"));
        command.args(["launch-digest", "--processors", "1", "--processor-type", "EPYC-v4"]);
        command.arg("--firmware").arg(image("AmdSev")).args(["--features", "0x21"]);
        if json {
            command.arg("--json");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        run(false).trim(),
        "e1e1ca029dd7973ab9513295be68198472dcd4fc834bd9af9b63f6e8a1674dbf281a9278a4a2ebe0eed9f22adbcd0e2b"
    );
    let written: LaunchDescription = serde_json::from_str(&run(true)).unwrap();
    assert_eq!(written, description(None, 1, 0x21));
}

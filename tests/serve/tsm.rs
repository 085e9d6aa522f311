//! The reader of configfs-tsm, against a directory that follows the same protocol.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use s2s_attest::tsm::{Directory, Provider, TsmError};
use s2s_sim::sidecar::{Answered, Tsm};
use silicon_to_source::formats::snp::parse::CertificateTable;

use crate::scratch;

fn directory(path: PathBuf) -> Directory {
    Directory { path, privilege_level: None, timeout: Duration::from_secs(20) }
}

fn answered(input: &[u8]) -> Answered {
    Answered {
        provider: "sev_guest",
        report: [b"report over ", input].concat(),
        auxiliary: Some(b"certificates".to_vec()),
        intruders: 0,
    }
}

#[test]
fn report_covers_the_input_and_the_entry_is_gone_afterwards() {
    let path = scratch("tsm");
    let tsm = Tsm::start(path.clone(), answered).unwrap();
    for byte in [1, 2, 255] {
        let reported = directory(path.clone()).report(&[byte; 64]).unwrap();
        assert_eq!(reported.provider, Provider::SevGuest);
        assert_eq!(reported.report, [&b"report over "[..], &[byte; 64]].concat());
        assert_eq!(reported.auxiliary, b"certificates");
    }
    drop(tsm);
    assert!(!path.exists(), "a simulated directory goes with its thread");
}

#[test]
fn entries_of_finished_reports_do_not_stay() {
    let path = scratch("tsm-entries");
    let _tsm = Tsm::start(path.clone(), answered).unwrap();
    directory(path.clone()).report(&[7; 64]).unwrap();
    assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
}

/// A process that is killed while the hardware answers removes nothing. The next one does, in a
/// program of its own, because a process looks once.
#[test]
fn what_a_killed_process_left_is_gone_with_the_next_report_and_nobody_elses_is() {
    let again = std::env::var_os("S2S_SWEPT");
    let Some(path) = again.map(PathBuf::from) else {
        let path = scratch("tsm-left");
        for (name, age) in [
            ("silicon-to-source-1-0", 7200),
            ("silicon-to-source-2-0", 60),
            ("somebody-else", 7200),
        ] {
            fs::create_dir(path.join(name)).unwrap();
            let then = std::time::SystemTime::now() - Duration::from_secs(age);
            fs::File::open(path.join(name)).unwrap().set_modified(then).unwrap();
        }
        let name =
            "tsm::what_a_killed_process_left_is_gone_with_the_next_report_and_nobody_elses_is";
        let own = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name])
            .env("S2S_SWEPT", &path)
            .output()
            .unwrap();
        assert!(own.status.success(), "{}", String::from_utf8_lossy(&own.stdout));
        return;
    };
    // The hardware does not answer, and the process's own entry is gone all the same.
    let quick = Directory { timeout: Duration::from_millis(20), ..directory(path.clone()) };
    quick.report(&[1; 64]).unwrap_err();
    let mut names: Vec<String> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["silicon-to-source-2-0", "somebody-else"]);
}

#[test]
fn machine_without_auxiliary_blob_has_none() {
    let path = scratch("tsm-tdx");
    let answer = |input: &[u8]| Answered {
        provider: "tdx_guest",
        report: input.to_vec(),
        auxiliary: None,
        intruders: 0,
    };
    let _tsm = Tsm::start(path.clone(), answer).unwrap();
    let reported = directory(path).report(&[3; 64]).unwrap();
    assert_eq!(reported.provider, Provider::TdxGuest);
    assert!(reported.auxiliary.is_empty());
}

#[test]
fn privilege_level_is_a_write_that_is_counted() {
    let path = scratch("tsm-level");
    let _tsm = Tsm::start(path.clone(), answered).unwrap();
    let directory = Directory { privilege_level: Some(1), ..directory(path) };
    assert!(directory.report(&[4; 64]).is_ok());
}

#[test]
fn entry_that_somebody_else_wrote_to_is_refused() {
    let path = scratch("tsm-conflict");
    let answer = |input: &[u8]| Answered { intruders: 1, ..answered(input) };
    let _tsm = Tsm::start(path.clone(), answer).unwrap();
    assert!(matches!(directory(path).report(&[5; 64]), Err(TsmError::Conflict)));
}

#[test]
fn unknown_provider_and_oversized_report_are_refused() {
    let path = scratch("tsm-provider");
    let answer = |input: &[u8]| Answered { provider: "cca_guest", ..answered(input) };
    let _tsm = Tsm::start(path.clone(), answer).unwrap();
    let error = directory(path).report(&[6; 64]).unwrap_err();
    assert!(
        matches!(&error, TsmError::Unknown("provider", name) if name == "cca_guest"),
        "{error}"
    );

    let path = scratch("tsm-large");
    let answer = |input: &[u8]| Answered { report: vec![1; 64 * 1024 + 1], ..answered(input) };
    let _tsm = Tsm::start(path.clone(), answer).unwrap();
    let error = directory(path).report(&[6; 64]).unwrap_err();
    assert!(matches!(error, TsmError::TooLarge("outblob")), "{error}");
}

#[test]
fn directory_that_is_absent_or_never_answers_ends_in_an_error() {
    let path = scratch("tsm-absent").join("report");
    let error = directory(path.clone()).report(&[0; 64]).unwrap_err();
    assert!(matches!(&error, TsmError::Absent(absent) if *absent == path), "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "This machine offers no attestation: {} is missing. It needs Linux 6.7 and the module \
             sev-guest or tdx-guest.",
            path.display()
        )
    );

    let silent = Directory { timeout: Duration::from_millis(50), ..directory(scratch("silent")) };
    let started = Instant::now();
    assert!(matches!(silent.report(&[0; 64]), Err(TsmError::Timeout)));
    assert!(started.elapsed() >= Duration::from_millis(50));
    assert_eq!(fs::read_dir(&silent.path).unwrap().count(), 0, "its entry is gone");
}

#[test]
fn auxiliary_blob_of_the_simulated_machine_is_a_certificate_table() {
    use s2s_attest::config::Source;
    use s2s_sim::sidecar::{Condition, SimulatedMachine, Vendor};
    let machine = SimulatedMachine::start(Vendor::Amd, Condition::Healthy).unwrap();
    let config = machine.config("http://127.0.0.1");
    let [Source::ConfigfsTsm { directory: path, .. }] = &config.evidence[..] else { panic!() };
    let reported = directory(path.clone()).report(&[9; 64]).unwrap();
    assert_eq!(reported.report[0x50..0x90], [9; 64], "REPORT_DATA");
    let table = CertificateTable::parse(&reported.auxiliary).unwrap();
    assert!(table.vcek.is_some() && table.ark.is_none());
}

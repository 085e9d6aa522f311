//! Real event logs against the registers of their quotes.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silicon_to_source::digest::{Sha256, Sha384};
use silicon_to_source::finding::{Outcome, Value, Why};
use silicon_to_source::formats::eventlog;
use silicon_to_source::formats::eventlog::appraise::{claims, fields};
use silicon_to_source::formats::eventlog::parse::{Register, cel as canonical, dstack as app};
use silicon_to_source::formats::eventlog::verify::{Registers, Standing};

use crate::common::eventlog::{all, failed, find, protobuf, rtmr3, statement, statements};
use crate::common::shared;

fn read(path: &str) -> Option<Vec<u8>> {
    shared(&format!("vectors/{path}")).map(|file| fs::read(file).unwrap())
}

/// The RTMRs of a TD quote of version 4: the TD report begins at byte 48 and they at its byte 328.
fn rtmrs(quote: &[u8]) -> [Sha384; 4] {
    [0, 1, 2, 3].map(|number| {
        let start = 48 + 328 + 48 * number;
        Sha384(quote[start..start + 48].try_into().unwrap())
    })
}

#[test]
fn cos_113_ccel_extends_to_rtmr0_to_2_of_its_quote() {
    let (Some(log), Some(quote)) = (read("gcp/cos-113-tdx.ccel"), read("gcp/cos-113-tdx.quote"))
    else {
        return;
    };
    let parsed = eventlog::parse::tcg::Log::parse(&log).unwrap();
    // Counted with an independent reader of the format.
    assert_eq!(parsed.events.len(), 43);
    assert_eq!((parsed.padding.start, parsed.padding.len), (18101, 244_043));
    let examined = eventlog::verify::tcg(&parsed, &Registers::of_quote(&rtmrs(&quote), &[0, 1, 2]));
    for part in ["rtmr0", "rtmr1", "rtmr2"] {
        assert!(find(&examined, &format!("eventlog.replay/{part}")).passed());
    }
    assert!(find(&examined, "eventlog.coverage").passed());
    let verified = examined.verified.expect("the log holds");

    let fields = fields(&verified);
    assert_eq!(fields.len(), 43);
    assert_eq!(fields[0].name, "event 0: EV_EFI_HANDOFF_TABLES2 (RTMR0)");
    assert!(matches!(fields[0].value, Value::Hex(_)), "its data is a description");
    assert_eq!(fields[42].value, Value::text("Exit Boot Services Returned with Success"));

    let line = statements(&verified, "boot.command-line");
    assert_eq!(line.len(), 1, "{line:?}");
    assert_eq!(line[0].2, Register::Rtmr(2));
    assert!(line[0].0.starts_with("/syslinux/vmlinuz.A init=/usr/lib/systemd/systemd "));
    let kernel = statements(&verified, "boot.kernel");
    assert_eq!(kernel.len(), 1);
    assert_eq!(kernel[0].1.as_deref(), Some("/syslinux/vmlinuz.A"));
    let loaders = statements(&verified, "boot.application");
    assert_eq!(loaders.len(), 2);
    assert_eq!(loaders[1].1.as_deref(), Some("\\EFI\\BOOT\\grub-lakitu.efi"));
    assert_eq!(statement(&verified, "boot.secure-boot"), "off", "the variable's value is 00");
}

#[test]
fn ccel_table_of_cos_113_gives_the_size_of_its_log() {
    let (Some(table), Some(log)) =
        (read("gcp/cos-113-tdx.ccel-table"), read("gcp/cos-113-tdx.ccel"))
    else {
        return;
    };
    // ACPI specification 6.5, "CC-Event Log ACPI Table": LAML is the number at byte 40.
    assert_eq!(&table[..4], b"CCEL");
    let len = u64::from_le_bytes(table[40..48].try_into().unwrap());
    assert_eq!(usize::try_from(len).unwrap(), log.len());
}

#[test]
fn flipped_byte_of_the_command_line_names_its_event() {
    let (Some(mut log), Some(quote)) =
        (read("gcp/cos-113-tdx.ccel"), read("gcp/cos-113-tdx.quote"))
    else {
        return;
    };
    let registers = Registers::of_quote(&rtmrs(&quote), &[0, 1, 2]);
    // The event of the command line begins at byte 17091 and its data 66 bytes later.
    log[17091 + 66 + 40] ^= 1;
    let examined =
        eventlog::verify::tcg(&eventlog::parse::tcg::Log::parse(&log).unwrap(), &registers);
    assert_eq!(failed(&examined, "eventlog.digests/event-40"), "not-equal");
    let at = find(&examined, "eventlog.digests/event-40").at.clone().unwrap();
    assert_eq!(at.span.start, 17091);
    log[17091 + 66 + 40] ^= 1;

    // Its digest: now the register does not add up either, and the same event is named.
    log[17091 + 14] ^= 1;
    let examined =
        eventlog::verify::tcg(&eventlog::parse::tcg::Log::parse(&log).unwrap(), &registers);
    assert_eq!(failed(&examined, "eventlog.replay/rtmr2"), "event-changed");
    let at = find(&examined, "eventlog.replay/rtmr2").at.clone().unwrap();
    assert_eq!(at.span.start, 17091);
    assert!(find(&examined, "eventlog.replay/rtmr0").passed());
    log[17091 + 14] ^= 1;

    // The digest of a file, which nothing but the register confirms: the first such event of
    // RTMR2 is at byte 11482.
    log[17005 + 14] ^= 1;
    let examined =
        eventlog::verify::tcg(&eventlog::parse::tcg::Log::parse(&log).unwrap(), &registers);
    assert_eq!(failed(&examined, "eventlog.replay/rtmr2"), "not-equal");
    let at = find(&examined, "eventlog.replay/rtmr2").at.clone().unwrap();
    assert_eq!(at.span.start, 11482);
}

#[test]
fn logs_of_tpms_parse_and_every_event_fits_its_digest() {
    for (path, events, algorithms) in [
        ("dstack/tpm_eventlog.bin", 45, 3),
        ("dstack/ccel.bin", 18, 1),
        ("gcp/eventlog-cos-101-amd-sev.bin", 48, 3),
        ("gcp/eventlog-ubuntu-2404-amd-sevsnp.bin", 116, 3),
    ] {
        let Some(log) = read(path) else { continue };
        let log = eventlog::parse::tcg::Log::parse(&log).unwrap();
        assert_eq!((log.events.len(), log.algorithms.len()), (events, algorithms), "{path}");
        let registers = match algorithms {
            1 => Registers::Rtmr(BTreeMap::new()),
            _ => Registers::PcrSha256(BTreeMap::new()),
        };
        let examined = eventlog::verify::tcg(&log, &registers);
        assert!(find(&examined, "eventlog.digests").passed(), "{path}: {:?}", examined.findings);
        assert!(examined.verified.is_none(), "no register was compared");
        let nothing = find(&examined, "eventlog.replay").outcome;
        assert_eq!(nothing, Outcome::Unknown(Why::NotPublished));
    }
}

#[test]
fn tpm_log_extends_to_pcrs_computed_by_another_tool() {
    let Some(log) = read("dstack/tpm_eventlog.bin") else { return };
    // Computed from the file with Python's hashlib.
    let expected = [
        (0, "0cca9ec161b09288802e5a112255d21340ed5b797f5fe29cecccfd8f67b9f802"),
        (2, "1f74355f18d9aab3a26faa060d2058726554207d040c63d25d501d97f5a41e0f"),
        (7, "02836eb5a7a5ba639a26164ac6c57d69e2d00681049cc9e55922753ea7153f01"),
        (9, "b6f84aea75e7ce10698d55bc790610b9a7436198ec8a16d5ee8042bcab27206f"),
    ];
    let map: BTreeMap<u8, Sha256> =
        expected.iter().map(|(number, value)| (*number, value.parse().unwrap())).collect();
    let log = eventlog::parse::tcg::Log::parse(&log).unwrap();
    let examined = eventlog::verify::tcg(&log, &Registers::PcrSha256(map.clone()));
    let coverage = find(&examined, "eventlog.coverage");
    assert_eq!(coverage.actual, Some(Value::text("pcr1, pcr11, pcr3, pcr4, pcr5, pcr6")));
    let verified = examined.verified.expect("the log holds");
    assert_eq!(verified.events()[0].standing, Standing::NotMeasured, "EV_NO_ACTION");
    assert_eq!(statements(&verified, "boot.initrd")[0].2, Register::Pcr(9));
    assert_eq!(statement(&verified, "boot.secure-boot"), "off");

    let mut wrong = map;
    wrong.get_mut(&7).unwrap().0[0] ^= 1;
    let examined = eventlog::verify::tcg(&log, &Registers::PcrSha256(wrong));
    assert_eq!(failed(&examined, "eventlog.replay/pcr7"), "not-equal");
}

/// The PCRs of a bank in a go-tpm-tools attestation: quotes are field 2, their PCRs field 3 with
/// the bank's TPM number first.
fn pcrs(attestation: &[u8], bank: u64) -> BTreeMap<u8, Vec<u8>> {
    let quotes = all(attestation, 2);
    let banks = quotes.iter().flat_map(|quote| all(quote, 3));
    let mut own = banks.filter(|pcrs| protobuf(pcrs).contains(&(1, Err(bank))));
    let entries = all(own.next().expect("the bank is quoted"), 2);
    entries
        .iter()
        .map(|entry| {
            let fields = protobuf(entry);
            let number = fields.iter().find_map(|(field, value)| match value {
                Err(number) if *field == 1 => Some(u8::try_from(*number).unwrap()),
                _ => None,
            });
            (number.unwrap_or(0), all(entry, 2)[0].to_vec())
        })
        .collect()
}

/// The attestations with PCRs that are at hand, each with its name.
fn attestations() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = read("gcp/vtpm-cos-85-nonce9009.pb")
        .map(|bytes| ("vtpm-cos-85".to_owned(), bytes))
        .into_iter()
        .collect();
    let Some(json) = read("eigencompute/bound-evidence.json") else { return found };
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    for evidence in json.as_array().unwrap() {
        let bytes = STANDARD.decode(evidence["attestation"].as_str().unwrap()).unwrap();
        found.push((evidence["name"].as_str().unwrap().to_owned(), bytes));
    }
    found
}

#[test]
fn tpm_logs_extend_to_the_pcrs_of_their_quotes_in_both_banks() {
    // PCR10 belongs to the running system and PCR13 to the container launcher.
    let boot = |number: &u8| *number < 16 && ![10, 13].contains(number);
    for (name, attestation) in attestations() {
        let log = eventlog::parse::tcg::Log::parse(all(&attestation, 3)[0]).unwrap();
        let sha256 = pcrs(&attestation, 0x0b).into_iter().filter(|(number, _)| boot(number));
        let sha384 = pcrs(&attestation, 0x0c).into_iter().filter(|(number, _)| boot(number));
        for registers in [
            Registers::PcrSha256(
                sha256.map(|(number, pcr)| (number, Sha256(pcr.try_into().unwrap()))).collect(),
            ),
            Registers::PcrSha384(
                sha384.map(|(number, pcr)| (number, Sha384(pcr.try_into().unwrap()))).collect(),
            ),
        ] {
            let examined = eventlog::verify::tcg(&log, &registers);
            let verified =
                examined.verified.unwrap_or_else(|| panic!("{name}: {:?}", examined.findings));
            assert_eq!(verified.registers().len(), 14, "{name}");
            let line = statements(&verified, "boot.command-line");
            assert_eq!(line[0].2, Register::Pcr(8), "{name}");
            if name.contains("debug") || name.contains("hardened") {
                let hardened = line[0].0.contains("confidential-space.hardened=true");
                assert_eq!(hardened, name.contains("hardened"), "{name}");
            }
        }
    }
}

#[test]
fn launch_logs_of_confidential_space_extend_to_rtmr3_or_pcr13() {
    for (name, attestation) in attestations() {
        let Some(log) = all(&attestation, 5).first().copied() else { continue };
        let log = canonical::Log::parse(log).unwrap();
        // A TD quote is field 9, its body field 2 and the four RTMRs field 11.
        let registers = match all(&attestation, 9).first() {
            Some(quote) => {
                let rtmr = all(all(quote, 2)[0], 11)[3];
                vec![rtmr3(rtmr.try_into().unwrap())]
            }
            None => {
                let (sha256, sha384) = (pcrs(&attestation, 0x0b), pcrs(&attestation, 0x0c));
                let sha256 = Sha256(sha256[&13].clone().try_into().unwrap());
                let sha384 = Sha384(sha384[&13].clone().try_into().unwrap());
                vec![
                    Registers::PcrSha256(BTreeMap::from([(13, sha256)])),
                    Registers::PcrSha384(BTreeMap::from([(13, sha384)])),
                ]
            }
        };
        for registers in registers {
            let examined = eventlog::verify::cel(&log, &registers);
            let verified =
                examined.verified.unwrap_or_else(|| panic!("{name}: {:?}", examined.findings));
            let reference = statement(&verified, "container.image-reference");
            assert_eq!(reference, "docker.io/cavaneigen/teeverify-capture:latest", "{name}");
            assert!(statement(&verified, "container.image-digest").starts_with("sha256:a1b0135e"));
            assert_eq!(statements(&verified, "container.environment-override").len(), 2);
            let claims = claims(&verified);
            let register = verified.registers()[0].0;
            let named = claims
                .iter()
                .all(|claim| claim.value.to_string().ends_with(&format!(" ({register})")));
            assert!(named && claims.len() == 12, "{name}: {claims:?}");
        }
    }
}

fn json_log(path: &str) -> Option<(String, [Sha384; 4])> {
    let json: serde_json::Value = serde_json::from_slice(&read(path)?).unwrap();
    let quote = hex::decode(json["quote"].as_str().unwrap()).unwrap();
    Some((json["event_log"].as_str().unwrap().to_owned(), rtmrs(&quote)))
}

#[test]
fn dstack_log_extends_to_all_rtmrs_of_its_quote() {
    let Some((log, rtmr)) = json_log("dstack/quote-report.json") else { return };
    let log = app::Log::parse(log.as_bytes()).unwrap();
    let examined = eventlog::verify::dstack(&log, &Registers::of_quote(&rtmr, &[0, 1, 2, 3]));
    let verified = examined.verified.unwrap_or_else(|| panic!("{:?}", examined.findings));
    let compose = "3763bc34552cf3a27ff71ad5f7a90471562a1a2df552dfc1998cba2d60da27e7";
    assert_eq!(statement(&verified, "dstack.compose-hash"), compose);
    assert_eq!(statement(&verified, "dstack.app-id"), compose[..40]);
    assert!(statement(&verified, "dstack.key-provider").starts_with(r#"{"name":"local-sgx""#));
    let last = verified.events().last().unwrap();
    assert_eq!((last.kind.as_str(), last.standing), ("LIUM_MINER_HOTKEY", Standing::Workload));
    assert_eq!(statements(&verified, "boot.initrd")[0].1.as_deref(), Some("Linux initrd"));
}

#[test]
fn stripped_dstack_log_extends_to_all_rtmrs_of_its_quote() {
    let Some((log, rtmr)) = json_log("dstack/tdx-lite-getquote.json") else { return };
    let log = app::Log::parse(log.as_bytes()).unwrap();
    let examined = eventlog::verify::dstack(&log, &Registers::of_quote(&rtmr, &[0, 1, 2, 3]));
    let verified = examined.verified.unwrap_or_else(|| panic!("{:?}", examined.findings));
    assert_eq!(
        statement(&verified, "dstack.os-image-hash"),
        "07a2388c7a6a1b6a646d443f1517990a4ec294471d63146cda9d56972765051d"
    );
    assert_eq!(statement(&verified, "dstack.storage-fs"), "zfs");
}

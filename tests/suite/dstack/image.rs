//! What the host says its image measures: registers of a simulated guest whose image is made here
//! from dstack's description (`dstack-mr`), and the real answers at hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Level, Report, State};

use super::guest::{Guest, guest, hash, pinned};
use super::{IN_2026, read};
use crate::common::eventlog::{extended, sha384};
use crate::common::examine;
use crate::common::table::{Row, findings};

/// An image and the machine that starts it.
#[derive(Clone)]
pub(crate) struct Lite {
    pub(crate) mr_td: [u8; 48],
    stable: bool,
    memory: u64,
    /// Changes the file of measurements before its checksum is made.
    before: fn(&mut Vec<u8>),
    /// Changes the file afterwards.
    after: fn(&mut Vec<u8>),
    /// Changes the list of checksums.
    list: fn(&mut String),
    /// Changes `vm_config`.
    last: fn(&mut Json),
}

const COMMAND_LINE: [u8; 48] = [0xc1; 48];
const KERNEL: [u8; 48] = [0xc2; 48];
const INITRD: [u8; 48] = [0xc3; 48];
const ACPI: [[u8; 48]; 3] = [[0xa1; 48], [0xa2; 48], [0xa3; 48]];

pub(crate) fn lite() -> Guest {
    let lite = Lite {
        mr_td: [0xd1; 48],
        stable: false,
        memory: 4 << 30,
        before: |_| {},
        after: |_| {},
        list: |_| {},
        last: |_| {},
    };
    Guest { lite: Some(lite), ..guest() }
}

/// The same image, which the policy names together with the application.
fn pinned_image() -> Guest {
    let mut guest = lite();
    let image = hex::encode(guest.lite.as_ref().unwrap().hash());
    guest.rules = json!({"os-images": [image], "compose-hashes": [hex::encode(hash(&pinned()))]});
    guest
}

impl Lite {
    /// The events of each register, as `dstack-mr` lists them. The digests of the hand-off block
    /// and of the boot options are from a script in Python.
    fn events(&self) -> [Vec<[u8; 48]>; 3] {
        let hand_off = match self.memory {
            0x8000_0000 => {
                "b86be8142974b71d4b0e723200fdac2b0b3b9dcf1648af7788e058e571c3193d6f70aa6afae5c07926f76f37dcb9b4c3"
            }
            _ => {
                "abbf522f495f517f4adf0856de41fb96aba8d4080ddd2d3a5bbbe88bac3422b6d2aa38a202a1158d8bb4077e2c656c2c"
            }
        };
        let of = |text: &str| <[u8; 48]>::try_from(hex::decode(text).unwrap()).unwrap();
        let variable = |guid: &str, name: &str| {
            let name16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut data = hex::decode(guid).unwrap();
            data.extend((name.len() as u64).to_le_bytes());
            data.extend([0; 8]);
            sha384(&[data, name16].concat())
        };
        let global = "61dfe48bca93d211aa0d00e098032b8c";
        let security = "cbb219d73a3d9645a3bcdad00e67656f";
        let mut first = vec![
            of(hand_off),
            of(
                "344bc51c980ba621aaa00da3ed7436f7d6e549197dfe699515dfa2c6583d95e6412af21c097d473155875ffd561d6790",
            ),
        ];
        if self.stable {
            first.extend([sha384(&[0, 0]), sha384(b"/rom@genroms/linuxboot_dma.bin\0")]);
        }
        first.extend(["SecureBoot", "PK", "KEK"].map(|name| variable(global, name)));
        first.extend(["db", "dbx"].map(|name| variable(security, name)));
        first.push(sha384(&[0; 4]));
        first.extend(ACPI);
        if self.stable {
            first.extend([
                of("fb66919801f1dfc9c4c273b6a739380790cb0fd3cb706a42f6ac050510ebc8618e7fba53a1564522f5c6f0dc9e1f41a6"),
                sha384(&[0, 0, 1, 0]),
                of("5068e6a9ded2a1c3a8ebb5d26004410ea8670742d8f444c5c3d161b76c66fa23a7b1d2fb3f9840570b675384b5818f2d"),
                of("dd424f2eeb35f3e8a2c2f50f6cc87ff90b7577e92ce63e13a22869d07d104fd5ea9800e6e4f12c5058fc4eaa78374f20"),
            ]);
        } else {
            first.extend([
                sha384(&[0, 0]),
                of("23ada07f5261f12f34a0bd8e46760962d6b4d576a416f1fea1c64bc656b1d28eacf7047ae6e967c58fd2a98bfa74c298"),
            ]);
        }
        let second = vec![
            KERNEL,
            sha384(b"Calling EFI Application from Boot Option"),
            sha384(&[0; 4]),
            sha384(b"Exit Boot Services Invocation"),
            sha384(b"Exit Boot Services Returned with Success"),
        ];
        [first, second, vec![COMMAND_LINE, INITRD]]
    }

    /// Makes it an image with another kernel.
    pub(crate) fn set_kernel(&mut self) {
        self.before = |file| first(file, 0xc2);
    }

    pub(crate) fn registers(&self) -> [[u8; 48]; 3] {
        self.events().map(|events| extended(events.iter().map(|digest| &digest[..])))
    }

    /// The events as dstack's log has them when payloads are left out.
    pub(crate) fn log(&self) -> String {
        let mut log = Vec::new();
        for (register, events) in self.events().iter().enumerate() {
            for digest in events {
                let acpi = ACPI.iter().position(|acpi| acpi == digest);
                let (kind, name, payload) = match acpi {
                    Some(at) => {
                        (10, ["acpi-loader", "acpi-rsdp", "acpi-tables"][at], "414350492044415441")
                    }
                    None => (4, "", ""),
                };
                log.push(
                    json!({
                        "imr": register, "event_type": kind, "digest": hex::encode(digest),
                        "event": name, "event_payload": payload,
                    })
                    .to_string(),
                );
            }
        }
        log.join(",")
    }

    /// `measurement.tdx.cbor`, version 3.
    fn file(&self) -> Vec<u8> {
        let text = |text: &str| [vec![0x60 | text.len() as u8], text.into()].concat();
        let digest =
            |key: &str, digest: [u8; 48]| [text(key), vec![0x58, 48], digest.into()].concat();
        // Pages 0x100 and 0x102 to 0x104; the hand-off block is at 0x102.
        let memory = [0x80, 2, 2, 2, 0, 1, 2, 3];
        let layout = if self.stable { "stable202505" } else { "pre202505" };
        let mut file = [
            vec![0xa3],
            text("version"),
            vec![3],
            text("image"),
            vec![0xa3],
            digest("cmdline_sha384", COMMAND_LINE),
            digest("kernel_authenticode", KERNEL),
            digest("initrd_sha384", INITRD),
            text("tdvf"),
            vec![0xa3],
            text("ovmf"),
            text(layout),
            text("mrtd"),
            vec![0xa2],
            digest("single_pass", [0xd0; 48]),
            digest("two_pass", [0xd1; 48]),
            text("td_hob"),
            vec![0x48],
            memory.into(),
        ]
        .concat();
        (self.before)(&mut file);
        file
    }

    fn checksums(&self) -> String {
        let checksum = hex::encode(Sha256::digest(self.file()));
        let mut list = format!("{}  ovmf.fd\n{checksum}  measurement.tdx.cbor\n", "0".repeat(64));
        (self.list)(&mut list);
        list
    }

    fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.checksums()).into()
    }

    pub(crate) fn describe(&self, vm: &mut Json) {
        let mut file = self.file();
        (self.after)(&mut file);
        vm["memory_size"] = json!(self.memory);
        vm["os_image_hash"] = json!(hex::encode(self.hash()));
        vm["tdx_measurement"] = json!({
            "checksum_file": STANDARD.encode(self.checksums()),
            "measurement": STANDARD.encode(file),
        });
        (self.last)(vm);
    }
}

fn of(guest: &mut Guest) -> &mut Lite {
    guest.lite.as_mut().unwrap()
}

/// Changes the first byte with this value.
fn first(file: &mut [u8], value: u8) {
    *file.iter_mut().find(|byte| **byte == value).unwrap() ^= 1;
}

fn named() -> Guest {
    Guest { named: true, ..lite() }
}

const UNNAMED: &str = "the policy has no value to compare with";
const FILE: &str = "dstack.image-file/file";

pub(crate) const ROWS: &[Row<Guest>] = &[
    Row::new(lite, FILE, "fail not-equal", |guest| {
        of(guest).after = |file| file[20] ^= 1;
    }),
    Row::new(lite, FILE, "fail missing", |guest| {
        of(guest).list = |list| *list = list.replace("tdx", "snp");
    }),
    Row::new(lite, FILE, "fail malformed", |guest| {
        of(guest).list = |list| list.push_str("measurement.tdx.cbor");
    }),
    Row::new(lite, FILE, "fail malformed", |guest| {
        of(guest).list = |list| list.push_str(&list.clone());
    }),
    Row::new(lite, "dstack.image-file/os-image-hash", "fail disagree", |guest| {
        of(guest).last = |vm| vm["os_image_hash"] = json!("09".repeat(32));
    }),
    Row::new(lite, "dstack.image-file/content", "fail malformed", |guest| {
        of(guest).before = |file| file.truncate(file.len() - 1);
    }),
    Row::new(lite, "dstack.measurement/mrtd", "fail not-equal", |guest| of(guest).mr_td[0] ^= 4),
    Row::new(lite, "dstack.measurement/rtmr0", "fail not-equal", |guest| {
        of(guest).last = |vm| vm["memory_size"] = json!(5_u64 << 30);
    }),
    Row::new(lite, "dstack.measurement/rtmr1", "fail not-equal", |guest| {
        of(guest).before = |file| first(file, 0xc2);
    }),
    Row::new(lite, "dstack.measurement/rtmr2", "fail not-equal", |guest| {
        of(guest).before = |file| first(file, 0xc1);
    }),
    Row::new(named, "dstack.acpi-tables", "unknown no-reference", |guest| guest.named = false)
        .also(&[
            ("dstack.os-image", "unknown no-reference", UNNAMED),
            ("tdx.mrtd", "unknown no-reference", UNNAMED),
            ("tdx.rtmr/rtmr0", "unknown no-reference", UNNAMED),
            ("tdx.rtmr/rtmr1", "unknown no-reference", UNNAMED),
            ("tdx.rtmr/rtmr2", "unknown no-reference", UNNAMED),
            ("tdx.rtmr/rtmr3", "unknown no-reference", UNNAMED),
            ("tdx.software", "unknown no-reference", UNNAMED),
        ]),
    Row::new(pinned_image, "dstack.os-image", "fail not-listed", |guest| {
        guest.rules["os-images"] = json!(["09".repeat(32)]);
    }),
    Row::new(pinned_image, "dstack.application", "fail not-listed", |guest| {
        guest.rules["compose-hashes"] = json!(["09".repeat(32)]);
    }),
];

const COMPARED: [&str; 6] = [
    "dstack.image-file/file",
    "dstack.image-file/os-image-hash",
    "dstack.measurement/mrtd",
    "dstack.measurement/rtmr0",
    "dstack.measurement/rtmr1",
    "dstack.measurement/rtmr2",
];

fn assert_measured(report: &Report) {
    let found = findings(report);
    for name in COMPARED {
        assert_eq!(found[name], "pass", "{name}");
    }
}

#[test]
fn image_that_nobody_else_names_is_the_hosts_own_statement() {
    let report = lite().examine();
    assert_measured(&report);
    assert_eq!(findings(&report)["dstack.os-image"], "unknown no-reference");
    assert_eq!(report.assurance.level, Some(Level::A3));
}

#[test]
fn image_and_application_that_the_policy_names_are_a4_except_for_the_hosts_tables() {
    let report = pinned_image().examine();
    assert_measured(&report);
    let found = findings(&report);
    assert_eq!(found["dstack.os-image"], "pass");
    assert_eq!(found["dstack.application"], "pass");
    assert_eq!(found["tdx.software"], "unknown not-applicable");
    assert_eq!(report.assurance.level, Some(Level::A4));
    let except: Vec<&str> = report.assurance.except.iter().map(|check| check.id).collect();
    assert_eq!(except, ["dstack.acpi-tables"]);
    let mut guest = pinned_image();
    guest.rules["os-images"] = json!([]);
    let report = guest.examine();
    assert_eq!(findings(&report)["dstack.application"], "blocked by dstack.os-image");
    assert_eq!(report.assurance.level, Some(Level::A3), "nobody named the system");
}

#[test]
fn both_layouts_of_the_firmware_and_2_gib_have_their_own_registers() {
    for stable in [false, true] {
        for memory in [2 << 30, 4 << 30] {
            let mut guest = lite();
            (of(&mut guest).stable, of(&mut guest).memory) = (stable, memory);
            assert_measured(&guest.examine());
        }
    }
    let mut guest = lite();
    of(&mut guest).last = |vm| vm["memory_size"] = json!(5_u64 << 29);
    let found = findings(&guest.examine());
    assert_eq!(found["dstack.measurement/rtmr1"], "unknown not-supported", "QEMU moves the disk");
}

#[test]
fn unlabelled_tables_and_other_versions_are_left_open() {
    let mut guest = lite();
    guest.last = |answer| {
        let log = answer["event_log"].as_str().unwrap().replace("acpi-rsdp", "");
        answer["event_log"] = json!(log);
    };
    let found = findings(&guest.examine());
    assert_eq!(found["dstack.measurement/rtmr0"], "unknown not-published");
    assert_eq!(found["dstack.os-image"], "unknown no-reference");
    let mut guest = pinned_image();
    of(&mut guest).before = |file| file[9] = 4;
    let found = findings(&guest.examine());
    assert_eq!(found["dstack.image-file/content"], "unknown not-supported");
    assert_eq!(found["dstack.os-image"], "blocked by dstack.image-file");
    let mut guest = super::guest::guest();
    guest.rules = json!({"os-images": ["09".repeat(32)]});
    assert_eq!(findings(&guest.examine())["dstack.os-image"], "unknown not-published");
}

#[test]
fn policy_that_requires_the_image_has_to_name_one() {
    let policy = |dstack: Json| {
        json!({"name": "test", "required": ["dstack.os-image"], "dstack": dstack}).to_string()
    };
    assert!(Policy::from_json(policy(json!({})).as_bytes()).is_err());
    let named = json!({"os-images": ["09".repeat(32)]});
    assert!(Policy::from_json(policy(named).as_bytes()).is_ok());
}

/// The real quote without collateral: only its signature is required.
fn real(answer: &Json, rules: Json) -> Report {
    let mut policy: Json = serde_json::from_str(builtin("tdx-dstack").unwrap().json).unwrap();
    policy["required"] = json!(["dcap.quote.signature"]);
    policy["dstack"] = rules;
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    examine(answer.to_string().as_bytes(), &[], Some(&policy), IN_2026.parse().unwrap()).unwrap()
}

/// Changes the decoded `member` of `outer` in `vm_config`.
fn changed(vm: &mut Json, outer: &str, member: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = match &vm[outer] {
        Json::String(text) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    };
    let mut bytes = STANDARD.decode(inner[member].as_str().unwrap()).unwrap();
    change(&mut bytes);
    inner[member] = json!(STANDARD.encode(bytes));
    vm[outer] = if vm[outer].is_string() { json!(inner.to_string()) } else { inner };
}

#[test]
fn real_tdx_answer_booted_the_image_it_names_and_every_changed_byte_of_that_fails() {
    let Some(input) = read("tdx-lite-getquote.json") else { return };
    let answer: Json = serde_json::from_slice(&input).unwrap();
    let vm: Json = serde_json::from_str(answer["vm_config"].as_str().unwrap()).unwrap();
    let report = real(&answer, json!({}));
    assert_measured(&report);
    let found = findings(&report);
    assert_eq!(found["dstack.os-image"], "unknown no-reference");
    assert_eq!(found["dstack.acpi-tables"], "unknown no-reference");
    let image = &vm["os_image_hash"];
    let report = real(&answer, json!({"os-images": [image]}));
    assert_eq!(findings(&report)["dstack.os-image"], "pass");
    for (member, len) in [("measurement", 390), ("checksum_file", 87)] {
        for at in (0..len).step_by(13) {
            let (mut answer, mut vm) = (answer.clone(), vm.clone());
            changed(&mut vm, "tdx_measurement", member, |bytes| bytes[at] ^= 1);
            answer["vm_config"] = json!(vm.to_string());
            let report = real(&answer, json!({"os-images": [image]}));
            assert_eq!(report.verdict.state, State::Failed, "{member} {at}");
            let because: Vec<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
            assert!(because.iter().all(|id| *id == "dstack.image-file"), "{because:?}");
        }
    }
}

#[test]
fn real_sev_snp_attestation_booted_the_image_it_names_and_no_other() {
    let Some(input) = read("sev-snp-attestation.json") else { return };
    let report = super::real(&input);
    let found = findings(&report);
    for name in [COMPARED[0], COMPARED[1], "dstack.measurement/launch"] {
        assert_eq!(found[name], "pass", "{name}");
    }
    assert_eq!(found["dstack.os-image"], "unknown no-reference");
    assert_eq!(found["dstack.acpi-tables"], "warn not-measured");
    let input: Json = serde_json::from_slice(&input).unwrap();
    let bytes = hex::decode(input["attestation"].as_str().unwrap()).unwrap();
    let start = bytes.windows(17).position(|window| window == b"{\"os_image_hash\":").unwrap();
    let vm: Json = serde_json::from_slice(&bytes[start..]).unwrap();
    let with = |vm: &Json| {
        let text = vm.to_string();
        // vm_config is the last field; its length stands before it.
        let config = super::machine::scale(text.as_bytes());
        let before = start - if bytes.len() - start < 1 << 14 { 2 } else { 4 };
        let attestation = [bytes[..before].to_vec(), config].concat();
        let input = json!({"attestation": hex::encode(attestation)}).to_string();
        super::real(input.as_bytes())
    };
    let failed = |report: &Report| -> Vec<String> {
        let because = report.verdict.because.iter();
        let part = |by: &_| -> String {
            let by: &silicon_to_source::report::FindingRef = by;
            format!("{}/{}", by.check, by.part.as_deref().unwrap_or_default())
        };
        because.map(part).collect()
    };
    let same = findings(&with(&vm));
    assert_eq!(same["dstack.measurement/launch"], "pass");
    for at in (0..640).step_by(37) {
        let mut vm = vm.clone();
        changed(&mut vm, "sev_snp_measurement", "measurement", |bytes| bytes[at] ^= 1);
        assert_eq!(failed(&with(&vm)), ["dstack.image-file/file"], "{at}");
    }
    for (member, value) in [("vcpus", json!(4)), ("guest_features", json!(0))] {
        let mut vm = vm.clone();
        let text = vm["sev_snp_measurement"].as_str().unwrap();
        let mut inner: Json = serde_json::from_str(text).unwrap();
        inner[member] = value;
        vm["sev_snp_measurement"] = json!(inner.to_string());
        assert_eq!(failed(&with(&vm)), ["dstack.measurement/launch"], "{member}");
    }
}

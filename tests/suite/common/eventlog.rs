//! Builders of small event logs, written from the formats' specifications, and what is asked of
//! their examination.

use std::collections::BTreeMap;

use sha2::Digest as _;
use silicon_to_source::digest::Sha384;
use silicon_to_source::finding::{Examined, Finding, Outcome};
use silicon_to_source::formats::eventlog::parse::Register;
use silicon_to_source::formats::eventlog::verify::{Registers, VerifiedLog};

pub(crate) fn sha384(data: &[u8]) -> [u8; 48] {
    sha2::Sha384::digest(data).into()
}

/// The register after these digests.
pub(crate) fn extended<'a>(digests: impl IntoIterator<Item = &'a [u8]>) -> [u8; 48] {
    digests.into_iter().fold([0; 48], |old, digest| sha384(&[&old[..], digest].concat()))
}

/// One event of a CCEL: register index, type, digest and data.
pub(crate) struct Firmware<'a> {
    pub(crate) index: u32,
    pub(crate) kind: u32,
    pub(crate) digest: [u8; 48],
    pub(crate) data: &'a [u8],
}

impl<'a> Firmware<'a> {
    /// An event whose digest is of its data.
    pub(crate) fn of_data(index: u32, kind: u32, data: &'a [u8]) -> Self {
        Self { index, kind, digest: sha384(data), data }
    }
}

/// The first event of a log with SHA-384 only.
pub(crate) fn ccel_header() -> Vec<u8> {
    let mut id = b"Spec ID Event03\0".to_vec();
    id.extend([0, 0, 0, 0, 0, 2, 0, 2]);
    id.extend(1_u32.to_le_bytes());
    id.extend([0x0c, 0, 48, 0, 0]);
    let mut log = [1_u32.to_le_bytes(), 3_u32.to_le_bytes()].concat();
    log.extend([0; 20]);
    log.extend(u32::try_from(id.len()).unwrap().to_le_bytes());
    log.extend(id);
    log
}

pub(crate) fn ccel(events: &[Firmware<'_>]) -> Vec<u8> {
    let mut log = ccel_header();
    for event in events {
        log.extend([event.index, event.kind, 1].map(u32::to_le_bytes).concat());
        log.extend([0x0c, 0]);
        log.extend(event.digest);
        log.extend(u32::try_from(event.data.len()).unwrap().to_le_bytes());
        log.extend(event.data);
    }
    log
}

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut tlv = vec![kind];
    tlv.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
    tlv.extend(value);
    tlv
}

/// A canonical log into RTMR3, and the register it makes.
pub(crate) fn cel(items: &[(u8, &[u8])]) -> (Vec<u8>, [u8; 48]) {
    let mut log = Vec::new();
    let mut digests = Vec::new();
    for (number, (kind, value)) in (0_u64..).zip(items) {
        let content = tlv(80, &tlv(*kind, value));
        let digest = sha384(&content);
        log.extend(tlv(0, &number.to_be_bytes()));
        log.extend(tlv(108, &[4]));
        log.extend(tlv(3, &tlv(0x0c, &digest)));
        log.extend(content);
        digests.push(digest);
    }
    (log, extended(digests.iter().map(|digest| &digest[..])))
}

/// A dstack log of RTMR3 in the first version, and the register it makes.
pub(crate) fn dstack(events: &[(&str, &[u8])]) -> (String, [u8; 48]) {
    let mut log = Vec::new();
    let mut digests = Vec::new();
    for (name, payload) in events {
        let digest = sha384(
            &[&0x0800_0001_u32.to_le_bytes()[..], b":", name.as_bytes(), b":", payload].concat(),
        );
        log.push(format!(
            r#"{{"imr":3,"event_type":134217729,"digest":"{}","event":"{name}","event_payload":"{}"}}"#,
            hex::encode(digest),
            hex::encode(payload),
        ));
        digests.push(digest);
    }
    (format!("[{}]", log.join(",")), extended(digests.iter().map(|digest| &digest[..])))
}

/// A field of a protobuf message: its number, and its bytes or number.
pub(crate) type Field<'a> = (u64, Result<&'a [u8], u64>);

/// The fields of a protobuf message with numbers and length-delimited fields only.
pub(crate) fn protobuf(mut message: &[u8]) -> Vec<Field<'_>> {
    fn varint(message: &mut &[u8]) -> u64 {
        let len = message.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
        let (bytes, rest) = message.split_at(len);
        *message = rest;
        bytes.iter().rev().fold(0, |number, byte| number << 7 | u64::from(byte & 0x7f))
    }
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        let value = match key & 7 {
            0 => Err(varint(&mut message)),
            2 => {
                let len = usize::try_from(varint(&mut message)).unwrap();
                let (bytes, rest) = message.split_at(len);
                message = rest;
                Ok(bytes)
            }
            other => panic!("wire type {other}"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

/// The length-delimited fields with that number.
pub(crate) fn all(message: &[u8], number: u64) -> Vec<&[u8]> {
    let fields = protobuf(message).into_iter();
    fields.filter(|(field, _)| *field == number).filter_map(|(_, value)| value.ok()).collect()
}

pub(crate) fn rtmr3(value: [u8; 48]) -> Registers {
    Registers::Rtmr(BTreeMap::from([(3, Sha384(value))]))
}

pub(crate) fn find<'a>(examined: &'a Examined<VerifiedLog>, name: &str) -> &'a Finding {
    let named = |finding: &&Finding| match &finding.part {
        Some(part) => format!("{}/{part}", finding.check) == name,
        None => finding.check.id == name,
    };
    let found: Vec<_> = examined.findings.iter().filter(named).collect();
    assert_eq!(found.len(), 1, "{name}: {:?}", examined.findings);
    found[0]
}

pub(crate) fn failed(examined: &Examined<VerifiedLog>, name: &str) -> &'static str {
    assert!(examined.verified.is_none(), "{name}");
    match find(examined, name).outcome {
        Outcome::Fail(reason) => reason.0,
        other => panic!("{name}: {other:?}"),
    }
}

pub(crate) fn statements(log: &VerifiedLog, name: &str) -> Vec<(String, Option<String>, Register)> {
    log.statements()
        .iter()
        .filter(|statement| statement.name == name)
        .map(|statement| {
            (statement.value.to_string(), statement.described_as.clone(), statement.register)
        })
        .collect()
}

pub(crate) fn statement(log: &VerifiedLog, name: &str) -> String {
    let found = statements(log, name);
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0].0.clone()
}

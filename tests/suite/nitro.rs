//! Every check of AWS Nitro documents, with at least one simulated document that makes exactly it
//! fail or warn; documents that are not read at all; every byte changed; and real documents.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::certificate::{PathLength, Spoil};
use s2s_sim::keys::Key;
use s2s_sim::nitro::{IMAGE, LinkSpec, NitroSpec};
use serde_json::{Value as Json, json};
use silicon_to_source::crypto::remembering;
use silicon_to_source::digest::Sha384;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::report::{DebugFlag, Freshness, Level, Report, RootOfTrust, State};
use silicon_to_source::time::{UnixTime, Validity};

use crate::common::mutation::{assert_none_survives, changes, survivors};
use crate::common::table::{self, Row, Told, assert_rows, findings};
use crate::common::{examine, shared};

/// 2030-01-01T00:01:00Z, a minute after the simulated document.
const NOW: UnixTime = UnixTime(1_893_456_060);

/// A document and the policy it is examined under.
struct Case {
    document: NitroSpec,
    /// Changes the document's bytes after it was signed.
    last: fn(&mut Vec<u8>),
    nitro: Json,
    now: UnixTime,
}

impl Case {
    fn healthy() -> Self {
        let nitro = json!({
            "maximum-age-s": 3600,
            "pcrs": { "0": [Sha384::of(IMAGE).to_string()] },
            "nonce": hex::encode("SIMULATED nonce"),
            "public-key": hex::encode("SIMULATED public key"),
        });
        Self { document: NitroSpec::healthy(), last: |_| {}, nitro, now: NOW }
    }

    fn policy(&self) -> Policy {
        let mut policy: Json = serde_json::from_str(builtin("nitro").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["nitro"] = self.nitro.clone();
        for check in ["nitro.nonce", "nitro.image", "nitro.public-key"] {
            policy["required"].as_array_mut().unwrap().push(json!(check));
        }
        Policy::from_json(policy.to_string().as_bytes()).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.document.bytes();
        (self.last)(&mut bytes);
        bytes
    }

    fn try_examine(&self) -> Result<Report, Error> {
        examine(&self.bytes(), &[], Some(&self.policy()), self.now)
    }

    fn examine(&self) -> Report {
        self.try_examine().unwrap()
    }
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::healthy, finding, becomes, spoil)
}

/// Certificates that are valid after 2050, when the pinned root has ended.
fn after_the_root() -> Case {
    let validity = Validity { not_before: UnixTime(0), not_after: UnixTime(3_000_000_000) };
    let mut case = Case::healthy();
    case.document.certificate.validity = validity;
    case.document.cabundle[1..].iter_mut().for_each(|link| link.validity = validity);
    case
}

fn leaf(case: &mut Case, spoil: Spoil) {
    case.document.certificate.spoil = Some(spoil);
}

fn authority(case: &mut Case, index: usize, spoil: Spoil) {
    case.document.cabundle[index].spoil = Some(spoil);
}

fn at(case: &mut Case, time: i64) {
    case.document.timestamp_ms = u64::try_from(time).unwrap() * 1000;
    case.now = UnixTime(time + 60);
}

const ANOTHER_KEY: &str = "the key is another one";
const BELOW: &str = "the certificate below names the real authority";
const OTHER_IMAGE: &str = "the register is of the image";
const DEBUG: &[(&str, &str, &str)] = &[
    ("nitro.image", "fail not-listed", "nothing is measured in debug mode"),
    ("nitro.pcr/pcr0", "fail not-listed", "nothing is measured in debug mode"),
];

const ROWS: &[Row<Case>] = &[
    row("nitro.chain", "fail malformed", |case| leaf(case, Spoil::TrailingByte)),
    row("nitro.chain", "fail malformed", |case| authority(case, 1, Spoil::TrailingByte)),
    row("nitro.root.pinned", "fail wrong-root", |case| {
        authority(case, 0, Spoil::UnknownCriticalExtension);
    }),
    row("nitro.root.pinned", "fail wrong-root", |case| {
        case.document.cabundle.remove(0);
    })
    .also(&[(
        "nitro.ca.signature",
        "fail wrong-issuer",
        "the authority that signed is missing",
    )]),
    row("nitro.ca.role", "fail not-a-ca", |case| authority(case, 1, Spoil::NotCa)),
    row("nitro.ca.role", "fail not-a-ca", |case| authority(case, 2, Spoil::NoKeyCertSign)),
    row("nitro.ca.role", "fail path-length", |case| {
        case.document.cabundle[1].path_length = Some(PathLength::AtMost(0));
    }),
    row("nitro.ca.role", "fail wrong-key", |case| authority(case, 2, Spoil::P256SubjectKey))
        .also(&[("nitro.certificate.signature", "fail bad-signature", ANOTHER_KEY)]),
    row("nitro.ca.role", "fail unknown-extension", |case| {
        authority(case, 1, Spoil::UnknownCriticalExtension);
    }),
    row("nitro.ca.signature", "fail bad-signature", |case| authority(case, 1, Spoil::WrongKey)),
    row("nitro.ca.signature", "fail bad-signature", |case| authority(case, 2, Spoil::WrongKey)),
    row("nitro.ca.signature", "fail wrong-issuer", |case| {
        authority(case, 1, Spoil::IssuerName("aws.nitro-enclaves 2".into()));
    }),
    row("nitro.ca.signature", "fail wrong-issuer", |case| case.document.cabundle.swap(1, 2)).also(
        &[
            ("nitro.ca.role", "fail path-length", "the instance's authority allows none below"),
            ("nitro.certificate.signature", "fail wrong-issuer", BELOW),
        ],
    ),
    row("nitro.ca.validity", "fail expired", |case| authority(case, 1, Spoil::Expired)),
    row("nitro.ca.validity", "fail not-yet-valid", |case| authority(case, 2, Spoil::NotYetValid)),
    row("nitro.ca.validity", "fail expired", |case| at(case, 2_540_000_000)).on(after_the_root),
    row("nitro.certificate.role", "fail is-a-ca", |case| leaf(case, Spoil::IsCa)),
    row("nitro.certificate.role", "fail wrong-key", |case| leaf(case, Spoil::P256SubjectKey))
        .also(&[("nitro.document.signature", "fail bad-signature", ANOTHER_KEY)]),
    row("nitro.certificate.role", "fail unknown-extension", |case| {
        leaf(case, Spoil::UnknownCriticalExtension);
    }),
    row("nitro.certificate.signature", "fail bad-signature", |case| leaf(case, Spoil::WrongKey)),
    row("nitro.certificate.signature", "fail wrong-issuer", |case| {
        leaf(case, Spoil::IssuerName("another".into()));
    }),
    row("nitro.certificate.validity", "fail expired", |case| leaf(case, Spoil::Expired)),
    row("nitro.certificate.validity", "fail not-yet-valid", |case| leaf(case, Spoil::NotYetValid)),
    // ES512, and ES384 with a further label.
    row("nitro.document.algorithm", "fail not-equal", |case| {
        case.document.protected = vec![0xa1, 0x01, 0x38, 0x23];
    }),
    row("nitro.document.signature", "fail bad-signature", |case| {
        case.document.signer = Key::StrangerP384;
    }),
    row("nitro.document.signature", "fail bad-signature", |case| {
        case.last = |bytes| *bytes.last_mut().unwrap() ^= 1;
    }),
    row("nitro.document.time", "fail not-yet-valid", |case| case.now = UnixTime(NOW.0 - 361)),
    row("nitro.document.time", "fail stale", |case| {
        case.nitro["maximum-age-s"] = json!(59);
    }),
    row("nitro.nonce", "fail not-equal", |case| case.nitro["nonce"] = json!("00")),
    row("nitro.nonce", "fail missing", |case| case.document.nonce = None),
    row("nitro.debug", "fail set", |case| {
        case.document.pcrs.iter_mut().for_each(|(_, value)| value.fill(0));
    })
    .also(DEBUG),
    row("nitro.image", "fail not-listed", |case| case.document.pcrs[0].1[47] ^= 1).also(&[(
        "nitro.pcr/pcr0",
        "fail not-listed",
        OTHER_IMAGE,
    )]),
    row("nitro.pcr/pcr4", "fail not-listed", |case| {
        case.nitro["pcrs"]["4"] = json!(["00".repeat(48)]);
    }),
    row("nitro.pcr/pcr16", "fail missing", |case| {
        case.nitro["pcrs"]["16"] = json!(["00".repeat(48)]);
    }),
    row("nitro.user-data", "fail missing", |case| case.nitro["user-data"] = json!("01")),
    row("nitro.user-data", "fail not-equal", |case| {
        case.document.user_data = Some(vec![2]);
        case.nitro["user-data"] = json!("01");
    }),
    row("nitro.public-key", "fail not-equal", |case| {
        case.document.public_key = Some(vec![2; 1024]);
    }),
    row("nitro.public-key", "fail missing", |case| case.document.public_key = None),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

#[test]
fn every_check_has_a_document_that_makes_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
}

#[test]
fn no_check_is_missing_from_the_table() {}

#[test]
fn healthy_documents_in_every_form_are_verified_and_end_at_the_providers_word() {
    for (tagged, marked) in [(false, false), (true, false), (false, true)] {
        let mut case = Case::healthy();
        (case.document.tagged, case.document.marked) = (tagged, marked);
        let document = case.bytes();
        let forms = [
            document.clone(),
            hex::encode(&document).into_bytes(),
            STANDARD.encode(&document).into_bytes(),
            case.document.dstack(),
        ];
        for form in forms {
            let report = examine(&form, &[], Some(&case.policy()), NOW).unwrap();
            assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
            assert_eq!(report.assurance.root_of_trust, RootOfTrust::CloudProvider);
            assert_eq!(
                report.assurance.level,
                Some(Level::A2),
                "never more than a provider's word"
            );
            assert_eq!(report.flags.debug, DebugFlag::Off);
            assert_eq!(report.flags.freshness, Freshness::Challenge);
        }
    }
}

#[test]
fn simulated_documents_are_verified_under_the_simulated_policy_and_no_other() {
    let document = NitroSpec::healthy().bytes();
    let under = |policy: &str| {
        let policy = builtin(policy).unwrap().policy().unwrap();
        examine(&document, &[], Some(&policy), NOW).unwrap()
    };
    let report = under("simulated-machine");
    assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
    assert!(report.simulated);
    let report = under("nitro");
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(findings(&report)["nitro.root.pinned"], "fail simulated");
    assert!(report.simulated);
}

/// Another encoding of the same payload, signed by the enclave's own key.
/// The document is examined under a policy that requires nothing but its signature.
fn found_under(nitro: &Json, now: UnixTime) -> BTreeMap<String, String> {
    let policy = json!({
        "name": "t", "roots": "simulated", "least-level": "A2",
        "required": ["nitro.document.signature"], "nitro": nitro,
    });
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    findings(&examine(&NitroSpec::healthy().bytes(), &[], Some(&policy), now).unwrap())
}

#[test]
fn no_document_is_recent_by_its_own_date_alone() {
    for later in [NOW, UnixTime(NOW.0 + 10 * 365 * 86_400)] {
        let found = found_under(&json!({}), later);
        assert_eq!(found["nitro.document.time"], "unknown no-reference");
        assert_eq!(found["nitro.document.signature"], "pass");
    }
    let found = found_under(&json!({ "maximum-age-s": 3600 }), UnixTime(NOW.0 + 3600));
    assert_eq!(found["nitro.document.time"], "fail stale");
}

#[test]
fn a_part_of_an_image_names_no_image() {
    let kernel = hex::encode(&NitroSpec::healthy().pcrs[1].1);
    for (pcrs, register) in [(json!({}), "nitro.pcr"), (json!({ "1": [kernel] }), "nitro.pcr/pcr1")]
    {
        let found = found_under(&json!({ "pcrs": pcrs }), NOW);
        assert_eq!(found["nitro.image"], "unknown no-reference");
        assert!(found.contains_key(register), "{found:?}");
    }
}

fn refused(payload: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Error {
    let mut case = Case::healthy();
    case.document.payload = Some(payload(case.document.payload()));
    case.try_examine().unwrap_err()
}

fn replace(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    bytes.splice(at..at + old.len(), new.iter().copied());
    bytes
}

#[test]
fn payloads_that_two_decoders_could_read_differently_are_refused() {
    let long = |payload: Vec<u8>| replace(payload, b"\x66digest", b"\x78\x06digest");
    assert!(refused(long).to_string().contains("shortest"), "a longer length");
    let twice = |payload| {
        let payload = replace(payload, b"\xa9", b"\xaa");
        [payload, b"\x65nonce\xf6".to_vec()].concat()
    };
    assert!(refused(twice).to_string().contains("twice"));
    let register_twice = |payload| {
        let first = [&b"\x01\x58\x30"[..], &Sha384::of(b"SIMULATED kernel").0].concat();
        let again = [&b"\x00\x58\x30"[..], &Sha384::of(b"SIMULATED kernel").0].concat();
        replace(payload, &first, &again)
    };
    assert!(refused(register_twice).to_string().contains("twice"), "PCR0 twice");
    let unknown = |payload| replace(payload, b"\x69user_data", b"\x69user-data");
    assert_eq!(refused(unknown).code(), "unsupported");
    let sha256 = |payload| replace(payload, b"SHA384", b"SHA256");
    assert_eq!(refused(sha256).code(), "unsupported");
    let more = |payload: Vec<u8>| [payload, vec![0]].concat();
    assert!(refused(more).to_string().contains("bytes follow"));
    let count = |payload| replace(payload, b"\xa9\x69module_id", b"\xa8\x69module_id");
    assert!(refused(count).to_string().contains("bytes follow"), "one member fewer than there are");
    let tpm = |payload| replace(payload, b"\x64pcrs", b"\x6dnitrotpm_pcrs");
    assert_eq!(refused(tpm).code(), "unsupported", "NitroTPM");
    let without = |payload| replace(payload, b"\x65nonce", b"\x65digest");
    refused(without);
}

#[test]
fn limits_of_awss_specification_are_kept() {
    let refused = |spoil: fn(&mut NitroSpec)| {
        let mut case = Case::healthy();
        spoil(&mut case.document);
        case.try_examine().unwrap_err().code()
    };
    assert_eq!(refused(|document| document.nonce = Some(vec![0; 1025])), "too-large");
    assert_eq!(refused(|document| document.user_data = Some(vec![0; 1025])), "too-large");
    assert_eq!(refused(|document| document.public_key = Some(Vec::new())), "malformed");
    assert_eq!(refused(|document| document.module_id = String::new()), "malformed");
    assert_eq!(refused(|document| document.pcrs[3].1.truncate(32)), "malformed");
    assert_eq!(refused(|document| document.pcrs.push((32, vec![0; 48]))), "malformed");
    assert_eq!(refused(|document| document.pcrs.swap(1, 2)), "malformed");
    assert_eq!(refused(|document| drop(document.pcrs.remove(0))), "missing");
    assert_eq!(refused(|document| document.cabundle.clear()), "missing");
    assert_eq!(refused(|document| document.cabundle = vec![LinkSpec::root(); 9]), "too-large");
    let mut large = NitroSpec::healthy().bytes();
    large.resize(32 * 1024 + 1, 0);
    assert_eq!(examine(&large, &[], None, NOW).unwrap_err().code(), "too-large");
}

#[test]
fn frames_that_are_not_the_ones_aws_writes_are_refused() {
    let refused = |last: fn(&mut Vec<u8>)| {
        let case = Case { last, ..Case::healthy() };
        case.try_examine().unwrap_err()
    };
    assert!(refused(|bytes| bytes.push(0)).to_string().contains("bytes follow"));
    // After the protected header stands the unprotected one, an empty map.
    assert_eq!(NitroSpec::healthy().bytes()[6], 0xa0);
    refused(|bytes| drop(bytes.splice(6..7, *b"\xa1\x01\x26")));
    refused(|bytes| bytes[6] = 0xbf);
    refused(|bytes| bytes.insert(0, 0xd2 + 1));
    assert_eq!(refused(|bytes| bytes.truncate(100)).code(), "malformed");
}

#[test]
fn changed_or_cut_documents_are_never_verified() {
    let case = Case::healthy();
    let policy = case.policy();
    remembering(|| {
        assert_none_survives("simulated document", &case.bytes(), |document| {
            examine(document, &[], Some(&policy), NOW)
        });
    });
}

/// dstack's answer around a document: AWS signs the document alone, and only the document is read.
#[test]
fn changed_documents_inside_dstacks_attestation_are_never_verified() {
    let case = Case::healthy();
    let policy = case.policy();
    let document = case.bytes();
    let whole = case.document.dstack();
    let start = whole.windows(document.len()).position(|window| window == document).unwrap();
    let own = start..start + document.len();
    let survivors = survivors(&whole, &changes(&whole, usize::MAX), |input| {
        examine(input, &[], Some(&policy), NOW)
    });
    let outside = survivors.iter().filter(|(change, _)| !own.contains(&change.at)).count();
    println!("{} bytes around the document, {outside} of no effect", whole.len() - own.len());
    assert_eq!(outside, survivors.len(), "bytes of the document");
    for (_, report) in &survivors {
        let shown = report.evidence.iter().find(|item| item.kind == "nitro-document").unwrap();
        assert_eq!(shown.sha256, silicon_to_source::digest::Sha256::of(&document));
    }
}

#[test]
fn a_document_with_the_authorities_of_another_does_not_hold() {
    let mut case = Case::healthy();
    // The authorities of another region: the same names, other keys.
    for link in &mut case.document.cabundle[1..] {
        link.subject_key = Key::StrangerP384;
    }
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed);
    let because: Vec<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(because, ["nitro.ca.signature", "nitro.certificate.signature"]);
}

fn vector(name: &str) -> Option<Vec<u8>> {
    shared("vectors/nitro").map(|folder| fs::read(folder.join(name)).unwrap())
}

fn at_own_time(input: &[u8], now: &str) -> Report {
    examine(input, &[], None, now.parse().unwrap()).unwrap()
}

/// Times and registers were read from the files with a few lines of Python.
#[test]
fn real_document_holds_at_its_own_time_and_is_a_record_of_the_past_later() {
    let Some(document) = vector("production-2022.cose") else { return };
    let report = at_own_time(&document, "2022-10-13T08:58:30Z");
    assert_eq!((report.subject.kind, report.policy.name.as_str()), ("nitro-document", "nitro"));
    assert_eq!(report.verdict.state, State::Verified);
    assert_eq!(findings(&report)["nitro.image"], "unknown no-reference", "nobody named an image");
    assert_eq!(report.assurance.level, Some(Level::A2));
    let claim = |name: &str| {
        report.claims.iter().find(|claim| claim.name == name).unwrap().value.to_string()
    };
    assert_eq!(claim("nitro.module-id"), "i-020b6af9246d90e92-enc0183d09086c24190");
    assert_eq!(claim("nitro.made-at"), "2022-10-13T08:58:02Z");
    assert!(claim("nitro.pcr0").starts_with("f4d48b81a460c9916d1e"));
    assert_eq!(claim("nitro.nonce").len(), 512);

    let later = at_own_time(&document, "2026-11-22T00:00:00Z");
    assert_eq!(findings(&later)["nitro.document.time"], "fail stale");
    assert_eq!(later.verdict.state, State::Failed, "a record of the past");
    assert_eq!(findings(&later)["nitro.document.signature"], "pass");
    let before = at_own_time(&document, "2022-10-13T08:00:00Z");
    assert_eq!(findings(&before)["nitro.document.time"], "fail not-yet-valid");
    assert_eq!(before.verdict.state, State::Failed);
}

#[test]
fn real_document_of_a_debug_enclave_is_authentic_and_refused() {
    let Some(document) = vector("debug-pcr0-zero-2023.cose.b64") else { return };
    let report = at_own_time(&document, "2023-09-18T15:04:00Z");
    assert_eq!(report.verdict.state, State::Failed);
    let because: Vec<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(because, ["nitro.debug"]);
    assert_eq!(findings(&report)["nitro.document.signature"], "pass");
    assert_eq!(report.flags.debug, DebugFlag::On);
}

#[test]
fn real_document_inside_dstacks_attestation_holds_at_its_own_time() {
    let Some(input) = vector("dstack-nitro-attestation.bin") else { return };
    let report = at_own_time(&input, "2025-12-25T13:16:00Z");
    let found = findings(&report);
    assert_eq!(report.subject.kind, "dstack-nitro-attestation");
    assert_eq!(found["nitro.document.signature"], "pass", "{found:#?}");
    let claim = report.claims.iter().find(|claim| claim.name == "nitro.module-id").unwrap();
    assert_eq!(claim.value.to_string(), "i-0827e799ec9232d44-enc019b55a68bd2ed4b");
    assert_eq!(report.assurance.level, Some(Level::A2));
    assert_eq!(report.verdict.state, State::Verified);
    assert_eq!(found["nitro.image"], "unknown no-reference", "nobody named an image");
}

#[test]
fn changed_or_cut_real_document_is_never_verified() {
    let Some(document) = vector("production-2022.cose") else { return };
    let now = "2022-10-13T08:58:30Z".parse().unwrap();
    remembering(|| {
        assert_none_survives("real document", &document, |document| {
            examine(document, &[], None, now)
        });
    });
}

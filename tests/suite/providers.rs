//! A coordinator's feed of providers and the certificate of a process: every check with an input that
//! makes exactly it fail or warn, both forms of the feed, many rows, and who stands behind what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::apple::{ProcessSpec, RowSpec, SERIAL, feed, provider_key};
use s2s_sim::certificate::Spoil;
use s2s_sim::keys::Key;
use serde_json::{Value as Json, json};
use silicon_to_source::crypto::remembering;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::report::{Level, Report, RootOfTrust, State, Word};
use silicon_to_source::time::UnixTime;

use crate::apple::NOW;
use crate::common::examine;
use crate::common::mutation::{changes, survivors};
use crate::common::table::{self, Row, Told, assert_rows, findings};

fn policy(providers: &Json) -> Policy {
    let mut policy: Json = serde_json::from_str(builtin("providers").unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    policy["providers"] = providers.clone();
    Policy::from_json(policy.to_string().as_bytes()).unwrap()
}

/// A feed.
struct Feed(Vec<RowSpec>);

impl Feed {
    fn one() -> Self {
        Self(vec![RowSpec::with_chain()])
    }

    fn two() -> Self {
        Self(vec![RowSpec::with_chain(), RowSpec::another()])
    }

    fn examine(&self) -> Report {
        examine(&feed(&self.0), &[], Some(&policy(&json!({}))), NOW).unwrap()
    }

    fn set(&mut self, name: &str, value: Json) {
        self.0[0].members.insert(name.into(), value);
    }
}

const fn of_feed(finding: &'static str, becomes: &'static str, spoil: fn(&mut Feed)) -> Row<Feed> {
    Row::new(Feed::one, finding, becomes, spoil)
}

const NOTHING_OF_APPLES: &[(&str, &str, &str)] = &[
    ("providers.repeated", "unknown self-stated", "no row holds"),
    ("providers.word", "unknown self-stated", "no row holds"),
];

const FEED: &[Row<Feed>] = &[
    of_feed("apple.chain", "fail malformed", |feed| {
        let twice = Spoil::DuplicateExtension("1.2.840.113635.100.8.13.1");
        feed.0[0].chain.as_mut().unwrap().device().spoil = Some(twice);
    })
    .also(NOTHING_OF_APPLES),
    of_feed("apple.chain", "fail malformed", |feed| {
        feed.set("mda_cert_chain_b64", json!(["no base64"]));
        feed.0[0].chain = None;
    })
    .also(NOTHING_OF_APPLES),
    of_feed("apple.key", "unknown not-supported", |feed| {
        // The same key in another spelling.
        let key = provider_key(Key::ProviderEnclave).replace('=', "");
        feed.set("se_public_key", json!(key));
    }),
    of_feed("providers.agreement/serial", "fail not-equal", |feed| {
        feed.set("serial_number", json!("SIMULATED0000"));
    }),
    of_feed("providers.agreement/mda_serial", "fail not-equal", |feed| {
        feed.set("mda_serial", json!("SIMULATED0000"));
    }),
    of_feed("providers.agreement/mda_udid", "fail not-equal", |feed| {
        feed.set("mda_udid", json!("SIMULATED0000"));
    }),
    of_feed("providers.agreement/mda_os_version", "fail not-equal", |feed| {
        feed.set("mda_os_version", json!("26.3"));
    }),
    of_feed("providers.agreement/mda_sepos_version", "fail not-equal", |feed| {
        feed.set("mda_sepos_version", json!("26.3"));
    }),
    of_feed("providers.agreement/sip_enabled", "warn changed", |feed| {
        feed.set("sip_enabled", json!(false));
    }),
    of_feed("providers.agreement/secure_boot_enabled", "warn changed", |feed| {
        feed.set("secure_boot_enabled", json!(false));
    }),
    of_feed("providers.mda-verified", "warn not-claimed", |feed| {
        feed.set("mda_verified", json!(false));
    }),
    Row::new(Feed::two, "providers.repeated/key: rows 1-2", "warn key", |feed| {
        let key = provider_key(Key::ProviderEnclave);
        let code = Sha256::of(key.as_bytes()).0.to_vec();
        *feed.0[1].chain.as_mut().unwrap().device().property("11.1") = code;
        feed.0[1].members.insert("se_public_key".into(), json!(key));
    }),
    Row::new(Feed::two, "providers.repeated/device: rows 1-2", "warn device", |feed| {
        *feed.0[1].chain.as_mut().unwrap().device().property("9.1") = SERIAL.into();
        for name in ["serial_number", "mda_serial"] {
            feed.0[1].members.insert(name.into(), json!(SERIAL));
        }
    }),
    Row::new(Feed::two, "providers.repeated/attested key: rows 1-2", "fail other-serial", |feed| {
        feed.0[1].chain.as_mut().unwrap().device().subject_key = Key::AppleDevice;
    }),
];

/// A certificate of a process.
struct Process {
    spec: ProcessSpec,
    providers: Json,
    now: UnixTime,
}

impl Process {
    fn healthy() -> Self {
        // 2030-01-15T12:00:30Z.
        Self { spec: ProcessSpec::healthy(), providers: json!({}), now: UnixTime(NOW.0 + 30) }
    }

    fn examine(&self) -> Report {
        examine(&self.spec.bytes(), &[], Some(&policy(&self.providers)), self.now).unwrap()
    }
}

const fn of_process(
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut Process),
) -> Row<Process> {
    Row::new(Process::healthy, finding, becomes, spoil)
}

const PROCESS: &[Row<Process>] = &[
    of_process("process.transcript", "fail malformed", |case| {
        case.spec.transcript.remove("runtime_hash");
    }),
    of_process("process.transcript", "fail malformed", |case| {
        case.spec.transcript.insert("domain".into(), json!("another"));
    }),
    of_process("process.transcript", "fail malformed", |case| {
        case.spec.transcript.insert("more".into(), json!(1));
    }),
    of_process("process.transcript", "fail malformed", |case| {
        case.spec.transcript.insert("coordinator_nonce".into(), json!(""));
    }),
    of_process("process.transcript", "fail malformed", |case| {
        // The same members in another text.
        let text = serde_json::to_string_pretty(&case.spec.transcript).unwrap();
        case.spec.text = Some(text);
    }),
    of_process("process.signature", "fail bad-signature", |case| {
        case.spec.signer = Key::StrangerP256;
    }),
    of_process("process.signature", "fail malformed", |case| {
        let short = STANDARD.encode([4; 32]);
        case.spec.members.insert("se_public_key".into(), json!(short));
    })
    .also(&[("apple.key", "unknown not-supported", "the key's text is another one")]),
    of_process("process.agreement/release_binary_hash", "fail not-equal", |case| {
        case.spec.members.insert("release_binary_hash".into(), json!("44".repeat(32)));
    }),
    of_process("process.agreement/process_public_key", "fail not-equal", |case| {
        case.spec.members.insert("process_public_key".into(), json!(STANDARD.encode([8; 32])));
    }),
    of_process("process.agreement/expires_at", "fail not-equal", |case| {
        case.spec.members.insert("expires_at".into(), json!("2030-01-15T12:02:00Z"));
    }),
    of_process("process.agreement/serial", "fail not-equal", |case| {
        *case.spec.chain.device().property("9.1") = b"SIMULATED0000".to_vec();
    }),
    of_process("process.time", "fail expired", |case| case.now = UnixTime(NOW.0 + 60)),
    of_process("process.time", "fail not-yet-valid", |case| case.now = UnixTime(NOW.0 - 1)),
    of_process("process.time", "fail disagree", |case| {
        let later = json!("2030-01-15T12:00:01Z");
        case.spec.transcript.insert("coordinator_timestamp".into(), later);
    }),
    of_process("process.program", "warn own-word", |case| {
        case.providers = json!({ "programs": [ProcessSpec::PROGRAM] });
    }),
    of_process("process.program", "fail not-listed", |case| {
        case.providers = json!({ "programs": ["44".repeat(32)] });
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    let alone = [
        ("providers.device", "unknown self-stated"),
        ("providers.mda-verified", "warn without-certificate"),
        ("providers.program", "unknown not-published"),
        ("providers.repeated/certificate: rows 1-2", "warn certificate"),
        ("providers.word", "warn coordinator"),
    ];
    table::told(FEED).into_iter().chain(table::told(PROCESS)).chain(alone).collect()
}

#[test]
fn every_check_of_a_feed_has_a_row_that_makes_exactly_it_fail() {
    assert_rows(FEED, Feed::examine);
}

#[test]
fn every_check_of_a_process_has_a_certificate_that_makes_exactly_it_fail() {
    assert_rows(PROCESS, Process::examine);
}

#[test]
fn rows_with_certificates_are_apples_word_on_devices_and_the_coordinators_on_the_rest() {
    let report = Feed::two().examine();
    assert_eq!(report.verdict.state, State::Warning, "{:#?}", findings(&report));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Statement);
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.headline.word, Word::Statement);
    let caveat = report.headline.caveat.as_ref().unwrap();
    assert!(["apple.key", "providers.word"].contains(&caveat.check.id), "{caveat:?}");
    let found = findings(&report);
    assert_eq!(found["providers.device/row 1"], "pass");
    assert_eq!(found["providers.mda-verified/row 2"], "pass");
    assert_eq!(found["providers.word"], "warn coordinator");
    assert_eq!(found["providers.program"], "unknown not-published");
    let said: Vec<&str> = report.stated.iter().map(|stated| stated.name).collect();
    assert_eq!(
        said[..3],
        ["trust-level", "sip", "secure-boot"],
        "words of nobody but the coordinator"
    );
    assert!(!report.to_json().contains(SERIAL), "a serial number is shown");
}

#[test]
fn rows_without_certificates_are_the_coordinators_word_and_nothing_is_shown() {
    let report = Feed(vec![RowSpec::without_chain(), RowSpec::without_chain()]).examine();
    let found = findings(&report);
    assert_eq!(found["providers.device/row 1"], "unknown self-stated");
    assert_eq!(found["providers.mda-verified/row 1"], "warn without-certificate");
    assert_eq!(found["providers.word"], "unknown self-stated");
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!((report.assurance.level, report.headline.word), (None, Word::Undecided));
    assert!(report.links.iter().all(|link| !link.holds()));
    assert!(report.claims.is_empty(), "a row's words are no claims");
    let app_attest = report.stated.iter().find(|stated| stated.name == "app-attest").unwrap();
    assert_eq!(app_attest.said.to_string(), "verified");
    // One row that brings certificates lifts no other.
    let mixed = Feed(vec![RowSpec::with_chain(), RowSpec::without_chain()]).examine();
    assert_eq!((mixed.verdict.state, mixed.assurance.level), (State::Unknown, None));
}

#[test]
fn two_rows_with_one_certificate_are_told() {
    let report = Feed(vec![RowSpec::with_chain(), RowSpec::with_chain()]).examine();
    let found = findings(&report);
    for (what, reason) in [("certificate", "certificate"), ("device", "device"), ("key", "key")] {
        assert_eq!(
            found[&format!("providers.repeated/{what}: rows 1-2")],
            format!("warn {reason}")
        );
    }
}

#[test]
fn a_feed_without_providers_is_no_evidence() {
    for feed in [r#"{"providers":[]}"#, r#"{"providers":null}"#] {
        let error = examine(feed.as_bytes(), &[], None, NOW).unwrap_err();
        assert_eq!(error.code(), "missing", "{error}");
    }
    let many = json!({ "providers": vec![json!({}); 4097] }).to_string();
    assert_eq!(examine(many.as_bytes(), &[], None, NOW).unwrap_err().code(), "too-large");
    let twice = br#"{"providers":[{"mda_serial":"A","mda_serial":"B"}]}"#;
    assert_eq!(examine(twice, &[], None, NOW).unwrap_err().code(), "malformed");
}

/// What is the same of many rows is told once, and a row that differs by itself.
#[test]
fn a_thousand_rows_are_told_in_few_findings() {
    let mut rows = vec![RowSpec::without_chain(); 1000];
    for (place, row) in rows.iter_mut().enumerate() {
        row.members.insert("se_public_key".into(), json!(format!("SIMULATED key {place}")));
    }
    rows[499] = RowSpec::with_chain();
    rows[500] = RowSpec::another();
    rows[500].chain.as_mut().unwrap().certificates[0].spoil = Some(Spoil::WrongKey);
    let report = remembering(|| Feed(rows).examine());
    let found = findings(&report);
    assert!(found.len() < 60, "{}", found.len());
    assert_eq!(found["providers.device/rows 1-499, 502-1000"], "unknown self-stated");
    assert_eq!(found["providers.device/rows 500"], "pass");
    assert_eq!(found["apple.chain.signature/rows 500"], "pass");
    assert_eq!(found["apple.chain.signature/rows 501"], "fail bad-signature");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn a_process_certificate_is_the_process_s_word_about_itself() {
    let mut case = Process::healthy();
    case.providers = json!({ "programs": [ProcessSpec::PROGRAM] });
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Warning, "{:#?}", findings(&report));
    assert_eq!(report.assurance.level, Some(Level::A1));
    let found = findings(&report);
    assert_eq!(found["process.program"], "warn own-word");
    assert_eq!(found["apple.key"], "warn chosen-by-server");
    // A lease holds the same certificate.
    let own: Json = serde_json::from_slice(&case.spec.bytes()).unwrap();
    let lease = json!({ "lease_id": "SIMULATED", "process_certificate": own }).to_string();
    let leased = examine(lease.as_bytes(), &[], Some(&policy(&case.providers)), case.now).unwrap();
    assert_eq!(findings(&leased), found);
    assert!(!report.to_json().contains(SERIAL), "a serial number is shown");
}

/// Members that nobody signs and nothing compares may change; whatever is shown holds all the same.
#[test]
fn a_changed_byte_of_what_was_signed_is_never_verified() {
    let under = policy(&json!({}));
    let input = feed(&Feed::one().0);
    let text = String::from_utf8(input.clone()).unwrap();
    let chain = text.find("mda_cert_chain_b64").unwrap();
    let chain = chain..chain + text[chain..].find(']').unwrap();
    let key = text.find("\"se_public_key\":").unwrap();
    let key = key..key + 100;
    let mut steps = changes(&input, usize::MAX);
    steps.retain(|change| change.at % 3 == 0 || key.contains(&change.at));
    let changed = survivors(&input, &steps, |input| examine(input, &[], Some(&under), NOW));
    for (change, report) in &changed {
        let absent = report.assurance.level.is_none();
        let inside = chain.contains(&change.at) || key.contains(&change.at);
        assert!(!inside || absent, "{change:?}: {:#?}", findings(report));
    }
    println!("{} of {} changes mean nothing", changed.len(), steps.len());

    let input = Process::healthy().spec.bytes();
    let now = Process::healthy().now;
    let steps = changes(&input, usize::MAX);
    let unsigned = ["mlx_nax", "policy_generation", "verified_at"];
    let text = String::from_utf8(input.clone()).unwrap();
    let free: Vec<_> = unsigned
        .iter()
        .map(|name| {
            let start = text.find(&format!("\"{name}\"")).unwrap();
            start..start + text[start..].find([',', '}']).unwrap()
        })
        .collect();
    for (change, report) in
        survivors(&input, &steps, |input| examine(input, &[], Some(&under), now))
    {
        let inside = free.iter().any(|range| range.contains(&change.at));
        assert!(inside, "{change:?}: {:#?}", findings(&report));
    }
}

fn refused(input: &[u8]) -> Error {
    examine(input, &[], None, NOW).unwrap_err()
}

#[test]
fn a_certificate_of_another_version_is_refused() {
    let mut spec = ProcessSpec::healthy();
    spec.members.insert("version".into(), json!("process_certificate_v2"));
    assert_eq!(refused(&spec.bytes()).code(), "unsupported");
    assert_eq!(refused(br#"{"process_certificate":{}}"#).code(), "malformed");
}

/// In no language does a sentence say that Apple vouches for a program.
#[test]
fn no_sentence_says_that_apple_attests_a_program() {
    for (json, program, denials) in [
        (
            silicon_to_source::locales::ENGLISH,
            "program",
            &["no program", "nothing about a program", "Nothing in the rows shows"][..],
        ),
        (
            silicon_to_source::locales::GERMAN,
            "Programm",
            &["kein Programm", "nichts über ein Programm", "Über ein Programm sagt es nichts"],
        ),
    ] {
        let locale: Json = serde_json::from_str(json).unwrap();
        let mut both = 0;
        for (path, text) in crate::wording::texts(&locale) {
            let named = text.replace("Prüfprogramm", "").replace("Startprogramm", "");
            if text.contains("Apple") && named.contains(program) {
                assert!(denials.iter().any(|denial| text.contains(denial)), "{path}: {text}");
                both += 1;
            }
        }
        assert!(both >= 3, "the sentences were found");
    }
}

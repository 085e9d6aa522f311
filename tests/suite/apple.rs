//! Every check of Apple's certificates for managed devices, with at least one simulated chain that
//! makes exactly it fail or warn; extensions in every encoding; every byte changed.

use s2s_sim::apple::{CertificateSpec, ChainSpec, SERIAL};
use s2s_sim::certificate::{PathLength, Spoil};
use s2s_sim::keys::Key;
use serde_json::{Value as Json, json};
use silicon_to_source::crypto::remembering;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Level, Report, RootOfTrust, State, Word};
use silicon_to_source::time::UnixTime;

use crate::common::examine;
use crate::common::mutation::assert_none_survives;
use crate::common::table::{self, Row, Told, assert_rows, findings};

/// 2030-01-15T12:00:00Z.
pub(crate) const NOW: UnixTime = UnixTime(1_894_708_800);

/// The text of the key that the device's manager asked about.
const KEY: &str = "U0lNVUxBVEVEIGtleQ==";

struct Case {
    chain: ChainSpec,
    apple: Json,
    now: UnixTime,
}

impl Case {
    /// A chain that is compared with no key.
    fn without_key() -> Self {
        Self { chain: ChainSpec::healthy(KEY), apple: json!({}), now: NOW }
    }

    fn with_key() -> Self {
        Self { apple: json!({ "key": KEY }), ..Self::without_key() }
    }

    fn policy(&self) -> Policy {
        let mut policy: Json = serde_json::from_str(builtin("apple").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["apple"] = self.apple.clone();
        Policy::from_json(policy.to_string().as_bytes()).unwrap()
    }

    fn examine(&self) -> Report {
        examine(self.chain.pem().as_bytes(), &[], Some(&self.policy()), self.now).unwrap()
    }

    fn device(&mut self, property: &str) -> &mut Vec<u8> {
        self.chain.device().property(property)
    }

    fn spoil(&mut self, index: usize, spoil: Spoil) {
        self.chain.certificates[index].spoil = Some(spoil);
    }
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(Case::without_key, finding, becomes, spoil)
}

const ANOTHER_KEY: &str = "the key is another one";
const LEFT_OUT: &str = "the certificate that signed is left out";

const ROWS: &[Row<Case>] = &[
    row("apple.chain", "fail malformed", |case| case.spoil(1, Spoil::TrailingByte)),
    row("apple.chain", "fail malformed", |case| {
        case.spoil(1, Spoil::DuplicateExtension("2.5.29.19"));
    }),
    row("apple.chain", "fail malformed", |case| {
        case.chain.certificates = vec![CertificateSpec::device(KEY); 7];
    }),
    row("apple.root", "fail wrong-root", |case| drop(case.chain.certificates.pop())).also(&[(
        "apple.chain.signature",
        "fail wrong-issuer",
        LEFT_OUT,
    )]),
    row("apple.root", "fail wrong-root", |case| {
        // A self-made root of the same kind with another name, which Apple's authority names.
        case.spoil(1, Spoil::IssuerName("SIMULATED root".into()));
    })
    .also(&[("apple.chain.signature", "fail wrong-issuer", LEFT_OUT)]),
    row("apple.chain.role", "fail is-a-ca", |case| case.spoil(0, Spoil::IsCa)),
    row("apple.chain.role", "fail not-a-ca", |case| case.spoil(1, Spoil::NotCa)),
    row("apple.chain.role", "fail not-a-ca", |case| case.spoil(1, Spoil::NoKeyCertSign)),
    row("apple.chain.role", "fail path-length", |case| {
        // Apple's authority allows no authority below it.
        let authority = CertificateSpec::authority();
        case.chain
            .certificates
            .insert(1, CertificateSpec { path_length: PathLength::Any, ..authority });
    })
    .also(&[("apple.chain.signature", "fail wrong-issuer", "the authority names the root")]),
    row("apple.chain.role", "fail unknown-extension", |case| {
        case.spoil(0, Spoil::UnknownCriticalExtension);
    }),
    row("apple.chain.role", "fail wrong-key", |case| case.spoil(1, Spoil::P256SubjectKey))
        .also(&[("apple.chain.signature", "fail bad-signature", ANOTHER_KEY)]),
    row("apple.chain.signature", "fail bad-signature", |case| case.spoil(0, Spoil::WrongKey)),
    row("apple.chain.signature", "fail bad-signature", |case| case.spoil(1, Spoil::WrongKey)),
    row("apple.chain.signature", "fail wrong-issuer", |case| {
        case.spoil(0, Spoil::IssuerName("SIMULATED authority".into()));
    }),
    row("apple.chain.validity", "fail expired", |case| case.spoil(1, Spoil::Expired)),
    // A day after the 91 days of a device's certificate, and a second before them.
    row("apple.chain.validity", "fail expired", |case| case.now = UnixTime(1_901_404_800)),
    row("apple.chain.validity", "fail not-yet-valid", |case| case.now = UnixTime(1_893_455_999)),
    row("apple.sip", "fail off", |case| *case.device("13.1") = vec![2, 1, 1]),
    row("apple.sip", "warn off", |case| {
        *case.device("13.1") = vec![2, 1, 1];
        case.apple["sip"] = json!("warn");
    }),
    row("apple.sip", "allowed off", |case| {
        *case.device("13.1") = vec![2, 1, 1];
        case.apple["sip"] = json!("allow");
    }),
    row("apple.secure-boot", "fail reduced", |case| {
        *case.device("13.2") = b"Reduced Security".to_vec();
    }),
    row("apple.secure-boot", "fail permissive", |case| {
        *case.device("13.2") = b"Permissive Security".to_vec();
    }),
    row("apple.kernel-extensions", "fail allowed", |case| *case.device("13.3") = vec![2, 1, 1]),
    row("apple.key", "warn chosen-by-server", |case| case.apple["key"] = json!(KEY)),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    let open = [("apple.chain.revocation", "unknown not-published")];
    table::told(ROWS).into_iter().chain(open).collect()
}

#[test]
fn every_check_has_a_chain_that_makes_exactly_it_fail() {
    assert_rows(ROWS, Case::examine);
    let found = findings(&Case::without_key().examine());
    assert_eq!(found["apple.chain.revocation"], "unknown not-published", "Apple publishes no list");
}

#[test]
fn a_healthy_chain_is_apples_word_and_names_no_program() {
    let report = Case::with_key().examine();
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict.because);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Statement);
    assert_eq!(report.assurance.level, Some(Level::A1), "never more than somebody's word");
    assert_eq!(report.headline.word, Word::Statement);
    for link in report.links.iter().filter(|link| !link.holds()) {
        assert!(link.carried_by.is_empty(), "{:?}", link.id);
    }
    let holding: Vec<&str> =
        report.links.iter().filter(|link| link.holds()).map(|link| link.id.word()).collect();
    assert_eq!(holding, ["hardware-root", "chip", "report"], "no measurement, image or key");
}

#[test]
fn a_simulated_chain_counts_under_the_simulated_policy_and_no_other() {
    let pem = ChainSpec::healthy(KEY).pem();
    let under = |policy: &str| {
        let policy = builtin(policy).unwrap().policy().unwrap();
        examine(pem.as_bytes(), &[], Some(&policy), NOW).unwrap()
    };
    assert!(under("simulated-machine").verdict.state <= State::Warning);
    let report = under("apple");
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(findings(&report)["apple.root"], "fail simulated");
    assert!(report.simulated);
}

/// Encodings as in Apple's certificates: INTEGER 0 means that the protection is on and that no
/// extension is allowed.
#[test]
fn properties_are_read_by_their_own_encodings_and_no_other() {
    let found = |property: &str, check: &str, value: &[u8]| {
        let mut case = Case::without_key();
        *case.device(property) = value.to_vec();
        findings(&case.examine())[check].clone()
    };
    for (value, becomes) in [
        (&[2, 1, 0][..], "pass"),
        (&[2, 1, 1], "fail off"),
        (&[2, 1, 2], "unknown not-supported"),
        (&[1, 1, 0xff], "unknown not-supported"),
        (&[1, 1, 0], "unknown not-supported"),
        (&[0], "unknown not-supported"),
        (&[], "unknown not-supported"),
        (&[2, 1, 0, 0], "unknown not-supported"),
        (&[4, 3, 2, 1, 0], "unknown not-supported"),
        (&[2, 1, 0xff], "unknown not-supported"),
    ] {
        assert_eq!(found("13.1", "apple.sip", value), becomes, "{value:?}");
    }
    for (value, becomes) in [
        (&b"Full Security"[..], "pass"),
        (b"full security", "unknown not-supported"),
        (b"Full Security ", "unknown not-supported"),
        (b"\x0c\x0dFull Security", "unknown not-supported"),
        (b"", "unknown not-supported"),
        (&[2, 1, 0], "unknown not-supported"),
    ] {
        assert_eq!(found("13.2", "apple.secure-boot", value), becomes, "{value:?}");
    }
    for (value, becomes) in [
        (&[2, 1, 0][..], "pass"),
        (&[2, 1, 6], "fail allowed"),
        (&[4, 1, 0], "unknown not-supported"),
    ] {
        assert_eq!(found("13.3", "apple.kernel-extensions", value), becomes, "{value:?}");
    }
}

#[test]
fn what_apple_leaves_out_is_open_and_never_passes() {
    for (property, check) in [
        ("13.1", "apple.sip"),
        ("13.2", "apple.secure-boot"),
        ("13.3", "apple.kernel-extensions"),
        ("11.1", "apple.key"),
    ] {
        let mut case = Case::with_key();
        case.chain.device().properties.retain(|(name, _)| *name != property);
        let report = case.examine();
        assert_eq!(findings(&report)[check], "unknown not-published");
        if check != "apple.key" {
            assert_eq!(report.verdict.state, State::NotPublished, "{check} is required");
        }
    }
}

/// The code is SHA-256 of the key's text: another spelling of the same key is another text.
#[test]
fn another_freshness_code_ties_no_key_and_contradicts_nothing() {
    let found = |code: Vec<u8>, key: &str| {
        let mut case = Case::without_key();
        *case.device("11.1") = code;
        case.apple["key"] = json!(key);
        findings(&case.examine())["apple.key"].clone()
    };
    let code = Sha256::of(KEY.as_bytes()).0.to_vec();
    assert_eq!(found(code.clone(), KEY), "warn chosen-by-server");
    assert_eq!(found([&[4, 32], &code[..]].concat(), KEY), "warn chosen-by-server", "wrapped once");
    for other in ["U0lNVUxBVEVEIGtleQ", " U0lNVUxBVEVEIGtleQ==", "SIMULATED key"] {
        assert_eq!(found(code.clone(), other), "unknown not-supported", "{other}");
    }
    // ACME's challenge puts SHA-256 of a token there.
    assert_eq!(found(Sha256::of(&code).0.to_vec(), KEY), "unknown not-supported");
    assert_eq!(found(code[..31].to_vec(), KEY), "unknown not-supported");
    assert_eq!(found([&[4, 34, 4, 32], &code[..]].concat(), KEY), "unknown not-supported", "twice");
}

#[test]
fn the_order_is_not_repaired_and_the_pinned_root_may_stand_at_the_end() {
    let with = |spoil: fn(&mut Vec<Vec<u8>>)| {
        let mut case = Case::without_key();
        case.chain.last = spoil;
        examine(case.chain.pem().as_bytes(), &[], Some(&case.policy()), NOW)
    };
    let appended = with(|ders| ders.push(CertificateSpec::root().der())).unwrap();
    assert_eq!(appended.verdict.state, State::Verified);
    let stranger = with(|ders| ders.insert(1, s2s_sim::nitro::LinkSpec::root().der())).unwrap();
    assert_eq!(stranger.verdict.state, State::Failed);
    // An authority's certificate alone is about no device, so it is no evidence.
    assert!(with(|ders| ders.reverse()).is_err());
    assert!(with(|ders| drop(ders.remove(0))).is_err());
}

#[test]
fn serial_numbers_are_masked_and_the_certificate_is_not_shown() {
    let report = Case::with_key().examine();
    let json = report.to_json();
    assert!(!json.contains(SERIAL) && !json.contains("00006021"), "a serial number is shown");
    let claim = report.claims.iter().find(|claim| claim.name == "apple.serial").unwrap();
    assert_eq!(claim.value.to_string(), "...7Q2X");
    let shown: Vec<usize> = report.evidence.iter().map(|item| item.len).collect();
    assert_eq!(shown, [CertificateSpec::authority().der().len()], "the authority's alone");
}

#[test]
fn a_changed_or_cut_certificate_is_never_verified() {
    let case = Case::without_key();
    let policy = case.policy();
    let ders = case.chain.ders();
    for changed in 0..2 {
        remembering(|| {
            assert_none_survives("simulated certificate of Apple's", &ders[changed], |der| {
                let mut ders = ders.clone();
                ders[changed] = der.to_vec();
                let pem: String = ders.iter().map(|der| common_pem(der)).collect();
                examine(pem.as_bytes(), &[], Some(&policy), NOW)
            });
        });
    }
}

fn common_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap());
    let body: String = lines.flat_map(|line| [line, "\n"]).collect();
    format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
}

/// Keys of other roles stand in the certificate of nobody.
#[test]
fn the_attested_key_is_of_the_kind_that_apple_uses() {
    let mut case = Case::without_key();
    case.chain.device().subject_key = Key::StrangerP256;
    assert_eq!(findings(&case.examine())["apple.chain.role"], "fail wrong-key");
}

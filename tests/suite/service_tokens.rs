//! Tokens of EigenLabs' KMS and of Intel Trust Authority: every check that is theirs, with the
//! input that makes exactly it fail, and what is handed in beside the wrong token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s2s_sim::google::{TokenSpec, key_list};
use s2s_sim::keys::Key;
use s2s_sim::service::{
    KeyForm, authority_keys, authority_token, azure_keys, azure_token, gpu_keys, kms_key,
    kms_token, public_pem,
};
use serde_json::json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{
    Became, DebugFlag, Freshness, Level, Overrides, Report, RootOfTrust, State,
};
use silicon_to_source::time::UnixTime;

use crate::common::table::{self, Row, Told, assert_rows, findings};

/// One minute after the healthy tokens were issued.
const NOW: UnixTime = UnixTime(TokenSpec::ISSUED.0 + 60);

const KMS: &str = r#"{"name":"test","least-level":"A1","required":
    ["token.hardware","token.debug","token.image","token.nonce","token.audience","token.project"],
    "token":{"issuers":["eigen-kms"],"audience":"https://verifier.example",
    "nonce":"c2ltdWxhdGVkLW5vbmNl","project":"simulated","debug":["hardened"],"support":null,
    "image-digest":"sha256:0101010101010101010101010101010101010101010101010101010101010101"}}"#;

const AUTHORITY: &str = r#"{"name":"test","least-level":"A1","required":
    ["token.hardware","token.tcb","token.guest-debug","token.nonce"],
    "token":{"issuers":["intel-trust-authority"],"nonce":"c2ltdWxhdGVkLW5vbmNl",
    "hardware":["INTEL_TDX","TDX"],"support":null}}"#;

const AZURE: &str = r#"{"name":"test","least-level":"A1","required":
    ["token.hardware","token.compliance","token.machine-debug","token.nonce","token.instance"],
    "token":{"issuers":["microsoft-azure"],"nonce":"c2ltdWxhdGVkLW5vbmNl",
    "instances":["https://simulated.eus.attest.azure.net"],
    "hardware":["sevsnpvm","tdxvm"],"support":null}}"#;

fn examine(token: &[u8], files: &[&[u8]], policy: &str) -> Report {
    let policy = Policy::from_json(policy.as_bytes()).unwrap();
    crate::common::examine(token, files, Some(&policy), NOW).unwrap()
}

/// The same beside the keys that this process fetched from Intel's service.
fn fetched(token: &[u8], keys: &[u8], policy: &str, now: UnixTime) -> Report {
    const KEYS: &str = "https://portal.trustauthority.intel.com/certs";
    let policy = Policy::from_json(policy.as_bytes()).unwrap();
    crate::common::examine_fetched(token, (KEYS, keys), Some(&policy), now).unwrap()
}

/// The policy with a key that it names.
fn pinned(policy: &str, pin: &str) -> String {
    policy.replace(r#""issuers""#, &format!(r#""keys":[{pin}],"issuers""#))
}

/// The key of EigenLabs' KMS, as a policy names it.
fn kms_pin() -> String {
    json!(Sha256::of(&Key::EigenKms.spki()).to_string()).to_string()
}

fn kms(spec: &TokenSpec) -> Report {
    examine(spec.sign().as_bytes(), &[&kms_key()], &pinned(KMS, &kms_pin()))
}

fn authority(spec: &TokenSpec) -> Report {
    fetched(spec.sign().as_bytes(), &authority_keys(), AUTHORITY, NOW)
}

/// The key of Microsoft's service, as a policy names it.
fn azure_pin() -> String {
    json!(Sha256::of(&Key::AzureVtpmAttestation.spki()).to_string()).to_string()
}

fn microsoft(spec: &TokenSpec) -> Report {
    examine(spec.sign().as_bytes(), &[&azure_keys()], &pinned(AZURE, &azure_pin()))
}

/// Every finding that the tables compare is about a token that holds, so authenticity has tests
/// of its own.
fn kms_rows() -> Vec<Row<TokenSpec>> {
    let row = |finding, becomes, spoil| Row::new(kms_token, finding, becomes, spoil);
    vec![
        row("token.audience", "fail missing", |s| remove(s, "aud")),
        row("token.audience", "fail not-equal", |s| s.claims["aud"] = json!("another")),
        row("token.hardware", "fail not-accepted", |s| {
            s.claims["hwmodel"] = json!("GCP_SHIELDED_VM");
        }),
        row("token.hardware", "fail missing", |s| remove(s, "hwmodel")),
        row("token.project", "fail not-equal", |s| {
            s.claims["submods"]["gce"]["project_id"] = json!("another");
        }),
        row("token.debug", "fail not-accepted", |s| s.claims["hardened"] = json!(false)),
        row("token.debug", "fail missing", |s| s.claims["hardened"] = json!("true")),
        row("token.image", "fail not-equal", |s| {
            s.claims["submods"]["container"]["image_digest"] = json!("sha256:02");
        }),
        row("token.image", "fail missing", |s| {
            s.claims["submods"]["container"].as_object_mut().unwrap().remove("image_digest");
        }),
        row("token.nonce", "fail not-equal", |s| s.claims["extra_data"] = json!("c2lt")),
        row("token.nonce", "fail missing", |s| remove(s, "extra_data")),
    ]
}

fn authority_rows() -> Vec<Row<TokenSpec>> {
    let row = |finding, becomes, spoil| Row::new(authority_token, finding, becomes, spoil);
    vec![
        row("token.hardware", "fail not-accepted", |s| {
            s.claims["tdx"]["attester_type"] = json!("SGX");
        }),
        row("token.tcb", "fail not-accepted", |s| {
            s.claims["tdx"]["attester_tcb_status"] = json!("OutOfDate");
        }),
        row("token.tcb", "fail missing", |s| tdx(s, "attester_tcb_status")),
        // A second, better word elsewhere in the token takes nothing back.
        row("token.tcb", "fail not-accepted", |s| {
            s.claims["attester_tcb_status"] = json!("OutOfDate");
        }),
        row("token.tcb", "fail not-accepted", |s| {
            s.claims["tdx"]["gcp_attester_tcb_status"] = json!("OutOfDate");
        }),
        row("token.tcb", "warn advisories", |s| {
            s.claims["tdx"]["attester_advisory_ids"] = json!(["INTEL-SA-00615"]);
        }),
        row("token.tcb", "warn at-rollout", |s| {
            tdx(s, "attester_tcb_status");
            s.claims["submods"] = json!({ "tdx": { "gcp_attester_tcb_status": "UpToDate" } });
        }),
        row("token.guest-debug", "fail set", |s| {
            s.claims["tdx"]["tdx_is_debuggable"] = json!(true);
        }),
        row("token.guest-debug", "fail set", |s| {
            s.claims["tdx"]["tdx_td_attributes_debug"] = json!("yes");
        }),
        row("token.guest-debug", "fail set", |s| s.claims["tdx_is_debuggable"] = json!(true)),
        row("token.guest-debug", "fail set", |s| s.claims["tdx"]["dbgstat"] = json!("enabled")),
        row("token.guest-debug", "fail missing", |s| {
            for name in ["dbgstat", "tdx_is_debuggable", "tdx_td_attributes_debug"] {
                tdx(s, name);
            }
        }),
        row("token.nonce", "fail not-equal", |s| {
            s.claims["tdx"]["attester_held_data"] = json!("c2ltdWxhdGVkLW5vbmNlx");
        }),
    ]
}

fn microsoft_rows() -> Vec<Row<TokenSpec>> {
    const PROCESSOR: &str = "x-ms-isolation-tee";
    let row = |finding, becomes, spoil| Row::new(azure_token, finding, becomes, spoil);
    vec![
        row("token.instance", "fail not-equal", |s| {
            s.claims["iss"] = json!("https://another.eus.attest.azure.net");
        }),
        row("token.hardware", "fail not-accepted", |s| {
            s.claims[PROCESSOR]["x-ms-attestation-type"] = json!("azurevm");
        }),
        row("token.compliance", "fail not-accepted", |s| {
            s.claims[PROCESSOR]["x-ms-compliance-status"] = json!("azure-signed-uvm");
        }),
        // A word at the top takes nothing from what is said of the processor.
        row("token.compliance", "fail missing", |s| {
            s.claims["x-ms-compliance-status"] = json!("azure-compliant-cvm");
            s.claims[PROCESSOR].as_object_mut().unwrap().remove("x-ms-compliance-status");
        }),
        row("token.machine-debug", "fail set", |s| {
            s.claims[PROCESSOR]["x-ms-sevsnpvm-is-debuggable"] = json!(true);
        }),
        row("token.machine-debug", "fail set", |s| {
            s.claims["x-ms-sevsnpvm-is-debuggable"] = json!(true);
        }),
        row("token.machine-debug", "fail set", |s| {
            s.claims[PROCESSOR]["dbgstat"] = json!("enabled");
        }),
        row("token.machine-debug", "fail missing", |s| {
            s.claims[PROCESSOR].as_object_mut().unwrap().remove("x-ms-sevsnpvm-is-debuggable");
        }),
        row("token.secure-boot", "fail off", |s| s.claims["secureboot"] = json!(false)),
        row("token.nonce", "fail not-equal", |s| {
            s.claims["x-ms-runtime"]["client-payload"]["nonce"] = json!("c2lt");
        }),
        row("token.nonce", "fail missing", |s| remove(s, "x-ms-runtime")),
    ]
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(
        &[kms_rows(), authority_rows(), microsoft_rows()].into_iter().flatten().collect::<Vec<_>>(),
    )
}

fn remove(spec: &mut TokenSpec, name: &str) {
    spec.claims.as_object_mut().unwrap().remove(name);
}

fn tdx(spec: &mut TokenSpec, name: &str) {
    spec.claims["tdx"].as_object_mut().unwrap().remove(name);
}

#[test]
fn each_spoiled_token_fails_exactly_its_check() {
    assert_rows(&kms_rows()[..], kms);
    let rows = authority_rows();
    assert_rows(&rows, authority);
    assert_rows(&microsoft_rows()[..], microsoft);
}

#[test]
fn azure_token_is_microsofts_word_under_a_key_that_the_policy_names() {
    let report = microsoft(&azure_token());
    assert_eq!(report.verdict.state, State::Warning, "{:?}", findings(&report));
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::PolicyKey);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    let seen = findings(&report);
    assert_eq!((&*seen["token.key"], &*seen["token.instance"]), ("pass", "pass"));
    assert_eq!(seen["token.verifier"], "warn issuer-is-the-verifier");
    let measured = format!("x-ms-sevsnpvm-launchmeasurement: {}", "11".repeat(48));
    let is_measured = |claim: &silicon_to_source::claims::Claim| {
        claim.name == "token.microsoft" && claim.value.to_string() == measured
    };
    assert!(report.claims.iter().any(is_measured), "{:?}", report.claims);
    // A list that is handed in vouches for nothing, wherever it says it is from.
    let token = azure_token().sign();
    let handed_in = examine(token.as_bytes(), &[&azure_keys()], AZURE);
    assert_eq!(findings(&handed_in)["token.key"], "unknown self-stated");
    assert_eq!(handed_in.verdict.state, State::Unknown);
    assert_eq!(handed_in.assurance.level, None);
    let stranger = json!(Sha256::of(&Key::Asvk.spki()).to_string()).to_string();
    let report = examine(token.as_bytes(), &[&azure_keys()], &pinned(AZURE, &stranger));
    assert_eq!(report.verdict.state, State::Failed);
    // Without an instance whose rules are known, whose word it is stays open.
    let anyone = AZURE.replace(r#","token.instance""#, "");
    let anyone = anyone.replace(r#""https://simulated.eus.attest.azure.net""#, "");
    let report = examine(token.as_bytes(), &[&azure_keys()], &pinned(&anyone, &azure_pin()));
    assert_eq!(findings(&report)["token.instance"], "unknown no-reference");
    let mut elsewhere = azure_token();
    elsewhere.claims["iss"] = json!("https://simulated.eus.attest.azure.net.example");
    let report = microsoft(&elsewhere);
    assert_eq!(findings(&report)["token.issuer"], "fail not-accepted");
}

#[test]
fn a_machine_without_a_protected_processor_is_not_accepted() {
    let mut plain = azure_token();
    remove(&mut plain, "x-ms-isolation-tee");
    let seen = findings(&microsoft(&plain));
    assert_eq!(seen["token.hardware"], "fail not-accepted", "azurevm, as any machine at Azure");
    assert_eq!(seen["token.compliance"], "fail missing");
    assert_eq!(seen["token.machine-debug"], "fail missing");
}

#[test]
fn kms_token_is_eigenlabs_word_whoever_holds_its_key() {
    let handed_in = examine(kms_token().sign().as_bytes(), &[&kms_key()], KMS);
    assert_eq!(findings(&handed_in)["token.key"], "unknown self-stated");
    assert_eq!(handed_in.verdict.state, State::Unknown);
    assert_eq!(handed_in.assurance.root_of_trust, RootOfTrust::Unknown);
    let report = kms(&kms_token());
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::PolicyKey);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    assert_eq!(
        (report.flags.debug, report.flags.overrides),
        (DebugFlag::Unknown, Overrides::NotShown)
    );
    let seen = findings(&report);
    assert_eq!(seen["token.nonce"], "pass");
    assert_eq!(seen["token.key"], "pass");
    assert_eq!(seen["token.verifier"], "warn issuer-is-the-verifier");
    assert_eq!(
        seen["token.secure-boot"], "unknown not-published",
        "it is the same for every machine"
    );
    assert_eq!(seen["token.overrides"], "warn not-told-apart");
    for (name, value) in [
        ("token.app", "0x00000000000000000000000000000000000000aa"),
        ("token.hardened", "true"),
        ("token.mrtd", &"11".repeat(48)),
        ("token.rtmr3", &"55".repeat(48)),
        ("token.environment", "PATH=/bin"),
    ] {
        let claim = report.claims.iter().find(|claim| claim.name == name).unwrap();
        assert_eq!(claim.value.to_string(), value, "{name}");
    }
    // The policy's own key, in either form, and one of somebody else's.
    let token = kms_token().sign();
    let pinned = |pin: &str| pinned(KMS, pin);
    let fingerprint = kms_pin();
    let in_pem = json!(String::from_utf8(kms_key()).unwrap()).to_string();
    for (pin, files) in
        [(&fingerprint, vec![kms_key()]), (&in_pem, vec![kms_key()]), (&in_pem, vec![])]
    {
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let report = examine(token.as_bytes(), &files, &pinned(pin));
        assert_eq!(findings(&report)["token.key"], "pass");
        assert_eq!(report.verdict.state, State::Warning);
        assert_eq!(report.assurance.level, Some(Level::A1), "still a statement of EigenLabs");
    }
    let stranger = json!(Sha256::of(&Key::Asvk.spki()).to_string()).to_string();
    let report = examine(token.as_bytes(), &[&kms_key()], &pinned(&stranger));
    assert_eq!(findings(&report)["token.key"], "fail not-equal");
    assert_eq!(report.verdict.state, State::Failed);
    // A fingerprint without the key decides nothing.
    let report = examine(token.as_bytes(), &[], &pinned(&fingerprint));
    assert_eq!(findings(&report)["token.signature"], "unknown not-fetched");
    assert_eq!(report.verdict.state, State::Unknown);
    assert!(report.wanted.is_empty(), "EigenLabs serves the key nowhere");
}

#[test]
fn authority_token_is_intels_services_word_in_each_of_its_forms() {
    let report = authority(&authority_token());
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.flags.debug, DebugFlag::Unknown);
    let seen = findings(&report);
    assert_eq!((&*seen["token.tcb"], &*seen["token.guest-debug"]), ("pass", "pass"));
    assert_eq!(seen["token.key"], "warn fetched");
    let rtmr = report.claims.iter().find(|claim| claim.name == "token.rtmr1").unwrap();
    assert_eq!(rtmr.value.to_string(), "33".repeat(48));
    // Version 1 writes the same members at the top, and RS256 is what Confidential Space asks for.
    let mut flat = authority_token();
    let inner = flat.claims["tdx"].take();
    flat.claims.as_object_mut().unwrap().remove("tdx");
    flat.claims.as_object_mut().unwrap().extend(inner.as_object().unwrap().clone());
    let seen_flat = findings(&authority(&flat));
    assert_eq!(seen, seen_flat);
    let keys = String::from_utf8(authority_keys()).unwrap().replace("PS384", "RS256");
    let other = TokenSpec { algorithm: "RS256".into(), ..authority_token() };
    let report = fetched(other.sign().as_bytes(), keys.as_bytes(), AUTHORITY, NOW);
    assert_eq!(findings(&report)["token.signature"], "pass");
    // The key is for the one method that the list names.
    assert_eq!(findings(&authority(&other))["token.key"], "fail not-accepted");
    let now = UnixTime(TokenSpec::ISSUED.0 + 300);
    let late = fetched(authority_token().sign().as_bytes(), &authority_keys(), AUTHORITY, now);
    assert_eq!(findings(&late)["token.time/end"], "fail expired");
}

#[test]
fn that_a_guest_may_be_debugged_is_a_flag_whoever_says_so() {
    let mut guest = authority_token();
    guest.claims["tdx"]["tdx_is_debuggable"] = json!(true);
    let mut image = kms_token();
    image.claims["hardened"] = json!(false);
    for report in [authority(&guest), kms(&image)] {
        assert_eq!(report.flags.debug, DebugFlag::On);
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn token_of_confidential_space_by_intel_speaks_of_the_image_and_of_the_rollout() {
    let mut spec = TokenSpec { signer: Key::TrustAuthority, ..TokenSpec::by_key_list() };
    spec.algorithm = "PS384".into();
    spec.key_id = Some("authority".into());
    spec.claims["iss"] = authority_token().claims["iss"].clone();
    spec.claims["hwmodel"] = json!("INTEL_TDX");
    spec.claims["tdx"] = json!([{ "gcp_attester_tcb_status": "UpToDate", "gcp_attester_tcb_date": "2024-03-13T00:00:00Z" }]);
    let report = authority(&spec);
    let seen = findings(&report);
    assert_eq!(seen["token.debug"], "pass");
    assert_eq!(seen["token.software"], "pass");
    assert_eq!(seen["token.guest-debug"], "unknown not-published");
    assert_eq!(seen["token.tcb"], "warn at-rollout");
}

#[test]
fn built_in_policies_are_told_apart_by_the_issuer() {
    for (spec, name) in [
        (kms_token(), "kms-token"),
        (authority_token(), "trust-authority"),
        (TokenSpec::by_key_list(), "confidential-space"),
        (azure_token(), "azure-attestation"),
    ] {
        let report = crate::common::examine(spec.sign().as_bytes(), &[], None, NOW).unwrap();
        assert_eq!(report.policy.name, name);
        assert_eq!(report.verdict.state, State::Unknown, "{name}: nobody can tell who signed");
    }
    let policy = pinned(builtin("kms-token").unwrap().json, &kms_pin());
    let report = examine(kms_token().sign().as_bytes(), &[&kms_key()], &policy);
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict);
}

#[test]
fn wrong_mixtures_are_refused_with_the_check_that_does_not_fit() {
    let google = TokenSpec::by_key_list().sign();
    let (kms_token, authority_token) = (kms_token().sign(), authority_token().sign());
    let nvidia = gpu_keys(KeyForm::Coordinates);
    let confidential_space = builtin("confidential-space").unwrap().json;
    for (token, keys, policy, check, outcome) in [
        (&google, nvidia.clone(), confidential_space, "token.key", "unknown not-fetched"),
        (&google, kms_key(), confidential_space, "token.key", "unknown not-fetched"),
        (&kms_token, key_list(), KMS, "token.key", "unknown not-fetched"),
        (
            &kms_token,
            public_pem(Key::GoogleTokenSigner),
            KMS,
            "token.signature",
            "fail bad-signature",
        ),
        (&kms_token, public_pem(Key::NvidiaService), KMS, "token.signature", "fail bad-signature"),
        (&kms_token, kms_key(), confidential_space, "token.issuer", "fail not-accepted"),
        (&kms_token, kms_key(), AUTHORITY, "token.issuer", "fail not-accepted"),
        (&authority_token, key_list(), AUTHORITY, "token.key", "unknown not-fetched"),
        (&authority_token, authority_keys(), KMS, "token.issuer", "fail not-accepted"),
    ] {
        let report = examine(token.as_bytes(), &[&keys], policy);
        assert_eq!(findings(&report)[check], outcome);
        let state = if outcome.starts_with("fail") { State::Failed } else { State::Unknown };
        assert_eq!(report.verdict.state, state, "{check} {outcome}");
        assert_eq!(report.assurance.level, None);
    }
}

/// RFC 2104, with SHA-256.
fn hmac(secret: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(&Sha256::of(secret).0);
    let pad = |with: u8| block.map(|byte| byte ^ with).to_vec();
    let inner = Sha256::of(&[pad(0x36), message.to_vec()].concat());
    Sha256::of(&[pad(0x5c), inner.0.to_vec()].concat()).0
}

#[test]
fn no_method_makes_a_public_key_a_secret_or_a_signature_needless() {
    let claims = URL_SAFE_NO_PAD.encode(kms_token().claims.to_string());
    let signed = |header: &str| format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header));
    let none = format!("{}.", signed(r#"{"alg":"none"}"#));
    let body = signed(r#"{"alg":"HS256","typ":"JWT"}"#);
    let mac = URL_SAFE_NO_PAD.encode(hmac(&kms_key(), body.as_bytes()));
    for token in [none, format!("{body}.{mac}")] {
        let report = examine(token.as_bytes(), &[&kms_key()], KMS);
        assert_eq!(findings(&report)["token.algorithm"], "fail not-accepted");
        assert_eq!(findings(&report)["token.signature"], "blocked by token.algorithm");
        assert_eq!(report.verdict.state, State::Failed);
    }
    for algorithm in ["PS384", "ES384", "rs256"] {
        let spec = TokenSpec { algorithm: algorithm.into(), ..kms_token() };
        let signer = if algorithm == "ES384" { Key::NvidiaService } else { Key::EigenKms };
        let report = kms(&TokenSpec { signer, ..spec });
        assert_eq!(findings(&report)["token.algorithm"], "fail not-accepted", "{algorithm}");
    }
}

#[test]
fn what_is_no_key_file_is_told_and_what_is_no_key_in_a_policy_is_an_error() {
    let token = kms_token().sign();
    let policy = Policy::from_json(KMS.as_bytes()).unwrap();
    let certificate = b"-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n";
    let garbage = b"-----BEGIN PUBLIC KEY-----\nAAEC\n-----END PUBLIC KEY-----\n";
    for file in [&certificate[..], garbage, b"{}"] {
        let report = crate::common::examine(token.as_bytes(), &[file], Some(&policy), NOW);
        let report = report.unwrap();
        assert_eq!(findings(&report)["token.key"], "unknown not-fetched");
        assert_eq!(report.verdict.state, State::Unknown);
        assert_ne!(report.files[1].became, Became::Used);
    }
    let two = [&kms_key()[..], &kms_key()].concat();
    let report = examine(token.as_bytes(), &[&two], KMS);
    assert_eq!(findings(&report)["token.key"], "unknown not-fetched", "which of the two?");
    for pin in [json!("00"), json!(String::from_utf8(two).unwrap()), json!("-----BEGIN ")] {
        let policy = KMS.replace(r#""issuers""#, &format!(r#""keys":[{pin}],"issuers""#));
        assert!(Policy::from_json(policy.as_bytes()).is_err(), "{pin}");
    }
}

#[test]
fn no_changed_or_cut_token_keeps_its_verdict() {
    let authority_pin = json!(Sha256::of(&Key::TrustAuthority.spki()).to_string()).to_string();
    for (token, files, policy) in [
        (kms_token().sign(), kms_key(), pinned(KMS, &kms_pin())),
        (authority_token().sign(), authority_keys(), pinned(AUTHORITY, &authority_pin)),
    ] {
        let policy = Policy::from_json(policy.as_bytes()).unwrap();
        let stands = |bytes: &[u8]| {
            crate::common::examine(bytes, &[&files], Some(&policy), NOW).is_ok_and(|report| {
                matches!(report.verdict.state, State::Warning | State::Verified)
            })
        };
        let token = token.into_bytes();
        assert!(stands(&token));
        for index in 0..token.len() {
            let mut changed = token.clone();
            changed[index] ^= 0x01;
            assert!(!stands(&changed), "{index}");
            assert!(!stands(&token[..index]), "cut at {index}");
        }
    }
}

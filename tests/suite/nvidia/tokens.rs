//! NVIDIA's tokens about GPUs: every check with the input that makes exactly it fail.

use s2s_sim::google::{TokenSpec, key_list};
use s2s_sim::keys::Key;
use s2s_sim::service::{GPU_NONCE, GpuTokensSpec, KeyForm, gpu_keys, public_pem};
use serde_json::json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Became, Freshness, Level, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::{self, Row, Told, assert_rows, findings};

/// Half an hour after the healthy tokens were issued.
const NOW: UnixTime = UnixTime(TokenSpec::ISSUED.0 + 1800);

fn policy() -> String {
    let nonce = format!(r#""token":{{"nonce":"{GPU_NONCE}","#);
    let json = builtin("nras").unwrap().json.replace(r#""token": {"#, &nonce);
    json.replace(r#""nras.result""#, r#""token.nonce","nras.result""#)
}

fn with(input: &[u8], files: &[&[u8]], policy: &str) -> Report {
    let policy = Policy::from_json(policy.as_bytes()).unwrap();
    crate::common::examine(input, files, Some(&policy), NOW).unwrap()
}

/// Beside the keys that this process fetched from NVIDIA's service.
fn fetched(input: &[u8], keys: &[u8], policy: &str) -> Report {
    const KEYS: &str = "https://nras.attestation.nvidia.com/.well-known/jwks.json";
    let policy = Policy::from_json(policy.as_bytes()).unwrap();
    crate::common::examine_fetched(input, (KEYS, keys), Some(&policy), NOW).unwrap()
}

fn examine(spec: &GpuTokensSpec) -> Report {
    fetched(&spec.bytes(), &gpu_keys(KeyForm::Coordinates), &policy())
}

fn device<'s>(spec: &'s mut GpuTokensSpec, name: &str) -> &'s mut serde_json::Value {
    &mut spec.devices.get_mut(name).unwrap().claims
}

fn rows() -> Vec<Row<GpuTokensSpec>> {
    let row = |finding, becomes, spoil| Row::new(GpuTokensSpec::default, finding, becomes, spoil);
    vec![
        row("nras.result", "fail not-accepted", |s| {
            s.overall.claims["x-nvidia-overall-att-result"] = json!(false);
        }),
        row("nras.result", "fail missing", |s| {
            s.overall.claims["x-nvidia-overall-att-result"] = json!("true");
        }),
        row("token.nonce", "fail not-equal", |s| {
            for claims in all(s) {
                claims["eat_nonce"] = json!(format!("{GPU_NONCE}00"));
            }
        }),
        row("token.nonce", "fail missing", |s| {
            s.overall.claims.as_object_mut().unwrap().remove("eat_nonce");
        })
        .also(&[
            ("nras.nonce/GPU-0", "fail missing", "there is nothing to compare with"),
            ("nras.nonce/GPU-1", "fail missing", "there is nothing to compare with"),
        ]),
        row("nras.claims/GPU-1", "fail not-accepted", |s| {
            device(s, "GPU-1")["x-nvidia-gpu-driver-rim-signature-verified"] = json!(false);
        }),
        row("nras.claims/GPU-0", "fail missing", |s| {
            let name = "x-nvidia-gpu-attestation-report-nonce-match";
            device(s, "GPU-0").as_object_mut().unwrap().remove(name);
        }),
        row("nras.measurements/GPU-1", "fail not-accepted", |s| {
            device(s, "GPU-1")["measres"] = json!("fail");
        }),
        row("nras.measurements/GPU-0", "fail missing", |s| {
            device(s, "GPU-0")["measres"] = json!(true);
        }),
        row("nras.secure-boot/GPU-0", "fail off", |s| device(s, "GPU-0")["secboot"] = json!(false)),
        row("nras.secure-boot/GPU-0", "fail missing", |s| {
            device(s, "GPU-0")["secboot"] = json!(null);
        }),
        row("nras.debug/GPU-1", "fail not-accepted", |s| {
            device(s, "GPU-1")["dbgstat"] = json!("enabled");
        }),
        row("nras.debug/GPU-1", "fail missing", |s| device(s, "GPU-1")["dbgstat"] = json!(null)),
        row("nras.nonce/GPU-1", "fail not-equal", |s| {
            device(s, "GPU-1")["eat_nonce"] = json!("00");
        }),
    ]
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(&rows())
}

/// The claims of every token.
fn all(spec: &mut GpuTokensSpec) -> Vec<&mut serde_json::Value> {
    let devices = spec.devices.values_mut().map(|device| &mut device.claims);
    std::iter::once(&mut spec.overall.claims).chain(devices).collect()
}

#[test]
fn each_spoiled_bundle_fails_exactly_its_check() {
    assert_rows(&rows(), examine);
}

#[test]
fn healthy_bundle_is_the_word_of_nvidias_service_and_names_no_machine() {
    let report = examine(&GpuTokensSpec::default());
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Statement);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    let seen = findings(&report);
    assert_eq!(seen["token.nonce"], "pass");
    assert_eq!(seen["nras.machine"], "unknown not-published");
    assert_eq!(seen["token.key"], "warn fetched");
    assert_eq!(seen["token.key/GPU-1"], "warn fetched");
    let models: Vec<_> = report.claims.iter().filter(|c| c.name == "gpu.model").collect();
    assert_eq!(models.len(), 2);
    assert_eq!(models[1].value.to_string(), "GPU-1: GH100 A01 GSP BROM");
    let certified = gpu_keys(KeyForm::Certificate);
    let report = fetched(&GpuTokensSpec::default().bytes(), &certified, &policy());
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(
        report.assurance.level,
        Some(Level::A1),
        "the list's certificate vouches for nothing"
    );
    let report = with(&GpuTokensSpec::default().bytes(), &[&certified], &policy());
    assert_eq!(findings(&report)["token.key"], "unknown self-stated");
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Unknown);
}

#[test]
fn key_that_the_policy_names_is_the_readers_word_and_no_chain() {
    let bundle = GpuTokensSpec::default().bytes();
    let pinned = |key: Key| {
        let pin = Sha256::of(&key.spki()).to_string();
        policy().replace(r#""issuers""#, &format!(r#""keys":["{pin}"],"issuers""#))
    };
    let keys = gpu_keys(KeyForm::Coordinates);
    let report = with(&bundle, &[&keys], &pinned(Key::NvidiaService));
    assert_eq!(findings(&report)["token.key"], "pass");
    assert_eq!(findings(&report)["token.key/GPU-0"], "pass");
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::PolicyKey);
    assert_eq!(report.verdict.state, State::Warning, "NVIDIA's service is the verifier");
    let report = with(&bundle, &[&keys], &pinned(Key::StrangerP384));
    assert_eq!(findings(&report)["token.key"], "fail not-equal");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn tokens_that_do_not_belong_together_are_refused() {
    type Spoil = fn(&mut GpuTokensSpec);
    let cases: [(Spoil, &str, &str); 9] = [
        (|s| drop(s.devices.remove("GPU-1")), "nras.device/GPU-1", "fail missing"),
        (
            |s| drop(s.overall.claims["submods"].as_object_mut().unwrap().remove("GPU-1")),
            "nras.device/GPU-1",
            "fail not-listed",
        ),
        (
            |s| {
                s.overall.claims["submods"]["GPU-0"] =
                    json!(["DIGEST", ["SHA-256", "00".repeat(32)]])
            },
            "nras.device/GPU-0",
            "fail not-equal",
        ),
        (
            |s| {
                s.overall.claims["submods"]["GPU-0"] = json!(["DIGEST", ["SHA-1", "00".repeat(20)]])
            },
            "nras.device/GPU-0",
            "unknown not-supported",
        ),
        (
            |s| {
                s.overall.claims["submods"] = json!({});
                s.devices.clear();
            },
            "nras.device",
            "fail missing",
        ),
        (
            |s| s.devices.get_mut("GPU-0").unwrap().signer = Key::StrangerP384,
            "token.signature/GPU-0",
            "fail bad-signature",
        ),
        (
            |s| s.devices.get_mut("GPU-0").unwrap().key_id = Some("other".into()),
            "token.key/GPU-0",
            "fail missing",
        ),
        (|s| device(s, "GPU-1")["iss"] = json!("NRAS"), "token.issuer/GPU-1", "fail not-accepted"),
        (|s| device(s, "GPU-1")["exp"] = json!(NOW.0), "token.time/GPU-1, end", "fail expired"),
    ];
    for (spoil, finding, becomes) in cases {
        let mut spec = GpuTokensSpec::default();
        spoil(&mut spec);
        let report = examine(&spec);
        assert_eq!(findings(&report)[finding], becomes);
        let state = if becomes.starts_with("fail") { State::Failed } else { State::Unknown };
        assert_eq!(report.verdict.state, state, "{finding} {becomes}");
        assert!(findings(&report)["nras.result"].starts_with("blocked by"), "{finding}");
    }
    let mut swapped = GpuTokensSpec::default();
    let (_, tokens) = swapped.sign();
    for (name, other) in [("GPU-0", "GPU-1"), ("GPU-1", "GPU-0")] {
        let digest = Sha256::of(tokens[other].as_bytes()).to_string();
        swapped.overall.claims["submods"][name] = json!(["DIGEST", ["SHA-256", digest]]);
    }
    assert_eq!(findings(&examine(&swapped))["nras.device/GPU-0"], "fail not-equal");
}

#[test]
fn token_about_all_gpus_alone_leaves_each_of_them_open() {
    let (overall, devices) = GpuTokensSpec::default().sign();
    let alone = crate::common::examine(overall.as_bytes(), &[], None, NOW).unwrap();
    assert_eq!(alone.policy.name, "nras");
    let keys = gpu_keys(KeyForm::Coordinates);
    let report = fetched(overall.as_bytes(), &keys, &policy());
    assert_eq!(findings(&report)["nras.device/GPU-0"], "unknown not-fetched");
    assert_eq!(findings(&report)["nras.result"], "pass");
    assert_eq!(report.verdict.state, State::Unknown);
    // One GPU's token is no token about all.
    let report = fetched(devices["GPU-0"].as_bytes(), &keys, &policy());
    assert_eq!(findings(&report)["nras.device"], "fail missing");
    assert_eq!(report.verdict.state, State::Failed);
    let report = crate::common::examine(overall.as_bytes(), &[], None, NOW).unwrap();
    assert_eq!(report.policy.name, "nras");
    assert_eq!(report.wanted[0].url, "https://nras.attestation.nvidia.com/.well-known/jwks.json");
}

#[test]
fn wrong_mixtures_are_refused_with_the_check_that_does_not_fit() {
    let bundle = GpuTokensSpec::default().bytes();
    let (overall, _) = GpuTokensSpec::default().sign();
    let keys = gpu_keys(KeyForm::Coordinates);
    let confidential_space = builtin("confidential-space").unwrap().json;
    for input in [&bundle[..], overall.as_bytes()] {
        let report = with(input, &[&keys], confidential_space);
        assert_eq!(findings(&report)["token.issuer"], "fail not-accepted");
        assert_eq!(report.verdict.state, State::Failed);
        for other in [key_list(), public_pem(Key::NvidiaService)] {
            let report = with(input, &[&other], &policy());
            assert_eq!(findings(&report)["token.key"], "unknown not-fetched");
            assert_eq!(report.verdict.state, State::Unknown);
        }
    }
    // Another key under the same name, in its coordinates or beside them.
    let list = String::from_utf8(keys).unwrap();
    let certified = String::from_utf8(gpu_keys(KeyForm::Certificate)).unwrap();
    let certificate = certified.split(r#""x5c":["#).nth(1).unwrap().split(']').next().unwrap();
    let twisted = list.replacen(r#""x":"#, &format!(r#""x5c":[{certificate}],"x":"#), 1);
    let agreed = fetched(&bundle, twisted.as_bytes(), &policy());
    assert_eq!(agreed.verdict.state, State::Warning);
    let (x, y) = (member(&list, "x"), member(&list, "y"));
    let exchanged = twisted.replace(&x, "@").replace(&y, &x).replace('@', &y);
    let report = fetched(&bundle, exchanged.as_bytes(), &policy());
    assert_eq!(report.files[1].became, Became::Unreadable, "key and certificate differ");
    assert_eq!(findings(&report)["token.key"], "unknown not-fetched");
}

fn member(json: &str, name: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    value["keys"][0][name].as_str().unwrap().to_owned()
}

#[test]
fn what_is_no_bundle_is_an_error() {
    let (overall, devices) = GpuTokensSpec::default().sign();
    for input in [
        json!([["JWT", overall]]).to_string(),
        json!([["JWT", overall], devices, {}]).to_string(),
        json!([["JWT", "a.b"], devices]).to_string(),
        json!([["JWT", overall], { "GPU-0": "x" }]).to_string(),
        json!([["JWT", overall], { "GPU-0": 1 }]).to_string(),
        format!(r#"[["JWT","{overall}"],{{"GPU-0":"a","GPU-0":"b"}}]"#),
        json!([["CWT", overall], devices]).to_string(),
    ] {
        assert!(crate::common::examine(input.as_bytes(), &[], None, NOW).is_err(), "{input}");
    }
}

#[test]
fn no_changed_or_cut_bundle_keeps_its_verdict() {
    let (overall, devices) = GpuTokensSpec::default().sign();
    let bundle = json!([["JWT", overall], devices]).to_string().into_bytes();
    let keys = gpu_keys(KeyForm::Coordinates);
    let pin = Sha256::of(&Key::NvidiaService.spki()).to_string();
    let pinned = policy().replace(r#""issuers""#, &format!(r#""keys":["{pin}"],"issuers""#));
    let policy = Policy::from_json(pinned.as_bytes()).unwrap();
    let stands = |bytes: &[u8]| {
        crate::common::examine(bytes, &[&keys], Some(&policy), NOW)
            .is_ok_and(|report| matches!(report.verdict.state, State::Warning | State::Verified))
    };
    assert!(stands(&bundle));
    for index in 0..bundle.len() {
        let mut changed = bundle.clone();
        changed[index] ^= 0x01;
        assert!(!stands(&changed), "{index}");
        assert!(!stands(&bundle[..index]), "cut at {index}");
    }
}

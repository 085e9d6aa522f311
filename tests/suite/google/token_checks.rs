//! Every check on attestation tokens, with the input that makes exactly it fail.

use s2s_sim::certificate::Spoil;
use s2s_sim::google::{Role, TokenSpec, certificate, key_list};
use s2s_sim::keys::Key;
use serde_json::json;
use silicon_to_source::engine::checks;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Freshness, Level, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::examine_fetched;
use crate::common::table::{Also, Expected, Told, check_of, findings};

/// Where Google publishes the keys of Confidential Space's tokens.
const KEYS: &str = "https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com";

/// Half an hour after the healthy token was issued.
const NOW: UnixTime = UnixTime(TokenSpec::ISSUED.0 + 1800);

const POLICY: &str = r#"{"name":"test","roots":"simulated","least-level":"A1","required":
    ["token.hardware","token.software","token.debug","token.image","token.nonce","token.audience"],
    "token":{"audience":"https://verifier.example","nonce":"c2ltdWxhdGVkLW5vbmNl","project":"simulated",
    "image-digest":"sha256:0101010101010101010101010101010101010101010101010101010101010101",
    "overrides":"deny"}}"#;

fn examine_as(token: &[u8], keys: &[&[u8]], policy: &str, now: UnixTime) -> Report {
    let policy = Policy::from_json(policy.as_bytes()).unwrap();
    crate::common::examine(token, keys, Some(&policy), now).unwrap()
}

fn examine(spec: &TokenSpec) -> Report {
    let keys = key_list();
    let keys: &[&[u8]] = if spec.certificates.is_empty() { &[&keys] } else { &[] };
    examine_as(spec.sign().as_bytes(), keys, POLICY, NOW)
}

struct Row {
    label: &'static str,
    finding: &'static str,
    becomes: &'static str,
    also: Also,
    spoil: fn(&mut TokenSpec),
}

const fn row(
    label: &'static str,
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut TokenSpec),
) -> Row {
    Row { label, finding, becomes, also: &[], spoil }
}

fn chain(spec: &mut TokenSpec, role: Role, spoil: &Spoil) {
    let index = if role == Role::Signer { 0 } else { 1 };
    spec.certificates[index] = certificate(role, Some(spoil));
}

fn rows() -> Vec<Row> {
    vec![
        row("another method", "token.algorithm", "fail not-accepted", |s| {
            s.algorithm = "HS256".into();
        }),
        Row {
            also: &[(
                "token.chain.signature/intermediate",
                "fail wrong-issuer",
                "the root's name is part of both",
            )],
            ..row("another root", "token.root", "fail wrong-root", |s| {
                chain(s, Role::Intermediate, &Spoil::IssuerName("Another Root CA".into()));
            })
        },
        row("intermediate no authority", "token.chain.role/intermediate", "fail not-a-ca", |s| {
            chain(s, Role::Intermediate, &Spoil::NotCa);
        }),
        row("unknown demand", "token.chain.role/signer", "fail unknown-extension", |s| {
            chain(s, Role::Signer, &Spoil::UnknownCriticalExtension);
        }),
        row("signer by a stranger", "token.chain.signature/signer", "fail bad-signature", |s| {
            chain(s, Role::Signer, &Spoil::WrongKey);
        }),
        row("old signer", "token.chain.validity/signer", "fail expired", |s| {
            chain(s, Role::Signer, &Spoil::Expired);
        }),
        row(
            "future intermediate",
            "token.chain.validity/intermediate",
            "fail not-yet-valid",
            |s| {
                chain(s, Role::Intermediate, &Spoil::NotYetValid);
            },
        ),
        row("signed by another key", "token.signature", "fail bad-signature", |s| {
            s.signer = Key::GoogleTokenIntermediate;
        }),
        row("another issuer", "token.issuer", "fail not-accepted", |s| {
            s.claims["iss"] = json!("https://confidentialcomputing.googleapis.com/");
        }),
        row("expired", "token.time/end", "fail expired", |s| s.claims["exp"] = json!(NOW.0)),
        row("not yet", "token.time/begin", "fail not-yet-valid", |s| {
            s.claims["nbf"] = json!(NOW.0 + 61);
        }),
        row("for somebody else", "token.audience", "fail not-equal", |s| {
            s.claims["aud"] = json!(["https://verifier.example", "https://other.example"]);
        }),
        row("plain SEV", "token.hardware", "fail not-accepted", |s| {
            s.claims["hwmodel"] = json!("GCP_AMD_SEV");
        }),
        row("another project", "token.project", "fail not-equal", |s| {
            s.claims["submods"]["gce"]["project_id"] = json!("simulated2");
        }),
        Row {
            also: &[
                ("token.support", "unknown not-published", "a plain machine states none"),
                ("token.image", "fail not-measured", "a plain machine measures no container"),
                (
                    "token.overrides",
                    "unknown not-published",
                    "a plain machine measures no container",
                ),
            ],
            ..row("plain machine", "token.software", "fail not-accepted", |s| {
                s.claims["swname"] = json!("GCE");
            })
        },
        row("no boot checks", "token.secure-boot", "fail off", |s| {
            s.claims["secboot"] = json!(false)
        }),
        row("another maker", "token.secure-boot", "fail wrong-maker", |s| {
            s.claims["oemid"] = json!(1)
        }),
        row("debug image", "token.debug", "fail not-accepted", |s| {
            s.claims["dbgstat"] = json!("enabled")
        }),
        row("debug word cut", "token.debug", "fail not-accepted", |s| {
            s.claims["dbgstat"] = json!("disabled");
        }),
        row("no support", "token.support", "fail missing", |s| {
            s.claims["submods"]["confidential_space"] = json!({});
        }),
        row("another image", "token.image", "fail not-equal", |s| {
            s.claims["submods"]["container"]["image_digest"] = json!("sha256:02");
        }),
        row("environment set", "token.overrides", "fail present", |s| {
            s.claims["submods"]["container"]["env_override"] = json!({ "A": "b" });
        }),
        row("command set", "token.overrides", "fail present", |s| {
            s.claims["submods"]["container"]["cmd_override"] = json!(["sh"]);
        }),
        row("nonce with a tail", "token.nonce", "fail not-equal", |s| {
            s.claims["eat_nonce"] = json!("c2ltdWxhdGVkLW5vbmNlx");
        }),
        row("no nonce", "token.nonce", "fail missing", |s| {
            s.claims.as_object_mut().unwrap().remove("eat_nonce");
        }),
    ]
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    rows().iter().map(|row| (row.finding, row.becomes)).collect()
}

#[test]
fn each_spoiled_token_fails_exactly_its_check() {
    let healthy = findings(&examine(&TokenSpec::default()));
    let mut wrong = Vec::new();
    for Row { label, finding, becomes, also, spoil } in rows() {
        let mut spec = TokenSpec::default();
        spoil(&mut spec);
        let report = examine(&spec);
        assert_eq!(report.verdict.state, State::Failed, "{label}");
        let expected = Expected { finding, becomes, also };
        // Nothing is appraised unless the signature holds.
        let mut spoiled = findings(&report);
        let authentic = checks::find(check_of(finding)).unwrap().tier;
        if authentic == silicon_to_source::finding::Tier::Authenticity {
            for (name, outcome) in &healthy {
                let entry = spoiled.entry(name.clone()).or_default();
                if entry.starts_with("blocked by") && check_of(name) != "token.signature" {
                    *entry = outcome.clone();
                }
            }
        }
        wrong.extend(expected.differences(&healthy, &spoiled, label));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn healthy_token_is_googles_word_with_a_warning_and_a_challenge() {
    let report = examine(&TokenSpec::default());
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A1), "a statement, whatever chain it has");
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Statement);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    assert!(report.simulated);
    let because: Vec<_> = report.verdict.because.iter().map(|because| because.check.id).collect();
    assert_eq!(because, ["token.verifier"]);
}

#[test]
fn simulated_token_is_nothing_under_googles_own_root() {
    let policy = POLICY.replace(r#""roots":"simulated","#, "");
    let report = examine_as(TokenSpec::default().sign().as_bytes(), &[], &policy, NOW);
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(report.assurance.level, None);
    assert_eq!(findings(&report)["token.root"], "fail simulated");
    assert!(report.simulated);
}

#[test]
fn key_list_vouches_for_nothing_unless_it_came_from_its_issuer() {
    let report = examine(&TokenSpec::by_key_list());
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.level, None);
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Unknown);
    assert_eq!(findings(&report)["token.key"], "unknown self-stated");
    assert_eq!(findings(&report)["token.signature"], "blocked by token.key");
    assert!(report.wanted.iter().any(|wanted| wanted.what == "token-keys"));
    assert!(report.links.iter().all(|link| !link.holds()));

    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    let fetched = |token: &TokenSpec, url: &str, list: &[u8]| {
        let token = token.sign();
        examine_fetched(token.as_bytes(), (url, list), Some(&policy), NOW).unwrap()
    };
    let own = TokenSpec::by_key_list();
    let report = fetched(&own, KEYS, &key_list());
    assert_eq!(findings(&report)["token.key"], "warn fetched");
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A1));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::Statement);
    let report = fetched(&own, "https://mirror.example/keys", &key_list());
    assert_eq!(findings(&report)["token.key"], "unknown self-stated", "from another address");

    let token = TokenSpec { key_id: Some("other".into()), ..TokenSpec::by_key_list() };
    assert_eq!(findings(&examine(&token))["token.key"], "unknown not-fetched");
    assert_eq!(findings(&fetched(&token, KEYS, &key_list()))["token.key"], "fail missing");
    let list = String::from_utf8(key_list()).unwrap();
    let keys = list.replace("RS256", "PS256");
    let report = examine_as(own.sign().as_bytes(), &[keys.as_bytes()], POLICY, NOW);
    assert_eq!(findings(&report)["token.key"], "fail not-accepted");
    let token = TokenSpec { signer: Key::GoogleTokenRoot, ..TokenSpec::by_key_list() };
    assert_eq!(findings(&examine(&token))["token.signature"], "fail bad-signature");
}

#[test]
fn certificates_of_another_number_are_refused() {
    for keep in [1, 4] {
        let mut spec = TokenSpec::default();
        spec.certificates.resize(keep, certificate(Role::Intermediate, None));
        let report = examine(&spec);
        assert_eq!(findings(&report)["token.chain.role"], "fail wrong-length", "{keep}");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn no_changed_or_cut_token_keeps_its_verdict() {
    let token = TokenSpec::default().sign().into_bytes();
    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    let verdict = |bytes: &[u8]| {
        let report = crate::common::examine(bytes, &[], Some(&policy), NOW).ok()?;
        Some(report.verdict.state)
    };
    assert_eq!(verdict(&token), Some(State::Warning));
    for index in 0..token.len() {
        for flip in [0x01, 0x20] {
            let mut changed = token.clone();
            changed[index] ^= flip;
            let state = verdict(&changed);
            assert!(!matches!(state, Some(State::Warning | State::Verified)), "{index} {flip}");
        }
        let state = verdict(&token[..index]);
        assert!(!matches!(state, Some(State::Warning | State::Verified)), "cut at {index}");
    }
}

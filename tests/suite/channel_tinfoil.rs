//! To which key of Tinfoil's a request may be sealed, and when to none.

use s2s_sim::amd::report::POLICY_DEBUG;
use s2s_sim::tinfoil::{HPKE_KEY, Image, TinfoilSpec};
use serde_json::{Value as Json, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::channel::{Form, MAX_AGE_S, Refusal, Requirement, SealedTo};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::plan::session::{Answer, response};
use silicon_to_source::engine::plan::{Service, Session};
use silicon_to_source::finding::Level;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File};

/// Fourteen months after the simulated build.
const NOW: &str = "2026-02-01T00:00:00Z";

fn now() -> UnixTime {
    NOW.parse().unwrap()
}

/// The policy of the demonstration, with undated bundles accepted for some days after their build.
fn policy(days: Option<u16>) -> Json {
    let mut policy: Json = serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
    policy["tinfoil"] = json!({ "undated-for-days": days });
    policy
}

struct Case {
    spec: TinfoilSpec,
    policy: Json,
    is_own: bool,
}

impl Default for Case {
    fn default() -> Self {
        Self { spec: TinfoilSpec::default(), policy: policy(Some(1000)), is_own: true }
    }
}

impl Case {
    fn of(spec: TinfoilSpec) -> Self {
        Self { spec, ..Self::default() }
    }

    fn sealed_to(&self, requirement: &Requirement) -> Result<SealedTo, Refusal> {
        let router = "https://router.simulated.example".parse().unwrap();
        let mut session = Session::of(&router, Service::Tinfoil, [7; 32], now());
        let question = session.first()[0].clone();
        let header = |name: &str| (name == "content-type").then_some("application/json");
        let came = response(&question, 200, header, self.spec.bytes());
        session.record(Answer::answered(&question, came));
        let asked = self.is_own.then(|| session.asked());
        let context = Context { now: now(), asked };
        let mut options = Options::default();
        options.set_policy(self.policy.to_string()).unwrap();
        let files = [File::new("session", session.to_json().into_bytes())];
        let report = silicon_to_source::examine_with(&files, &options, &context).unwrap();
        SealedTo::of(&report, &context, requirement)
    }
}

const UNDATED: Requirement =
    Requirement { least: Level::A5, max_age_s: MAX_AGE_S, undated: true, via: None };

/// What is answered at `/.well-known/hpke-keys` for a key: one configuration of RFC 9458 section 3.1.
fn configuration(key: &[u8; 32]) -> Vec<u8> {
    [&[0, 0, 0x20][..], key, &[0, 4, 0, 1, 0, 2]].concat()
}

fn named(sealed_to: &SealedTo, status: u16, content: &'static str, body: Vec<u8>) -> Answer {
    let question = sealed_to.question();
    let header = |name: &str| (name == "content-type").then_some(content);
    Answer::answered(&question, response(&question, status, header, body))
}

const KEYS: &str = "application/ohttp-keys";

/// Report data are SHA-256 of the TLS key and the HPKE key: the key is the second half.
#[test]
fn a_request_may_be_sealed_to_the_key_in_the_report() {
    let sealed_to = Case::default().sealed_to(&UNDATED).unwrap();
    assert_eq!(sealed_to.form(), Form::Ehbp);
    assert_eq!(sealed_to.origin(), "https://inference.simulated.example");
    let question = sealed_to.question();
    assert_eq!(question.url, "https://inference.simulated.example/.well-known/hpke-keys");
    let answer = named(&sealed_to, 200, KEYS, configuration(&HPKE_KEY));
    let current = sealed_to.current(&answer, now()).unwrap();
    assert_eq!((current.form(), current.key()), (Form::Ehbp, &HPKE_KEY));
}

#[test]
fn evidence_without_a_date_is_enough_only_for_a_caller_and_a_policy_that_say_so() {
    assert_eq!(Case::default().sealed_to(&Requirement::level(Level::A5)), Err(Refusal::Undated));
    // The policy says nothing of it: the check stays open, and the demonstration does not ask for it.
    for days in [None, Some(30)] {
        let case = Case { policy: policy(days), ..Case::default() };
        assert_eq!(case.sealed_to(&UNDATED), Err(Refusal::Challenge), "{days:?}");
    }
    let mut stale = policy(Some(30));
    stale["required"].as_array_mut().unwrap().push(json!("binding.freshness"));
    assert_eq!(Case { policy: stale, ..Case::default() }.sealed_to(&UNDATED), Err(Refusal::Level));
}

#[test]
fn nothing_is_sealed_where_evidence_falls_short_of_what_is_required() {
    let spec = TinfoilSpec::default;
    let mut debug = spec();
    debug.report.policy |= POLICY_DEBUG;
    let swapped = TinfoilSpec { committed_hpke_key: Some([7; 32]), ..spec() };
    let other_report = TinfoilSpec { report_data: Some([7; 64]), ..spec() };
    let other_image = TinfoilSpec { measurement: Some([7; 48]), ..spec() };
    for (name, spec) in [
        ("a certificate with another key", swapped),
        ("a report with other keys", other_report),
        ("a build of other software", other_image),
        ("debug", debug),
    ] {
        for least in [Level::A5, Level::A1] {
            let requirement = Requirement { least, ..UNDATED.clone() };
            assert_eq!(
                Case::of(spec.clone()).sealed_to(&requirement),
                Err(Refusal::Level),
                "{name}"
            );
        }
    }
    let recording = Case { is_own: false, ..Case::default() };
    assert_eq!(recording.sealed_to(&UNDATED), Err(Refusal::Challenge));
}

/// A policy that asks for less does not make the channel ask for less: not that the keys were
/// compared, and not that the host is the one that the reader means.
#[test]
fn a_lenient_policy_seals_to_no_key_that_was_not_compared() {
    let lenient = |spec: TinfoilSpec, change: fn(&mut Json)| {
        let mut policy = policy(Some(1000));
        policy["required"] = json!(["snp.report.signature"]);
        change(&mut policy);
        Case { spec, policy, is_own: true }
    };
    let least = Requirement { least: Level::A1, ..UNDATED.clone() };
    assert!(lenient(TinfoilSpec::default(), |_| {}).sealed_to(&least).is_ok());
    let swapped = TinfoilSpec { committed_hpke_key: Some([7; 32]), ..TinfoilSpec::default() };
    let refusal = lenient(swapped, |_| {}).sealed_to(&least).unwrap_err();
    assert!([Refusal::Level, Refusal::Key].contains(&refusal), "{refusal:?}");
    let unnamed = lenient(TinfoilSpec::default(), |policy| policy["domain"] = Json::Null);
    assert_eq!(unnamed.sealed_to(&least), Err(Refusal::Origin));
    let via = Requirement { via: Some("https://proxy.example".parse().unwrap()), ..least.clone() };
    assert_eq!(unnamed.sealed_to(&via).unwrap().origin(), "https://proxy.example");
}

#[test]
fn a_level_that_is_higher_than_what_was_shown_seals_to_nothing() {
    let tag = || Case::of(TinfoilSpec { image: Image::Tag, ..TinfoilSpec::default() });
    let strict = || {
        let mut policy = policy(Some(1000));
        policy["warnings"] = json!("deny");
        Case { policy, ..tag() }
    };
    assert_eq!(strict().sealed_to(&UNDATED), Err(Refusal::Level));
    let machine = || {
        let mut policy = policy(Some(1000));
        policy["least-level"] = json!("A1");
        policy["required"] = json!(["snp.report.signature"]);
        policy["provenance"]["repository"] = json!("https://github.com/other/other");
        Case { policy, ..Case::default() }
    };
    assert_eq!(machine().sealed_to(&UNDATED), Err(Refusal::Level));
}

#[test]
fn a_key_that_changed_since_is_noticed_and_so_is_one_that_is_not_named() {
    let sealed_to = Case::default().sealed_to(&UNDATED).unwrap();
    let good = configuration(&HPKE_KEY);
    let other = configuration(&[7; 32]);
    for (status, content, body, refusal) in [
        (200, KEYS, other.clone(), Refusal::Changed),
        (200, KEYS, [other, good.clone()].concat(), Refusal::Changed),
        (200, KEYS, good[..40].to_vec(), Refusal::Unanswered),
        (200, "application/json", good.clone(), Refusal::Unanswered),
        (404, KEYS, Vec::new(), Refusal::Unanswered),
        (503, KEYS, good.clone(), Refusal::Unanswered),
    ] {
        let answer = named(&sealed_to, status, content, body);
        assert_eq!(sealed_to.current(&answer, now()).unwrap_err(), refusal, "{status} {content}");
    }
    let elsewhere = Answer {
        url: "https://router.simulated.example/.well-known/hpke-keys".to_owned(),
        ..named(&sealed_to, 200, KEYS, good.clone())
    };
    assert_eq!(sealed_to.current(&elsewhere, now()).unwrap_err(), Refusal::Unanswered);
    let good = named(&sealed_to, 200, "Application/OHTTP-keys; x=1", good);
    assert!(sealed_to.current(&good, now()).is_ok());
    assert_eq!(sealed_to.current(&good, UnixTime(now().0 + 601)).unwrap_err(), Refusal::Age);
}

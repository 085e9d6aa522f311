//! To which key a request may be sealed, and when to none.

use s2s_sim::amd::report::POLICY_DEBUG;
use s2s_sim::coordinator::{CoordinatorSpec, Machine, SEALED_KEY, key_answer};
use s2s_sim::sidecar::OTHER_KEY;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::channel::{Form, MAX_AGE_S, Refusal, Requirement, SealedTo};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::plan::session::{Answer, response};
use silicon_to_source::finding::Level;
use silicon_to_source::report::{Report, State};
use silicon_to_source::services::coordinator::parse::exchange::Exchange;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Asked, Context, File};

use crate::common::asked;

/// Ten seconds after the first question.
const NOW: &str = "2026-02-01T00:00:10Z";

fn now() -> UnixTime {
    NOW.parse().unwrap()
}

struct Case {
    spec: CoordinatorSpec,
    exchange: fn(&mut Json),
    asked: fn(&mut Option<Asked>),
    policy: &'static str,
    now: UnixTime,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            spec: CoordinatorSpec::default(),
            exchange: |_| {},
            asked: |_| {},
            policy: "simulated",
            now: now(),
        }
    }
}

impl Case {
    fn report(&self) -> (Report, Context) {
        let mut exchange = self.spec.exchange();
        (self.exchange)(&mut exchange);
        let input = serde_json::to_vec(&exchange).unwrap();
        let mut own = Some(asked(&Exchange::parse(&input).unwrap()));
        (self.asked)(&mut own);
        let context = Context { now: self.now, asked: own };
        let mut options = Options::default();
        options.set_policy(self.policy.into()).unwrap();
        let files = [File::new("session", input)];
        (silicon_to_source::examine_with(&files, &options, &context).unwrap(), context)
    }

    fn sealed_to(&self, requirement: &Requirement) -> Result<SealedTo, Refusal> {
        let (report, context) = self.report();
        SealedTo::of(&report, &context, requirement)
    }
}

const A5: Requirement = Requirement::level(Level::A5);

/// What the service answers when it is asked for its key again.
fn answer(sealed_to: &SealedTo, status: u16, body: Vec<u8>) -> Answer {
    let question = sealed_to.question();
    Answer::answered(&question, response(&question, status, |_| None, body))
}

#[test]
fn a_request_may_be_sealed_to_the_key_that_the_evidence_binds() {
    for spec in [CoordinatorSpec::default(), CoordinatorSpec::tdx()] {
        let sealed_to = Case { spec, ..Case::default() }.sealed_to(&A5).unwrap();
        assert_eq!(sealed_to.origin(), "https://coordinator.simulated.example");
        assert_eq!(sealed_to.form(), Form::NaclBox);
        let question = sealed_to.question();
        assert_eq!(question.url, "https://coordinator.simulated.example/v1/encryption-key");
        let named = answer(&sealed_to, 200, key_answer(&SEALED_KEY));
        let current = sealed_to.current(&named, now()).unwrap();
        assert_eq!(current.key(), &SEALED_KEY);
        let id = Sha256::of(&SEALED_KEY).to_string();
        assert_eq!(current.id(), id[..16]);
    }
}

/// Every way in which evidence falls short, with what is said of it.
#[test]
fn nothing_is_sealed_where_evidence_falls_short_of_what_is_required() {
    fn spoiled(exchange: fn(&mut Json)) -> Case {
        Case { exchange, ..Case::default() }
    }
    fn of(asked: fn(&mut Option<Asked>)) -> Case {
        Case { asked, ..Case::default() }
    }
    fn debug() -> CoordinatorSpec {
        let mut spec = CoordinatorSpec::default();
        if let Machine::Snp(machine) = &mut spec.machine {
            machine.report.policy |= POLICY_DEBUG;
        }
        spec
    }
    let later = UnixTime(now().0 + 24 * 3600);
    let cases: Vec<(&str, Case, Refusal)> = vec![
        ("swapped key", spoiled(|exchange| key_of(exchange, &OTHER_KEY)), Refusal::Level),
        (
            "no key",
            spoiled(|exchange| exchange["answers"].as_array_mut().unwrap().truncate(1)),
            Refusal::Level,
        ),
        ("a recording", of(|asked| *asked = None), Refusal::Challenge),
        ("another nonce", of(|asked| asked.as_mut().unwrap().nonce = None), Refusal::Level),
        ("stale", Case { now: later, ..Case::default() }, Refusal::Challenge),
        ("debug", Case { spec: debug(), ..Case::default() }, Refusal::Level),
        ("no image", without_image(), Refusal::Level),
    ];
    for (name, case, refusal) in cases {
        for least in [Level::A5, Level::A1] {
            let refused = case.sealed_to(&Requirement::level(least));
            assert_eq!(refused, Err(refusal), "{name}");
        }
    }
}

#[test]
fn a_level_that_is_higher_than_what_was_shown_seals_to_nothing() {
    let machine = || Case { policy: "simulated-machine", ..without_image() };
    assert_eq!(machine().sealed_to(&A5), Err(Refusal::Level));
    assert_eq!(machine().sealed_to(&Requirement::level(Level::A4)), Err(Refusal::Level));
    assert!(machine().sealed_to(&Requirement::level(Level::A3)).is_ok());
}

fn without_image() -> Case {
    fn stripped(exchange: &mut Json) {
        document(exchange, |document| document["reference_values"] = json!([]));
    }
    Case { exchange: stripped, ..Case::default() }
}

/// A policy that does not ask for a check does not make the channel ask for less.
#[test]
fn a_lenient_policy_seals_to_no_key_that_is_not_bound_or_not_fresh() {
    let lenient = |case: Case| {
        let (report, context) = Case { policy: "simulated-machine", ..case }.report();
        let state = report.verdict.state;
        (state, SealedTo::of(&report, &context, &Requirement::level(Level::A3)).err())
    };
    let (state, refusal) = lenient(Case::default());
    assert_eq!((state, refusal), (State::Verified, None));
    let unnamed = |exchange: &mut Json| exchange["answers"].as_array_mut().unwrap().truncate(1);
    let (_, refusal) = lenient(Case { exchange: unnamed, ..Case::default() });
    assert!([Some(Refusal::Key), Some(Refusal::Level)].contains(&refusal), "{refusal:?}");
}

fn key_of(exchange: &mut Json, key: &[u8; 32]) {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(key_answer(key));
    exchange["answers"][1]["outcome"]["body"] = body.into();
}

fn document(exchange: &mut Json, change: impl FnOnce(&mut Json)) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let body = &mut exchange["answers"][0]["outcome"]["body"];
    let bytes = STANDARD.decode(body.as_str().unwrap()).unwrap();
    let mut document: Json = serde_json::from_slice(&bytes).unwrap();
    change(&mut document);
    *body = STANDARD.encode(document.to_string()).into();
}

#[test]
fn a_key_that_changed_since_is_noticed_and_so_is_one_that_is_not_named() {
    let sealed_to = Case::default().sealed_to(&A5).unwrap();
    for (status, body, refusal) in [
        (200, key_answer(&OTHER_KEY), Refusal::Changed),
        (200, b"{}".to_vec(), Refusal::Unanswered),
        (404, Vec::new(), Refusal::Unanswered),
        (503, key_answer(&SEALED_KEY), Refusal::Unanswered),
    ] {
        let named = answer(&sealed_to, status, body);
        assert_eq!(sealed_to.current(&named, now()).unwrap_err(), refusal, "{status}");
    }
    let none = Answer::failed(&sealed_to.question(), "timeout");
    assert_eq!(sealed_to.current(&none, now()).unwrap_err(), Refusal::Unanswered);
}

/// Whoever answers elsewhere, or something else, says nothing about this service's key.
#[test]
fn an_answer_from_another_address_or_to_another_question_names_no_key() {
    let sealed_to = Case::default().sealed_to(&A5).unwrap();
    let good = answer(&sealed_to, 200, key_answer(&SEALED_KEY));
    assert!(sealed_to.current(&good, now()).is_ok());
    for url in [
        "https://other.simulated.example/v1/encryption-key",
        "http://coordinator.simulated.example/v1/encryption-key",
        "https://coordinator.simulated.example:8443/v1/encryption-key",
        "https://coordinator.simulated.example/v1/encryption-key?x",
        "",
    ] {
        let other = Answer { url: url.to_owned(), ..good.clone() };
        assert_eq!(sealed_to.current(&other, now()).unwrap_err(), Refusal::Unanswered, "{url}");
    }
    let other = Answer { what: "hpke-keys".to_owned(), ..good };
    assert_eq!(sealed_to.current(&other, now()).unwrap_err(), Refusal::Unanswered);
}

#[test]
fn requests_to_a_coordinator_go_to_the_address_that_its_evidence_names() {
    let via = |text: &str| Requirement { via: Some(text.parse().unwrap()), ..A5 };
    let own = Case::default().sealed_to(&via("https://coordinator.simulated.example"));
    assert_eq!(own.unwrap().origin(), "https://coordinator.simulated.example");
    let other = Case::default().sealed_to(&via("https://other.simulated.example"));
    assert_eq!(other, Err(Refusal::Origin));
}

#[test]
fn a_session_is_over_after_its_time_and_when_the_clock_goes_back() {
    let short = Requirement { max_age_s: 60, ..Requirement::level(Level::A4) };
    let begun = now().0 - 10;
    for (requirement, last) in [(A5, i64::from(MAX_AGE_S)), (short, 60)] {
        let sealed_to = Case::default().sealed_to(&requirement).unwrap();
        let named = answer(&sealed_to, 200, key_answer(&SEALED_KEY));
        let at = |at| sealed_to.current(&named, UnixTime(at)).map(|_| ());
        assert_eq!(at(begun + last), Ok(()));
        assert_eq!(at(begun + last + 1), Err(Refusal::Age));
        assert_eq!(at(now().0 - 1), Err(Refusal::Age));
        assert_eq!(at(i64::MAX), Err(Refusal::Age));
        assert_eq!(at(i64::MIN), Err(Refusal::Age));
    }
    let none = Requirement { max_age_s: 9, ..Requirement::level(Level::A4) };
    assert_eq!(Case::default().sealed_to(&none), Err(Refusal::Age));
}

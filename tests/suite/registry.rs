//! Registers on chains: what an RPC provider says becomes a finding that names it, an answer to
//! another question is left out, and nothing rises by its word. Answers are made as Ethereum's
//! execution API and Solidity's contract ABI describe them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::coordinator::CoordinatorSpec;
use s2s_sim::google::{LAUNCH, VtpmSpec, boot_events};
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::plan::{Further, Request, next};
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{builtin, checks};
use silicon_to_source::finding::Property;
use silicon_to_source::report::{Became, Report, Standing, State};
use silicon_to_source::time::UnixTime;

use crate::common::eventlog::dstack;
use crate::common::table::findings;
use crate::common::{dcap, examine};

const NOW: UnixTime = UnixTime(1_748_736_000);
const IN_2026: &str = "2026-02-01T00:00:10Z";
const RPC: &str = "https://rpc.example/v2/key";
/// EigenCompute's AppController on Ethereum, as Layr-Labs/ecloud publishes it.
const CONTROLLER: &str = "0xc38d35fc995e75342a21cbd6d770305b142fbe67";
const APP: &str = "0x1111111111111111111111111111111111111111";
const BLOCK: u32 = 23_500_000;

/// `AppUpgraded` with one artifact, word by word; the topic as go-ethereum's abigen wrote it into
/// Layr-Labs/eigenx-contracts.
fn log(digest: &str, index: u32) -> Json {
    let number = |number: u32| format!("{number:064x}");
    let data = [
        number(1),    // rmsReleaseId
        number(0x40), // release
        number(0x60), // rmsRelease
        number(0x160),
        number(0x180),
        number(0x40), // artifacts
        number(1_790_000_000),
        number(1),
        number(0x20),
        digest.to_owned(),
        number(0x40),
        number(3),
        format!("{:0<64}", hex::encode("abc")),
        number(0), // publicEnv
        number(0), // encryptedEnv
    ];
    json!({
        "address": "0xC38d35Fc995e75342A21CBd6D770305b142Fbe67",
        "topics": [
            "0xb5d2b7df0352a87a587a430bfceab43859b3b3c404f0425c4c1ab0675ed57b94",
            format!("0x{}{}", "0".repeat(24), &APP[2..]),
        ],
        "data": format!("0x{}", data.concat()),
        "blockNumber": format!("0x{BLOCK:x}"),
        "logIndex": format!("0x{index:x}"),
        "removed": false,
        "transactionHash": format!("0x{}", "ab".repeat(32)),
    })
}

fn result(result: impl Into<Json>) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "result": result.into() }).to_string()
}

fn word(number: u32) -> String {
    result(format!("0x{number:064x}"))
}

/// What is asked of providers about `report`.
fn questions(report: &Report) -> Vec<Request> {
    let own = report.wanted.iter().filter(|wanted| wanted.what == "registry-answer");
    next(&own.map(Further::from).collect::<Vec<_>>())
}

/// The file that keeps an answer with its question.
fn kept(question: &Request, answer: &str) -> Vec<u8> {
    json!({ "rpc": question.url, "question": question.post, "answer": answer })
        .to_string()
        .into_bytes()
}

fn digest() -> String {
    let text = std::str::from_utf8(LAUNCH[1].1).unwrap();
    text.strip_prefix("sha256:").unwrap().to_owned()
}

/// A machine of EigenCompute's, and the answers that a provider gives one after the other.
#[derive(Clone)]
struct Eigen {
    registry: Json,
    required: bool,
    /// Whether the firmware's log is there; its findings have the names of the launcher's.
    booted: bool,
    answers: Vec<String>,
    /// Changes the files before they are handed in.
    files: fn(&mut Vec<Vec<u8>>),
}

fn named() -> Json {
    json!({ "rpc": { "1": RPC }, "eigencompute": { "chain": 1, "app": APP } })
}

fn eigen() -> Eigen {
    let logs = json!([log(&"cd".repeat(32), 3), log(&digest(), 4)]);
    Eigen {
        registry: named(),
        required: false,
        booted: false,
        answers: vec![word(BLOCK), result(logs)],
        files: |_| {},
    }
}

impl Eigen {
    fn policy(&self) -> Policy {
        let json = builtin("eigencompute-shielded").unwrap().json;
        let mut json: Json = serde_json::from_str(json).unwrap();
        json["roots"] = json!("simulated");
        json["registry"] = self.registry.clone();
        if self.required {
            json["required"].as_array_mut().unwrap().push(json!("registry.release"));
        }
        Policy::from_json(json.to_string().as_bytes()).unwrap()
    }

    fn with(&self, files: &[Vec<u8>]) -> Report {
        // qualifyingData as the platform's source has it (internal/nonce).
        let challenge = b"SIMULATED challenge";
        let asked = Sha256::of(challenge);
        let all = [&b"WORKLOAD_ATTESTATION"[..], b"GCP_SHIELDED_VM", asked.as_bytes()];
        let nonce = Sha256::of(&all.concat()).0;
        let boot = boot_events(true, "confidential-space.hardened=true");
        let mut spec = VtpmSpec::of(&nonce, &boot, LAUNCH);
        if !self.booted {
            spec.event_log.clear();
        }
        let input = json!({
            "attestation": STANDARD.encode(spec.bytes()),
            "challenge": hex::encode(challenge),
        });
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        examine(input.to_string().as_bytes(), &files, Some(&self.policy()), NOW).unwrap()
    }

    fn examine(&self) -> Report {
        let mut files = Vec::new();
        for answer in &self.answers {
            let [question] = &questions(&self.with(&files))[..] else { break };
            files.push(kept(question, answer));
        }
        (self.files)(&mut files);
        self.with(&files)
    }
}

/// A TDX guest whose log names a dstack app.
fn guest(registry: &Json, answer: Option<&str>, required: bool) -> (Report, Vec<Request>) {
    let hash = [0x22; 32];
    let (log, rtmr3) = dstack(&[
        ("app-id", &[0x11; 20]),
        ("compose-hash", &hash),
        ("key-provider", br#"{"name":"kms","id":"3059"}"#),
        ("system-ready", b""),
    ]);
    let mut td = dcap::Case::td();
    td.quote.td().rtmr = [[0; 48], [0; 48], [0; 48], rtmr3];
    let mut policy: Json = serde_json::from_str(builtin("tdx").unwrap().json).unwrap();
    policy["roots"] = json!("simulated");
    policy["registry"] = registry.clone();
    if required {
        policy["required"].as_array_mut().unwrap().push(json!("registry.compose-hash"));
    }
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    let mut files = vec![td.files().bytes(), log.into_bytes()];
    let report = |files: &[Vec<u8>]| {
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        examine(&td.quote_bytes(), &files, Some(&policy), td.now).unwrap()
    };
    let asked = questions(&report(&files));
    if let (Some(answer), [question]) = (answer, &asked[..]) {
        files.push(kept(question, answer));
    }
    (report(&files), asked)
}

fn outcome(report: &Report, finding: &str) -> String {
    findings(report).get(finding).cloned().unwrap_or_default()
}

type Spoiled = (&'static str, fn(&mut Eigen));

const fn row(becomes: &'static str, spoil: fn(&mut Eigen)) -> Spoiled {
    (becomes, spoil)
}

/// What one answer or policy makes of `registry.release`.
const RELEASES: &[Spoiled] = &[
    row("pass", |_| {}),
    row("fail not-equal", |case| {
        case.required = true;
        case.answers[1] = result(json!([log(&"cd".repeat(32), 4)]));
    }),
    row("warn not-equal", |case| case.answers[1] = result(json!([log(&"cd".repeat(32), 4)]))),
    row("warn not-equal", |case| {
        let logs = json!([log(&digest(), 3), log(&"cd".repeat(32), 4)]);
        case.answers[1] = result(logs);
    }),
    row("warn not-registered", |case| case.answers[0] = word(0)),
    row("fail not-registered", |case| {
        case.required = true;
        case.answers[0] = word(0);
    }),
    row("unknown not-supported", |case| case.answers[0] = result("0x")),
    row("unknown not-supported", |case| case.answers[0] = result(Json::Null)),
    row("unknown not-supported", |case| case.answers[0] = "<html>".into()),
    row("unknown not-supported", |case| {
        case.answers[0] =
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}"#.into();
    }),
    row("unknown not-supported", |case| case.answers[0] = word(BLOCK).replace(":1,", ":2,")),
    row("unknown not-supported", |case| case.answers[1] = result(json!([]))),
    row("unknown not-supported", |case| {
        let mut other = log(&digest(), 4);
        other["blockNumber"] = "0x1".into();
        case.answers[1] = result(json!([other]));
    }),
    row("unknown not-supported", |case| {
        let mut other = log(&digest(), 4);
        other["address"] = APP.into();
        case.answers[1] = result(json!([other]));
    }),
    row("unknown not-fetched", |case| case.answers.truncate(1)),
    row("unknown not-fetched", |case| case.answers.clear()),
    row("unknown no-reference", |case| case.registry = json!({})),
    row("unknown no-reference", |case| {
        case.registry = json!({ "rpc": { "5": RPC }, "eigencompute": { "chain": 1, "app": APP } });
    }),
];

#[test]
fn each_answer_turns_this_check_and_no_other() {
    let mut healthy = findings(&Eigen { answers: Vec::new(), ..eigen() }.examine());
    assert_eq!(healthy.remove("registry.release").unwrap(), "unknown not-fetched");
    for (number, (becomes, spoil)) in RELEASES.iter().enumerate() {
        let mut case = eigen();
        spoil(&mut case);
        let mut found = findings(&case.examine());
        let own = found.remove("registry.release").unwrap();
        assert_eq!(own, *becomes, "row {number}");
        assert_eq!(found, healthy, "row {number}");
    }
}

#[test]
fn a_contradiction_fails_only_whoever_asks_for_the_check() {
    let mut case = Eigen { booted: true, ..eigen() };
    let is_named =
        |report: &Report| report.verdict.because.iter().any(|by| by.check.id == "registry.release");
    assert!(!is_named(&case.examine()));
    case.answers[1] = result(json!([log(&"cd".repeat(32), 4)]));
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Warning);
    assert!(is_named(&report));
    case.required = true;
    assert_eq!(case.examine().verdict.state, State::Failed);
    case.answers.clear();
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Unknown, "nobody was asked");
    assert!(is_named(&report));
}

#[test]
fn an_answer_to_another_question_is_left_out_and_said() {
    let other_app = |files: &mut Vec<Vec<u8>>| {
        let text = String::from_utf8(files[0].clone()).unwrap();
        files[0] = text.replace(&APP[2..], &"22".repeat(20)).into_bytes();
        files.truncate(1);
    };
    let other_contract = |files: &mut Vec<Vec<u8>>| {
        let text = String::from_utf8(files[0].clone()).unwrap();
        files[0] = text.replace(&CONTROLLER[2..], &"22".repeat(20)).into_bytes();
        files.truncate(1);
    };
    let other_provider = |files: &mut Vec<Vec<u8>>| {
        let text = String::from_utf8(files[0].clone()).unwrap();
        files[0] = text.replace("rpc.example", "sepolia.example").into_bytes();
        files.truncate(1);
    };
    let other_words = |files: &mut Vec<Vec<u8>>| {
        let text = String::from_utf8(files[0].clone()).unwrap();
        files[0] = text.replace("latest\\\"", "earliest\\\"").into_bytes();
        files.truncate(1);
    };
    let other_block = |files: &mut Vec<Vec<u8>>| {
        let text = String::from_utf8(files[1].clone()).unwrap();
        let (old, new) = (format!("0x{BLOCK:x}"), format!("0x{:x}", BLOCK + 1));
        let text = text.replace(&old, &new).replace(&BLOCK.to_string(), &(BLOCK + 1).to_string());
        files[1] = text.into_bytes();
    };
    type Case = (fn(&mut Vec<Vec<u8>>), &'static str);
    let cases: [Case; 5] = [
        (other_app, "answer 1"),
        (other_contract, "answer 1"),
        (other_provider, "answer 1"),
        (other_words, "answer 1"),
        (other_block, "answer 2"),
    ];
    for (number, (files, part)) in cases.into_iter().enumerate() {
        let report = Eigen { files, ..eigen() }.examine();
        assert!(left_out(&report) >= 1, "case {number}, {part}");
        assert_eq!(outcome(&report, "registry.release"), "unknown not-fetched", "case {number}");
        assert_eq!(questions(&report).len(), 1, "case {number}");
    }
    // Nothing asked for it at all.
    let report = Eigen { files: |_| {}, ..eigen() };
    let first = questions(&report.with(&[]));
    let nobody = Eigen { registry: json!({}), ..eigen() };
    assert_eq!(left_out(&nobody.with(&[kept(&first[0], &word(1))])), 1);
}

/// How many answers are about something else.
fn left_out(report: &Report) -> usize {
    let own = report.files.iter().filter(|file| file.what == "registry-answer");
    own.filter(|file| file.became == Became::NotAboutThis).count()
}

#[test]
fn a_recorded_answer_in_part_is_told_as_unreadable() {
    let case = eigen();
    let question = &questions(&case.with(&[]))[0];
    let mut file: Json = serde_json::from_slice(&kept(question, "{}")).unwrap();
    file["more"] = json!(1);
    let policy = case.policy();
    let file = file.to_string();
    let input = VtpmSpec::new(b"").bytes();
    let report = examine(&input, &[file.as_bytes()], Some(&policy), NOW).unwrap();
    assert_eq!(report.files[1].became, Became::Unreadable);
    assert_eq!(outcome(&report, "registry.answer/answer 1"), "unknown not-supported");
}

#[test]
fn two_questions_go_to_the_provider_that_the_reader_named_one_after_the_other() {
    let case = eigen();
    let first = questions(&case.with(&[]));
    let [question] = &first[..] else { panic!("{first:?}") };
    assert_eq!(question.host, "rpc.example");
    assert!(question.url.starts_with(&format!("{RPC}#latest-release/")));
    assert_eq!(question.reveals, "app-and-register");
    let post: Json = serde_json::from_str(question.post.as_deref().unwrap()).unwrap();
    assert_eq!(post["method"], "eth_call");
    assert_eq!(post["params"][0]["to"], CONTROLLER);
    let second = questions(&case.with(&[kept(question, &word(BLOCK))]));
    let [question] = &second[..] else { panic!("{second:?}") };
    let post: Json = serde_json::from_str(question.post.as_deref().unwrap()).unwrap();
    assert_eq!(post["method"], "eth_getLogs");
    assert_eq!(post["params"][0]["fromBlock"], format!("0x{BLOCK:x}"));
    assert!(questions(&case.examine()).is_empty());
    // A page that fetches something else asks with a GET.
    let plain = next(&[serde_json::from_value(
        json!({ "what": "vcek", "url": question.url, "reveals": "chip-id" }),
    )
    .unwrap()]);
    assert_eq!(plain[0].post, None);
}

#[test]
fn nothing_rises_by_a_providers_word() {
    let without = Eigen { answers: Vec::new(), ..eigen() }.examine();
    let with = eigen().examine();
    assert_eq!(outcome(&with, "registry.release"), "pass");
    assert_eq!(with.assurance.level, without.assurance.level);
    assert_eq!(with.verdict.state, without.verdict.state);
    let states = |report: &Report| -> Vec<_> { report.links.iter().map(|l| l.state).collect() };
    assert_eq!(states(&with), states(&without));
}

#[test]
fn hearsay_alone_makes_no_link_hold() {
    // In a plain TDX quote nothing is known about an image; an answer beside it changes nothing.
    let chain = json!({ "rpc": { "8453": RPC }, "dstack-chain": 8453 });
    let (without, _) = guest(&chain, None, false);
    let (with, _) = guest(&chain, Some(&word(1)), false);
    assert_eq!(outcome(&with, "registry.compose-hash"), "pass");
    assert_eq!(with.assurance.level, without.assurance.level);
    assert_eq!(with.ends_at.link, without.ends_at.link);
    for (one, other) in with.links.iter().zip(&without.links) {
        assert_eq!(one.state, other.state, "{:?}", one.id);
    }
}

#[test]
fn the_contract_of_a_dstack_app_is_asked_on_the_chain_that_the_reader_names() {
    let chain = json!({ "rpc": { "8453": RPC }, "dstack-chain": 8453 });
    let (report, asked) = guest(&chain, None, false);
    assert_eq!(outcome(&report, "registry.compose-hash"), "unknown not-fetched");
    let post: Json = serde_json::from_str(asked[0].post.as_deref().unwrap()).unwrap();
    assert_eq!(post["params"][0]["to"], APP, "the app's id is its contract's address");
    assert_eq!(post["params"][0]["data"], format!("0x2f6622e5{}", "22".repeat(32)));
    for (answer, required, becomes) in [
        (word(1), false, "pass"),
        (word(0), false, "warn not-allowed"),
        (word(0), true, "fail not-allowed"),
        (word(2), true, "unknown not-supported"),
        (result("0x"), false, "unknown not-supported"),
    ] {
        let (report, _) = guest(&chain, Some(&answer), required);
        assert_eq!(outcome(&report, "registry.compose-hash"), becomes);
    }
    let (report, asked) = guest(&json!({ "dstack-chain": 1 }), None, false);
    assert_eq!(outcome(&report, "registry.compose-hash"), "unknown no-reference");
    assert!(asked.is_empty());
    let (report, _) = guest(&json!({}), None, false);
    assert_eq!(outcome(&report, "registry.compose-hash"), "", "nobody said that it is on a chain");
}

/// A coordinator's document that names registers.
fn coordinator(entries: Json, registry: Json, answers: &[&str]) -> Report {
    let mut policy: Json = serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
    policy["registry"] = registry;
    let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
    let mut exchange = CoordinatorSpec::default().exchange();
    let body = &mut exchange["answers"][0]["outcome"]["body"];
    let bytes = STANDARD.decode(body.as_str().unwrap()).unwrap();
    let mut document: Json = serde_json::from_slice(&bytes).unwrap();
    document["registry"] = entries;
    *body = STANDARD.encode(document.to_string()).into();
    let report = |exchange: &Json| {
        let input = exchange.to_string();
        examine(input.as_bytes(), &[], Some(&policy), IN_2026.parse().unwrap()).unwrap()
    };
    for answer in answers {
        // The session keeps the answers, as both shells do.
        let question = &questions(&report(&exchange))[0];
        let outcome = json!({ "status": 200, "body": STANDARD.encode(kept(question, answer)) });
        let answer = json!({ "what": question.what, "url": question.url, "outcome": outcome });
        exchange["answers"].as_array_mut().unwrap().push(answer);
    }
    report(&exchange)
}

fn entry() -> Json {
    json!({
        "type": "eigen-appcontroller", "chain_id": 1, "contract": CONTROLLER, "app_id": APP,
        "release_block": BLOCK, "log_index": 4,
    })
}

#[test]
fn a_register_that_the_document_names_is_shown_and_asked_about() {
    let asked = json!({ "rpc": { "1": RPC } });
    let report = coordinator(json!([entry()]), asked.clone(), &[]);
    let said = report.stated.iter().find(|said| said.name == "registered-app").unwrap();
    assert_eq!(said.said.to_string(), format!("{APP}, in {CONTROLLER} on chain 1"));
    assert_eq!(said.standing, Standing::NotShown);
    assert_eq!(outcome(&report, "registry.release/registry 1"), "unknown not-fetched");
    assert_eq!(questions(&report).len(), 1);
    let image = report.claims.iter().find(|claim| claim.name == "image.digest").unwrap();
    let logs = result(json!([log(&image.value.to_string(), 4)]));
    let report = coordinator(json!([entry()]), asked.clone(), &[&word(BLOCK), &logs]);
    assert_eq!(outcome(&report, "registry.release/registry 1"), "pass");
    let before = coordinator(json!([]), json!({}), &[]);
    assert_eq!(report.verdict.state, before.verdict.state);
    assert_eq!(report.assurance.level, before.assurance.level);
    let other = result(json!([log(&"cd".repeat(32), 4)]));
    let report = coordinator(json!([entry()]), asked, &[&word(BLOCK), &other]);
    assert_eq!(outcome(&report, "registry.release/registry 1"), "warn not-equal");
    assert_eq!(report.verdict.state, State::Warning);
}

#[test]
fn a_register_that_is_not_looked_at_is_never_silent() {
    let changed = |member: &str, value: Json| {
        let mut entry = entry();
        entry[member] = value;
        entry
    };
    let own = format!("0x{}", "99".repeat(20));
    for other in [
        json!({ "type": "another-register", "chain_id": "base" }),
        changed("contract", json!(own)),
        changed("contract", Json::Null),
        changed("chain_id", json!("1")),
        changed("chain_id", json!(5)),
        changed("app_id", json!("0x11")),
    ] {
        let report = coordinator(json!([other]), json!({ "rpc": { "1": RPC } }), &[]);
        let found = findings(&report);
        assert_eq!(found["registry.entry/registry 1"], "unknown not-supported", "{other}");
        assert!(questions(&report).is_empty(), "a register of the service's own says anything");
    }
    // The reader may know of another AppController.
    let eigencompute = json!({ "chain": 1, "app": APP, "contract": own });
    let registry = json!({ "rpc": { "1": RPC }, "eigencompute": eigencompute });
    let report = coordinator(json!([changed("contract", json!(own))]), registry, &[]);
    assert_eq!(outcome(&report, "registry.release"), "unknown not-fetched");
    assert_eq!(questions(&report).len(), 1, "the policy's app and the document's are one");
}

#[test]
fn a_provider_is_an_https_address_or_this_machine() {
    let read = |url: &str| {
        let policy = json!({ "name": "p", "required": [], "registry": { "rpc": { "1": url } } });
        Policy::from_json(policy.to_string().as_bytes())
    };
    for good in [RPC, "https://rpc.example", "http://127.0.0.1:8545/", "http://localhost:8545"] {
        assert!(read(good).is_ok(), "{good}");
    }
    for bad in [
        "http://rpc.example",
        "https://rpc.example/#x",
        "https://name@rpc.example/",
        "https://rpc.example/ x",
        "rpc.example",
        "",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[test]
fn every_check_is_hearsay() {
    let hearsay = checks::ALL.iter().filter(|check| check.is(Property::Hearsay));
    assert!(hearsay.clone().count() == 4 && hearsay.clone().all(|c| c.id.starts_with("registry.")));
}

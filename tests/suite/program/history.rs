//! Claims about `s2s watch`, `s2s history` and the log between them, against simulated services on
//! this machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s2s::history::log::{self, Fault, Log, Refused};
use s2s::history::{Change, Known, Record};
use s2s::wording;
use s2s_sim::amd::report::POLICY_DEBUG;
use s2s_sim::coordinator::{CoordinatorSpec, SEALED_KEY, key_answer};
use s2s_sim::repository::{Repository, TEST_COMMAND, WORKFLOW};
use s2s_sim::sidecar::{Listening, Stage, Vendor};
use serde_json::{Value as Json, json};
use silicon_to_source::builds::git::parse::objects::Format;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::change::{self, Form, Remembered};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::seen::{Seen, Value, What};
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine_with};

use crate::policy_sweep::pieces;
use crate::servers::{Plain, Server};

const OTHER_KEY: [u8; 32] = *b"SIMULATED X25519 public key 0002";

fn s2s(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s2s")).args(arguments).output().expect("s2s runs")
}

fn flowing(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A path in a folder of this test run, where nothing is yet.
fn free(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{name}"));
    let _ = std::fs::remove_file(&path);
    path
}

/// What a simulated coordinator is like at the moment.
#[derive(Clone)]
struct Condition {
    repository: Repository,
    has_other_key: bool,
    is_debugged: bool,
    is_silent: bool,
}

impl Condition {
    fn healthy() -> Self {
        let repository = Repository::simulated();
        Self { repository, has_other_key: false, is_debugged: false, is_silent: false }
    }

    fn answer(&self, origin: &str, path: &str) -> Option<Vec<u8>> {
        if self.is_silent {
            return None;
        }
        let key = if self.has_other_key { OTHER_KEY } else { SEALED_KEY };
        let Some((_, nonce)) = path.split_once("/v1/coordinator/attestation?nonce=") else {
            return (path == "/v1/encryption-key").then(|| key_answer(&key));
        };
        let mut spec = CoordinatorSpec::default().built_from(&self.repository);
        spec.origin = origin.to_owned();
        spec.nonce = Some(URL_SAFE_NO_PAD.decode(nonce).unwrap());
        spec.issued_at = now();
        if self.has_other_key {
            spec.binding = |binding| {
                binding["keys"][0]["kid"] =
                    Sha256::of(&OTHER_KEY).to_string().get(..16).unwrap().into();
                binding["keys"][0]["public_key"] =
                    base64::engine::general_purpose::STANDARD.encode(OTHER_KEY).into();
            };
        }
        if self.is_debugged {
            spec.snp().report.policy |= POLICY_DEBUG;
        }
        Some(spec.bytes())
    }
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    UnixTime(since.try_into().unwrap())
}

/// A coordinator whose condition the test changes.
fn coordinator() -> (Server, Arc<Mutex<Condition>>) {
    let condition = Arc::new(Mutex::new(Condition::healthy()));
    let origin = Arc::new(OnceLock::<String>::new());
    let (own, known) = (condition.clone(), origin.clone());
    let server = Plain::routing(move |path| {
        let body = own.lock().unwrap().answer(known.get().unwrap(), path);
        let (status, body) = match body {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", b"nothing".to_vec()),
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        [head.into_bytes(), body].concat()
    });
    origin.set(server.origin()).unwrap();
    (server, condition)
}

/// One round of `s2s watch`: its exit status, and what it printed.
fn round(server: &Server, log: &Path) -> (Option<i32>, String) {
    let log = log.to_str().unwrap();
    let output = s2s(&["watch", &server.origin(), "--log", log, "--once", "--policy", "simulated"]);
    assert!(!flowing(&output.stderr).contains("s2s: "), "{}", flowing(&output.stderr));
    (output.status.code(), flowing(&output.stdout))
}

fn history(log: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = s2s(&[&["history", log.to_str().unwrap()], more].concat());
    (output.status.code(), flowing(&output.stdout))
}

fn read(log: &Path) -> Log {
    Log::parse(&std::fs::read(log).unwrap())
}

#[test]
fn what_changed_is_told_once_and_what_got_worse_is_the_exit_status() {
    let (server, condition) = coordinator();
    let path = free("changes");
    let (code, text) = round(&server, &path);
    let first = read(&path).lines[0].record.clone();
    assert_eq!(first.level.as_deref(), Some("A5"), "{first:?}");
    assert_eq!(first.commit.as_ref(), Some(&Repository::simulated().commit_name().to_string()));
    assert_eq!(first.keys.sealed_request, Some(hex::encode(SEALED_KEY)));
    assert!(text.contains("First check. SIMULATED: "), "{text}");
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(round(&server, &path), (Some(0), String::new()), "nothing changed");

    let files = [(WORKFLOW, "name: SIMULATED release\n"), (TEST_COMMAND, "#!/bin/sh\necho\n")];
    let other = Repository::made_up(Format::Sha1, &files);
    condition.lock().unwrap().repository = other.clone();
    let (code, text) = round(&server, &path);
    let short = |repository: &Repository| repository.commit_name().to_string()[..12].to_owned();
    let expected = format!(
        "The software changed from commit {}... to {}....",
        short(&Repository::simulated()),
        short(&other)
    );
    assert!(text.contains(&expected), "{text}");
    assert_eq!(code, Some(0), "other software is no worse: {text}");

    condition.lock().unwrap().has_other_key = true;
    let (code, text) = round(&server, &path);
    let expected = format!(
        "The key for sealed requests changed from {}... to {}....",
        &hex::encode(SEALED_KEY)[..16],
        &hex::encode(OTHER_KEY)[..16]
    );
    // These two keys begin alike, so both are shown whole.
    let whole = format!("from {} to {}.", hex::encode(SEALED_KEY), hex::encode(OTHER_KEY));
    assert!(text.contains(&expected) || text.contains(&whole), "{text}");
    assert_eq!(code, Some(0), "{text}");

    condition.lock().unwrap().is_debugged = true;
    let (code, text) = round(&server, &path);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("The answer changed from"), "{text}");
    assert!(text.contains("The chain shows no level any more. It showed level A5."), "{text}");
    assert!(!text.contains("no longer"), "what is not shown at all is told once: {text}");
    let (code, text) = round(&server, &path);
    assert_eq!((code, text.as_str()), (Some(1), ""), "still a failed check");

    condition.lock().unwrap().is_debugged = false;
    assert_eq!(round(&server, &path).0, Some(0), "better is no worse");
    condition.lock().unwrap().is_silent = true;
    let (code, text) = round(&server, &path);
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(round(&server, &path), (Some(0), String::new()), "as silent as before");
    // What changed while nothing was shown is told as changed.
    *condition.lock().unwrap() = Condition { has_other_key: true, ..Condition::healthy() };
    let (code, text) = round(&server, &path);
    let back =
        format!("from commit {}... to {}....", short(&other), short(&Repository::simulated()));
    assert!(text.contains(&back), "{text}");
    assert!(!text.contains("The key for sealed requests"), "the key is as it was: {text}");
    assert_eq!(code, Some(0), "{text}");

    let (code, text) = history(&path, &[]);
    assert_eq!(code, Some(0), "{text}");
    for sentence in [
        "The software changed from commit",
        "The key for sealed requests changed from",
        "The chain shows no level any more.",
        "Lines in this log: 10. Each follows the one before.",
        "The log alone cannot show that lines were removed at its end",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
}

/// The simulated coordinator with the real sidecar, as `s2s-sim` serves it.
#[test]
fn the_simulated_coordinator_is_watched_over_loopback() {
    let address = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    std::thread::spawn(move || Stage::new(Vendor::Amd).serve(address, Listening::Only(None)));
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let path = free("stage");
    let origin = format!("http://{address}");
    let run = || {
        let log = path.to_str().unwrap();
        s2s(&["watch", &origin, "--log", log, "--once", "--policy", "simulated"])
    };
    let first = run();
    let said = flowing(&first.stdout);
    assert!(said.contains("First check. SIMULATED: "), "{said}");
    assert_eq!(first.status.code(), Some(0), "{said}");
    let record = read(&path).lines[0].record.clone();
    assert_eq!((record.state.as_str(), record.level.as_deref()), ("verified", Some("A5")));
    assert!(record.commit.is_some() && record.image.is_some(), "{record:?}");
    assert!(record.firmware.contains_key("snp.tcb"), "{record:?}");
    assert!(record.measurements.contains_key("snp.measurement"), "{record:?}");
    let second = run();
    assert_eq!((second.status.code(), flowing(&second.stdout).as_str()), (Some(0), ""));
}

fn changes(before: &Record, after: &Record) -> Vec<Change> {
    Known::of([before]).unwrap().next(after)
}

/// A record whose values are easy to tell apart.
fn record(number: usize) -> Record {
    serde_json::from_value(json!({
        "schema": s2s::history::SCHEMA,
        "at": UnixTime(1_769_904_000 + i64::try_from(number).unwrap()),
        "service": "https://service.simulated.example",
        "state": "verified",
        "level": "A5",
        "headline": "verified",
        "sentence": "SIMULATED sentence.",
        "simulated": true,
        "commit": format!("{number:040x}"),
        "repository": "https://simulated.example/repository",
        "image": null,
        "measurements": {"snp.measurement": format!("{number:096x}")},
        "firmware": {"snp.tcb": "1"},
        "keys": {"connection": null, "tls": null, "sealed_request": format!("{number:064x}")},
        "policy": {"name": "simulated", "sha256": Sha256([7; 32])},
        "verifier": "0 0",
        "report_sha256": Sha256::of(&number.to_le_bytes()),
    }))
    .unwrap()
}

/// The bytes of a log with so many lines.
fn bytes(name: &str, lines: usize) -> Vec<u8> {
    let path = free(name);
    for number in 0..lines {
        log::append(&path, &record(number)).unwrap();
    }
    std::fs::read(path).unwrap()
}

#[test]
fn every_changed_byte_is_noticed_in_its_line_or_the_next() {
    let whole = bytes("bytes", 4);
    let log = Log::parse(&whole);
    assert_eq!((log.lines.len(), log.fault, log.cut_off), (4, None, None));
    let line_of = |at: usize| 1 + whole[..at].iter().filter(|byte| **byte == b'\n').count();
    for at in 0..whole.len() {
        for change in [0x01, 0x20, 0x80] {
            let mut changed = whole.clone();
            changed[at] ^= change;
            let log = Log::parse(&changed);
            // The last line break is all that a cut-off line lacks.
            let noticed = log.fault.map(|(line, _)| line).or(log.cut_off);
            let own = line_of(at);
            assert!(noticed.is_some_and(|line| line == own || line == own + 1), "{at} {change:#x}");
            assert!(log.lines.len() < 4, "{at} {change:#x}");
        }
    }
}

#[test]
fn lines_that_are_removed_moved_or_put_in_between_are_noticed() {
    let whole = bytes("lines", 4);
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let fault = |lines: &[&[u8]]| Log::parse(&lines.concat()).fault;
    for at in 0..3 {
        let mut removed = lines.clone();
        removed.remove(at);
        assert_eq!(fault(&removed), Some((at + 1, Fault::NotNext)), "line {at} removed");
        let mut moved = lines.clone();
        moved.swap(at, at + 1);
        assert_eq!(fault(&moved), Some((at + 1, Fault::NotNext)), "line {at} moved");
    }
    for at in 0..lines.len() {
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        assert_eq!(fault(&doubled), Some((at + 2, Fault::NotNext)), "line {at} doubled");
        for (garbage, expected) in
            [(&b"garbage\n"[..], Fault::Unreadable), (b"\n", Fault::Unreadable)]
        {
            let mut between = lines.clone();
            between.insert(at, garbage);
            assert_eq!(fault(&between), Some((at + 1, expected)), "garbage before line {at}");
        }
    }
    // Removed at the end: only the hash that somebody kept shows it.
    let (shorter, newest) = (Log::parse(&lines[..3].concat()), Log::parse(&whole));
    assert_eq!(shorter.fault, None);
    let newest = newest.lines[3].hash;
    assert!(!shorter.has(&newest) && Log::parse(&whole).has(&newest));
}

/// Whatever a crash leaves of the last line, the next line follows, and nothing can be put where
/// the cut-off line was.
#[test]
fn a_line_that_was_cut_off_is_told_and_accounted_for() {
    let whole = bytes("crash", 3);
    let before =
        whole.len() - 1 - whole[..whole.len() - 1].iter().rev().position(|b| *b == b'\n').unwrap();
    let path = free("cut");
    for end in before + 1..whole.len() {
        std::fs::write(&path, &whole[..end]).unwrap();
        let cut = read(&path);
        assert_eq!(cut.fault, None, "{end}");
        let is_whole = end == whole.len() - 1;
        assert_eq!(cut.cut_off, (!is_whole).then_some(3), "{end}");
        log::append(&path, &record(9)).unwrap();
        let after = read(&path);
        assert_eq!((after.fault, after.cut_off), (None, None), "{end}");
        assert_eq!(after.lines.last().unwrap().record, record(9));
        assert_eq!(after.accounted, if is_whole { vec![] } else { vec![3] }, "{end}");
    }
    // The bytes that were cut off are as fixed as any others.
    std::fs::write(&path, &whole[..before + 40]).unwrap();
    log::append(&path, &record(9)).unwrap();
    let kept = std::fs::read(&path).unwrap();
    for at in before..before + 41 {
        let mut changed = kept.clone();
        changed[at] ^= 1;
        assert!(Log::parse(&changed).fault.is_some(), "{at}");
    }
    let mut removed = kept.clone();
    removed.drain(before..before + 41);
    assert!(Log::parse(&removed).fault.is_some());
}

#[test]
fn nothing_is_appended_to_what_does_not_follow() {
    let path = free("foreign");
    for foreign in [&b"a letter of somebody\n"[..], b"{}\n", &bytes("foreign-2", 3)[1..]] {
        std::fs::write(&path, foreign).unwrap();
        assert!(matches!(log::append(&path, &record(1)), Err(Refused::Faulty(1, _))));
        let output =
            s2s(&["watch", "http://127.0.0.1:9", "--once", "--log", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(!flowing(&output.stderr).contains("Whom this check asks"), "nobody is asked");
        assert_eq!(std::fs::read(&path).unwrap(), foreign);
    }
}

#[test]
fn two_writers_at_once_are_kept_apart() {
    let path = free("writers");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                for number in 0..10 {
                    log::append(path, &record(writer * 100 + number)).unwrap();
                }
            });
        }
    });
    let log = read(&path);
    assert_eq!((log.lines.len(), log.fault, log.cut_off), (40, None, None));
}

#[test]
fn a_changed_log_is_told_by_its_line_and_the_kept_hash_shows_a_shorter_one() {
    let path = free("told");
    let whole = bytes("told-2", 3);
    std::fs::write(&path, &whole).unwrap();
    let newest = read(&path).lines[2].hash.to_string();
    let (code, text) = history(&path, &["--expect", &newest]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(&format!("Hash of the newest line: {newest}")), "{text}");
    assert!(text.contains("The line whose hash you kept is in this log."), "{text}");

    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    std::fs::write(&path, lines[..2].concat()).unwrap();
    assert_eq!(history(&path, &[]).0, Some(0), "the log alone cannot show it");
    let (code, text) = history(&path, &["--expect", &newest]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("The line whose hash you kept is not in this log."), "{text}");

    let changed =
        String::from_utf8(whole).unwrap().replacen("SIMULATED sentence", "SIMULATED answer", 1);
    std::fs::write(&path, changed).unwrap();
    let (code, text) = history(&path, &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Line 1 was changed after it was written"), "{text}");
    assert!(!text.contains("Hash of the newest line"), "{text}");
}

#[test]
fn values_that_differ_are_never_shown_alike() {
    let (before, mut after) = (record(1), record(1));
    after.commit = Some(format!("{:040x}", 2));
    let told = changes(&before, &after);
    assert_eq!(told.len(), 1);
    let sentence = told[0].sentence();
    assert!(sentence.contains(before.commit.as_deref().unwrap()), "{sentence}");
    assert!(sentence.contains(after.commit.as_deref().unwrap()), "{sentence}");
}

/// A value that is not shown beside others is told once; when it is shown again as it was, that is
/// no change.
#[test]
fn a_value_that_is_not_shown_is_compared_when_it_is_shown_again() {
    let without = Record { commit: None, level: Some("A4".to_owned()), ..record(1) };
    let mut known = Known::of([&record(1)]).unwrap();
    let told = |changes: Vec<Change>| changes.iter().map(|own| own.what).collect::<Vec<_>>();
    assert_eq!(told(known.next(&without)), [What::Level, What::Commit]);
    assert_eq!(told(known.next(&without)), []);
    assert_eq!(told(known.next(&record(1))), [What::Level]);
    assert_eq!(told(known.next(&without)), [What::Level, What::Commit]);
    let other = Record { commit: record(2).commit, ..record(1) };
    let changes = known.next(&other);
    assert_eq!(changes[1].before, record(1).commit);
    assert_eq!(changes[1].after, other.commit);
}

#[test]
fn less_than_before_is_worse_and_more_is_not() {
    let with = |state: &str, level: Option<&str>| Record {
        state: state.to_owned(),
        level: level.map(str::to_owned),
        ..record(1)
    };
    let best_first = [
        with("verified", Some("A5")),
        with("warning", Some("A5")),
        with("warning", Some("A4")),
        with("not-published", Some("A0")),
        with("unknown", None),
        with("failed", None),
    ];
    for (at, better) in best_first.iter().enumerate() {
        for (other, worse) in best_first.iter().enumerate() {
            let is_worse = changes(better, worse).iter().any(|change| change.is_worse);
            assert_eq!(is_worse, at < other, "{} to {}", better.state, worse.state);
        }
    }
}

/// Every change and every fault has its sentence, and there is none for another.
#[test]
fn every_change_has_its_sentence() {
    let english: Json = serde_json::from_str(include_str!("../../../www/locales/en.json")).unwrap();
    let written: BTreeSet<&str> = english["cli"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|key| key.strip_prefix("history."))
        .filter(|key| key.contains('.'))
        .collect();
    let mut needed: BTreeSet<String> = BTreeSet::new();
    for what in What::ALL {
        needed.insert(format!("{}.changed", what.word()));
        if !what.is_always() {
            needed.extend(["new", "gone"].map(|form| format!("{}.{form}", what.word())));
        }
    }
    needed.extend(Fault::ALL.map(|fault| format!("fault.{}", fault.word())));
    assert_eq!(written, needed.iter().map(String::as_str).collect());
    for what in What::ALL {
        let sentence = wording::cli(&format!("history.{}.changed", what.word()), &[]);
        assert!(sentence.ends_with('.'), "{sentence}");
    }
    // On the page and in the extension, whatever a report is compared by.
    let forms = |what: &str| english["history"][what].as_object().map(|own| own.keys().cloned());
    let written: BTreeSet<&str> = english["history"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, own)| own.is_object() && *key != "same")
        .map(|(key, _)| &**key)
        .collect();
    assert_eq!(written, What::OF_REPORT.iter().map(|what| what.word()).collect());
    for what in written {
        let forms: Vec<String> = forms(what).unwrap().collect();
        assert_eq!(
            BTreeSet::from_iter(forms),
            ["changed", "differs", "gone", "new"].map(str::to_owned).into(),
            "{what}"
        );
    }
}

/// What a check of a service showed, with one value of each kind.
fn seen(day: i64, changed: &[(What, &[&str])]) -> Seen {
    let usual = What::OF_REPORT.map(|what| (what, vec![Value::alone("usual")]));
    let mut values = std::collections::BTreeMap::from(usual);
    for (what, own) in changed {
        let named = |value: &&str| {
            let (name, value) = value.split_once('=').unwrap_or(("", value));
            Value { name: name.to_owned(), value: value.to_owned() }
        };
        values.insert(*what, own.iter().map(named).collect());
        values.retain(|_, own| !own.is_empty());
    }
    Seen { at: UnixTime(day * 86_400), simulated: false, shows: true, values }
}

fn forms(changes: &[change::Change]) -> Vec<(What, Form)> {
    changes.iter().map(|own| (own.what, own.form)).collect()
}

#[test]
fn a_change_is_remembered_until_its_reader_takes_notice() {
    let since = |own: &Remembered| serde_json::to_value(own).unwrap()["since"].clone();
    let mut own = Remembered::of(seen(1, &[])).then(seen(2, &[]));
    assert_eq!((forms(own.changes()), since(&own)), (vec![], json!(UnixTime(86_400))));
    for day in [3, 4] {
        own = own.then(seen(day, &[(What::TlsKey, &["other"])]));
        assert_eq!(forms(own.changes()), [(What::TlsKey, Form::Changed)], "{day}");
        assert!(own.changes()[0].key);
        // What is kept is what is read again.
        own = serde_json::from_value(serde_json::to_value(&own).unwrap()).unwrap();
        own = own.then(seen(day, &[(What::TlsKey, &["other"])]));
    }
    own = own.noticed();
    assert_eq!((forms(own.changes()), since(&own)), (vec![], json!(UnixTime(4 * 86_400))));
    // A commit that is gone, was noticed, and is another when it is back, has changed.
    own = own.then(seen(5, &[(What::Commit, &[]), (What::TlsKey, &["other"])]));
    assert_eq!(forms(own.changes()), [(What::Commit, Form::Gone)]);
    own = own.noticed().then(seen(6, &[(What::Commit, &["new"]), (What::TlsKey, &["other"])]));
    assert_eq!(own.changes()[0].before, [Value::alone("usual")]);
}

#[test]
fn a_service_that_shows_nothing_is_told_by_its_level_alone() {
    let nothing = What::OF_REPORT.map(|what| (what, &[][..]));
    let silent = Seen { shows: false, ..seen(2, &nothing) };
    let silent = Seen { values: [(What::Level, vec![Value::alone("A0")])].into(), ..silent };
    let own = Remembered::of(seen(1, &[])).then(silent.clone());
    let told: Vec<What> = own.changes().iter().map(|own| own.what).collect();
    assert_eq!(told, [What::Level]);
    let own = Remembered::of(silent).then(seen(3, &[]));
    let told: Vec<What> = own.changes().iter().map(|own| own.what).collect();
    assert_eq!(told, [What::Level, What::Policy], "nothing of the machine was known");
}

#[test]
fn one_of_several_values_is_neither_new_nor_gone() {
    let (one, both) = (["a=1"], ["a=1", "b=2"]);
    let (one, both) = ((What::Image, &one[..]), (What::Image, &both[..]));
    for (before, after) in [(one, both), (both, one)] {
        let own = Remembered::of(seen(1, &[before])).then(seen(2, &[after]));
        assert_eq!(forms(own.changes()), [(What::Image, Form::Changed)]);
        let own = &own.changes()[0];
        assert_eq!(own.before.len() + own.after.len(), 1, "what stayed is not listed: {own:?}");
    }
}

#[test]
fn a_file_is_not_watched_and_an_address_is_suggested() {
    let path = free("file");
    for (name, expected) in [
        ("darkbloom.dev", "Did you mean https://darkbloom.dev?"),
        ("Cargo.toml", "is not the address of a service"),
    ] {
        let output = s2s(&["watch", name, "--once", "--log", path.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(flowing(&output.stderr).contains(expected), "{}", flowing(&output.stderr));
        assert!(!path.exists(), "no log is begun");
    }
}

/// Over every kind of evidence: what the log tells as changed is what the page and the extension are
/// given to compare.
#[test]
fn the_log_and_the_page_tell_the_same_differences() {
    let reports: Vec<Report> = pieces()
        .iter()
        .flat_map(|piece| {
            let beside = piece.files.iter().map(|bytes| File::new("beside", &**bytes));
            let files: Vec<_> =
                std::iter::once(File::new("evidence", &*piece.input)).chain(beside).collect();
            let mut simulated = Options::default();
            simulated.set_policy("simulated-machine".to_owned()).unwrap();
            let context = Context::at(piece.now);
            [Options::default(), simulated]
                .map(|options| examine_with(&files, &options, &context).ok())
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
        })
        .collect();
    let mut told = BTreeSet::new();
    for before in &reports {
        for after in &reports {
            let mut known = Known::of([&Record::of(before, "https://a.example", None)]).unwrap();
            let changes = known.next(&Record::of(after, "https://a.example", None));
            let of_report = |what: &What| What::OF_REPORT.contains(what);
            let logged: BTreeSet<What> =
                changes.iter().map(|change| change.what).filter(of_report).collect();
            let own = Remembered::of(Seen::of(before)).then(Seen::of(after));
            let given: BTreeSet<What> = own.changes().iter().map(|change| change.what).collect();
            assert_eq!(logged, given, "{} and {}", before.subject.kind, after.subject.kind);
            told.extend(given);
        }
    }
    assert!(told.len() >= 8, "{told:?}");
}

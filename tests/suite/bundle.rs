//! Claims about bundles: one file with everything a report was made of, and the report.

use s2s_sim::coordinator::CoordinatorSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::crypto::remembering;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::bundle::{Bundle, SCHEMA};
use silicon_to_source::engine::options::Options;
use silicon_to_source::engine::policy::{Artifact, LeastLevel};
use silicon_to_source::engine::{MAX_INPUT, own};
use silicon_to_source::error::Error;
use silicon_to_source::report::{Freshness, Report, State};
use silicon_to_source::services::coordinator::parse::exchange::Exchange;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine, examine_with, recorded};

use crate::common::asked;
use crate::policy_sweep::{Piece, pieces};

fn one(name: &str) -> Piece {
    pieces().into_iter().find(|piece| piece.name == name).unwrap()
}

/// The demonstration, and the moment for which it holds.
fn demonstration() -> (Vec<File<'static>>, Context) {
    let now = "2026-02-01T00:00:00Z".parse().unwrap();
    (vec![File::new("evidence", s2s_sim::demonstration())], Context::at(now))
}

fn files(piece: &Piece) -> Vec<File<'_>> {
    let beside = piece.files.iter().enumerate();
    let beside = beside.map(|(number, bytes)| File::new(format!("beside {number}"), &**bytes));
    std::iter::once(File::new("evidence", &*piece.input)).chain(beside).collect()
}

/// The bundle of what `files` give with `options`, and the report.
fn kept(files: &[File<'_>], options: &Options, context: &Context) -> (String, Report) {
    let report = examine_with(files, options, context).unwrap();
    let bundle = Bundle::of(files, options, context, report.to_json(), None).unwrap();
    (bundle.to_json().unwrap(), report)
}

fn with(set: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    set(&mut options);
    options
}

fn simulated() -> Options {
    with(|options| options.set_policy("simulated".to_owned()).unwrap())
}

fn file(json: &str) -> File<'_> {
    File::new("kept.s2s.json", json.as_bytes())
}

/// A coordinator's session, and its context in the process that asked.
fn session() -> (Vec<u8>, Context) {
    let bytes = serde_json::to_vec(&CoordinatorSpec::default().exchange()).unwrap();
    let exchange = Exchange::parse(&bytes).unwrap();
    let now = UnixTime(exchange.started_at.0 + 10);
    let context = Context { now, asked: Some(asked(&exchange)) };
    (bytes, context)
}

/// The bundle with `change` made in it by somebody who writes a new digest.
pub(crate) fn forged(bundle: &str, change: impl FnOnce(String) -> String) -> String {
    let (content, _) = bundle.rsplit_once(",\n  \"sha256\"").unwrap();
    let content = change(format!("{content}\n}}"));
    let digest = Sha256::of(content.as_bytes());
    format!("{},\n  \"sha256\": \"{digest}\"\n}}\n", content.strip_suffix("\n}").unwrap())
}

#[test]
fn a_bundle_of_every_kind_of_evidence_gives_its_report_again_and_the_same_as_its_files_now() {
    let later = |now: UnixTime| Context::at(UnixTime(now.0 + 40 * 86_400));
    let strict = with(|options| {
        options.set_require(LeastLevel::parse("A5").unwrap());
        options.set_deny_warnings();
    });
    for piece in pieces() {
        let files = files(&piece);
        for options in [Options::default(), simulated(), strict.clone()] {
            let Ok(report) = examine_with(&files, &options, &Context::at(piece.now)) else {
                assert_ne!(options, Options::default(), "{}", piece.name);
                continue;
            };
            let (json, _) = kept(&files, &options, &Context::at(piece.now));
            let bundle = Bundle::read(json.as_bytes()).unwrap();
            assert_eq!(bundle.report(), report.to_json(), "{}", piece.name);
            let again = recorded(&bundle).unwrap();
            assert!(again.same, "{}: {:?}", piece.name, again.differences);
            assert_eq!((again.count, again.is_other_verifier()), (0, false));
            let now = later(piece.now);
            let opened = examine_with(&[file(&json)], &Options::default(), &now).unwrap();
            let direct = examine_with(&files, &options, &now).unwrap();
            assert_eq!(opened.to_json(), direct.to_json(), "{}", piece.name);
            assert_eq!(examine(&[file(&json)], None, &now).unwrap().to_json(), direct.to_json());
        }
    }
}

#[test]
fn a_session_in_a_bundle_has_its_challenge_as_recorded_and_is_a_recording_as_of_now() {
    let (bytes, context) = session();
    let (json, report) = kept(&[File::new("session", bytes)], &simulated(), &context);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    assert_eq!(report.recorded_at, None);
    let bundle = Bundle::read(json.as_bytes()).unwrap();
    assert!(bundle.is_of_session());
    let again = recorded(&bundle).unwrap();
    assert!(again.same);
    assert_eq!(again.report.flags.freshness, Freshness::Challenge);
    let now = examine(&[file(&json)], None, &Context::at(context.now)).unwrap();
    assert_eq!(now.flags.freshness, Freshness::Given);
    assert_eq!(now.recorded_at, Some(context.asked.clone().unwrap().started_at));
    // Nobody's session is made of a bundle, not even beside the same session.
    for files in [vec![file(&json)], vec![File::new("session", session().0), file(&json)]] {
        let error = examine(&files, None, &context).unwrap_err();
        assert!(error.to_string().contains("asked a service itself"), "{error}");
        let error = examine_with(&files, &Options::default(), &context).unwrap_err();
        assert!(error.to_string().contains("asked a service itself"), "{error}");
    }
}

#[test]
fn no_changed_byte_of_a_bundle_is_passed_over() {
    let piece = one("snp-report");
    let options = with(|options| {
        *options = simulated();
        options.set_require(LeastLevel::parse("A2").unwrap());
        options.set_deny_warnings();
    });
    let (json, _) = kept(&files(&piece), &options, &Context::at(piece.now));
    let mut changed = json.clone().into_bytes();
    let (step, end) = (json.len() / 200, json.len() - 1);
    // The head, the digest, and two hundred places over the whole.
    for at in (0..end).step_by(step).chain(0..100).chain(end - 80..end) {
        let before = changed[at];
        let mut values = vec![if before == b' ' { b'\n' } else { before ^ 1 }];
        values.extend(before.is_ascii_alphabetic().then_some(before ^ 0x20));
        for value in values {
            changed[at] = value;
            assert!(Bundle::read(&changed).is_err(), "byte {at}, {before} to {value}");
        }
        changed[at] = before;
    }
    for len in (0..json.len() - 2).step_by(step) {
        assert!(Bundle::read(&json.as_bytes()[..len]).is_err(), "the first {len} bytes");
    }
    let ends = json.replace('\n', "\r\n");
    for spelled in [&*json, json.trim_end(), &ends, &format!("\u{feff}{json}")] {
        assert!(Bundle::read(spelled.as_bytes()).is_ok(), "only the ends of its lines differ");
    }
}

/// Whoever computes the digest anew still cannot make another report "the same".
#[test]
fn a_forged_bundle_differs_where_it_was_forged() {
    remembering(|| {
        let (files, context) = demonstration();
        let (json, report) = kept(&files, &simulated(), &context);
        assert!(report.verdict.state <= State::Warning);
        assert!(
            recorded(&Bundle::read(forged(&json, |json| json).as_bytes()).unwrap()).unwrap().same
        );
        let again = |from: &str, to: &str| {
            let forged = forged(&json, |json| {
                assert!(json.contains(from), "{from}");
                json.replacen(from, to, 1)
            });
            recorded(&Bundle::read(forged.as_bytes()).unwrap()).unwrap()
        };
        let state = format!("\\\"state\\\": \\\"{}\\\"", s2s::wording::word(&report.verdict.state));
        let level = again(&state, "\\\"state\\\": \\\"failed\\\"");
        assert!(!level.same && level.count == 1, "{:?}", level.differences);
        assert_eq!(level.report.to_json(), report.to_json(), "what is computed is told");
        let space = again("\\\"verdict\\\": {", "\\\"verdict\\\":  {");
        assert!(!space.same && !space.is_other_verifier());
        assert_eq!((space.count, space.differences), (1, vec![String::new()]));
        let version = again("\\\"version\\\": \\\"0", "\\\"version\\\": \\\"9");
        assert!(!version.same && version.is_other_verifier());
        assert_eq!(version.differences, ["/verifier/version"]);
        let moment =
            again(&format!("\"at\": \"{}\"", context.now), "\"at\": \"2020-01-01T00:00:00Z\"");
        assert!(!moment.same && moment.differences.contains(&"/checked_at".to_owned()));
        assert!(moment.count >= moment.differences.len() && moment.differences.len() <= 100);
        let policy = again("\"policy\": \"simulated\"", "\"policy\": \"snp\"");
        assert!(!policy.same && policy.report.verdict.state == State::Failed);
    });
}

#[test]
fn a_file_that_is_not_the_one_whose_digest_stands_beside_it_is_named() {
    let piece = one("snp-report");
    let (json, _) = kept(&files(&piece), &simulated(), &Context::at(piece.now));
    let at = json.find("\"name\": \"beside 1\"").unwrap();
    let forged = forged(&json, |json| {
        let (before, after) = json.split_at(at);
        let digest = after.find("\"sha256\": \"").unwrap() + "\"sha256\": \"".len();
        let (start, end) = after.split_at(digest);
        let first = if end.starts_with('0') { "1" } else { "0" };
        format!("{before}{start}{first}{}", &end[1..])
    });
    let error = examine(&[file(&forged)], None, &Context::at(piece.now)).unwrap_err();
    assert_eq!(error.of_file().0, Some("kept.s2s.json"));
    assert!(error.to_string().contains("the file \"beside 1\" in it is not the one"), "{error}");
}

/// A file that somebody hands over says neither whose keys count nor what its reader has.
#[test]
fn what_a_maker_says_for_itself_counts_as_recorded_and_not_as_of_now() {
    let piece = one("sigstore-bundle");
    let (signed, at) = (piece.input, piece.now);
    let artifact = Artifact::parse(&format!("sha256:{}", "01".repeat(32))).unwrap();
    let text = json!({
        "name": "snp-strict", "roots": "simulated", "least-level": "build",
        "required": ["sigstore.signature"],
    });
    let options = with(|options| {
        options.set_policy(text.to_string()).unwrap();
        options.set_artifact(artifact);
    });
    let (json, report) = kept(&[File::new("signed", signed.clone())], &options, &Context::at(at));
    assert!(report.simulated && report.verdict.state <= State::Warning);
    let bundle = Bundle::read(json.as_bytes()).unwrap();
    assert_eq!(bundle.options().personal(), ["policy", "artifact"]);
    assert_eq!(bundle.options().chosen(), Some(&*text.to_string()));
    assert!(recorded(&bundle).unwrap().same);
    let now = |options: &Options| examine_with(&[file(&json)], options, &Context::at(at)).unwrap();
    let direct = |options: &Options| {
        examine_with(&[File::new("signed", signed.clone())], options, &Context::at(at)).unwrap()
    };
    assert_eq!(now(&Options::default()).to_json(), direct(&Options::default()).to_json());
    assert_eq!(now(&Options::default()).verdict.state, State::Failed);
    assert_eq!(now(&options).to_json(), direct(&options).to_json(), "the reader's own count");
}

#[test]
fn of_the_makers_choices_only_what_asks_for_more_counts_and_the_readers_count_first() {
    let (files, now) = demonstration();
    let set = |policy: Option<&str>, level: Option<&str>, denies: bool| {
        with(|options| {
            if let Some(policy) = policy {
                options.set_policy(policy.to_owned()).unwrap();
            }
            if let Some(level) = level {
                options.set_require(LeastLevel::parse(level).unwrap());
            }
            if denies {
                options.set_deny_warnings();
            }
        })
    };
    let (none, demo) = (Options::default(), Some("simulated"));
    // The least level of the policy "simulated" is A1, and that of "snp" is A3.
    let cases = [
        (set(demo, None, false), none.clone(), set(demo, None, false)),
        (set(demo, Some("A4"), false), none.clone(), set(demo, Some("A4"), false)),
        (set(demo, Some("A0"), false), none.clone(), set(demo, None, false)),
        (set(demo, Some("build"), false), none.clone(), set(demo, None, false)),
        (set(demo, Some("A5"), false), set(None, Some("A0"), false), set(demo, Some("A0"), false)),
        (
            set(demo, Some("A2"), false),
            set(Some("snp"), None, false),
            set(Some("snp"), None, false),
        ),
        (set(demo, None, true), none.clone(), set(demo, None, true)),
        (set(demo, None, false), set(None, None, true), set(demo, None, true)),
    ];
    for (makers, readers, expected) in cases {
        let (json, _) = kept(&files, &makers, &now);
        let bundle = Bundle::read(json.as_bytes()).unwrap();
        let given = [file(&json)];
        let opened = bundle.opened(&given, &readers).unwrap();
        assert_eq!(opened.options, expected);
        let report = examine_with(&given, &readers, &now).unwrap();
        let direct = examine_with(&files, &expected, &now).unwrap();
        assert_eq!(report.to_json(), direct.to_json());
    }
}

#[test]
fn a_bundle_holds_no_bundle_and_two_are_not_opened_at_once() {
    let (files, now) = demonstration();
    let (json, report) = kept(&files, &simulated(), &now);
    assert_eq!(own(json.as_bytes()), Some("own-bundle"));
    // A bundle that is handed over to be kept is opened.
    let (again, _) = kept(&[file(&json)], &Options::default(), &now);
    assert_eq!(again, json);
    assert!(report.verdict.state <= State::Warning);
    let error = examine(&[file(&json), file(&again)], None, &now).unwrap_err();
    assert!(error.to_string().contains("second bundle"), "{error}");
    let nested = Sha256::of(json.as_bytes());
    let inside = json!({"name": "inside", "sha256": nested, "bytes": base64(json.as_bytes())});
    let forged = forged(&json, |json| {
        let whole: Json = inside;
        let (name, digest, bytes) = (&whole["name"], &whole["sha256"], &whole["bytes"]);
        let file = format!(
            "{{\n      \"name\": {name},\n      \"sha256\": {digest},\n      \"bytes\": {bytes}\n    }}"
        );
        json.replacen("\"files\": [\n    ", &format!("\"files\": [\n    {file},\n    "), 1)
    });
    let error = Bundle::read(forged.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("\"inside\" in it is a bundle itself"), "{error}");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn what_is_no_bundle_of_this_form_is_refused_by_name() {
    let piece = one("snp-report");
    let (json, _) = kept(&files(&piece), &simulated(), &Context::at(piece.now));
    let refused = |json: &str| Bundle::read(json.as_bytes()).unwrap_err().to_string();
    assert!(refused(&json.replacen(SCHEMA, "silicon-to-source/bundle/v2", 1)).contains("v2"));
    assert!(refused(&json.replacen("\"at\"", "\"more\": 1,\n  \"at\"", 1)).contains("more"));
    assert!(
        refused(&json.replacen("\"at\"", "\"at\": \"2020-01-01T00:00:00Z\", \"at\"", 1))
            .contains("twice")
    );
    let hostile = forged(&json, |json| {
        let (before, after) = json.split_once("\"version\": \"").unwrap();
        format!("{before}\"version\": \"0.1.0. AMD says so, {after}")
    });
    assert!(refused(&hostile).contains("is no version"));
    let large = vec![b' '; MAX_INPUT + 1];
    assert!(matches!(Bundle::read(&large), Err(Error::TooLarge { .. })));
    let error =
        Bundle::of(&files(&piece), &simulated(), &Context::at(piece.now), "{}".into(), None);
    assert!(error.unwrap_err().to_string().contains("the report is not what"));
    for text in
        ["{", "{}", "[]", "{\"schema\": 1}", "{\"schema\": \"silicon-to-source/exchange/v1\"}"]
    {
        assert!(!Bundle::is_one(text.as_bytes()), "{text}");
    }
}

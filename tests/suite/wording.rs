//! The English wording holds to its rules: nothing is missing, nothing is left over, and the
//! words that promise more than evidence can show are not used.

mod answer;
mod languages;
mod reasons;
pub(crate) mod rules;
mod terminal;

use std::collections::BTreeSet;

use s2s::wording;
use s2s_seal::Unopened;
use serde_json::Value as Json;
use silicon_to_source::engine::channel::Refusal;
use silicon_to_source::engine::checks;
use silicon_to_source::finding::{Check, LinkId, Outcome, Why};
use silicon_to_source::formats::snp;
use silicon_to_source::report::{
    Custody, DebugFlag, Freshness, KeyFlag, Level, Overrides, RootOfTrust, State, Word,
};

const STATES: [State; 5] =
    [State::Verified, State::Warning, State::NotPublished, State::Unknown, State::Failed];
const ROOTS: [RootOfTrust; 8] = [
    RootOfTrust::CpuVendor,
    RootOfTrust::CloudProvider,
    RootOfTrust::Statement,
    RootOfTrust::PolicyRoot,
    RootOfTrust::PolicyKey,
    RootOfTrust::BuildOnly,
    RootOfTrust::Nothing,
    RootOfTrust::Unknown,
];
const WHYS: [Why; 8] = [
    Why::Blocked { by: &snp::checks::SNP_CHIP_ID },
    Why::NotApplicable,
    Why::NotFetched,
    Why::NotPublished,
    Why::NotSupported,
    Why::NoReference,
    Why::SelfStated,
    Why::NotAsked,
];
/// Every headline with the forms of its sentence.
const HEADLINES: [(Word, &[&str]); 13] = [
    (Word::Verified, &["asked", "alone", "card"]),
    (Word::VerifiedImage, &["asked", "alone", "card"]),
    (Word::RealMachine, &["asked", "alone", "card"]),
    (Word::Provider, &["asked", "alone"]),
    (Word::PolicyRoot, &["asked", "alone"]),
    (Word::PolicyKey, &["asked", "alone"]),
    (Word::Statement, &["asked", "alone"]),
    (Word::Build, &["source", "alone"]),
    (Word::Failed, &["asked", "alone", "card"]),
    (Word::NotPublished, &["asked", "alone"]),
    (Word::NoAnswer, &["asked", "alone"]),
    (Word::UnknownKey, &["asked", "alone"]),
    (
        Word::Undecided,
        &[
            "file",
            "files",
            "reason",
            "nothing-decided",
            "no-link-holds",
            "no-least-level",
            "level-not-reached",
            "warnings-denied",
        ],
    ),
];

fn english() -> Json {
    serde_json::from_str(include_str!("../../www/locales/en.json")).unwrap()
}

/// Every text with its path.
pub(crate) fn texts(json: &Json) -> Vec<(String, &str)> {
    match json {
        Json::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                texts(value).into_iter().map(move |(path, text)| (format!("{key}/{path}"), text))
            })
            .collect(),
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::String(text) => vec![(String::new(), text)],
        _ => Vec::new(),
    }
}

/// How many members the objects of `json` have.
fn members(json: &Json) -> usize {
    match json {
        Json::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        Json::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

#[test]
fn no_key_is_written_twice() {
    let text = include_str!("../../www/locales/en.json");
    let keys = text.lines().filter(|line| {
        line.trim_start().strip_prefix('"').is_some_and(|rest| rest.contains("\": "))
    });
    assert_eq!(keys.count(), members(&english()), "one member a line, and none twice");
}

fn keys(json: &Json) -> BTreeSet<String> {
    json.as_object().unwrap().keys().cloned().collect()
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

/// The outcomes of `check` that need a sentence, as keys.
fn needed(check: &Check) -> BTreeSet<String> {
    let mut needed = set(["title"]);
    if check.can(Outcome::Pass) {
        needed.insert("pass".to_owned());
    }
    let outcomes = [("warn", check.warns), ("allowed", check.allows), ("fail", check.fails)];
    for (outcome, reasons) in outcomes {
        needed.extend(reasons.iter().map(|reason| format!("{outcome}.{reason}")));
    }
    if !check.warns.is_empty() || !check.allows.is_empty() {
        needed.insert("caveat".to_owned());
    }
    needed
}

#[test]
fn every_check_has_a_sentence_for_each_outcome_and_reason_and_none_for_another() {
    let english = english();
    let whys: BTreeSet<String> = WHYS.iter().map(|why| format!("unknown.{}", why.word())).collect();
    let may = set(["expected", "found", "todo"]);
    for check in checks::ALL.iter() {
        let written = keys(&english["checks"][check.id]);
        let needed = needed(check);
        let lacking: Vec<_> = needed.difference(&written).collect();
        assert!(lacking.is_empty(), "{} lacks {lacking:?}", check.id);
        for key in written.difference(&needed) {
            // What to do may differ with the reason, or with why the check is open.
            let todo = key.strip_prefix("todo.").is_some_and(|reason| {
                let mut said = needed.iter().chain(&written);
                said.any(|key| {
                    key.split_once('.').is_some_and(|(kind, own)| kind != "todo" && own == reason)
                })
            });
            let is_open = whys.contains(key) && key != "unknown.blocked";
            assert!(may.contains(key) || todo || is_open, "{} has {key}", check.id);
        }
    }
    let ids: BTreeSet<String> = checks::ALL.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(keys(&english["checks"]), ids);
}

#[test]
fn a_check_can_say_that_it_did_not_pass() {
    for check in checks::ALL.iter().filter(|check| !check.id.starts_with("link.")) {
        let fails = !check.fails.is_empty() || !check.warns.is_empty();
        let open = keys(&english()["checks"][check.id]).iter().any(|k| k.starts_with("unknown."));
        assert!(fails || open, "{} only passes", check.id);
    }
}

/// The texts of one key: one for every root of trust, or one for each.
fn for_every_root(json: &Json, at: &str) {
    match json {
        Json::String(text) => assert!(!text.is_empty(), "{at}"),
        Json::Object(texts) => {
            let roots: BTreeSet<String> = ROOTS.iter().map(wording::word).collect();
            assert_eq!(texts.keys().cloned().collect::<BTreeSet<_>>(), roots, "{at}");
        }
        _ => panic!("{at} is neither a text nor a table by root of trust"),
    }
}

#[test]
fn every_link_has_a_sentence_for_each_check_that_carries_or_tells_it() {
    let english = english();
    assert_eq!(keys(&english["links"]), set(LinkId::ALL.map(LinkId::word)));
    for link in LinkId::ALL {
        let words = &english["links"][link.word()];
        for key in ["title", "question", "failed", "not-published", "unknown", "not-asked"] {
            for_every_root(&words[key], &format!("{}/{key}", link.word()));
        }
        let of = |counts: &dyn Fn(&Check) -> bool| {
            set(checks::ALL.iter().filter(|check| counts(check)).map(|check| check.id))
        };
        let carried = of(&|check| check.carries.contains(&link));
        let told = of(&|check| check.tells.contains(&link));
        assert!(!carried.is_empty(), "nothing carries {}", link.word());
        assert_eq!(keys(&words["carried"]), carried, "{}", link.word());
        let written = words.get("told").map(keys).unwrap_or_default();
        assert_eq!(written, told, "{}", link.word());
        for how in ["carried", "told"] {
            for (check, text) in words.get(how).and_then(Json::as_object).into_iter().flatten() {
                for_every_root(text, &format!("{}/{how}/{check}", link.word()));
            }
        }
        let known = set([
            "title",
            "question",
            "carried",
            "told",
            "named",
            "failed",
            "not-published",
            "unknown",
            "not-asked",
        ]);
        // What a root vouches for has words of its own where the policy names the root.
        let of_root = link <= LinkId::Measurements;
        assert_eq!(words["named"].is_string(), of_root, "{}", link.word());
        assert!(keys(words).is_subset(&known), "{}", link.word());
    }
}

fn assert_words(path: &[&str]) {
    assert!(wording::find(path).is_some_and(|text| !text.is_empty()), "{path:?} is missing");
}

#[test]
fn every_state_and_end_has_its_words() {
    for key in ["word", "label", "meaning"] {
        for state in STATES {
            assert_words(&["states", &wording::word(&state), key]);
        }
        assert_words(&["states", "checking", key]);
    }
    for key in ["complete", "after", "nowhere", "build-only"] {
        assert_words(&["ends-at", key]);
    }
    assert_words(&["joints", "apart"]);
    assert_words(&["undermined"]);
    assert_eq!(keys(&english()["named"]), set(["pass", "sentence"]));
}

#[test]
fn every_headline_has_its_forms_and_says_what_it_means_and_what_it_does_not() {
    let english = english();
    let words: Vec<String> = HEADLINES.iter().map(|(word, _)| wording::word(word)).collect();
    let words = set(words.iter().map(String::as_str));
    for table in ["headlines", "means", "not-means"] {
        assert_eq!(keys(&english[table]), words, "{table}");
    }
    for (word, forms) in HEADLINES {
        let key = wording::word(&word);
        let forms = forms.iter().copied().chain(["short"]);
        assert_eq!(keys(&english["headlines"][&key]), set(forms), "{key}");
        for (lines, begin) in [
            (wording::means(word), "This means "),
            (wording::not_means(word), "This does not mean "),
        ] {
            assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with(begin)), "{key}");
        }
    }
    for chip in ["hidden", "plain"] {
        assert_words(&["chips", chip]);
    }
}

/// Only what reaches an image may be called verified.
#[test]
fn only_the_two_highest_levels_say_verified() {
    for (word, text) in english()["headlines"].as_object().unwrap() {
        let says = texts(text).iter().any(|(_, text)| text.to_lowercase().contains("verified"));
        assert_eq!(says, ["verified", "verified-image"].contains(&word.as_str()), "{word}");
    }
}

#[test]
fn every_root_key_has_its_maker_and_every_image_its_words() {
    let english = english();
    let own = |link: LinkId| {
        checks::ALL.iter().filter(move |check| check.carries.contains(&link)).map(|check| check.id)
    };
    let makers = &english["makers"];
    assert_eq!(keys(makers), set(["cpu-vendor", "cloud-provider"]));
    let mut named: Vec<String> = Vec::new();
    for root in ["cpu-vendor", "cloud-provider"] {
        named.extend(keys(&makers[root]).into_iter().filter(|check| check != "none"));
        assert_words(&["makers", root, "none"]);
    }
    // A key that the policy names is nobody's by itself.
    let roots: BTreeSet<String> =
        set(own(LinkId::HardwareRoot).filter(|check| *check != "token.key"));
    assert_eq!(named.len(), roots.len());
    assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), roots);
    assert_eq!(keys(&english["software"]), set(own(LinkId::Image)));
}

#[test]
fn every_level_and_root_of_trust_has_its_words() {
    for level in [Level::A0, Level::A1, Level::A2, Level::A3, Level::A4, Level::A5] {
        assert_words(&["levels", &wording::word(&level), "name"]);
        assert_words(&["levels", &wording::word(&level), "meaning"]);
    }
    for root in ROOTS {
        assert_words(&["root-of-trust", &wording::word(&root)]);
        assert_words(&["levels", &wording::level_key(None, root), "meaning"]);
        assert!(!wording::beyond(root).is_empty(), "{root:?}");
    }
}

#[test]
fn every_flag_value_has_its_words() {
    fn flag(name: &str, values: &[impl serde::Serialize]) {
        assert_words(&["flags", name, "title"]);
        for value in values {
            assert_words(&["flags", name, &wording::word(value)]);
        }
    }
    flag("key", &[KeyFlag::Bound, KeyFlag::NotShown]);
    flag("custody", &[Custody::KmsDerived, Custody::NotStated]);
    flag("custody", &[Custody::OperatorProvisioned, Custody::TeeGenerated]);
    flag(
        "freshness",
        &[Freshness::Challenge, Freshness::Given, Freshness::Cached, Freshness::None],
    );
    flag("debug", &[DebugFlag::On, DebugFlag::Off, DebugFlag::Unknown]);
    flag("overrides", &[Overrides::Present, Overrides::None, Overrides::NotShown]);
}

#[test]
fn every_why_has_a_general_sentence() {
    let whys = set(WHYS.map(Why::word));
    assert_eq!(keys(&english()["why"]), whys);
    assert_eq!(keys(&english()["reasons"]), whys);
}

#[test]
fn every_reason_not_to_send_and_not_to_open_has_its_sentence() {
    let channel = &english()["channel"];
    assert_eq!(keys(channel), set(["not-sent", "not-opened", "unsealed"]));
    assert_eq!(keys(&channel["not-sent"]), set(Refusal::ALL.map(Refusal::word)));
    assert_eq!(keys(&channel["not-opened"]), set(Unopened::ALL.map(Unopened::word)));
    for (path, text) in texts(channel) {
        assert!(text.ends_with('.'), "{path}: {text}");
        let is_sent = path.starts_with("not-sent/");
        assert_eq!(is_sent, text.starts_with("Your request was not sent: "), "{path}: {text}");
    }
}

#[test]
fn words_that_promise_too_much_are_not_used() {
    const FORBIDDEN: &[&str] = &[
        "secure",
        "securely",
        "safe",
        "safely",
        "safety",
        "certified",
        "trusted",
        "trustworthy",
        "proof",
        "prove",
        "proves",
        "proved",
        "proven",
        "guarantee",
        "guarantees",
        "guaranteed",
    ];
    let english = english();
    for (path, text) in texts(&english) {
        assert!(!text.contains('!'), "{path}: {text}");
        // The name of Sigstore's own file, which a reader has to look for.
        let text = text.to_lowercase().replace("trusted_root.json", "");
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            assert!(!FORBIDDEN.contains(&word), "{path}: {text}");
        }
        let terminal = path.starts_with("cli/");
        assert!(terminal || !text.contains("--"), "an option of s2s in {path}: {text}");
        // These headlines have their object in the sentence beside them.
        let state = path.starts_with("states/") || path.starts_with("headlines/verified");
        assert!(state || !text.contains("verified"), "without its object in {path}: {text}");
    }
}

#[test]
fn sentences_are_short() {
    let english = english();
    for (path, text) in texts(&english) {
        for sentence in text.split_inclusive(". ").flat_map(|s| s.split_inclusive("? ")) {
            let words = sentence.split_whitespace().count();
            assert!(words <= 30, "{words} words in {path}: {sentence}");
        }
        assert!(text.trim() == text && !text.contains("  "), "spaces in {path}: {text}");
    }
}

#[test]
fn sentences_end_as_sentences_and_labels_do_not() {
    let english = english();
    for section in ["checks", "links", "why", "means", "not-means", "headlines"] {
        for (path, text) in texts(&english[section]) {
            let key = path.trim_end_matches('/').split('/').find(|key| {
                ["title", "expected", "found", "short", "question", "caveat"].contains(key)
            });
            let label = matches!(key, Some("title" | "expected" | "found" | "short" | "caveat"));
            let filled = text.ends_with('}');
            let end = if key == Some("question") { '?' } else { '.' };
            assert_eq!(text.ends_with(end) || filled, !label, "{section}/{path}: {text}");
            let upper = text.starts_with(|c: char| c.is_uppercase() || c == '{');
            assert!(upper || label, "{section}/{path}: {text}");
        }
    }
}

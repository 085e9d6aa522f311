//! Every language says what English says: the same keys, the same values, and its own rules on words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use silicon_to_source::locales;

/// Every language but English.
const OTHERS: [(&str, &str); 1] = [("de", locales::GERMAN)];

fn read(json: &str) -> Json {
    serde_json::from_str(json).unwrap()
}

/// Every text by its path; the texts of a list have their place in it, too.
fn texts(json: &Json) -> BTreeMap<String, &str> {
    let mut found = BTreeMap::new();
    for (path, text) in super::texts(json) {
        let place = (0..).find(|place| !found.contains_key(&at(&path, *place)));
        found.insert(at(&path, place.unwrap_or_default()), text);
    }
    found
}

fn at(path: &str, place: usize) -> String {
    match place {
        0 => path.to_owned(),
        _ => format!("{path}{place}"),
    }
}

/// Every path, and how many texts a list has.
fn shape(json: &Json, path: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            for (key, value) in members {
                let path = format!("{path}/{key}");
                found.push(path.clone());
                shape(value, &path, found);
            }
        }
        Json::Array(items) => found.push(format!("{path}: {}", items.len())),
        _ => {}
    }
}

/// The keys of a file, one a line.
fn keys_as_written(json: &str) -> Vec<&str> {
    json.lines()
        .filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\": "))
        .map(|(key, _)| key)
        .collect()
}

/// The placeholders of a text, each as often as it stands there.
fn placeholders(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').expect("a placeholder is closed").0)
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn every_file_of_the_folder_is_a_language_that_page_and_terminal_know() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("www/languages.js")).unwrap();
    let package = fs::read_to_string(root.join("www/package/package.json")).unwrap();
    let names: BTreeSet<String> = fs::read_dir(root.join("www/locales"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    let known: BTreeSet<String> =
        OTHERS.iter().map(|(tag, _)| *tag).chain(["en"]).map(|tag| format!("{tag}.json")).collect();
    assert_eq!(names, known);
    for name in names {
        let tag = name.trim_end_matches(".json");
        assert!(
            page.contains(&format!("['{tag}', ")) && page.contains(&format!("locales/{name}'"))
        );
        assert!(package.contains(&format!("\"./wording/{name}\": \"./lib/locales/{name}\"")));
        let own = fs::read_to_string(root.join("www/locales").join(&name)).unwrap();
        assert_eq!(read(&own)["language"]["tag"], tag);
    }
}

#[test]
fn every_language_has_the_keys_of_english_in_the_same_order() {
    let english = super::english();
    let mut wanted = Vec::new();
    shape(&english, "", &mut wanted);
    let all: BTreeSet<&String> = wanted.iter().collect();
    for (tag, json) in OTHERS {
        let mut own = Vec::new();
        shape(&read(json), "", &mut own);
        let has: BTreeSet<&String> = own.iter().collect();
        let lacking: Vec<_> = all.difference(&has).collect();
        let too_many: Vec<_> = has.difference(&all).collect();
        assert!(lacking.is_empty(), "{tag} lacks {lacking:#?}");
        assert!(too_many.is_empty(), "{tag} has {too_many:#?}");
        let written = keys_as_written(json);
        assert_eq!(written.len(), super::members(&read(json)), "{tag} has a key twice");
        assert_eq!(written, keys_as_written(locales::ENGLISH), "{tag} is in another order");
    }
}

#[test]
fn a_text_takes_the_same_values_in_every_language() {
    let english = super::english();
    for (tag, json) in OTHERS {
        let json = read(json);
        let own = texts(&json);
        for (path, text) in texts(&english) {
            let other = own[&path];
            assert!(!other.is_empty(), "{tag} {path} is empty");
            assert_eq!(placeholders(other), placeholders(text), "{tag} {path}: {other}");
        }
    }
}

/// Texts that are the same in every language: names, and what stands for a value.
fn is_a_name(text: &str) -> bool {
    const NAMES: &[&str] = &[
        "App",
        "Apple",
        "Argument",
        "Commit",
        "Google",
        "Hardware",
        "In",
        "Intel",
        "Key Locker",
        "Register",
        "Repository",
        "Silicon to Source",
        "Workflow",
        "Zone",
        "ltr",
    ];
    let rest = placeholders(text)
        .iter()
        .fold(text.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), ""));
    let is_code = |word: &str| {
        word.is_empty()
            || word.chars().any(|letter| letter.is_ascii_digit() || letter == '.')
            || (word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase()))
    };
    NAMES.contains(&rest.trim_matches(|letter: char| !letter.is_alphanumeric()))
        || rest
            .split(|letter: char| !letter.is_alphanumeric() && letter != '.')
            .all(|word| is_code(word) || NAMES.contains(&word) || word.len() < 2)
        || rest.starts_with("openssl ")
}

#[test]
fn a_text_that_is_no_name_is_not_left_in_english() {
    let english = super::english();
    for (tag, json) in OTHERS {
        let json = read(json);
        let own = texts(&json);
        let left: Vec<_> = texts(&english)
            .into_iter()
            .filter(|(path, text)| own[path] == *text && !is_a_name(text))
            .collect();
        assert!(left.is_empty(), "{} texts of {tag} are English: {left:#?}", left.len());
    }
}

#[test]
fn the_same_english_check_sentence_is_the_same_sentence_in_every_language() {
    let english = super::english();
    for (tag, json) in OTHERS {
        let json = read(json);
        let own = texts(&json);
        let mut said: BTreeMap<&str, &str> = BTreeMap::new();
        for (path, text) in texts(&english) {
            if !path.starts_with("checks/") || path.contains("/title/") {
                continue;
            }
            let other = own[&path];
            assert_eq!(*said.entry(text).or_insert(other), other, "{tag} {path}: {text}");
        }
    }
}

/// Beginnings of German words that promise more than evidence can show.
const GERMAN_FORBIDDEN: &[&str] = &[
    "sicher",
    "unsicher",
    "abgesichert",
    "gesichert",
    "zertifiziert",
    "vertrau",
    "beweis",
    "bewies",
    "erwiesen",
    "garant",
    "gewährleist",
    "unbedenklich",
    "authentisch",
];

#[test]
fn german_words_that_promise_too_much_are_not_used() {
    let german = read(locales::GERMAN);
    for (path, text) in texts(&german) {
        assert!(!text.contains('!'), "{path}: {text}");
        let lower = text.to_lowercase();
        for word in lower.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            let is_forbidden = GERMAN_FORBIDDEN.iter().any(|begin| word.starts_with(begin));
            let confidential = word.starts_with("vertraulich");
            assert!(!is_forbidden || confidential, "{path}: {text}");
            assert!(!word.contains("sicherheit"), "{path}: {text}");
        }
        let terminal = path.starts_with("cli/");
        assert!(terminal || !text.contains("--"), "an option of s2s in {path}: {text}");
        let state = path.starts_with("states/") || path.starts_with("headlines/verified");
        assert!(state || !lower.contains("verifiz"), "without its object in {path}: {text}");
        assert!(!lower.contains("simulated"), "{path}: {text}");
        assert!(
            !text.contains(['"', '“']) || text.contains('„'),
            "quotation marks in {path}: {text}"
        );
        assert_eq!(text.matches('„').count(), text.matches('“').count(), "{path}: {text}");
    }
}

#[test]
fn german_sentences_are_short_and_end_as_sentences() {
    let german = read(locales::GERMAN);
    for (path, text) in texts(&german) {
        for sentence in text.split_inclusive(". ").flat_map(|s| s.split_inclusive("? ")) {
            let words = sentence.split_whitespace().count();
            assert!(words <= 30, "{words} words in {path}: {sentence}");
        }
        assert!(text.trim() == text && !text.contains("  "), "spaces in {path}: {text}");
        let section = path.split('/').next().unwrap_or_default();
        if !["checks", "links", "why", "means", "not-means", "headlines"].contains(&section) {
            continue;
        }
        let key = path.trim_end_matches('/').split('/').find(|key| {
            ["title", "expected", "found", "short", "question", "caveat"].contains(key)
        });
        let label = matches!(key, Some("title" | "expected" | "found" | "short" | "caveat"));
        let end = if key == Some("question") { '?' } else { '.' };
        assert_eq!(text.ends_with(end) || text.ends_with('}'), !label, "{path}: {text}");
        let upper = text.starts_with(|c: char| c.is_uppercase() || c == '{');
        assert!(upper || label, "{path}: {text}");
    }
}

/// "..., aber {caveat}." is a main clause: its verb does not come last.
#[test]
fn a_german_caveat_is_a_main_clause() {
    let german = read(locales::GERMAN);
    for (id, check) in german["checks"].as_object().unwrap() {
        let Some(caveat) = check.get("caveat").and_then(Json::as_str) else { continue };
        for begin in ["dass ", "weil ", "wenn ", "ob ", "aber ", "denn "] {
            assert!(!caveat.starts_with(begin), "{id}: {caveat}");
        }
    }
}

/// Words that are put into a German sentence are not declined: they stand first, after a colon or
/// in brackets.
#[test]
fn words_in_a_german_sentence_stand_where_no_case_is_asked_for() {
    const WORDS: &[&str] = &["check", "checks", "link", "links", "next", "state", "todo", "what"];
    let german = read(locales::GERMAN);
    for (path, text) in texts(&german) {
        for name in WORDS {
            for (at, _) in text.match_indices(&format!("{{{name}}}")) {
                let before = text[..at].chars().rev().collect::<String>();
                let free = before.is_empty() || before.starts_with(" :") || before.starts_with('(');
                assert!(free, "{path}: {text}");
            }
        }
    }
}

/// Who made the chip stands after "von", and a provider first: neither is declined.
#[test]
fn a_maker_stands_in_german_where_its_name_needs_no_ending() {
    let german = read(locales::GERMAN);
    for (path, text) in texts(&german) {
        for (at, _) in text.match_indices("{maker}") {
            let before = &text[..at];
            assert!(before.is_empty() || before.ends_with(" von "), "{path}: {text}");
        }
    }
}

/// What a translation is of: each check, each link and each other section with the beginning of the
/// SHA-256 of its English texts.
fn translated(english: &Json) -> String {
    let mut groups: BTreeMap<String, Sha256> = BTreeMap::new();
    for (path, text) in texts(english) {
        let mut parts = path.split('/');
        let section = parts.next().unwrap_or_default();
        let group = match section {
            "checks" | "links" => format!("{section}/{}", parts.next().unwrap_or_default()),
            _ => section.to_owned(),
        };
        groups.entry(group).or_default().update(format!("{path}\0{text}\0"));
    }
    let line = |(group, hasher): (String, Sha256)| {
        let hash = hex::encode(hasher.finalize());
        format!("{group} {}\n", &hash[..12])
    };
    groups.into_iter().map(line).collect()
}

/// A sentence that changes in English has to be read in every other language: it may have come to
/// claim more than the check compares.
#[test]
fn every_other_language_was_read_beside_the_english_that_stands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/suite/wording");
    let now = translated(&super::english());
    let read = fs::read_to_string(root.join("translated.txt")).unwrap();
    let changed: Vec<&str> =
        now.lines().filter(|line| !read.lines().any(|own| own == *line)).collect();
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("translated.txt");
    fs::write(&made, &now).unwrap();
    assert!(
        changed.is_empty() && now == read,
        "read these in every language, then copy {} to tests/suite/wording: {changed:#?}",
        made.display()
    );
}

/// What the terminal says about a file that is not there.
fn s2s(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s2s"));
    command.args(["verify", "no-such-file"]).args(arguments);
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_terminal_speaks_the_language_that_is_asked_for_or_that_of_the_environment() {
    const GERMAN: &str = "kann nicht geöffnet werden";
    const ENGLISH: &str = "cannot be opened";
    assert!(s2s(&[], &[]).contains(ENGLISH));
    assert!(s2s(&["--language", "de"], &[]).contains(GERMAN));
    assert!(s2s(&[], &[("LANG", "de_DE.UTF-8")]).contains(GERMAN));
    assert!(s2s(&[], &[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "C")]).contains(ENGLISH));
    assert!(s2s(&[], &[("LC_MESSAGES", "C"), ("LC_ALL", "de_AT.UTF-8")]).contains(GERMAN));
    assert!(s2s(&[], &[("LC_ALL", ""), ("LANG", "de")]).contains(GERMAN));
    assert!(s2s(&["--language", "en"], &[("LC_ALL", "de_DE.UTF-8")]).contains(ENGLISH));
    assert!(s2s(&["--language", "fr"], &[]).contains("invalid value"));
}

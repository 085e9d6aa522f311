//! The wording, looked up by stable ids.
//!
//! The sentences are in `www/locales`, one file a language, which the page reads too; its
//! `README.md` says which key is used when. There is one key for each sentence and no second choice:
//! `tests/suite/wording.rs` holds the files complete. A key that is missing all the same shows as the key
//! itself, so that a gap is seen.

mod answer;
mod headline;
mod sentences;

use std::sync::{LazyLock, OnceLock};

use serde::Serialize;
use serde_json::Value as Json;

use silicon_to_source::finding::{Check, LinkId};
use silicon_to_source::locales;
use silicon_to_source::report::{Level, LinkFinding, Report, RootOfTrust, State, Word};
use silicon_to_source::text;

pub use answer::RowLine;
pub use headline::Line;
pub use sentences::Sentences;

static ENGLISH: LazyLock<Json> = LazyLock::new(|| read(locales::ENGLISH));
static GERMAN: LazyLock<Json> = LazyLock::new(|| read(locales::GERMAN));

fn read(json: &str) -> Json {
    serde_json::from_str(json).unwrap_or(Json::Null)
}

/// A language that sentences come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Deutsch
    De,
}

impl Language {
    /// What each language is called where one is asked for.
    pub const NAMES: [&str; 2] = ["en", "de"];

    /// The language of a locale as POSIX names it, such as `de_DE.UTF-8`; English for every
    /// other.
    pub fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '.', '@', '-']).next() {
            Some("de") => Self::De,
            _ => Self::En,
        }
    }

    fn words(self) -> &'static Json {
        match self {
            Self::En => &ENGLISH,
            Self::De => &GERMAN,
        }
    }
}

static SPOKEN: OnceLock<Language> = OnceLock::new();

/// Speaks `language` from now on. The first call counts: a program speaks one language, and
/// English until it is told.
pub fn speak(language: Language) {
    let _ = SPOKEN.set(language);
}

/// The text at `path`, or `None`.
pub fn find(path: &[&str]) -> Option<&'static str> {
    at(path)?.as_str()
}

/// The text at `path`, or the last part of `path`.
pub fn text<'a>(path: &[&'a str]) -> &'a str {
    find(path).or(path.last().copied()).unwrap_or_default()
}

/// The list of texts at `path`; empty when there is none.
pub fn list(path: &[&str]) -> Vec<&'static str> {
    at(path)
        .and_then(Json::as_array)
        .map(|items| items.iter().filter_map(Json::as_str).collect())
        .unwrap_or_default()
}

/// The text at `path` for a chain that begins with `root`: one text for all, or one for each root.
pub fn by_root<'a>(path: &[&'a str], root: RootOfTrust) -> &'a str {
    match at(path) {
        Some(Json::Object(texts)) => texts.get(&word(&root)).and_then(Json::as_str),
        text => text.and_then(Json::as_str),
    }
    .or(path.last().copied())
    .unwrap_or_default()
}

/// A string of the terminal with its placeholders filled in.
pub fn cli(key: &str, values: &[(&str, &str)]) -> String {
    fill(text(&["cli", key]), values)
}

/// The stable word of a value of the report, as in its JSON.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Json::String(word)) => word,
        _ => String::new(),
    }
}

/// The word for the state of a link that a person sees.
pub fn state(state: State) -> &'static str {
    find(&["states", &word(&state), "word"]).unwrap_or_default()
}

/// The title of `check`.
pub fn title(check: &'static Check) -> &'static str {
    text(&["checks", check.id, "title"])
}

/// The title of `link` in a chain that begins with `root`.
pub fn link_title(link: LinkId, root: RootOfTrust) -> &'static str {
    by_root(&["links", link.word(), "title"], root)
}

/// What no chain that begins with `root` reaches.
pub fn beyond(root: RootOfTrust) -> Vec<&'static str> {
    list(&["beyond", &word(&root)])
}

/// What to do about a finding that does not simply pass.
pub fn todo(finding: &LinkFinding) -> Option<&'static str> {
    let id = finding.check.id;
    finding
        .reason
        .and_then(|reason| find(&["checks", id, &format!("todo.{reason}")]))
        .or_else(|| find(&["checks", id, "todo"]))
}

/// What the headline means.
pub fn means(headline: Word) -> Vec<&'static str> {
    list(&["means", &word(&headline)])
}

/// What the headline does not mean.
pub fn not_means(headline: Word) -> Vec<&'static str> {
    list(&["not-means", &word(&headline)])
}

/// The key of the assurance level under `levels`.
pub fn level_key(level: Option<Level>, root: RootOfTrust) -> String {
    match (level, root) {
        (Some(level), _) => word(&level),
        (None, RootOfTrust::BuildOnly) => "none.build-only".to_owned(),
        (None, _) => "none".to_owned(),
    }
}

/// The `name` or the `meaning` of the level called `key`.
pub fn level(key: &str, field: &str) -> &'static str {
    find(&["levels", key, field]).unwrap_or_default()
}

/// `sentence`, marked when nothing real is behind it.
pub fn marked(sentence: String, report: &Report) -> String {
    if report.simulated {
        fill(text(&["simulated", "sentence"]), &[("sentence", &sentence)])
    } else {
        sentence
    }
}

/// Words of the evidence in the quotation marks of the language: cut, and no quotation mark in
/// them, so that they cannot end before their end.
pub fn quoted(words: &str) -> String {
    let words = words.replace(is_quotation, "'");
    fill(self::text(&["evidence-words", "quoted"]), &[("words", &text::cut(&words))])
}

/// The marks that a language may put around words.
fn is_quotation(letter: char) -> bool {
    matches!(letter, '"' | '«' | '»' | '\u{201c}'..='\u{201f}' | '\u{2039}' | '\u{203a}')
}

/// Replaces each `{name}` by its value.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, after)) => {
                match values.iter().find(|(key, _)| *key == name) {
                    Some((_, value)) => filled.push_str(value),
                    None => filled.push_str(name),
                }
                rest = after;
            }
            None => rest = after,
        }
    }
    filled.push_str(rest);
    filled
}

fn at(path: &[&str]) -> Option<&'static Json> {
    let words = SPOKEN.get().copied().unwrap_or_default().words();
    path.iter().try_fold(words, |json, key| json.get(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_values_are_not_read_as_templates() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
        assert_eq!(fill("no {end", &[]), "no end");
        assert_eq!(fill("{gap}", &[]), "gap");
    }

    #[test]
    fn a_locale_names_its_language_and_every_other_is_english() {
        for german in ["de", "de_DE.UTF-8", "de_AT@euro", "de-CH"] {
            assert_eq!(Language::of_locale(german), Language::De, "{german}");
        }
        for other in ["", "C", "POSIX", "C.UTF-8", "en_US.UTF-8", "den", "DE"] {
            assert_eq!(Language::of_locale(other), Language::En, "{other}");
        }
    }

    #[test]
    fn words_of_the_evidence_cannot_end_their_quotation() {
        assert_eq!(quoted("a\" \u{201c}b\u{201d} \u{bb}c"), "\"a' 'b' 'c\"");
        assert_eq!(quoted("x\u{202e}"), "\"x\\u{202e}\"");
    }

    #[test]
    fn a_missing_key_shows_as_itself() {
        assert_eq!(text(&["checks", "no.such.check", "title"]), "title");
        assert_eq!(text(&["claims", "no.such.claim"]), "no.such.claim");
        assert_eq!(by_root(&["links", "no-such-link", "title"], RootOfTrust::CpuVendor), "title");
    }
}

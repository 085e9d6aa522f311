//! The rows of the checks and the source agree: whatever reason the source gives is in the row of
//! its check, and whatever is in a row is a word of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use silicon_to_source::engine::checks;
use silicon_to_source::finding::Property;

use crate::common::source::without_tests;

fn source() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Whether a file is a table of checks.
fn is_table(path: &Path) -> bool {
    path.ends_with("finding/presence.rs")
        || path.ends_with("finding/connection.rs")
        || path.iter().any(|part| part == "checks" || part == "checks.rs")
}

/// The source of everything that makes findings, without its tests.
fn code() -> String {
    let mut all = Vec::new();
    for folder in ["builds", "formats", "services", "engine"] {
        files(&source().join(folder), &mut all);
    }
    all.retain(|path| !is_table(path));
    let text = |path: &PathBuf| fs::read_to_string(path).unwrap();
    all.iter().map(|path| without_tests(&text(path)).to_owned()).collect()
}

/// The id of each check by the name of its static.
fn ids() -> BTreeMap<String, String> {
    let mut all = Vec::new();
    files(&source(), &mut all);
    all.retain(|path| is_table(path));
    let mut ids = BTreeMap::new();
    for path in all {
        for line in fs::read_to_string(path).unwrap().lines() {
            let Some((name, rest)) = line.trim().split_once(" = \"") else { continue };
            if name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') {
                let id = rest.split('"').next().unwrap().to_owned();
                ids.insert(name.to_owned(), id);
            }
        }
    }
    assert_eq!(ids.len(), checks::ALL.len());
    ids
}

/// The arguments of a call that begins after its bracket.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut quoted) = (0, false);
    let mut all = vec![String::new()];
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                all.push(String::new());
                continue;
            }
            _ => {}
        }
        all.last_mut().unwrap().push(letter);
    }
    all.retain(|argument| !argument.trim().is_empty());
    all.iter().map(|argument| argument.trim().to_owned()).collect()
}

fn literal(argument: &str) -> Option<&str> {
    argument.strip_prefix('"')?.strip_suffix('"')
}

fn listed(id: Option<&str>, outcome: &str, reason: &str) -> bool {
    checks::ALL.iter().filter(|check| id.is_none_or(|id| check.id == id)).any(|check| {
        let reasons = match outcome {
            "warn" => check.warns,
            "allowed" => check.allows,
            _ => check.fails,
        };
        reasons.contains(&reason)
    })
}

#[test]
fn every_reason_that_the_source_gives_is_listed() {
    const CALLS: [(&str, &str); 5] = [
        ("Finding::fail(", "fail"),
        ("Finding::test(", "fail"),
        ("Finding::unless(", "fail"),
        ("Finding::warn(", "warn"),
        ("Finding::allowed(", "allowed"),
    ];
    let (code, ids) = (code(), ids());
    let mut seen = 0;
    for (call, outcome) in CALLS {
        for (at, _) in code.match_indices(call) {
            let arguments = arguments(&code[at + call.len()..]);
            let Some(reason) = arguments.last().and_then(|last| literal(last)) else { continue };
            let name = arguments[0].trim_start_matches('&').trim_start_matches("checks::");
            let id = ids.get(name).map(String::as_str);
            assert!(listed(id, outcome, reason), "{outcome} of {name} for {reason} is not listed");
            seen += 1;
        }
    }
    assert!(seen > 300, "{seen} reasons found");
}

#[test]
fn every_listed_reason_is_a_word_of_the_source() {
    let mut code = code();
    let kernel = ["error.rs", "finding/mod.rs", "finding/compared.rs"];
    for path in kernel.into_iter().chain(["pki/chain.rs", "pki/named.rs", "pki/ocsp.rs"]) {
        code.push_str(&fs::read_to_string(source().join(path)).unwrap());
    }
    for check in checks::ALL.iter() {
        for reason in check.warns.iter().chain(check.allows).chain(check.fails) {
            assert!(code.contains(&format!("\"{reason}\"")), "{}: {reason}", check.id);
        }
    }
}

/// The source of the two tables that make findings beside their rows.
fn beside_tables() -> String {
    let text = |name: &str| fs::read_to_string(source().join("finding").join(name)).unwrap();
    let after = |text: String| text.split_once("\n}\n").unwrap().1.to_owned();
    after(text("connection.rs"))
}

/// A check is looked at wherever the source names it: one that is only ever said to be open, to warn
/// or to fail never passes.
#[test]
fn a_check_never_passes_where_its_row_says_so_and_nowhere_else() {
    // That nothing was supplied for a link is said in one place, and elsewhere only blocks.
    const OTHERWISE: [&str; 5] = [
        "Finding::unknown(&",
        "Finding::warn(&",
        "Finding::allowed(&",
        "Finding::fail(&",
        "presence::",
    ];
    let code = format!("{}{}", code(), beside_tables());
    let fold = fs::read_to_string(source().join("report/fold.rs")).unwrap();
    let presence = fold.matches("presence::of(").count();
    assert_eq!(fold.matches("Finding::unknown(presence::of(").count(), presence, "link.*");
    for (name, id) in ids() {
        let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let can_pass = code.match_indices(&name).any(|(at, _)| {
            let (before, after) = (&code[..at], &code[at + name.len()..]);
            if before.ends_with(is_part) || after.starts_with(is_part) {
                return false;
            }
            let before = before.trim_end().trim_end_matches("checks::").trim_end();
            !OTHERWISE.iter().any(|maker| before.ends_with(maker))
        });
        let check = checks::ALL.iter().find(|check| check.id == id).unwrap();
        assert_eq!(check.is(Property::NeverPasses), !can_pass, "{id}");
    }
}

#[test]
fn no_check_has_a_reason_twice() {
    for check in checks::ALL.iter() {
        for list in [check.warns, check.allows, check.fails] {
            let once: BTreeSet<_> = list.iter().collect();
            assert_eq!(once.len(), list.len(), "{}", check.id);
        }
    }
}

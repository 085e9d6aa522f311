//! What the terminal says by a key is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use s2s::wording::find;
use silicon_to_source::engine::{builtin, references};

/// What asks for a string of the terminal by its key.
const ASKING: [&str; 4] = ["cli(", "Problem::new(", "Problem::io(", "unknown("];

fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else if path.extension().is_some_and(|end| end == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// The keys that stand literally behind a call of `asking`.
fn keys<'a>(text: &'a str, asking: &str) -> Vec<&'a str> {
    let behind = text.split(asking).skip(1);
    let literal = behind.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    literal.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_key_that_the_terminal_names_is_written() {
    let mut texts = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
    let mut met = 0;
    for text in &texts {
        for key in ASKING.iter().flat_map(|asking| keys(text, asking)) {
            met += 1;
            assert!(find(&["cli", key]).is_some(), "{key} is not written");
        }
        for key in ASKING[1..].iter().flat_map(|asking| keys(text, asking)) {
            let written = |key: &str| find(&["cli", key]).is_some();
            assert!(written(&format!("{key}.todo")), "{key} says not what to do");
            // A problem with a suggestion in it has its own words, and what to do.
            let near = format!("{key}.near");
            assert_eq!(written(&near), written(&format!("{near}.todo")), "{near}");
        }
    }
    assert!(met > 80, "{met} keys were found");
}

#[test]
fn every_kind_of_reference_value_says_who_signs_it_and_how_it_is_handed_in() {
    let english = super::english();
    let cli = &english["cli"];
    let of = ["compared", "member", "policy"].map(|key| format!("references.{key}"));
    let mut expected: BTreeSet<String> = of.into();
    for reference in references::ALL {
        let key = |key| format!("references.{}.{key}", reference.id);
        expected.extend(["title", "signer", "fresh", "hand-in"].map(key));
        let signer = cli[key("signer")].as_str().unwrap();
        assert_eq!(signer.starts_with("Nobody"), !reference.is_signed, "{signer}");
        let policy = reference.policy.map(|name| builtin(name).is_some());
        assert_ne!(policy, Some(false), "{}", reference.id);
    }
    let written = super::keys(cli).into_iter().filter(|key| key.starts_with("references."));
    assert_eq!(written.collect::<BTreeSet<_>>(), expected);
}

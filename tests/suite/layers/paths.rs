//! The paths of a source file, as far as they lead into its own crate.

use std::collections::{BTreeMap, BTreeSet};

/// A path from the root of the crate.
pub(super) type Path = Vec<String>;

/// The module that a file is, from its path under `src/`.
pub(super) fn module(file: &str) -> Path {
    let name = file.trim_end_matches(".rs");
    let name = name.strip_suffix("/mod").unwrap_or(name);
    if name == "lib" { Path::new() } else { name.split('/').map(str::to_owned).collect() }
}

/// Every path into the own crate that the tokens of the file `file` name, with what the names
/// that it imports stand for.
pub(super) fn paths(file: &str, tokens: &[String]) -> BTreeSet<Path> {
    let module = module(file);
    let mut found = BTreeSet::new();
    let mut imported = BTreeMap::new();
    for at in 0..tokens.len() {
        let Some((prefix, rest)) = start(&module, tokens, at) else { continue };
        let mut tree = Vec::new();
        branches(tokens, rest, prefix, &mut tree);
        let is_use = at > 0 && tokens[at - 1] == "use";
        for (path, name) in tree {
            if is_use && let Some(name) = name {
                imported.insert(name, path.clone());
            }
            found.insert(path);
        }
    }
    for at in 0..tokens.len() {
        let follows = at > 0 && ["::", "."].contains(&tokens[at - 1].as_str());
        if follows || tokens.get(at + 1).is_none_or(|next| next != "::") {
            continue;
        }
        if let Some(path) = imported.get(&tokens[at]) {
            let mut tree = Vec::new();
            branches(tokens, at + 2, path.clone(), &mut tree);
            found.extend(tree.into_iter().map(|(path, _)| path));
        }
    }
    found
}

/// The module in which a path begins that starts at `at`, and where its next name stands.
fn start(module: &[String], tokens: &[String], at: usize) -> Option<(Path, usize)> {
    if at > 0 && tokens[at - 1] == "::" || tokens.get(at + 1)? != "::" {
        return None;
    }
    match tokens[at].as_str() {
        "crate" => Some((Path::new(), at + 2)),
        "self" => Some((module.to_vec(), at + 2)),
        "super" => {
            let pairs = tokens[at..].chunks(2).take_while(|pair| *pair == ["super", "::"]);
            let supers = pairs.count();
            let up = module.len().checked_sub(supers)?;
            Some((module[..up].to_vec(), at + 2 * supers))
        }
        _ => None,
    }
}

/// Every path of the tree that goes on at `at`, with the name that it is known by after a `use`.
/// The answer is where the tree ends.
fn branches(
    tokens: &[String],
    mut at: usize,
    mut path: Path,
    found: &mut Vec<(Path, Option<String>)>,
) -> usize {
    while let Some(token) = tokens.get(at) {
        if token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                at = branches(tokens, at, path.clone(), found);
                if tokens.get(at).is_some_and(|token| token == ",") {
                    at += 1;
                }
            }
            return at + 1;
        }
        if token == "<" {
            break;
        }
        if token != "self" {
            path.push(token.clone());
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token != "::") {
            break;
        }
        at += 1;
    }
    let mut name = path.last().cloned();
    if tokens.get(at).is_some_and(|token| token == "as") {
        name = tokens.get(at + 1).cloned();
        at += 2;
    }
    found.push((path, name));
    at
}

//! What every workflow has to be: those of this repository, and those that it hands to others.

use std::fs;
use std::path::PathBuf;

use saphyr::{LoadableYamlNode as _, Yaml};

use crate::build::files;
use crate::root;

/// Workflows of this repository, and examples of `deploy`.
fn workflows() -> Vec<(PathBuf, String)> {
    let own = files(&root().join(".github/workflows")).unwrap();
    let examples = ["attestation.yml", "watch.yml"].map(|name| root().join("deploy").join(name));
    let all: Vec<_> = own
        .into_iter()
        .chain(examples)
        .map(|path| (path.clone(), fs::read_to_string(&path).unwrap()))
        .collect();
    assert!(all.len() > 5, "{all:?}");
    all
}

fn read(text: &str) -> Yaml<'_> {
    Yaml::load_from_str(text).unwrap().remove(0)
}

/// The jobs of a workflow, by name.
fn jobs<'a>(workflow: &'a Yaml<'a>) -> Vec<(String, &'a Yaml<'a>)> {
    let jobs = workflow["jobs"].as_mapping().unwrap();
    jobs.iter().map(|(name, job)| (name.as_str().unwrap().to_owned(), job)).collect()
}

/// The steps of a job; a job that calls another workflow has none.
fn steps<'a>(job: &'a Yaml<'a>) -> &'a [Yaml<'a>] {
    job.as_mapping_get("steps").and_then(|steps| steps.as_sequence()).map_or(&[], |steps| steps)
}

fn text<'a>(node: &'a Yaml<'a>, name: &str) -> Option<&'a str> {
    node.as_mapping_get(name)?.as_str()
}

#[test]
fn every_action_is_named_by_its_commit_and_every_checkout_forgets_its_token() {
    let mut used = 0;
    for (path, source) in workflows() {
        let path = path.display();
        // The comment with the version is for whoever reads the file.
        for line in source.lines().filter(|line| line.trim_start().starts_with(['-', 'u'])) {
            let Some((_, named)) = line.split_once("uses: ") else { continue };
            if named.starts_with("./") {
                continue;
            }
            let (action, comment) = named.split_once(" # v").unwrap_or((named, ""));
            let commit = action.rsplit('@').next().unwrap();
            let is_commit = commit.len() == 40
                && commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            assert!(is_commit, "{path}: {line}");
            assert!(comment.starts_with(|c: char| c.is_ascii_digit()), "{path}: {line}");
            used += 1;
        }
        let workflow = read(&source);
        for (name, job) in jobs(&workflow) {
            for step in steps(job) {
                if !text(step, "uses").is_some_and(|used| used.starts_with("actions/checkout@")) {
                    continue;
                }
                let with = step.as_mapping_get("with");
                let kept = with.and_then(|with| with.as_mapping_get("persist-credentials"));
                assert_eq!(kept.and_then(Yaml::as_bool), Some(false), "{path}: {name}");
            }
        }
    }
    assert!(used > 20, "{used} actions were found");
}

/// Whoever starts a run chooses titles, branch names and inputs: in a script they would be commands.
#[test]
fn no_script_is_put_together_from_expressions() {
    let mut scripts = 0;
    for (path, source) in workflows() {
        let workflow = read(&source);
        for (name, job) in jobs(&workflow) {
            for step in steps(job) {
                let Some(script) = text(step, "run") else { continue };
                assert!(!script.contains("${{"), "{}: {name}: {script}", path.display());
                scripts += 1;
            }
        }
    }
    assert!(scripts > 15, "{scripts} scripts were found");
}

/// A job without a list of its own has what the workflow has.
#[test]
fn every_workflow_and_every_job_that_writes_says_what_it_may() {
    /// Where a job may write, and what.
    const WRITES: [(&str, &str, &[&str]); 9] = [
        ("release.yml", "image", &["attestations", "id-token", "packages"]),
        ("release.yml", "sign", &["attestations", "id-token"]),
        ("release.yml", "publish", &["contents"]),
        ("release.yml", "crates", &["id-token"]),
        ("release.yml", "npm", &["id-token"]),
        ("release.yml", "page", &["actions"]),
        ("page.yml", "page", &["id-token", "pages"]),
        ("attestation.yml", "image", &["attestations", "id-token", "packages"]),
        ("watch.yml", "", &["contents"]),
    ];
    let mut seen = 0;
    for (path, source) in workflows() {
        let file = path.file_name().unwrap().to_str().unwrap();
        let workflow = read(&source);
        let whole = workflow.as_mapping_get("permissions").expect(file);
        let mut lists = vec![(String::new(), whole)];
        for (name, job) in jobs(&workflow) {
            lists.extend(job.as_mapping_get("permissions").map(|list| (name, list)));
        }
        for (job, list) in lists {
            let list = list.as_mapping().unwrap_or_else(|| panic!("{file}: {job}: no list"));
            let mut writes: Vec<&str> = Vec::new();
            for (name, kind) in list {
                match kind.as_str() {
                    Some("read") => {}
                    Some("write") => writes.push(name.as_str().unwrap()),
                    other => panic!("{file}: {job}: {other:?}"),
                }
            }
            writes.sort_unstable();
            let may = WRITES.iter().find(|(at, of, _)| (*at, *of) == (file, job.as_str()));
            assert_eq!(writes, may.map_or(&[][..], |(.., may)| may), "{file}: {job}");
            seen += usize::from(!writes.is_empty());
        }
    }
    assert_eq!(seen, WRITES.len());
}

/// A pull request comes from anybody: it is never run with the repository's own rights.
#[test]
fn nothing_of_a_stranger_runs_with_rights() {
    for (path, source) in workflows() {
        for word in ["pull_request_target", "workflow_run", "secrets.", "write-all", "self-hosted"]
        {
            assert!(!source.contains(word), "{}: {word}", path.display());
        }
    }
}

/// A tool that a workflow installs is the one that was looked at.
#[test]
fn every_tool_that_is_installed_has_its_version_and_its_lock_file() {
    for (path, source) in workflows() {
        for line in source.lines().filter(|line| line.contains("cargo install")) {
            let exact = line.contains('@') || line.contains("--version");
            assert!(line.contains("--locked") && exact, "{}: {line}", path.display());
            if let Some((_, version)) = line.split_once("s2s@") {
                assert_eq!(version, env!("CARGO_PKG_VERSION"), "{}", path.display());
            }
        }
    }
}

//! Reading files and standard input, with a limit before anything is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use silicon_to_source::builds::sigstore::policy::Artifact;
use silicon_to_source::engine::Builtin;
use silicon_to_source::engine::policy::{MAX_POLICY, Policy};
use silicon_to_source::error::Error;

use super::problem::Problem;
use super::spelling;
use crate::wording::cli;

/// The largest artifact that is hashed, in bytes.
const MAX_ARTIFACT: usize = 1024 * 1024 * 1024;

/// A file that was read, with its name for messages.
pub(super) type Input = silicon_to_source::File<'static>;

/// Reads a file, or standard input when `path` is `-`.
pub(super) fn read(path: &Path, max: usize) -> Result<Input, Problem> {
    if path == Path::new("-") {
        let name = cli("error.standard-input", &[]);
        return bounded(io::stdin().lock(), name, max);
    }
    let name = path.display().to_string();
    if path.is_dir() {
        return Err(Problem::new("error.folder", &[("folder", name.trim_end_matches('/'))]));
    }
    let file = File::open(path).map_err(|error| match spelling::address(&name) {
        Some(address) if error.kind() == io::ErrorKind::NotFound => {
            Problem::new("error.host", &[("file", &name), ("address", &address)])
        }
        _ => Problem::io("error.open", &name, &error),
    })?;
    let known = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|data| data.len());
    if let Some(len) = known {
        within(usize::try_from(len).unwrap_or(usize::MAX), &name, max)?;
    }
    bounded(file, name, max)
}

/// The policy called `name`: the name of one that comes with the verifier, or else a file's text.
pub(super) fn policy(name: &str) -> Result<String, Problem> {
    if silicon_to_source::engine::builtin(name).is_some() {
        return Ok(name.to_owned());
    }
    if !Path::new(name).exists() {
        return Err(unknown("error.policy", name));
    }
    let input = read(Path::new(name), MAX_POLICY)?;
    let read = Policy::from_json(&input.bytes);
    read.map_err(|error| Problem::unreadable(&input.name, &error))?;
    // A policy file is JSON, which is UTF-8.
    Ok(String::from_utf8_lossy(&input.bytes).into_owned())
}

/// The artifact that `name` spells out as a digest; a file of that name counts instead.
pub(super) fn artifact(name: &str) -> Result<Artifact, Problem> {
    let is_file = name == "-" || Path::new(name).exists();
    match Artifact::parse(name).filter(|_| !is_file) {
        Some(artifact) => Ok(artifact),
        None if is_file => Ok(Artifact::of(&read(Path::new(name), MAX_ARTIFACT)?.bytes)),
        None => Err(Problem::new("error.digest", &[("name", name)])),
    }
}

/// The policy called `name` that comes with the verifier.
pub(super) fn builtin(name: &str) -> Result<&'static Builtin, Problem> {
    silicon_to_source::engine::builtin(name).ok_or_else(|| unknown("error.policy-name", name))
}

/// No policy is called `name`; the one that is called most like it is suggested.
fn unknown(key: &str, name: &str) -> Problem {
    let near = spelling::nearest(name, Builtin::all().iter().map(|builtin| builtin.name));
    match near {
        Some(near) => Problem::new(&format!("{key}.near"), &[("name", name), ("near", near)]),
        None => Problem::new(key, &[("name", name)]),
    }
}

fn bounded(reader: impl Read, name: String, max: usize) -> Result<Input, Problem> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    reader
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| Problem::io("error.read", &name, &error))?;
    within(bytes.len(), &name, max)?;
    Ok(Input::new(name, bytes))
}

fn within(len: usize, name: &str, max: usize) -> Result<(), Problem> {
    Error::cap("the file", len, max).map_err(|error| Problem::unreadable(name, &error))
}

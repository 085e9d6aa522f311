//! `s2s tuf`: the protocol of the tuf-conformance suite.
//!
//! Only plain HTTP is spoken, to the address on the command line: the suite serves its
//! repositories on the loopback interface. Sigstore's own files are fetched like all collateral.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use silicon_to_source::builds::tuf::verify::client::{Ask, Client, Keep, begin};
use silicon_to_source::engine::MAX_INPUT;
use silicon_to_source::time::UnixTime;

use super::arguments::{Tuf, TufCommand};
use super::input::read;
use super::problem::{self, Problem};

/// How long a host may be silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest head of an answer, in bytes.
const MAX_HEAD: u64 = 64 * 1024;

/// Does what is asked; the inner error is a sentence about what does not hold.
pub(super) fn run(arguments: &Tuf, now: UnixTime) -> Result<Result<(), String>, Problem> {
    let keep = Directory(arguments.metadata_dir.clone());
    match &arguments.command {
        TufCommand::Init { root } => {
            let root = read(root, MAX_INPUT)?.bytes;
            Ok(begin(&root).and_then(|()| keep.keep("root.json", &root)))
        }
        TufCommand::Refresh => Ok(client(arguments, keep, now).map(|_| ())),
        TufCommand::Download => Ok(download(arguments, keep, now)),
    }
}

fn client(arguments: &Tuf, keep: Directory, now: UnixTime) -> Result<Client, String> {
    let metadata = arguments.metadata_url.as_deref().ok_or("--metadata-url is missing.")?;
    let targets = arguments.target_base_url.as_deref().unwrap_or(metadata);
    Client::refresh(Arc::new(PlainHttp), Arc::new(keep), metadata, targets, now)
}

fn download(arguments: &Tuf, keep: Directory, now: UnixTime) -> Result<(), String> {
    let directory = arguments.target_dir.as_deref().ok_or("--target-dir is missing.")?;
    let mut client = client(arguments, keep, now)?;
    for name in &arguments.target_name {
        let path = directory.join(inside(name)?);
        let known = fs::read(&path).ok();
        let bytes = client.target(name, known.clone())?;
        // What is there already is left alone: its time says when it changed.
        if known.as_deref() == Some(&*bytes) {
            continue;
        }
        let parent = path.parent().unwrap_or(directory);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, bytes));
        written.map_err(|error| format!("{}: {}", path.display(), problem::reason(&error)))?;
    }
    Ok(())
}

/// `name` as a path that stays inside the directory it is put in.
fn inside(name: &str) -> Result<PathBuf, String> {
    let path = Path::new(name.trim_start_matches('/'));
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    if stays { Ok(path.to_path_buf()) } else { Err(format!("{name} leads out of the directory.")) }
}

/// A directory with one file a role.
struct Directory(PathBuf);

impl Keep for Directory {
    fn kept(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.0.join(name)).ok()
    }

    /// Puts the file in place as a whole: a reader never sees half of it.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.0.join(name);
        let beside = self.0.join(format!(".{name}.new"));
        fs::create_dir_all(&self.0)
            .and_then(|()| fs::write(&beside, bytes))
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|error| format!("{}: {}", path.display(), problem::reason(&error)))
    }
}

/// HTTP/1.0, one question a connection.
struct PlainHttp;

impl Ask for PlainHttp {
    fn ask(&self, url: &str, max: u64) -> Result<Option<Vec<u8>>, String> {
        let rest = url.strip_prefix("http://").ok_or("Only http:// is spoken here.")?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let answer = exchange(host, path, max)
            .map_err(|error| format!("{url}: {}", problem::reason(&error)))?;
        let end = answer.windows(4).position(|at| at == b"\r\n\r\n");
        let (head, body) = end
            .and_then(|end| answer.split_at_checked(end))
            .ok_or_else(|| format!("{url}: the answer is not HTTP."))?;
        let body = body.get(4..).unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        match head.split_ascii_whitespace().nth(1) {
            Some("200") if u64::try_from(body.len()).is_ok_and(|len| len <= max) => {
                complete(&head, body)
                    .then(|| Some(body.to_vec()))
                    .ok_or_else(|| format!("{url}: the answer ends early."))
            }
            Some("200") => Err(format!("{url}: the answer is longer than {max} bytes.")),
            Some("403" | "404") => Ok(None),
            status => Err(format!("{url}: status {}.", status.unwrap_or("unknown"))),
        }
    }
}

fn exchange(host: &str, path: &str, max: u64) -> std::io::Result<Vec<u8>> {
    let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut stream = TcpStream::connect(with_port)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(max.saturating_add(MAX_HEAD)).read_to_end(&mut answer)?;
    Ok(answer)
}

/// Whether the body is as long as its head says.
fn complete(head: &str, body: &[u8]) -> bool {
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    length.is_none_or(|length| length == body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_names_stay_inside_the_directory() {
        assert_eq!(inside("a/b.json").unwrap(), Path::new("a/b.json"));
        assert_eq!(inside("/a").unwrap(), Path::new("a"));
        for name in ["../a", "a/../../b", "..", "a/./../b"] {
            assert!(inside(name).is_err(), "{name}");
        }
    }
}

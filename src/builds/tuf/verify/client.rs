//! The client workflow with a repository to ask and a place to keep files: what the
//! tuf-conformance suite drives.
//!
//! sigstore-tuf's updater decides what is asked and what is kept; asking and keeping are the
//! caller's. A file is handed to [`Keep::keep`] only after it was verified.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use jiff::Timestamp;
use sigstore_tuf::transport::FetchFuture;
use sigstore_tuf::{Error, MetadataStore, Repository, TargetFile, TrustedMetadataSet, Updater};

use crate::crypto::provider;
use crate::digest::{Sha256, Sha512};
use crate::time::UnixTime;

/// Answers for a file of a repository.
pub trait Ask: Send + Sync {
    /// The file at `url`, or `None` when the host says that there is none.
    ///
    /// # Errors
    /// A sentence that says why there is no answer, or that it is longer than `max` bytes.
    fn ask(&self, url: &str, max: u64) -> Result<Option<Vec<u8>>, String>;
}

/// Keeps the metadata in force by role: `root.json`, `timestamp.json` and so on.
pub trait Keep: Send + Sync {
    /// The file called `name`, when there is one.
    fn kept(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps `bytes` as `name`.
    ///
    /// # Errors
    /// A sentence that says why they could not be kept.
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), String>;
}

/// A client that begins at a kept root.
#[derive(Debug)]
pub struct Client {
    updater: Updater,
    now: Timestamp,
}

/// Whether `root` is signed by enough of its own holders.
///
/// # Errors
/// A sentence that says why it is not.
pub fn begin(root: &[u8]) -> Result<(), String> {
    provider::install().map_err(|error| error.to_string())?;
    TrustedMetadataSet::from_root(root).map(|_| ()).map_err(|error| sentence(&error))
}

impl Client {
    /// Refreshes what `keep` holds from the repository at `url`, for the moment `now`. Targets are
    /// looked for below `targets`.
    ///
    /// # Errors
    /// A sentence that says which file is missing or does not hold. What held before is kept.
    pub fn refresh(
        ask: Arc<dyn Ask>,
        keep: Arc<dyn Keep>,
        url: &str,
        targets: &str,
        now: UnixTime,
    ) -> Result<Self, String> {
        let root = keep.kept("root.json").ok_or("There is no root.json to begin with.")?;
        begin(&root)?;
        let remote = Remote { ask, metadata: slashed(url), targets: slashed(targets) };
        let updater = Updater::new(remote, &root).map_err(|error| sentence(&error))?;
        let mut updater = updater.with_store(Kept(keep));
        let now = Timestamp::from_second(now.0).map_err(|error| error.to_string())?;
        at_once(updater.refresh(now))?.map_err(|error| sentence(&error))?;
        Ok(Self { updater, now })
    }

    /// The target called `name`: `known` when it is that already, or what the repository answers.
    ///
    /// # Errors
    /// A sentence that says why there is none, or what does not fit.
    pub fn target(&mut self, name: &str, known: Option<Vec<u8>>) -> Result<Vec<u8>, String> {
        let found = at_once(self.updater.get_target_info(name, self.now))?
            .map_err(|error| sentence(&error))?;
        let target = found.ok_or_else(|| format!("No file is called {name}."))?;
        if let Some(known) = known.filter(|known| fits(known, &target)) {
            return Ok(known);
        }
        at_once(self.updater.download_target(&target, name))?.map_err(|error| sentence(&error))
    }
}

struct Remote {
    ask: Arc<dyn Ask>,
    metadata: String,
    targets: String,
}

impl Remote {
    fn get<'a>(&'a self, base: &str, path: &str, max: u64) -> FetchFuture<'a> {
        let answer = self.ask.ask(&format!("{base}{path}"), max).map_err(Error::transport);
        Box::pin(std::future::ready(answer))
    }
}

impl Repository for Remote {
    fn fetch_metadata<'a>(&'a self, name: &'a str, max: u64) -> FetchFuture<'a> {
        self.get(&self.metadata, name, max)
    }

    fn fetch_target<'a>(&'a self, path: &'a str, max: u64) -> FetchFuture<'a> {
        self.get(&self.targets, path, max)
    }
}

/// Keeps one file a role; older versions and targets are not kept.
struct Kept(Arc<dyn Keep>);

impl MetadataStore for Kept {
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(if is_current(name) { self.0.kept(name) } else { None })
    }

    fn store(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        if is_current(name) { self.0.keep(name, bytes).map_err(Error::transport) } else { Ok(()) }
    }
}

/// Whether `name` is that of a role, without a version and without a directory.
fn is_current(name: &str) -> bool {
    let version = name.split('.').next().unwrap_or_default();
    let numbered = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    !numbered && !name.contains(['/', '\\'])
}

fn fits(bytes: &[u8], target: &TargetFile) -> bool {
    let hash =
        |name: &str, actual: String| target.hashes.get(name).is_none_or(|hex| *hex == actual);
    u64::try_from(bytes.len()) == Ok(target.length)
        && (target.hashes.contains_key("sha256") || target.hashes.contains_key("sha512"))
        && hash("sha256", Sha256::of(bytes).to_string())
        && hash("sha512", Sha512::of(bytes).to_string())
}

fn slashed(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

/// The answer of a future that waits for nothing: [`Remote`] has every answer at once.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T, String> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err("The updater waits for something.".into()),
    }
}

fn sentence(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

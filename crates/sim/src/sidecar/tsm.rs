//! A simulated configfs-tsm: a plain directory whose entries a thread answers, in the files and
//! in the order of `Documentation/ABI/testing/configfs-tsm-report`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{fs, io};

/// What a simulated machine answers.
#[derive(Clone, Debug)]
pub struct Answered {
    /// `provider`: `sev_guest` or `tdx_guest`.
    pub provider: &'static str,
    /// `outblob`.
    pub report: Vec<u8>,
    /// `auxblob`; no such file when there is none.
    pub auxiliary: Option<Vec<u8>>,
    /// How often somebody else wrote to the entry meanwhile.
    pub intruders: u64,
}

/// A simulated directory. It is answered until this is dropped.
#[derive(Debug)]
pub struct Tsm {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How often the directory is looked at while it is in use, and while it is not.
const BUSY: Duration = Duration::from_micros(200);
const IDLE: Duration = Duration::from_millis(2);

impl Tsm {
    /// Makes the directory `path` and answers what is asked in it.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn start(
        path: PathBuf,
        answer: impl Fn(&[u8]) -> Answered + Send + 'static,
    ) -> io::Result<Self> {
        fs::create_dir_all(&path)?;
        let stop = Arc::new(AtomicBool::new(false));
        let (directory, stopped) = (path.clone(), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let mut entries = BTreeMap::new();
            let mut used = Instant::now();
            while !stopped.load(Ordering::Acquire) {
                if look(&directory, &mut entries, &answer).unwrap_or(false) {
                    used = Instant::now();
                }
                let busy = used.elapsed() < Duration::from_millis(100);
                std::thread::sleep(if busy { BUSY } else { IDLE });
            }
        });
        Ok(Self { path, stop, thread: Some(thread) })
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Tsm {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What an entry was asked last; nothing yet when it is new.
type Entries = BTreeMap<PathBuf, Vec<u8>>;

/// Gives new entries their attributes, and answers those that were written to.
fn look(
    directory: &Path,
    entries: &mut Entries,
    answer: &impl Fn(&[u8]) -> Answered,
) -> io::Result<bool> {
    let mut present = Entries::new();
    let mut used = false;
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let mut asked = match entries.remove(&path) {
            Some(asked) => asked,
            None => {
                used = true;
                if attributes(&path, answer(&[0; 64]).provider).is_err() {
                    continue;
                }
                Vec::new()
            }
        };
        if let Ok(input) = fs::read(path.join("inblob"))
            && input.len() == 64
            && input != asked
        {
            used = true;
            // The entry may be gone again: whoever made it did not wait.
            let _ = answered(&path, &answer(&input));
            asked = input;
        }
        present.insert(path, asked);
    }
    *entries = present;
    Ok(used)
}

fn attributes(path: &Path, provider: &str) -> io::Result<()> {
    fs::write(path.join("inblob"), b"")?;
    fs::write(path.join("privlevel"), b"")?;
    fs::write(path.join("provider"), format!("{provider}\n"))?;
    // The reader waits for this one.
    put(path, "generation", b"0\n")
}

fn answered(path: &Path, answer: &Answered) -> io::Result<()> {
    let privilege_level = fs::read(path.join("privlevel")).is_ok_and(|level| !level.is_empty());
    let writes = 1 + u64::from(privilege_level) + answer.intruders;
    put(path, "generation", format!("{writes}\n").as_bytes())?;
    if let Some(auxiliary) = &answer.auxiliary {
        put(path, "auxblob", auxiliary)?;
    }
    // The reader waits for this one, so it comes last.
    put(path, "outblob", &answer.report)
}

/// Writes a file that is there as a whole or not at all.
fn put(path: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.join(".unfinished");
    fs::write(&unfinished, bytes)?;
    fs::rename(unfinished, path.join(name))
}

//! Reports from Linux's configfs-tsm (`Documentation/ABI/testing/configfs-tsm-report`, since
//! Linux 6.7): one directory for TDX quotes and SEV-SNP reports.
//!
//! The protocol is: make a directory, write up to 64 bytes to `inblob`, read `outblob`, `auxblob`
//! and `provider`, remove the directory. `generation` counts the writes; a count that is not what
//! this program wrote means that somebody else used the same entry, so the report is dropped.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

/// Where Linux has it.
pub const DIRECTORY: &str = "/sys/kernel/config/tsm/report";

/// The largest report that is read, in bytes. Linux's own limit is 32 KiB.
const MAX_REPORT: u64 = 64 * 1024;

/// The largest auxiliary blob that is read, in bytes.
const MAX_AUXILIARY: u64 = 256 * 1024;

/// "No such device or address", as Linux numbers it on every processor.
const ENXIO: i32 = 6;

/// How the entries of this program begin.
const OURS: &str = "silicon-to-source-";

/// An entry of ours that is older belongs to nobody: hardware answers within seconds.
const LEFT: Duration = Duration::from_secs(3600);

/// How long to wait before a busy attribute is asked again.
const AGAIN: Duration = Duration::from_millis(1);

/// A configfs-tsm directory.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The directory in which entries are made.
    pub path: PathBuf,
    /// SEV-SNP: the VMPL to ask for; the kernel's own when there is none.
    pub privilege_level: Option<u8>,
    /// How long one report may take.
    pub timeout: Duration,
}

/// A report as the hardware gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Who made it.
    pub provider: Provider,
    /// `outblob`.
    pub report: Vec<u8>,
    /// `auxblob`; empty when the provider has none.
    pub auxiliary: Vec<u8>,
}

/// What stands behind the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// `sev_guest`: SEV-SNP reports, with the host's certificate table as auxiliary blob.
    SevGuest,
    /// `tdx_guest`: TDX quotes.
    TdxGuest,
}

/// Why there is no report.
#[derive(Debug)]
pub enum TsmError {
    /// The directory is not there.
    Absent(PathBuf),
    /// No driver stands behind the directory: Linux answers ENXIO then.
    NoDriver(PathBuf),
    /// The directory, or an attribute in it, cannot be used.
    Io {
        /// What was attempted.
        what: &'static str,
        /// What the system answered.
        error: io::Error,
    },
    /// Another program wrote to the entry meanwhile.
    Conflict,
    /// The hardware did not answer in time.
    Timeout,
    /// An attribute is longer than any such attribute can be.
    TooLarge(&'static str),
    /// An attribute says what this program does not know.
    Unknown(&'static str, String),
}

impl std::fmt::Display for TsmError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent(path) => write!(
                f,
                "This machine offers no attestation: {} is missing. It needs Linux 6.7 and the \
                 module sev-guest or tdx-guest.",
                path.display()
            ),
            Self::NoDriver(path) => write!(
                f,
                "This machine offers no attestation: no hardware stands behind {}. It needs the \
                 module sev-guest or tdx-guest.",
                path.display()
            ),
            Self::Io { what: "mkdir", error } if error.kind() == ErrorKind::PermissionDenied => f
                .write_str(
                    "configfs-tsm belongs to root: start s2s-attest as root, which needs no \
                     capabilities.",
                ),
            Self::Io { what, error } => write!(f, "{what}: {error}"),
            Self::Conflict => f.write_str("another program wrote to the same entry"),
            Self::Timeout => f.write_str("no report within the time allowed"),
            Self::TooLarge(what) => write!(f, "{what} is too large"),
            Self::Unknown(what, value) => write!(f, "{what} is \"{value}\", which is not known"),
        }
    }
}

impl std::error::Error for TsmError {}

impl TsmError {
    /// Whether this machine has no such hardware at all.
    pub const fn is_absence(&self) -> bool {
        matches!(self, Self::Absent(_) | Self::NoDriver(_))
    }
}

impl Directory {
    /// A report over `input`. Blocks until the hardware has answered.
    ///
    /// # Errors
    /// [`TsmError`], with the step that failed.
    pub fn report(&self, input: &[u8; 64]) -> Result<Reported, TsmError> {
        let until = Instant::now().checked_add(self.timeout).ok_or(TsmError::Timeout)?;
        let entry = Entry::make(&self.path)?;
        let before = entry.generation(until)?;
        let mut writes = 1_u64;
        if let Some(level) = self.privilege_level {
            entry.write("privlevel", level.to_string().as_bytes())?;
            writes = writes.saturating_add(1);
        }
        entry.write("inblob", input)?;
        let report = entry.read("outblob", MAX_REPORT, until)?;
        let auxiliary = match entry.read_once("auxblob", MAX_AUXILIARY) {
            Err(TsmError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => Vec::new(),
            other => other?,
        };
        let provider = match entry.text("provider", until)?.as_str() {
            "sev_guest" => Provider::SevGuest,
            "tdx_guest" => Provider::TdxGuest,
            other => return Err(TsmError::Unknown("provider", other.to_owned())),
        };
        if entry.generation(until)? != before.saturating_add(writes) {
            return Err(TsmError::Conflict);
        }
        if report.is_empty() {
            return Err(TsmError::Unknown("outblob", String::new()));
        }
        Ok(Reported { provider, report, auxiliary })
    }
}

/// One entry; it is removed at the end.
struct Entry {
    path: PathBuf,
}

impl Entry {
    fn make(directory: &Path) -> Result<Self, TsmError> {
        static SWEPT: Once = Once::new();
        SWEPT.call_once(|| sweep(directory));
        let path = directory.join(format!("{OURS}{}", name()?));
        match fs::create_dir(&path) {
            Ok(()) => Ok(Self { path }),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(TsmError::Absent(directory.to_owned()))
            }
            Err(error) if error.raw_os_error() == Some(ENXIO) => {
                Err(TsmError::NoDriver(directory.to_owned()))
            }
            Err(error) => Err(TsmError::Io { what: "mkdir", error }),
        }
    }

    fn write(&self, name: &'static str, value: &[u8]) -> Result<(), TsmError> {
        let written = fs::OpenOptions::new()
            .write(true)
            .truncate(false)
            .open(self.path.join(name))
            .and_then(|mut file| file.write_all(value));
        written.map_err(|error| TsmError::Io { what: name, error })
    }

    /// Reads an attribute; one that is busy or not there yet is asked again until `until`.
    fn read(&self, name: &'static str, max: u64, until: Instant) -> Result<Vec<u8>, TsmError> {
        loop {
            match self.read_once(name, max) {
                Err(TsmError::Io { error, .. }) if is_temporary(&error) => {
                    if Instant::now() >= until {
                        return Err(TsmError::Timeout);
                    }
                    std::thread::sleep(AGAIN);
                }
                other => return other,
            }
        }
    }

    fn read_once(&self, name: &'static str, max: u64) -> Result<Vec<u8>, TsmError> {
        let mut value = Vec::new();
        let read = File::open(self.path.join(name))
            .and_then(|file| file.take(max.saturating_add(1)).read_to_end(&mut value));
        match read {
            Err(error) => Err(TsmError::Io { what: name, error }),
            Ok(length) if u64::try_from(length).unwrap_or(u64::MAX) > max => {
                Err(TsmError::TooLarge(name))
            }
            Ok(_) => Ok(value),
        }
    }

    fn text(&self, name: &'static str, until: Instant) -> Result<String, TsmError> {
        let bytes = self.read(name, 64, until)?;
        Ok(String::from_utf8_lossy(&bytes).trim_ascii().to_owned())
    }

    fn generation(&self, until: Instant) -> Result<u64, TsmError> {
        let text = self.text("generation", until)?;
        text.parse().map_err(|_| TsmError::Unknown("generation", text))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // In configfs the attributes go with their directory; elsewhere they have to go first.
        // An entry that stays is harmless.
        if fs::remove_dir(&self.path).is_err() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A name that no other process has, in whatever namespace it counts its own number: a container's
/// process is number 1 each time, and finds what the one before it left.
fn name() -> Result<String, TsmError> {
    let mut random = [0; 16];
    let failed = |_| TsmError::Io { what: "random", error: io::Error::other("no random numbers") };
    getrandom::fill(&mut random).map_err(failed)?;
    Ok(hex::encode(random))
}

/// Removes what processes left that were killed while the hardware answered. A younger entry may be
/// another process's that waits for its report.
fn sweep(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(OURS);
        let age = entry.metadata().and_then(|data| data.modified()).ok();
        let age = age.and_then(|time| time.elapsed().ok()).unwrap_or_default();
        if is_ours && age > LEFT {
            drop(Entry { path: entry.path() });
        }
    }
}

fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::WouldBlock
            | ErrorKind::ResourceBusy
            | ErrorKind::Interrupted
            | ErrorKind::TimedOut
    )
}

//! Running other programs. What cargo, rustup and npm can fetch for this repository alone is fetched
//! when it is missing; packages of the system are not.

use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::setup;

/// The target for which the verifier is compiled for browsers and Node.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The oldest Node that builds the offline file and runs the tests.
const NODE: u32 = 20;

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// npm, which is a script on Windows.
pub(crate) fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Where cargo builds.
pub(crate) fn target_folder(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |path| root.join(path))
}

/// Where cargo keeps packages.
pub(crate) fn cargo_home() -> PathBuf {
    home_of("CARGO_HOME", ".cargo")
}

/// Where rustup keeps compilers.
pub(crate) fn rustup_home() -> PathBuf {
    home_of("RUSTUP_HOME", ".rustup")
}

fn home_of(variable: &str, folder: &str) -> PathBuf {
    let user = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).unwrap_or_default();
    env::var_os(variable).map_or_else(|| Path::new(&user()).join(folder), PathBuf::from)
}

/// Runs `command` to its end, with its output on this terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let line = line(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::command(&line, status.code())),
        Err(error) => Err(not_started(command, &error)),
    }
}

/// Runs `command` and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let line = line(command);
    match command.stderr(Stdio::inherit()).output() {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => Err(Failure::command(&line, output.status.code())),
        Err(error) => Err(not_started(command, &error)),
    }
}

/// What `rustc --version` says in the repository.
pub(crate) fn rustc_version(root: &Path) -> Result<String, Failure> {
    output(Command::new(rustc()).arg("--version").current_dir(root))
}

/// Sees to it that the compiler has the wasm target.
pub(crate) fn need_wasm_target(root: &Path) -> Result<(), Failure> {
    let print = ["--print", "target-libdir", "--target", WASM];
    let folder = output(Command::new(rustc()).args(print).current_dir(root))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    println!("The Rust target {WASM} is missing. Running `rustup target add {WASM}`.");
    run(Command::new("rustup").args(["target", "add", WASM]).current_dir(root))
}

/// Sees to it that Node is there and new enough.
pub(crate) fn need_node() -> Result<(), Failure> {
    let version = output(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().map(str::parse::<u32>);
    match major {
        Some(Ok(major)) if major >= NODE => Ok(()),
        _ => Err(Failure::new(format!(
            "Node {NODE} or newer is needed, and `node --version` says {}.",
            version.trim()
        ))),
    }
}

/// The Chromium to test the page in: `CHROMIUM`, or one that is installed. None is installed here.
pub(crate) fn need_chromium() -> Result<PathBuf, Failure> {
    chromium()?.ok_or_else(|| Failure::new(setup::MISSING))
}

/// `CHROMIUM`, or the Chromium or Chrome that is installed, if any is.
pub(crate) fn chromium() -> Result<Option<PathBuf>, Failure> {
    const NAMES: [&str; 4] =
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    match env::var_os("CHROMIUM").map(PathBuf::from) {
        Some(path) if path.is_file() => Ok(Some(path)),
        Some(path) => {
            Err(Failure::new(format!("CHROMIUM is {}, which is not a file.", path.display())))
        }
        None => Ok(NAMES.iter().find_map(|name| on_path(name))),
    }
}

/// `FIREFOX`, or the Firefox ESR that is installed, if it is.
pub(crate) fn firefox() -> Option<PathBuf> {
    match env::var_os("FIREFOX").map(PathBuf::from) {
        Some(path) => path.is_file().then_some(path),
        None => on_path("firefox-esr"),
    }
}

/// The packages that the scripts in `folder` use, exactly as its lock file names them.
pub(crate) fn need_node_modules(folder: &Path) -> Result<(), Failure> {
    let installed = folder.join("node_modules/.package-lock.json");
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
    let lock = modified(&folder.join("package-lock.json"));
    if lock.is_some() && modified(&installed) >= lock {
        return Ok(());
    }
    let name = folder.strip_prefix(crate::root()).unwrap_or(folder).display();
    println!("The packages of {name} are missing or old. Running `npm ci` there.");
    run(npm().args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// The program called `name`, where it is installed.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy().into_owned();
    if error.kind() == ErrorKind::NotFound {
        Failure::new(format!("{program} is needed and was not found. Install it and try again."))
    } else {
        Failure::new(format!("{program} could not be started: {error}."))
    }
}

//! `cargo site reproduce`: builds a release twice, in surroundings that differ in everything which must
//! not show in its bytes, and prints both digests of each file side by side.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use silicon_to_source::digest::Sha256;

use crate::build::{files, read, remove};
use crate::failure::Failure;
use crate::{listing, release, tools};

/// What a build finds around it.
struct Surroundings {
    name: &'static str,
    /// The folder of the sources, below the one of both builds.
    folder: &'static str,
    jobs: &'static str,
    variables: [(&'static str, &'static str); 5],
}

const BOTH: [Surroundings; 2] = [
    Surroundings {
        name: "first",
        folder: "first/sources",
        jobs: "1",
        variables: [
            ("TZ", "UTC"),
            ("LC_ALL", "C"),
            ("USER", "somebody"),
            ("LOGNAME", "somebody"),
            ("HOSTNAME", "here"),
        ],
    },
    Surroundings {
        name: "second",
        folder: "second/a longer folder/with a space/sources",
        jobs: "2",
        variables: [
            ("TZ", "Pacific/Kiritimati"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("USER", "else"),
            ("LOGNAME", "else"),
            ("HOSTNAME", "elsewhere"),
        ],
    },
];

/// The target for which programs are built here.
fn target() -> &'static str {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64-unknown-linux-musl",
        ("linux", _) => "aarch64-unknown-linux-musl",
        ("macos", "x86_64") => "x86_64-apple-darwin",
        ("macos", _) => "aarch64-apple-darwin",
        _ => "x86_64-pc-windows-msvc",
    }
}

/// Builds the commit at `HEAD` twice and compares.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let folder = tools::target_folder(root).join("reproduce");
    remove(&folder)?;
    let mut built = Vec::new();
    for surroundings in &BOTH {
        println!("== The {} build", surroundings.name);
        built.push(build(root, &folder, surroundings)?);
    }
    let [first, second] = &built[..] else {
        return Err(Failure::new("Two builds are compared."));
    };
    let (table, differ) = compared(first, second);
    print!("{table}");
    match differ {
        0 => {
            println!("Both builds have the same {} files, byte for byte.", first.len());
            Ok(())
        }
        _ => Err(Failure::new(format!(
            "{differ} files differ. Both are kept in {}.",
            folder.display()
        ))),
    }
}

/// One build of a clone, with a home and a cargo home of its own.
fn build(
    root: &Path,
    both: &Path,
    surroundings: &Surroundings,
) -> Result<BTreeMap<String, Sha256>, Failure> {
    let sources = both.join(surroundings.folder);
    let home = both.join(surroundings.name).join("home");
    fs::create_dir_all(&home).map_err(|error| Failure::at(&home, error))?;
    let mut clone = Command::new("git");
    clone.args(["clone", "--quiet", "--no-hardlinks"]).arg(root).arg(&sources);
    tools::run(&mut clone)?;
    // Packages are not fetched again where they lie already; the compiler sees them elsewhere.
    let cargo_home = home.join("cargo");
    fs::create_dir_all(&cargo_home).map_err(|error| Failure::at(&cargo_home, error))?;
    for name in ["registry", "config.toml", "config"] {
        share(&tools::cargo_home().join(name), &cargo_home.join(name))?;
    }
    let target = target();
    let page =
        sources.join(release::FILES).join(format!("audit-{}.html", env!("CARGO_PKG_VERSION")));
    let steps: [Vec<PathBuf>; 2] = [
        vec!["release".into()],
        vec!["programs".into(), "--target".into(), target.into(), "--page".into(), page],
    ];
    for step in steps {
        let mut site = tools::cargo();
        site.args(["run", "--locked", "--quiet", "--package", "xtask", "--"])
            .args(step)
            .current_dir(&sources)
            .env("HOME", &home)
            .env("CARGO_HOME", &cargo_home)
            .env("RUSTUP_HOME", tools::rustup_home())
            .env("CARGO_BUILD_JOBS", surroundings.jobs)
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("SOURCE_DATE_EPOCH")
            .envs(surroundings.variables);
        tools::run(&mut site)?;
    }
    let out = sources.join(release::FILES);
    let mut digests = BTreeMap::new();
    for path in files(&out)? {
        digests.insert(listing::name(&out, &path), Sha256::of(&read(&path)?));
    }
    Ok(digests)
}

/// Makes `from` visible at `to`, where it is there.
fn share(from: &Path, to: &Path) -> Result<(), Failure> {
    if !from.exists() {
        return Ok(());
    }
    #[cfg(unix)]
    let done = std::os::unix::fs::symlink(from, to);
    #[cfg(windows)]
    let done = match from.is_dir() {
        true => std::os::windows::fs::symlink_dir(from, to),
        false => std::os::windows::fs::symlink_file(from, to),
    };
    done.map_err(|error| Failure::at(to, error))
}

/// Both digests of each file, and how many files differ.
fn compared(
    first: &BTreeMap<String, Sha256>,
    second: &BTreeMap<String, Sha256>,
) -> (String, usize) {
    let names: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let mut table = String::new();
    let mut differ = 0;
    for name in names {
        let digest = |build: &BTreeMap<String, Sha256>| {
            build.get(name).map_or_else(|| "absent".to_owned(), ToString::to_string)
        };
        let same = first.get(name) == second.get(name);
        differ += usize::from(!same);
        let word = if same { "same " } else { "OTHER" };
        table.push_str(&format!("{word} {}  {}  {name}\n", digest(first), digest(second)));
    }
    (table, differ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_or_is_absent_is_counted_and_named() {
        let digests = |files: &[(&str, &[u8])]| -> BTreeMap<String, Sha256> {
            files.iter().map(|(name, bytes)| ((*name).to_owned(), Sha256::of(bytes))).collect()
        };
        let first = digests(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
        let second = digests(&[("a", b"1"), ("b", b"other"), ("d", b"4")]);
        let (table, differ) = compared(&first, &second);
        assert_eq!(differ, 3);
        let words: Vec<&str> = table.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(words, ["same", "OTHER", "OTHER", "OTHER"]);
        assert_eq!(compared(&first, &first).1, 0);
    }

    #[test]
    fn the_surroundings_differ_in_everything() {
        let [first, second] = &BOTH;
        assert_ne!(first.folder, second.folder);
        assert_ne!(first.jobs, second.jobs);
        for (one, other) in first.variables.iter().zip(&second.variables) {
            assert_eq!(one.0, other.0);
            assert_ne!(one.1, other.1);
        }
    }
}

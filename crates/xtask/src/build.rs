//! Building `target/site`: the page, the verifier as wasm, and the demonstration; and with them
//! `target/npm`, and the offline file.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use s2s_sim::container::Container;
use s2s_sim::intel::{CollateralSpec, QuoteSpec, TdSpec};
use s2s_sim::repository::{Repository, WORKFLOW};
use silicon_to_source::digest::Sha256;
use wasm_bindgen_cli_support::Bindgen;

use crate::failure::Failure;
use crate::manifest::{Kind, Manifest, Target};
use crate::{audit, extension, headers, listing, own, package, page, tools, webcat};

/// What was built.
pub(crate) struct Site {
    /// The folder to serve.
    pub(crate) folder: PathBuf,
    /// The manifest it was built by.
    pub(crate) manifest: Manifest,
}

/// Builds everything into `target/site`, and the Node flavour of the wasm beside it.
pub(crate) fn site(root: &Path) -> Result<Site, Failure> {
    let manifest = Manifest::read(root, &tools::rustc_version(root)?)?;
    tools::need_wasm_target(root)?;
    let wasm = compile(root, &manifest)?;
    let folder = root.join("target/site");
    remove(&folder)?;
    copy(&root.join("www"), &folder)?;
    for sources in [package::SOURCES, extension::SOURCES] {
        remove(&folder.join(sources))?;
    }
    // The page for operators links them.
    copy(&root.join("deploy"), &folder.join("deploy"))?;
    for target in &manifest.targets {
        bind(root, &wasm, target)?;
    }
    demonstration(&folder)?;
    build_demonstration(root, &folder)?;
    package::assemble(root, &folder)?;
    own::policy(&folder)?;
    let offline = audit::assemble(root, &folder)?;
    page::assemble(root, &folder)?;
    budget(&folder, &manifest)?;
    of_itself(root, &folder, &manifest, &offline)?;
    Ok(Site { folder, manifest })
}

/// Writes what names the files of the site: last, so that each of them is there.
fn of_itself(root: &Path, site: &Path, manifest: &Manifest, offline: &str) -> Result<(), Failure> {
    let listing = listing::of(site)?;
    own::assemble(root, site, manifest, &listing)?;
    webcat::assemble(root, site, &listing, offline)?;
    let served =
        listing.keys().map(String::as_str).chain([own::NAME, own::RECORD, ".well-known/webcat"]);
    own::simulated_release(root, site)?;
    let path = site.join("_headers");
    fs::write(&path, headers::file(served, &headers::of_offline(offline)))
        .map_err(|error| Failure::at(&path, error))
}

/// Compiles the crate for wasm32, with paths of this machine left out of the result.
fn compile(root: &Path, manifest: &Manifest) -> Result<PathBuf, Failure> {
    let profile = &manifest.profile;
    println!("Compiling the verifier for {} (profile {}).", tools::WASM, profile.cargo);
    let mut flags = flags(root, tools::WASM);
    flags.push(format!("\u{1f}-Cllvm-args=-inline-threshold={}", profile.inline_threshold));
    tools::run(
        tools::cargo()
            .args(["build", "--locked", "--package", "s2s-wasm"])
            .args(["--target", tools::WASM, "--profile", &profile.cargo])
            .current_dir(root)
            .env("CARGO_TARGET_DIR", tools::target_folder(root))
            .env("CARGO_ENCODED_RUSTFLAGS", flags),
    )?;
    Ok(tools::target_folder(root).join(tools::WASM).join(&profile.cargo).join("s2s_wasm.wasm"))
}

/// Flags of the compiler that leave this machine out of what it writes. On Linux the linker comes with
/// Rust, so that no C compiler's version shows.
pub(crate) fn flags(root: &Path, target: &str) -> OsString {
    let mut paths = [
        (tools::cargo_home(), "/cargo"),
        (root.to_owned(), "/source"),
        (tools::target_folder(root), "/target"),
    ];
    // The last that fits counts, and one of these folders may lie in another.
    paths.sort_by_key(|(path, _)| path.as_os_str().len());
    let mut flags: Vec<OsString> = Vec::new();
    for (path, name) in paths {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(path);
        flag.push("=");
        flag.push(name);
        flags.push(flag);
    }
    if target.ends_with("-linux-musl") {
        flags.push("-Clinker=rust-lld".into());
    }
    flags.join(OsStr::new("\u{1f}"))
}

fn bind(root: &Path, wasm: &Path, target: &Target) -> Result<(), Failure> {
    let out = root.join(&target.out);
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).out_name("silicon_to_source").typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    match target.target {
        Kind::Web => bindgen.web(true),
        Kind::Nodejs => bindgen.nodejs(true),
    }
    .and_then(|bindgen| bindgen.generate(&out))
    .map_err(|error| Failure::new(format!("wasm-bindgen, target {}: {error:#}.", target.name)))?;
    print_digests(root, &target.out)
}

fn print_digests(root: &Path, out: &Path) -> Result<(), Failure> {
    for path in files(&root.join(out))? {
        let bytes = read(&path)?;
        let name = path.strip_prefix(root).unwrap_or(&path);
        println!("{}  {} ({} bytes)", Sha256::of(&bytes), name.display(), bytes.len());
    }
    Ok(())
}

/// Writes the demonstration that the page opens with, and a simulated TDX quote with its
/// collateral beside it.
fn demonstration(folder: &Path) -> Result<(), Failure> {
    let folder = folder.join("demo");
    fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, error))?;
    let files = [
        ("bundle.json", s2s_sim::demonstration()),
        ("tdx-quote.bin", QuoteSpec::tdx_v5(TdSpec::healthy_1_5()).bytes()),
        ("tdx-collateral.json", CollateralSpec::tdx().bytes()),
    ];
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| Failure::at(&path, error))?;
    }
    Ok(())
}

/// Writes the demonstration of a build: a simulated container of this repository's `HEAD`.
///
/// A source archive has no git objects. Then the demonstration is left out, and so is said.
fn build_demonstration(root: &Path, folder: &Path) -> Result<(), Failure> {
    let folder = folder.join("demo/build");
    fs::create_dir_all(&folder).map_err(|error| Failure::at(&folder, error))?;
    let files = match Repository::read(root) {
        Some(repository) => {
            println!("The demonstration of a build is about commit {}.", repository.commit_name());
            Container::of(&repository).files(&repository)
        }
        None => {
            println!(
                "The demonstration of a build is left out: this folder is not a git repository, \
                 git is absent, or its commit has no {WORKFLOW}."
            );
            Vec::new()
        }
    };
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let list = serde_json::to_vec(&names).map_err(|error| Failure::at(&folder, error))?;
    for (name, bytes) in
        files.iter().map(|(name, bytes)| (name.as_str(), bytes)).chain([("files.json", &list)])
    {
        let path = folder.join(name);
        fs::write(&path, bytes).map_err(|error| Failure::at(&path, error))?;
    }
    Ok(())
}

/// Says how large the page's wasm is and stops when it is larger than it may be.
fn budget(folder: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let path = folder.join("pkg/silicon_to_source_bg.wasm");
    let bytes = read(&path)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    let gzip = gzip
        .write_all(&bytes)
        .and_then(|()| gzip.finish())
        .map_err(|error| Failure::at(&path, error))?;
    let (raw, max) = (bytes.len(), manifest.budgets.wasm_raw);
    println!("The verifier's wasm has {raw} bytes, {} with gzip.", gzip.len());
    if raw > max {
        return Err(Failure::new(format!(
            "That is more than wasm-pack.toml allows: budgets.wasm-raw is {max}."
        )));
    }
    Ok(())
}

/// Copies every file under `from`.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    for source in files(from)? {
        copy_file(&source, &to.join(source.strip_prefix(from).unwrap_or(&source)))?;
    }
    Ok(())
}

/// Copies a file into a folder that need not be there.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::at(parent, error))?;
    }
    fs::copy(from, to).map_err(|error| Failure::at(from, error))?;
    Ok(())
}

/// Removes a folder that need not be there.
pub(crate) fn remove(folder: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::at(folder, error))
        }
        _ => Ok(()),
    }
}

/// Every file under `folder`, sorted by path.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| Failure::at(folder, error))? {
        let path = entry.map_err(|error| Failure::at(folder, error))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::at(path, error))
}

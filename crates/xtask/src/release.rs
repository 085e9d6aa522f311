//! `cargo site release` and `cargo site programs`: the files of a release, in `target/release-files`.

use std::fs;
use std::path::{Path, PathBuf};

use silicon_to_source::digest::Sha256;

use crate::build::{copy_file, files, read, remove};
use crate::failure::Failure;
use crate::{build, extension, listing, own, pack, tools, webcat};

/// The folder of a release's files, below `target`.
pub(crate) const FILES: &str = "target/release-files";

/// The crates for crates.io, in the order in which they are published.
pub(crate) const CRATES: [&str; 5] =
    ["silicon-to-source", "s2s-net", "s2s-seal", "s2s", "s2s-attest"];

/// The programs of a release.
const PROGRAMS: [&str; 2] = ["s2s", "s2s-attest"];

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds what is the same on every machine: the page, the offline file, the extension, the npm package,
/// the crates, and what the build says of itself.
pub(crate) fn site(root: &Path) -> Result<(), Failure> {
    let site = build::site(root)?.folder;
    extension::assemble(root, &site)?;
    let out = root.join(FILES);
    remove(&out)?;
    fs::create_dir_all(&out).map_err(|error| Failure::at(&out, error))?;
    write(&out, &format!("site-{VERSION}.tar.gz"), &pack::archive(&site, "site")?)?;
    let npm = pack::archive(&root.join("target/npm"), "package")?;
    write(&out, &format!("silicon-to-source-{VERSION}.tgz"), &npm)?;
    copy_file(&site.join("audit.html"), &out.join(format!("audit-{VERSION}.html")))?;
    for name in [own::NAME, "release-policy.json"] {
        copy_file(&site.join(name), &out.join(name))?;
    }
    copy_file(
        &tools::target_folder(root).join(webcat::TO_SIGN),
        &out.join(format!("webcat-{VERSION}.canonical.json")),
    )?;
    let waict = webcat::waict(&listing::of(&site)?).to_string();
    write(&out, &format!("waict-{VERSION}.experimental.json"), waict.as_bytes())?;
    for path in files(&root.join("target/extension"))? {
        if path.extension().is_some_and(|kind| kind == "zip") {
            copy_file(&path, &out.join(path.file_name().unwrap_or_default()))?;
        }
    }
    crates(root, &out)?;
    told(&out)
}

/// The crates as cargo packs them. What they hold was built and tried by the tests.
fn crates(root: &Path, out: &Path) -> Result<(), Failure> {
    let mut cargo = tools::cargo();
    cargo.args(["package", "--locked", "--no-verify"]).current_dir(root);
    if own::commit(root).is_none() {
        cargo.arg("--allow-dirty");
    }
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    tools::run(&mut cargo)?;
    for name in CRATES {
        let file = format!("{name}-{VERSION}.crate");
        copy_file(&tools::target_folder(root).join("package").join(&file), &out.join(&file))?;
    }
    Ok(())
}

/// Builds `s2s`, with the offline file `page` in it, and `s2s-attest`, for `target`.
pub(crate) fn programs(root: &Path, target: &str, page: &Path) -> Result<(), Failure> {
    if tools::on_path(&format!("cargo-auditable{}", std::env::consts::EXE_SUFFIX)).is_none() {
        return Err(Failure::new(
            "cargo-auditable is needed, which puts the list of packages into a program. \
             `cargo install --locked cargo-auditable@0.7.7` installs it.",
        ));
    }
    let page = page.canonicalize().map_err(|error| Failure::at(page, error))?;
    let mut cargo = tools::cargo();
    cargo
        .args(["auditable", "build", "--locked", "--profile", "programs", "--target", target])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", tools::target_folder(root))
        .env("CARGO_ENCODED_RUSTFLAGS", build::flags(root, target))
        .env("S2S_AUDIT_PAGE", page);
    for name in PROGRAMS {
        cargo.args(["--package", name, "--bin", name]);
    }
    tools::run(&mut cargo)?;
    let out = root.join(FILES);
    let built = tools::target_folder(root).join(target).join("programs");
    let ending = if target.contains("windows") { ".exe" } else { "" };
    for name in PROGRAMS {
        let to = out.join(format!("{name}-{VERSION}-{target}{ending}"));
        copy_file(&built.join(format!("{name}{ending}")), &to)?;
    }
    told(&out)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path: PathBuf = folder.join(name);
    fs::write(&path, bytes).map_err(|error| Failure::at(&path, error))
}

/// Prints each file with its digest, as `sha256sum` does.
fn told(folder: &Path) -> Result<(), Failure> {
    for path in files(folder)? {
        println!("{}  {}", Sha256::of(&read(&path)?), listing::name(folder, &path));
    }
    Ok(())
}

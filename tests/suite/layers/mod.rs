//! The order of the house: what may use what, in `src/` and among the crates.
//!
//! Every path of every source file is read, without comments, strings and unit tests. A module, a
//! room or a file that the order does not name is an error, so that a new one is given its place.

mod crates;
mod house;
mod paths;
mod surface;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use house::{FURNITURE, House, KERNEL};

/// A folder of the repository.
fn repository(folder: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(folder)
}

/// Every source file under `folder`, by its path in it.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = repository(folder);
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    files.sort();
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The verifier's files, without the root of the crate and the lists of rooms.
fn verifier() -> Vec<(String, String)> {
    let mut files = sources("src");
    let lists: Vec<String> = house::ZONES.iter().map(|zone| format!("{zone}/mod.rs")).collect();
    files.retain(|(name, _)| name != "lib.rs" && !lists.contains(name));
    assert!(files.len() > 200, "the sources were found");
    files
}

fn house() -> House {
    House::of(&repository("src"))
}

#[test]
fn no_arrow_points_up() {
    let house = house();
    let files = verifier();
    let wrong: Vec<String> =
        files.iter().flat_map(|(file, text)| house.complaints(file, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_names_what_there_is_and_nothing_else() {
    let house = house();
    let files: BTreeSet<String> = house.files().collect();
    for (file, ..) in FURNITURE {
        assert!(files.contains(*file), "{file} is in the table of roles only");
    }
    let roots: BTreeSet<String> =
        verifier().iter().map(|(file, _)| paths::module(file)[0].clone()).collect();
    for module in KERNEL {
        assert!(roots.contains(*module), "{module} is in the order only");
    }
}

/// Files of one role may use each other, and not in a circle.
#[test]
fn the_files_of_a_room_make_no_circle() {
    let house = house();
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, text) in verifier() {
        let from = house.unit(&paths::module(&file));
        arrows.entry(from).or_default().extend(house.beside(&file, &text));
    }
    // What uses nothing that is left is no part of a circle.
    while let Some(done) = arrows.iter().find(|(_, to)| to.is_empty()).map(|(from, _)| from.clone())
    {
        arrows.remove(&done);
        for to in arrows.values_mut() {
            to.remove(&done);
        }
        let known: BTreeSet<String> = arrows.keys().cloned().collect();
        for to in arrows.values_mut() {
            to.retain(|unit| known.contains(unit));
        }
    }
    assert!(arrows.is_empty(), "{arrows:#?}");
}

#[test]
fn made_up_upward_arrows_are_caught() {
    let house = house();
    for (file, text) in [
        // A later zone, a later room, a later role, and a later role of an earlier room.
        ("builds/git/verify/mod.rs", "use crate::formats::snp::parse::Report;"),
        ("formats/snp/verify/chain.rs", "use crate::formats::tpm::parse::Quote;"),
        ("formats/snp/verify/chain.rs", "use crate::formats::snp::policy::SnpPolicy;"),
        ("formats/tpm/parse/mod.rs", "use crate::formats::snp::verify::f;"),
        (
            "formats/snp/verify/chain.rs",
            "fn f() { crate::{error::E, formats::snp::appraise::f()}; }",
        ),
        ("formats/snp/verify/chain.rs", "use super::super::appraise::f;"),
        ("formats/snp/parse/report.rs", "use crate::formats::snp; fn f() { snp::verify::f() }"),
        ("formats/snp/parse/report.rs", "use crate::formats; fn f() { formats::snp::verify::f() }"),
        (
            "formats/snp/parse/report.rs",
            "use crate::formats::snp as amd; fn f() { amd::verify::f() }",
        ),
        ("formats/snp/files.rs", "use super::examine::examine;"),
        // The kernel.
        ("error.rs", "use super::crypto::verify;"),
        ("bytes.rs", "use crate::{time::{UnixTime, DAY}, report};"),
        ("report/mod.rs", "use crate::formats::snp::checks;"),
        ("report/mod.rs", "use crate::engine::checks::ALL;"),
        ("crypto/mod.rs", "const X: &str = r#\"\\\"#; use crate::pki::Certificate;"),
        ("crypto/mod.rs", "fn f(c: char) -> bool { c == '\"' || crate::pki::f(c) }"),
        ("crypto/mod.rs", "#[cfg(test)]\nmod tests;\nuse crate::pki;"),
        // Refused, although it points down.
        ("formats/snp/parse/report.rs", "use crate::crypto::verify;"),
        ("services/near/appraise.rs", "use crate::crypto::verify;"),
        ("formats/snp/verify/mod.rs", "use crate::requirements::Requirements;"),
        ("engine/kind.rs", "pub(crate) use crate::crypto::verify;"),
        ("report/fold.rs", "use crate::{\n    bytes::Span,\n    crypto,\n};"),
        // What has no place.
        ("report/mod.rs", "use crate::*;"),
        ("report/mod.rs", "use crate::newcomer::Thing;"),
        ("report/mod.rs", "use crate::Context;"),
        ("newcomer.rs", "use crate::error::Error;"),
        ("formats/newcomer/parse.rs", "use crate::error::Error;"),
    ] {
        let complaints = house.complaints(file, text);
        assert!(!complaints.is_empty(), "{file}: {text}");
    }
}

#[test]
fn downward_arrows_comments_strings_and_unit_tests_are_let_through() {
    let house = house();
    for (file, text) in [
        ("formats/snp/verify/mod.rs", "use super::parse::Report; use self::chain::check;"),
        ("formats/snp/verify/chain.rs", "use crate::formats::snp::parse::Report; use super::f;"),
        ("formats/azure/appraise.rs", "use crate::formats::snp::{appraise, checks, verify};"),
        ("formats/snp/examine.rs", "use super::{appraise, policy::SnpPolicy, wanted};"),
        ("builds/image/follow.rs", "use super::builds::Builds;"),
        ("formats/gce/verify.rs", "use crate::crypto; fn f() { crypto::verify() }"),
        ("formats/gce/parse.rs", "// see crate::policy\n/* crate::a /* */ crate::report */"),
        ("pki/cert.rs", "/// See [`f`](crate::engine::f).\nconst A: &str = \"crate::engine\";"),
        ("pki/cert.rs", "fn f<'a>(x: &'a str) -> char { 'a' }"),
        ("crypto/mod.rs", "pub mod rsa;\n#[cfg(test)]\nmod tests { use crate::engine::keys; }"),
        ("engine/mod.rs", "use crate::services::near; fn f() { near::examine::examine() }"),
        ("pki/anchors.rs", "mod simulated { use super::Anchor; }"),
    ] {
        assert_eq!(house.complaints(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}

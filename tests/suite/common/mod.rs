//! Where test data lies.
#![allow(dead_code)]

#[cfg(feature = "sim")]
pub(crate) mod dcap;
#[cfg(feature = "sim")]
pub(crate) mod eigencompute;
#[cfg(feature = "sim")]
pub(crate) mod snp;
#[cfg(feature = "sim")]
pub(crate) mod table;

pub(crate) mod eventlog;
pub(crate) mod invariants;
pub(crate) mod mutation;
pub(crate) mod vectors;

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

pub(crate) use vectors::{shared, skipped};

/// The directory of the registry package `name` that this crate is built with.
pub(crate) fn crate_dir(name: &str) -> Option<PathBuf> {
    let packages = metadata().get("packages")?.as_array()?;
    let package = packages.iter().find(|package| package["name"] == name)?;
    Some(PathBuf::from(package["manifest_path"].as_str()?).parent()?.to_path_buf())
}

/// What cargo knows of the packages. Only the host's are asked for, and none of an optional
/// feature: whoever runs these tests has those, and nobody may have fetched another platform's.
fn metadata() -> &'static serde_json::Value {
    static METADATA: OnceLock<serde_json::Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let cargo = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO"))
                .args(arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .expect("cargo runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            output.stdout
        };
        let version = String::from_utf8(cargo(&["-vV"])).expect("cargo's version is text");
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.expect("cargo names its host");
        let asked = ["metadata", "--format-version", "1", "--offline", "--locked"];
        let narrowed = ["--no-default-features", "--filter-platform", host];
        let answer = cargo(&[&asked[..], &narrowed].concat());
        serde_json::from_slice(&answer).expect("cargo metadata is JSON")
    })
}

/// Examines `input` with `collateral` beside it, as a shell does that hands over files.
pub(crate) fn examine(
    input: &[u8],
    collateral: &[&[u8]],
    policy: Option<&silicon_to_source::policy::Policy>,
    now: silicon_to_source::time::UnixTime,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let mut files = vec![silicon_to_source::File::new("evidence", input)];
    let beside = (1..).zip(collateral);
    files.extend(
        beside
            .map(|(number, bytes)| silicon_to_source::File::new(format!("file {number}"), *bytes)),
    );
    let report = silicon_to_source::examine(&files, policy, &silicon_to_source::Context::at(now))?;
    let broken = invariants::broken(&report);
    assert!(broken.is_empty(), "{} under {}: {broken:?}", report.subject.kind, report.policy.name);
    Ok(report)
}

//! Where test data lies.
#![allow(dead_code)]
pub(crate) mod dcap;
pub(crate) mod eigencompute;
pub(crate) mod engines;
pub(crate) mod snp;
pub(crate) mod table;

pub(crate) mod answer;
pub(crate) mod eventlog;
pub(crate) mod invariants;
pub(crate) mod mutation;
pub(crate) mod source;
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
                .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
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
    policy: Option<&silicon_to_source::engine::policy::Policy>,
    now: silicon_to_source::time::UnixTime,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let context = silicon_to_source::Context::at(now);
    held(with_both(&files(input, collateral), policy, &context)?)
}

/// Examines `input` beside a file that this process fetched from `url`.
pub(crate) fn examine_fetched(
    input: &[u8],
    (url, fetched): (&str, &[u8]),
    policy: Option<&silicon_to_source::engine::policy::Policy>,
    now: silicon_to_source::time::UnixTime,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let mut files = files(input, &[]);
    files.push(silicon_to_source::File::fetched(url, fetched));
    let context = silicon_to_source::Context::at(now);
    held(with_both(&files, policy, &context)?)
}

/// Examines a session file as the process does that asked: it knows by itself what the file says of
/// the question.
pub(crate) fn examine_asked(
    input: &[u8],
    collateral: &[&[u8]],
    policy: Option<&silicon_to_source::engine::policy::Policy>,
    now: silicon_to_source::time::UnixTime,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let exchange =
        silicon_to_source::services::coordinator::parse::exchange::Exchange::parse(input)?;
    let context = silicon_to_source::Context { now, asked: Some(asked(&exchange)) };
    held(with_both(&files(input, collateral), policy, &context)?)
}

/// What the process knows that asked as `exchange` says.
pub(crate) fn asked(
    exchange: &silicon_to_source::services::coordinator::parse::exchange::Exchange,
) -> silicon_to_source::Asked {
    use silicon_to_source::services::coordinator::parse::exchange::Outcome;
    use silicon_to_source::{Asked, AskedAnswer};

    let answers = exchange.answers.iter().map(|answer| AskedAnswer {
        what: answer.what.clone(),
        url: answer.url.clone(),
        tls_spki_sha256: match &answer.outcome {
            Outcome::Answered(response) => response.tls_spki_sha256,
            Outcome::Failed { .. } => None,
        },
    });
    Asked {
        origin: exchange.origin.clone(),
        nonce: exchange.nonce.clone(),
        started_at: exchange.started_at,
        answers: answers.collect(),
    }
}

/// Examines; in a test that compares engines, with a second one as well.
fn with_both(
    files: &[silicon_to_source::File<'_>],
    policy: Option<&silicon_to_source::engine::policy::Policy>,
    context: &silicon_to_source::Context,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let examine = || silicon_to_source::examine(files, policy, context);
    let given = examine();
    engines::same(&given, examine);
    given
}

/// A report that keeps to what its links carry.
fn held(
    report: silicon_to_source::report::Report,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let mut broken = invariants::broken(&report);
    broken.extend(answer::broken(&report));
    assert!(broken.is_empty(), "{} under {}: {broken:?}", report.subject.kind, report.policy.name);
    Ok(report)
}

fn files<'a>(input: &'a [u8], collateral: &[&'a [u8]]) -> Vec<silicon_to_source::File<'a>> {
    let beside = (1..).zip(collateral);
    let beside = beside
        .map(|(number, bytes)| silicon_to_source::File::new(format!("file {number}"), *bytes));
    std::iter::once(silicon_to_source::File::new("evidence", input)).chain(beside).collect()
}

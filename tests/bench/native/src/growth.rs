//! How the time of an examination grows with the size of what a stranger chooses: each row is measured
//! with n, 2n and 4n. An exponent of 1 is as the size grows; 2 would be a way to make others wait.

use std::time::Duration;

use s2s_sim::amd::{ReportSpec, VekSpec};
use s2s_sim::container::Container;
use s2s_sim::google::{boot_events, ccel_log};
use s2s_sim::intel::QuoteSpec;
use s2s_sim::keys::Key;
use s2s_sim::repository::{Repository, WORKFLOW};
use s2s_sim::sigstore::{Build, BundleSpec};
use serde_json::{Value, json};
use silicon_to_source::builds::git::parse::objects::Format;
use silicon_to_source::builds::image::reference::ImageReferences;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::checks;
use silicon_to_source::engine::options::Options;
use silicon_to_source::formats::dstack::parse::AppCompose;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine_with};

use crate::clock;

/// Each size is measured so often, and the least time counts.
const RUNS: usize = 3;

/// The clock goes on in steps of some milliseconds.
const ENOUGH: Duration = Duration::from_millis(80);

/// 2026-06-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_780_272_000);

/// Makes an input of a size, and gives what examines it: whether it was read as it was meant.
type Made = fn(usize) -> Box<dyn Fn() -> Result<(), String>>;

/// What is measured, its smallest size, and its inputs.
const ROWS: [(&str, usize, Made); 8] = [
    ("events in a CCEL log", 500, events),
    ("certificates beside an SNP report", 250, certificates),
    ("other files beside an SNP report", 250, beside),
    ("subjects of a signed statement", 5_000, subjects),
    ("entries of a git tree", 10_000, entries),
    ("git trees and files", 100, trees),
    ("keys in app-compose", 2_500, keys),
    ("containers in app-compose", 2_500, containers),
];

pub(crate) fn measured() -> Result<String, String> {
    let mut rows = Vec::new();
    for (name, n, made) in ROWS {
        let mut milliseconds = Vec::new();
        for n in [n, 2 * n, 4 * n] {
            let examine = made(n);
            let mut least = f64::INFINITY;
            for _ in 0..RUNS {
                least =
                    least.min(one_call(&*examine).map_err(|why| format!("{name}, {n}: {why}"))?);
            }
            milliseconds.push(least);
        }
        // The slope of a straight line through the three points, both axes in powers of two.
        let exponent = (milliseconds[2] / milliseconds[0]).log2() / 2.0;
        rows.push(json!({
            "what": name, "n": n, "milliseconds": milliseconds, "exponent": exponent,
        }));
    }
    Ok(Value::Array(rows).to_string())
}

/// Milliseconds of a call, out of as many as take long enough for the clock.
fn one_call(examine: &dyn Fn() -> Result<(), String>) -> Result<f64, String> {
    let begun = clock::now();
    let mut calls = 0.0;
    loop {
        examine()?;
        calls += 1.0;
        let took = clock::now().saturating_sub(begun);
        if took >= ENOUGH {
            return Ok(took.as_secs_f64() * 1e3 / calls);
        }
    }
}

/// Examines files; the last check that has to be reached says whether they were read.
fn examined(
    files: Vec<Vec<u8>>,
    policy: Option<&str>,
    reached: &'static str,
) -> Box<dyn Fn() -> Result<(), String>> {
    let mut options = Options::default();
    if let Some(policy) = policy {
        options.set_policy(policy.to_owned()).expect("the policy is built in");
    }
    Box::new(move || {
        let named = |(index, bytes): (usize, &Vec<u8>)| {
            File::new(index.to_string(), bytes.as_slice().to_vec())
        };
        let files: Vec<File<'_>> = files.iter().enumerate().map(named).collect();
        let report =
            examine_with(&files, &options, &Context::at(NOW)).map_err(|error| error.to_string())?;
        let check = checks::find(reached).ok_or("no such check")?;
        let is_reached = report.findings(check).next().is_some();
        if is_reached { Ok(()) } else { Err(format!("{reached} was not reached")) }
    })
}

fn events(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let mut events = boot_events(true, "SIMULATED");
    let others =
        (0..n).map(|number| (8, 0xd, number.to_le_bytes().to_vec(), number.to_le_bytes().to_vec()));
    events.extend(others);
    let (log, _) = ccel_log(&events);
    examined(vec![QuoteSpec::tdx_v4().bytes(), log], Some("simulated-machine"), "eventlog.replay")
}

fn report() -> (ReportSpec, Vec<u8>) {
    let report = ReportSpec::healthy(Product::Genoa);
    let bytes = report.sign(Key::Vcek);
    (report, bytes)
}

/// Certificates of another key, alike but for their signatures.
fn certificates(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let (report, bytes) = report();
    let der = VekSpec::of(&report).der();
    let others = (1..n).map(|number| {
        let mut other = der.clone();
        let at = other.len() - 8;
        other[at..].copy_from_slice(&number.to_be_bytes());
        other
    });
    let files =
        std::iter::once(bytes).chain(others.collect::<Vec<_>>()).chain([der.clone()]).collect();
    examined(files, Some("simulated-machine"), "snp.report.signature")
}

fn beside(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let others = (1..n)
        .map(|name| format!("{{\"diary\":\"{}\"}}", Sha256::of(&name.to_le_bytes())).into_bytes());
    let files = std::iter::once(report().1).chain(others).collect();
    examined(files, Some("simulated-machine"), "snp.report.signature")
}

fn subjects(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let build = Build::default();
    let name = "SIMULATED artifact";
    let statement = build.slsa_statement(name, &Sha256::of(b"").to_string());
    let mut statement: Value = serde_json::from_slice(&statement).expect("a statement is JSON");
    let list = (0..n).map(|number| {
        json!({
            "name": format!("{name} {number}"),
            "digest": { "sha256": Sha256::of(&number.to_le_bytes()).to_string() },
        })
    });
    statement["subject"] = list.collect();
    let bundle = BundleSpec::dsse(&build, statement.to_string().into_bytes()).bytes();
    examined(vec![bundle], Some("simulated-build"), "sigstore.signature")
}

/// A commit beside the build that names it, with the trees on the way.
fn repository(files: &[(&str, &str)]) -> Box<dyn Fn() -> Result<(), String>> {
    let repository = Repository::made_up(Format::Sha1, files);
    let files = Container::of(&repository).files(&repository);
    let files = files.into_iter().map(|(_, bytes)| bytes).collect();
    examined(files, Some("simulated-build"), "git.commit")
}

fn entries(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let names: Vec<String> = (0..n).map(|number| format!("file-{number:06}")).collect();
    let mut repository =
        Repository::made_up(Format::Sha1, &[(WORKFLOW, "name: SIMULATED release\n")]);
    let files: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), ""))
        .chain([(WORKFLOW, "name: SIMULATED release\n")])
        .collect();
    let whole = Repository::made_up(Format::Sha1, &files);
    repository.commit = whole.commit;
    repository.trees = whole.trees;
    let files = Container::of(&repository).files(&repository);
    let files = files.into_iter().map(|(_, bytes)| bytes).collect();
    examined(files, Some("simulated-build"), "git.commit")
}

fn trees(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let names: Vec<String> = (0..n).map(|number| format!("folder-{number:06}/file")).collect();
    let texts: Vec<String> = (0..n).map(|number| number.to_string()).collect();
    let mut files: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
    files.push((WORKFLOW, "name: SIMULATED release\n"));
    repository(&files)
}

/// An app-compose file whose containers' file has `n` keys of no meaning.
fn keys(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let mut yaml = String::from("services:\n  a:\n    image: a\nx:\n");
    (0..n).for_each(|key| yaml.push_str(&format!("  k{key}: 1\n")));
    app_compose(&yaml)
}

/// One with `n` containers.
fn containers(n: usize) -> Box<dyn Fn() -> Result<(), String>> {
    let mut yaml = String::from("services:\n");
    (0..n).for_each(|name| yaml.push_str(&format!("  c{name}: {{image: a}}\n")));
    app_compose(&yaml)
}

fn app_compose(yaml: &str) -> Box<dyn Fn() -> Result<(), String>> {
    let file = json!({ "manifest_version": 2, "docker_compose_file": yaml }).to_string();
    Box::new(move || {
        let images = AppCompose::parse(file.as_bytes()).map(|compose| compose.images());
        match images {
            Ok(ImageReferences::All(_)) => Ok(()),
            _ => Err("the images were not read".to_owned()),
        }
    })
}

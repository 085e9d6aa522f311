//! The works of `tests/bench/inputs.mjs`, natively. Somebody else's crate does the same as ours for two
//! of them: a TDX quote with its collateral, and an SEV-SNP report with its chain.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use dcap_qvl::QuoteCollateralV3;
use dcap_qvl::verify::VerifiedReport;
use serde_json::{Value, json};
use sev::certs::snp::{Certificate, Chain, Verifiable as _, ca};
use sev::firmware::guest::AttestationReport;
use sev::parser::ByteParser as _;
use silicon_to_source::builds::sigstore::policy::Artifact;
use silicon_to_source::crypto::supposing;
use silicon_to_source::engine::options::Options;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine_with};

/// One call: whether it says what it has to say.
type Call = Box<dyn Fn() -> Result<(), String>>;

struct Side {
    id: &'static str,
    call: Call,
}

struct Work {
    id: String,
    sides: Vec<Side>,
}

/// Times each side of each work by turns, and prints every time in nanoseconds.
pub(crate) fn timed(folder: &str, rounds: &str) -> Result<String, String> {
    let rounds: usize = rounds.parse().map_err(|_| "ROUNDS is a number".to_owned())?;
    let works = works(folder)?;
    let mut times: Vec<Vec<Vec<u64>>> =
        works.iter().map(|work| vec![Vec::new(); work.sides.len()]).collect();
    for _ in 0..rounds {
        for (work, times) in works.iter().zip(&mut times) {
            for (side, times) in work.sides.iter().zip(times) {
                let begun = Instant::now();
                (side.call)().map_err(|why| format!("{}, {}: {why}", work.id, side.id))?;
                times.push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
        }
    }
    let mut rows = Vec::new();
    for (work, times) in works.iter().zip(times) {
        for (side, times) in work.sides.iter().zip(times) {
            rows.push(json!({ "work": work.id, "side": side.id, "nanoseconds": times }));
        }
    }
    Ok(Value::Array(rows).to_string())
}

/// Calls one side `calls` times: the difference between two runs is the instructions of a call.
pub(crate) fn called(folder: &str, work: &str, side: &str, calls: &str) -> Result<String, String> {
    let calls: usize = calls.parse().map_err(|_| "N is a number".to_owned())?;
    let works = works(folder)?;
    let side = works
        .iter()
        .filter(|known| known.id == work)
        .flat_map(|known| &known.sides)
        .find(|known| known.id == side)
        .ok_or_else(|| format!("There is no side {side} of {work}."))?;
    (0..calls).try_for_each(|_| (side.call)())?;
    Ok(json!({ "calls": calls }).to_string())
}

/// Runs the first pass of ours `calls` times: what a platform's own engine leaves to the verifier, from bytes
/// to the text of the report, with every signature that it can be asked supposed to hold.
pub(crate) fn drafted(folder: &str, work: &str, calls: &str) -> Result<String, String> {
    let calls: usize = calls.parse().map_err(|_| "N is a number".to_owned())?;
    let folder = Path::new(folder);
    let work = list(folder)?
        .into_iter()
        .find(|known| known["id"] == work)
        .ok_or_else(|| format!("There is no work {work}."))?;
    let Input { files, options, now } = input(folder, &work)?;
    let mut questions = 0;
    for _ in 0..calls {
        let draft = supposing(|| {
            let files = named(&files);
            let report = examine_with(&files, &options, &Context::at(now));
            report.map(|report| report.to_json())
        });
        questions = black_box(draft).questions().len();
    }
    Ok(json!({ "calls": calls, "questions": questions }).to_string())
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    let path = folder.join(name);
    fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The works that `works.json` in the folder names.
fn works(folder: &str) -> Result<Vec<Work>, String> {
    let folder = Path::new(folder);
    list(folder)?.iter().map(|work| made(folder, work)).collect()
}

fn list(folder: &Path) -> Result<Vec<Value>, String> {
    serde_json::from_slice(&read(folder, "works.json")?)
        .map_err(|error| format!("works.json: {error}"))
}

/// What our side is given.
struct Input {
    files: Vec<(String, Vec<u8>)>,
    options: Options,
    now: UnixTime,
}

fn input(folder: &Path, work: &Value) -> Result<Input, String> {
    let text = |name: &str| work[name].as_str().map(str::to_owned);
    let names: Vec<String> = serde_json::from_value(work["files"].clone())
        .map_err(|error| format!("works.json: {error}"))?;
    let files: Vec<(String, Vec<u8>)> = names
        .into_iter()
        .map(|name| read(folder, &name).map(|bytes| (name, bytes)))
        .collect::<Result<_, _>>()?;
    let now = UnixTime(work["now"].as_i64().ok_or("works.json: a work has no moment")?);
    let mut options = Options::default();
    if let Some(policy) = text("policy") {
        options.set_policy(policy).map_err(|error| error.to_string())?;
    }
    if let Some(artifact) = text("artifact") {
        let artifact = Artifact::parse(&artifact).ok_or("works.json: an unknown artifact")?;
        options.set_artifact(artifact);
    }
    Ok(Input { files, options, now })
}

fn named(files: &[(String, Vec<u8>)]) -> Vec<File<'_>> {
    files.iter().map(|(name, bytes)| File::new(name.as_str(), bytes.as_slice())).collect()
}

fn made(folder: &Path, work: &Value) -> Result<Work, String> {
    let id = work["id"].as_str().ok_or("works.json: a work has no name")?.to_owned();
    let Input { files, options, now } = input(folder, work)?;
    let mut sides = vec![Side { id: "ours", call: ours(files.clone(), options, now) }];
    match id.as_str() {
        "tdx" if work["real"] == true => sides.extend(dcap(&files, now)?),
        "snp" if work["real"] == true => sides.push(amd(folder)?),
        _ => {}
    }
    Ok(Work { id, sides })
}

/// Our library, from bytes to a report.
fn ours(files: Vec<(String, Vec<u8>)>, options: Options, now: UnixTime) -> Call {
    Box::new(move || {
        let files = named(&files);
        let report =
            examine_with(&files, &options, &Context::at(now)).map_err(|error| error.to_string())?;
        let report = black_box(report);
        let state = serde_json::to_value(report.verdict.state).unwrap_or_default();
        match state.as_str() {
            Some("verified" | "warning") => Ok(()),
            other => Err(format!("our answer is {other:?}")),
        }
    })
}

type Verify = fn(&[u8], &QuoteCollateralV3, u64) -> Result<VerifiedReport, String>;

/// The crate `dcap-qvl` with either of its engines for signatures.
fn dcap(files: &[(String, Vec<u8>)], now: UnixTime) -> Result<Vec<Side>, String> {
    let [(_, quote), (_, collateral)] = files else {
        return Err("A quote and its collateral are needed.".to_owned());
    };
    let now = u64::try_from(now.0).map_err(|error| error.to_string())?;
    let engines: [(&str, Verify); 2] = [
        ("dcap-qvl-ring", |quote, collateral, now| {
            dcap_qvl::verify::ring::verify(quote, collateral, now)
                .map_err(|error| error.to_string())
        }),
        ("dcap-qvl-rustcrypto", |quote, collateral, now| {
            dcap_qvl::verify::rustcrypto::verify(quote, collateral, now)
                .map_err(|error| error.to_string())
        }),
    ];
    Ok(engines
        .into_iter()
        .map(|(id, verify)| {
            let (quote, collateral) = (quote.clone(), collateral.clone());
            let call: Call = Box::new(move || {
                let collateral: QuoteCollateralV3 =
                    serde_json::from_slice(&collateral).map_err(|error| error.to_string())?;
                let report = verify(&quote, &collateral, now)?;
                match report.status.as_str() {
                    "UpToDate" => Ok(()),
                    other => Err(format!("its status is {other}")),
                }
            });
            Side { id, call }
        })
        .collect())
}

/// The crate `sev`: AMD's root and intermediate are its caller's, as the raw report is.
fn amd(folder: &Path) -> Result<Side, String> {
    let [ark, ask, vcek, report] = ["ark.der", "ask.der", "vcek.der", "report.bin"];
    let [ark, ask, vcek, report] =
        [read(folder, ark)?, read(folder, ask)?, read(folder, vcek)?, read(folder, report)?];
    let call: Call = Box::new(move || {
        let certificate =
            |der: &[u8]| Certificate::from_der(der).map_err(|error| error.to_string());
        let chain = Chain {
            ca: ca::Chain { ark: certificate(&ark)?, ask: certificate(&ask)? },
            vek: certificate(&vcek)?,
        };
        let report = AttestationReport::from_bytes(&report).map_err(|error| error.to_string())?;
        (&chain, &report).verify().map_err(|error| error.to_string())
    });
    Ok(Side { id: "sev", call })
}

//! How long an examination takes, from bytes to a report: a TDX quote with its collateral, an
//! SEV-SNP report with its chain, a Sigstore bundle, and a whole chain from a chip to a commit. All
//! are made by simulated vendors.
//!
//! `cargo bench --bench verify` prints the median and the fastest of many runs, natively; the page
//! in a browser takes longer.

use std::time::{Duration, Instant};

use s2s_sim::amd::{AuthoritySpec, ReportSpec, Role, VekSpec};
use s2s_sim::intel::{CollateralSpec, QuoteSpec};
use s2s_sim::keys::Key;
use s2s_sim::sigstore::{Build, BundleSpec};
use s2s_sim::tinfoil::TinfoilSpec;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::engine::{builtin, checks};
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine};

/// The least number of runs, and the least time for all of them.
const RUNS: usize = 20;
const TIME: Duration = Duration::from_secs(2);

/// 2026-06-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_780_272_000);
/// 2030-01-01T00:00:00Z, when the simulated collateral counts.
const COLLATERAL: UnixTime = UnixTime(1_893_456_000);

struct Row {
    name: &'static str,
    files: Vec<Vec<u8>>,
    policy: Policy,
    now: UnixTime,
    /// A check near the end that has to hold: a run that fails early would be fast.
    holds: &'static str,
}

impl Row {
    fn run(&self) -> Duration {
        let named = |(index, bytes): (usize, &Vec<u8>)| File::new(index.to_string(), bytes.clone());
        let files: Vec<File<'_>> = self.files.iter().enumerate().map(named).collect();
        let begun = Instant::now();
        let report = examine(&files, Some(&self.policy), &Context::at(self.now));
        let took = begun.elapsed();
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let check = checks::find(self.holds).expect("the check is known");
        let holds = |outcome: &str| ["pass", "warn"].contains(&outcome);
        let is_answered = report.findings(check).next().is_some();
        assert!(
            is_answered && report.findings(check).all(|finding| holds(finding.outcome)),
            "{}: {} does not hold",
            self.name,
            self.holds
        );
        took
    }
}

/// A built-in policy under the simulated roots.
fn simulated(name: &str) -> Policy {
    let built_in = builtin(name).expect("the policy is built in");
    let mut policy: serde_json::Value =
        serde_json::from_str(built_in.json).expect("a policy is JSON");
    policy["roots"] = "simulated".into();
    Policy::from_json(policy.to_string().as_bytes()).expect("the policy is read")
}

fn rows() -> [Row; 4] {
    let report = ReportSpec::healthy(Product::Genoa);
    let build = Build::default();
    [
        Row {
            name: "TDX quote and collateral",
            files: vec![QuoteSpec::tdx_v4().bytes(), CollateralSpec::tdx().bytes()],
            policy: simulated("tdx"),
            now: COLLATERAL,
            holds: "dcap.tcb.status",
        },
        Row {
            name: "SEV-SNP report and chain",
            files: vec![
                report.sign(Key::Vcek),
                VekSpec::of(&report).der(),
                AuthoritySpec::new(report.product, Role::Ask).der(),
            ],
            policy: simulated("snp"),
            now: NOW,
            holds: "snp.report.signature",
        },
        Row {
            name: "Sigstore bundle",
            files: vec![BundleSpec::dsse(&build, TinfoilSpec::default().statement()).bytes()],
            policy: simulated("sigstore"),
            now: NOW,
            holds: "sigstore.library",
        },
        Row {
            name: "whole chain (Tinfoil bundle)",
            files: vec![s2s_sim::demonstration()],
            policy: simulated("simulated"),
            now: NOW,
            holds: "provenance.commit",
        },
    ]
}

fn main() {
    println!("{:<30} {:>12} {:>12} {:>8}", "input", "median", "fastest", "runs");
    for row in rows() {
        let begun = Instant::now();
        let mut times = Vec::new();
        while times.len() < RUNS || begun.elapsed() < TIME {
            times.push(row.run());
        }
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let fastest = times.first().copied().unwrap_or_default();
        let times = times.len();
        println!("{:<30} {median:>12.2?} {fastest:>12.2?} {times:>8}", row.name);
    }
}

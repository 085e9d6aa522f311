//! Writes a policy: a built-in one, with the one measurement that a reader expects.
//!
//! A policy is JSON. It names the checks that have to be decided, the least level, and the values
//! to compare with. `s2s policy show NAME` prints a built-in one to begin with.
//!
//! ```sh
//! cargo run --example write_policy > mine.json    # then: s2s verify report.bin --policy mine.json
//! ```

use s2s_sim::amd::{AuthoritySpec, ReportSpec, Role, VekSpec};
use s2s_sim::keys::Key;
use serde_json::{Value, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine};

/// 2026-06-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_780_272_000);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spec = ReportSpec::healthy(Product::Genoa);
    let built_in = builtin("snp").ok_or("no policy is called snp")?;

    let mut policy: Value = serde_json::from_str(built_in.json)?;
    policy["name"] = json!("mine");
    policy["roots"] = json!("simulated");
    policy["least-level"] = json!("A4");
    policy["required"].as_array_mut().ok_or("required is a list")?.push(json!("snp.measurement"));

    // A required comparison without a value to compare with is refused when the policy is read.
    let refused = Policy::from_json(policy.to_string().as_bytes());
    eprintln!("without a value: {}", refused.err().ok_or("the policy was taken")?);

    policy["snp"] = json!({ "measurements": [hex::encode(spec.measurement)] });
    let text = serde_json::to_string_pretty(&policy)?;
    let mine = Policy::from_json(text.as_bytes())?;
    told("the expected measurement", &examined(&spec, &mine)?);

    let other = ReportSpec { measurement: [7; 48], ..spec };
    told("another measurement", &examined(&other, &mine)?);

    println!("{text}");
    Ok(())
}

/// A simulated report with its certificates, under `policy`.
fn examined(spec: &ReportSpec, policy: &Policy) -> Result<Report, silicon_to_source::error::Error> {
    let files = [
        File::new("report.bin", spec.sign(Key::Vcek)),
        File::new("vcek.der", VekSpec::of(spec).der()),
        File::new("ask.der", AuthoritySpec::new(spec.product, Role::Ask).der()),
    ];
    examine(&files, Some(policy), &Context::at(NOW))
}

fn told(what: &str, report: &Report) {
    let because: Vec<&str> =
        report.verdict.because.iter().map(|finding| finding.check.id).collect();
    let (state, level) = (report.verdict.state, report.assurance.level);
    eprintln!("{what}: {state:?}, level {level:?}, because of [{}]", because.join(", "));
}

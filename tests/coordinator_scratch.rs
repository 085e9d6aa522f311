//! scratch
#![cfg(feature = "sim")]
use silicon_to_source::examine;
use silicon_to_source::policy::Policy;
use silicon_to_source::policy::builtin;
use silicon_to_source::sim::coordinator::CoordinatorSpec;
#[test]
fn look() {
    let policy = Policy::from_json(builtin("simulated").unwrap().json.as_bytes()).unwrap();
    for (n, spec) in [("snp", CoordinatorSpec::default()), ("tdx", CoordinatorSpec::tdx())] {
        let input = serde_json::to_vec(&spec.exchange()).unwrap();
        let now = "2026-02-01T00:00:10Z".parse().unwrap();
        let t = std::time::Instant::now();
        let report = examine(&input, &[], Some(&policy), now).unwrap();
        println!(
            "{n} {:?} {:?} {:?} {:?}",
            report.verdict.state,
            report.assurance.level,
            report.flags,
            t.elapsed()
        );
        for link in &report.links {
            println!("  {:?} {:?}", link.id, link.state);
            for f in &link.findings {
                if f.outcome != "pass" {
                    println!(
                        "     {} {:?} {} {:?} {:?} e={:?} a={:?}",
                        f.check.id,
                        f.part,
                        f.outcome,
                        f.reason,
                        f.blocked_by.map(|c| c.id),
                        f.expected,
                        f.actual
                    );
                }
            }
        }
        for s in &report.stated {
            println!("  {s:?}");
        }
        std::fs::write(format!("/tmp/d1/{n}.exchange.json"), &input).unwrap();
        std::fs::write(format!("/tmp/d1/{n}.json"), report.to_json()).unwrap();
    }
}

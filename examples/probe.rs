//! probe
use silicon_to_source::{examine, time::UnixTime};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let input = std::fs::read(&a[1]).unwrap();
    let at: UnixTime = a[2].parse().unwrap();
    let col: Vec<Vec<u8>> = a[3..].iter().map(|f| std::fs::read(f).unwrap()).collect();
    let cols: Vec<&[u8]> = col.iter().map(|v| v.as_slice()).collect();
    match examine(
        &input,
        &cols,
        std::env::var("POL")
            .ok()
            .map(|p| silicon_to_source::policy::builtin(&p).unwrap().policy().unwrap())
            .as_ref(),
        at,
    ) {
        Err(e) => println!("ERR {e}"),
        Ok(r) => {
            println!(
                "{:?} level {:?} ends {:?} req {} passed {}",
                r.verdict.state, r.assurance.level, r.ends_at, r.verdict.required, r.verdict.passed
            );
            for l in &r.links {
                println!("  {:?} {:?}", l.id, l.state);
                for f in &l.findings {
                    if f.outcome != "pass" && f.reason != Some("not-applicable") {
                        println!(
                            "      {} {:?} {} {:?} by {:?} exp {:?} act {:?}",
                            f.check.id,
                            f.part,
                            f.outcome,
                            f.reason,
                            f.blocked_by.map(|c| c.id),
                            f.expected,
                            f.actual
                        )
                    }
                }
            }
        }
    }
}

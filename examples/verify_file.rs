//! Verifies files and says what was shown, link by link.
//!
//! ```sh
//! cargo run --example verify_file                       # the simulated demonstration
//! cargo run --example verify_file report.bin vcek.der   # one file is the evidence, the others lie beside it
//! ```

use std::process::ExitCode;
use std::time::SystemTime;

use silicon_to_source::engine::builtin;
use silicon_to_source::report::State;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let (files, policy) = if names.is_empty() {
        // Simulated vendors count under a policy that says so, and under no other.
        let policy = builtin("simulated").ok_or("no policy is called simulated")?.policy()?;
        (vec![File::new("demonstration", s2s_sim::demonstration())], Some(policy))
    } else {
        let files: Result<Vec<File<'_>>, std::io::Error> =
            names.iter().map(|name| Ok(File::new(name.as_str(), std::fs::read(name)?))).collect();
        // Without a policy the built-in one for the kind of evidence is used.
        (files?, None)
    };

    // The verifier has no clock: the moment is an argument.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let context = Context::at(UnixTime(i64::try_from(now)?));

    // An error means that no file is evidence that can be understood. A negative answer is a report.
    let report = examine(&files, policy.as_ref(), &context)?;

    println!("{} under the policy {}", report.subject.kind, report.policy.name);
    println!("state: {:?}, level: {:?}", report.verdict.state, report.assurance.level);
    if report.simulated {
        println!("SIMULATED: the chain begins with a vendor that does not exist");
    }
    for link in &report.links {
        let carried: Vec<&str> = link.carried_by.iter().map(|check| check.id).collect();
        println!("{:?}: {:?}, carried by [{}]", link.id, link.state, carried.join(", "));
    }
    println!("the chain ends at {:?}", report.ends_at.link);
    for finding in &report.verdict.because {
        println!("because of {}", finding.check);
    }
    println!("{} checks could not be made", report.not_checked.len());
    Ok(match report.verdict.state {
        State::Verified | State::Warning => ExitCode::SUCCESS,
        State::Failed => ExitCode::from(1),
        State::NotPublished | State::Unknown => ExitCode::from(3),
    })
}

//! Asks a service for its evidence and verifies what it answers.
//!
//! ```sh
//! cargo run --package s2s-net --example ask_service https://api.darkbloom.dev
//! cargo run --package s2s-sim &                  # a simulated coordinator on this machine
//! cargo run --package s2s-net --example ask_service http://127.0.0.1:8787 simulated-machine
//! ```

use std::time::{Duration, SystemTime};

use s2s_net::Client;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::plan::session::{Answer, NONCE_LEN, response};
use silicon_to_source::engine::plan::{Origin, Session};
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine};

fn now() -> Result<UnixTime, Box<dyn std::error::Error>> {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    Ok(UnixTime(i64::try_from(seconds)?))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let origin: Origin = arguments.next().ok_or("which service? https://HOST")?.parse()?;
    let policy = match arguments.next() {
        Some(name) => Some(builtin(&name).ok_or("no policy is called so")?.policy()?),
        None => None,
    };

    // The nonce is new for each session. The verifier itself takes no randomness.
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce)?;
    let mut session = Session::begin(&origin, nonce, now()?);

    // The plan says whom to ask for what; what an answer means is decided by the examination.
    let client = Client::new()?;
    for request in session.first().to_vec() {
        println!("asking {} ({}), which learns: {}", request.host, request.what, request.reveals);
        let question = s2s_net::Request {
            timeout: Duration::from_millis(u64::from(request.timeout_ms)),
            post: request.post.as_deref().map(str::as_bytes),
            ..s2s_net::Request::get(&request.url, request.limit)
        };
        match s2s_net::run(client.get(&question)).and_then(|answer| answer) {
            Ok(answer) => {
                let header = |name: &str| answer.header(name);
                let mut written = response(&request, answer.status, header, answer.body.clone());
                written.tls_spki_sha256 = answer.tls_spki_sha256;
                session.record(Answer::answered(&request, written));
            }
            Err(failure) => session.record(Answer::failed(&request, failure.word())),
        }
    }

    // Only the process that asked may say so. The same bytes from a file are a recording.
    let context = Context { now: now()?, asked: Some(session.asked()) };
    let files = [File::new("session.json", session.to_json().into_bytes())];
    let report = examine(&files, policy.as_ref(), &context)?;

    println!("{}", serde_json::to_string_pretty(&report.headline)?);
    println!("state: {:?}, level: {:?}", report.verdict.state, report.assurance.level);
    for finding in &report.verdict.because {
        println!("because of {}", finding.check);
    }
    for wanted in &report.wanted {
        println!("would decide more: {wanted:?}");
    }
    Ok(())
}

//! The sidecar: hardware, launchers, collateral and endpoint, against simulated ones that follow
//! the same protocols, and the whole chain from its answers.
//!
//! A program of its own, because it measures time: how long a queue is full, what a stopped sidecar
//! still answers. Beside the tests that change every byte of an input it would wait for a processor.

mod chain;
mod collateral;
mod connections;
mod endpoint;
mod http;
mod launcher;
mod operator;
mod tsm;

/// An empty directory of this test's own.
fn scratch(name: &str) -> std::path::PathBuf {
    let name = format!("serve-{name}-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Runs `work` as the sidecar is run.
fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

/// Examines `input` as a shell does that hands over one file.
fn examine(
    input: &[u8],
    collateral: &[&[u8]],
    policy: Option<&silicon_to_source::engine::policy::Policy>,
    now: silicon_to_source::time::UnixTime,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    let mut files = vec![silicon_to_source::File::new("evidence", input)];
    files.extend(collateral.iter().map(|bytes| silicon_to_source::File::new("file", *bytes)));
    silicon_to_source::examine(&files, policy, &silicon_to_source::Context::at(now))
}

/// Examines a session as the process does that asked.
fn examine_asked(
    input: &[u8],
    policy: Option<&silicon_to_source::engine::policy::Policy>,
    now: silicon_to_source::time::UnixTime,
) -> Result<silicon_to_source::report::Report, silicon_to_source::error::Error> {
    use silicon_to_source::services::coordinator::parse::exchange::Exchange;
    use silicon_to_source::{Asked, AskedAnswer, Context, File};

    let exchange = Exchange::parse(input)?;
    let answers = exchange.answers.iter().map(|answer| AskedAnswer {
        what: answer.what.clone(),
        url: answer.url.clone(),
        tls_spki_sha256: None,
    });
    let asked = Asked {
        origin: exchange.origin.clone(),
        nonce: exchange.nonce.clone(),
        started_at: exchange.started_at,
        answers: answers.collect(),
    };
    let files = [File::new("session", input)];
    silicon_to_source::examine(&files, policy, &Context { now, asked: Some(asked) })
}

//! Loads the sidecar on this machine: answers a second, a soak of bad requests, and a thousand
//! connections whose readers are slow, beside collateral that never comes and a machine that hangs.
//!
//! ```text
//! cargo run --release --package s2s-attest --example load -- [SECONDS]
//! ```
//! The machine is simulated; a hardware call costs what its thread costs. The soak sends
//! malformed, oversized, unfinished and unread requests, and prints what came back and how much
//! memory the sidecar, a process of its own, uses.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use s2s_attest::config::{Collateral, Limits, Source};
use s2s_attest::http::{Desk, router};
use s2s_attest::{Config, ConfigError, Issuer, listen, run};
use s2s_sim::sidecar::{Condition, SimulatedMachine, Vendor};
use tokio::sync::watch;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const PATH: &str = "/v1/coordinator/attestation";

fn main() -> Result<()> {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("serve") {
        return serve(std::env::args().nth(2).as_deref());
    }
    let seconds = argument.map_or(Ok(10), |text| text.parse())?;
    let time = Duration::from_secs(seconds);
    let (mut sidecar, address) = sidecar("healthy")?;
    let memory = || memory(sidecar.id());
    println!("memory at the start     {:>8} KiB", memory());
    for (what, clients, path) in [
        ("cached answers", 8, PATH.to_owned()),
        ("challenged answers", 8, format!("{PATH}?nonce={}", "A".repeat(43))),
    ] {
        let count = rate(address, clients, time, &path)?;
        println!("{what:<23} {:>8.0} a second", count / time.as_secs_f64());
    }
    println!("memory before the soak  {:>8} KiB", memory());
    for round in 1..=3 {
        let outcomes = soak(address, time);
        println!("soak, round {round}: memory {} KiB", memory());
        for (outcome, count) in outcomes {
            println!("    {count:>8}  {outcome}");
        }
    }
    let status = Client::connect(address)?.get(PATH)?;
    println!("after the soak, a healthy question is answered with {status}");
    // Its standard input ends, and with it the sidecar.
    drop(sidecar.stdin.take());
    let ended = sidecar.wait()?;
    println!("the sidecar ended with {ended}");
    for condition in ["healthy", "collateral-hangs", "hardware-hangs"] {
        crowd(condition, time)?;
    }
    Ok(())
}

/// The sidecar as a process of its own, and where it answers.
fn sidecar(condition: &str) -> Result<(Child, SocketAddr)> {
    let mut sidecar = Command::new(std::env::current_exe()?)
        .args(["serve", condition])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(sidecar.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let address = line.trim().parse()?;
    Ok((sidecar, address))
}

/// How many slow readers there are.
const CROWD: usize = 1000;

/// How long one reader waits for an answer while a thousand others send a letter now and then.
fn crowd(condition: &str, time: Duration) -> Result<()> {
    let (mut sidecar, address) = sidecar(condition)?;
    let before = memory(sidecar.id());
    let mut slow = Vec::new();
    for _ in 0..CROWD {
        let stream = TcpStream::connect(address)?;
        stream.set_nonblocking(true)?;
        slow.push(stream);
    }
    let until = Instant::now() + time;
    let crowd = std::thread::spawn(move || {
        let request = format!("GET {PATH} HTTP/1.1\r\nhost: x\r\nx: {}", "y".repeat(4000));
        let mut sent = 0;
        while Instant::now() < until {
            let letter = &request.as_bytes()[sent..=sent];
            sent = (sent + 1) % request.len();
            // A connection that the sidecar ended is one that it no longer waits for.
            slow.retain_mut(|stream| {
                stream.write_all(letter).is_ok() && !matches!(stream.read(&mut [0; 256]), Ok(0))
            });
            std::thread::sleep(Duration::from_millis(100));
        }
        slow.len()
    });
    let mut times = Vec::new();
    let mut statuses: BTreeMap<String, u64> = BTreeMap::new();
    while Instant::now() < until {
        let begun = Instant::now();
        let outcome = Client::connect(address).and_then(|mut client| client.get(PATH));
        times.push(begun.elapsed());
        let outcome = outcome.map_or_else(|error| error.to_string(), |status| status.to_string());
        *statuses.entry(outcome).or_insert(0) += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    let left = crowd.join().map_err(|_| "the crowd panicked")?;
    times.sort_unstable();
    let part =
        |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or_default();
    println!(
        "{CROWD} slow readers, {condition}: {} questions beside them, half within {:?}, 99 of 100 within {:?}, \
         slowest {:?}; {statuses:?}; slow readers left {left}; memory {before} to {} KiB",
        times.len(),
        part(50),
        part(99),
        times.last().copied().unwrap_or_default(),
        memory(sidecar.id()),
    );
    drop(sidecar.stdin.take());
    let asked = Instant::now();
    let ended = sidecar.wait()?;
    println!("    it ended with {ended} after {:?}", asked.elapsed());
    Ok(())
}

/// The sidecar, until standard input ends.
fn serve(condition: Option<&str>) -> Result<()> {
    let machine = SimulatedMachine::start(Vendor::Amd, Condition::Healthy)?;
    let limits = Limits {
        per_second: 1e9,
        burst: 1e9,
        peer_per_second: 1e9,
        peer_burst: 1e9,
        queue: 64,
        connections: CROWD + 256,
        peer_connections: CROWD + 256,
        header_timeout_s: 1,
        connection_s: 5,
        ..Limits::default()
    };
    let mut config = Config { limits, ..machine.config("https://coordinator.simulated.example") };
    match condition {
        Some("collateral-hangs") => {
            // It takes connections, and never answers.
            let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let address = format!("http://{}", silent.local_addr()?);
            std::thread::spawn(move || silent.incoming().flatten().collect::<Vec<_>>());
            let files = config.collateral.files.clone();
            config.collateral = Collateral {
                amd: address.clone(),
                intel: address.clone(),
                intel_root_crl: address,
                files,
                ..Collateral::default()
            };
        }
        // A directory in which nothing answers.
        Some("hardware-hangs") => {
            let silent = std::env::temp_dir().join(format!("load-silent-{}", std::process::id()));
            std::fs::create_dir_all(&silent)?;
            for source in &mut config.evidence {
                if let Source::ConfigfsTsm { directory, .. } = source {
                    directory.clone_from(&silent);
                }
            }
        }
        _ => {}
    }
    let (stop, stopped) = watch::channel(false);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = stop.send(true);
    });
    run::block_on(async {
        let issuer = Arc::new(Issuer::new(config)?);
        let listener = run::bind((Ipv4Addr::LOCALHOST, 0).into()).await?;
        let failed = |error: std::io::Error| ConfigError(error.to_string());
        println!("{}", listener.local_addr().map_err(failed)?);
        let limits = issuer.config().limits.clone();
        let metrics = Arc::clone(&issuer.metrics);
        let router = router(Arc::new(Desk::new(issuer)));
        listen::serve(listener, router, &limits, metrics, stopped).await.map_err(failed)
    })?;
    Ok(())
}

/// Answers with status 200 in `time`, over connections that stay open.
fn rate(address: SocketAddr, clients: usize, time: Duration, path: &str) -> Result<f64> {
    let until = Instant::now() + time;
    let asking: Vec<_> = (0..clients)
        .map(|_| {
            let path = path.to_owned();
            std::thread::spawn(move || -> Result<f64> {
                let mut count = 0.0;
                while Instant::now() < until {
                    let mut client = Client::connect(address)?;
                    while Instant::now() < until {
                        match client.get(&path) {
                            Ok(200) => count += 1.0,
                            Ok(status) => return Err(format!("status {status}").into()),
                            // The connection's time is over.
                            Err(_) => break,
                        }
                    }
                }
                Ok(count)
            })
        })
        .collect();
    let mut sum = 0.0;
    for thread in asking {
        sum += thread.join().map_err(|_| "a client panicked")??;
    }
    Ok(sum)
}

/// A connection that stays open.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, buffer: vec![0; 128 * 1024] })
    }

    /// The status of `GET path`; the body is read to its end.
    fn get(&mut self, path: &str) -> Result<u16> {
        write!(self.stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..])?;
            if read == 0 {
                return Err("closed".into());
            }
            filled += read;
            let known = &self.buffer[..filled];
            let Some(end) = known.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let head = str::from_utf8(&known[..end])?;
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .ok_or("no length")?
                .parse()?;
            if filled >= end + 4 + length {
                return Ok(head.get(9..12).ok_or("no status")?.parse()?);
            }
        }
    }
}

/// Bad requests for `time`, and how they ended.
fn soak(address: SocketAddr, time: Duration) -> BTreeMap<String, u64> {
    let until = Instant::now() + time;
    let seed = Arc::new(AtomicU64::new(1));
    let over = Arc::new(AtomicBool::new(false));
    let bad: Vec<_> = (0..12)
        .map(|kind| {
            let (seed, over) = (Arc::clone(&seed), Arc::clone(&over));
            std::thread::spawn(move || {
                let mut outcomes = BTreeMap::new();
                while Instant::now() < until && !over.load(Ordering::Relaxed) {
                    let number = seed.fetch_add(1, Ordering::Relaxed);
                    let (name, outcome) = one(address, kind, number);
                    *outcomes.entry(format!("{name}: {outcome}")).or_insert(0) += 1;
                }
                outcomes
            })
        })
        .collect();
    let mut all = BTreeMap::new();
    for thread in bad {
        for (outcome, count) in thread.join().unwrap_or_default() {
            *all.entry(outcome).or_insert(0) += count;
        }
    }
    all
}

/// One bad request and its end: a status, `closed`, or what the system said.
fn one(address: SocketAddr, kind: usize, number: u64) -> (&'static str, String) {
    let wait = Duration::from_millis(2500);
    let noise = |length: usize| -> Vec<u8> {
        let mut state = number | 1;
        let step = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        std::iter::repeat_with(step).take(length).collect()
    };
    let head = format!("GET {PATH} HTTP/1.1\r\nhost: x\r\n");
    let (name, request, wait): (_, Vec<u8>, _) = match kind {
        0 => ("noise", noise(512), wait),
        1 => ("noise after a request line", [head.as_bytes(), &noise(256)].concat(), wait),
        2 => ("one long header", format!("{head}x: {}\r\n\r\n", "y".repeat(1 << 20)).into(), wait),
        3 => {
            let many: String = (0..4000).map(|n| format!("x{n}: y\r\n")).collect();
            ("many headers", format!("{head}{many}\r\n").into(), wait)
        }
        4 => ("unfinished request", head.into(), wait),
        5 => {
            let nonce = "A".repeat(number as usize % 200);
            let line = format!("GET {PATH}?nonce={nonce}%2 HTTP/1.1\r\nhost: x\r\n");
            ("malformed nonce", format!("{line}connection: close\r\n\r\n").into(), wait)
        }
        6 => ("post", format!("POST {PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 10000000\r\n\r\n{}", "z".repeat(1 << 16)).into(), wait),
        7 => ("bad chunks", format!("{head}transfer-encoding: chunked\r\n\r\nzz\r\n").into(), wait),
        8 => ("path outside", b"GET /../../etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec(), wait),
        9 => ("left at once", format!("{head}\r\n").into(), Duration::ZERO),
        10 => ("left in the queue", format!("GET {PATH}?nonce={} HTTP/1.1\r\nhost: x\r\n\r\n", "A".repeat(43)).into(), Duration::ZERO),
        _ => ("endless pipeline, never read", format!("{head}\r\n").repeat(2000).into(), Duration::ZERO),
    };
    let ended = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(&request)?;
        if wait.is_zero() {
            return Ok("left".into());
        }
        stream.set_read_timeout(Some(wait))?;
        let mut start = [0; 12];
        Ok(match stream.read(&mut start)? {
            0 => "closed".into(),
            read => String::from_utf8_lossy(&start[..read]).into_owned(),
        })
    };
    (name, ended().unwrap_or_else(|error| format!("{:?}", error.kind())))
}

/// A process's resident memory, in KiB (Linux).
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

//! The endpoint as a reader, a careless client or an attacker meets it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s2s_attest::config::{Aci, Config, Limits, Source};
use s2s_attest::http::{self, Desk};
use s2s_attest::{Issuer, listen, run};
use s2s_sim::sidecar::{Answered, Condition, SimulatedMachine, Tsm, Vendor};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};
use tokio::sync::watch;

use crate::http::{Answer, Server, ask, get, parse, raw};
use crate::scratch;

pub(crate) const PATH: &str = "/v1/coordinator/attestation";
pub(crate) const ORIGIN: &str = "https://coordinator.simulated.example";

/// A sidecar that runs until it is dropped.
pub(crate) struct Sidecar {
    pub(crate) address: SocketAddr,
    pub(crate) management: SocketAddr,
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
    issuer: Arc<Issuer>,
}

impl Sidecar {
    pub(crate) fn start(config: Config) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (sender, receiver) = std::sync::mpsc::channel();
        let issuer = Arc::new(Issuer::new(config).unwrap());
        let own = Arc::clone(&issuer);
        let thread = std::thread::spawn(move || {
            crate::run(async {
                let any = ([127, 0, 0, 1], 0).into();
                let public = listen::bind(any).await.unwrap();
                let private = listen::bind(any).await.unwrap();
                let addresses = (public.local_addr().unwrap(), private.local_addr().unwrap());
                sender.send(addresses).unwrap();
                tokio::spawn(run::keep_fresh(Arc::clone(&own)));
                let router = http::router(Arc::new(Desk::new(Arc::clone(&own))));
                let limits = own.config().limits.clone();
                let public = (public, router, limits, Arc::clone(&own.metrics));
                let router = http::management(own);
                let private = (private, router, Limits::default(), Arc::default());
                run::serve(public, Some(private), stopped).await.unwrap();
            });
        });
        let (address, management) = receiver.recv().unwrap();
        Self { address, management, stop, thread: Some(thread), issuer }
    }

    fn fresh(&self, nonce: &[u8]) -> Answer {
        get(self.address, &format!("{PATH}?nonce={}", URL_SAFE_NO_PAD.encode(nonce)))
    }

    pub(crate) fn metric(&self, name: &str) -> String {
        let text = String::from_utf8(get(self.management, "/metrics").body).unwrap();
        let line = text.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {text}")).rsplit_once(' ').unwrap().1.to_owned()
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

pub(crate) fn machine() -> SimulatedMachine {
    SimulatedMachine::start(Vendor::Amd, Condition::Healthy).unwrap()
}

pub(crate) fn with_limits(config: Config, limits: Limits) -> Config {
    Config { limits, ..config }
}

fn bytes(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

/// The digest of the contract, written from its text.
fn digest(nonce: &[u8], binding: &[u8]) -> Vec<u8> {
    let mut hash = Sha512::new();
    hash.update(b"darkbloom/coordinator-attestation/v1");
    hash.update([0]);
    for part in [nonce, binding] {
        hash.update(u32::try_from(part.len()).unwrap().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().to_vec()
}

fn covers(document: &Value, nonce: &[u8]) -> bool {
    let report = bytes(&document["evidence"][0]["body"]);
    report[0x50..0x90] == digest(nonce, &bytes(&document["binding"]["bytes"]))
}

fn error_code(answer: &Answer) -> String {
    answer.json()["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn fresh_answer_covers_the_nonce_and_everyone_may_read_it() {
    let machine = machine();
    let sidecar = Sidecar::start(machine.config(ORIGIN));
    let nonce = *b"a nonce of a reader, 32 bytes ..";
    let answer = sidecar.fresh(&nonce);
    assert_eq!(answer.status, 200);
    for (name, value) in [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let document = answer.json();
    assert_eq!(bytes(&document["nonce"]), nonce);
    assert_eq!(document["freshness"]["mode"], "challenge");
    assert!(covers(&document, &nonce));
    assert!(!covers(&document, b"another nonce"));
    let binding: Value = serde_json::from_slice(&bytes(&document["binding"]["bytes"])).unwrap();
    assert_eq!(binding["origin"], ORIGIN);
    assert_eq!(binding["evidence_types"], serde_json::json!(["snp-report"]));
    assert_eq!(sidecar.metric("s2s_answers_total{kind=\"challenge\"}"), "1");
}

#[test]
fn answer_without_a_nonce_is_kept_and_says_its_age() {
    let machine = machine();
    let sidecar = Sidecar::start(machine.config(ORIGIN));
    let first = get(sidecar.address, PATH);
    assert_eq!(first.status, 200);
    assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
    let document = first.json();
    assert_eq!(document.get("nonce"), None);
    assert_eq!(document["freshness"], serde_json::json!({ "mode": "cached", "max_age_s": 300 }));
    assert!(covers(&document, b""));
    std::thread::sleep(Duration::from_millis(1100));
    let second = get(sidecar.address, PATH);
    assert_eq!(second.body, first.body, "made once");
    let age: u64 = second.header("age").unwrap().parse().unwrap();
    assert!((1..60).contains(&age), "{age}");
    let left = format!("public, max-age={}", 300 - age);
    assert_eq!(second.header("cache-control"), Some(left.as_str()));
}

#[test]
fn answer_without_a_nonce_is_made_anew_when_it_is_too_old() {
    let machine = machine();
    let limits = Limits { max_age_s: 1, ..Limits::default() };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let first = get(sidecar.address, PATH).body;
    std::thread::sleep(Duration::from_millis(1100));
    assert_ne!(get(sidecar.address, PATH).body, first);
}

#[test]
fn every_refusal_is_typed_and_everyone_may_read_it() {
    let machine = machine();
    let sidecar = Sidecar::start(machine.config(ORIGIN));
    let nonce = |bytes: usize| format!("{PATH}?nonce={}", "A".repeat(bytes * 4 / 3));
    let request = |method: &str, extra: &str| {
        let address = sidecar.address;
        format!("{method} {PATH} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{extra}\r\n")
    };
    for (answer, status, code) in [
        (get(sidecar.address, &nonce(15)), 400, "bad_nonce"),
        (get(sidecar.address, &nonce(66)), 400, "bad_nonce"),
        (get(sidecar.address, &format!("{PATH}?nonce=%00")), 400, "bad_nonce"),
        (get(sidecar.address, "/"), 404, "not_found"),
        (get(sidecar.address, "/v1/encryption-key"), 404, "not_found"),
        (
            ask(sidecar.address, &request("POST", "content-length: 0\r\n")),
            405,
            "method_not_allowed",
        ),
        (ask(sidecar.address, &request("DELETE", "")), 405, "method_not_allowed"),
        (
            ask(sidecar.address, &request("GET", "content-length: 2\r\n\r\n{}")),
            400,
            "invalid_request",
        ),
    ] {
        assert_eq!((answer.status, error_code(&answer).as_str()), (status, code));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn head_has_no_body_and_options_says_what_is_allowed() {
    let machine = machine();
    let sidecar = Sidecar::start(machine.config(ORIGIN));
    let ask = |line: &str| {
        let address = sidecar.address;
        ask(address, &format!("{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
    };
    let head = ask(&format!("HEAD {PATH}"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), Some("application/json"));
    let head = ask(&format!("HEAD {PATH}?nonce={}", "A".repeat(43)));
    assert_eq!((head.status, head.body.len()), (200, 0));
    let asked = sidecar.metric("s2s_answers_total{kind=\"challenge\"}");
    assert_eq!(asked, "0", "the hardware is not asked for a HEAD");
    let options = ask(&format!("OPTIONS {PATH}"));
    assert_eq!((options.status, options.body.len()), (204, 0));
    assert_eq!(options.header("access-control-allow-methods"), Some("GET, HEAD"));
    assert_eq!(options.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn eager_reader_is_told_when_to_come_back_and_others_are_served() {
    let machine = machine();
    let limits = Limits {
        peer_per_second: 0.1,
        peer_burst: 2.0,
        proxies: vec!["127.0.0.1".parse().unwrap()],
        ..Limits::default()
    };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let asked_by = |client: &str| {
        let address = sidecar.address;
        let nonce = "A".repeat(43);
        ask(
            address,
            &format!(
                "GET {PATH}?nonce={nonce} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
                 x-forwarded-for: 192.0.2.99, {client}\r\n\r\n"
            ),
        )
    };
    assert_eq!(asked_by("192.0.2.1").status, 200);
    assert_eq!(asked_by("192.0.2.1").status, 200);
    let refused = asked_by("192.0.2.1");
    assert_eq!((refused.status, error_code(&refused).as_str()), (429, "rate_limited"));
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(asked_by("192.0.2.2").status, 200);
    assert_eq!(get(sidecar.address, PATH).status, 200, "answers from memory have their own limit");
    assert_eq!(sidecar.metric("s2s_answers_total{kind=\"rate_limited\"}"), "1");
}

/// A directory whose machine takes `time` for a report.
fn slow(name: &str, time: Duration) -> (Tsm, Vec<Source>) {
    let path = scratch(name).join("report");
    let answer = move |input: &[u8]| {
        // Attributes of a new entry are no report.
        if input != [0; 64] {
            std::thread::sleep(time);
        }
        Answered { provider: "tdx_guest", report: input.to_vec(), auxiliary: None, intruders: 0 }
    };
    let tsm = Tsm::start(path.clone(), answer).unwrap();
    let source = Source::ConfigfsTsm { directory: path, privilege_level: None, timeout_s: 20 };
    (tsm, vec![source])
}

#[test]
fn full_queue_refuses_and_the_hardware_is_asked_one_by_one() {
    let machine = machine();
    let (tsm, evidence) = slow("slow", Duration::from_millis(300));
    let limits = Limits { queue: 1, ..Limits::default() };
    let config = Config { evidence, limits, ..machine.config(ORIGIN) };
    let sidecar = Sidecar::start(config);
    assert_eq!(sidecar.fresh(&[9; 16]).status, 200);
    let most = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asking: Vec<_> = (1..=6)
            .map(|n| {
                scope.spawn({
                    let sidecar = &sidecar;
                    move || sidecar.fresh(&[n; 16]).status
                })
            })
            .collect();
        let watching = scope.spawn(|| {
            let until = Instant::now() + Duration::from_millis(500);
            while Instant::now() < until {
                let entries = std::fs::read_dir(tsm.path()).unwrap().count();
                most.fetch_max(entries, std::sync::atomic::Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        watching.join().unwrap();
        asking.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(statuses.contains(&429) && statuses.contains(&200), "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    assert_eq!(most.load(std::sync::atomic::Ordering::Relaxed), 1, "one entry at a time");
    assert_ne!(sidecar.metric("s2s_answers_total{kind=\"busy\"}"), "0");
}

/// The quote names the digest of exactly these keys and the question, in the bytes of `spec/aci.md`,
/// section 3.2; the keys are those of its public vector.
#[test]
fn an_aci_report_is_served_beside_the_document_where_it_is_configured() {
    const ACI: &str = "/v1/aci/attestation";
    const DIGEST: &str = "53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371";
    let keyset = json!({
        "subject": "dstack-app://example-app", "not_after": 1_800_000_000,
        "receipt_signing_keys": [{ "key_id": "receipt-1", "algo": "ed25519", "public_key":
            "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394" }],
        "e2ee_public_keys": [{ "key_id": "e2ee-1", "algo": "x25519-aes-256-gcm-hkdf-sha256",
            "public_key": "5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22" }],
        "tls_public_keys": [{ "spki_sha256": "c0".repeat(32), "domain": "api.example.com" }],
    });
    let directory = scratch("aci");
    let file = directory.join("keyset.json");
    std::fs::write(&file, serde_json::to_vec_pretty(&keyset).unwrap()).unwrap();
    let aci = Some(Aci { keyset: file, event_log: None, app_compose: None });
    let nonce = "5a".repeat(32);
    let tdx = SimulatedMachine::start(Vendor::Intel, Condition::Healthy).unwrap();
    let sidecar = Sidecar::start(Config { aci: aci.clone(), ..tdx.config(ORIGIN) });
    let answer = get(sidecar.address, &format!("{ACI}?nonce={nonce}"));
    assert_eq!(answer.status, 200);
    let report: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(report["workload_keyset_digest"], format!("sha256:{DIGEST}"));
    assert_eq!(report["attestation"]["workload_keyset"], keyset);
    for (asked, named) in
        [(format!("?nonce={nonce}"), format!("\"{nonce}\"")), (String::new(), "null".into())]
    {
        let answer = get(sidecar.address, &format!("{ACI}{asked}"));
        let report: Value = serde_json::from_slice(&answer.body).unwrap();
        let statement = format!(
            r#"{{"keyset_digest":"sha256:{DIGEST}","nonce":{named},"purpose":"aci.report_data.v1"}}"#
        );
        let data = hex::encode(sha2::Sha256::digest(statement));
        assert_eq!(report["attestation"]["report_data"], data);
        let quote =
            hex::decode(report["attestation"]["evidence"]["quote"].as_str().unwrap()).unwrap();
        let quote = silicon_to_source::formats::intel::parse::Quote::parse(&quote).unwrap();
        assert_eq!(hex::encode(quote.body.report_data()), format!("{data}{}", "00".repeat(32)));
    }
    assert_eq!(get(sidecar.address, &format!("{ACI}?nonce=5a")).status, 400);
    assert_eq!(get(sidecar.address, PATH).status, 200, "the document is served as before");
    // No TDX guest, and no configuration.
    let snp_machine = machine();
    let snp = Sidecar::start(Config { aci, ..snp_machine.config(ORIGIN) });
    assert_eq!(error_code(&get(snp.address, ACI)), "evidence_failed");
    let machine = machine();
    let none = Sidecar::start(machine.config(ORIGIN));
    assert_eq!(get(none.address, ACI).status, 404);
}

#[test]
fn machine_without_hardware_answers_503_and_says_its_substrate() {
    let machine = machine();
    let directory = scratch("no-hardware").join("absent");
    let evidence = vec![Source::ConfigfsTsm { directory, privilege_level: None, timeout_s: 1 }];
    let sidecar = Sidecar::start(Config { evidence, ..machine.config(ORIGIN) });
    for answer in [sidecar.fresh(&[1; 32]), get(sidecar.address, PATH)] {
        assert_eq!((answer.status, error_code(&answer).as_str()), (503, "attestation_unavailable"));
        assert_eq!(answer.json()["error"]["substrate"], "gcp-snp");
        assert!(answer.header("retry-after").is_some());
        assert!(!String::from_utf8_lossy(&answer.body).contains("mkdir"), "no inner words");
    }
    assert_eq!(get(sidecar.management, "/healthz").status, 200);
    assert_eq!(get(sidecar.management, "/readyz").status, 503);
}

#[test]
fn sealed_key_is_asked_anew_for_every_document_and_its_absence_is_no_document() {
    use s2s_attest::config::{Custody, SealedKey};
    let machine = machine();
    let key = Server::start(|_| {
        let answer = s2s_sim::coordinator::key_answer(&[7; 32]);
        ("200 OK", Vec::new(), answer)
    });
    let endpoint = |url: String| {
        Some(SealedKey { endpoint: Some(url), file: None, custody: Custody::KmsDerived })
    };
    let url = format!("{}/v1/encryption-key", key.url());
    let sealed_key = endpoint(url);
    let sidecar = Sidecar::start(Config { sealed_key, ..machine.config(ORIGIN) });
    let document = sidecar.fresh(&[1; 32]).json();
    sidecar.fresh(&[2; 32]);
    assert_eq!(key.asked(), ["/v1/encryption-key", "/v1/encryption-key"]);
    let binding: Value = serde_json::from_slice(&bytes(&document["binding"]["bytes"])).unwrap();
    let standard = base64::engine::general_purpose::STANDARD;
    assert_eq!(binding["keys"][0]["public_key"], standard.encode([7; 32]));
    assert_eq!(binding["keys"][0]["custody"], "kms-derived");

    let page = Server::start(|_| ("200 OK", Vec::new(), b"<html>".to_vec()));
    let sealed_key = endpoint(page.url());
    let sidecar = Sidecar::start(Config { sealed_key, ..machine.config(ORIGIN) });
    let failed = sidecar.fresh(&[1; 32]);
    assert_eq!((failed.status, error_code(&failed).as_str()), (503, "evidence_failed"));
}

#[test]
fn collateral_comes_from_the_configured_service_and_is_stapled() {
    use s2s_attest::config::Collateral;
    use s2s_sim::amd::{CrlSpec, Role, VekSpec, authority};
    use silicon_to_source::formats::snp::parse::Product;
    use silicon_to_source::time::UnixTime;
    let machine = machine();
    let kds = Server::start(|path| {
        let body = match path.rsplit('/').next().unwrap() {
            "crl" => CrlSpec::new(Product::Genoa, UnixTime(0), UnixTime(2_398_377_599)).der(),
            "cert_chain" => {
                let pem = |role| {
                    let text = base64::engine::general_purpose::STANDARD
                        .encode(authority(Product::Genoa, role));
                    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
                };
                (pem(Role::Ask) + &pem(Role::Ark)).into_bytes()
            }
            _ => VekSpec::vcek(Product::Genoa).der(),
        };
        ("200 OK", Vec::new(), body)
    });
    let collateral = Collateral { amd: kds.url(), ..Collateral::default() };
    let sidecar = Sidecar::start(Config { collateral, ..machine.config(ORIGIN) });
    let until = Instant::now() + Duration::from_secs(30);
    while !sidecar.issuer.has_collateral() || kds.asked().len() < 2 {
        assert!(Instant::now() < until, "{:?}", kds.asked());
        std::thread::sleep(Duration::from_millis(10));
    }
    // The simulated host hands over the chip's certificate itself.
    assert_eq!(kds.asked(), ["/vcek/v1/Genoa/cert_chain", "/vcek/v1/Genoa/crl"]);
    let stapled = sidecar.fresh(&[1; 32]).json()["collateral"]["snp"].clone();
    for (name, der) in [
        ("vcek", VekSpec::vcek(Product::Genoa).der()),
        ("ask", authority(Product::Genoa, Role::Ask).to_vec()),
        ("ark", authority(Product::Genoa, Role::Ark).to_vec()),
    ] {
        assert_eq!(bytes(&stapled[name]), der, "{name}");
    }
    assert!(stapled["crl"].is_string());
    let ready = String::from_utf8(get(sidecar.management, "/readyz").body).unwrap();
    assert_eq!(ready, "document ready\ncollateral ready\n");
    assert_eq!(sidecar.metric("s2s_collateral_valid_until_seconds"), "2398377599");
}

#[test]
fn oversized_and_malformed_requests_end_without_reaching_the_hardware() {
    let machine = machine();
    let limits = Limits { header_bytes: 8192, ..Limits::default() };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let long = format!("GET {PATH}?x={} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(100_000));
    let many: String = (0..1000).map(|n| format!("x-{n}: y\r\n")).collect();
    let many = format!("GET {PATH} HTTP/1.1\r\nhost: x\r\n{many}\r\n");
    for request in [long.as_bytes(), many.as_bytes(), b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n"] {
        let answer = raw(sidecar.address, request);
        if !answer.is_empty() {
            let status = parse(&answer).status;
            assert!([400, 414, 431].contains(&status), "{status}");
        }
    }
    assert_eq!(sidecar.metric("s2s_answers_total{kind=\"cached\"}"), "0");
    assert_eq!(get(sidecar.address, PATH).status, 200, "it still serves");
}

#[test]
fn request_that_does_not_arrive_is_cut_off() {
    let machine = machine();
    let limits = Limits { header_timeout_s: 1, ..Limits::default() };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let started = Instant::now();
    let answer = raw(sidecar.address, b"GET / HTTP/1.1\r\nhost: x\r\n");
    assert!(answer.is_empty() || parse(&answer).status == 408);
    let took = started.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(30)).contains(&took), "{took:?}");
}

#[test]
fn connections_beyond_the_limit_are_closed_at_once() {
    let machine = machine();
    let limits = Limits { connections: 2, header_timeout_s: 30, ..Limits::default() };
    let sidecar = Sidecar::start(with_limits(machine.config(ORIGIN), limits));
    let mut held: Vec<TcpStream> =
        (0..2).map(|_| TcpStream::connect(sidecar.address).unwrap()).collect();
    for stream in &mut held {
        stream.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    }
    let until = Instant::now() + Duration::from_secs(30);
    while sidecar.metric("s2s_connections ") != "2" {
        assert!(Instant::now() < until);
    }
    assert_eq!(raw(sidecar.address, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"), b"");
    assert_eq!(sidecar.metric("s2s_connections_refused_total"), "1");
    drop(held);
    while sidecar.metric("s2s_connections ") != "0" {
        assert!(Instant::now() < until);
    }
    assert_eq!(get(sidecar.address, PATH).status, 200);
}

#[test]
fn stop_finishes_the_answer_that_was_begun() {
    let machine = machine();
    let (_tsm, evidence) = slow("stop", Duration::from_millis(500));
    let sidecar = Sidecar::start(Config { evidence, ..machine.config(ORIGIN) });
    assert_eq!(sidecar.fresh(&[9; 16]).status, 200);
    let mut stream = TcpStream::connect(sidecar.address).unwrap();
    let nonce = "A".repeat(43);
    write!(stream, "GET {PATH}?nonce={nonce} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let address = sidecar.address;
    drop(sidecar);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(parse(&answer).status, 200, "the answer came whole");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

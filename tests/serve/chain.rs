//! The whole chain from the answers of a running sidecar beside a simulated machine, and each
//! fault: the right link says it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_attest::config::Limits;
use s2s_attest::{listen, run};
use s2s_sim::repository::{Repository, WORKFLOW};
use s2s_sim::sidecar::{Fault, Stage, Vendor, router};
use serde_json::json;
use silicon_to_source::claims::Claim;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Level, Report, State};
use silicon_to_source::time::UnixTime;
use tokio::sync::watch;

use crate::http::{Answer, ask};

const PATH: &str = "/v1/coordinator/attestation";
const KEY_PATH: &str = "/v1/encryption-key";
const NONCE: [u8; 32] = *b"a nonce of a reader, 32 bytes ..";

/// Runs `work` beside a simulated coordinator.
fn beside<T>(vendor: Vendor, work: impl FnOnce(SocketAddr) -> T) -> T {
    let (stop, stopped) = watch::channel(false);
    let (sender, receiver) = std::sync::mpsc::channel();
    let serving = std::thread::spawn(move || {
        crate::run(async {
            let listener = listen::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            let router = router(Arc::new(Stage::new(vendor)), None);
            let public = (listener, router, Limits::default(), Arc::default());
            run::serve(public, None, stopped).await.unwrap();
        });
    });
    let done = work(receiver.recv().unwrap());
    stop.send(true).unwrap();
    serving.join().unwrap();
    done
}

fn request(address: SocketAddr, host: &str, path: &str) -> Answer {
    ask(address, &format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"))
}

/// What a reader asks the coordinator at `host`, and what comes back, as a file.
fn exchange(address: SocketAddr, host: &str) -> Vec<u8> {
    let asked = |what: &str, path: String| {
        let answer = request(address, host, &path);
        json!({
            "what": what,
            "url": format!("http://{host}{path}"),
            "outcome": {
                "status": answer.status,
                "content_type": answer.header("content-type"),
                "redirected": false,
                "body": STANDARD.encode(&answer.body),
            },
        })
    };
    let nonce = URL_SAFE_NO_PAD.encode(NONCE);
    let exchange = json!({
        "schema": "silicon-to-source/exchange/v1",
        "origin": format!("http://{host}"),
        "nonce": nonce,
        "started_at": now().to_string(),
        "answers": [
            asked("coordinator-attestation", format!("{PATH}?nonce={nonce}")),
            asked("encryption-key", KEY_PATH.to_owned()),
        ],
    });
    serde_json::to_vec(&exchange).unwrap()
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixTime(i64::try_from(since.as_secs()).unwrap())
}

fn simulated() -> Policy {
    builtin("simulated").unwrap().policy().unwrap()
}

fn examined(exchange: &[u8]) -> Report {
    crate::examine_asked(exchange, Some(&simulated()), now()).unwrap()
}

/// The ids of the checks that failed.
fn failed(report: &Report) -> Vec<&str> {
    let findings = report.links.iter().flat_map(|link| &link.findings);
    let mut failed: Vec<&str> = findings
        .filter(|finding| finding.outcome == "fail")
        .map(|finding| finding.check.id)
        .collect();
    failed.sort_unstable();
    failed.dedup();
    failed
}

#[test]
fn healthy_coordinator_reaches_the_commit_under_the_simulated_roots_only() {
    for vendor in [Vendor::Amd, Vendor::Intel] {
        beside(vendor, |address| {
            let exchange = exchange(address, &address.to_string());
            let report = examined(&exchange);
            assert_eq!(failed(&report), [""; 0], "{vendor:?}");
            assert_eq!(report.assurance.level, Some(Level::A5), "{vendor:?}");
            assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
            let own = Repository::read(std::path::Path::new("."));
            let own = own.unwrap_or_else(Repository::simulated);
            let commit = own.commit_name().to_string();
            let is_own = |claim: &&Claim| claim.name == "git.commit";
            let claimed = report.claims.iter().find(is_own).map(|claim| claim.value.to_string());
            assert_eq!(claimed, Some(commit), "{vendor:?}");
            let (_, workflow) = own.files.iter().find(|(path, _)| path == WORKFLOW).unwrap();
            let id = format!("git-file:{WORKFLOW}");
            let shown = report.evidence.iter().find(|item| item.id == id).unwrap();
            assert_eq!(shown.sha256, Sha256::of(workflow), "{vendor:?}");
            let vendors = crate::examine_asked(&exchange, None, now()).unwrap();
            assert_eq!(vendors.verdict.state, State::Failed, "{vendor:?}");
        });
    }
}

#[test]
fn each_fault_fails_its_own_check() {
    let amd: &[(Fault, &[&str])] = &[
        (Fault::OldNonce, &["binding.nonce"]),
        (Fault::Replayed, &["binding.digest"]),
        (Fault::StrippedEvidence, &["binding.evidence-types"]),
        (Fault::SwappedSealedKey, &["binding.sealed-key"]),
        (Fault::WrongImage, &["coordinator.image"]),
        (Fault::ExpiredCollateral, &["snp.crl.freshness"]),
        (Fault::RevokedChip, &["snp.crl.revocation"]),
        (Fault::Debug, &["snp.guest-policy.debug"]),
    ];
    let intel: &[(Fault, &[&str])] = &[
        (Fault::StrippedEvidence, &["binding.evidence-types"]),
        (Fault::WrongImage, &["claims.contradiction", "coordinator.build", "coordinator.manifest"]),
        (Fault::ExpiredCollateral, &["dcap.tcb-info.freshness"]),
        (Fault::RevokedChip, &["dcap.pck-crl.revocation"]),
        (Fault::Debug, &["tdx.attributes.debug"]),
    ];
    let mut wrong = Vec::new();
    for (vendor, faults) in [(Vendor::Amd, amd), (Vendor::Intel, intel)] {
        beside(vendor, |address| {
            for (fault, expected) in faults {
                let host = format!("{fault}.localhost:{}", address.port());
                let report = examined(&exchange(address, &host));
                let failed = failed(&report);
                if report.verdict.state != State::Failed || failed != *expected {
                    wrong
                        .push(format!("{vendor:?} {fault}: {:?} {failed:?}", report.verdict.state));
                }
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn absent_evidence_is_not_published_and_nothing_worse() {
    beside(Vendor::Amd, |address| {
        for fault in [Fault::NotFound, Fault::Unavailable] {
            let host = format!("{fault}.localhost:{}", address.port());
            let report = examined(&exchange(address, &host));
            assert_eq!(report.verdict.state, State::NotPublished, "{fault}");
            assert_eq!(report.assurance.level, Some(Level::A0), "{fault}");
        }
    });
}

#[test]
fn answers_that_are_no_document_never_verify() {
    beside(Vendor::Amd, |address| {
        for fault in [Fault::WrongType, Fault::BadJson, Fault::Redirect, Fault::Oversized] {
            let host = format!("{fault}.localhost:{}", address.port());
            let report = crate::examine_asked(&exchange(address, &host), Some(&simulated()), now());
            let state = report.map(|report| report.verdict.state);
            assert!(!matches!(state, Ok(State::Verified | State::Warning)), "{fault}: {state:?}");
        }
    });
}

#[test]
fn fault_can_be_named_by_path_as_well_and_keeps_the_origin() {
    beside(Vendor::Amd, |address| {
        let host = address.to_string();
        let nonce = URL_SAFE_NO_PAD.encode(NONCE);
        let answer = request(address, &host, &format!("/fault/old-nonce{PATH}?nonce={nonce}"));
        assert_eq!(answer.status, 200);
        assert_ne!(answer.json()["nonce"], nonce);
        assert_eq!(request(address, &host, &format!("/fault/404{PATH}")).status, 404);
        assert_eq!(request(address, &host, &format!("/fault/nonsense{PATH}")).status, 404);
        let swapped = request(address, &host, &format!("/fault/swapped-sealed-key{KEY_PATH}"));
        assert_ne!(swapped.body, request(address, &host, KEY_PATH).body);
        let closed = request(address, &host, &format!("/fault/no-cors{PATH}"));
        assert_eq!((closed.status, closed.header("access-control-allow-origin")), (200, None));
    });
}

#[test]
fn simulated_coordinator_answers_under_names_of_this_machine_only() {
    beside(Vendor::Amd, |address| {
        for host in ["api.darkbloom.dev", "localhost.example", "x.localhost", "127.0.0.1.example"] {
            assert_eq!(request(address, host, PATH).status, 421, "{host}");
        }
    });
}

#[test]
fn truncated_answer_ends_early_and_oversized_one_is_ten_megabytes() {
    beside(Vendor::Amd, |address| {
        let host = address.to_string();
        let answer = request(address, &host, &format!("/fault/truncated{PATH}"));
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        assert!(answer.body.len() < length, "{} of {length}", answer.body.len());
        let answer = request(address, &host, &format!("/fault/oversized{PATH}"));
        assert!(answer.body.len() > 10_000_000);
    });
}

//! ACI's reports, receipts and sessions: each check with an input that makes exactly it fail, on a
//! simulated service. The public vectors are unit tests beside the code that they are about.

use s2s_sim::aci::{AciSpec, NONCE, session, signed};
use s2s_sim::intel::CollateralSpec;
use s2s_sim::keys::Key;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::report::{Freshness, KeyFlag, Level, Report, State};

use crate::common::dcap::NOW;
use crate::common::examine;
use crate::common::table::{self, Row, Told, assert_rows, findings};

struct Case {
    spec: AciSpec,
    /// Changes the receipt before it is signed.
    receipt: fn(&mut Json),
    signer: Key,
    session: Json,
    /// What the receipt names, when it is not the session.
    cited: Option<Json>,
    aci: Json,
    beside: bool,
}

/// With the nonce and the bodies that the reader knows, a receipt and its session.
fn healthy() -> Case {
    let aci = json!({
        "nonce": hex::encode(NONCE),
        "request": Sha256::of(b"SIMULATED request").to_string(),
        "response": Sha256::of(b"SIMULATED response").to_string(),
    });
    Case {
        spec: AciSpec::default(),
        receipt: |_| {},
        signer: Key::NearSigning,
        session: session(),
        cited: None,
        aci,
        beside: true,
    }
}

/// The report alone.
fn alone() -> Case {
    Case { beside: false, aci: json!({ "nonce": hex::encode(NONCE) }), ..healthy() }
}

impl Case {
    fn policy(&self) -> Policy {
        let mut policy: Json = serde_json::from_str(builtin("aci").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["aci"] = self.aci.clone();
        Policy::from_json(policy.to_string().as_bytes()).unwrap()
    }

    fn try_examine(&self) -> Result<Report, Error> {
        let mut receipt = self.spec.receipt(self.cited.as_ref().unwrap_or(&self.session));
        (self.receipt)(&mut receipt);
        let receipt = signed(&receipt, self.signer);
        let session = serde_json::to_vec(&self.session).unwrap();
        let collateral = CollateralSpec::tdx().bytes();
        let beside = [&receipt[..], &session];
        let files: Vec<&[u8]> = std::iter::once(&collateral[..])
            .chain(beside.into_iter().filter(|_| self.beside))
            .collect();
        examine(&self.spec.bytes(), &files, Some(&self.policy()), NOW)
    }

    fn examine(&self) -> Report {
        self.try_examine().unwrap()
    }
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(alone, finding, becomes, spoil)
}

const fn beside(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(healthy, finding, becomes, spoil)
}

const UNCITED: &[(&str, &str, &str)] =
    &[("aci.session/file 3", "unknown no-reference", "no receipt that holds names it")];

const ROWS: &[Row<Case>] = &[
    row("aci.keyset", "fail not-equal", |case| {
        case.spec.last = |report| {
            report["workload_keyset_digest"] = json!(format!("sha256:{}", "00".repeat(32)));
        };
    }),
    row("aci.keyset", "fail not-equal", |case| {
        // A key that the quote does not name.
        case.spec.last = |report| {
            let keys = &mut report["attestation"]["workload_keyset"]["receipt_signing_keys"];
            keys[0]["public_key"] = json!(hex::encode(Key::NearOther.public()));
        };
    })
    .also(&[("aci.report-data", "fail not-equal", "the quote names the real keys")]),
    row("aci.keyset", "fail malformed", |case| {
        case.spec.last = |report| {
            report["attestation"]["workload_keyset"]["more"] = json!(0.5);
        };
    }),
    row("aci.keyset.expiry", "fail expired", |case| {
        case.spec.keyset["not_after"] = json!(NOW.0);
    }),
    row("aci.keyset.expiry", "warn distant", |case| {
        case.spec.keyset["not_after"] = json!(NOW.0 + 367 * 86_400);
    }),
    row("aci.keyset.roles", "fail shared", |case| {
        let key = hex::encode(Key::NearSigning.public()).to_uppercase();
        case.spec.keyset["e2ee_public_keys"][0]["public_key"] = json!(key);
    }),
    row("aci.report-data", "fail not-equal", |case| {
        case.aci = json!({ "nonce": "5b".repeat(32) });
    }),
    row("aci.report-data/report_data", "fail disagree", |case| {
        case.spec.last = |report| {
            report["attestation"]["report_data"] = json!("00".repeat(32));
        };
    }),
    row("aci.nonce", "fail not-equal", |case| case.spec.nonce = None),
    row("aci.tls-key", "fail not-listed", |case| {
        case.spec.last = |report| {
            let own = &mut report["attestation"]["evidence"]["downstream_tls_binding"];
            own["domain"] = json!("other.simulated.example");
        };
    }),
    row("aci.tls-key", "fail malformed", |case| {
        case.spec.last = |report| {
            let own = &mut report["attestation"]["evidence"]["downstream_tls_binding"];
            own["spki_sha256"] = json!("c0");
        };
    }),
    beside("aci.receipt/file 2", "fail bad-signature", |case| case.signer = Key::NearOther)
        .also(UNCITED),
    beside("aci.receipt/file 2", "fail not-equal", |case| {
        case.receipt = |receipt| {
            receipt["workload_keyset_digest"] = json!(format!("sha256:{}", "00".repeat(32)));
        };
    })
    .also(UNCITED),
    beside("aci.receipt/file 2", "fail not-listed", |case| {
        case.receipt = |receipt| receipt["key_id"] = json!("receipt-2");
    })
    .also(UNCITED),
    beside("aci.receipt/file 2", "fail malformed", |case| {
        case.spec.keyset["receipt_signing_keys"][0]["public_key"] = json!("no hex");
    })
    .also(UNCITED),
    beside("aci.receipt/file 2", "unknown not-supported", |case| {
        case.spec.keyset["receipt_signing_keys"][0]["algo"] = json!("another");
    })
    .also(UNCITED),
    beside("aci.receipt.events/file 2", "fail malformed", |case| {
        case.receipt = |receipt| receipt["event_log"].as_array_mut().unwrap().swap(0, 1);
    }),
    beside("aci.receipt.events/file 2", "fail malformed", |case| {
        case.receipt = |receipt| {
            let log = receipt["event_log"].as_array_mut().unwrap();
            log.push(log[3].clone());
        };
    }),
    beside("aci.receipt.body/file 2: request", "fail not-equal", |case| {
        case.aci["request"] = json!("00".repeat(32));
    }),
    beside("aci.receipt.body/file 2: response", "fail missing", |case| {
        case.receipt = |receipt| {
            receipt["event_log"][3].as_object_mut().unwrap().remove("body_hash");
        };
    }),
    beside("aci.receipt.upstream/file 2", "warn not-required", |case| {
        case.receipt = |receipt| receipt["event_log"][2]["required"] = json!(false);
    }),
    beside("aci.receipt.upstream/file 2", "fail failed", |case| {
        case.receipt = |receipt| receipt["event_log"][2]["result"] = json!("failed");
    }),
    beside("aci.session/file 3", "fail disagree", |case| {
        case.session["evidence"]["digest"] = json!(format!("sha256:{}", "00".repeat(32)));
    }),
    beside("aci.session/file 3", "fail outside", |case| {
        case.receipt = |receipt| receipt["served_at"] = json!(1_893_459_600);
    }),
    beside("aci.session/file 3", "fail malformed", |case| {
        case.session["api_version"] = json!("aci/2");
    }),
    beside("aci.session/file 3", "unknown no-reference", |case| {
        case.cited = Some(case.session.clone());
        case.session["verifier_id"] = json!("SIMULATED/2");
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    let open = [
        ("aci.custody", "unknown not-supported"),
        ("aci.form", "unknown not-supported"),
        ("aci.receipt.upstream/file 2", "warn asserted"),
        ("aci.session/file 3", "warn own-word"),
    ];
    table::told(ROWS).into_iter().chain(open).collect()
}

#[test]
fn every_check_of_aci_has_an_input_that_makes_exactly_it_fail() {
    // What is open and not required lowers nothing.
    let lowering = ROWS.iter().filter(|row| !row.becomes.starts_with("unknown"));
    let rows: Vec<Row<Case>> = lowering
        .map(|row| Row {
            also: row.also,
            ..Row::new(row.base, row.finding, row.becomes, row.spoil)
        })
        .collect();
    assert_rows(&rows, Case::examine);
    for row in ROWS.iter().filter(|row| row.becomes.starts_with("unknown")) {
        let mut case = (row.base)();
        (row.spoil)(&mut case);
        assert_eq!(findings(&case.examine())[row.finding], row.becomes);
    }
}

#[test]
fn a_report_with_a_receipt_names_its_keys_and_no_source() {
    let report = healthy().examine();
    assert_eq!(report.verdict.state, State::Warning, "{:#?}", findings(&report));
    assert_eq!(report.assurance.level, Some(Level::A3));
    assert_eq!((report.flags.key, report.flags.freshness), (KeyFlag::Bound, Freshness::Challenge));
    let found = findings(&report);
    for passes in ["aci.form", "aci.keyset", "aci.report-data", "aci.nonce", "aci.tls-key"] {
        assert_eq!(found[passes], "pass", "{passes}");
    }
    assert_eq!(found["aci.receipt/file 2"], "pass");
    assert_eq!(found["aci.receipt.upstream/file 2"], "warn asserted");
    assert_eq!(found["aci.session/file 3"], "warn own-word");
    assert_eq!(found["aci.custody"], "unknown not-supported");
    let commit = report.stated.iter().find(|stated| stated.name == "commit").unwrap();
    assert_eq!(commit.said.to_string(), "c".repeat(40));
    assert!(report.claims.iter().all(|claim| !claim.name.starts_with("git.")), "only said");
    let said: Vec<String> = report
        .stated
        .iter()
        .filter(|stated| stated.name == "aci-claim")
        .map(|stated| format!("{}: {}", stated.source, stated.said))
        .collect();
    assert_eq!(
        said,
        [
            "session of SIMULATED/1: gpu_attested: unknown",
            // A source that the specification does not name is none.
            "session of SIMULATED/1: os_known_good: unknown",
            "session of SIMULATED/1: tee_attested: asserted, hardware_proven",
        ]
    );
}

#[test]
fn a_report_without_a_question_is_not_made_for_the_reader() {
    let mut case = alone();
    case.spec.nonce = None;
    case.aci = json!({});
    let report = case.examine();
    assert!(report.verdict.state <= State::Warning, "{:#?}", findings(&report));
    assert_eq!(report.flags.freshness, Freshness::Cached);
    assert_eq!(findings(&report)["aci.nonce"], "unknown no-reference");
    // An answer to a question that is not at hand names nobody knows which keys.
    case.spec.nonce = Some(NONCE);
    let report = case.examine();
    assert_eq!(findings(&report)["aci.report-data"], "unknown no-reference");
    assert_eq!((report.verdict.state, report.flags.key), (State::Unknown, KeyFlag::NotShown));
    let mut case = healthy();
    case.aci = json!({});
    let found = findings(&case.examine());
    assert_eq!(found["aci.receipt/file 2"], "blocked by aci.report-data", "its keys are not shown");
}

#[test]
fn machines_that_are_not_read_and_other_versions_are_told() {
    let mut case = alone();
    case.spec.last = |report| report["attestation"]["tee_type"] = json!("sev_snp");
    let report = case.examine();
    assert_eq!(findings(&report)["aci.form"], "unknown not-supported");
    assert!(report.verdict.state > State::Warning && report.assurance.level.is_none());
    case.spec.last = |report| report["api_version"] = json!("aci/2");
    assert_eq!(case.try_examine().unwrap_err().code(), "unsupported");
    case.spec.last = |report| {
        report["attestation"].as_object_mut().unwrap().remove("workload_keyset");
    };
    assert_eq!(case.try_examine().unwrap_err().code(), "missing");
}

#[test]
fn receipts_and_sessions_alone_are_no_evidence() {
    let case = healthy();
    let receipt = signed(&case.spec.receipt(&case.session), Key::NearSigning);
    let session = serde_json::to_vec(&case.session).unwrap();
    for alone in [receipt, session] {
        let error = examine(&alone, &[], None, NOW).unwrap_err().to_string();
        assert!(error.contains("give it beside the service's report"), "{error}");
    }
}

/// Every digit of the keys and of the report data counts.
#[test]
fn changed_keys_are_never_bound() {
    let case = alone();
    let policy = case.policy();
    let collateral = CollateralSpec::tdx().bytes();
    let input = case.spec.bytes();
    let text = String::from_utf8(input.clone()).unwrap();
    let own = case.spec.keyset.to_string();
    let keys = text.find(&own).unwrap();
    let keys = keys..keys + own.len();
    silicon_to_source::crypto::remembering(|| {
        for at in keys.step_by(7).filter(|at| input[*at].is_ascii_alphanumeric()) {
            let mut changed = input.clone();
            changed[at] = if input[at] == b'0' { b'1' } else { b'0' };
            if let Ok(report) = examine(&changed, &[&collateral], Some(&policy), NOW) {
                assert_ne!(report.flags.key, KeyFlag::Bound, "byte {at}");
            }
        }
    });
}

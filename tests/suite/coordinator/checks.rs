//! Every check of a coordinator's attestation, with at least one exchange that makes exactly it
//! fail, warn or stay open; and the chain that holds.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use s2s_sim::amd::report::POLICY_DEBUG;
use s2s_sim::coordinator::{CoordinatorSpec, IMAGE, ORIGIN, key_answer};
use s2s_sim::keys::Key;
use s2s_sim::repository::{Repository, WORKFLOW};
use s2s_sim::sigstore::{Build, BundleSpec};
use s2s_sim::{cel, gcb};
use serde_json::{Value as Json, json};
use silicon_to_source::builds::git::parse::objects::Format;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{
    Custody, DebugFlag, Freshness, KeyFlag, Level, Overrides, Report, RootOfTrust, Standing, State,
    Word,
};
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::exchange::Exchange;
use silicon_to_source::{Asked, Context, File};

use crate::common::table::{Also, Expected, Told, findings};
use crate::common::{asked, examine, examine_asked};

const NOW: &str = "2026-02-01T00:00:10Z";

/// A coordinator, the exchange with it, and the policy.
struct Case {
    spec: CoordinatorSpec,
    exchange: fn(&mut Json),
    policy: Json,
    now: &'static str,
}

impl Case {
    fn snp() -> Self {
        Self::of(CoordinatorSpec::default())
    }

    fn tdx() -> Self {
        Self::of(CoordinatorSpec::tdx())
    }

    fn of(spec: CoordinatorSpec) -> Self {
        let policy = serde_json::from_str(builtin("simulated").unwrap().json).unwrap();
        Self { spec, exchange: |_| {}, policy, now: NOW }
    }

    fn examine(&self) -> Report {
        let mut exchange = self.spec.exchange();
        (self.exchange)(&mut exchange);
        self.report(&exchange)
    }

    fn report(&self, exchange: &Json) -> Report {
        self.report_with(exchange, &[])
    }

    fn report_with(&self, exchange: &Json, files: &[&[u8]]) -> Report {
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        let input = serde_json::to_vec(exchange).unwrap();
        examine_asked(&input, files, Some(&policy), self.now.parse().unwrap()).unwrap()
    }

    /// The session as a file that somebody recorded.
    fn recorded(&self) -> Report {
        let mut exchange = self.spec.exchange();
        (self.exchange)(&mut exchange);
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        let input = serde_json::to_vec(&exchange).unwrap();
        examine(&input, &[], Some(&policy), self.now.parse().unwrap()).unwrap()
    }

    /// The same with files of the reader's.
    fn with_files(&self, files: &[&[u8]]) -> Report {
        self.report_with(&self.spec.exchange(), files)
    }

    /// The same with a build of `about` by Google Cloud Build, instead of GitHub's or beside it.
    fn with_cloud_build(&self, about: Sha256, beside: bool) -> Report {
        let envelope: Json =
            serde_json::from_slice(&gcb::CloudBuildSpec::of(about).bytes()).unwrap();
        let build = json!({ "type": "gcb-slsa-dsse", "envelope": envelope });
        let mut exchange = self.spec.exchange();
        in_document(&mut exchange, |document| {
            let list = document["provenance"].as_array_mut().unwrap();
            if !beside {
                list.clear();
            }
            list.push(build);
        });
        self.report(&exchange)
    }
}

struct Row {
    healthy: fn() -> Case,
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut Case),
    also: Also,
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row {
    Row { healthy: Case::snp, finding, becomes, spoil, also: &[] }
}

const fn tdx(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row {
    Row { healthy: Case::tdx, finding, becomes, spoil, also: &[] }
}

/// A build of another repository, under the same simulated authority.
fn stranger() -> Build {
    Build {
        repository: "someone-else/other".into(),
        repository_id: "900000009".into(),
        ..Build::default()
    }
}

/// Takes the pins of the repository out of the policy, as the policy for any host has it.
fn unpinned(case: &mut Case) {
    let pins = ["repository", "repository-id", "owner", "owner-id", "reference", "workflow"];
    for pin in pins {
        for section in ["/provenance", "/coordinator/provenance"] {
            let section = case.policy.pointer_mut(section).unwrap();
            section.as_object_mut().unwrap().remove(pin);
        }
    }
    let pinned = |id: &str| {
        ["provenance.workflow", "provenance.ref"].contains(&id)
            || id.starts_with("provenance.repository")
            || id.starts_with("provenance.owner")
    };
    for list in ["/required", "/coordinator/required"] {
        let required = case.policy.pointer_mut(list).unwrap().as_array_mut().unwrap();
        required.retain(|id| !pinned(id.as_str().unwrap()));
    }
}

/// Changes the document of an exchange.
fn in_document(exchange: &mut Json, change: impl FnOnce(&mut Json)) {
    let body = &mut exchange["answers"][0]["outcome"]["body"];
    let bytes = STANDARD.decode(body.as_str().unwrap()).unwrap();
    let mut document = serde_json::from_slice(&bytes).unwrap();
    change(&mut document);
    *body = STANDARD.encode(serde_json::to_vec(&document).unwrap()).into();
}

const ROWS: &[Row] = &[
    row("binding.digest", "fail not-equal", |case| case.spec.report_data = Some([7; 64])),
    row("binding.digest", "unknown not-supported", |case| {
        case.spec.document = |document| document["evidence"][0]["carrier"] = "tpm/v1".into();
    }),
    row("binding.digest", "fail not-equal", |case| {
        case.spec.document = |document| {
            let bytes = document["binding"]["bytes"].as_str().unwrap();
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(bytes).unwrap()).unwrap();
            let spaced = text.replacen("{\"", "{ \"", 1);
            document["binding"]["bytes"] = URL_SAFE_NO_PAD.encode(spaced).into();
        };
    }),
    Row {
        also: &[("binding.freshness", "warn cached", "the answer is not to the reader's nonce")],
        ..row("binding.nonce", "fail not-equal", |case| {
            case.exchange = |exchange| {
                exchange["nonce"] = URL_SAFE_NO_PAD.encode([7; 32]).into();
            };
        })
    },
    Row {
        also: &[("binding.freshness", "warn cached", "an answer for everyone is fresh for nobody")],
        ..row("binding.nonce", "warn not-answered", |case| {
            case.spec.nonce = None;
            case.exchange = |exchange| {
                exchange["nonce"] = URL_SAFE_NO_PAD.encode([7; 32]).into();
            };
        })
    },
    Row {
        also: &[("binding.freshness", "warn cached", "the answer is not to the reader's nonce")],
        ..row("binding.nonce", "warn not-asked", |case| {
            case.exchange = |exchange| {
                exchange.as_object_mut().unwrap().remove("nonce");
            };
        })
    },
    row("binding.freshness", "warn stale", |case| case.now = "2026-02-02T00:00:00Z"),
    row("binding.freshness", "fail in-the-future", |case| case.now = "2026-01-31T23:00:00Z"),
    Row {
        also: &[
            ("exchange.consistent", "absent", "it has parts when it fails"),
            (
                "exchange.consistent/coordinator-attestation",
                "fail other-address",
                "the answers are of the first origin",
            ),
            (
                "exchange.consistent/encryption-key",
                "fail other-address",
                "the answers are of the first origin",
            ),
        ],
        ..row("binding.origin", "fail not-equal", |case| {
            case.exchange = |exchange| {
                exchange["origin"] = "https://other.simulated.example".into();
            };
        })
    },
    row("exchange.consistent/coordinator-attestation", "fail other-address", |case| {
        case.exchange = |exchange| exchange["answers"][0]["url"] = "https://evil.example/".into();
    }),
    row("exchange.consistent/coordinator-attestation", "fail other-nonce", |case| {
        case.exchange = |exchange| {
            let url = format!("{ORIGIN}/v1/coordinator/attestation?nonce=AAAA");
            exchange["answers"][0]["url"] = url.into();
        };
    }),
    row("exchange.consistent/time", "fail made-before", |case| {
        case.exchange = |exchange| exchange["started_at"] = "2026-02-01T01:00:00Z".into();
    }),
    row("exchange.consistent/time", "fail made-after", |case| {
        case.exchange = |exchange| exchange["started_at"] = "2026-01-31T23:00:00Z".into();
    }),
    Row {
        also: &[("binding.freshness", "warn no-challenge", "nobody was challenged")],
        ..row("binding.nonce", "warn no-challenge", |case| case.spec.nonce = Some(vec![7; 4]))
    },
    Row {
        also: &[("binding.freshness", "warn no-challenge", "nobody was challenged")],
        ..row("binding.nonce", "warn no-challenge", |case| case.spec.nonce = Some(vec![7; 32]))
    },
    Row {
        also: &[("binding.freshness", "warn no-challenge", "nobody was challenged")],
        ..row("binding.nonce", "warn no-challenge", |case| case.spec.nonce = Some(Vec::new()))
    },
    row("binding.origin", "fail not-equal", |case| {
        case.policy["coordinator"]["origin"] = "https://other.simulated.example".into();
    }),
    row("binding.evidence-types", "fail missing", |case| {
        case.spec.binding = |binding| {
            binding["evidence_types"] = json!(["snp-report", "gce-vtpm-attestation"]);
        };
    }),
    Row {
        also: &[("coordinator.event-log/cos-cel", "unknown not-supported", "it was added")],
        ..row("binding.evidence-types", "fail not-listed", |case| {
            case.spec.document = |document| {
                document["event_logs"] = json!([{ "type": "cos-cel", "body": "" }]);
            };
        })
    },
    row("binding.sealed-key", "fail not-equal", |case| {
        case.exchange = |exchange| {
            let body = STANDARD.encode(key_answer(&[7; 32]));
            exchange["answers"][1]["outcome"]["body"] = body.into();
        };
    }),
    row("binding.sealed-key", "unknown not-supported", |case| {
        case.exchange = |exchange| {
            exchange["answers"][1]["outcome"]["body"] = STANDARD.encode("{}").into();
        };
    }),
    row("binding.sealed-key", "unknown not-fetched", |case| {
        case.exchange = |exchange| {
            exchange["answers"].as_array_mut().unwrap().pop();
        };
    }),
    row("binding.sealed-key", "unknown not-published", |case| {
        case.exchange = |exchange| exchange["answers"][1]["outcome"]["status"] = 404.into();
    }),
    row("binding.sealed-key", "unknown not-fetched", |case| {
        case.exchange = |exchange| exchange["answers"][1]["outcome"]["status"] = 503.into();
    }),
    row("binding.sealed-key", "fail not-exactly-one", |case| {
        case.spec.binding = |binding| {
            let key = binding["keys"][0].clone();
            binding["keys"].as_array_mut().unwrap().push(key);
        };
    }),
    // An algorithm may be called anything; the sentence is about an algorithm that is not known.
    row("binding.sealed-key", "unknown not-supported", |case| {
        case.spec.binding = |binding| binding["keys"][0]["alg"] = "not-published".into();
    }),
    row("binding.key-id", "fail disagree", |case| {
        case.spec.binding = |binding| binding["keys"][0]["kid"] = "0000000000000000".into();
    }),
    row("binding.custody", "warn kms-derived", |case| {
        case.spec.binding = |binding| binding["keys"][0]["custody"] = "kms-derived".into();
    }),
    row("binding.custody", "warn operator-provisioned", |case| {
        case.spec.binding = |binding| {
            binding["keys"][0]["custody"] = "operator-provisioned".into();
        };
    }),
    row("binding.tls.end", "warn host", |case| {
        case.spec.binding = |binding| binding["keys"][1]["terminates"] = "host".into();
    }),
    row("binding.tls.end", "warn edge", |case| {
        case.spec.binding = |binding| binding["keys"][1]["terminates"] = "edge".into();
    }),
    row("binding.tls.connection", "pass", |case| {
        case.exchange = |exchange| {
            let key = silicon_to_source::digest::Sha256::of(&Key::Tls.spki());
            exchange["answers"][0]["outcome"]["tls_spki_sha256"] = key.to_string().into();
        };
    }),
    row("binding.tls.connection", "fail not-equal", |case| {
        case.exchange = |exchange| {
            exchange["answers"][0]["outcome"]["tls_spki_sha256"] = "07".repeat(32).into();
        };
    }),
    row("coordinator.image", "fail not-equal", |case| {
        case.spec.launch = |statement| {
            statement["predicate"]["snp"][0]["measurement"] = "07".repeat(48).into();
        };
    }),
    row("coordinator.image", "fail not-exactly-one", |case| {
        case.spec.launch = |statement| {
            let second = json!({ "name": "b", "digest": { "sha256": "07".repeat(32) } });
            statement["subject"].as_array_mut().unwrap().push(second);
        };
    }),
    row("coordinator.manifest", "fail not-equal", |case| {
        case.spec.document = |document| {
            document["workload"]["manifest"] = URL_SAFE_NO_PAD.encode("{}").into();
        };
    }),
    row("coordinator.manifest", "unknown not-published", |case| {
        case.spec.document = |document| {
            document["workload"].as_object_mut().unwrap().remove("manifest");
        };
    }),
    row("claims.contradiction/binding.workload.manifest_digest", "fail disagree", |case| {
        case.spec.binding = |binding| {
            let other = format!("sha256:{}", "07".repeat(32));
            binding["workload"]["manifest_digest"] = other.into();
        };
    }),
    row("claims.contradiction/binding.workload.git_commit", "fail disagree", |case| {
        case.spec.binding = |binding| {
            binding["workload"]["git_commit"] = "07".repeat(20).into();
        };
    }),
    row("claims.contradiction/substrate.claimed", "warn disagree", |case| {
        case.spec.document = |document| document["substrate"]["claimed"] = "gcp-tdx".into();
    }),
    Row {
        also: &[
            ("oci.subject", "unknown not-fetched", "another index could list the image"),
            ("sigstore.subject", "unknown not-fetched", "nothing is left to compare with"),
        ],
        ..row("coordinator.build", "fail not-listed", |case| {
            case.exchange = |exchange| {
                let build = CoordinatorSpec::default().build;
                let other = build.slsa_statement(IMAGE, &"07".repeat(32));
                in_document(exchange, |document| {
                    document["provenance"][0]["bundle"] = BundleSpec::dsse(&build, other).json();
                });
            };
        })
    },
    tdx("coordinator.event-log/cos-cel", "fail not-exactly-one", |case| {
        case.spec.document = |document| {
            let again = document["event_logs"][0].clone();
            document["event_logs"].as_array_mut().unwrap().push(again);
        };
    }),
    row("coordinator.source/source 8", "unknown not-supported", |case| {
        case.spec.document = |document| {
            let other = json!({ "type": "tarball", "body": "" });
            document["source"].as_array_mut().unwrap().push(other);
        };
    }),
    row("coordinator.source/source 8", "unknown not-supported", |case| {
        case.spec.document = |document| {
            let other = json!({ "type": "git-object", "body": "AAAA" });
            document["source"].as_array_mut().unwrap().push(other);
        };
    }),
    Row {
        also: &[
            ("oci.index", "unknown not-applicable", "nothing else is an index"),
            ("oci.platform", "unknown not-applicable", "the index would name it"),
        ],
        ..row("coordinator.manifest/index", "fail malformed", |case| {
            case.spec.index = None;
            case.spec.document = |document| {
                document["workload"]["index"] = URL_SAFE_NO_PAD.encode("{}").into();
            };
        })
    },
    row("coordinator.other-build/provenance 2", "unknown not-supported", |case| {
        case.spec.document = |document| {
            let other = json!({ "type": "something-else" });
            document["provenance"].as_array_mut().unwrap().push(other);
        };
    }),
    Row {
        also: &[("binding.evidence-types", "fail not-listed", "it was added")],
        ..row("coordinator.other-evidence/more", "unknown not-supported", |case| {
            case.spec.document = |document| {
                let other = json!({
                    "id": "more", "type": "something-else", "body": "e30", "carrier": "eat-nonce/v1",
                });
                document["evidence"].as_array_mut().unwrap().push(other);
            };
        })
    },
    row("coordinator.collateral/vlek", "fail malformed", |case| {
        case.spec.document = |document| document["collateral"]["snp"]["vlek"] = "AAAA".into();
    }),
    tdx("coordinator.collateral/pck_chain", "fail malformed", |case| {
        case.spec.document = |document| document["collateral"]["tdx"]["pck_chain"] = "x".into();
    }),
    tdx("coordinator.launcher", "fail not-equal", |case| {
        case.spec.launch = |statement| {
            statement["predicate"]["tdx"][0]["rtmr2"] = "07".repeat(48).into();
        };
    }),
    tdx("coordinator.image", "fail malformed", |case| {
        case.spec.td().events = Some(vec![
            (cel::IMAGE_DIGEST, b"latest".to_vec()),
            (cel::LAUNCH_SEPARATOR, Vec::new()),
        ]);
    }),
    tdx("coordinator.image", "unknown not-published", |case| {
        case.spec.td().events = Some(vec![
            (cel::LAUNCH_SEPARATOR, Vec::new()),
            (cel::IMAGE_DIGEST, case.spec.image().into_bytes()),
        ]);
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    ROWS.iter().map(|row| (row.finding, row.becomes)).collect()
}

#[test]
fn every_row_changes_exactly_what_it_names() {
    let mut wrong = Vec::new();
    for (number, row) in ROWS.iter().enumerate() {
        let healthy = findings(&(row.healthy)().examine());
        let mut case = (row.healthy)();
        (row.spoil)(&mut case);
        let spoiled = findings(&case.examine());
        let expected = Expected { finding: row.finding, becomes: row.becomes, also: row.also };
        let label = format!("row {number}, {}", row.finding);
        wrong.extend(expected.differences(&healthy, &spoiled, &label));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_measured_image_with_a_signed_build_reaches_the_commit() {
    for case in [Case::snp(), Case::tdx()] {
        let report = case.examine();
        assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
        assert_eq!(report.assurance.level, Some(Level::A5));
        assert!(report.simulated);
        assert_eq!(report.flags.key, KeyFlag::Bound);
        assert_eq!(report.flags.custody, Custody::TeeGenerated);
        assert_eq!(report.flags.freshness, Freshness::Challenge);
        assert_eq!(report.flags.debug, DebugFlag::Off);
        for name in ["image", "commit", "substrate"] {
            let of_name = report.stated.iter().filter(|stated| stated.name == name);
            assert!(
                of_name.clone().count() > 0
                    && of_name.clone().all(|s| s.standing == Standing::Agrees),
                "{name}"
            );
        }
    }
    assert_eq!(Case::tdx().examine().flags.overrides, Overrides::None);
}

#[test]
fn the_same_evidence_under_the_vendors_roots_is_not_verified() {
    for case in [Case::snp(), Case::tdx()] {
        let input = serde_json::to_vec(&case.spec.exchange()).unwrap();
        let report = examine_asked(&input, &[], None, NOW.parse().unwrap()).unwrap();
        assert_eq!(report.verdict.state, State::Failed);
        assert_eq!(report.assurance.level, None);
    }
}

#[test]
fn a_stated_image_alone_is_not_an_image_that_runs() {
    let mut case = Case::snp();
    case.spec.document = |document| document["reference_values"] = json!([]);
    let report = case.examine();
    assert_eq!(report.assurance.level, Some(Level::A3), "{:?}", report.verdict);
    assert_ne!(report.verdict.state, State::Verified);
    assert!(
        report
            .stated
            .iter()
            .filter(|s| s.name == "image")
            .all(|s| s.standing == Standing::NotShown)
    );
    assert!(report.claims.iter().all(|claim| claim.name != "image.digest"));
}

#[test]
fn a_log_by_software_that_nobody_names_is_not_an_image_that_runs() {
    let mut case = Case::tdx();
    case.spec.document = |document| document["reference_values"] = json!([]);
    let report = case.examine();
    assert_eq!(report.assurance.level, Some(Level::A3), "{:?}", report.verdict);
    let found = findings(&report);
    assert_eq!(found["coordinator.launcher"], "unknown no-reference");
    assert_eq!(found["coordinator.image"], "unknown no-reference");
    assert_eq!(found["coordinator.build"], "blocked by coordinator.image");
}

/// Someone signs the measurement of their own machine as that of a well-known image, whose public
/// provenance they serve beside it.
#[test]
fn a_measurement_that_another_repository_signed_shows_no_image() {
    for pinned in [true, false] {
        let mut case = Case::snp();
        if !pinned {
            unpinned(&mut case);
        }
        let statement = case.spec.launch_statement();
        let bundle = BundleSpec::dsse(&stranger(), statement).json();
        let mut exchange = case.spec.exchange();
        in_document(&mut exchange, |document| {
            document["reference_values"][0]["bundle"] = bundle;
        });
        let report = case.report(&exchange);
        let found = findings(&report);
        let reason = if pinned { "fail not-accepted" } else { "fail other-repository" };
        assert_eq!(found["coordinator.reference-value/reference value 1"], reason);
        assert_eq!(report.verdict.state, State::Failed);
        assert!(report.claims.iter().all(|claim| claim.name != "image.digest"));
    }
}

#[test]
fn an_unsigned_or_foreign_reference_value_is_not_used() {
    for (change, finding) in [
        (
            (|document: &mut Json| document["reference_values"][0]["bundle"] = json!({}))
                as fn(&mut Json),
            "fail malformed",
        ),
        (
            |document| document["reference_values"][0]["type"] = "corim".into(),
            "unknown not-supported",
        ),
    ] {
        let mut case = Case::snp();
        case.spec.document = change;
        let report = case.examine();
        assert_eq!(findings(&report)["coordinator.reference-value/reference value 1"], finding);
        assert_ne!(report.verdict.state, State::Verified);
    }
    let mut case = Case::snp();
    case.spec.launch = |statement| statement["predicateType"] = "https://example.com/p".into();
    let found = findings(&case.examine());
    let expected = "unknown not-supported";
    assert_eq!(found["coordinator.reference-value/reference value 1"], expected);
}

#[test]
fn evidence_that_cannot_be_read_or_told_apart_fails() {
    let cut: fn(&mut Json) = |document| document["evidence"][0]["body"] = "AAAA".into();
    let twice: fn(&mut Json) = |document| {
        let mut again = document["evidence"][0].clone();
        again["id"] = "again".into();
        document["evidence"].as_array_mut().unwrap().push(again);
    };
    let none: fn(&mut Json) = |document| document["evidence"] = json!([]);
    for (change, name, outcome) in [
        (cut, "coordinator.evidence/snp-report", "fail malformed"),
        (twice, "coordinator.evidence", "fail not-exactly-one"),
        (none, "coordinator.evidence", "unknown not-published"),
    ] {
        let mut case = Case::snp();
        case.spec.document = change;
        let report = case.examine();
        assert_eq!(findings(&report)[name], outcome);
        assert_ne!(report.verdict.state, State::Verified);
    }
    let mut case = Case::snp();
    case.spec.document = none;
    assert_eq!(case.examine().assurance.level, None, "evidence was taken out: that fails");
}

#[test]
fn a_binding_that_is_no_binding_fails() {
    let mut case = Case::snp();
    case.exchange = |exchange| {
        in_document(exchange, |document| document["binding"]["bytes"] = "e30".into());
    };
    let report = case.examine();
    assert_eq!(findings(&report)["coordinator.document/binding"], "fail malformed");
    assert_eq!(report.verdict.state, State::Failed);
}

#[test]
fn a_debug_machine_and_a_changed_signature_fail() {
    let mut case = Case::snp();
    case.spec.snp().report.policy |= POLICY_DEBUG;
    let report = case.examine();
    assert_eq!(report.flags.debug, DebugFlag::On);
    assert_eq!(report.verdict.state, State::Failed);
    let mut case = Case::snp();
    case.spec.snp().signer = Key::StrangerP384;
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(report.flags.key, KeyFlag::NotShown);
}

/// Every way in which no document comes, with the state and the word that its sentence hangs on.
#[test]
fn an_answer_without_a_document_has_its_own_state_and_word() {
    let respond = |status: u16, content: &str, body: &str| json!({ "status": status, "content_type": content, "redirected": false, "body": STANDARD.encode(body) });
    let json = "application/json";
    let unavailable = r#"{"error":{"code":"attestation_unavailable","substrate":"gcp-sev"}}"#;
    let mut cases = vec![
        (respond(404, "text/plain", "404 page not found"), State::NotPublished, "404"),
        (respond(503, json, unavailable), State::NotPublished, "unavailable"),
        (respond(503, json, "{}"), State::Unknown, "503"),
        (respond(429, json, "{}"), State::Unknown, "429"),
        (respond(200, "text/html", "<html>"), State::Unknown, "content-type"),
        (respond(302, json, ""), State::Unknown, "redirect"),
        (respond(304, json, ""), State::Unknown, "304"),
        (respond(500, json, ""), State::Unknown, "500"),
    ];
    for failed in [
        "cors-or-network",
        "timeout",
        "too-large",
        "redirect",
        "offline",
        "aborted",
        "tls",
        "dns",
        "refused",
        "truncated",
    ] {
        cases.push((json!({ "failed": failed }), State::Unknown, failed));
    }
    for (outcome, state, word) in cases {
        let case = Case::snp();
        let mut exchange = case.spec.exchange();
        exchange["answers"][0]["outcome"] = outcome;
        let report = case.report(&exchange);
        assert_eq!(report.verdict.state, state, "{word}");
        let level = (state == State::NotPublished).then_some(Level::A0);
        assert_eq!(report.assurance.level, level, "{word}");
        let finding = report.findings(&coordinator::checks::COORDINATOR_ANSWER).next().unwrap();
        assert_eq!(finding.actual, Some(word.into()));
        assert!(report.claims.is_empty());
        assert_nothing_is_said(&report, state, word);
    }
    for body in ["{", "[]", "{}", "{\"schema\":1,\"schema\":1}", &" ".repeat(2 << 20)] {
        let case = Case::snp();
        let mut exchange = case.spec.exchange();
        exchange["answers"][0]["outcome"] = respond(200, json, body);
        let report = case.report(&exchange);
        assert_eq!(report.verdict.state, State::Unknown, "{body:.20}");
        assert_eq!(findings(&report)["coordinator.document"], "unknown not-supported");
    }
}

/// Where no answer was read, no link is told as not published, and nobody's word begins the chain.
fn assert_nothing_is_said(report: &Report, state: State, word: &str) {
    let (root, line, why) = match state {
        State::NotPublished => (RootOfTrust::Nothing, Word::NotPublished, "not-published"),
        _ => (RootOfTrust::Unknown, Word::NoAnswer, "not-asked"),
    };
    assert_eq!(report.assurance.root_of_trust, root, "{word}");
    assert_eq!(report.headline.word, line, "{word}");
    assert!(report.links.iter().all(|link| link.state == state), "{word}");
    let open = report.not_checked.iter().map(|open| (open.check, open.why));
    let other: Vec<_> = open.filter(|(_, own)| *own != why).collect();
    assert!(other.is_empty(), "{word}: {other:?}");
}

#[test]
fn darkbloom_as_it_is_has_nothing_published_and_its_statements_beside_it() {
    let exchange = json!({
        "schema": "silicon-to-source/exchange/v1",
        "origin": "https://api.darkbloom.dev",
        "started_at": "2026-02-01T00:00:00Z",
        "answers": [{
            "what": "coordinator-attestation",
            "url": "https://api.darkbloom.dev/v1/coordinator/attestation",
            "outcome": { "status": 404, "content_type": "text/plain; charset=utf-8", "body": STANDARD.encode("404 page not found\n") },
        }],
    });
    let input = serde_json::to_vec(&exchange).unwrap();
    let report = examine(&input, &[], None, NOW.parse().unwrap()).unwrap();
    assert_eq!(report.verdict.state, State::NotPublished);
    assert_eq!(report.assurance.level, Some(Level::A0));
    let substrates: Vec<String> = report
        .stated
        .iter()
        .filter(|stated| stated.name == "substrate")
        .map(|stated| stated.said.to_string())
        .collect();
    assert!(substrates.iter().any(|said| said.contains("Intel TDX")));
    assert!(substrates.iter().any(|said| said.contains("SEV-SNP")));
    assert!(report.stated.iter().all(|s| s.standing == Standing::NotShown && s.shown.is_none()));
    assert!(
        report
            .stated
            .iter()
            .all(|s| s.source.contains("commit ") || s.source.contains("issue 149"))
    );
}

/// Whoever wrote the file could have written anything about the session.
#[test]
fn a_recorded_session_is_told_as_a_recording() {
    let mut case = Case::snp();
    case.exchange = |exchange| {
        let key = Sha256::of(&Key::Tls.spki());
        exchange["answers"][0]["outcome"]["tls_spki_sha256"] = key.to_string().into();
    };
    let (asked, recorded) = (case.examine(), case.recorded());
    assert_eq!((asked.verdict.state, asked.recorded_at), (State::Verified, None));
    assert_eq!(recorded.verdict.state, State::Warning);
    assert_eq!(
        recorded.recorded_at.map(|at| at.to_string()).as_deref(),
        Some("2026-02-01T00:00:00Z")
    );
    assert_eq!(asked.flags.freshness, Freshness::Challenge);
    assert_eq!(recorded.flags.freshness, Freshness::Given);
    let caveat = recorded.headline.caveat.as_ref().unwrap();
    assert_eq!(caveat.check.id, "exchange.consistent");
    let told = findings(&recorded);
    for check in ["exchange.consistent", "binding.nonce", "binding.origin", "binding.sealed-key"] {
        assert_eq!(findings(&asked)[check], "pass");
        assert_eq!(told[check], "warn recorded", "{check}");
    }
    assert_eq!(findings(&asked)["binding.freshness"], "pass");
    assert_eq!(told["binding.freshness"], "warn recorded");
    assert_eq!(findings(&asked)["binding.tls.connection"], "pass");
    assert_eq!(told["binding.tls.connection"], "unknown self-stated");
}

#[test]
fn a_recording_from_after_the_moment_contradicts_itself() {
    let mut case = Case::snp();
    case.now = "2026-01-31T00:00:00Z";
    assert_eq!(findings(&case.recorded())["exchange.consistent/time"], "fail in-the-future");
    assert!(!findings(&case.examine()).contains_key("exchange.consistent/time"), "asked for then");
}

/// A file beside what this process knows does not speak for this process.
#[test]
fn a_session_file_that_differs_from_what_was_asked_fails() {
    type Change = fn(&mut Asked);
    let case = Case::snp();
    let exchange = case.spec.exchange();
    let change: [(&str, Change); 4] = [
        ("origin", |asked| asked.origin = "https://other.simulated.example".into()),
        ("nonce", |asked| asked.nonce = None),
        ("time", |asked| asked.started_at.0 -= 1),
        ("answers", |asked| asked.answers.clear()),
    ];
    for (part, change) in change {
        let input = serde_json::to_vec(&exchange).unwrap();
        let mut asked = asked(&Exchange::parse(&input).unwrap());
        change(&mut asked);
        let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
        let context = Context { now: NOW.parse().unwrap(), asked: Some(asked) };
        let files = [File::new("session", input)];
        let report = silicon_to_source::examine(&files, Some(&policy), &context).unwrap();
        let name = format!("exchange.consistent/{part}");
        assert_eq!(findings(&report)[&name], "fail not-what-was-asked");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

#[test]
fn the_document_as_a_file_shows_the_machine_and_nothing_about_the_question() {
    let case = Case::snp();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let report = examine(&case.spec.bytes(), &[], Some(&policy), NOW.parse().unwrap()).unwrap();
    let found = findings(&report);
    assert_eq!(found["binding.digest"], "pass");
    assert_eq!(found["binding.nonce"], "unknown not-applicable");
    assert_eq!(found["binding.origin"], "unknown not-applicable");
    assert_eq!(found["binding.sealed-key"], "unknown not-fetched");
    assert_eq!(report.flags.key, KeyFlag::NotShown);
    assert_eq!(report.flags.freshness, Freshness::Cached);
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.subject.name.as_deref(), Some(ORIGIN));
}

#[test]
fn provenance_of_another_image_is_not_this_machines() {
    let row = ROWS.iter().find(|row| row.finding == "coordinator.build").unwrap();
    let mut case = Case::snp();
    (row.spoil)(&mut case);
    let report = case.examine();
    assert_eq!(report.verdict.state, State::Failed);
    let commit = report.stated.iter().filter(|stated| stated.name == "commit");
    assert!(commit.clone().count() > 0 && commit.clone().all(|s| s.standing != Standing::Agrees));
}

#[test]
fn without_provenance_the_chain_ends_before_it() {
    let none: fn(&mut Json) = |document| {
        document["provenance"] = json!([]);
        document["source"] = json!([]);
    };
    let spoiled: fn(&mut Json) = |document| document["provenance"][0]["bundle"] = json!({});
    for (change, name, outcome, state) in [
        (none, "coordinator.build", "unknown not-published", State::NotPublished),
        (spoiled, "coordinator.build/provenance 1", "fail malformed", State::Failed),
    ] {
        let mut case = Case::snp();
        case.spec.document = change;
        let report = case.examine();
        assert_eq!(findings(&report)[name], outcome);
        assert_eq!(report.verdict.state, state);
        assert!(report.claims.iter().all(|claim| claim.name != "git.commit"));
    }
}

/// A build may be about the index: then only the index ties it to the image, whoever supplies it.
#[test]
fn a_build_about_the_index_counts_when_the_index_is_at_hand() {
    let mut case = Case::snp();
    case.spec.document = |document| {
        document["workload"].as_object_mut().unwrap().remove("index");
    };
    let report = case.examine();
    assert_eq!(findings(&report)["coordinator.build"], "unknown not-fetched");
    assert_eq!(report.verdict.state, State::Unknown);
    assert!(report.assurance.level < Some(Level::A5));
    let index = case.spec.index.clone().unwrap();
    let report = case.with_files(&[&index]);
    assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
    assert_eq!(report.assurance.level, Some(Level::A5));
}

#[test]
fn the_source_may_come_from_the_reader_instead() {
    let mut case = Case::snp();
    case.spec.document = |document| document["source"] = json!([]);
    let report = case.examine();
    assert_eq!(findings(&report)["git.commit"], "unknown not-fetched");
    assert_eq!(report.verdict.state, State::Unknown);
    let objects = case.spec.source.clone();
    let files: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
    let report = case.with_files(&files);
    assert_eq!(report.verdict.state, State::Verified, "{:?}", report.verdict.because);
}

#[test]
fn objects_of_another_commit_show_nothing() {
    let files = [(WORKFLOW, "name: another\n")];
    let other = Repository::made_up(Format::Sha1, &files);
    let mut case = Case::snp();
    case.spec.source = other.objects();
    let report = case.examine();
    assert_eq!(findings(&report)["coordinator.source"], "pass");
    assert_ne!(findings(&report)["git.commit"], "pass");
    assert_ne!(report.verdict.state, State::Verified);
}

/// Google Cloud Build's signature is by a key without a certificate; the simulated policy asks for
/// Sigstore's, so only the build's own checks are looked at.
#[test]
fn a_google_cloud_build_of_the_image_names_the_commit() {
    let mut case = Case::snp();
    for about in [Sha256::of(&case.spec.manifest), case.spec.built()] {
        let report = case.with_cloud_build(about, false);
        let found = findings(&report);
        assert_eq!(found["gcb.signature"], "pass");
        assert_eq!(found["gcb.subject"], "pass");
        assert_eq!(found["coordinator.build"], "pass");
        let commit = report.claims.iter().find(|claim| claim.name == "git.commit").unwrap();
        let said = gcb::statement(about).to_string();
        assert!(said.contains(&commit.value.to_string()));
        assert_eq!(report.flags.key, KeyFlag::Bound);
    }
    let report = case.with_cloud_build(Sha256::of(b"another"), false);
    assert_eq!(findings(&report)["coordinator.build"], "fail not-listed");
    case.spec.index = None;
    let report = case.with_cloud_build(Sha256::of(b"another"), false);
    assert_eq!(findings(&report)["coordinator.build"], "unknown not-fetched");
    assert_ne!(report.verdict.state, State::Verified);
}

#[test]
fn two_builds_that_name_different_commits_fail() {
    let case = Case::snp();
    let report = case.with_cloud_build(Sha256::of(&case.spec.manifest), true);
    let found = findings(&report);
    assert_eq!(found["coordinator.build"], "pass");
    assert_eq!(found["provenance.commit/builds"], "fail builds-differ");
    assert_eq!(report.verdict.state, State::Failed);
}

/// Every string in `json` by its path.
fn strings(json: &Json, path: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                strings(value, &format!("{path}/{name}"), found);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                strings(value, &format!("{path}/{index}"), found);
            }
        }
        Json::String(_) => found.push(path.to_owned()),
        _ => {}
    }
}

/// Whoever serves the document may change any value in it. What is claimed while the answer stays
/// "verified" does not change with it.
#[test]
fn no_changed_value_changes_what_is_claimed_while_everything_passes() {
    for case in [Case::snp(), Case::tdx()] {
        let claimed = |report: &Report| -> Vec<(&'static str, String)> {
            report.claims.iter().map(|claim| (claim.name, claim.value.to_string())).collect()
        };
        let healthy = case.examine();
        assert_eq!(healthy.verdict.state, State::Verified);
        let document = case.spec.json();
        let mut paths = Vec::new();
        strings(&document, "", &mut paths);
        assert!(paths.len() > 40, "{paths:?}");
        let mut refused = 0;
        for path in &paths {
            let mut changed = document.clone();
            let value = changed.pointer_mut(path).unwrap();
            let text = value.as_str().unwrap();
            let middle = text.len() / 2;
            let other = if text.as_bytes().get(middle) == Some(&b'A') { "B" } else { "A" };
            let text: String = match text.get(..middle).zip(text.get(middle + 1..)) {
                Some((before, after)) => [before, other, after].concat(),
                None => other.to_owned(),
            };
            *value = text.into();
            let mut exchange = case.spec.exchange();
            in_document(&mut exchange, |document| *document = changed);
            let report = case.report(&exchange);
            if report.verdict.state == State::Verified {
                assert_eq!(claimed(&report), claimed(&healthy), "{path}");
            } else {
                refused += 1;
            }
        }
        assert!(refused > 20, "{refused} of {} were refused", paths.len());
    }
}

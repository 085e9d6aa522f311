//! NVIDIA GPUs: a real Hopper report, and every check with the input that makes exactly it fail.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::certificate::Spoil;
use s2s_sim::keys::Key;
use s2s_sim::nvidia::{ManifestSpec, ReportSpec, Role, certificate, responder};
use s2s_sim::ocsp::{OcspSpec, OcspStatus};
use s2s_sim::signature::Hash;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::checks;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Freshness, Level, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::{Also, Expected, Told, findings};
use crate::common::{self, shared};

const NOW: UnixTime = UnixTime(1_740_000_000);

/// The nonce in the real report, as NVIDIA's own tool was given it.
const REAL_NONCE: &str = "931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb";

fn real(chain: &str, policy: Option<&str>) -> Option<Report> {
    let report = fs::read(shared("vectors/nvidia/hopper-report.hex.txt")?).unwrap();
    let chain = fs::read(shared(&format!("vectors/nvidia/{chain}"))?).unwrap();
    let policy = policy.map(|json| Policy::from_json(json.as_bytes()).unwrap());
    Some(crate::common::examine(&report, &[&chain], policy.as_ref(), NOW).unwrap())
}

#[test]
fn real_hopper_report_holds_to_nvidias_root_and_is_compared_with_no_measurements() {
    let policy = format!(
        r#"{{"name":"t","least-level":"A3","required":["gpu.nonce"],"gpu":{{"nonce":"{REAL_NONCE}"}}}}"#
    );
    let Some(report) = real("hopper-cert-chain.txt", Some(&policy)) else { return };
    assert_eq!(report.verdict.state, State::Verified);
    assert_eq!(report.assurance.level, Some(Level::A3));
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    let found = findings(&report);
    assert_eq!(found["gpu.measurements"], "unknown no-reference");
    assert_eq!(found["gpu.chain.revocation"], "unknown not-asked");
    let claim = |name| report.claims.iter().find(|c| c.name == name).unwrap().value.to_string();
    assert_eq!(claim("gpu.driver"), "550.90.07");
    assert_eq!(claim("gpu.vbios"), "96.00.9f.00.01");
}

#[test]
fn real_chain_that_is_too_short_vouches_for_nothing() {
    let Some(report) = real("hopper-cert-chain-too-short.txt", None) else { return };
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.assurance.level, None);
    for check in ["gpu.root", "gpu.chain.role", "gpu.chain.signature", "gpu.signature"] {
        assert_eq!(findings(&report)[check], "unknown not-fetched", "it holds the root alone");
    }
}

#[test]
fn report_without_certificates_is_unknown() {
    let report = crate::common::examine(&ReportSpec::default().sign(), &[], None, NOW).unwrap();
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(findings(&report)["gpu.signature"], "unknown not-fetched");
}

struct Case {
    report: ReportSpec,
    authority: Option<Spoil>,
    device: Option<Spoil>,
    certified: [u8; 48],
    /// What stands after the report.
    after: &'static [u8],
    /// Answers of the revocation service.
    answers: Vec<OcspSpec>,
    /// Reference values.
    manifests: Vec<ManifestSpec>,
}

impl Default for Case {
    fn default() -> Self {
        Self {
            report: ReportSpec::default(),
            authority: None,
            device: None,
            certified: ReportSpec::FIRMWARE,
            after: &[],
            answers: Vec::new(),
            manifests: Vec::new(),
        }
    }
}

/// id-kp-OCSPSigning.
const SIGNS_ANSWERS: &str = "1.3.6.1.5.5.7.3.9";

/// Sound answers about the device and the authority: the first by a responder of the authority's, the
/// second by the root itself.
fn asked() -> Vec<OcspSpec> {
    let [device, authority, root] = [Role::Device, Role::Authority, Role::Root]
        .map(|role| certificate(role, &ReportSpec::FIRMWARE, None));
    let at = UnixTime(NOW.0 - 3_600);
    let by_responder = OcspSpec {
        responder: Some(responder(Role::Authority, Key::NvidiaService, &[SIGNS_ANSWERS], None)),
        ..OcspSpec::good(&device, &authority, Key::NvidiaService, at)
    };
    vec![by_responder, OcspSpec::good(&authority, &root, Key::NvidiaRoot, at)]
}

const POLICY: &str = r#"{"name":"t","roots":"simulated","least-level":"A3","required":["gpu.nonce"],
    "gpu":{"nonce":"1111111111111111111111111111111111111111111111111111111111111111"}}"#;

impl Case {
    fn examine(&self) -> Report {
        let report = [&self.report.sign(), self.after].concat();
        let mut chain = vec![certificate(Role::Device, &self.certified, self.device.as_ref())];
        let authority = certificate(Role::Authority, &[0; 48], self.authority.as_ref());
        chain.push(authority);
        chain.push(certificate(Role::Root, &[0; 48], None));
        chain.extend(self.answers.iter().map(OcspSpec::der));
        chain.extend(self.manifests.iter().map(ManifestSpec::xml));
        let files: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
        crate::common::examine(&report, &files, Some(&policy), NOW).unwrap()
    }
}

struct Row {
    label: &'static str,
    finding: &'static str,
    becomes: &'static str,
    also: Also,
    spoil: fn(&mut Case),
}

const fn row(
    label: &'static str,
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut Case),
) -> Row {
    Row { label, finding, becomes, also: &[], spoil }
}

fn rows() -> Vec<Row> {
    vec![
        Row {
            also: &[(
                "gpu.chain.signature/certificate 2",
                "fail wrong-issuer",
                "the root's name is part of both",
            )],
            ..row("another root", "gpu.root", "fail wrong-root", |case| {
                case.authority = Some(Spoil::IssuerName("Another Root".into()));
            })
        },
        row("authority no authority", "gpu.chain.role/certificate 2", "fail not-a-ca", |case| {
            case.authority = Some(Spoil::NotCa);
        }),
        Row {
            also: &[("gpu.signature", "fail bad-signature", "another key cannot have signed")],
            ..row("another kind of key", "gpu.chain.role/certificate 1", "fail wrong-key", |case| {
                case.device = Some(Spoil::P256SubjectKey);
            })
        },
        row(
            "signed by a stranger",
            "gpu.chain.signature/certificate 1",
            "fail bad-signature",
            |case| {
                case.device = Some(Spoil::WrongKey);
            },
        ),
        row("expired", "gpu.chain.validity/certificate 1", "fail expired", |case| {
            case.device = Some(Spoil::Expired);
        }),
        row("not yet", "gpu.chain.validity/certificate 2", "fail not-yet-valid", |case| {
            case.authority = Some(Spoil::NotYetValid);
        }),
        row("another signer", "gpu.signature", "fail bad-signature", |case| {
            case.report.signer = Key::StrangerP384;
        }),
        row("other firmware", "gpu.firmware-id", "fail not-equal", |case| case.certified[0] ^= 1),
        row("no firmware", "gpu.firmware-id", "unknown not-applicable", |case| {
            case.report.opaque.retain(|(kind, _)| *kind != 20);
        }),
        row("no identity in the certificate", "gpu.firmware-id", "unknown not-supported", |case| {
            case.device = Some(Spoil::MissingExtension("2.23.133.5.4.1"));
        }),
        row("a zero behind it", "gpu.trailing", "warn not-signed", |case| case.after = &[0]),
        row("more behind it", "gpu.trailing", "warn not-signed", |case| case.after = &[0, 7]),
        row("another challenge", "gpu.nonce", "fail not-equal", |case| case.report.nonce[31] ^= 1),
    ]
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    let rows = rows();
    let rows = rows.iter().map(|row| (row.finding, row.becomes)).chain(NEVER_DECIDED);
    let rows = rows.chain(WITHDRAWN.iter().map(|(becomes, _)| (DEVICE, *becomes)));
    rows.chain(REFERENCES.iter().map(|(finding, becomes, _)| (*finding, *becomes))).collect()
}

/// Checks that this verifier can only warn about or leave open.
const NEVER_DECIDED: [Told; 3] = [
    ("gpu.chain.revocation", "unknown not-asked"),
    ("gpu.machine", "unknown not-published"),
    ("gpu.measurements", "unknown no-reference"),
];

/// The finding about the device's own certificate.
const DEVICE: &str = "gpu.chain.revocation/certificate 1";

/// What spoils an answer.
type SpoilAnswer = fn(&mut OcspSpec);

/// What becomes of it, and what makes it so: the answer about the device's certificate is spoiled.
const WITHDRAWN: &[(&str, SpoilAnswer)] = &[
    ("fail revoked", |own| own.status = OcspStatus::Revoked),
    // An old answer that it was revoked stays true.
    ("fail revoked", |own| {
        own.status = OcspStatus::Revoked;
        own.this_update = UnixTime(NOW.0 - 900_000);
        own.next_update = Some(UnixTime(NOW.0 - 800_000));
    }),
    ("fail unknown-certificate", |own| own.status = OcspStatus::Unknown),
    ("fail stale", |own| own.next_update = Some(UnixTime(NOW.0 - 1))),
    ("fail not-yet-valid", |own| own.this_update = UnixTime(NOW.0 + 1)),
    ("fail missing", |own| own.next_update = None),
    ("fail unknown-extension", |own| own.is_critical = true),
    ("fail bad-signature", |own| own.signer = Key::StrangerP384),
    ("fail bad-signature", |own| own.responder = None),
    ("fail not-a-responder", |own| {
        let purposes = ["1.3.6.1.5.5.7.3.1"];
        own.responder = Some(responder(Role::Authority, Key::NvidiaService, &purposes, None));
    }),
    // The root's responder does not answer for the authority below the root.
    ("fail not-a-responder", |own| {
        own.responder = Some(responder(Role::Root, Key::NvidiaService, &[SIGNS_ANSWERS], None));
    }),
    ("fail not-a-responder", |own| {
        let expired = Some(&Spoil::Expired);
        let purposes = [SIGNS_ANSWERS];
        own.responder = Some(responder(Role::Authority, Key::NvidiaService, &purposes, expired));
    }),
    ("fail not-a-responder", |own| {
        let other = Some(&Spoil::WrongKey);
        let purposes = [SIGNS_ANSWERS];
        own.responder = Some(responder(Role::Authority, Key::NvidiaService, &purposes, other));
    }),
    ("fail not-a-responder", |own| {
        let demands = Some(&Spoil::UnknownCriticalExtension);
        let purposes = [SIGNS_ANSWERS];
        own.responder = Some(responder(Role::Authority, Key::NvidiaService, &purposes, demands));
    }),
    // About the same number of another issuer's, and by another key of the same name.
    ("unknown not-asked", |own| own.cert.clone_from(&own.issuer)),
    ("unknown not-asked", |own| own.issuer.clone_from(&own.cert)),
];

#[test]
fn answers_of_the_revocation_service_are_held_against_each_certificate() {
    let sound = Case { answers: asked(), ..Case::default() }.examine();
    assert_eq!(sound.verdict.state, State::Verified);
    let healthy = findings(&sound);
    assert_eq!(healthy[DEVICE], "pass");
    assert_eq!(healthy["gpu.chain.revocation/certificate 2"], "pass");
    let mut wrong = Vec::new();
    for (number, (becomes, spoil)) in WITHDRAWN.iter().enumerate() {
        let mut case = Case { answers: asked(), ..Case::default() };
        spoil(&mut case.answers[0]);
        let report = case.examine();
        let expected = Expected { finding: DEVICE, becomes, also: &[] };
        let label = format!("answer {number}, {becomes}");
        wrong.extend(expected.differences(&healthy, &findings(&report), &label));
        if becomes.starts_with("fail") && report.verdict.state != State::Failed {
            wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An answer about no certificate of the chain decides nothing, and neither does a forged one beside
/// one that holds.
#[test]
fn answers_about_others_and_forged_ones_decide_nothing() {
    let alone = findings(&Case::default().examine());
    assert_eq!(alone["gpu.chain.revocation"], "unknown not-asked");
    let mut others = asked();
    for own in &mut others {
        own.issuer.clone_from(&own.cert);
        own.status = OcspStatus::Revoked;
    }
    assert_eq!(findings(&Case { answers: others, ..Case::default() }.examine()), alone);
    let sound = findings(&Case { answers: asked(), ..Case::default() }.examine());
    let mut answers = asked();
    answers.insert(
        0,
        OcspSpec { signer: Key::StrangerP384, status: OcspStatus::Revoked, ..asked().remove(0) },
    );
    assert_eq!(findings(&Case { answers, ..Case::default() }.examine()), sound);
    let mut answers = asked();
    answers.iter_mut().for_each(|own| own.hash = Hash::Sha256);
    assert_eq!(findings(&Case { answers, ..Case::default() }.examine()), sound);
}

/// Where a service says two things of one certificate, the better one is not believed.
#[test]
fn answer_that_contradicts_itself_does_not_pass() {
    for (other, becomes) in
        [(OcspStatus::Revoked, "fail revoked"), (OcspStatus::Unknown, "fail unknown-certificate")]
    {
        for [first, second] in [[OcspStatus::Good, other], [other, OcspStatus::Good]] {
            let mut case = Case { answers: asked(), ..Case::default() };
            case.answers[0].status = first;
            case.answers[0].second = Some(second);
            assert_eq!(findings(&case.examine())[DEVICE], becomes);
            // Two responses of one moment.
            let mut case = Case { answers: asked(), ..Case::default() };
            case.answers[0].status = first;
            case.answers.push(OcspSpec { status: second, ..asked().remove(0) });
            assert_eq!(findings(&case.examine())[DEVICE], becomes);
        }
    }
}

#[test]
fn no_changed_byte_of_an_answer_passes() {
    let chain = [Role::Device, Role::Authority, Role::Root]
        .map(|role| certificate(role, &ReportSpec::FIRMWARE, None));
    let report = ReportSpec::default().sign();
    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    let answer = asked().remove(0);
    let passes = |answer: &[u8]| {
        let files: Vec<&[u8]> = chain.iter().map(Vec::as_slice).chain([answer]).collect();
        let report = crate::common::examine(&report, &files, Some(&policy), NOW).unwrap();
        findings(&report).get(DEVICE).is_some_and(|is| is == "pass")
    };
    let der = answer.der();
    assert!(passes(&der));
    // The certificate beside the signature is the last part: what of it may differ is not signed by
    // the answer, and its own signature holds it.
    for place in (0..der.len()).step_by(3) {
        let mut changed = der.clone();
        changed[place] ^= 1;
        assert!(!passes(&changed), "byte {place}");
    }
}

fn with_references() -> Case {
    Case { manifests: vec![ManifestSpec::driver(), ManifestSpec::firmware()], ..Case::default() }
}

type Reference = (&'static str, &'static str, fn(&mut Case));

/// Reference values of the driver with one thing wrong, and what becomes of one check.
const REFERENCES: &[Reference] = &[
    ("gpu.reference/driver", "fail bad-signature", |case| {
        case.manifests[0].signer = Key::StrangerP384;
    }),
    ("gpu.reference/driver", "fail not-equal", |case| case.manifests[0].digest = Some([7; 48])),
    ("gpu.reference/driver", "fail expired", |case| {
        case.manifests[0].spoil = Some(Spoil::Expired);
    }),
    ("gpu.reference/driver", "fail not-yet-valid", |case| {
        case.manifests[0].spoil = Some(Spoil::NotYetValid);
    }),
    ("gpu.reference/driver", "fail role", |case| case.manifests[0].spoil = Some(Spoil::IsCa)),
    ("gpu.reference/driver", "fail role", |case| {
        case.manifests[0].spoil = Some(Spoil::P256SubjectKey);
    }),
    ("gpu.reference/driver", "fail unknown-issuer", |case| {
        case.manifests[0].spoil = Some(Spoil::WrongKey);
    }),
    ("gpu.reference/driver", "fail wrong-root", |case| {
        case.manifests[0].spoil = Some(Spoil::IssuerName("Another Root".into()));
    }),
    ("gpu.measurements/driver", "fail not-equal", |case| {
        case.manifests[0].measurements[0].2 = vec![[7; 48]];
    }),
    // A measurement that the report does not have.
    ("gpu.measurements/driver", "fail not-equal", |case| case.manifests[0].measurements[0].0 = 9),
    ("gpu.measurements/firmware", "fail disagree", |case| {
        case.manifests[1].measurements = case.manifests[0].measurements.clone();
    }),
];

#[test]
fn measurements_are_compared_with_what_nvidia_signed_for_driver_and_firmware() {
    let sound = with_references().examine();
    assert_eq!(sound.verdict.state, State::Verified);
    let healthy = findings(&sound);
    for part in ["driver", "firmware"] {
        assert_eq!(healthy[&format!("gpu.reference/{part}")], "pass");
        assert_eq!(healthy[&format!("gpu.measurements/{part}")], "pass");
    }
    let mut wrong = Vec::new();
    for (number, (finding, becomes, spoil)) in REFERENCES.iter().enumerate() {
        let mut case = with_references();
        spoil(&mut case);
        let report = case.examine();
        let label = format!("manifest {number}, {finding} {becomes}");
        let expected = Expected { finding, becomes, also: &[] };
        wrong.extend(expected.differences(&healthy, &findings(&report), &label));
        if report.verdict.state != State::Failed {
            wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Values for one part are about that part only; those for another version are about nothing here,
/// and forged ones do not take the place of sound ones.
#[test]
fn reference_values_say_nothing_beyond_what_they_are_about() {
    let alone = findings(&Case::default().examine());
    let mut one = with_references();
    one.manifests.truncate(1);
    let told = findings(&one.examine());
    assert_eq!(told["gpu.measurements/driver"], "pass");
    assert_eq!(told["gpu.measurements/firmware"], "unknown no-reference");
    assert!(!told.contains_key("gpu.reference/firmware"));
    let mut other = with_references();
    other.manifests.iter_mut().for_each(|own| own.version = "1.0".into());
    assert_eq!(findings(&other.examine()), alone);
    let mut forged = with_references();
    let stranger = ManifestSpec { signer: Key::StrangerP384, ..ManifestSpec::driver() };
    forged.manifests.insert(0, stranger);
    assert_eq!(findings(&forged.examine()), findings(&with_references().examine()));
}

/// Every byte of a manifest, a few of them at a time: none passes changed.
#[test]
fn no_changed_byte_of_reference_values_passes() {
    let chain = [Role::Device, Role::Authority, Role::Root]
        .map(|role| certificate(role, &ReportSpec::FIRMWARE, None));
    let report = ReportSpec::default().sign();
    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    let passes = |xml: &[u8]| {
        let files: Vec<&[u8]> = chain.iter().map(Vec::as_slice).chain([xml]).collect();
        let report = crate::common::examine(&report, &files, Some(&policy), NOW).unwrap();
        findings(&report).get("gpu.measurements/driver").is_some_and(|is| is == "pass")
    };
    let xml = ManifestSpec::driver().xml();
    assert!(passes(&xml));
    let text = str::from_utf8(&xml).unwrap();
    let certificates = text.find("<ds:X509Data>").unwrap();
    let root = text.rfind("<ds:X509Certificate>").unwrap();
    let value = text.find("<ds:SignatureValue>").unwrap() + "<ds:SignatureValue>".len();
    for place in (0..xml.len()).step_by(11) {
        // The root that came along is not needed, and blanks there are nobody's.
        if place >= root {
            break;
        }
        let mut changed = xml.clone();
        changed[place] ^= 1;
        let is_blank = |byte: u8| byte.is_ascii_whitespace();
        let only_blanks = is_blank(xml[place]) && is_blank(changed[place]);
        assert!(only_blanks || !passes(&changed), "byte {place} of {value}..{certificates}");
    }
}

/// What other readers of XML could read differently is not read.
#[test]
fn manifest_outside_of_the_narrow_form_is_not_read() {
    let xml = String::from_utf8(ManifestSpec::driver().xml()).unwrap();
    let told = |xml: &str| {
        let mut chain: Vec<Vec<u8>> = [Role::Device, Role::Authority, Role::Root]
            .map(|role| certificate(role, &ReportSpec::FIRMWARE, None))
            .to_vec();
        chain.push(xml.as_bytes().to_vec());
        let files: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
        let report =
            crate::common::examine(&ReportSpec::default().sign(), &files, Some(&policy), NOW);
        findings(&report.unwrap()).get("gpu.measurements/driver").cloned()
    };
    assert_eq!(told(&xml).as_deref(), Some("pass"));
    let declared = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}");
    assert_eq!(
        told(&declared).as_deref(),
        Some("pass"),
        "a declaration is no part of the document"
    );
    let twice = xml.find("<ds:Signature ").unwrap();
    let end = xml.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let signature = &xml[twice..end];
    for (label, other) in [
        ("comment", xml.replace("    <ns0:Payload>", "    <!-- c --><ns0:Payload>")),
        ("entity", xml.replace("product=\"GH100\"", "product=\"&#71;H100\"")),
        ("document type", format!("<!DOCTYPE SoftwareIdentity>{xml}")),
        ("instruction", xml.replace("    <ns0:Payload>", "    <?a b?><ns0:Payload>")),
        ("quotation marks", xml.replace("product=\"GH100\"", "product='GH100'")),
        ("two attributes", xml.replace("product=\"GH100\"", "product=\"GH100\" product=\"x\"")),
        ("two signatures", xml.replace(signature, &signature.repeat(2))),
        (
            "a second payload",
            xml.replace("<ns0:Payload>", "<ns0:Payload></ns0:Payload><ns0:Payload>"),
        ),
        ("another procedure", xml.replace("xml-c14n11", "xml-c14n12")),
        ("a part of the document", xml.replace("URI=\"\"", "URI=\"#a\"")),
        ("no namespace", xml.replacen("xmlns:ns0=", "xmlns:ns9=", 1)),
        ("bytes behind", format!("{xml}x")),
    ] {
        assert_ne!(xml, other, "{label}");
        assert_eq!(told(&other), None, "{label}");
    }
}

#[test]
fn each_spoiled_report_fails_exactly_its_check() {
    let healthy = findings(&Case::default().examine());
    let mut wrong = Vec::new();
    for Row { label, finding, becomes, also, spoil } in rows() {
        let mut case = Case::default();
        spoil(&mut case);
        let report = case.examine();
        let least = match becomes {
            "unknown not-applicable" => State::Verified,
            warning if warning.starts_with("warn") => State::Warning,
            _ => State::Unknown,
        };
        assert!(report.verdict.state >= least, "{label}");
        let expected = Expected { finding, becomes, also };
        wrong.extend(expected.differences(&healthy, &findings(&report), label));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A driver leaves one zero behind its reports; what is there, and how much, is told.
#[test]
fn bytes_behind_a_report_are_told_by_their_number_and_kind() {
    for (after, told) in [
        (&[][..], "none"),
        (&[0], "1 byte, zero"),
        (&[0, 0], "2 bytes, zero"),
        (&[0, 7], "2 bytes, not zero"),
    ] {
        let report = Case { after, ..Case::default() }.examine();
        let finding = report.findings(checks::find("gpu.trailing").unwrap()).next().unwrap();
        assert_eq!(finding.actual.as_ref().unwrap().to_string(), told);
    }
}

/// The JSON of NVIDIA's SDK around `reports`, each with its certificates.
fn evidence(reports: &[&ReportSpec], nonce: [u8; 32]) -> Json {
    let pem = |role| {
        let der = certificate(role, &ReportSpec::FIRMWARE, None);
        let text = STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    let chain = [Role::Device, Role::Authority, Role::Root].map(pem);
    let answers: Vec<Json> = reports
        .iter()
        .map(|report| {
            json!({
                "arch": "HOPPER", "nonce": hex::encode(nonce),
                "certificate": STANDARD.encode(chain.concat()),
                "evidence": STANDARD.encode(report.sign()),
            })
        })
        .collect();
    json!(answers)
}

fn examine_evidence(json: &Json) -> Report {
    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    crate::common::examine(json.to_string().as_bytes(), &[], Some(&policy), NOW).unwrap()
}

#[test]
fn evidence_of_the_sdk_is_answered_as_the_report_in_it() {
    let spec = ReportSpec::default();
    let alone = findings(&Case::default().examine());
    let list = evidence(&[&spec], spec.nonce);
    let whole =
        json!({ "nonce": hex::encode(spec.nonce), "arch": "HOPPER", "evidence_list": list });
    for json in [list, whole] {
        let report = examine_evidence(&json);
        assert_eq!(report.subject.kind, "gpu-evidence");
        assert_eq!(findings(&report), alone);
    }
}

#[test]
fn every_device_of_the_evidence_counts() {
    let sound = ReportSpec::default();
    let forged = ReportSpec { signer: Key::StrangerP384, ..ReportSpec::default() };
    let report = examine_evidence(&evidence(&[&sound, &forged], sound.nonce));
    let found = findings(&report);
    assert_eq!(found["gpu.signature/device 1"], "pass");
    assert_eq!(found["gpu.signature/device 2"], "fail bad-signature");
    assert_eq!(report.verdict.state, State::Failed);
}

/// What the JSON repeats is nobody's word: it passes nothing, and it shows where it differs.
#[test]
fn question_beside_a_report_never_passes_and_may_fail() {
    let spec = ReportSpec::default();
    let differs = examine_evidence(&evidence(&[&spec], [0x77; 32]));
    assert_eq!(findings(&differs)["gpu.nonce/stated"], "fail not-equal");
    let same = examine_evidence(&evidence(&[&spec], spec.nonce));
    assert!(!findings(&same).contains_key("gpu.nonce/stated"));
}

#[test]
fn some_gpu_checks_are_never_decided() {
    let healthy = findings(&Case::default().examine());
    for (id, outcome) in NEVER_DECIDED {
        assert_eq!(healthy[id], outcome, "{id}");
    }
}

#[test]
fn chain_of_another_length_and_simulated_chain_under_nvidias_root_fail() {
    let bytes = ReportSpec::default().sign();
    let short =
        [Role::Device, Role::Root].map(|role| certificate(role, &ReportSpec::FIRMWARE, None));
    let files: Vec<&[u8]> = short.iter().map(Vec::as_slice).collect();
    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    let report = crate::common::examine(&bytes, &files, Some(&policy), NOW).unwrap();
    assert_eq!(findings(&report)["gpu.chain.role"], "fail wrong-length");
    let chain =
        [Role::Device, Role::Authority].map(|role| certificate(role, &ReportSpec::FIRMWARE, None));
    let files: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
    let report = crate::common::examine(&bytes, &files, None, NOW).unwrap();
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(findings(&report)["gpu.root"], "fail simulated");
    assert!(report.simulated);
}

#[test]
fn no_changed_or_cut_report_or_certificate_keeps_its_verdict() {
    let report = ReportSpec::default().sign();
    let chain =
        [Role::Device, Role::Authority].map(|role| certificate(role, &ReportSpec::FIRMWARE, None));
    let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
    let holds = |report: &[u8], chain: &[Vec<u8>]| {
        let files: Vec<&[u8]> = chain.iter().map(Vec::as_slice).collect();
        crate::common::examine(report, &files, Some(&policy), NOW)
            .is_ok_and(|report| report.verdict.state <= State::Warning)
    };
    assert!(holds(&report, &chain));
    for index in 0..report.len() {
        let mut changed = report.clone();
        changed[index] ^= 1;
        assert!(!holds(&changed, &chain), "byte {index} of the report");
        assert!(!holds(&report[..index], &chain), "report cut at {index}");
    }
    for number in 0..chain.len() {
        for index in 0..chain[number].len() {
            let mut changed = chain.clone();
            changed[number][index] ^= 1;
            assert!(!holds(&report, &changed), "byte {index} of certificate {number}");
        }
    }
}

#[test]
fn a_report_with_the_chain_of_another_gpu_does_not_hold() {
    let Some(real) = shared("vectors/nvidia/hopper-cert-chain.txt") else { return };
    let real = fs::read(real).unwrap();
    let bytes = ReportSpec::default().sign();
    let report = crate::common::examine(&bytes, &[&real], None, NOW).unwrap();
    assert_eq!(report.verdict.state, State::Failed);
    let found = findings(&report);
    assert_eq!(found["gpu.root"], "pass", "the chain is sound in itself");
    assert_eq!(found["gpu.signature"], "fail bad-signature");
    let spec = Case { report: ReportSpec::default(), ..Case::default() };
    let other = Case { certified: [7; 48], ..spec };
    assert_eq!(findings(&other.examine())["gpu.firmware-id"], "fail not-equal");
}

#[test]
fn no_changed_or_cut_real_report_keeps_its_verdict() {
    let Some(file) = shared("vectors/nvidia/hopper-report.hex.txt") else { return };
    let text = fs::read(file).unwrap();
    let digits: Vec<u8> = text.into_iter().filter(u8::is_ascii_hexdigit).collect();
    let report = hex::decode(digits).unwrap();
    let chain = fs::read(shared("vectors/nvidia/hopper-cert-chain.txt").unwrap()).unwrap();
    let policy = format!(
        r#"{{"name":"t","least-level":"A3","required":["gpu.nonce"],"gpu":{{"nonce":"{REAL_NONCE}"}}}}"#
    );
    let policy = Policy::from_json(policy.as_bytes()).unwrap();
    common::mutation::assert_none_survives("real GPU report", &report, |report| {
        crate::common::examine(report, &[&chain], Some(&policy), NOW)
    });
}

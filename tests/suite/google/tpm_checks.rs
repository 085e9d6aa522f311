//! A virtual TPM: for each check, the input that makes exactly it fail, under simulated roots.

use std::collections::BTreeMap;

use s2s_sim::certificate::{KEY_USAGE, Spoil, simulated_name};
use s2s_sim::crl::ListTemplate;
use s2s_sim::google::{BankHash, LAUNCH, VtpmRole, VtpmSpec, boot_events, vtpm_certificate};
use s2s_sim::keys::Key;
use serde_json::{Value, json};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Freshness, Level, Overrides, Report, RootOfTrust, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::{Also, Expected, Told, findings};

const NONCE: &[u8] = b"SIMULATED question";

/// 2025-06-01.
const NOW: UnixTime = UnixTime(1_748_736_000);

fn policy(change: impl FnOnce(&mut Value)) -> Policy {
    let mut json: Value = serde_json::from_str(builtin("vtpm").unwrap().json).unwrap();
    json["roots"] = json!("simulated");
    json["tpm"] = json!({ "nonce": hex::encode(NONCE) });
    change(&mut json);
    Policy::from_json(json.to_string().as_bytes()).unwrap()
}

fn examined(spec: &VtpmSpec, now: UnixTime) -> Report {
    crate::common::examine(&spec.bytes(), &[], Some(&policy(|_| {})), now).unwrap()
}

fn spoiled(spoil: impl FnOnce(&mut VtpmSpec)) -> VtpmSpec {
    let mut spec = VtpmSpec::new(NONCE);
    spoil(&mut spec);
    spec
}

#[test]
fn sound_quotes_hold_and_are_the_providers_word() {
    let report = examined(&VtpmSpec::new(NONCE), NOW);
    assert_eq!(report.verdict.state, State::Warning, "never more: {:?}", report.verdict);
    assert_eq!(report.assurance.level, Some(Level::A2));
    assert_eq!(report.assurance.root_of_trust, RootOfTrust::CloudProvider);
    assert_eq!(report.flags.freshness, Freshness::Challenge);
    assert_eq!(report.flags.overrides, Overrides::None);
    let because: Vec<_> = report.verdict.because.iter().map(|b| b.check.id).collect();
    assert!(because.contains(&"tpm.provider"), "{because:?}");
    let claim = |name: &str| {
        let found = report.claims.iter().find(|claim| claim.name == name);
        found.unwrap_or_else(|| panic!("{name}")).value.to_string()
    };
    assert!(claim("boot.command-line").contains("SIMULATED=1"));
    assert!(claim("container.image-digest").starts_with("sha256:aaaa"));
}

#[test]
fn rsa_keys_attest_as_well() {
    let key = Key::GoogleTokenSigner;
    let report = examined(
        &spoiled(|spec| {
            spec.ak = key;
            spec.ak_cert = vtpm_certificate(VtpmRole::Attestation, key, None);
            for quote in &mut spec.quotes {
                quote.signer = key;
            }
        }),
        NOW,
    );
    assert_eq!(report.verdict.state, State::Warning, "{:?}", report.verdict);
}

struct Row(&'static str, &'static str, &'static str, Also, VtpmSpec);

fn row(
    what: &'static str,
    finding: &'static str,
    becomes: &'static str,
    spoil: impl FnOnce(&mut VtpmSpec),
) -> Row {
    Row(what, finding, becomes, &[], spoiled(spoil))
}

fn leaf(spoil: Spoil) -> impl FnOnce(&mut VtpmSpec) {
    move |spec| {
        spec.ak_cert = vtpm_certificate(VtpmRole::Attestation, spec.ak, Some(&spoil));
    }
}

fn above(spoil: Spoil) -> impl FnOnce(&mut VtpmSpec) {
    move |spec| {
        let role = VtpmRole::Intermediate;
        spec.intermediates = vec![vtpm_certificate(role, role.key(), Some(&spoil))];
    }
}

fn rows() -> Vec<Row> {
    let certificate = vtpm_certificate;
    vec![
        Row(
            "a certificate is missing",
            "tpm.root",
            "unknown not-fetched",
            &[
                ("tpm.chain.role/intermediate", "absent", "it is not there"),
                ("tpm.chain.signature/intermediate", "absent", "it is not there"),
                ("tpm.chain.validity/intermediate", "absent", "it is not there"),
                ("tpm.chain.validity/root", "absent", "no root is reached"),
            ],
            spoiled(|spec| spec.intermediates.clear()),
        ),
        Row(
            "a root of somebody else's",
            "tpm.root",
            "fail wrong-root",
            &[("tpm.chain.validity/root", "absent", "no root is reached")],
            spoiled(|spec| {
                let stranger = Spoil::IssuerName("EK/AK CA Intermediate".into());
                let role = VtpmRole::Intermediate;
                spec.intermediates = vec![certificate(role, role.key(), Some(&stranger))];
            }),
        ),
        Row(
            "a leaf that is an authority",
            "tpm.chain.role/key",
            "fail is-a-ca",
            &[
                ("tpm.chain.signature/intermediate", "absent", "the root signed the leaf"),
                ("tpm.chain.validity/intermediate", "absent", "the root signed the leaf"),
            ],
            spoiled(|spec| {
                spec.ak_cert = certificate(VtpmRole::Intermediate, spec.ak, None);
                spec.intermediates.clear();
            }),
        ),
        row(
            "an intermediate that is none",
            "tpm.chain.role/intermediate",
            "fail not-a-ca",
            above(Spoil::NotCa),
        ),
        row(
            "an intermediate that may not sign certificates",
            "tpm.chain.role/intermediate",
            "fail not-a-ca",
            above(Spoil::NoKeyCertSign),
        ),
        row(
            "an extension nobody knows",
            "tpm.chain.role/key",
            "fail unknown-extension",
            leaf(Spoil::UnknownCriticalExtension),
        ),
        row(
            "a leaf by a stranger",
            "tpm.chain.signature/key",
            "fail bad-signature",
            leaf(Spoil::WrongKey),
        ),
        row(
            "an intermediate by a stranger",
            "tpm.chain.signature/intermediate",
            "fail bad-signature",
            above(Spoil::WrongKey),
        ),
        row("a leaf that expired", "tpm.chain.validity/key", "fail expired", leaf(Spoil::Expired)),
        row(
            "an intermediate of the future",
            "tpm.chain.validity/intermediate",
            "fail not-yet-valid",
            above(Spoil::NotYetValid),
        ),
        row("a certificate about another key", "tpm.key", "fail not-certified", |spec| {
            spec.ak_cert = certificate(VtpmRole::Attestation, Key::StrangerP256, None);
        }),
        row("a key that signs anything", "tpm.key", "fail not-restricted", |spec| {
            spec.attributes &= !(1 << 16);
        }),
        row("a key that may leave its TPM", "tpm.key", "fail not-restricted", |spec| {
            spec.attributes &= !(1 << 1);
        }),
        row("no certificate", "tpm.key", "unknown not-published", |spec| spec.ak_cert.clear()),
        row("what no TPM made", "tpm.quote.form/sha-256", "fail malformed", |spec| {
            spec.quotes[0].magic = *b"SIMU";
        }),
        row("another kind of statement", "tpm.quote.form/sha-256", "fail unsupported", |spec| {
            spec.quotes[0].kind = 0x8017;
        }),
        row(
            "a quote in another key's name",
            "tpm.quote.signer/sha-384",
            "fail another-key",
            |spec| {
                spec.quotes[1].qualified_signer = Some(vec![0; 34]);
            },
        ),
        row("no quote", "tpm.quote.form", "unknown not-published", |spec| spec.quotes.clear()),
        row("a quote by a stranger", "tpm.quote.signature/sha-384", "fail bad-signature", |spec| {
            spec.quotes[1].signer = Key::StrangerP256;
        }),
        row(
            "a signature of another scheme",
            "tpm.quote.signature/sha-384",
            "fail algorithm",
            |spec| {
                spec.quotes[1].signer = Key::GoogleTokenSigner;
            },
        ),
        row("other registers", "tpm.quote.registers/sha-384", "fail not-equal", |spec| {
            let others = (0..24).map(|number| (number, vec![1; 48])).collect();
            spec.quotes[1].stated = Some((BankHash::Sha384, others));
        }),
        row(
            "a register left out",
            "tpm.quote.registers/sha-384",
            "fail another-selection",
            |spec| {
                let others = (1..24).map(|number| (number, vec![0; 48])).collect();
                spec.quotes[1].stated = Some((BankHash::Sha384, others));
            },
        ),
        row("quotes of two questions", "tpm.quote.agreement", "fail another-nonce", |spec| {
            spec.quotes[1].extra_data = b"another".to_vec();
        }),
        row("quotes of two boots", "tpm.quote.agreement", "fail another-boot", |spec| {
            spec.quotes[1].reset_count += 1;
        }),
        row("an answer to another question", "tpm.nonce", "fail not-equal", |spec| {
            for quote in &mut spec.quotes {
                quote.extra_data = b"another".to_vec();
            }
        }),
        Row("secure boot is off", "tpm.secure-boot", "warn off", &[], {
            VtpmSpec::of(NONCE, &boot_events(false, "SIMULATED=1"), LAUNCH)
        }),
        row("a log of another boot", "eventlog.replay/pcr8", "fail not-equal", |spec| {
            let (log, _) = s2s_sim::google::firmware_log(&boot_events(true, "SIMULATED=2"));
            spec.event_log = log;
        }),
        row("a launch that was not measured", "eventlog.replay/pcr13", "fail not-equal", |spec| {
            spec.quotes[0].registers.insert(13, vec![1; 32]);
        }),
    ]
}

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    rows().iter().map(|Row(_, finding, becomes, ..)| (*finding, *becomes)).collect()
}

#[test]
fn each_spoiled_thing_fails_exactly_its_check() {
    // Both logs have findings of the same names; the second one's are told apart here by leaving
    // the log out where it is not what is asked.
    let unique = |spec: &VtpmSpec, needs_launch: bool| {
        let mut spec = spec.clone();
        if !needs_launch {
            spec.canonical_log.clear();
        } else {
            spec.event_log.clear();
        }
        findings(&examined(&spec, NOW))
    };
    let mut wrong = Vec::new();
    for Row(what, finding, becomes, also, spec) in rows() {
        let launch = finding.ends_with("pcr13");
        let healthy = unique(&VtpmSpec::new(NONCE), launch);
        let expected = Expected { finding, becomes, also };
        wrong.extend(expected.differences(&healthy, &unique(&spec, launch), what));
        let state = examined(&spec, NOW).verdict.state;
        if becomes.starts_with("fail") != (state == State::Failed) {
            wrong.push(format!("{what}: {state:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A list of an authority of virtual TPMs, current at [`NOW`].
fn list(role: VtpmRole, change: impl FnOnce(&mut ListTemplate)) -> Vec<u8> {
    let name = match role {
        VtpmRole::Root => "EK/AK CA Root",
        _ => "EK/AK CA Intermediate",
    };
    let mut list = ListTemplate {
        issuer: simulated_name(name),
        revoked: vec![vec![9]],
        this_update: UnixTime(NOW.0 - 86_400),
        next_update: Some(UnixTime(NOW.0 + 86_400)),
        signer: role.key(),
        algorithm: role.key().algorithm(),
    };
    change(&mut list);
    list.sign()
}

/// Every certificate has the serial number 1 in the simulation.
#[test]
fn revocation_lists_of_the_issuers_are_asked() {
    let spec = VtpmSpec::new(NONCE);
    let outcomes = |lists: &[Vec<u8>]| {
        let files: Vec<&[u8]> = lists.iter().map(Vec::as_slice).collect();
        let report =
            crate::common::examine(&spec.bytes(), &files, Some(&policy(|_| {})), NOW).unwrap();
        let check = silicon_to_source::engine::checks::find("tpm.chain.revocation").unwrap();
        let own = report.findings(check).map(|f| f.reason.unwrap_or(f.outcome));
        (own.collect::<Vec<_>>(), report.verdict.state)
    };
    let (root, above) = (VtpmRole::Root, VtpmRole::Intermediate);
    let sound = || list(root, |_| {});
    assert_eq!(outcomes(&[]), (vec!["not-fetched"], State::Warning));
    assert_eq!(outcomes(&[sound()]), (vec!["not-fetched", "pass"], State::Warning));
    let both = [sound(), list(above, |_| {})];
    assert_eq!(outcomes(&both), (vec!["pass", "pass"], State::Warning));
    type Spoiled = (&'static str, fn(&mut ListTemplate));
    let rows: [Spoiled; 5] = [
        ("revoked", |list| list.revoked.push(vec![1])),
        ("bad-signature", |list| list.signer = Key::StrangerP256),
        ("stale", |list| list.next_update = Some(UnixTime(NOW.0 - 1))),
        ("not-yet-valid", |list| list.this_update = UnixTime(NOW.0 + 1)),
        ("missing", |list| list.next_update = None),
    ];
    for (reason, spoil) in rows {
        let spoiled = outcomes(&[list(root, spoil), list(above, |_| {})]);
        assert_eq!(spoiled, (vec!["pass", reason], State::Failed));
        let spoiled = outcomes(&[sound(), list(above, spoil)]);
        assert_eq!(spoiled, (vec![reason, "pass"], State::Failed));
    }
    let older = list(root, |list| {
        list.this_update = UnixTime(NOW.0 - 2 * 86_400);
        list.revoked.push(vec![1]);
    });
    let spoiled = outcomes(&[sound(), older, list(above, |_| {})]);
    assert_eq!(spoiled, (vec!["pass", "revoked"], State::Failed), "an older list revokes as well");
}

#[test]
fn a_bank_that_is_there_twice_is_refused() {
    let spec = spoiled(|spec| {
        let first = spec.quotes[0].clone();
        spec.quotes[1] = first;
    });
    let report = examined(&spec, NOW);
    let check = silicon_to_source::engine::checks::find("tpm.quote.agreement").unwrap();
    assert_eq!(report.findings(check).next().unwrap().reason, Some("duplicate"));
}

/// Of two authorities of one name and one key, the one that leads to the root is taken.
#[test]
fn a_second_authority_of_the_same_name_and_key_is_tried() {
    let role = VtpmRole::Intermediate;
    let own = vtpm_certificate(role, role.key(), None);
    let cross = vtpm_certificate(role, role.key(), Some(&Spoil::IssuerName("Another CA".into())));
    let sound = examined(&spoiled(|spec| spec.intermediates = vec![own.clone()]), NOW);
    for order in [[&cross, &own], [&own, &cross]] {
        let both = order.map(Clone::clone).to_vec();
        let report = examined(&spoiled(|spec| spec.intermediates = both), NOW);
        assert_eq!(findings(&report), findings(&sound));
        assert_eq!(report.verdict.state, State::Warning);
    }
    let report = examined(&spoiled(|spec| spec.intermediates = vec![cross]), NOW);
    assert_eq!(findings(&report)["tpm.root"], "unknown not-fetched");
}

#[test]
fn many_authorities_of_one_name_end_the_search_and_not_the_examination() {
    let role = VtpmRole::Intermediate;
    let name = |number: usize| Spoil::IssuerName(format!("Another CA {number}"));
    let crowd = (0..200).map(|number| vtpm_certificate(role, role.key(), Some(&name(number))));
    let crowd: Vec<Vec<u8>> = crowd.collect();
    let files: Vec<&[u8]> = crowd.iter().map(Vec::as_slice).collect();
    let spec = spoiled(|spec| spec.intermediates.clear());
    let report = crate::common::examine(&spec.bytes(), &files, Some(&policy(|_| {})), NOW).unwrap();
    assert_eq!(findings(&report)["tpm.root"], "unknown not-fetched");
}

/// RFC 5280 sections 4.2.1.10, 4.2.1.11 and 4.2.1.14: an authority has to mark them critical.
#[test]
fn constraints_of_an_authority_count_however_they_are_marked() {
    for id in ["2.5.29.30", "2.5.29.36", "2.5.29.54"] {
        let extra = Spoil::ExtraExtension(id, vec![0x30, 0]);
        let found = findings(&examined(&spoiled(above(extra)), NOW));
        assert_eq!(found["tpm.chain.role/intermediate"], "fail unknown-extension", "{id}");
    }
}

#[test]
fn a_supplied_root_is_never_used_and_a_supplied_intermediate_is() {
    let role = VtpmRole::Intermediate;
    let intermediate = vtpm_certificate(role, role.key(), None);
    let spec = spoiled(|spec| spec.intermediates.clear());
    let with = |files: &[&[u8]]| {
        crate::common::examine(&spec.bytes(), files, Some(&policy(|_| {})), NOW).unwrap()
    };
    assert_eq!(with(&[&intermediate]).verdict.state, State::Warning);
    let own = vtpm_certificate(VtpmRole::Root, Key::StrangerP256, Some(&Spoil::WrongKey));
    assert_eq!(with(&[&own]).verdict.state, State::Unknown);
    assert_ne!(KEY_USAGE, "");
}

#[test]
fn every_changed_byte_is_noticed() {
    let spec = VtpmSpec::new(NONCE);
    let bytes = spec.bytes();
    let healthy = examined(&spec, NOW);
    let healthy = findings_json(&healthy);
    let mut unnoticed = Vec::new();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let Ok(report) = crate::common::examine(&changed, &[], Some(&policy(|_| {})), NOW) else {
            continue;
        };
        if findings_json(&report) == healthy {
            unnoticed.push(at);
        }
    }
    // Nothing signs the kinds of events and the log's header: see `verify::eventlog`.
    let log = bytes.windows(spec.event_log.len()).position(|at| at == spec.event_log).unwrap();
    let log = log..log + spec.event_log.len();
    unnoticed.retain(|at| !log.contains(at));
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
}

#[test]
fn every_truncation_is_an_error_or_lacks_something() {
    let spec = VtpmSpec::new(NONCE);
    let bytes = spec.bytes();
    for len in 0..bytes.len() {
        let policy = policy(|_| {});
        if let Ok(report) = crate::common::examine(&bytes[..len], &[], Some(&policy), NOW) {
            assert!(report.verdict.state > State::Warning, "{len}");
        }
    }
}

/// Every outcome and value, as one text.
fn findings_json(report: &Report) -> String {
    let mut all = BTreeMap::new();
    for (number, link) in report.links.iter().enumerate() {
        all.insert(number, serde_json::to_string(&link.findings).unwrap());
    }
    format!("{all:?}{}", serde_json::to_string(&report.claims).unwrap())
}

//! Certificates that carry dstack's evidence: simulated keys, and the quote or report of a
//! simulated guest that was asked for over the certificate's key (dstack, `ra-tls`).

use s2s_sim::certificate::{Spoil, Template, extension, simulated_name};
use s2s_sim::keys::Key;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha512};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Custody, KeyFlag, Report, State};
use silicon_to_source::time::{UnixTime, Validity};

use super::guest::{APP, Guest, guest};
use super::machine::{Machine, compact, machine, scale};
use crate::common::dcap::NOW;
use crate::common::examine;
use crate::common::mutation::{changes, survivors};
use crate::common::table::{Row, findings};

const QUOTE: &str = "1.3.6.1.4.1.62397.1.1";
const EVENT_LOG: &str = "1.3.6.1.4.1.62397.1.2";
const APP_ID: &str = "1.3.6.1.4.1.62397.1.3";
const USAGE: &str = "1.3.6.1.4.1.62397.1.4";
const ATTESTATION: &str = "1.3.6.1.4.1.62397.1.8";
const SUBJECT: &str = "dstack application";

/// A certificate and the guest that holds its key.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) guest: Guest,
    key: Key,
    /// The key that the quote was asked for over.
    pub(crate) quoted: Key,
    tag: &'static str,
    signer: Key,
    issuer: &'static str,
    app_id: Vec<u8>,
    spoils: Vec<Spoil>,
    /// Whether the evidence is one attestation instead of a quote and a log.
    is_attestation: bool,
    /// REPORTDATA as the attestation states it, when it is not the quote's.
    stated: Option<[u8; 64]>,
    pem: bool,
}

pub(crate) fn certified() -> Case {
    Case {
        guest: guest(),
        key: Key::StrangerP256,
        quoted: Key::StrangerP256,
        tag: "ratls-cert:",
        signer: Key::StrangerP256,
        issuer: SUBJECT,
        app_id: APP.into(),
        spoils: Vec::new(),
        is_attestation: false,
        stated: None,
        pem: true,
    }
}

fn attested() -> Case {
    Case { is_attestation: true, ..certified() }
}

fn report_data(tag: &str, key: Key) -> [u8; 64] {
    Sha512::digest([tag.as_bytes(), &key.spki()].concat()).into()
}

/// DER of an OCTET STRING of 128 to 65535 bytes or of fewer than 128.
fn octets(content: &[u8]) -> Vec<u8> {
    let head = match content.len() {
        short @ 0..0x80 => vec![4, short as u8],
        long => vec![4, 0x82, (long >> 8) as u8, long as u8],
    };
    [head, content.into()].concat()
}

fn template(key: Key, signer: Key, issuer: &str) -> Template {
    let year = 31_536_000;
    let validity =
        Validity { not_before: UnixTime(NOW.0 - year), not_after: UnixTime(NOW.0 + year) };
    Template::new(simulated_name(issuer), simulated_name(SUBJECT), validity, key, signer)
}

impl Case {
    fn der(&self) -> Vec<u8> {
        let mut guest = self.guest.clone();
        guest.td.quote.td().report_data = report_data(self.tag, self.quoted);
        let mut td = guest.measured();
        let (log, _) = guest.log();
        let mut template = template(self.key, self.signer, self.issuer);
        let mut add = |oid, content: &[u8]| {
            template.extensions.push(extension(oid, false, &octets(content)));
        };
        if self.is_attestation {
            let data = self.stated.unwrap_or(td.quote.td().report_data);
            add(ATTESTATION, &attestation(&td.quote_bytes(), &log, &data));
        } else {
            add(QUOTE, &td.quote_bytes());
            add(EVENT_LOG, log.as_bytes());
        }
        add(APP_ID, &self.app_id);
        add(USAGE, b"app:custom");
        self.spoils.iter().for_each(|spoil| template.spoil(spoil));
        template.sign()
    }

    fn input(&self) -> Vec<u8> {
        match self.pem {
            true => pem(&self.der()).into_bytes(),
            false => self.der(),
        }
    }

    fn examine_bytes(&self, input: &[u8]) -> Result<Report, silicon_to_source::error::Error> {
        let mut policy: Json = serde_json::from_str(builtin("tdx-dstack").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let files = [self.guest.td.files().bytes(), self.guest.compose.clone().into_bytes()];
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        examine(input, &files, Some(&policy), NOW)
    }

    pub(crate) fn examine(&self) -> Report {
        self.examine_bytes(&self.input()).unwrap()
    }
}

fn pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}

/// Version 0 of the attestation, variant 0.
fn attestation(quote: &[u8], log: &str, data: &[u8; 64]) -> Vec<u8> {
    let events: Vec<Json> = serde_json::from_str(log).unwrap();
    let mut bytes = [vec![0, 0], scale(quote), compact(events.len())].concat();
    for event in &events {
        let payload = hex::decode(event["event_payload"].as_str().unwrap()).unwrap();
        bytes.extend(3_u32.to_le_bytes());
        bytes.extend(0x0800_0001_u32.to_le_bytes());
        bytes.extend(scale(&[]));
        bytes.extend(scale(event["event"].as_str().unwrap().as_bytes()));
        bytes.extend(scale(&payload));
    }
    [bytes, compact(0), data.to_vec(), scale(b"{}")].concat()
}

const UNSIGNED: &str = "the issuer's certificate is not at hand";

pub(crate) const ROWS: &[Row<Case>] = &[
    Row::new(certified, "dstack.certificate.key", "fail not-equal", |case| {
        case.quoted = Key::IntelPck;
    }),
    Row::new(certified, "dstack.certificate.key", "fail not-equal", |case| {
        case.tag = "app-data:";
    }),
    Row::new(attested, "dstack.certificate.key", "fail not-equal", |case| {
        (case.key, case.signer) = (Key::IntelPck, Key::IntelPck);
    }),
    Row::new(certified, "dstack.certificate.signature", "fail bad-signature", |case| {
        case.signer = Key::IntelPck;
    }),
    Row::new(certified, "binding.tls.validity", "fail expired", |case| {
        case.spoils.push(Spoil::Expired);
    }),
    Row::new(certified, "binding.tls.validity", "fail not-yet-valid", |case| {
        case.spoils.push(Spoil::NotYetValid);
    }),
    Row::new(certified, "binding.tls.issuer", "unknown no-reference", |case| {
        (case.issuer, case.signer) = ("dstack key service", Key::IntelPck);
    })
    .also(&[("dstack.certificate.signature", "unknown not-fetched", UNSIGNED)]),
    Row::new(certified, "dstack.ids/app-id", "fail disagree", |case| case.app_id[0] ^= 1),
    Row::new(attested, "dcap.report-data", "fail disagree", |case| {
        case.stated = Some([9; 64]);
    }),
];

#[test]
fn certificate_in_either_form_is_bound_to_the_guest_that_holds_its_key() {
    for mut case in [certified(), attested()] {
        for pem in [true, false] {
            case.pem = pem;
            let report = case.examine();
            assert_eq!(report.subject.kind, "dstack-certificate");
            assert_eq!(report.verdict.state, State::Verified);
            assert_eq!(findings(&report)["tdx.software"], "unknown no-reference");
            assert_eq!(findings(&report)["binding.tls.validity"], "unknown self-stated");
            assert_eq!(report.flags.key, KeyFlag::Bound);
            assert_eq!(report.flags.custody, Custody::NotStated);
            let found = findings(&report);
            for check in ["dstack.certificate.key", "dstack.compose-hash", "dstack.ids/app-id"] {
                assert_eq!(found[check], "pass", "{check}");
            }
            assert!(report.stated.iter().any(|one| one.said.to_string() == "app:custom"));
        }
    }
}

#[test]
fn issuer_beside_the_certificate_is_checked_and_still_nobody_pinned_it() {
    let mut case = certified();
    (case.issuer, case.signer) = ("dstack key service", Key::IntelPck);
    let issuer = |key| {
        let mut issuer = template(key, key, "dstack key service");
        issuer.subject = simulated_name("dstack key service");
        pem(&issuer.sign())
    };
    let leaf = pem(&case.der());
    let with =
        |key| findings(&case.examine_bytes((leaf.clone() + &issuer(key)).as_bytes()).unwrap());
    let found = with(Key::IntelPck);
    assert_eq!(found["dstack.certificate.signature"], "pass");
    assert_eq!(found["binding.tls.issuer"], "unknown no-reference");
    let found = with(Key::IntelRoot);
    assert_eq!(found["dstack.certificate.signature"], "fail bad-signature");
}

#[test]
fn certificate_with_a_report_of_an_sev_snp_guest_is_bound_as_well() {
    let certify = |machine: &Machine| {
        let mut template = template(Key::StrangerP256, Key::StrangerP256, SUBJECT);
        template.extensions.push(extension(ATTESTATION, false, &octets(&machine.attestation())));
        let mut files = machine.snp.collateral();
        files.extend(machine.compose.as_ref().map(|text| text.clone().into_bytes()));
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let mut policy = machine.snp.policy.clone();
        policy["required"] = json!(["snp.report.signature"]);
        policy["snp"]["report-data"] = Json::Null;
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        template.validity = Validity {
            not_before: UnixTime(machine.snp.now.0 - 1),
            not_after: UnixTime(machine.snp.now.0 + 1),
        };
        examine(&template.sign(), &files, Some(&policy), machine.snp.now).unwrap()
    };
    let mut bound = machine();
    bound.snp.report.report_data = report_data("ratls-cert:", Key::StrangerP256);
    bound.stated = bound.snp.report.report_data;
    let report = certify(&bound);
    assert_eq!(findings(&report)["dstack.certificate.key"], "pass");
    assert_eq!(report.flags.key, KeyFlag::Bound);
    let report = certify(&machine());
    assert_eq!(findings(&report)["dstack.certificate.key"], "fail not-equal");
    assert_eq!(report.verdict.state, State::Failed);
}

/// What is said about a certificate with these bytes for an attestation.
pub(crate) fn refused_attestation(bytes: &[u8]) -> String {
    let mut template = template(Key::StrangerP256, Key::StrangerP256, SUBJECT);
    template.extensions.push(extension(ATTESTATION, false, &octets(bytes)));
    certified().examine_bytes(&template.sign()).unwrap_err().to_string()
}

#[test]
fn evidence_in_a_form_that_is_not_read_is_named() {
    let refused = |extensions: &[(&str, Vec<u8>)]| {
        let mut template = template(Key::StrangerP256, Key::StrangerP256, SUBJECT);
        let own = extensions.iter().map(|(oid, value)| extension(oid, false, value));
        template.extensions.extend(own);
        certified().examine_bytes(&template.sign()).unwrap_err().to_string()
    };
    let quote = octets(&[5; 300]);
    assert!(refused(&[(ATTESTATION, octets(&[0x83, 1]))]).contains("form 0x83"));
    assert!(refused(&[(QUOTE, quote.clone())]).contains("without its log"));
    assert!(refused(&[(QUOTE, vec![5, 0])]).contains("no octet string"));
    let both = [(QUOTE, quote), (EVENT_LOG, octets(b"[]")), (ATTESTATION, octets(&[0, 0]))];
    assert!(refused(&both).contains("a quote and an attestation"));
    let plain = template(Key::StrangerP256, Key::StrangerP256, SUBJECT).sign();
    assert!(certified().examine_bytes(&plain).is_err());
}

/// The quote's own bytes have their own sweep; here every hundredth byte of the whole changes.
#[test]
fn changed_certificate_binds_no_other_key() {
    let mut case = certified();
    case.pem = false;
    let input = case.input();
    let every: Vec<_> = changes(&input, 1000).into_iter().step_by(97).collect();
    let kept = survivors(&input, &every, |bytes| case.examine_bytes(bytes));
    for (change, report) in &kept {
        assert_eq!(findings(report)["dstack.certificate.key"], "pass", "{change:?}");
    }
    assert!(kept.len() * 4 < every.len(), "{} of {}", kept.len(), every.len());
}

use std::collections::BTreeMap;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s2s_sim::amd::{Role, authority};
use s2s_sim::keys::Key;
use s2s_sim::tinfoil::{HPKE_KEY, Image, TinfoilSpec, image_digest};
use serde_json::Value;
use sev::certs::snp::{Certificate, Chain, Verifiable as _, ca};
use sev::firmware::guest::AttestationReport;
use sev::parser::ByteParser as _;
use sha2::{Digest as _, Sha256};
use silicon_to_source::formats::snp::parse::Product;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::parse_x509_pem;

use crate::vectors::shared;

/// A bundle taken apart.
struct Parts {
    bundle: Value,
    report: Vec<u8>,
    names: Vec<String>,
    spki: Vec<u8>,
    statement: Value,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn base64(value: &Value) -> Vec<u8> {
    STANDARD.decode(text(value)).unwrap()
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn parts(bundle: &[u8]) -> Parts {
    let bundle: Value = serde_json::from_slice(bundle).unwrap();
    let mut report = Vec::new();
    let body = base64(&bundle["enclaveAttestationReport"]["body"]);
    flate2::read::GzDecoder::new(&*body).read_to_end(&mut report).unwrap();
    let (rest, pem) = parse_x509_pem(text(&bundle["enclaveCert"]).as_bytes()).unwrap();
    assert!(rest.is_empty());
    let certificate = pem.parse_x509().unwrap();
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    let names = names.value.general_names.iter().map(|name| match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        other => panic!("{other}"),
    });
    let payload = base64(&bundle["sigstoreBundle"]["dsseEnvelope"]["payload"]);
    Parts {
        names: names.collect(),
        spki: certificate.public_key().raw.to_vec(),
        statement: serde_json::from_slice(&payload).unwrap(),
        report,
        bundle,
    }
}

/// Joins the numbered labels under `domain` and decodes them.
fn committed(names: &[String], domain: &str) -> Vec<u8> {
    let suffix = format!(".{domain}");
    let pieces: BTreeMap<&str, &str> = names
        .iter()
        .filter_map(|name| name.strip_suffix(&suffix))
        .map(|label| label.split_at(2))
        .collect();
    assert!(!pieces.is_empty(), "no names under {domain}");
    let letters: String = pieces.into_values().collect();
    let mut bits = 0_u64;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in letters.bytes() {
        let value = match letter {
            b'a'..=b'z' => letter - b'a',
            b'2'..=b'7' => letter - b'2' + 26,
            other => panic!("{other} is not in the alphabet"),
        };
        bits = bits << 5 | u64::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

#[test]
fn demonstration_is_the_same_on_every_run() {
    assert!(s2s_sim::demonstration() == s2s_sim::demonstration());
    assert!(s2s_sim::demonstration() == TinfoilSpec::default().bytes());
}

#[test]
fn demonstration_report_verifies_with_the_sev_crate() {
    let parts = parts(&s2s_sim::demonstration());
    let certificate = |der: &[u8]| Certificate::from_der(der).unwrap();
    let chain = Chain {
        ca: ca::Chain {
            ark: certificate(authority(Product::Genoa, Role::Ark)),
            ask: certificate(authority(Product::Genoa, Role::Ask)),
        },
        vek: certificate(&base64(&parts.bundle["vcek"])),
    };
    let report = AttestationReport::from_bytes(&parts.report).unwrap();
    (&chain, &report).verify().unwrap();
}

#[test]
fn demonstration_binds_its_keys_in_the_report_and_in_the_certificate() {
    let parts = parts(&s2s_sim::demonstration());
    assert_eq!(parts.report[0x50..0x70], *Sha256::digest(&parts.spki));
    assert_eq!(parts.report[0x70..0x90], HPKE_KEY);
    assert_eq!(parts.names[0], text(&parts.bundle["domain"]));
    assert_eq!(committed(&parts.names, "hpke.simulated.example"), HPKE_KEY);
    let document = &parts.bundle["enclaveAttestationReport"];
    let document = [text(&document["format"]), text(&document["body"])].concat();
    let committed = committed(&parts.names, "hatt.simulated.example");
    assert_eq!(String::from_utf8(committed).unwrap(), sha256_hex(document.as_bytes()));
    assert!(parts.names.iter().all(|name| name.split('.').all(|label| label.len() <= 63)));
}

#[test]
fn demonstration_certificate_is_signed_by_the_simulated_web_authority() {
    use p384::ecdsa::signature::Verifier as _;
    let bundle: Value = serde_json::from_slice(&s2s_sim::demonstration()).unwrap();
    let (_, pem) = parse_x509_pem(text(&bundle["enclaveCert"]).as_bytes()).unwrap();
    let certificate = pem.parse_x509().unwrap();
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(&Key::TlsCa.public()).unwrap();
    let signature = p384::ecdsa::Signature::from_der(&certificate.signature_value.data).unwrap();
    key.verify(certificate.tbs_certificate.as_ref(), &signature).unwrap();
    let validity = certificate.validity();
    assert!(validity.not_before.timestamp() < 1_735_689_600, "2025-01-01");
    assert!(validity.not_after.timestamp() > 2_366_841_600, "2045-01-01");
}

#[test]
fn demonstration_statement_is_about_what_was_measured() {
    let parts = parts(&s2s_sim::demonstration());
    let predicate = &parts.statement["predicate"];
    assert_eq!(text(&predicate["snp_measurement"]), hex::encode(&parts.report[0x90..0xc0]));
    let subject = &parts.statement["subject"][0]["digest"]["sha256"];
    assert_eq!(subject, &parts.bundle["digest"]);
    let config = base64(&predicate["config"]);
    let hash = format!("tinfoil-config-hash={}", sha256_hex(&config));
    assert!(text(&predicate["cmdline"]).split(' ').any(|word| word == hash));
    let root = format!("roothash={}", text(&predicate["hashes"]["root"]));
    assert!(text(&predicate["cmdline"]).split(' ').any(|word| word == root));
    let config = String::from_utf8(config).unwrap();
    assert!(config.contains(&format!("demo@sha256:{}\"", image_digest())), "{config}");
}

#[test]
fn demonstration_bundle_verifies_with_sigstore_verify() {
    let bundle: Value = serde_json::from_slice(&s2s_sim::demonstration()).unwrap();
    let digest = text(&bundle["digest"]).parse().unwrap();
    let sigstore = serde_json::to_vec(&bundle["sigstoreBundle"]).unwrap();
    super::sigstore::verify(&sigstore, digest).unwrap();
}

#[test]
fn demonstration_has_the_members_of_a_real_bundle() {
    let Some(path) = shared("vectors/tinfoil/attestation-bundle.json") else { return };
    let real = std::fs::read(path).unwrap();
    let real: Value = serde_json::from_slice(&real).unwrap();
    let ours: Value = serde_json::from_slice(&s2s_sim::demonstration()).unwrap();
    assert_eq!(members(&real, ""), members(&ours, ""));
    let statement = |bundle: &Value| -> Value {
        serde_json::from_slice(&base64(&bundle["sigstoreBundle"]["dsseEnvelope"]["payload"]))
            .unwrap()
    };
    assert_eq!(members(&statement(&real), ""), members(&statement(&ours), ""));
    let real = parts(&serde_json::to_vec(&real).unwrap());
    assert_eq!(committed(&real.names, "hpke.tinfoil.sh"), real.report[0x70..0x90]);
}

/// The paths of all members.
fn members(value: &Value, path: &str) -> std::collections::BTreeSet<String> {
    match value {
        Value::Object(object) => object
            .iter()
            .flat_map(|(name, value)| members(value, &format!("{path}/{name}")))
            .collect(),
        Value::Array(items) => {
            items.iter().flat_map(|item| members(item, &format!("{path}/*"))).collect()
        }
        _ => [path.to_owned()].into(),
    }
}

#[test]
fn one_spoiled_thing_leaves_the_rest_as_it_was() {
    let healthy: Value = TinfoilSpec::default().json();
    let differing = |spoil: fn(&mut TinfoilSpec)| -> Vec<String> {
        let mut spec = TinfoilSpec::default();
        spoil(&mut spec);
        let spoiled = spec.json();
        let names = ["digest", "domain", "enclaveAttestationReport", "enclaveCert"];
        let names = names.into_iter().chain(["sigstoreBundle", "vcek"]);
        names.filter(|name| healthy[name] != spoiled[name]).map(str::to_owned).collect()
    };
    let report = ["enclaveAttestationReport", "enclaveCert"];
    assert_eq!(differing(|spec| spec.report_signer = Key::StrangerP384), report);
    assert_eq!(differing(|spec| spec.report_data = Some([7; 64])), report);
    assert_eq!(differing(|spec| spec.vek.tcb.snp += 1), ["vcek"]);
    assert_eq!(differing(|spec| spec.committed_hpke_key = Some([7; 32])), ["enclaveCert"]);
    let document = |spec: &mut TinfoilSpec| spec.committed_document = Some(image_digest());
    assert_eq!(differing(document), ["enclaveCert"]);
    assert_eq!(differing(|spec| spec.digest = Some("00".repeat(32))), ["digest", "sigstoreBundle"]);
    let subject = |spec: &mut TinfoilSpec| spec.subject_digest = Some("00".repeat(32));
    assert_eq!(differing(subject), ["sigstoreBundle"]);
    let statement = ["digest", "sigstoreBundle"];
    assert_eq!(differing(|spec| spec.measurement = Some([7; 48])), statement);
    assert_eq!(differing(|spec| spec.config_hash = Some("00".repeat(32))), statement);
    assert_eq!(differing(|spec| spec.image = Image::Tag), statement);
}

#[test]
fn configuration_can_name_its_container_by_tag() {
    let spec = TinfoilSpec { image: Image::Tag, ..TinfoilSpec::default() };
    let parts = parts(&spec.bytes());
    let config = String::from_utf8(base64(&parts.statement["predicate"]["config"])).unwrap();
    assert!(config.contains("silicon-to-source-demo:1.0.0\""), "{config}");
}

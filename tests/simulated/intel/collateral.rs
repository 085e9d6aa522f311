use s2s_sim::intel::{CollateralSpec, pem_chain};
use s2s_sim::keys::Key;
use silicon_to_source::formats::intel::parse::collateral::Collateral;

use super::is_raw_signed_by;
use crate::vectors::shared;

#[test]
fn answers_of_the_services_carry_the_same_collateral() {
    let spec = CollateralSpec::tdx();
    let [tcb_info, qe_identity, pck_crl, root_crl] = spec.pcs();
    for (answer, member, signed, chain) in [
        (&tcb_info, "tcbInfo", &spec.tcb_info, &spec.tcb_info_chain),
        (&qe_identity, "enclaveIdentity", &spec.qe_identity, &spec.qe_identity_chain),
    ] {
        let body = str::from_utf8(&answer.body).unwrap();
        let parsed: serde_json::Value = serde_json::from_str(body).unwrap();
        let text: serde_json::Value = serde_json::from_str(&signed.text).unwrap();
        assert_eq!(parsed[member], text);
        assert!(body.contains(&signed.text), "the signed bytes stand in the answer");
        let signature = hex::decode(parsed["signature"].as_str().unwrap()).unwrap();
        assert!(is_raw_signed_by(Key::IntelTcbSigning, signed.text.as_bytes(), &signature));
        let (_, header) = answer.header.as_ref().unwrap();
        assert!(!header.contains(['\n', ' ', '+', '/']), "{header}");
        assert_eq!(percent_decoded(header), pem_chain(chain));
    }
    let (name, chain) = pck_crl.header.unwrap();
    assert_eq!(name, "SGX-PCK-CRL-Issuer-Chain");
    assert_eq!(percent_decoded(&chain), pem_chain(&spec.pck_crl_chain));
    let (_, pem) = x509_parser::pem::parse_x509_pem(&pck_crl.body).unwrap();
    assert_eq!((pem.label.as_str(), &pem.contents), ("X509 CRL", &spec.pck_crl));
    assert_eq!(root_crl.body, spec.root_crl);
    let pccs = spec.pccs();
    assert_eq!(hex::decode(pccs.root_crl).unwrap(), spec.root_crl);
    assert_eq!(hex::decode(pccs.pck_crl).unwrap(), spec.pck_crl);
    assert_eq!(pccs.signed, [tcb_info, qe_identity]);
}

#[test]
fn every_rendering_is_read_as_the_same_collateral() {
    for spec in [CollateralSpec::sgx(), CollateralSpec::tdx()] {
        let read = |files: &[&[u8]]| Collateral::from_files(files).unwrap();
        let bytes = spec.bytes();
        let flat = read(&[&bytes]);
        assert!(!flat.is_empty());
        let [tcb_info, qe_identity, pck_crl, root_crl] = spec.pcs();
        let texts = [tcb_info, qe_identity, pck_crl].map(|answer| answer.envelope());
        let [tcb_info, qe_identity, pck_crl] = texts.each_ref().map(|text| text.as_bytes());
        assert_eq!(read(&[tcb_info, qe_identity, pck_crl, &root_crl.body]), flat);
        assert_eq!(read(&[&root_crl.body, pck_crl, qe_identity, tcb_info]), flat);
        let pccs = spec.pccs();
        let lists = [pccs.root_crl.as_bytes(), pccs.pck_crl.as_bytes()];
        let chain = pem_chain(&spec.pck_crl_chain);
        let found = read(&[tcb_info, qe_identity, lists[0], lists[1], chain.as_bytes()]);
        assert_eq!(found, flat);
    }
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(out).unwrap()
}

/// Members, their order in the signed texts, and encodings, against real collateral.
#[test]
fn collateral_has_the_shape_of_real_collateral() {
    let Some(folder) = shared("vectors/intel") else { return };
    let cases = [
        ("sgx-v3-config-and-sw-hardening", CollateralSpec::sgx()),
        ("tdx-v4-up-to-date", CollateralSpec::tdx()),
        ("tdx-v5-no-matching-tcb-level", CollateralSpec::tdx()),
    ];
    for (name, ours) in cases {
        let real = std::fs::read(folder.join(format!("{name}.collateral.json"))).unwrap();
        let real: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&real).unwrap();
        let ours = ours.json();
        let ours = ours.as_object().unwrap();
        assert_eq!(members(ours), members(&real), "{name}");
        for (member, value) in ours {
            let (value, real) = (value.as_str().unwrap(), real[member].as_str().unwrap());
            if member.ends_with("_chain") {
                let pems = |text: &str| text.matches("-----BEGIN CERTIFICATE-----\n").count();
                assert_eq!(pems(value), pems(real), "{name} {member}");
                assert!(value.ends_with("-----END CERTIFICATE-----\n"), "{name} {member}");
                assert!(real.ends_with("-----END CERTIFICATE-----\n"), "{name} {member}");
            } else if member.ends_with("_signature") {
                assert_eq!((value.len(), real.len()), (128, 128), "{name} {member}");
            } else if member.ends_with("_crl") {
                let lower =
                    |text: &str| text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
                assert!(lower(value) && lower(real), "{name} {member}");
            } else {
                assert_eq!(names_in_order(value), names_in_order(real), "{name} {member}");
            }
        }
    }
}

fn members(object: &serde_json::Map<String, serde_json::Value>) -> Vec<&String> {
    let mut names: Vec<_> = object.keys().collect();
    names.sort();
    names
}

/// The member names of a JSON text in the order in which each first appears, without those that
/// only describe a component.
fn names_in_order(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, _) in text.match_indices("\":") {
        let start = text[..at].rfind('"').unwrap() + 1;
        let name = text[start..at].to_owned();
        if !names.contains(&name) && !["category", "type", "advisoryIDs"].contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

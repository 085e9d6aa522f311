use s2s_sim::certificate::Spoil;
use s2s_sim::intel::{
    AuthoritySpec, CrlSpec, FMSPC, FieldSpoil, PckSpec, Role, SgxExtension, authority,
};
use s2s_sim::keys::Key;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

use super::is_signed_by;

fn parsed(der: &[u8]) -> X509Certificate<'_> {
    let (rest, certificate) = X509Certificate::from_der(der).unwrap();
    assert!(rest.is_empty(), "bytes after the certificate");
    certificate
}

#[test]
fn certificates_say_simulated_and_are_signed_by_the_one_above() {
    let (root, platform, processor) = (Role::Root, Role::PlatformCa, Role::ProcessorCa);
    let cases = [
        (authority(root).to_vec(), "Intel SGX Root CA", root, true),
        (authority(platform).to_vec(), "Intel SGX PCK Platform CA", root, true),
        (authority(processor).to_vec(), "Intel SGX PCK Processor CA", root, true),
        (authority(Role::TcbSigning).to_vec(), "Intel SGX TCB Signing", root, false),
        (PckSpec::platform().der(), "Intel SGX PCK Certificate", platform, false),
        (PckSpec::processor().der(), "Intel SGX PCK Certificate", processor, false),
    ];
    for (der, name, issuer, is_ca) in cases {
        let certificate = parsed(&der);
        let names = [(certificate.subject(), name), (certificate.issuer(), issuer.common_name())];
        for (found, expected) in names {
            let texts = |id: &x509_parser::der_parser::Oid<'_>| -> Vec<String> {
                found.iter_by_oid(id).map(|value| value.as_str().unwrap().to_owned()).collect()
            };
            use x509_parser::oid_registry as oid;
            assert_eq!(texts(&oid::OID_X509_COMMON_NAME), [expected]);
            for label in [
                oid::OID_X509_ORGANIZATION_NAME,
                oid::OID_X509_ORGANIZATIONAL_UNIT,
                oid::OID_X509_LOCALITY_NAME,
            ] {
                assert_eq!(texts(&label), ["SIMULATED"]);
            }
        }
        assert_eq!(certificate.is_ca(), is_ca, "{name}");
        let usage = certificate.key_usage().unwrap().unwrap().value;
        assert_eq!(usage.key_cert_sign(), is_ca, "{name}");
        assert_eq!(usage.crl_sign(), is_ca, "{name}");
        assert_eq!(usage.digital_signature(), !is_ca, "{name}");
        let signature = &certificate.signature_value.data;
        let signature = p256::ecdsa::Signature::from_der(signature).unwrap();
        assert!(is_signed_by(issuer.key(), certificate.tbs_certificate.as_ref(), &signature));
    }
}

#[test]
fn spoiled_certificates_are_wrong_in_one_thing() {
    let spoiled =
        |spoil| AuthoritySpec { spoil: Some(spoil), ..AuthoritySpec::new(Role::PlatformCa) };
    let der = spoiled(Spoil::NotCa).der();
    assert!(!parsed(&der).is_ca());
    let der = spoiled(Spoil::WrongKey).der();
    let signature = p256::ecdsa::Signature::from_der(&parsed(&der).signature_value.data).unwrap();
    let tbs = parsed(&der);
    let tbs = tbs.tbs_certificate.as_ref();
    assert!(!is_signed_by(Key::IntelRoot, tbs, &signature));
    assert!(is_signed_by(Key::StrangerP256, tbs, &signature));
    let der = PckSpec { spoil: Some(Spoil::Expired), ..PckSpec::platform() }.der();
    assert!(parsed(&der).validity().not_after.timestamp() < 1_640_995_200);
    let der =
        PckSpec { spoil: Some(Spoil::CommonName("Other".into())), ..PckSpec::platform() }.der();
    let certificate = parsed(&der);
    let names: Vec<_> = certificate.subject().iter_common_name().collect();
    assert_eq!(names[0].as_str().unwrap(), "Other");
}

#[test]
fn sgx_extension_reads_back_with_dcap_qvl() {
    let extension = SgxExtension {
        components: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 127, 128, 255, 14, 15, 0],
        cpu_svn: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 127, 128, 255, 14, 15, 0],
        pce_svn: 0x1234,
        pce_id: [0x12, 0x34],
        ..SgxExtension::platform()
    };
    let der = PckSpec { extension: extension.clone(), ..PckSpec::platform() }.der();
    let read = dcap_qvl::intel::parse_pck_extension(&der).unwrap();
    assert_eq!(read.ppid, extension.ppid);
    assert_eq!((read.cpu_svn, read.pce_svn), (extension.cpu_svn, 0x1234));
    assert_eq!((read.pce_id, read.fmspc, read.sgx_type), (vec![0x12, 0x34], FMSPC, 1));
    assert_eq!(read.platform_instance_id.unwrap(), b"SIMULATED-MACH-1");
    assert_eq!((read.dynamic_platform, read.cached_keys), (Some(true), Some(true)));
    assert_eq!(read.smt_enabled, Some(true));

    let read = dcap_qvl::intel::parse_pck_extension(&PckSpec::processor().der()).unwrap();
    assert_eq!((read.sgx_type, read.platform_instance_id), (0, None));
    assert_eq!((read.dynamic_platform, read.cached_keys, read.smt_enabled), (None, None, None));
}

/// Tags and lengths are those of real PCK certificates.
#[test]
fn sgx_extension_is_encoded_as_intel_encodes_it() {
    let der = hex::encode(SgxExtension::platform().der());
    for part in [
        "060a2a864886f84d010d01010410",
        "060a2a864886f84d010d01023082",
        "3010060b2a864886f84d010d010201020103",
        "3010060b2a864886f84d010d010210020100",
        "3010060b2a864886f84d010d01021102010d",
        "301f060b2a864886f84d010d0102120410",
        "3010060a2a864886f84d010d010304020000",
        "3014060a2a864886f84d010d01040406",
        "300f060a2a864886f84d010d01050a0101",
        "301e060a2a864886f84d010d01060410",
        "3044060a2a864886f84d010d010730363010060b2a864886f84d010d0107010101ff",
    ] {
        assert!(der.contains(part), "{part}");
    }
}

#[test]
fn spoiled_extension_fields_change_that_field_only() {
    let encoded =
        |spoil| hex::encode(SgxExtension { spoil: Some(spoil), ..SgxExtension::platform() }.der());
    let count = |der: &str, field: &str| der.matches(field).count();
    let (fmspc, pce_svn) = ("060a2a864886f84d010d0104", "060b2a864886f84d010d010211");
    let whole = hex::encode(SgxExtension::platform().der());
    assert_eq!((count(&whole, fmspc), count(&whole, pce_svn)), (1, 1));
    let der = encoded(FieldSpoil::Missing("4"));
    assert_eq!((count(&der, fmspc), count(&der, pce_svn)), (0, 1));
    let der = encoded(FieldSpoil::Duplicate("2.17"));
    assert_eq!((count(&der, fmspc), count(&der, pce_svn)), (1, 2));
    let der = encoded(FieldSpoil::Value("2.17", vec![4, 1, 7]));
    assert_eq!(count(&der, "060b2a864886f84d010d010211040107"), 1);
    let der = encoded(FieldSpoil::Extra("99", vec![5, 0]));
    assert!(der.ends_with("060a2a864886f84d010d01630500"), "{der}");
    assert_eq!(count(&der, fmspc), 1);
    let der = encoded(FieldSpoil::PaddedIntegers);
    assert_eq!(count(&der, "060b2a864886f84d010d0102110202000d"), 1);
}

#[test]
fn revocation_lists_read_back_and_are_signed_by_their_issuer() {
    for role in [Role::Root, Role::PlatformCa, Role::ProcessorCa] {
        let spec = CrlSpec::revoking(role, &[&[0x12, 0x34], &[0x56]]);
        let der = spec.der();
        let (rest, list) = CertificateRevocationList::from_der(&der).unwrap();
        assert!(rest.is_empty());
        let issuer: Vec<_> = list.issuer().iter_common_name().collect();
        assert_eq!(issuer[0].as_str().unwrap(), role.common_name());
        let serials: Vec<_> = list.iter_revoked_certificates().map(|r| r.raw_serial()).collect();
        assert_eq!(serials, [&[0x12, 0x34][..], &[0x56]]);
        assert_eq!(list.last_update().timestamp(), spec.this_update.0);
        assert_eq!(list.next_update().map(|time| time.timestamp()), spec.next_update.map(|t| t.0));
        let signature = p256::ecdsa::Signature::from_der(&list.signature_value.data).unwrap();
        assert!(is_signed_by(role.key(), list.tbs_cert_list.as_ref(), &signature));
    }
}

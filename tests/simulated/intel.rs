use std::path::Path;

use dcap_qvl::QuoteCollateralV3;
use dcap_qvl::quote::{Quote, Report};
use dcap_qvl::verify::{QuoteVerifier, VerifiedReport};
use p256::ecdsa::signature::Verifier as _;
use silicon_to_source::endorsements::intel::Collateral;
use silicon_to_source::sim::certificate::Spoil;
use silicon_to_source::sim::intel::body::{
    ENCLAVE_DEBUG, MIGRATABLE, Relaunch, SEPT_VE_DISABLE, TD_DEBUG,
};
use silicon_to_source::sim::intel::quote::{Binding, TEE_SGX};
use silicon_to_source::sim::intel::tcb_info::ModuleLevel;
use silicon_to_source::sim::intel::{
    AuthoritySpec, COMPONENTS, Certification, CollateralSpec, CrlSpec, EnclaveSpec, FMSPC,
    FieldSpoil, PCE_SVN, PckSpec, QeIdentitySpec, QeLevel, QuoteSpec, Role, SgxExtension,
    SignedJson, TEE_TCB_SVN, TcbInfoSpec, TcbLevel, TdSpec, authority, pem_chain,
};
use silicon_to_source::sim::keys::Key;
use silicon_to_source::time::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

/// 2025-01-01, 2035-01-01 and 2045-01-01.
const TIMES: [u64; 3] = [1_735_689_600, 2_051_222_400, 2_366_841_600];

fn qvl(collateral: &CollateralSpec) -> QuoteCollateralV3 {
    serde_json::from_value(collateral.json()).unwrap()
}

/// What dcap-qvl says under the simulated root.
fn verify(quote: &[u8], collateral: &CollateralSpec, now: u64) -> Result<VerifiedReport, String> {
    QuoteVerifier::new(authority(Role::Root).to_vec())
        .verify(quote, &qvl(collateral), now)
        .map_err(|error| format!("{error:#}"))
}

fn healthy() -> [(&'static str, QuoteSpec, CollateralSpec); 5] {
    [
        ("SGX version 3", QuoteSpec::sgx_v3(), CollateralSpec::sgx()),
        ("TDX version 4", QuoteSpec::tdx_v4(), CollateralSpec::tdx()),
        ("TDX body type 2", QuoteSpec::tdx_v5(TdSpec::healthy()), CollateralSpec::tdx()),
        ("TDX body type 3", QuoteSpec::tdx_v5(TdSpec::healthy_1_5()), CollateralSpec::tdx()),
        ("TDX body type 4", QuoteSpec::tdx_v5(TdSpec::healthy_extended()), CollateralSpec::tdx()),
    ]
}

fn parsed(der: &[u8]) -> X509Certificate<'_> {
    let (rest, certificate) = X509Certificate::from_der(der).unwrap();
    assert!(rest.is_empty(), "bytes after the certificate");
    certificate
}

fn is_signed_by(key: Key, message: &[u8], signature: &p256::ecdsa::Signature) -> bool {
    p256::ecdsa::VerifyingKey::from_sec1_bytes(&key.public())
        .unwrap()
        .verify(message, signature)
        .is_ok()
}

fn is_raw_signed_by(key: Key, message: &[u8], signature: &[u8]) -> bool {
    is_signed_by(key, message, &p256::ecdsa::Signature::from_slice(signature).unwrap())
}

#[test]
fn healthy_quotes_are_up_to_date_with_dcap_qvl_for_twenty_years() {
    for (name, quote, collateral) in healthy() {
        for now in TIMES {
            let report = verify(&quote.bytes(), &collateral, now)
                .unwrap_or_else(|error| panic!("{name} at {now}: {error}"));
            assert_eq!(report.status, "UpToDate", "{name}");
            assert_eq!(report.advisory_ids, Vec::<String>::new(), "{name}");
            assert_eq!(report.ppid, b"SIMULATED-PPID-1", "{name}");
        }
    }
}

#[test]
fn healthy_quotes_fail_with_dcap_qvl_under_intels_own_root() {
    for (name, quote, collateral) in healthy() {
        let verdict = QuoteVerifier::new_prod().verify(&quote.bytes(), &qvl(&collateral), TIMES[0]);
        assert!(verdict.is_err(), "{name}");
    }
}

#[test]
fn the_same_specification_gives_the_same_bytes() {
    for (name, quote, collateral) in healthy() {
        assert_eq!(quote.bytes(), quote.clone().bytes(), "{name}");
        assert_eq!(collateral.bytes(), collateral.clone().bytes(), "{name}");
    }
    assert_eq!(QuoteSpec::tdx_v4().bytes(), QuoteSpec::tdx_v4().bytes());
    assert_eq!(CollateralSpec::tdx().bytes(), CollateralSpec::tdx().bytes());
}

/// Version 4 and 5 SGX quotes, which dcap-qvl does not verify: their signatures are checked at
/// the offsets of Intel's table.
#[test]
fn every_quote_has_its_signatures_where_intels_tables_have_them() {
    let quotes = [
        (QuoteSpec::sgx_v3(), 432, 0),
        (QuoteSpec::sgx_v4(), 432, 6),
        (QuoteSpec::sgx_v5(), 438, 6),
        (QuoteSpec::tdx_v4(), 632, 6),
        (QuoteSpec::tdx_v5(TdSpec::healthy()), 638, 6),
        (QuoteSpec::tdx_v5(TdSpec::healthy_1_5()), 702, 6),
        (QuoteSpec::tdx_v5(TdSpec::healthy_extended()), 939, 6),
    ];
    for (spec, signed, outer) in quotes {
        let quote = spec.bytes();
        let auth_len = u32::from_le_bytes(quote[signed..signed + 4].try_into().unwrap());
        assert_eq!(signed + 4 + auth_len as usize, quote.len());
        let auth = &quote[signed + 4..];
        assert!(is_raw_signed_by(Key::IntelAttestation, &quote[..signed], &auth[..64]));
        let report = 128 + outer;
        let qe_report = &auth[report..report + 384];
        assert!(is_raw_signed_by(Key::IntelPck, qe_report, &auth[report + 384..report + 448]));
        let auth_data = &auth[report + 450..report + 482];
        let binding = <sha2::Sha256 as sha2::Digest>::digest([&auth[64..128], auth_data].concat());
        assert_eq!(qe_report[320..352], binding[..]);
        assert_eq!(qe_report[352..], [0; 32]);
        assert_eq!(auth[64..128], Key::IntelAttestation.public()[1..]);
    }
}

#[test]
fn every_field_stands_where_dcap_qvl_reads_it() {
    let mut spec = QuoteSpec {
        qe_svn: 0x1122,
        pce_svn: 0x3344,
        user_data: [0x11; 20],
        ..QuoteSpec::tdx_v5(TdSpec {
            mr_seam: [0x12; 48],
            mr_signer_seam: [0x13; 48],
            seam_attributes: [0x14; 8],
            td_attributes: 0x1516_1718_191a_1b1c,
            xfam: [0x15; 8],
            mr_td: [0x16; 48],
            mr_config_id: [0x17; 48],
            mr_owner: [0x18; 48],
            mr_owner_config: [0x19; 48],
            rtmr: [[0x1a; 48], [0x1b; 48], [0x1c; 48], [0x1d; 48]],
            report_data: [0x1e; 64],
            relaunch: Some(Relaunch { tee_tcb_svn2: [0x1f; 16], mr_service_td: [0x20; 48] }),
            ..TdSpec::healthy_extended()
        })
    };
    let extension = spec.td().extension.as_mut().unwrap();
    extension.vm_id = 0x21;
    extension.td_id = [0x22; 32];
    extension.device_info = [0x23; 48];
    extension.initial_service_td_hash = [0x24; 48];
    extension.initial_service_td_attributes = [0x25; 8];
    extension.initial_cpu_svn = [0x26; 16];
    extension.initial_tee_tcb_svn = [0x27; 16];
    extension.initial_tee_fmspc = [0x28; 12];
    extension.current_service_td_hash = [0x29; 48];
    extension.current_service_td_attributes = [0x2a; 8];

    let quote = Quote::parse(&spec.bytes()).unwrap();
    assert_eq!((quote.header.version, quote.header.attestation_key_type), (5, 2));
    assert_eq!((quote.header.qe_svn, quote.header.pce_svn), (0x1122, 0x3344));
    assert_eq!(quote.header.qe_vendor_id, dcap_qvl::INTEL_QE_VENDOR_ID);
    assert_eq!(quote.header.user_data, [0x11; 20]);
    let Report::TD15Ex(td) = &quote.report else { panic!("{:?}", quote.report) };
    let base = &td.base.base;
    assert_eq!(base.tee_tcb_svn, TEE_TCB_SVN);
    assert_eq!((base.mr_seam, base.mr_signer_seam), ([0x12; 48], [0x13; 48]));
    assert_eq!(base.seam_attributes, [0x14; 8]);
    assert_eq!(base.td_attributes, [0x1c, 0x1b, 0x1a, 0x19, 0x18, 0x17, 0x16, 0x15]);
    assert_eq!((base.xfam, base.mr_td), ([0x15; 8], [0x16; 48]));
    assert_eq!((base.mr_config_id, base.mr_owner), ([0x17; 48], [0x18; 48]));
    assert_eq!(base.mr_owner_config, [0x19; 48]);
    assert_eq!((base.rt_mr0, base.rt_mr1), ([0x1a; 48], [0x1b; 48]));
    assert_eq!((base.rt_mr2, base.rt_mr3), ([0x1c; 48], [0x1d; 48]));
    assert_eq!(base.report_data, [0x1e; 64]);
    assert_eq!((td.base.tee_tcb_svn2, td.base.mr_service_td), ([0x1f; 16], [0x20; 48]));
    assert_eq!((td.vmid, td.td_id, td.dev_info), (0x21, [0x22; 32], [0x23; 48]));
    assert_eq!(td.init_service_td_hash, [0x24; 48]);
    assert_eq!(td.init_service_td_attributes, [0x25; 8]);
    assert_eq!((td.init_cpu_svn, td.init_tee_tcb_svn), ([0x26; 16], [0x27; 16]));
    assert_eq!((td.init_tee_fmspc, td.cur_service_td_hash), ([0x28; 12], [0x29; 48]));
    assert_eq!(td.cur_service_td_attributes, [0x2a; 8]);

    let enclave = EnclaveSpec {
        misc_select: 0x0102_0304,
        isv_ext_prod_id: [0x31; 16],
        config_id: [0x32; 64],
        isv_prod_id: 0x3334,
        isv_svn: 0x3536,
        config_svn: 0x3738,
        isv_family_id: [0x39; 16],
        report_data: [0x3a; 64],
        ..EnclaveSpec::healthy()
    };
    let mut spec = QuoteSpec::sgx_v5();
    *spec.enclave() = enclave.clone();
    let quote = Quote::parse(&spec.bytes()).unwrap();
    assert_eq!(quote.header.tee_type, TEE_SGX);
    let Report::SgxEnclave(report) = &quote.report else { panic!("{:?}", quote.report) };
    assert_eq!((report.cpu_svn, report.misc_select), (COMPONENTS, 0x0102_0304));
    assert_eq!(report.reserved1[..12], [0; 12]);
    assert_eq!(report.reserved1[12..], [0x31; 16]);
    assert_eq!(report.attributes, enclave.attributes);
    assert_eq!((report.mr_enclave, report.mr_signer), (enclave.mr_enclave, enclave.mr_signer));
    assert_eq!((report.reserved2, &report.reserved3[..32]), ([0; 32], &[0; 32][..]));
    assert_eq!(report.reserved3[32..], [0x32; 64]);
    assert_eq!((report.isv_prod_id, report.isv_svn), (0x3334, 0x3536));
    assert_eq!(report.reserved4[..2], [0x38, 0x37]);
    assert_eq!(report.reserved4[44..], [0x39; 16]);
    assert_eq!(report.report_data, [0x3a; 64]);
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

/// The bytes of a real PCK certificate's extension, field by field (from a public quote).
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

/// What a specification can get wrong, and the part of dcap-qvl's complaint that names it.
#[test]
fn one_spoiled_thing_is_what_dcap_qvl_complains_about() {
    let (quote, collateral) = (QuoteSpec::tdx_v4, CollateralSpec::tdx);
    let tcb_info = |change: &dyn Fn(&mut TcbInfoSpec)| {
        let mut spec = TcbInfoSpec::tdx();
        change(&mut spec);
        collateral().with_tcb_info(&spec)
    };
    let qe_identity = |change: &dyn Fn(&mut QeIdentitySpec)| {
        let mut spec = QeIdentitySpec::tdx();
        change(&mut spec);
        collateral().with_qe_identity(&spec)
    };
    let td = |change: &dyn Fn(&mut TdSpec)| {
        let mut spec = quote();
        change(spec.td());
        spec
    };
    let pck = |change: &dyn Fn(&mut PckSpec)| {
        let mut spec = PckSpec::platform();
        change(&mut spec);
        quote().with_pck(&spec)
    };
    let serial = PckSpec::platform().serial;
    let tcb_serial = AuthoritySpec::new(Role::TcbSigning).serial;
    let stranger = Key::StrangerP256;
    let long_ago = UnixTime(1_700_000_000);
    let off_curve = QuoteSpec { attestation_key_bytes: Some([1; 64]), ..quote() };
    let cases: Vec<(&str, QuoteSpec, CollateralSpec, &str)> = vec![
        ("vendor", QuoteSpec { vendor_id: [0; 16], ..quote() }, collateral(), "vendor"),
        (
            "key type",
            QuoteSpec { attestation_key_type: 3, ..quote() },
            collateral(),
            "attestation key type",
        ),
        ("quote signer", QuoteSpec { signer: stranger, ..quote() }, collateral(), "ISV enclave"),
        ("key off the curve", off_curve, collateral(), "ISV enclave"),
        ("QE signer", QuoteSpec { qe_signer: stranger, ..quote() }, collateral(), "qe_report"),
        (
            "QE binding",
            QuoteSpec { binding: Binding::WithoutAuthData, ..quote() },
            collateral(),
            "QE report hash",
        ),
        (
            "QE debug",
            {
                let mut spec = quote();
                spec.qe_report.attributes[0] |= ENCLAVE_DEBUG;
                spec
            },
            collateral(),
            "ebug",
        ),
        (
            "QE signer measurement",
            {
                let mut spec = quote();
                spec.qe_report.mr_signer = [0; 32];
                spec
            },
            collateral(),
            "QE MRSIGNER",
        ),
        (
            "auth length",
            QuoteSpec { auth_length: Some(u32::MAX), ..quote() },
            collateral(),
            "decode",
        ),
        (
            "PPID only",
            QuoteSpec {
                certification: Certification::encrypted_ppid(&PckSpec::platform()),
                ..quote()
            },
            collateral(),
            "PCK cert format: 3",
        ),
        ("debug TD", td(&|td| td.td_attributes |= TD_DEBUG), collateral(), "Debug mode"),
        ("SEPT_VE", td(&|td| td.td_attributes ^= SEPT_VE_DISABLE), collateral(), "SEPT_VE"),
        ("migratable", td(&|td| td.td_attributes |= MIGRATABLE), collateral(), "migration"),
        ("module signer", td(&|td| td.mr_signer_seam = [1; 48]), collateral(), "MRSIGNER"),
        ("module version", td(&|td| td.tee_tcb_svn[1] = 2), collateral(), "TDX_02"),
        ("module svn", td(&|td| td.tee_tcb_svn[0] = 1), collateral(), "module ISVSVN 1"),
        ("TDX component", td(&|td| td.tee_tcb_svn[2] = 2), collateral(), "No matching TCB"),
        (
            "SGX component",
            pck(&|pck| pck.extension.cpu_svn[7] = 3),
            collateral(),
            "No matching TCB",
        ),
        ("PCK signer", pck(&|pck| pck.signer = stranger), collateral(), "InvalidSignature"),
        ("PCK expired", pck(&|pck| pck.spoil = Some(Spoil::Expired)), collateral(), "Expired"),
        (
            "FMSPC missing",
            pck(&|pck| pck.extension.spoil = Some(FieldSpoil::Missing("4"))),
            collateral(),
            "find Fmspc",
        ),
        ("FMSPC", pck(&|pck| pck.extension.fmspc = [0; 6]), collateral(), "Fmspc"),
        (
            "PCK revoked",
            quote(),
            CollateralSpec {
                pck_crl: CrlSpec::revoking(Role::PlatformCa, &[&serial]).der(),
                ..collateral()
            },
            "Revoked",
        ),
        (
            "PCK list of the other authority",
            quote(),
            CollateralSpec { pck_crl: CrlSpec::new(Role::ProcessorCa).der(), ..collateral() },
            "RevocationStatus",
        ),
        (
            "TCB signer revoked",
            quote(),
            CollateralSpec {
                root_crl: CrlSpec::revoking(Role::Root, &[&tcb_serial]).der(),
                ..collateral()
            },
            "Revoked",
        ),
        (
            "root list by another key",
            quote(),
            CollateralSpec {
                root_crl: CrlSpec { signer: stranger, ..CrlSpec::new(Role::Root) }.der(),
                ..collateral()
            },
            "root CA CRL: InvalidCrlSignature",
        ),
        (
            "stale root list",
            quote(),
            CollateralSpec {
                root_crl: CrlSpec { next_update: Some(long_ago), ..CrlSpec::new(Role::Root) }.der(),
                ..collateral()
            },
            "CrlExpired",
        ),
        ("TCB info signer", quote(), tcb_info(&|info| info.signer = Key::IntelPck), "tcb_info"),
        ("TCB info expired", quote(), tcb_info(&|info| info.next_update = long_ago), "expired"),
        ("TCB info of SGX", quote(), tcb_info(&|info| info.id = "SGX".into()), "non-TDX"),
        ("TCB info FMSPC", quote(), tcb_info(&|info| info.fmspc = "00".repeat(6)), "Fmspc"),
        (
            "short components",
            quote(),
            tcb_info(&|info| {
                info.levels.truncate(1);
                info.levels[0].sgx.truncate(3);
            }),
            "count",
        ),
        (
            "short TDX components",
            quote(),
            tcb_info(&|info| info.levels[0].tdx.as_mut().unwrap().truncate(3)),
            "count",
        ),
        ("no levels", quote(), tcb_info(&|info| info.levels.clear()), "No matching TCB"),
        (
            "revoked level",
            quote(),
            tcb_info(&|info| info.levels[0].status = "Revoked".into()),
            "Revoked",
        ),
        (
            "unknown status",
            quote(),
            tcb_info(&|info| info.levels[0].status = "Splendid".into()),
            "TcbInfo",
        ),
        ("no module", quote(), tcb_info(&|info| info.tdx_module = None), "tdxModule"),
        ("raw TCB info", quote(), tcb_info(&|info| info.raw = Some("{}".into())), "TcbInfo"),
        (
            "QE identity signer",
            quote(),
            qe_identity(&|identity| identity.signer = stranger),
            "qe_identity",
        ),
        (
            "QE identity expired",
            quote(),
            qe_identity(&|identity| identity.next_update = long_ago),
            "expired",
        ),
        (
            "QE identity of SGX",
            quote(),
            qe_identity(&|identity| identity.id = "QE".into()),
            "QE Identity id",
        ),
        ("QE product", quote(), qe_identity(&|identity| identity.isv_prod_id = 1), "ISVPRODID"),
        (
            "QE too old",
            quote(),
            qe_identity(&|identity| identity.levels = vec![QeLevel::current(9)]),
            "ISVSVN",
        ),
        (
            "TCB info signed by a PCK",
            quote(),
            CollateralSpec {
                tcb_info: TcbInfoSpec { signer: Key::IntelPck, ..TcbInfoSpec::tdx() }.sign(),
                tcb_info_chain: PckSpec::platform().chain(),
                ..collateral()
            },
            "issued directly by the root",
        ),
        (
            "TCB info changed after signing",
            quote(),
            {
                let signed = TcbInfoSpec::tdx().sign();
                let text = signed.text.replace("OutOfDate", "UpToDate");
                CollateralSpec { tcb_info: SignedJson { text, ..signed }, ..collateral() }
            },
            "tcb_info",
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(name, quote, collateral, expected)| {
            (name, expected, verify(&quote.bytes(), collateral, TIMES[0]))
        })
        .filter_map(|(name, expected, verdict)| match verdict {
            Ok(_) => Some(format!("{name}: accepted")),
            Err(complaint) if complaint.contains(expected) => None,
            Err(complaint) => Some(format!("{name}: {complaint}")),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn statuses_and_advisories_arrive_with_dcap_qvl() {
    let status = |quote: &QuoteSpec, collateral: &CollateralSpec| {
        let report = verify(&quote.bytes(), collateral, TIMES[0]).unwrap();
        (report.status, report.advisory_ids)
    };
    for expected in [
        "UpToDate",
        "SWHardeningNeeded",
        "ConfigurationNeeded",
        "ConfigurationAndSWHardeningNeeded",
        "OutOfDate",
        "OutOfDateConfigurationNeeded",
    ] {
        for (name, quote, collateral) in healthy() {
            let mut info = match name {
                "SGX version 3" => TcbInfoSpec::sgx(),
                _ => TcbInfoSpec::tdx(),
            };
            info.levels[0].status = expected.to_owned();
            info.levels[0].advisories = vec!["INTEL-SA-99999".to_owned()];
            let found = status(&quote, &collateral.with_tcb_info(&info));
            assert_eq!(found, (expected.to_owned(), vec!["INTEL-SA-99999".to_owned()]), "{name}");
        }
    }

    let old_pce = PckSpec {
        extension: SgxExtension { pce_svn: PCE_SVN - 1, ..SgxExtension::platform() },
        ..PckSpec::platform()
    };
    let (found, advisories) =
        status(&QuoteSpec::tdx_v4().with_pck(&old_pce), &CollateralSpec::tdx());
    assert_eq!(found, "OutOfDate");
    assert_eq!(advisories, ["INTEL-SA-00106", "INTEL-SA-00115"]);

    let mut old_module = QuoteSpec::tdx_v4();
    old_module.td().tee_tcb_svn[0] = 2;
    assert_eq!(status(&old_module, &CollateralSpec::tdx()).0, "OutOfDate");

    let mut old_qe = QuoteSpec::tdx_v4();
    old_qe.qe_report.isv_svn -= 1;
    let (found, advisories) = status(&old_qe, &CollateralSpec::tdx());
    assert_eq!((found.as_str(), advisories), ("OutOfDate", vec!["INTEL-SA-00477".to_owned()]));

    let mut relaunch = QuoteSpec::tdx_v5(TdSpec::healthy_1_5());
    relaunch.td().tee_tcb_svn[0] = 2;
    assert_eq!(status(&relaunch, &CollateralSpec::tdx()).0, "TDRelaunchAdvised");
}

#[test]
fn order_of_levels_does_not_change_what_dcap_qvl_finds() {
    let mut info = TcbInfoSpec::tdx();
    info.levels.reverse();
    assert_eq!(info.levels[0].status, "OutOfDate");
    let collateral = CollateralSpec::tdx().with_tcb_info(&info);
    let report = verify(&QuoteSpec::tdx_v4().bytes(), &collateral, TIMES[0]).unwrap();
    assert_eq!(report.status, "UpToDate");
}

/// Spoiled only in what dcap-qvl does not look at: so everything else about them is sound.
#[test]
fn what_dcap_qvl_does_not_check_leaves_the_rest_sound() {
    let tcb_info = |change: &dyn Fn(&mut TcbInfoSpec)| {
        let mut spec = TcbInfoSpec::tdx();
        change(&mut spec);
        CollateralSpec::tdx().with_tcb_info(&spec)
    };
    let wrong_name = PckSpec { spoil: Some(Spoil::CommonName("X".into())), ..PckSpec::platform() };
    let cases = [
        (
            "padding",
            QuoteSpec { binding: Binding::Padding([7; 32]), ..QuoteSpec::tdx_v4() },
            CollateralSpec::tdx(),
        ),
        (
            "trailing",
            QuoteSpec { trailing: vec![0; 70], ..QuoteSpec::tdx_v4() },
            CollateralSpec::tdx(),
        ),
        ("outer kind", QuoteSpec { outer_kind: 5, ..QuoteSpec::tdx_v4() }, CollateralSpec::tdx()),
        ("common name", QuoteSpec::tdx_v4().with_pck(&wrong_name), CollateralSpec::tdx()),
        ("pceId", QuoteSpec::tdx_v4(), tcb_info(&|info| info.pce_id = "0001".into())),
        (
            "advisory on an unmet module level",
            QuoteSpec::tdx_v4(),
            tcb_info(&|info| {
                let identities = info.tdx_module_identities.as_mut().unwrap();
                identities[1].levels.push(ModuleLevel {
                    isv_svn: 1,
                    date: "2017-01-01T00:00:00Z".into(),
                    status: "Revoked".into(),
                    advisories: vec!["INTEL-SA-99998".into()],
                });
            }),
        ),
        (
            "unmet platform level",
            QuoteSpec::tdx_v4(),
            tcb_info(&|info| {
                let level = TcbLevel { pce_svn: PCE_SVN + 1, ..info.levels[0].clone() };
                info.levels.insert(0, level);
            }),
        ),
    ];
    for (name, quote, collateral) in cases {
        let report = verify(&quote.bytes(), &collateral, TIMES[0])
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((report.status.as_str(), report.advisory_ids.len()), ("UpToDate", 0), "{name}");
    }
}

#[test]
fn pck_certificate_can_come_with_the_collateral() {
    let pck = PckSpec::platform();
    let quote =
        QuoteSpec { certification: Certification::encrypted_ppid(&pck), ..QuoteSpec::tdx_v4() };
    let collateral = CollateralSpec { pck_chain: Some(pck.chain()), ..CollateralSpec::tdx() };
    let report = verify(&quote.bytes(), &collateral, TIMES[0]).unwrap();
    assert_eq!(report.status, "UpToDate");
}

#[test]
fn quote_changed_after_signing_fails_with_dcap_qvl() {
    let quote = QuoteSpec::tdx_v4();
    let bytes = quote.bytes();
    for at in [28, 48 + 120, 48 + 136, 48 + 520, 632 + 4] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let verdict = verify(&changed, &CollateralSpec::tdx(), TIMES[0]);
        assert!(verdict.is_err(), "{at}");
    }
    let resigned = quote.bytes_mutated(|signed| signed[48 + 136] ^= 1);
    assert_ne!(resigned, bytes);
    assert!(verify(&resigned, &CollateralSpec::tdx(), TIMES[0]).is_ok(), "changed before signing");
}

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/intel");
    if !folder.exists() {
        eprintln!("SKIPPED: ../shared is absent, so the shape of real collateral is not compared");
        return;
    }
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

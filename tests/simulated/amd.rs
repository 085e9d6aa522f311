use std::collections::BTreeSet;

use rsa::signature::Verifier as _;
use s2s_sim::amd::report::{KEY_INFO_VLEK, LEN, POLICY_DEBUG, POLICY_MIGRATE_MA, SIGNED, flipped};
use s2s_sim::amd::vek::{CSP_ID, HWID, SNP_SPL};
use s2s_sim::amd::{AuthoritySpec, HwId, ReportSpec, Role, VekSpec, authority, chip_id, crl};
use s2s_sim::certificate::Spoil;
use s2s_sim::keys::Key;
use s2s_sim::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};
use sev::certs::snp::{Certificate, Chain, Verifiable as _, ca};
use sev::firmware::guest::AttestationReport;
use sev::parser::ByteParser as _;
use sha2::Digest as _;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::revocation_list::CertificateRevocationList;

const PRODUCTS: [Product; 3] = [Product::Milan, Product::Genoa, Product::Turin];

const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";

fn chain(product: Product, issuer: Role, vek: &[u8]) -> Chain {
    let certificate = |der: &[u8]| Certificate::from_der(der).unwrap();
    Chain {
        ca: ca::Chain {
            ark: certificate(authority(product, Role::Ark)),
            ask: certificate(authority(product, issuer)),
        },
        vek: certificate(vek),
    }
}

fn parsed(der: &[u8]) -> X509Certificate<'_> {
    let (rest, certificate) = X509Certificate::from_der(der).unwrap();
    assert!(rest.is_empty(), "bytes after the certificate");
    certificate
}

fn rsa_key(key: Key) -> rsa::RsaPublicKey {
    let spki = key.spki();
    let (_, spki) = x509_parser::x509::SubjectPublicKeyInfo::from_der(&spki).unwrap();
    let x509_parser::public_key::PublicKey::RSA(key) = spki.parsed().unwrap() else {
        panic!("an RSA key")
    };
    let number = rsa::BoxedUint::from_be_slice_vartime;
    rsa::RsaPublicKey::new(number(&key.modulus[1..]), number(key.exponent)).unwrap()
}

fn is_pss_sha384(signer: Key, message: &[u8], signature: &[u8]) -> bool {
    rsa::pss::VerifyingKey::<sha2::Sha384>::new(rsa_key(signer))
        .verify(message, &rsa::pss::Signature::try_from(signature).unwrap())
        .is_ok()
}

/// RFC 8017 section 9.1.2 with SHA-384, MGF1 with SHA-256 and 48 bytes of salt; the rsa crate
/// has no verifier for two hashes.
fn is_pss_sha384_mgf1_sha256(signer: Key, message: &[u8], signature: &[u8]) -> bool {
    let signature = rsa::BoxedUint::from_be_slice(signature, 4096).unwrap();
    let encoded = rsa::hazmat::rsa_encrypt(&rsa_key(signer), &signature).unwrap().to_be_bytes();
    let (masked, rest) = encoded.split_at(512 - 48 - 1);
    let (digest, trailer) = rest.split_at(48);
    let mask = (0_u32..15).flat_map(|counter| {
        sha2::Sha256::digest([digest, &counter.to_be_bytes()].concat()).to_vec()
    });
    let block: Vec<u8> = masked.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    let (padding, salt) = block.split_at(block.len() - 48);
    let expected = sha2::Sha384::digest([&[0; 8], &*sha2::Sha384::digest(message), salt].concat());
    let (one, zeros) = padding.split_last().unwrap();
    let zeros = zeros[0] & 0x7f == 0 && zeros[1..].iter().all(|&byte| byte == 0);
    zeros && *one == 1 && trailer == [0xbc] && digest == &*expected
}

#[test]
fn reports_signed_by_a_vcek_verify_with_the_sev_crate() {
    for product in PRODUCTS {
        let versions = if product == Product::Turin { 3..=5 } else { 2..=5 };
        for version in versions {
            let spec = ReportSpec { version, ..ReportSpec::healthy(product) };
            let report = spec.sign(Key::Vcek);
            let chain = chain(product, Role::Ask, &VekSpec::of(&spec).der());
            let parsed = AttestationReport::from_bytes(&report).unwrap();
            (&chain, &parsed).verify().unwrap_or_else(|error| {
                panic!("{product:?} version {version}: {error}");
            });
        }
    }
}

#[test]
fn reports_signed_by_a_vlek_verify_with_the_sev_crate() {
    for product in PRODUCTS {
        let spec = ReportSpec::vlek(product);
        assert_eq!(spec.key_info, KEY_INFO_VLEK);
        let chain = chain(product, Role::Asvk, &VekSpec::of(&spec).der());
        let report = AttestationReport::from_bytes(&spec.sign(Key::Vlek)).unwrap();
        (&chain, &report).verify().unwrap();
    }
}

#[test]
fn report_changed_after_signing_fails_with_the_sev_crate() {
    let spec = ReportSpec::healthy(Product::Genoa);
    let report = spec.sign(Key::Vcek);
    let chain = chain(Product::Genoa, Role::Ask, &VekSpec::of(&spec).der());
    for at in [0x50, 0x90, 0x1a0, SIGNED, SIGNED + 72] {
        let report = AttestationReport::from_bytes(&flipped(&report, at)).unwrap();
        assert!((&chain, &report).verify().is_err(), "{at:#x}");
    }
    let mutated = spec.sign_mutated(Key::Vcek, |report| report[0x50] ^= 1);
    let mutated = AttestationReport::from_bytes(&mutated).unwrap();
    assert!((&chain, &mutated).verify().is_ok(), "changed before signing");
    let stranger = AttestationReport::from_bytes(&spec.sign(Key::StrangerP384)).unwrap();
    assert!((&chain, &stranger).verify().is_err(), "signed by another key");
}

#[test]
fn every_field_stands_where_the_sev_crate_reads_it() {
    for product in PRODUCTS {
        let spec = ReportSpec {
            version: 5,
            guest_svn: 7,
            policy: ReportSpec::healthy(product).policy | POLICY_DEBUG | POLICY_MIGRATE_MA,
            family_id: [0x11; 16],
            image_id: [0x12; 16],
            vmpl: 3,
            report_data: [0x13; 64],
            host_data: [0x14; 32],
            id_key_digest: [0x15; 48],
            author_key_digest: [0x16; 48],
            launch_mitigations: 0x17,
            current_mitigations: 0x18,
            ..ReportSpec::healthy(product)
        };
        let encoded = spec.encode();
        assert_eq!(encoded.len(), LEN);
        let report = AttestationReport::from_bytes(&encoded).unwrap();
        assert_eq!(report.version, 5);
        assert_eq!(report.guest_svn, 7);
        assert_eq!(u64::from(report.policy), spec.policy);
        assert!(report.policy.debug_allowed() && report.policy.migrate_ma_allowed());
        assert!(report.policy.smt_allowed());
        assert_eq!((report.policy.abi_major(), report.policy.abi_minor()), (1, 55));
        assert_eq!(report.family_id, spec.family_id);
        assert_eq!(report.image_id, spec.image_id);
        assert_eq!(report.vmpl, 3);
        assert_eq!(report.sig_algo, 1);
        assert!(report.plat_info.smt_enabled() && report.plat_info.tsme_enabled());
        assert!(report.plat_info.ecc_enabled() && report.plat_info.alias_check_complete());
        assert_eq!(report.key_info.signing_key(), 0);
        assert_eq!(report.report_data, spec.report_data);
        assert_eq!(report.measurement, spec.measurement);
        assert_eq!(report.host_data, spec.host_data);
        assert_eq!(report.id_key_digest, spec.id_key_digest);
        assert_eq!(report.author_key_digest, spec.author_key_digest);
        assert_eq!(report.report_id, spec.report_id);
        assert_eq!(report.report_id_ma, [0xff; 32]);
        let cpuid = [report.cpuid_fam_id, report.cpuid_mod_id, report.cpuid_step];
        assert_eq!(cpuid, spec.cpuid.map(Some));
        assert_eq!(report.chip_id, spec.chip_id);
        let versions = [report.current, report.committed];
        assert!(versions.iter().all(|version| version.major == 1 && version.minor >= 55));
        assert_eq!(report.launch_mit_vector, Some(0x17));
        assert_eq!(report.current_mit_vector, Some(0x18));
        let tcbs =
            [report.current_tcb, report.reported_tcb, report.committed_tcb, report.launch_tcb];
        for tcb in tcbs {
            assert_eq!(tcb.bootloader, spec.current_tcb.bootloader);
            assert_eq!(tcb.tee, spec.current_tcb.tee);
            assert_eq!(tcb.snp, spec.current_tcb.snp);
            assert_eq!(tcb.microcode, spec.current_tcb.microcode);
            let fmc = (product == Product::Turin).then_some(spec.current_tcb.fmc);
            assert_eq!(tcb.fmc, fmc);
        }
    }
}

#[test]
fn certificates_say_simulated_and_keep_the_common_names() {
    for product in PRODUCTS {
        let name = format!("{product:?}");
        let cases = [
            (authority(product, Role::Ark).to_vec(), format!("ARK-{name}"), format!("ARK-{name}")),
            (authority(product, Role::Ask).to_vec(), format!("SEV-{name}"), format!("ARK-{name}")),
            (
                authority(product, Role::Asvk).to_vec(),
                format!("SEV-VLEK-{name}"),
                format!("ARK-{name}"),
            ),
            (VekSpec::vcek(product).der(), "SEV-VCEK".into(), format!("SEV-{name}")),
            (VekSpec::vlek(product).der(), "SEV-VLEK".into(), format!("SEV-VLEK-{name}")),
        ];
        for (der, subject, issuer) in cases {
            let certificate = parsed(&der);
            for (found, expected) in
                [(certificate.subject(), subject), (certificate.issuer(), issuer)]
            {
                let text = |attribute: &x509_parser::x509::AttributeTypeAndValue<'_>| {
                    attribute.as_str().unwrap().to_owned()
                };
                let common: Vec<String> = found.iter_common_name().map(text).collect();
                assert_eq!(common, [expected]);
                let organization: Vec<String> = found.iter_organization().map(text).collect();
                assert_eq!(organization, ["SIMULATED"]);
            }
            assert_eq!(certificate.signature_algorithm.algorithm.to_id_string(), RSASSA_PSS);
            assert_eq!(certificate.tbs_certificate.signature, certificate.signature_algorithm);
        }
    }
}

#[test]
fn validity_periods_are_those_that_are_published() {
    let root = authority(Product::Genoa, Role::Ark);
    let vek = VekSpec::vcek(Product::Genoa).der();
    for (der, validity) in [(root, AUTHORITY_VALIDITY), (&vek, ENTITY_VALIDITY)] {
        let certificate = parsed(der);
        let found = certificate.validity();
        assert_eq!(found.not_before.timestamp(), validity.not_before.0);
        assert_eq!(found.not_after.timestamp(), validity.not_after.0);
    }
    let day = |text: &str| text.parse::<UnixTime>().unwrap();
    assert!(ENTITY_VALIDITY.not_before < day("2025-01-01T00:00:00Z"));
    assert!(ENTITY_VALIDITY.not_after > day("2045-01-01T00:00:00Z"));
}

#[test]
fn vek_extensions_are_those_of_the_specifications() {
    let extension = |certificate: &X509Certificate<'_>, id: &str| -> Vec<Vec<u8>> {
        let found = certificate.extensions().iter().filter(|e| e.oid.to_id_string() == id);
        found.map(|e| e.value.to_vec()).collect()
    };
    let milan = VekSpec::vcek(Product::Milan).der();
    let milan = parsed(&milan);
    assert_eq!(extension(&milan, HWID), [chip_id(Product::Milan)]);
    assert_eq!(chip_id(Product::Milan).len(), 64);
    assert_eq!(extension(&milan, "1.3.6.1.4.1.3704.1.2"), [b"\x16\x08Milan-B0"]);
    assert_eq!(extension(&milan, "1.3.6.1.4.1.3704.1.3.8"), [[2, 2, 0, 0xde]]);
    assert!(extension(&milan, CSP_ID).is_empty());

    let turin = VekSpec::vcek(Product::Turin).der();
    let turin = parsed(&turin);
    assert_eq!(extension(&turin, HWID), [chip_id(Product::Turin)]);
    assert_eq!(chip_id(Product::Turin).len(), 8);
    assert_eq!(extension(&turin, "1.3.6.1.4.1.3704.1.3.9"), [[2, 1, 1]]);

    let vlek = VekSpec::vlek(Product::Genoa).der();
    let vlek = parsed(&vlek);
    assert!(extension(&vlek, HWID).is_empty());
    assert_eq!(extension(&vlek, CSP_ID), [b"\x16\x1aCN=cloud.simulated.example"]);

    let hwid = Some(HwId::OctetString(chip_id(Product::Genoa)));
    let octets = VekSpec { hwid, ..VekSpec::vcek(Product::Genoa) }.der();
    assert_eq!(extension(&parsed(&octets), HWID)[0][..2], [4, 64]);
}

#[test]
fn unsound_signatures_hold_under_the_algorithm_that_they_name() {
    let spoiled = |spoil| {
        let spec = VekSpec { spoil: Some(spoil), ..VekSpec::vcek(Product::Genoa) };
        let der = spec.der();
        let certificate = parsed(&der);
        let tbs = certificate.tbs_certificate.as_ref().to_vec();
        (tbs, certificate.signature_value.data.to_vec())
    };
    let key = || rsa_key(Key::Ask);

    let (tbs, signature) = spoiled(Spoil::PssSaltLength20);
    let signature = rsa::pss::Signature::try_from(&*signature).unwrap();
    let short = rsa::pss::VerifyingKey::<sha2::Sha384>::new_with_salt_len(key(), 20);
    assert!(short.verify(&tbs, &signature).is_ok());

    let (tbs, signature) = spoiled(Spoil::PssSha256);
    let signature = rsa::pss::Signature::try_from(&*signature).unwrap();
    assert!(rsa::pss::VerifyingKey::<sha2::Sha256>::new(key()).verify(&tbs, &signature).is_ok());

    let (tbs, signature) = spoiled(Spoil::Pkcs1v15);
    let signature = rsa::pkcs1v15::Signature::try_from(&*signature).unwrap();
    let pkcs1 = rsa::pkcs1v15::VerifyingKey::<sha2::Sha384>::new(key());
    assert!(pkcs1.verify(&tbs, &signature).is_ok());

    let (tbs, signature) = spoiled(Spoil::PssMgf1Sha256);
    assert!(!is_pss_sha384(Key::Ask, &tbs, &signature));
    assert!(is_pss_sha384_mgf1_sha256(Key::Ask, &tbs, &signature));

    let (tbs, signature) = spoiled(Spoil::WrongKey);
    assert!(!is_pss_sha384(Key::Ask, &tbs, &signature));
    assert!(is_pss_sha384(Key::Asvk, &tbs, &signature));
}

#[test]
fn every_other_spoiled_certificate_is_soundly_signed_and_differs() {
    let healthy = VekSpec::vcek(Product::Genoa).der();
    let spoils = [
        Spoil::CommonName("SEV-OTHER".into()),
        Spoil::IssuerName("SEV-Milan".into()),
        Spoil::NotCa,
        Spoil::NoKeyCertSign,
        Spoil::Expired,
        Spoil::NotYetValid,
        Spoil::MissingExtension(SNP_SPL),
        Spoil::DuplicateExtension(SNP_SPL),
        Spoil::ExtraExtension(CSP_ID, b"\x16\x01x".to_vec()),
        Spoil::UnknownCriticalExtension,
        Spoil::P256SubjectKey,
        Spoil::InnerAlgorithm,
        Spoil::TrailingByte,
    ];
    let mut seen = BTreeSet::from([healthy.clone()]);
    for spoil in spoils {
        let spec = VekSpec { spoil: Some(spoil.clone()), ..VekSpec::vcek(Product::Genoa) };
        let der = spec.der();
        let (rest, certificate) = X509Certificate::from_der(&der).unwrap();
        assert_eq!(rest.len(), usize::from(spoil == Spoil::TrailingByte), "{spoil:?}");
        let tbs = certificate.tbs_certificate.as_ref();
        assert!(is_pss_sha384(Key::Ask, tbs, &certificate.signature_value.data), "{spoil:?}");
        let same = certificate.tbs_certificate.signature == certificate.signature_algorithm;
        assert_eq!(same, spoil != Spoil::InnerAlgorithm, "{spoil:?}");
        assert!(seen.insert(der.clone()), "{spoil:?} changes nothing");
    }
}

#[test]
fn authorities_can_be_spoiled_too() {
    for (spoil, ca, key_cert_sign) in [
        (None, true, true),
        (Some(Spoil::NotCa), false, true),
        (Some(Spoil::NoKeyCertSign), true, false),
    ] {
        let der = AuthoritySpec { spoil, ..AuthoritySpec::new(Product::Genoa, Role::Ask) }.der();
        let certificate = parsed(&der);
        assert_eq!(certificate.basic_constraints().unwrap().unwrap().value.ca, ca);
        let usage = certificate.key_usage().unwrap().unwrap().value;
        assert_eq!(usage.key_cert_sign(), key_cert_sign);
    }
}

#[test]
fn revocation_list_is_signed_by_the_root_and_names_what_is_revoked() {
    let (this, next) = (UnixTime(1_750_000_000), UnixTime(1_754_000_000));
    let der = crl(Product::Genoa, &[&[2, 0, 2], &[0]], this, next, Key::Ark);
    let (rest, list) = CertificateRevocationList::from_der(&der).unwrap();
    assert!(rest.is_empty());
    assert_eq!(list.last_update().timestamp(), this.0);
    assert_eq!(list.next_update().unwrap().timestamp(), next.0);
    let revoked: Vec<&[u8]> =
        list.iter_revoked_certificates().map(|revoked| revoked.raw_serial()).collect();
    assert_eq!(revoked, [&[2, 0, 2][..], &[0]]);
    assert!(is_pss_sha384(Key::Ark, list.tbs_cert_list.as_ref(), &list.signature_value.data));
    let issuer = parsed(authority(Product::Genoa, Role::Ark)).subject().as_raw().to_vec();
    assert_eq!(list.issuer().as_raw(), issuer);
}

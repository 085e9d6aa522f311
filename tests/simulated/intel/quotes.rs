use dcap_qvl::quote::{Quote, Report};
use dcap_qvl::verify::QuoteVerifier;
use s2s_sim::intel::body::Relaunch;
use s2s_sim::intel::quote::TEE_SGX;
use s2s_sim::intel::{
    COMPONENTS, Certification, CollateralSpec, EnclaveSpec, PckSpec, QuoteSpec, TEE_TCB_SVN, TdSpec,
};
use s2s_sim::keys::Key;

use super::{TIMES, healthy, is_raw_signed_by, qvl, verify};

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

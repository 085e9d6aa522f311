use s2s_sim::certificate::Spoil;
use s2s_sim::intel::body::{ENCLAVE_DEBUG, MIGRATABLE, SEPT_VE_DISABLE, TD_DEBUG};
use s2s_sim::intel::quote::Binding;
use s2s_sim::intel::tcb_info::ModuleLevel;
use s2s_sim::intel::{
    AuthoritySpec, Certification, CollateralSpec, CrlSpec, FieldSpoil, PCE_SVN, PckSpec,
    QeIdentitySpec, QeLevel, QuoteSpec, Role, SgxExtension, SignedJson, TcbInfoSpec, TcbLevel,
    TdSpec,
};
use s2s_sim::keys::Key;
use silicon_to_source::time::UnixTime;

use super::{TIMES, healthy, verify};

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

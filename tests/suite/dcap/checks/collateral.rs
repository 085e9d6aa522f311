//! Intel's chain, collateral, quoting enclave and TCB.

use s2s_sim::certificate::Spoil;
use s2s_sim::intel::quote::Binding;
use s2s_sim::intel::{
    AuthoritySpec, Certification, CrlSpec, FieldSpoil, PckSpec, QuoteSpec, Role, TcbInfoSpec,
    TdSpec, TdxModuleIdentity, authority,
};
use s2s_sim::keys::Key;
use serde_json::json;
use silicon_to_source::time::{UnixTime, Validity};

use super::row;
use crate::common::dcap::Case;
use crate::common::table::{Also, Row};

/// 2029-01-01 and 2031-01-01.
const BEFORE: UnixTime = UnixTime(1_861_920_000);
const AFTER: UnixTime = UnixTime(1_924_992_000);

/// Certificates and collateral that are valid after 2050, when the pinned root has ended.
fn after_the_root() -> Case {
    let validity = Validity { not_before: UnixTime(0), not_after: UnixTime(3_000_000_000) };
    let mut case = Case::td();
    (case.pck.validity, case.ca.validity, case.signer.validity) = (validity, validity, validity);
    case.info.next_update = validity.not_after;
    case.identity.next_update = validity.not_after;
    case.root_crl.next_update = Some(validity.not_after);
    case.pck_crl.next_update = Some(validity.not_after);
    case
}

const ANOTHERS: &str = "a list of somebody else is none at all";
const OTHER_PLATFORM: &str = "TCB info about another platform is none at all";

/// Everything that takes TCB info.
const NO_TCB_INFO: Also = &[
    ("dcap.tcb-info.signer", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb-info.signer-validity", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb-info.signature", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb-info.form", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb-info.freshness", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb-info.pce-id", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb-info.type", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.root-crl.revocation/tcb-info-signer", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.collateral.evaluation", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb.level", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb.relaunch", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb.status", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tcb.advisories", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tdx-module.identity", "unknown not-fetched", OTHER_PLATFORM),
    ("dcap.tdx-module.level", "unknown not-fetched", OTHER_PLATFORM),
];

fn status(case: &mut Case, word: &str) {
    case.info.levels[0].status = word.into();
}

fn module_status(case: &mut Case, word: &str) {
    let identities = case.info.tdx_module_identities.as_mut().unwrap();
    let own = identities.iter_mut().find(|one| one.id == "TDX_01").unwrap();
    own.levels[0].status = word.into();
}

/// Launched on an older TDX module than the one that runs now.
fn relaunch(case: &mut Case) {
    case.quote.td().tee_tcb_svn[0] = 2;
}

/// The same on a platform whose settings leave a weakness.
fn relaunch_and_configure(case: &mut Case) {
    relaunch(case);
    status(case, "ConfigurationNeeded");
}

fn signer(case: &mut Case, spoil: Spoil) {
    case.signer.spoil = Some(spoil);
}

fn field(case: &mut Case, spoil: FieldSpoil) {
    case.pck.extension.spoil = Some(spoil);
}

const SHORTER_BODY: &str = "body type 2 does not say";
const ANOTHER_KEY: &str = "the key is another one";
const ITS_STATUS: &str = "the policy judges Intel's status";
const BOTH: &str = "one certificate signs both statements";
const BOTH_FAIL: Also = &[("dcap.qe-identity.signer", "fail wrong-name", BOTH)];
const OUTDATED: Also = &[
    ("dcap.tcb.status", "warn out-of-date", "the level says so"),
    ("dcap.policy.tcb-status", "warn out-of-date", ITS_STATUS),
];
const FRESHLY_OUTDATED: Also = &[("dcap.tcb.status", "warn out-of-date", ITS_STATUS)];
const REVOKED: Also = &[("dcap.policy.tcb-status", "fail revoked", ITS_STATUS)];
const RELAUNCH: Also = &[
    ("dcap.tcb.relaunch", "warn relaunch", "it is the reason"),
    ("dcap.tcb.status", "warn relaunch", ITS_STATUS),
];

pub(crate) const ROWS: &[Row<Case>] = &[
    row("dcap.certification", "unknown not-supported", |case| {
        case.quote.certification = Certification { kind: 7, length: None, data: vec![0; 64] };
    }),
    row("dcap.certification", "unknown not-supported", |case| {
        case.quote.certification.kind = 6;
    }),
    row("dcap.pck-chain", "fail wrong-length", |case| {
        let [pck, ca, _] = case.chain().try_into().unwrap();
        case.quote.certification = Certification::chain(&[pck, ca]);
    }),
    row("dcap.pck-chain", "fail wrong-length", |case| {
        let chain = [case.chain(), vec![authority(Role::ProcessorCa).to_vec()]].concat();
        case.quote.certification = Certification::chain(&chain);
    }),
    row("dcap.pck-chain", "fail malformed", |case| {
        case.quote.certification = Certification::chain(&case.chain());
        case.quote.certification.data.extend(b"more");
    }),
    row("dcap.root.pinned", "fail wrong-root", |case| {
        case.root = AuthoritySpec { serial: vec![9], ..AuthoritySpec::new(Role::Root) }.der();
    }),
    row("dcap.root.validity", "fail expired", |case| case.now = UnixTime(2_540_000_000))
        .on(after_the_root),
    row("dcap.pck-ca.role", "fail wrong-key", |case| case.ca.spoil = Some(Spoil::P384SubjectKey))
        .also(&[
            ("dcap.pck.signature", "fail bad-signature", ANOTHER_KEY),
            ("dcap.pck-crl.signature", "fail bad-signature", ANOTHER_KEY),
        ]),
    row("dcap.pck-ca.role", "fail wrong-parameters", |case| {
        case.ca.spoil = Some(Spoil::EcdsaP256Sha384);
    }),
    row("dcap.pck-ca.role", "fail wrong-name", |case| {
        case.ca.spoil = Some(Spoil::CommonName("Intel SGX PCK Other CA".into()));
    })
    .also(&[
        ("dcap.pck.signature", "fail wrong-issuer", "the PCK names the real authority"),
        ("dcap.pck-crl.signature", "unknown not-fetched", "and so does its list"),
        ("dcap.pck-crl.freshness", "unknown not-fetched", "and so does its list"),
        ("dcap.pck-crl.revocation", "unknown not-fetched", "and so does its list"),
    ]),
    row("dcap.pck-ca.role", "fail not-a-ca", |case| case.ca.spoil = Some(Spoil::NotCa)),
    row("dcap.pck-ca.role", "fail not-a-ca", |case| case.ca.spoil = Some(Spoil::NoKeyCertSign)),
    row("dcap.pck-ca.role", "fail unknown-extension", |case| {
        case.ca.spoil = Some(Spoil::UnknownCriticalExtension);
    }),
    row("dcap.pck-ca.signature", "fail bad-signature", |case| {
        case.ca.spoil = Some(Spoil::WrongKey);
    }),
    row("dcap.pck-ca.signature", "fail wrong-issuer", |case| {
        case.ca.spoil = Some(Spoil::IssuerName("Intel SGX Root CA 2".into()));
    }),
    row("dcap.pck-ca.validity", "fail expired", |case| case.ca.spoil = Some(Spoil::Expired)),
    row("dcap.pck-ca.validity", "fail not-yet-valid", |case| {
        case.ca.spoil = Some(Spoil::NotYetValid);
    }),
    row("dcap.pck.role", "fail wrong-name", |case| {
        case.pck.spoil = Some(Spoil::CommonName("Intel SGX TCB Signing".into()));
    }),
    row("dcap.pck.role", "fail is-a-ca", |case| case.pck.spoil = Some(Spoil::IsCa)),
    row("dcap.pck.role", "fail wrong-key", |case| case.pck.spoil = Some(Spoil::P384SubjectKey))
        .also(&[("dcap.qe.signature", "fail bad-signature", ANOTHER_KEY)]),
    row("dcap.pck.role", "fail wrong-parameters", |case| {
        case.pck.spoil = Some(Spoil::EcdsaP256Sha384);
    }),
    row("dcap.pck.role", "fail unknown-extension", |case| {
        case.pck.spoil = Some(Spoil::UnknownCriticalExtension);
    }),
    row("dcap.pck.signature", "fail bad-signature", |case| {
        case.pck.spoil = Some(Spoil::WrongKey);
    }),
    row("dcap.pck.signature", "fail wrong-issuer", |case| {
        case.pck.spoil = Some(Spoil::IssuerName("Intel SGX PCK Processor CA".into()));
    }),
    row("dcap.pck.validity", "fail not-yet-valid", |case| {
        case.pck.spoil = Some(Spoil::NotYetValid);
    }),
    row("dcap.pck.validity", "fail expired", |case| case.pck.spoil = Some(Spoil::Expired)),
    row("dcap.pck.extension", "fail malformed", |case| field(case, FieldSpoil::PaddedIntegers)),
    row("dcap.pck.extension", "fail malformed", |case| field(case, FieldSpoil::Missing("4"))),
    row("dcap.pck.extension", "fail malformed", |case| field(case, FieldSpoil::Duplicate("2.17"))),
    row("dcap.root-crl.signature", "fail bad-signature", |case| {
        case.root_crl.signer = Key::StrangerP256;
    }),
    row("dcap.root-crl.signature", "unknown not-fetched", |case| {
        case.root_crl.issuer_name = Some("Intel SGX Root CA 2".into());
    })
    .also(&[
        ("dcap.root-crl.freshness", "unknown not-fetched", ANOTHERS),
        ("dcap.root-crl.revocation", "unknown not-fetched", ANOTHERS),
        ("dcap.root-crl.revocation/pck-ca", "absent", ANOTHERS),
        ("dcap.root-crl.revocation/qe-identity-signer", "absent", ANOTHERS),
        ("dcap.root-crl.revocation/tcb-info-signer", "absent", ANOTHERS),
    ]),
    row("dcap.root-crl.freshness", "fail stale", |case| case.root_crl.next_update = Some(BEFORE)),
    row("dcap.root-crl.freshness", "fail not-yet-valid", |case| {
        case.root_crl.this_update = AFTER;
    }),
    row("dcap.root-crl.freshness", "fail missing", |case| case.root_crl.next_update = None),
    row("dcap.root-crl.revocation/pck-ca", "fail revoked", |case| {
        case.root_crl = CrlSpec::revoking(Role::Root, &[&case.ca.serial]);
    }),
    row("dcap.root-crl.revocation/qe-identity-signer", "fail revoked", |case| {
        case.root_crl = CrlSpec::revoking(Role::Root, &[&case.signer.serial]);
    }),
    row("dcap.root-crl.revocation/tcb-info-signer", "fail revoked", |case| {
        case.root_crl = CrlSpec::revoking(Role::Root, &[&case.signer.serial]);
    }),
    row("dcap.pck-crl.signature", "unknown not-fetched", |case| {
        case.pck_crl = CrlSpec::new(Role::ProcessorCa);
    })
    .also(&[
        ("dcap.pck-crl.freshness", "unknown not-fetched", ANOTHERS),
        ("dcap.pck-crl.revocation", "unknown not-fetched", ANOTHERS),
    ]),
    row("dcap.pck-crl.signature", "fail bad-signature", |case| {
        case.pck_crl.signer = Key::StrangerP256;
    }),
    row("dcap.pck-crl.freshness", "fail stale", |case| case.pck_crl.next_update = Some(BEFORE)),
    row("dcap.pck-crl.revocation", "fail revoked", |case| {
        case.pck_crl = CrlSpec::revoking(Role::PlatformCa, &[&case.pck.serial]);
    }),
    // T12 to T16.
    row("dcap.tcb-info.signer", "fail wrong-length", |case| {
        case.last = |files| files.tcb_info_chain.push(authority(Role::Root).to_vec());
    }),
    row("dcap.tcb-info.signer", "fail wrong-name", |case| {
        case.info.signer = Key::IntelPck;
        case.last = |files| files.tcb_info_chain[0] = PckSpec::platform().der();
    }),
    row("dcap.tcb-info.signer", "fail wrong-name", |case| {
        case.info.signer = Key::IntelPlatformCa;
        case.last = |files| files.tcb_info_chain[0] = authority(Role::PlatformCa).to_vec();
    }),
    row("dcap.tcb-info.signer", "fail is-a-ca", |case| signer(case, Spoil::IsCa)).also(&[(
        "dcap.qe-identity.signer",
        "fail is-a-ca",
        BOTH,
    )]),
    row("dcap.tcb-info.signer", "fail wrong-key", |case| signer(case, Spoil::P384SubjectKey))
        .also(&[("dcap.qe-identity.signer", "fail wrong-key", BOTH)]),
    row("dcap.tcb-info.signer", "fail wrong-parameters", |case| {
        signer(case, Spoil::EcdsaP256Sha384);
    })
    .also(&[("dcap.qe-identity.signer", "fail wrong-parameters", BOTH)]),
    row("dcap.tcb-info.signer", "fail unknown-extension", |case| {
        signer(case, Spoil::UnknownCriticalExtension);
    })
    .also(&[("dcap.qe-identity.signer", "fail unknown-extension", BOTH)]),
    row("dcap.tcb-info.signer", "fail wrong-issuer", |case| {
        signer(case, Spoil::IssuerName("Intel SGX Root CA 2".into()));
    })
    .also(&[("dcap.qe-identity.signer", "fail wrong-issuer", BOTH)]),
    row("dcap.tcb-info.signer", "fail wrong-root", |case| {
        case.last = |files| {
            let root = AuthoritySpec { serial: vec![9], ..AuthoritySpec::new(Role::Root) };
            files.tcb_info_chain[1] = root.der();
        };
    }),
    row("dcap.tcb-info.signer", "fail bad-signature", |case| {
        case.last = |files| {
            let spoil = Some(Spoil::WrongKey);
            files.tcb_info_chain[0] =
                AuthoritySpec { spoil, ..AuthoritySpec::new(Role::TcbSigning) }.der();
        };
    }),
    row("dcap.tcb-info.signer", "fail wrong-name", |case| {
        signer(case, Spoil::CommonName("Intel SGX PCK Certificate".into()));
    })
    .also(BOTH_FAIL),
    row("dcap.tcb-info.signer-validity", "fail expired", |case| signer(case, Spoil::Expired))
        .also(&[("dcap.qe-identity.signer-validity", "fail expired", BOTH)]),
    row("dcap.tcb-info.signature", "fail bad-signature", |case| {
        case.info.signer = Key::StrangerP256;
    }),
    row("dcap.tcb-info.signature", "fail bad-signature", |case| {
        case.last = |files| files.tcb_info.text.push(' ');
    }),
    row("dcap.tcb-info.form", "unknown not-supported", |case| case.info.version = 4),
    row("dcap.tcb-info.form", "unknown not-supported", |case| {
        case.info = TcbInfoSpec { raw: Some(VERSION_2.into()), ..TcbInfoSpec::sgx() };
    })
    .on(Case::enclave),
    row("dcap.tcb-info.form", "fail malformed", |case| {
        case.info.levels[1].status = "Excellent".into();
    }),
    row("dcap.tcb-info.form", "fail malformed", |case| case.info.levels[0].sgx.truncate(15)),
    row("dcap.tcb-info.form", "fail malformed", |case| case.info.levels[0].sgx.push(0)),
    row("dcap.tcb-info.form", "fail malformed", |case| {
        case.info.levels[0].tdx.as_mut().unwrap().truncate(15);
    }),
    row("dcap.tcb-info.form", "fail malformed", |case| {
        case.info.raw = Some(case.info.text().replacen('{', r#"{"id":"TDX","#, 1));
    }),
    row("dcap.tcb-info.freshness", "fail stale", |case| case.info.next_update = BEFORE),
    row("dcap.tcb-info.freshness", "fail not-yet-valid", |case| case.info.issue_date = AFTER),
    row("dcap.tcb-info.fmspc", "unknown not-fetched", |case| case.info.fmspc = "00".repeat(6))
        .also(NO_TCB_INFO),
    row("dcap.tcb-info.pce-id", "fail not-equal", |case| case.info.pce_id = "0001".into()),
    row("dcap.tcb-info.type", "fail unsupported", |case| case.info.tcb_type = 1),
    row("dcap.qe-identity.signer", "fail wrong-length", |case| {
        case.last = |files| files.qe_identity_chain.push(authority(Role::Root).to_vec());
    }),
    row("dcap.qe-identity.signer-validity", "fail expired", |case| {
        case.last = |files| {
            let spoil = Some(Spoil::Expired);
            files.qe_identity_chain[0] =
                AuthoritySpec { spoil, ..AuthoritySpec::new(Role::TcbSigning) }.der();
        };
    }),
    row("dcap.qe-identity.signature", "fail bad-signature", |case| {
        case.identity.signer = Key::IntelPck;
    }),
    row("dcap.qe-identity.form", "unknown not-supported", |case| case.identity.version = 1),
    row("dcap.qe-identity.freshness", "fail stale", |case| case.identity.next_update = BEFORE),
    row("dcap.collateral.evaluation", "warn disagree", |case| {
        case.identity.evaluation_number += 1;
    }),
    // T17 to T20.
    row("dcap.qe.signature", "fail bad-signature", |case| case.quote.qe_signer = Key::StrangerP256),
    row("dcap.qe.binding", "fail not-equal", |case| case.quote.binding = Binding::WithoutAuthData),
    row("dcap.qe.padding", "fail not-zero", |case| case.quote.binding = Binding::Padding([1; 32])),
    row("dcap.quote.signature", "fail bad-signature", |case| {
        case.quote.signer = Key::StrangerP256;
    }),
    row("dcap.qe.misc-select", "fail not-equal", |case| case.quote.qe_report.misc_select = 1),
    row("dcap.qe.attributes", "fail not-equal", |case| case.quote.qe_report.attributes[0] |= 2),
    row("dcap.qe.signer", "fail not-equal", |case| case.quote.qe_report.mr_signer = [7; 32]),
    row("dcap.qe.product", "fail not-equal", |case| case.quote.qe_report.isv_prod_id = 1),
    row("dcap.qe.level", "fail no-level", |case| case.quote.qe_report.isv_svn = 1),
    // T21 to T28.
    row("dcap.tcb.level", "fail no-level", |case| {
        case.info.levels.iter_mut().for_each(|level| level.sgx[7] = 6);
    }),
    row("dcap.tcb.level", "fail no-level", |case| {
        case.info.levels.iter_mut().for_each(|level| level.pce_svn = 99);
    }),
    row("dcap.tcb.level", "fail no-level", |case| {
        let td = case.quote.td();
        td.tee_tcb_svn[2] = 2;
        td.relaunch.as_mut().unwrap().tee_tcb_svn2[2] = 2;
    }),
    row("dcap.tcb.level", "fail no-level", |case| {
        case.info.levels.iter_mut().for_each(|level| level.tdx.as_mut().unwrap()[15] = 1);
    }),
    row("dcap.tcb.level", "fail no-level", |case| {
        case.info.levels.iter_mut().for_each(|level| level.sgx[0] = 99);
    })
    .on(Case::enclave),
    row("dcap.tdx-module.identity", "fail missing", |case| {
        case.info.tdx_module_identities = Some(vec![TdxModuleIdentity::new("TDX_03", &[3])]);
    }),
    row("dcap.tdx-module.identity", "fail not-equal", |case| {
        let identities = case.info.tdx_module_identities.as_mut().unwrap();
        identities.iter_mut().for_each(|one| one.module.mr_signer = [1; 48]);
    }),
    row("dcap.tdx-module.identity", "fail not-equal", |case| {
        let identities = case.info.tdx_module_identities.as_mut().unwrap();
        identities.iter_mut().for_each(|one| one.module.attributes = [1; 8]);
    }),
    row("dcap.tdx-module.identity", "fail not-equal", |case| {
        case.quote = QuoteSpec::tdx_v5(TdSpec::healthy());
        case.quote.td().tee_tcb_svn[..2].copy_from_slice(&[6, 0]);
        case.info.tdx_module.as_mut().unwrap().mr_signer = [1; 48];
    })
    .also(&[
        ("dcap.tcb.relaunch", "unknown not-applicable", SHORTER_BODY),
        ("tdx.service-td", "unknown not-applicable", SHORTER_BODY),
    ]),
    row("dcap.tdx-module.level", "fail no-level", |case| {
        case.info.tdx_module_identities = Some(vec![TdxModuleIdentity::new("TDX_01", &[7])]);
    }),
    row("dcap.tcb.relaunch", "fail no-level", |case| {
        case.quote.td().relaunch.as_mut().unwrap().tee_tcb_svn2[2] = 0;
    }),
    row("dcap.tcb.relaunch", "warn relaunch", relaunch).also(&[
        ("dcap.tcb.status", "warn relaunch", ITS_STATUS),
        ("dcap.policy.tcb-status", "warn relaunch", ITS_STATUS),
    ]),
    row("dcap.tcb.status", "warn sw-hardening-needed", |case| status(case, "SWHardeningNeeded"))
        .also(&[("dcap.policy.tcb-status", "warn hardening", ITS_STATUS)]),
    row("dcap.tcb.status", "warn configuration-needed", |case| {
        status(case, "ConfigurationNeeded");
    })
    .also(&[("dcap.policy.tcb-status", "warn configuration", ITS_STATUS)]),
    row("dcap.tcb.status", "warn configuration-and-sw-hardening-needed", |case| {
        status(case, "ConfigurationAndSWHardeningNeeded");
    })
    .also(&[("dcap.policy.tcb-status", "warn configuration", ITS_STATUS)]),
    row("dcap.tcb.status", "fail revoked", |case| status(case, "Revoked")).also(REVOKED),
    row("dcap.tcb.status", "fail revoked", |case| module_status(case, "Revoked")).also(REVOKED),
    row("dcap.tcb.status", "fail revoked", |case| {
        case.identity.levels[0].status = "Revoked".into();
    })
    .also(REVOKED),
    // T29: what a policy makes of each status.
    row("dcap.policy.tcb-status", "fail hardening", |case| {
        status(case, "SWHardeningNeeded");
        case.dcap = json!({"tcb": {"sw-hardening-needed": "deny"}});
    })
    .also(&[("dcap.tcb.status", "warn sw-hardening-needed", ITS_STATUS)]),
    row("dcap.policy.tcb-status", "fail configuration", |case| {
        status(case, "ConfigurationNeeded");
        case.dcap = json!({"tcb": {"configuration-needed": "deny"}});
    })
    .also(&[("dcap.tcb.status", "warn configuration-needed", ITS_STATUS)]),
    row("dcap.policy.tcb-status", "fail configuration", |case| {
        status(case, "ConfigurationAndSWHardeningNeeded");
        case.dcap = json!({"tcb": {"configuration-and-sw-hardening-needed": "deny"}});
    })
    .also(&[("dcap.tcb.status", "warn configuration-and-sw-hardening-needed", ITS_STATUS)]),
    row("dcap.policy.tcb-status", "fail out-of-date", |case| status(case, "OutOfDate"))
        .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "fail out-of-date", |case| module_status(case, "OutOfDate"))
        .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "fail out-of-date", |case| {
        case.identity.levels[0].status = "OutOfDate".into();
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "fail out-of-date", |case| {
        status(case, "OutOfDateConfigurationNeeded");
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "warn out-of-date", |case| {
        status(case, "OutOfDate");
        case.dcap = json!({"tcb": {"out-of-date": "warn"}});
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "fail out-of-date", |case| {
        status(case, "OutOfDateConfigurationNeeded");
        case.dcap = json!({"tcb": {"out-of-date": "warn"}});
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "warn out-of-date", |case| {
        status(case, "OutOfDateConfigurationNeeded");
        case.dcap = json!({"tcb": {"out-of-date-configuration-needed": "warn"}});
    })
    .also(FRESHLY_OUTDATED),
    // The level is of 2024-11-13, 1875 days before the asked time.
    row("dcap.policy.tcb-status", "warn grace", |case| {
        status(case, "OutOfDate");
        case.dcap = json!({"tcb": {"grace-days": 1875}});
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "fail out-of-date", |case| {
        status(case, "OutOfDate");
        case.dcap = json!({"tcb": {"grace-days": 1874}});
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "warn grace", |case| {
        status(case, "OutOfDateConfigurationNeeded");
        case.dcap = json!({"tcb": {"grace-days": 1875}});
    })
    .also(FRESHLY_OUTDATED),
    row("dcap.policy.tcb-status", "fail revoked", |case| {
        status(case, "Revoked");
        case.dcap = json!({"tcb": {"grace-days": 65535}});
    })
    .also(&[("dcap.tcb.status", "fail revoked", ITS_STATUS)]),
    row("dcap.policy.tcb-status", "fail relaunch", |case| {
        relaunch(case);
        case.dcap = json!({"tcb": {"relaunch-advised": "deny"}});
    })
    .also(RELAUNCH),
    row("dcap.policy.tcb-status", "warn relaunch", relaunch_and_configure).also(RELAUNCH),
    row("dcap.policy.tcb-status", "fail relaunch", |case| {
        relaunch_and_configure(case);
        case.dcap = json!({"tcb": {"relaunch-advised-configuration-needed": "deny"}});
    })
    .also(RELAUNCH),
    row("dcap.tcb.advisories", "warn advisories", |case| {
        case.info.levels[0].advisories = vec!["INTEL-SA-00001".into()];
    }),
    row("dcap.tcb.advisories", "warn advisories", |case| {
        case.info.levels[0].pce_svn = 99;
        case.dcap = json!({"tcb": {"out-of-date": "warn"}});
    })
    .also(OUTDATED),
];

/// SGX TCB info as Intel's API v3 gave it, signed by the simulated Intel: members of its
/// specification, "TCB Info V2".
const VERSION_2: &str = r#"{"version":2,"issueDate":"2024-12-01T00:00:00Z","nextUpdate":"2045-12-31T00:00:00Z","fmspc":"53494D554C41","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":20,"tcbLevels":[{"tcb":{"sgxtcbcomp01svn":0,"sgxtcbcomp02svn":0,"sgxtcbcomp03svn":0,"sgxtcbcomp04svn":0,"sgxtcbcomp05svn":0,"sgxtcbcomp06svn":0,"sgxtcbcomp07svn":0,"sgxtcbcomp08svn":0,"sgxtcbcomp09svn":0,"sgxtcbcomp10svn":0,"sgxtcbcomp11svn":0,"sgxtcbcomp12svn":0,"sgxtcbcomp13svn":0,"sgxtcbcomp14svn":0,"sgxtcbcomp15svn":0,"sgxtcbcomp16svn":0,"pcesvn":0},"tcbDate":"2024-11-13T00:00:00Z","tcbStatus":"UpToDate"}]}"#;

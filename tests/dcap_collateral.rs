//! Intel's chain, collateral, quoting enclave and TCB: inputs that make exactly one check fail or
//! warn, made by a simulated Intel.
//!
//! A row starts from a TDX quote of body type 3 with collateral, in which every check passes, and
//! spoils one thing. Every other finding must stay as it was, unless it is blocked by the row's
//! check, or the row lists it with the reason.
#![cfg(feature = "sim")]

mod common;

use std::collections::BTreeMap;

use common::table::{Also, Expected};
use serde_json::json;
use silicon_to_source::endorsements::intel::{Collateral, TcbStatus};
use silicon_to_source::evidence::dcap::Quote;
use silicon_to_source::finding::{Examined, Finding, Outcome, Why};
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::sim::certificate::Spoil;
use silicon_to_source::sim::intel::quote::Binding;
use silicon_to_source::sim::intel::{
    AuthoritySpec, Certification, CollateralSpec, CrlSpec, FieldSpoil, PckSpec, QeIdentitySpec,
    QuoteSpec, Role, TcbInfoSpec, TdSpec, TdxModuleIdentity, authority,
};
use silicon_to_source::sim::keys::Key;
use silicon_to_source::time::UnixTime;
use silicon_to_source::verify::dcap::{VerifiedQuote, verify};

/// 2030-01-01.
const NOW: UnixTime = UnixTime(1_893_456_000);
/// 2029-01-01 and 2031-01-01.
const BEFORE: UnixTime = UnixTime(1_861_920_000);
const AFTER: UnixTime = UnixTime(1_924_992_000);

#[derive(Clone)]
struct Case {
    quote: QuoteSpec,
    pck: PckSpec,
    ca: AuthoritySpec,
    root: Vec<u8>,
    info: TcbInfoSpec,
    identity: QeIdentitySpec,
    signer: AuthoritySpec,
    root_crl: CrlSpec,
    pck_crl: CrlSpec,
    /// Changes the files after they were made.
    last: fn(&mut CollateralSpec),
}

impl Case {
    fn healthy() -> Self {
        Self {
            quote: QuoteSpec::tdx_v5(TdSpec::healthy_1_5()),
            pck: PckSpec::platform(),
            ca: AuthoritySpec::new(Role::PlatformCa),
            root: authority(Role::Root).to_vec(),
            info: TcbInfoSpec::tdx(),
            identity: QeIdentitySpec::tdx(),
            signer: AuthoritySpec::new(Role::TcbSigning),
            root_crl: CrlSpec::new(Role::Root),
            pck_crl: CrlSpec::new(Role::PlatformCa),
            last: |_| {},
        }
    }

    fn chain(&self) -> Vec<Vec<u8>> {
        vec![self.pck.der(), self.ca.der(), self.root.clone()]
    }

    fn files(&self) -> CollateralSpec {
        let mut files =
            CollateralSpec::new(self.info.sign(), self.identity.sign(), Role::PlatformCa);
        let signer = vec![self.signer.der(), authority(Role::Root).to_vec()];
        files.tcb_info_chain.clone_from(&signer);
        files.qe_identity_chain = signer;
        files.root_crl = self.root_crl.der();
        files.pck_crl = self.pck_crl.der();
        (self.last)(&mut files);
        files
    }

    fn with<T>(&self, read: impl FnOnce(Examined<VerifiedQuote<'_>>) -> T) -> T {
        let mut quote = self.quote.clone();
        if quote.certification == Case::healthy().quote.certification {
            quote.certification = Certification::chain(&self.chain());
        }
        let bytes = quote.bytes();
        let collateral = Collateral::from_files(&[&self.files().bytes()]).unwrap();
        read(verify(&Quote::parse(&bytes).unwrap(), &collateral, Roots::Simulated, NOW))
    }

    fn found(&self) -> BTreeMap<String, String> {
        self.with(|examined| words(&examined.findings))
    }

    fn status(&self) -> Option<TcbStatus> {
        self.with(|examined| Some(examined.verified?.tcb()?.status))
    }
}

fn words(findings: &[Finding]) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    for finding in findings {
        let name = match &finding.part {
            Some(part) => format!("{}/{part}", finding.check),
            None => finding.check.to_string(),
        };
        let outcome = match finding.outcome {
            Outcome::Pass => "pass".to_owned(),
            Outcome::Fail(reason) => format!("fail {}", reason.0),
            Outcome::Warn(reason) => format!("warn {}", reason.0),
            Outcome::Unknown(Why::Blocked { by }) => format!("blocked by {by}"),
            Outcome::Unknown(why) => format!("unknown {}", why.word()),
        };
        assert!(words.insert(name.clone(), outcome).is_none(), "{name} appears twice");
    }
    words
}

struct Row {
    finding: &'static str,
    becomes: &'static str,
    spoil: fn(&mut Case),
    also: Also,
}

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row {
    Row { finding, becomes, spoil, also: &[] }
}

impl Row {
    const fn also(self, also: Also) -> Self {
        Self { also, ..self }
    }
}

fn signer(case: &mut Case, spoil: Spoil) {
    case.signer.spoil = Some(spoil);
}

fn field(case: &mut Case, spoil: FieldSpoil) {
    case.pck.extension.spoil = Some(spoil);
}

const BOTH: &str = "one certificate signs both statements";
const BOTH_FAIL: Also = &[("dcap.qe-identity.signer", "fail wrong-name", BOTH)];
const OUTDATED: Also = &[("dcap.tcb.status", "warn out-of-date", "the level says so")];

const ROWS: &[Row] = &[
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
    row("dcap.pck.role", "fail unknown-extension", |case| {
        case.pck.spoil = Some(Spoil::UnknownCriticalExtension);
    }),
    row("dcap.pck.signature", "fail bad-signature", |case| {
        case.pck.spoil = Some(Spoil::WrongKey);
    }),
    row("dcap.pck.signature", "fail wrong-issuer", |case| {
        case.pck.spoil = Some(Spoil::IssuerName("Intel SGX PCK Processor CA".into()));
    }),
    row("dcap.pck.validity", "fail expired", |case| case.pck.spoil = Some(Spoil::Expired)),
    row("dcap.pck.extension", "fail malformed", |case| field(case, FieldSpoil::PaddedIntegers)),
    row("dcap.root-crl.signature", "fail bad-signature", |case| {
        case.root_crl.signer = Key::StrangerP256;
    }),
    row("dcap.root-crl.signature", "fail wrong-issuer", |case| {
        case.root_crl.issuer_name = Some("Intel SGX Root CA 2".into());
    }),
    row("dcap.root-crl.freshness", "fail stale", |case| case.root_crl.next_update = Some(BEFORE)),
    row("dcap.root-crl.freshness", "fail not-yet-valid", |case| {
        case.root_crl.this_update = AFTER;
    }),
    row("dcap.root-crl.freshness", "fail missing", |case| case.root_crl.next_update = None),
    row("dcap.root-crl.revocation/pck-ca", "fail revoked", |case| {
        case.root_crl = CrlSpec::revoking(Role::Root, &[&case.ca.serial]);
    }),
    row("dcap.root-crl.revocation/tcb-info-signer", "fail revoked", |case| {
        case.root_crl = CrlSpec::revoking(Role::Root, &[&case.signer.serial]);
    }),
    row("dcap.pck-crl.signature", "fail wrong-issuer", |case| {
        case.pck_crl = CrlSpec::new(Role::ProcessorCa);
    }),
    row("dcap.pck-crl.signature", "fail bad-signature", |case| {
        case.pck_crl.signer = Key::StrangerP256;
    }),
    row("dcap.pck-crl.freshness", "fail stale", |case| case.pck_crl.next_update = Some(BEFORE)),
    row("dcap.pck-crl.revocation", "fail revoked", |case| {
        case.pck_crl = CrlSpec::revoking(Role::PlatformCa, &[&case.pck.serial]);
    }),
    // T12 to T16.
    row("dcap.tcb-info.signer", "fail wrong-length", |case| {
        case.last = |files| drop(files.tcb_info_chain.pop());
    }),
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
    row("dcap.tcb-info.form", "fail unknown-version", |case| case.info.version = 4),
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
    row("dcap.tcb-info.form", "fail not-equal", |case| case.info = TcbInfoSpec::sgx()),
    row("dcap.tcb-info.freshness", "fail stale", |case| case.info.next_update = BEFORE),
    row("dcap.tcb-info.freshness", "fail not-yet-valid", |case| case.info.issue_date = AFTER),
    row("dcap.tcb-info.fmspc", "fail not-equal", |case| case.info.fmspc = "00".repeat(6)),
    row("dcap.tcb-info.pce-id", "fail not-equal", |case| case.info.pce_id = "0001".into()),
    row("dcap.tcb-info.type", "fail unsupported", |case| case.info.tcb_type = 1),
    row("dcap.qe-identity.signer", "fail wrong-length", |case| {
        case.last = |files| drop(files.qe_identity_chain.pop());
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
    row("dcap.qe-identity.form", "fail not-equal", |case| case.identity.id = "QE".into()),
    row("dcap.qe-identity.form", "fail unknown-version", |case| case.identity.version = 1),
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
    row("dcap.tdx-module.identity", "fail missing", |case| {
        case.info.tdx_module_identities = Some(vec![TdxModuleIdentity::new("TDX_03", &[3])]);
    }),
    row("dcap.tdx-module.identity", "fail not-equal", |case| {
        case.quote.td().mr_signer_seam = [1; 48];
    }),
    row("dcap.tdx-module.identity", "fail not-equal", |case| {
        case.quote.td().seam_attributes = [1; 8];
    }),
    row("dcap.tdx-module.level", "fail no-level", |case| {
        case.info.tdx_module_identities = Some(vec![TdxModuleIdentity::new("TDX_01", &[7])]);
    }),
    row("dcap.tcb.relaunch", "fail no-level", |case| {
        case.quote.td().relaunch.as_mut().unwrap().tee_tcb_svn2[2] = 0;
    }),
    row("dcap.tcb.relaunch", "warn relaunch", |case| case.quote.td().tee_tcb_svn[0] = 2).also(&[(
        "dcap.tcb.status",
        "warn relaunch",
        "it is the status",
    )]),
    row("dcap.tcb.status", "warn sw-hardening-needed", |case| {
        case.info.levels[0].status = "SWHardeningNeeded".into();
    }),
    row("dcap.tcb.status", "warn configuration-needed", |case| {
        case.info.levels[0].status = "ConfigurationNeeded".into();
    }),
    row("dcap.tcb.status", "fail revoked", |case| case.info.levels[0].status = "Revoked".into()),
    row("dcap.tcb.status", "fail revoked", |case| {
        case.identity.levels[0].status = "Revoked".into();
    }),
    row("dcap.tcb.status", "warn out-of-date", |case| {
        case.identity.levels[0].status = "OutOfDate".into();
    }),
    row("dcap.tcb.advisories", "warn advisories", |case| {
        case.info.levels[0].advisories = vec!["INTEL-SA-00001".into()];
    }),
    row("dcap.tcb.advisories", "warn advisories", |case| {
        case.info.levels[0].pce_svn = 99;
    })
    .also(OUTDATED),
];

#[test]
fn the_healthy_case_passes_every_check() {
    let wrong: Vec<_> =
        Case::healthy().found().into_iter().filter(|(_, outcome)| outcome != "pass").collect();
    assert_eq!(wrong, []);
    assert_eq!(Case::healthy().status(), Some(TcbStatus::UpToDate));
}

#[test]
fn every_spoiled_thing_turns_exactly_its_check() {
    let healthy = Case::healthy().found();
    let mut wrong = Vec::new();
    for (index, row) in ROWS.iter().enumerate() {
        let mut case = Case::healthy();
        (row.spoil)(&mut case);
        let expected = Expected { finding: row.finding, becomes: row.becomes, also: row.also };
        let label = format!("row {index}, {} {}", row.finding, row.becomes);
        wrong.extend(expected.differences(&healthy, &case.found(), &label));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Authenticity lost is a quote lost; collateral lost is its standing lost.
#[test]
fn no_failed_row_leaves_a_standing_that_rests_on_it() {
    const KEEPS: [&str; 6] = [
        "dcap.pck-ca.validity",
        "dcap.pck.validity",
        "dcap.tcb-info.signer-validity",
        "dcap.qe-identity.signer-validity",
        "dcap.tcb.status",
        "dcap.pck-crl",
    ];
    for row in ROWS.iter().filter(|row| row.becomes.starts_with("fail")) {
        let keeps = KEEPS.iter().any(|check| row.finding.starts_with(check))
            || row.finding.ends_with(".freshness")
            || row.finding == "dcap.root-crl.signature";
        let mut case = Case::healthy();
        (row.spoil)(&mut case);
        assert_eq!(case.status().is_some(), keeps, "{} {}", row.finding, row.becomes);
    }
}

#[test]
fn levels_in_any_order_give_the_highest_that_is_reached() {
    let mut case = Case::healthy();
    case.info.levels.reverse();
    case.identity.levels.reverse();
    assert_eq!(case.status(), Some(TcbStatus::UpToDate));
}

/// With a module of a major version above 0 its two components are left to its own levels; with
/// major version 0 all 16 are compared (Intel, "TCB comparison").
#[test]
fn the_first_two_tdx_components_count_for_module_version_0_only() {
    let mut case = Case::healthy();
    case.info.levels.iter_mut().for_each(|level| level.tdx.as_mut().unwrap()[0] = 200);
    assert_eq!(case.status(), Some(TcbStatus::UpToDate));
    case.quote = QuoteSpec::tdx_v5(TdSpec::healthy());
    case.quote.td().tee_tcb_svn[1] = 0;
    assert_eq!(case.found()["dcap.tcb.level"], "fail no-level");
}

#[test]
fn platform_and_parts_converge_as_intel_says() {
    for (platform, qe, module, whole) in [
        ("UpToDate", "UpToDate", "OutOfDate", TcbStatus::OutOfDate),
        ("SWHardeningNeeded", "OutOfDate", "UpToDate", TcbStatus::OutOfDate),
        ("ConfigurationNeeded", "OutOfDate", "UpToDate", TcbStatus::OutOfDateConfigurationNeeded),
        ("OutOfDate", "UpToDate", "UpToDate", TcbStatus::OutOfDate),
        ("UpToDate", "UpToDate", "Revoked", TcbStatus::Revoked),
    ] {
        let mut case = Case::healthy();
        case.info.levels[0].status = platform.into();
        case.identity.levels[0].status = qe.into();
        let identities = case.info.tdx_module_identities.as_mut().unwrap();
        let own = identities.iter_mut().find(|one| one.id == "TDX_01").unwrap();
        own.levels[0].status = module.into();
        assert_eq!(case.status(), Some(whole), "{platform}, {qe}, {module}");
    }
}

#[test]
fn shortfalls_name_component_versions_and_date() {
    let mut case = Case::healthy();
    case.info.levels[0].sgx[7] = 9;
    case.info.levels[1].sgx[7] = 5;
    let shortfalls: Vec<String> = case.with(|examined| {
        let verified = examined.verified.unwrap();
        let shortfalls = verified.tcb().unwrap().shortfalls.clone();
        shortfalls.iter().map(ToString::to_string).collect()
    });
    assert_eq!(shortfalls, ["SGX component 7 is 5, needs 9 (level of 2024-11-13T00:00:00Z)"]);
}

#[test]
fn a_quote_that_only_names_its_platform_takes_a_supplied_certificate() {
    let mut case = Case::healthy();
    case.quote.certification = Certification::encrypted_ppid(&case.pck);
    let open = case.found();
    assert_eq!(open["dcap.certification"], "unknown not-fetched");
    assert_eq!(open["dcap.qe.signature"], "unknown not-fetched");
    assert_eq!(case.status(), None);
    case.last = |files| files.pck_chain = Some(Case::healthy().chain());
    assert_eq!(case.status(), Some(TcbStatus::UpToDate));
}

#[test]
fn a_simulated_quote_does_not_hold_under_intels_root() {
    let case = Case::healthy();
    let bytes = case.quote.bytes();
    let collateral = Collateral::from_files(&[&case.files().bytes()]).unwrap();
    let examined = verify(&Quote::parse(&bytes).unwrap(), &collateral, Roots::Vendor, NOW);
    assert!(examined.verified.is_none());
    let found = words(&examined.findings);
    assert_eq!(found["dcap.root.pinned"], "fail wrong-root");
    assert_eq!(found["dcap.pck-ca.signature"], "fail wrong-issuer", "the names say who made it");
    assert_eq!(found["dcap.tcb-info.signer"], "fail wrong-root");
}

#[test]
fn every_form_of_the_same_collateral_reads_the_same() {
    let files = Case::healthy().files();
    let whole = Collateral::from_files(&[&files.bytes()]).unwrap();
    let pcs = files.pcs().map(|answer| match str::from_utf8(&answer.body) {
        Ok(_) => answer.envelope().into_bytes(),
        Err(_) => answer.body,
    });
    let pcs: Vec<&[u8]> = pcs.iter().map(Vec::as_slice).collect();
    assert_eq!(Collateral::from_files(&pcs).unwrap(), whole, "answers with their headers");

    let pccs = files.pccs();
    let signed = pccs.signed.each_ref().map(|answer| answer.envelope());
    let pccs = [&*pccs.root_crl, &*pccs.pck_crl, &*signed[0], &*signed[1]].map(str::as_bytes);
    let cached = Collateral::from_files(&pccs).unwrap();
    assert_eq!(Collateral { pck_issuer_chain: whole.pck_issuer_chain.clone(), ..cached }, whole);

    let bare: Vec<Vec<u8>> = files.pcs().map(|answer| answer.body).to_vec();
    let mut bare: Vec<&[u8]> = bare.iter().map(Vec::as_slice).collect();
    let alone = Collateral::from_files(&bare).unwrap();
    assert_eq!(alone.tcb_info.unwrap().chain, None, "no header, no chain");
    let [signer, issuers] = [&files.tcb_info_chain, &files.pck_crl_chain]
        .map(|chain| silicon_to_source::sim::intel::pem_chain(chain));
    bare.extend([signer.as_bytes(), issuers.as_bytes()]);
    assert_eq!(Collateral::from_files(&bare).unwrap(), whole, "bodies and chains apart");

    let base64 = |der: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(der)
    };
    let mut object = files.json();
    object["root_ca_crl"] = base64(&files.root_crl).into();
    object["pck_crl"] = base64(&files.pck_crl).into();
    for (member, inner) in [("tcb_info", "tcbInfo"), ("qe_identity", "enclaveIdentity")] {
        let signed = if inner == "tcbInfo" { &files.tcb_info } else { &files.qe_identity };
        object[member] = signed.answer(inner).into();
        object.as_object_mut().unwrap().remove(&format!("{member}_signature"));
    }
    for contract in [json!({ "tdx": object }), json!({ "collateral": { "tdx": object } })] {
        let contract = contract.to_string();
        assert_eq!(Collateral::from_files(&[contract.as_bytes()]).unwrap(), whole);
    }
}

#[test]
fn files_that_contradict_repeat_or_are_not_intels_are_refused() {
    let files = Case::healthy().files();
    let json = files.bytes();
    assert!(Collateral::from_files(&[&json, &json]).is_ok(), "the same twice is the same");
    let other = CollateralSpec::tdx()
        .with_tcb_info(&TcbInfoSpec { evaluation_number: 7, ..TcbInfoSpec::tdx() });
    assert!(Collateral::from_files(&[&json, &other.bytes()]).is_err());
    let answer = files.tcb_info.answer("tcbInfo");
    let twice = answer.replacen('{', &format!(r#"{{"tcbInfo":{},"#, files.tcb_info.text), 1);
    assert!(Collateral::from_files(&[twice.as_bytes()]).is_err(), "a second tcbInfo");
    let large = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(Collateral::from_files(&[&large]).unwrap_err().code(), "too-large");
    let nested = (0..5).fold("{}".to_owned(), |inner, _| format!(r#"{{"tdx":{inner}}}"#));
    for wrong in ["", "{}", "hello", "[]", r#"{"tcbInfo":{}}"#, r#"{"tcb_info":"x"}"#, &nested] {
        assert!(Collateral::from_files(&[wrong.as_bytes()]).is_err(), "{wrong}");
    }
}

//! What is stapled: when it is asked for, where, how long it is kept.

use s2s_attest::collateral::{Refused, Shelf};
use s2s_attest::config::Collateral;
use s2s_sim::amd::{CrlSpec, ReportSpec, Role, VekSpec, authority};
use s2s_sim::intel::{CollateralSpec, QuoteSpec, TcbInfoSpec};
use s2s_sim::keys::Key;
use s2s_sim::sidecar::certificate_table;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::time::{DAY, UnixTime};
use silicon_to_source::wire::Base64Url;

/// 2026-02-01T00:00:00Z.
const NOW: UnixTime = UnixTime(1_769_904_000);

/// Every six hours.
const REFRESH: i64 = 6 * 3600;

fn addresses() -> Collateral {
    Collateral {
        amd: "http://127.0.0.1:1".into(),
        intel: "http://127.0.0.1:2".into(),
        intel_root_crl: "http://127.0.0.1:2/root.crl".into(),
        ..Collateral::default()
    }
}

fn report() -> Vec<u8> {
    ReportSpec::healthy(Product::Genoa).sign(Key::Vcek)
}

fn crl(next_update: UnixTime) -> Vec<u8> {
    CrlSpec::new(Product::Genoa, UnixTime(NOW.0 - DAY), next_update).der()
}

fn after(seconds: i64) -> UnixTime {
    UnixTime(NOW.0 + seconds)
}

/// A shelf that waits for AMD's revocation list alone.
fn waiting_for_crl() -> (Shelf, String) {
    let vcek = VekSpec::vcek(Product::Genoa).der();
    let files = [vcek, authority(Product::Genoa, Role::Ask).to_vec()];
    let mut shelf = Shelf::with_files(&files).unwrap();
    shelf.about_report(&report(), &[], &addresses());
    let due = shelf.due(NOW);
    assert_eq!(due, ["http://127.0.0.1:1/vcek/v1/Genoa/crl"]);
    (shelf, due[0].clone())
}

#[test]
fn report_alone_asks_for_chip_certificate_chain_and_list_at_the_configured_service() {
    let mut shelf = Shelf::default();
    shelf.about_report(&report(), &[], &addresses());
    let due = shelf.due(NOW);
    // AMD 57230 section 4: hardware id in hex, then the reported security versions.
    let id = hex::encode(s2s_sim::amd::chip_id(Product::Genoa));
    assert_eq!(
        due,
        [
            "http://127.0.0.1:1/vcek/v1/Genoa/".to_owned()
                + &id
                + "?blSPL=10&teeSPL=00&snpSPL=27&ucodeSPL=86",
            "http://127.0.0.1:1/vcek/v1/Genoa/cert_chain".to_owned(),
            "http://127.0.0.1:1/vcek/v1/Genoa/crl".to_owned(),
        ]
    );
    assert!(!shelf.is_complete(NOW));
}

#[test]
fn certificates_of_the_host_are_stapled_and_not_asked_for() {
    let vcek = VekSpec::vcek(Product::Genoa).der();
    let ask = authority(Product::Genoa, Role::Ask);
    const VCEK: [u8; 16] = 0x63da_758d_e664_4564_adc5_f4b9_3be8_accd_u128.to_be_bytes();
    const ASK: [u8; 16] = 0x4ab7_b379_bbac_4fe4_a02f_05ae_f327_c782_u128.to_be_bytes();
    let table = certificate_table(&[(VCEK, &vcek), (ASK, ask)]);
    let mut shelf = Shelf::default();
    shelf.about_report(&report(), &table, &addresses());
    assert_eq!(shelf.due(NOW), ["http://127.0.0.1:1/vcek/v1/Genoa/crl"]);
    let snp = shelf.stapled(NOW).snp.unwrap();
    assert_eq!(snp.vcek, Some(Base64Url(vcek)));
    assert_eq!(snp.ask, Some(Base64Url(ask.to_vec())));
    assert_eq!(snp.crl, None);
    // A table that cannot be read counts as none.
    shelf.about_report(&report(), &table[..30], &addresses());
    assert_eq!(shelf.due(NOW).len(), 3);
}

#[test]
fn nothing_is_asked_of_a_service_that_is_not_named() {
    let mut shelf = Shelf::default();
    let none = Collateral { amd: String::new(), intel: String::new(), ..addresses() };
    shelf.about_report(&report(), &[], &none);
    shelf.about_quote(&QuoteSpec::tdx_v4().bytes(), &none);
    assert_eq!(shelf.due(NOW), [""; 0]);
    assert!(shelf.is_complete(NOW));
}

#[test]
fn list_is_stapled_until_its_own_end_and_asked_for_again_before() {
    let (mut shelf, url) = waiting_for_crl();
    let end = after(2 * DAY);
    shelf.answered(&url, &[], &crl(end), REFRESH, NOW).unwrap();
    assert!(shelf.is_complete(NOW));
    assert_eq!(shelf.until(), Some(end));
    assert_eq!(shelf.next(), Some(after(REFRESH)), "every six hours while it is fresh");
    assert!(shelf.stapled(after(2 * DAY - 1)).snp.unwrap().crl.is_some());
    assert!(shelf.stapled(end).snp.unwrap().crl.is_none(), "an ended list is not stapled");
    assert!(!shelf.is_complete(end));

    let (mut shelf, url) = waiting_for_crl();
    shelf.answered(&url, &[], &crl(after(DAY + 3600)), REFRESH, NOW).unwrap();
    assert_eq!(shelf.next(), Some(after(3600)), "a day before it ends");
    shelf.answered(&url, &[], &crl(after(3600)), REFRESH, NOW).unwrap();
    assert_eq!(shelf.next(), Some(after(600)), "near its end, every ten minutes");
}

#[test]
fn silent_service_is_left_alone_for_longer_each_time() {
    let (mut shelf, url) = waiting_for_crl();
    for pause in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] {
        shelf.failed(&url, None, NOW);
        assert_eq!(shelf.next(), Some(after(pause)));
    }
    shelf.answered(&url, &[], &crl(after(9 * DAY)), REFRESH, NOW).unwrap();
    shelf.failed(&url, None, NOW);
    assert_eq!(shelf.next(), Some(after(30)), "an answer ends the pauses");
    shelf.failed(&url, Some(900), NOW);
    assert_eq!(shelf.next(), Some(after(900)), "Retry-After");
    shelf.failed(&url, Some(i64::MAX), NOW);
    assert_eq!(shelf.next(), Some(after(3600)), "and no longer than an hour");
    assert!(shelf.stapled(NOW).snp.unwrap().crl.is_some(), "what was had is kept");
}

#[test]
fn answer_that_is_something_else_or_has_ended_is_refused() {
    let (mut shelf, url) = waiting_for_crl();
    for wrong in [&b"<html>Sign in</html>"[..], b"", &[0x30, 0x82]] {
        let refused = shelf.answered(&url, &[], wrong, REFRESH, NOW).unwrap_err();
        assert!(matches!(refused, Refused::Unreadable(_)), "{refused:?}");
    }
    let refused = shelf.answered(&url, &[], &crl(NOW), REFRESH, NOW).unwrap_err();
    assert_eq!(refused, Refused::Ended(NOW));
    assert!(shelf.next() > Some(NOW), "it counts as a failure");
    assert_eq!(shelf.stapled(NOW).snp.unwrap().crl, None);
}

#[test]
fn chip_with_other_security_versions_needs_another_certificate() {
    let mut shelf = Shelf::default();
    shelf.about_report(&report(), &[], &addresses());
    let before = shelf.due(NOW);
    let mut other = ReportSpec::healthy(Product::Genoa);
    other.reported_tcb.microcode += 1;
    shelf.about_report(&other.sign(Key::Vcek), &[], &addresses());
    let after = shelf.due(NOW);
    assert_eq!(after.len(), 3);
    assert!(after.contains(&before[1]) && !after.contains(&before[0]), "{after:?}");
}

#[test]
fn quote_asks_for_four_answers_and_they_are_stapled_as_signed() {
    let collateral = CollateralSpec::tdx();
    let mut shelf = Shelf::default();
    shelf.about_quote(&QuoteSpec::tdx_v4().bytes(), &addresses());
    let due = shelf.due(NOW);
    let fmspc = hex::encode_upper(b"SIMULA");
    assert_eq!(
        due,
        [
            "http://127.0.0.1:2/root.crl".to_owned(),
            "http://127.0.0.1:2/sgx/certification/v4/pckcrl?ca=platform&encoding=der".to_owned(),
            "http://127.0.0.1:2/tdx/certification/v4/qe/identity".to_owned(),
            format!("http://127.0.0.1:2/tdx/certification/v4/tcb?fmspc={fmspc}"),
        ]
    );
    let [tcb_info, qe_identity, pck_crl, root_crl] = collateral.pcs();
    let answers = [(0, root_crl), (1, pck_crl), (2, qe_identity), (3, tcb_info)];
    for (at, answer) in answers {
        let headers: Vec<(String, String)> =
            answer.header.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        shelf.answered(&due[at], &headers, &answer.body, REFRESH, NOW).unwrap();
    }
    assert!(shelf.is_complete(NOW));
    let tdx = shelf.stapled(NOW).tdx.unwrap();
    assert_eq!(tdx.tcb_info.unwrap(), collateral.tcb_info.answer("tcbInfo"));
    assert_eq!(tdx.qe_identity.unwrap(), collateral.qe_identity.answer("enclaveIdentity"));
    assert_eq!(tdx.root_ca_crl, Some(Base64Url(collateral.root_crl.clone())));
    assert_eq!(tdx.pck_crl, Some(Base64Url(collateral.pck_crl.clone())));
    for chain in [tdx.tcb_info_issuer_chain, tdx.qe_identity_issuer_chain, tdx.pck_crl_issuer_chain]
    {
        assert_eq!(chain.unwrap().matches("BEGIN CERTIFICATE").count(), 2);
    }
}

#[test]
fn tcb_info_ends_when_intel_says_so() {
    let mut tcb_info = TcbInfoSpec::tdx();
    tcb_info.next_update = after(DAY + 60);
    let collateral = CollateralSpec::tdx().with_tcb_info(&tcb_info);
    let mut shelf = Shelf::default();
    shelf.about_quote(&QuoteSpec::tdx_v4().bytes(), &addresses());
    let url = shelf.due(NOW).pop().unwrap();
    let body = collateral.tcb_info.answer("tcbInfo");
    shelf.answered(&url, &[], body.as_bytes(), REFRESH, NOW).unwrap();
    assert_eq!(shelf.until(), Some(after(DAY + 60)));
    assert!(shelf.stapled(after(DAY)).tdx.unwrap().tcb_info.is_some());
    assert_eq!(shelf.stapled(after(2 * DAY)).tdx, None);
}

#[test]
fn file_of_no_known_kind_is_refused() {
    assert!(Shelf::with_files(&[b"hello".to_vec()]).is_err());
    let list = CollateralSpec::tdx().bytes();
    let shelf = Shelf::with_files(&[list, authority(Product::Milan, Role::Ark).to_vec()]).unwrap();
    let stapled = shelf.stapled(NOW);
    assert!(stapled.tdx.unwrap().tcb_info.is_some());
    assert!(stapled.snp.unwrap().ark.is_some());
}

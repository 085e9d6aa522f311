//! Every SEV-SNP check, with at least one report that makes exactly it fail or warn.
//!
//! A row starts from a report in which every check passes, spoils one thing and says what becomes
//! of the row's check. Every other finding must stay as it was, unless it is blocked by the row's
//! check, or the row lists it with the reason why the one cannot be had without the other.

use s2s_sim::amd::report::{
    KEY_INFO_MASK_CHIP_KEY, KEY_INFO_VLEK, PLATFORM_ALIAS_CHECK, PLATFORM_ECC, PLATFORM_TSME,
    POLICY_DEBUG, POLICY_MIGRATE_MA, POLICY_RESERVED_ONE, POLICY_SMT,
};
use s2s_sim::amd::vek::{CSP_ID, FMC_SPL, HWID, SNP_SPL};
use s2s_sim::amd::{AuthoritySpec, HwId, Role, chip_id};
use s2s_sim::certificate::{BASIC_CONSTRAINTS, Spoil};
use s2s_sim::keys::Key;
use s2s_sim::signature::{self, Algorithm};
use serde_json::json;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::{Became, NotChecked, State};
use silicon_to_source::time::{UnixTime, Validity};

use crate::common::snp::{Case, NOW};
use crate::common::table::{self, Row, Told, assert_rows, findings};

const PRODUCTS: [Product; 3] = [Product::Milan, Product::Genoa, Product::Turin];

const fn row(finding: &'static str, becomes: &'static str, spoil: fn(&mut Case)) -> Row<Case> {
    Row::new(genoa, finding, becomes, spoil)
}

fn genoa() -> Case {
    Case::vcek(Product::Genoa)
}

fn milan() -> Case {
    Case::vcek(Product::Milan)
}

fn turin() -> Case {
    Case::vcek(Product::Turin)
}

fn turin_vlek() -> Case {
    Case::vlek(Product::Turin)
}

fn genoa_vlek() -> Case {
    Case::vlek(Product::Genoa)
}

/// Certificates that are valid around 2050, when the pinned root has ended.
fn after_the_root() -> Case {
    let validity = Validity { not_before: UnixTime(0), not_after: UnixTime(3_000_000_000) };
    let mut case = genoa();
    case.vek.as_mut().unwrap().validity = validity;
    case.ask.as_mut().unwrap().validity = validity;
    let crl = case.crl.as_mut().unwrap();
    (crl.this_update, crl.next_update) = (validity.not_before, Some(validity.not_after));
    case
}

fn ask(case: &mut Case, spoil: Spoil) {
    case.ask.as_mut().unwrap().spoil = Some(spoil);
}

fn vek(case: &mut Case, spoil: Spoil) {
    case.vek.as_mut().unwrap().spoil = Some(spoil);
}

const ASKED: &str = "the guest asks for it, and the platform does not do it";
const OTHER_ISSUER: &str = "the key's certificate does not name this intermediate key";
const UNSOUND: &str = "the door for signatures does not know these parameters";

const ROWS: &[Row<Case>] = &[
    // S4 to S6: the root, the intermediate key, the revocation list.
    row("snp.root.pinned", "fail wrong-root", |case| {
        ask(case, Spoil::IssuerName("ARK-Milan".into()));
    }),
    row("snp.root.supplied", "warn not-equal", |case| {
        let validity = Validity { not_before: UnixTime(0), not_after: UnixTime(3_000_000_000) };
        let own = AuthoritySpec { validity, ..AuthoritySpec::new(Product::Genoa, Role::Ark) };
        case.root = Some(own.der());
    }),
    row("snp.ask.role", "fail not-a-ca", |case| ask(case, Spoil::NotCa)),
    row("snp.ask.role", "fail not-a-ca", |case| ask(case, Spoil::NoKeyCertSign)),
    row("snp.ask.role", "fail unknown-extension", |case| {
        ask(case, Spoil::UnknownCriticalExtension);
    }),
    row("snp.ask.role", "fail wrong-key", |case| ask(case, Spoil::P256SubjectKey))
        .on(genoa_vlek)
        .also(&[("snp.vek.signature", "fail bad-signature", "the key is another one")]),
    row("snp.ask.parameters", "fail wrong-parameters", |case| ask(case, Spoil::PssSha256)),
    row("snp.ask.parameters", "fail wrong-parameters", |case| ask(case, Spoil::Pkcs1v15)),
    row("snp.ask.parameters", "fail wrong-parameters", |case| ask(case, Spoil::PssSaltLength20))
        .also(&[("snp.ask.signature", "fail bad-signature", UNSOUND)]),
    row("snp.ask.parameters", "fail wrong-parameters", |case| ask(case, Spoil::PssMgf1Sha256))
        .also(&[("snp.ask.signature", "fail bad-signature", UNSOUND)]),
    row("snp.ask.signature", "fail bad-signature", |case| ask(case, Spoil::WrongKey)),
    row("snp.ask.signature", "fail bad-signature", |case| ask(case, Spoil::WrongKey))
        .on(genoa_vlek),
    row("snp.ask.validity", "fail expired", |case| ask(case, Spoil::Expired)),
    row("snp.ask.validity", "fail not-yet-valid", |case| ask(case, Spoil::NotYetValid)),
    row("snp.ark.validity", "fail expired", |case| case.now = UnixTime(2_540_000_000))
        .on(after_the_root),
    row("snp.crl.signature", "fail bad-signature", |case| {
        case.crl.as_mut().unwrap().signer = Key::Ask;
    }),
    row("snp.crl.signature", "fail bad-signature", |case| {
        let salt = Algorithm::Pss {
            hash: signature::Hash::Sha384,
            mgf1: signature::Hash::Sha384,
            salt: 20,
        };
        case.crl.as_mut().unwrap().algorithm = salt;
    }),
    row("snp.crl.freshness", "fail stale", |case| {
        case.crl.as_mut().unwrap().next_update = Some(UnixTime(NOW.0 - 1));
    }),
    row("snp.crl.freshness", "fail not-yet-valid", |case| {
        case.crl.as_mut().unwrap().this_update = UnixTime(NOW.0 + 1);
    }),
    row("snp.crl.freshness", "fail missing", |case| {
        case.crl.as_mut().unwrap().next_update = None;
    }),
    row("snp.crl.revocation", "fail revoked", |case| {
        case.crl.as_mut().unwrap().revoked =
            vec![vec![9], Role::Ask.serial(Product::Genoa).to_vec()];
    }),
    row("snp.crl.revocation", "fail revoked", |case| {
        case.crl.as_mut().unwrap().revoked = vec![Role::Asvk.serial(Product::Turin).to_vec()];
    })
    .on(turin_vlek),
    // S2, S3, S5, S8, S9: the chip's or provider's key.
    row("snp.product", "fail not-equal", |case| {
        case.vek.as_mut().unwrap().product_name = "Milan-B0".into();
    }),
    row("snp.product", "fail missing", |case| {
        case.vek.as_mut().unwrap().product_name = "Rome".into();
    }),
    row("snp.product", "fail unsupported", |case| case.report.cpuid = [0x1a, 0x50, 0]),
    row("snp.vek.role", "fail wrong-ids", |case| {
        vek(case, Spoil::ExtraExtension(CSP_ID, b"\x16\x01x".to_vec()));
    }),
    row("snp.vek.role", "fail wrong-ids", |case| {
        vek(case, Spoil::MissingExtension(CSP_ID));
    })
    .on(turin_vlek),
    row("snp.vek.role", "fail is-a-ca", |case| {
        vek(case, Spoil::ExtraExtension(BASIC_CONSTRAINTS, vec![0x30, 3, 1, 1, 0xff]));
    }),
    row("snp.vek.role", "fail unknown-extension", |case| {
        vek(case, Spoil::UnknownCriticalExtension);
    }),
    row("snp.vek.role", "fail wrong-issuer", |case| {
        vek(case, Spoil::IssuerName("SEV-Milan".into()));
    })
    .also(&[("snp.vek.signature", "fail wrong-issuer", OTHER_ISSUER)]),
    row("snp.vek.role", "fail wrong-key", |case| vek(case, Spoil::P256SubjectKey)).also(&[(
        "snp.report.signature",
        "fail bad-signature",
        "the key is another one",
    )]),
    row("snp.vek.parameters", "fail wrong-parameters", |case| vek(case, Spoil::PssSha256)),
    row("snp.vek.parameters", "fail wrong-parameters", |case| vek(case, Spoil::Pkcs1v15)),
    row("snp.vek.parameters", "fail wrong-parameters", |case| vek(case, Spoil::PssSaltLength20))
        .also(&[("snp.vek.signature", "fail bad-signature", UNSOUND)]),
    row("snp.vek.parameters", "fail wrong-parameters", |case| vek(case, Spoil::PssMgf1Sha256))
        .also(&[("snp.vek.signature", "fail bad-signature", UNSOUND)]),
    row("snp.vek.signature", "fail bad-signature", |case| vek(case, Spoil::WrongKey)),
    row("snp.vek.signature", "fail bad-signature", |case| vek(case, Spoil::WrongKey))
        .on(turin_vlek),
    row("snp.vek.validity", "fail expired", |case| vek(case, Spoil::Expired)),
    row("snp.vek.validity", "fail not-yet-valid", |case| vek(case, Spoil::NotYetValid)),
    row("snp.vek.validity", "fail expired", |case| vek(case, Spoil::Expired)).on(genoa_vlek),
    row("snp.vek.tcb/bootloader", "fail not-equal", |case| {
        case.vek.as_mut().unwrap().tcb.bootloader += 1;
    }),
    row("snp.vek.tcb/tee", "fail not-equal", |case| case.vek.as_mut().unwrap().tcb.tee += 1),
    row("snp.vek.tcb/snp", "fail not-equal", |case| case.vek.as_mut().unwrap().tcb.snp -= 1),
    row("snp.vek.tcb/microcode", "fail not-equal", |case| {
        case.vek.as_mut().unwrap().tcb.microcode += 1;
    }),
    row("snp.vek.tcb/fmc", "fail not-equal", |case| case.vek.as_mut().unwrap().tcb.fmc += 1)
        .on(turin),
    row("snp.vek.tcb/fmc", "fail missing", |case| vek(case, Spoil::MissingExtension(FMC_SPL)))
        .on(turin),
    row("snp.vek.tcb/snp", "fail missing", |case| vek(case, Spoil::MissingExtension(SNP_SPL))),
    row("snp.vek.tcb/microcode", "fail not-equal", |case| {
        case.vek.as_mut().unwrap().tcb.microcode -= 1;
    })
    .on(genoa_vlek),
    row("snp.chip-id", "fail not-equal", |case| {
        let mut other = chip_id(Product::Genoa);
        other[63] ^= 1;
        case.vek.as_mut().unwrap().hwid = Some(HwId::Raw(other));
    }),
    row("snp.chip-id", "fail not-equal", |case| {
        case.vek.as_mut().unwrap().hwid = Some(HwId::OctetString(vec![7; 64]));
    }),
    row("snp.chip-id", "fail missing", |case| vek(case, Spoil::MissingExtension(HWID))).also(&[(
        "snp.vek.role",
        "fail wrong-ids",
        "a VCEK without a chip id is none",
    )]),
    row("snp.chip-id", "fail missing", |case| {
        case.vek.as_mut().unwrap().hwid = Some(HwId::Raw(vec![7; 8]));
    }),
    row("snp.chip-id", "warn masked", |case| case.report.chip_id = [0; 64]),
    row("snp.chip-id", "fail malformed", |case| case.report.chip_id[8] = 1).on(turin),
    row("snp.product.standing", "fail not-listed", |case| {
        case.rule("products", json!(["milan", "turin"]));
    }),
    row("snp.product.standing", "warn weak-product", |case| case.rule("weak-product", "warn"))
        .on(milan),
    row("snp.product.standing", "fail weak-product", |case| case.rule("weak-product", "deny"))
        .on(milan),
    // S1, S2, S7: the report.
    row("snp.report.version", "warn no-cpuid", |case| case.report.version = 2).also(&[
        ("snp.tcb.minimum/committed.microcode", "unknown not-applicable", WITHOUT_STEPPING),
        ("snp.tcb.minimum/current.microcode", "unknown not-applicable", WITHOUT_STEPPING),
        ("snp.tcb.minimum/launch.microcode", "unknown not-applicable", WITHOUT_STEPPING),
        ("snp.tcb.minimum/reported.microcode", "unknown not-applicable", WITHOUT_STEPPING),
    ]),
    row("snp.report.algorithm", "fail unsupported", |case| case.report.signature_algorithm = 2),
    row("snp.report.algorithm", "fail unsupported", |case| case.report.signature_algorithm = 0),
    row("snp.report.reserved", "warn set", |case| case.before_signing = |report| report[0x4c] = 1),
    row("snp.report.reserved", "warn set", |case| case.before_signing = |report| report[0x18b] = 1),
    row("snp.report.reserved", "warn set", |case| case.before_signing = |report| report[0x1f8] = 1),
    row("snp.report.reserved", "warn set", |case| case.before_signing = |report| report[0x3a] = 1),
    row("snp.report.reserved", "warn set", |case| case.before_signing = |report| report[0x48] = 32),
    row("snp.report.reserved", "warn set", |case| case.before_signing = |report| report[0x208] = 1)
        .on(turin),
    row("snp.report.reserved", "fail set", |case| {
        case.before_signing = |report| report[0x29f] = 1;
        case.rule("reserved", "deny");
    }),
    row("snp.report.signing-key", "fail not-equal", |case| case.report.key_info = KEY_INFO_VLEK),
    row("snp.report.signing-key", "fail not-equal", |case| case.report.key_info = 0).on(genoa_vlek),
    row("snp.report.signing-key", "fail unsupported", |case| case.report.key_info = 7 << 2),
    row("snp.report.signing-key", "fail unsupported", |case| case.report.key_info = 2 << 2),
    row("snp.report.signing-key", "fail masked", |case| {
        case.report.key_info = KEY_INFO_MASK_CHIP_KEY;
    }),
    row("snp.report.signature", "fail bad-signature", |case| case.signer = Key::StrangerP384),
    row("snp.report.signature", "fail bad-signature", |case| {
        case.after_signing = |report| report[0x50] ^= 1;
    }),
    row("snp.report.signature", "fail malformed", |case| {
        case.after_signing = |report| report[0x49f] = 1;
    }),
    row("snp.report.signature", "fail malformed", |case| {
        case.after_signing = |report| report[0x2a0 + 48] = 1;
    }),
    row("snp.report.signature", "fail malformed", |case| {
        case.after_signing = |report| report[0x2e8 + 71] = 1;
    }),
    row("snp.report.signature", "fail bad-signature", |case| {
        case.after_signing = |report| report[0x2a0..].fill(0);
    }),
    // S10 to S12, S14, S22: firmware and platform.
    row("snp.tcb.order/reported", "fail newer", |case| {
        case.report.reported_tcb.bootloader += 1;
        case.vek.as_mut().unwrap().tcb.bootloader += 1;
    }),
    row("snp.tcb.order/committed", "fail newer", |case| case.report.committed_tcb.tee += 1)
        .also(&[("snp.tcb.provisional", "warn provisional", "committed differs from current")]),
    row("snp.tcb.order/launch", "warn newer", |case| case.report.launch_tcb.fmc += 1).on(turin),
    row("snp.tcb.provisional", "warn provisional", |case| {
        case.report.committed_tcb.bootloader -= 1
    }),
    row("snp.tcb.provisional", "warn provisional", |case| case.report.committed_version.build -= 1),
    row("snp.tcb.provisional", "fail provisional", |case| {
        case.report.committed_tcb.fmc -= 1;
        case.rule("provisional-firmware", "deny");
    })
    .on(turin),
    row("snp.tcb.minimum/launch.snp", "warn below-minimum", |case| case.report.launch_tcb.snp = 26),
    row("snp.tcb.minimum/launch.microcode", "fail below-minimum", |case| {
        case.report.launch_tcb.microcode = 0x53;
        case.rule("below-minimum", "deny");
    }),
    row("snp.tcb.minimum/launch.snp", "warn below-minimum", |case| case.report.launch_tcb.snp = 3)
        .on(turin),
    row("snp.tcb.minimum/launch.bootloader", "fail below-floor", |case| {
        case.report.launch_tcb.bootloader = 2;
    }),
    row("snp.firmware.minimum/committed", "fail below-minimum", |case| {
        case.rule("minimum-firmware", json!({ "major": 1, "minor": 55, "build": 50 }));
    }),
    row("snp.firmware.minimum/current", "fail below-minimum", |case| {
        case.rule("minimum-firmware", json!({ "major": 1, "minor": 56, "build": 0 }));
    }),
    row("snp.mitigations", "warn dropped", |case| case.report.current_mitigations = 0b010)
        .on(turin),
    row("snp.platform.smt", "fail disagree", |case| case.report.policy &= !POLICY_SMT).also(&[(
        "snp.guest-policy.smt",
        "pass",
        ASKED,
    )]),
    row("snp.platform.tsme", "warn clear", |case| {
        case.report.platform_info &= !PLATFORM_TSME;
        case.rule("without-tsme", "warn");
    }),
    row("snp.platform.tsme", "fail clear", |case| {
        case.report.platform_info &= !PLATFORM_TSME;
        case.rule("without-tsme", "deny");
    }),
    row("snp.platform.ecc", "fail clear", |case| {
        case.report.platform_info &= !PLATFORM_ECC;
        case.rule("without-ecc", "deny");
    }),
    row("snp.platform.rapl-disabled", "fail clear", |case| {
        case.rule("without-rapl-disabled", "deny");
    }),
    row("snp.platform.rapl-disabled", "fail disagree", |case| case.report.policy |= 1 << 23)
        .also(&[("snp.guest-policy.rapl-disabled", "pass", ASKED)]),
    row("snp.platform.ciphertext-hiding", "fail clear", |case| {
        case.rule("without-ciphertext-hiding", "deny");
    }),
    row("snp.platform.ciphertext-hiding", "fail disagree", |case| case.report.policy |= 1 << 24)
        .also(&[("snp.guest-policy.ciphertext-hiding", "pass", ASKED)]),
    row("snp.platform.alias-check", "warn clear", |case| {
        case.report.platform_info &= !PLATFORM_ALIAS_CHECK;
    }),
    row("snp.platform.iommu-write-safe", "fail clear", |case| {
        case.rule("without-iommu-write-safe", "deny");
    }),
    row("snp.platform.tio", "fail set", |case| {
        case.report.platform_info |= 1 << 7;
        case.rule("tio", "deny");
    }),
    row("snp.platform.reserved", "warn set", |case| case.report.platform_info |= 1 << 8),
    row("snp.platform.reserved", "fail set", |case| {
        case.report.platform_info |= 1 << 63;
        case.rule("reserved", "deny");
    }),
    // S13: the guest policy.
    row("snp.guest-policy.debug", "fail set", |case| case.report.policy |= POLICY_DEBUG),
    row("snp.guest-policy.migration-agent", "fail set", |case| {
        case.report.policy |= POLICY_MIGRATE_MA;
    }),
    row("snp.guest-policy.abi", "fail disagree", |case| case.report.policy += 1),
    row("snp.guest-policy.abi", "fail below-minimum", |case| case.report.policy -= 6),
    row("snp.guest-policy.smt", "fail set", |case| case.rule("smt", "deny")).also(&[(
        "snp.platform.smt",
        "fail set",
        "one rule is for what the guest allows and for what the platform does",
    )]),
    row("snp.guest-policy.single-socket", "fail clear", |case| {
        case.rule("unasked-single-socket", "deny");
    }),
    row("snp.guest-policy.cxl", "warn set", |case| case.report.policy |= 1 << 21),
    row("snp.guest-policy.aes-256-xts", "fail clear", |case| {
        case.rule("unasked-aes-256-xts", "deny");
    }),
    row("snp.guest-policy.rapl-disabled", "fail clear", |case| {
        case.rule("unasked-rapl-disabled", "deny");
    }),
    row("snp.guest-policy.ciphertext-hiding", "fail clear", |case| {
        case.rule("unasked-ciphertext-hiding", "deny");
    }),
    row("snp.guest-policy.page-swap-disabled", "fail clear", |case| {
        case.rule("unasked-page-swap-disabled", "deny");
    }),
    row("snp.guest-policy.reserved", "warn clear", |case| {
        case.report.policy &= !POLICY_RESERVED_ONE;
    }),
    row("snp.guest-policy.reserved", "warn set", |case| case.report.policy |= 1 << 26),
    // S15 to S21: the guest's identity.
    row("snp.vmpl", "fail not-listed", |case| case.report.vmpl = 1),
    row("snp.vmpl", "fail host-requested", |case| case.report.vmpl = u32::MAX),
    row("snp.guest-svn", "fail below-minimum", |case| case.report.guest_svn = 0),
    row("snp.family-id", "fail not-equal", |case| case.report.family_id[15] = 1),
    row("snp.image-id", "fail not-equal", |case| case.report.image_id[0] = 1),
    row("snp.id-key", "fail not-listed", |case| case.report.id_key_digest[47] = 1),
    row("snp.author-key", "fail disagree", |case| case.report.author_key_digest[0] = 1),
    row("snp.author-key", "fail disagree", |case| case.report.key_info |= 1),
    row("snp.author-key", "fail not-listed", |case| {
        case.report.author_key_digest[0] = 1;
        case.report.key_info |= 1;
    }),
    row("snp.measurement", "fail not-listed", |case| case.report.measurement[0] ^= 1),
    row("snp.host-data", "fail not-equal", |case| case.report.host_data[31] = 1),
    row("snp.report-data", "fail not-equal", |case| case.report.report_data[63] = 1),
    row("snp.migration-report", "fail set", |case| case.report.report_id_ma[31] = 0),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    table::told(ROWS)
}

const WITHOUT_STEPPING: &str = "version 2 does not say which CPU, and microcode counts by stepping";

#[test]
fn every_check_has_a_report_that_makes_exactly_it_fail() {
    assert_rows(ROWS, |case| case.examine().unwrap());
}

/// The bits for which a policy has no wish unless it says so.
fn is_without_a_wish(check: &str, outcome: &str) -> bool {
    let of_bits = check.starts_with("snp.guest-policy.") || check.starts_with("snp.platform.");
    of_bits && outcome == "unknown no-reference"
}

#[test]
fn healthy_reports_of_every_product_version_and_kind_of_key_are_verified() {
    for product in PRODUCTS {
        for make in [Case::vcek, Case::vlek] {
            for version in 2..=5 {
                let mut case = make(product);
                case.report.version = version;
                let report = case.examine().unwrap();
                let found = findings(&report);
                let what = format!("{product} version {version}: {found:#?}");
                let mut open: Vec<(&str, &str)> = found
                    .iter()
                    .filter(|(finding, _)| finding.starts_with("snp."))
                    .map(|(finding, outcome)| (finding.as_str(), outcome.as_str()))
                    .filter(|(_, outcome)| !["pass", "unknown not-applicable"].contains(outcome))
                    .filter(|(check, outcome)| !is_without_a_wish(check, outcome))
                    .collect();
                // The policy of these tests allows Milan, whose weakness was published.
                let weak = ("snp.product.standing", "allowed weak-product");
                assert_eq!(open.contains(&weak), product == Product::Milan, "{what}");
                open.retain(|open| *open != weak);
                if version == 2 {
                    assert_eq!(report.verdict.state, State::Warning, "{what}");
                    open.retain(|open| *open != ("snp.report.version", "warn no-cpuid"));
                } else if product == Product::Milan {
                    assert_eq!(report.verdict.state, State::Warning, "{what}");
                } else {
                    assert_eq!(report.verdict.state, State::Verified, "{what}");
                }
                assert!(open.is_empty(), "{what}");
                let is_told = |open: &NotChecked| {
                    open.check.id.starts_with("link.") || open.why == "no-reference"
                };
                assert!(report.not_checked.iter().all(is_told), "{what}");
            }
        }
    }
}

#[test]
fn unknown_report_versions_are_errors_that_name_field_and_offset() {
    for version in [0, 1, 6, 7, 255, 256, u32::MAX] {
        let mut case = genoa();
        case.report.version = version;
        let error = case.examine().unwrap_err();
        if version < 256 {
            let text = error.to_string();
            assert!(text.contains("SNP report version at byte 0"), "{version}: {text}");
            assert!(text.contains(&format!("is {version},")), "{text}");
            assert_eq!(error.code(), "unsupported");
            assert_eq!(error.span().map(|at| (at.start, at.len)), Some((0, 4)));
        }
    }
}

#[test]
fn real_roots_do_not_vouch_for_simulated_chips_nor_simulated_roots_for_others() {
    for product in PRODUCTS {
        let mut case = Case::vcek(product);
        case.policy["roots"] = "vendor".into();
        case.crl = None;
        let report = case.examine().unwrap();
        assert_eq!(report.verdict.state, State::Failed);
        let found = findings(&report);
        assert_eq!(found["snp.root.pinned"], "fail simulated");
        assert!(report.simulated);
        assert_eq!(found["snp.ask.signature"], "fail bad-signature");
        assert_eq!(found["snp.root.supplied"], "warn not-equal");
        case.policy["roots"] = "simulated".into();
        assert_eq!(case.examine().unwrap().verdict.state, State::Unknown, "no revocation list");
    }
}

#[test]
fn strict_policy_without_a_revocation_list_is_undecided() {
    let strict = builtin("snp-strict").unwrap().json.replacen(
        "\"required\"",
        "\"roots\": \"simulated\", \"required\"",
        1,
    );
    let mut case = genoa();
    case.policy = serde_json::from_str(&strict).unwrap();
    case.rule("measurements", json!([hex::encode(case.report.measurement)]));
    assert_eq!(case.examine().unwrap().verdict.state, State::Verified);
    case.crl = None;
    let report = case.examine().unwrap();
    assert_eq!(report.verdict.state, State::Unknown);
    let because: Vec<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
    assert_eq!(because, ["snp.crl.signature", "snp.crl.freshness", "snp.crl.revocation"]);
}

#[test]
fn policy_that_requires_nothing_verifies_nothing() {
    let mut case = genoa();
    case.policy["required"] = json!([]);
    let report = case.examine().unwrap();
    assert!(findings(&report).values().all(|outcome| !outcome.starts_with("fail")));
    assert_eq!(report.verdict.state, State::Unknown);
}

#[test]
fn policy_cannot_leave_out_who_said_it() {
    let mut case = genoa();
    case.policy["required"] = json!(["snp.vmpl"]);
    case.vek = None;
    assert_eq!(case.examine().unwrap().verdict.state, State::Unknown);
    let mut case = genoa();
    case.policy["required"] = json!(["snp.vmpl"]);
    case.signer = Key::StrangerP384;
    assert_eq!(case.examine().unwrap().verdict.state, State::Failed);
}

#[test]
fn endorsements_of_other_chips_beside_the_right_one_change_nothing() {
    let case = genoa();
    let healthy = case.examine().unwrap();
    let mut other = genoa();
    other.vek.as_mut().unwrap().hwid = Some(HwId::Raw(vec![9; 64]));
    let mut older = genoa();
    older.vek.as_mut().unwrap().tcb.snp -= 1;
    let further = [
        other.vek.as_ref().unwrap().der(),
        older.vek.as_ref().unwrap().der(),
        Case::vlek(Product::Genoa).vek.unwrap().der(),
        AuthoritySpec::new(Product::Milan, Role::Ask).der(),
        AuthoritySpec::new(Product::Genoa, Role::Asvk).der(),
    ];
    let own = case.collateral();
    let policy: Policy = case.parsed_policy();
    for first in [&further[..], &own[..]] {
        let second = if first.len() == further.len() { &own[..] } else { &further[..] };
        let files: Vec<&[u8]> = first.iter().chain(second).map(Vec::as_slice).collect();
        let report =
            crate::common::examine(&case.report_bytes(), &files, Some(&policy), NOW).unwrap();
        assert_eq!(findings(&report), findings(&healthy));
        assert_eq!(report.verdict.state, State::Verified);
    }
}

#[test]
fn several_revocation_lists_are_told_apart_and_none_hides_another() {
    let case = genoa();
    let policy = case.parsed_policy();
    let list = |product, revoked: Vec<Vec<u8>>| {
        let mut crl = Case::vcek(product).crl.unwrap();
        crl.revoked = revoked;
        crl.der()
    };
    let examine = |lists: &[Vec<u8>]| {
        let own = [case.vek.as_ref().unwrap().der(), case.ask.as_ref().unwrap().der()];
        let files: Vec<&[u8]> = own.iter().chain(lists).map(Vec::as_slice).collect();
        crate::common::examine(&case.report_bytes(), &files, Some(&policy), NOW).unwrap()
    };
    let (genoa, milan) = (list(Product::Genoa, vec![]), list(Product::Milan, vec![]));
    let revoking = list(Product::Genoa, vec![Role::Ask.serial(Product::Genoa).to_vec()]);
    for lists in [vec![genoa.clone(), milan.clone()], vec![milan, genoa.clone()]] {
        assert_eq!(examine(&lists).verdict.state, State::Verified, "another product's beside it");
    }
    for lists in [vec![genoa.clone(), revoking.clone()], vec![revoking, genoa]] {
        let report = examine(&lists);
        assert_eq!(findings(&report)["snp.crl.revocation"], "fail revoked");
        assert_eq!(report.verdict.state, State::Failed);
    }
}

/// What lies beside a report and is about another product, chip or key is left aside.
#[test]
fn what_is_about_another_key_is_as_good_as_absent() {
    type Make = fn() -> Case;
    type Change = fn(&mut Case);
    let rows: [(Make, Change, Change); 5] = [
        (
            genoa,
            |case| case.ask = Some(AuthoritySpec::new(Product::Milan, Role::Ask)),
            |case| case.ask = None,
        ),
        (genoa, |case| ask(case, Spoil::P256SubjectKey), |case| case.ask = None),
        (
            genoa_vlek,
            |case| case.ask = Some(AuthoritySpec::new(Product::Genoa, Role::Ask)),
            |case| case.ask = None,
        ),
        (genoa, |case| case.crl.as_mut().unwrap().product = Product::Milan, |case| case.crl = None),
        (
            genoa,
            |case| {
                let vek = case.vek.as_mut().unwrap();
                (vek.subject_key, vek.tcb.tee) = (Key::StrangerP384, vek.tcb.tee + 1);
            },
            |case| case.vek = None,
        ),
    ];
    for (number, (base, strange, absent)) in rows.into_iter().enumerate() {
        let (mut with, mut without) = (base(), base());
        strange(&mut with);
        absent(&mut without);
        let (with, without) = (with.examine().unwrap(), without.examine().unwrap());
        assert_eq!(findings(&with), findings(&without), "row {number}");
        assert_eq!(with.verdict.state, without.verdict.state, "row {number}");
        let unused = with.files.iter().filter(|file| file.became == Became::NotAboutThis);
        assert_eq!(unused.count(), 1, "row {number}");
    }
}

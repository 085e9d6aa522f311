//! The `sev` crate as an oracle over generated reports and certificates.
//!
//! The crate answers one question: do the chain's and the report's signatures hold? Ours is
//! compared with it over everything the simulated AMD can spoil. Where the two differ, the case is
//! listed with the reason.

use s2s_sim::amd::report::{KEY_INFO_MASK_CHIP_KEY, LEN, POLICY_DEBUG};
use s2s_sim::amd::vek::{CSP_ID, HWID, SNP_SPL};
use s2s_sim::amd::{AuthoritySpec, HwId, Role, authority};
use s2s_sim::certificate::Spoil;
use s2s_sim::keys::Key;
use sev::certs::snp::{Certificate, Chain, Verifiable as _, ca};
use sev::firmware::guest::AttestationReport;
use sev::parser::ByteParser as _;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::State;

use crate::common::snp::Case;
use crate::common::table::findings;

/// What the `sev` crate says: the ARK signs itself and the ASK, the ASK signs the VEK, the VEK
/// signs the report.
fn oracle(case: &Case) -> Result<(), String> {
    let certificate = |der: &[u8]| Certificate::from_der(der).map_err(|error| error.to_string());
    let chain = Chain {
        ca: ca::Chain {
            ark: certificate(authority(case.report.product, Role::Ark))?,
            ask: certificate(&case.ask.as_ref().unwrap().der())?,
        },
        vek: certificate(&case.vek.as_ref().unwrap().der())?,
    };
    let report = case.report_bytes();
    let report = AttestationReport::from_bytes(&report).map_err(|error| error.to_string())?;
    (&chain, &report).verify().map_err(|error| error.to_string())
}

/// Our answer to the same question: the three signatures.
fn ours(case: &Case) -> bool {
    case.examine().is_ok_and(|report| {
        let found = findings(&report);
        ["snp.ask.signature", "snp.vek.signature", "snp.report.signature"]
            .iter()
            .all(|check| found.get(*check).is_some_and(|outcome| outcome == "pass"))
    })
}

/// Our whole answer.
fn verified(case: &Case) -> bool {
    case.examine().is_ok_and(|report| report.verdict.state <= State::Warning)
}

fn genoa() -> Case {
    Case::vcek(Product::Genoa)
}

fn vek(case: &mut Case, spoil: Spoil) {
    case.vek.as_mut().unwrap().spoil = Some(spoil);
}

fn ask(case: &mut Case, spoil: Spoil) {
    case.ask.as_mut().unwrap().spoil = Some(spoil);
}

/// What is spoiled, and how.
type Spoiled = (&'static str, fn(&mut Case));

/// Our check, what the crate does instead, and how it is spoiled.
type Refused = (&'static str, &'static str, fn(&mut Case));

/// Both say the same about these: the signatures hold, or they do not.
const AGREED: &[Spoiled] = &[
    ("nothing", |_| {}),
    ("report by a stranger", |case| case.signer = Key::StrangerP384),
    ("report changed", |case| case.after_signing = |report| report[0x90] ^= 1),
    ("REPORT_DATA changed", |case| case.after_signing = |report| report[0x8f] ^= 0x80),
    ("R changed", |case| case.after_signing = |report| report[0x2a0] ^= 1),
    ("S changed", |case| case.after_signing = |report| report[0x2e8] ^= 1),
    ("no signature", |case| case.after_signing = |report| report[0x2a0..].fill(0)),
    ("debug allowed", |case| case.report.policy |= POLICY_DEBUG),
    ("VEK by a stranger", |case| vek(case, Spoil::WrongKey)),
    ("VEK with another salt", |case| vek(case, Spoil::PssSaltLength20)),
    ("VEK with another mask", |case| vek(case, Spoil::PssMgf1Sha256)),
    ("VEK with a trailing byte", |case| vek(case, Spoil::TrailingByte)),
    ("VEK of a P-256 key", |case| vek(case, Spoil::P256SubjectKey)),
    ("ASK by a stranger", |case| ask(case, Spoil::WrongKey)),
    ("ASK with another salt", |case| ask(case, Spoil::PssSaltLength20)),
    ("ASK with another mask", |case| ask(case, Spoil::PssMgf1Sha256)),
];

/// The `sev` crate says that the signatures hold, and our whole answer is a failure: it does not
/// look at these.
const ONLY_WE_REFUSE: &[Refused] = &[
    ("snp.vek.validity", "dates are not looked at", |case| vek(case, Spoil::Expired)),
    ("snp.vek.validity", "dates are not looked at", |case| vek(case, Spoil::NotYetValid)),
    ("snp.ask.validity", "dates are not looked at", |case| ask(case, Spoil::Expired)),
    ("snp.ask.role", "basicConstraints is not looked at", |case| ask(case, Spoil::NotCa)),
    ("snp.ask.role", "keyUsage is not looked at", |case| ask(case, Spoil::NoKeyCertSign)),
    ("snp.root.pinned", "issuer names are not looked at", |case| {
        ask(case, Spoil::IssuerName("ARK-Milan".into()));
    }),
    ("snp.vek.role", "a provider id beside a chip id is not looked at", |case| {
        vek(case, Spoil::ExtraExtension(CSP_ID, b"\x16\x01x".to_vec()));
    }),
    ("snp.vek.signature", "issuer names are not looked at", |case| {
        vek(case, Spoil::IssuerName("SEV-Milan".into()));
    }),
    ("snp.product", "the product name is not looked at", |case| {
        case.vek.as_mut().unwrap().product_name = "Turin".into();
    }),
    ("snp.vek.tcb", "security versions are left to the caller", |case| {
        case.vek.as_mut().unwrap().tcb.microcode += 1;
    }),
    ("snp.vek.tcb", "security versions are left to the caller", |case| {
        vek(case, Spoil::MissingExtension(SNP_SPL));
    }),
    ("snp.chip-id", "the chip id is left to the caller", |case| {
        case.vek.as_mut().unwrap().hwid = Some(HwId::Raw(vec![7; 64]));
    }),
    ("snp.chip-id", "the chip id is left to the caller", |case| {
        vek(case, Spoil::MissingExtension(HWID));
    }),
    ("snp.report.signing-key", "KEY_INFO is left to the caller", |case| {
        case.report.key_info = KEY_INFO_MASK_CHIP_KEY;
    }),
    ("snp.report.algorithm", "SIGNATURE_ALGO is left to the caller", |case| {
        case.report.signature_algorithm = 2;
    }),
    ("snp.guest-policy.debug", "the guest policy is left to the caller", |case| {
        case.report.policy |= POLICY_DEBUG;
    }),
    ("snp.report.signature", "R beyond its 48 bytes is not looked at", |case| {
        case.after_signing = |report| report[0x2d0] = 1;
    }),
    ("snp.report.signature", "S beyond its 48 bytes is not looked at", |case| {
        case.after_signing = |report| report[0x32f] = 1;
    }),
    ("snp.report.signature", "the bytes after S are not looked at", |case| {
        case.after_signing = |report| report[LEN - 1] = 1;
    }),
];

/// Signatures that hold for us under the algorithm that they name, and not for the `sev` crate,
/// which knows one algorithm only. `snp.ask.parameters` and `snp.vek.parameters` refuse them.
const OTHER_ALGORITHM: &[Spoiled] = &[
    ("snp.vek.parameters", |case| vek(case, Spoil::PssSha256)),
    ("snp.vek.parameters", |case| vek(case, Spoil::Pkcs1v15)),
    ("snp.ask.parameters", |case| ask(case, Spoil::PssSha256)),
    ("snp.ask.parameters", |case| ask(case, Spoil::Pkcs1v15)),
];

/// But for version 2 with a masked chip id: the crate tells the layout of the security versions by
/// the chip id, ours by the product in the certificate.
#[test]
fn both_agree_on_healthy_evidence_of_every_product_and_version() {
    for product in [Product::Milan, Product::Genoa, Product::Turin] {
        for make in [Case::vcek, Case::vlek] {
            for version in 2..=5 {
                let mut case = make(product);
                case.report.version = version;
                if version == 2 && case.report.chip_id == [0; 64] {
                    let refusal = oracle(&case).unwrap_err();
                    assert!(refusal.contains("identification of the CPU"), "{refusal}");
                } else {
                    assert_eq!(oracle(&case), Ok(()), "{product} version {version}");
                }
                assert!(ours(&case) && verified(&case), "{product} version {version}");
            }
        }
    }
}

/// An intermediate that is not this chip's is left aside, and the one that comes with the verifier
/// counts; the `sev` crate takes what it is given.
#[test]
fn an_intermediate_of_another_kind_decides_nothing() {
    let mut case = genoa();
    case.ask = Some(AuthoritySpec::new(Product::Genoa, Role::Asvk));
    assert!(oracle(&case).is_err());
    assert!(ours(&case) && verified(&case));
}

#[test]
fn both_agree_on_spoiled_signatures() {
    let mut held = 0;
    for (what, spoil) in AGREED {
        let mut case = genoa();
        spoil(&mut case);
        let (oracle, ours) = (oracle(&case), ours(&case));
        assert_eq!(oracle.is_ok(), ours, "{what}: sev says {oracle:?}");
        held += usize::from(ours);
    }
    assert_eq!(held, 2, "nothing, and debug: their signatures hold");
}

#[test]
fn what_only_we_refuse_is_refused_by_the_check_that_looks_at_it() {
    for (check, reason, spoil) in ONLY_WE_REFUSE {
        let mut case = genoa();
        spoil(&mut case);
        assert_eq!(oracle(&case), Ok(()), "{reason}");
        let report = case.examine().unwrap();
        assert_eq!(report.verdict.state, State::Failed, "{reason}");
        let because: Vec<&str> = report.verdict.because.iter().map(|by| by.check.id).collect();
        assert!(because.contains(check), "{reason}: {because:?}");
    }
}

#[test]
fn signatures_under_other_algorithms_are_refused_by_both_for_different_reasons() {
    for (check, spoil) in OTHER_ALGORITHM {
        let mut case = genoa();
        spoil(&mut case);
        assert!(oracle(&case).is_err(), "{check}");
        assert!(ours(&case), "{check}: the signature holds under the algorithm it names");
        let report = case.examine().unwrap();
        assert_eq!(report.verdict.state, State::Failed);
        assert_eq!(report.verdict.because.len(), 1);
        assert_eq!(report.verdict.because[0].check.id, *check);
    }
}

/// Bytes that the specification reserves: the crate refuses to read such a report, ours reads it,
/// verifies the received bytes and warns.
#[test]
fn reserved_bytes_are_read_and_warned_about() {
    for at in [0x4c, 0x18b, 0x1eb, 0x1ef, 0x1f8] {
        let mut case = genoa();
        case.before_signing = match at {
            0x4c => |report| report[0x4c] = 1,
            0x18b => |report| report[0x18b] = 1,
            0x1eb => |report| report[0x1eb] = 1,
            0x1ef => |report| report[0x1ef] = 1,
            _ => |report| report[0x1f8] = 1,
        };
        assert!(oracle(&case).is_err(), "{at:#x}");
        let report = case.examine().unwrap();
        assert!(ours(&case), "{at:#x}");
        assert_eq!(findings(&report)["snp.report.reserved"], "warn set", "{at:#x}");
    }
}

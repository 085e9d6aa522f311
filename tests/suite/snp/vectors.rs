//! Real SEV-SNP reports. Expected values were read from the files with `xxd` and `openssl x509`,
//! or come from the vectors' README.

use std::fs;

use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::finding::{Finding, Outcome};
use silicon_to_source::formats::snp;
use silicon_to_source::formats::snp::parse::amd::Vek;
use silicon_to_source::formats::snp::parse::{Product, Report as SnpReport};
use silicon_to_source::formats::snp::verify::{Endorsements, verify};
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::pki::{Cert, pem_certificates};
use silicon_to_source::report::{Became, DebugFlag, Level, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::{crate_dir, examine, shared};

/// Inside the validity of every certificate but the VLEK's.
const IN_2026: &str = "2026-06-01T00:00:00Z";
const IN_2025: &str = "2025-06-01T00:00:00Z";

/// Every vector of AMD's, or nothing where they are absent.
struct Vectors(std::path::PathBuf);

impl Vectors {
    fn open() -> Option<Self> {
        shared("vectors/amd").map(Self)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn examine(&self, report: &str, collateral: &[&str], at: &str) -> Report {
        let collateral: Vec<Vec<u8>> = collateral.iter().map(|name| self.read(name)).collect();
        examined(&self.read(report), &collateral, at).unwrap()
    }
}

fn examined(input: &[u8], collateral: &[Vec<u8>], at: &str) -> Result<Report, Error> {
    let collateral: Vec<&[u8]> = collateral.iter().map(Vec::as_slice).collect();
    examine(input, &collateral, None, at.parse().unwrap())
}

/// Findings that are neither passed nor without meaning, as `check/part outcome reason`.
fn remarks(report: &Report) -> Vec<String> {
    let findings = report.links.iter().flat_map(|link| &link.findings);
    findings
        .filter(|f| f.outcome != "pass" && f.reason != Some("not-applicable"))
        .filter(|f| ![Some("blocked"), Some("no-reference")].contains(&f.reason))
        .map(|f| {
            let part = f.part.as_ref().map(|part| format!("/{part}")).unwrap_or_default();
            format!("{}{part} {} {}", f.check, f.outcome, f.reason.unwrap_or_default())
        })
        .collect()
}

/// What a report on its own always leaves open.
const ALONE: [&str; 6] = [
    "snp.crl.signature unknown not-fetched",
    "snp.crl.freshness unknown not-fetched",
    "snp.crl.revocation unknown not-fetched",
    "link.image unknown not-published",
    "link.provenance unknown not-published",
    "link.commit unknown not-published",
];

/// What there is to remark beside [`ALONE`], which must be there as well.
fn special(report: &Report) -> Vec<String> {
    let mut remarks = remarks(report);
    for open in ALONE {
        let at = remarks.iter().position(|remark| remark == open);
        remarks.remove(at.unwrap_or_else(|| panic!("{open} is missing: {remarks:?}")));
    }
    for check in [&snp::checks::SNP_MEASUREMENT, &snp::checks::SNP_REPORT_DATA] {
        let mut compared = report.findings(check);
        assert!(compared.all(|f| f.reason == Some("no-reference")), "the policy names nothing");
    }
    remarks.sort();
    remarks
}

fn claim(report: &Report, name: &str) -> String {
    let claim = report.claims.iter().find(|claim| claim.name == name);
    claim.unwrap_or_else(|| panic!("no {name}")).value.to_string()
}

fn because(report: &Report) -> Vec<&'static str> {
    report.verdict.because.iter().map(|by| by.check.id).collect()
}

fn field(report: &Report, name: &str) -> String {
    let item = report.evidence.iter().find(|item| item.id == "snp-report").unwrap();
    item.fields.iter().find(|field| field.name == name).unwrap().value.to_string()
}

fn not_checked(report: &Report) -> Vec<&'static str> {
    report.not_checked.iter().map(|open| open.check.id).collect()
}

const MILAN_CHIP: &str = "4ffb5cb4fd594f3fee6528fc3fb10370bb38abe89dcd5ba2cf0ab6a11df2ca28\
                          2add516bef45a890a8c9f9732bdca68f9f3f16c42e846030a800295dbeb19ba5";
const MILAN_V2_CHIP: &str = "c38427a30d4c7af9d96f7a15b97269825a64cb76a2352ffd5d18115d89ad473f\
                             8e8c0bcd9a5d9286612bad4aadfb4426205a3b9e4fea82301135a170e477524e";
const MILAN_DEBUG_CHIP: &str = "3ac3fe21e13fb0990eb28a802e3fb6a29483a6b0753590c951bdd3b8e5378618\
                                4ca39e359669a2b76a1936776b564ea464cdce40c05f63c9b610c5068b006b5d";

/// What a Milan report of version 2 says in any case: which CPU it is of, it does not.
const WITHOUT_CPUID: [&str; 11] = [
    "snp.platform.alias-check warn clear",
    "snp.product.standing warn weak-product",
    "snp.report.version warn no-cpuid",
    "snp.tcb.minimum/committed.microcode warn no-cpuid",
    "snp.tcb.minimum/committed.snp warn no-cpuid",
    "snp.tcb.minimum/current.microcode warn no-cpuid",
    "snp.tcb.minimum/current.snp warn no-cpuid",
    "snp.tcb.minimum/launch.microcode warn no-cpuid",
    "snp.tcb.minimum/launch.snp warn no-cpuid",
    "snp.tcb.minimum/reported.microcode warn no-cpuid",
    "snp.tcb.minimum/reported.snp warn no-cpuid",
];

#[test]
fn milan_version_3_is_genuine_and_its_known_weakness_is_said() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.examine("milan.report", &["milan.vcek.pem", "milan.ask.pem"], IN_2026);
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(report.assurance.level, Some(Level::A3), "no image is known");
    // 2026-02-10, AMD-SB-3023 asks for 27; the report of before has 0x18.
    let below = "warn below-minimum";
    assert_eq!(
        special(&report),
        [
            "snp.product.standing warn weak-product".to_owned(),
            format!("snp.tcb.minimum/committed.snp {below}"),
            format!("snp.tcb.minimum/current.snp {below}"),
            format!("snp.tcb.minimum/launch.snp {below}"),
            format!("snp.tcb.minimum/reported.snp {below}"),
        ]
    );
    assert_eq!(claim(&report, "hardware.root"), "ARK-Milan");
    assert_eq!(
        claim(&report, "hardware.root-sha256"),
        "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"
    );
    assert_eq!(claim(&report, "snp.product"), "Milan");
    assert_eq!(claim(&report, "snp.chip-id"), MILAN_CHIP);
    assert_eq!(claim(&report, "snp.cpu"), "family 19h, model 01h, stepping 1");
    assert_eq!(claim(&report, "snp.tcb"), "bootloader 4, tee 0, snp 24, microcode 219");
    assert_eq!(claim(&report, "snp.firmware"), "1.55.29");
    assert_eq!(
        claim(&report, "snp.measurement"),
        "5feee30d6d7e1a29f403d70a4198237ddfb13051a2d6976439487c609388ed7f\
         98189887920ab2fa0096903a0c23fca1"
    );
    assert_eq!(claim(&report, "snp.guest-policy"), "0x3001f");
    assert_eq!(field(&report, "PLATFORM_INFO"), "0x25");
    assert_eq!(report.flags.debug, DebugFlag::Off);
    assert!(!report.simulated);
}

#[test]
fn milan_certificate_of_2026_was_not_valid_in_2025() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.examine("milan.report", &["milan.vcek.pem"], IN_2025);
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(because(&report), ["snp.vek.validity"]);
    let remarks = remarks(&report);
    assert!(remarks.contains(&"snp.vek.validity fail not-yet-valid".to_owned()), "{remarks:?}");
    for (at, state) in [
        ("2026-02-05T01:04:32Z", State::Failed),
        ("2026-02-05T01:04:33Z", State::Warning),
        ("2033-02-05T01:04:33Z", State::Warning),
        ("2033-02-05T01:04:34Z", State::Failed),
    ] {
        let report = vectors.examine("milan.report", &["milan.vcek.pem"], at);
        assert_eq!(report.verdict.state, state, "{at}");
    }
}

#[test]
fn turin_version_5_has_its_own_layout_a_short_chip_id_and_platform_bit_6() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.examine("turin.report", &["turin.vcek.pem", "turin.ask.pem"], IN_2026);
    assert_eq!(report.verdict.state, State::Verified);
    assert_eq!(special(&report), [""; 0]);
    assert_eq!(claim(&report, "hardware.root"), "ARK-Turin");
    assert_eq!(claim(&report, "snp.product"), "Turin");
    assert_eq!(claim(&report, "snp.chip-id"), "59790fb1c39f35c1");
    assert_eq!(claim(&report, "snp.report-version"), "5");
    assert_eq!(claim(&report, "snp.tcb"), "fmc 1, bootloader 1, tee 1, snp 4, microcode 81");
    assert_eq!(claim(&report, "snp.firmware"), "1.55.65");
    assert_eq!(field(&report, "PLATFORM_INFO"), "0x65");
    assert_eq!(field(&report, "LAUNCH_MIT_VECTOR"), "0x3f");
    assert_eq!(field(&report, "CURRENT_MIT_VECTOR"), "0x3f");
    let findings: Vec<_> = report.links.iter().flat_map(|link| &link.findings).collect();
    let bit = |id: &str| {
        let finding = findings.iter().find(|finding| finding.check.id == id).unwrap();
        (finding.outcome, finding.actual.as_ref().unwrap().to_string())
    };
    assert_eq!(bit("snp.platform.iommu-write-safe"), ("pass", "set".into()));
    assert_eq!(bit("snp.platform.reserved"), ("pass", "0x65".into()));
}

#[test]
fn milan_version_2_takes_its_product_from_the_certificate_and_says_so() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.examine("milan-v2.report", &["milan-v2.vcek.der"], IN_2025);
    assert_eq!(report.verdict.state, State::Warning);
    assert_eq!(
        special(&report),
        [&WITHOUT_CPUID[..], &["snp.tcb.provisional warn provisional"]].concat()
    );
    assert_eq!(claim(&report, "snp.product"), "Milan");
    assert_eq!(claim(&report, "snp.chip-id"), MILAN_V2_CHIP);
    assert_eq!(claim(&report, "snp.tcb"), "bootloader 3, tee 0, snp 8, microcode 115");
    assert_eq!(claim(&report, "snp.firmware"), "1.52.4");
    assert_eq!(
        field(&report, "CURRENT_TCB"),
        "bootloader 3, tee 0, snp 8, microcode 206",
        "newer than what was committed"
    );
}

#[test]
fn certificate_of_another_chip_with_a_bad_signature_is_no_certificate_of_this_one() {
    let Some(vectors) = Vectors::open() else { return };
    let file = vectors.read("milan-v2.vcek-bad-signature.der");
    let report = vectors.examine("milan-v2.report", &["milan-v2.vcek-bad-signature.der"], IN_2025);
    assert_eq!(report.verdict.state, State::Unknown);
    assert_eq!(report.files[1].became, Became::NotAboutThis);
    assert!(report.claims.is_empty(), "nothing is claimed");
    assert_eq!(report.assurance.level, None);
    // Presented as the key's, it does not hold.
    let bytes = vectors.read("milan-v2.report");
    let endorsements =
        Endorsements { vek: Some(Vek::parse(&file).unwrap()), ..Endorsements::default() };
    let parsed = SnpReport::parse(&bytes).unwrap();
    let examined = verify(&parsed, &endorsements, Roots::Vendor, IN_2025.parse().unwrap());
    assert!(examined.verified.is_none());
    for check in [&snp::checks::SNP_VEK_SIGNATURE, &snp::checks::SNP_REPORT_SIGNATURE] {
        let mut own = examined.findings.iter().filter(|finding| finding.check == check);
        assert!(own.any(|finding| matches!(finding.outcome, Outcome::Fail(_))), "{check}");
    }
}

#[test]
fn debug_guest_is_genuine_and_refused() {
    let Some(vectors) = Vectors::open() else { return };
    let collateral = ["milan-v2-debug-allowed.vcek.pem"];
    let report = vectors.examine("milan-v2-debug-allowed.report", &collateral, IN_2025);
    assert_eq!(report.verdict.state, State::Failed);
    assert_eq!(because(&report), ["snp.guest-policy.debug"]);
    assert_eq!(claim(&report, "snp.chip-id"), MILAN_DEBUG_CHIP);
    assert_eq!(claim(&report, "snp.guest-policy"), "0xb0000");
    assert_eq!(claim(&report, "snp.tcb"), "bootloader 2, tee 0, snp 5, microcode 68");
    assert_eq!(report.flags.debug, DebugFlag::On);
}

#[test]
fn cloud_providers_key_counts_until_it_expires() {
    let Some(vectors) = Vectors::open() else { return };
    let collateral = ["milan-vlek.vlek.der", "certs/milan-asvk.der"];
    let report = vectors.examine("milan-vlek.report", &collateral, IN_2025);
    assert_eq!(report.verdict.state, State::Warning);
    // REPORTED_TCB's microcode is 0xd9, AMD-SB-3019 asks for 0xdb; current is 0xdc, committed 0xdb.
    assert_eq!(
        special(&report),
        [
            "snp.product.standing warn weak-product",
            "snp.tcb.minimum/reported.microcode warn below-minimum",
            "snp.tcb.provisional warn provisional",
        ]
    );
    assert_eq!(claim(&report, "snp.signing-key"), "VLEK");
    assert_eq!(claim(&report, "snp.vmpl"), "1");
    assert_eq!(field(&report, "CHIP_ID"), "00".repeat(64));
    for (at, state) in
        [("2025-12-10T22:14:21Z", State::Warning), ("2025-12-10T22:14:22Z", State::Failed)]
    {
        let report = vectors.examine("milan-vlek.report", &collateral, at);
        assert_eq!(report.verdict.state, state, "{at}");
        if state == State::Failed {
            assert_eq!(because(&report), ["snp.vek.validity"]);
        }
    }
}

#[test]
fn cloud_providers_key_without_amds_intermediate_key_is_undecided_and_says_where_it_is() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.examine("milan-vlek.report", &["milan-vlek.vlek.der"], IN_2025);
    assert_eq!(report.verdict.state, State::Unknown);
    let wanted: Vec<&str> = report.wanted.iter().map(|wanted| wanted.url.as_str()).collect();
    assert_eq!(
        wanted,
        [
            "https://kdsintf.amd.com/vlek/v1/Milan/cert_chain",
            "https://kdsintf.amd.com/vlek/v1/Milan/crl",
        ]
    );
}

#[test]
fn missing_certificate_is_undecided_and_its_address_is_exact() {
    let Some(vectors) = Vectors::open() else { return };
    let cases = [
        (
            "milan.report",
            format!(
                "https://kdsintf.amd.com/vcek/v1/Milan/{MILAN_CHIP}\
                 ?blSPL=04&teeSPL=00&snpSPL=24&ucodeSPL=219"
            ),
        ),
        (
            "turin.report",
            "https://kdsintf.amd.com/vcek/v1/Turin/59790fb1c39f35c1\
             ?fmcSPL=01&blSPL=01&teeSPL=01&snpSPL=04&ucodeSPL=81"
                .to_owned(),
        ),
    ];
    for (name, url) in cases {
        let report = vectors.examine(name, &[], IN_2026);
        assert_eq!(report.verdict.state, State::Unknown, "{name}");
        assert_eq!(report.assurance.level, None);
        let wanted = report.wanted.iter().find(|wanted| wanted.what == "vcek").unwrap();
        assert_eq!(wanted.url, url);
        assert_eq!(wanted.reveals, "chip-id");
        let remarks = remarks(&report);
        assert!(
            remarks.contains(&"snp.report.signature unknown not-fetched".into()),
            "{remarks:?}"
        );
        assert!(remarks.contains(&"snp.vek.signature unknown not-fetched".into()));
        assert!(not_checked(&report).contains(&"snp.report.signature"));
        assert!(report.claims.is_empty());
    }
    let report = vectors.examine("milan-v2.report", &[], IN_2025);
    assert_eq!(report.verdict.state, State::Unknown, "version 2 does not say which product");
    assert!(report.wanted.is_empty());
    assert!(not_checked(&report).contains(&"snp.product"));
}

#[test]
fn absent_revocation_list_is_listed_as_not_checked_and_wanted() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.examine("turin.report", &["turin.vcek.pem"], IN_2026);
    let open = not_checked(&report);
    for check in ["snp.crl.signature", "snp.crl.freshness", "snp.crl.revocation"] {
        assert!(open.contains(&check), "{check}");
    }
    let wanted = report.wanted.iter().find(|wanted| wanted.what == "crl").unwrap();
    assert_eq!(wanted.url, "https://kdsintf.amd.com/vcek/v1/Turin/crl");
    assert_eq!(wanted.reveals, "product");
}

#[test]
fn another_products_intermediate_key_changes_nothing() {
    let Some(vectors) = Vectors::open() else { return };
    let alone = vectors.examine("milan.report", &["milan.vcek.pem"], IN_2026);
    for other in ["certs/genoa-ask.der", "turin.ask.pem", "certs/genoa-asvk.der"] {
        let report = vectors.examine("milan.report", &["milan.vcek.pem", other], IN_2026);
        assert_eq!(remarks(&report), remarks(&alone), "{other}");
        assert_eq!(report.files[2].became, Became::NotAboutThis, "{other}");
    }
    let both = ["milan.vcek.pem", "certs/genoa-ask.der", "certs/milan-ask.der"];
    assert_eq!(vectors.examine("milan.report", &both, IN_2026).verdict.state, State::Warning);
}

#[test]
fn another_chips_certificate_is_as_good_as_none() {
    let Some(vectors) = Vectors::open() else { return };
    let without = vectors.examine("milan.report", &[], IN_2026);
    for other in ["milan-v2.vcek.der", "turin.vcek.pem"] {
        let report = vectors.examine("milan.report", &[other], IN_2026);
        assert_eq!(report.verdict.state, State::Unknown, "{other}");
        assert_eq!(remarks(&report), remarks(&without), "{other}");
        assert_eq!(report.files[1].became, Became::NotAboutThis, "{other}");
        assert!(report.wanted.iter().any(|wanted| wanted.what == "vcek"), "{other}");
    }
}

#[test]
fn root_of_another_product_is_not_used_and_named_as_not_about_this_report() {
    let Some(vectors) = Vectors::open() else { return };
    let own = ["turin.vcek.pem", "certs/turin-ark.der"];
    assert_eq!(special(&vectors.examine("turin.report", &own, IN_2026)), [""; 0]);
    let other = ["turin.vcek.pem", "certs/genoa-ark.der"];
    let report = vectors.examine("turin.report", &other, IN_2026);
    assert_eq!(special(&report), [""; 0]);
    assert_eq!(report.files[2].became, Became::NotAboutThis);
    assert_eq!(claim(&report, "hardware.root"), "ARK-Turin");
}

#[test]
fn shipped_intermediate_key_answers_as_the_supplied_one() {
    let Some(vectors) = Vectors::open() else { return };
    for (report, vek, ask) in [
        ("milan.report", "milan.vcek.pem", "milan.ask.pem"),
        ("turin.report", "turin.vcek.pem", "turin.ask.pem"),
    ] {
        let mut without = vectors.examine(report, &[vek], IN_2026);
        let mut with = vectors.examine(report, &[ask, vek], IN_2026);
        // Which files were handed in is told, and differs.
        without.files.clear();
        with.files.clear();
        assert_eq!(without.to_json(), with.to_json());
    }
}

#[test]
fn hex_and_base64_of_a_report_are_read_as_the_report() {
    use base64::Engine as _;
    let Some(vectors) = Vectors::open() else { return };
    let (report, vek) = (vectors.read("turin.report"), vectors.read("turin.vcek.pem"));
    let base64 = base64::engine::general_purpose::STANDARD.encode(&report);
    let lines: Vec<&str> =
        base64.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
    for text in [hex::encode(&report), base64.clone(), lines.join("\r\n")] {
        let read = examined(text.as_bytes(), std::slice::from_ref(&vek), IN_2026).unwrap();
        assert_eq!(read.verdict.state, State::Verified);
        assert_eq!(claim(&read, "snp.chip-id"), "59790fb1c39f35c1");
    }
}

#[test]
fn strict_policy_refuses_what_the_plain_one_warns_about() {
    let Some(vectors) = Vectors::open() else { return };
    let strict: Policy = builtin("snp-strict").unwrap().policy().unwrap();
    let (report, vek) = (vectors.read("milan.report"), vectors.read("milan.vcek.pem"));
    let now: UnixTime = IN_2026.parse().unwrap();
    let report = examine(&report, &[&vek], Some(&strict), now).unwrap();
    assert_eq!(report.verdict.state, State::Failed);
    assert!(because(&report).contains(&"snp.product.standing"));
    assert!(because(&report).contains(&"snp.tcb.minimum"));
}

#[test]
fn reports_of_another_length_are_refused_with_what_was_found() {
    let Some(vectors) = Vectors::open() else { return };
    let report = vectors.read("milan.report");
    let longer = [&*report, &[0]].concat();
    for (input, says) in [
        (&report[..0], "empty"),
        (&report[..1183], "1183 bytes of an unknown kind"),
        (&longer[..], "1185 bytes of an unknown kind"),
    ] {
        let error = examined(input, &[], IN_2026).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        let error = SnpReport::parse(input).unwrap_err();
        assert!(error.to_string().contains("a report is 1184 bytes long"), "{error}");
    }
}

#[test]
fn versions_that_nobody_knows_are_errors_that_name_field_and_offset() {
    let Some(vectors) = Vectors::open() else { return };
    for version in [0, 1, 6, 7] {
        let mut report = vectors.read("milan.report");
        report[0] = version;
        let error = examined(&report, &[vectors.read("milan.vcek.pem")], IN_2026).unwrap_err();
        assert_eq!(error.code(), "unsupported");
        assert_eq!(error.span().map(|at| (at.start, at.len)), Some((0, 4)));
        let says = format!("SNP report version at byte 0 is {version},");
        let (file, error) = error.of_file();
        assert_eq!(file, Some("evidence"));
        assert!(error.to_string().starts_with(&says), "{error}");
    }
}

#[test]
fn vectors_of_the_sev_crate_hold() {
    let data = crate_dir("sev").expect("sev is a dependency").join("tests/certs_data");
    let read = |name: &str| fs::read(data.join(name)).unwrap();
    let (report, chain) = (read("report_milan.hex"), read("cert_chain_milan"));
    let held = examined(&report, &[read("vcek_milan.der"), chain], IN_2025).unwrap();
    assert_eq!(held.verdict.state, State::Warning);
    assert_eq!(special(&held), WITHOUT_CPUID);
    assert!(claim(&held, "snp.chip-id").starts_with("d49554ec717f4e5b0fe6b143bcf0405b"));
    assert_eq!(claim(&held, "snp.tcb"), "bootloader 3, tee 0, snp 8, microcode 115");
    // openssl x509: notBefore Apr 3 19:23:43 2023, notAfter Apr 3 19:23:43 2030.
    let early = examined(&report, &[read("vcek_milan.der")], "2023-04-03T19:23:42Z").unwrap();
    assert_eq!(because(&early), ["snp.vek.validity"]);

    // There is no report for the Turin certificate: its own chain is what can be checked.
    let chain = pem_certificates("chain", &read("cert_chain_turin")).unwrap();
    let vek = read("vcek_turin.der");
    let cert = |der| Cert::parse("certificate", der).unwrap();
    let endorsements = Endorsements {
        vek: Some(Vek::parse(&vek).unwrap()),
        intermediate: Some(cert(&chain[0])),
        root: Some(cert(&chain[1])),
        crls: Vec::new(),
    };
    let bytes = hex::decode(report.trim_ascii()).unwrap_or(report);
    let report = SnpReport::parse(&bytes).unwrap();
    let turin = verify(&report, &endorsements, Roots::Vendor, IN_2025.parse().unwrap());
    assert!(turin.verified.is_none());
    for check in [
        &snp::checks::SNP_ASK_SIGNATURE,
        &snp::checks::SNP_VEK_SIGNATURE,
        &snp::checks::SNP_VEK_ROLE,
        &snp::checks::SNP_ROOT_SUPPLIED,
    ] {
        let mut own = turin.findings.iter().filter(|finding| finding.check == check);
        assert!(own.all(Finding::passed), "{check}");
    }
    assert_eq!(Product::of_name("Turin"), Some(Product::Turin));
}

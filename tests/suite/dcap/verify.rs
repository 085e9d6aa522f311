//! Real quotes with Intel's real collateral. Expected answers come from the vectors' README, from
//! the files themselves (read with `jq` and `xxd`), and from the `dcap-qvl` package.

use std::fs;
use std::path::Path;

use dcap_qvl::QuoteCollateralV3;
use silicon_to_source::finding::{Check, Examined, Finding, Outcome, Reason, Why};
use silicon_to_source::formats::intel;
use silicon_to_source::formats::intel::parse::Quote;
use silicon_to_source::formats::intel::parse::collateral::{Collateral, TcbStatus};
use silicon_to_source::formats::intel::verify::{TcbSource, VerifiedQuote, verify};
use silicon_to_source::pki::anchors::Roots;
use silicon_to_source::time::UnixTime;

use crate::common::{crate_dir, shared};

/// A quote and its collateral, as files.
struct Vector {
    quote: Vec<u8>,
    collateral: Vec<u8>,
    now: UnixTime,
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn at(time: &str) -> UnixTime {
    time.parse().unwrap()
}

impl Vector {
    fn shared(name: &str, now: &str) -> Option<Self> {
        let folder = shared("vectors")?;
        let file = |end: &str| read(folder.join(format!("{name}.{end}")));
        Some(Self { quote: file("quote"), collateral: file("collateral.json"), now: at(now) })
    }

    fn up_to_date() -> Option<Self> {
        Self::shared("intel/tdx-v4-up-to-date", "2025-07-01T00:00:00Z")
    }

    fn sgx() -> Option<Self> {
        Self::shared("intel/sgx-v3-config-and-sw-hardening", "2025-07-01T00:00:00Z")
    }

    fn no_level() -> Option<Self> {
        Self::shared("intel/tdx-v5-no-matching-tcb-level", "2026-03-01T00:00:00Z")
    }

    fn gcp() -> Option<Self> {
        Self::shared("gcp/tdx-2026-06-30", "2026-07-10T00:00:00Z")
    }

    fn verify(&self) -> Examined<VerifiedQuote<'_>> {
        let collateral = Collateral::from_files(&[&self.collateral]).unwrap();
        self.with(&collateral)
    }

    fn with(&self, collateral: &Collateral) -> Examined<VerifiedQuote<'_>> {
        verify(&Quote::parse(&self.quote).unwrap(), collateral, Roots::Vendor, self.now)
    }

    /// Fields of the collateral, for changing.
    fn fields(&self) -> serde_json::Value {
        serde_json::from_slice(&self.collateral).unwrap()
    }
}

fn of<'f>(findings: &'f [Finding], check: &Check) -> &'f Finding {
    findings.iter().find(|finding| finding.check == check).unwrap_or_else(|| panic!("no {check}"))
}

/// Every finding that did not pass and applies, in words.
fn open(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .filter_map(|finding| {
            let part = finding.part.as_deref().map(|part| format!("/{part}")).unwrap_or_default();
            let id = finding.check.id;
            match finding.outcome {
                Outcome::Pass | Outcome::Unknown(Why::NotApplicable) => None,
                Outcome::Fail(Reason(reason)) => Some(format!("{id}{part} fail {reason}")),
                Outcome::Warn(Reason(reason)) => Some(format!("{id}{part} warn {reason}")),
                Outcome::Allowed(Reason(reason)) => Some(format!("{id}{part} allowed {reason}")),
                Outcome::Unknown(Why::Blocked { by }) => Some(format!("{id}{part} blocked {by}")),
                Outcome::Unknown(why) => Some(format!("{id}{part} {}", why.word())),
                other => panic!("no row names {other:?}"),
            }
        })
        .collect()
}

#[test]
fn tdx_v4_is_up_to_date_in_july_2025() {
    let Some(vector) = Vector::up_to_date() else { return };
    let examined = vector.verify();
    assert_eq!(open(&examined.findings), [] as [&str; 0]);
    let verified = examined.verified.unwrap();
    assert_eq!(verified.fmspc(), &[0xb0, 0xc0, 0x6f, 0, 0, 0]);
    assert_eq!(verified.pce_id(), &[0, 0]);
    let tcb = verified.tcb().unwrap();
    assert_eq!((tcb.status, tcb.evaluation_number), (TcbStatus::UpToDate, 17));
    assert_eq!(tcb.date, at("2024-03-13T00:00:00Z"));
    assert!(tcb.advisories.is_empty() && tcb.shortfalls.is_empty() && tcb.current.is_none());
}

#[test]
fn sgx_v3_needs_configuration_and_hardening_with_two_advisories() {
    let Some(vector) = Vector::sgx() else { return };
    let examined = vector.verify();
    assert_eq!(
        open(&examined.findings),
        [
            "dcap.tcb.status warn configuration-and-sw-hardening-needed",
            "dcap.tcb.advisories warn advisories",
        ]
    );
    let verified = examined.verified.unwrap();
    let tcb = verified.tcb().unwrap();
    assert_eq!(tcb.status, TcbStatus::ConfigurationAndSwHardeningNeeded);
    let advisories: Vec<_> = tcb.advisories.iter().map(|one| (&*one.id, one.source)).collect();
    let platform = TcbSource::Platform;
    assert_eq!(advisories, [("INTEL-SA-00289", platform), ("INTEL-SA-00615", platform)]);
}

#[test]
fn tdx_v5_reaches_no_level_and_the_short_component_is_named() {
    let Some(vector) = Vector::no_level() else { return };
    let examined = vector.verify();
    assert_eq!(
        open(&examined.findings),
        [
            "dcap.tcb.level fail no-level",
            "dcap.tcb.relaunch blocked dcap.tcb.level",
            "dcap.tcb.status blocked dcap.tcb.level",
            "dcap.tcb.advisories blocked dcap.tcb.level",
        ]
    );
    let level = of(&examined.findings, &intel::checks::DCAP_TCB_LEVEL);
    let said =
        |value: &Option<silicon_to_source::finding::Value>| value.clone().unwrap().to_string();
    assert_eq!(said(&level.actual), "SGX component 7 (SEAMLDR ACM) 3");
    assert_eq!(said(&level.expected), "SGX component 7 (SEAMLDR ACM) 5");
    assert!(examined.verified.unwrap().tcb().is_none(), "no level is not a status");
}

#[test]
fn gcp_quote_of_2026_is_judged_by_its_own_collateral() {
    let Some(vector) = Vector::gcp() else { return };
    let examined = vector.verify();
    assert_eq!(open(&examined.findings), [] as [&str; 0]);
    let verified = examined.verified.unwrap();
    assert_eq!(verified.fmspc(), &[0, 0x80, 0x6f, 5, 0, 0]);
    let tcb = verified.tcb().unwrap();
    assert_eq!((tcb.status, tcb.evaluation_number), (TcbStatus::UpToDate, 19));
    assert_eq!(tcb.date, at("2025-05-14T00:00:00Z"));
}

#[test]
fn debug_quotes_and_quotes_without_collateral_are_authentic_and_say_what_is_missing() {
    let files = ["intel/tdx-v4-debug-td", "intel/sgx-v3-debug-enclave", "gcp/cos-113-tdx"];
    for name in files {
        let Some(file) = shared(&format!("vectors/{name}.quote")) else { return };
        let bytes = read(file);
        let quote = Quote::parse(&bytes).unwrap();
        let now = at("2025-01-01T00:00:00Z");
        let examined = verify(&quote, &Collateral::default(), Roots::Vendor, now);
        let wrong: Vec<_> = open(&examined.findings);
        assert!(wrong.iter().all(|one| one.ends_with(" not-fetched")), "{name}: {wrong:#?}");
        assert_eq!(wrong.len(), if name.contains("sgx") { 28 } else { 30 }, "{name}: {wrong:#?}");
        assert!(examined.verified.unwrap().tcb().is_none());
    }
}

/// Without one piece, exactly the checks that need it are open.
#[test]
fn each_missing_piece_leaves_exactly_its_own_checks_open() {
    let Some(vector) = Vector::up_to_date() else { return };
    let whole = Collateral::from_files(&[&vector.collateral]).unwrap();
    let without = |remove: fn(&mut Collateral)| {
        let mut collateral = whole.clone();
        remove(&mut collateral);
        let examined = vector.with(&collateral);
        assert!(examined.verified.is_some(), "the quote itself stands");
        open(&examined.findings)
    };
    assert_eq!(
        without(|collateral| collateral.root_crl = None),
        [
            "dcap.root-crl.signature not-fetched",
            "dcap.root-crl.freshness not-fetched",
            "dcap.root-crl.revocation not-fetched",
        ]
    );
    assert_eq!(
        without(|collateral| collateral.pck_crl = None),
        [
            "dcap.pck-crl.signature not-fetched",
            "dcap.pck-crl.freshness not-fetched",
            "dcap.pck-crl.revocation not-fetched",
        ]
    );
    let open = without(|collateral| collateral.qe_identity = None);
    assert!(open.iter().all(|one| one.ends_with(" not-fetched")), "{open:#?}");
    assert!(open.iter().any(|one| one.starts_with("dcap.qe.signer ")), "{open:#?}");
    assert!(!open.iter().any(|one| one.starts_with("dcap.tcb.level ")), "{open:#?}");
    let open = without(|collateral| collateral.tcb_info = None);
    assert!(open.iter().all(|one| one.ends_with(" not-fetched")), "{open:#?}");
    assert!(open.iter().any(|one| one.starts_with("dcap.tcb.status ")), "{open:#?}");
    assert!(!open.iter().any(|one| one.starts_with("dcap.qe.signer ")), "{open:#?}");
    let open = without(|collateral| collateral.tcb_info.as_mut().unwrap().chain = None);
    assert!(open.contains(&"dcap.tcb-info.signer not-fetched".to_owned()), "{open:#?}");
}

#[test]
fn stale_collateral_is_not_revoked_and_not_missing() {
    let Some(mut vector) = Vector::up_to_date() else { return };
    vector.now = at("2025-07-25T00:00:00Z");
    assert_eq!(
        open(&vector.verify().findings),
        [
            "dcap.pck-crl.freshness fail stale",
            "dcap.tcb-info.freshness fail stale",
            "dcap.qe-identity.freshness fail stale",
        ]
    );
    vector.now = at("2025-06-01T00:00:00Z");
    let early = open(&vector.verify().findings);
    assert!(early.contains(&"dcap.tcb-info.freshness fail not-yet-valid".to_owned()), "{early:#?}");
}

#[test]
fn collateral_of_another_platform_is_refused_by_name() {
    let (Some(mut vector), Some(other)) = (Vector::up_to_date(), Vector::sgx()) else { return };
    let own = std::mem::replace(&mut vector.collateral, other.collateral);
    let found = open(&vector.verify().findings);
    for wanted in [
        "dcap.pck-crl.signature fail wrong-issuer",
        "dcap.tcb-info.form fail not-equal",
        "dcap.qe-identity.form fail not-equal",
    ] {
        assert!(found.contains(&wanted.to_owned()), "{wanted}: {found:#?}");
    }
    let Some(v5) = Vector::no_level() else { return };
    vector.collateral = v5.collateral;
    vector.now = v5.now;
    let found = open(&vector.verify().findings);
    assert!(found.contains(&"dcap.tcb-info.fmspc fail not-equal".to_owned()), "{found:#?}");
    vector.collateral = own;
}

#[test]
fn one_changed_byte_of_a_signed_statement_fails_its_signature() {
    let Some(vector) = Vector::up_to_date() else { return };
    for (member, check) in
        [("tcb_info", "dcap.tcb-info.signature"), ("qe_identity", "dcap.qe-identity.signature")]
    {
        let mut fields = vector.fields();
        let text = fields[member].as_str().unwrap().replacen("OutOfDate", "UpToDate", 1);
        let text = if text == fields[member] { format!("{text} ") } else { text };
        fields[member] = text.into();
        let collateral = Collateral::from_files(&[fields.to_string().as_bytes()]).unwrap();
        let examined = vector.with(&collateral);
        let found = open(&examined.findings);
        assert!(found.contains(&format!("{check} fail bad-signature")), "{found:#?}");
        assert!(examined.verified.unwrap().tcb().is_none());
    }
}

#[test]
fn a_pck_chain_cannot_sign_tcb_info() {
    let Some(vector) = Vector::up_to_date() else { return };
    let mut fields = vector.fields();
    fields["tcb_info_issuer_chain"] = fields["pck_crl_issuer_chain"].clone();
    let collateral = Collateral::from_files(&[fields.to_string().as_bytes()]).unwrap();
    let found = open(&vector.with(&collateral).findings);
    assert!(found.contains(&"dcap.tcb-info.signer fail wrong-name".to_owned()), "{found:#?}");
}

#[test]
fn every_flipped_byte_of_the_signed_parts_is_noticed() {
    let Some(vector) = Vector::up_to_date() else { return };
    let collateral = Collateral::default();
    let quote = Quote::parse(&vector.quote).unwrap();
    let spans = [
        (quote.signed, true),
        (quote.qe_report_span, true),
        (quote.qe_report_signature_span, true),
        (quote.signature_span, true),
        (quote.attestation_key_span, true),
        (quote.qe_auth_data_span, true),
        (quote.trailing, false),
    ];
    for (span, noticed) in spans {
        for offset in (span.start..span.end()).step_by(29) {
            let mut bytes = vector.quote.clone();
            bytes[offset] ^= 1;
            let Ok(quote) = Quote::parse(&bytes) else { continue };
            let examined = verify(&quote, &collateral, Roots::Vendor, vector.now);
            assert_eq!(examined.verified.is_none(), noticed, "offset {offset}");
        }
    }
}

/// What the `dcap-qvl` package says: the status with its advisories, or its error.
fn oracle(quote: &[u8], collateral: &[u8], now: UnixTime) -> Result<(String, Vec<String>), String> {
    let collateral: QuoteCollateralV3 = serde_json::from_slice(collateral).unwrap();
    let now = u64::try_from(now.0).unwrap();
    dcap_qvl::verify::rustcrypto::verify(quote, &collateral, now)
        .map(|report| (report.status, report.advisory_ids))
        .map_err(|error| format!("{error:#}"))
}

/// Our answer in the same words; an error names the failed checks.
fn ours(quote: &[u8], collateral: &[u8], now: UnixTime) -> Result<(String, Vec<String>), String> {
    let quote = Quote::parse(quote).map_err(|error| error.to_string())?;
    let collateral = Collateral::from_files(&[collateral]).map_err(|error| error.to_string())?;
    let examined = verify(&quote, &collateral, Roots::Vendor, now);
    let failed: Vec<_> =
        open(&examined.findings).into_iter().filter(|one| !one.contains(" warn ")).collect();
    let tcb = examined.verified.as_ref().and_then(VerifiedQuote::tcb);
    match (failed.is_empty(), tcb) {
        (true, Some(tcb)) => {
            let mut ids: Vec<String> = tcb.advisories.iter().map(|one| one.id.clone()).collect();
            ids.sort();
            ids.dedup();
            Ok((tcb.status.to_string(), ids))
        }
        _ => Err(failed.join(", ")),
    }
}

/// Quotes of the `dcap-qvl` package with their collateral.
const SAMPLES: [&str; 4] = ["sgx_quote", "tdx_quote", "tdx_quote_outdated", "tdx_quote_td15ex"];

fn samples() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let folder = crate_dir("dcap-qvl").expect("dcap-qvl is a dependency").join("sample");
    let file = |name: String| read(folder.join(name));
    SAMPLES
        .map(|name| {
            (name.to_owned(), file(name.to_owned()), file(format!("{name}_collateral.json")))
        })
        .to_vec()
}

/// Name, quote, collateral, and moments inside, before and after the collateral's validity.
type Timed = (String, Vec<u8>, Vec<u8>, [UnixTime; 3]);

fn everything() -> Vec<Timed> {
    let mut all = samples();
    for (name, vector) in [
        ("tdx-v4", Vector::up_to_date()),
        ("sgx-v3", Vector::sgx()),
        ("tdx-v5", Vector::no_level()),
        ("gcp", Vector::gcp()),
    ] {
        let Some(vector) = vector else { continue };
        all.push((name.into(), vector.quote, vector.collateral));
    }
    all.into_iter()
        .map(|(name, quote, collateral)| {
            let fields: serde_json::Value = serde_json::from_slice(&collateral).unwrap();
            let info = fields["tcb_info"].as_str().unwrap();
            let info: serde_json::Value = serde_json::from_str(info).unwrap();
            let issued = at(info["issueDate"].as_str().unwrap()).0;
            let days = |days: i64| UnixTime(issued + days * 86_400);
            (name, quote, collateral, [days(2), days(-60), days(90)])
        })
        .collect()
}

#[test]
fn dcap_qvl_agrees_on_every_sample_at_every_time() {
    for (name, quote, collateral, times) in everything() {
        for now in times {
            let (theirs, ours) = (oracle(&quote, &collateral, now), ours(&quote, &collateral, now));
            match (theirs, ours) {
                (Ok(mut theirs), Ok(ours)) => {
                    theirs.1.sort();
                    assert_eq!(theirs, ours, "{name} at {now}");
                }
                (Err(_), Err(_)) => {}
                (theirs, ours) => panic!("{name} at {now}: dcap-qvl {theirs:?}, ours {ours:?}"),
            }
        }
    }
}

#[test]
#[ignore = "a measurement, for release builds"]
fn time_beside_dcap_qvl() {
    let Some(vector) = Vector::up_to_date() else { return };
    let rounds: u32 = 200;
    let time = |run: &dyn Fn()| {
        let start = std::time::Instant::now();
        (0..rounds).for_each(|_| run());
        start.elapsed() / rounds
    };
    let ours = time(&|| assert!(ours(&vector.quote, &vector.collateral, vector.now).is_ok()));
    let theirs = time(&|| assert!(oracle(&vector.quote, &vector.collateral, vector.now).is_ok()));
    println!("quote with collateral: ours {ours:?}, dcap-qvl {theirs:?}");
}

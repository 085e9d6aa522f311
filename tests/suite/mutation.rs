//! No changed byte and no cut is ever verified.
//!
//! Every byte of every signed input is changed. The answer must be an error, or a verdict that is
//! neither verified nor verified with warnings. Where a change means nothing, the reason is
//! computed from the input's structure, never from a list of offsets, and counted.

use std::collections::BTreeMap;
use std::fs;

use s2s_sim::demonstration;
use serde_json::Value as Json;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use crate::common::mutation::{Answer, assert_none_survives, changes, cuts, survivors};
use crate::common::snp::Case;
use crate::common::{examine, shared};

/// A simulated report with its collateral, one of which is changed.
struct Simulated {
    report: Vec<u8>,
    collateral: Vec<Vec<u8>>,
    policy: Policy,
    now: UnixTime,
}

impl Simulated {
    fn new(case: &Case) -> Self {
        Self {
            report: case.report_bytes(),
            collateral: case.collateral(),
            policy: case.parsed_policy(),
            now: case.now,
        }
    }

    fn with_report(&self, report: &[u8]) -> Answer {
        let collateral: Vec<&[u8]> = self.collateral.iter().map(Vec::as_slice).collect();
        examine(report, &collateral, Some(&self.policy), self.now)
    }

    fn with_collateral(&self, index: usize, changed: &[u8]) -> Answer {
        let mut collateral: Vec<&[u8]> = self.collateral.iter().map(Vec::as_slice).collect();
        collateral[index] = changed;
        examine(&self.report, &collateral, Some(&self.policy), self.now)
    }
}

#[test]
fn changed_or_cut_simulated_report_is_never_verified() {
    let simulated = Simulated::new(&Case::vcek(Product::Genoa));
    let report = simulated.report.clone();
    assert_none_survives("simulated Genoa report", &report, |r| simulated.with_report(r));
}

#[test]
fn changed_or_cut_simulated_vcek_is_never_verified() {
    let simulated = Simulated::new(&Case::vcek(Product::Genoa));
    let vek = simulated.collateral[0].clone();
    assert_none_survives("simulated VCEK", &vek, |vek| simulated.with_collateral(0, vek));
}

#[test]
fn changed_or_cut_simulated_vlek_and_asvk_are_never_verified() {
    let simulated = Simulated::new(&Case::vlek(Product::Turin));
    for (index, what) in [(0, "simulated VLEK"), (1, "simulated ASVK")] {
        let file = simulated.collateral[index].clone();
        assert_none_survives(what, &file, |file| simulated.with_collateral(index, file));
    }
}

#[test]
fn changed_or_cut_simulated_revocation_list_is_never_verified() {
    let simulated = Simulated::new(&Case::vcek(Product::Genoa));
    let list = simulated.collateral[3].clone();
    assert_none_survives("simulated CRL", &list, |list| simulated.with_collateral(3, list));
}

#[test]
fn changed_or_cut_real_reports_and_certificates_are_never_verified() {
    let Some(amd) = shared("vectors/amd") else { return };
    let now: UnixTime = "2026-06-01T00:00:00Z".parse().unwrap();
    for name in ["milan", "turin"] {
        let report = fs::read(amd.join(format!("{name}.report"))).unwrap();
        let pem = fs::read_to_string(amd.join(format!("{name}.vcek.pem"))).unwrap();
        let (label, vcek) = pem_block(&pem).unwrap();
        assert_eq!(label, "CERTIFICATE");
        let what = format!("real {name} report");
        assert_none_survives(&what, &report, |report| examine(report, &[&vcek], None, now));
        let what = format!("real {name} VCEK");
        assert_none_survives(&what, &vcek, |vcek| examine(&report, &[vcek], None, now));
    }
}

/// The label and the bytes of the one block of `text`, read for this test alone.
fn pem_block(text: &str) -> Option<(String, Vec<u8>)> {
    use base64::Engine as _;
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_ascii_whitespace().collect();
    let der = base64::engine::general_purpose::STANDARD.decode(body).ok()?;
    Some((label.to_owned(), der))
}

/// Why a changed bundle may say what the unchanged one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaningless {
    /// White space between the tokens of the JSON text, or another spelling of the same text: the
    /// document is the same.
    JsonSpelling,
    /// Lines and surroundings of the PEM block: the certificate is the same, byte for byte.
    PemLines,
    /// The bundle's domain in other letter case: the same host name (RFC 4343).
    DomainCase,
    /// Bytes of the TLS certificate outside its key, its names and its dates. Only its issuer
    /// signs them, and the issuer is not in the bundle: `binding.tls.issuer` says so.
    TlsUnsigned,
    /// The TLS certificate's dates, still around the asked moment. Unsigned like the above.
    TlsDates,
    /// Names of the TLS certificate that are neither the domain nor a commitment to the HPKE key
    /// or the document, or these in other letter case. Unsigned like the above.
    TlsOtherNames,
}

/// The reason, worked out from both documents by parsers of other people's; `None` when the
/// change means something.
fn meaning(original: &[u8], changed: &[u8], now: UnixTime) -> Option<Meaningless> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Json>(bytes).ok();
    let (original, changed) = (read(original)?, read(changed)?);
    let mut differing = Vec::new();
    differences(&original, &changed, "", &mut differing);
    let text = |document: &Json, member: &str| document[member].as_str().map(str::to_owned);
    match differing.as_slice() {
        [] => Some(Meaningless::JsonSpelling),
        [path] if path == "/domain" => text(&original, "domain")?
            .eq_ignore_ascii_case(&text(&changed, "domain")?)
            .then_some(Meaningless::DomainCase),
        [path] if path == "/enclaveCert" => {
            let (_, before) = pem_block(&text(&original, "enclaveCert")?)?;
            let (_, after) = pem_block(&text(&changed, "enclaveCert")?)?;
            if before == after {
                return Some(Meaningless::PemLines);
            }
            tls_meaning(&before, &after, &text(&original, "domain")?, now)
        }
        _ => None,
    }
}

fn tls_meaning(before: &[u8], after: &[u8], domain: &str, now: UnixTime) -> Option<Meaningless> {
    let (before, after) = (x509(before)?, x509(after)?);
    if before.public_key().raw != after.public_key().raw {
        return None;
    }
    if before.validity() != after.validity() {
        let validity = after.validity();
        let dates = validity.not_before.timestamp()..=validity.not_after.timestamp();
        return dates.contains(&now.0).then_some(Meaningless::TlsDates);
    }
    let (old, new) = (dns_names(&before)?, dns_names(&after)?);
    if old == new {
        return Some(Meaningless::TlsUnsigned);
    }
    let that_count = |names: &[String]| -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let commits = |name: &str| name.contains(".hpke.") || name.contains(".hatt.");
        names.retain(|name| name == domain || commits(name));
        names.sort();
        names
    };
    (that_count(&old) == that_count(&new)).then_some(Meaningless::TlsOtherNames)
}

fn x509(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

fn dns_names(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let names = certificate.subject_alternative_name().ok()??;
    let names = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    Some(names.collect())
}

/// The paths of members that differ.
fn differences(before: &Json, after: &Json, path: &str, paths: &mut Vec<String>) {
    match (before, after) {
        (Json::Object(before), Json::Object(after)) => {
            let added = after.keys().filter(|name| !before.contains_key(*name));
            for name in before.keys().chain(added) {
                let path = format!("{path}/{name}");
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => differences(before, after, &path, paths),
                    _ => paths.push(path),
                }
            }
        }
        (Json::Array(before), Json::Array(after)) if before.len() == after.len() => {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                differences(before, after, &format!("{path}/{index}"), paths);
            }
        }
        _ if before == after => {}
        _ => paths.push(path.to_owned()),
    }
}

/// Changes and cuts a whole bundle, and returns how often each reason was needed.
fn bundle(
    what: &str,
    input: &[u8],
    policy: Option<&Policy>,
    now: UnixTime,
) -> BTreeMap<Meaningless, usize> {
    let examine = |bundle: &[u8]| examine(bundle, &[], policy, now);
    let unchanged = examine(input).unwrap();
    let changes = changes(input, 6);
    let survivors = survivors(input, &changes, examine);
    let mut reasons = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (change, report) in survivors {
        let mut changed = input.to_vec();
        changed[change.at] = change.value;
        match meaning(input, &changed, now) {
            Some(reason) => {
                *reasons.entry(reason).or_default() += 1;
                assert_says_the_same(reason, &unchanged, &report);
            }
            None => unexplained.push((change.at, char::from(input[change.at]), change.value)),
        }
    }
    println!("{what}: {} bytes, {} changes; {reasons:?}", input.len(), changes.len());
    assert!(unexplained.is_empty(), "{what}: {unexplained:?}");
    cuts(input, examine);
    reasons
}

/// A change that means nothing leaves every claim and every outcome as it was; what it touches is
/// shown as not checked.
fn assert_says_the_same(reason: Meaningless, before: &Report, after: &Report) {
    let outcomes = |report: &Report| -> Vec<(&str, &str, Option<&str>)> {
        let findings = report.links.iter().flat_map(|link| &link.findings);
        findings.map(|f| (f.check.id, f.outcome, f.reason)).collect()
    };
    assert_eq!(outcomes(before), outcomes(after), "{reason:?}");
    assert_eq!(before.claims, after.claims, "{reason:?}");
    assert_eq!(before.verdict.state, after.verdict.state, "{reason:?}");
    let not_checked = |id: &str| after.not_checked.iter().any(|open| open.check.id == id);
    match reason {
        Meaningless::JsonSpelling | Meaningless::PemLines => {
            assert_ne!(before.subject.sha256, after.subject.sha256);
            assert_eq!(before.evidence.len(), after.evidence.len());
            for (before, after) in before.evidence.iter().zip(&after.evidence) {
                assert_eq!(before.sha256, after.sha256, "{reason:?}: {}", before.id);
            }
        }
        Meaningless::DomainCase => {
            let name = |report: &Report| report.subject.name.clone().unwrap().to_ascii_lowercase();
            assert_eq!(name(before), name(after));
        }
        Meaningless::TlsUnsigned | Meaningless::TlsDates | Meaningless::TlsOtherNames => {
            assert!(not_checked("binding.tls.issuer"), "{reason:?}");
        }
    }
}

#[test]
fn changed_or_cut_demonstration_bundle_is_never_verified_but_for_what_nobody_signs() {
    let policy = builtin("simulated").unwrap().policy().unwrap();
    let now = "2026-02-01T00:00:00Z".parse().unwrap();
    let reasons = bundle("demonstration", &demonstration(), Some(&policy), now);
    assert!(reasons.contains_key(&Meaningless::TlsUnsigned));
    assert!(reasons.contains_key(&Meaningless::DomainCase));
    assert!(!reasons.contains_key(&Meaningless::JsonSpelling), "it has no white space");
}

#[test]
fn changed_or_cut_real_bundle_is_never_verified_but_for_what_nobody_signs() {
    let Some(file) = shared("vectors/tinfoil/attestation-bundle.json") else { return };
    let now = "2026-02-01T00:00:00Z".parse().unwrap();
    let reasons = bundle("real Tinfoil bundle", &fs::read(file).unwrap(), None, now);
    assert!(reasons.contains_key(&Meaningless::TlsUnsigned));
    assert!(reasons.contains_key(&Meaningless::DomainCase));
    assert!(reasons.contains_key(&Meaningless::JsonSpelling));
}

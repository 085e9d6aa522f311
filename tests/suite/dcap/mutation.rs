//! No changed byte and no cut of a quote or of Intel's collateral is ever verified.
//!
//! Every byte is changed, in every byte one bit. Where a change means nothing, the reason is
//! computed by other people's parsers, never from a list of offsets, and counted; then every
//! finding and every claim must be as it was.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value as Json;
use silicon_to_source::report::Report;
use x509_parser::pem::Pem;

use crate::common::dcap::Case;
use crate::common::mutation::{Answer, Change, changes, holding_cuts, survivors};
use crate::common::{examine, shared};

/// Why a changed input may say what the unchanged one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaningless {
    /// Bytes after the quote, which nobody signs: they are counted, and a warning names them.
    AfterTheQuote,
    /// Another spelling of the same certificates in PEM.
    PemSpelling,
    /// White space between the tokens of the JSON text, or another spelling of the same text.
    JsonSpelling,
    /// Another spelling of the same bytes in hex or PEM.
    Encoding,
    /// A chain that belongs to the revocation list and is not needed: the quote carries its own.
    NotNeeded,
}

/// The certificates of PEM text. `x509-parser` knows lines by their line feeds only.
fn certificates(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let lines = pem.iter().map(|byte| if *byte == 0x0c { b'\n' } else { *byte });
    let lines: Vec<u8> = lines.collect();
    let blocks: Result<Vec<Pem>, _> = Pem::iter_from_buffer(&lines).collect();
    let blocks = blocks.ok()?;
    let certificates = blocks.iter().all(|block| block.label == "CERTIFICATE");
    certificates.then(|| blocks.into_iter().map(|block| block.contents).collect())
}

/// The parts of a quote, found with `dcap-qvl`.
struct Parts {
    /// What stands before the certificates.
    before: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    /// What follows them.
    after: Vec<u8>,
}

fn parts(quote: &[u8]) -> Option<Parts> {
    let parsed = dcap_qvl::quote::Quote::parse(quote).ok()?;
    let pem = match parsed.auth_data {
        dcap_qvl::quote::AuthData::V3(data) => data.certification_data.body.data,
        dcap_qvl::quote::AuthData::V4(data) => data.qe_report_data.certification_data.body.data,
    };
    let start = quote.windows(pem.len()).position(|window| window == pem)?;
    let (before, rest) = quote.split_at(start);
    let (pem, after) = rest.split_at(pem.len());
    let certificates = certificates(pem)?;
    Some(Parts { before: before.to_vec(), certificates, after: after.to_vec() })
}

fn quote_meaning(original: &[u8], changed: &[u8]) -> Option<Meaningless> {
    let (old, new) = (parts(original)?, parts(changed)?);
    if (old.before, old.certificates) != (new.before, new.certificates) {
        return None;
    }
    Some(if old.after == new.after { Meaningless::PemSpelling } else { Meaningless::AfterTheQuote })
}

/// The members of collateral with everything decoded, and without what is not needed.
fn decoded(document: &Json) -> Option<BTreeMap<&str, Vec<Vec<u8>>>> {
    let mut decoded = BTreeMap::new();
    for (name, value) in document.as_object()? {
        let text = value.as_str()?;
        let bytes = match name.as_str() {
            "tcb_info_issuer_chain" | "qe_identity_issuer_chain" => certificates(text.as_bytes())?,
            "root_ca_crl" | "pck_crl" | "tcb_info_signature" | "qe_identity_signature" => {
                vec![hex::decode(text.trim()).ok()?]
            }
            "tcb_info" | "qe_identity" => vec![text.as_bytes().to_vec()],
            _ => continue,
        };
        decoded.insert(name.as_str(), bytes);
    }
    Some(decoded)
}

fn collateral_meaning(original: &[u8], changed: &[u8]) -> Option<Meaningless> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Json>(bytes).ok();
    let (original, changed) = (read(original)?, read(changed)?);
    if original == changed {
        return Some(Meaningless::JsonSpelling);
    }
    if decoded(&original)? != decoded(&changed)? {
        return None;
    }
    const CHAIN: &str = "pck_crl_issuer_chain";
    let same = original[CHAIN] == changed[CHAIN];
    Some(if same { Meaningless::Encoding } else { Meaningless::NotNeeded })
}

/// Every finding's outcome, and the claims.
fn said(report: &Report) -> Vec<String> {
    let findings = report.links.iter().flat_map(|link| &link.findings);
    let outcomes = findings.map(|f| format!("{} {} {:?}", f.check.id, f.outcome, f.reason));
    outcomes.chain([serde_json::to_string(&report.claims).unwrap()]).collect()
}

/// Changes every byte and makes every cut; returns how often each reason was needed.
fn changed_and_cut(
    what: &str,
    input: &[u8],
    examine: impl Fn(&[u8]) -> Answer + Sync,
    meaning: fn(&[u8], &[u8]) -> Option<Meaningless>,
) -> BTreeMap<Meaningless, usize> {
    let unchanged = examine(input).unwrap();
    let changes = changes(input, usize::MAX);
    let mut reasons = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut note = |changed: &[u8], at: usize, report: &Report| match meaning(input, changed) {
        Some(Meaningless::AfterTheQuote) => {
            let others = |report| {
                let mut said = said(report);
                said.retain(|line| !line.starts_with("dcap.quote.trailing "));
                said
            };
            assert_eq!(others(&unchanged), others(report));
            *reasons.entry(Meaningless::AfterTheQuote).or_default() += 1;
        }
        Some(reason) => {
            assert_eq!(said(&unchanged), said(report), "{reason:?} at {at}");
            *reasons.entry(reason).or_default() += 1;
        }
        None => unexplained.push(at),
    };
    for (Change { at, value }, report) in survivors(input, &changes, &examine) {
        let mut changed = input.to_vec();
        changed[at] = value;
        note(&changed, at, &report);
    }
    let lengths: Vec<usize> = (0..input.len()).collect();
    for (len, report) in holding_cuts(input, &lengths, &examine) {
        note(&input[..len], len, &report);
    }
    println!("{what}: {} bytes, {} changes, every cut; {reasons:?}", input.len(), changes.len());
    assert!(unexplained.is_empty(), "{what}: {unexplained:?}");
    reasons
}

/// A quote with its collateral in one file.
fn both(
    what: &str,
    quote: &[u8],
    collateral: &[u8],
    examine: impl Fn(&[u8], &[u8]) -> Answer + Sync,
) {
    let of_quote = |changed: &[u8]| examine(changed, collateral);
    let reasons = changed_and_cut(&format!("{what} quote"), quote, of_quote, quote_meaning);
    assert!(
        reasons.keys().all(|reason| {
            matches!(reason, Meaningless::PemSpelling | Meaningless::AfterTheQuote)
        })
    );
    let of_collateral = |changed: &[u8]| examine(quote, changed);
    let what = format!("{what} collateral");
    let reasons = changed_and_cut(&what, collateral, of_collateral, collateral_meaning);
    assert!(reasons.contains_key(&Meaningless::Encoding), "letters of hex have two cases");
    assert!(reasons.contains_key(&Meaningless::NotNeeded));
}

#[test]
fn changed_or_cut_simulated_tdx_quote_and_collateral_are_never_verified() {
    let case = Case::td();
    let policy = case.policy();
    both("simulated TDX", &case.quote_bytes(), &case.files().bytes(), |quote, collateral| {
        examine(quote, &[collateral], Some(&policy), case.now)
    });
}

#[test]
fn changed_or_cut_simulated_sgx_quote_and_collateral_are_never_verified() {
    let case = Case::enclave();
    let policy = case.policy();
    both("simulated SGX", &case.quote_bytes(), &case.files().bytes(), |quote, collateral| {
        examine(quote, &[collateral], Some(&policy), case.now)
    });
}

#[test]
fn changed_or_cut_real_quote_and_collateral_are_never_verified() {
    let Some(folder) = shared("vectors/intel") else { return };
    let file = |end: &str| fs::read(folder.join(format!("tdx-v4-up-to-date.{end}"))).unwrap();
    let now = "2025-07-01T00:00:00Z".parse().unwrap();
    both("real TDX", &file("quote"), &file("collateral.json"), |quote, collateral| {
        examine(quote, &[collateral], None, now)
    });
}

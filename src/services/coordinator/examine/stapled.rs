//! What a document staples to its evidence: certificates, lists and logs.
//!
//! It is untrusted input like everything else, signed by its vendor or worth nothing. A part that
//! cannot be read is reported and left out, so that it hides nothing that can be had elsewhere.

use serde_json::json;

use crate::finding::{Finding, Why};
use crate::formats::eventlog::examine::{Kind, Logs};
use crate::formats::intel::files::Intel;
use crate::formats::snp::files::Amd;
use crate::formats::{eventlog, intel};
use crate::pki::{Cert, Crl};
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::Document;
use crate::sorted::Sorted as _;
use crate::wire::Base64Url;

/// Adds Intel's collateral to `at_hand`, with a finding for each part that cannot be read.
pub(super) fn intel(document: &Document, at_hand: &mut Intel<'_>) -> Vec<Finding> {
    let Some(tdx) = &document.collateral.tdx else { return Vec::new() };
    let signed = |name: &str, text: &Option<String>, chain: &Option<String>| {
        let text = text.as_ref()?;
        let chain_name = format!("{name}_issuer_chain");
        let mut part = json!({ name: text });
        if let (Some(chain), Some(members)) = (chain, part.as_object_mut()) {
            members.insert(chain_name, chain.as_str().into());
        }
        Some(part.to_string().into_bytes())
    };
    let chain = |name: &str, text: &Option<String>| {
        text.as_ref().map(|text| json!({ name: text }).to_string().into_bytes())
    };
    let list = |der: &Option<Base64Url>| der.as_ref().map(|der| der.0.clone());
    let parts = [
        ("tcb_info", signed("tcb_info", &tdx.tcb_info, &tdx.tcb_info_issuer_chain)),
        ("qe_identity", signed("qe_identity", &tdx.qe_identity, &tdx.qe_identity_issuer_chain)),
        ("root_ca_crl", list(&tdx.root_ca_crl)),
        ("pck_crl", list(&tdx.pck_crl)),
        ("pck_crl_issuer_chain", chain("pck_crl_issuer_chain", &tdx.pck_crl_issuer_chain)),
        ("pck_chain", chain("pck_chain", &tdx.pck_chain)),
    ];
    let mut findings = Vec::new();
    for (name, part) in parts {
        let Some(part) = part else { continue };
        match intel::parse::collateral::parts(&part) {
            Ok(read) => {
                for part in read {
                    match part {
                        Ok(part) => at_hand.add(part),
                        Err(error) => findings.push(malformed(name, &error)),
                    }
                }
            }
            Err(error) => findings.push(malformed(name, &error)),
        }
    }
    findings
}

/// Adds AMD's certificates and list to `at_hand`, and reports each part that cannot be read.
pub(super) fn amd<'a>(document: &'a Document, at_hand: &mut Amd<'a>) -> Vec<Finding> {
    const WHAT: &str = "stapled certificate";
    let Some(snp) = &document.collateral.snp else { return Vec::new() };
    let mut findings = Vec::new();
    for (name, der) in
        [("vcek", &snp.vcek), ("vlek", &snp.vlek), ("ask", &snp.ask), ("ark", &snp.ark)]
    {
        let Some(Base64Url(der)) = der else { continue };
        let subject = Cert::parse(WHAT, der).map(|cert| cert.common_name().map(str::to_owned));
        match subject {
            Ok(Some(subject)) if subject.starts_with("SEV-") || subject.starts_with("ARK-") => {
                at_hand.add(name, der);
            }
            Ok(subject) => findings.push(
                Finding::fail(&checks::COORDINATOR_COLLATERAL, "wrong-name")
                    .part(name)
                    .actual(subject.unwrap_or_default()),
            ),
            Err(error) => findings.push(malformed(name, &error)),
        }
    }
    if let Some(Base64Url(der)) = &snp.crl {
        match Crl::parse("stapled revocation list", der) {
            Ok(_) => at_hand.add("crl", der),
            Err(error) => findings.push(malformed("crl", &error)),
        }
    }
    findings
}

fn malformed(name: &'static str, error: &crate::error::Error) -> Finding {
    Finding::fail(&checks::COORDINATOR_COLLATERAL, "malformed").part(name).actual(error.to_string())
}

/// Adds the logs to `at_hand`, with a finding for each. Logs that the reader supplied come first.
pub(super) fn logs<'a>(document: &'a Document, at_hand: &mut Logs<'a>) -> Vec<Finding> {
    let check = &checks::COORDINATOR_EVENT_LOG;
    let mut findings = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for log in &document.event_logs {
        let bytes = log.body.0.as_slice();
        let (kind, read) = match log.kind.as_str() {
            "tcg-ccel" => (Kind::Firmware, eventlog::parse::tcg::Log::parse(bytes).map(|_| ())),
            "cos-cel" => (Kind::Launcher, eventlog::parse::cel::Log::parse(bytes).map(|_| ())),
            "dstack-json" => (Kind::Dstack, eventlog::parse::dstack::Log::parse(bytes).map(|_| ())),
            other => {
                if !seen.contains(&other) {
                    let part = other.to_owned();
                    findings.push(Finding::unknown(check, Why::NotSupported).part(part));
                    seen.push(other);
                }
                continue;
            }
        };
        let again = seen.contains(&log.kind.as_str());
        seen.push(&log.kind);
        let finding = match read {
            _ if again => Finding::fail(check, "not-exactly-one"),
            Ok(()) => {
                at_hand.add(kind, bytes);
                Finding::pass(check)
            }
            Err(error) => Finding::fail(check, "malformed").actual(error.to_string()),
        };
        if again {
            findings.retain(|known| known.part.as_deref() != Some(log.kind.as_str()));
        }
        findings.push(finding.part(log.kind.clone()));
    }
    findings
}

/// The logs beside evidence that signs no register which they could extend to, or that brings its
/// own.
pub(super) fn unread_logs(document: &Document) -> Vec<Finding> {
    let mut kinds: Vec<&str> = document.event_logs.iter().map(|log| log.kind.as_str()).collect();
    kinds.sorted_once();
    let check = &checks::COORDINATOR_EVENT_LOG;
    kinds
        .into_iter()
        .map(|kind| Finding::unknown(check, Why::NotSupported).part(kind.to_owned()))
        .collect()
}

//! What a verified quote states, each with the link that shows it.

use crate::claims::Claim;
use crate::finding::{LinkId, Value};
use crate::formats::intel::parse::{Body, EnclaveReport, TdReport};
use crate::formats::intel::verify::{TcbStanding, VerifiedQuote};
use crate::sorted::Sorted as _;

/// The claims of a verified quote.
pub(crate) fn claims(verified: &VerifiedQuote<'_>) -> Vec<Claim> {
    let quote = verified.quote();
    let mut claims = vec![
        claim("dcap.fmspc", LinkId::Chip, Value::hex(verified.fmspc())),
        claim("dcap.pce-id", LinkId::Chip, Value::hex(verified.pce_id())),
        claim("dcap.ppid", LinkId::Chip, Value::hex(verified.ppid())),
    ];
    if let Some(id) = verified.platform_instance_id() {
        claims.push(claim("dcap.platform-instance", LinkId::Chip, Value::hex(id)));
    }
    claims.push(claim("dcap.quote-version", LinkId::Report, Value::number(quote.version.number())));
    if let Some(standing) = verified.tcb() {
        claims.extend(tcb(standing));
    }
    match &quote.body {
        Body::Enclave(report) => claims.extend(enclave(report)),
        Body::Td(report) => claims.extend(td(report)),
    }
    claims.push(claim(
        "dcap.report-data",
        LinkId::KeyBinding,
        Value::hex(quote.body.report_data()),
    ));
    claims
}

fn tcb(standing: &TcbStanding) -> Vec<Claim> {
    let mut advisories: Vec<&str> =
        standing.advisories.iter().map(|advisory| advisory.id.as_str()).collect();
    advisories.sorted_once();
    let advisories = match advisories.as_slice() {
        [] => "none".to_owned(),
        ids => ids.join(", "),
    };
    vec![
        claim("dcap.advisories", LinkId::Tcb, advisories),
        claim("dcap.tcb-status", LinkId::Tcb, standing.status.word()),
        claim("dcap.tcb-date", LinkId::Tcb, standing.date),
        claim("dcap.evaluation-number", LinkId::Tcb, Value::number(standing.evaluation_number)),
    ]
}

fn td(report: &TdReport) -> Vec<Claim> {
    let [rtmr0, rtmr1, rtmr2, rtmr3] = &report.rtmr;
    let measured = |name, value: &[u8]| claim(name, LinkId::Measurements, Value::hex(value));
    vec![
        claim("tdx.tee-tcb-svn", LinkId::Tcb, Value::hex(report.tee_tcb_svn)),
        claim("tdx.mr-seam", LinkId::Tcb, Value::hex(report.mr_seam.0)),
        measured("tdx.attributes", &report.td_attributes),
        measured("tdx.xfam", &report.xfam),
        measured("tdx.mrtd", &report.mr_td.0),
        measured("tdx.rtmr0", &rtmr0.0),
        measured("tdx.rtmr1", &rtmr1.0),
        measured("tdx.rtmr2", &rtmr2.0),
        measured("tdx.rtmr3", &rtmr3.0),
        measured("tdx.mr-config-id", &report.mr_config_id.0),
    ]
}

fn enclave(report: &EnclaveReport) -> Vec<Claim> {
    let measured = |name, value: Value| claim(name, LinkId::Measurements, value);
    vec![
        measured("sgx.attributes", Value::hex(report.attributes)),
        measured("sgx.mrenclave", Value::hex(report.mr_enclave.0)),
        measured("sgx.mrsigner", Value::hex(report.mr_signer.0)),
        measured("sgx.isv-prod-id", Value::number(report.isv_prod_id)),
        measured("sgx.isv-svn", Value::number(report.isv_svn)),
    ]
}

fn claim(name: &'static str, link: LinkId, value: impl Into<Value>) -> Claim {
    Claim { name, value: value.into(), link, part: None }
}

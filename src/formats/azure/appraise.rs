//! What an Azure confidential VM says, against a policy.

use super::checks;
use super::policy::AzurePolicy;
use super::verify::{HCL_REPORT, VerifiedAzure};
use crate::claims::Claim;
use crate::digest::{Sha256, Sha384};
use crate::finding::compared::{Compared, Comparers, ruled_unless};
use crate::finding::{Check, Finding, LinkId, Rule, Value, Why};
use crate::formats::intel::parse::{Body, Quote, place as td};
use crate::formats::intel::policy::TdxPolicy;
use crate::formats::snp::parse::place;
use crate::hex;

/// Compares what the quote and the runtime data say with the policy.
pub(crate) fn appraise(verified: &VerifiedAzure<'_>, policy: &AzurePolicy) -> Vec<Finding> {
    let mut findings = vec![nonce(verified, policy), user_data(verified, policy)];
    findings.extend(boot(verified, policy));
    findings.push(secure_boot(verified, policy.without_secure_boot));
    findings
}

/// The findings when there is nothing verified to appraise.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// The processor's measurements are of the paravisor, and not of the guest: comparing them
/// identifies no image. REPORT_DATA is compared in `azure.runtime-data`.
pub(crate) const COMPARERS: Comparers =
    Comparers { software: Compared::Nobody, data: Compared::By(&checks::AZURE_RUNTIME_DATA) };

/// The paravisor that the processor measured is one that the policy names. `measured` is the
/// verified report's measurement, or the check that is to blame.
pub(crate) fn paravisor(measured: Result<Sha384, &'static Check>, accepted: &[Sha384]) -> Finding {
    let check = &checks::AZURE_PARAVISOR;
    let measured = match measured {
        Ok(measured) => measured,
        Err(by) => return Finding::blocked(check, by),
    };
    named(&measured, accepted).within(place::REPORT, place::MEASUREMENT)
}

/// The same on TDX, by MRTD. Registers that are in use belong to the paravisor as well: those
/// that the policy names have to be equal, and with one that it leaves out nothing is decided.
pub(crate) fn paravisor_of(
    quote: Result<&Quote<'_>, &'static Check>,
    policy: &TdxPolicy,
) -> Finding {
    let check = &checks::AZURE_PARAVISOR;
    let (quote, report) = match quote.map(|quote| (quote, &quote.body)) {
        Ok((quote, Body::Td(report))) => (quote, report),
        Ok((_, Body::Enclave(_))) => return Finding::unknown(check, Why::NotApplicable),
        Err(by) => return Finding::blocked(check, by),
    };
    let registers = policy.rtmrs();
    let rest = || registers.iter().zip(&report.rtmr);
    let differs = rest().any(|(accepted, own)| !accepted.is_empty() && !accepted.contains(own));
    let is_open = rest().any(|(accepted, own)| accepted.is_empty() && own.0 != [0; Sha384::LEN]);
    let finding = match (differs, is_open) {
        (true, _) => Finding::fail(check, "not-listed").actual(Value::hex(report.mr_td.0)),
        (false, true) if policy.mr_td.contains(&report.mr_td) => {
            Finding::no_reference(check).actual(Value::hex(report.mr_td.0))
        }
        (false, _) => named(&report.mr_td, &policy.mr_td),
    };
    finding.within("quote", td::within(quote.body_span, td::td::MR_TD))
}

fn named(measured: &Sha384, accepted: &[Sha384]) -> Finding {
    let check = &checks::AZURE_PARAVISOR;
    let finding = if accepted.is_empty() {
        Finding::no_reference(check)
    } else {
        let texts: Vec<String> = accepted.iter().map(Sha384::to_string).collect();
        Finding::test(check, accepted.contains(measured), "not-listed").expected(texts.join(" or "))
    };
    finding.actual(Value::hex(measured.0))
}

/// What the paravisor and its TPM say about the machine.
pub(crate) fn claims(verified: &VerifiedAzure<'_>) -> Vec<Claim> {
    let said = &verified.hcl().said;
    let settings = &said.configuration;
    let claim = |name, value, link| Claim { name, value, link, part: None };
    let (resets, restarts) = verified.boots();
    let on = |is_on: bool| Value::text(if is_on { "on" } else { "off" });
    let mut claims = vec![
        claim("tpm.extra-data", Value::hex(verified.extra_data()), LinkId::Report),
        claim("tpm.resets", Value::number(resets), LinkId::Report),
        claim("tpm.restarts", Value::number(restarts), LinkId::Report),
    ];
    let machine = settings.machine.as_deref().map(Value::text);
    claims.extend(machine.map(|id| claim("azure.machine", id, LinkId::Report)));
    let console = settings.console.map(on);
    claims.extend(console.map(|console| claim("azure.console", console, LinkId::Measurements)));
    let data = said.user_data.as_deref().map(Value::text);
    claims.extend(data.map(|data| claim("azure.user-data", data, LinkId::Report)));
    claims
}

fn nonce(verified: &VerifiedAzure<'_>, policy: &AzurePolicy) -> Finding {
    let check = &checks::AZURE_NONCE;
    let actual = Value::hex(verified.extra_data());
    match policy.nonce.as_ref().map(hex::decode) {
        None => Finding::no_reference(check).actual(actual),
        Some(Err(_)) => Finding::fail(check, "malformed").actual(actual),
        Some(Ok(expected)) => Finding::equal(check, &expected, verified.extra_data()),
    }
}

/// Data of the guest's own, which the paravisor put where the processor's word covers it.
fn user_data(verified: &VerifiedAzure<'_>, policy: &AzurePolicy) -> Finding {
    let check = &checks::AZURE_USER_DATA;
    let hcl = verified.hcl();
    let said = hcl.said.user_data.as_ref();
    let expected = policy.user_data.as_ref().map(hex::decode);
    let finding = match (expected, said.map(hex::decode)) {
        (None, _) => Finding::no_reference(check),
        (Some(Err(_)), _) | (_, Some(Err(_))) => Finding::fail(check, "malformed"),
        (Some(Ok(_)), None) => Finding::fail(check, "missing"),
        (Some(Ok(expected)), Some(Ok(said))) => Finding::equal(check, &expected, &said),
    };
    let shown = match said {
        Some(said) => finding.actual(said.as_str()),
        None => finding,
    };
    shown.within(HCL_REPORT, hcl.runtime.1)
}

/// One finding for each register that the policy names.
fn boot(verified: &VerifiedAzure<'_>, policy: &AzurePolicy) -> Vec<Finding> {
    let check = &checks::AZURE_BOOT;
    if policy.registers.is_empty() {
        return vec![Finding::no_reference(check)];
    }
    let compared = policy.registers.iter().map(|(number, Sha256(expected))| {
        let part = format!("pcr{number}");
        match verified.registers().get(usize::from(*number)) {
            Some(value) => Finding::equal(check, expected, value).part(part),
            None => Finding::fail(check, "missing").part(part),
        }
    });
    compared.collect()
}

fn secure_boot(verified: &VerifiedAzure<'_>, without: Rule) -> Finding {
    let check = &checks::AZURE_SECURE_BOOT;
    let at = verified.hcl().runtime.1;
    let finding = match verified.hcl().said.configuration.secure_boot {
        None => Finding::unknown(check, Why::NotPublished),
        Some(on) => {
            let off = (!on).then_some("off");
            ruled_unless(check, off, without).actual(off.unwrap_or("on"))
        }
    };
    finding.within(HCL_REPORT, at)
}

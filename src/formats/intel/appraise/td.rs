//! T31 to T38: the rules and the identity of a TDX guest.

use super::{Compared, QUOTE, is_zero, listed, ruled, wished};
use crate::digest::Sha384;
use crate::finding::{Check, Finding, Rule, Value, Why};
use crate::formats::intel::checks;
use crate::formats::intel::parse::TdReport;
use crate::formats::intel::parse::bits::{TD_ATTRIBUTES, XFAM, names, unnamed};
use crate::formats::intel::parse::place::{self, td};
use crate::formats::intel::policy::{Octets, RegisterRule, TdxPolicy};
use crate::span::Span;

/// TDATTRIBUTES, by the ABI specification's table.
const DEBUG: u32 = 0;
const SEPT_VE_DISABLE: u32 = 28;
const MIGRATABLE: u32 = 29;
const PKS: u32 = 30;
const KEY_LOCKER: u32 = 31;
const PERFMON: u32 = 63;
const AGENT: u32 = 62;
/// Bits 1 to 7: like DEBUG they take the guest out of the protected state.
const UNTRUSTED: u64 = 0xfe;

/// XFAM bits that must be one: x87 and SSE.
const XFAM_ONE: u64 = 0x3;

pub(super) fn appraise(
    report: &TdReport,
    body: Span,
    policy: &TdxPolicy,
    compared: Compared,
) -> Vec<Finding> {
    let place = |field| place::within(body, field);
    let mut findings = attributes(report, place(td::ATTRIBUTES), policy);
    findings.extend([
        service_td(report, place(td::MR_SERVICE_TD), policy),
        placed(xfam(report, policy), place(td::XFAM)),
        placed(seam_signer(report, policy), place(td::MR_SIGNER_SEAM)),
        placed(seam_attributes(report, policy), place(td::SEAM_ATTRIBUTES)),
        placed(
            listed(&checks::TDX_SEAM_MAKER, &policy.mr_signer_seam, &report.mr_signer_seam),
            place(td::MR_SIGNER_SEAM),
        ),
        placed(
            listed(
                &checks::TDX_SEAM_PROPERTIES,
                &policy.seam_attributes,
                &Octets(report.seam_attributes),
            ),
            place(td::SEAM_ATTRIBUTES),
        ),
        placed(
            listed(&checks::TDX_SEAM_MEASUREMENT, &policy.mr_seam, &report.mr_seam),
            place(td::MR_SEAM),
        ),
        placed(tee_tcb_svn(report, policy), place(td::TEE_TCB_SVN)),
    ]);
    for (check, rule, value, field) in [
        (&checks::TDX_CONFIG_ID, &policy.mr_config_id, &report.mr_config_id, td::MR_CONFIG_ID),
        (&checks::TDX_OWNER, &policy.mr_owner, &report.mr_owner, td::MR_OWNER),
        (
            &checks::TDX_OWNER_CONFIG,
            &policy.mr_owner_config,
            &report.mr_owner_config,
            td::MR_OWNER_CONFIG,
        ),
    ] {
        findings.push(placed(register(check, rule, value), place(field)));
    }
    findings
        .push(placed(listed(&checks::TDX_MRTD, &policy.mr_td, &report.mr_td), place(td::MR_TD)));
    let names = ["rtmr0", "rtmr1", "rtmr2", "rtmr3"];
    let is_named = policy.rtmrs().iter().any(|accepted| !accepted.is_empty());
    for (((name, field), accepted), value) in
        names.into_iter().zip(td::RTMR).zip(policy.rtmrs()).zip(&report.rtmr)
    {
        // Where the policy names registers, it asks for nothing of the others.
        if is_named && accepted.is_empty() {
            continue;
        }
        let finding = listed(&checks::TDX_RTMR, accepted, value).part(name);
        findings.push(placed(finding, place(field)));
    }
    findings.push(software(report, policy, compared));
    findings
}

fn placed(finding: Finding, span: Span) -> Finding {
    finding.within(QUOTE, span)
}

/// T31 to T34.
fn attributes(report: &TdReport, at: Span, policy: &TdxPolicy) -> Vec<Finding> {
    let bits = report.attributes();
    let bit = |check, position: u32, wanted: bool, rule: Option<Rule>| {
        let set = bits.checked_shr(position).is_some_and(|shifted| shifted & 1 != 0);
        let finding = match set == wanted {
            true => Finding::pass(check),
            false => wished(check, rule, if set { "set" } else { "clear" }),
        };
        placed(finding.actual(if set { "set" } else { "clear" }), at)
    };
    let none_of = |check, bits: u64, rule| {
        let finding = if bits == 0 { Finding::pass(check) } else { ruled(check, rule, "set") };
        placed(finding.actual(names(TD_ATTRIBUTES, bits)), at)
    };
    vec![
        bit(&checks::TDX_DEBUG, DEBUG, false, Some(policy.debug)),
        none_of(&checks::TDX_UNTRUSTED, bits & UNTRUSTED, policy.tud),
        bit(
            &checks::TDX_SEPT_VE_DISABLE,
            SEPT_VE_DISABLE,
            true,
            Some(policy.without_sept_ve_disable),
        ),
        bit(&checks::TDX_PKS, PKS, false, policy.pks),
        bit(&checks::TDX_KEY_LOCKER, KEY_LOCKER, false, policy.kl),
        bit(&checks::TDX_PERFMON, PERFMON, false, Some(policy.perfmon)),
        bit(&checks::TDX_AGENT, AGENT, false, Some(policy.tpa)),
        none_of(&checks::TDX_RESERVED, unnamed(TD_ATTRIBUTES, bits & !UNTRUSTED), policy.reserved),
        bit(&checks::TDX_MIGRATABLE, MIGRATABLE, false, Some(policy.migratable)),
    ]
}

/// T34: only TDX 1.5 bodies name service guests.
fn service_td(report: &TdReport, at: Span, policy: &TdxPolicy) -> Finding {
    let check = &checks::TDX_SERVICE_TD;
    let Some(relaunch) = &report.relaunch else {
        return Finding::unknown(check, Why::NotApplicable);
    };
    let finding = if is_zero(&relaunch.mr_service_td) {
        Finding::pass(check)
    } else {
        ruled(check, policy.service_td, "set")
    };
    placed(finding.actual(Value::hex(relaunch.mr_service_td.0)), at)
}

/// T35.
fn xfam(report: &TdReport, policy: &TdxPolicy) -> Finding {
    let check = &checks::TDX_XFAM;
    let bits = report.features();
    let finding = if bits & XFAM_ONE != XFAM_ONE {
        Finding::fail(check, "clear")
    } else if !policy.xfam.is_empty() {
        let accepted: Vec<String> = policy.xfam.iter().map(Octets::to_string).collect();
        Finding::test(check, policy.xfam.contains(&Octets(report.xfam)), "not-listed")
            .expected(accepted.join(" or "))
    } else if unnamed(XFAM, bits) != 0 {
        ruled(check, policy.reserved, "set")
    } else {
        Finding::pass(check)
    };
    finding.actual(Value::hex(report.xfam))
}

/// T36: zero stands for Intel.
fn seam_signer(report: &TdReport, policy: &TdxPolicy) -> Finding {
    let check = &checks::TDX_SEAM_SIGNER;
    let finding = if is_zero(&report.mr_signer_seam) {
        Finding::pass(check)
    } else {
        ruled(check, policy.foreign_seam, "not-equal")
    };
    finding.expected(Value::hex([0; Sha384::LEN])).actual(Value::hex(report.mr_signer_seam.0))
}

/// T36.
fn seam_attributes(report: &TdReport, policy: &TdxPolicy) -> Finding {
    let check = &checks::TDX_SEAM_ATTRIBUTES;
    let finding = if report.seam_attributes == [0; 8] {
        Finding::pass(check)
    } else {
        ruled(check, policy.foreign_seam, "set")
    };
    finding.expected(Value::hex([0; 8])).actual(Value::hex(report.seam_attributes))
}

/// T36: each security version of the module and of the processor's firmware by itself.
fn tee_tcb_svn(report: &TdReport, policy: &TdxPolicy) -> Finding {
    let check = &checks::TDX_TEE_TCB_SVN;
    match &policy.minimum_tee_tcb_svn {
        Some(minimum) => {
            let mut pairs = minimum.0.iter().zip(&report.tee_tcb_svn);
            Finding::test(check, pairs.all(|(least, svn)| svn >= least), "below-minimum")
                .expected(format!("at least {minimum}, byte by byte"))
        }
        None => Finding::no_reference(check),
    }
    .actual(Value::hex(report.tee_tcb_svn))
}

/// T37.
fn register(check: &'static Check, rule: &RegisterRule, value: &Sha384) -> Finding {
    match rule {
        // Zero: the host used it for nothing.
        RegisterRule::Any if is_zero(value) => Finding::unknown(check, Why::NotApplicable),
        RegisterRule::Any => Finding::no_reference(check),
        RegisterRule::Zero => {
            Finding::test(check, is_zero(value), "not-equal").expected(Value::hex([0; Sha384::LEN]))
        }
        RegisterRule::OneOf(accepted) => {
            let texts: Vec<String> = accepted.iter().map(Sha384::to_string).collect();
            Finding::test(check, accepted.contains(value), "not-listed")
                .expected(texts.join(" or "))
        }
    }
    .actual(Value::hex(value.0))
}

/// T38: the firmware, the kernel and its command line together say which software was started;
/// each alone does not. RTMR0 differs with the machine's size. RTMR3 belongs to the software:
/// where it is in use, it has to be named as well. A part alone names no software.
fn software(report: &TdReport, policy: &TdxPolicy, compared: Compared) -> Finding {
    let check = &checks::TDX_SOFTWARE;
    let [_, rtmr1, rtmr2, rtmr3] = &report.rtmr;
    let pairs = [
        (&policy.mr_td, &report.mr_td),
        (&policy.rtmr1, rtmr1),
        (&policy.rtmr2, rtmr2),
        (&policy.rtmr3, rtmr3),
    ];
    let differs = pairs.iter().any(|(accepted, v)| !accepted.is_empty() && !accepted.contains(v));
    let is_open =
        |(accepted, value): &(&Vec<Sha384>, &Sha384)| accepted.is_empty() && !is_zero(value);
    let is_whole = policy.names_software() && !pairs.iter().any(is_open);
    let named = (differs || is_whole).then_some(differs);
    compared.with(check, named, |differs| Finding::test(check, !differs, "not-listed"))
}

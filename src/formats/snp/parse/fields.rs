//! The report's fields with their spans, for showing.

use std::borrow::Cow;

use super::{Product, RawTcb, Report, Version, place};
use crate::finding::Value;
use crate::span::Span;
use crate::wire::Field;

const BASIS: &str = "AMD 56860, ATTESTATION_REPORT";

/// Every field of `report`; security versions are spelt out when the product is known.
pub fn fields(report: &Report<'_>, product: Option<Product>) -> Vec<Field> {
    let tcb = |raw: RawTcb| match product {
        Some(product) => Value::text(raw.decode(product).to_string()),
        None => Value::hex(raw.0),
    };
    let mut fields = vec![
        field("VERSION", place::VERSION, Value::number(report.version.number())),
        field("GUEST_SVN", place::GUEST_SVN, Value::number(report.guest_svn)),
        field("POLICY", place::POLICY, number_hex(report.policy.0)),
        field("FAMILY_ID", place::FAMILY_ID, Value::hex(report.family_id)),
        field("IMAGE_ID", place::IMAGE_ID, Value::hex(report.image_id)),
        field("VMPL", place::VMPL, Value::number(report.vmpl)),
        field("SIGNATURE_ALGO", place::SIGNATURE_ALGO, Value::number(report.signature_algorithm)),
        field("CURRENT_TCB", place::CURRENT_TCB, tcb(report.current_tcb)),
        field("PLATFORM_INFO", place::PLATFORM_INFO, number_hex(report.platform_info.0)),
        field("KEY_INFO", place::KEY_INFO, number_hex(report.key_info.0.into())),
        field("REPORT_DATA", place::REPORT_DATA, Value::hex(report.report_data)),
        field("MEASUREMENT", place::MEASUREMENT, Value::hex(report.measurement.0)),
        field("HOST_DATA", place::HOST_DATA, Value::hex(report.host_data)),
        field("ID_KEY_DIGEST", place::ID_KEY_DIGEST, Value::hex(report.id_key_digest.0)),
        field(
            "AUTHOR_KEY_DIGEST",
            place::AUTHOR_KEY_DIGEST,
            Value::hex(report.author_key_digest.0),
        ),
        field("REPORT_ID", place::REPORT_ID, Value::hex(report.report_id)),
        field("REPORT_ID_MA", place::REPORT_ID_MA, Value::hex(report.report_id_ma)),
        field("REPORTED_TCB", place::REPORTED_TCB, tcb(report.reported_tcb)),
    ];
    if let Some(cpuid) = report.cpuid {
        fields.push(field(
            "CPUID_FAM_ID, CPUID_MOD_ID, CPUID_STEP",
            place::CPUID,
            cpuid.to_string(),
        ));
    }
    fields.extend([
        field("CHIP_ID", place::CHIP_ID, Value::hex(report.chip_id)),
        field("COMMITTED_TCB", place::COMMITTED_TCB, tcb(report.committed_tcb)),
        field("CURRENT_BUILD, _MINOR, _MAJOR", place::CURRENT_BUILD, report.current.to_string()),
        field(
            "COMMITTED_BUILD, _MINOR, _MAJOR",
            place::COMMITTED_BUILD,
            report.committed.to_string(),
        ),
        field("LAUNCH_TCB", place::LAUNCH_TCB, tcb(report.launch_tcb)),
    ]);
    if let (Version::V5, Some((launch, current))) = (report.version, report.mitigations) {
        fields.push(field("LAUNCH_MIT_VECTOR", place::LAUNCH_MIT_VECTOR, number_hex(launch)));
        fields.push(field("CURRENT_MIT_VECTOR", place::CURRENT_MIT_VECTOR, number_hex(current)));
    }
    fields.push(field(
        "SIGNATURE R (little-endian)",
        place::SIGNATURE_R,
        Value::hex(report.signature_r),
    ));
    fields.push(field(
        "SIGNATURE S (little-endian)",
        place::SIGNATURE_S,
        Value::hex(report.signature_s),
    ));
    fields
}

fn field(name: impl Into<Cow<'static, str>>, span: Span, value: impl Into<Value>) -> Field {
    Field { name: name.into(), span, value: value.into(), basis: BASIS }
}

fn number_hex(bits: u64) -> Value {
    Value::text(format!("0x{bits:x}"))
}

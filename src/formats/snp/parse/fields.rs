//! The report's fields with their spans, for showing.

use std::borrow::Cow;

use super::{Product, RawTcb, Report, Version};
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
        field("VERSION", 0x00, 4, Value::number(report.version.number())),
        field("GUEST_SVN", 0x04, 4, Value::number(report.guest_svn)),
        field("POLICY", 0x08, 8, number_hex(report.policy.0)),
        field("FAMILY_ID", 0x10, 16, Value::hex(report.family_id)),
        field("IMAGE_ID", 0x20, 16, Value::hex(report.image_id)),
        field("VMPL", 0x30, 4, Value::number(report.vmpl)),
        field("SIGNATURE_ALGO", 0x34, 4, Value::number(report.signature_algorithm)),
        field("CURRENT_TCB", 0x38, 8, tcb(report.current_tcb)),
        field("PLATFORM_INFO", 0x40, 8, number_hex(report.platform_info.0)),
        field("KEY_INFO", 0x48, 4, number_hex(report.key_info.0.into())),
        field("REPORT_DATA", 0x50, 64, Value::hex(report.report_data)),
        field("MEASUREMENT", 0x90, 48, Value::hex(report.measurement.0)),
        field("HOST_DATA", 0xc0, 32, Value::hex(report.host_data)),
        field("ID_KEY_DIGEST", 0xe0, 48, Value::hex(report.id_key_digest.0)),
        field("AUTHOR_KEY_DIGEST", 0x110, 48, Value::hex(report.author_key_digest.0)),
        field("REPORT_ID", 0x140, 32, Value::hex(report.report_id)),
        field("REPORT_ID_MA", 0x160, 32, Value::hex(report.report_id_ma)),
        field("REPORTED_TCB", 0x180, 8, tcb(report.reported_tcb)),
    ];
    if let Some(cpuid) = report.cpuid {
        fields.push(field("CPUID_FAM_ID, CPUID_MOD_ID, CPUID_STEP", 0x188, 3, cpuid.to_string()));
    }
    fields.extend([
        field("CHIP_ID", 0x1a0, 64, Value::hex(report.chip_id)),
        field("COMMITTED_TCB", 0x1e0, 8, tcb(report.committed_tcb)),
        field("CURRENT_BUILD, _MINOR, _MAJOR", 0x1e8, 3, report.current.to_string()),
        field("COMMITTED_BUILD, _MINOR, _MAJOR", 0x1ec, 3, report.committed.to_string()),
        field("LAUNCH_TCB", 0x1f0, 8, tcb(report.launch_tcb)),
    ]);
    if let (Version::V5, Some((launch, current))) = (report.version, report.mitigations) {
        fields.push(field("LAUNCH_MIT_VECTOR", 0x1f8, 8, number_hex(launch)));
        fields.push(field("CURRENT_MIT_VECTOR", 0x200, 8, number_hex(current)));
    }
    fields.push(field("SIGNATURE R (little-endian)", 0x2a0, 72, Value::hex(report.signature_r)));
    fields.push(field("SIGNATURE S (little-endian)", 0x2e8, 72, Value::hex(report.signature_s)));
    fields
}

fn field(
    name: impl Into<Cow<'static, str>>,
    start: usize,
    len: usize,
    value: impl Into<Value>,
) -> Field {
    Field { name: name.into(), span: Span::new(start, len), value: value.into(), basis: BASIS }
}

fn number_hex(bits: u64) -> Value {
    Value::text(format!("0x{bits:x}"))
}

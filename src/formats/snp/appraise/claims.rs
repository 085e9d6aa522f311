//! What a verified report states, each with the link that shows it.

use crate::claims::Claim;
use crate::finding::{LinkId, Value};
use crate::formats::snp::parse::SigningKey;
use crate::formats::snp::verify::VerifiedSnp;

/// The claims of a verified report.
pub(crate) fn claims(verified: &VerifiedSnp<'_>) -> Vec<Claim> {
    let (report, product) = (verified.report(), verified.product());
    let (chip, _) = report.chip_id.split_at_checked(product.hardware_id_len()).unwrap_or_default();
    let signer = match report.key_info.signing_key() {
        SigningKey::Vlek => verified.vek().provider_id().unwrap_or_default().to_owned(),
        _ => verified.vek().cert.subject(),
    };
    let mut claims = vec![
        claim("hardware.root-sha256", LinkId::HardwareRoot, Value::hex(verified.root().0)),
        claim("snp.product", LinkId::Chip, product.name()),
        claim("snp.chip-id", LinkId::Chip, Value::hex(chip)),
        claim("snp.signing-key", LinkId::Chip, report.key_info.signing_key().to_string()),
        claim("snp.signer", LinkId::Chip, signer),
    ];
    // A root that the policy names is not AMD's by its name.
    let root = verified.root_name().map(|name| claim("hardware.root", LinkId::HardwareRoot, name));
    claims.splice(0..0, root);
    if let Some(cpuid) = report.cpuid {
        claims.push(claim("snp.cpu", LinkId::Chip, cpuid.to_string()));
    }
    claims.extend([
        claim("snp.report-version", LinkId::Report, Value::number(report.version.number())),
        claim("snp.tcb", LinkId::Tcb, report.reported_tcb.decode(product).to_string()),
        claim("snp.firmware", LinkId::Tcb, report.current.to_string()),
        claim("snp.measurement", LinkId::Measurements, Value::hex(report.measurement.0)),
        claim("snp.guest-policy", LinkId::Measurements, format!("0x{:x}", report.policy.0)),
        claim("snp.vmpl", LinkId::Measurements, Value::number(report.vmpl)),
        claim("snp.host-data", LinkId::Measurements, Value::hex(report.host_data)),
        claim("snp.report-data", LinkId::KeyBinding, Value::hex(report.report_data)),
    ]);
    claims
}

fn claim(name: &'static str, link: LinkId, value: impl Into<Value>) -> Claim {
    Claim { name, value: value.into(), link, part: None }
}

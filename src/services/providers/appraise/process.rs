//! What a process signed, against its certificate, Apple's certificate, the asked time and the policy.

use crate::claims::Claim;
use crate::digest::Sha256;
use crate::finding::{Finding, LinkId, Value};
use crate::formats::apple::appraise::masked;
use crate::formats::apple::verify::VerifiedDevice;
use crate::services::providers::checks;
use crate::services::providers::parse::Certificate;
use crate::services::providers::policy::ProvidersPolicy;
use crate::services::providers::verify::VerifiedTranscript;
use crate::time::UnixTime;

/// The findings about a verified transcript, and what it states.
pub(crate) fn process(
    certificate: &Certificate,
    verified: &VerifiedTranscript,
    device: Option<&VerifiedDevice>,
    policy: &ProvidersPolicy,
    now: UnixTime,
) -> (Vec<Finding>, Vec<Claim>) {
    let mut findings = agreement(certificate, verified, device);
    findings.push(time(certificate, verified, now));
    findings.push(program(verified, policy));
    (findings, claims(verified))
}

/// Every finding of this module where the transcript is not verified.
pub(crate) const APPRAISED: [&crate::finding::Check; 3] =
    [&checks::PROCESS_AGREEMENT, &checks::PROCESS_TIME, &checks::PROCESS_PROGRAM];

fn agreement(
    certificate: &Certificate,
    verified: &VerifiedTranscript,
    device: Option<&VerifiedDevice>,
) -> Vec<Finding> {
    let check = &checks::PROCESS_AGREEMENT;
    let own = verified.transcript();
    let members = [
        ("process_public_key", &own.process_public_key, &certificate.process_public_key),
        ("release_binary_hash", &own.binary_hash, &certificate.release_binary_hash),
        ("provider_version", &own.provider_version, &certificate.provider_version),
        ("platform", &own.provider_platform, &certificate.platform),
        ("backend", &own.provider_backend, &certificate.backend),
        ("runtime_hash", &own.runtime_hash, &certificate.runtime_hash),
        ("metallib_hash", &own.metallib_hash, &certificate.metallib_hash),
        ("se_public_key", &own.se_public_key, &certificate.se_public_key),
        ("expires_at", &own.evidence_expires_at, &certificate.expires_text),
    ];
    let unequal = members.into_iter().filter(|(_, signed, said)| signed != said);
    let mut findings: Vec<Finding> = unequal
        .map(|(part, signed, said)| Finding::equal_text(check, signed, said).part(part))
        .collect();
    if findings.is_empty() {
        findings.push(Finding::pass(check).part("certificate"));
    }
    let apple = device.and_then(|device| device.device().serial.value());
    findings.push(
        match apple {
            Some(apple) => Finding::test(check, *apple == own.serial_number, "not-equal")
                .expected(masked(apple))
                .actual(masked(&own.serial_number)),
            None => Finding::unknown(check, crate::finding::Why::NotPublished),
        }
        .part("serial"),
    );
    findings
}

/// The certificate is for the asked time, and was looked at after the process was asked.
fn time(certificate: &Certificate, verified: &VerifiedTranscript, now: UnixTime) -> Finding {
    let check = &checks::PROCESS_TIME;
    let asked = verified.transcript().coordinator_timestamp;
    let reason = if asked > certificate.verified_at {
        Some("disagree")
    } else if certificate.verified_at > now {
        Some("not-yet-valid")
    } else if certificate.expires_at <= now {
        Some("expired")
    } else {
        None
    };
    Finding::unless(check, reason)
        .expected(format!("{} to {}", certificate.verified_at, certificate.expires_at))
        .actual(now)
}

/// The program that the process says it is, among those that the policy names. It remains the
/// process's own word: what another program would say is the same.
fn program(verified: &VerifiedTranscript, policy: &ProvidersPolicy) -> Finding {
    let check = &checks::PROCESS_PROGRAM;
    let said = &verified.transcript().binary_hash;
    let finding = match said.parse::<Sha256>() {
        _ if policy.programs.is_empty() => Finding::no_reference(check),
        Ok(hash) if policy.programs.contains(&hash) => Finding::warn(check, "own-word"),
        _ => Finding::fail(check, "not-listed"),
    };
    finding.actual(Value::text(said.as_str()))
}

fn claims(verified: &VerifiedTranscript) -> Vec<Claim> {
    let own = verified.transcript();
    let yes = |is: bool| if is { "yes" } else { "no" };
    let stated = [
        ("process.key", LinkId::KeyBinding, own.process_public_key.as_str()),
        ("process.program", LinkId::Image, own.binary_hash.as_str()),
        ("process.version", LinkId::Image, own.provider_version.as_str()),
        ("process.sip", LinkId::Report, yes(own.sip_enabled)),
        ("process.secure-boot", LinkId::Report, yes(own.secure_boot_enabled)),
    ];
    let claim = |(name, link, value)| Claim { name, link, value: Value::text(value), part: None };
    stated.into_iter().map(claim).collect()
}

//! Apple's certificates about one device, alone or in what a service publishes.

use super::appraise;
use super::parse::Device;
use super::policy::ForApple;
use super::verify::{self, VerifiedDevice};
use crate::error::Error;
use crate::finding::{LinkId, to_blame};
use crate::pki::{Cert, pem_certificates};
use crate::report::{Draft, EvidenceItem, Part, RootOfTrust, Subject, certificate};
use crate::time::UnixTime;

const WHAT: &str = "certificate of a managed device";

/// The certificates of PEM, when the first is about a managed device.
pub(crate) fn certificates(input: &[u8]) -> Option<Vec<Vec<u8>>> {
    if !input.trim_ascii_start().starts_with(b"-----BEGIN CERTIFICATE") {
        return None;
    }
    let ders = pem_certificates(WHAT, input).ok()?;
    Device::is_one(&Cert::parse(WHAT, ders.first()?).ok()?).then_some(ders)
}

/// A chain by itself.
///
/// # Errors
/// None: what is wrong with a chain is a finding.
pub(crate) fn examine(
    input: &[u8],
    ders: &[Vec<u8>],
    policy: &dyn ForApple,
    now: UnixTime,
) -> Result<Draft, Error> {
    let key = policy.apple().key.as_deref();
    let Examined { part, .. } = device_of(ders, key, policy, now);
    let subject = Subject::of("apple-device", input);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::Statement) })
}

/// What one chain shows.
pub(crate) struct Examined {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedDevice>,
}

/// Verifies and appraises a chain; `key` is the text that its freshness code should be the hash of.
pub(crate) fn device_of(
    ders: &[Vec<u8>],
    key: Option<&str>,
    policy: &dyn ForApple,
    now: UnixTime,
) -> Examined {
    let examined = verify::verify(ders, policy.roots(), now);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraise::appraise(verified, policy.apple(), key));
            part.claims = appraise::claims(verified);
        }
        None => part.findings.extend(appraise::blocked(to_blame(&part.findings))),
    }
    part.evidence = authorities(ders);
    Examined { part, verified: examined.verified }
}

/// The certificates above the device's own, which names a serial number.
fn authorities(ders: &[Vec<u8>]) -> Vec<EvidenceItem> {
    let above = (0_u8..).zip(ders.iter().skip(1));
    let item = |(number, der): (u8, &Vec<u8>)| {
        let cert = Cert::parse(WHAT, der).ok()?;
        Some(certificate(format!("apple-authority-{number}"), LinkId::HardwareRoot, &cert))
    };
    above.filter_map(item).collect()
}

//! The certificate of a provider's process.

use crate::error::Error;
use crate::finding::{Finding, to_blame};
use crate::formats::apple::examine::device_of;
use crate::report::{Draft, RootOfTrust, Subject};
use crate::services::providers::appraise::{self, APPRAISED};
use crate::services::providers::parse::Certificate;
use crate::services::providers::policy::ForProviders;
use crate::services::providers::verify;
use crate::time::UnixTime;

/// A certificate by itself, or in a lease.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn examine(
    input: &[u8],
    policy: &dyn ForProviders,
    now: UnixTime,
) -> Result<Draft, Error> {
    let certificate = Certificate::parse(input)?;
    let mut draft = Draft::of(Subject::of("process-certificate", input), RootOfTrust::Statement);
    let key = Some(certificate.se_public_key.as_str());
    let device = device_of(&certificate.chain(), key, policy, now);
    let process = verify::verify(&certificate);
    match &process.verified {
        Some(verified) => {
            let (findings, claims) = appraise::process(
                &certificate,
                verified,
                device.verified.as_ref(),
                policy.providers(),
                now,
            );
            draft.absorb(device.part);
            draft.findings.extend(process.findings);
            draft.findings.extend(findings);
            draft.claims.extend(claims);
        }
        None => {
            let by = to_blame(&process.findings);
            draft.absorb(device.part);
            draft.findings.extend(process.findings);
            draft.findings.extend(APPRAISED.map(|check| Finding::blocked(check, by)));
        }
    }
    Ok(draft)
}

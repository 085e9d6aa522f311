//! Tokens of NVIDIA's remote attestation service: one about all GPUs, and one about each.
//!
//! Shown, when every check passes: NVIDIA's service says of these GPUs what the tokens state, and
//! each GPU's token is the one that the token about all names by its digest. The root of trust is
//! NVIDIA's service, which compared the GPUs' reports with NVIDIA's references itself; no chain
//! stands above its key here, so the level is A1, and a policy that names the key makes the reader
//! the one who vouches for it. The chain ends at the service's word. Nothing says which machine
//! the GPUs are in.

use super::snp::to_blame;
use super::token::{accepted, keys, wanted};
use crate::appraise::nras as appraise;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::token::{Bundle, Token};
use crate::finding::{LinkId, checks};
use crate::policy::Policy;
use crate::report::{DebugFlag, Draft, EvidenceItem, Flags, Freshness, Part, RootOfTrust, Subject};
use crate::time::UnixTime;
use crate::verify::token::{DeviceToken, TOKEN, verify_devices};

/// A bundle, or the token about all GPUs alone.
pub(super) fn examine(
    input: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let bundle = Bundle::is_likely(input).then(|| Bundle::parse(input)).transpose()?;
    let overall = match &bundle {
        Some(bundle) => Token::parse(bundle.overall.as_bytes())?,
        None => Token::parse(input)?,
    };
    let devices = bundle.as_ref().map(devices).transpose()?;
    let keys = keys(files)?;
    let examined =
        verify_devices(&overall, devices.as_deref(), keys.as_ref(), accepted(policy), now);
    let mut findings = examined.findings;
    let mut flags = Flags::UNKNOWN;
    let devices = devices.as_deref().unwrap_or_default();
    match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::appraise(verified, &policy.token));
            let is_on = |device: &DeviceToken<'_>| {
                device.token.claims.debug.as_deref().is_some_and(|debug| debug != "disabled")
            };
            if devices.iter().any(is_on) {
                flags.debug = DebugFlag::On;
            }
        }
        None => findings.extend(appraise::blocked(to_blame(&findings))),
    }
    if findings.iter().any(|f| *f.check == checks::TOKEN_NONCE && f.passed()) {
        flags.freshness = Freshness::Challenge;
    }
    let mut evidence =
        vec![EvidenceItem::new(TOKEN, "jwt", LinkId::Report, overall.bytes, overall.fields())];
    for DeviceToken { evidence: id, token, .. } in devices {
        let fields = token.fields();
        evidence.push(EvidenceItem::new(id.clone(), "jwt", LinkId::Report, token.bytes, fields));
    }
    let subject =
        Subject { kind: "gpu-tokens", name: None, sha256: Sha256::of(input), len: input.len() };
    Ok(Draft {
        part: Part {
            claims: appraise::claims(&overall, devices),
            evidence,
            wanted: wanted(&overall, keys.as_ref(), &policy.token),
            findings,
            flags,
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::Statement)
    })
}

fn devices(bundle: &Bundle) -> Result<Vec<DeviceToken<'_>>, Error> {
    let named = |(name, token)| DeviceToken { name, evidence: format!("token-{name}"), token };
    Ok(bundle.tokens()?.into_iter().map(named).collect())
}

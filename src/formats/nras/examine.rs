//! NVIDIA's tokens about GPUs, put together.

use super::appraise;
use crate::error::Error;
use crate::finding::{LinkId, to_blame};
use crate::formats::nras::parse::Bundle;
use crate::formats::nras::verify::{DeviceToken, VerifiedDevices, verify_devices};
use crate::formats::token;
use crate::formats::token::examine::{accepted, keys, root_of_trust, wanted};
use crate::formats::token::parse::Token;
use crate::formats::token::policy::ForToken;
use crate::formats::token::verify::TOKEN;
use crate::piece::Piece;
use crate::report::{DebugFlag, Draft, EvidenceItem, Freshness, Part, Subject};
use crate::time::UnixTime;

/// A bundle, or the token about all GPUs alone.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForToken,
    now: UnixTime,
) -> Result<Draft, Error> {
    let bundle = Bundle::is_likely(input).then(|| Bundle::parse(input)).transpose()?;
    let overall = match &bundle {
        Some(bundle) => Token::parse(bundle.overall.as_bytes())?,
        None => Token::parse(input)?,
    };
    let devices = bundle.as_ref().map(devices).transpose()?;
    let own = devices.as_deref().unwrap_or_default();
    let all: Vec<&Token<'_>> =
        std::iter::once(&overall).chain(own.iter().map(|device| &device.token)).collect();
    let keys = keys(&all, beside);
    let examined = verify_devices(&overall, devices.as_deref(), &keys, accepted(policy), now);
    let mut part = Part::of(examined.findings);
    let vouched = examined.verified.as_ref().map(VerifiedDevices::vouched);
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraise::appraise(verified, policy.token()));
            part.claims = appraise::claims(&overall, own);
            let is_on = |device: &DeviceToken<'_>| {
                device.token.claims.debug.as_deref().is_some_and(|debug| debug != "disabled")
            };
            if own.iter().any(is_on) {
                part.flags.debug = DebugFlag::On;
            }
        }
        None => part.findings.extend(appraise::blocked(to_blame(&part.findings))),
    }
    if part.passed(&token::checks::TOKEN_NONCE) {
        part.flags.freshness = Freshness::Challenge;
    }
    let link = LinkId::Report;
    part.evidence.push(EvidenceItem::new(TOKEN, "jwt", link, overall.bytes, overall.fields()));
    for DeviceToken { evidence: id, token, .. } in own {
        let fields = token.fields();
        part.evidence.push(EvidenceItem::new(id.clone(), "jwt", link, token.bytes, fields));
    }
    part.wanted = wanted(&overall, &keys, policy.token());
    let subject = Subject::of("gpu-tokens", input);
    Ok(Draft { part, ..Draft::of(subject, root_of_trust(vouched)) })
}

fn devices(bundle: &Bundle) -> Result<Vec<DeviceToken<'_>>, Error> {
    let named = |(name, token)| DeviceToken { name, evidence: format!("token-{name}"), token };
    Ok(bundle.tokens()?.into_iter().map(named).collect())
}

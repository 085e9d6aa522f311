//! A token of Google Confidential Space, of a plain confidential machine at Google, of Intel Trust
//! Authority, or of EigenLabs' KMS.
//!
//! Shown, when every check passes: the service's key signed these claims, and they count at the
//! asked time. The root of trust is the service; it measured, verified and reports. Google's
//! certificates lead to Google's pinned root, so that such a token shows A2 at most. A token that
//! names its key in a list, or whose key is handed in, shows A1: no chain stands above that key,
//! and a policy that names it makes the reader the one who vouches. EigenLabs' token is a
//! statement of EigenLabs, A1 whatever its key. The chain ends at the image digest or the
//! registers that the service names; a build that names the same digest is compared elsewhere.

use super::snp::{certificate, to_blame};
use crate::appraise::{Comparers, token as appraise};
use crate::digest::Sha256;
use crate::endorsements::jwks::KeyList;
use crate::error::Error;
use crate::evidence::token::{Service, Token};
use crate::finding::{Finding, LinkId, checks};
use crate::pki::Cert;
use crate::policy::{Policy, Roots, TokenPolicy};
use crate::report::{
    DebugFlag, Draft, EvidenceItem, Flags, Freshness, Overrides, Part, RootOfTrust, Subject, Wanted,
};
use crate::time::UnixTime;
use crate::verify::token::{self as verify, Accepted, TOKEN};

/// A token on its own, with a list of keys beside it where it carries no certificates.
pub(super) fn examine(
    input: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let token = Token::parse(input)?;
    let examined = token_of(&token, files, &policy.token, policy.roots, Comparers::POLICY, now)?;
    let mut flags = examined.flags;
    if examined.findings.iter().any(|f| *f.check == checks::TOKEN_NONCE && f.passed()) {
        flags.freshness = Freshness::Challenge;
    }
    let subject = Subject {
        kind: "attestation-token",
        name: token.claims.subject.clone(),
        sha256: Sha256::of(input),
        len: input.len(),
    };
    Ok(Draft {
        part: Part {
            findings: examined.findings,
            claims: appraise::claims(&token),
            evidence: examined.evidence,
            wanted: examined.wanted,
            flags,
            ..Part::default()
        },
        ..Draft::of(subject, root_of_trust(&token))
    })
}

/// The findings about one token, and everything to show beside them.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) is_verified: bool,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
    /// Debugging and the operator's changes, as the token says.
    pub(super) flags: Flags,
}

/// Verifies and appraises a token, with a list of keys among `files` where it carries no
/// certificates.
pub(super) fn token_of(
    token: &Token<'_>,
    files: &[&[u8]],
    rules: &TokenPolicy,
    roots: Roots,
    compared: Comparers,
    now: UnixTime,
) -> Result<Examined, Error> {
    let keys = keys(files)?;
    let accepted = Accepted { roots, issuers: &rules.issuers, keys: &rules.keys };
    let examined = verify::verify(token, keys.as_ref(), accepted, now);
    let mut findings = examined.findings;
    let mut flags = Flags::UNKNOWN;
    match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::appraise(verified, rules, compared));
            flags.debug = debug_flag(token);
            flags.overrides = overrides_flag(token);
        }
        None => findings.extend(appraise::blocked(token, to_blame(&findings))),
    }
    Ok(Examined {
        findings,
        is_verified: examined.verified.is_some(),
        evidence: evidence(token),
        wanted: wanted(token, keys.as_ref(), rules),
        flags,
    })
}

/// Whose word a token is: no chain stands above a key of a list.
pub(super) const fn root_of_trust(token: &Token<'_>) -> RootOfTrust {
    if token.header.certificates.is_empty() {
        RootOfTrust::Statement
    } else {
        RootOfTrust::CloudProvider
    }
}

/// The list of keys among `files`.
pub(super) fn keys(files: &[&[u8]]) -> Result<Option<KeyList>, Error> {
    let mut keys = None;
    for file in files {
        if keys.replace(KeyList::parse(file)?).is_some() {
            let whole = crate::bytes::Span::new(0, file.len());
            return Err(Error::malformed("list of token keys", whole, "two were supplied"));
        }
    }
    Ok(keys)
}

/// What the policy accepts as the origin of a token.
pub(super) fn accepted(policy: &Policy) -> Accepted<'_> {
    let token = &policy.token;
    Accepted { roots: policy.roots, issuers: &token.issuers, keys: &token.keys }
}

/// Whether the token says that its image lets its operator in, or that the host can read the
/// guest. EigenLabs' KMS says only which image it is.
fn debug_flag(token: &Token<'_>) -> DebugFlag {
    let hardened = token.members.get("hardened").and_then(serde_json::Value::as_bool);
    match (token.service(), token.claims.debug.as_deref()) {
        (Some(Service::EigenKms), _) if hardened == Some(false) => DebugFlag::On,
        (Some(Service::EigenKms), _) => DebugFlag::Unknown,
        (Some(Service::IntelTrustAuthority), _) if appraise::may_be_debugged(token) => {
            DebugFlag::On
        }
        (_, Some("disabled-since-boot")) => DebugFlag::Off,
        (Some(Service::IntelTrustAuthority), Some("disabled")) => DebugFlag::Off,
        (_, Some(_)) => DebugFlag::On,
        (_, None) => DebugFlag::Unknown,
    }
}

/// Whether the token lists changes of the operator's; EigenLabs' does not tell them apart.
fn overrides_flag(token: &Token<'_>) -> Overrides {
    match &token.claims.submodules.container {
        _ if token.service() == Some(Service::EigenKms) => Overrides::NotShown,
        Some(container)
            if container.cmd_override.is_empty() && container.env_override.is_empty() =>
        {
            Overrides::None
        }
        Some(_) => Overrides::Present,
        None => Overrides::NotShown,
    }
}

fn evidence(token: &Token<'_>) -> Vec<EvidenceItem> {
    let mut items = vec![
        EvidenceItem::new(TOKEN, "jwt", LinkId::Report, token.bytes, token.fields()),
        EvidenceItem::new("token-claims", "json", LinkId::Report, &token.payload, Vec::new()),
    ];
    let ids = ["token-signer", "token-intermediate", "token-root"];
    for (id, der) in ids.into_iter().zip(&token.header.certificates) {
        if let Ok(cert) = Cert::parse("attestation token certificate", der) {
            items.push(certificate(id, LinkId::Chip, &cert));
        }
    }
    items
}

/// Where the service serves its keys, when none is at hand.
pub(super) fn wanted(
    token: &Token<'_>,
    keys: Option<&KeyList>,
    policy: &TokenPolicy,
) -> Vec<Wanted> {
    let held = keys.is_some() || policy.keys.iter().any(|pin| pin.key.is_some());
    let open = token.header.certificates.is_empty() && !held;
    let url = token.service().and_then(Service::keys).filter(|_| open);
    let wanted = url.map(|url| Wanted {
        what: "token-keys",
        url: url.to_owned(),
        decides: vec![&checks::TOKEN_KEY, &checks::TOKEN_SIGNATURE],
        reveals: "nothing-beyond-your-address",
    });
    wanted.into_iter().collect()
}

//! A token of Google Confidential Space, of a plain confidential machine at Google, or of Intel
//! Trust Authority.
//!
//! Shown, when every check passes: Google's token service signed these claims for this hour. The
//! root of trust is Google; it measured, verified and reports, so the level is A2 at most. A token
//! that names its key in a list shows A1: nothing signs the list. The chain ends at the image
//! digest that Google names; a build that names the same digest is compared elsewhere.

use super::snp::{certificate, to_blame};
use crate::appraise::token as appraise;
use crate::digest::Sha256;
use crate::endorsements::jwks::KeyList;
use crate::error::Error;
use crate::evidence::token::{Claims, Token};
use crate::finding::{Finding, LinkId, checks};
use crate::pki::Cert;
use crate::policy::{Policy, Roots, TokenPolicy};
use crate::report::{
    DebugFlag, Draft, EvidenceItem, Flags, Freshness, Overrides, RootOfTrust, Subject, Wanted,
};
use crate::time::UnixTime;
use crate::verify::token::{self as verify, GOOGLE, TOKEN};

/// Where Google serves the keys of its tokens.
const GOOGLE_KEYS: &str = "https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com";

/// A token on its own, with a list of keys beside it where it carries no certificates.
pub(super) fn examine(
    input: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let token = Token::parse(input)?;
    let examined = token_of(&token, files, &policy.token, policy.roots, now)?;
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
        findings: examined.findings,
        claims: appraise::claims(&token),
        evidence: examined.evidence,
        wanted: examined.wanted,
        flags,
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
    now: UnixTime,
) -> Result<Examined, Error> {
    let mut keys = None;
    for file in files {
        if keys.replace(KeyList::parse(file)?).is_some() {
            let whole = crate::bytes::Span::new(0, file.len());
            return Err(Error::malformed("list of token keys", whole, "two were supplied"));
        }
    }
    let examined = verify::verify(token, keys.as_ref(), roots, now);
    let mut findings = examined.findings;
    let mut flags = Flags::UNKNOWN;
    match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::appraise(verified, rules));
            flags.debug = debug_flag(&token.claims);
            flags.overrides = overrides_flag(&token.claims);
        }
        None => findings.extend(appraise::blocked(to_blame(&findings))),
    }
    Ok(Examined {
        findings,
        is_verified: examined.verified.is_some(),
        evidence: evidence(token),
        wanted: wanted(token, keys.as_ref()),
        flags,
    })
}

/// Whose word a token is: nothing signs a list of keys.
pub(super) const fn root_of_trust(token: &Token<'_>) -> RootOfTrust {
    if token.header.certificates.is_empty() {
        RootOfTrust::Statement
    } else {
        RootOfTrust::CloudProvider
    }
}

/// Whether the token says that its image lets its operator in.
fn debug_flag(claims: &Claims) -> DebugFlag {
    match claims.debug.as_deref() {
        Some("disabled-since-boot") => DebugFlag::Off,
        Some(_) => DebugFlag::On,
        None => DebugFlag::Unknown,
    }
}

/// Whether the token lists changes of the operator's.
fn overrides_flag(claims: &Claims) -> Overrides {
    match &claims.submodules.container {
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

fn wanted(token: &Token<'_>, keys: Option<&KeyList>) -> Vec<Wanted> {
    let open = token.header.certificates.is_empty() && keys.is_none();
    if !open || token.claims.issuer != GOOGLE {
        return Vec::new();
    }
    vec![Wanted {
        what: "token-keys",
        url: GOOGLE_KEYS.to_owned(),
        decides: vec![&checks::TOKEN_KEY, &checks::TOKEN_SIGNATURE],
        reveals: "nothing-beyond-your-address",
    }]
}

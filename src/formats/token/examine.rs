//! An attestation token, put together.

use super::parse::jwks::KeyList;
use super::parse::{Service, Token};
use super::policy::TokenPolicy;
use super::verify::{self, Accepted, Keys, TOKEN, Vouched};
use super::{appraise, checks};
use crate::builds::image::parse::sha256;
use crate::error::Error;
use crate::file::Origin;
use crate::finding::compared::Comparers;
use crate::finding::{LinkId, to_blame};
use crate::formats::token::policy::ForToken;
use crate::piece::{self, Piece, Role};
use crate::pki::Cert;
use crate::pki::named::Anchors;
use crate::report::{
    DebugFlag, Draft, EvidenceItem, Fact, Freshness, Overrides, Part, RootOfTrust, Subject, Wanted,
    certificate,
};
use crate::time::UnixTime;

/// A token on its own, with lists of keys beside it where it carries no certificates.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForToken,
    now: UnixTime,
) -> Result<Draft, Error> {
    let token = Token::parse(input)?;
    let Examined { mut part, vouched } =
        token_of(&token, beside, policy.token(), policy.anchors(), Comparers::POLICY, now);
    if part.passed(&checks::TOKEN_NONCE) {
        part.flags.freshness = Freshness::Challenge;
    }
    let subject = Subject::of("attestation-token", input)
        .named(token.claims.subject.clone().filter(|_| vouched.is_some()));
    Ok(Draft { part, ..Draft::of(subject, root_of_trust(vouched)) })
}

/// What one token shows.
pub(crate) struct Examined {
    pub(crate) part: Part,
    /// What vouches for the key of a verified token.
    pub(crate) vouched: Option<Vouched>,
}

/// Verifies and appraises a token, with lists of keys among `beside` where it carries no
/// certificates.
pub(crate) fn token_of(
    token: &Token<'_>,
    beside: &[Piece<'_>],
    rules: &TokenPolicy,
    roots: Anchors<'_>,
    compared: Comparers,
    now: UnixTime,
) -> Examined {
    let keys = keys(&[token], beside);
    let accepted = Accepted { roots, issuers: &rules.issuers, keys: &rules.keys };
    let examined = verify::verify(token, &keys, accepted, now);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraise::appraise(verified, rules, compared));
            part.claims = appraise::claims(token);
            part.flags.debug = debug_flag(token);
            part.flags.overrides = overrides_flag(token);
            let container = token.claims.submodules.container.as_ref();
            let image = container.and_then(|container| container.image_digest.as_deref());
            let image = image.and_then(sha256).map(Fact::Image);
            image.into_iter().for_each(|image| part.facts.add(image));
        }
        None => part.findings.extend(appraise::blocked(token, to_blame(&part.findings))),
    }
    part.evidence = evidence(token);
    part.wanted = wanted(token, &keys, rules);
    Examined { part, vouched: examined.verified.map(|verified| verified.vouched()) }
}

/// Whose word a token is.
pub(crate) const fn root_of_trust(vouched: Option<Vouched>) -> RootOfTrust {
    match vouched {
        Some(Vouched::Certificates | Vouched::Fetched) => RootOfTrust::Statement,
        Some(Vouched::Policy) => RootOfTrust::PolicyKey,
        None => RootOfTrust::Unknown,
    }
}

/// The lists of keys among `beside`, as far as they name the key of any of `tokens`.
pub(crate) fn keys(tokens: &[&Token<'_>], beside: &[Piece<'_>]) -> Vec<Keys> {
    let issuers: Vec<&str> = tokens.iter().filter_map(|token| token.service()?.keys()).collect();
    let mut keys = Vec::new();
    for piece in piece::of(beside, &[Role::KeyList]) {
        let Ok(list) = KeyList::parse(piece.bytes) else {
            piece.unreadable();
            continue;
        };
        let is_fetched = match piece.origin {
            Origin::Fetched { url } => issuers.contains(&url.as_str()),
            Origin::HandedIn | Origin::Recorded { .. } => false,
        };
        let names = |token: &&Token<'_>| list.key(token.header.key_id.as_deref()).is_some();
        let is_about = tokens.iter().any(|t| t.header.certificates.is_empty() && names(t));
        if is_about || is_fetched {
            piece.used();
            keys.push(Keys { list, is_fetched });
        }
    }
    keys
}

/// What the policy accepts as the origin of a token.
pub(crate) fn accepted(policy: &dyn ForToken) -> Accepted<'_> {
    let token = &policy.token();
    Accepted { roots: policy.anchors(), issuers: &token.issuers, keys: &token.keys }
}

/// Whether the token says that its image lets its operator in, or that the host can read the
/// guest. That debugging is refused is what hardware says, and no service in its place.
fn debug_flag(token: &Token<'_>) -> DebugFlag {
    let hardened = token.members.get("hardened").and_then(serde_json::Value::as_bool);
    let is_off = match (token.service(), token.claims.debug.as_deref()) {
        (Some(Service::EigenKms), _) => hardened != Some(false),
        (Some(Service::IntelTrustAuthority), _) if appraise::may_be_debugged(token) => false,
        (Some(Service::MicrosoftAzure), _) => !appraise::machine_may_be_debugged(token),
        (Some(Service::IntelTrustAuthority), Some("disabled")) => true,
        (_, debug) => debug.is_none_or(|debug| debug == "disabled-since-boot"),
    };
    if is_off { DebugFlag::Unknown } else { DebugFlag::On }
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

/// Where the service serves its keys, when nothing at hand vouches for one.
pub(crate) fn wanted(token: &Token<'_>, keys: &[Keys], policy: &TokenPolicy) -> Vec<Wanted> {
    let is_held = keys.iter().any(|keys| keys.is_fetched)
        || !policy.keys.is_empty() && !keys.is_empty()
        || policy.keys.iter().any(|pin| pin.key.is_some());
    let open = token.header.certificates.is_empty() && !is_held;
    let url = token.service().and_then(Service::keys).filter(|_| open);
    let wanted = url.map(|url| Wanted {
        what: "token-keys",
        url: url.to_owned(),
        decides: vec![&checks::TOKEN_KEY, &checks::TOKEN_SIGNATURE],
        reveals: "nothing-beyond-your-address",
    });
    wanted.into_iter().collect()
}

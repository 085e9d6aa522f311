//! Who made an attestation token.
//!
//! Shown, when every check passes: Google's key for Confidential Space, under Google's pinned
//! root, signed these claims, and they count at the asked time. Not shown: anything that Google
//! says in them. The token carries no quote, so Google is the verifier here and this program only
//! reads its answer.
//!
//! A token that names its key in a list (OIDC) shows less: nothing signs the list, so
//! [`checks::TOKEN_KEY`] warns whatever else holds. Where the policy names the key, that check
//! passes: then the reader vouches for the key, and still no chain stands above it.

mod chain;
mod devices;

use crate::bytes::Span;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::endorsements::jwks::{KeyList, ListedKey, Pin};
use crate::evidence::token::{Service, Token};
use crate::finding::{Examined, Finding, Value, Why, checks};
use crate::pki::anchors::Roots;
use crate::pki::{Cert, KeyKind};
use crate::time::UnixTime;

pub use devices::{DeviceToken, VerifiedDevices, verify_devices};

/// The evidence id under which a token is shown.
pub const TOKEN: &str = "token";

/// How far the reader's clock may be behind the issuer's, in seconds: a token that was made this
/// moment counts.
pub const CLOCK_SKEW: i64 = 60;

/// What vouches for the key that signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// Certificates under Google's pinned root.
    Certificates,
    /// A list of keys that was handed in.
    KeyList,
}

/// What a policy accepts as the origin of a token.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'p> {
    /// The roots of certificates.
    pub roots: Roots,
    /// The services whose tokens count.
    pub issuers: &'p [Service],
    /// The keys that count where no certificate vouches for one; any, when there are none.
    pub keys: &'p [Pin],
}

/// A token whose signature, issuer and times hold. Whose key signed is as good as
/// [`Self::vouched`] says.
#[derive(Clone, Debug)]
pub struct VerifiedToken<'a> {
    token: &'a Token<'a>,
    vouched: Vouched,
}

impl<'a> VerifiedToken<'a> {
    /// The token.
    pub const fn token(&self) -> &'a Token<'a> {
        self.token
    }

    /// What vouches for the key that signed.
    pub const fn vouched(&self) -> Vouched {
        self.vouched
    }
}

/// Verifies `token` for the moment `now`; `keys` is used when the token carries no certificates,
/// and the keys that the policy holds when there is no list either.
pub fn verify<'a>(
    token: &'a Token<'a>,
    keys: Option<&KeyList>,
    accepted: Accepted<'_>,
    now: UnixTime,
) -> Examined<VerifiedToken<'a>> {
    let certificates: Vec<Option<Cert<'_>>> = token
        .header
        .certificates
        .iter()
        .map(|der| Cert::parse("attestation token certificate", der).ok())
        .collect();
    let mut findings = vec![algorithm(token)];
    let vouched = if certificates.is_empty() { Vouched::KeyList } else { Vouched::Certificates };
    match vouched {
        Vouched::Certificates => {
            findings.extend(chain::verify(&certificates, accepted.roots, now));
            findings.push(Finding::unknown(&checks::TOKEN_KEY, Why::NotApplicable));
            findings.push(signature(token, certificates.first().and_then(Option::as_ref)));
        }
        Vouched::KeyList => {
            findings.extend(chain::not_applicable());
            let key = chosen(token, keys, accepted.keys);
            findings.push(key_finding(token, &key, accepted.keys));
            findings.push(signature_by_key(token, &key));
        }
    }
    findings.push(issuer(token, vouched, accepted.issuers));
    findings.extend(times(token, now));
    let holds = |finding: &Finding| {
        finding.passed()
            || finding.outcome == crate::finding::Outcome::Unknown(Why::NotApplicable)
            || *finding.check == checks::TOKEN_KEY
                && matches!(finding.outcome, crate::finding::Outcome::Warn(_))
    };
    let verified = findings.iter().all(holds).then_some(VerifiedToken { token, vouched });
    Examined { findings, verified }
}

/// The allow-list: what a token says about its own algorithm is compared, never followed.
fn algorithm(token: &Token<'_>) -> Finding {
    let accepted = token.service().unwrap_or(Service::Google).algorithms();
    let named = token.header.algorithm.as_str();
    Finding::test(&checks::TOKEN_ALGORITHM, accepted.contains(&named), "not-accepted")
        .expected(accepted.join(" or "))
        .actual(named)
}

fn door(token: &Token<'_>) -> Option<Algorithm> {
    match token.header.algorithm.as_str() {
        "RS256" => Some(Algorithm::RsaPkcs1(Hash::Sha256)),
        "PS384" => Some(Algorithm::RsaPss(Hash::Sha384)),
        "ES384" => Some(Algorithm::EcdsaP384(Hash::Sha384)),
        _ => None,
    }
}

fn placed(finding: Finding, token: &Token<'_>) -> Finding {
    finding.at(TOKEN, token.signed.start, token.signed.len)
}

/// Whether `key` signed the token; an algorithm never takes a key of another kind.
fn holds(token: &Token<'_>, kind: &KeyKind, key: &[u8]) -> bool {
    door(token).is_some_and(|algorithm| {
        // RFC 7518 section 3.4: R and S, each as long as the curve's order.
        let signature = match (algorithm, kind) {
            (Algorithm::EcdsaP384(_), KeyKind::P384) => Signature::Concatenated(&token.signature),
            (Algorithm::RsaPkcs1(_) | Algorithm::RsaPss(_), KeyKind::Rsa(_)) => {
                Signature::Octets(&token.signature)
            }
            _ => return false,
        };
        let message = Message::Bytes(token.signed_bytes());
        crypto::verify(algorithm, key, message, signature).is_ok()
    })
}

fn signature(token: &Token<'_>, signer: Option<&Cert<'_>>) -> Finding {
    let check = &checks::TOKEN_SIGNATURE;
    if door(token).is_none() {
        return Finding::blocked(check, &checks::TOKEN_ALGORITHM);
    }
    let Some(signer) = signer else {
        return Finding::blocked(check, &checks::TOKEN_CHAIN_ROLE);
    };
    let passed = holds(token, &signer.key_kind(), signer.public_key());
    placed(Finding::test(check, passed, "bad-signature").expected(signer.subject()), token)
}

/// Where a token without certificates finds its key.
enum Chosen<'k> {
    /// Nothing was handed in, and the policy holds no key.
    NothingAtHand,
    /// What was handed in does not hold the key that the token names.
    Missing,
    /// This one.
    Key(&'k ListedKey),
}

/// The key of the list that the token names; without a list, the policy's own that signed it, or
/// the first when none did.
fn chosen<'k>(token: &Token<'_>, keys: Option<&'k KeyList>, pins: &'k [Pin]) -> Chosen<'k> {
    match keys {
        Some(list) => list.key(token.header.key_id.as_deref()).map_or(Chosen::Missing, Chosen::Key),
        None => {
            let own = || pins.iter().filter_map(|pin| pin.key.as_ref());
            let signed = |key: &&ListedKey| holds(token, key.public.kind(), key.public.bits());
            own().find(signed).or_else(|| own().next()).map_or(Chosen::NothingAtHand, Chosen::Key)
        }
    }
}

fn key_finding(token: &Token<'_>, key: &Chosen<'_>, pins: &[Pin]) -> Finding {
    let check = &checks::TOKEN_KEY;
    let named = token.header.key_id.as_deref().unwrap_or("no key");
    let key = match key {
        Chosen::NothingAtHand => return Finding::unknown(check, Why::NotFetched).actual(named),
        Chosen::Missing => return Finding::fail(check, "missing").actual(named),
        Chosen::Key(key) => key,
    };
    let fingerprint = key.public.fingerprint();
    if key.algorithm.as_deref().is_some_and(|a| a != token.header.algorithm) {
        Finding::fail(check, "not-accepted").actual(named)
    } else if pins.iter().any(|pin| pin.fingerprint == fingerprint) {
        Finding::pass(check).actual(Value::hex(fingerprint.0))
    } else if !pins.is_empty() {
        Finding::fail(check, "not-equal").actual(Value::hex(fingerprint.0))
    } else if key.key_id.is_none() {
        Finding::warn(check, "owner-unknown").actual(Value::hex(fingerprint.0))
    } else {
        Finding::warn(check, "not-signed").actual(named)
    }
}

fn signature_by_key(token: &Token<'_>, key: &Chosen<'_>) -> Finding {
    let check = &checks::TOKEN_SIGNATURE;
    if door(token).is_none() {
        return Finding::blocked(check, &checks::TOKEN_ALGORITHM);
    }
    match key {
        Chosen::NothingAtHand => placed(Finding::unknown(check, Why::NotFetched), token),
        Chosen::Missing => Finding::blocked(check, &checks::TOKEN_KEY),
        Chosen::Key(key) => {
            let passed = holds(token, key.public.kind(), key.public.bits());
            placed(Finding::test(check, passed, "bad-signature"), token)
        }
    }
}

/// The policy's issuers; Google's root vouches for Google's service only.
fn issuer(token: &Token<'_>, vouched: Vouched, issuers: &[Service]) -> Finding {
    let fits = |service: &&Service| vouched == Vouched::KeyList || **service == Service::Google;
    let accepted: Vec<&str> = issuers.iter().filter(fits).map(|service| service.issuer()).collect();
    let named = token.claims.issuer.as_str();
    let Span { start, len } = token.claims_span();
    Finding::test(&checks::TOKEN_ISSUER, accepted.contains(&named), "not-accepted")
        .expected(accepted.join(" or "))
        .actual(named)
        .at(TOKEN, start, len)
}

fn times(token: &Token<'_>, now: UnixTime) -> [Finding; 2] {
    let check = &checks::TOKEN_TIME;
    let claims = &token.claims;
    let begins = claims.not_before.map_or(claims.issued_at, |begin| begin.max(claims.issued_at));
    let earliest = begins.saturating_sub(CLOCK_SKEW);
    let Span { start, len } = token.claims_span();
    [
        Finding::test(check, now.0 >= earliest, "not-yet-valid")
            .part("begin")
            .expected(UnixTime(begins)),
        Finding::test(check, now.0 < claims.expires, "expired")
            .part("end")
            .expected(UnixTime(claims.expires)),
    ]
    .map(|finding| finding.actual(Value::Time(now)).at(TOKEN, start, len))
}

//! Who made an attestation token: the algorithm, whose key signed it, the signature, issuer and
//! times.

mod chain;

use super::checks;
use super::parse::jwks::{KeyList, ListedKey, Pin};
use super::parse::{Service, Token};
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::finding::{Examined, Finding, Promise, Value, Why};
use crate::pki::named::Anchors;
use crate::pki::{Cert, KeyKind};
use crate::span::Span;
use crate::time::UnixTime;

/// The evidence id under which a token is shown.
pub(crate) const TOKEN: &str = "token";

/// How far the reader's clock may be behind the issuer's, in seconds: a token that was made this
/// moment counts.
pub(crate) const CLOCK_SKEW: i64 = 60;

/// What vouches for the key that signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// Certificates under Google's pinned root.
    Certificates,
    /// A list of keys that this process fetched from the address where the issuer publishes it.
    Fetched,
    /// The policy, which names the key.
    Policy,
}

/// A list of keys beside a token.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    /// The keys.
    pub list: KeyList,
    /// Whether this process fetched the list from the address where the token's issuer publishes
    /// it.
    pub is_fetched: bool,
}

/// What a policy accepts as the origin of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Accepted<'p> {
    /// The roots of certificates.
    pub roots: Anchors<'p>,
    /// The services whose tokens count.
    pub issuers: &'p [Service],
    /// The keys that count where no certificate vouches for one.
    pub keys: &'p [Pin],
}

/// A token whose signature, issuer and times hold. Whose key signed is as good as
/// [`Self::vouched`] says.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedToken<'a> {
    token: &'a Token<'a>,
    vouched: Vouched,
}

impl<'a> VerifiedToken<'a> {
    /// The token.
    pub(crate) const fn token(&self) -> &'a Token<'a> {
        self.token
    }

    /// What vouches for the key that signed.
    pub(crate) const fn vouched(&self) -> Vouched {
        self.vouched
    }
}

/// What [`VerifiedToken`] promises of a token with certificates.
const OF_CERTIFICATES: Promise = Promise {
    holds: &[
        &checks::TOKEN_ALGORITHM,
        &checks::TOKEN_ROOT,
        &checks::TOKEN_CHAIN_ROLE,
        &checks::TOKEN_CHAIN_SIGNATURE,
        &checks::TOKEN_CHAIN_VALIDITY,
        &checks::TOKEN_SIGNATURE,
        &checks::TOKEN_ISSUER,
        &checks::TOKEN_TIME,
    ],
    where_it_applies: &[],
};

/// What [`VerifiedToken`] promises of a token whose key is in a list or named by the policy.
const OF_KEY: Promise = Promise {
    holds: &[
        &checks::TOKEN_ALGORITHM,
        &checks::TOKEN_KEY,
        &checks::TOKEN_SIGNATURE,
        &checks::TOKEN_ISSUER,
        &checks::TOKEN_TIME,
    ],
    where_it_applies: &[],
};

/// Verifies `token` for the moment `now`; `keys` are used when the token carries no certificates,
/// and the keys that the policy holds when no list holds the token's.
pub(crate) fn verify<'a>(
    token: &'a Token<'a>,
    keys: &[Keys],
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
    let has_certificates = !certificates.is_empty();
    let (promise, vouched) = if has_certificates {
        findings.extend(chain::verify(&certificates, accepted.roots, now));
        findings.push(Finding::unknown(&checks::TOKEN_KEY, Why::NotApplicable));
        findings.push(signature(token, certificates.first().and_then(Option::as_ref)));
        (OF_CERTIFICATES, Vouched::Certificates)
    } else {
        findings.extend(chain::not_applicable());
        let key = chosen(token, keys, accepted.keys);
        let finding = key_finding(token, &key, accepted.keys);
        let vouched = if finding.passed() { Vouched::Policy } else { Vouched::Fetched };
        let is_vouched = finding.outcome.holds();
        findings.push(finding);
        findings.push(signature_by_key(token, &key, is_vouched));
        (OF_KEY, vouched)
    };
    findings.push(issuer(token, has_certificates, accepted.issuers));
    findings.extend(times(token, now));
    let verified = promise.keep(&findings, || VerifiedToken { token, vouched });
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
    finding.within(TOKEN, token.signed)
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
    /// The issuer's own list does not hold the key that the token names.
    Missing,
    /// This one, and whether it is in the issuer's own list.
    Key(&'k ListedKey, bool),
}

/// The key that the token names: in the issuer's own list, or else in one that was handed over, or
/// else the policy's own that signed it, or the first when none did. Where several lists hold one
/// of that name, the key that signed the token is the one.
fn chosen<'k>(token: &Token<'_>, keys: &'k [Keys], pins: &'k [Pin]) -> Chosen<'k> {
    let name = token.header.key_id.as_deref();
    let own = |keys: &'k Keys| Some((keys.list.key(name)?, keys.is_fetched));
    let fetched = || keys.iter().filter(|keys| keys.is_fetched);
    let named: Vec<(&ListedKey, bool)> =
        fetched().chain(keys.iter().filter(|keys| !keys.is_fetched)).filter_map(own).collect();
    let signed = |key: &ListedKey| holds(token, key.public.kind(), key.public.bits());
    let is_named = |(key, is_fetched): &&(&ListedKey, bool)| *is_fetched || signed(key);
    let in_list = match named.as_slice() {
        [_, _, ..] => named.iter().find(is_named),
        _ => None,
    };
    if let Some((key, is_fetched)) = in_list.or(named.first()) {
        return Chosen::Key(key, *is_fetched);
    }
    if fetched().next().is_some() {
        return Chosen::Missing;
    }
    let own = || pins.iter().filter_map(|pin| pin.key.as_ref());
    let policy = own().find(|key| signed(key)).or_else(|| own().next());
    policy.map_or(Chosen::NothingAtHand, |key| Chosen::Key(key, false))
}

fn key_finding(token: &Token<'_>, key: &Chosen<'_>, pins: &[Pin]) -> Finding {
    let check = &checks::TOKEN_KEY;
    let named = token.header.key_id.as_deref().unwrap_or("no key");
    let (key, is_fetched) = match key {
        Chosen::NothingAtHand => return Finding::unknown(check, Why::NotFetched).actual(named),
        Chosen::Missing => return Finding::fail(check, "missing").actual(named),
        Chosen::Key(key, is_fetched) => (key, *is_fetched),
    };
    let fingerprint = key.public.fingerprint();
    if key.algorithm.as_deref().is_some_and(|a| a != token.header.algorithm) {
        Finding::fail(check, "not-accepted").actual(named)
    } else if pins.iter().any(|pin| pin.fingerprint == fingerprint) {
        Finding::pass(check).actual(Value::hex(fingerprint.0))
    } else if !pins.is_empty() {
        Finding::fail(check, "not-equal").actual(Value::hex(fingerprint.0))
    } else if is_fetched {
        Finding::warn(check, "fetched").actual(named)
    } else {
        Finding::unknown(check, Why::SelfStated).actual(Value::hex(fingerprint.0))
    }
}

/// A signature of a key for which nobody vouches shows nothing, and one that does not hold is
/// refused all the same.
fn signature_by_key(token: &Token<'_>, key: &Chosen<'_>, is_vouched: bool) -> Finding {
    let check = &checks::TOKEN_SIGNATURE;
    if door(token).is_none() {
        return Finding::blocked(check, &checks::TOKEN_ALGORITHM);
    }
    match key {
        Chosen::NothingAtHand => placed(Finding::unknown(check, Why::NotFetched), token),
        Chosen::Missing => Finding::blocked(check, &checks::TOKEN_KEY),
        Chosen::Key(key, _) => {
            let holds = holds(token, key.public.kind(), key.public.bits());
            let finding = match (holds, is_vouched) {
                (false, _) => Finding::fail(check, "bad-signature"),
                (true, true) => Finding::pass(check),
                (true, false) => Finding::blocked(check, &checks::TOKEN_KEY),
            };
            placed(finding, token)
        }
    }
}

/// The policy's issuers; Google's root vouches for Google's service only.
fn issuer(token: &Token<'_>, has_certificates: bool, issuers: &[Service]) -> Finding {
    let fits = |service: &&Service| !has_certificates || **service == Service::Google;
    let accepted: Vec<&str> = issuers.iter().filter(fits).map(|service| service.issuer()).collect();
    let named = token.claims.issuer.as_str();
    let Span { start, len } = token.claims_span();
    let holds = issuers.iter().filter(fits).any(|service| service.is_issuer(named));
    Finding::test(&checks::TOKEN_ISSUER, holds, "not-accepted")
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

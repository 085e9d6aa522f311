//! Who made an attestation token.
//!
//! Shown, when every check passes: Google's key for Confidential Space, under Google's pinned
//! root, signed these claims, and they count at the asked time. Not shown: anything that Google
//! says in them. The token carries no quote, so Google is the verifier here and this program only
//! reads its answer.
//!
//! A token that names its key in a list (OIDC) shows less: nothing signs the list, so
//! [`checks::TOKEN_KEY`] warns whatever else holds.

mod chain;

use crate::bytes::Span;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::endorsements::jwks::{KeyList, RsaKey};
use crate::evidence::token::Token;
use crate::finding::{Examined, Finding, Value, Why, checks};
use crate::pki::anchors::Roots;
use crate::pki::{Cert, KeyKind, rsa_public_key};
use crate::time::UnixTime;

/// The evidence id under which a token is shown.
pub const TOKEN: &str = "token";

/// The issuer of Google's tokens.
pub const GOOGLE: &str = "https://confidentialcomputing.googleapis.com";
/// The issuer of Intel Trust Authority's tokens.
pub const INTEL_TRUST_AUTHORITY: &str = "https://portal.trustauthority.intel.com";

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

/// Verifies `token` for the moment `now`; `keys` is used when the token carries no certificates.
pub fn verify<'a>(
    token: &'a Token<'a>,
    keys: Option<&KeyList>,
    roots: Roots,
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
            findings.extend(chain::verify(&certificates, roots, now));
            findings.push(Finding::unknown(&checks::TOKEN_KEY, Why::NotApplicable));
            findings.push(signature(token, certificates.first().and_then(Option::as_ref)));
        }
        Vouched::KeyList => {
            findings.extend(chain::not_applicable());
            let key = listed(token, keys);
            findings.push(key_finding(token, keys, key));
            findings.push(signature_by_list(token, keys, key));
        }
    }
    findings.push(issuer(token, vouched));
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
    let by_intel = token.claims.issuer == INTEL_TRUST_AUTHORITY;
    let accepted: &[&str] = if by_intel { &["RS256", "PS384"] } else { &["RS256"] };
    let named = token.header.algorithm.as_str();
    Finding::test(&checks::TOKEN_ALGORITHM, accepted.contains(&named), "not-accepted")
        .expected(accepted.join(" or "))
        .actual(named)
}

fn door(token: &Token<'_>) -> Option<Algorithm> {
    match token.header.algorithm.as_str() {
        "RS256" => Some(Algorithm::RsaPkcs1(Hash::Sha256)),
        "PS384" => Some(Algorithm::RsaPss(Hash::Sha384)),
        _ => None,
    }
}

fn placed(finding: Finding, token: &Token<'_>) -> Finding {
    finding.at(TOKEN, token.signed.start, token.signed.len)
}

fn holds(token: &Token<'_>, key: &[u8]) -> bool {
    door(token).is_some_and(|algorithm| {
        let message = Message::Bytes(token.signed_bytes());
        crypto::verify(algorithm, key, message, Signature::Octets(&token.signature)).is_ok()
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
    let is_rsa = matches!(signer.key_kind(), KeyKind::Rsa(_));
    let passed = is_rsa && holds(token, signer.public_key());
    placed(Finding::test(check, passed, "bad-signature").expected(signer.subject()), token)
}

fn listed<'k>(token: &Token<'_>, keys: Option<&'k KeyList>) -> Option<&'k RsaKey> {
    keys?.key(token.header.key_id.as_deref()?)
}

fn key_finding(token: &Token<'_>, keys: Option<&KeyList>, key: Option<&RsaKey>) -> Finding {
    let check = &checks::TOKEN_KEY;
    let named = token.header.key_id.as_deref().unwrap_or("no key");
    match (keys, key) {
        (None, _) => Finding::unknown(check, Why::NotFetched),
        (Some(_), None) => Finding::fail(check, "missing"),
        (Some(_), Some(key))
            if key.algorithm.as_deref().is_some_and(|a| a != token.header.algorithm) =>
        {
            Finding::fail(check, "not-accepted")
        }
        (Some(_), Some(_)) => Finding::warn(check, "not-signed"),
    }
    .actual(named)
}

fn signature_by_list(token: &Token<'_>, keys: Option<&KeyList>, key: Option<&RsaKey>) -> Finding {
    let check = &checks::TOKEN_SIGNATURE;
    if door(token).is_none() {
        return Finding::blocked(check, &checks::TOKEN_ALGORITHM);
    }
    match (keys, key) {
        (None, _) => placed(Finding::unknown(check, Why::NotFetched), token),
        (Some(_), None) => Finding::blocked(check, &checks::TOKEN_KEY),
        (Some(_), Some(key)) => {
            let passed =
                rsa_public_key(&key.modulus, &key.exponent).is_some_and(|der| holds(token, &der));
            placed(Finding::test(check, passed, "bad-signature"), token)
        }
    }
}

/// Google's root vouches for Google's service only.
fn issuer(token: &Token<'_>, vouched: Vouched) -> Finding {
    let accepted: &[&str] = match vouched {
        Vouched::Certificates => &[GOOGLE],
        Vouched::KeyList => &[GOOGLE, INTEL_TRUST_AUTHORITY],
    };
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

//! Attestation tokens: a JSON Web Token in compact form (RFC 7519, RFC 7515 section 3.1) in which
//! a verifier's service states what it checked.
//!
//! Parsed here: Google's tokens for Confidential Space and for plain confidential machines, and
//! Intel Trust Authority's tokens of the same form. Nothing is believed.

mod claims;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::Field;
use crate::bytes::Span;
use crate::error::Error;
use crate::finding::Value;
use crate::json;
use crate::pki::pem_blocks;

pub use claims::{Claims, ConfidentialSpace, Container, Instance, OneOrMore, Submodules};

const WHAT: &str = "attestation token";
const JWS: &str = "RFC 7515 section 3.1";

/// A token as parsed.
#[derive(Clone, Debug)]
pub struct Token<'a> {
    /// The bytes as received, without white space around them.
    pub bytes: &'a [u8],
    /// The protected header.
    pub header: Header,
    /// What the token states.
    pub claims: Claims,
    /// The claims as signed: JSON.
    pub payload: Vec<u8>,
    /// The signed bytes: header and claims in base64url with the dot between them.
    pub signed: Span,
    /// The signature.
    pub signature: Vec<u8>,
    header_span: Span,
    payload_span: Span,
    signature_span: Span,
}

/// The protected header (RFC 7515 section 4.1).
#[derive(Clone, Debug)]
pub struct Header {
    /// The signature algorithm by the token's own word (`alg`).
    pub algorithm: String,
    /// Which key of a list signed (`kid`).
    pub key_id: Option<String>,
    /// Certificates in DER, the signer's first (`x5c`); empty when the token carries none.
    pub certificates: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    x5c: Vec<String>,
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Token<'a> {
    /// The largest token that is read, in bytes.
    pub const MAX: usize = 128 * 1024;
    /// The most certificates that a header may carry.
    pub const MAX_CERTIFICATES: usize = 8;

    /// Parses a token in compact form; white space around it is ignored.
    ///
    /// # Errors
    /// When it is not three parts of unpadded base64url, when the header or the claims are not
    /// JSON of the expected form, when a member appears twice, or when the header demands
    /// something unknown (`crit`).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let bytes = bytes.trim_ascii();
        let whole = Span::new(0, bytes.len());
        let mut parts = bytes.split(|&byte| byte == b'.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Error::malformed(WHAT, whole, "it does not have three parts"));
        };
        let header_span = Span::new(0, header.len());
        let payload_span = Span::new(header.len().saturating_add(1), payload.len());
        let signature_span = Span::new(payload_span.end().saturating_add(1), signature.len());
        let claims_json = part("attestation token claims", payload, payload_span)?;
        Ok(Self {
            bytes,
            header: Header::parse(&part("attestation token header", header, header_span)?)?,
            claims: json::from_slice("attestation token claims", &claims_json)?,
            payload: claims_json,
            signed: Span::new(0, payload_span.end()),
            signature: part("attestation token signature", signature, signature_span)?,
            header_span,
            payload_span,
            signature_span,
        })
    }

    /// The bytes that the signature covers.
    pub fn signed_bytes(&self) -> &'a [u8] {
        self.signed.of(self.bytes).unwrap_or_default()
    }

    /// Where the claims stand, in base64url.
    pub const fn claims_span(&self) -> Span {
        self.payload_span
    }

    /// The three parts as labelled spans.
    pub fn fields(&self) -> Vec<Field> {
        let field =
            |name: &'static str, span, value| Field { name: name.into(), span, value, basis: JWS };
        vec![
            field("header", self.header_span, Value::text(self.header.algorithm.as_str())),
            field("claims", self.payload_span, Value::text(self.claims.issuer.as_str())),
            field("signature", self.signature_span, Value::hex(&self.signature)),
        ]
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, Error> {
        const HEADER: &str = "attestation token header";
        let raw: RawHeader = json::from_slice(HEADER, bytes)?;
        let whole = Span::new(0, bytes.len());
        if raw.crit.is_some() {
            return Err(Error::unsupported(HEADER, "crit", whole));
        }
        Error::cap("certificates of a token", raw.x5c.len(), Token::MAX_CERTIFICATES)?;
        let certificates = raw
            .x5c
            .iter()
            .map(|text| {
                certificate(text).ok_or_else(|| {
                    Error::malformed(HEADER, whole, "a certificate is neither base64 nor PEM")
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { algorithm: raw.alg, key_id: raw.kid, certificates })
    }
}

/// One entry of `x5c`: base64 of DER (RFC 7515 section 4.1.6); Google's tokens of 2024 hold PEM.
fn certificate(text: &str) -> Option<Vec<u8>> {
    if !text.starts_with("-----BEGIN ") {
        return STANDARD.decode(text).ok();
    }
    let mut blocks = pem_blocks("attestation token certificate", text.as_bytes()).ok()?.into_iter();
    let (_, der) = blocks.next()?;
    blocks.next().is_none().then_some(der)
}

fn part(what: &'static str, text: &[u8], at: Span) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Error::malformed(what, at, "it is not base64url without padding"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", encode(header), encode(claims), encode("signature"))
    }

    const CLAIMS: &str = r#"{"iss":"i","aud":"a","exp":2,"iat":1}"#;

    #[test]
    fn parts_are_told_apart_and_kept() {
        let text = format!("{}\n", token(r#"{"alg":"RS256","kid":"k"}"#, CLAIMS));
        let token = Token::parse(text.as_bytes()).unwrap();
        assert_eq!(token.header.key_id.as_deref(), Some("k"));
        assert_eq!(token.payload, CLAIMS.as_bytes());
        assert_eq!(token.signature, b"signature");
        assert_eq!(token.signed_bytes(), text.rsplit_once('.').unwrap().0.as_bytes());
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let good = r#"{"alg":"RS256"}"#;
        for text in [
            String::new(),
            "a.b".into(),
            format!("{}.x", token(good, CLAIMS)),
            token(good, CLAIMS).replace('.', "=."),
            token(r#"{"alg":"RS256","alg":"none"}"#, CLAIMS),
            token(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#, CLAIMS),
            token(good, r#"{"iss":"i","iss":"j","aud":"a","exp":2,"iat":1}"#),
            token(good, "[]"),
        ] {
            assert!(Token::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}

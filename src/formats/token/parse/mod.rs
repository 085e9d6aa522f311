//! Attestation tokens: a JSON Web Token in compact form (RFC 7519, RFC 7515 section 3.1) in which
//! a verifier's service states what it checked.
//!
//! Parsed here: Google's tokens for Confidential Space and for plain confidential machines, those
//! of Intel Trust Authority, of EigenLabs' KMS, of NVIDIA's attestation service and of Microsoft
//! Azure Attestation. Nothing is believed.

pub mod jwks;

mod claims;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::Error;
use crate::finding::Value;
use crate::json;
use crate::pki::pem_blocks;
use crate::span::Span;
use crate::wire::Field;

pub use claims::{
    Claims, ConfidentialSpace, Container, Instance, NumberOrText, OneOrMore, Submodules,
};

const WHAT: &str = "attestation token";
const JWS: &str = "RFC 7515 section 3.1";

/// A service that makes tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Google Cloud Attestation.
    Google,
    /// Intel Trust Authority.
    IntelTrustAuthority,
    /// EigenLabs' key service, which verifies EigenCompute's bound evidence.
    EigenKms,
    /// NVIDIA's remote attestation service.
    Nvidia,
    /// Microsoft Azure Attestation: many instances, each with an address of its own.
    MicrosoftAzure,
}

impl Service {
    const ALL: [Self; 5] = [
        Self::Google,
        Self::IntelTrustAuthority,
        Self::EigenKms,
        Self::Nvidia,
        Self::MicrosoftAzure,
    ];

    /// What it writes as `iss`.
    pub const fn issuer(self) -> &'static str {
        match self {
            Self::Google => "https://confidentialcomputing.googleapis.com",
            Self::IntelTrustAuthority => "https://portal.trustauthority.intel.com",
            // Layr-Labs/eigenx-kms, internal/auth/jwt_signer.go.
            Self::EigenKms => "eigenx-kms",
            Self::Nvidia => "https://nras.attestation.nvidia.com",
            Self::MicrosoftAzure => "https://*.attest.azure.net",
        }
    }

    /// Whether `issuer` is what it writes as `iss`. Each instance of Microsoft's writes its own
    /// address, two names below Microsoft's for the service.
    pub(crate) fn is_issuer(self, issuer: &str) -> bool {
        if self != Self::MicrosoftAzure {
            return self.issuer() == issuer;
        }
        let host =
            issuer.strip_prefix("https://").map(|host| host.strip_suffix('/').unwrap_or(host));
        let names = host.and_then(|host| host.strip_suffix(".attest.azure.net"));
        let is_name = |name: &str| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        names.is_some_and(|names| names.split('.').all(is_name))
    }

    /// The signature algorithms that it uses (`alg`).
    pub const fn algorithms(self) -> &'static [&'static str] {
        match self {
            Self::Google | Self::EigenKms | Self::MicrosoftAzure => &["RS256"],
            // PS384 by itself, RS256 when Confidential Space's launcher asks for it.
            Self::IntelTrustAuthority => &["RS256", "PS384"],
            Self::Nvidia => &["ES384"],
        }
    }

    /// Where it serves its keys, when it does.
    pub const fn keys(self) -> Option<&'static str> {
        match self {
            Self::Google => Some(
                "https://www.googleapis.com/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com",
            ),
            Self::IntelTrustAuthority => Some("https://portal.trustauthority.intel.com/certs"),
            Self::Nvidia => Some("https://nras.attestation.nvidia.com/.well-known/jwks.json"),
            // An instance serves its keys at its own address, which the token itself names.
            Self::EigenKms | Self::MicrosoftAzure => None,
        }
    }
}

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
    /// The same, with the members that [`Claims`] does not name.
    pub members: Json,
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
    pub(crate) const MAX_CERTIFICATES: usize = 8;

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
        const CLAIMS: &str = "attestation token claims";
        let claims_json = part(CLAIMS, payload, payload_span)?;
        Ok(Self {
            bytes,
            header: Header::parse(&part("attestation token header", header, header_span)?)?,
            claims: json::from_slice(CLAIMS, &claims_json)?,
            members: json::borrowed(CLAIMS, &claims_json)?,
            payload: claims_json,
            signed: Span::new(0, payload_span.end()),
            signature: part("attestation token signature", signature, signature_span)?,
            header_span,
            payload_span,
            signature_span,
        })
    }

    /// The service that the token names as its issuer, when it is a known one.
    pub fn service(&self) -> Option<Service> {
        Service::ALL.into_iter().find(|service| service.is_issuer(&self.claims.issuer))
    }

    /// Every value of the member `name`: at the top, in `tdx` (an object, or a list of them), and
    /// in `submods.tdx`.
    pub fn stated(&self, name: &str) -> Vec<&Json> {
        let submodule = self.members.get("submods").and_then(|parts| parts.get("tdx"));
        let nested = [self.members.get("tdx"), submodule].into_iter().flatten().flat_map(|part| {
            part.as_array().map_or_else(|| std::slice::from_ref(part), Vec::as_slice)
        });
        let places = std::iter::once(&self.members).chain(nested);
        places.filter_map(|place| place.get(name)).filter(|value| !value.is_null()).collect()
    }

    /// The bytes that the signature covers.
    pub(crate) fn signed_bytes(&self) -> &'a [u8] {
        self.signed.of(self.bytes).unwrap_or_default()
    }

    /// Where the claims stand, in base64url.
    pub(crate) const fn claims_span(&self) -> Span {
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
    fn an_instance_of_microsofts_is_below_its_name() {
        let is = |issuer: &str| Service::MicrosoftAzure.is_issuer(issuer);
        assert!(is("https://sharedeus2.eus2.attest.azure.net"));
        assert!(is("https://own.weu.attest.azure.net/"));
        for other in [
            "https://attest.azure.net",
            "https://.attest.azure.net",
            "http://a.attest.azure.net",
            "https://a.attest.azure.net.example",
            "https://example/a.attest.azure.net",
            "https://a.attest.azure.net//",
            "https://*.attest.azure.net",
            "https://user@a.attest.azure.net",
        ] {
            assert!(!is(other), "{other}");
        }
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

//! The signing certificate and what Fulcio wrote into it (`docs/oid-info.md` of
//! sigstore/fulcio).

use std::collections::BTreeMap;

use crate::error::Error;
use crate::pki::{Cert, KeyKind};
use crate::span::Span;
use crate::time::Validity;
use crate::wire::der::{self, Element};

const WHAT: &str = "Sigstore signing certificate";

/// The arc of Fulcio's extensions, dotted, with its final dot.
const ARC: &str = "1.3.6.1.4.1.57264.1.";

/// A signing certificate, parsed: nothing in it is believed until its chain is verified.
#[derive(Clone, Debug)]
pub struct SigningCertificate {
    validity: Validity,
    key: Vec<u8>,
    key_kind: KeyKind,
    identity: FulcioIdentity,
    alternative_names: Vec<AlternativeName>,
    alternative_names_critical: bool,
    subject_empty: bool,
    authority: bool,
    digital_signature: bool,
    code_signing: bool,
    unknown_critical: Vec<String>,
}

/// A subject alternative name (RFC 5280 section 4.2.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlternativeName {
    /// A URI: workflows of build services.
    Uri(String),
    /// An email address: people.
    Email(String),
    /// Fulcio's `otherName` 1.3.6.1.4.1.57264.1.7: user names.
    User(String),
    /// Any other kind.
    Other,
}

impl AlternativeName {
    /// The name, when its kind is one that Fulcio issues.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Uri(text) | Self::Email(text) | Self::User(text) => Some(text),
            Self::Other => None,
        }
    }
}

/// The value of one Fulcio extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The text.
    pub value: String,
    /// The bytes of the extension's value in the certificate.
    pub at: Span,
}

/// Who signed, as Fulcio copied it from the OIDC token: extensions 1.3.6.1.4.1.57264.1.1 to .24
/// and the subject alternative name.
///
/// These are claims of the token's issuer. They hold when the certificate's chain does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FulcioIdentity {
    san: Option<AlternativeName>,
    extensions: BTreeMap<u8, Extension>,
}

macro_rules! claims {
    ($($name:ident = $number:literal, $doc:literal;)*) => {
        impl FulcioIdentity {
            $(
                #[doc = concat!("Extension .", $number, ": ", $doc)]
                pub fn $name(&self) -> Option<&str> {
                    self.extension($number).map(|extension| extension.value.as_str())
                }
            )*
        }
    };
}

claims! {
    issuer_v1 = 1, "OIDC issuer, the old raw form.";
    issuer_v2 = 8, "OIDC issuer.";
    build_signer_uri = 9, "the workflow that requested the signature, with its ref.";
    build_signer_digest = 10, "commit that the signing workflow's file was taken from.";
    runner_environment = 11, "`github-hosted` or `self-hosted`.";
    source_repository_uri = 12, "repository that was built.";
    source_repository_digest = 13, "commit that was built.";
    source_repository_ref = 14, "ref that was built.";
    source_repository_id = 15, "number of the repository; survives renaming.";
    source_repository_owner_uri = 16, "owner of the repository.";
    source_repository_owner_id = 17, "number of the owner.";
    build_config_uri = 18, "the top-level workflow, with its ref.";
    build_config_digest = 19, "commit that the top-level workflow's file was taken from.";
    build_trigger = 20, "event that started the build.";
    run_invocation_uri = 21, "the run, with its attempt.";
    visibility = 22, "visibility of the repository when it was signed.";
    deployment_environment = 23, "environment that the job deploys to.";
    token_subject = 24, "the token's raw `sub`.";
}

impl FulcioIdentity {
    /// The subject alternative name, when there is exactly one.
    pub const fn san(&self) -> Option<&AlternativeName> {
        self.san.as_ref()
    }

    /// The OIDC issuer: .8, or .1 in certificates that are older than .8.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer_v2().or_else(|| self.issuer_v1())
    }

    /// Extension 1.3.6.1.4.1.57264.1.`number`.
    pub fn extension(&self, number: u8) -> Option<&Extension> {
        self.extensions.get(&number)
    }

    /// Every extension that is present, by number.
    pub fn extensions(&self) -> impl Iterator<Item = (u8, &Extension)> {
        self.extensions.iter().map(|(number, extension)| (*number, extension))
    }
}

impl SigningCertificate {
    /// Reads a certificate.
    ///
    /// Extensions .1 to .6 are raw UTF-8, .8 to .24 DER `UTF8String`s. No extension may appear
    /// twice, and no text may contain control characters.
    ///
    /// # Errors
    /// [`Error::Malformed`] and [`Error::TooLarge`]; spans are in `der`.
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        let cert = Cert::parse(WHAT, der)?;
        let mut identity = FulcioIdentity::default();
        for oid in cert.extension_oids() {
            let Some(number) = oid.strip_prefix(ARC).and_then(|number| number.parse().ok()) else {
                continue;
            };
            let Some(extension) = cert.extension(&oid) else { continue };
            let at = cert.span_of(extension.value).unwrap_or(Span::new(0, der.len()));
            let value = match number {
                1..=6 => std::str::from_utf8(extension.value).ok(),
                8..=24 => utf8_string(extension.value),
                _ => continue,
            };
            let value = value.and_then(plain).ok_or_else(|| {
                let why = format!("{oid} is not text of its form");
                Error::malformed("Fulcio certificate extension", at, why)
            })?;
            identity.extensions.insert(number, Extension { value, at });
        }
        let names = cert.extension("2.5.29.17");
        let alternative_names = match names {
            Some(extension) => alternative_names(extension.value).ok_or_else(|| {
                let at = cert.span_of(extension.value).unwrap_or(Span::new(0, der.len()));
                Error::malformed("certificate subjectAltName", at, "it is not a list of names")
            })?,
            None => Vec::new(),
        };
        if let [name] = alternative_names.as_slice() {
            identity.san = Some(name.clone());
        }
        let usage = cert.extension("2.5.29.15");
        Ok(Self {
            validity: cert.validity(),
            key: cert.spki().to_vec(),
            key_kind: cert.key_kind(),
            identity,
            alternative_names,
            alternative_names_critical: names.is_some_and(|extension| extension.critical),
            subject_empty: cert.subject().is_empty(),
            authority: cert.is_ca() || cert.may_sign_certificates(),
            digital_signature: usage.is_some_and(|extension| signs(extension.value)),
            code_signing: cert.has_extended_key_usage("1.3.6.1.5.5.7.3.3"),
            unknown_critical: cert.unknown_demands(),
        })
    }

    /// When the certificate is valid; for Fulcio, ten minutes.
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// The `SubjectPublicKeyInfo`, DER.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The kind of the key.
    pub(crate) const fn key_kind(&self) -> &KeyKind {
        &self.key_kind
    }

    /// Who signed.
    pub const fn identity(&self) -> &FulcioIdentity {
        &self.identity
    }

    /// Every subject alternative name.
    pub(crate) fn alternative_names(&self) -> &[AlternativeName] {
        &self.alternative_names
    }

    /// Whether the alternative names are marked critical.
    pub(crate) const fn alternative_names_critical(&self) -> bool {
        self.alternative_names_critical
    }

    /// Whether the subject has no name at all.
    pub(crate) const fn subject_empty(&self) -> bool {
        self.subject_empty
    }

    /// Critical extensions that are not known here, dotted.
    pub(crate) fn unknown_critical(&self) -> &[String] {
        &self.unknown_critical
    }

    /// Whether it may issue certificates.
    pub const fn authority(&self) -> bool {
        self.authority
    }

    /// Whether its key usage includes digital signatures.
    pub const fn digital_signature(&self) -> bool {
        self.digital_signature
    }

    /// Whether its extended key usage includes code signing.
    pub(crate) const fn code_signing(&self) -> bool {
        self.code_signing
    }
}

/// A `UTF8String`, DER, with nothing after it.
fn utf8_string(der: &[u8]) -> Option<&str> {
    let element = der::only(der)?;
    std::str::from_utf8(element.content_of(der::UTF8_STRING)?).ok()
}

/// Text without control characters.
fn plain(text: &str) -> Option<String> {
    (!text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// `GeneralNames` (RFC 5280 section 4.2.1.6).
fn alternative_names(value: &[u8]) -> Option<Vec<AlternativeName>> {
    let names = der::only(value)?.content_of(der::SEQUENCE)?;
    der::all(names)?.into_iter().map(alternative_name).collect()
}

fn alternative_name(name: Element<'_>) -> Option<AlternativeName> {
    let ia5 = || std::str::from_utf8(name.content).ok().filter(|t| t.is_ascii()).and_then(plain);
    Some(match name.tag {
        0x86 => AlternativeName::Uri(ia5()?),
        0x81 => AlternativeName::Email(ia5()?),
        0xa0 => user_name(name).map_or(AlternativeName::Other, AlternativeName::User),
        _ => AlternativeName::Other,
    })
}

/// `OtherName { 1.3.6.1.4.1.57264.1.7, [0] EXPLICIT UTF8String }`.
fn user_name(name: Element<'_>) -> Option<String> {
    const TYPE: &[u8] = &[0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 7];
    match name.elements()?.as_slice() {
        [kind, value]
            if kind.content == TYPE && kind.tag == der::OBJECT_IDENTIFIER && value.tag == 0xa0 =>
        {
            utf8_string(value.content).and_then(plain)
        }
        _ => None,
    }
}

/// Whether a `KeyUsage` bit string has its first bit, digitalSignature.
fn signs(value: &[u8]) -> bool {
    der::only(value)
        .and_then(|element| element.content_of(der::BIT_STRING)?.get(1))
        .is_some_and(|bits| bits & 0x80 != 0)
}

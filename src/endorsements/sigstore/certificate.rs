//! The signing certificate and what Fulcio wrote into it (`docs/oid-info.md` of
//! sigstore/fulcio).

use std::collections::BTreeMap;

use x509_parser::asn1_rs::{FromDer as _, Oid, Utf8String};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Extension};

use crate::bytes::Span;
use crate::error::Error;
use crate::time::{UnixTime, Validity};

const WHAT: &str = "Sigstore signing certificate";

/// The largest certificate that is read, in bytes.
const MAX_CERTIFICATE: usize = 64 * 1024;

/// A signing certificate, parsed: nothing in it is believed until its chain is verified.
#[derive(Clone, Debug)]
pub struct SigningCertificate {
    validity: Validity,
    key: Vec<u8>,
    identity: FulcioIdentity,
    alternative_names: Vec<AlternativeName>,
    alternative_names_critical: bool,
    subject_empty: bool,
    self_issued: bool,
    authority: bool,
    digital_signature: bool,
    code_signing: bool,
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
        Error::cap(WHAT, der.len(), MAX_CERTIFICATE)?;
        let whole = Span::new(0, der.len());
        let (rest, certificate) = X509Certificate::from_der(der)
            .map_err(|error| Error::malformed(WHAT, whole, error.to_string()))?;
        if !rest.is_empty() {
            return Err(Error::malformed(WHAT, whole, "bytes follow the certificate"));
        }
        let validity = certificate.validity();
        let mut parsed = Self {
            validity: Validity {
                not_before: UnixTime(validity.not_before.timestamp()),
                not_after: UnixTime(validity.not_after.timestamp()),
            },
            key: certificate.public_key().raw.to_vec(),
            identity: FulcioIdentity::default(),
            alternative_names: Vec::new(),
            alternative_names_critical: false,
            subject_empty: certificate.subject().iter_rdn().next().is_none(),
            self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
            authority: false,
            digital_signature: false,
            code_signing: false,
        };
        let mut seen = std::collections::BTreeSet::new();
        for extension in certificate.extensions() {
            if !seen.insert(extension.oid.as_bytes()) {
                return Err(Error::malformed(
                    WHAT,
                    span(der, extension.value),
                    format!("extension {} appears twice", extension.oid),
                ));
            }
            parsed.read(der, extension)?;
        }
        if let [name] = parsed.alternative_names.as_slice() {
            parsed.identity.san = Some(name.clone());
        }
        Ok(parsed)
    }

    fn read(&mut self, der: &[u8], extension: &X509Extension<'_>) -> Result<(), Error> {
        if let Some(number) = fulcio_number(&extension.oid) {
            if let Some(value) = fulcio_value(number, extension.value) {
                let at = span(der, extension.value);
                let value = value.filter(|text| !text.chars().any(char::is_control));
                let value = value.ok_or_else(|| {
                    let why = format!("1.3.6.1.4.1.57264.1.{number} is not text of its form");
                    Error::malformed("Fulcio certificate extension", at, why)
                })?;
                self.identity
                    .extensions
                    .insert(number, Extension { value: value.to_owned(), at });
            }
            return Ok(());
        }
        match extension.parsed_extension() {
            ParsedExtension::BasicConstraints(constraints) => self.authority = constraints.ca,
            ParsedExtension::KeyUsage(usage) => self.digital_signature = usage.digital_signature(),
            ParsedExtension::ExtendedKeyUsage(usage) => self.code_signing = usage.code_signing,
            ParsedExtension::SubjectAlternativeName(names) => {
                self.alternative_names_critical = extension.critical;
                self.alternative_names =
                    names.general_names.iter().map(alternative_name).collect();
            }
            ParsedExtension::ParseError { .. } => {
                return Err(Error::malformed(
                    WHAT,
                    span(der, extension.value),
                    format!("extension {} cannot be read", extension.oid),
                ));
            }
            _ => {}
        }
        Ok(())
    }

    /// When the certificate is valid; for Fulcio, ten minutes.
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// The `SubjectPublicKeyInfo`, DER.
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// Who signed.
    pub const fn identity(&self) -> &FulcioIdentity {
        &self.identity
    }

    /// Every subject alternative name.
    pub fn alternative_names(&self) -> &[AlternativeName] {
        &self.alternative_names
    }

    /// Whether the alternative names are marked critical.
    pub const fn alternative_names_critical(&self) -> bool {
        self.alternative_names_critical
    }

    /// Whether the subject has no name at all.
    pub const fn subject_empty(&self) -> bool {
        self.subject_empty
    }

    /// Whether subject and issuer are the same name.
    pub const fn self_issued(&self) -> bool {
        self.self_issued
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
    pub const fn code_signing(&self) -> bool {
        self.code_signing
    }
}

/// The last arc of an OID directly below 1.3.6.1.4.1.57264.1.
fn fulcio_number(oid: &Oid<'_>) -> Option<u8> {
    const ARC: &[u8] = &[0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1];
    match oid.as_bytes().strip_prefix(ARC)? {
        [number @ 0..=0x7f] => Some(*number),
        _ => None,
    }
}

/// `None` for numbers that have no text form here; `Some(None)` when the text is not of its form.
fn fulcio_value(number: u8, value: &[u8]) -> Option<Option<&str>> {
    match number {
        1..=6 => Some(std::str::from_utf8(value).ok()),
        8..=24 => Some(utf8_string(value)),
        _ => None,
    }
}

fn utf8_string(der: &[u8]) -> Option<&str> {
    Utf8String::from_der(der).ok().filter(|(rest, _)| rest.is_empty())?;
    // The checked value is the content: the last bytes, after tag and length.
    let (_, any) = x509_parser::asn1_rs::Any::from_der(der).ok()?;
    std::str::from_utf8(any.data).ok()
}

fn alternative_name(name: &GeneralName<'_>) -> AlternativeName {
    let clean = |text: &str| (!text.chars().any(char::is_control)).then(|| text.to_owned());
    match name {
        GeneralName::URI(uri) => clean(uri).map(AlternativeName::Uri),
        GeneralName::RFC822Name(email) => clean(email).map(AlternativeName::Email),
        GeneralName::OtherName(oid, value) if fulcio_number(oid) == Some(7) => {
            explicit(value).and_then(utf8_string).and_then(clean).map(AlternativeName::User)
        }
        _ => None,
    }
    .unwrap_or(AlternativeName::Other)
}

/// The content of `[0] EXPLICIT`, whether or not the reader has taken the tag off already.
fn explicit(value: &[u8]) -> Option<&[u8]> {
    match value.first()? {
        0xa0 => {
            let (rest, any) = x509_parser::asn1_rs::Any::from_der(value).ok()?;
            rest.is_empty().then_some(any.data)
        }
        _ => Some(value),
    }
}

/// Where `part`, a slice of `whole`, lies in it.
fn span(whole: &[u8], part: &[u8]) -> Span {
    let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
    Span::new(start.min(whole.len()), part.len())
}

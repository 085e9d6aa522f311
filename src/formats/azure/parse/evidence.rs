//! The JSON in which attesters write evidence.
//!
//! Confidential Containers' attesters for SEV-SNP and for TDX write numbers in arrays (their first
//! form, which has no version), or hex and base64url (versions 1 and 2), with the name of the
//! platform around that or without it. attested-tls's attester writes base64url and numbers, and the
//! certificate of the TPM's key; its recorded evidence is the same in YAML.

use serde::Deserialize;

use super::yaml;
use crate::error::Error;
use crate::hex;
use crate::pki::pem_certificates;
use crate::span::Span;
use crate::wire::pasted::of_base64;

const WHAT: &str = "Azure evidence";

/// The versions of the JSON that are read. In version 2 the guest's own data stands in the
/// paravisor's report.
const VERSIONS: [u64; 2] = [1, 2];

/// The evidence with its parts decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the TPM signed (TPMS_ATTEST).
    pub quote: Vec<u8>,
    /// Its signature: a number of the key's length, big-endian.
    pub signature: Vec<u8>,
    /// The SHA-256 registers that are stated beside the quote, from register 0 on.
    pub registers: Vec<[u8; 32]>,
    /// The paravisor's report.
    pub hcl_report: Vec<u8>,
    /// What the evidence has of the processor beside that report.
    pub processor: Processor,
    /// The certificate of the TPM's key and those above it, in DER. Empty where none came along.
    pub certificates: Vec<Vec<u8>>,
    /// Whether a log of the boot came along. It is not read.
    pub has_log: bool,
}

/// What stands beside the paravisor's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Processor {
    /// SEV-SNP: AMD's certificate of the chip, in DER.
    Snp(Vec<u8>),
    /// TDX: the quote of the guest.
    Tdx(Vec<u8>),
}

/// Bytes as attesters write them.
#[derive(Deserialize)]
#[serde(untagged)]
enum Bytes {
    Numbers(Vec<u8>),
    Text(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuoteParts {
    signature: Bytes,
    message: Bytes,
    pcrs: Vec<Bytes>,
}

/// The members of Confidential Containers' attesters, of whatever version.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(default)]
    version: Option<u64>,
    #[serde(alias = "quote")]
    tpm_quote: QuoteParts,
    #[serde(alias = "report")]
    hcl_report: Bytes,
    #[serde(default)]
    vcek: Option<Bytes>,
    #[serde(default)]
    td_quote: Option<Bytes>,
}

/// The members of attested-tls's attester.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attested {
    tdx_quote_base64: String,
    hcl_report_base64: String,
    tpm_attestation: AttestedTpm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttestedTpm {
    ak_certificate_pem: String,
    #[serde(default)]
    ak_intermediate_certificates_pem: Vec<String>,
    quote: QuoteParts,
    event_log: Vec<u8>,
    /// What the guest says of itself, which nobody signed.
    #[serde(rename = "instance_info")]
    _instance_info: Option<Vec<u8>>,
}

impl Processor {
    /// The platform as it is named around evidence.
    const fn platform(&self) -> &'static str {
        match self {
            Self::Snp(_) => "az-snp",
            Self::Tdx(_) => "az-tdx",
        }
    }
}

impl Evidence {
    /// Whether JSON with the members that `has` knows looks like it.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        (has("platform") && has("evidence"))
            || (has("hcl_report") && has("tpm_quote"))
            || (has("quote") && has("report") && has("vcek"))
            || (has("tdx_quote_base64") && has("hcl_report_base64"))
    }

    /// Reads the JSON. Hex is lower-case; base64 is of either alphabet, and may be padded.
    ///
    /// # Errors
    /// When it is not of this form, of another version, or for another platform.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let member = |name| crate::json::member(json, name).and_then(|span| span.of(json));
        let (platform, inside) = match (member("platform"), member("evidence")) {
            (None, None) => (None, json),
            (platform, evidence) => {
                let platform: Option<String> =
                    platform.map(|text| crate::json::borrowed(WHAT, text)).transpose()?;
                let inside = evidence.ok_or(Error::Missing { what: "the member evidence" })?;
                (Some(platform.unwrap_or_default()), inside)
            }
        };
        let known = ["az-snp", "az-tdx"];
        let unsupported = |platform| {
            let whole = Span::new(0, json.len());
            Error::unsupported("Azure evidence, platform", platform, whole)
        };
        if let Some(other) = platform.clone().filter(|own| !known.contains(&own.as_str())) {
            return Err(unsupported(other));
        }
        let evidence = match crate::json::member(inside, "tdx_quote_base64") {
            Some(_) => Self::attested(inside)?,
            None => Self::parts(inside)?,
        };
        match platform {
            Some(other) if other != evidence.processor.platform() => Err(unsupported(other)),
            _ => Ok(evidence),
        }
    }

    /// Whether a text is attested-tls's evidence in YAML.
    pub(crate) fn is_yaml(text: &[u8]) -> bool {
        const NAMES: &[&str] = &["tdx_quote_base64", "hcl_report_base64", "tpm_attestation"];
        yaml::begins_with(text, NAMES)
    }

    /// Reads that YAML.
    ///
    /// # Errors
    /// As [`Evidence::parse`], and when it is not of the part of YAML that is read.
    pub(crate) fn of_yaml(text: &[u8]) -> Result<Self, Error> {
        Self::attested(yaml::read(text)?.to_string().as_bytes())
    }

    fn parts(json: &[u8]) -> Result<Self, Error> {
        let at = Span::new(0, json.len());
        let parts: Parts = crate::json::from_slice(WHAT, json)?;
        if let Some(version) = parts.version.filter(|version| !VERSIONS.contains(version)) {
            let value = version.to_string();
            return Err(Error::unsupported("Azure evidence, version", value, at));
        }
        let processor = match (parts.vcek, parts.td_quote) {
            (Some(vcek), None) => Processor::Snp(certificate(vcek, at)?),
            (None, Some(quote)) => {
                Processor::Tdx(quote.read(base64, "Azure evidence, td_quote", at)?)
            }
            (None, None) => return Err(Error::Missing { what: "the member vcek or td_quote" }),
            (Some(_), Some(_)) => {
                let why = "it has the parts of two processors";
                return Err(Error::malformed(WHAT, at, why));
            }
        };
        let report = parts.hcl_report.read(base64, "Azure evidence, hcl_report", at)?;
        Self::of(parts.tpm_quote, report, processor, Vec::new(), at)
    }

    fn attested(json: &[u8]) -> Result<Self, Error> {
        const CERTIFICATE: &str = "Azure evidence, certificate of the TPM's key";
        let at = Span::new(0, json.len());
        let parts: Attested = crate::json::from_slice(WHAT, json)?;
        let tpm = parts.tpm_attestation;
        let has_log = !tpm.event_log.is_empty();
        let texts = [vec![tpm.ak_certificate_pem], tpm.ak_intermediate_certificates_pem].concat();
        let mut certificates = Vec::new();
        for text in &texts {
            let ders = pem_certificates(CERTIFICATE, text.as_bytes())?;
            certificates.extend(ders.into_iter().map(|der| unpadded(&der).to_vec()));
        }
        let quote = base64("Azure evidence, tdx_quote_base64", &parts.tdx_quote_base64, at)?;
        let report = base64("Azure evidence, hcl_report_base64", &parts.hcl_report_base64, at)?;
        let own = Self::of(tpm.quote, report, Processor::Tdx(quote), certificates, at)?;
        Ok(Self { has_log, ..own })
    }

    fn of(
        quote: QuoteParts,
        hcl_report: Vec<u8>,
        processor: Processor,
        certificates: Vec<Vec<u8>>,
        at: Span,
    ) -> Result<Self, Error> {
        let registers = quote.pcrs.into_iter().map(|register| {
            let value = register.read(lower_hex, "Azure evidence, pcrs", at)?;
            let why = "a register has 32 bytes";
            value.try_into().map_err(|_| Error::malformed("Azure evidence, pcrs", at, why))
        });
        Ok(Self {
            registers: registers.collect::<Result<_, _>>()?,
            quote: quote.message.read(lower_hex, "Azure evidence, message", at)?,
            signature: quote.signature.read(lower_hex, "Azure evidence, signature", at)?,
            hcl_report,
            processor,
            certificates,
            has_log: false,
        })
    }
}

impl Bytes {
    fn read(
        self,
        text: fn(&'static str, &str, Span) -> Result<Vec<u8>, Error>,
        what: &'static str,
        at: Span,
    ) -> Result<Vec<u8>, Error> {
        match self {
            Self::Numbers(bytes) => Ok(bytes),
            Self::Text(own) => text(what, &own, at),
        }
    }
}

/// The certificate of the chip: PEM in the first form, DER in base64 or numbers later.
fn certificate(vcek: Bytes, at: Span) -> Result<Vec<u8>, Error> {
    const VCEK: &str = "Azure evidence, vcek";
    let Bytes::Text(text) = &vcek else { return vcek.read(base64, VCEK, at) };
    if !text.trim_start().starts_with("-----BEGIN ") {
        return base64(VCEK, text, at);
    }
    let mut ders = pem_certificates(VCEK, text.as_bytes())?.into_iter();
    match (ders.next(), ders.next()) {
        (Some(der), None) => Ok(der),
        _ => Err(Error::malformed(VCEK, at, "expected one certificate")),
    }
}

/// A certificate without the zeros with which the TPM's memory is filled up behind it. Anything
/// else behind it stays, and the certificate then cannot be read.
fn unpadded(der: &[u8]) -> &[u8] {
    let [0x30, 0x82, high, low, ..] = der else { return der };
    let len = usize::from(u16::from_be_bytes([*high, *low])).saturating_add(4);
    match der.split_at_checked(len) {
        Some((own, rest)) if rest.iter().all(|byte| *byte == 0) => own,
        _ => der,
    }
}

fn lower_hex(what: &'static str, text: &str, at: Span) -> Result<Vec<u8>, Error> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Error::malformed(what, at, "hex is written in lower case"));
    }
    hex::decode(text).map_err(|error| Error::malformed(what, at, error.to_string()))
}

fn base64(what: &'static str, text: &str, at: Span) -> Result<Vec<u8>, Error> {
    of_base64(text.as_bytes()).map_err(|error| Error::malformed(what, at, error.to_string()))
}

//! Evidence of an Azure confidential VM on SEV-SNP: the paravisor's report with the processor's
//! report in it, and a quote of the virtual TPM that the paravisor runs.
//!
//! The JSON around it is the one of Confidential Containers' Azure attester, with the name of the
//! platform around that or without it; the report is the one
//! that the TPM keeps at NV index 0x01400001 (Microsoft, "Azure confidential VMs: guest
//! attestation design detail"). Numbers of the report are little-endian.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::bytes::Reader;
use crate::error::Error;
use crate::formats::snp;
use crate::span::Span;

/// The only form of the JSON that is read.
const VERSION: u64 = 1;

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
    /// AMD's certificate of the chip, in DER.
    pub vcek: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    version: u64,
    tpm_quote: QuoteParts,
    hcl_report: String,
    vcek: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuoteParts {
    signature: String,
    message: String,
    pcrs: Vec<String>,
}

impl Evidence {
    /// Whether JSON that names `platform` is of this kind.
    pub const PLATFORM: &'static str = "az-snp";

    /// Whether JSON with the members that `has` knows looks like it.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        (has("platform") && has("evidence")) || (has("hcl_report") && has("tpm_quote"))
    }

    /// Reads the JSON. Hex is lower-case; base64url may be padded.
    ///
    /// # Errors
    /// When it is not of this form, of another version, or for another platform.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "Azure evidence";
        let whole = Span::new(0, json.len());
        let member = |name| crate::json::member(json, name).and_then(|span| span.of(json));
        let inside = match (member("platform"), member("evidence")) {
            (None, None) => json,
            (platform, evidence) => {
                let platform: Option<String> =
                    platform.map(|text| crate::json::borrowed(WHAT, text)).transpose()?;
                let platform = platform.unwrap_or_default();
                if platform != Self::PLATFORM {
                    return Err(Error::unsupported("Azure evidence, platform", platform, whole));
                }
                evidence.ok_or(Error::Missing { what: "the member evidence" })?
            }
        };
        let parts: Parts = crate::json::from_slice(WHAT, inside)?;
        if parts.version != VERSION {
            let value = parts.version.to_string();
            return Err(Error::unsupported("Azure evidence, version", value, whole));
        }
        let registers = parts.tpm_quote.pcrs.iter().map(|text| {
            let value = lower_hex("Azure evidence, pcrs", text, whole)?;
            let why = "a register has 32 bytes";
            value.try_into().map_err(|_| Error::malformed("Azure evidence, pcrs", whole, why))
        });
        Ok(Self {
            registers: registers.collect::<Result<_, _>>()?,
            quote: lower_hex("Azure evidence, message", &parts.tpm_quote.message, whole)?,
            signature: lower_hex("Azure evidence, signature", &parts.tpm_quote.signature, whole)?,
            hcl_report: base64url("Azure evidence, hcl_report", &parts.hcl_report, whole)?,
            vcek: base64url("Azure evidence, vcek", &parts.vcek, whole)?,
        })
    }
}

fn lower_hex(what: &'static str, text: &str, at: Span) -> Result<Vec<u8>, Error> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Error::malformed(what, at, "hex is written in lower case"));
    }
    hex::decode(text).map_err(|error| Error::malformed(what, at, error.to_string()))
}

fn base64url(what: &'static str, text: &str, at: Span) -> Result<Vec<u8>, Error> {
    let engine = if text.ends_with('=') { URL_SAFE } else { URL_SAFE_NO_PAD };
    engine.decode(text).map_err(|error| Error::malformed(what, at, error.to_string()))
}

/// The paravisor's report: a header, the processor's report, and data whose hash the processor
/// signed. Nothing signs the header.
#[derive(Clone, Debug)]
pub(crate) struct HclReport<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    /// The processor's report.
    pub snp: &'a [u8],
    /// The runtime data exactly as it stands there, and where.
    pub runtime: (&'a [u8], Span),
    /// What the runtime data says.
    pub said: Runtime,
}

/// What the runtime data says (JSON).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Runtime {
    keys: Vec<Jwk>,
    /// The machine's settings.
    #[serde(rename = "vm-configuration", default)]
    pub configuration: Configuration,
    /// Data of the guest's own, in hex.
    #[serde(rename = "user-data", default)]
    pub user_data: Option<String>,
}

/// The machine's settings, in the paravisor's words.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Configuration {
    /// Whether secure boot is on.
    #[serde(rename = "secure-boot", default)]
    pub secure_boot: Option<bool>,
    /// Whether the machine has a console that its operator can read and type into.
    #[serde(rename = "console-enabled", default)]
    pub console: Option<bool>,
    /// Azure's id of the machine.
    #[serde(rename = "vmUniqueId", default)]
    pub machine: Option<String>,
}

/// A public key (RFC 7517).
#[derive(Clone, Debug, Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

/// An RSA public key: modulus and exponent, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaKey {
    /// The modulus.
    pub modulus: Vec<u8>,
    /// The exponent.
    pub exponent: Vec<u8>,
}

impl Runtime {
    /// Every attestation key of the TPM (`HCLAkPub`); one that is not RSA or cannot be read is
    /// `None`.
    pub(crate) fn attestation_keys(&self) -> Vec<Option<RsaKey>> {
        let own = self.keys.iter().filter(|key| key.kid == "HCLAkPub");
        own.map(|key| {
            let number = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
            (key.kty == "RSA").then_some(())?;
            Some(RsaKey { modulus: number(&key.n)?, exponent: number(&key.e)? })
        })
        .collect()
    }
}

impl<'a> HclReport<'a> {
    /// The longest that is read, in bytes; Azure's have 2600.
    pub(crate) const MAX: usize = 16 * 1024;

    /// Where the processor's report begins.
    pub(crate) const SNP_AT: usize = 32;

    /// Length of the header before the runtime data.
    const RUNTIME_HEADER: usize = 20;

    /// Reads the report.
    ///
    /// # Errors
    /// When it is of another form, of another processor, names another hash than SHA-256, or is
    /// cut short; when lengths disagree; when anything but zeros follows.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        const WHAT: &str = "HCL report";
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let mut reader = Reader::new(bytes);
        if &reader.array::<4>("HCL report, signature")? != b"HCLA" {
            return Err(Error::malformed(WHAT, Span::new(0, 4), "expected HCLA"));
        }
        number(&mut reader, "HCL report, version", &[1, 2])?;
        let report_size = reader.u32_le("HCL report, size")?;
        number(&mut reader, "HCL report, request type", &[2])?;
        number(&mut reader, "HCL report, status", &[0])?;
        zeros("HCL report, reserved", reader.position(), reader.take(WHAT, 12)?)?;
        let snp = reader.take("HCL report, processor's report", snp::parse::Report::LEN)?;
        let runtime_at = reader.position();
        let data_size = reader.u32_le("HCL report, data size")?;
        number(&mut reader, "HCL report, data version", &[1])?;
        number(&mut reader, "HCL report, report type", &[2])?;
        number(&mut reader, "HCL report, hash type", &[1])?;
        let len = reader.u32_le("HCL report, runtime data size")?;
        let too_long = || Error::malformed(WHAT, Span::new(runtime_at, 20), "a size is too large");
        let len = usize::try_from(len).map_err(|_| too_long())?;
        let sizes = [report_size, data_size].map(usize::try_from);
        let data = Self::RUNTIME_HEADER.saturating_add(len);
        if sizes != [Ok(runtime_at.saturating_add(data)), Ok(data)] {
            let at = Span::new(runtime_at, Self::RUNTIME_HEADER);
            return Err(Error::malformed(WHAT, at, "its sizes disagree"));
        }
        let at = Span::new(reader.position(), len);
        let runtime = reader.take("HCL report, runtime data", len)?;
        let after = reader.position();
        zeros("HCL report, end", after, reader.take(WHAT, reader.remaining())?)?;
        let said = crate::json::from_slice("HCL report, runtime data", runtime)
            .map_err(|error| error.shifted(at.start))?;
        Ok(Self { bytes, snp, runtime: (runtime, at), said })
    }
}

/// A number that has one of `accepted`.
fn number(reader: &mut Reader<'_>, what: &'static str, accepted: &[u32]) -> Result<(), Error> {
    let at = Span::new(reader.position(), 4);
    let value = reader.u32_le(what)?;
    match accepted.contains(&value) {
        true => Ok(()),
        false => Err(Error::unsupported(what, value.to_string(), at)),
    }
}

fn zeros(what: &'static str, start: usize, bytes: &[u8]) -> Result<(), Error> {
    match bytes.iter().all(|byte| *byte == 0) {
        true => Ok(()),
        false => Err(Error::malformed(what, Span::new(start, bytes.len()), "expected zeros")),
    }
}

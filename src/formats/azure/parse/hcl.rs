//! The report that the paravisor keeps in the TPM, at NV index 0x01400001 (Microsoft, "Azure
//! confidential VMs: guest attestation design detail"). Its numbers are little-endian.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::bytes::Reader;
use crate::error::Error;
use crate::formats::snp;
use crate::hex;
use crate::span::Span;

/// The paravisor's report: a header, the processor's report, and data whose hash the processor
/// signed. Nothing signs the header.
#[derive(Clone, Debug)]
pub(crate) struct HclReport<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    /// The processor's report.
    pub hardware: Hardware<'a>,
    /// The runtime data exactly as it stands there, and where.
    pub runtime: (&'a [u8], Span),
    /// What the runtime data says.
    pub said: Runtime,
}

/// The processor's report in the paravisor's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hardware<'a> {
    /// SEV-SNP: the report that AMD's processor signed.
    Snp(&'a [u8]),
    /// TDX: the report from which the quote was made. Only its own processor can tell whether it
    /// is genuine.
    Tdx(TdReport<'a>),
}

/// A guest's report as the processor gives it to the guest (TDREPORT_STRUCT, Intel TDX module 1.5
/// ABI): what a quote repeats of it, in the order of the quote's body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TdReport<'a> {
    /// TEE_TCB_INFO: TEE_TCB_SVN, MRSEAM, MRSIGNERSEAM, ATTRIBUTES.
    pub module: &'a [u8],
    /// TDINFO: ATTRIBUTES to RTMR3.
    pub guest: &'a [u8],
    /// REPORTDATA.
    pub report_data: &'a [u8],
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

impl<'a> TdReport<'a> {
    /// Length of a TDREPORT_STRUCT.
    const LEN: usize = 1024;

    /// Reads the report; its MAC and hashes are for its own processor.
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        const WHAT: &str = "TD report";
        let at = Span::new(reader.position(), 4);
        let kind: [u8; 4] = reader.array("TD report, REPORTTYPE")?;
        // TDX, of version 0 or 1.
        if !matches!(kind, [0x81, 0, 0 | 1, 0]) {
            return Err(Error::unsupported("TD report, REPORTTYPE", hex::encode(kind), at));
        }
        let start = reader.position();
        zeros("TD report, reserved at 4", start, reader.take(WHAT, 12)?)?;
        reader.take("TD report, CPUSVN and hashes", 16 + 48 + 48)?;
        let report_data = reader.take("TD report, REPORTDATA", 64)?;
        let start = reader.position();
        zeros("TD report, reserved at 192", start, reader.take(WHAT, 32)?)?;
        reader.take("TD report, MAC", 32)?;
        reader.take("TD report, VALID", 8)?;
        let module = reader.take("TD report, TEE_TCB_INFO", 16 + 48 + 48 + 8)?;
        reader.take("TD report, end of TEE_TCB_INFO", 128)?;
        let guest = reader.take("TD report, TDINFO", 8 + 8 + 8 * 48)?;
        reader.take("TD report, end of TDINFO", 112)?;
        Ok(Self { module, guest, report_data })
    }
}

impl<'a> HclReport<'a> {
    /// The longest that is read, in bytes; Azure's have 2600.
    pub(crate) const MAX: usize = 16 * 1024;

    /// Where the processor's report begins.
    pub(crate) const HARDWARE_AT: usize = 32;

    /// The room for a processor's report.
    const HARDWARE: usize = snp::parse::Report::LEN;

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
        let hardware = reader.take("HCL report, processor's report", Self::HARDWARE)?;
        let runtime_at = reader.position();
        let data_size = reader.u32_le("HCL report, data size")?;
        number(&mut reader, "HCL report, data version", &[1])?;
        let at = Span::new(reader.position(), 4);
        let hardware = match reader.u32_le("HCL report, report type")? {
            2 => Hardware::Snp(hardware),
            4 => {
                let mut inside = Reader::new(hardware);
                let shifted = |error: Error| error.shifted(Self::HARDWARE_AT);
                let report = TdReport::read(&mut inside).map_err(shifted)?;
                let rest = inside.take("HCL report, after the TD report", inside.remaining())?;
                let after = Self::HARDWARE_AT.saturating_add(TdReport::LEN);
                zeros("HCL report, after the TD report", after, rest)?;
                Hardware::Tdx(report)
            }
            other => {
                let what = "HCL report, report type";
                return Err(Error::unsupported(what, other.to_string(), at));
            }
        };
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
        Ok(Self { bytes, hardware, runtime: (runtime, at), said })
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

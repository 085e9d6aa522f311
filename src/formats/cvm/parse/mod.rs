//! The envelope's JSON (CVM Attestation v1, section 4).

mod endorsements;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::formats::gpu::parse::Answer;
use crate::json::{self, Members, Names};
use crate::piece::Role;
use crate::span::Span;
use crate::wire::Base64Url;
use crate::wire::pasted::of_base64;

const WHAT: &str = "CVM envelope";

/// The profile that is read.
const PROFILE: &str = "tag:confidential.ai,2026:cvm#1";

/// The largest envelope, and the most parts and devices in it (section 4.7).
const MAX: usize = 10 * 1024 * 1024;
const MAX_PARTS: usize = 66;
const MAX_DEVICES: usize = 32;

/// How a CMW record says that it is evidence (RFC 9999 section 3.1).
const IS_EVIDENCE: u64 = 4;

/// The envelope with its parts decoded.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The question.
    pub(crate) nonce: Vec<u8>,
    /// What it says of the processor.
    pub(crate) platform: Platform,
    /// The processor's word.
    pub(crate) report: Report,
    /// How question and key are bound.
    pub(crate) binding: Binding,
    /// Certificates and lists in it, each with what it is.
    pub(crate) files: Vec<(Role, Vec<u8>)>,
    /// Registers that it states, of the processor.
    pub(crate) registers: Vec<Register>,
    /// The log beside those registers.
    pub(crate) log: Option<Log>,
    /// Whether it says that debugging is on.
    pub(crate) is_debugged: Option<bool>,
    /// The paravisor's TPM.
    pub(crate) tpm: Option<Tpm>,
    /// Devices of NVIDIA's.
    pub(crate) devices: Vec<Device>,
}

/// The processor's word.
#[derive(Clone, Debug)]
pub(crate) enum Report {
    /// A report of SEV-SNP.
    Snp(Vec<u8>),
    /// A quote of TDX.
    Tdx(Vec<u8>),
}

/// What the envelope says of the processor and of who runs it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platform {
    pub(crate) vendor: String,
    pub(crate) tee: String,
    pub(crate) generation: Option<String>,
    hosting: String,
}

/// How question and key are bound.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Binding {
    pattern: String,
    mode: String,
    pub(crate) key: Option<Key>,
}

/// The key that the question was asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) kind: String,
    pub(crate) value: Base64Url,
}

/// A register as the envelope states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Register {
    pub(crate) index: u16,
    pub(crate) alg: String,
    pub(crate) value: Base64Url,
    pub(crate) source: String,
    pub(crate) backing: String,
}

/// A log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: String,
    pub(crate) data: Base64Url,
}

/// The paravisor's TPM: its quote, and the paravisor's report.
#[derive(Clone, Debug)]
pub(crate) struct Tpm {
    pub(crate) message: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) registers: Vec<[u8; 32]>,
    pub(crate) hcl_report: Vec<u8>,
    pub(crate) stated: Vec<Register>,
    pub(crate) has_log: bool,
}

/// A device of NVIDIA's.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) is_switch: bool,
    pub(crate) answer: Answer,
}

#[derive(Deserialize)]
struct Top<'a> {
    eat_profile: String,
    eat_nonce: Base64Url,
    cvm_version: u64,
    #[serde(borrow)]
    submods: &'a RawValue,
}

#[derive(Deserialize)]
struct Cpu<'a> {
    cvm_platform: Platform,
    cvm_report: (String, Base64Url, u64),
    cvm_binding: Binding,
    #[serde(borrow)]
    cvm_endorsements: Option<&'a RawValue>,
    cvm_registers: Option<Vec<Register>>,
    cvm_log: Option<Log>,
    dbgstat: Option<String>,
}

#[derive(Deserialize)]
struct Vtpm {
    cvm_tpm_quote: Quote,
    cvm_tpm_ak: AttestationKey,
    cvm_registers: Vec<Register>,
    cvm_log: Option<Log>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quote {
    message: Base64Url,
    signature: Base64Url,
    pcrs: Vec<Base64Url>,
    bank: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttestationKey {
    method: String,
    data: Base64Url,
}

#[derive(Deserialize)]
struct OfDevice {
    arch: String,
    uuid: String,
    evidence_b64: String,
    cert_chain_b64: String,
    cvm_binding: Binding,
}

fn malformed(why: &'static str) -> Error {
    Error::malformed(WHAT, Span::new(0, 0), why)
}

fn unsupported(what: &'static str, value: &str) -> Error {
    Error::unsupported(what, value, Span::new(0, 0))
}

impl Binding {
    /// Whether the TPM's quote binds, and not the processor's word.
    pub(crate) fn is_by_tpm(&self) -> bool {
        self.mode == "vtpm-extradata"
    }

    /// Whether registers of software are bound along.
    pub(crate) fn is_commitment(&self) -> bool {
        self.mode == "commitment"
    }

    /// Section 5.3: which keys go with which pattern.
    fn checked(self) -> Result<Self, Error> {
        let kind = self.key.as_ref().map(|key| key.kind.as_str());
        if !matches!(
            (self.pattern.as_str(), kind),
            ("challenge", None | Some("spki-sha256" | "raw"))
                | ("certificate", Some("x509-tbs-sha256"))
        ) {
            return Err(malformed("its binding has a pattern and a key that do not go together"));
        }
        let is_long = |key: &Key| match key.kind.as_str() {
            "raw" => key.value.0.len() <= usize::from(u16::MAX),
            _ => key.value.0.len() == 32,
        };
        match self.key.as_ref().is_none_or(is_long) {
            true => Ok(self),
            false => Err(malformed("the key of its binding has another length")),
        }
    }
}

impl Envelope {
    /// Whether JSON with the members that `has` knows looks like one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        has("eat_profile") && has("cvm_version") && has("submods")
    }

    /// Reads the JSON.
    ///
    /// # Errors
    /// When it is not of this form, or of a part of the profile that is not read.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, json.len(), MAX)?;
        json::unique(WHAT, json)?;
        let top: Top<'_> = json::borrowed(WHAT, json)?;
        if top.eat_profile != PROFILE || top.cvm_version != 1 {
            return Err(unsupported("CVM envelope, profile", &top.eat_profile));
        }
        let nonce = top.eat_nonce.0;
        if !(16..=64).contains(&nonce.len()) {
            return Err(malformed("its question has 16 to 64 bytes"));
        }
        let parts = Members::parse(WHAT, top.submods.get())?;
        let names = Names::of(top.submods.get().as_bytes());
        let names = names.ok_or_else(|| malformed("its parts are no object"))?;
        let names = names.sorted();
        Error::cap("CVM envelope, parts", names.len(), MAX_PARTS)?;
        let mut devices = Vec::new();
        for name in names {
            match (name, parts.raw(name)) {
                ("cpu" | "vtpm", _) => {}
                (_, Some(text)) => devices.push(device(name, text)?),
                (_, None) => return Err(malformed("a part of it is null")),
            }
        }
        Error::cap("CVM envelope, devices", devices.len(), MAX_DEVICES)?;
        let cpu = parts.raw("cpu").ok_or(Error::Missing { what: "the part cpu" })?;
        if cpu.starts_with('[') {
            return Err(unsupported("CVM envelope, processor", "Arm CCA"));
        }
        let tpm = parts.raw("vtpm").map(tpm).transpose()?;
        Self { nonce, tpm, devices, ..of_cpu(cpu)? }.checked()
    }

    /// Sections 4.2 and 4.3: which modes go with which processors and hosts.
    fn checked(self) -> Result<Self, Error> {
        let fits = match (self.binding.mode.as_str(), &self.report) {
            ("report-data", _) | ("commitment", Report::Snp(_)) => {
                matches!(self.platform.hosting.as_str(), "bare" | "gcp" | "dstack")
                    && self.tpm.is_none()
            }
            ("vtpm-extradata", _) => self.platform.hosting == "azure" && self.tpm.is_some(),
            _ => false,
        };
        match fits {
            true => Ok(self),
            false => Err(malformed("its binding is none for this processor and host")),
        }
    }
}

/// The part about the processor, in an envelope without the others.
fn of_cpu(json: &str) -> Result<Envelope, Error> {
    let cpu: Cpu<'_> = json::borrowed(WHAT, json.as_bytes())?;
    let (kind, Base64Url(bytes), indicator) = cpu.cvm_report;
    if indicator != IS_EVIDENCE {
        return Err(malformed("its report is not marked as evidence"));
    }
    let report = match kind.as_str() {
        "application/vnd.confidential-ai.sev-snp-report" => Report::Snp(bytes),
        "application/vnd.confidential-ai.tdx-quote" => Report::Tdx(bytes),
        other => return Err(unsupported("CVM envelope, report", other)),
    };
    let is_debugged = match cpu.dbgstat.as_deref() {
        None => None,
        Some("enabled") => Some(true),
        Some(
            "disabled"
            | "disabled-since-boot"
            | "disabled-permanently"
            | "disabled-fully-and-permanently",
        ) => Some(false),
        Some(_) => return Err(malformed("its dbgstat is no word of RFC 9711")),
    };
    Ok(Envelope {
        nonce: Vec::new(),
        files: cpu.cvm_endorsements.map(endorsements::read).transpose()?.unwrap_or_default(),
        platform: cpu.cvm_platform,
        report,
        binding: cpu.cvm_binding.checked()?,
        registers: cpu.cvm_registers.unwrap_or_default(),
        log: cpu.cvm_log,
        is_debugged,
        tpm: None,
        devices: Vec::new(),
    })
}

fn tpm(json: &str) -> Result<Tpm, Error> {
    let Vtpm { cvm_tpm_quote: quote, cvm_tpm_ak: key, cvm_registers, cvm_log } =
        json::borrowed(WHAT, json.as_bytes())?;
    if quote.bank != "sha256" {
        return Err(unsupported("CVM envelope, bank of the TPM", &quote.bank));
    }
    if key.method != "hcl-report" {
        return Err(unsupported("CVM envelope, key of the TPM", &key.method));
    }
    let registers = quote.pcrs.into_iter().map(|Base64Url(value)| {
        value.try_into().map_err(|_| malformed("a register of its TPM has 32 bytes"))
    });
    Ok(Tpm {
        message: quote.message.0,
        signature: quote.signature.0,
        registers: registers.collect::<Result<_, _>>()?,
        hcl_report: key.data.0,
        stated: cvm_registers,
        has_log: cvm_log.is_some(),
    })
}

fn device(name: &str, json: &str) -> Result<Device, Error> {
    let (is_switch, id) = match name.split_once('/') {
        Some(("gpu", id)) => (false, id),
        Some(("nvswitch", id)) => (true, id),
        _ => return Err(malformed("a part of it has a name that is not known")),
    };
    let own: OfDevice = json::borrowed(WHAT, json.as_bytes())?;
    let fits = match own.arch.as_str() {
        "HOPPER" | "BLACKWELL" => !is_switch,
        "LS10" => is_switch,
        _ => false,
    };
    let Binding { pattern, mode, key } = &own.cvm_binding;
    let is_bound = pattern == "challenge" && mode == "nras-nonce" && key.is_none();
    if !fits || !is_bound || own.uuid != id {
        return Err(malformed("a device's part contradicts its name or its kind"));
    }
    let bytes = |text: &str| {
        of_base64(text.as_bytes()).map_err(|_| malformed("a device's evidence is no base64"))
    };
    let answer = Answer {
        nonce: None,
        report: Some(bytes(&own.evidence_b64)?),
        certificates: Some(bytes(&own.cert_chain_b64)?),
    };
    Ok(Device { is_switch, answer })
}

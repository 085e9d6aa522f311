//! Simulated bound evidence of EigenCompute: a virtual TPM's attestation with a processor's report
//! in it, in the messages of go-tdx-guest and go-sev-guest.

use super::coordinator::{SnpMachine, TdxMachine};
use super::google::{Launcher, VtpmSpec, boot_events, field, launch_log, number};
use crate::digest::{Sha256, Sha512};

/// The label of both formulas.
const LABEL: &[u8] = b"WORKLOAD_ATTESTATION";

/// What is inside beside the virtual TPM.
#[derive(Clone, Debug)]
pub enum Processor {
    /// Nothing: a Shielded VM.
    None,
    /// An SEV-SNP report. The launcher's log extends to the TPM.
    Snp(Box<SnpMachine>),
    /// A TDX quote. The launcher's log extends to RTMR3.
    Tdx(Box<TdxMachine>),
}

/// Bound evidence.
#[derive(Clone, Debug)]
pub struct BoundSpec {
    /// The processor's report.
    pub processor: Processor,
    /// The platform that the TPM signs, when it is not that of the report.
    pub tag: Option<&'static str>,
    /// What is bound along.
    pub extra_data: Vec<u8>,
    /// The kernel's command line.
    pub command_line: &'static str,
    /// What is changed in the attestation after it was signed.
    pub attestation: fn(&mut VtpmSpec),
}

impl BoundSpec {
    /// A sound machine of the production image.
    pub fn of(processor: Processor) -> Self {
        Self {
            processor,
            tag: None,
            extra_data: Vec::new(),
            command_line: "confidential-space.hardened=true",
            attestation: |_| {},
        }
    }

    /// The attestation that answers `challenge`, of a machine whose launcher measured `launch`.
    pub fn bytes(&self, challenge: &[u8], launch: &[(u8, &[u8])]) -> Vec<u8> {
        let own = match self.processor {
            Processor::None => "GCP_SHIELDED_VM",
            Processor::Snp(_) => "AMD_SEV_SNP",
            Processor::Tdx(_) => "INTEL_TDX",
        };
        let hashed = Sha256::of(challenge);
        let extra = Sha256::of(&self.extra_data);
        let mut parts = vec![LABEL, self.tag.unwrap_or(own).as_bytes(), hashed.as_bytes()];
        if !self.extra_data.is_empty() {
            parts.push(extra.as_bytes());
        }
        let qualifying = Sha256::of_parts(&parts);
        let boot = boot_events(true, self.command_line);
        let in_tpm = if matches!(self.processor, Processor::Tdx(_)) { &[][..] } else { launch };
        let mut spec = VtpmSpec::of(qualifying.as_bytes(), &boot, in_tpm);
        let report_data = self.report_data(challenge, &spec);
        match &self.processor {
            Processor::None => {}
            Processor::Snp(machine) => {
                let report = machine.signed(report_data);
                spec.tee = Some((8, field(1, &snp_report(&report))));
            }
            Processor::Tdx(machine) => {
                let (log, register) = launch_log(Launcher::Rtmr3, launch);
                spec.canonical_log = log;
                let quote = machine.signed(report_data, register.try_into().unwrap());
                spec.tee = Some((9, tdx_quote(&quote)));
            }
        }
        (self.attestation)(&mut spec);
        spec.bytes()
    }

    fn report_data(&self, challenge: &[u8], spec: &VtpmSpec) -> [u8; 64] {
        let (challenge, key) = (Sha512::of(challenge), Sha512::of(&spec.ak.spki()));
        let extra = Sha512::of(&self.extra_data);
        let mut parts = vec![LABEL, challenge.as_bytes(), key.as_bytes()];
        if !self.extra_data.is_empty() {
            parts.push(extra.as_bytes());
        }
        Sha512::of_parts(&parts).0
    }
}

/// Bytes that are read from the front.
struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        taken
    }

    /// A field with the next `len` bytes.
    fn bytes(&mut self, at: u32, len: usize) -> Vec<u8> {
        field(at, self.take(len))
    }

    /// A field with the next `len` bytes as a number, the least significant first.
    fn number(&mut self, at: u32, len: usize) -> Vec<u8> {
        number(at, self.value(len))
    }

    fn value(&mut self, len: usize) -> u64 {
        self.take(len).iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }
}

/// `tdx.QuoteV4` of a raw quote.
fn tdx_quote(quote: &[u8]) -> Vec<u8> {
    let mut raw = Raw(quote);
    let header = [
        raw.number(1, 2),
        raw.number(2, 2),
        raw.number(3, 4),
        raw.bytes(4, 2),
        raw.bytes(5, 2),
        raw.bytes(6, 16),
        raw.bytes(7, 20),
    ]
    .concat();
    let mut body = Vec::new();
    let sizes = [16, 48, 48, 8, 8, 8, 48, 48, 48, 48];
    for (at, len) in (1..).zip(sizes) {
        body.extend(raw.bytes(at, len));
    }
    for _ in 0..4 {
        body.extend(raw.bytes(11, 48));
    }
    body.extend(raw.bytes(12, 64));
    let size = raw.number(3, 4);
    let mut signed = [raw.bytes(1, 64), raw.bytes(2, 64)].concat();
    let certification = [raw.number(1, 2), raw.number(2, 4)].concat();
    let mut enclave = raw.bytes(1, 16);
    enclave.extend(raw.number(2, 4));
    for (at, len) in (3..).zip([28, 16, 32, 32, 32, 96]) {
        enclave.extend(raw.bytes(at, len));
    }
    enclave.extend([raw.number(9, 2), raw.number(10, 2)].concat());
    enclave.extend([raw.bytes(11, 60), raw.bytes(12, 64)].concat());
    let mut qe = [field(1, &enclave), raw.bytes(2, 64)].concat();
    let len = raw.value(2);
    let auth = [number(1, len), raw.bytes(2, usize::try_from(len).unwrap())].concat();
    qe.extend(field(3, &auth));
    let kind = raw.number(1, 2);
    let len = raw.value(4);
    let chain = [kind, number(2, len), raw.bytes(3, usize::try_from(len).unwrap())].concat();
    qe.extend(field(4, &chain));
    signed.extend(field(3, &[certification, field(3, &qe)].concat()));
    let rest = field(5, raw.0);
    [field(1, &header), field(2, &body), size, field(4, &signed), rest].concat()
}

/// `sevsnp.Report` of a raw report.
fn snp_report(report: &[u8]) -> Vec<u8> {
    let mut raw = Raw(report);
    let mut message = [raw.number(1, 4), raw.number(2, 4), raw.number(3, 8)].concat();
    message.extend([raw.bytes(4, 16), raw.bytes(5, 16)].concat());
    for (at, len) in (6..).zip([4, 4, 8, 8, 4]) {
        message.extend(raw.number(at, len));
    }
    raw.take(4);
    for (at, len) in (11..).zip([64, 48, 32, 48, 48, 32, 32]) {
        message.extend(raw.bytes(at, len));
    }
    message.extend(raw.number(18, 8));
    let cpuid = raw.take(3);
    message.extend(number(29, eax([cpuid[0], cpuid[1], cpuid[2]])));
    raw.take(21);
    message.extend([raw.bytes(19, 64), raw.number(20, 8)].concat());
    for first in [21, 24] {
        message.extend((first..first + 3).flat_map(|at| raw.number(at, 1)).collect::<Vec<_>>());
        raw.take(1);
    }
    message.extend([raw.number(27, 8), raw.number(30, 8), raw.number(31, 8)].concat());
    raw.take(152);
    message.extend(raw.bytes(28, 512));
    message
}

/// CPUID function 1, EAX, of a family, model and stepping (AMD64 APM volume 3, appendix E.3.2).
fn eax([family, model, stepping]: [u8; 3]) -> u64 {
    let [family, model, stepping] = [family, model, stepping].map(u64::from);
    if family == 0 {
        return 0;
    }
    stepping | (model & 0xf) << 4 | 0xf << 8 | (model >> 4) << 16 | (family - 0xf) << 20
}

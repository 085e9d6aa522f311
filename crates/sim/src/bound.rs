//! A simulated machine on EigenCompute whose bound evidence answers any challenge.

use super::amd::{Role, authority};
use super::coordinator::{SnpMachine, TdxMachine};
use super::eigencompute::{BoundSpec as Evidence, SEV_SNP, SHIELDED_VM, TDX, report_data};
use super::google::{Launcher, VtpmSpec, boot_events, launch_log};

/// What is inside beside the virtual TPM.
#[derive(Clone, Debug)]
pub enum Processor {
    /// Nothing: a Shielded VM.
    None,
    /// An SEV-SNP report. The launcher's log extends to the TPM.
    Snp(Box<SnpMachine>),
    /// A TDX quote. The launcher's log extends to RTMR3 too.
    Tdx(Box<TdxMachine>),
}

/// A machine.
#[derive(Clone, Debug)]
pub struct BoundSpec {
    /// The processor's report.
    pub processor: Processor,
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
            extra_data: Vec::new(),
            command_line: "confidential-space.hardened=true",
            attestation: |_| {},
        }
    }

    /// The attestation that answers `challenge`, of a machine whose launcher measured `launch`.
    pub fn bytes(&self, challenge: &[u8], launch: &[(u8, &[u8])]) -> Vec<u8> {
        let platform = match self.processor {
            Processor::None => SHIELDED_VM,
            Processor::Snp(_) => SEV_SNP,
            Processor::Tdx(_) => TDX,
        };
        let vtpm = VtpmSpec::of(b"", &boot_events(true, self.command_line), launch);
        let data = report_data(challenge, vtpm.ak, &self.extra_data);
        let mut evidence = Evidence::new(platform, vtpm, challenge, &self.extra_data);
        match &self.processor {
            Processor::None => {}
            Processor::Snp(machine) => {
                let product = machine.report.product;
                let chain = [Role::Ask, Role::Ark].map(|role| authority(product, role));
                let vek = machine.vek.der();
                evidence = evidence.with_report(&machine.signed(data), [&vek, chain[0], chain[1]]);
            }
            Processor::Tdx(machine) => {
                let register = launch_log(Launcher::Rtmr3, launch).1.try_into().unwrap();
                evidence = evidence.with_quote(&machine.signed(data, register), launch);
            }
        }
        (self.attestation)(&mut evidence.vtpm);
        evidence.vtpm.bytes()
    }
}

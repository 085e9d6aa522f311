//! Simulated Google: the PKI of Confidential Space tokens, and tokens; virtual TPMs.

mod token;
mod vtpm;

pub use token::{Role, TokenSpec, certificate, key_list};
pub use vtpm::{
    BankHash, FirmwareEvent, LAUNCH, Launcher, QuoteSpec, VtpmRole, VtpmSpec, boot_events, field,
    firmware_log, launch_log, number, vtpm_certificate,
};

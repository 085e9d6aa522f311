//! Simulated Google: the PKI of Confidential Space tokens, and tokens; virtual TPMs.

mod token;
mod vtpm;

pub use token::{Role, TokenSpec, certificate, key_list};
pub use vtpm::{
    BankHash, FirmwareEvent, LAUNCH, Launcher, QuoteSpec, VtpmRole, VtpmSpec, boot_events,
    ccel_log, field, firmware_log, launch_log, launch_register, number, vtpm_certificate,
};

//! Simulated Google: the PKI of Confidential Space tokens, and tokens; virtual TPMs;
//! endorsements of firmware.

mod firmware;
mod token;
mod vtpm;

pub use firmware::{FirmwareRole, FirmwareSpec, firmware_certificate, firmware_template};
pub use token::{Role, TokenSpec, certificate, key_list};
pub use vtpm::{
    BankHash, FirmwareEvent, LAUNCH, Launcher, QuoteSpec, VtpmRole, VtpmSpec, boot_events,
    ccel_log, field, firmware_log, launch_log, launch_register, number, vtpm_certificate,
};

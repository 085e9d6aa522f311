//! Evidence of an Azure confidential VM: the paravisor's report with the processor's report in it,
//! and a quote of the virtual TPM that the paravisor runs. On TDX the processor's signed quote lies
//! beside them.

mod evidence;
mod hcl;
mod yaml;

pub(crate) use evidence::{Evidence, Processor};
pub(crate) use hcl::{Hardware, HclReport, RsaKey};

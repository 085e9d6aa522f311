//! What was measured at launch, by whichever hardware or whoever says so.

use crate::digest::Sha384;
use crate::formats::intel::parse::TdReport;

/// What verified evidence measured.
#[derive(Clone, Debug)]
pub(crate) enum Measured {
    /// MEASUREMENT of an SEV-SNP report.
    Snp(Sha384),
    /// MRTD and the four registers of a TDX quote.
    Tdx {
        /// MRTD.
        mrtd: Sha384,
        /// RTMR0 to RTMR3.
        rtmr: [Sha384; 4],
    },
    /// Registers of a provider's virtual TPM or enclave. Nothing signed says what they stand for.
    Provider,
    /// What a token's issuer says that it measured, verified and compared.
    Issuer,
}

impl Measured {
    /// That of a TDX guest.
    pub(crate) const fn of_td(report: &TdReport) -> Self {
        Self::Tdx { mrtd: report.mr_td, rtmr: report.rtmr }
    }

    /// The values, as text.
    pub(crate) fn values(&self) -> String {
        match self {
            Self::Snp(measurement) => measurement.to_string(),
            Self::Tdx { mrtd, rtmr } => {
                let [_, rtmr1, rtmr2, rtmr3] = rtmr;
                format!("MRTD {mrtd}, RTMR1 {rtmr1}, RTMR2 {rtmr2}, RTMR3 {rtmr3}")
            }
            Self::Provider | Self::Issuer => String::new(),
        }
    }
}

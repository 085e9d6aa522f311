//! What Intel serves for a quote (Provisioning Certification Service, API v4).

use crate::endorsements::intel::Collateral;
use crate::evidence::dcap::Tee;
use crate::finding::checks;
use crate::pki::anchors::Roots;
use crate::report::Wanted;

const PCS: &str = "https://api.trustedservices.intel.com";
const INTEL_ROOT_CRL: &str = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

/// What a PCK certificate says about its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntelPlatform {
    /// Family, model, stepping, platform and custom SKU.
    pub fmspc: [u8; 6],
    /// Which authority issued the certificate.
    pub ca: IntelCa,
}

/// Intel's two authorities for PCK certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntelCa {
    /// For platforms with one processor package.
    Processor,
    /// For platforms with several.
    Platform,
}

/// Collateral that Intel serves for a quote and that is not at hand (Intel PCS API v4). The
/// signer's chain of TCB info and QE identity is in a header of the answer, so the headers have to
/// be kept. A simulated vendor serves nothing.
pub fn intel(
    tee: Tee,
    platform: Option<IntelPlatform>,
    collateral: &Collateral,
    roots: Roots,
) -> Vec<Wanted> {
    if roots == Roots::Simulated {
        return Vec::new();
    }
    let service = match tee {
        Tee::Sgx => "sgx",
        Tee::Tdx => "tdx",
    };
    let mut wanted = Vec::new();
    if let (None, Some(platform)) = (&collateral.tcb_info, platform) {
        let fmspc = hex::encode_upper(platform.fmspc);
        wanted.push(Wanted {
            what: "intel-tcb-info",
            url: format!("{PCS}/{service}/certification/v4/tcb?fmspc={fmspc}"),
            decides: vec![
                &checks::DCAP_TCB_INFO_SIGNATURE,
                &checks::DCAP_TCB_LEVEL,
                &checks::DCAP_POLICY_STATUS,
            ],
            reveals: "fmspc",
        });
    }
    if collateral.qe_identity.is_none() {
        wanted.push(Wanted {
            what: "intel-qe-identity",
            url: format!("{PCS}/{service}/certification/v4/qe/identity"),
            decides: vec![&checks::DCAP_QE_IDENTITY_SIGNATURE, &checks::DCAP_QE_SIGNER],
            reveals: "nothing-beyond-your-address",
        });
    }
    if collateral.root_crl.is_none() {
        wanted.push(Wanted {
            what: "intel-root-crl",
            url: INTEL_ROOT_CRL.to_owned(),
            decides: vec![&checks::DCAP_ROOT_CRL_REVOCATION],
            reveals: "nothing-beyond-your-address",
        });
    }
    if let (None, Some(platform)) = (&collateral.pck_crl, platform) {
        let ca = match platform.ca {
            IntelCa::Processor => "processor",
            IntelCa::Platform => "platform",
        };
        wanted.push(Wanted {
            what: "intel-pck-crl",
            url: format!("{PCS}/sgx/certification/v4/pckcrl?ca={ca}&encoding=der"),
            decides: vec![&checks::DCAP_PCK_CRL_REVOCATION],
            reveals: "pck-ca",
        });
    }
    wanted
}

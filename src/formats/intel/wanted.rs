//! What Intel serves for a quote (Provisioning Certification Service, API v4).

use super::checks;
use super::parse::collateral::Collateral;
use super::parse::{Certification, Tee};
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
/// be kept. For the PCK certificate of a quote that does not carry it, Intel's service asks for a
/// subscription key, and gives the issuer's chain in a header too. A simulated vendor serves
/// nothing.
pub fn intel(
    tee: Tee,
    platform: Option<IntelPlatform>,
    certification: &Certification<'_>,
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
    if let (None, Some(url)) = (&collateral.pck_chain, pck_url(certification)) {
        wanted.push(Wanted {
            what: "intel-pck",
            url,
            decides: vec![&checks::DCAP_CERTIFICATION, &checks::DCAP_QE_SIGNATURE],
            reveals: "ppid",
        });
    }
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

/// Where Intel serves the PCK certificate of a quote that only names its platform by an encrypted
/// PPID: 256 or 384 bytes for certification data of type 2 or 3, then CPUSVN, PCESVN and PCEID
/// (Intel SGX ECDSA Quote Library API, appendix A.4, table 9; Intel PCS API v4, "Get PCK
/// Certificate"). A PPID in the clear (type 1) is nothing that the service is asked with.
fn pck_url(certification: &Certification<'_>) -> Option<String> {
    let ppid_len = match certification.kind {
        2 => 256,
        3 => 384,
        _ => return None,
    };
    let (ppid, rest) = certification.data.split_at_checked(ppid_len)?;
    let (cpu_svn, rest) = rest.split_at_checked(16)?;
    let (pce_svn, pce_id) = rest.split_at_checked(2)?;
    let [ppid, cpu_svn, pce_svn] = [ppid, cpu_svn, pce_svn].map(hex::encode_upper);
    let pce_id = hex::encode_upper(pce_id.first_chunk::<2>()?);
    Some(format!(
        "{PCS}/sgx/certification/v4/pckcert?encrypted_ppid={ppid}&cpusvn={cpu_svn}\
         &pcesvn={pce_svn}&pceid={pce_id}"
    ))
}

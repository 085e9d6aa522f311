//! What would decide the open checks, where its maker serves it, and what asking reveals.
//!
//! Nothing is fetched here. Whoever fetches shows the host's name first.

use crate::endorsements::intel::Collateral;
use crate::evidence::dcap::Tee;
use crate::evidence::snp::{Component, Product, Report, SigningKey};
use crate::finding::checks;
use crate::pki::anchors::Roots;
use crate::report::Wanted;
use crate::verify::snp::Endorsements;

/// AMD's key distribution service.
pub(crate) const KDS: &str = "https://kdsintf.amd.com";

/// Endorsements that AMD serves for `report` and that are not at hand (document 57230, KDS).
/// A simulated vendor serves nothing.
pub fn amd(
    report: &Report<'_>,
    product: Option<Product>,
    endorsements: &Endorsements<'_>,
    roots: Roots,
) -> Vec<Wanted> {
    let (Some(product), Roots::Vendor) = (product, roots) else { return Vec::new() };
    let mut wanted = Vec::new();
    match (&endorsements.vek, report.key_info.signing_key()) {
        (None, SigningKey::Vcek) if !report.masks_chip_id() => wanted.push(Wanted {
            what: "vcek",
            url: vcek_url(report, product),
            decides: vec![
                &checks::SNP_VEK_SIGNATURE,
                &checks::SNP_REPORT_SIGNATURE,
                &checks::SNP_CHIP_ID,
            ],
            reveals: "chip-id",
        }),
        (Some(_), SigningKey::Vlek) if endorsements.intermediate.is_none() => {
            wanted.push(Wanted {
                what: "asvk",
                url: format!("{KDS}/vlek/v1/{product}/cert_chain"),
                decides: vec![&checks::SNP_ASK_SIGNATURE, &checks::SNP_VEK_SIGNATURE],
                reveals: "product",
            });
        }
        _ => {}
    }
    if endorsements.crls.is_empty() {
        let family = match report.key_info.signing_key() {
            SigningKey::Vlek => "vlek",
            _ => "vcek",
        };
        wanted.push(Wanted {
            what: "crl",
            url: format!("{KDS}/{family}/v1/{product}/crl"),
            decides: vec![
                &checks::SNP_CRL_SIGNATURE,
                &checks::SNP_CRL_FRESHNESS,
                &checks::SNP_CRL_REVOCATION,
            ],
            reveals: "product",
        });
    }
    wanted
}

/// The VCEK for the chip and the *reported* security versions: the ones its key is derived for.
fn vcek_url(report: &Report<'_>, product: Product) -> String {
    let id = report.chip_id.get(..product.hardware_id_len()).unwrap_or_default();
    let tcb = report.reported_tcb.decode(product);
    let parameters: Vec<String> = Component::ALL
        .into_iter()
        .filter_map(|component| {
            let name = match component {
                Component::Fmc => "fmcSPL",
                Component::Bootloader => "blSPL",
                Component::Tee => "teeSPL",
                Component::Snp => "snpSPL",
                Component::Microcode => "ucodeSPL",
            };
            tcb.component(component).map(|version| format!("{name}={version:02}"))
        })
        .collect();
    format!("{KDS}/vcek/v1/{product}/{}?{}", hex::encode(id), parameters.join("&"))
}

/// Intel's provisioning certification service.
pub(crate) const PCS: &str = "https://api.trustedservices.intel.com";
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

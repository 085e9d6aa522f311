//! What would decide the open checks, where its maker serves it, and what asking reveals.
//!
//! Nothing is fetched here. Whoever fetches shows the host's name first.

mod github;

use crate::endorsements::intel::Collateral;
use crate::evidence::dcap::{Certification, Tee};
use crate::evidence::snp::{Component, Product, Report, SigningKey};
use crate::finding::checks;
use crate::pki::anchors::Roots;
use crate::report::Wanted;
use crate::verify::snp::Endorsements;
use crate::verify::tuf;

pub use github::{github, github_attestations, github_bundle};

const KDS: &str = "https://kdsintf.amd.com";

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

/// The files that TUF asks for next, so that Sigstore's current keys can count: always the root
/// after the one in force (its absence says that there is none), and what the newest file at hand
/// pins (TUF 1.0, section 5). A simulated instance publishes nothing.
pub fn tuf(instance: tuf::Instance, root: u64, next: Option<tuf::Next>) -> Vec<Wanted> {
    let Some(host) = instance.url() else { return Vec::new() };
    let reveals = "nothing-beyond-your-address";
    let wanted = |what, path: String, decides: Vec<_>| Wanted {
        what,
        url: format!("{host}/{path}"),
        decides,
        reveals,
    };
    let later = format!("{}.root.json", root.saturating_add(1));
    let mut all = vec![wanted("tuf-root", later, vec![&checks::TUF_ROOT])];
    all.extend(next.map(|next| match next {
        tuf::Next::Timestamp => {
            wanted("tuf-timestamp", "timestamp.json".into(), vec![&checks::TUF_TIMESTAMP])
        }
        tuf::Next::Snapshot(version) => {
            wanted("tuf-snapshot", format!("{version}.snapshot.json"), vec![&checks::TUF_SNAPSHOT])
        }
        tuf::Next::Targets(version) => {
            wanted("tuf-targets", format!("{version}.targets.json"), vec![&checks::TUF_TARGETS])
        }
        tuf::Next::Target(sha256) => wanted(
            "sigstore-trusted-root",
            format!("targets/{sha256}.{}", tuf::TARGET),
            vec![&checks::TUF_TARGET],
        ),
    }));
    all
}

/// The certificate above a virtual TPM's attestation key, where Google serves it: the address
/// stands in the certificate itself (RFC 5280 section 4.2.2.1), and counts only when it is one of
/// Google's. A simulated provider serves nothing.
pub fn google_vtpm(ak_cert: &[u8], roots: Roots) -> Vec<Wanted> {
    const PLACE: &[u8] = b"https://pki.goog/cloud_integrity/";
    const FILE: &[u8] = b".crt";
    if roots == Roots::Simulated {
        return Vec::new();
    }
    let Some(start) = ak_cert.windows(PLACE.len()).position(|at| at == PLACE) else {
        return Vec::new();
    };
    let address = ak_cert.get(start..).and_then(|rest| {
        let end = rest.windows(FILE.len()).position(|at| at == FILE)?.checked_add(FILE.len())?;
        std::str::from_utf8(rest.get(..end)?).ok()
    });
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':');
    let address = address.filter(|address| address.len() < 128 && address.chars().all(name));
    let wanted = |url: &str| Wanted {
        what: "google-tpm-intermediate",
        url: url.to_owned(),
        decides: vec![&checks::TPM_ROOT, &checks::TPM_CHAIN_SIGNATURE],
        reveals: "nothing-beyond-your-address",
    };
    address.into_iter().map(wanted).collect()
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

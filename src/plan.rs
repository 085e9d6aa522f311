//! What would decide the open checks, where its maker serves it, and what asking reveals.
//!
//! Nothing is fetched here. Whoever fetches shows the host's name first.

use crate::digest::Sha256;
use crate::endorsements::git::ObjectName;
use crate::endorsements::intel::Collateral;
use crate::evidence::dcap::Tee;
use crate::evidence::snp::{Component, Product, Report, SigningKey};
use crate::finding::checks;
use crate::pki::anchors::Roots;
use crate::report::Wanted;
use crate::verify::git::Missing;
use crate::verify::snp::Endorsements;

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

const GITHUB_API: &str = "https://api.github.com";

/// Objects of a repository on GitHub that would decide more (REST API, "Git database"). A
/// repository elsewhere, or a simulated one, serves nothing here.
pub fn github(
    repository: &str,
    commit: ObjectName,
    missing: &[Missing],
    roots: Roots,
) -> Vec<Wanted> {
    let Some(name) = github_name(repository).filter(|_| roots == Roots::Vendor) else {
        return Vec::new();
    };
    let git = format!("{GITHUB_API}/repos/{name}/git");
    let folders = vec![&checks::GIT_TREE, &checks::GIT_WORKFLOW];
    let want = |what, url, decides| Wanted { what, url, decides, reveals: "repository-and-commit" };
    missing
        .iter()
        .filter_map(|missing| {
            Some(match missing {
                Missing::Commit => want(
                    "git-commit",
                    format!("{git}/commits/{commit}"),
                    vec![&checks::GIT_COMMIT, &checks::GIT_COMMIT_SIGNATURE],
                ),
                Missing::Folders => want(
                    "git-folders",
                    format!("{git}/trees/{commit}?recursive=1"),
                    folders.clone(),
                ),
                Missing::Folder(folder) => {
                    want("git-folder", format!("{git}/trees/{folder}"), folders.clone())
                }
                Missing::File(file) => want(
                    "git-file",
                    format!("{git}/blobs/{file}"),
                    vec![&checks::GIT_WORKFLOW, &checks::GIT_FILE],
                ),
                Missing::Reference(tag) => want(
                    "git-ref",
                    format!("{git}/ref/tags/{}", path_segment(tag)?),
                    vec![&checks::GIT_TAG],
                ),
                Missing::Tag(tag) => {
                    want("git-tag", format!("{git}/tags/{tag}"), vec![&checks::GIT_TAG])
                }
            })
        })
        .collect()
}

/// The attestations that GitHub has for an artifact of `repository`.
pub fn github_attestations(repository: &str, artifact: Sha256, roots: Roots) -> Vec<Wanted> {
    let name = github_name(repository).filter(|_| roots == Roots::Vendor);
    let want = |name: &str| Wanted {
        what: "github-attestations",
        url: format!("{GITHUB_API}/repos/{name}/attestations/sha256:{artifact}"),
        decides: vec![&checks::SIGSTORE_SIGNATURE, &checks::GITHUB_ATTESTATIONS],
        reveals: "repository-and-digest",
    };
    name.map(want).into_iter().collect()
}

/// A bundle at the address that GitHub's answer names; the host was compared with GitHub's when
/// the answer was read.
pub fn github_bundle(url: &str) -> Wanted {
    Wanted {
        what: "github-bundle",
        url: url.to_owned(),
        decides: vec![&checks::SIGSTORE_SIGNATURE, &checks::GITHUB_ATTESTATIONS],
        reveals: "repository-and-digest",
    }
}

/// `owner/name` of `https://github.com/owner/name`, when both are such as GitHub gives out.
fn github_name(repository: &str) -> Option<&str> {
    let name = repository.strip_prefix("https://github.com/")?;
    let (owner, repository) = name.split_once('/')?;
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (is_part(owner) && is_part(repository)).then_some(name)
}

/// A tag's name for a URL. Names with other characters than these are not asked for.
fn path_segment(tag: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+".contains(&byte);
    (tag.bytes().all(is_plain) && !tag.contains("..")).then_some(tag)
}

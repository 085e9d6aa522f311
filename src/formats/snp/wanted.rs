//! What AMD serves for a report (Key Distribution Service, document 57230).

use super::checks;
use super::parse::{Component, Product, Report, SigningKey};
use super::verify::Endorsements;
use crate::hex;
use crate::pki::anchors::Roots;
use crate::report::Wanted;

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

//! Files that come beside evidence: certificates and revocation lists, told apart by their
//! content.

use std::cmp::Reverse;

use crate::bytes::Span;
use crate::endorsements::amd::Vek;
use crate::error::Error;
use crate::evidence::snp::{Component, Product, Report, SigningKey};
use crate::pki::{Cert, Crl, pem_blocks};
use crate::verify::snp::Endorsements;

/// The DER of every file, taken out of PEM where needed.
pub(super) struct Collateral(Vec<Vec<u8>>);

/// Takes the files apart.
pub(super) fn decode(files: &[&[u8]]) -> Result<Collateral, Error> {
    const WHAT: &str = "collateral file";
    let mut ders = Vec::new();
    for file in files {
        let is_pem = file.windows(11).any(|window| window == b"-----BEGIN ");
        if is_pem {
            ders.extend(pem_blocks(WHAT, file)?.into_iter().map(|(_, der)| der));
        } else {
            ders.push(file.to_vec());
        }
    }
    Ok(Collateral(ders))
}

impl Collateral {
    /// Whether a revocation list is among the files.
    pub(super) fn has_crl(&self) -> bool {
        self.0.iter().any(|der| Crl::parse("collateral file", der).is_ok())
    }

    /// Adds a certificate or a revocation list in DER after the files.
    pub(super) fn push(&mut self, der: &[u8]) {
        self.0.push(der.to_vec());
    }

    /// AMD's endorsements for `report`, with `vek` as the evidence supplied it.
    ///
    /// Several chips' certificates may be given, and several of one chip for different security
    /// versions: the first that fits the report best is taken. Of several intermediate keys, the
    /// one that the chip's certificate names is taken.
    pub(super) fn amd<'a>(
        &'a self,
        report: &Report<'_>,
        vek: Option<Vek<'a>>,
    ) -> Result<Endorsements<'a>, Error> {
        let mut veks: Vec<Vek<'a>> = Vec::from_iter(vek);
        let mut intermediates: Vec<Cert<'a>> = Vec::new();
        let mut endorsements = Endorsements::default();
        for der in &self.0 {
            if let Ok(crl) = Crl::parse("collateral file", der) {
                endorsements.crls.push(crl);
                continue;
            }
            let cert = Cert::parse("collateral file", der)?;
            match cert.common_name().unwrap_or_default() {
                "SEV-VCEK" | "SEV-VLEK" => veks.push(Vek { cert }),
                name if name.starts_with("SEV-") => intermediates.push(cert),
                name if name.starts_with("ARK-") => endorsements.root = Some(cert),
                name => {
                    let whole = Span::new(0, der.len());
                    return Err(Error::unsupported("collateral file, subject", name, whole));
                }
            }
        }
        let product = report.cpuid.and_then(Product::of_cpu);
        let fits = veks.iter().map(|vek| likeness(vek, report, product));
        let own = fits.enumerate().min_by_key(|(_, fit)| Reverse(*fit)).map_or(0, |(at, _)| at);
        endorsements.vek = (!veks.is_empty()).then(|| veks.swap_remove(own));
        let named = endorsements.vek.as_ref().and_then(|vek| vek.cert.issuer_common_name());
        let own = intermediates.iter().position(|cert| cert.common_name() == named).unwrap_or(0);
        endorsements.intermediate =
            (!intermediates.is_empty()).then(|| intermediates.swap_remove(own));
        Ok(endorsements)
    }
}

/// How well a certificate fits a report: kind of key, chip, security versions.
fn likeness(vek: &Vek<'_>, report: &Report<'_>, product: Option<Product>) -> [bool; 3] {
    let is_vlek = report.key_info.signing_key() == SigningKey::Vlek;
    let kind = vek.has_provider_id() == is_vlek;
    let Some(product) = product.or_else(|| Product::of_name(vek.product_name()?)) else {
        return [kind, false, false];
    };
    let chip =
        vek.hardware_id(product).is_some_and(|id| report.chip_id.get(..id.len()) == Some(id));
    let tcb = report.reported_tcb.decode(product);
    let versions = Component::ALL.into_iter().all(|component| {
        tcb.component(component).is_none_or(|reported| {
            vek.security_version(component).is_none_or(|certified| certified == reported)
        })
    });
    [kind, chip, versions]
}

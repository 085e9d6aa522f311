//! AMD's certificates and revocation lists at hand, and which of them are about one report.
//!
//! What is chosen is verified like anything else. What lies beside the evidence and is about
//! another chip, firmware, product or key is left aside and decides nothing. What the evidence
//! itself brings along is its own word on its own chip, and is taken as that.

use std::cmp::Reverse;

use super::parse::amd::Vek;
use super::parse::{Component, Product, Report, SigningKey};
use super::verify::{self, Endorsements};
use crate::piece::{self, Piece, Role};
use crate::pki::anchors::AmdAnchor;
use crate::pki::named::Anchors;
use crate::pki::{Cert, Crl};

const WHAT: &str = "AMD's certificate";

/// Certificates and revocation lists of AMD's.
#[derive(Default)]
pub(crate) struct Amd<'s> {
    pieces: Vec<Piece<'s>>,
}

/// A chip's or provider's certificate, and where it came from.
struct Candidate<'s> {
    piece: Piece<'s>,
    vek: Vek<'s>,
}

impl<'s> Amd<'s> {
    /// Those among `pieces`.
    pub(crate) fn of(pieces: &[Piece<'s>]) -> Self {
        Self { pieces: piece::of(pieces, &[Role::AmdCertificate, Role::AmdCrl]) }
    }

    /// Adds a certificate or a revocation list (DER) that the evidence itself brings along.
    pub(crate) fn add(&mut self, name: &'s str, der: &'s [u8]) {
        let role = match Crl::parse(WHAT, der) {
            Ok(_) => Role::AmdCrl,
            Err(_) => Role::AmdCertificate,
        };
        self.pieces.push(Piece::inside(role, name, der));
    }

    /// Chooses what is about `report`.
    pub(crate) fn choose(&self, report: &Report<'_>, roots: Anchors<'_>) -> Endorsements<'s> {
        let mut certs = Vec::new();
        let mut veks = Vec::new();
        for piece in &self.pieces {
            if piece.role == Role::AmdCrl {
                continue;
            }
            match Cert::parse(WHAT, piece.bytes) {
                Ok(cert) if matches!(cert.common_name(), Some("SEV-VCEK" | "SEV-VLEK")) => {
                    veks.push(Candidate { piece: *piece, vek: Vek { cert } });
                }
                // The evidence's own certificate may have any name; the checks tell which.
                Ok(cert) if !piece.is_beside() && !cert.is_ca() => {
                    veks.push(Candidate { piece: *piece, vek: Vek { cert } });
                }
                Ok(cert) => certs.push((*piece, cert)),
                Err(_) => piece.unreadable(),
            }
        }
        let vek = own_key(veks, report);
        let product = verify::product(report, vek.as_ref());
        let pinned = product.map(|product| verify::pinned(product, roots.roots()));
        let intermediate = intermediate(&certs, vek.as_ref(), pinned);
        let anchor = product.map(|product| verify::anchor(product, roots, intermediate.as_ref()));
        Endorsements {
            root: root(&certs, anchor.as_ref()),
            crls: self.lists(anchor.as_ref()),
            intermediate,
            vek,
        }
    }

    /// The lists of the product's root. One whose signature does not hold counts only where no
    /// other is at hand: then a finding says so.
    fn lists(&self, anchor: Option<&AmdAnchor<'_>>) -> Vec<Crl<'s>> {
        let lists = self.pieces.iter().filter(|piece| piece.role == Role::AmdCrl);
        let lists = lists.filter_map(|piece| Some((piece, Crl::parse(WHAT, piece.bytes).ok()?)));
        // Without a product nothing tells whose list counts: a finding says that.
        let Some(ark) = anchor.and_then(|anchor| anchor.root().ok()) else {
            return lists.map(|(_, list)| list).collect();
        };
        let own: Vec<_> = lists.filter(|(_, list)| list.names_issuer(&ark)).collect();
        let (signed, unsigned): (Vec<_>, Vec<_>) = match own.len() {
            0 | 1 => (own, Vec::new()),
            _ => own.into_iter().partition(|(_, list)| list.verify_signed_by(&ark).is_ok()),
        };
        let used = if signed.is_empty() { unsigned } else { signed };
        let keep = |(piece, list): (&Piece<'s>, Crl<'s>)| {
            piece.used();
            list
        };
        used.into_iter().map(keep).collect()
    }
}

/// The certificate of the key that signed `report`: of those about its chip and firmware, or whose
/// key signed it, the one that fits best.
fn own_key<'s>(mut veks: Vec<Candidate<'s>>, report: &Report<'_>) -> Option<Vek<'s>> {
    let product = report.cpuid.and_then(Product::of_cpu);
    veks.retain(|Candidate { piece, vek }| {
        !piece.is_beside()
            || likeness(vek, report, product) == [true; 3]
            || verify::is_signed_by(report, vek)
    });
    let is_only = veks.len() < 2;
    let fits = veks.iter().map(|candidate| {
        let signs = is_only || verify::is_signed_by(report, &candidate.vek);
        (likeness(&candidate.vek, report, product), signs)
    });
    let (place, _) = fits.enumerate().min_by_key(|(_, fit)| Reverse(*fit))?;
    let Candidate { piece, vek } = veks.swap_remove(place);
    piece.used();
    Some(vek)
}

/// How well a certificate fits a report: kind of key, chip, security versions.
fn likeness(vek: &Vek<'_>, report: &Report<'_>, product: Option<Product>) -> [bool; 3] {
    let is_vlek = report.key_info.signing_key() == SigningKey::Vlek;
    let kind = vek.has_provider_id() == is_vlek;
    let Some(product) = product.or_else(|| Product::of_name(vek.product_name()?)) else {
        return [kind, false, false];
    };
    let is_chip = |id: &[u8]| report.chip_id.get(..id.len()) == Some(id);
    let chip = is_vlek || report.masks_chip_id() || vek.hardware_id(product).is_some_and(is_chip);
    let tcb = report.reported_tcb.decode(product);
    let versions = Component::ALL.into_iter().all(|component| {
        tcb.component(component).is_none_or(|reported| {
            vek.security_version(component).is_none_or(|certified| certified == reported)
        })
    });
    [kind, chip, versions]
}

/// The certificate of the key that signed `vek`. Without one here, the shipped ASK is used.
fn intermediate<'s>(
    certs: &[(Piece<'s>, Cert<'s>)],
    vek: Option<&Vek<'_>>,
    anchor: Option<&AmdAnchor<'_>>,
) -> Option<Cert<'s>> {
    let names = anchor.map(|anchor| [anchor.ask_name, anchor.asvk_name])?;
    let is_own = |cert: &Cert<'_>| match vek {
        Some(Vek { cert: vek }) => vek.names_issuer(cert) || vek.verify_signed_by(cert).is_ok(),
        None => cert.common_name().is_some_and(|name| names.contains(&name)),
    };
    let own: Vec<_> = certs.iter().filter(|(_, cert)| is_own(cert)).collect();
    let signs = |cert: &Cert<'_>| vek.is_none_or(|v| v.cert.verify_signed_by(cert).is_ok());
    let names = |cert: &Cert<'_>| vek.is_none_or(|v| v.cert.names_issuer(cert));
    let signer = own.iter().find(|(_, cert)| names(cert) && signs(cert));
    let shipped = anchor.and_then(|anchor| Cert::parse("shipped ASK", anchor.ask).ok());
    let is_shipped = signer.is_none()
        && shipped.is_some_and(|ask| vek.is_some_and(|v| v.cert.names_issuer(&ask)) && signs(&ask));
    let others = || own.iter().find(|(_, cert)| signs(cert)).or(own.first());
    let (piece, cert) = signer.or_else(|| others().filter(|_| !is_shipped))?;
    piece.used();
    Some(cert.clone())
}

/// The product's root as it came along: it is compared with the pinned one and not used.
fn root<'s>(certs: &[(Piece<'s>, Cert<'s>)], anchor: Option<&AmdAnchor<'_>>) -> Option<Cert<'s>> {
    let is_root = |cert: &Cert<'_>| cert.common_name().is_some_and(|cn| cn.starts_with("ARK-"));
    let Some(anchor) = anchor else {
        return certs.iter().find(|(_, cert)| is_root(cert)).map(|(_, cert)| cert.clone());
    };
    let is_own = |cert: &Cert<'_>| cert.common_name() == Some(anchor.ark_name);
    let own: Vec<_> = certs.iter().filter(|(_, cert)| is_own(cert)).collect();
    let pinned = own.iter().find(|(_, cert)| cert.der() == anchor.ark);
    let (piece, cert) = pinned.or(own.first())?;
    piece.used();
    Some(cert.clone())
}

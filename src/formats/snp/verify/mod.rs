//! SEV-SNP: from AMD's root key to the report (steps S1 to S9).

mod chain;
mod crl;
mod report;

use super::checks;
use super::parse::amd::Vek;
use super::parse::{Product, Report};
use crate::digest::Sha256;
use crate::finding::{Examined, Promise};
use crate::pki::anchors::{AMD_GENOA, AMD_MILAN, AMD_TURIN, AmdAnchor, Roots};
use crate::pki::chain::unsigned;
use crate::pki::named::Anchors;
use crate::pki::{Cert, Crl};
use crate::time::UnixTime;

/// The endorsements at hand; all of them untrusted input.
#[derive(Clone, Debug, Default)]
pub struct Endorsements<'a> {
    /// The chip's or provider's certificate (VCEK or VLEK).
    pub vek: Option<Vek<'a>>,
    /// The certificate of AMD's key below the root (ASK or ASVK). Without it the shipped ASK is
    /// used; there is no shipped ASVK.
    pub intermediate: Option<Cert<'a>>,
    /// A root that came with the evidence. It is compared with the pinned one and not used.
    pub root: Option<Cert<'a>>,
    /// AMD's revocation lists. Those of other products are left aside, and of those for the
    /// product none hides another.
    pub crls: Vec<Crl<'a>>,
}

/// A report whose signature leads to a pinned AMD root, or to one that the policy names.
///
/// Shown: the root signed the intermediate key, that key signed the chip's (or provider's)
/// key, and that key signed these report bytes; product, chip id and security versions of the key
/// are the report's. Not shown: that the certificates are valid at the asked time (that is a
/// finding), that none was revoked, and anything about the values.
#[derive(Clone, Debug)]
pub struct VerifiedSnp<'a> {
    report: Report<'a>,
    product: Product,
    root: Sha256,
    root_name: Option<&'static str>,
    vek: Vek<'a>,
}

impl<'a> VerifiedSnp<'a> {
    /// The report.
    pub const fn report(&self) -> &Report<'a> {
        &self.report
    }

    /// The product, as the root vouches for it.
    pub const fn product(&self) -> Product {
        self.product
    }

    /// SHA-256 of the root's certificate.
    pub(crate) const fn root(&self) -> Sha256 {
        self.root
    }

    /// The name of the root, where it is one of AMD's.
    pub(crate) const fn root_name(&self) -> Option<&'static str> {
        self.root_name
    }

    /// The certificate of the key that signed.
    pub const fn vek(&self) -> &Vek<'a> {
        &self.vek
    }
}

/// The intermediate certificate that is used: the supplied one, or the shipped ASK when the chip's
/// certificate names it.
pub fn intermediate<'a>(
    anchor: &AmdAnchor<'_>,
    endorsements: &Endorsements<'a>,
) -> Option<Cert<'a>> {
    chain::intermediate(anchor, endorsements)
}

/// Whether the key of `vek` signed `report`: enough to choose a certificate by, and no check.
pub fn is_signed_by(report: &Report<'_>, vek: &Vek<'_>) -> bool {
    report::is_signed_by(report, vek)
}

/// The evidence id under which the revocation list at `index` of [`Endorsements::crls`] is shown.
pub(crate) fn crl_evidence(index: usize) -> std::borrow::Cow<'static, str> {
    crl::evidence(index)
}

/// Runs steps S1 to S9 for the moment `now`.
pub fn verify<'a, 'r>(
    report: &Report<'a>,
    endorsements: &Endorsements<'a>,
    roots: impl Into<Anchors<'r>>,
    now: UnixTime,
) -> Examined<VerifiedSnp<'a>> {
    let product = product(report, endorsements.vek.as_ref());
    let roots = roots.into();
    let anchor = product.map(|product| anchor(product, roots, endorsements.intermediate.as_ref()));
    let own = anchor.as_ref();
    let mut findings = chain::root(own, endorsements, now);
    findings.extend(crl::examine(own, endorsements, now));
    findings.extend(chain::vek(report, product, own, endorsements, now));
    findings.extend(report::examine(report, endorsements.vek.as_ref()));

    let verified = match (product, anchor, &endorsements.vek) {
        (Some(product), Some(anchor), Some(vek)) => PROMISE.keep(&findings, || VerifiedSnp {
            report: report.clone(),
            product,
            root: anchor.fingerprint(),
            root_name: (!anchor.is_named).then_some(anchor.ark_name),
            vek: vek.clone(),
        }),
        _ => None,
    };
    Examined { findings, verified }
}

/// The product by the report's CPUID, or by the certificate's word when the report has none. The
/// two are compared in `snp.product`.
pub fn product(report: &Report<'_>, vek: Option<&Vek<'_>>) -> Option<Product> {
    match report.cpuid {
        Some(cpuid) => Product::of_cpu(cpuid),
        None => Product::of_name(vek?.product_name()?),
    }
}

/// The anchor of a product: the pinned one, unless it is one of those that the policy names which
/// signed `intermediate`.
pub(crate) fn anchor<'p>(
    product: Product,
    roots: Anchors<'p>,
    intermediate: Option<&Cert<'_>>,
) -> AmdAnchor<'p> {
    let pinned = *pinned(product, roots.roots());
    let signed = |root: &Cert<'_>| intermediate.is_some_and(|ask| unsigned(ask, root).is_none());
    let mut named = roots.named().amd.iter().filter(|root| {
        let is_own = |cert: &Cert<'_>| cert.common_name() == Some(pinned.ark_name) && signed(cert);
        root.der() != pinned.ark && root.cert().is_some_and(|cert| is_own(&cert))
    });
    let named = named.next().filter(|_| !pinned.root().is_ok_and(|ark| signed(&ark)));
    match named {
        Some(root) => AmdAnchor { ark: root.der(), ask: &[], is_named: true, ..pinned },
        None => pinned,
    }
}

/// The pinned anchor of a product.
pub(crate) fn pinned(product: Product, roots: Roots) -> &'static AmdAnchor<'static> {
    use crate::pki::anchors::simulated;
    match (roots, product) {
        (Roots::Vendor, Product::Milan) => &AMD_MILAN,
        (Roots::Vendor, Product::Genoa) => &AMD_GENOA,
        (Roots::Vendor, Product::Turin) => &AMD_TURIN,
        (Roots::Simulated, Product::Milan) => &simulated::MILAN,
        (Roots::Simulated, Product::Genoa) => &simulated::GENOA,
        (Roots::Simulated, Product::Turin) => &simulated::TURIN,
    }
}

/// What [`VerifiedSnp`] promises. Validity is a finding of its own, so that an expired chain can
/// still be read. A provider's key names no chip.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::SNP_ROOT_PINNED,
        &checks::SNP_ASK_ROLE,
        &checks::SNP_ASK_PARAMETERS,
        &checks::SNP_ASK_SIGNATURE,
        &checks::SNP_PRODUCT,
        &checks::SNP_VEK_ROLE,
        &checks::SNP_VEK_PARAMETERS,
        &checks::SNP_VEK_SIGNATURE,
        &checks::SNP_REPORT_VERSION,
        &checks::SNP_REPORT_ALGORITHM,
        &checks::SNP_REPORT_SIGNING_KEY,
        &checks::SNP_REPORT_SIGNATURE,
    ],
    where_it_applies: &[&checks::SNP_VEK_TCB, &checks::SNP_CHIP_ID],
};

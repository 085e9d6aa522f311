//! Roots that a policy names beside the pinned ones, and the anchors of one examination.
//!
//! A root that a policy names is the word of whoever wrote the policy. Whether it is the vendor's is
//! not known here: what leads to it is told as that, and never as the vendor's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, de};

use super::anchors::{self, Roots};
use super::chain::unsigned;
use super::{Cert, pem_certificates};
use crate::finding::Finding;

/// The reason of a check of a root that holds because a policy names the root.
pub(crate) const NAMED: &str = "named";

const WHAT: &str = "a root that the policy names";

/// The most roots that a policy may name for one vendor: each may be tried.
const MAX_ROOTS: usize = 16;

/// Roots that a policy names, by the vendor in whose place they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct NamedRoots {
    /// AMD Root Keys (ARK); the common name says for which product.
    #[serde(deserialize_with = "some")]
    pub amd: Vec<NamedRoot>,
    /// In the place of the Intel SGX Root CA.
    #[serde(deserialize_with = "some")]
    pub intel: Vec<NamedRoot>,
    /// In the place of AWS's root for Nitro enclaves.
    #[serde(deserialize_with = "some")]
    pub aws: Vec<NamedRoot>,
    /// In the place of Google's roots for Confidential Space and for virtual TPMs, and roots for
    /// its endorsements of firmware, of which this verifier carries none.
    #[serde(deserialize_with = "some")]
    pub google: Vec<NamedRoot>,
    /// For the certificates of Azure's virtual TPMs: this verifier carries no root of Microsoft's.
    #[serde(deserialize_with = "some")]
    pub microsoft: Vec<NamedRoot>,
    /// In the place of the NVIDIA Device Identity CA.
    #[serde(deserialize_with = "some")]
    pub nvidia: Vec<NamedRoot>,
}

static NONE: NamedRoots = NamedRoots {
    amd: Vec::new(),
    intel: Vec::new(),
    aws: Vec::new(),
    google: Vec::new(),
    microsoft: Vec::new(),
    nvidia: Vec::new(),
};

/// One certificate that a policy names: a certification authority that signed itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRoot {
    der: Vec<u8>,
}

impl NamedRoot {
    /// Reads what a policy file holds: PEM, or DER in base64.
    ///
    /// # Errors
    /// Why it is not exactly one certificate of an authority that signed itself.
    pub fn read(text: &str) -> Result<Self, String> {
        let ders = if text.trim_start().starts_with("-----BEGIN ") {
            pem_certificates(WHAT, text.as_bytes()).map_err(|error| error.to_string())?
        } else {
            let why = |error| format!("{WHAT} is neither PEM nor DER in base64: {error}");
            vec![STANDARD.decode(text.trim()).map_err(why)?]
        };
        let [der] = <[Vec<u8>; 1]>::try_from(ders)
            .map_err(|ders| format!("{WHAT} is one certificate, and here are {}", ders.len()))?;
        let cert = Cert::parse(WHAT, &der).map_err(|error| error.to_string())?;
        if !cert.is_ca() || unsigned(&cert, &cert).is_some() {
            return Err(format!("{WHAT} is no authority that signed itself: {}", cert.subject()));
        }
        Ok(Self { der })
    }

    /// The certificate, DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate. One was parsed from the same bytes before.
    pub(crate) fn cert(&self) -> Option<Cert<'_>> {
        Cert::parse(WHAT, &self.der).ok()
    }
}

impl<'de> Deserialize<'de> for NamedRoot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NamedRoot>, D::Error> {
    let roots = Vec::<NamedRoot>::deserialize(deserializer)?;
    if roots.len() > MAX_ROOTS {
        return Err(de::Error::custom(format!(
            "a policy names {MAX_ROOTS} roots a vendor at most"
        )));
    }
    Ok(roots)
}

/// Where chains may begin in one examination: at the pinned roots, and at those that the policy
/// names.
#[derive(Clone, Copy, Debug)]
pub struct Anchors<'p> {
    roots: Roots,
    named: &'p NamedRoots,
}

impl From<Roots> for Anchors<'static> {
    fn from(roots: Roots) -> Self {
        Self { roots, named: &NONE }
    }
}

impl<'p> Anchors<'p> {
    /// The pinned roots among `roots`, and `named`.
    pub const fn new(roots: Roots, named: &'p NamedRoots) -> Self {
        Self { roots, named }
    }

    /// Which pinned roots count.
    pub const fn roots(self) -> Roots {
        self.roots
    }

    /// The roots that the policy names.
    pub const fn named(self) -> &'p NamedRoots {
        self.named
    }

    /// Intel's.
    pub(crate) fn intel(self) -> Choice<'p> {
        Choice::of([anchors::intel(self.roots).root()], &self.named.intel)
    }

    /// AWS's.
    pub(crate) fn aws(self) -> Choice<'p> {
        Choice::of([anchors::aws(self.roots).root()], &self.named.aws)
    }

    /// NVIDIA's.
    pub(crate) fn nvidia(self) -> Choice<'p> {
        Choice::of([anchors::nvidia(self.roots).root()], &self.named.nvidia)
    }

    /// Google's for Confidential Space.
    pub(crate) fn confidential_space(self) -> Choice<'p> {
        Choice::of([anchors::google_confidential_space(self.roots).root()], &self.named.google)
    }

    /// Google's for virtual TPMs.
    pub(crate) fn google_vtpm(self) -> Choice<'p> {
        let pinned = anchors::google_vtpm(self.roots).iter().map(anchors::GoogleAnchor::root);
        Choice::of(pinned, &self.named.google)
    }
}

/// The anchors of one vendor, the pinned ones first.
#[derive(Clone, Debug)]
pub(crate) struct Choice<'p>(Vec<Anchor<'p>>);

/// Where a chain begins.
#[derive(Clone, Debug)]
pub(crate) struct Anchor<'p> {
    /// The root's certificate.
    pub(crate) cert: Cert<'p>,
    /// Whether it counts because the policy names it.
    is_named: bool,
}

impl<'p> Choice<'p> {
    fn of<E>(
        pinned: impl IntoIterator<Item = Result<Cert<'static>, E>>,
        named: &'p [NamedRoot],
    ) -> Self {
        let pinned = pinned.into_iter().flatten();
        let mut own: Vec<Anchor<'p>> =
            pinned.map(|cert| Anchor { cert, is_named: false }).collect();
        for cert in named.iter().filter_map(NamedRoot::cert) {
            if !own.iter().any(|known| known.cert.der() == cert.der()) {
                own.push(Anchor { cert, is_named: true });
            }
        }
        Self(own)
    }

    /// The anchor that signed `below`, or is it; without one, a pinned one that `below` names, and
    /// otherwise the first. A pinned anchor goes before a named one, and of two with one name the
    /// signature tells.
    pub(crate) fn above(self, below: Option<&Cert<'_>>) -> Option<Anchor<'p>> {
        let Self(own) = self;
        let signed = |anchor: &&Anchor<'_>| {
            below.is_some_and(|below| {
                below.der() == anchor.cert.der() || unsigned(below, &anchor.cert).is_none()
            })
        };
        let names = |anchor: &&Anchor<'_>| {
            !anchor.is_named && below.is_some_and(|below| below.names_issuer(&anchor.cert))
        };
        let chosen = own.iter().find(signed).or_else(|| own.iter().find(names));
        chosen.or(own.first()).cloned()
    }

    /// Every anchor.
    pub(crate) fn all(self) -> Vec<Anchor<'p>> {
        self.0
    }
}

impl Anchor<'_> {
    /// What a finding that the chain begins here comes to: a named root is told as that.
    pub(crate) fn told(&self, finding: Finding) -> Finding {
        told(self.is_named, &self.cert, finding)
    }
}

/// As [`Anchor::told`], of the root `cert`, which counts because the policy names it, or not.
pub(crate) fn told(is_named: bool, cert: &Cert<'_>, finding: Finding) -> Finding {
    if !is_named || !finding.passed() {
        return finding;
    }
    let Finding { check, part, at, expected, .. } = finding;
    let warned =
        Finding::warn(check, NAMED).actual(crate::finding::Value::hex(cert.fingerprint().0));
    Finding { part, at, expected, ..warned }
}

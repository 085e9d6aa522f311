//! From Apple's pinned root to the certificate of a device (RFC 5280 section 6.1). Every certificate
//! is issued by the next; the order is not repaired.

use super::checks;
use super::parse::{Device, MAX_CHAIN};
use crate::crypto::Hash;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Check, Examined, Finding, Promise, Value};
use crate::pki::anchors::{self, Roots, simulated};
use crate::pki::chain::{Rules, astray, dated, unsigned};
use crate::pki::{Cert, KeyKind, SignatureAlgorithm};
use crate::time::{UnixTime, Validity};

/// What Apple's certificates below the root have in common.
static RULES: Rules = Rules {
    key: |kind| *kind == KeyKind::P384,
    algorithm: Some(SignatureAlgorithm::Ecdsa(Hash::Sha384)),
    signs_documents: false,
};

/// A device about which Apple says something.
///
/// Shown: the pinned root signed the certificates down to the device's, each of them for its role
/// and all of them valid at the asked time. Not shown: anything about a program, and that no
/// certificate was withdrawn.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedDevice {
    device: Device,
    certificate: Sha256,
    key: Sha256,
    validity: Validity,
}

impl VerifiedDevice {
    /// What Apple says.
    pub(crate) const fn device(&self) -> &Device {
        &self.device
    }

    /// SHA-256 of the certificate.
    pub(crate) const fn certificate(&self) -> Sha256 {
        self.certificate
    }

    /// SHA-256 of the attested key, which the device's system makes once for each enrolment.
    pub(crate) const fn key(&self) -> Sha256 {
        self.key
    }

    /// When the certificate is valid.
    pub(crate) const fn validity(&self) -> Validity {
        self.validity
    }
}

/// What [`VerifiedDevice`] promises.
const PROMISE: Promise = Promise { holds: &checks::AUTHENTICITY, where_it_applies: &[] };

/// Verifies a chain of DER for the moment `now`; the device's certificate is the first. The pinned
/// root may stand at the end and is not counted.
pub(crate) fn verify(ders: &[Vec<u8>], roots: Roots, now: UnixTime) -> Examined<VerifiedDevice> {
    let chain = match Chain::parse(ders, roots) {
        Ok(chain) => chain,
        Err(why) => {
            let malformed = Finding::fail(&checks::APPLE_CHAIN, "malformed").actual(why);
            let rest = checks::AUTHENTICITY.iter().skip(1);
            let rest = rest.map(|check| Finding::blocked(check, &checks::APPLE_CHAIN));
            return Examined {
                findings: std::iter::once(malformed).chain(rest).collect(),
                verified: None,
            };
        }
    };
    let findings = vec![
        Finding::pass(&checks::APPLE_CHAIN),
        chain.root(),
        chain.roles(),
        chain.signatures(),
        chain.validities(now),
    ];
    let leaf = &chain.leaf;
    let verified = PROMISE.keep(&findings, || VerifiedDevice {
        device: Device::of(leaf),
        certificate: leaf.fingerprint(),
        key: Sha256::of(leaf.public_key()),
        validity: leaf.validity(),
    });
    Examined { findings, verified }
}

/// A chain, not believed.
struct Chain<'a> {
    leaf: Cert<'a>,
    /// Above the leaf, each issued by the next.
    authorities: Vec<Cert<'a>>,
    root: Cert<'static>,
}

impl<'a> Chain<'a> {
    fn parse(ders: &'a [Vec<u8>], roots: Roots) -> Result<Self, String> {
        const WHAT: &str = "certificate of a managed device";
        let said = |error: Error| error.to_string();
        Error::cap("number of certificates of a device", ders.len(), MAX_CHAIN).map_err(said)?;
        let mut certs = ders.iter().map(|der| Cert::parse(WHAT, der).map_err(said));
        let leaf = certs.next().ok_or("it has no certificate")??;
        let mut authorities = certs.collect::<Result<Vec<_>, _>>()?;
        let root = anchors::apple(roots).root().map_err(said)?;
        if authorities.last().is_some_and(|last| last.der() == root.der()) {
            authorities.pop();
        }
        Ok(Self { leaf, authorities, root })
    }

    /// Every certificate below the root, the leaf first.
    fn all(&self) -> impl Iterator<Item = &Cert<'a>> {
        std::iter::once(&self.leaf).chain(&self.authorities)
    }

    fn root(&self) -> Finding {
        let top = self.authorities.last().unwrap_or(&self.leaf);
        let astray = astray(top, &self.root, &[simulated::APPLE.root]);
        Finding::unless(&checks::APPLE_ROOT, astray)
            .expected(Value::hex(self.root.fingerprint().0))
            .actual(top.issuer())
    }

    /// The first certificate that does not fit its place.
    fn roles(&self) -> Finding {
        let mut places = self.all().zip(0..);
        let misfit = places.find_map(|(cert, below)| Some((cert, RULES.misfit(cert, below)?)));
        of_certificate(&checks::APPLE_CHAIN_ROLE, misfit)
    }

    /// The first certificate that the next did not sign.
    fn signatures(&self) -> Finding {
        let issuers = self.authorities.iter().chain(std::iter::once(&self.root));
        let mut pairs = self.all().zip(issuers);
        let wrong = pairs.find_map(|(cert, issuer)| Some((cert, unsigned(cert, issuer)?)));
        of_certificate(&checks::APPLE_CHAIN_SIGNATURE, wrong)
    }

    /// The first certificate, the root among them, that is not valid at `now`.
    fn validities(&self, now: UnixTime) -> Finding {
        let check = &checks::APPLE_CHAIN_VALIDITY;
        let mut all = self.all().map(Cert::validity).chain([self.root.validity()]);
        let own = dated(check, self.leaf.validity(), now, "expired");
        all.by_ref()
            .map(|validity| dated(check, validity, now, "expired"))
            .find(|finding| !finding.passed())
            .unwrap_or(own)
    }
}

fn of_certificate(check: &'static Check, wrong: Option<(&Cert<'_>, &'static str)>) -> Finding {
    match wrong {
        None => Finding::pass(check),
        Some((cert, reason)) => Finding::fail(check, reason).actual(cert.subject()),
    }
}

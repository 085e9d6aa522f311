//! NVIDIA's reference values: from NVIDIA's root for them to the document.

use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::finding::Finding;
use crate::formats::gpu::checks;
use crate::formats::gpu::parse::{Manifest, Report};
use crate::pki::anchors;
use crate::pki::chain::{self, Rules};
use crate::pki::{Cert, KeyKind};
use crate::time::{Standing, UnixTime};

/// What is at hand about the parts of a device's software that NVIDIA publishes values for.
pub(crate) struct References<'m> {
    /// The driver, and the firmware.
    pub(crate) parts: [Part<'m>; 2],
}

/// One part of a device's software.
pub(crate) struct Part<'m> {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether a manifest about this version is at hand.
    pub(crate) is_at_hand: bool,
    /// Those that are NVIDIA's word.
    pub(crate) sound: Vec<&'m Manifest>,
}

/// Which of `manifests` are about what `report` names, and which of these are NVIDIA's word at `now`.
/// One about another version decides nothing.
pub(crate) fn references<'m>(
    report: &Report<'_>,
    manifests: &'m [Manifest],
    root: &Cert<'_>,
    now: UnixTime,
) -> (Vec<Finding>, References<'m>) {
    let check = &checks::GPU_REFERENCE;
    let mut findings = Vec::new();
    let opaque = &report.opaque;
    let named = [("driver", opaque.driver_version()), ("firmware", opaque.vbios_version())];
    let parts = named.map(|(name, version)| {
        let is_own = |own: &&Manifest| {
            version.as_ref().is_some_and(|version| own.version.eq_ignore_ascii_case(version))
        };
        let own: Vec<&Manifest> = manifests.iter().filter(is_own).collect();
        let refuted: Vec<Option<&'static str>> =
            own.iter().map(|own| refuted(own, root, now)).collect();
        let sound = own.iter().zip(&refuted).filter(|(_, reason)| reason.is_none());
        let sound: Vec<&Manifest> = sound.map(|(own, _)| *own).collect();
        if let Some(first) = refuted.first() {
            let reason = first.filter(|_| sound.is_empty());
            let finding = Finding::unless(check, reason).part(name);
            findings.push(finding.actual(version.unwrap_or_default()));
        }
        Part { name, is_at_hand: !own.is_empty(), sound }
    });
    (findings, References { parts })
}

/// The most certificates below the root; NVIDIA's manifests have three.
const MOST: usize = 4;

const RULES: Rules =
    Rules { key: |kind| *kind == KeyKind::P384, algorithm: None, signs_documents: true };

/// Why a manifest is not NVIDIA's word at `now`: its signature, its chain to `root`, its dates.
pub(crate) fn refuted(manifest: &Manifest, root: &Cert<'_>, now: UnixTime) -> Option<&'static str> {
    const WHAT: &str = "certificate of an NVIDIA manifest";
    let parsed: Result<Vec<Cert<'_>>, _> =
        manifest.certificates.iter().map(|der| Cert::parse(WHAT, der)).collect();
    let Ok(chain) = parsed else { return Some("malformed") };
    let below = match chain.split_last() {
        Some((last, below)) if last.der() == root.der() => below,
        _ => chain.as_slice(),
    };
    let Some(leaf) = below.first().filter(|_| below.len() <= MOST) else {
        return Some("malformed");
    };
    if let Some(reason) = below
        .last()
        .and_then(|top| chain::astray(top, root, &[anchors::simulated::NVIDIA.reference]))
    {
        return Some(reason);
    }
    let issuers = below.iter().skip(1).chain([root]);
    for (number, (cert, issuer)) in below.iter().zip(issuers).enumerate() {
        if RULES.misfit(cert, number).is_some() {
            return Some("role");
        }
        if chain::unsigned(cert, issuer).is_some() {
            return Some("unknown-issuer");
        }
        match cert.validity().standing(now) {
            Standing::Within => {}
            Standing::Expired => return Some("expired"),
            Standing::NotYet => return Some("not-yet-valid"),
        }
    }
    let is_signed = leaf.key_kind() == KeyKind::P384
        && crypto::verify(
            Algorithm::EcdsaP384(Hash::Sha384),
            leaf.public_key(),
            Message::Bytes(manifest.signed.as_bytes()),
            Signature::Concatenated(&manifest.signature),
        )
        .is_ok();
    if !is_signed {
        return Some("bad-signature");
    }
    let digest = Hash::Sha384.digest(manifest.document.as_bytes());
    (digest != manifest.digest).then_some("not-equal")
}

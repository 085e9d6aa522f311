//! AWS Nitro enclaves: from AWS's root key to the attestation document (AWS Nitro Enclaves User
//! Guide, "Verifying the root of trust"; NSM API, attestation process, section 3.2).
//!
//! The chain is verified for the document's own time, which is among the signed values.

use super::checks;
use super::parse::Document;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::finding::{Check, Examined, Finding, Promise, Value};
use crate::pki::anchors::simulated;
use crate::pki::chain::{self, Rules, dated, unsigned};
use crate::pki::named::{Anchor, Anchors};
use crate::pki::{Cert, KeyKind, SignatureAlgorithm};
use crate::time::UnixTime;

/// The evidence id under which the document is shown.
pub(crate) const DOCUMENT: &str = "nitro-document";

/// The protected header of every document: `{1: -35}`, which is ES384 (RFC 9053 section 2.1).
const ES384: [u8; 4] = [0xa1, 0x01, 0x38, 0x22];

/// A document whose signature leads to AWS's pinned root, or to one that the policy names.
///
/// Shown: the root signed the certificates down to the one of the key that signed exactly
/// this payload, each of them for its role, and all of them valid at the time that the payload
/// gives. Not shown: that the payload's time is right beyond AWS's word, and anything about the
/// values.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedNitro<'a> {
    document: Document<'a>,
    made_at: UnixTime,
}

impl<'a> VerifiedNitro<'a> {
    /// The document.
    pub(crate) const fn document(&self) -> &Document<'a> {
        &self.document
    }

    /// When the document was made, by AWS's word.
    pub(crate) const fn made_at(&self) -> UnixTime {
        self.made_at
    }
}

/// The time that a document gives, without its fraction of a second.
pub(crate) fn made_at(document: &Document<'_>) -> UnixTime {
    let seconds = document.timestamp_ms.value.checked_div(1000).unwrap_or_default();
    UnixTime(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// Verifies the chain and the signature of `document` for its own time.
pub(crate) fn verify<'a>(
    document: &Document<'a>,
    roots: Anchors<'_>,
) -> Examined<VerifiedNitro<'a>> {
    let made_at = made_at(document);
    let chain = match Chain::parse(document, roots) {
        Ok(chain) => chain,
        Err(why) => {
            let mut findings = vec![Finding::fail(&checks::NITRO_CHAIN, "malformed").actual(why)];
            let rest = checks::AUTHENTICITY.iter().skip(1);
            findings.extend(rest.map(|check| Finding::blocked(check, &checks::NITRO_CHAIN)));
            return Examined { findings, verified: None };
        }
    };
    let mut findings = vec![Finding::pass(&checks::NITRO_CHAIN)];
    findings.extend(chain.findings(made_at));
    findings.extend(signature(document, &chain.leaf));
    let verified =
        PROMISE.keep(&findings, || VerifiedNitro { document: document.clone(), made_at });
    Examined { findings, verified }
}

/// What [`VerifiedNitro`] promises.
const PROMISE: Promise = Promise { holds: &checks::AUTHENTICITY, where_it_applies: &[] };

/// What all of AWS's certificates below the root have in common.
static RULES: Rules = Rules {
    key: |kind| *kind == KeyKind::P384,
    algorithm: Some(SignatureAlgorithm::Ecdsa(Hash::Sha384)),
    signs_documents: false,
};

/// The certificates of a document, not believed.
struct Chain<'a, 'p> {
    root: Anchor<'p>,
    supplied_root: Cert<'a>,
    /// Below the root, each issued by the one before it.
    authorities: Vec<Cert<'a>>,
    leaf: Cert<'a>,
}

impl<'a, 'p> Chain<'a, 'p> {
    fn parse(document: &Document<'a>, roots: Anchors<'p>) -> Result<Self, String> {
        const WHAT: &str = "certificate of a Nitro document";
        let parse = |der: &'a [u8]| Cert::parse(WHAT, der).map_err(|error| error.to_string());
        let mut bundle = document.cabundle.iter().map(|certificate| parse(certificate.value));
        let supplied_root = bundle.next().ok_or("it has no certificate")??;
        let authorities: Vec<Cert<'a>> = bundle.collect::<Result<_, _>>()?;
        let leaf = parse(document.certificate.value)?;
        let root = roots.aws().above(authorities.first().or(Some(&leaf)));
        let root = root.ok_or("no root of AWS's counts")?;
        Ok(Self { root, supplied_root, authorities, leaf })
    }

    fn findings(&self, made_at: UnixTime) -> Vec<Finding> {
        let Self { root: anchor, supplied_root, authorities, leaf } = self;
        let root = &anchor.cert;
        let issuer = authorities.last().unwrap_or(root);
        let other_root = chain::other_root(supplied_root, root, simulated::AWS.root);
        vec![
            anchor.told(
                Finding::unless(&checks::NITRO_ROOT_PINNED, other_root)
                    .expected(Value::hex(root.fingerprint().0))
                    .actual(Value::hex(supplied_root.fingerprint().0)),
            ),
            self.roles(),
            self.signatures(),
            self.validities(made_at),
            Finding::unless(&checks::NITRO_CERTIFICATE_ROLE, RULES.misfit(leaf, 0))
                .actual(leaf.common_name().unwrap_or("no name")),
            Finding::unless(&checks::NITRO_CERTIFICATE_SIGNATURE, unsigned(leaf, issuer))
                .expected(issuer.subject())
                .actual(leaf.issuer()),
            dated(&checks::NITRO_CERTIFICATE_VALIDITY, leaf.validity(), made_at, "expired"),
        ]
    }

    /// The first authority that is not fit to be one.
    fn roles(&self) -> Finding {
        let from_below = self.authorities.iter().rev().zip(1..);
        let misfits = from_below.filter_map(|(authority, below)| {
            RULES.misfit(authority, below).map(|reason| (authority, reason))
        });
        let misfit = misfits.last();
        of_authority(&checks::NITRO_CA_ROLE, misfit)
    }

    /// The first authority that the one before it did not sign.
    fn signatures(&self) -> Finding {
        let issuers = std::iter::once(&self.root.cert).chain(&self.authorities);
        let unsigned = self.authorities.iter().zip(issuers).find_map(|(authority, issuer)| {
            unsigned(authority, issuer).map(|reason| (authority, reason))
        });
        of_authority(&checks::NITRO_CA_SIGNATURE, unsigned)
    }

    /// The first of root and authorities that is not valid at that time.
    fn validities(&self, made_at: UnixTime) -> Finding {
        let check = &checks::NITRO_CA_VALIDITY;
        let all = std::iter::once(&self.root.cert).chain(&self.authorities);
        all.map(|authority| dated(check, authority.validity(), made_at, "expired"))
            .find(|finding| !finding.passed())
            .unwrap_or(Finding::pass(check).actual(made_at))
    }
}

fn of_authority(check: &'static Check, wrong: Option<(&Cert<'_>, &'static str)>) -> Finding {
    match wrong {
        None => Finding::pass(check),
        Some((authority, reason)) => Finding::fail(check, reason).actual(authority.subject()),
    }
}

/// Algorithm and signature of the document (RFC 9052 section 4.4).
fn signature(document: &Document<'_>, leaf: &Cert<'_>) -> [Finding; 2] {
    let protected = document.protected;
    let algorithm = Finding::equal(&checks::NITRO_ALGORITHM, &ES384, protected.value)
        .within(DOCUMENT, protected.span);
    let check = &checks::NITRO_SIGNATURE;
    let signature = if algorithm.passed() {
        let signed = crypto::verify(
            Algorithm::EcdsaP384(Hash::Sha384),
            leaf.public_key(),
            Message::Bytes(&document.signed_bytes()),
            Signature::Concatenated(document.signature.value),
        );
        Finding::test(check, signed.is_ok(), "bad-signature").expected(leaf.subject())
    } else {
        Finding::blocked(check, &checks::NITRO_ALGORITHM)
    };
    let payload = document.payload.span;
    [algorithm, signature.within(DOCUMENT, payload)]
}

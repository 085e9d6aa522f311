//! Documents of AWS Nitro enclaves, alone or inside dstack's attestation.

use super::snp::{certificate, to_blame};
use crate::appraise::{self, Comparers};
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::nitro::{Document, fields, of_dstack};
use crate::finding::{Finding, LinkId, checks};
use crate::pki::Cert;
use crate::policy::Policy;
use crate::report::{
    Claim, DebugFlag, Draft, EvidenceItem, Flags, Freshness, Part, RootOfTrust, Subject,
};
use crate::time::UnixTime;
use crate::verify::nitro as verify;

/// A document as it is or in hex or base64.
pub(super) fn examine(
    input: &[u8],
    bytes: &[u8],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    draft("nitro-document", input, bytes, policy, now)
}

/// What dstack's guest agent answers for a Nitro enclave. Only the document in it is examined:
/// AWS signs it alone.
pub(super) fn examine_dstack(
    input: &[u8],
    bytes: &[u8],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let document = of_dstack(bytes).ok_or(Error::Missing { what: "the Nitro document" })?;
    draft("dstack-nitro-attestation", input, document, policy, now)
}

fn draft(
    kind: &'static str,
    input: &[u8],
    bytes: &[u8],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let document = Document::parse(bytes)?;
    let examined = document_of(&document, policy, Comparers::POLICY, now);
    let answers = examined.findings.iter().any(|f| *f.check == checks::NITRO_NONCE && f.passed());
    let freshness = match (examined.is_verified, answers) {
        (false, _) => Freshness::None,
        (true, true) => Freshness::Challenge,
        (true, false) => Freshness::Cached,
    };
    let subject = Subject { kind, name: None, sha256: Sha256::of(input), len: input.len() };
    Ok(Draft {
        part: Part {
            findings: examined.findings,
            claims: examined.claims,
            evidence: examined.evidence,
            flags: Flags { debug: examined.debug, freshness, ..Flags::UNKNOWN },
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::CloudProvider)
    })
}

/// The findings about one document, and everything to show beside them.
pub(super) struct Examined {
    pub(super) findings: Vec<Finding>,
    pub(super) is_verified: bool,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) debug: DebugFlag,
}

/// Verifies and appraises a document.
pub(super) fn document_of(
    document: &Document<'_>,
    policy: &Policy,
    compared: Comparers,
    now: UnixTime,
) -> Examined {
    let examined = verify::verify(document, policy.roots);
    let mut findings = examined.findings;
    let (claims, debug) = match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::nitro::appraise(verified, &policy.nitro, compared, now));
            let debug = match appraise::nitro::is_debug(document) {
                true => DebugFlag::On,
                false => DebugFlag::Off,
            };
            (appraise::nitro::claims(verified), debug)
        }
        None => {
            findings.extend(appraise::nitro::blocked(to_blame(&findings)));
            (Vec::new(), DebugFlag::Unknown)
        }
    };
    let is_verified = examined.verified.is_some();
    Examined { findings, is_verified, claims, evidence: evidence(document), debug }
}

fn evidence(document: &Document<'_>) -> Vec<EvidenceItem> {
    let item = EvidenceItem::new(
        verify::DOCUMENT,
        "nitro-document",
        LinkId::Report,
        document.bytes,
        fields(document),
    );
    let parse = |der| Cert::parse("certificate of a Nitro document", der).ok();
    let leaf = parse(document.certificate.value);
    let leaf = leaf.map(|cert| certificate("nitro-certificate", LinkId::Chip, &cert));
    let authorities = (0_u8..).zip(&document.cabundle).filter_map(|(number, authority)| {
        let id = format!("nitro-authority-{number}");
        parse(authority.value).map(|cert| certificate(id, LinkId::HardwareRoot, &cert))
    });
    std::iter::once(item).chain(leaf).chain(authorities).collect()
}

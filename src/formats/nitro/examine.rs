//! Documents of AWS Nitro enclaves, alone or inside dstack's attestation.

use super::parse::{Document, fields};
use super::{appraise, checks, verify};
use crate::error::Error;
use crate::finding::compared::Comparers;
use crate::finding::{LinkId, to_blame};
use crate::formats::nitro::policy::ForNitro;
use crate::pki::Cert;
use crate::report::{
    DebugFlag, Draft, EvidenceItem, Freshness, Part, RootOfTrust, Subject, certificate,
};
use crate::time::UnixTime;

/// A document as it is or in hex or base64.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    policy: &dyn ForNitro,
    now: UnixTime,
) -> Result<Draft, Error> {
    draft("nitro-document", input, bytes, policy, now)
}

/// What dstack's guest agent answers for a Nitro enclave, with the document in it. Only the document
/// is examined: AWS signs it alone.
pub(crate) fn examine_dstack(
    input: &[u8],
    document: &[u8],
    policy: &dyn ForNitro,
    now: UnixTime,
) -> Result<Draft, Error> {
    draft("dstack-nitro-attestation", input, document, policy, now)
}

fn draft(
    kind: &'static str,
    input: &[u8],
    bytes: &[u8],
    policy: &dyn ForNitro,
    now: UnixTime,
) -> Result<Draft, Error> {
    let document = Document::parse(bytes)?;
    let Examined { mut part, is_verified } = document_of(&document, policy, Comparers::POLICY, now);
    part.flags.freshness = match (is_verified, part.passed(&checks::NITRO_NONCE)) {
        (false, _) => Freshness::None,
        (true, true) => Freshness::Challenge,
        (true, false) => Freshness::Cached,
    };
    let subject = Subject::of(kind, input);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::CloudProvider) })
}

/// What one document shows.
pub(crate) struct Examined {
    pub(crate) part: Part,
    pub(crate) is_verified: bool,
}

/// Verifies and appraises a document.
pub(crate) fn document_of(
    document: &Document<'_>,
    policy: &dyn ForNitro,
    compared: Comparers,
    now: UnixTime,
) -> Examined {
    let examined = verify::verify(document, policy.anchors());
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            let appraised = appraise::appraise(verified, policy.nitro(), compared, now);
            part.findings.extend(appraised);
            part.claims = appraise::claims(verified);
            part.flags.debug = match appraise::is_debug(document) {
                true => DebugFlag::On,
                false => DebugFlag::Off,
            };
        }
        None => part.findings.extend(appraise::blocked(to_blame(&part.findings))),
    }
    part.evidence = evidence(document);
    Examined { part, is_verified: examined.verified.is_some() }
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

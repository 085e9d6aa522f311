//! Documents of AWS Nitro enclaves, alone or inside dstack's attestation.

use super::snp::{certificate, to_blame};
use crate::appraise;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::nitro::{Document, fields, of_dstack};
use crate::finding::{LinkId, checks};
use crate::pki::Cert;
use crate::policy::Policy;
use crate::report::{DebugFlag, Draft, EvidenceItem, Flags, Freshness, RootOfTrust, Subject};
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
    let examined = verify::verify(&document, policy.roots);
    let mut findings = examined.findings;
    let (claims, flags) = match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::nitro::appraise(verified, &policy.nitro, now));
            let debug = match appraise::nitro::is_debug(&document) {
                true => DebugFlag::On,
                false => DebugFlag::Off,
            };
            let answers = findings.iter().any(|f| *f.check == checks::NITRO_NONCE && f.passed());
            let freshness = if answers { Freshness::Challenge } else { Freshness::Cached };
            (appraise::nitro::claims(verified), Flags { debug, freshness, ..Flags::UNKNOWN })
        }
        None => {
            findings.extend(appraise::nitro::blocked(to_blame(&findings)));
            (Vec::new(), Flags::UNKNOWN)
        }
    };
    let subject = Subject { kind, name: None, sha256: Sha256::of(input), len: input.len() };
    let evidence = evidence(&document);
    Ok(Draft {
        findings,
        claims,
        evidence,
        flags,
        ..Draft::of(subject, RootOfTrust::CloudProvider)
    })
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

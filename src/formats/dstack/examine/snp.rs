//! dstack's attestation of an SEV-SNP guest.

use super::files::{Files, facts, read};
use super::quote::{ReportData, comparers, hashes};
use crate::error::Error;
use crate::finding::compared::Compared;
use crate::finding::{Finding, LinkId, to_blame};
use crate::formats::dstack::appraise::{self, Beside, Image};
use crate::formats::dstack::parse::{Document, Ids, Material, SnpAttestation, VmConfig};
use crate::formats::dstack::policy::ForDstack;
use crate::formats::snp;
use crate::formats::snp::files::Amd;
use crate::piece::Piece;
use crate::pki::pem_blocks;
use crate::report::{Custody, Draft, EvidenceItem, RootOfTrust, Subject};
use crate::time::UnixTime;

/// The attestation of an SEV-SNP guest.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForDstack,
    now: UnixTime,
) -> Result<Draft, Error> {
    let kind = "dstack-snp-attestation";
    attested(kind, input, bytes, beside, policy, Compared::Policy, now).map(|(draft, _)| draft)
}

/// The same in an input of `kind`; `data` says who compares REPORT_DATA.
pub(super) fn attested(
    kind: &'static str,
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForDstack,
    data: Compared,
    now: UnixTime,
) -> Result<(Draft, ReportData), Error> {
    let attestation = SnpAttestation::parse(bytes)?;
    let own = Files::of(beside);
    let (info, tcb) = own.info(None);
    let mut unread = Vec::new();
    let vm = read(Some(attestation.vm_config), VmConfig::parse, "vm_config", &mut unread);
    let vm = vm.unwrap_or_default();
    let material = vm.sev_snp_measurement.as_deref();
    let material = read(material, Material::parse, "sev_snp_measurement", &mut unread);
    let mut certificates = Vec::new();
    for certificate in &attestation.certificates {
        let blocks = pem_blocks("dstack attestation, certificate", certificate)?;
        certificates.extend(blocks.into_iter().map(|(_, der)| der));
    }
    let mut amd = Amd::of(beside);
    certificates.iter().for_each(|der| amd.add("certificate of the attestation", der));
    let compared = comparers(policy, data);
    let examined = snp::examine::report(&attestation.report, &amd, policy, compared, now)?;
    let mut part = examined.part;
    let hash = Document::parse(attestation.document).ok().map(|document| document.compose_hash);
    let hash = hash.map(|hash| hash.to_ascii_lowercase()).filter(|hash| !hash.is_empty());
    let compose = own.compose(hash.as_deref(), tcb.as_ref());
    let report_data = match &examined.verified {
        Some(verified) => {
            let ids: Vec<&Ids> =
                [&info.ids].into_iter().chain(tcb.iter().map(|tcb| &tcb.ids)).collect();
            let beside = Beside {
                compose: compose.file.as_ref(),
                document: Some(attestation.document),
                image: Image {
                    material: material.as_ref(),
                    hashes: hashes(&vm, &ids),
                    ..Image::default()
                },
                ids,
                ..Beside::default()
            };
            let (data, report) = (&attestation.report_data, verified.report());
            let (own, identity) = appraise::appraise_report(report, data, &beside, policy.dstack());
            part.findings.extend(own);
            part.claims.extend(identity.iter().flat_map(appraise::claims));
            let own = identity.iter().flat_map(facts);
            own.for_each(|fact| part.facts.add(fact));
            if identity.is_some_and(|identity| identity.is_kms()) {
                part.flags.custody = Custody::KmsDerived;
            }
            match report.is_host_requested() {
                true => Err(&snp::checks::SNP_VMPL),
                false => Ok(report.report_data),
            }
        }
        None => {
            let by = to_blame(&part.findings);
            let blocked = appraise::FROM_REPORT.iter().map(|check| Finding::blocked(check, by));
            part.findings.extend(blocked);
            Err(by)
        }
    };
    part.findings.extend(unread);
    let document = attestation.document.as_bytes();
    let link = LinkId::Measurements;
    part.evidence.push(EvidenceItem::new("mr-config", "json", link, document, Vec::new()));
    compose.show(&mut part, &[&info]);
    let subject = Subject::of(kind, input);
    Ok((Draft { part, ..Draft::of(subject, RootOfTrust::CpuVendor) }, report_data))
}

//! dstack's attestation of an SEV-SNP guest.

use super::files::Files;
use super::quote::{ReportData, comparers, hashes};
use crate::adapters::collateral;
use crate::adapters::snp::{self, to_blame};
use crate::appraise::Compared;
use crate::appraise::dstack::{self as appraise, Beside, Image};
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::dstack::{Answer, Ids, Material, SnpAttestation, TcbInfo, VmConfig};
use crate::finding::{Finding, LinkId, checks};
use crate::pki::pem_blocks;
use crate::policy::Policy;
use crate::report::{Custody, Draft, EvidenceItem, Flags, Part, RootOfTrust, Subject};
use crate::time::UnixTime;

/// The attestation of an SEV-SNP guest.
pub(in crate::adapters) fn examine(
    input: &[u8],
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let kind = "dstack-snp-attestation";
    attested(kind, input, bytes, files, policy, Compared::Policy, now).map(|(draft, _)| draft)
}

/// The same in an input of `kind`; `data` says who compares REPORT_DATA.
pub(super) fn attested(
    kind: &'static str,
    input: &[u8],
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    data: Compared,
    now: UnixTime,
) -> Result<(Draft, ReportData), Error> {
    let attestation = SnpAttestation::parse(bytes)?;
    let (own, rest) = Files::of(files)?;
    let info = own.info.map(Answer::parse).transpose()?.unwrap_or_default();
    let tcb = info.tcb_info.as_deref().map(TcbInfo::parse).transpose()?;
    let compose = own.compose(tcb.as_ref())?;
    let vm = VmConfig::parse(attestation.vm_config)?;
    let material = vm.sev_snp_measurement.as_deref().map(Material::parse).transpose()?;
    let mut endorsements = collateral::decode(&rest)?;
    for certificate in &attestation.certificates {
        for (_, der) in pem_blocks("dstack attestation, certificate", certificate)? {
            endorsements.push(&der);
        }
    }
    let examined = snp::report(
        attestation.report,
        None,
        &endorsements,
        policy,
        comparers(policy, data),
        now,
    )?;
    let mut findings = examined.findings;
    let mut claims = Vec::new();
    let mut custody = Custody::NotStated;
    let report_data = match &examined.verified {
        Some(verified) => {
            let ids: Vec<&Ids> =
                [&info.ids].into_iter().chain(tcb.iter().map(|tcb| &tcb.ids)).collect();
            let beside = Beside {
                compose: compose.as_ref(),
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
            let (own, identity) = appraise::appraise_report(report, data, &beside, &policy.dstack);
            findings.extend(own);
            claims.extend(crate::appraise::snp::claims(verified));
            claims.extend(identity.iter().flat_map(appraise::claims));
            if identity.is_some_and(|identity| identity.is_kms()) {
                custody = Custody::KmsDerived;
            }
            match report.is_host_requested() {
                true => Err(&checks::SNP_VMPL),
                false => Ok(report.report_data),
            }
        }
        None => {
            let by = to_blame(&findings);
            findings.extend(appraise::FROM_REPORT.iter().map(|check| Finding::blocked(check, by)));
            Err(by)
        }
    };
    let document = attestation.document.as_bytes();
    let document =
        EvidenceItem::new("mr-config", "json", LinkId::Measurements, document, Vec::new());
    let subject = Subject { kind, name: None, sha256: Sha256::of(input), len: input.len() };
    let mut draft = Draft {
        part: Part {
            findings,
            claims,
            evidence: examined.evidence.into_iter().chain([document]).collect(),
            wanted: examined.wanted,
            flags: Flags { debug: examined.debug, custody, ..Flags::UNKNOWN },
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::CpuVendor)
    };
    own.show(&mut draft, &[&info], tcb.as_ref(), compose.as_ref());
    Ok((draft, report_data))
}

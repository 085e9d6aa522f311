//! An NVIDIA GPU's report, with its certificate chain beside it.
//!
//! Shown, when every check passes: NVIDIA vouches for the GPU's key, and that key signed this
//! report after the nonce in it was chosen. The root of trust is NVIDIA. The chain ends at the
//! report: its measurements are compared with nothing here, whether a certificate was revoked is
//! not asked, and nothing says which machine the GPU is in.

use super::snp::{certificate, to_blame};
use crate::appraise::gpu as appraise;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::gpu::Report;
use crate::finding::{Finding, LinkId, checks};
use crate::pki::{Cert, pem_blocks};
use crate::policy::Policy;
use crate::report::{Claim, Draft, EvidenceItem, Flags, Freshness, Part, RootOfTrust, Subject};
use crate::time::UnixTime;
use crate::verify::gpu::{self as verify, REPORT};

/// A report on its own.
pub(super) fn examine(
    input: &[u8],
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let Examined { findings, claims, evidence, .. } = report(bytes, &chain(files)?, policy, now)?;
    let answers = |finding: &Finding| *finding.check == checks::GPU_NONCE && finding.passed();
    let freshness = match findings.iter().any(answers) {
        true => Freshness::Challenge,
        false => Freshness::None,
    };
    let subject =
        Subject { kind: "gpu-report", name: None, sha256: Sha256::of(input), len: input.len() };
    Ok(Draft {
        part: Part {
            findings,
            claims,
            evidence,
            flags: Flags { freshness, ..Flags::UNKNOWN },
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::CpuVendor)
    })
}

/// The findings about one report, and everything to show beside them.
pub(super) struct Examined {
    /// The question that a verified report answers.
    pub(super) nonce: Option<[u8; 32]>,
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
}

/// Verifies and appraises a report with its certificates in DER, the GPU's own first.
///
/// # Errors
/// When the report or a certificate is not of its form.
pub(super) fn report(
    bytes: &[u8],
    ders: &[Vec<u8>],
    policy: &Policy,
    now: UnixTime,
) -> Result<Examined, Error> {
    let report = Report::parse(bytes)?;
    let chain = ders
        .iter()
        .map(|der| Cert::parse("GPU certificate", der))
        .collect::<Result<Vec<_>, _>>()?;
    let examined = verify::verify(&report, &chain, policy.roots, now);
    let mut findings = examined.findings;
    let mut claims = Vec::new();
    match &examined.verified {
        Some(verified) => {
            findings.extend(appraise::appraise(verified, &policy.gpu, None));
            claims.extend(appraise::claims(verified));
        }
        None => findings.extend(appraise::blocked(to_blame(&findings))),
    }
    let mut evidence =
        vec![EvidenceItem::new(REPORT, "gpu-report", LinkId::Report, bytes, report.fields())];
    let ids = ["gpu", "gpu-issuer", "gpu-authority-1", "gpu-authority-2", "gpu-authority-3"];
    for (id, cert) in ids.into_iter().zip(&chain) {
        evidence.push(certificate(id, LinkId::Chip, cert));
    }
    let nonce = examined.verified.as_ref().map(|verified| verified.report().nonce);
    Ok(Examined { nonce, findings, claims, evidence })
}

/// The certificates of all files, in order.
fn chain(files: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
    const WHAT: &str = "GPU certificate chain";
    let mut ders = Vec::new();
    for file in files {
        if file.windows(11).any(|window| window == b"-----BEGIN ") {
            ders.extend(pem_blocks(WHAT, file)?.into_iter().map(|(_, der)| der));
        } else {
            ders.push(file.to_vec());
        }
    }
    Ok(ders)
}

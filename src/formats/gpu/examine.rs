//! An NVIDIA GPU's report with its certificate chain beside it, put together.

use super::parse::Report;
use super::verify::{self, REPORT};
use super::{appraise, checks};
use crate::error::Error;
use crate::finding::{LinkId, to_blame};
use crate::formats::gpu::policy::ForGpu;
use crate::piece::{self, Piece, Role};
use crate::pki::Cert;
use crate::pki::anchors::{self, Roots};
use crate::report::{Draft, EvidenceItem, Freshness, Part, RootOfTrust, Subject, certificate};
use crate::time::UnixTime;

/// A report on its own.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForGpu,
    now: UnixTime,
) -> Result<Draft, Error> {
    let ders = chain(&Report::parse(bytes)?, beside, policy.roots());
    let Examined { mut part, .. } = report(bytes, &ders, policy, now)?;
    if part.passed(&checks::GPU_NONCE) {
        part.flags.freshness = Freshness::Challenge;
    }
    let subject = Subject::of("gpu-report", input);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::CpuVendor) })
}

/// What one report shows.
pub(crate) struct Examined {
    /// The question that a verified report answers.
    pub(crate) nonce: Option<[u8; 32]>,
    pub(crate) part: Part,
}

/// Verifies and appraises a report with its certificates in DER, the GPU's own first.
///
/// # Errors
/// When the report or a certificate is not of its form.
pub(crate) fn report(
    bytes: &[u8],
    ders: &[Vec<u8>],
    policy: &dyn ForGpu,
    now: UnixTime,
) -> Result<Examined, Error> {
    let report = Report::parse(bytes)?;
    let chain = ders.iter().map(|der| Cert::parse(WHAT, der)).collect::<Result<Vec<_>, _>>()?;
    let examined = verify::verify(&report, &chain, policy.roots(), now);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            part.findings.extend(appraise::appraise(verified, policy.gpu(), None));
            part.claims.extend(appraise::claims(verified));
        }
        None => part.findings.extend(appraise::blocked(to_blame(&part.findings))),
    }
    part.evidence.push(EvidenceItem::new(
        REPORT,
        "gpu-report",
        LinkId::Report,
        bytes,
        report.fields(),
    ));
    let ids = ["gpu", "gpu-issuer", "gpu-authority-1", "gpu-authority-2", "gpu-authority-3"];
    for (id, cert) in ids.into_iter().zip(&chain) {
        part.evidence.push(certificate(id, LinkId::Chip, cert));
    }
    let nonce = examined.verified.as_ref().map(|verified| verified.report().nonce);
    Ok(Examined { nonce, part })
}

const WHAT: &str = "GPU certificate";

/// The most certificates of one GPU, the root included.
const MAX_CHAIN: usize = 8;

/// The certificates beside the report that lead from the GPU's own upwards, whatever files they
/// lie in. The GPU's own is the one whose key signed the report, or else the first that is made out
/// for a GPU's firmware.
fn chain(report: &Report<'_>, beside: &[Piece<'_>], roots: Roots) -> Vec<Vec<u8>> {
    let pieces = piece::of(beside, &[Role::Certificate]);
    let certs = pieces.iter().filter_map(|p| Some((p, Cert::parse(WHAT, p.bytes).ok()?)));
    let certs: Vec<(&Piece<'_>, Cert<'_>)> = certs.collect();
    let is_leaf = |cert: &Cert<'_>| !cert.is_ca() && cert.extension(verify::FIRMWARE_ID).is_some();
    let signer = certs.iter().find(|(_, cert)| verify::is_signed_by(report, cert));
    let mut chain: Vec<&(&Piece<'_>, Cert<'_>)> = Vec::new();
    let mut next = signer.or_else(|| certs.iter().find(|(_, cert)| is_leaf(cert)));
    let root = anchors::nvidia(roots).root().ok();
    while let Some(own) = next.filter(|_| chain.len() < MAX_CHAIN) {
        chain.push(own);
        let (_, last) = own;
        let issuers: Vec<_> = certs
            .iter()
            .filter(|(_, cert)| last.names_issuer(cert))
            .filter(|(_, cert)| !chain.iter().any(|(_, known)| known.der() == cert.der()))
            .collect();
        let signs = |cert: &Cert<'_>| last.verify_signed_by(cert).is_ok();
        let is_below_root = root.as_ref().is_some_and(|root| last.names_issuer(root));
        let issuer = match issuers.as_slice() {
            [_, _, ..] => issuers.iter().find(|(_, cert)| signs(cert)),
            _ => None,
        };
        next = issuer.or(issuers.first()).copied().filter(|(_, cert)| {
            // A root that came along is the pinned one, or shows which other one it is.
            !is_below_root || root.as_ref().is_some_and(|r| r.der() == cert.der()) || signs(cert)
        });
    }
    chain.iter().for_each(|(piece, _)| piece.used());
    chain.iter().map(|(_, cert)| cert.der().to_vec()).collect()
}

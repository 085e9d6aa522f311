//! An NVIDIA GPU's report with its certificate chain beside it, put together.

use super::parse::{Answer, Evidence, Manifest, Report};
use super::verify::{self, REPORT, manifest};
use super::{appraise, checks};
use crate::error::Error;
use crate::finding::{Finding, LinkId, Value, to_blame};
use crate::formats::gpu::policy::ForGpu;
use crate::hex;
use crate::piece::{self, Piece, Role};
use crate::pki::anchors;
use crate::pki::named::Anchors;
use crate::pki::{Cert, Ocsp, pem_certificates};
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
    let parsed = Report::parse(bytes)?;
    let ders = chain(&parsed, beside, policy.anchors());
    let Examined { mut part, .. } = report(bytes, &ders, &Beside::of(beside), policy, now)?;
    if part.passed(&checks::GPU_NONCE) {
        part.flags.freshness = Freshness::Challenge;
    }
    let kind = if parsed.opaque.is_switch() { "nvswitch-report" } else { "gpu-report" };
    let subject = Subject::of(kind, input);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::CpuVendor) })
}

/// Reports of several devices, each with its certificates. A question that the JSON repeats is
/// nobody's word: it is told only where a report answers another one.
///
/// # Errors
/// When the JSON, a report or a certificate is not of its form.
pub(crate) fn evidence(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForGpu,
    now: UnixTime,
) -> Result<Draft, Error> {
    let beside = Beside::of(beside);
    let evidence = Evidence::read("evidence of NVIDIA devices", input)?;
    let mut draft = Draft::of(Subject::of("gpu-evidence", input), RootOfTrust::CpuVendor);
    let is_one = evidence.answers.len() == 1;
    for (number, answer) in (1_u32..).zip(&evidence.answers) {
        let (own, ders) = decoded(answer)?;
        let Examined { mut part, nonce } = report(own, &ders, &beside, policy, now)?;
        let stated = answer.nonce.as_ref().or(evidence.nonce.as_ref());
        if let (Some(stated), Some(nonce)) = (stated, nonce)
            && !hex::decode(stated).is_ok_and(|stated| stated == nonce)
        {
            let finding = Finding::fail(&checks::GPU_NONCE, "not-equal").part("stated");
            let finding = finding.expected(Value::text(stated.as_str()));
            part.findings.push(finding.actual(Value::hex(nonce)));
        }
        draft.part.absorb(if is_one { part } else { part.named(&format!("device {number}")) });
    }
    if draft.part.passed(&checks::GPU_NONCE) {
        draft.part.flags.freshness = Freshness::Challenge;
    }
    Ok(draft)
}

/// A report with its certificates in DER.
///
/// # Errors
/// When either is missing or not in base64, or the certificates are not PEM.
pub(crate) fn decoded(answer: &Answer) -> Result<(&[u8], Vec<Vec<u8>>), Error> {
    let report = answer.report.as_deref();
    let report = report.ok_or(Error::Missing { what: "a device's report in base64" })?;
    let pem = answer.certificates.as_deref();
    let pem = pem.ok_or(Error::Missing { what: "a device's certificates in base64" })?;
    Ok((report, pem_certificates("GPU certificate chain", pem)?))
}

/// What one report shows.
pub(crate) struct Examined {
    /// The question that a verified report answers.
    pub(crate) nonce: Option<[u8; 32]>,
    pub(crate) part: Part,
}

/// What NVIDIA signed about devices, beside their reports.
#[derive(Default)]
pub(crate) struct Beside<'p> {
    /// Answers of its revocation service.
    answers: Vec<Ocsp<'p>>,
    /// Reference values.
    manifests: Vec<Manifest>,
}

/// The most answers, and the most manifests, that are looked at.
const MAX_BESIDE: usize = 64;

impl<'p> Beside<'p> {
    pub(crate) fn of(pieces: &[Piece<'p>]) -> Self {
        Self {
            answers: read(pieces, Role::OcspAnswer, |bytes| Ocsp::parse("OCSP response", bytes)),
            manifests: read(pieces, Role::GpuReference, Manifest::parse),
        }
    }
}

/// The pieces of `role` that can be read.
fn read<'p, T>(
    pieces: &[Piece<'p>],
    role: Role,
    parse: impl Fn(&'p [u8]) -> Result<T, Error>,
) -> Vec<T> {
    let mut found = Vec::new();
    for piece in piece::of(pieces, &[role]).iter().take(MAX_BESIDE) {
        match parse(piece.bytes) {
            Ok(own) => {
                piece.used();
                found.push(own);
            }
            Err(_) => piece.unreadable(),
        }
    }
    found
}

/// Verifies and appraises a report with its certificates in DER, the GPU's own first, and what
/// NVIDIA signed beside it.
///
/// # Errors
/// When the report or a certificate is not of its form.
pub(crate) fn report(
    bytes: &[u8],
    ders: &[Vec<u8>],
    beside: &Beside<'_>,
    policy: &dyn ForGpu,
    now: UnixTime,
) -> Result<Examined, Error> {
    let report = Report::parse(bytes)?;
    let chain = ders.iter().map(|der| Cert::parse(WHAT, der)).collect::<Result<Vec<_>, _>>()?;
    let examined = verify::verify(&report, &chain, &beside.answers, policy.anchors(), now);
    let mut part = Part::of(examined.findings);
    match &examined.verified {
        Some(verified) => {
            let root = anchors::nvidia(policy.roots()).reference_root()?;
            let (findings, references) =
                manifest::references(verified.report(), &beside.manifests, &root, now);
            part.findings.extend(findings);
            part.findings.extend(appraise::appraise(verified, policy.gpu(), &references));
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
fn chain(report: &Report<'_>, beside: &[Piece<'_>], roots: Anchors<'_>) -> Vec<Vec<u8>> {
    let pieces = piece::of(beside, &[Role::Certificate]);
    let certs = pieces.iter().filter_map(|p| Some((p, Cert::parse(WHAT, p.bytes).ok()?)));
    let certs: Vec<(&Piece<'_>, Cert<'_>)> = certs.collect();
    let is_leaf = |cert: &Cert<'_>| !cert.is_ca() && verify::names_firmware(cert);
    let signer = certs.iter().find(|(_, cert)| verify::is_signed_by(report, cert));
    let mut chain: Vec<&(&Piece<'_>, Cert<'_>)> = Vec::new();
    let mut next = signer.or_else(|| certs.iter().find(|(_, cert)| is_leaf(cert)));
    let roots = roots.nvidia().all();
    while let Some(own) = next.filter(|_| chain.len() < MAX_CHAIN) {
        chain.push(own);
        let (_, last) = own;
        let issuers: Vec<_> = certs
            .iter()
            .filter(|(_, cert)| last.names_issuer(cert))
            .filter(|(_, cert)| !chain.iter().any(|(_, known)| known.der() == cert.der()))
            .collect();
        let signs = |cert: &Cert<'_>| last.verify_signed_by(cert).is_ok();
        let is_below_root = roots.iter().any(|root| last.names_issuer(&root.cert));
        let issuer = match issuers.as_slice() {
            [_, _, ..] => issuers.iter().find(|(_, cert)| signs(cert)),
            _ => None,
        };
        next = issuer.or(issuers.first()).copied().filter(|(_, cert)| {
            // A root that came along is the pinned one, or shows which other one it is.
            let is_known = roots.iter().any(|root| root.cert.der() == cert.der());
            !is_below_root || is_known || signs(cert)
        });
    }
    chain.iter().for_each(|(piece, _)| piece.used());
    chain.iter().map(|(_, cert)| cert.der().to_vec()).collect()
}

//! Google's endorsement of the firmware that a machine started with, among the files beside its
//! evidence.
//!
//! Shown, when every check passes: a key below a root certificate that the reader's policy names
//! signed a list of launch measurements, and the one that the processor reported is among them. So
//! it is Google's firmware, on the kind of machine that the list names, as far as that root is
//! Google's. The processor's maker stays the root of trust of everything else. The chain ends at
//! the firmware: the kernel, the workload and the TDX module (MRSEAM) are not covered, and Google
//! vouches for its firmware itself. No real endorsement was at hand when this was built: it
//! follows Google's published format and was tried on simulated ones.

use super::snp::{certificate, to_blame};
use crate::appraise::gce::{self as appraise, Measured};
use crate::bytes::Span;
use crate::digest::{Sha256, Sha384};
use crate::endorsements::google::LaunchEndorsement;
use crate::error::Error;
use crate::finding::{At, Finding, LinkId, Value, Why, checks};
use crate::pki::{Cert, pem_certificates};
use crate::plan::{self, GuestFirmware};
use crate::policy::{Endorsement, Policy};
use crate::report::{Draft, EvidenceItem};
use crate::shelf::{Role, Shelf};
use crate::time::UnixTime;
use crate::verify::gce::{ENDORSEMENT, verify};

/// What an endorsement on its own is for.
pub(super) const ALONE: &str = "it is Google's endorsement of firmware, which says nothing about \
                                one machine; give it beside the quote or report of a machine";

/// The name of Google's root for endorsements of firmware, without the number of its edition.
const ROOT_NAME: &str = "GCE-cc-tcb-root";

/// Whether `input` is an endorsement.
pub(super) fn is_endorsement(input: &[u8]) -> bool {
    LaunchEndorsement::is_likely(input)
}

/// SHA-256 of the certificate in `file` (DER or PEM), for a policy that is to name it.
///
/// # Errors
/// When it is not exactly one certificate.
pub fn root_fingerprint(file: &[u8]) -> Result<Sha256, Error> {
    let ders = der(file)?;
    match ders.as_slice() {
        [one] => Ok(Cert::parse(WHAT, one)?.fingerprint()),
        _ => Err(Error::malformed(WHAT, Span::new(0, file.len()), "not one certificate")),
    }
}

const WHAT: &str = "root certificate for firmware endorsements";

/// Files about Google's firmware, among others.
#[derive(Default)]
pub(super) struct Files<'a> {
    endorsement: Option<&'a [u8]>,
    roots: Vec<Vec<u8>>,
}

impl<'a> Files<'a> {
    /// The first endorsement, and every root certificate that `policy` names or that bears the name
    /// of Google's root.
    pub(super) fn of(shelf: &'a Shelf<'_>, policy: &Policy) -> Self {
        let mut own = Self::default();
        for piece in shelf.pieces(&[Role::GoogleEndorsement]).into_iter().take(1) {
            piece.used();
            own.endorsement = Some(piece.bytes);
        }
        for piece in shelf.pieces(&[Role::Certificate]) {
            if let Some(der) = root(piece.bytes, &policy.google_firmware.roots) {
                piece.used();
                own.roots.push(der);
            }
        }
        own
    }

    /// Adds what there is to say about the firmware that `draft` shows.
    ///
    /// # Errors
    /// When the endorsement cannot be read.
    pub(super) fn compare(
        &self,
        draft: &mut Draft,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<(), Error> {
        let rules = &policy.google_firmware;
        let is_wanted = rules.endorsement == Endorsement::Wanted;
        let measured = measured(draft);
        let Some(bytes) = self.endorsement else {
            if !self.roots.is_empty() || (is_wanted && has_guest(draft)) {
                let check = &checks::GCE_ENDORSEMENT;
                draft.findings.push(Finding::unknown(check, Why::NotFetched));
                self.ask(draft, measured, policy);
            }
            return Ok(());
        };
        let endorsement = LaunchEndorsement::parse(bytes)?;
        let roots = self.roots.iter().map(|der| Cert::parse(WHAT, der));
        let roots: Vec<Cert<'_>> = roots.collect::<Result<_, _>>()?;
        let examined = verify(&endorsement, &roots, &rules.roots, now);
        let finding = match (measured, &examined.verified) {
            (Some(measured), Some(verified)) => {
                let (finding, claims) = appraise::appraise(verified, measured);
                draft.claims.extend(claims);
                finding
            }
            (Some(measured), None) => appraise::blocked(measured, first_open(&examined.findings)),
            (None, _) if has_guest(draft) => {
                Finding::blocked(&checks::GCE_MEASUREMENT, to_blame(&draft.findings))
            }
            (None, _) => appraise::not_applicable(),
        };
        let finding =
            Finding { at: measured.and_then(|measured| place(draft, measured)), ..finding };
        draft.findings.push(Finding::pass(&checks::GCE_ENDORSEMENT));
        draft.findings.extend(examined.findings);
        draft.findings.push(finding);
        let link = LinkId::Measurements;
        let fields = endorsement.fields();
        draft.evidence.push(EvidenceItem::new(ENDORSEMENT, "protobuf", link, bytes, fields));
        for (root, id) in roots.iter().zip(["firmware-root", "firmware-root-2"]) {
            draft.evidence.push(certificate(id, link, root));
        }
        if draft.findings.iter().any(is_without_root) {
            self.ask(draft, None, policy);
        }
        Ok(())
    }

    /// Says where Google serves what is not at hand.
    fn ask(&self, draft: &mut Draft, measured: Option<Measured>, policy: &Policy) {
        let firmware = measured.map(|measured| match measured {
            Measured::Tdx(mrtd) => GuestFirmware::Tdx(mrtd),
            Measured::Snp(measurement) => GuestFirmware::Snp(measurement),
        });
        let has_root = !self.roots.is_empty();
        draft.wanted.extend(plan::google_firmware(firmware, has_root, policy.roots));
    }
}

fn is_without_root(finding: &Finding) -> bool {
    *finding.check == checks::GCE_ROOT && !finding.passed()
}

/// The check that leaves the endorsement open, or fails it.
fn first_open(findings: &[Finding]) -> &'static crate::finding::Check {
    let open = findings.iter().find(|finding| !finding.passed());
    open.map_or(&checks::GCE_SIGNATURE, |finding| finding.check)
}

/// The certificate in `file`, when a policy names it or it bears the name of Google's root.
fn root(file: &[u8], named: &[Sha256]) -> Option<Vec<u8>> {
    let [der] = <[Vec<u8>; 1]>::try_from(der(file).ok()?).ok()?;
    let bears_name = der.windows(ROOT_NAME.len()).any(|at| at == ROOT_NAME.as_bytes());
    if !bears_name && !named.contains(&Sha256::of(&der)) {
        return None;
    }
    let cert = Cert::parse(WHAT, &der).ok()?;
    let own = cert.names_issuer(&cert)
        && cert.common_name().is_some_and(|name| name.starts_with(ROOT_NAME));
    (own || named.contains(&cert.fingerprint())).then(|| der.clone())
}

fn der(file: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    const DER: [u8; 2] = [0x30, 0x82];
    if file.starts_with(b"-----BEGIN CERTIFICATE-----") {
        pem_certificates(WHAT, file)
    } else if file.starts_with(&DER) {
        Ok(vec![file.to_vec()])
    } else {
        Err(Error::malformed(WHAT, Span::new(0, file.len()), "neither DER nor PEM"))
    }
}

/// What the verified report or quote of `draft` measures at launch.
fn measured(draft: &Draft) -> Option<Measured> {
    draft.claims.iter().find_map(|claim| {
        let Value::Hex(digits) = &claim.value else { return None };
        let digest = || digits.parse::<Sha384>().ok();
        match claim.name {
            "tdx.mrtd" => digest().map(Measured::Tdx),
            "snp.measurement" => digest().map(Measured::Snp),
            _ => None,
        }
    })
}

/// Whether `draft` has a quote or report, verified or not, of a guest and not of an enclave.
fn has_guest(draft: &Draft) -> bool {
    let is_enclave = draft.claims.iter().any(|claim| claim.name == "sgx.mrenclave");
    let mut kinds = draft.evidence.iter().map(|item| item.kind);
    !is_enclave && kinds.any(|kind| matches!(kind, "dcap-quote" | "snp-report"))
}

/// Where the measurement is in the evidence.
fn place(draft: &Draft, measured: Measured) -> Option<At> {
    let (kind, name) = match measured {
        Measured::Tdx(_) => ("dcap-quote", "MRTD"),
        Measured::Snp(_) => ("snp-report", "MEASUREMENT"),
    };
    let item = draft.evidence.iter().find(|item| item.kind == kind)?;
    let span = item.fields.iter().find(|field| field.name == name)?.span;
    Some(At { evidence: item.id.clone(), span })
}

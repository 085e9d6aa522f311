//! Google's endorsement of firmware among the files beside a machine's evidence.

use std::borrow::Cow;

use super::appraise::{self, Measured};
use super::checks;
use super::parse::LaunchEndorsement;
use super::policy::Endorsement;
use super::verify::{ENDORSEMENT, verify};
use super::wanted::{self, GuestFirmware};
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{At, Finding, LinkId, Value, Why, to_blame};
use crate::formats::gce::policy::ForGce;
use crate::piece::{self, Piece, Role};
use crate::pki::named::NamedRoot;
use crate::pki::{Cert, pem_certificates};
use crate::report::{Draft, EvidenceItem, Fact, certificate};
use crate::span::Span;
use crate::time::UnixTime;

/// What an endorsement on its own is for.
pub(crate) const ALONE: &str = "it is Google's endorsement of firmware, which says nothing about \
                                one machine; give it beside the quote or report of a machine";

/// The name of Google's root for endorsements of firmware, without the number of its edition.
const ROOT_NAME: &str = "GCE-cc-tcb-root";

/// Whether `input` is an endorsement.
pub(crate) fn is_endorsement(input: &[u8]) -> bool {
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

/// Files about Google's firmware.
struct Files<'a> {
    endorsement: Option<Piece<'a>>,
    roots: Vec<Cert<'a>>,
}

impl<'a> Files<'a> {
    /// The endorsement that covers one of `measured`, or else the first that can be read, and every
    /// root certificate that `policy` names or that bears the name of Google's root.
    fn of(beside: &[Piece<'a>], measured: &[About], policy: &'a dyn ForGce) -> Self {
        let mut own = Self { endorsement: None, roots: Vec::new() };
        for piece in piece::of(beside, &[Role::GoogleEndorsement]) {
            match LaunchEndorsement::parse(piece.bytes) {
                Ok(endorsement) => {
                    let covers = |about: &&About| appraise::covers(&endorsement, about.measured);
                    if measured.iter().any(|about| covers(&about)) {
                        own.endorsement = Some(piece);
                        break;
                    }
                    own.endorsement.get_or_insert(piece);
                }
                Err(_) => piece.unreadable(),
            }
        }
        for piece in piece::of(beside, &[Role::Certificate]) {
            if let Some(root) = root(piece.bytes, &policy.google_firmware().roots) {
                piece.used();
                own.roots.push(root);
            }
        }
        if own.endorsement.is_some() {
            let named = policy.anchors().named().google.iter();
            own.roots.extend(named.filter_map(NamedRoot::cert));
        }
        own
    }

    /// Says where Google serves what is not at hand.
    fn ask(&self, draft: &mut Draft, measured: Option<Measured>, policy: &dyn ForGce) {
        let firmware = measured.map(|measured| match measured {
            Measured::Tdx(mrtd) => GuestFirmware::Tdx(mrtd),
            Measured::Snp(measurement) => GuestFirmware::Snp(measurement),
        });
        let has_root = !self.roots.is_empty();
        draft.wanted.extend(wanted::google_firmware(firmware, has_root, policy.roots()));
    }
}

/// What one machine of a report measured at launch.
struct About {
    part: Option<String>,
    measured: Measured,
}

/// Adds what there is to say about the firmware of every machine that `draft` shows.
pub(crate) fn compare(draft: &mut Draft, beside: &[Piece<'_>], policy: &dyn ForGce, now: UnixTime) {
    let rules = &policy.google_firmware();
    let is_wanted = rules.endorsement == Endorsement::Wanted;
    let measured = measured(draft);
    let files = Files::of(beside, &measured, policy);
    let read = files
        .endorsement
        .and_then(|piece| Some((piece, LaunchEndorsement::parse(piece.bytes).ok()?)));
    let Some((piece, endorsement)) = read else {
        if !files.roots.is_empty() || (is_wanted && has_guest(draft)) {
            draft.findings.push(Finding::unknown(&checks::GCE_ENDORSEMENT, Why::NotFetched));
            files.ask(draft, measured.first().map(|about| about.measured), policy);
        }
        return;
    };
    piece.used();
    let examined = verify(&endorsement, &files.roots, &rules.roots, now);
    let mut findings = Vec::new();
    for About { part, measured } in &measured {
        let finding = match &examined.verified {
            Some(verified) => {
                let (finding, mut claims) = appraise::appraise(verified, *measured);
                for claim in &mut claims {
                    claim.part = part.clone().map(Cow::Owned);
                }
                draft.claims.extend(claims);
                finding
            }
            None => appraise::blocked(*measured, first_open(&examined.findings)),
        };
        let finding = Finding { at: place(draft, *measured), ..finding };
        findings.push(match part {
            Some(part) => finding.part(part.clone()),
            None => finding,
        });
    }
    if findings.is_empty() {
        findings.push(match has_guest(draft) {
            true => Finding::blocked(&checks::GCE_MEASUREMENT, to_blame(&draft.findings)),
            false => appraise::not_applicable(),
        });
    }
    draft.findings.push(Finding::pass(&checks::GCE_ENDORSEMENT));
    draft.findings.extend(examined.findings);
    draft.findings.extend(findings);
    let link = LinkId::Measurements;
    let fields = endorsement.fields();
    draft.evidence.push(EvidenceItem::new(ENDORSEMENT, "protobuf", link, piece.bytes, fields));
    for (root, id) in files.roots.iter().zip(["firmware-root", "firmware-root-2"]) {
        draft.evidence.push(certificate(id, link, root));
    }
    if draft.findings.iter().any(is_without_root) {
        files.ask(draft, None, policy);
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

/// The certificate, when a policy names it or it bears the name of Google's root.
fn root<'a>(der: &'a [u8], named: &[Sha256]) -> Option<Cert<'a>> {
    let cert = Cert::parse(WHAT, der).ok()?;
    let own = cert.names_issuer(&cert)
        && cert.common_name().is_some_and(|name| name.starts_with(ROOT_NAME));
    (own || named.contains(&cert.fingerprint())).then_some(cert)
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

/// What the verified reports and quotes of `draft` measured at launch.
fn measured(draft: &Draft) -> Vec<About> {
    let about = |(part, fact): (Option<&str>, &Fact)| {
        let measured = match fact {
            Fact::Mrtd(mrtd) => Measured::Tdx(*mrtd),
            Fact::SnpMeasurement(measurement) => Measured::Snp(*measurement),
            _ => return None,
        };
        Some(About { part: part.map(str::to_owned), measured })
    };
    draft.facts.iter().filter_map(about).collect()
}

/// Whether `draft` has a quote or report, verified or not, of a guest and not of an enclave.
fn has_guest(draft: &Draft) -> bool {
    let is_enclave = draft.claims.iter().any(|claim| claim.name == "sgx.mrenclave");
    let mut kinds = draft.evidence.iter().map(|item| item.kind);
    !is_enclave && kinds.any(|kind| matches!(kind, "dcap-quote" | "snp-report"))
}

/// Where the measurement is in the evidence.
fn place(draft: &Draft, measured: Measured) -> Option<At> {
    let (kind, name, digest) = match measured {
        Measured::Tdx(digest) => ("dcap-quote", "MRTD", digest),
        Measured::Snp(digest) => ("snp-report", "MEASUREMENT", digest),
    };
    let value = Value::hex(digest.0);
    draft.evidence.iter().filter(|item| item.kind == kind).find_map(|item| {
        let field = item.fields.iter().find(|field| field.name == name && field.value == value)?;
        Some(At { evidence: item.id.clone(), span: field.span })
    })
}

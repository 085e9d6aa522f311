//! A cloud provider's virtual TPM as the evidence, put together with its logs.

use super::parse::Attestation;
use super::verify::{self, ATTESTATION, VerifiedTpm};
use super::{appraise, checks};
use crate::error::Error;
use crate::finding::compared::Comparers;
use crate::finding::{Check, Finding, LinkId, Value, to_blame};
use crate::formats::eventlog;
use crate::formats::eventlog::examine::{Kind, Logs};
use crate::formats::eventlog::verify::VerifiedLog;
use crate::formats::tpm::policy::ForTpm;
use crate::piece::{self, Piece, Role};
use crate::pki::named::Anchors;
use crate::pki::{Cert, Crl};
use crate::report::{
    Draft, EvidenceItem, Freshness, Overrides, Part, RootOfTrust, Subject, certificate,
};
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::Field;

/// The register of Confidential Space's launcher.
const LAUNCHER: u8 = 13;

/// An attestation on its own.
pub(crate) fn examine(
    input: &[u8],
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForTpm,
    now: UnixTime,
) -> Result<Draft, Error> {
    let attestation = Attestation::parse(bytes)?;
    let machine = alone(&attestation, bytes, beside, policy, Comparers::POLICY, now)?;
    let mut part = machine.part;
    if part.passed(&checks::TPM_NONCE) {
        part.flags.freshness = Freshness::Challenge;
    }
    part.flags.overrides = overrides(machine.launch.as_ref());
    let name = machine.verified.as_ref().map(|verified| verified.subject().to_owned());
    let subject = Subject::of("vtpm-attestation", input).named(name);
    Ok(Draft { part, ..Draft::of(subject, RootOfTrust::CloudProvider) })
}

/// Verifies and appraises an attestation that has nothing but this TPM to show.
///
/// # Errors
/// When a report of the processor is in it.
pub(crate) fn alone(
    attestation: &Attestation<'_>,
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForTpm,
    compared: Comparers,
    now: UnixTime,
) -> Result<Machine, Error> {
    if attestation.tee.is_some() {
        let whole = Span::new(0, bytes.len());
        return Err(Error::unsupported(
            "TPM attestation",
            "one with a report of the processor",
            whole,
        ));
    }
    let mut machine = quotes(attestation, bytes, beside, policy, now);
    let findings = &mut machine.part.findings;
    findings.insert(0, appraise::provider());
    match &machine.verified {
        Some(verified) => {
            let log = machine.log.as_ref();
            findings.extend(appraise::appraise(verified, log, policy.tpm(), compared));
        }
        None => findings.extend(appraise::blocked(to_blame(findings))),
    }
    Ok(machine)
}

/// The quotes and logs of an attestation, with everything to show beside them.
pub(crate) struct Machine {
    pub(crate) part: Part,
    pub(crate) verified: Option<VerifiedTpm>,
    /// The firmware's log.
    pub(crate) log: Option<VerifiedLog>,
    /// The launcher's log, replayed to the TPM.
    pub(crate) launch: Option<VerifiedLog>,
}

/// Verifies the quotes, and replays the logs to their registers.
pub(crate) fn quotes(
    attestation: &Attestation<'_>,
    bytes: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForTpm,
    now: UnixTime,
) -> Machine {
    let supplied = about(attestation, beside, policy.anchors());
    let ders: Vec<&[u8]> = supplied.iter().map(|piece| piece.bytes).collect();
    let examined = verify::verify(attestation, &ders, policy.anchors(), now);
    let mut part = Part::of(examined.findings);
    part.claims = examined.verified.as_ref().map(appraise::claims).unwrap_or_default();
    part.evidence = evidence(attestation, bytes);
    if part.findings.iter().any(|f| *f.check == checks::TPM_ROOT && !f.outcome.holds()) {
        part.wanted = super::wanted::google_vtpm(attestation.ak_cert, policy.roots());
    }
    let lists = ders.iter().filter(|der| Crl::parse(WHAT, der).is_ok());
    for (list, id) in lists.clone().zip(["tpm-crl", "tpm-crl-2", "tpm-crl-3"]) {
        part.evidence.push(EvidenceItem::new(id, "crl", LinkId::Chip, list, Vec::new()));
    }
    if lists.count() == 0 {
        let ders = std::iter::once(attestation.ak_cert).chain(attestation.intermediates.clone());
        part.wanted.extend(super::wanted::google_vtpm_lists(ders, policy.roots()));
    }
    let mut machine = Machine { part, verified: examined.verified, log: None, launch: None };
    machine.firmware(attestation);
    machine.launcher(attestation);
    machine
}

impl Machine {
    fn firmware(&mut self, attestation: &Attestation<'_>) {
        // Registers 10 to 13 and 15 are the running system's, and this log is the firmware's.
        let firmware = |number: u8| number < 10 || number == 14;
        let (bytes, _) = attestation.event_log;
        self.log = self.replayed(Kind::Firmware, bytes, firmware);
    }

    fn launcher(&mut self, attestation: &Attestation<'_>) {
        if attestation.tee.is_some_and(|tee| tee.has_own_registers()) {
            return;
        }
        let (bytes, _) = attestation.canonical_log;
        self.launch = self.replayed(Kind::Launcher, bytes, |number| number == LAUNCHER);
    }

    /// Replays a log to the registers that `which` accepts, and gives the log when it holds.
    /// Without verified registers a log shows nothing.
    fn replayed(
        &mut self,
        kind: Kind,
        bytes: &[u8],
        which: impl Fn(u8) -> bool,
    ) -> Option<VerifiedLog> {
        if bytes.is_empty() {
            return None;
        }
        let Some(verified) = &self.verified else {
            self.block(&eventlog::checks::FIRMWARE);
            if kind == Kind::Launcher {
                self.block(&eventlog::checks::LAUNCH);
            }
            return None;
        };
        let mut logs = Logs::default();
        logs.add(kind, bytes);
        let replayed = logs.replay(kind, |_| verified.registers(&which))?;
        replayed.told(&mut self.part)
    }

    fn block(&mut self, checks: &[&'static Check]) {
        let by = to_blame(&self.part.findings);
        for check in checks.iter().copied() {
            if !self.part.findings.iter().any(|finding| finding.check == check) {
                self.part.findings.push(Finding::blocked(check, by));
            }
        }
    }
}

/// Whether the launcher's log lists changes of the operator's.
pub(crate) fn overrides(launch: Option<&VerifiedLog>) -> Overrides {
    let Some(launch) = launch else { return Overrides::NotShown };
    let changed = ["container.argument-override", "container.environment-override"];
    match launch.statements().iter().any(|said| changed.contains(&said.name)) {
        true => Overrides::Present,
        false => Overrides::None,
    }
}

const WHAT: &str = "certificate of a virtual TPM";

/// The longest way from the attestation key to a root.
const MAX_DEPTH: usize = 4;

/// The certificates beside the attestation that lead from its key upwards, and the revocation
/// lists of their issuers.
fn about<'s>(
    attestation: &Attestation<'_>,
    beside: &[Piece<'s>],
    roots: Anchors<'_>,
) -> Vec<Piece<'s>> {
    const ROLES: &[Role] =
        &[Role::GoogleCertificate, Role::Certificate, Role::GoogleCrl, Role::Crl];
    let pieces = piece::of(beside, ROLES);
    let parse = |der| Cert::parse(WHAT, der).ok();
    let own = attestation.intermediates.iter().copied().filter_map(parse);
    let accepted = roots.google_vtpm().all().into_iter().map(|anchor| anchor.cert);
    let at_hand: Vec<(Option<Piece<'s>>, Cert<'_>)> = pieces
        .iter()
        .filter_map(|piece| Some((Some(*piece), parse(piece.bytes)?)))
        .chain(own.map(|cert| (None, cert)))
        .chain(accepted.map(|cert| (None, cert)))
        .collect();
    let mut path: Vec<&Cert<'_>> = Vec::new();
    let mut used: Vec<Piece<'s>> = Vec::new();
    let leaf = parse(attestation.ak_cert);
    let mut below: Vec<&Cert<'_>> = leaf.iter().collect();
    for _ in 0..MAX_DEPTH {
        let mut above = Vec::new();
        for (piece, cert) in &at_hand {
            let is_known = path.iter().any(|known| known.der() == cert.der());
            if !is_known && below.iter().any(|below| below.names_issuer(cert)) {
                used.extend(piece);
                path.push(cert);
                above.push(cert);
            }
        }
        below = above;
    }
    let lists = pieces.iter().filter(|piece| {
        let list = Crl::parse(WHAT, piece.bytes);
        list.is_ok_and(|list| path.iter().any(|issuer| list.names_issuer(issuer)))
    });
    used.extend(lists.copied());
    used.iter().for_each(Piece::used);
    used
}

fn evidence(attestation: &Attestation<'_>, bytes: &[u8]) -> Vec<EvidenceItem> {
    const BASIS: &str = "go-tpm-tools, attest.proto";
    let field =
        |name: String, span: Span, value| Field { name: name.into(), span, value, basis: BASIS };
    let (ak, at) = attestation.ak;
    let mut fields = vec![field("ak_pub".into(), at, Value::hex(ak))];
    fields.extend(attestation.quotes.iter().map(|quote| {
        let (attest, at) = quote.attest;
        field(format!("quote, {}", quote.bank.algorithm), at, Value::hex(attest))
    }));
    let mut items = vec![EvidenceItem::new(ATTESTATION, "protobuf", LinkId::Report, bytes, fields)];
    let ids = ["tpm-intermediate", "tpm-intermediate-2", "tpm-intermediate-3"];
    let ders = attestation.intermediates.iter().copied();
    let named = std::iter::once(("tpm-key", attestation.ak_cert)).chain(ids.into_iter().zip(ders));
    for (id, der) in named {
        if let Ok(cert) = Cert::parse("attestation key certificate", der) {
            items.push(certificate(id, LinkId::Chip, &cert));
        }
    }
    items
}

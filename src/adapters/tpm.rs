//! A cloud provider's virtual TPM on its own: plain SEV, Shielded VM, or anything else that has
//! nothing but this TPM to show.
//!
//! Shown, when every check passes: Google's root vouches for a TPM; it signed these registers; the
//! firmware's log, and the launcher's where there is one, extend to them. Google is the root of
//! trust and runs the TPM itself, so the level is A2 and a warning says so. The chain ends at the
//! command line and container that were measured; whether memory is encrypted is not shown.

use super::snp::{certificate, to_blame};
use crate::appraise::{self, Comparers};
use crate::bytes::Span;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::Field;
use crate::evidence::eventlog::{cel, tcg};
use crate::evidence::tpm::Attestation;
use crate::finding::{Check, Examined, Finding, LinkId, Value, checks};
use crate::pki::{Cert, Crl, pem_blocks};
use crate::plan;
use crate::policy::Policy;
use crate::report::{
    Claim, Draft, EvidenceItem, Flags, Freshness, Overrides, Part, RootOfTrust, Subject, Wanted,
};
use crate::time::UnixTime;
use crate::verify::eventlog::{self, CANONICAL_LOG, EVENT_LOG, VerifiedLog};
use crate::verify::tpm::{self as verify, ATTESTATION, VerifiedTpm};

/// The register of Confidential Space's launcher.
const LAUNCHER: u8 = 13;
/// What is looked at in every log.
const FIRMWARE_CHECKS: &[&Check] =
    &[&checks::EVENTLOG_REPLAY, &checks::EVENTLOG_DIGESTS, &checks::EVENTLOG_COVERAGE];
/// What is looked at in the launcher's besides.
const LAUNCHER_CHECKS: &[&Check] = &[&checks::EVENTLOG_LAUNCH, &checks::EVENTLOG_NAMES];

/// An attestation on its own.
pub(super) fn examine(
    input: &[u8],
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let attestation = Attestation::parse(bytes)?;
    let machine = alone(&attestation, bytes, files, policy, Comparers::POLICY, now)?;
    let answers = |f: &Finding| *f.check == checks::TPM_NONCE && f.passed();
    let freshness = match machine.findings.iter().any(answers) {
        true => Freshness::Challenge,
        false => Freshness::None,
    };
    let name = machine.verified.as_ref().map(|verified| verified.subject().to_owned());
    let subject =
        Subject { kind: "vtpm-attestation", name, sha256: Sha256::of(input), len: input.len() };
    Ok(Draft {
        part: Part {
            flags: Flags {
                freshness,
                overrides: overrides(machine.launch.as_ref()),
                ..Flags::UNKNOWN
            },
            findings: machine.findings,
            claims: machine.claims,
            evidence: machine.evidence,
            wanted: machine.wanted,
            ..Part::default()
        },
        ..Draft::of(subject, RootOfTrust::CloudProvider)
    })
}

/// Verifies and appraises an attestation that has nothing but this TPM to show.
///
/// # Errors
/// When a report of the processor is in it.
pub(super) fn alone(
    attestation: &Attestation<'_>,
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
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
    let mut machine = quotes(attestation, bytes, files, policy, now)?;
    machine.findings.insert(0, appraise::tpm::provider());
    match &machine.verified {
        Some(verified) => {
            let log = machine.log.as_ref();
            machine.findings.extend(appraise::tpm::appraise(verified, log, &policy.tpm, compared));
        }
        None => machine.findings.extend(appraise::tpm::blocked(to_blame(&machine.findings))),
    }
    Ok(machine)
}

/// The quotes and logs of an attestation, with everything to show beside them.
pub(super) struct Machine {
    pub(super) findings: Vec<Finding>,
    pub(super) verified: Option<VerifiedTpm>,
    /// The firmware's log.
    pub(super) log: Option<VerifiedLog>,
    /// The launcher's log, replayed to the TPM.
    pub(super) launch: Option<VerifiedLog>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
    pub(super) wanted: Vec<Wanted>,
}

/// Verifies the quotes, and replays the logs to their registers.
pub(super) fn quotes(
    attestation: &Attestation<'_>,
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Machine, Error> {
    let supplied = certificates(files)?;
    let supplied: Vec<&[u8]> = supplied.iter().map(Vec::as_slice).collect();
    let examined = verify::verify(attestation, &supplied, policy.roots, now);
    let mut machine = Machine {
        findings: examined.findings,
        claims: examined.verified.as_ref().map(appraise::tpm::claims).unwrap_or_default(),
        verified: examined.verified,
        log: None,
        launch: None,
        evidence: evidence(attestation, bytes),
        wanted: plan::google_vtpm(attestation.ak_cert, policy.roots),
    };
    let open = |f: &Finding| *f.check == checks::TPM_ROOT && !f.passed();
    if !machine.findings.iter().any(open) {
        machine.wanted.clear();
    }
    let lists = supplied.iter().filter(|der| Crl::parse("collateral file", der).is_ok());
    for (list, id) in lists.clone().zip(["tpm-crl", "tpm-crl-2", "tpm-crl-3"]) {
        let item = EvidenceItem::new(id, "crl", LinkId::Chip, list, Vec::new());
        machine.evidence.push(item);
    }
    if lists.count() == 0 {
        let ders = std::iter::once(attestation.ak_cert).chain(attestation.intermediates.clone());
        machine.wanted.extend(plan::google_vtpm_lists(ders, policy.roots));
    }
    machine.firmware(attestation)?;
    machine.launcher(attestation)?;
    Ok(machine)
}

impl Machine {
    fn firmware(&mut self, attestation: &Attestation<'_>) -> Result<(), Error> {
        let (bytes, at) = attestation.event_log;
        if bytes.is_empty() {
            return Ok(());
        }
        let Some(verified) = &self.verified else {
            self.block(FIRMWARE_CHECKS);
            return Ok(());
        };
        let log = tcg::Log::parse(bytes).map_err(|error| error.shifted(at.start))?;
        // Registers 10 to 13 and 15 are the running system's, and this log is the firmware's.
        let firmware = verified.registers(|number| number < 10 || number == 14);
        let examined = eventlog::tcg(&log, &firmware);
        self.log = self.examined(EVENT_LOG, bytes, examined);
        Ok(())
    }

    fn launcher(&mut self, attestation: &Attestation<'_>) -> Result<(), Error> {
        let (bytes, at) = attestation.canonical_log;
        if bytes.is_empty() || attestation.tee.is_some_and(|tee| tee.has_own_registers()) {
            return Ok(());
        }
        let Some(verified) = &self.verified else {
            self.block(FIRMWARE_CHECKS);
            self.block(LAUNCHER_CHECKS);
            return Ok(());
        };
        let log = cel::Log::parse(bytes).map_err(|error| error.shifted(at.start))?;
        let launcher = verified.registers(|number| number == LAUNCHER);
        let examined = eventlog::cel(&log, &launcher);
        self.launch = self.examined(CANONICAL_LOG, bytes, examined);
        Ok(())
    }

    /// Keeps what came of a log, and gives the log when it holds.
    fn examined(
        &mut self,
        id: &'static str,
        bytes: &[u8],
        log: Examined<VerifiedLog>,
    ) -> Option<VerifiedLog> {
        let known = log.verified.as_ref();
        let fields = known.map(appraise::eventlog::fields).unwrap_or_default();
        self.claims.extend(known.map(appraise::eventlog::claims).unwrap_or_default());
        self.keep(id, bytes, fields);
        self.findings.extend(log.findings);
        log.verified
    }

    fn keep(&mut self, id: &'static str, bytes: &[u8], fields: Vec<Field>) {
        let link = LinkId::Measurements;
        self.evidence.push(EvidenceItem::new(id, "event-log", link, bytes, fields));
    }

    /// Without verified registers a log shows nothing.
    fn block(&mut self, checks: &[&'static Check]) {
        let by = to_blame(&self.findings);
        for check in checks.iter().copied() {
            if !self.findings.iter().any(|finding| finding.check == check) {
                self.findings.push(Finding::blocked(check, by));
            }
        }
    }
}

/// Whether the launcher's log lists changes of the operator's.
pub(super) fn overrides(launch: Option<&VerifiedLog>) -> Overrides {
    let Some(launch) = launch else { return Overrides::NotShown };
    let changed = ["container.argument-override", "container.environment-override"];
    match launch.statements().iter().any(|said| changed.contains(&said.name)) {
        true => Overrides::Present,
        false => Overrides::None,
    }
}

/// Whether `file` is a revocation list of Google's authorities for virtual TPMs.
pub(super) fn is_list(file: &[u8]) -> bool {
    const AUTHORITY: &str = "EK/AK CA ";
    let of_authority = |der: &[u8]| {
        let list = Crl::parse("collateral file", der);
        list.is_ok_and(|list| list.issuer_common_name().is_some_and(|cn| cn.starts_with(AUTHORITY)))
    };
    if file.starts_with(b"-----BEGIN X509 CRL-----") {
        let blocks = pem_blocks("collateral file", file).unwrap_or_default();
        return blocks.iter().all(|(_, der)| of_authority(der)) && !blocks.is_empty();
    }
    file.starts_with(&[0x30]) && of_authority(file)
}

/// The certificates and revocation lists among the files beside the attestation, in DER.
fn certificates(files: &[&[u8]]) -> Result<Vec<Vec<u8>>, Error> {
    const WHAT: &str = "collateral file";
    let mut ders = Vec::new();
    for file in files {
        if file.starts_with(b"-----BEGIN ") {
            ders.extend(pem_blocks(WHAT, file)?.into_iter().map(|(_, der)| der));
        } else {
            if Crl::parse(WHAT, file).is_err() {
                Cert::parse(WHAT, file)?;
            }
            ders.push(file.to_vec());
        }
    }
    Ok(ders)
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

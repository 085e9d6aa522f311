//! What dstack's guest agent answers: a quote with its event log and what the agent says about the
//! guest, or the attestation of an SEV-SNP guest.
//!
//! Shown, when every check passes: an Intel platform measured this machine, its log extends to the
//! quote's registers, and before `system-ready` the guest's system logged the app-compose file
//! that was handed in. For SEV-SNP: AMD's chip measured the machine, and HOST_DATA is the hash of
//! the document that names the application; no register holds the log there, so it is left aside.
//! The root of trust is Intel or AMD. The chain ends at the guest's system: its measurement is not
//! computed again from the host's settings (neither in full nor by the lite measurement), and the
//! log is the word of whichever system ran. `mr_aggregated`, RA-TLS certificates and dstack's
//! contracts are not read here; what an RPC provider says about an app's contract stands beside.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::collateral;
use super::snp::{self, to_blame};
use super::{dcap, kind};
use crate::appraise::dstack::{self as appraise, Beside, Identity};
use crate::bytes::Span;
use crate::digest::Sha256;
use crate::error::Error;
use crate::evidence::dcap::{Body, Quote};
use crate::evidence::dstack::{Answer, AppCompose, SnpAttestation, TcbInfo, VmConfig};
use crate::finding::{Finding, LinkId, Value, Why, checks};
use crate::pki::pem_blocks;
use crate::policy::Policy;
use crate::report::{Custody, Draft, EvidenceItem, Flags, RootOfTrust, Subject};
use crate::time::UnixTime;

const WHAT: &str = "dstack quote report";

/// An answer with a quote.
pub(super) fn examine(
    input: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let answer = Answer::parse(input)?;
    let whole = Span::new(0, input.len());
    let quote = answer.quote.as_deref().unwrap_or_default();
    let bytes = kind::decoded(quote.as_bytes())
        .ok_or_else(|| Error::malformed(WHAT, whole, "its quote is neither hex nor base64"))?;
    let quote = Quote::parse(&bytes)?;
    guest("dstack-quote-report", input, &quote, &answer, files, policy, now)
        .map(|guest| guest.draft)
}

/// A guest with its quote, examined.
pub(super) struct Guest {
    pub(super) draft: Draft,
    /// Whether the quote is verified.
    pub(super) is_verified: bool,
    /// The app-compose file, when the guest's measured log names its hash.
    pub(super) compose: Option<AppCompose>,
}

/// Examines a guest's quote with what its agent answers and the files beside it.
pub(super) fn guest(
    kind: &'static str,
    input: &[u8],
    quote: &Quote<'_>,
    answer: &Answer,
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Guest, Error> {
    let (own, rest) = Files::of(files)?;
    let info = own.info.map(Answer::parse).transpose()?.unwrap_or_default();
    let stated = |read: fn(&Answer) -> Option<&String>| read(answer).or_else(|| read(&info));
    let tcb = stated(|answer| answer.tcb_info.as_ref());
    let tcb = tcb.map(|text| TcbInfo::parse(text)).transpose()?;
    let vm = stated(|answer| answer.vm_config.as_ref());
    let vm = vm.map_or(Ok(VmConfig::default()), |text| VmConfig::parse(text))?;
    let compose = own.compose(tcb.as_ref())?;

    let mut files = dcap::Files::of(&rest)?;
    if files.dstack.is_none() {
        let of_tcb = || tcb.as_ref().and_then(|tcb| tcb.event_log.as_ref());
        let log = stated(|answer| answer.event_log.as_ref()).or_else(of_tcb);
        files.dstack = log.map(String::as_bytes);
    }
    let examined = dcap::quoted(quote, &files, policy, now)?;
    let identity = identity(&examined, files.dstack.is_some());
    let known = examined.findings.iter().any(|f| *f.check == checks::TDX_SOFTWARE && f.passed());
    let beside = Beside {
        tcb_info: tcb.as_ref(),
        ids: [&answer.ids, &info.ids].into_iter().chain(tcb.iter().map(|tcb| &tcb.ids)).collect(),
        compose: compose.as_ref(),
        document: vm.mr_config.as_deref(),
    };
    let findings = match (&quote.body, &examined.verified) {
        (Body::Td(report), Some(_)) => {
            appraise::appraise_quote(report, identity.as_ref().map_err(|why| *why), &beside, known)
        }
        (Body::Td(_), None) => {
            let by = to_blame(&examined.findings);
            appraise::FROM_QUOTE.iter().map(|check| Finding::blocked(check, by)).collect()
        }
        (Body::Enclave(_), _) => {
            let open = |check: &&'static _| Finding::unknown(check, Why::NotSupported);
            appraise::FROM_QUOTE.iter().map(open).collect()
        }
    };
    let custody = match &identity {
        Ok(identity) if identity.is_kms() => Custody::KmsDerived,
        _ => Custody::NotStated,
    };
    let is_verified = examined.verified.is_some();
    let mut draft = dcap::finish(kind, input, examined, &files, policy, now)?;
    draft.flags.custody = custody;
    draft.findings.extend(findings);
    show(&mut draft, &own, tcb.as_ref(), compose.as_ref());
    let stated = answer.report_data.as_ref().and_then(|text| hex::decode(text).ok());
    if let Some(stated) = stated.filter(|stated| stated.as_slice() != quote.body.report_data()) {
        draft.findings.retain(|finding| *finding.check != checks::DCAP_REPORT_DATA);
        draft.findings.push(
            Finding::fail(&checks::DCAP_REPORT_DATA, "disagree")
                .expected(Value::hex(stated))
                .actual(Value::hex(quote.body.report_data())),
        );
    }
    let is_shown =
        draft.findings.iter().any(|f| *f.check == checks::DSTACK_COMPOSE_HASH && f.passed());
    Ok(Guest { draft, is_verified, compose: compose.filter(|_| is_shown) })
}

/// The attestation of an SEV-SNP guest.
pub(super) fn examine_snp(
    input: &[u8],
    bytes: &[u8],
    files: &[&[u8]],
    policy: &Policy,
    now: UnixTime,
) -> Result<Draft, Error> {
    let attestation = SnpAttestation::parse(bytes)?;
    let (own, rest) = Files::of(files)?;
    let info = own.info.map(Answer::parse).transpose()?;
    let tcb = info.as_ref().and_then(|info| info.tcb_info.as_deref());
    let tcb = tcb.map(TcbInfo::parse).transpose()?;
    let compose = own.compose(tcb.as_ref())?;
    let mut endorsements = collateral::decode(&rest)?;
    for certificate in &attestation.certificates {
        for (_, der) in pem_blocks("dstack attestation, certificate", certificate)? {
            endorsements.push(&der);
        }
    }
    let examined = snp::report(attestation.report, None, &endorsements, policy, now)?;
    let mut findings = examined.findings;
    let mut claims = Vec::new();
    let mut custody = Custody::NotStated;
    match &examined.verified {
        Some(verified) => {
            let beside = Beside {
                compose: compose.as_ref(),
                document: Some(attestation.document),
                ..Beside::default()
            };
            let data = &attestation.report_data;
            let (own, identity) = appraise::appraise_report(verified.report(), data, &beside);
            findings.extend(own);
            claims.extend(crate::appraise::snp::claims(verified));
            claims.extend(identity.iter().flat_map(appraise::claims));
            if identity.is_some_and(|identity| identity.is_kms()) {
                custody = Custody::KmsDerived;
            }
        }
        None => {
            let by = to_blame(&findings);
            findings.extend(appraise::FROM_REPORT.iter().map(|check| Finding::blocked(check, by)));
        }
    }
    let document = attestation.document.as_bytes();
    let document =
        EvidenceItem::new("mr-config", "json", LinkId::Measurements, document, Vec::new());
    let kind = "dstack-snp-attestation";
    let subject = Subject { kind, name: None, sha256: Sha256::of(input), len: input.len() };
    let mut draft = Draft {
        findings,
        claims,
        evidence: examined.evidence.into_iter().chain([document]).collect(),
        wanted: examined.wanted,
        flags: Flags { debug: examined.debug, custody, ..Flags::UNKNOWN },
        ..Draft::of(subject, RootOfTrust::CpuVendor)
    };
    show(&mut draft, &own, tcb.as_ref(), compose.as_ref());
    Ok(draft)
}

/// An attestation in the JSON of the agent's answer, decoded.
pub(super) fn attestation(input: &[u8]) -> Option<Vec<u8>> {
    #[derive(Deserialize)]
    struct Attested {
        attestation: String,
    }
    let attested: Attested = serde_json::from_slice(input).ok()?;
    kind::decoded(attested.attestation.as_bytes())
}

/// dstack's files beside the evidence, told apart by their members.
#[derive(Default)]
struct Files<'a> {
    /// The answer to `Info`.
    info: Option<&'a [u8]>,
    /// The app-compose file.
    compose: Option<&'a [u8]>,
}

impl<'a> Files<'a> {
    /// dstack's files, and the others.
    ///
    /// # Errors
    /// When two different ones of one kind are among them.
    fn of(files: &[&'a [u8]]) -> Result<(Self, Vec<&'a [u8]>), Error> {
        let mut own = Self::default();
        let mut rest = Vec::new();
        for &file in files {
            let members: Option<BTreeMap<String, IgnoredAny>> = serde_json::from_slice(file).ok();
            let slot = match &members {
                Some(members) if Answer::is_info(|name| members.contains_key(name)) => {
                    &mut own.info
                }
                Some(members) if AppCompose::is_likely(members) => &mut own.compose,
                _ => {
                    rest.push(file);
                    continue;
                }
            };
            if slot.replace(file).is_some_and(|known| known != file) {
                let why = "two of one kind were supplied";
                return Err(Error::malformed("dstack file", Span::new(0, file.len()), why));
            }
        }
        Ok((own, rest))
    }

    /// The app-compose file beside the evidence, or else the one that the agent states.
    fn compose(&self, tcb: Option<&TcbInfo>) -> Result<Option<AppCompose>, Error> {
        self.compose_bytes(tcb).map(AppCompose::parse).transpose()
    }

    fn compose_bytes<'b>(&self, tcb: Option<&'b TcbInfo>) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        let stated = || tcb?.app_compose.as_deref().map(str::as_bytes);
        self.compose.or_else(stated).filter(|bytes| !bytes.is_empty())
    }
}

/// What the verified log says the application is.
fn identity(examined: &dcap::Examined<'_>, has_log: bool) -> Result<Identity, Why> {
    let statements = examined.logs.iter().flat_map(|log| log.statements());
    let own = statements.filter(|statement| statement.name.starts_with("dstack."));
    if own.clone().next().is_some() {
        Ok(Identity::of_log(own))
    } else if has_log {
        Err(Why::Blocked { by: log_to_blame(&examined.findings) })
    } else {
        Err(Why::NotPublished)
    }
}

/// Which check on the log keeps it from saying anything.
fn log_to_blame(findings: &[Finding]) -> &'static crate::finding::Check {
    let log = [&checks::EVENTLOG_REPLAY, &checks::EVENTLOG_DIGESTS, &checks::EVENTLOG_NAMES];
    let open = |f: &&Finding| log.contains(&f.check) && !f.passed();
    findings.iter().find(open).map_or(&checks::EVENTLOG_LAUNCH, |finding| finding.check)
}

/// The app-compose file among the evidence, and its containers among the claims.
fn show(draft: &mut Draft, own: &Files<'_>, tcb: Option<&TcbInfo>, compose: Option<&AppCompose>) {
    let Some(bytes) = own.compose_bytes(tcb) else { return };
    let link = LinkId::Measurements;
    draft.evidence.push(EvidenceItem::new("app-compose", "json", link, bytes, Vec::new()));
    let is_shown = |f: &Finding| *f.check == checks::DSTACK_COMPOSE_HASH && f.passed();
    if draft.findings.iter().any(is_shown) {
        draft.claims.extend(compose.map(appraise::image_claims).unwrap_or_default());
    }
}

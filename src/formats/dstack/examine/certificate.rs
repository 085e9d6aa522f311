//! A certificate that carries a quote or a report of dstack's.

use super::files::statement;
use super::quote::{Quoted, ReportData};
use super::{snp, tdx};
use crate::error::Error;
use crate::finding::LinkId;
use crate::finding::compared::Compared;
use crate::formats::dstack::parse::{Answer, Carried, Ids, RaTls, TdxAttestation};
use crate::formats::dstack::policy::ForDstack;
use crate::formats::dstack::{appraise, checks};
use crate::formats::intel::parse::Quote;
use crate::hex;
use crate::piece::Piece;
use crate::pki::Cert;
use crate::report::{Custody, Draft, KeyFlag, certificate as item};
use crate::span::Span;
use crate::time::UnixTime;

const WHAT: &str = "dstack certificate";

/// `ders` are the certificate and those that stood behind it in the same file.
pub(crate) fn examine(
    input: &[u8],
    ders: &[Vec<u8>],
    beside: &[Piece<'_>],
    policy: &dyn ForDstack,
    now: UnixTime,
) -> Result<Draft, Error> {
    const MISSING: Error = Error::Missing { what: "the certificate" };
    let certs = ders.iter().map(|der| Cert::parse(WHAT, der)).collect::<Result<Vec<_>, _>>()?;
    let (cert, further) = certs.split_first().ok_or(MISSING)?;
    let carried = RaTls::of(cert)?;
    let ids = Ids { app_id: carried.app_id.map(hex::encode), ..Ids::default() };
    let (mut draft, report_data) = match carried.evidence {
        Carried::Quote { quote, log } => {
            let log = std::str::from_utf8(log)
                .map_err(|_| Error::malformed(WHAT, Span::new(0, log.len()), "not text"))?;
            let answer = Answer { event_log: Some(log.to_owned()), ids, ..Answer::default() };
            quoted(input, quote, &answer, beside, policy, now)?
        }
        Carried::Tdx(bytes) => {
            let attestation = TdxAttestation::parse(bytes)?;
            let answer = Answer { ids, ..tdx::answer(&attestation) };
            quoted(input, &attestation.quote, &answer, beside, policy, now)?
        }
        Carried::Snp(bytes) => snp::attested(KIND, input, bytes, beside, policy, BY_KEY, now)?,
    };
    let key = appraise::key(cert, report_data.as_ref().map_err(|by| *by));
    draft.flags.key = if key.passed() { KeyFlag::Bound } else { KeyFlag::NotShown };
    draft.flags.custody = Custody::NotStated;
    draft.findings.push(key);
    draft.findings.extend(appraise::certificate(cert, further, now));
    draft.stated.push(statement("certificate-subject", &cert.subject(), WHAT));
    if let Some(usage) = carried.usage.and_then(|usage| std::str::from_utf8(usage).ok()) {
        draft.stated.push(statement("certificate-usage", usage, WHAT));
    }
    let link = LinkId::KeyBinding;
    draft.evidence.push(item(appraise::CERTIFICATE, link, cert));
    for (index, cert) in further.iter().enumerate() {
        draft.evidence.push(item(
            format!("{}-{}", appraise::CERTIFICATE, index.saturating_add(2)),
            link,
            cert,
        ));
    }
    Ok(draft)
}

const KIND: &str = "dstack-certificate";

/// REPORT_DATA has a check of its own here.
const BY_KEY: Compared = Compared::By(&checks::DSTACK_CERTIFICATE_KEY);

fn quoted(
    input: &[u8],
    quote: &[u8],
    answer: &Answer,
    beside: &[Piece<'_>],
    policy: &dyn ForDstack,
    now: UnixTime,
) -> Result<(Draft, ReportData), Error> {
    let quote = &Quote::parse(quote)?;
    let guest = Quoted { kind: KIND, input, quote, is_stripped: true, data: BY_KEY };
    let guest = guest.examine(answer, beside, policy, now)?;
    Ok((guest.draft, guest.report_data))
}

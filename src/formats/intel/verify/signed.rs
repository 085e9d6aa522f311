//! T12 to T16: TCB info and QE identity, over the exact bytes that were received.

use super::chain::leaf_reason;
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::error::Error;
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::checks;
use crate::formats::intel::parse::Tee;
use crate::formats::intel::parse::collateral::{
    PckExtension, QeId, QeIdentity, Signed, TcbId, TcbInfo,
};
use crate::json::Places;
use crate::pki::Cert;
use crate::pki::chain::{dated, unsigned};
use crate::time::{UnixTime, Validity};

/// The evidence ids under which the signed statements are shown.
pub(super) const TCB_INFO_EVIDENCE: &str = "tcb-info";
const QE_IDENTITY_EVIDENCE: &str = "qe-identity";

pub(super) const TCB_SIGNING: &str = "Intel SGX TCB Signing";

/// The checks that both kinds of signed statements have.
struct Checks {
    /// The evidence id of the statement.
    evidence: &'static str,
    signer: &'static Check,
    signer_validity: &'static Check,
    signature: &'static Check,
    form: &'static Check,
    freshness: &'static Check,
}

const TCB_INFO: Checks = Checks {
    evidence: TCB_INFO_EVIDENCE,
    signer: &checks::DCAP_TCB_INFO_SIGNER,
    signer_validity: &checks::DCAP_TCB_INFO_SIGNER_VALIDITY,
    signature: &checks::DCAP_TCB_INFO_SIGNATURE,
    form: &checks::DCAP_TCB_INFO_FORM,
    freshness: &checks::DCAP_TCB_INFO_FRESHNESS,
};

const QE_IDENTITY: Checks = Checks {
    evidence: QE_IDENTITY_EVIDENCE,
    signer: &checks::DCAP_QE_IDENTITY_SIGNER,
    signer_validity: &checks::DCAP_QE_IDENTITY_SIGNER_VALIDITY,
    signature: &checks::DCAP_QE_IDENTITY_SIGNATURE,
    form: &checks::DCAP_QE_IDENTITY_FORM,
    freshness: &checks::DCAP_QE_IDENTITY_FRESHNESS,
};

/// A kind of signed statement.
trait Statement: Sized {
    fn parse(json: &[u8]) -> Result<Self, Error>;
    fn validity(&self) -> Validity;
    /// The id that a quote of this kind needs, and the one found.
    fn ids(&self, tee: Tee) -> (&'static str, &'static str);
}

impl Statement for TcbInfo {
    fn parse(json: &[u8]) -> Result<Self, Error> {
        Self::parse(json)
    }

    fn validity(&self) -> Validity {
        self.validity
    }

    fn ids(&self, tee: Tee) -> (&'static str, &'static str) {
        let actual = match self.id {
            TcbId::Sgx => "SGX",
            TcbId::Tdx => "TDX",
        };
        (tee.name(), actual)
    }
}

impl Statement for QeIdentity {
    fn parse(json: &[u8]) -> Result<Self, Error> {
        Self::parse(json)
    }

    fn validity(&self) -> Validity {
        self.validity
    }

    fn ids(&self, tee: Tee) -> (&'static str, &'static str) {
        let expected = match tee {
            Tee::Sgx => "QE",
            Tee::Tdx => "TD_QE",
        };
        let actual = match self.id {
            QeId::Qe => "QE",
            QeId::TdQe => "TD_QE",
        };
        (expected, actual)
    }
}

/// T12 to T15. The TCB info is returned when Intel signed it and it is for this platform.
pub(super) fn tcb_info(
    signed: Option<&Signed>,
    tee: Tee,
    extension: Result<&PckExtension, Why>,
    root: &Cert<'_>,
    now: UnixTime,
) -> (Vec<Finding>, Result<TcbInfo, Why>) {
    let (mut findings, info) = statement::<TcbInfo>(&TCB_INFO, signed, tee, root, now);
    let fits =
        [&checks::DCAP_TCB_INFO_FMSPC, &checks::DCAP_TCB_INFO_PCE_ID, &checks::DCAP_TCB_INFO_TYPE];
    let (info, extension) = match (info, extension) {
        (Ok(info), Ok(extension)) => (info, extension),
        (Err(why), _) | (_, Err(why)) => {
            findings.extend(fits.map(|check| Finding::unknown(check, why)));
            return (findings, Err(why));
        }
    };
    let places = Places::of(signed.map_or(&[][..], |signed| &signed.bytes));
    let at = |finding, member| placed(TCB_INFO.evidence, &places, finding, member);
    let fits = [
        at(Finding::equal(&checks::DCAP_TCB_INFO_FMSPC, &extension.fmspc, &info.fmspc), "fmspc"),
        at(Finding::equal(&checks::DCAP_TCB_INFO_PCE_ID, &extension.pce_id, &info.pce_id), "pceId"),
        at(
            Finding::test(&checks::DCAP_TCB_INFO_TYPE, info.tcb_type == 0, "unsupported")
                .expected(Value::number(0_u8))
                .actual(Value::number(info.tcb_type)),
            "tcbType",
        ),
    ];
    let failed = fits.iter().find(|finding| !finding.passed()).map(|finding| finding.check);
    findings.extend(fits);
    (findings, failed.map_or(Ok(info), |by| Err(Why::Blocked { by })))
}

/// T16. The QE identity is returned when Intel signed it and it is for this kind of quote.
pub(super) fn qe_identity(
    signed: Option<&Signed>,
    tee: Tee,
    root: &Cert<'_>,
    now: UnixTime,
) -> (Vec<Finding>, Result<QeIdentity, Why>) {
    statement::<QeIdentity>(&QE_IDENTITY, signed, tee, root, now)
}

fn statement<T: Statement>(
    checks: &Checks,
    signed: Option<&Signed>,
    tee: Tee,
    root: &Cert<'_>,
    now: UnixTime,
) -> (Vec<Finding>, Result<T, Why>) {
    let after = |first: &[&'static Check], why| -> Vec<Finding> {
        first.iter().map(|check| Finding::unknown(check, why)).collect()
    };
    let Some(signed) = signed else {
        let why = Why::NotFetched;
        let all = [
            checks.signer,
            checks.signer_validity,
            checks.signature,
            checks.form,
            checks.freshness,
        ];
        return (after(&all, why), Err(why));
    };
    let (mut findings, key) = signer(checks, signed, root, now);
    let key = match key {
        Ok(key) => key,
        Err(why) => {
            findings.extend(after(&[checks.signature, checks.form, checks.freshness], why));
            return (findings, Err(why));
        }
    };
    let verified = crypto::verify(
        Algorithm::EcdsaP256(Hash::Sha256),
        key.public_key(),
        Message::Bytes(&signed.bytes),
        Signature::Concatenated(&signed.signature),
    );
    let signature = Finding::test(checks.signature, verified.is_ok(), "bad-signature");
    let passed = signature.passed();
    findings.push(signature.expected(key.subject()).at(checks.evidence, 0, signed.bytes.len()));
    if !passed {
        let why = Why::Blocked { by: checks.signature };
        findings.extend(after(&[checks.form, checks.freshness], why));
        return (findings, Err(why));
    }
    let why = Why::Blocked { by: checks.form };
    let statement = match T::parse(&signed.bytes) {
        Ok(statement) => statement,
        Err(error) => {
            let finding = match error {
                Error::Unsupported { .. } => Finding::unknown(checks.form, Why::NotSupported),
                _ => Finding::fail(checks.form, "malformed"),
            };
            findings.push(finding.actual(error.to_string()));
            findings.push(Finding::unknown(checks.freshness, why));
            return (findings, Err(why));
        }
    };
    let places = Places::of(&signed.bytes);
    let (expected, actual) = statement.ids(tee);
    let form = Finding::equal_text(checks.form, expected, actual);
    let fits = form.passed();
    findings.push(placed(checks.evidence, &places, form, "id"));
    let date = if now < statement.validity().not_before { "issueDate" } else { "nextUpdate" };
    let freshness = dated(checks.freshness, statement.validity(), now, "stale");
    findings.push(placed(checks.evidence, &places, freshness, date));
    (findings, if fits { Ok(statement) } else { Err(why) })
}

/// Shows the value of a member of a signed statement.
fn placed(evidence: &'static str, places: &Places<'_>, finding: Finding, member: &str) -> Finding {
    match places.find(member) {
        Some(span) => finding.within(evidence, span),
        None => finding,
    }
}

/// T12: the signer's certificate, which the pinned root must have signed for this very role, and
/// the root: two certificates exactly.
fn signer<'c>(
    checks: &Checks,
    signed: &'c Signed,
    root: &Cert<'_>,
    now: UnixTime,
) -> (Vec<Finding>, Result<Cert<'c>, Why>) {
    let blocked = Why::Blocked { by: checks.signer };
    let with = |finding: Finding, why| {
        (vec![finding, Finding::unknown(checks.signer_validity, why)], Err(why))
    };
    let Some(chain) = &signed.chain else {
        let why = Why::NotFetched;
        return with(Finding::unknown(checks.signer, why), why);
    };
    let [leaf, supplied_root] = &**chain else {
        let finding = Finding::fail(checks.signer, "wrong-length")
            .expected("2 certificates")
            .actual(format!("{} certificates", chain.len()));
        return with(finding, blocked);
    };
    let leaf = match Cert::parse("TCB signing certificate", leaf) {
        Ok(leaf) => leaf,
        Err(error) => {
            let finding = Finding::fail(checks.signer, "malformed").actual(error.to_string());
            return with(finding, blocked);
        }
    };
    let reason = if supplied_root != root.der() {
        Some("wrong-root")
    } else {
        leaf_reason(&leaf, TCB_SIGNING).or_else(|| unsigned(&leaf, root))
    };
    let name = leaf.common_name().unwrap_or("no name").to_owned();
    let finding = match reason {
        None => Finding::pass(checks.signer),
        Some(reason) => Finding::fail(checks.signer, reason),
    }
    .expected(TCB_SIGNING)
    .actual(name);
    let validity = dated(checks.signer_validity, leaf.validity(), now, "expired");
    let key = if reason.is_none() { Ok(leaf) } else { Err(blocked) };
    (vec![finding, validity], key)
}

//! T4 to T8 and T11: the PCK certificate, its issuer and the pinned root.

use crate::crypto::Hash;
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::checks;
use crate::formats::intel::parse::collateral::{Collateral, PckExtension};
use crate::formats::intel::parse::{PCK_CHAIN, Quote};
use crate::pki::anchors::simulated;
use crate::pki::chain::{self, Rules, dated, unsigned};
use crate::pki::named::Anchor;
use crate::pki::{Cert, KeyKind, SignatureAlgorithm, pem_certificates};
use crate::span::Span;
use crate::time::{UnixTime, Validity};

/// The evidence id under which the quote is shown.
pub(super) const QUOTE: &str = "quote";

const PCK_CA_NAMES: [&str; 2] = ["Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA"];
pub(super) const PCK_NAME: &str = "Intel SGX PCK Certificate";

/// The most certificates that are looked at; more than three are refused anyway.
const CHAIN_LEN: usize = 3;

/// What all of Intel's certificates have in common.
static RULES: Rules = Rules {
    key: |kind| *kind == KeyKind::P256,
    algorithm: Some(SignatureAlgorithm::Ecdsa(Hash::Sha256)),
    signs_documents: false,
};

/// The certificates of a chain of the right length, not believed.
#[derive(Clone, Debug)]
pub(super) struct PckChain<'c> {
    pub(super) leaf: Cert<'c>,
    pub(super) ca: Cert<'c>,
    pub(super) root: Cert<'c>,
}

/// T4 and T5: the three certificates in DER, or why they are not to be had.
pub(super) fn certificates(
    quote: &Quote<'_>,
    collateral: &Collateral,
) -> (Vec<Finding>, Result<Vec<Vec<u8>>, Why>) {
    let certification = &quote.certification;
    let at = |finding: Finding| {
        let span = certification.span;
        finding.actual(Value::number(certification.kind)).within(QUOTE, span)
    };
    let (finding, ders) = match (certification.kind, &collateral.pck_chain) {
        (PCK_CHAIN, _) => {
            (Finding::pass(&checks::DCAP_CERTIFICATION), Ok(pem_chain(certification.data)))
        }
        (_, Some(chain)) => (Finding::pass(&checks::DCAP_CERTIFICATION), Ok(Ok(chain.clone()))),
        (1..=4, None) => {
            (Finding::unknown(&checks::DCAP_CERTIFICATION, Why::NotFetched), Err(Why::NotFetched))
        }
        _ => (
            Finding::unknown(&checks::DCAP_CERTIFICATION, Why::NotSupported),
            Err(Why::Blocked { by: &checks::DCAP_CERTIFICATION }),
        ),
    };
    let mut findings = vec![at(finding.expected(Value::number(PCK_CHAIN)))];
    let check = &checks::DCAP_PCK_CHAIN;
    let blocked = Why::Blocked { by: check };
    let (finding, ders) = match ders {
        Err(why) => (Finding::unknown(check, why), Err(why)),
        Ok(Err(why)) => (Finding::fail(check, "malformed").actual(why), Err(blocked)),
        Ok(Ok(ders)) => {
            let len = Value::text(format!("{} certificates", ders.len()));
            let finding = Finding::test(check, ders.len() == CHAIN_LEN, "wrong-length")
                .expected("3 certificates")
                .actual(len);
            let ders = if finding.passed() { Ok(ders) } else { Err(blocked) };
            (finding, ders)
        }
    };
    let span = certification.span;
    findings.push(finding.within(QUOTE, span));
    (findings, ders)
}

/// The chain in the quote: PEM with nothing but line ends and zeros after it.
pub(super) fn pem_chain(data: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let end = data.iter().rposition(|&byte| byte != 0);
    let text = data.get(..=end.unwrap_or_default()).unwrap_or_default();
    pem_certificates("PCK certificate chain", text).map_err(|error| error.to_string())
}

impl<'c> PckChain<'c> {
    /// The three certificates, parsed.
    pub(super) fn parse(ders: &'c [Vec<u8>]) -> Option<Self> {
        let [leaf, ca, root] = ders else { return None };
        let parse = |der: &'c [u8]| Cert::parse("PCK certificate chain", der).ok();
        Some(Self { leaf: parse(leaf)?, ca: parse(ca)?, root: parse(root)? })
    }
}

/// T6, T7, T8 and T11; also what the PCK certificate says about its platform.
pub(super) fn examine(
    chain: Result<&PckChain<'_>, Why>,
    anchor: &Anchor<'_>,
    now: UnixTime,
) -> (Vec<Finding>, Result<PckExtension, Why>) {
    let root = &anchor.cert;
    let mut findings = vec![validity(&checks::DCAP_ROOT_VALIDITY, root.validity(), now)];
    let chain = match chain {
        Ok(chain) => chain,
        Err(why) => {
            findings.extend(checks::CHAIN.map(|check| Finding::unknown(check, why)));
            return (findings, Err(why));
        }
    };
    findings.extend([
        anchor.told(pinned(&chain.root, root)),
        ca_role(&chain.ca),
        signed_by(&checks::DCAP_PCK_CA_SIGNATURE, &chain.ca, root),
        validity(&checks::DCAP_PCK_CA_VALIDITY, chain.ca.validity(), now),
        leaf_role(&checks::DCAP_PCK_ROLE, &chain.leaf, PCK_NAME),
        signed_by(&checks::DCAP_PCK_SIGNATURE, &chain.leaf, &chain.ca),
        validity(&checks::DCAP_PCK_VALIDITY, chain.leaf.validity(), now),
    ]);
    let check = &checks::DCAP_PCK_EXTENSION;
    let extension = PckExtension::of(&chain.leaf);
    findings.push(match &extension {
        Ok(extension) => {
            Finding::pass(check).actual(format!("FMSPC {}", hex::encode_upper(extension.fmspc)))
        }
        Err(error) => Finding::fail(check, "malformed").actual(error.to_string()),
    });
    (findings, extension.map_err(|_| Why::Blocked { by: check }))
}

fn pinned(supplied: &Cert<'_>, root: &Cert<'_>) -> Finding {
    let reason = chain::other_root(supplied, root, simulated::INTEL.root);
    Finding::unless(&checks::DCAP_ROOT_PINNED, reason)
        .expected(Value::hex(root.fingerprint().0))
        .actual(Value::hex(supplied.fingerprint().0))
}

fn ca_role(ca: &Cert<'_>) -> Finding {
    let name = ca.common_name().unwrap_or("no name");
    let is_named = PCK_CA_NAMES.contains(&name);
    let reason = if is_named { RULES.misfit(ca, 1) } else { Some("wrong-name") };
    Finding::unless(&checks::DCAP_PCK_CA_ROLE, reason)
        .expected(PCK_CA_NAMES.join(" or "))
        .actual(name)
}

/// The role of a certificate that signs no others: its name decides what it may sign.
pub(super) fn leaf_role(check: &'static Check, cert: &Cert<'_>, name: &'static str) -> Finding {
    Finding::unless(check, leaf_reason(cert, name))
        .expected(name)
        .actual(cert.common_name().unwrap_or("no name"))
}

pub(super) fn leaf_reason(cert: &Cert<'_>, name: &str) -> Option<&'static str> {
    let is_named = cert.common_name() == Some(name);
    if is_named { RULES.misfit(cert, 0) } else { Some("wrong-name") }
}

fn signed_by(check: &'static Check, cert: &Cert<'_>, issuer: &Cert<'_>) -> Finding {
    Finding::unless(check, unsigned(cert, issuer)).expected(issuer.subject()).actual(cert.issuer())
}

pub(super) fn validity(check: &'static Check, validity: Validity, now: UnixTime) -> Finding {
    dated(check, validity, now, "expired")
}

/// Shows a place in the quote.
pub(super) fn at(finding: Finding, span: Span) -> Finding {
    finding.within(QUOTE, span)
}

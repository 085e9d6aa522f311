//! SGX and TDX: from Intel's root key to the quote, and what Intel says about the firmware (steps
//! T4 to T28).

mod chain;
mod choice;
mod crl;
mod level;
mod qe;
mod signed;
mod standing;
mod tcb;

use super::checks;
use super::parse::Quote;
use super::parse::collateral::{Collateral, PckExtension};
use crate::finding::{Check, Examined, Finding, Outcome, Promise, Why};
use crate::pki::named::{Anchor, Anchors};
use crate::time::UnixTime;

pub(crate) use choice::choose;
pub use level::{Shortfall, TcbComponent};
pub use standing::{Advisory, Standing, TcbSource, TcbStanding};

/// A quote whose signature leads to the pinned Intel root, or to one that the policy names.
///
/// Shown: the root signed the PCK authority, that authority signed the platform's PCK key,
/// that key signed the report of a quoting enclave, that report names the attestation key, and
/// that key signed these quote bytes.
///
/// Not shown: that the certificates are valid at the asked time and that none is revoked (findings
/// of their own); that the quoting enclave is Intel's, which takes Intel's QE identity and is
/// shown only when [`VerifiedQuote::tcb`] is there; and anything about the values.
#[derive(Clone, Debug)]
pub struct VerifiedQuote<'a> {
    quote: Quote<'a>,
    extension: PckExtension,
    tcb: Result<TcbStanding, &'static Check>,
}

impl<'a> VerifiedQuote<'a> {
    /// The quote.
    pub const fn quote(&self) -> &Quote<'a> {
        &self.quote
    }

    /// What the PCK certificate says about the platform.
    pub const fn platform(&self) -> &PckExtension {
        &self.extension
    }

    /// Family, model, stepping, platform type and custom SKU.
    pub const fn fmspc(&self) -> &[u8; 6] {
        &self.extension.fmspc
    }

    /// The id of the provisioning certification enclave.
    pub const fn pce_id(&self) -> &[u8; 2] {
        &self.extension.pce_id
    }

    /// The platform provisioning id.
    pub const fn ppid(&self) -> &[u8; 16] {
        &self.extension.ppid
    }

    /// The platform instance, from the Platform CA only.
    pub const fn platform_instance_id(&self) -> Option<&[u8; 16]> {
        self.extension.platform_instance_id.as_ref()
    }

    /// What Intel's signed collateral says about the platform, the TDX module and the quoting
    /// enclave. `None` when any part of it is missing, not Intel's, for another platform, signed
    /// by a revoked key, or has no level for this platform.
    pub const fn tcb(&self) -> Option<&TcbStanding> {
        match &self.tcb {
            Ok(standing) => Some(standing),
            Err(_) => None,
        }
    }

    /// The same, or the check that keeps Intel's word from counting.
    pub(crate) fn standing(&self) -> Result<&TcbStanding, &'static Check> {
        self.tcb.as_ref().map_err(|check| *check)
    }
}

/// Runs steps T4 to T28 for the moment `now`.
pub fn verify<'a, 'r>(
    quote: &Quote<'a>,
    collateral: &Collateral,
    roots: impl Into<Anchors<'r>>,
    now: UnixTime,
) -> Examined<VerifiedQuote<'a>> {
    let (mut findings, ders) = chain::certificates(quote, collateral);
    let parsed = match &ders {
        Ok(ders) => {
            chain::PckChain::parse(ders).ok_or(Why::Blocked { by: &checks::DCAP_PCK_CHAIN })
        }
        Err(why) => Err(*why),
    };
    if ders.is_ok() && parsed.is_err() {
        let malformed = Finding::fail(&checks::DCAP_PCK_CHAIN, "malformed");
        findings.retain(|finding| finding.check != malformed.check);
        findings.push(malformed);
    }
    let chain = parsed.as_ref().map_err(|why| *why);
    let below = chain.ok().map(|chain| &chain.ca);
    let (extension, standing) = match roots.into().intel().above(below) {
        Some(root) => {
            let subject = Subject { quote, collateral, root: &root, now };
            subject.examine(chain, &mut findings)
        }
        None => (Err(Why::NotSupported), Err(&checks::DCAP_ROOT_PINNED)),
    };
    let verified = extension.ok().and_then(|extension| {
        let quote = quote.clone();
        PROMISE.keep(&findings, || VerifiedQuote { quote, extension, tcb: standing })
    });
    Examined { findings, verified }
}

/// What is examined, and under which root and moment.
struct Subject<'s, 'a> {
    quote: &'s Quote<'a>,
    collateral: &'s Collateral,
    root: &'s Anchor<'s>,
    now: UnixTime,
}

impl Subject<'_, '_> {
    fn examine(
        &self,
        chain: Result<&chain::PckChain<'_>, Why>,
        findings: &mut Vec<Finding>,
    ) -> (Result<PckExtension, Why>, Result<TcbStanding, &'static Check>) {
        let Self { quote, collateral, root: anchor, now } = *self;
        let root = &anchor.cert;
        let (found, extension) = chain::examine(chain, anchor, now);
        findings.extend(found);
        findings.extend(crl::root(collateral, chain, root, now));
        findings.extend(crl::pck(collateral, chain, now));
        let platform = extension.as_ref().map_err(|why| *why);
        let tcb_info = collateral.tcb_info.as_ref();
        let (found, info) = signed::tcb_info(tcb_info, quote.tee, platform, root, now);
        findings.extend(found);
        let qe_identity = collateral.qe_identity.as_ref();
        let (found, identity) = signed::qe_identity(qe_identity, quote.tee, root, now);
        findings.extend(found);
        findings.extend(qe::signatures(quote, chain));
        let identity = identity.as_ref().map_err(|why| *why);
        let (found, qe) = qe::identity(quote, identity);
        findings.extend(found);
        let info = info.as_ref().map_err(|why| *why);
        let (found, standing) = match (info, platform) {
            (Ok(info), Ok(extension)) => {
                tcb::examine(quote, standing::Statements { info, extension, identity, qe })
            }
            (Err(why), _) | (_, Err(why)) => (tcb::undecided(quote, why), None),
        };
        findings.extend(found);
        let revoked = findings.iter().any(|finding| {
            finding.check == &checks::DCAP_ROOT_CRL_REVOCATION
                && matches!(finding.outcome, Outcome::Fail(_))
        });
        let standing = match standing {
            Some(_) if revoked => Err(&checks::DCAP_ROOT_CRL_REVOCATION),
            Some(standing) => Ok(standing),
            None => Err(&checks::DCAP_TCB_STATUS),
        };
        (extension, standing)
    }
}

/// What [`VerifiedQuote`] promises. Validity is a finding of its own, so that an expired chain can
/// still be read; so is whose the quoting enclave is, which takes collateral.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::DCAP_CERTIFICATION,
        &checks::DCAP_PCK_CHAIN,
        &checks::DCAP_ROOT_PINNED,
        &checks::DCAP_PCK_CA_ROLE,
        &checks::DCAP_PCK_CA_SIGNATURE,
        &checks::DCAP_PCK_ROLE,
        &checks::DCAP_PCK_SIGNATURE,
        &checks::DCAP_PCK_EXTENSION,
        &checks::DCAP_QE_SIGNATURE,
        &checks::DCAP_QE_BINDING,
        &checks::DCAP_QE_PADDING,
        &checks::DCAP_QUOTE_SIGNATURE,
    ],
    where_it_applies: &[],
};

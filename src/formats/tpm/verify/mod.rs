//! A virtual TPM: from Google's root key to the registers that a quote names.

mod chain;
mod quote;

use std::collections::BTreeMap;

use super::checks;
use super::parse::{Attestation, Public};
use crate::digest::{Sha256, Sha384};
use crate::finding::{Examined, Finding, Promise, Why};
use crate::formats::eventlog::parse::Algorithm;
use crate::formats::eventlog::verify::Registers;
use crate::gather;
use crate::pki::Cert;
use crate::pki::named::Anchors;
use crate::time::UnixTime;

/// The evidence id of an attestation.
pub(crate) const ATTESTATION: &str = "tpm-attestation";

/// Quotes whose signatures lead to a pinned root of the provider.
///
/// Shown: the pinned root vouches, through intermediates, for the attestation key; that key is a
/// restricted signing key of one TPM; it signed every quote; the registers are those that the
/// quotes name, all of one boot and with one extra datum. Not shown: that the certificates are
/// valid at the asked time or not revoked (findings of their own), and that the TPM tells the
/// truth: the provider runs it.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedTpm {
    extra_data: Vec<u8>,
    spki: Vec<u8>,
    subject: String,
    sha256: BTreeMap<u8, Sha256>,
    sha384: BTreeMap<u8, Sha384>,
    reset_count: u32,
    restart_count: u32,
    firmware_version: u64,
}

impl VerifiedTpm {
    /// qualifyingData: what the caller asked to be signed along.
    pub(crate) fn extra_data(&self) -> &[u8] {
        &self.extra_data
    }

    /// The attestation key, SubjectPublicKeyInfo in DER.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The subject of the attestation key's certificate: the provider names machine, project and
    /// zone there.
    pub(crate) fn subject(&self) -> &str {
        &self.subject
    }

    /// The SHA-256 registers whose numbers `which` accepts.
    pub(crate) fn registers(&self, which: impl Fn(u8) -> bool) -> Registers {
        let own = self.sha256.iter().filter(|(number, _)| which(**number));
        Registers::PcrSha256(gather::map(own.map(|(number, value)| (*number, *value))))
    }

    /// The SHA-256 bank by number.
    pub(crate) const fn sha256(&self) -> &BTreeMap<u8, Sha256> {
        &self.sha256
    }

    /// The SHA-384 bank by number.
    pub(crate) const fn sha384(&self) -> &BTreeMap<u8, Sha384> {
        &self.sha384
    }

    /// How often the TPM was reset, and restarted since.
    pub(crate) const fn boots(&self) -> (u32, u32) {
        (self.reset_count, self.restart_count)
    }

    /// The version that the provider gives the TPM's firmware.
    pub(crate) const fn firmware_version(&self) -> u64 {
        self.firmware_version
    }
}

/// Verifies the certificates, the key and every quote for the moment `now`. `supplied` are
/// certificates that came beside the attestation.
pub(crate) fn verify(
    attestation: &Attestation<'_>,
    supplied: &[&[u8]],
    roots: Anchors<'_>,
    now: UnixTime,
) -> Examined<VerifiedTpm> {
    if attestation.ak_cert.is_empty() {
        let missing = Finding::unknown(&checks::TPM_KEY, Why::NotPublished);
        return stopped(missing);
    }
    let cert = match Cert::parse("attestation key certificate", attestation.ak_cert) {
        Ok(cert) => cert,
        Err(error) => {
            let text = error.to_string();
            return stopped(Finding::fail(&checks::TPM_KEY, error.code()).actual(text.as_str()));
        }
    };
    let public = match Public::parse(attestation.ak.0) {
        Ok(public) => public,
        Err(error) => {
            let text = error.to_string();
            return stopped(Finding::fail(&checks::TPM_KEY, error.code()).actual(text.as_str()));
        }
    };
    let mut findings = chain::verify(&cert, attestation, supplied, roots, now);
    findings.push(chain::key(&cert, &public, attestation.ak.1));
    let (found, quotes) = quote::verify(attestation, &public);
    findings.extend(found);
    let kept = PROMISE.keep(&findings, || quotes.first()).flatten();
    let verified = kept.map(|first| {
        let mut verified = VerifiedTpm {
            extra_data: first.extra_data.to_vec(),
            spki: cert.spki().to_vec(),
            subject: cert.subject(),
            sha256: BTreeMap::new(),
            sha384: BTreeMap::new(),
            reset_count: first.reset_count,
            restart_count: first.restart_count,
            firmware_version: first.firmware_version,
        };
        for quote in &attestation.quotes {
            for (number, value) in &quote.bank.registers {
                match quote.bank.algorithm {
                    Algorithm::SHA256 => {
                        verified.sha256.extend((*value).try_into().map(|v| (*number, Sha256(v))));
                    }
                    Algorithm::SHA384 => {
                        verified.sha384.extend((*value).try_into().map(|v| (*number, Sha384(v))));
                    }
                    _ => {}
                }
            }
        }
        verified
    });
    Examined { findings, verified }
}

/// One finding, and every other check blocked by it.
fn stopped(finding: Finding) -> Examined<VerifiedTpm> {
    let by = finding.check;
    let others = checks::CHAIN.iter().chain(&checks::QUOTE).filter(|check| **check != by);
    let mut findings: Vec<Finding> = others.map(|check| Finding::blocked(check, by)).collect();
    findings.insert(0, finding);
    Examined { findings, verified: None }
}

/// What [`VerifiedTpm`] promises. Validity is a finding of its own, so that an expired chain can
/// still be read.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::TPM_ROOT,
        &checks::TPM_CHAIN_ROLE,
        &checks::TPM_CHAIN_SIGNATURE,
        &checks::TPM_KEY,
        &checks::TPM_QUOTE_FORM,
        &checks::TPM_QUOTE_SIGNER,
        &checks::TPM_QUOTE_SIGNATURE,
        &checks::TPM_QUOTE_REGISTERS,
        &checks::TPM_QUOTE_AGREEMENT,
    ],
    where_it_applies: &[],
};

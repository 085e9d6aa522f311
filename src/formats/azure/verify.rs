//! An Azure confidential VM: from the processor's report to the registers that the virtual TPM's
//! quote names.

use super::checks;
use super::parse::{Evidence, HclReport, RsaKey};
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::digest::Sha256;
use crate::finding::{Check, Examined, Finding, Promise, Value};
use crate::formats::eventlog;
use crate::formats::snp::parse::{Report, place};
use crate::formats::snp::verify::VerifiedSnp;
use crate::formats::tpm::parse::Attest;
use crate::pki::rsa_public_key;

/// The evidence id of the paravisor's report.
pub(crate) const HCL_REPORT: &str = "hcl-report";

/// The evidence id of the quote.
pub(crate) const QUOTE: &str = "tpm-quote";

/// How many registers the quote has to name: all of the TPM's.
const REGISTERS: u8 = 24;

/// A quote of the TPM whose key the processor's report names.
///
/// Shown: AMD vouches for the report; software at VMPL 0 asked for it, and put the hash of the
/// runtime data there; the key in that data signed the quote; the registers are those that the
/// quote names. Not shown: that the paravisor at VMPL 0 is Microsoft's (its measurement is a
/// finding of its own), and that it keeps the key to its TPM: nothing but the paravisor says so.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedAzure<'a> {
    hcl: HclReport<'a>,
    extra_data: Vec<u8>,
    registers: Vec<[u8; 32]>,
    boots: (u32, u32),
}

impl<'a> VerifiedAzure<'a> {
    /// The paravisor's report.
    pub(crate) const fn hcl(&self) -> &HclReport<'a> {
        &self.hcl
    }

    /// What the caller asked to be signed along (qualifyingData).
    pub(crate) fn extra_data(&self) -> &[u8] {
        &self.extra_data
    }

    /// The SHA-256 registers, from register 0 on.
    pub(crate) fn registers(&self) -> &[[u8; 32]] {
        &self.registers
    }

    /// How often the TPM was reset, and restarted since.
    pub(crate) const fn boots(&self) -> (u32, u32) {
        self.boots
    }
}

/// What [`VerifiedAzure`] promises.
const PROMISE: Promise = Promise {
    holds: &[
        &checks::AZURE_RUNTIME_DATA,
        &checks::AZURE_VMPL,
        &checks::AZURE_KEY,
        &checks::AZURE_QUOTE_FORM,
        &checks::AZURE_QUOTE_SIGNATURE,
        &checks::AZURE_QUOTE_REGISTERS,
    ],
    where_it_applies: &[],
};

/// Verifies the runtime data against the processor's report, and the quote against the key in it.
/// `snp` is the verified report of `hcl`, or else the check that is to blame.
pub(crate) fn verify<'a>(
    evidence: &Evidence,
    hcl: &HclReport<'a>,
    snp: Result<&VerifiedSnp<'_>, &'static Check>,
) -> Examined<VerifiedAzure<'a>> {
    let bound = match snp {
        Ok(verified) => vec![runtime_data(hcl, verified.report()), vmpl(verified.report())],
        Err(by) => vec![
            Finding::blocked(&checks::AZURE_RUNTIME_DATA, by),
            Finding::blocked(&checks::AZURE_VMPL, by),
        ],
    };
    let (key, found) = key(hcl);
    let attest = Attest::parse(&evidence.quote);
    let mut findings = [bound, vec![found]].concat();
    findings.push(match &attest {
        Ok(_) => Finding::pass(&checks::AZURE_QUOTE_FORM),
        Err(error) => Finding::fail(&checks::AZURE_QUOTE_FORM, error.code())
            .actual(error.to_string().as_str()),
    });
    findings.push(match key {
        Some(key) => signature(evidence, &key),
        None => Finding::blocked(&checks::AZURE_QUOTE_SIGNATURE, &checks::AZURE_KEY),
    });
    findings.push(match &attest {
        Ok(attest) => registers(evidence, attest),
        Err(_) => Finding::blocked(&checks::AZURE_QUOTE_REGISTERS, &checks::AZURE_QUOTE_FORM),
    });
    let verified = attest.ok().and_then(|attest| {
        PROMISE.keep(&findings, || VerifiedAzure {
            hcl: hcl.clone(),
            extra_data: attest.extra_data.to_vec(),
            registers: evidence.registers.clone(),
            boots: (attest.reset_count, attest.restart_count),
        })
    });
    Examined { findings, verified }
}

/// REPORT_DATA is SHA-256 of the runtime data as it stands there, and 32 zeros.
fn runtime_data(hcl: &HclReport<'_>, report: &Report<'_>) -> Finding {
    let (data, at) = hcl.runtime;
    let expected = [Sha256::of(data).0, [0; 32]].concat();
    Finding::equal(&checks::AZURE_RUNTIME_DATA, &expected, &report.report_data)
        .within(HCL_REPORT, at)
}

/// At another level the guest itself could have had any runtime data signed.
fn vmpl(report: &Report<'_>) -> Finding {
    Finding::test(&checks::AZURE_VMPL, report.vmpl == 0, "not-equal")
        .expected(Value::number(0_u32))
        .actual(Value::number(report.vmpl))
        .within(place::REPORT, place::VMPL)
}

/// The one attestation key: RSA, 2048 bits or more, with the exponent 65537.
fn key(hcl: &HclReport<'_>) -> (Option<RsaKey>, Finding) {
    const SHORTEST: usize = 256;
    let check = &checks::AZURE_KEY;
    let at = hcl.runtime.1;
    let keys = hcl.said.attestation_keys();
    let (key, finding) = match keys.as_slice() {
        [Some(key)]
            if key.modulus.len() >= SHORTEST
                && key.modulus.first() != Some(&0)
                && key.exponent == [1, 0, 1] =>
        {
            let modulus = Sha256::of(&key.modulus);
            (Some(key.clone()), Finding::pass(check).actual(Value::hex(modulus.0)))
        }
        [_] => (None, Finding::fail(check, "wrong-key")),
        _ => (None, Finding::fail(check, "not-exactly-one")),
    };
    (key, finding.within(HCL_REPORT, at))
}

/// RSASSA-PKCS1-v1_5 with SHA-256 over the quote as received.
fn signature(evidence: &Evidence, key: &RsaKey) -> Finding {
    let message = Message::Bytes(&evidence.quote);
    let holds = rsa_public_key(&key.modulus, &key.exponent).is_some_and(|key| {
        let signature = Signature::Octets(&evidence.signature);
        crypto::verify(Algorithm::RsaPkcs1(Hash::Sha256), &key, message, signature).is_ok()
    });
    Finding::test(&checks::AZURE_QUOTE_SIGNATURE, holds, "bad-signature").at(
        QUOTE,
        0,
        evidence.quote.len(),
    )
}

/// The quote is about all SHA-256 registers, and the values beside it are those.
fn registers(evidence: &Evidence, attest: &Attest<'_>) -> Finding {
    let check = &checks::AZURE_QUOTE_REGISTERS;
    if attest.bank != eventlog::parse::Algorithm::SHA256 {
        return Finding::fail(check, "another-bank").actual(attest.bank.to_string());
    }
    let all = (0..REGISTERS).eq(attest.selection.iter().copied());
    if !all || evidence.registers.len() != usize::from(REGISTERS) {
        return Finding::fail(check, "another-selection");
    }
    let digest = Sha256::of(evidence.registers.as_flattened());
    Finding::equal(check, attest.pcr_digest, &digest.0)
}

//! An Azure confidential VM: from the processor's word to the registers that the virtual TPM's
//! quote names.

mod certificate;

use super::checks;
use super::parse::{Evidence, Hardware, HclReport, RsaKey};
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::digest::Sha256;
use crate::finding::{Check, Examined, Finding, Promise, Value, Why};
use crate::formats::eventlog;
use crate::formats::intel::parse::Quote;
use crate::formats::intel::verify::VerifiedQuote;
use crate::formats::snp::parse::{Report, place};
use crate::formats::snp::verify::VerifiedSnp;
use crate::formats::tpm::parse::Attest;
use crate::pki::named::Anchors;
use crate::pki::rsa_public_key;
use crate::span::Span;
use crate::time::UnixTime;

/// The evidence id of the paravisor's report.
pub(crate) const HCL_REPORT: &str = "hcl-report";

/// The evidence id of the quote.
pub(crate) const QUOTE: &str = "tpm-quote";

/// Length of a TDREPORT_STRUCT.
const TD_REPORT: usize = 1024;

/// How many registers the quote has to name: all of the TPM's.
const REGISTERS: u8 = 24;

/// A quote of the TPM whose key the processor's report or quote names.
///
/// Shown: AMD vouches for the report, or Intel for the quote; the hash of the runtime data is in
/// it; on SEV-SNP, software at VMPL 0 asked for it; the key in that data signed the TPM's quote;
/// the registers are those that the TPM's quote names. Not shown: that the software which asked
/// is Microsoft's paravisor (its measurement is a finding of its own), and that it keeps the key
/// to its TPM: nothing but the paravisor says so.
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

/// What [`VerifiedAzure`] promises on SEV-SNP.
const ON_SNP: Promise = Promise {
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

/// The same on TDX, where a quote does not say who asked for it.
const ON_TDX: Promise = Promise {
    holds: &[
        &checks::AZURE_RUNTIME_DATA,
        &checks::AZURE_TD_REPORT,
        &checks::AZURE_KEY,
        &checks::AZURE_QUOTE_FORM,
        &checks::AZURE_QUOTE_SIGNATURE,
        &checks::AZURE_QUOTE_REGISTERS,
    ],
    where_it_applies: &[],
};

/// The processor's verified word, or the check that is to blame.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verified<'v, 'a> {
    /// The verified report of the paravisor's report.
    Snp(Result<&'v VerifiedSnp<'a>, &'static Check>),
    /// The verified quote beside it.
    Tdx(Result<&'v VerifiedQuote<'a>, &'static Check>),
}

/// Verifies the runtime data against the processor's word, and the quote against the key in it.
pub(crate) fn verify<'a>(
    evidence: &Evidence,
    hcl: &HclReport<'a>,
    processor: Verified<'_, '_>,
    roots: Anchors<'_>,
    now: UnixTime,
) -> Examined<VerifiedAzure<'a>> {
    let bound = bound(hcl, processor);
    let (key, found) = key(hcl);
    let attest = Attest::parse(&evidence.quote);
    let mut findings = [bound, vec![found]].concat();
    findings.push(match &attest {
        Ok(_) => Finding::pass(&checks::AZURE_QUOTE_FORM),
        Err(error) => Finding::fail(&checks::AZURE_QUOTE_FORM, error.code())
            .actual(error.to_string().as_str()),
    });
    findings.push(match &key {
        Some(key) => signature(evidence, key),
        None => Finding::blocked(&checks::AZURE_QUOTE_SIGNATURE, &checks::AZURE_KEY),
    });
    findings.push(match &attest {
        Ok(attest) => registers(evidence, attest),
        Err(_) => Finding::blocked(&checks::AZURE_QUOTE_REGISTERS, &checks::AZURE_QUOTE_FORM),
    });
    findings.extend(certificate::examine(&evidence.certificates, key.as_ref(), roots, now));
    let promise = match processor {
        Verified::Snp(_) => &ON_SNP,
        Verified::Tdx(_) => &ON_TDX,
    };
    let verified = attest.ok().and_then(|attest| {
        promise.keep(&findings, || VerifiedAzure {
            hcl: hcl.clone(),
            extra_data: attest.extra_data.to_vec(),
            registers: evidence.registers.clone(),
            boots: (attest.reset_count, attest.restart_count),
        })
    });
    Examined { findings, verified }
}

/// What ties the runtime data to the processor, and on SEV-SNP who asked the processor.
fn bound(hcl: &HclReport<'_>, processor: Verified<'_, '_>) -> Vec<Finding> {
    let blocked = |own: [&'static Check; 2], by| {
        own.into_iter().map(|check| Finding::blocked(check, by)).collect()
    };
    match processor {
        Verified::Snp(Ok(snp)) => {
            vec![runtime_data(hcl, &snp.report().report_data), vmpl(snp.report())]
        }
        Verified::Snp(Err(by)) => blocked([&checks::AZURE_RUNTIME_DATA, &checks::AZURE_VMPL], by),
        Verified::Tdx(Ok(verified)) => {
            let quote = verified.quote();
            vec![runtime_data(hcl, quote.body.report_data()), td_report(hcl, quote)]
        }
        Verified::Tdx(Err(by)) => {
            blocked([&checks::AZURE_RUNTIME_DATA, &checks::AZURE_TD_REPORT], by)
        }
    }
}

/// REPORT_DATA is SHA-256 of the runtime data as it stands there, and 32 zeros.
fn runtime_data(hcl: &HclReport<'_>, report_data: &[u8; 64]) -> Finding {
    let (data, at) = hcl.runtime;
    let expected = [Sha256::of(data).0, [0; 32]].concat();
    Finding::equal(&checks::AZURE_RUNTIME_DATA, &expected, report_data).within(HCL_REPORT, at)
}

/// At another level the guest itself could have had any runtime data signed.
fn vmpl(report: &Report<'_>) -> Finding {
    Finding::test(&checks::AZURE_VMPL, report.vmpl == 0, "not-equal")
        .expected(Value::number(0_u32))
        .actual(Value::number(report.vmpl))
        .within(place::REPORT, place::VMPL)
}

/// The TD report that the paravisor kept says what the quote says: a quote's body is
/// TEE_TCB_INFO, TDINFO and REPORTDATA, one after the other. The quote is what counts.
fn td_report(hcl: &HclReport<'_>, quote: &Quote<'_>) -> Finding {
    let check = &checks::AZURE_TD_REPORT;
    let kept = match hcl.hardware {
        Hardware::Tdx(kept) => [kept.module, kept.guest, kept.report_data].concat(),
        Hardware::Snp(_) => return Finding::unknown(check, Why::NotApplicable),
    };
    let quoted = quote.body_span.of(quote.bytes).and_then(|body| body.get(..kept.len()));
    let at = Span::new(HclReport::HARDWARE_AT, TD_REPORT);
    Finding::test(check, quoted == Some(kept.as_slice()), "not-equal").within(HCL_REPORT, at)
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

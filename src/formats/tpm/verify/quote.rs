//! The quotes: form, signature, registers, and whether they belong together.

use crate::crypto::{self, Algorithm, Hash, Message};
use crate::finding::{Finding, Value, Why};
use crate::formats::eventlog;
use crate::formats::tpm::checks;
use crate::formats::tpm::parse::{Attest, Attestation, Key, Public, Quote, Scheme, Signature};
use crate::sorted::Sorted as _;

use super::ATTESTATION;

/// The findings about every quote, and what the TPM signed where its form could be read.
pub(super) fn verify<'a>(
    attestation: &Attestation<'a>,
    public: &Public,
) -> (Vec<Finding>, Vec<Attest<'a>>) {
    let quotes = &attestation.quotes;
    if quotes.is_empty() {
        let by = &checks::TPM_QUOTE_FORM;
        let rest = [
            &checks::TPM_QUOTE_SIGNER,
            &checks::TPM_QUOTE_SIGNATURE,
            &checks::TPM_QUOTE_REGISTERS,
            &checks::TPM_QUOTE_AGREEMENT,
        ];
        let mut findings = vec![Finding::unknown(by, Why::NotPublished)];
        findings.extend(rest.map(|check| Finding::blocked(check, by)));
        return (findings, Vec::new());
    }
    let mut forms = Vec::new();
    let mut signatures = Vec::new();
    let mut signers = Vec::new();
    let mut registers = Vec::new();
    let mut read = Vec::new();
    for quote in quotes {
        let at = quote.attest.1;
        let placed = |finding: Finding| finding.part(bank(quote)).within(ATTESTATION, at);
        signatures.push(placed(signature(quote, public)));
        match Attest::parse(quote.attest.0) {
            Ok(attest) => {
                forms.push(placed(Finding::pass(&checks::TPM_QUOTE_FORM)));
                signers.push(placed(signer(&attest, attestation.ak.0, public)));
                registers.push(placed(values(quote, &attest, public)));
                read.push(attest);
            }
            Err(error) => {
                let check = &checks::TPM_QUOTE_FORM;
                let text = error.to_string();
                forms.push(placed(Finding::fail(check, error.code()).actual(text.as_str())));
                signers.push(placed(Finding::blocked(&checks::TPM_QUOTE_SIGNER, check)));
                registers.push(placed(Finding::blocked(&checks::TPM_QUOTE_REGISTERS, check)));
            }
        }
    }
    let agreement = agreement(&read, quotes.len());
    let findings = [forms, signers, signatures, registers, vec![agreement]].concat();
    (findings, read)
}

fn bank(quote: &Quote<'_>) -> String {
    quote.bank.algorithm.to_string().to_lowercase()
}

fn hash(algorithm: eventlog::parse::Algorithm) -> Option<Hash> {
    match algorithm {
        eventlog::parse::Algorithm::SHA256 => Some(Hash::Sha256),
        eventlog::parse::Algorithm::SHA384 => Some(Hash::Sha384),
        eventlog::parse::Algorithm::SHA512 => Some(Hash::Sha512),
        _ => None,
    }
}

/// Whether the TPM names this key, with these attributes, as the one that signed. Nothing else
/// vouches for the attributes: the certificate is about the key alone.
fn signer(attest: &Attest<'_>, ak: &[u8], public: &Public) -> Finding {
    /// TPM_RH_OWNER, TPM_RH_ENDORSEMENT and TPM_RH_PLATFORM.
    const HIERARCHIES: [u32; 3] = [0x4000_0001, 0x4000_000b, 0x4000_000c];
    let check = &checks::TPM_QUOTE_SIGNER;
    let Some(hash) = hash(public.name_algorithm) else { return Finding::fail(check, "algorithm") };
    let named =
        |data: &[u8]| [&public.name_algorithm.0.to_be_bytes()[..], &hash.digest(data)].concat();
    let name = named(ak);
    let holds = HIERARCHIES.iter().any(|hierarchy| {
        named(&[&hierarchy.to_be_bytes()[..], &name].concat()) == attest.qualified_signer
    });
    Finding::test(check, holds, "another-key").actual(Value::hex(attest.qualified_signer))
}

fn signature(quote: &Quote<'_>, public: &Public) -> Finding {
    let check = &checks::TPM_QUOTE_SIGNATURE;
    let parsed = match Signature::parse(quote.signature) {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = error.to_string();
            return Finding::fail(check, error.code()).actual(text.as_str());
        }
    };
    let named = (parsed.scheme, parsed.hash);
    let (Some(hash), true) = (hash(parsed.hash), named == (public.scheme, public.hash)) else {
        return Finding::fail(check, "algorithm").actual(parsed.hash.to_string());
    };
    Finding::test(check, holds(quote.attest.0, &parsed, public, hash), "bad-signature")
}

fn holds(signed: &[u8], signature: &Signature, public: &Public, hash: Hash) -> bool {
    let message = Message::Bytes(signed);
    match (&public.key, signature.parts.as_slice()) {
        (Key::Rsa { modulus, exponent }, [number]) => {
            let algorithm = match signature.scheme {
                Scheme::RsaPkcs1 => Algorithm::RsaPkcs1(hash),
                Scheme::RsaPss => Algorithm::RsaPss(hash),
                Scheme::Ecdsa => return false,
            };
            crate::pki::rsa_public_key(modulus, exponent).is_some_and(|key| {
                let octets = crypto::Signature::Octets(number);
                crypto::verify(algorithm, &key, message, octets).is_ok()
            })
        }
        (Key::P256(point), [r, s]) => padded(r, s, 32).is_some_and(|both| {
            let both = crypto::Signature::Concatenated(&both);
            crypto::verify(Algorithm::EcdsaP256(hash), point, message, both).is_ok()
        }),
        (Key::P384(point), [r, s]) => padded(r, s, 48).is_some_and(|both| {
            let both = crypto::Signature::Concatenated(&both);
            crypto::verify(Algorithm::EcdsaP384(hash), point, message, both).is_ok()
        }),
        _ => false,
    }
}

/// Both numbers with `len` bytes each; a TPM may leave out leading zeros.
fn padded(r: &[u8], s: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut both = Vec::new();
    for number in [r, s] {
        both.extend(std::iter::repeat_n(0, len.checked_sub(number.len())?));
        both.extend_from_slice(number);
    }
    Some(both)
}

/// Whether the values beside the quote are those that it is about.
fn values(quote: &Quote<'_>, attest: &Attest<'_>, public: &Public) -> Finding {
    let check = &checks::TPM_QUOTE_REGISTERS;
    let bank = &quote.bank;
    if attest.bank != bank.algorithm {
        return Finding::fail(check, "another-bank")
            .expected(attest.bank.to_string())
            .actual(bank.algorithm.to_string());
    }
    if !attest.selection.iter().eq(bank.registers.keys()) {
        return Finding::fail(check, "another-selection");
    }
    let Some(hash) = hash(public.hash) else { return Finding::fail(check, "algorithm") };
    let all: Vec<u8> = bank.registers.values().copied().flatten().copied().collect();
    Finding::equal(check, attest.pcr_digest, &hash.digest(&all))
}

/// All quotes answer one question in one boot, and no bank is there twice.
fn agreement(read: &[Attest<'_>], count: usize) -> Finding {
    let check = &checks::TPM_QUOTE_AGREEMENT;
    let [first, others @ ..] = read else {
        return Finding::blocked(check, &checks::TPM_QUOTE_FORM);
    };
    if read.len() != count {
        return Finding::blocked(check, &checks::TPM_QUOTE_FORM);
    }
    let boot =
        |attest: &Attest<'_>| (attest.reset_count, attest.restart_count, attest.firmware_version);
    let mut banks: Vec<u16> = read.iter().map(|attest| attest.bank.0).collect();
    banks.sorted_once();
    if banks.len() != count {
        Finding::fail(check, "duplicate")
    } else if others.iter().any(|other| other.extra_data != first.extra_data) {
        Finding::fail(check, "another-nonce")
    } else if others.iter().any(|other| boot(other) != boot(first)) {
        Finding::fail(check, "another-boot")
    } else {
        Finding::pass(check).actual(Value::hex(first.extra_data))
    }
}

//! NEAR AI's report: what ties each machine's keys and questions to its verified quote, the
//! manager's list of actions to its own quote, and the key for Oblivious HTTP to a machine's key.
//!
//! REPORTDATA holds 32 bytes that name the keys, then the 32 bytes of the question. Both are signed
//! by Intel's quoting enclave; what the JSON repeats of them is only compared.

use super::checks;
use super::parse::{Machine, Manager, Ohttp, Signed, decoded};
use crate::crypto::{self, Algorithm, Message, Signature};
use crate::digest::{Keccak256, Sha256};
use crate::finding::{Check, Finding, Value, Why};
use crate::formats::intel::parse::TdReport;

/// How REPORTDATA names the keys.
const ADDRESS: &str = "the signing address";
const ADDRESS_AND_TLS: &str = "the hash of signing address and TLS key";

/// The signing address in bytes: 20 of an Ethereum address, 32 of an Ed25519 key.
fn address(machine: &Machine) -> Option<Vec<u8>> {
    let bytes = decoded(machine.address.as_deref()?)?;
    let len = match machine.algorithm.as_deref().unwrap_or("ecdsa") {
        "ecdsa" => 20,
        "ed25519" => 32,
        _ => return None,
    };
    (bytes.len() == len).then_some(bytes)
}

/// REPORTDATA names the signing address: as it is, with zeros behind it, or hashed with the TLS
/// key's hash when the answer states one.
pub(crate) fn report_data(machine: &Machine, data: &[u8; 64]) -> Finding {
    let check = &checks::NEAR_REPORT_DATA;
    let (named, _) = halves(data);
    let found = Value::hex(named);
    if machine.address.is_none() {
        return Finding::unknown(check, Why::NotPublished).actual(found);
    }
    if !matches!(machine.algorithm.as_deref(), None | Some("ecdsa" | "ed25519")) {
        let word = machine.algorithm.clone().unwrap_or_default();
        return Finding::unknown(check, Why::NotSupported).actual(word);
    }
    let Some(address) = address(machine) else {
        return Finding::fail(check, "malformed")
            .expected("20 bytes with ecdsa, or 32 with ed25519")
            .actual(machine.address.clone().unwrap_or_default());
    };
    let (form, expected) = match &machine.fingerprint {
        None => {
            let zeros = vec![0; 32_usize.saturating_sub(address.len())];
            (ADDRESS, [address, zeros].concat())
        }
        Some(text) => match fingerprint(text) {
            Some(tls) => (ADDRESS_AND_TLS, Sha256::of_parts(&[&address, &tls]).0.to_vec()),
            None => return Finding::fail(check, "malformed").actual(text.as_str()),
        },
    };
    if expected == named {
        Finding::pass(check).expected(form).actual(found)
    } else {
        Finding::fail(check, "not-equal").expected(Value::hex(expected)).actual(found)
    }
}

fn fingerprint(text: &str) -> Option<[u8; 32]> {
    decoded(text)?.try_into().ok()
}

fn halves(data: &[u8; 64]) -> (&[u8], &[u8]) {
    data.split_at(32)
}

/// The question in REPORTDATA, against the policy's and against what the answer repeats. An answer
/// that repeats the question of its quote says no more than the quote.
pub(crate) fn nonce(stated: Option<&str>, data: &[u8; 64], asked: Option<&Sha256>) -> Vec<Finding> {
    let check = &checks::NEAR_NONCE;
    let (_, quoted) = halves(data);
    let compared = match asked {
        Some(asked) => Finding::equal(check, &asked.0, quoted),
        None => Finding::no_reference(check).actual(Value::hex(quoted)),
    };
    let repeated = stated.map(|stated| {
        let finding = match decoded(stated).is_some_and(|stated| stated == quoted) {
            true => Finding::new(check, compared.outcome),
            false => Finding::fail(check, "disagree"),
        };
        finding.part("request_nonce").expected(Value::hex(quoted)).actual(stated)
    });
    std::iter::once(compared).chain(repeated).collect()
}

/// All machines answer one question: `quoted` holds each machine's name and REPORTDATA.
pub(crate) fn one_nonce(quoted: &[(&str, [u8; 64])]) -> Vec<Finding> {
    let check = &checks::NEAR_ONE_NONCE;
    let Some(((_, first), others)) = quoted.split_first() else {
        return vec![Finding::unknown(check, Why::NotApplicable)];
    };
    if others.is_empty() {
        return vec![Finding::unknown(check, Why::NotApplicable)];
    }
    let (_, asked) = halves(first);
    let compared = others
        .iter()
        .map(|(name, data)| Finding::equal(check, asked, halves(data).1).part((*name).to_owned()));
    compared.collect()
}

/// The published key is the one that the address is of: the address itself with Ed25519; with
/// ECDSA on secp256k1 the last 20 bytes of Keccak-256 over X and Y.
pub(crate) fn signing_key(machine: &Machine, binding: &Finding) -> Finding {
    let check = &checks::NEAR_SIGNING_KEY;
    if !binding.passed() {
        return Finding::blocked(check, binding.check);
    }
    let Some(text) = &machine.public_key else {
        return Finding::unknown(check, Why::NotPublished);
    };
    let (Some(address), Some(key)) = (address(machine), decoded(text)) else {
        return Finding::fail(check, "malformed").actual(text.as_str());
    };
    let of_key = match (address.len(), key.as_slice()) {
        (32, key) => key.to_vec(),
        (_, [4, point @ ..]) if point.len() == 64 => ethereum(point),
        (_, point) if point.len() == 64 => ethereum(point),
        _ => return Finding::unknown(check, Why::NotSupported).actual(text.as_str()),
    };
    Finding::equal(check, &address, &of_key)
}

fn ethereum(point: &[u8]) -> Vec<u8> {
    let Keccak256(hash) = Keccak256::of(point);
    hash.last_chunk::<20>().map(|last| last.to_vec()).unwrap_or_default()
}

/// The certificate that came along has the TLS key whose hash the quote names. `spki` is the
/// certificate's SubjectPublicKeyInfo.
pub(crate) fn tls_key(machine: &Machine, spki: Option<&[u8]>, binding: &Finding) -> Finding {
    let check = &checks::NEAR_TLS_KEY;
    let Some(text) = &machine.fingerprint else {
        // A certificate whose key no quote names could be anyone's.
        return match spki {
            Some(spki) => Finding::fail(check, "not-bound").actual(Value::hex(Sha256::of(spki).0)),
            None => Finding::unknown(check, Why::NotPublished),
        };
    };
    if !binding.passed() {
        return Finding::blocked(check, binding.check);
    }
    match (fingerprint(text), spki) {
        (Some(named), Some(spki)) => Finding::equal(check, &named, Sha256::of(spki).as_bytes()),
        _ => Finding::unknown(check, Why::NotFetched).expected(text.as_str()),
    }
}

/// A machine of the report, and whether its verified quote names its signing address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// Whether the quote names the address.
    pub holds: bool,
}

/// A key that a quote of this report names signed the two hashes.
pub(crate) fn signed(signed: &Signed, machines: &[Named<'_>]) -> Finding {
    let check = &checks::NEAR_RECEIPT;
    let algorithm = match signed.algorithm.as_deref() {
        None | Some("ecdsa") => Algorithm::Ethereum,
        Some("ed25519") => Algorithm::Ed25519,
        Some(other) => return Finding::unknown(check, Why::NotSupported).actual(other),
    };
    let (Some(key), Some(signature)) = (decoded(&signed.address), decoded(&signed.signature))
    else {
        return Finding::fail(check, "malformed").actual(signed.signature.as_str());
    };
    let (message, octets) = (Message::Bytes(signed.text.as_bytes()), Signature::Octets(&signature));
    let verified = crypto::verify(algorithm, &key, message, octets);
    let mut own = machines.iter().filter(|own| address(own.machine).as_ref() == Some(&key));
    match own.next() {
        _ if verified.is_err() => Finding::fail(check, "bad-signature"),
        None => Finding::fail(check, "not-listed"),
        Some(first) if first.holds || own.any(|own| own.holds) => Finding::pass(check),
        Some(_) => Finding::blocked(check, &checks::NEAR_REPORT_DATA),
    }
    .actual(signed.address.as_str())
}

/// The GPU answered the question that the processor's quote answers. Which machine the GPU is in
/// does not follow: any GPU can be asked the same.
pub(crate) fn gpu(reported: &[u8; 32], data: &[u8; 64]) -> Finding {
    Finding::equal(&checks::NEAR_GPU, halves(data).1, reported)
}

/// The manager's quote names the hash of its list of actions and the question of the machine's
/// quote, and both quotes have the same registers.
pub(crate) fn manager(
    manager: &Manager,
    own: &TdReport,
    machine: Option<&TdReport>,
    by: &'static Check,
) -> Vec<Finding> {
    let check = &checks::NEAR_MANAGER;
    let (named, asked) = halves(&own.report_data);
    let mut findings = vec![list(manager, named).part("actions")];
    let Some(machine) = machine else {
        findings.push(Finding::blocked(check, by).part("nonce"));
        return findings;
    };
    let (_, machine_asked) = halves(&machine.report_data);
    findings.push(Finding::equal(check, machine_asked, asked).part("nonce"));
    let registers = |td: &TdReport| (td.mr_td, td.mr_config_id, td.rtmr);
    let same = registers(own) == registers(machine);
    findings.push(
        Finding::test(check, same, "another-machine")
            .part("registers")
            .expected(Value::hex(registers_text(machine)))
            .actual(Value::hex(registers_text(own))),
    );
    findings
}

fn registers_text(td: &TdReport) -> Vec<u8> {
    let [rtmr0, rtmr1, rtmr2, rtmr3] = &td.rtmr;
    [&td.mr_td, rtmr0, rtmr1, rtmr2, rtmr3].map(|register| register.0).concat()
}

/// The hash that the manager's quote names is the one that the answer states, and the list has it.
/// A list without it was changed, or is written in an order that is not known.
fn list(manager: &Manager, named: &[u8]) -> Finding {
    let check = &checks::NEAR_MANAGER;
    let stated = manager.actions_hash.as_deref().and_then(decoded);
    if manager.actions.has_hash(named) {
        Finding::pass(check)
    } else if stated.as_deref().is_some_and(|stated| stated != named) {
        Finding::fail(check, "not-equal").actual(manager.actions_hash.clone().unwrap_or_default())
    } else {
        Finding::unknown(check, Why::NotSupported)
    }
    .expected(Value::hex(named))
}

/// The hash that the answer states is its list's. What the list says is the manager's word, and
/// what it started is measured nowhere else: that is always worth knowing.
pub(crate) fn actions(manager: &Manager, holds: bool) -> Finding {
    let check = &checks::NEAR_ACTIONS;
    let stated = manager.actions_hash.as_deref().and_then(decoded);
    let hash = Sha256::of(manager.actions.bytes(stated.as_deref()));
    if manager.actions_hash.is_some() && stated.as_deref() != Some(hash.as_bytes()) {
        let other = match holds {
            true => Finding::fail(check, "disagree"),
            false => Finding::unknown(check, Why::NotSupported),
        };
        return other
            .expected(Value::hex(hash.0))
            .actual(manager.actions_hash.clone().unwrap_or_default());
    }
    if holds {
        Finding::warn(check, "by-list").actual(Value::hex(hash.0))
    } else {
        Finding::blocked(check, &checks::NEAR_MANAGER)
    }
}

/// The key for Oblivious HTTP is signed by the Ed25519 key that the machine's quote names. Without
/// that, the key and what should vouch for it are two values of one server.
pub(crate) fn ohttp(machine: &Machine, binding: &Finding) -> Finding {
    let check = &checks::NEAR_OHTTP;
    let Some(found) = &machine.ohttp else {
        return Finding::unknown(check, Why::NotPublished);
    };
    let Ohttp { config, signed_config, algorithm, signing_key, signature } = found;
    let (Some(signed), Some(key), Some(signature)) = (signed_config, signing_key, signature) else {
        let config = config.as_ref().or(signed_config.as_ref()).cloned().unwrap_or_default();
        return Finding::warn(check, "not-bound").actual(config);
    };
    if algorithm.as_deref().is_some_and(|word| word != "ed25519") {
        let word = algorithm.clone().unwrap_or_default();
        return Finding::unknown(check, Why::NotSupported).actual(word);
    }
    let parts = (decoded(signed), decoded(key), decoded(signature));
    let (Some(bytes), Some(key), Some(signature)) = parts else {
        return Finding::fail(check, "malformed").actual(signed.as_str());
    };
    if config.as_deref().is_some_and(|config| decoded(config).as_ref() != Some(&bytes)) {
        return Finding::fail(check, "disagree")
            .expected(signed.as_str())
            .actual(config.clone().unwrap_or_default());
    }
    let (message, signature) = (Message::Bytes(&bytes), Signature::Octets(&signature));
    if crypto::verify(Algorithm::Ed25519, &key, message, signature).is_err() {
        return Finding::fail(check, "bad-signature").actual(signed.as_str());
    }
    if !binding.passed() {
        return Finding::blocked(check, binding.check);
    }
    match address(machine) {
        Some(address) if address == key => Finding::pass(check).actual(signed.as_str()),
        _ => Finding::warn(check, "not-bound").actual(signed.as_str()),
    }
}

//! The envelope against what was signed.

use super::checks;
use super::parse::{Envelope, Key, Register, Report};
use crate::digest::{Sha256, Sha384};
use crate::finding::{Check, Finding, Value, Why};
use crate::report::DebugFlag;

/// What binds question and key: the question itself, or a hash of both (section 5.2).
pub(crate) fn anchor(nonce: &[u8], key: Option<&Key>) -> Vec<u8> {
    let Some(key) = key else { return nonce.to_vec() };
    let byte = |len: usize| [u8::try_from(len).unwrap_or(u8::MAX)];
    let (kind, value) = (key.kind.as_bytes(), key.value.0.as_slice());
    let len = u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes();
    let parts: [&[u8]; 7] =
        [b"ats-anchor-v1", &byte(nonce.len()), nonce, &byte(kind.len()), kind, &len, value];
    Sha384::of_parts(&parts).0.to_vec()
}

/// What was signed, of verified evidence.
pub(crate) enum Signed<'s> {
    /// The 64 bytes of the report or quote.
    ReportData(&'s [u8; 64]),
    /// What the TPM signed along, in hex.
    ExtraData(&'s str),
}

/// Whether what was signed is the anchor: at full length, with zeros behind it in a report.
pub(crate) fn binding(envelope: &Envelope, signed: &Signed<'_>) -> Finding {
    let check = &checks::CVM_BINDING;
    if envelope.binding.is_commitment() {
        return Finding::unknown(check, Why::NotSupported);
    }
    let mut expected = anchor(&envelope.nonce, envelope.binding.key.as_ref());
    match signed {
        Signed::ReportData(data) => {
            expected.resize(data.len(), 0);
            Finding::equal(check, &expected, *data)
        }
        Signed::ExtraData(own) => Finding::equal_text(check, &hex::encode(expected), own),
    }
}

/// Whether what the envelope says of the processor is so. `generation` is the verified one.
pub(crate) fn platform(envelope: &Envelope, generation: &str) -> Finding {
    let stated = &envelope.platform;
    let own = match envelope.report {
        Report::Snp(_) => ("amd", "sev-snp"),
        Report::Tdx(_) => ("intel", "tdx"),
    };
    let holds = own == (stated.vendor.as_str(), stated.tee.as_str())
        && stated.generation.as_ref().is_none_or(|stated| stated == generation);
    Finding::test(&checks::CVM_PLATFORM, holds, "disagree")
        .expected(Value::text(generation))
        .actual(Value::text(stated.generation.as_deref().unwrap_or(&stated.tee)))
}

/// Whether what the envelope says of debugging is so, where it says something.
pub(crate) fn debugging(envelope: &Envelope, flag: DebugFlag) -> Option<Finding> {
    let is_on = flag == DebugFlag::On;
    let stated = envelope.is_debugged?;
    Some(Finding::test(&checks::CVM_DEBUG, stated == is_on, "disagree"))
}

/// Whether each register that is stated is the signed one.
pub(crate) fn registers<const N: usize>(
    stated: &[Register],
    kind: [&str; 3],
    signed: &[[u8; N]],
) -> Finding {
    let check = &checks::CVM_REGISTERS;
    for own in stated {
        let is_of_kind = kind == [own.source.as_str(), own.alg.as_str(), own.backing.as_str()];
        match signed.get(usize::from(own.index)).filter(|_| is_of_kind) {
            None => return Finding::fail(check, "another-source"),
            Some(value) if value.as_slice() != own.value.0 => {
                return Finding::equal(check, value, &own.value.0);
            }
            Some(_) => {}
        }
    }
    Finding::pass(check)
}

/// RTMRs of a quote: their source, algorithm and what protects them.
pub(crate) const RTMR: [&str; 3] = ["tdx-rtmr", "sha384", "hardware"];

/// Registers of the paravisor's TPM.
pub(crate) const PCR: [&str; 3] = ["vtpm-pcr", "sha256", "privileged-service"];

/// Whether a device's verified report answers the envelope's question.
pub(crate) fn device(
    nonce: &[u8],
    is_switch: bool,
    answered: Result<[u8; 32], &'static Check>,
) -> Finding {
    let check = &checks::CVM_DEVICE;
    let label: &[u8] = if is_switch { b"NVIDIA-SWITCH-EAT-v1" } else { b"NVIDIA-GPU-EAT-v1" };
    match answered {
        Ok(answered) => Finding::equal(check, &Sha256::of_parts(&[nonce, label]).0, &answered),
        Err(by) => Finding::blocked(check, by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Base64Url;

    /// The vectors of the specification's appendix B.1.
    #[test]
    fn the_anchor_is_that_of_the_specifications_vectors() {
        let nonce: Vec<u8> = (0..16).collect();
        let key = |kind: &str, byte| Key { kind: kind.into(), value: Base64Url(vec![byte; 32]) };
        assert_eq!(anchor(&nonce, None), nonce);
        for (key, expected) in [
            (
                key("spki-sha256", 0x11),
                "f98d63e4c2e788b0b92ce5d7d1f2609b191f2933f4e5e7884bfeafc4c7a16ed8e050bf2649e1e85ad4b6c89ae70e35d7",
            ),
            (
                key("x509-tbs-sha256", 0x22),
                "6537d4a660c13227cc3c2a54a9d7ba6eef051ab942f0acf1d065ba279f01ab001d309f2dbb8d3c8e8cdc6cf966a45f04",
            ),
        ] {
            assert_eq!(hex::encode(anchor(&nonce, Some(&key))), expected);
        }
        for (is_switch, expected) in [
            (false, "a5db775022742960966c4ad77b3d903d6645eee00575a557cd18963d31251325"),
            (true, "84982aa6b0e69839ac5b84d62d2c16f30239baa2a99add9975d09aa439c47051"),
        ] {
            let answered = hex::decode(expected).unwrap().try_into().unwrap();
            assert!(device(&nonce, is_switch, Ok(answered)).passed());
            assert!(!device(&nonce, !is_switch, Ok(answered)).passed());
        }
    }
}

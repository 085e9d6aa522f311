//! Real attestations of Google's virtual TPMs.

use silicon_to_source::formats::tpm;
use silicon_to_source::report::{Level, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::shared;

fn attestation() -> Option<Vec<u8>> {
    Some(std::fs::read(shared("vectors/gcp/vtpm-cos-85-nonce9009.pb")?).unwrap())
}

fn examined(bytes: &[u8], now: &str) -> Report {
    let now: UnixTime = now.parse().unwrap();
    crate::common::examine(bytes, &[], None, now).unwrap()
}

#[test]
fn quotes_of_a_real_virtual_tpm_hold_but_for_the_missing_certificate() {
    let Some(bytes) = attestation() else { return };
    let report = examined(&bytes, "2026-11-01T00:00:00Z");
    assert_eq!(report.verdict.state, State::Unknown, "{:?}", report.verdict);
    assert!(report.assurance.level < Some(Level::A2), "no root is reached");
    let outcomes = |check| report.findings(check).map(|f| f.outcome).collect::<Vec<_>>();
    for check in [
        &tpm::checks::TPM_QUOTE_FORM,
        &tpm::checks::TPM_QUOTE_SIGNER,
        &tpm::checks::TPM_QUOTE_SIGNATURE,
        &tpm::checks::TPM_QUOTE_REGISTERS,
    ] {
        assert_eq!(outcomes(check), ["pass"; 3], "{check}");
    }
    for check in [&tpm::checks::TPM_KEY, &tpm::checks::TPM_QUOTE_AGREEMENT] {
        assert_eq!(outcomes(check), ["pass"], "{check}");
    }
    let root = report.findings(&tpm::checks::TPM_ROOT).next().unwrap();
    assert_eq!(root.reason, Some("not-fetched"));
    let wanted = report.wanted.iter().find(|wanted| wanted.what == "google-tpm-intermediate");
    assert_eq!(wanted.unwrap().url, "https://pki.goog/cloud_integrity/tpm_ek_intermediate_2.crt");
}

#[test]
fn a_changed_signature_of_a_real_quote_fails() {
    let Some(bytes) = attestation() else { return };
    // The last byte of the first quote's signature, found by the header of the next field.
    let signature = bytes.windows(4).position(|at| at == [0x00, 0x14, 0x00, 0x0b]);
    let start = bytes[300..].windows(6).position(|at| at == [0x00, 0x14, 0x00, 0x0b, 0x01, 0x00]);
    assert!(signature.is_some());
    let mut changed = bytes.clone();
    changed[300 + start.unwrap() + 100] ^= 1;
    assert_eq!(examined(&changed, "2026-11-01T00:00:00Z").verdict.state, State::Failed);
}

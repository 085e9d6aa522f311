//! A simulated launcher's canonical event log (TCG CEL in TLV; Confidential Space's COS content).

use silicon_to_source::digest::Sha384;

/// Content types of Confidential Space (`cel/cos_tlv.go` of google/go-tpm-tools).
pub const IMAGE_REFERENCE: u8 = 0;
/// The digest of the image's manifest.
pub const IMAGE_DIGEST: u8 = 1;
/// What happens when the container ends.
pub const RESTART_POLICY: u8 = 2;
/// An argument that the operator gave instead of the image's own.
pub const OVERRIDE_ARGUMENT: u8 = 6;
/// An environment variable that the operator set.
pub const OVERRIDE_ENVIRONMENT: u8 = 7;
/// The end of the launch: what follows is the workload's.
pub const LAUNCH_SEPARATOR: u8 = 8;

/// A log of these contents, extended into RTMR3, and the register that it makes.
pub fn log(contents: &[(u8, &[u8])]) -> (Vec<u8>, [u8; 48]) {
    const RECORD: u8 = 0;
    const MEASUREMENT_REGISTER: u8 = 108;
    const DIGESTS: u8 = 3;
    const SHA384: u8 = 0x0c;
    const COS: u8 = 80;
    const RTMR3: u8 = 4;
    let mut log = Vec::new();
    let mut register = [0; 48];
    for (number, (kind, value)) in (0_u64..).zip(contents) {
        let content = tlv(COS, &tlv(*kind, value));
        let digest = Sha384::of(&content);
        register = Sha384::of_parts(&[&register, digest.as_bytes()]).0;
        log.extend(tlv(RECORD, &number.to_be_bytes()));
        log.extend(tlv(MEASUREMENT_REGISTER, &[RTMR3]));
        log.extend(tlv(DIGESTS, &tlv(SHA384, digest.as_bytes())));
        log.extend(content);
    }
    (log, register)
}

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let mut tlv = vec![kind];
    tlv.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
    tlv.extend(value);
    tlv
}

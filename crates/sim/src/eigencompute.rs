//! Simulated bound evidence of EigenCompute: a virtual TPM's attestation with a processor's report
//! in protobuf form, each naming the challenge, and the TPM's key named by the report.
//!
//! The formulas are those of the platform's source (Layr-Labs/go-tpm-tools, `internal/nonce`), the
//! field numbers those of google/go-tdx-guest and google/go-sev-guest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use silicon_to_source::digest::{Sha256, Sha512};

use super::google::{Launcher, VtpmSpec, field, launch_log, number};
use super::keys::Key;

const LABEL: &[u8] = b"WORKLOAD_ATTESTATION";

/// The platform's name on Intel TDX.
pub const TDX: &str = "INTEL_TDX";
/// The platform's name on AMD SEV-SNP.
pub const SEV_SNP: &str = "AMD_SEV_SNP";
/// The platform's name on a machine without a processor's report.
pub const SHIELDED_VM: &str = "GCP_SHIELDED_VM";

/// qualifyingData of the TPM's quotes: SHA-256 of the label, the platform's name, and SHA-256 of
/// the challenge and of the extra data, when there is any.
pub fn qualifying_data(platform: &str, challenge: &[u8], extra_data: &[u8]) -> Vec<u8> {
    let [challenge, extra] = [challenge, extra_data].map(Sha256::of);
    let mut parts = vec![LABEL, platform.as_bytes(), challenge.as_bytes()];
    if !extra_data.is_empty() {
        parts.push(extra.as_bytes());
    }
    Sha256::of_parts(&parts).0.to_vec()
}

/// report_data of the processor's report: SHA-512 of the label, and SHA-512 of the challenge, of
/// the TPM's key as SubjectPublicKeyInfo, and of the extra data, when there is any.
pub fn report_data(challenge: &[u8], ak: Key, extra_data: &[u8]) -> [u8; 64] {
    let [challenge, extra] = [challenge, extra_data].map(Sha512::of);
    let key = Sha512::of(&ak.spki());
    let mut parts = vec![LABEL, challenge.as_bytes(), key.as_bytes()];
    if !extra_data.is_empty() {
        parts.push(extra.as_bytes());
    }
    Sha512::of_parts(&parts).0
}

/// Bound evidence with its challenge.
#[derive(Clone, Debug)]
pub struct BoundSpec {
    /// The TPM's part. What its quotes sign is filled in by [`BoundSpec::new`].
    pub vtpm: VtpmSpec,
    /// What the reader sent; left out of the object when `None`.
    pub challenge: Option<Vec<u8>>,
    /// What the workload had bound along.
    pub extra_data: Vec<u8>,
}

impl BoundSpec {
    /// Evidence of `platform` around `vtpm`, whose quotes are made to answer `challenge`.
    pub fn new(platform: &str, mut vtpm: VtpmSpec, challenge: &[u8], extra_data: &[u8]) -> Self {
        for quote in &mut vtpm.quotes {
            quote.extra_data = qualifying_data(platform, challenge, extra_data);
        }
        Self { vtpm, challenge: Some(challenge.to_vec()), extra_data: extra_data.to_vec() }
    }

    /// The same with a TDX quote of version 4 beside it, and the launcher's log of `launch` in the
    /// form that extends to RTMR3. The quote has to name the register of [`launch_log`].
    pub fn with_quote(mut self, quote: &[u8], launch: &[(u8, &[u8])]) -> Self {
        self.vtpm.tee = Some((9, quote_message(quote)));
        self.vtpm.canonical_log = launch_log(Launcher::Rtmr3, launch).0;
        self
    }

    /// The same with an SEV-SNP report, and the certificates of its chip, ASK and ARK.
    pub fn with_report(mut self, report: &[u8], chain: [&[u8]; 3]) -> Self {
        self.vtpm.tee = Some((8, report_message(report, chain)));
        self
    }

    /// The object: the attestation in base64, challenge and extra data in hex.
    pub fn bytes(&self) -> Vec<u8> {
        object(&self.vtpm.bytes(), self.challenge.as_deref(), &self.extra_data)
    }
}

/// An object around an attestation.
pub fn object(attestation: &[u8], challenge: Option<&[u8]>, extra_data: &[u8]) -> Vec<u8> {
    let mut object = serde_json::json!({
        "attestation": STANDARD.encode(attestation),
        "extra_data": hex::encode(extra_data),
    });
    if let Some(challenge) = challenge {
        object["challenge"] = hex::encode(challenge).into();
    }
    object.to_string().into_bytes()
}

/// `tdx.QuoteV4` of go-tdx-guest, from a quote of version 4 with a PCK chain in it.
pub fn quote_message(quote: &[u8]) -> Vec<u8> {
    let mut rest = quote;
    let header = [
        number(1, short(take(&mut rest, 2))),
        number(2, short(take(&mut rest, 2))),
        number(3, long(take(&mut rest, 4))),
        field(4, take(&mut rest, 2)),
        field(5, take(&mut rest, 2)),
        field(6, take(&mut rest, 16)),
        field(7, take(&mut rest, 20)),
    ]
    .concat();
    let lengths = [16, 48, 48, 8, 8, 8, 48, 48, 48, 48, 48, 48, 48, 48, 64];
    let numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11, 11, 12];
    let body: Vec<u8> = numbers
        .into_iter()
        .zip(lengths)
        .flat_map(|(number, len)| field(number, take(&mut rest, len)))
        .collect();
    let signed_size = long(take(&mut rest, 4));
    let mut signed = [field(1, take(&mut rest, 64)), field(2, take(&mut rest, 64))].concat();
    let (outer_kind, outer_size) = (short(take(&mut rest, 2)), long(take(&mut rest, 4)));
    let report = enclave(take(&mut rest, 384));
    let signature = take(&mut rest, 64).to_vec();
    let auth_size = short(take(&mut rest, 2));
    let auth = [number(1, auth_size), field(2, take(&mut rest, auth_size as usize))].concat();
    let (kind, size) = (short(take(&mut rest, 2)), long(take(&mut rest, 4)));
    let pem = take(&mut rest, size as usize);
    let chain = [number(1, kind), number(2, size), field(3, pem)].concat();
    let certified =
        [field(1, &report), field(2, &signature), field(3, &auth), field(4, &chain)].concat();
    let data = [number(1, outer_kind), number(2, outer_size), field(3, &certified)].concat();
    signed.extend(field(3, &data));
    let mut message =
        [field(1, &header), field(2, &body), number(3, signed_size), field(4, &signed)].concat();
    if !rest.is_empty() {
        message.extend(field(5, rest));
    }
    message
}

/// EnclaveReport.
fn enclave(mut report: &[u8]) -> Vec<u8> {
    let rest = &mut report;
    [
        field(1, take(rest, 16)),
        number(2, long(take(rest, 4))),
        field(3, take(rest, 28)),
        field(4, take(rest, 16)),
        field(5, take(rest, 32)),
        field(6, take(rest, 32)),
        field(7, take(rest, 32)),
        field(8, take(rest, 96)),
        number(9, short(take(rest, 2))),
        number(10, short(take(rest, 2))),
        field(11, take(rest, 60)),
        field(12, take(rest, 64)),
    ]
    .concat()
}

/// `sevsnp.Attestation` of go-sev-guest, from a report of 1184 bytes and the certificates of its
/// chip, ASK and ARK.
pub fn report_message(report: &[u8], [vcek, ask, ark]: [&[u8]; 3]) -> Vec<u8> {
    let at = |start: usize, len: usize| &report[start..start + len];
    let word = |start| wide(at(start, 8));
    // CPUID function 1, EAX, from family, model and stepping.
    let [family, model, stepping] = [0x188, 0x189, 0x18a].map(|start| u64::from(report[start]));
    let base = family.min(0xf);
    let eax =
        (family - base) << 20 | (model >> 4) << 16 | base << 8 | (model & 0xf) << 4 | stepping;
    let mut message = [
        number(1, long(at(0, 4))),
        number(2, long(at(4, 4))),
        number(3, word(8)),
        field(4, at(0x10, 16)),
        field(5, at(0x20, 16)),
        number(6, long(at(0x30, 4))),
        number(7, long(at(0x34, 4))),
        number(8, word(0x38)),
        number(9, word(0x40)),
        number(10, long(at(0x48, 4))),
        field(11, at(0x50, 64)),
        field(12, at(0x90, 48)),
        field(13, at(0xc0, 32)),
        field(14, at(0xe0, 48)),
        field(15, at(0x110, 48)),
        field(16, at(0x140, 32)),
        field(17, at(0x160, 32)),
        number(18, word(0x180)),
        field(19, at(0x1a0, 64)),
        number(20, word(0x1e0)),
    ]
    .concat();
    for (field, start) in (21..).zip([0x1e8, 0x1e9, 0x1ea, 0x1ec, 0x1ed, 0x1ee]) {
        message.extend(number(field, u64::from(report[start])));
    }
    message.extend(number(27, word(0x1f0)));
    message.extend(field(28, at(0x2a0, 512)));
    message.extend(number(29, eax));
    message.extend(number(30, word(0x1f8)));
    message.extend(number(31, word(0x200)));
    let chain = [field(1, vcek), field(2, ask), field(3, ark)].concat();
    [field(1, &message), field(2, &chain)].concat()
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> &'a [u8] {
    let (taken, left) = rest.split_at(len);
    *rest = left;
    taken
}

fn short(bytes: &[u8]) -> u64 {
    u64::from(u16::from_le_bytes(bytes.try_into().unwrap()))
}

fn long(bytes: &[u8]) -> u64 {
    u64::from(u32::from_le_bytes(bytes.try_into().unwrap()))
}

fn wide(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().unwrap())
}

//! An SEV-SNP report out of `sevsnp.Attestation` of go-sev-guest: the signature covers the raw
//! bytes, so they are put together again exactly (AMD document 56860, table ATTESTATION_REPORT).

use crate::error::Error;
use crate::span::Span;
use crate::wire::protobuf::Message;

const WHAT: &str = "sevsnp.Attestation";

/// The report with the certificates that came along.
#[derive(Clone, Debug)]
pub struct SnpPart {
    /// The raw report, 1184 bytes.
    pub report: Vec<u8>,
    /// VCEK, ASK, ARK and VLEK as far as they are there, DER.
    pub certificates: Vec<Vec<u8>>,
}

/// The raw report and the certificates.
///
/// # Errors
/// When a field is missing, unknown, or not as long as the raw form has it.
pub fn report(message: &[u8]) -> Result<SnpPart, Error> {
    let message = Message::parse(WHAT, message, 0)?;
    message.only(&[1, 2, 3])?;
    let report = Message::parse(WHAT, message.bytes_or_empty(1)?, 0)?;
    let chain = Message::parse(WHAT, message.bytes_or_empty(2)?, 0)?;
    chain.only(&[1, 2, 3, 6, 7])?;
    let mut certificates = Vec::new();
    for number in [1, 2, 3, 6] {
        let der = chain.bytes_or_empty(number)?;
        if !der.is_empty() {
            certificates.push(der.to_vec());
        }
    }
    Ok(SnpPart { report: raw(&report)?, certificates })
}

fn raw(report: &Message<'_>) -> Result<Vec<u8>, Error> {
    let known: Vec<u32> = (1..=31).collect();
    report.only(&known)?;
    let mut raw = Vec::new();
    raw.extend(report.number32(1)?.to_le_bytes());
    raw.extend(report.number32(2)?.to_le_bytes());
    raw.extend(report.number(3)?.to_le_bytes());
    raw.extend(report.array::<16>(4)?);
    raw.extend(report.array::<16>(5)?);
    raw.extend(report.number32(6)?.to_le_bytes());
    raw.extend(report.number32(7)?.to_le_bytes());
    raw.extend(report.number(8)?.to_le_bytes());
    raw.extend(report.number(9)?.to_le_bytes());
    raw.extend(report.number32(10)?.to_le_bytes());
    raw.extend([0; 4]);
    raw.extend(report.array::<64>(11)?);
    raw.extend(report.array::<48>(12)?);
    raw.extend(report.array::<32>(13)?);
    raw.extend(report.array::<48>(14)?);
    raw.extend(report.array::<48>(15)?);
    raw.extend(report.array::<32>(16)?);
    raw.extend(report.array::<32>(17)?);
    raw.extend(report.number(18)?.to_le_bytes());
    raw.extend(cpuid(report.number32(29)?));
    raw.extend([0; 21]);
    raw.extend(report.array::<64>(19)?);
    raw.extend(report.number(20)?.to_le_bytes());
    for numbers in [[21, 22, 23], [24, 25, 26]] {
        for number in numbers {
            raw.push(byte(report, number)?);
        }
        raw.push(0);
    }
    raw.extend(report.number(27)?.to_le_bytes());
    raw.extend(report.number(30)?.to_le_bytes());
    raw.extend(report.number(31)?.to_le_bytes());
    raw.extend([0; 152]);
    raw.extend(report.array::<512>(28)?);
    Ok(raw)
}

/// Family, model and stepping from CPUID function 1, EAX (AMD64 APM volume 3, appendix E.3.2).
fn cpuid(eax: u32) -> [u8; 3] {
    let [low, second, third, high] = eax.to_le_bytes();
    let family = (second & 0x0f).saturating_add((high << 4) | (third >> 4));
    let model = ((third & 0x0f) << 4) | (low >> 4);
    // Reports before version 3 have zeros here, and so has the message.
    if eax == 0 { [0; 3] } else { [family, model, low & 0x0f] }
}

fn byte(report: &Message<'_>, number: u32) -> Result<u8, Error> {
    let value = report.number32(number)?;
    u8::try_from(value).map_err(|_| Error::unsupported(WHAT, value, Span::new(0, 0)))
}

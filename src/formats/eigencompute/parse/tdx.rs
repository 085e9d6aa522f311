//! A TDX quote out of `tdx.QuoteV4` of go-tdx-guest: the signature covers the raw bytes, so they
//! are put together again exactly (Intel TDX DCAP Quoting Library API, appendix A.3).

use crate::error::Error;
use crate::wire::protobuf::Message;

const WHAT: &str = "tdx.QuoteV4";

/// The raw quote: 48 bytes of header, 584 of body, the signature data with its length, and what
/// follows it.
///
/// # Errors
/// When a field is missing, unknown, or not as long as the raw form has it.
pub fn quote(message: &[u8]) -> Result<Vec<u8>, Error> {
    let message = Message::parse(WHAT, message, 0)?;
    message.only(&[1, 2, 3, 4, 5])?;
    let part = |number| Message::parse(WHAT, message.bytes_or_empty(number)?, 0);
    let mut raw = header(&part(1)?)?;
    raw.extend(body(&part(2)?)?);
    raw.extend(message.number32(3)?.to_le_bytes());
    raw.extend(signed(&part(4)?)?);
    raw.extend(message.bytes_or_empty(5)?);
    Ok(raw)
}

fn header(header: &Message<'_>) -> Result<Vec<u8>, Error> {
    header.only(&[1, 2, 3, 4, 5, 6, 7])?;
    let mut raw = Vec::new();
    raw.extend(short(header, 1)?);
    raw.extend(short(header, 2)?);
    raw.extend(header.number32(3)?.to_le_bytes());
    raw.extend(header.array::<2>(4)?);
    raw.extend(header.array::<2>(5)?);
    raw.extend(header.array::<16>(6)?);
    raw.extend(header.array::<20>(7)?);
    Ok(raw)
}

fn body(body: &Message<'_>) -> Result<Vec<u8>, Error> {
    body.only(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])?;
    let mut raw = Vec::new();
    raw.extend(body.array::<16>(1)?);
    raw.extend(body.array::<48>(2)?);
    raw.extend(body.array::<48>(3)?);
    for number in 4..=6 {
        raw.extend(body.array::<8>(number)?);
    }
    for number in 7..=10 {
        raw.extend(body.array::<48>(number)?);
    }
    let registers = body.repeated(11)?;
    if registers.len() != 4 || registers.iter().any(|(value, _)| value.len() != 48) {
        let at = registers.first().map_or(crate::span::Span::new(0, 0), |(_, at)| *at);
        return Err(Error::malformed(WHAT, at, "there are not four registers of 48 bytes"));
    }
    raw.extend(registers.into_iter().flat_map(|(value, _)| value.iter().copied()));
    raw.extend(body.array::<64>(12)?);
    Ok(raw)
}

/// Ecdsa256BitQuoteV4AuthData, down to the PEM chain.
fn signed(data: &Message<'_>) -> Result<Vec<u8>, Error> {
    data.only(&[1, 2, 3])?;
    let inner = |message: &Message<'_>, number, known: &[u32]| -> Result<Vec<u8>, Error> {
        let bytes = message.bytes_or_empty(number)?;
        Message::parse(WHAT, bytes, 0)?.only(known)?;
        Ok(bytes.to_vec())
    };
    let mut raw = Vec::new();
    raw.extend(data.array::<64>(1)?);
    raw.extend(data.array::<64>(2)?);
    let certification = inner(data, 3, &[1, 2, 3])?;
    let certification = Message::parse(WHAT, &certification, 0)?;
    raw.extend(short(&certification, 1)?);
    raw.extend(certification.number32(2)?.to_le_bytes());
    let qe = inner(&certification, 3, &[1, 2, 3, 4])?;
    let qe = Message::parse(WHAT, &qe, 0)?;
    let report = inner(&qe, 1, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])?;
    raw.extend(enclave(&Message::parse(WHAT, &report, 0)?)?);
    raw.extend(qe.array::<64>(2)?);
    let auth = inner(&qe, 3, &[1, 2])?;
    let auth = Message::parse(WHAT, &auth, 0)?;
    raw.extend(short(&auth, 1)?);
    raw.extend(auth.bytes_or_empty(2)?);
    let chain = inner(&qe, 4, &[1, 2, 3])?;
    let chain = Message::parse(WHAT, &chain, 0)?;
    raw.extend(short(&chain, 1)?);
    raw.extend(chain.number32(2)?.to_le_bytes());
    raw.extend(chain.bytes_or_empty(3)?);
    Ok(raw)
}

/// EnclaveReport: 384 bytes.
fn enclave(report: &Message<'_>) -> Result<Vec<u8>, Error> {
    let mut raw = Vec::new();
    raw.extend(report.array::<16>(1)?);
    raw.extend(report.number32(2)?.to_le_bytes());
    raw.extend(report.array::<28>(3)?);
    raw.extend(report.array::<16>(4)?);
    raw.extend(report.array::<32>(5)?);
    raw.extend(report.array::<32>(6)?);
    raw.extend(report.array::<32>(7)?);
    raw.extend(report.array::<96>(8)?);
    raw.extend(short(report, 9)?);
    raw.extend(short(report, 10)?);
    raw.extend(report.array::<60>(11)?);
    raw.extend(report.array::<64>(12)?);
    Ok(raw)
}

/// A number that the raw form holds in two bytes.
fn short(message: &Message<'_>, number: u32) -> Result<[u8; 2], Error> {
    let value = message.number32(number)?;
    u16::try_from(value)
        .map(u16::to_le_bytes)
        .map_err(|_| Error::unsupported(WHAT, value, crate::span::Span::new(0, 0)))
}

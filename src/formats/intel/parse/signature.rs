//! Reading a quote (steps T1, T2 and T4).

use super::body::{Body, EnclaveReport, Relaunch, TdExtension, TdReport};
use super::quote::{Certification, Quote, QuoteVersion, Tee};
use crate::bytes::Reader;
use crate::error::Error;
use crate::span::Span;

/// ECDSA P-256.
const P256: u16 = 2;
/// Certification data that holds the quoting enclave's report and further certification data.
const QE_REPORT: u16 = 6;
const TDX: u32 = 0x81;

impl<'a> Quote<'a> {
    /// Parses a quote. Bytes after its end are kept as [`Quote::trailing`].
    ///
    /// # Errors
    /// When it is larger than [`Quote::MAX`]; when it is cut short, or a stated length is not that
    /// of the parts inside; when version, key type, environment or body type are unknown or do not
    /// go together.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap("quote", bytes.len(), Self::MAX)?;
        let r = &mut Reader::new(bytes);
        let version = match r.u16_le("quote version")? {
            3 => QuoteVersion::V3,
            4 => QuoteVersion::V4,
            5 => QuoteVersion::V5,
            other => return Err(Error::unsupported("quote version", other, Span::new(0, 2))),
        };
        let attestation_key_type = r.u16_le("attestation key type")?;
        if attestation_key_type != P256 {
            let what = "quote attestation key type";
            return Err(Error::unsupported(what, attestation_key_type, Span::new(2, 2)));
        }
        let tee = match (version, r.u32_le("TEE type")?) {
            (QuoteVersion::V3, _) | (_, 0) => Tee::Sgx,
            (_, TDX) => Tee::Tdx,
            (_, other) => return Err(Error::unsupported("quote TEE type", other, Span::new(4, 4))),
        };
        let qe_svn = r.u16_le("QE SVN")?;
        let pce_svn = r.u16_le("PCE SVN")?;
        let vendor_id = r.array("QE vendor id")?;
        let user_data = r.array("user data")?;
        let (body, body_span) = body(r, version, tee)?;
        let signed = Span::new(0, r.position());
        let auth = authentication(r, version)?;
        let trailing = Span::new(r.position(), r.remaining());
        Ok(Self {
            bytes,
            version,
            tee,
            attestation_key_type,
            qe_svn,
            pce_svn,
            vendor_id,
            user_data,
            body,
            body_span,
            signed,
            signature: auth.signature.0,
            signature_span: auth.signature.1,
            attestation_key: auth.attestation_key.0,
            attestation_key_span: auth.attestation_key.1,
            qe_report: auth.qe_report.0,
            qe_report_span: auth.qe_report.1,
            qe_report_signature: auth.qe_report_signature.0,
            qe_report_signature_span: auth.qe_report_signature.1,
            qe_auth_data: auth.qe_auth_data.0,
            qe_auth_data_span: auth.qe_auth_data.1,
            certification: auth.certification,
            trailing,
        })
    }
}

/// The body, behind its descriptor in version 5.
fn body(r: &mut Reader<'_>, version: QuoteVersion, tee: Tee) -> Result<(Body, Span), Error> {
    let described = match version {
        QuoteVersion::V3 | QuoteVersion::V4 => None,
        QuoteVersion::V5 => {
            let at = r.position();
            Some((r.u16_le("body type")?, r.u32_le("body size")?, at))
        }
    };
    let start = r.position();
    let body = match (described, tee) {
        (None | Some((1, ..)), Tee::Sgx) => Body::Enclave(EnclaveReport::read(r)?),
        (None | Some((2, ..)), Tee::Tdx) => Body::Td(TdReport::read(r)?),
        (Some((3, ..)), Tee::Tdx) => {
            let report = TdReport::read(r)?;
            Body::Td(TdReport { relaunch: Some(Relaunch::read(r)?), ..report })
        }
        (Some((4, ..)), Tee::Tdx) => {
            let report = TdReport::read(r)?;
            let relaunch = Some(Relaunch::read(r)?);
            let extension = Some(TdExtension::read(r)?);
            Body::Td(TdReport { relaunch, extension, ..report })
        }
        (Some((kind @ 1..=4, _, at)), _) => {
            let why = format!("body type {kind} does not belong to a quote of {}", tee.name());
            return Err(Error::malformed("quote body descriptor", Span::new(at, 2), why));
        }
        (Some((kind, _, at)), _) => {
            return Err(Error::unsupported("quote body type", kind, Span::new(at, 2)));
        }
    };
    let span = Span::new(start, body.length());
    match described {
        Some((kind, size, at)) if usize::try_from(size) != Ok(body.length()) => {
            let why = format!("a body of type {kind} has {} bytes, not {size}", body.length());
            Err(Error::malformed("quote body descriptor", Span::new(at, 6), why))
        }
        _ => Ok((body, span)),
    }
}

/// A part with its place.
type At<T> = (T, Span);

struct Authentication<'a> {
    signature: At<[u8; 64]>,
    attestation_key: At<[u8; 64]>,
    qe_report: At<EnclaveReport>,
    qe_report_signature: At<[u8; 64]>,
    qe_auth_data: At<&'a [u8]>,
    certification: Certification<'a>,
}

/// Everything behind the signed part; each stated length is that of the parts inside.
fn authentication<'a>(
    r: &mut Reader<'a>,
    version: QuoteVersion,
) -> Result<Authentication<'a>, Error> {
    let end = length(r, "quote signature data length")?;
    let signature = placed(r, 64, |r| r.array("quote signature"))?;
    let attestation_key = placed(r, 64, |r| r.array("attestation key"))?;
    if version != QuoteVersion::V3 {
        let at = Span::new(r.position(), 2);
        let kind = r.u16_le("certification data type")?;
        if kind != QE_REPORT {
            return Err(Error::unsupported("quote certification data type", kind, at));
        }
        let inner = length(r, "certification data length")?;
        ends_at(inner, end)?;
    }
    let qe_report = placed(r, EnclaveReport::LEN, EnclaveReport::read)?;
    let qe_report_signature = placed(r, 64, |r| r.array("QE report signature"))?;
    let len = usize::from(r.u16_le("QE authentication data length")?);
    let qe_auth_data = placed(r, len, |r| r.take("QE authentication data", len))?;
    let kind = r.u16_le("PCK certification data type")?;
    let inner = length(r, "PCK certification data length")?;
    ends_at(inner, end)?;
    let span = Span::new(r.position(), inner.saturating_sub(r.position()));
    let data = r.take("PCK certification data", span.len)?;
    let certification = Certification { kind, data, span };
    Ok(Authentication {
        signature,
        attestation_key,
        qe_report,
        qe_report_signature,
        qe_auth_data,
        certification,
    })
}

/// Reads a 32-bit length and gives the offset at which that many bytes end.
fn length(r: &mut Reader<'_>, what: &'static str) -> Result<usize, Error> {
    let at = Span::new(r.position(), 4);
    let len = r.u32_le(what)?;
    let left = r.remaining();
    let len = usize::try_from(len).ok().filter(|len| *len <= left).ok_or_else(|| {
        Error::malformed(what, at, format!("{len} bytes are stated and {left} are left"))
    })?;
    Ok(r.position().saturating_add(len))
}

/// A part's stated end is the end of the part around it.
fn ends_at(inner: usize, outer: usize) -> Result<(), Error> {
    if inner == outer {
        return Ok(());
    }
    let why = format!("it ends at byte {inner}, and the signature data around it at {outer}");
    Err(Error::malformed("quote certification data", Span::new(inner.min(outer), 1), why))
}

fn placed<'a, T>(
    r: &mut Reader<'a>,
    len: usize,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Error>,
) -> Result<At<T>, Error> {
    let span = Span::new(r.position(), len);
    Ok((read(r)?, span))
}

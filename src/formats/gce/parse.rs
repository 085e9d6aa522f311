//! Google's endorsement of the firmware that it starts machines with (`VMLaunchEndorsement`).
//!
//! Source: google/gce-tcb-verifier, `proto/endorsement.proto`. The signature is over the bytes of
//! the golden measurement as they were received. Unknown fields are passed over; a field that may
//! stand once and stands twice is refused.

use crate::digest::Sha384;
use crate::error::Error;
use crate::finding::Value;
use crate::pki::{Cert, pem_certificates};
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::Field;
use crate::wire::protobuf::Message;

const WHAT: &str = "Google's firmware endorsement";
const BASIS: &str = "google/gce-tcb-verifier, proto/endorsement.proto";

/// An endorsement, taken apart. Nothing in it is believed.
#[derive(Clone, Debug)]
pub(crate) struct LaunchEndorsement<'a> {
    /// The bytes as received.
    pub bytes: &'a [u8],
    /// `serialized_uefi_golden`: what is signed.
    pub golden: &'a [u8],
    /// The signature: RSASSA-PSS with SHA-256 throughout and 32 bytes of salt.
    pub signature: &'a [u8],
    /// Where the signature is.
    pub signature_at: Span,
    /// When the endorsement was made.
    pub released: UnixTime,
    /// The number of the change in Google's repository that the firmware was built from.
    pub change: u64,
    /// The commit that the firmware was built from; may be empty.
    pub commit: &'a [u8],
    /// The certificate of the key that signed.
    pub certificate: Cert<'a>,
    /// SHA-384 of the firmware image.
    pub digest: Sha384,
    /// The certificates that came along, the root first, in DER.
    pub bundle: Vec<Vec<u8>>,
    /// What an SEV-SNP guest measures.
    pub snp: Option<SnpFirmware>,
    /// What a TDX guest measures.
    pub tdx: Option<TdxFirmware>,
}

/// The firmware in SEV-SNP guests.
#[derive(Clone, Debug)]
pub(crate) struct SnpFirmware {
    /// Its security version number, as Google counts.
    pub svn: u32,
    /// The guest policy that Google launches it with.
    pub policy: u64,
    /// The measurement for each number of virtual processors.
    pub measurements: Vec<(u32, Sha384)>,
}

/// The firmware in TDX guests.
#[derive(Clone, Debug)]
pub(crate) struct TdxFirmware {
    /// Its security version number, as Google counts.
    pub svn: u32,
    /// The measurements, one for each kind of machine.
    pub measurements: Vec<TdxMeasurement>,
}

/// MRTD of one kind of machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TdxMeasurement {
    /// Memory of the machine in GiB; zero where the measurement does not depend on it.
    pub ram_gib: u32,
    /// Whether the firmware accepts all memory before the guest starts.
    pub early_accept: bool,
    /// MRTD.
    pub mrtd: Sha384,
}

impl<'a> LaunchEndorsement<'a> {
    /// The largest endorsement that is read, in bytes.
    pub(crate) const MAX: usize = 256 * 1024;

    /// The most certificates that may come along.
    const MAX_BUNDLE: usize = 8;

    /// Whether `file` begins as an endorsement does: with a golden measurement of 128 bytes or
    /// more, which begins with its time.
    pub(crate) fn is_likely(file: &[u8]) -> bool {
        let [0x0a, rest @ ..] = file else { return false };
        let inner = match rest {
            [0x80..=0xff, 0..=0x7f, inner @ ..]
            | [0x80..=0xff, 0x80..=0xff, 0..=0x7f, inner @ ..] => inner,
            _ => return false,
        };
        matches!(inner, [0x0a, 1..=20, 0x08, ..])
    }

    /// Reads an endorsement.
    ///
    /// # Errors
    /// When it is too large, is not of the form, lacks its signature, certificate or digest, or
    /// names no measurement.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        let message = Message::parse(WHAT, bytes, 0)?;
        let (golden, at) =
            message.bytes(1)?.ok_or(Error::Missing { what: "golden measurement" })?;
        let (signature, signature_at) = message
            .bytes(2)?
            .ok_or(Error::Missing { what: "signature of a firmware endorsement" })?;
        let inner = Message::parse(WHAT, golden, at.start)?;
        let (cert, _) = inner.bytes(4)?.ok_or(Error::Missing { what: "signer's certificate" })?;
        let endorsement = Self {
            bytes,
            golden,
            signature,
            signature_at,
            released: time(&inner)?,
            change: inner.number(2)?,
            commit: inner.bytes_or_empty(3)?,
            certificate: Cert::parse(WHAT, cert)?,
            digest: Sha384(inner.array(5)?),
            bundle: bundle(inner.bytes_or_empty(6)?)?,
            snp: message_at(&inner, 7)?.map(|part| snp(&part)).transpose()?,
            tdx: message_at(&inner, 8)?.map(|part| tdx(&part)).transpose()?,
        };
        match (&endorsement.snp, &endorsement.tdx) {
            (None, None) => Err(Error::Missing { what: "measurements of Google's firmware" }),
            _ => Ok(endorsement),
        }
    }

    /// What is where in the bytes, for showing.
    pub(crate) fn fields(&self) -> Vec<Field> {
        let field = |name: &'static str, part: &[u8], value| {
            let start = part.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr())?;
            Some(Field {
                name: name.into(),
                span: Span::new(start, part.len()),
                value,
                basis: BASIS,
            })
        };
        let certificate = self.certificate.der();
        [
            field("serialized_uefi_golden", self.golden, Value::Time(self.released)),
            field("cert", certificate, Value::text(self.certificate.subject())),
            field("signature", self.signature, Value::text("RSASSA-PSS with SHA-256")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn message_at<'a>(message: &Message<'a>, number: u32) -> Result<Option<Message<'a>>, Error> {
    message.bytes(number)?.map(|(bytes, at)| Message::parse(WHAT, bytes, at.start)).transpose()
}

/// `google.protobuf.Timestamp`, whole seconds.
fn time(golden: &Message<'_>) -> Result<UnixTime, Error> {
    let seconds = match message_at(golden, 1)? {
        Some(timestamp) => timestamp.number(1)?,
        None => 0,
    };
    let outside = || Error::unsupported(WHAT, format!("time {seconds}"), Span::new(0, 0));
    i64::try_from(seconds).map(UnixTime).map_err(|_| outside())
}

fn bundle(text: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let ders = pem_certificates(WHAT, text)?;
    let (len, max) = (ders.len(), LaunchEndorsement::MAX_BUNDLE);
    if len > max {
        return Err(Error::TooLarge { what: WHAT, len, max });
    }
    for der in &ders {
        Cert::parse(WHAT, der)?;
    }
    Ok(ders)
}

fn snp(part: &Message<'_>) -> Result<SnpFirmware, Error> {
    let mut measurements: Vec<(u32, Sha384)> = Vec::new();
    for (bytes, at) in part.repeated(2)? {
        let entry = Message::parse(WHAT, bytes, at.start)?;
        let processors = entry.number32(1)?;
        if measurements.iter().any(|(known, _)| *known == processors) {
            return Err(Error::malformed(WHAT, at, "two measurements for one machine"));
        }
        measurements.push((processors, Sha384(entry.array(2)?)));
    }
    Ok(SnpFirmware { svn: part.number32(1)?, policy: part.number(5)?, measurements })
}

fn tdx(part: &Message<'_>) -> Result<TdxFirmware, Error> {
    let mut measurements = Vec::new();
    for (bytes, at) in part.repeated(2)? {
        let entry = Message::parse(WHAT, bytes, at.start)?;
        measurements.push(TdxMeasurement {
            ram_gib: entry.number32(1)?,
            early_accept: entry.number(2)? != 0,
            mrtd: Sha384(entry.array(3)?),
        });
    }
    Ok(TdxFirmware { svn: part.number32(1)?, measurements })
}

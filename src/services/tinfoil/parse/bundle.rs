//! The bundle's JSON.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::GzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::Error;
use crate::pki::pem_blocks;
use crate::span::Span;

/// The format of an SEV-SNP report whose REPORT_DATA names a TLS key and an HPKE key.
const SNP_GUEST_V2: &str = "https://tinfoil.sh/predicate/sev-snp-guest/v2";

/// The largest report after decompression, in bytes; a report has 1184.
const MAX_REPORT: usize = 16 * 1024;
const WHAT: &str = "Tinfoil bundle";

/// A bundle, taken apart. Nothing in it is believed.
#[derive(Clone, Debug)]
pub(crate) struct Bundle {
    /// The host name the bundle says that it is about.
    pub domain: String,
    /// The format of the evidence, a URI.
    pub format: String,
    /// The evidence as it stands in the document: base64 of gzip.
    pub body: String,
    /// The report, decompressed.
    pub report: Vec<u8>,
    /// The digest of the release that the Sigstore bundle is said to be about, hex.
    pub digest: String,
    /// The Sigstore bundle, byte for byte.
    pub sigstore: Vec<u8>,
    /// The chip's certificate, DER.
    pub vcek: Vec<u8>,
    /// The TLS certificate, DER. Only the leaf is in the bundle.
    pub tls: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    domain: String,
    enclave_attestation_report: Evidence,
    digest: String,
    #[serde(borrow)]
    sigstore_bundle: &'a RawValue,
    vcek: String,
    enclave_cert: String,
}

/// Evidence with its format: a member of a bundle, or what an enclave answers about itself.
#[derive(Deserialize)]
pub(super) struct Evidence {
    pub(super) format: String,
    pub(super) body: String,
}

impl Evidence {
    /// The evidence: base64 of gzip, taken apart.
    pub(super) fn decoded(&self, what: &'static str) -> Result<Vec<u8>, Error> {
        decompress(&base64(what, &self.body)?)
    }
}

impl Bundle {
    /// Takes a bundle apart.
    ///
    /// # Errors
    /// When it is not JSON of this form, when a member appears twice, when the evidence is of
    /// another format, does not decompress, or grows beyond its limit.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        crate::json::unique(WHAT, bytes)?;
        let file: File<'_> = crate::json::borrowed(WHAT, bytes)?;
        let evidence = file.enclave_attestation_report;
        if evidence.format != SNP_GUEST_V2 {
            return Err(Error::unsupported(
                "Tinfoil bundle, evidence format",
                evidence.format,
                whole(bytes),
            ));
        }
        let report = evidence.decoded("Tinfoil bundle, evidence body")?;
        let mut blocks = pem_blocks("Tinfoil bundle, enclaveCert", file.enclave_cert.as_bytes())?;
        let (Some((label, tls)), true) = (blocks.pop(), blocks.is_empty()) else {
            return Err(Error::malformed(WHAT, whole(bytes), "enclaveCert is not one certificate"));
        };
        if label != "CERTIFICATE" {
            return Err(Error::malformed(WHAT, whole(bytes), "enclaveCert is not a certificate"));
        }
        Ok(Self {
            domain: file.domain,
            format: evidence.format,
            report,
            body: evidence.body,
            digest: file.digest,
            sigstore: file.sigstore_bundle.get().as_bytes().to_vec(),
            vcek: base64("Tinfoil bundle, vcek", &file.vcek)?,
            tls,
        })
    }
}

fn whole(bytes: &[u8]) -> Span {
    Span::new(0, bytes.len())
}

fn base64(what: &'static str, text: &str) -> Result<Vec<u8>, Error> {
    STANDARD
        .decode(text)
        .map_err(|error| Error::malformed(what, whole(text.as_bytes()), error.to_string()))
}

/// One gzip member with nothing after it, decompressed up to the limit.
fn decompress(compressed: &[u8]) -> Result<Vec<u8>, Error> {
    const WHAT: &str = "Tinfoil bundle, gzip of the report";
    let mut decoder = GzDecoder::new(compressed);
    let mut report = Vec::new();
    let limit = u64::try_from(MAX_REPORT).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .by_ref()
        .take(limit)
        .read_to_end(&mut report)
        .map_err(|error| Error::malformed(WHAT, whole(compressed), error.to_string()))?;
    Error::cap(WHAT, report.len(), MAX_REPORT)?;
    let rest = decoder.into_inner();
    if !rest.is_empty() {
        let at = compressed.len().saturating_sub(rest.len());
        return Err(Error::malformed(WHAT, Span::new(at, rest.len()), "bytes follow"));
    }
    Ok(report)
}

//! Step 1.4: the certificate log's timestamp in the certificate (RFC 6962 section 3.2 and 3.3).

use sigstore_crypto::SigningScheme;
use sigstore_types::{Sha256Hash, SignatureBytes};

use super::root::TrustedRoot;
use crate::builds::sigstore::checks;
use crate::bytes::Reader;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Finding, Why};
use crate::hex;
use crate::pki::Cert;
use crate::time::UnixTime;
use crate::wire::der;

/// The extension that carries the timestamps, dotted.
const EXTENSION: &str = "1.3.6.1.4.1.11129.2.4.2";

/// The content of the same OID.
const EXTENSION_OID: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2];

const MISSING: &str = "missing";
const UNKNOWN_LOG: &str = "unknown-log";

/// A known certificate log signed that it saw this certificate, issued by the key `issuer`
/// (`SubjectPublicKeyInfo`, DER). Where the root has no certificate log, a certificate may be without
/// such a timestamp.
pub(super) fn examine(certificate: &[u8], issuer: &[u8], root: &TrustedRoot) -> Finding {
    let check = &checks::SIGSTORE_SCT;
    match verify(certificate, issuer, root) {
        Ok(shown) => Finding::pass(check).actual(shown.as_str()),
        Err(MISSING) if !root.keeps_certificate_log() => {
            Finding::unknown(check, Why::NotApplicable)
        }
        Err(UNKNOWN_LOG) => {
            let log = log_id(certificate).map_or_else(String::new, hex::encode);
            root.absent(check, format!("log {log}"))
        }
        Err(reason) => Finding::fail(check, reason),
    }
}

/// The certificate log that the only timestamp names.
fn log_id(certificate: &[u8]) -> Option<[u8; 32]> {
    let cert = Cert::parse("Sigstore signing certificate", certificate).ok()?;
    let list = der::only(cert.extension(EXTENSION)?.value)?;
    Sct::list(list.content).ok()?.first().map(|sct| sct.log_id)
}

/// Whether the certificate (DER) carries timestamps of a certificate log, of whatever form.
pub(super) fn is_present(certificate: &[u8]) -> bool {
    Cert::parse("Sigstore signing certificate", certificate)
        .is_ok_and(|cert| cert.extension(EXTENSION).is_some())
}

fn verify(certificate: &[u8], issuer: &[u8], root: &TrustedRoot) -> Result<String, &'static str> {
    const MALFORMED: &str = "malformed";
    let cert = Cert::parse("Sigstore signing certificate", certificate).map_err(|_| MALFORMED)?;
    let extension = cert.extension(EXTENSION).ok_or(MISSING)?;
    let list =
        der::only(extension.value).filter(|list| list.tag == der::OCTET_STRING).ok_or(MALFORMED)?;
    let timestamps = Sct::list(list.content).map_err(|_| MALFORMED)?;
    let [sct] = timestamps.as_slice() else { return Err("not-exactly-one") };
    if sct.version != 0 {
        return Err("unknown-version");
    }
    let scheme = match sct.algorithm {
        [4, 3] => SigningScheme::EcdsaP256Sha256,
        [5, 3] => SigningScheme::EcdsaP384Sha384,
        [4, 1] => SigningScheme::RsaPkcs1Sha256,
        [5, 1] => SigningScheme::RsaPkcs1Sha384,
        [6, 1] => SigningScheme::RsaPkcs1Sha512,
        _ => return Err("unknown-algorithm"),
    };
    let milliseconds = i64::try_from(sct.timestamp).map_err(|_| MALFORMED)?;
    let time = jiff::Timestamp::from_millisecond(milliseconds).map_err(|_| MALFORMED)?;
    let keys = root.parts().ctfe_keys(scheme).map_err(|_| "root-unusable")?;
    let id = Sha256Hash::new(sct.log_id);
    let key = keys.key(&id).ok_or(UNKNOWN_LOG)?;
    if keys.key_at(&id, time).is_none() {
        return Err("log-key-not-valid");
    }
    let signed = sct.signed(cert.tbs(), issuer).ok_or(MALFORMED)?;
    key.verify(&signed, &SignatureBytes::from_bytes(sct.signature)).map_err(|_| "bad-signature")?;
    let log = root.parts().ctlogs.iter().find(|log| log.log_id.key_id.as_bytes() == sct.log_id);
    let log = log.map_or("certificate log", |log| log.base_url.as_str());
    Ok(format!("{log} at {}", UnixTime(time.as_second())))
}

/// A `SignedCertificateTimestamp`.
struct Sct<'a> {
    version: u8,
    log_id: [u8; 32],
    timestamp: u64,
    extensions: &'a [u8],
    algorithm: [u8; 2],
    signature: &'a [u8],
}

impl<'a> Sct<'a> {
    /// A `SignedCertificateTimestampList`, with nothing after it.
    fn list(bytes: &'a [u8]) -> Result<Vec<Self>, Error> {
        let mut outer = Reader::new(bytes);
        let list = opaque16(&mut outer, "SCT list")?;
        end(&outer)?;
        let mut reader = Reader::new(list);
        let mut timestamps = Vec::new();
        while reader.remaining() > 0 {
            timestamps.push(Self::parse(opaque16(&mut reader, "SCT")?)?);
        }
        Ok(timestamps)
    }

    fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let sct = Self {
            version: reader.u8("SCT version")?,
            log_id: reader.array("SCT log id")?,
            timestamp: u64::from_be_bytes(reader.array("SCT timestamp")?),
            extensions: opaque16(&mut reader, "SCT extensions")?,
            algorithm: reader.array("SCT signature algorithm")?,
            signature: opaque16(&mut reader, "SCT signature")?,
        };
        end(&reader)?;
        Ok(sct)
    }

    /// The bytes that the log signed: a precertificate entry.
    fn signed(&self, tbs: &[u8], issuer: &[u8]) -> Option<Vec<u8>> {
        let tbs = without_timestamps(tbs)?;
        let [_, len @ ..] =
            u32::try_from(tbs.len()).ok().filter(|len| *len < 1 << 24)?.to_be_bytes();
        let mut signed = vec![self.version, 0];
        signed.extend_from_slice(&self.timestamp.to_be_bytes());
        signed.extend_from_slice(&[0, 1]);
        signed.extend_from_slice(Sha256::of(issuer).as_bytes());
        signed.extend_from_slice(&len);
        signed.extend_from_slice(&tbs);
        signed.extend_from_slice(&u16::try_from(self.extensions.len()).ok()?.to_be_bytes());
        signed.extend_from_slice(self.extensions);
        Some(signed)
    }
}

/// The TBSCertificate with the timestamps' extension taken out; every other byte is kept, and
/// only the three lengths around the gap are written anew.
fn without_timestamps(tbs: &[u8]) -> Option<Vec<u8>> {
    let tbs = der::only(tbs)?;
    let mut content = Vec::new();
    for element in tbs.elements()? {
        if element.tag != 0xa3 {
            content.extend_from_slice(element.whole);
            continue;
        }
        let mut kept = Vec::new();
        for extension in der::only(element.content)?.elements()? {
            let (oid, _) = der::first(extension.content)?;
            if oid.content != EXTENSION_OID {
                kept.extend_from_slice(extension.whole);
            }
        }
        content.extend_from_slice(&der::encode(0xa3, &der::encode(der::SEQUENCE, &kept)?)?);
    }
    der::encode(der::SEQUENCE, &content)
}

fn opaque16<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<&'a [u8], Error> {
    let len = u16::from_be_bytes(reader.array(what)?);
    reader.take(what, usize::from(len))
}

fn end(reader: &Reader<'_>) -> Result<(), Error> {
    let at = crate::span::Span::new(reader.position(), reader.remaining());
    if at.len == 0 { Ok(()) } else { Err(Error::malformed("SCT", at, "bytes follow")) }
}

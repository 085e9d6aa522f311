//! Step 1.6: RFC 3161 timestamps of the signature.

use jiff::Timestamp;
use sigstore_types::{SignatureBytes, TimestampToken, TsaAuthority};

use super::root::TrustedRoot;
use crate::digest::{Sha256, Sha384, Sha512};
use crate::endorsements::sigstore::der::{self, Element};
use crate::finding::{Finding, checks};
use crate::time::UnixTime;

/// 1.2.840.113549.1.9.3
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
/// 1.2.840.113549.1.9.16.1.4
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x10, 1, 4];
/// 1.2.840.113549.1.9.16.2.47
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x10, 2, 0x2f];
/// 2.16.840.1.101.3.4.2, the arc of the SHA-2 functions.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];

/// An authority of the root saw `signature` at the time that is given back.
///
/// sigstore-tsa verifies the token: imprint, signature over the signed attributes, chain with the
/// timeStamping usage, and the authority's own window. Beside it, [`attributes`] looks at what it
/// leaves out.
pub(super) fn examine(
    token: &TimestampToken,
    signature: &[u8],
    root: &TrustedRoot,
) -> (Finding, Option<Timestamp>) {
    let check = &checks::SIGSTORE_TIMESTAMP;
    match verify(token, &SignatureBytes::from_bytes(signature), root) {
        Ok(time) => (Finding::pass(check).actual(UnixTime(time.as_second())), Some(time)),
        Err(reason) => (Finding::fail(check, reason), None),
    }
}

fn verify(
    token: &TimestampToken,
    signature: &SignatureBytes,
    root: &TrustedRoot,
) -> Result<Timestamp, &'static str> {
    let mut reason = "no-authority";
    for authority in root.timestamp_authorities() {
        match sigstore_tsa::verify_timestamp_for_authority(token, signature, &authority) {
            Ok(time) => {
                attributes(token.as_bytes(), &authority)?;
                return Ok(time);
            }
            Err(error) => {
                let word = word(&error);
                if rank(word) > rank(reason) {
                    reason = word;
                }
            }
        }
    }
    Err(reason)
}

fn word(error: &sigstore_tsa::Error) -> &'static str {
    match error {
        sigstore_tsa::Error::TimestampOutsideValidity { .. } => "outside-authority-validity",
        sigstore_tsa::Error::HashMismatch { .. } => "not-equal",
        sigstore_tsa::Error::CertificateValidationError(_) => "authority-chain",
        sigstore_tsa::Error::SignatureVerificationError(_) => "authority-signature",
        _ => "malformed",
    }
}

/// Several authorities are tried; the answer that got furthest is the one that is told.
fn rank(word: &str) -> u8 {
    match word {
        "outside-authority-validity" => 5,
        "authority-chain" => 4,
        "not-equal" => 3,
        "malformed" => 2,
        "authority-signature" => 1,
        _ => 0,
    }
}

/// Exactly one signer; its signed attributes say that a timestamp was signed, and name the
/// authority's certificate where they name one (RFC 3161 section 2.4.2, RFC 5816).
fn attributes(token: &[u8], authority: &TsaAuthority) -> Result<(), &'static str> {
    let attributes = signed_attributes(token)?;
    match attribute(&attributes, CONTENT_TYPE)? {
        Some(value) if value.tag == 0x06 && value.content == TST_INFO => {}
        _ => return Err("content-type"),
    }
    match attribute(&attributes, SIGNING_CERTIFICATE_V2)? {
        None => Ok(()),
        Some(value) => match names(value, authority.leaf.as_bytes()) {
            Some(true) => Ok(()),
            Some(false) => Err("signing-certificate"),
            None => Err(MALFORMED),
        },
    }
}

const MALFORMED: &str = "malformed";

/// The signed attributes of the only signer.
fn signed_attributes(token: &[u8]) -> Result<Vec<Element<'_>>, &'static str> {
    let outer = children(der::only(token))?;
    // A TimeStampResp is status and token; a token alone begins with its content type.
    let content_info = match outer.as_slice() {
        [kind, _] if kind.tag == 0x06 => outer,
        [_, token] => children(Some(*token))?,
        _ => return Err(MALFORMED),
    };
    let [_, content] = content_info.as_slice() else { return Err(MALFORMED) };
    let signed_data = children(der::only(content.content))?;
    let signers = signed_data.last().filter(|set| set.tag == 0x31).ok_or(MALFORMED)?;
    let signers = children(Some(*signers))?;
    let [signer] = signers.as_slice() else { return Err("not-exactly-one-signer") };
    let fields = children(Some(*signer))?;
    let attributes = fields.iter().find(|field| field.tag == 0xa0).ok_or(MALFORMED)?;
    children(Some(*attributes))
}

fn children(element: Option<Element<'_>>) -> Result<Vec<Element<'_>>, &'static str> {
    element.and_then(|element| element.elements()).ok_or(MALFORMED)
}

/// The only value of the only attribute of this kind.
fn attribute<'a>(
    attributes: &[Element<'a>],
    kind: &[u8],
) -> Result<Option<Element<'a>>, &'static str> {
    let mut found = None;
    for attribute in attributes {
        let fields = children(Some(*attribute))?;
        let [oid, values] = fields.as_slice() else { return Err(MALFORMED) };
        if oid.content != kind {
            continue;
        }
        let values = children(Some(*values))?;
        let [value] = values.as_slice() else { return Err(MALFORMED) };
        if found.replace(*value).is_some() {
            return Err(MALFORMED);
        }
    }
    Ok(found)
}

/// Whether a `SigningCertificateV2` begins with the hash of `certificate`.
fn names(value: Element<'_>, certificate: &[u8]) -> Option<bool> {
    let ids = value.elements()?.first()?.elements()?;
    let fields = ids.first()?.elements()?;
    let hash = |algorithm: Option<&[u8]>| match algorithm {
        None | Some([1]) => Some(Sha256::of(certificate).0.to_vec()),
        Some([2]) => Some(Sha384::of(certificate).0.to_vec()),
        Some([3]) => Some(Sha512::of(certificate).0.to_vec()),
        Some(_) => None,
    };
    match fields.as_slice() {
        [digest, ..] if digest.tag == 0x04 => Some(hash(None)? == digest.content),
        [algorithm, digest, ..] if digest.tag == 0x04 => {
            let (oid, _) = der::first(algorithm.content)?;
            Some(hash(Some(oid.content.strip_prefix(SHA2)?))? == digest.content)
        }
        _ => None,
    }
}

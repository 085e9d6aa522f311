//! Step 1.6: RFC 3161 timestamps of the signature.

use std::fmt;

use jiff::Timestamp;
use sigstore_types::{SignatureBytes, TimestampToken, TsaAuthority};

use super::root::TrustedRoot;
use crate::builds::sigstore::checks;
use crate::digest::{Sha256, Sha384, Sha512};
use crate::finding::Finding;
use crate::hex;
use crate::pki::{Cert, name};
use crate::time::UnixTime;
use crate::wire::der::{self, Element};

/// 1.2.840.113549.1.9.3
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
/// 1.2.840.113549.1.9.16.1.4
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x10, 1, 4];
/// 1.2.840.113549.1.9.16.2.47
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 0x10, 2, 0x2f];
/// 2.16.840.1.101.3.4.2, the arc of the SHA-2 functions.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];

/// An authority of the root saw `signature` at the time that is given back. An authority that the
/// root does not have leaves it open: a newer list of keys may have it.
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
    if let Some(signer) = Named::of(token.as_bytes())
        && !root.timestamp_authorities().any(|authority| signer.is(authority.leaf.as_bytes()))
    {
        return (root.absent(check, signer.to_string()), None);
    }
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

/// The certificate that the token names as its signer's (RFC 5652 section 5.3). It chooses which
/// sentence is told, and shows nothing.
struct Named<'a> {
    issuer: Element<'a>,
    serial: &'a [u8],
}

impl<'a> Named<'a> {
    fn of(token: &'a [u8]) -> Option<Self> {
        let fields = signer(token).ok()?;
        let id = fields.get(1).filter(|id| id.tag == der::SEQUENCE)?.elements()?;
        let [issuer, serial] = id.as_slice() else { return None };
        Some(Self { issuer: *issuer, serial: serial.content })
    }

    fn is(&self, certificate: &[u8]) -> bool {
        Cert::parse("timestamp authority", certificate).is_ok_and(|cert| {
            cert.issuer_der() == self.issuer.whole && cert.serial() == self.serial
        })
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match name(self.issuer.whole) {
            Some(issuer) => write!(f, "issuer {issuer}, ")?,
            None => write!(f, "issuer {}, ", hex::encode(self.issuer.whole))?,
        }
        write!(f, "serial {}", hex::encode(self.serial))
    }
}

/// The signed attributes of the only signer.
fn signed_attributes(token: &[u8]) -> Result<Vec<Element<'_>>, &'static str> {
    let fields = signer(token)?;
    let attributes = fields.iter().find(|field| field.tag == 0xa0).ok_or(MALFORMED)?;
    children(Some(*attributes))
}

/// The members of the only SignerInfo.
fn signer(token: &[u8]) -> Result<Vec<Element<'_>>, &'static str> {
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
    children(Some(*signer))
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

#[cfg(test)]
mod tests {
    use super::*;
    use sigstore_types::DerCertificate;

    const CERTIFICATE: &[u8] = b"the authority's certificate";
    /// 2.16.840.1.101.3.4.2.2
    const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];

    fn element(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
        der::encode(tag, &parts.concat()).unwrap()
    }

    fn oid(content: &[u8]) -> Vec<u8> {
        element(0x06, &[content.to_vec()])
    }

    fn attribute_of(kind: &[u8], value: Vec<u8>) -> Vec<u8> {
        element(0x30, &[oid(kind), element(0x31, &[value])])
    }

    /// SigningCertificateV2 with the digest, and with the algorithm where it is not the default.
    fn naming(algorithm: Option<&[u8]>, digest: &[u8]) -> Vec<u8> {
        let algorithm = algorithm.map(|name| element(0x30, &[oid(name)])).into_iter();
        let digest = element(0x04, &[digest.to_vec()]);
        let id = element(0x30, &algorithm.chain([digest]).collect::<Vec<_>>());
        attribute_of(SIGNING_CERTIFICATE_V2, element(0x30, &[element(0x30, &[id])]))
    }

    fn signer(attributes: &[Vec<u8>]) -> Vec<u8> {
        element(0x30, &[element(0x02, &[vec![1]]), element(0xa0, attributes)])
    }

    fn token(signers: &[Vec<u8>]) -> Vec<u8> {
        let version = element(0x02, &[vec![3]]);
        let signed_data = element(0x30, &[version, element(0x31, signers)]);
        element(0x30, &[oid(&[0x2a]), element(0xa0, &[signed_data])])
    }

    fn answer(token: &[u8]) -> Result<(), &'static str> {
        let certificate = DerCertificate::from_bytes(CERTIFICATE);
        let authority = TsaAuthority::new(certificate.clone(), Vec::new(), certificate, None);
        attributes(token, &authority)
    }

    fn timestamp() -> Vec<u8> {
        attribute_of(CONTENT_TYPE, oid(TST_INFO))
    }

    #[test]
    fn one_signer_that_names_the_authority_fits() {
        let sha256 = Sha256::of(CERTIFICATE);
        let sha384 = Sha384::of(CERTIFICATE);
        for attributes in [
            vec![timestamp()],
            vec![naming(None, sha256.as_bytes()), timestamp()],
            vec![timestamp(), naming(Some(SHA384), sha384.as_bytes())],
        ] {
            let token = token(&[signer(&attributes)]);
            assert_eq!(answer(&token), Ok(()));
            let response = element(0x30, &[element(0x30, &[]), token]);
            assert_eq!(answer(&response), Ok(()), "the same in a response");
        }
    }

    #[test]
    fn tokens_that_say_something_else_are_refused() {
        let data = attribute_of(CONTENT_TYPE, oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]));
        let stranger = naming(None, Sha256::of(b"another certificate").as_bytes());
        let one = signer(&[timestamp()]);
        for (signers, expected) in [
            (vec![], "not-exactly-one-signer"),
            (vec![one.clone(), one], "not-exactly-one-signer"),
            (vec![signer(&[])], "content-type"),
            (vec![signer(&[data])], "content-type"),
            (vec![signer(&[timestamp(), timestamp()])], MALFORMED),
            (vec![signer(&[timestamp(), stranger])], "signing-certificate"),
        ] {
            assert_eq!(answer(&token(&signers)), Err(expected));
        }
        assert_eq!(answer(b"no DER"), Err(MALFORMED));
    }
}

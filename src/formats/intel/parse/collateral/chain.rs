//! Certificates and revocation lists in the encodings in which they travel.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::hex;
use crate::pki::{Cert, Crl, pem_blocks, pem_certificates};
use crate::span::Span;
use crate::wire::der;

const CHAIN: &str = "Intel certificate chain";
const CRL: &str = "Intel revocation list";

/// The most certificates that are read from one chain.
const MAX_CERTS: usize = 8;

/// Certificates in PEM, DER or base64 of DER. PEM may be URL-encoded.
pub(super) fn certificates(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let bytes = url_decoded(bytes)?;
    let certificates = if is_pem(&bytes) {
        // Intel's library ends the text as C does.
        let end = bytes.iter().rposition(|&byte| byte != 0);
        pem_certificates(CHAIN, end.and_then(|end| bytes.get(..=end)).unwrap_or_default())?
    } else {
        vec![binary(&bytes).into_owned()]
    };
    Error::cap("number of certificates", certificates.len(), MAX_CERTS)?;
    for certificate in &certificates {
        Cert::parse(CHAIN, certificate)?;
    }
    Ok(certificates)
}

/// A revocation list in PEM, DER, hex or base64.
pub(super) fn revocation_list(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let der = if is_pem(bytes) {
        let whole = Span::new(0, bytes.len());
        match &mut *pem_blocks(CRL, bytes)? {
            [(label, der)] if label == "X509 CRL" => std::mem::take(der),
            _ => return Err(Error::malformed(CRL, whole, "it is not one block of X509 CRL")),
        }
    } else {
        binary(bytes).into_owned()
    };
    Crl::parse(CRL, &der)?;
    Ok(der)
}

/// DER as it is, or out of hex or base64.
pub(super) fn binary(bytes: &[u8]) -> Cow<'_, [u8]> {
    let text = bytes.trim_ascii();
    let decoded = hex::decode(text).ok().or_else(|| STANDARD.decode(text).ok());
    match decoded {
        Some(der) if der.first() == Some(&der::SEQUENCE) => Cow::Owned(der),
        _ => Cow::Borrowed(bytes),
    }
}

/// Whether the bytes begin as PEM.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"-----BEGIN ")
}

/// Bytes with `%xx` replaced, when they begin as URL-encoded PEM does (RFC 3986 section 2.1).
fn url_decoded(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    if is_pem(bytes) && !bytes.contains(&b'%') || !bytes.starts_with(b"-----BEGIN") {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let at = Span::new(bytes.len().saturating_sub(after.len()), 2);
        let wrong = || Error::malformed(CHAIN, at, "two hex digits must follow a percent sign");
        let (digits, after) = after.split_first_chunk::<2>().ok_or_else(wrong)?;
        let mut byte = [0];
        hex::decode_to_slice(digits, &mut byte).map_err(|_| wrong())?;
        decoded.extend(byte);
        rest = after;
    }
    Ok(Cow::Owned(decoded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::anchors::INTEL;

    fn pem() -> String {
        let body = STANDARD.encode(INTEL.root);
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    }

    #[test]
    fn chains_are_read_from_pem_url_encoded_pem_der_and_base64() {
        let pem = pem();
        let encoded: String = pem
            .chars()
            .map(|c| match c {
                ' ' => "%20".into(),
                '\n' => "%0A".into(),
                '+' => "%2B".into(),
                '/' => "%2f".into(),
                '=' => "%3D".into(),
                c => c.to_string(),
            })
            .collect();
        let base64 = STANDARD.encode(INTEL.root);
        for form in [pem.as_bytes(), encoded.as_bytes(), INTEL.root, base64.as_bytes()] {
            assert_eq!(certificates(form).unwrap(), [INTEL.root]);
        }
        let ended = format!("{pem}\0");
        assert_eq!(certificates(ended.as_bytes()).unwrap(), [INTEL.root]);
        let twice = format!("{pem}{pem}");
        assert_eq!(certificates(twice.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn cut_and_foreign_text_is_refused() {
        for wrong in ["", "-----BEGIN%20CERTIFICATE-----%0", "-----BEGIN%2", "3031", "hello"] {
            assert!(certificates(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let many = pem().repeat(9);
        assert_eq!(certificates(many.as_bytes()).unwrap_err().code(), "too-large");
        assert!(revocation_list(INTEL.root).is_err(), "a certificate is no revocation list");
    }
}

//! A certificate as bytes to look at.

use std::borrow::Cow;

use super::EvidenceItem;
use crate::digest::Sha256;
use crate::finding::{LinkId, Value};
use crate::pki::Cert;
use crate::wire::Field;

/// A certificate as a piece of evidence.
pub(crate) fn certificate(
    id: impl Into<Cow<'static, str>>,
    link: LinkId,
    cert: &Cert<'_>,
) -> EvidenceItem {
    const BASIS: &str = "RFC 5280 section 4.1";
    let mut fields = Vec::new();
    let mut field = |name: &'static str, part: &[u8], value: Value| {
        if let Some(span) = cert.span_of(part) {
            fields.push(Field { name: name.into(), span, value, basis: BASIS });
        }
    };
    field("tbsCertificate", cert.tbs(), Value::text(cert.subject()));
    field("serialNumber", cert.serial(), Value::hex(cert.serial()));
    field("subjectPublicKeyInfo", cert.spki(), Value::hex(Sha256::of(cert.spki()).0));
    field("signature", cert.signature(), Value::text(cert.algorithm().to_string()));
    EvidenceItem::new(id, "x509", link, cert.der(), fields)
}

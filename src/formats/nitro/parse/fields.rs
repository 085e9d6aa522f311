//! A document's fields with their spans, for showing.

use super::Document;
use crate::finding::Value;
use crate::sorted::Sorted as _;
use crate::wire::Field;

const COSE: &str = "RFC 9052 section 4.2";
const AWS: &str = "AWS Nitro Enclaves NSM API, attestation process, section 3.1";

/// Every field of `document`, in the order of its bytes.
pub(crate) fn fields(document: &Document<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |name: String, span, value, basis| {
        fields.push(Field { name: name.into(), span, value, basis });
    };
    let (protected, signature) = (document.protected, document.signature);
    add("protected".into(), protected.span, Value::hex(protected.value), COSE);
    let (module, time) = (document.module_id, document.timestamp_ms);
    add("module_id".into(), module.span, Value::text(module.value), AWS);
    add("timestamp".into(), time.span, Value::number(time.value), AWS);
    for (number, pcr) in &document.pcrs {
        add(format!("pcrs[{number}]"), pcr.span, Value::hex(pcr.value), AWS);
    }
    let len = |bytes: &[u8]| Value::text(format!("{} bytes", bytes.len()));
    let certificate = document.certificate;
    add("certificate".into(), certificate.span, len(certificate.value), AWS);
    for (number, certificate) in (0_u8..).zip(&document.cabundle) {
        add(format!("cabundle[{number}]"), certificate.span, len(certificate.value), AWS);
    }
    let chosen = [
        ("public_key", document.public_key),
        ("user_data", document.user_data),
        ("nonce", document.nonce),
    ];
    for (name, value) in chosen {
        if let Some(value) = value {
            add(name.into(), value.span, Value::hex(value.value), AWS);
        }
    }
    add("signature".into(), signature.span, Value::hex(signature.value), COSE);
    fields.sorted_by_key(|field| field.span.start);
    fields
}

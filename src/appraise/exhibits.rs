//! The bytes that Sigstore findings rest upon, with labelled spans.

use crate::bytes::Span;
use crate::endorsements::sigstore::{Bundle, Content, SigningCertificate};
use crate::finding::{LinkId, Value};
use crate::report::{EvidenceItem, Field};

const OIDS: &str = "Fulcio certificate extensions 1.3.6.1.4.1.57264.1";

/// The signing certificate (`sigstore-certificate`), the signed payload (`dsse-payload`) and the
/// body of each log entry (`rekor-body`; the second is `rekor-body-2`).
pub fn sigstore_evidence(bundle: &Bundle) -> Vec<EvidenceItem> {
    let link = LinkId::Provenance;
    let mut items = Vec::new();
    if let Some(der) = bundle.certificate() {
        items.push(EvidenceItem::new("sigstore-certificate", "x509", link, der, fields(der)));
    }
    if let Content::Envelope { payload_type, payload } = bundle.content() {
        let field = Field {
            name: payload_type.to_owned().into(),
            span: Span::new(0, payload.len()),
            value: Value::number(u64::try_from(payload.len()).unwrap_or(u64::MAX)),
            basis: "DSSE v1, payload",
        };
        items.push(EvidenceItem::new("dsse-payload", "dsse-payload", link, payload, vec![field]));
    }
    for (number, (entry, _)) in bundle.log_entries().enumerate() {
        let id = match number {
            0 => "rekor-body".to_owned(),
            _ => format!("rekor-body-{}", number.saturating_add(1)),
        };
        let body = entry.canonicalized_body.as_bytes();
        items.push(EvidenceItem::new(id, "json", link, body, Vec::new()));
    }
    items
}

fn fields(der: &[u8]) -> Vec<Field> {
    let Ok(certificate) = SigningCertificate::parse(der) else { return Vec::new() };
    let extensions = certificate.identity().extensions();
    extensions
        .map(|(number, extension)| Field {
            name: name(number).into(),
            span: extension.at,
            value: Value::text(extension.value.as_str()),
            basis: OIDS,
        })
        .collect()
}

/// The names of `docs/oid-info.md` in sigstore/fulcio.
const fn name(number: u8) -> &'static str {
    match number {
        1 => "Issuer (.1, deprecated)",
        2 => "GitHub Workflow Trigger (.2, deprecated)",
        3 => "GitHub Workflow SHA (.3, deprecated)",
        4 => "GitHub Workflow Name (.4, deprecated)",
        5 => "GitHub Workflow Repository (.5, deprecated)",
        6 => "GitHub Workflow Ref (.6, deprecated)",
        8 => "Issuer (.8)",
        9 => "Build Signer URI (.9)",
        10 => "Build Signer Digest (.10)",
        11 => "Runner Environment (.11)",
        12 => "Source Repository URI (.12)",
        13 => "Source Repository Digest (.13)",
        14 => "Source Repository Ref (.14)",
        15 => "Source Repository Identifier (.15)",
        16 => "Source Repository Owner URI (.16)",
        17 => "Source Repository Owner Identifier (.17)",
        18 => "Build Config URI (.18)",
        19 => "Build Config Digest (.19)",
        20 => "Build Trigger (.20)",
        21 => "Run Invocation URI (.21)",
        22 => "Source Repository Visibility At Signing (.22)",
        23 => "Deployment Environment (.23)",
        24 => "Token Subject (.24)",
        _ => "Fulcio extension",
    }
}

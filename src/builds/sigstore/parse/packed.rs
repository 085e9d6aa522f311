//! What a bundle holds, as others pack it: a publish attestation of a Python package (PEP 740), and
//! a DSSE envelope whose signature brings its certificate along (slsa-github-generator before its
//! version 2.1).

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::rekor::LogEntry;
use crate::error::Error;
use crate::json::Members;
use crate::pki::{Cert, pem_blocks};
use crate::span::Span;

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The contents of another packing as a bundle's JSON.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) bundle: Vec<u8>,
    /// Whether the packing has no place for what a log or a timestamp authority says.
    pub(super) leaves_out_log: bool,
}

/// Which packing JSON is.
enum Packing {
    Publish,
    /// With its signer's certificate in PEM.
    Envelope(String),
}

/// The members by which the packings are told apart.
const PUBLISH: [&str; 2] = ["verification_material", "envelope"];
const ENVELOPE: [&str; 2] = ["payload", "payloadType"];

impl Packing {
    fn of(bytes: &[u8]) -> Option<Self> {
        let text = str::from_utf8(bytes).ok()?.trim_ascii();
        let members = Members::parse("JSON input", text).ok()?;
        let has = |names: [&str; 2]| names.into_iter().all(|name| members.has(name));
        if has(PUBLISH) {
            return Some(Self::Publish);
        }
        let pem = has(ENVELOPE).then(|| certificate(&members));
        pem.flatten().map(Self::Envelope)
    }
}

/// Whether `bytes`, an object that `has` these members, are one of these packings.
pub(super) fn is_one(bytes: &[u8], has: impl Fn(&str) -> bool) -> bool {
    let all = |names: [&str; 2]| names.into_iter().all(&has);
    (all(PUBLISH) || all(ENVELOPE)) && Packing::of(bytes).is_some()
}

/// Takes `bytes` apart; `None` when they are neither packing. `entry` is the log's, for a packing
/// that has no place for it.
///
/// # Errors
/// When a member is missing, appears twice or is of another form.
pub(super) fn unpacked(
    what: &'static str,
    bytes: &[u8],
    entry: Option<&LogEntry>,
) -> Result<Option<Packed>, Error> {
    let Some(packing) = Packing::of(bytes) else { return Ok(None) };
    crate::json::unique(what, bytes)?;
    match packing {
        Packing::Publish => publish(what, bytes),
        Packing::Envelope(pem) => envelope(what, bytes, &pem, entry),
    }
    .map(Some)
}

/// PEP 740, "Attestation objects", version 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publish<'a> {
    version: u64,
    #[serde(borrow)]
    verification_material: PublishMaterial<'a>,
    envelope: PublishEnvelope,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishMaterial<'a> {
    certificate: String,
    #[serde(borrow)]
    transparency_entries: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishEnvelope {
    statement: String,
    signature: String,
}

fn publish(what: &'static str, bytes: &[u8]) -> Result<Packed, Error> {
    let own: Publish<'_> = crate::json::borrowed(what, bytes)?;
    if own.version != 1 {
        let at = Span::new(0, bytes.len());
        return Err(Error::unsupported("PEP 740, version", own.version.to_string(), at));
    }
    let PublishMaterial { certificate, transparency_entries } = own.verification_material;
    let entries: Vec<&str> = transparency_entries.into_iter().map(RawValue::get).collect();
    Ok(Packed {
        bundle: written(
            &certificate,
            &entries.join(","),
            super::PAYLOAD_TYPE,
            &own.envelope.statement,
            &own.envelope.signature,
        ),
        leaves_out_log: false,
    })
}

/// DSSE v1.0.2, with the member `cert` of go-securesystemslib's dsse.Signature.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    #[serde(default, rename = "keyid")]
    _key_id: String,
    sig: String,
    #[serde(rename = "cert")]
    _certificate: String,
}

/// The certificate in PEM of the envelope's one signature, when it names what Fulcio's name: the
/// service that vouched for the signer. Envelopes of other authorities are none of Sigstore's.
fn certificate(members: &Members<'_>) -> Option<String> {
    const WHAT: &str = "DSSE envelope, certificate";
    /// Fulcio, "OID information": the issuer, in its older and its present form.
    const ISSUER: [&str; 2] = ["1.3.6.1.4.1.57264.1.1", "1.3.6.1.4.1.57264.1.8"];
    let signatures = members.list("signatures").ok()?;
    let [only] = signatures.as_slice() else { return None };
    let pem = Members::parse("JSON input", only).ok()?.text("cert").ok()??;
    let blocks = pem_blocks(WHAT, pem.as_bytes()).ok()?;
    let (_, der) = blocks.first()?;
    let cert = Cert::parse(WHAT, der).ok()?;
    ISSUER.iter().any(|name| cert.extension(name).is_some()).then_some(pem)
}

fn envelope(
    what: &'static str,
    bytes: &[u8],
    pem: &str,
    entry: Option<&LogEntry>,
) -> Result<Packed, Error> {
    use base64::Engine as _;
    let own: Envelope = crate::json::borrowed(what, bytes)?;
    let blocks = pem_blocks(what, pem.as_bytes())?;
    let whole = Span::new(0, bytes.len());
    let ([(_, der)], [signature]) = (blocks.as_slice(), own.signatures.as_slice()) else {
        return Err(Error::malformed(
            what,
            whole,
            "one signature with one certificate is expected",
        ));
    };
    let certificate = base64::engine::general_purpose::STANDARD.encode(der);
    Ok(Packed {
        bundle: written(
            &certificate,
            entry.map(LogEntry::json).unwrap_or_default(),
            &own.payload_type,
            &own.payload,
            &signature.sig,
        ),
        leaves_out_log: entry.is_none(),
    })
}

/// A bundle with these texts in it, each as it stood in the other packing.
fn written(
    certificate: &str,
    entries: &str,
    payload_type: &str,
    payload: &str,
    sig: &str,
) -> Vec<u8> {
    let [media_type, raw_bytes] = [json!(MEDIA_TYPE), json!(certificate)];
    let envelope = json!({
        "payload": payload, "payloadType": payload_type, "signatures": [{ "sig": sig }],
    });
    format!(
        r#"{{"mediaType":{media_type},"verificationMaterial":{{"certificate":{{"rawBytes":{raw_bytes}}},"tlogEntries":[{entries}]}},"dsseEnvelope":{envelope}}}"#
    )
    .into_bytes()
}

//! Build provenance by Google Cloud Build: what `gcloud artifacts docker images describe
//! --show-provenance --format json` prints, or one DSSE envelope of it.
//!
//! A parsed [`Provenance`] is well formed and nothing more. Verification is
//! [`crate::builds::cloud_build::verify`].

use serde::Deserialize;
use serde_json::Value as Json;

use crate::bytes::find;
use crate::error::Error;
use crate::span::Span;
use crate::wire::pasted::of_base64;

/// The largest provenance document that is read, in bytes.
pub(crate) const MAX_PROVENANCE: usize = 4 * 1024 * 1024;

/// The most envelopes that a document may carry.
pub(crate) const MAX_ENVELOPES: usize = 16;

/// The most signatures that an envelope may carry.
pub(crate) const MAX_SIGNATURES: usize = 8;

const WHAT: &str = "Google Cloud Build provenance";

/// How the names of Google's keys for provenance begin.
const KEYS: &str = "projects/verified-builder/";

/// How Google Cloud Build names itself.
const BUILDER: &[u8] = b"https://cloudbuild.googleapis.com/";

/// The envelopes of one image's provenance, with what stands unsigned beside them.
#[derive(Clone, Debug)]
pub(crate) struct Provenance {
    envelopes: Vec<Envelope>,
    summary_digest: Option<String>,
}

/// A DSSE envelope (`application/vnd.in-toto+json` or not: nothing is decided here).
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    /// The payload's media type, covered by the signatures.
    pub payload_type: String,
    /// The payload, exactly the signed bytes.
    pub payload: Vec<u8>,
    /// The signatures; there may be none.
    pub signatures: Vec<Signature>,
    /// The readable copy of the statement that gcloud prints beside the envelope. Nobody signed
    /// it.
    pub unsigned: Option<Json>,
}

/// One signature of an envelope.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    /// The key, as the envelope names it: a hint that no signature covers.
    pub key_id: String,
    /// The signature: DER for ECDSA.
    pub bytes: Vec<u8>,
}

impl Provenance {
    /// Reads a document of either form.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above [`MAX_PROVENANCE`], [`Error::Malformed`] for anything else that
    /// is not of the form: a member that appears twice, no envelope, base64 that is neither
    /// standard nor URL-safe.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_PROVENANCE)?;
        let at = Span::new(0, bytes.len());
        let wire: Wire = crate::json::from_slice(WHAT, bytes)?;
        let summary_digest = wire.image_summary.and_then(|summary| summary.digest);
        let occurrences = match (wire.provenance_summary, wire.envelope) {
            (Some(summary), None) => summary.provenance,
            (None, Some(envelope)) => vec![Occurrence { envelope, build: None }],
            _ => return Err(Error::malformed(WHAT, at, "it holds no DSSE envelope")),
        };
        count("envelopes", occurrences.len(), MAX_ENVELOPES, at)?;
        if occurrences.is_empty() {
            return Err(Error::malformed(WHAT, at, "it holds no DSSE envelope"));
        }
        let envelopes =
            occurrences.into_iter().map(|one| one.envelope(at)).collect::<Result<_, _>>()?;
        Ok(Self { envelopes, summary_digest })
    }

    /// The builder that an envelope at the top of `bytes` names when it is another than Google
    /// Cloud Build: then no key in it is of Google's either. Its predicate or payload type stands
    /// for a builder that it does not name.
    pub(crate) fn other_builder(bytes: &[u8]) -> Option<String> {
        let parsed = Self::parse(bytes).ok()?;
        let envelope = parsed.envelopes.first()?;
        let by_key = envelope.signatures.iter().any(|own| own.key_id.starts_with(KEYS));
        if by_key || find(&envelope.payload, BUILDER).is_some() {
            return None;
        }
        let statement: Json = crate::json::read(&envelope.payload).unwrap_or_default();
        let paths = ["/predicate/builder/id", "/predicate/runDetails/builder/id", "/predicateType"];
        let named = paths.iter().find_map(|path| statement.pointer(path)?.as_str());
        Some(named.unwrap_or(&envelope.payload_type).to_owned())
    }

    /// The envelopes, in order; never empty.
    pub(crate) fn envelopes(&self) -> &[Envelope] {
        &self.envelopes
    }

    /// The image digest (`sha256:` and hex) that gcloud's summary names. Nobody signed it, so no
    /// image is ever identified by it.
    pub(crate) fn summary_digest(&self) -> Option<&str> {
        self.summary_digest.as_deref()
    }
}

#[derive(Deserialize)]
struct Wire {
    image_summary: Option<ImageSummary>,
    provenance_summary: Option<ProvenanceSummary>,
    #[serde(flatten, deserialize_with = "bare")]
    envelope: Option<WireEnvelope>,
}

#[derive(Deserialize)]
struct ImageSummary {
    digest: Option<String>,
}

#[derive(Deserialize)]
struct ProvenanceSummary {
    provenance: Vec<Occurrence>,
}

#[derive(Deserialize)]
struct Occurrence {
    envelope: WireEnvelope,
    build: Option<Build>,
}

#[derive(Deserialize)]
struct Build {
    #[serde(rename = "inTotoSlsaProvenanceV1")]
    v1: Option<Json>,
    #[serde(rename = "intotoStatement")]
    v0_1: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEnvelope {
    payload: String,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<WireSignature>,
}

#[derive(Deserialize)]
struct WireSignature {
    #[serde(default, rename = "keyid")]
    key_id: String,
    sig: String,
}

/// The envelope whose members stand at the top of the document, when there is one.
fn bare<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<WireEnvelope>, D::Error> {
    let members = Json::deserialize(from)?;
    if members.get("payload").is_none() && members.get("payloadType").is_none() {
        return Ok(None);
    }
    crate::json::borrowed(WHAT, members.to_string().as_bytes())
        .map(Some)
        .map_err(serde::de::Error::custom)
}

impl Occurrence {
    fn envelope(self, at: Span) -> Result<Envelope, Error> {
        let wire = self.envelope;
        count("signatures", wire.signatures.len(), MAX_SIGNATURES, at)?;
        let signatures = wire
            .signatures
            .into_iter()
            .map(|signature| {
                let bytes = decoded("DSSE envelope sig", &signature.sig, at)?;
                Ok(Signature { key_id: signature.key_id, bytes })
            })
            .collect::<Result<_, Error>>()?;
        Ok(Envelope {
            payload: decoded("DSSE envelope payload", &wire.payload, at)?,
            payload_type: wire.payload_type,
            signatures,
            unsigned: self.build.and_then(|build| build.v1.or(build.v0_1)),
        })
    }
}

/// Base64 of either alphabet, with or without padding, as DSSE v1 asks its readers to accept.
fn decoded(what: &'static str, text: &str, at: Span) -> Result<Vec<u8>, Error> {
    of_base64(text.as_bytes())
        .map_err(|error| Error::malformed(what, at, format!("base64 is expected: {error}")))
}

fn count(of: &str, count: usize, max: usize, at: Span) -> Result<(), Error> {
    if count > max {
        let why = format!("it has {count} {of} and at most {max} are read");
        return Err(Error::malformed(WHAT, at, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    const BARE: &str =
        r#"{"payload":"_-8","payloadType":"t","signatures":[{"keyid":"k","sig":"AAA="}]}"#;

    fn error(json: &str) -> String {
        Provenance::parse(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn bare_envelope_keeps_the_payload_bytes() {
        let provenance = Provenance::parse(BARE.as_bytes()).unwrap();
        let [envelope] = provenance.envelopes() else { panic!("one envelope") };
        assert_eq!(envelope.payload, [0xff, 0xef]);
        assert_eq!(envelope.signatures[0].bytes, [0, 0]);
        assert!(envelope.unsigned.is_none());
    }

    #[test]
    fn an_envelope_is_of_another_builder_unless_its_key_or_its_payload_is_of_cloud_build() {
        let envelope = |key: &str, statement: &str| {
            let payload = base64::engine::general_purpose::STANDARD.encode(statement);
            let json = serde_json::json!({
                "payload": payload, "payloadType": "t", "signatures": [{ "keyid": key, "sig": "" }],
            });
            Provenance::other_builder(json.to_string().as_bytes())
        };
        let key = "projects/verified-builder/locations/global/keyRings/attestor";
        let own = r#"{"predicate":{"builder":{"id":"https://cloudbuild.googleapis.com/x"}}}"#;
        let other = r#"{"predicate":{"builder":{"id":"https://b.example"}},"predicateType":"p"}"#;
        assert_eq!(envelope(key, other), None);
        assert_eq!(envelope("", own), None);
        assert_eq!(envelope("", other).as_deref(), Some("https://b.example"));
        assert_eq!(envelope("", r#"{"predicateType":"p"}"#).as_deref(), Some("p"));
        assert_eq!(envelope("", "no JSON").as_deref(), Some("t"));
    }

    #[test]
    fn documents_without_exactly_one_form_are_refused() {
        let both = BARE.replacen('{', r#"{"provenance_summary":{"provenance":[]},"#, 1);
        for json in ["{}", r#"{"provenance_summary":{"provenance":[]}}"#, &both] {
            assert!(error(json).contains("no DSSE envelope"), "{json}: {}", error(json));
        }
    }

    #[test]
    fn duplicate_members_and_other_spellings_are_refused() {
        for json in [
            BARE.replace(r#""payloadType""#, r#""payload":"AA","payloadType""#),
            BARE.replace("_-8", "_+8"),
            BARE.replace("_-8", "_-9"),
            BARE.replace("_-8", "_-8 "),
            BARE.replace(r#""_-8""#, "7"),
            BARE.replace(r#","payloadType":"t""#, ""),
        ] {
            assert!(Provenance::parse(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn more_than_is_read_is_refused() {
        let many = [r#"{"sig":""}"#; MAX_SIGNATURES + 1].join(",");
        let json = format!(r#"{{"payload":"","payloadType":"t","signatures":[{many}]}}"#);
        assert!(error(&json).contains("signatures"), "{}", error(&json));
        let many = [r#"{"envelope":{"payload":"","payloadType":"t"}}"#; MAX_ENVELOPES + 1];
        let json = format!(r#"{{"provenance_summary":{{"provenance":[{}]}}}}"#, many.join(","));
        assert!(error(&json).contains("envelopes"), "{}", error(&json));
        let error = Provenance::parse(&vec![b' '; MAX_PROVENANCE + 1]).unwrap_err();
        assert_eq!(error.code(), "too-large");
    }
}

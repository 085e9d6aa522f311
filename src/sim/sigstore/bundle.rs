//! Sigstore bundles, version 0.3, with Rekor v1 entries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Build, EntrySpec, LeafSpec};
use crate::digest::Sha256;
use crate::sim::keys::Key;
use crate::sim::pem;

/// The DSSE payload type of in-toto statements.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// A bundle.
#[derive(Clone, Debug)]
pub struct BundleSpec {
    /// mediaType.
    pub media_type: String,
    /// The build's certificate.
    pub leaf: LeafSpec,
    /// The P-256 key that signs the content.
    pub signer: Key,
    /// What is signed.
    pub content: Content,
    /// The log entries.
    pub entries: Vec<EntrySpec>,
}

/// What a bundle's signature is over.
#[derive(Clone, Debug)]
pub enum Content {
    /// A DSSE envelope, logged as `dsse` 0.0.1.
    Dsse {
        /// payloadType.
        payload_type: String,
        /// The payload: a statement's bytes.
        payload: Vec<u8>,
        /// How often the signature is in the envelope.
        signatures: usize,
    },
    /// An artifact, logged as `hashedrekord` 0.0.1.
    Message {
        /// The artifact's bytes. They are not in the bundle.
        artifact: Vec<u8>,
    },
}

impl BundleSpec {
    /// A healthy bundle by `build` with the in-toto statement `statement`.
    pub fn dsse(build: &Build, statement: Vec<u8>) -> Self {
        Self::new(
            build,
            Content::Dsse { payload_type: IN_TOTO.into(), payload: statement, signatures: 1 },
        )
    }

    /// A healthy bundle by `build` with a signature over `artifact`.
    pub fn message(build: &Build, artifact: Vec<u8>) -> Self {
        Self::new(build, Content::Message { artifact })
    }

    fn new(build: &Build, content: Content) -> Self {
        Self {
            media_type: "application/vnd.dev.sigstore.bundle.v0.3+json".into(),
            leaf: LeafSpec::new(build),
            signer: Key::FulcioLeaf,
            content,
            entries: vec![EntrySpec::default()],
        }
    }

    /// The bundle.
    pub fn json(&self) -> Value {
        let certificate = self.leaf.der();
        let (field, content) = self.signed_content();
        let entries: Vec<Value> =
            self.entries.iter().map(|entry| self.entry(entry, &certificate)).collect();
        let mut bundle = json!({
            "mediaType": self.media_type,
            "verificationMaterial": {
                "certificate": { "rawBytes": STANDARD.encode(&certificate) },
                "timestampVerificationData": {},
                "tlogEntries": entries,
            },
        });
        bundle[field] = content;
        bundle
    }

    /// The bundle's JSON text.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.json()).unwrap()
    }

    fn signed_content(&self) -> (&'static str, Value) {
        match &self.content {
            Content::Dsse { payload_type, payload, signatures } => {
                let signature = json!({ "sig": self.signature(payload_type, payload) });
                let envelope = json!({
                    "payload": STANDARD.encode(payload),
                    "payloadType": payload_type,
                    "signatures": vec![signature; *signatures],
                });
                ("dsseEnvelope", envelope)
            }
            Content::Message { artifact } => {
                let digest = STANDARD.encode(Sha256::of(artifact).as_bytes());
                let message = json!({
                    "messageDigest": { "algorithm": "SHA2_256", "digest": digest },
                    "signature": self.sign(artifact),
                });
                ("messageSignature", message)
            }
        }
    }

    /// The entry of this bundle's content, or of what was logged instead.
    fn entry(&self, entry: &EntrySpec, certificate: &[u8]) -> Value {
        let pem = STANDARD.encode(pem("CERTIFICATE", certificate));
        match &self.content {
            Content::Dsse { payload_type, payload, .. } => {
                let payload = entry.logged_instead.as_ref().unwrap_or(payload);
                let signature = self.signature(payload_type, payload);
                let envelope = json!({
                    "payload": STANDARD.encode(payload),
                    "payloadType": payload_type,
                    "signatures": [{ "sig": signature }],
                });
                let envelope = serde_json::to_vec(&envelope).unwrap();
                let body = json!({
                    "apiVersion": "0.0.1",
                    "kind": "dsse",
                    "spec": {
                        "envelopeHash": sha256(&envelope),
                        "payloadHash": sha256(payload),
                        "signatures": [{ "signature": signature, "verifier": pem }],
                    },
                });
                entry.json("dsse", "0.0.1", &serde_json::to_vec(&body).unwrap())
            }
            Content::Message { artifact } => {
                let artifact = entry.logged_instead.as_ref().unwrap_or(artifact);
                let body = json!({
                    "apiVersion": "0.0.1",
                    "kind": "hashedrekord",
                    "spec": {
                        "data": { "hash": sha256(artifact) },
                        "signature": {
                            "content": self.sign(artifact),
                            "publicKey": { "content": pem },
                        },
                    },
                });
                entry.json("hashedrekord", "0.0.1", &serde_json::to_vec(&body).unwrap())
            }
        }
    }

    fn signature(&self, payload_type: &str, payload: &[u8]) -> String {
        self.sign(&pre_authentication_encoding(payload_type, payload))
    }

    fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.signer.sign(self.signer.algorithm(), message))
    }
}

/// What a DSSE signature is over (DSSE protocol, "Signature Definition").
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let header = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [header.as_bytes(), payload].concat()
}

fn sha256(bytes: &[u8]) -> Value {
    json!({ "algorithm": "sha256", "value": Sha256::of(bytes).to_string() })
}

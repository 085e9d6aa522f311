//! Sigstore bundles of every version, with log entries and timestamps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::time::UnixTime;

use super::{Build, EntrySpec, Issuer, LeafSpec, Rekor, TokenSpec, root};
use crate::keys::Key;
use crate::pem;

/// The DSSE payload type of in-toto statements.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";

/// A bundle.
#[derive(Clone, Debug)]
pub struct BundleSpec {
    /// mediaType.
    pub media_type: String,
    /// The build's certificate.
    pub leaf: LeafSpec,
    /// How the signer is named.
    pub material: Material,
    /// The P-256 key that signs the content.
    pub signer: Key,
    /// What is signed.
    pub content: Content,
    /// The log entries.
    pub entries: Vec<EntrySpec>,
    /// The timestamps of the signature.
    pub timestamps: Vec<TokenSpec>,
}

/// How a bundle names its signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Material {
    /// One certificate, as version 0.3 has it.
    Certificate,
    /// A list with the one certificate, as versions 0.1 and 0.2 have it.
    Chain,
    /// The same with the root certificate at its end, which no bundle may have.
    ChainWithRoot,
    /// The hint of a key that the reader must already have.
    Key,
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

    /// A healthy bundle by `build` with the in-toto statement `statement`, logged in Rekor v2 and
    /// stamped by the timestamp authority.
    pub fn rekor_v2(build: &Build, statement: Vec<u8>) -> Self {
        Self {
            entries: vec![EntrySpec::v2()],
            timestamps: vec![TokenSpec::default()],
            ..Self::dsse(build, statement)
        }
    }

    /// A healthy bundle of an instance without logs, like GitHub's own, by `build` with the
    /// in-toto statement `statement`.
    pub fn github(build: &Build, statement: Vec<u8>) -> Self {
        let mut spec = Self::dsse(build, statement);
        spec.leaf.issuer = Issuer::GitHub;
        spec.leaf.scts = Vec::new();
        spec.entries = Vec::new();
        spec.timestamps = vec![TokenSpec::default()];
        spec
    }

    fn new(build: &Build, content: Content) -> Self {
        Self {
            media_type: "application/vnd.dev.sigstore.bundle.v0.3+json".into(),
            leaf: LeafSpec::new(build),
            material: Material::Certificate,
            signer: Key::FulcioLeaf,
            content,
            entries: vec![EntrySpec {
                integrated_time: UnixTime(build.time.0 + 5),
                ..EntrySpec::default()
            }],
            timestamps: Vec::new(),
        }
    }

    /// The bundle.
    pub fn json(&self) -> Value {
        let certificate = self.leaf.der();
        let (field, content) = self.signed_content();
        let entries: Vec<Value> =
            self.entries.iter().map(|entry| self.entry(entry, &certificate)).collect();
        let raw = |der: &[u8]| json!({ "rawBytes": STANDARD.encode(der) });
        let (member, material) = match self.material {
            Material::Certificate => ("certificate", raw(&certificate)),
            Material::Chain => {
                ("x509CertificateChain", json!({ "certificates": [raw(&certificate)] }))
            }
            Material::ChainWithRoot => (
                "x509CertificateChain",
                json!({ "certificates": [raw(&certificate), raw(root())] }),
            ),
            Material::Key => ("publicKey", json!({ "hint": "SIMULATED key" })),
        };
        let mut bundle = json!({
            "mediaType": self.media_type,
            "verificationMaterial": {
                member: material,
                "timestampVerificationData": self.timestamp_data(),
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

    fn timestamp_data(&self) -> Value {
        if self.timestamps.is_empty() {
            return json!({});
        }
        let signature = match &self.content {
            Content::Dsse { payload_type, payload, .. } => {
                self.raw_signature(&pre_authentication_encoding(payload_type, payload))
            }
            Content::Message { artifact } => self.raw_signature(artifact),
        };
        let tokens: Vec<Value> = self
            .timestamps
            .iter()
            .map(|token| json!({ "signedTimestamp": STANDARD.encode(token.der(&signature)) }))
            .collect();
        json!({ "rfc3161Timestamps": tokens })
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
        let logged = |own: &Vec<u8>| entry.logged_instead.clone().unwrap_or_else(|| own.clone());
        match (&self.content, entry.rekor) {
            (Content::Dsse { payload_type, payload, .. }, Rekor::V1) => {
                self.dsse_entry(entry, payload_type, &logged(payload), certificate)
            }
            (Content::Dsse { payload_type, payload, .. }, Rekor::V1Intoto) => {
                self.intoto_entry(entry, payload_type, &logged(payload), certificate)
            }
            (Content::Dsse { payload_type, payload, .. }, Rekor::V2) => {
                let signed = pre_authentication_encoding(payload_type, &logged(payload));
                self.record_v2(entry, &signed, certificate)
            }
            (Content::Message { artifact }, Rekor::V2) => {
                self.record_v2(entry, &logged(artifact), certificate)
            }
            (Content::Message { artifact }, Rekor::V1 | Rekor::V1Intoto) => {
                self.record_v1(entry, &logged(artifact), certificate)
            }
        }
    }

    fn dsse_entry(
        &self,
        entry: &EntrySpec,
        payload_type: &str,
        payload: &[u8],
        certificate: &[u8],
    ) -> Value {
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
                "signatures": [{ "signature": signature, "verifier": self.verifier(certificate) }],
            },
        });
        entry.json("dsse", "0.0.1", &serde_json::to_vec(&body).unwrap())
    }

    fn intoto_entry(
        &self,
        entry: &EntrySpec,
        payload_type: &str,
        payload: &[u8],
        certificate: &[u8],
    ) -> Value {
        let signature = self.signature(payload_type, payload);
        let body = json!({
            "apiVersion": "0.0.2",
            "kind": "intoto",
            "spec": {
                "content": {
                    "envelope": {
                        "payloadType": payload_type,
                        "signatures": [{
                            "publicKey": self.verifier(certificate),
                            // This kind of entry has its signature in base64 twice.
                            "sig": STANDARD.encode(&signature),
                        }],
                    },
                    "hash": sha256(signature.as_bytes()),
                    "payloadHash": sha256(payload),
                },
            },
        });
        entry.json("intoto", "0.0.2", &serde_json::to_vec(&body).unwrap())
    }

    fn record_v1(&self, entry: &EntrySpec, artifact: &[u8], certificate: &[u8]) -> Value {
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": { "hash": sha256(artifact) },
                "signature": {
                    "content": self.sign(artifact),
                    "publicKey": { "content": self.verifier(certificate) },
                },
            },
        });
        entry.json("hashedrekord", "0.0.1", &serde_json::to_vec(&body).unwrap())
    }

    fn record_v2(&self, entry: &EntrySpec, signed: &[u8], certificate: &[u8]) -> Value {
        let (member, verifier) = match self.material {
            Material::Key => ("publicKey", self.signer.spki()),
            _ => ("x509Certificate", certificate.to_vec()),
        };
        let body = json!({
            "apiVersion": "0.0.2",
            "kind": "hashedrekord",
            "spec": {
                "hashedRekordV002": {
                    "data": {
                        "algorithm": "SHA2_256",
                        "digest": STANDARD.encode(Sha256::of(signed).as_bytes()),
                    },
                    "signature": {
                        "content": self.sign(signed),
                        "verifier": {
                            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                            member: { "rawBytes": STANDARD.encode(verifier) },
                        },
                    },
                },
            },
        });
        entry.json("hashedrekord", "0.0.2", &serde_json::to_vec(&body).unwrap())
    }

    /// The signer's certificate or key as Rekor v1 logs it: PEM in base64.
    fn verifier(&self, certificate: &[u8]) -> String {
        STANDARD.encode(match self.material {
            Material::Key => pem("PUBLIC KEY", &self.signer.spki()),
            _ => pem("CERTIFICATE", certificate),
        })
    }

    fn signature(&self, payload_type: &str, payload: &[u8]) -> String {
        self.sign(&pre_authentication_encoding(payload_type, payload))
    }

    fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.raw_signature(message))
    }

    fn raw_signature(&self, message: &[u8]) -> Vec<u8> {
        self.signer.sign(self.signer.algorithm(), message)
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

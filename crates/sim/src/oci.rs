//! Container images by their indexes and manifests. No such image can be pulled.

use serde_json::{Value as Json, json};

use silicon_to_source::digest::Sha256;

/// Media type of an image manifest.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Media type of an image index.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// An image for Linux on x86-64 with an index that lists it beside one for another architecture.
/// The public fields can be changed before the bytes are made.
#[derive(Clone, Debug)]
pub struct ImageSpec {
    /// The manifest.
    pub manifest: Json,
    /// What the index says about the manifest: its descriptor, of which the digest and size, where
    /// they are absent, are filled in.
    pub entry: Json,
    /// The other descriptors of the index.
    pub others: Vec<Json>,
}

impl Default for ImageSpec {
    fn default() -> Self {
        let other = manifest(b"SIMULATED program for another architecture").to_string();
        Self {
            manifest: manifest(b"SIMULATED program"),
            entry: json!({
                "mediaType": MANIFEST,
                "platform": { "architecture": "amd64", "os": "linux" },
            }),
            others: vec![json!({
                "mediaType": MANIFEST,
                "digest": sha256(other.as_bytes()),
                "size": other.len(),
                "platform": { "architecture": "arm64", "os": "linux" },
            })],
        }
    }
}

impl ImageSpec {
    /// The manifest's bytes.
    pub fn manifest_bytes(&self) -> Vec<u8> {
        self.manifest.to_string().into_bytes()
    }

    /// The index's bytes.
    pub fn index_bytes(&self) -> Vec<u8> {
        let manifest = self.manifest_bytes();
        let mut entry = self.entry.clone();
        let members = entry.as_object_mut().unwrap();
        members.entry("digest").or_insert_with(|| sha256(&manifest).into());
        members.entry("size").or_insert_with(|| manifest.len().into());
        let manifests: Vec<&Json> = self.others.iter().chain([&entry]).collect();
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
        index.to_string().into_bytes()
    }

    /// SHA-256 of the manifest.
    pub fn manifest_digest(&self) -> Sha256 {
        Sha256::of(&self.manifest_bytes())
    }

    /// SHA-256 of the index.
    pub fn index_digest(&self) -> Sha256 {
        Sha256::of(&self.index_bytes())
    }
}

/// The manifest of an image with one layer.
pub fn manifest(layer: &[u8]) -> Json {
    let config = b"{\"architecture\":\"amd64\",\"os\":\"linux\"}";
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": sha256(config),
            "size": config.len(),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest": sha256(layer),
            "size": layer.len(),
        }],
    })
}

fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", Sha256::of(bytes))
}

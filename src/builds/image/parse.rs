//! Container images: indexes, manifests and references (OCI image specification v1.1, Docker image
//! manifest v2 schema 2).
//!
//! A manifest's digest is that of its exact bytes, so nothing here writes one anew. A parsed
//! document is well formed and nothing more; [`crate::builds::image::verify`] compares digests.

use serde::Deserialize;

use crate::builds::sigstore::parse::is_lower_hex;
use crate::digest::Sha256;
use crate::error::Error;
use crate::span::Span;

/// The largest index or manifest that is read, in bytes: what OCI distribution v1.1 asks a
/// registry to accept.
pub(crate) const MAX_DOCUMENT: usize = 4 * 1024 * 1024;

/// The most images that an index may list, and layers that a manifest may have.
pub(crate) const MAX_DESCRIPTORS: usize = 1024;

const WHAT: &str = "OCI image document";
const INDEX: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];
const MANIFEST: [&str; 2] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// An image index or an image manifest.
#[derive(Clone, Debug)]
pub(crate) enum Document {
    /// A list of images, one per platform.
    Index(Vec<Descriptor>),
    /// One image.
    Manifest,
}

/// Names content by digest (OCI descriptor).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Descriptor {
    /// Media type of the content.
    pub media_type: String,
    /// SHA-256 of the content.
    pub digest: Sha256,
    /// Length of the content in bytes.
    pub size: u64,
    /// The platform for which an image is made, where an index says so.
    pub platform: Option<Platform>,
}

/// Operating system and architecture, as Go names them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Platform {
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub architecture: String,
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)
    }
}

impl Descriptor {
    /// Whether the content is one image, and not a further index or something that is no image.
    pub(crate) fn is_image(&self) -> bool {
        MANIFEST.contains(&self.media_type.as_str())
    }
}

impl Document {
    /// Reads an index or a manifest.
    ///
    /// The media type, where the document has one, and its members must say the same: a document
    /// that can be read as both is refused (CVE-2021-41190).
    ///
    /// # Errors
    /// [`Error::TooLarge`] above [`MAX_DOCUMENT`], [`Error::Unsupported`] for another media type
    /// or schema, [`Error::Malformed`] for the rest.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_DOCUMENT)?;
        let at = Span::new(0, bytes.len());
        let wire: Wire = crate::json::from_slice(WHAT, bytes)?;
        if wire.schema_version != 2 {
            return Err(Error::unsupported("OCI schemaVersion", wire.schema_version, at));
        }
        let ambiguous =
            || Error::malformed(WHAT, at, "it is neither an index nor a manifest alone");
        let is_index = match wire.media_type.as_deref() {
            Some(kind) if INDEX.contains(&kind) => Some(true),
            Some(kind) if MANIFEST.contains(&kind) => Some(false),
            Some(other) => return Err(Error::unsupported("OCI mediaType", other, at)),
            None => None,
        };
        match (is_index, wire.manifests, wire.config, wire.layers) {
            (Some(true) | None, Some(manifests), None, None) => {
                Ok(Self::Index(descriptors(manifests, at)?))
            }
            (Some(false) | None, None, Some(config), Some(layers)) => {
                config.check(at)?;
                descriptors(layers, at)?;
                Ok(Self::Manifest)
            }
            _ => Err(ambiguous()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    schema_version: u64,
    media_type: Option<String>,
    manifests: Option<Vec<WireDescriptor>>,
    config: Option<WireDescriptor>,
    layers: Option<Vec<WireDescriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDescriptor {
    media_type: String,
    digest: String,
    size: u64,
    platform: Option<Platform>,
}

impl WireDescriptor {
    fn check(self, at: Span) -> Result<Descriptor, Error> {
        let digest = sha256(&self.digest)
            .ok_or_else(|| Error::unsupported("OCI descriptor digest", &self.digest, at))?;
        Ok(Descriptor {
            media_type: self.media_type,
            digest,
            size: self.size,
            platform: self.platform,
        })
    }
}

fn descriptors(wire: Vec<WireDescriptor>, at: Span) -> Result<Vec<Descriptor>, Error> {
    if wire.len() > MAX_DESCRIPTORS {
        let why = format!("it lists {} things and at most {MAX_DESCRIPTORS} are read", wire.len());
        return Err(Error::malformed(WHAT, at, why));
    }
    wire.into_iter().map(|descriptor| descriptor.check(at)).collect()
}

/// How an image is named: `registry/path:tag@sha256:hex`, of which tag and digest may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// Registry and path.
    pub name: &'a str,
    /// The tag: whoever runs the registry can point it elsewhere at any time.
    pub tag: Option<&'a str>,
    /// The digest.
    pub digest: Option<Sha256>,
}

impl<'a> Reference<'a> {
    /// Reads a reference.
    ///
    /// # Errors
    /// When what follows an `@` is not `sha256:` and 64 lower-case hex digits.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Error> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                let at = Span::new(rest.len(), digest.len());
                let digest = sha256(digest)
                    .ok_or_else(|| Error::unsupported("image reference digest", digest, at))?;
                (rest, Some(digest))
            }
            None => (text, None),
        };
        // A colon before the last slash is a port.
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        Ok(Self { name, tag, digest })
    }
}

/// The digest in `sha256:` and lower-case hex.
pub(crate) fn sha256(text: &str) -> Option<Sha256> {
    text.strip_prefix("sha256:").filter(|hex| is_lower_hex(hex))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn descriptor() -> String {
        format!(r#"{{"mediaType":"{}","digest":"sha256:{HEX}","size":3}}"#, MANIFEST[0])
    }

    fn index(members: &str) -> String {
        format!(r#"{{"schemaVersion":2{members},"manifests":[{}]}}"#, descriptor())
    }

    #[test]
    fn documents_of_both_kinds_are_read() {
        for kind in ["", r#","mediaType":"application/vnd.oci.image.index.v1+json""#] {
            let Ok(Document::Index(images)) = Document::parse(index(kind).as_bytes()) else {
                panic!("an index")
            };
            assert_eq!(images[0].digest, Sha256::of(b"abc"));
            assert!(images[0].is_image() && images[0].platform.is_none());
        }
        let d = descriptor();
        let manifest = format!(r#"{{"schemaVersion":2,"config":{d},"layers":[{d},{d}]}}"#);
        assert!(matches!(Document::parse(manifest.as_bytes()), Ok(Document::Manifest)));
        let many = vec![d.as_str(); MAX_DESCRIPTORS + 1].join(",");
        let manifest = format!(r#"{{"schemaVersion":2,"config":{d},"layers":[{many}]}}"#);
        assert!(Document::parse(manifest.as_bytes()).is_err());
    }

    #[test]
    fn documents_that_two_readers_could_read_differently_are_refused() {
        let d = descriptor();
        for json in [
            index(&format!(r#","config":{d},"layers":[]"#)),
            index(r#","mediaType":"application/vnd.oci.image.manifest.v1+json""#),
            index(r#","mediaType":"application/vnd.docker.distribution.manifest.v1+json""#),
            index(r#","schemaVersion":2"#),
            index("").replace("sha256:", "sha512:"),
            index("").replace(HEX, &HEX.to_uppercase()),
            index("").replace(HEX, &HEX[2..]),
            index("").replace(r#""size":3"#, r#""size":-3"#),
            index("").replacen('2', "1", 1),
            r#"{"schemaVersion":2}"#.to_owned(),
            format!(r#"{{"schemaVersion":2,"config":{d}}}"#),
        ] {
            assert!(Document::parse(json.as_bytes()).is_err(), "{json}");
        }
        let error = Document::parse(&vec![b' '; MAX_DOCUMENT + 1]).unwrap_err();
        assert_eq!(error.code(), "too-large");
    }

    #[test]
    fn references_are_taken_apart() {
        let full = format!("registry.example:5000/a/b:v1@sha256:{HEX}");
        for (text, name, tag, digest) in [
            (full.as_str(), "registry.example:5000/a/b", Some("v1"), Some(Sha256::of(b"abc"))),
            ("registry.example:5000/a/b", "registry.example:5000/a/b", None, None),
            ("alpine:3", "alpine", Some("3"), None),
        ] {
            assert_eq!(Reference::parse(text), Ok(Reference { name, tag, digest }), "{text}");
        }
        assert!(Reference::parse("a@sha256:00").is_err());
        assert!(Reference::parse("a@md5:00").is_err());
    }
}

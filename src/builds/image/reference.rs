//! Images as configurations name them.

/// A container image as a configuration names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    /// The reference.
    pub text: String,
    /// What it pins.
    pub pin: Pin,
}

/// What an image reference pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    /// Nothing: a container names no image that could be found.
    Absent,
    /// The content: `@sha256:` and 64 hex digits.
    Digest,
    /// A name that whoever runs the registry can point elsewhere.
    Tag,
}

/// The images of a configuration, and how surely they were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageReferences {
    /// Every image that the `containers` section names, in order.
    All(Vec<ImageReference>),
    /// The configuration could not be read with certainty. These words look like images; there
    /// may be others.
    Some(Vec<ImageReference>),
}

/// What an image reference pins.
pub(crate) fn reference(text: &str) -> ImageReference {
    let is_digest = text.rsplit_once("@sha256:").is_some_and(|(name, digest)| {
        !name.is_empty() && digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit())
    });
    ImageReference { text: text.to_owned(), pin: if is_digest { Pin::Digest } else { Pin::Tag } }
}

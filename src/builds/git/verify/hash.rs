//! Names of objects from their bytes.

use sha1_checked::{CollisionResult, Sha1};

use crate::builds::git::parse::objects::{Format, Kind, ObjectName};
use crate::digest::Sha256;

/// Bytes that were made to collide with others under SHA-1: they have a name, and so have others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision;

/// SHA-1 that looks for the marks of every known collision attack (Stevens and Shumow, 2017).
///
/// # Errors
/// When it finds them.
pub fn sha1(parts: &[&[u8]]) -> Result<[u8; 20], Collision> {
    use sha1_checked::Digest as _;
    let mut hasher = Sha1::new();
    for part in parts {
        hasher.update(part);
    }
    match hasher.try_finalize() {
        CollisionResult::Ok(hash) => Ok(hash.into()),
        CollisionResult::Mitigated(_) | CollisionResult::Collision(_) => Err(Collision),
    }
}

/// The name of an object: the hash of `kind SP length NUL content`.
///
/// # Errors
/// When the bytes were made to collide with others.
pub fn name(format: Format, kind: Kind, content: &[u8]) -> Result<ObjectName, Collision> {
    let header = format!("{} {}\0", kind.word(), content.len());
    let parts = [header.as_bytes(), content];
    match format {
        Format::Sha1 => sha1(&parts).map(ObjectName::Sha1),
        Format::Sha256 => Ok(ObjectName::Sha256(Sha256::of_parts(&parts).0)),
    }
}

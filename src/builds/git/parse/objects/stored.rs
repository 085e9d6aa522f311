//! Objects as git stores them: a header and the content, compressed or not.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::bufread::ZlibDecoder;

use super::Kind;
use crate::error::Error;
use crate::span::Span;

/// The largest object that is read, in bytes, after decompression.
pub const MAX_OBJECT: usize = 16 * 1024 * 1024;

const WHAT: &str = "git object";

/// An object's kind and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// What it is.
    pub kind: Kind,
    /// What follows the header.
    pub content: Cow<'a, [u8]>,
}

impl<'a> Object<'a> {
    /// Reads an object as it lies in `.git/objects` (zlib), or the same without compression:
    /// `kind SP length NUL content`. `None` when it begins like neither.
    ///
    /// # Errors
    /// When it begins like an object and is not one: the length in the header is not that of the
    /// content, the compression is broken, or there is more than [`MAX_OBJECT`].
    pub fn stored(bytes: &'a [u8]) -> Result<Option<Self>, Error> {
        if let Some((kind, len, header)) = header(bytes) {
            let content = bytes.get(header..).unwrap_or_default();
            return object(kind, len, Cow::Borrowed(content)).map(Some);
        }
        let mut beginning = [0; 32];
        let read = zlib(bytes).and_then(|mut decoder| filled(&mut decoder, &mut beginning));
        let Some((kind, len, header)) = read.and_then(|read| self::header(beginning.get(..read)?))
        else {
            return Ok(None);
        };
        Error::cap(WHAT, len, MAX_OBJECT)?;
        let whole = inflated(bytes, header.saturating_add(len))?;
        let content = whole.get(header..).unwrap_or_default().to_vec();
        object(kind, len, Cow::Owned(content)).map(Some)
    }
}

fn object(kind: Kind, len: usize, content: Cow<'_, [u8]>) -> Result<Object<'_>, Error> {
    Error::cap(WHAT, content.len(), MAX_OBJECT)?;
    if content.len() != len {
        let why = format!("its header says {len} bytes and {} follow", content.len());
        return Err(Error::malformed(WHAT, Span::new(0, content.len()), why));
    }
    Ok(Object { kind, content })
}

/// Kind, length of the content, and length of the header itself with its NUL.
fn header(bytes: &[u8]) -> Option<(Kind, usize, usize)> {
    const LONGEST: usize = 32;
    let end = bytes.iter().take(LONGEST).position(|&byte| byte == 0)?;
    let header = bytes.get(..end)?;
    let space = header.iter().position(|&byte| byte == b' ')?;
    let kind = Kind::of(header.get(..space)?)?;
    let digits = header.get(space.checked_add(1)?..)?;
    let canonical =
        digits.iter().all(u8::is_ascii_digit) && (digits == b"0" || !digits.starts_with(b"0"));
    let len = str::from_utf8(digits).ok().filter(|_| canonical)?.parse().ok()?;
    Some((kind, len, end.checked_add(1)?))
}

/// A decoder, when the first two bytes are those of zlib (RFC 1950 section 2.2).
fn zlib(bytes: &[u8]) -> Option<ZlibDecoder<&[u8]>> {
    let &[first, second, ..] = bytes else { return None };
    let is_zlib =
        first & 0x0f == 8 && u16::from_be_bytes([first, second]).checked_rem(31) == Some(0);
    is_zlib.then(|| ZlibDecoder::new(bytes))
}

/// How much of `buffer` could be filled.
fn filled(decoder: &mut impl std::io::Read, buffer: &mut [u8]) -> Option<usize> {
    let mut read: usize = 0;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match decoder.read(rest) {
            Ok(0) | Err(_) => break,
            Ok(more) => read = read.checked_add(more)?,
        }
    }
    Some(read)
}

/// The whole stream, which decompresses to exactly `len` bytes with nothing after it.
fn inflated(bytes: &[u8], len: usize) -> Result<Vec<u8>, Error> {
    const WHAT: &str = "git object, zlib";
    let at = Span::new(0, bytes.len());
    let mut decoder = ZlibDecoder::new(bytes);
    let mut whole = Vec::new();
    let limit = u64::try_from(len).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .by_ref()
        .take(limit)
        .read_to_end(&mut whole)
        .map_err(|error| Error::malformed(WHAT, at, error.to_string()))?;
    if whole.len() != len {
        let why = "it does not decompress to the length in its header";
        return Err(Error::malformed(WHAT, at, why));
    }
    if !decoder.into_inner().is_empty() {
        return Err(Error::malformed(WHAT, at, "bytes follow it"));
    }
    Ok(whole)
}

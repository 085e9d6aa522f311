//! The header lines of commits and tags.

use crate::error::Error;
use crate::span::Span;

/// The most header lines that are read: a commit has one for each parent.
const MAX_HEADERS: usize = 4096;

/// A header: its name, and its value with continuation lines joined by line feeds.
pub(super) struct Header<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: Vec<u8>,
}

/// The headers, and what follows the blank line.
///
/// # Errors
/// When a line has no value, a continuation comes first, or no blank line follows.
pub(super) fn split<'a>(
    what: &'static str,
    content: &'a [u8],
) -> Result<(Vec<Header<'a>>, &'a [u8]), Error> {
    let refused = |at: usize, why: &'static str| Error::malformed(what, Span::new(at, 1), why);
    let mut headers: Vec<Header<'a>> = Vec::new();
    let mut position: usize = 0;
    loop {
        let rest = content.get(position..).unwrap_or_default();
        let Some(len) = rest.iter().position(|&byte| byte == b'\n') else {
            return Err(refused(position, "no blank line ends its headers"));
        };
        let line = rest.get(..len).unwrap_or_default();
        let after = position.saturating_add(len).saturating_add(1);
        if line.is_empty() {
            return Ok((headers, content.get(after..).unwrap_or_default()));
        }
        if let Some(more) = line.strip_prefix(b" ") {
            let Some(last) = headers.last_mut() else {
                return Err(refused(position, "a continuation line comes first"));
            };
            last.value.push(b'\n');
            last.value.extend_from_slice(more);
        } else {
            let Some(space) = line.iter().position(|&byte| byte == b' ') else {
                return Err(refused(position, "a header has no value"));
            };
            let (name, value) = line.split_at(space);
            headers.push(Header { name, value: value.get(1..).unwrap_or_default().to_vec() });
        }
        Error::cap(what, headers.len(), MAX_HEADERS)?;
        position = after;
    }
}

/// The next header, which must be called `name`.
pub(super) fn expect<'h, 'a>(
    what: &'static str,
    headers: &mut impl Iterator<Item = &'h Header<'a>>,
    name: &'static str,
) -> Result<&'h [u8], Error>
where
    'a: 'h,
{
    let missing = || {
        Error::malformed(what, Span::new(0, 0), format!("its header {name} is not in its place"))
    };
    match headers.next() {
        Some(header) if header.name == name.as_bytes() => Ok(&header.value),
        _ => Err(missing()),
    }
}

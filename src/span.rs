//! Where a value stands in a piece of evidence.

use serde::Serialize;

/// A range of bytes inside one piece of evidence: `start` is an offset from its first byte,
/// `len` a count of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Number of bytes.
    pub len: usize,
}

impl Span {
    /// The span of `len` bytes that begins at `start`.
    pub const fn new(start: usize, len: usize) -> Self {
        Self { start, len }
    }

    /// The offset after the last byte; saturates instead of wrapping.
    pub const fn end(self) -> usize {
        self.start.saturating_add(self.len)
    }

    /// The bytes of `data` in this span, or `None` when the span reaches past its end.
    pub fn of(self, data: &[u8]) -> Option<&[u8]> {
        data.get(self.start..self.start.checked_add(self.len)?)
    }
}

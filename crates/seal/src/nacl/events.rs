//! An answer that comes event by event.

use super::Opener;
use crate::{MAX_ANSWER, Unopened};

/// What is between two events (Server-sent events, section 9.2.5 of the HTML standard).
const BETWEEN: &[u8] = b"\n\n";

/// Opens events as their bytes come in.
#[derive(Debug)]
pub(crate) struct Events {
    opener: Opener,
    rest: Vec<u8>,
    /// Whether any event was opened: without one, nobody showed that the service's key was used.
    any: bool,
}

impl Events {
    pub(super) const fn of(opener: Opener) -> Self {
        Self { opener, rest: Vec::new(), any: false }
    }

    /// Takes the next bytes and gives the events that are complete with them, as they stood before
    /// they were sealed, each with the empty line behind it.
    ///
    /// # Errors
    /// Every [`Unopened`].
    pub(crate) fn taken(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Unopened> {
        let from = self.rest.len().saturating_sub(1);
        self.rest.extend_from_slice(bytes);
        let mut out = Vec::new();
        let mut searched = from;
        while let Some(place) = self
            .rest
            .get(searched..)
            .and_then(|rest| rest.windows(BETWEEN.len()).position(|pair| pair == BETWEEN))
        {
            let end = searched.saturating_add(place);
            let behind = end.saturating_add(BETWEEN.len());
            let event: Vec<u8> = self.rest.drain(..behind).take(end).collect();
            searched = 0;
            if let Some(opened) = self.event(&event)? {
                self.any = true;
                out.extend_from_slice(&opened);
                out.extend_from_slice(BETWEEN);
            }
        }
        if self.rest.len() > MAX_ANSWER {
            return Err(Unopened::TooLarge);
        }
        Ok(out)
    }

    /// Whether an event was opened, and none is begun.
    pub(crate) const fn is_complete(&self) -> bool {
        self.any && self.rest.is_empty()
    }

    /// What one event holds; nothing for a comment, which keeps a connection open.
    fn event(&mut self, event: &[u8]) -> Result<Option<Vec<u8>>, Unopened> {
        let text = std::str::from_utf8(event).map_err(|_| Unopened::Form)?;
        let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with(':'));
        let Some(line) = lines.next() else { return Ok(None) };
        let data = line.strip_prefix("data:").filter(|_| lines.next().is_none());
        self.opener.open(data.ok_or(Unopened::Form)?.trim_start_matches(' ')).map(Some)
    }
}

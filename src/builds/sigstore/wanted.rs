//! What Rekor, the public log, can be asked about an envelope that came without its entry.

use super::checks;
use super::parse::RekorAnswer;
use super::verify::{RootSource, TrustedRoot};
use crate::digest::Sha256;
use crate::report::Wanted;

/// A search for entries.
pub(crate) const SEARCH: &str = "rekor-search";

/// The log of the public-good instance.
const LOG: &str = "https://rekor.sigstore.dev/api/v1";

/// Where a search is asked. The answer to the hash behind it is a list of names.
const INDEX: &str = "/index/retrieve?hash=sha256:";

/// The most entries that are asked for.
const MAX_ENTRIES: usize = 8;

/// The entry for `payload`: the search for it first, then each entry that a search found. A
/// simulated log, and one of a reader's own, is asked nothing.
pub(super) fn rekor(payload: &[u8], found: &[RekorAnswer], root: &TrustedRoot) -> Vec<Wanted> {
    if !matches!(root.source(), RootSource::Embedded | RootSource::Refreshed) {
        return Vec::new();
    }
    let want = |what, path: String| Wanted {
        what,
        url: format!("{LOG}{path}"),
        decides: vec![&checks::SIGSTORE_LOG_ENTRY, &checks::SIGSTORE_TIME],
        reveals: "payload-digest",
    };
    let names = found.iter().filter_map(|answer| match answer {
        RekorAnswer::Names(names) => Some(names),
        RekorAnswer::Entries(_) => None,
    });
    let mut entries = names.flatten().take(MAX_ENTRIES).peekable();
    match entries.peek() {
        None if found.is_empty() => {
            vec![want(SEARCH, format!("{INDEX}{}", Sha256::of(payload)))]
        }
        _ => entries.map(|name| want("rekor-entry", format!("/log/entries/{name}"))).collect(),
    }
}

/// The body of the `POST` with which a search is asked; `None` for an address that is none.
pub(crate) fn search(url: &str) -> Option<String> {
    let hash: Sha256 = url.strip_prefix(LOG)?.strip_prefix(INDEX)?.parse().ok()?;
    Some(serde_json::json!({ "hash": format!("sha256:{hash}") }).to_string())
}

//! The files of a built site by their digests, from which everything that names them is made:
//! `verifier-manifest.json`, the WEBCAT manifest and the WAICT manifest.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use silicon_to_source::digest::Sha256;

use crate::build::{files, read};
use crate::failure::Failure;

/// The page's verifier.
pub(crate) const WASM: &str = "pkg/silicon_to_source_bg.wasm";

/// What is made of the list, and so does not stand in it: a file or a folder each.
pub(crate) const MADE_OF_IT: [&str; 4] =
    [".well-known", "_headers", "release.intoto.jsonl", "verifier-manifest.json"];

/// Digests by path, with `/` between folders.
pub(crate) type Listing = BTreeMap<String, Sha256>;

/// Every file of `site`, but for what is made of this list.
pub(crate) fn of(site: &Path) -> Result<Listing, Failure> {
    let mut listing = Listing::new();
    for path in files(site)? {
        let name = name(site, &path);
        let first = name.split('/').next().unwrap_or_default();
        if !MADE_OF_IT.contains(&first) {
            listing.insert(name, Sha256::of(&read(&path)?));
        }
    }
    Ok(listing)
}

/// The path of a file below `folder`, as an address has it.
pub(crate) fn name(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).iter();
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A digest as WEBCAT and WAICT write it.
pub(crate) fn base64url(digest: &Sha256) -> String {
    URL_SAFE_NO_PAD.encode(digest.0)
}

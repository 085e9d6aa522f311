//! Sets and maps that are filled one by one.
//!
//! `collect` sorts a list first, so that each type of element brings a sort of its own into the
//! wasm: 5,000 to 9,000 bytes each.

use std::collections::{BTreeMap, BTreeSet};

/// The set of `items`.
pub(crate) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

/// The map of `pairs`; the last of several with one key counts.
pub(crate) fn map<K: Ord, V>(pairs: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(pairs);
    map
}

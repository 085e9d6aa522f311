//! Which engine answered which signatures.
//!
//! The engines are beside a report and not in it: a report says what the evidence shows, which is
//! the same by either engine, byte for byte.

use serde::Serialize;
use serde::ser::Serializer;

use super::Algorithm;

/// An engine that verifies signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// RustCrypto, compiled into this crate.
    Rust,
    /// The Web Cryptography API of the browser or of Node.
    WebCrypto,
}

/// How many different signatures each engine answered, by algorithm; in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signatures(Vec<((Algorithm, Engine), usize)>);

impl Signatures {
    pub(super) fn count(&mut self, algorithm: Algorithm, engine: Engine) {
        self.add((algorithm, engine), 1);
    }

    fn add(&mut self, of: (Algorithm, Engine), more: usize) {
        match self.0.binary_search_by_key(&of, |(own, _)| *own) {
            Ok(place) => {
                if let Some((_, count)) = self.0.get_mut(place) {
                    *count = count.saturating_add(more);
                }
            }
            Err(place) => self.0.insert(place, (of, more)),
        }
    }

    /// How many signatures `engine` answered.
    pub fn by(&self, engine: Engine) -> usize {
        let own = self.0.iter().filter(|((_, by), _)| *by == engine);
        own.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Counts for `engine` what `other` counts for it.
    pub fn replace(&mut self, engine: Engine, other: &Self) {
        self.0.retain(|((_, by), _)| *by != engine);
        for (of, count) in other.0.iter().filter(|((_, by), _)| *by == engine) {
            self.add(*of, *count);
        }
    }

    /// Each algorithm and engine, with how many signatures it was.
    pub fn iter(&self) -> impl Iterator<Item = (Algorithm, Engine, usize)> {
        self.0.iter().map(|&((algorithm, engine), count)| (algorithm, engine, count))
    }
}

impl Serialize for Signatures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row {
            algorithm: String,
            engine: Engine,
            count: usize,
        }
        serializer.collect_seq(self.iter().map(|(algorithm, engine, count)| Row {
            algorithm: algorithm.to_string(),
            engine,
            count,
        }))
    }
}

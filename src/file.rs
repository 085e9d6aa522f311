//! A file as a shell hands it over.

use std::borrow::Cow;

/// A file with its name.
#[derive(Clone, Debug)]
pub struct File<'a> {
    /// What whoever handed it over calls it: a path, an address. For people; nothing is decided by
    /// it.
    pub name: Cow<'a, str>,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// How it came here.
    pub origin: Origin,
}

/// How a file came here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Somebody handed it over.
    #[default]
    HandedIn,
    /// This process asked for it at an address and got it as the answer. Only a shell can say so.
    Fetched {
        /// The address that was asked.
        url: String,
    },
    /// Somebody recorded that it was an answer of an address.
    Recorded {
        /// The address that the recording names.
        url: String,
    },
}

impl<'a> File<'a> {
    /// A file that somebody handed over.
    pub fn new(name: impl Into<Cow<'a, str>>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), origin: Origin::HandedIn }
    }

    /// An answer that this process got.
    pub fn fetched(url: impl Into<String>, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let url = url.into();
        Self { name: Cow::Owned(url.clone()), bytes: bytes.into(), origin: Origin::Fetched { url } }
    }
}

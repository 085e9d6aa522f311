//! Tree objects: folders.

use std::cmp::Ordering;

use super::{Format, ObjectName};
use crate::error::Error;
use crate::gather;
use crate::sorted::Sorted as _;
use crate::span::Span;

const WHAT: &str = "git tree";

/// The most entries of one folder that are read.
const MAX_ENTRIES: usize = 100_000;

/// A folder: its entries in git's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// A file or a folder in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub mode: Mode,
    /// Its name: not empty, without `/` and NUL, and neither `.`, `..` nor `.git`.
    pub name: Vec<u8>,
    /// The object.
    pub object: ObjectName,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A program: 100755.
    Executable,
    /// A file: 100644.
    File,
    /// A folder: 40000.
    Folder,
    /// A file as early versions of git wrote it: 100664.
    GroupWritable,
    /// Another repository's commit: 160000.
    Submodule,
    /// A symbolic link: 120000.
    Link,
}

impl Mode {
    const ALL: [Self; 6] = [
        Self::Executable,
        Self::File,
        Self::Folder,
        Self::GroupWritable,
        Self::Submodule,
        Self::Link,
    ];

    /// The octal digits in a tree object.
    pub const fn digits(self) -> &'static str {
        match self {
            Self::Executable => "100755",
            Self::File => "100644",
            Self::Folder => "40000",
            Self::GroupWritable => "100664",
            Self::Submodule => "160000",
            Self::Link => "120000",
        }
    }

    /// Whether the entry's object is the content of a file.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::Executable | Self::File | Self::GroupWritable)
    }

    /// The mode with these digits.
    pub(crate) fn of(digits: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.digits().as_bytes() == digits)
    }
}

impl Tree {
    /// Reads a tree's content: entries `mode SP name NUL object`, the object's name in bytes.
    ///
    /// # Errors
    /// As [`Tree::of`], and when an entry is cut or its mode is none of git's.
    pub fn parse(format: Format, content: &[u8]) -> Result<Self, Error> {
        let mut entries = Vec::new();
        let mut position: usize = 0;
        while position < content.len() {
            let rest = content.get(position..).unwrap_or_default();
            let (entry, len) = entry(format, rest).ok_or_else(|| {
                Error::malformed(WHAT, Span::new(position, 1), "an entry is not mode, name, object")
            })?;
            entries.push(entry);
            Error::cap(WHAT, entries.len(), MAX_ENTRIES)?;
            position = position.saturating_add(len);
        }
        Self::of(entries)
    }

    /// A tree of `entries`.
    ///
    /// # Errors
    /// When a name is not one of an entry, the order is not git's (a folder stands where its name
    /// with `/` belongs), or two entries have one name.
    pub fn of(entries: Vec<Entry>) -> Result<Self, Error> {
        let refused = |why: &'static str| Error::malformed(WHAT, Span::new(0, 0), why);
        if !entries.iter().all(|entry| is_name(&entry.name)) {
            return Err(refused("an entry's name is empty, reserved, or has a slash in it"));
        }
        let pairs = entries.iter().zip(entries.iter().skip(1));
        if pairs.into_iter().any(|(first, second)| order(first, second) != Ordering::Less) {
            return Err(refused("its entries are not in git's order"));
        }
        let names = gather::set(entries.iter().map(|entry| entry.name.as_slice()));
        if names.len() != entries.len() {
            return Err(refused("two entries have one name"));
        }
        Ok(Self { entries })
    }

    /// The entries sorted as git sorts them.
    pub(crate) fn sorted(mut entries: Vec<Entry>) -> Result<Self, Error> {
        entries.sorted_by(order);
        Self::of(entries)
    }

    /// The content that these entries make.
    pub fn content(&self) -> Vec<u8> {
        let parts = |entry: &Entry| {
            let mode = entry.mode.digits().as_bytes();
            [mode, b" ", &entry.name, b"\0", entry.object.as_bytes()].concat()
        };
        self.entries.iter().flat_map(parts).collect()
    }

    /// The entry called `name`.
    pub fn entry(&self, name: &[u8]) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

/// The first entry and its length.
fn entry(format: Format, bytes: &[u8]) -> Option<(Entry, usize)> {
    let space = bytes.iter().position(|&byte| byte == b' ')?;
    let mode = Mode::of(bytes.get(..space)?)?;
    let rest = bytes.get(space.checked_add(1)?..)?;
    let nul = rest.iter().position(|&byte| byte == 0)?;
    let name = rest.get(..nul)?.to_vec();
    let after = nul.checked_add(1)?;
    let object = format.name(rest.get(after..after.checked_add(format.name_len())?)?)?;
    let len = space.checked_add(1)?.checked_add(after)?.checked_add(format.name_len())?;
    Some((Entry { mode, name, object }, len))
}

fn is_name(name: &[u8]) -> bool {
    let reserved = [b"".as_slice(), b".", b".."];
    !reserved.contains(&name)
        && !name.eq_ignore_ascii_case(b".git")
        && !name.iter().any(|&byte| byte == b'/' || byte == 0)
}

fn order(first: &Entry, second: &Entry) -> Ordering {
    let key = |entry: &Entry| {
        let folder = if entry.mode == Mode::Folder { b"/".as_slice() } else { b"" };
        [&entry.name, folder].concat()
    };
    key(first).cmp(&key(second))
}

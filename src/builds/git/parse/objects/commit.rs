//! Commit objects.

use super::headers::{self, Header};
use super::{Format, ObjectName};
use crate::error::Error;
use crate::span::Span;
use crate::time::UnixTime;

const WHAT: &str = "git commit";

/// A commit: which files there were, and who says so. Names and times in it are whatever the
/// person who made it wrote.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The root folder.
    pub tree: ObjectName,
    /// The commits before it.
    pub parents: Vec<ObjectName>,
    /// Who wrote the change.
    pub author: Person,
    /// Who made the commit.
    pub committer: Person,
    /// Every signature in a `gpgsig` or `gpgsig-sha256` header.
    pub signatures: Vec<Vec<u8>>,
}

/// A name with an address and a moment, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `name <address>`; bytes that are not UTF-8 are replaced.
    pub identity: String,
    /// When.
    pub time: UnixTime,
}

/// The kind of a signature, by its first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFormat {
    /// OpenPGP.
    Pgp,
    /// OpenSSH.
    Ssh,
    /// CMS with X.509, as gitsign makes it.
    X509,
    /// None of these.
    Other,
}

impl Commit {
    /// Reads a commit's content: `tree`, any number of `parent`, `author`, `committer`, then
    /// other headers, a blank line and the message (git, `commit.c`).
    ///
    /// # Errors
    /// When the first headers are others or in another order, or a value is not of its form.
    pub fn parse(format: Format, content: &[u8]) -> Result<Self, Error> {
        let (headers, _) = headers::split(WHAT, content)?;
        let mut rest = headers.iter().peekable();
        let tree = name(format, headers::expect(WHAT, &mut rest, "tree")?)?;
        let mut parents = Vec::new();
        while let Some(parent) = rest.next_if(|header| header.name == b"parent") {
            parents.push(name(format, &parent.value)?);
        }
        let author = Person::parse(headers::expect(WHAT, &mut rest, "author")?)?;
        let committer = Person::parse(headers::expect(WHAT, &mut rest, "committer")?)?;
        let rest: Vec<&Header<'_>> = rest.collect();
        let first = ["tree", "parent", "author", "committer"];
        if rest.iter().any(|header| first.iter().any(|name| name.as_bytes() == header.name)) {
            return Err(Error::malformed(
                WHAT,
                Span::new(0, content.len()),
                "a header is there twice",
            ));
        }
        let is_signature =
            |header: &&&Header<'_>| [b"gpgsig".as_slice(), b"gpgsig-sha256"].contains(&header.name);
        let signatures =
            rest.iter().filter(is_signature).map(|header| header.value.clone()).collect();
        Ok(Self { tree, parents, author, committer, signatures })
    }
}

impl Person {
    /// Reads `name <address> seconds zone`.
    pub(super) fn parse(value: &[u8]) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(value);
        let parsed = text.rsplit_once('>').and_then(|(identity, moment)| {
            let (seconds, zone) = moment.strip_prefix(' ')?.split_once(' ')?;
            let is_zone = zone.len() == 5
                && zone.starts_with(['+', '-'])
                && zone.bytes().skip(1).all(|byte| byte.is_ascii_digit());
            let time = UnixTime(seconds.parse().ok().filter(|_| is_zone)?);
            identity.contains('<').then(|| Self { identity: format!("{identity}>"), time })
        });
        parsed.ok_or_else(|| {
            let why = "expected a name, an address in < >, seconds and a zone";
            Error::malformed("git commit, person", Span::new(0, value.len()), why)
        })
    }
}

impl SignatureFormat {
    /// The kind of `signature`.
    pub fn of(signature: &[u8]) -> Self {
        let begins = |text: &str| signature.starts_with(text.as_bytes());
        if begins("-----BEGIN PGP SIGNATURE-----") || begins("-----BEGIN PGP MESSAGE-----") {
            Self::Pgp
        } else if begins("-----BEGIN SSH SIGNATURE-----") {
            Self::Ssh
        } else if begins("-----BEGIN SIGNED MESSAGE-----") {
            Self::X509
        } else {
            Self::Other
        }
    }
}

/// An object's name in hex, of the repository's hash function.
pub(super) fn name(format: Format, value: &[u8]) -> Result<ObjectName, Error> {
    let at = Span::new(0, value.len());
    let text =
        str::from_utf8(value).map_err(|_| Error::malformed(WHAT, at, "a name is not hex"))?;
    let name: ObjectName = text.parse()?;
    if name.format() != format {
        return Err(Error::malformed(WHAT, at, "a name in it is by another hash function"));
    }
    Ok(name)
}

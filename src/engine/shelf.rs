//! The shelf: every file that a shell hands over, recognised once.
//!
//! Every shell (command line, page, Node) hands over files with their names and nothing else. Here
//! each file is told apart by its bytes; one of them is the evidence, and each format is given the
//! parts that belong to it. A file about something else never decides about the evidence: it is
//! named as not used. A part that cannot be read is a finding about that part.

use std::borrow::Cow;
use std::cell::RefCell;

use super::table;
use crate::digest::Sha256;
use crate::engine::Kind;
use crate::error::Error;
use crate::file::File;
use crate::json::Names;
use crate::piece::{Piece, Role, of};
use crate::report::{Became, Filed};

/// The most files that are taken.
pub(crate) const MAX_FILES: usize = 1024;

/// Which file of this verifier's own these bytes are, by their content: `own-report` or `own-policy`.
pub(crate) fn own(bytes: &[u8]) -> Option<&'static str> {
    let parts = crate::engine::recognise::parts(bytes, Names::of(bytes).as_ref()).ok()?;
    let own = parts.iter().map(|(role, _)| role);
    own.filter(|role| matches!(role, Role::OwnReport | Role::OwnPolicy)).map(|r| r.word()).next()
}

/// The files of one examination.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    books: Vec<Book<'a>>,
    evidence: Option<usize>,
}

/// One file with its parts.
#[derive(Debug)]
struct Book<'a> {
    /// The file in the spelling of its format.
    file: &'a File<'a>,
    /// Its bytes as they were handed over.
    given: &'a [u8],
    kind: Result<Kind<'a>, Error>,
    parts: Vec<(Role, Cow<'a, [u8]>)>,
    became: RefCell<Became>,
}

impl<'a> Shelf<'a> {
    /// Recognises `plain`, which are `files` in the [spelling](crate::engine::spelling::plain) of their formats, and chooses
    /// the one that is the evidence: the one that says most, and of several that say as much the
    /// first.
    ///
    /// # Errors
    /// When there are too many files.
    pub(crate) fn of(files: &'a [File<'a>], plain: &'a [File<'a>]) -> Result<Self, Error> {
        let mut shelf = Self { books: Vec::new(), evidence: None };
        shelf.add(plain)?;
        for (book, file) in shelf.books.iter_mut().zip(files) {
            book.given = &file.bytes;
        }
        let ranked = shelf.books.iter().enumerate().filter_map(|(place, book)| {
            let kind = book.kind.as_ref().ok()?;
            Some((table::row(kind).rank, place))
        });
        shelf.evidence = ranked.min().map(|(_, place)| place);
        if let Some(book) = shelf.evidence.and_then(|place| shelf.books.get(place)) {
            book.became.replace(Became::Evidence);
        }
        Ok(shelf)
    }

    /// Adds files that came along with the evidence; none of them becomes the evidence.
    ///
    /// # Errors
    /// When there are too many files.
    pub(crate) fn add(&mut self, files: &'a [File<'a>]) -> Result<(), Error> {
        let number = self.books.len().saturating_add(files.len());
        Error::cap("number of files", number, MAX_FILES)?;
        self.books.extend(files.iter().map(Book::of));
        Ok(())
    }

    /// The evidence: its file, and what it is.
    ///
    /// # Errors
    /// When no file is evidence: the error is of the first file, in its name.
    pub(crate) fn evidence(&self) -> Result<(&'a File<'a>, &Kind<'a>), Error> {
        if let Some(book) = self.evidence.and_then(|place| self.books.get(place)) {
            return match &book.kind {
                Ok(kind) => Ok((book.file, kind)),
                Err(error) => Err(error.clone().in_file(&book.file.name)),
            };
        }
        match self.books.first() {
            Some(book) => match &book.kind {
                Ok(_) => Err(Error::Missing { what: "evidence" }),
                Err(error) => Err(error.clone().in_file(&book.file.name)),
            },
            None => Err(Error::Missing { what: "evidence" }),
        }
    }

    /// The bytes of the evidence's file as they were handed over.
    pub(crate) fn given(&self) -> &'a [u8] {
        self.evidence.and_then(|place| self.books.get(place)).map_or(&[], |book| book.given)
    }

    /// Every piece beside the evidence, in the order of the files, and before them what the file of
    /// the evidence itself brings along.
    pub(crate) fn all(&self) -> Vec<Piece<'_>> {
        let own = self.evidence.and_then(|place| self.books.get(place));
        let own = own.into_iter().flat_map(Book::along);
        let beside = self
            .beside()
            .flat_map(|(_, book)| book.parts.iter().map(move |part| (book, part)))
            .map(|(book, (role, bytes))| Piece {
                role: *role,
                bytes,
                origin: &book.file.origin,
                name: &book.file.name,
                became: Some(&book.became),
            });
        own.chain(beside).collect()
    }

    /// The pieces of any of `roles`, in the order of the files.
    pub(crate) fn pieces(&self, roles: &[Role]) -> Vec<Piece<'_>> {
        of(&self.all(), roles)
    }

    /// The files beside the evidence.
    fn beside(&self) -> impl Iterator<Item = (usize, &Book<'a>)> {
        self.books.iter().enumerate().filter(|(place, _)| Some(*place) != self.evidence)
    }

    /// What became of each file. `evidence` is the SHA-256 of the evidence's, as it was handed over.
    pub(crate) fn told(&self, evidence: Sha256) -> Vec<Filed> {
        let told = |(place, book): (usize, &Book<'_>)| match Some(place) == self.evidence {
            true => book.told(book.word(), evidence),
            false => book.told(book.part().word(), Sha256::of(book.given)),
        };
        self.books.iter().enumerate().map(told).collect()
    }
}

impl<'a> Book<'a> {
    fn of(file: &'a File<'a>) -> Self {
        let names = Names::of(&file.bytes);
        let kind = match file.bytes.len() {
            len if len > crate::engine::MAX_INPUT => {
                Error::cap("file", len, crate::engine::MAX_INPUT).and_then(|()| Kind::of(&[]))
            }
            _ => Kind::named(&file.bytes, names.as_ref()),
        };
        let (parts, became) = match &kind {
            Ok(kind) if !kind.is_build() && !matches!(kind, Kind::LaunchDescription) => {
                let own = (Role::OtherEvidence, Cow::Borrowed(&*file.bytes));
                let along = match kind {
                    Kind::SnpReport(_) => crate::engine::recognise::behind_report(&file.bytes),
                    Kind::TdxQuote(_) => crate::engine::recognise::beside_quote(&file.bytes),
                    _ => Vec::new(),
                };
                (std::iter::once(own).chain(along).collect(), Became::NotAboutThis)
            }
            _ => match crate::engine::recognise::parts(&file.bytes, names.as_ref()) {
                Ok(parts) => {
                    let known = parts.iter().any(|(role, _)| *role != Role::Unknown);
                    (parts, if known { Became::NotAboutThis } else { Became::NotKnown })
                }
                Err((role, _)) => (vec![(role, Cow::Borrowed(&*file.bytes))], Became::Unreadable),
            },
        };
        Self { file, given: &file.bytes, kind, parts, became: RefCell::new(became) }
    }

    /// What the file of the evidence brings along beside the evidence.
    fn along(&self) -> impl Iterator<Item = Piece<'_>> {
        let brings = matches!(self.kind, Ok(Kind::SnpReport(_) | Kind::TdxQuote(_)));
        let parts =
            self.parts.iter().filter(move |(role, _)| brings && *role != Role::OtherEvidence);
        parts.map(|(role, bytes)| Piece::inside(*role, &self.file.name, bytes))
    }

    /// What the file is called where it is the evidence.
    fn word(&self) -> &'static str {
        self.kind.as_ref().map_or_else(|_| self.part().word(), Kind::policy)
    }

    /// What the first part of the file is.
    fn part(&self) -> Role {
        self.parts.first().map_or(Role::Unknown, |(role, _)| *role)
    }

    fn told(&self, what: &'static str, sha256: Sha256) -> Filed {
        Filed {
            name: self.file.name.to_string(),
            sha256,
            len: self.given.len(),
            what,
            became: *self.became.borrow(),
        }
    }
}

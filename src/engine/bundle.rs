//! A bundle: one file that holds everything a report was made of, and the report.
//!
//! # What it shows
//! Examined as of now ([`crate::examine`] takes a bundle among its files), a bundle is what is in
//! it: files that somebody handed over. A session in it is a recording. Of what the maker chose,
//! only what picks among this verifier's own policies or asks for more counts: a policy file, keys
//! and the artifact that came along in somebody's file are not the reader's.
//!
//! Examined as recorded ([`crate::recorded`]), with the bundle's own moment, choices and session,
//! it shows whether the report in it is what the files give. The challenge, the connection, a
//! policy file and keys are the maker's word then, and every surface has to say so.
//!
//! # What it does not show
//! Who made it. Its digest notices damage: whoever changes a bundle can compute the digest anew.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::context::{Asked, Context};
use crate::digest::Sha256;
use crate::engine::MAX_INPUT;
use crate::engine::audit;
use crate::engine::options::Options;
use crate::engine::places::Places;
use crate::error::Error;
use crate::file::{File, Origin};
use crate::report::Report;
use crate::services::coordinator::parse::exchange::Body;
use crate::span::Span;
use crate::text::quoted;
use crate::time::UnixTime;

/// The value of the member `schema`.
pub const SCHEMA: &str = "silicon-to-source/bundle/v1";

/// The longest version of a verifier, in letters.
const MAX_VERSION: usize = 32;

const WHAT: &str = "bundle";

/// One file with everything that a report was made of, and the report.
#[derive(Clone, Debug)]
pub struct Bundle {
    content: Content,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    schema: String,
    made_by: Maker,
    /// The moment that was examined for.
    at: UnixTime,
    /// The session of whoever made the bundle, in that process's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked: Option<Asked>,
    options: Options,
    files: Vec<Kept>,
    /// The report's exact text.
    report: String,
    /// SHA-256 of the text of all of this without this member.
    #[serde(default, skip_serializing)]
    sha256: Option<Sha256>,
}

/// The verifier that made a bundle, as the bundle says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Maker {
    /// Its version.
    pub version: String,
    /// SHA-256 of the program that ran, such as the page's wasm; absent where it did not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256>,
}

/// A file of a bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    name: String,
    /// The address at which whoever made the bundle asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    sha256: Sha256,
    bytes: Body,
}

/// The report of a bundle, made again from the bundle's files for the bundle's own moment. Whatever
/// it says of a challenge and a connection is the word of whoever made the bundle.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The report as this verifier makes it.
    pub report: Report,
    /// Whether its text is the text in the bundle, byte for byte.
    pub same: bool,
    /// Where the two differ, as JSON pointers; at most a hundred.
    pub differences: Vec<String>,
    /// In how many places they differ.
    pub count: usize,
}

/// What is examined as of now.
#[derive(Clone, Debug)]
pub struct Opened<'a> {
    /// The files.
    pub files: Vec<File<'a>>,
    /// What is added to them.
    pub options: Options,
}

impl Recorded {
    /// Whether the two differ in nothing but which verifier made them.
    pub fn is_other_verifier(&self) -> bool {
        let own = |place: &String| place.starts_with("/verifier/");
        !self.same && self.count == self.differences.len() && self.differences.iter().all(own)
    }
}

impl Bundle {
    /// Keeps `files` with what they were examined with and the report that came of it. `program`
    /// is SHA-256 of the running program, where it is known. A bundle among the files is opened.
    ///
    /// # Errors
    /// When `report` is not what these files give.
    pub fn of(
        files: &[File<'_>],
        options: &Options,
        context: &Context,
        report: String,
        program: Option<Sha256>,
    ) -> Result<Self, Error> {
        if let Some(bundle) = Self::among(files)? {
            let Opened { files, options } = bundle.opened(files, options)?;
            return Self::of(&files, &options, context, report, program);
        }
        let made_by = Maker { version: env!("CARGO_PKG_VERSION").to_owned(), sha256: program };
        let kept = |file: &File<'_>| Kept {
            name: file.name.to_string(),
            url: match &file.origin {
                Origin::Fetched { url } => Some(url.clone()),
                Origin::HandedIn | Origin::Recorded { .. } => None,
            },
            sha256: Sha256::of(&file.bytes),
            bytes: Body(file.bytes.to_vec()),
        };
        let content = Content {
            schema: SCHEMA.to_owned(),
            made_by,
            at: context.now,
            asked: context.asked.clone(),
            options: options.clone(),
            files: files.iter().map(kept).collect(),
            report,
            sha256: None,
        };
        let bundle = Self { content };
        let len = bundle.content.report.len();
        if !bundle.recorded()?.same {
            let why = "the report is not what these files and options give";
            return Err(Error::malformed(WHAT, Span::new(0, len), why));
        }
        Ok(bundle)
    }

    /// Reads a bundle, or the one in an audit file.
    ///
    /// # Errors
    /// When it is too large or not JSON of this form, was changed since it was written, holds a
    /// bundle, or has a file that is not the one whose SHA-256 stands beside it.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_INPUT)?;
        if audit::is_one(bytes) {
            return Self::of_text(&audit::taken(bytes)?);
        }
        Self::of_text(bytes)
    }

    fn of_text(bytes: &[u8]) -> Result<Self, Error> {
        let bytes = without_mark(bytes);
        let mut content: Content = crate::json::from_slice(WHAT, bytes)?;
        let whole = Span::new(0, bytes.len());
        if content.schema != SCHEMA {
            return Err(Error::unsupported("bundle, schema", &content.schema, whole));
        }
        let written = content.sha256.take();
        let bundle = Self { content };
        bundle.is_sound(bytes.len())?;
        let text = bundle.text();
        if written != Some(Sha256::of(text.as_bytes())) {
            let why = "its SHA-256 is not the one that was written into it: it was changed since";
            return Err(Error::malformed(WHAT, whole, why));
        }
        // One spelling only: no change of the file is passed over. Lines may end as systems end them.
        let own = sealed(&text);
        if !std::str::from_utf8(bytes).is_ok_and(|text| text.lines().eq(own.lines())) {
            let why = "it is spelled in another way than a verifier writes it";
            return Err(Error::malformed(WHAT, whole, why));
        }
        Ok(bundle)
    }

    /// The bundle among `files`, when there is one.
    ///
    /// # Errors
    /// When it cannot be read, in its name, or there are several.
    pub fn among(files: &[File<'_>]) -> Result<Option<Self>, Error> {
        let mut bundles = files.iter().filter(|file| Self::is_one(&file.bytes));
        let Some(file) = bundles.next() else { return Ok(None) };
        if let Some(second) = bundles.next() {
            let whole = Span::new(0, second.bytes.len());
            let why = "it is a second bundle, and one at a time is opened";
            return Err(Error::malformed(WHAT, whole, why).in_file(&second.name));
        }
        Self::read(&file.bytes).map(Some).map_err(|error| error.in_file(&file.name))
    }

    /// Whether bytes call themselves a bundle, of whichever version: an object whose first member
    /// is the schema, or an audit file with a bundle in it.
    pub fn is_one(bytes: &[u8]) -> bool {
        let token = |bytes: &mut &[u8], token: &[u8]| {
            let rest = bytes.trim_ascii_start().strip_prefix(token);
            rest.map(|rest| *bytes = rest).is_some()
        };
        let mut rest = without_mark(bytes);
        [&b"{"[..], b"\"schema\"", b":", b"\"silicon-to-source/bundle/"]
            .into_iter()
            .all(|expected| token(&mut rest, expected))
            || audit::is_one(bytes)
    }

    /// `files` with the bundle's own in the place of the bundle, as files that were handed over, and
    /// what the reader and the maker chose. What the reader's `options` set counts. Of the maker's
    /// count a built-in policy, denied warnings, and a least level that is above the policy's.
    ///
    /// # Errors
    /// When the maker's choices cannot be understood.
    pub fn opened<'a>(
        &'a self,
        files: &'a [File<'_>],
        options: &Options,
    ) -> Result<Opened<'a>, Error> {
        let own = || {
            let kept = self.content.files.iter();
            kept.map(|kept| File::new(kept.name.as_str(), kept.bytes.0.as_slice()))
        };
        let mut opened = Vec::new();
        for file in files {
            if Self::is_one(&file.bytes) {
                opened.extend(own());
            } else {
                let (name, bytes) = (Cow::Borrowed(&*file.name), Cow::Borrowed(&*file.bytes));
                opened.push(File { name, bytes, origin: file.origin.clone() });
            }
        }
        let options = options.joined(&self.content.options, &opened)?;
        Ok(Opened { files: opened, options })
    }

    /// Makes the report again: the bundle's files for its own moment, with its maker's choices and
    /// session. [`crate::recorded`] remembers signatures meanwhile.
    pub(crate) fn recorded(&self) -> Result<Recorded, Error> {
        let files: Vec<File<'_>> =
            self.content.files.iter().map(Kept::as_its_maker_had_it).collect();
        let policy = self.content.options.policy(&files)?;
        let context = Context { now: self.content.at, asked: self.content.asked.clone() };
        let report = crate::engine::examine(&files, policy.as_ref(), &context)?;
        let text = report.to_json();
        let same = text == self.content.report;
        let mut places = Places::default();
        if !same {
            places.compare(&self.content.report, &text);
        }
        Ok(Recorded { report, same, differences: places.named, count: places.count })
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When it would be larger than what is read.
    pub fn to_json(&self) -> Result<String, Error> {
        let json = sealed(&self.text());
        Error::cap(WHAT, json.len(), MAX_INPUT)?;
        Ok(json)
    }

    /// The verifier that made it, as it says.
    pub fn made_by(&self) -> &Maker {
        &self.content.made_by
    }

    /// The moment that was examined for.
    pub fn at(&self) -> UnixTime {
        self.content.at
    }

    /// What whoever made it added to the files.
    pub fn options(&self) -> &Options {
        &self.content.options
    }

    /// Whether whoever made it says that it asked a service itself.
    pub fn is_of_session(&self) -> bool {
        self.content.asked.is_some()
    }

    /// The report's text, as it was recorded.
    pub fn report(&self) -> &str {
        &self.content.report
    }

    /// The files, each with the address at which the maker says that it asked for it.
    pub fn files(&self) -> impl Iterator<Item = (File<'_>, Option<&str>)> {
        self.content.files.iter().map(|kept| {
            (File::new(kept.name.as_str(), kept.bytes.0.as_slice()), kept.url.as_deref())
        })
    }

    /// Whether the maker's version is one, each file is what stands beside it, and none is a bundle;
    /// `len` is the bundle's.
    fn is_sound(&self, len: usize) -> Result<(), Error> {
        let version = &self.content.made_by.version;
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".+-".contains(letter);
        if version.len() > MAX_VERSION || !version.chars().all(is_plain) {
            let why = "the version of the verifier that made it is no version";
            return Err(Error::malformed(WHAT, Span::new(0, len), why));
        }
        for kept in &self.content.files {
            let why = if Self::is_one(&kept.bytes.0) {
                "is a bundle itself, and a bundle holds none"
            } else if Sha256::of(&kept.bytes.0) != kept.sha256 {
                "is not the one whose SHA-256 stands beside it"
            } else {
                continue;
            };
            let why = format!("the file {} in it {why}", quoted(&kept.name));
            return Err(Error::malformed(WHAT, Span::new(0, len), why));
        }
        Ok(())
    }

    /// All of it without its digest.
    fn text(&self) -> String {
        crate::json::indented(&self.content)
    }
}

/// The text of the file: `text` with its digest as the last member.
fn sealed(text: &str) -> String {
    let members = text.strip_suffix("\n}").unwrap_or(text);
    format!("{members},\n  \"sha256\": \"{}\"\n}}\n", Sha256::of(text.as_bytes()))
}

impl Kept {
    fn as_its_maker_had_it(&self) -> File<'_> {
        let file = File::new(self.name.as_str(), self.bytes.0.as_slice());
        match &self.url {
            Some(url) => File { origin: Origin::Fetched { url: url.clone() }, ..file },
            None => file,
        }
    }
}

/// Refuses a bundle beside a session of this process: the recording in it would be taken for the
/// session.
pub(crate) fn alone(context: &Context) -> Result<(), Error> {
    const WHY: &str = "this process asked a service itself, and a recording does not stand beside \
                       its session; open the bundle without an address";
    match &context.asked {
        Some(_) => Err(Error::malformed(WHAT, Span::new(0, 0), WHY)),
        None => Ok(()),
    }
}

/// Without the mark with which some editors begin a text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

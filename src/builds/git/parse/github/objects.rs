//! Answers about objects. A member `sha` says which object an answer is about; what the object
//! is decided by hashing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use crate::builds::git::parse::objects;
use crate::bytes::without_space;
use crate::error::Error;
use crate::span::Span;

/// A commit. The time zones of its moments are not in the answer, and neither are headers beyond
/// the four that every commit has; for a signed commit the signed bytes hold them.
#[derive(Clone, Debug, Deserialize)]
pub struct Commit {
    /// The name the answer gives it.
    pub sha: String,
    /// Its folder.
    pub tree: Named,
    /// The commits before it.
    #[serde(default)]
    pub parents: Vec<Named>,
    /// Who wrote the change.
    pub author: Person,
    /// Who made the commit.
    pub committer: Person,
    /// The message; GitHub leaves out line feeds at its end.
    pub message: String,
    /// What GitHub says about the signature.
    #[serde(default)]
    pub verification: Option<Verification>,
}

/// An annotated tag.
#[derive(Clone, Debug, Deserialize)]
pub struct Tag {
    /// The name the answer gives it.
    pub sha: String,
    /// The tag's own name.
    pub tag: String,
    /// What it names.
    pub object: Target,
    /// Who made it.
    pub tagger: Person,
    /// Its message.
    pub message: String,
    /// What GitHub says about the signature.
    #[serde(default)]
    pub verification: Option<Verification>,
}

/// A folder, or with `recursive=1` a folder and everything below it.
#[derive(Clone, Debug, Deserialize)]
pub struct Tree {
    /// The name the answer gives it.
    pub sha: String,
    /// Its entries.
    #[serde(rename = "tree")]
    pub entries: Vec<TreeEntry>,
    /// Whether GitHub left entries out.
    #[serde(default)]
    pub truncated: bool,
}

/// An entry of a folder.
#[derive(Clone, Debug, Deserialize)]
pub struct TreeEntry {
    /// Its path from the folder that was asked for.
    pub path: String,
    /// Six octal digits.
    pub mode: String,
    /// Its object.
    pub sha: String,
}

/// A file's content.
#[derive(Clone, Debug, Deserialize)]
pub struct Blob {
    /// The name the answer gives it.
    pub sha: String,
    content: String,
    encoding: String,
}

/// Where a ref points. Nothing signs that, and it can change at any time.
#[derive(Clone, Debug, Deserialize)]
pub struct Reference {
    /// The ref.
    #[serde(rename = "ref")]
    pub name: String,
    /// What it points to.
    pub object: Target,
}

/// An object named by an answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Named {
    /// Its name.
    pub sha: String,
}

/// An object named by an answer, with its kind.
#[derive(Clone, Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub sha: String,
    /// `commit`, `tag`, `tree` or `blob`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Who, and when in UTC.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// RFC 3339.
    pub date: String,
}

/// What GitHub says about a signature.
#[derive(Clone, Debug, Deserialize)]
pub struct Verification {
    #[serde(default)]
    signature: Option<String>,
    #[serde(default)]
    payload: Option<String>,
}

/// A signature with exactly the bytes that it is over.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// The signed bytes: the object without the signature.
    pub payload: &'a str,
    /// The signature.
    pub signature: &'a str,
}

impl Verification {
    /// The signature and what it is over, when the answer has both.
    pub fn signed(&self) -> Option<Signed<'_>> {
        let (payload, signature) = (self.payload.as_deref()?, self.signature.as_deref()?);
        Some(Signed { payload, signature })
    }
}

impl Blob {
    /// The file's bytes.
    ///
    /// # Errors
    /// When the encoding is none of `base64` and `utf-8`, or the content is not of it.
    pub fn content(&self) -> Result<Vec<u8>, Error> {
        let what = "GitHub answer, blob content";
        let at = Span::new(0, self.content.len());
        match self.encoding.as_str() {
            "base64" => {
                let text = without_space(self.content.as_bytes());
                STANDARD.decode(text).map_err(|error| Error::malformed(what, at, error.to_string()))
            }
            "utf-8" => Ok(self.content.clone().into_bytes()),
            other => Err(Error::unsupported("GitHub answer, blob encoding", other, at)),
        }
    }
}

impl Tree {
    /// The contents of every tree object in the answer: one, or with `recursive=1` one for each
    /// folder. A truncated answer holds none, since no folder in it is known to be whole.
    ///
    /// # Errors
    /// When an entry's mode or name is none of git's, or two entries of a folder have one name.
    pub fn contents(&self) -> Result<Vec<Vec<u8>>, Error> {
        let mut folders: std::collections::BTreeMap<&str, Vec<objects::Entry>> =
            std::collections::BTreeMap::from([("", Vec::new())]);
        if self.truncated {
            return Ok(Vec::new());
        }
        for entry in &self.entries {
            let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
            let entry = entry.read(name)?;
            folders.entry(folder).or_default().push(entry);
        }
        folders
            .into_values()
            .map(|entries| objects::Tree::sorted(entries).map(|tree| tree.content()))
            .collect()
    }
}

impl TreeEntry {
    fn read(&self, name: &str) -> Result<objects::Entry, Error> {
        let what = "GitHub answer, tree entry";
        let at = Span::new(0, 0);
        let digits = self.mode.strip_prefix('0').unwrap_or(&self.mode);
        let mode = objects::Mode::of(digits.as_bytes())
            .ok_or_else(|| Error::malformed(what, at, "its mode is none of git's"))?;
        Ok(objects::Entry { mode, name: name.as_bytes().to_vec(), object: self.sha.parse()? })
    }
}

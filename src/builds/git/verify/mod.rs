//! Whether objects are those of the commit that something signed names: every object is hashed,
//! from the commit down the folders to the files. What an API says about an object does not count.

mod folders;
mod hash;
mod objects;
mod rebuild;
mod tag;

use std::collections::BTreeSet;

use super::checks;
use super::parse::objects::{Commit, Kind, ObjectName};
use crate::finding::{Finding, Promise, Value, Why};
use folders::Folders;
use rebuild::Rebuilt;

pub use hash::{Collision, name, sha1};
pub use objects::Objects;

/// The file that is looked for in the root folder, whether or not anything names it.
const DOCKERFILE: &str = "Dockerfile";

/// What something signed says about the source.
#[derive(Clone, Debug)]
pub struct Sought {
    /// The commit.
    pub commit: ObjectName,
    /// The workflow files.
    pub workflows: Vec<Workflow>,
    /// The tag's name, without `refs/tags/`, when the build ran from a tag.
    pub tag: Option<String>,
}

/// A workflow file that something signed names.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// Which of two it is, when there are two.
    pub part: Option<&'static str>,
    /// Where it is.
    pub place: Place,
}

/// Where a workflow file is.
#[derive(Clone, Debug)]
pub enum Place {
    /// In the commit, under this path.
    Path(String),
    /// In another repository or commit, as this says.
    Elsewhere(String),
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Examination {
    /// What was found.
    pub findings: Vec<Finding>,
    /// The source, when the commit was found.
    pub verified: Option<VerifiedSource>,
    /// Objects that would decide more.
    pub missing: Vec<Missing>,
    /// Supplied objects that the commit is or leads to. Others are about something else.
    pub used: BTreeSet<ObjectName>,
}

/// An object that would decide more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The commit.
    Commit,
    /// Every folder of the commit.
    Folders,
    /// This folder.
    Folder(ObjectName),
    /// This file.
    File(ObjectName),
    /// What the tag points to.
    Reference(String),
    /// This annotated tag.
    Tag(ObjectName),
}

/// A commit whose bytes have the name that was sought, with files whose bytes have the names that
/// its folders give them.
///
/// It shows what the source was. It does not show who wrote it, or that the build used it.
#[derive(Clone, Debug)]
pub struct VerifiedSource {
    name: ObjectName,
    content: Vec<u8>,
    commit: Commit,
    files: Vec<SourceFile>,
}

/// A file of a commit.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    content: Vec<u8>,
    role: Role,
}

/// Why a file was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A workflow that something signed names.
    Workflow,
    /// It was supplied.
    Other,
}

impl VerifiedSource {
    /// The commit's name.
    pub const fn name(&self) -> ObjectName {
        self.name
    }

    /// The commit object's content.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The commit.
    pub const fn commit(&self) -> &Commit {
        &self.commit
    }

    /// The files.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
}

impl SourceFile {
    /// Where it is in the commit.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its bytes.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Why it was looked at.
    pub const fn role(&self) -> Role {
        self.role
    }
}

/// What a [`VerifiedSource`] promises.
const PROMISE: Promise = Promise { holds: &[&checks::GIT_COMMIT], where_it_applies: &[] };

/// Examines `objects` as the source that is sought.
pub fn verify(sought: &Sought, objects: &Objects<'_>) -> Examination {
    let (found, finding) = commit(sought, objects);
    let mut findings = vec![finding];
    let mut missing = Vec::new();
    let mut used = BTreeSet::new();
    let verified = match found {
        Ok((content, commit)) => {
            used.insert(sought.commit);
            let mut folders = Folders::new(objects, sought.commit.format(), commit.tree);
            let files = files(sought, &mut folders, &mut findings);
            missing.extend(folders.missing());
            used.extend(folders.used());
            Some(VerifiedSource { name: sought.commit, content, commit, files })
        }
        Err(why) => {
            if why == Why::NotFetched {
                missing.extend([Missing::Commit, Missing::Folders]);
            }
            let rest = checks::SOURCE
                .iter()
                .filter(|check| ![&checks::GIT_COMMIT, &checks::GIT_TAG].contains(check));
            findings.extend(rest.map(|check| Finding::unknown(check, why)));
            None
        }
    };
    let tag::Examined { finding, wanted, used: tag } = tag::examine(sought, objects);
    findings.push(finding);
    missing.extend(wanted);
    used.extend(tag);
    let verified = verified.and_then(|source| PROMISE.keep(&findings, || source));
    Examination { findings, verified, missing, used }
}

/// The commit's content and the commit, or why what rests on it is open.
fn commit(sought: &Sought, objects: &Objects<'_>) -> (Result<(Vec<u8>, Commit), Why>, Finding) {
    let check = &checks::GIT_COMMIT;
    let blocked = Why::Blocked { by: check };
    let expected = Value::hex(sought.commit.as_bytes());
    let found = match commit_content(sought, objects) {
        Ok(content) => Commit::parse(sought.commit.format(), &content)
            .map(|commit| (content, commit))
            .map_err(|error| Finding::fail(check, "malformed").actual(error.to_string())),
        Err(finding) => Err(*finding),
    };
    match found {
        Ok((content, commit)) => {
            let finding = Finding::pass(check).expected(expected.clone()).actual(expected).at(
                "git-commit",
                0,
                content.len(),
            );
            (Ok((content, commit)), finding)
        }
        Err(finding) if finding.outcome == crate::finding::Outcome::Unknown(Why::NotFetched) => {
            (Err(Why::NotFetched), finding.expected(expected))
        }
        Err(finding) => (Err(blocked), finding.expected(expected)),
    }
}

/// The content of the sought commit, or the finding without it.
fn commit_content(sought: &Sought, objects: &Objects<'_>) -> Result<Vec<u8>, Box<Finding>> {
    let check = &checks::GIT_COMMIT;
    let mut other = None;
    for content in objects.stored(Kind::Commit) {
        match name(sought.commit.format(), Kind::Commit, content) {
            Ok(name) if name == sought.commit => return Ok(content.to_vec()),
            Ok(_) => {}
            Err(Collision) => return Err(Box::new(Finding::fail(check, "collision"))),
        }
    }
    let wanted = sought.commit.to_string();
    for answer in objects.commits() {
        if answer.sha != wanted {
            continue;
        }
        match rebuild::commit(answer, &sought.commit) {
            Rebuilt::Content(content) => return Ok(content),
            Rebuilt::Different => {
                other.get_or_insert(Finding::fail(check, "not-rebuilt"));
            }
            Rebuilt::Impossible => {
                other.get_or_insert(Finding::unknown(check, Why::NotSupported));
            }
        }
    }
    Err(Box::new(other.unwrap_or(Finding::unknown(check, Why::NotFetched))))
}

/// The files that were sought or supplied, and the findings about folders and files.
fn files(
    sought: &Sought,
    folders: &mut Folders<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<SourceFile> {
    let mut files = Vec::new();
    let mut about_workflows = Vec::new();
    for workflow in &sought.workflows {
        let finding = match &workflow.place {
            Place::Elsewhere(place) => {
                Finding::unknown(&checks::GIT_WORKFLOW, Why::NotSupported).actual(place.as_str())
            }
            Place::Path(path) => {
                let (finding, content) = folders.file(path, &checks::GIT_WORKFLOW);
                files.extend(content.map(|content| SourceFile {
                    path: path.clone(),
                    content,
                    role: Role::Workflow,
                }));
                finding
            }
        };
        about_workflows.push(match workflow.part {
            Some(part) => finding.part(part),
            None => finding,
        });
    }
    if about_workflows.is_empty() {
        about_workflows.push(Finding::unknown(&checks::GIT_WORKFLOW, Why::NotApplicable));
    }
    let mut about_files = Vec::new();
    if folders.has_file(DOCKERFILE) && files.iter().all(|file| file.path != DOCKERFILE) {
        let (finding, content) = folders.file(DOCKERFILE, &checks::GIT_FILE);
        about_files.push(finding.part(DOCKERFILE));
        files.extend(content.map(|content| SourceFile {
            path: DOCKERFILE.to_owned(),
            content,
            role: Role::Other,
        }));
    }
    let known: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
    for (path, content) in folders.supplied_files() {
        if !known.contains(&path) {
            about_files.push(Finding::pass(&checks::GIT_FILE).part(path.clone()));
            files.push(SourceFile { path, content, role: Role::Other });
        }
    }
    if about_files.is_empty() {
        about_files.push(Finding::unknown(&checks::GIT_FILE, Why::NotApplicable));
    }
    findings.push(folders.finding());
    findings.extend(about_workflows);
    findings.extend(about_files);
    files
}

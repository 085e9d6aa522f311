//! Folders and files below a commit.

use std::collections::{BTreeMap, BTreeSet};

use super::hash::{Collision, name};
use super::{Missing, Objects};
use crate::builds::git::checks;
use crate::builds::git::parse::objects::{Format, Kind, Mode, ObjectName, Tree};
use crate::finding::{Check, Finding, Value, Why};

/// The most entries that are looked at below one commit: a few small folders that contain one
/// another many times over could stand for more than any machine holds.
const MAX_ENTRIES: usize = 200_000;

/// The deepest folder that is looked at.
const MAX_DEPTH: usize = 64;

/// Every supplied folder that the commit leads to, and every supplied file.
pub(super) struct Folders<'a> {
    objects: &'a Objects<'a>,
    root: ObjectName,
    folders: BTreeMap<ObjectName, Vec<u8>>,
    files: BTreeMap<ObjectName, Vec<u8>>,
    /// Entries by their path.
    entries: BTreeMap<String, (Mode, ObjectName)>,
    /// What is wrong with a folder that the commit leads to, or with supplied bytes.
    wrong: Option<Finding>,
    linked: BTreeSet<ObjectName>,
    needed_folders: Vec<ObjectName>,
    needed_files: Vec<ObjectName>,
    format: Format,
}

impl<'a> Folders<'a> {
    /// Hashes what was supplied and follows it from the folder called `root`.
    pub(super) fn new(objects: &'a Objects<'a>, format: Format, root: ObjectName) -> Self {
        let mut folders = Self {
            objects,
            root,
            folders: BTreeMap::new(),
            files: BTreeMap::new(),
            entries: BTreeMap::new(),
            wrong: None,
            linked: BTreeSet::from([root]),
            needed_folders: Vec::new(),
            needed_files: Vec::new(),
            format,
        };
        folders.read();
        folders.follow();
        folders
    }

    fn read(&mut self) {
        let trees = self.objects.stored(Kind::Tree).map(<[u8]>::to_vec);
        let mut contents: Vec<Vec<u8>> = trees.collect();
        for answer in self.objects.trees() {
            contents.extend(answer.contents().unwrap_or_default());
        }
        for content in contents {
            match name(self.format, Kind::Tree, &content) {
                Ok(name) => drop(self.folders.insert(name, content)),
                Err(Collision) => self.blame(Finding::fail(&checks::GIT_TREE, "collision")),
            }
        }
        let mut files: Vec<Vec<u8>> = self.objects.stored(Kind::Blob).map(<[u8]>::to_vec).collect();
        for answer in self.objects.blobs() {
            files.extend(answer.content());
        }
        for content in files {
            match name(self.format, Kind::Blob, &content) {
                Ok(name) => drop(self.files.insert(name, content)),
                Err(Collision) => self.blame(Finding::fail(&checks::GIT_TREE, "collision")),
            }
        }
    }

    /// The first thing that is wrong is said.
    fn blame(&mut self, finding: Finding) {
        self.wrong.get_or_insert(finding);
    }

    fn follow(&mut self) {
        let mut open = vec![(String::new(), self.root, 0_usize)];
        while let Some((prefix, folder, depth)) = open.pop() {
            let Some(content) = self.folders.get(&folder) else { continue };
            let tree = match Tree::parse(self.format, content) {
                Ok(tree) => tree,
                Err(error) => {
                    self.blame(
                        Finding::fail(&checks::GIT_TREE, "malformed").actual(error.to_string()),
                    );
                    continue;
                }
            };
            for entry in tree.entries {
                self.linked.insert(entry.object);
                let Ok(name) = String::from_utf8(entry.name) else { continue };
                let path = format!("{prefix}{name}");
                if entry.mode == Mode::Folder && depth < MAX_DEPTH {
                    open.push((format!("{path}/"), entry.object, depth.saturating_add(1)));
                }
                self.entries.insert(path, (entry.mode, entry.object));
                if self.entries.len() > MAX_ENTRIES {
                    self.blame(Finding::unknown(&checks::GIT_TREE, Why::NotSupported));
                    return;
                }
            }
        }
    }

    /// Whether the root folder is known to have a file of this name.
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.entries.get(path).is_some_and(|(mode, _)| mode.is_file())
    }

    /// The finding of `check` about the file at `path`, and its content when that was found.
    pub(super) fn file(&mut self, path: &str, check: &'static Check) -> (Finding, Option<Vec<u8>>) {
        if let Some(folder) = self.first_unknown_folder(path) {
            self.needed_folders.push(folder);
            return (Finding::blocked(check, &checks::GIT_TREE), None);
        }
        let Some(&(mode, object)) = self.entries.get(path) else {
            return (Finding::fail(check, "missing").expected(path), None);
        };
        if !mode.is_file() {
            return (Finding::fail(check, "not-a-file").actual(path), None);
        }
        let expected = Value::hex(object.as_bytes());
        if let Some(content) = self.files.get(&object) {
            let finding = Finding::pass(check).expected(expected.clone()).actual(expected);
            let evidence = format!("git-file:{path}");
            return (finding.at(evidence, 0, content.len()), Some(content.clone()));
        }
        self.needed_files.push(object);
        (Finding::unknown(check, Why::NotFetched).expected(expected), None)
    }

    /// The first folder on the way to `path` that was not supplied or cannot be read.
    fn first_unknown_folder(&self, path: &str) -> Option<ObjectName> {
        let readable = |folder: &ObjectName| {
            self.folders
                .get(folder)
                .is_some_and(|content| Tree::parse(self.format, content).is_ok())
        };
        if !readable(&self.root) {
            return Some(self.root);
        }
        let ends = path.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
        let folders = ends.filter_map(|end| self.entries.get(path.get(..end)?));
        folders
            .filter(|(mode, _)| *mode == Mode::Folder)
            .map(|(_, object)| *object)
            .find(|folder| !readable(folder))
    }

    /// Supplied files that the commit leads to, each under its first path.
    pub(super) fn supplied_files(&self) -> Vec<(String, Vec<u8>)> {
        let mut seen = BTreeSet::new();
        self.entries
            .iter()
            .filter(|(_, (mode, object))| mode.is_file() && seen.insert(*object))
            .filter_map(|(path, (_, object))| Some((path.clone(), self.files.get(object)?.clone())))
            .collect()
    }

    /// The supplied folders and files that the commit leads to. Others are of another commit, and
    /// decide nothing.
    pub(super) fn used(&self) -> impl Iterator<Item = ObjectName> {
        let supplied = self.folders.keys().chain(self.files.keys());
        supplied.filter(|name| self.linked.contains(name)).copied()
    }

    /// The finding about the folders.
    pub(super) fn finding(&self) -> Finding {
        let check = &checks::GIT_TREE;
        if let Some(finding) = &self.wrong {
            return finding.clone();
        }
        let root = (!self.folders.contains_key(&self.root)).then_some(&self.root);
        let needed = self.needed_folders.first().or(root);
        let hex = |name: &ObjectName| Value::hex(name.as_bytes());
        match needed {
            None => Finding::pass(check).expected(hex(&self.root)).actual(hex(&self.root)),
            Some(needed) => Finding::unknown(check, Why::NotFetched).expected(hex(needed)),
        }
    }

    /// What would decide more.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let cut = self.objects.trees().any(|answer| answer.truncated);
        let mut missing = Vec::new();
        for folder in &self.needed_folders {
            let one = if cut || *folder != self.root {
                Missing::Folder(*folder)
            } else {
                Missing::Folders
            };
            if !missing.contains(&one) {
                missing.push(one);
            }
        }
        for file in &self.needed_files {
            if !missing.contains(&Missing::File(*file)) {
                missing.push(Missing::File(*file));
            }
        }
        missing
    }
}

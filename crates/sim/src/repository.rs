//! A git repository's objects: this repository's own, read with `git`, or made up for a test.

use std::path::Path;
use std::process::Command;

use silicon_to_source::builds::git::parse::objects::{Commit, Format, Kind, ObjectName};
use silicon_to_source::builds::git::verify::name;
use silicon_to_source::time::UnixTime;

/// The workflow file from which the simulated build runs.
pub const WORKFLOW: &str = ".github/workflows/release.yml";

/// Another file that the build runs.
pub const TEST_COMMAND: &str = ".ci/run";

/// A commit with every tree and blob on the way to some of its files.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Which hash names its objects.
    pub format: Format,
    /// The commit object's content.
    pub commit: Vec<u8>,
    /// Contents of the trees on the way, the root first.
    pub trees: Vec<Vec<u8>>,
    /// Paths and contents of the files.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Repository {
    /// The commit at `HEAD` of the repository whose root folder is `root`, with [`WORKFLOW`] and
    /// [`TEST_COMMAND`].
    ///
    /// `None` when `root` is not the root of a repository (an unpacked source archive has none),
    /// when `git` is absent, or when the commit does not have these files.
    pub fn read(root: &Path) -> Option<Self> {
        let git = |arguments: &[&str]| {
            let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
            output.status.success().then_some(output.stdout)
        };
        let text =
            |arguments: &[&str]| Some(String::from_utf8(git(arguments)?).ok()?.trim().to_owned());
        if !text(&["rev-parse", "--show-prefix"])?.is_empty() {
            return None;
        }
        let head = text(&["rev-parse", "HEAD"])?;
        let format = if head.len() == 64 { Format::Sha256 } else { Format::Sha1 };
        let mut trees = Vec::new();
        let mut files = Vec::new();
        for path in [WORKFLOW, TEST_COMMAND] {
            for folder in folders(path) {
                let tree = git(&["cat-file", "tree", &format!("{head}:{folder}")])?;
                if !trees.contains(&tree) {
                    trees.push(tree);
                }
            }
            files.push((path.to_owned(), git(&["cat-file", "blob", &format!("{head}:{path}")])?));
        }
        Some(Self { format, commit: git(&["cat-file", "commit", &head])?, trees, files })
    }

    /// A made-up repository with the files that the simulated build runs.
    pub fn simulated() -> Self {
        let files = [(WORKFLOW, "name: SIMULATED release\n"), (TEST_COMMAND, "#!/bin/sh\n")];
        Self::made_up(Format::Sha1, &files)
    }

    /// A commit of a made-up repository with these files, of which no two folders are alike.
    pub fn made_up(format: Format, files: &[(&str, &str)]) -> Self {
        let files: Vec<(String, Vec<u8>)> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
            .collect();
        let mut trees = Vec::new();
        let root = folder(format, "", &files, &mut trees);
        trees.reverse();
        let commit = format!(
            "tree {root}\n\
             author SIMULATED author <author@simulated.example> 1733011200 +0100\n\
             committer SIMULATED author <author@simulated.example> 1733011200 +0100\n\
             \n\
             SIMULATED commit\n"
        );
        Self { format, commit: commit.into_bytes(), trees, files }
    }

    /// When the commit was made, as its maker wrote; `None` for one that is spoiled.
    pub fn committed_at(&self) -> Option<UnixTime> {
        Some(Commit::parse(self.format, &self.commit).ok()?.committer.time)
    }

    /// The commit's name.
    pub fn commit_name(&self) -> ObjectName {
        name(self.format, Kind::Commit, &self.commit).unwrap()
    }

    /// Every object as git stores it before compression: header and content.
    pub fn objects(&self) -> Vec<Vec<u8>> {
        let trees = self.trees.iter().map(|tree| stored("tree", tree));
        let files = self.files.iter().map(|(_, content)| stored("blob", content));
        std::iter::once(stored("commit", &self.commit)).chain(trees).chain(files).collect()
    }
}

/// An object as git stores it before compression.
pub fn stored(kind: &str, content: &[u8]) -> Vec<u8> {
    [format!("{kind} {}\0", content.len()).as_bytes(), content].concat()
}

/// The folders on the way to `path`, from the root: an empty path, then longer ones.
fn folders(path: &str) -> Vec<&str> {
    let ends = path.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
    std::iter::once(0).chain(ends).map(|end| &path[..end]).collect()
}

/// Writes the tree of the folder `prefix` after those inside it, and returns its name.
fn folder(
    format: Format,
    prefix: &str,
    files: &[(String, Vec<u8>)],
    trees: &mut Vec<Vec<u8>>,
) -> ObjectName {
    let mut entries: Vec<(String, &str, String, ObjectName)> = Vec::new();
    for (path, content) in files {
        let Some(rest) = path.strip_prefix(prefix) else { continue };
        match rest.split_once('/') {
            Some((name, _)) if entries.iter().any(|(_, _, known, _)| known == name) => {}
            Some((name, _)) => {
                let inside = folder(format, &format!("{prefix}{name}/"), files, trees);
                entries.push((format!("{name}/"), "40000", name.to_owned(), inside));
            }
            None => {
                let blob = name(format, Kind::Blob, content).unwrap();
                entries.push((rest.to_owned(), "100644", rest.to_owned(), blob));
            }
        }
    }
    entries.sort();
    let tree: Vec<u8> = entries
        .iter()
        .flat_map(|(_, mode, name, object)| {
            [format!("{mode} {name}\0").as_bytes(), object.as_bytes()].concat()
        })
        .collect();
    let name = name(format, Kind::Tree, &tree).unwrap();
    trees.push(tree);
    name
}

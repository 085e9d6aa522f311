//! Names of objects as git itself gives them, commits rebuilt from what GitHub's API leaves of
//! them, and objects as git stores them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value as Json, json};
use silicon_to_source::builds::git;
use silicon_to_source::builds::git::parse::github::Answer;
use silicon_to_source::builds::git::parse::objects::{
    Commit, Format, Kind, Object, ObjectName, SignatureFormat, Tree,
};
use silicon_to_source::builds::git::verify::{
    Collision, Missing, Objects, Place, Sought, Workflow, name, sha1, verify,
};
use silicon_to_source::error::Error;
use silicon_to_source::finding::{Outcome, Why};

use crate::common::{crate_dir, skipped};

#[test]
fn empty_objects_have_the_names_that_git_documents() {
    for (format, kind, expected) in [
        (Format::Sha1, Kind::Tree, "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
        (Format::Sha1, Kind::Blob, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        (
            Format::Sha256,
            Kind::Tree,
            "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
        ),
        (
            Format::Sha256,
            Kind::Blob,
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
        ),
    ] {
        assert_eq!(name(format, kind, b"").unwrap().to_string(), expected);
    }
}

#[test]
fn both_files_of_each_known_sha1_collision_are_refused() {
    let data = crate_dir("sha1-checked").unwrap().join("tests/data");
    for file in ["shattered-1.pdf", "shattered-2.pdf", "sha-mbles-1.bin", "sha-mbles-2.bin"] {
        let bytes = fs::read(data.join(file)).unwrap();
        assert_eq!(sha1(&[&bytes]), Err(Collision), "{file}");
        let (first, second) = bytes.split_at(300);
        assert_eq!(sha1(&[first, second]), Err(Collision), "{file} in two parts");
    }
    assert_eq!(hex::encode(sha1(&[b"abc"]).unwrap()), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

#[test]
fn trees_that_git_would_not_write_are_refused() {
    let entry = |mode: &str, name: &str| [format!("{mode} {name}\0").as_bytes(), &[7; 20]].concat();
    let tree = |entries: &[(&str, &str)]| -> Vec<u8> {
        entries.iter().flat_map(|(mode, name)| entry(mode, name)).collect()
    };
    let parse = |content: &[u8]| Tree::parse(Format::Sha1, content);
    let in_order = [("100644", "a"), ("100644", "a.c"), ("40000", "a0"), ("120000", "b")];
    let parsed = parse(&tree(&in_order)).unwrap();
    assert_eq!(parsed.content(), tree(&in_order));
    // A folder stands where its name with a slash belongs: after a.c, before a0.
    assert!(parse(&tree(&[("100644", "a.c"), ("40000", "a"), ("100644", "a0")])).is_ok());
    for refused in [
        tree(&[("40000", "a"), ("100644", "a.c")]),
        tree(&[("100644", "b"), ("100644", "a")]),
        tree(&[("100644", "a"), ("100644", "a")]),
        tree(&[("100644", "a"), ("100644", "a.c"), ("40000", "a")]),
        tree(&[("040000", "a")]),
        tree(&[("100600", "a")]),
        tree(&[("100644", "a/b")]),
        tree(&[("100644", "")]),
        tree(&[("40000", ".")]),
        tree(&[("40000", "..")]),
        tree(&[("40000", ".GIT")]),
        tree(&[("100644", "a")])[..20].to_vec(),
        b"100644".to_vec(),
    ] {
        assert!(parse(&refused).is_err(), "{}", String::from_utf8_lossy(&refused));
    }
}

#[test]
fn names_in_another_form_are_refused() {
    for text in ["", "4b825dc6", &"0".repeat(41), &"A".repeat(40), &"g".repeat(40)] {
        assert!(text.parse::<ObjectName>().is_err(), "{text}");
    }
}

#[test]
fn stored_objects_with_a_lying_length_or_a_bomb_behind_them_are_refused() {
    let blob = Object::stored(b"blob 3\0abc").unwrap().unwrap();
    assert_eq!((blob.kind, &*blob.content), (Kind::Blob, b"abc".as_slice()));
    let packed = zlib(b"blob 3\0abc");
    assert_eq!(Object::stored(&packed).unwrap().unwrap().content, b"abc".as_slice());
    let trailing = [packed.as_slice(), b"x"].concat();
    let cut = &packed[..packed.len() - 3];
    for refused in [b"blob 2\0abc".to_vec(), b"blob 4\0abc".to_vec(), zlib(b"blob 2\0abc")] {
        assert!(Object::stored(&refused).is_err(), "{}", String::from_utf8_lossy(&refused));
    }
    assert!(Object::stored(&trailing).is_err());
    assert!(Object::stored(cut).is_err());
    let mut bomb = b"blob 1073741824\0".to_vec();
    bomb.resize(64 * 1024 * 1024, 0);
    assert!(matches!(Object::stored(&zlib(&bomb)), Err(Error::TooLarge { .. })));
    let mut lie = b"blob 3\0".to_vec();
    lie.resize(64 * 1024 * 1024, 0);
    assert!(Object::stored(&zlib(&lie)).is_err());
    for other in
        [b"".as_slice(), b"blob", b"blob x\0", b"blob 03\0abc", b"note 3\0abc", b"\x78\x9c"]
    {
        assert_eq!(Object::stored(other), Ok(None), "{other:?}");
    }
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A repository that git itself made, in a folder of its own.
struct Git {
    folder: PathBuf,
}

impl Git {
    /// `None`, said loudly, where there is no git, or one that does not know `format`.
    fn new(label: &str, format: &str) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("s2s-{label}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let git = Self { folder };
        let made = git.command(&["init", "--quiet", "--object-format", format]).status();
        if made.is_ok_and(|status| status.success()) {
            return Some(git);
        }
        skipped(&format!("git is absent or too old, so {label} was not compared with it"));
        None
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(&self.folder).env("GIT_CONFIG_NOSYSTEM", "1");
        for (key, value) in [
            ("HOME", "/nonexistent"),
            ("GIT_AUTHOR_NAME", "A. Uthor"),
            ("GIT_AUTHOR_EMAIL", "author@example.com"),
            ("GIT_COMMITTER_NAME", "C. Ommitter"),
            ("GIT_COMMITTER_EMAIL", "committer@example.com"),
        ] {
            command.env(key, value);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.run(arguments)).unwrap().trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits everything with these dates and returns the commit's name.
    fn commit(&self, message: &str, author_date: &str, committer_date: &str) -> String {
        self.run(&["add", "--all"]);
        let arguments = ["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", message];
        let status = self
            .command(&arguments)
            .env("GIT_AUTHOR_DATE", author_date)
            .env("GIT_COMMITTER_DATE", committer_date)
            .status();
        assert!(status.unwrap().success());
        self.text(&["rev-parse", "HEAD"])
    }

    /// Writes an object as it is and returns its name.
    fn hash(&self, kind: &str, content: &[u8]) -> String {
        let mut child = self
            .command(&["hash-object", "-t", kind, "-w", "--stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(content).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The objects as they lie in the repository.
    fn stored(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        collect(&self.folder.join(".git/objects"), &mut found);
        found
    }
}

impl Drop for Git {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn collect(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(fs::read(path).unwrap());
        }
    }
}

const WORKFLOW: &str = ".github/workflows/build.yml";

fn sought(commit: &str) -> Sought {
    Sought {
        commit: commit.parse().unwrap(),
        workflows: vec![Workflow { part: None, place: Place::Path(WORKFLOW.into()) }],
        tag: Some("v1".into()),
    }
}

#[test]
fn repositories_that_git_made_are_followed_from_the_commit_to_every_file() {
    for format in ["sha1", "sha256"] {
        let Some(git) = Git::new(&format!("objects-{format}"), format) else { continue };
        for path in [WORKFLOW, "Dockerfile", "a/b", "a.c", "a0", "a/c/d"] {
            git.write(path, path);
        }
        let commit = git.commit("All of it", "1700000000 +0545", "1700000001 -0330");
        git.run(&["tag", "-a", "-m", "A tag", "v1"]);
        let stored = git.stored();
        let mut objects = Objects::default();
        for object in &stored {
            objects.add_object(Object::stored(object).unwrap().unwrap());
        }
        let examination = verify(&sought(&commit), &objects);
        for finding in &examination.findings {
            assert!(finding.passed(), "{format}: {finding:?}");
        }
        assert_eq!(examination.missing, []);
        let source = examination.verified.unwrap();
        let mut paths: Vec<&str> = source.files().iter().map(|file| file.path()).collect();
        paths.sort_unstable();
        assert_eq!(paths, [WORKFLOW, "Dockerfile", "a.c", "a/b", "a/c/d", "a0"]);
        for file in source.files() {
            assert_eq!(file.path().as_bytes(), file.content());
        }
    }
}

/// GitHub's answer about a commit without a signature, from git's own words about it.
fn answer(git: &Git, commit: &str) -> Json {
    let show =
        |format: &str| git.text(&["show", "--no-patch", &format!("--format={format}"), commit]);
    let utc = |seconds: &str| {
        let time = jiff_utc(seconds.parse().unwrap());
        json!(time)
    };
    let parents: Vec<Json> =
        show("%P").split_whitespace().map(|parent| json!({ "sha": parent })).collect();
    json!({
        "sha": commit,
        "author": { "name": show("%an"), "email": show("%ae"), "date": utc(&show("%at")) },
        "committer": { "name": show("%cn"), "email": show("%ce"), "date": utc(&show("%ct")) },
        "tree": { "sha": show("%T") },
        "message": show("%B"),
        "parents": parents,
        "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null },
    })
}

fn jiff_utc(seconds: i64) -> String {
    silicon_to_source::time::UnixTime(seconds).to_string()
}

fn examine(commit: &str, answers: &[Json]) -> silicon_to_source::builds::git::verify::Examination {
    let mut objects = Objects::default();
    for answer in answers {
        let bytes = serde_json::to_vec(answer).unwrap();
        objects.add_answer(Answer::of(&bytes).unwrap().unwrap());
    }
    verify(&sought(commit), &objects)
}

fn outcome(examination: &silicon_to_source::builds::git::verify::Examination) -> Outcome {
    let own = examination.findings.iter().find(|finding| finding.check == &git::checks::GIT_COMMIT);
    own.unwrap().outcome
}

#[test]
fn unsigned_commits_are_rebuilt_from_githubs_answer_whatever_their_zones() {
    let Some(git) = Git::new("zones", "sha1") else { return };
    let zones = [
        ("+0000", "+0000"),
        ("+0100", "+0200"),
        ("-0800", "-0700"),
        ("+0545", "-0330"),
        ("+1400", "-1100"),
        ("+0930", "+1030"),
        ("-0230", "+1245"),
    ];
    for (number, (author, committer)) in zones.into_iter().enumerate() {
        for message in ["One line\n", "No line feed at its end", "Two\n\nparagraphs\n\n"] {
            let at = 1_700_000_000 + number;
            let commit =
                git.commit(message, &format!("{at} {author}"), &format!("{at} {committer}"));
            let examination = examine(&commit, &[answer(&git, &commit)]);
            assert_eq!(outcome(&examination), Outcome::Pass, "{author} {committer} {message:?}");
            let content = git.run(&["cat-file", "commit", &commit]);
            assert_eq!(examination.verified.unwrap().content(), content);
        }
    }
}

#[test]
fn changed_answer_about_an_unsigned_commit_rebuilds_nothing() {
    let Some(git) = Git::new("changed", "sha1") else { return };
    let commit = git.commit("A commit\n", "1700000000 +0100", "1700000000 +0100");
    let answer = answer(&git, &commit);
    for (pointer, value) in [
        ("/message", "Another commit"),
        ("/author/name", "Some Body"),
        ("/committer/email", "x"),
        ("/author/date", "2023-11-14T22:13:21Z"),
        ("/author/date", "no date"),
        ("/tree/sha", "4b825dc642cb6eb9a060e54bf8d69288fbee4905"),
    ] {
        let mut changed = answer.clone();
        *changed.pointer_mut(pointer).unwrap() = value.into();
        let examination = examine(&commit, &[changed]);
        assert_eq!(outcome(&examination), Outcome::Unknown(Why::NotSupported), "{pointer}");
        assert!(examination.verified.is_none());
    }
}

#[test]
fn signed_commit_is_rebuilt_with_its_signature_as_the_last_header() {
    let Some(git) = Git::new("signed", "sha1") else { return };
    let first = git.commit("First\n", "1700000000 +0100", "1700000000 +0100");
    let tree = git.text(&["rev-parse", "HEAD^{tree}"]);
    let head = format!(
        "tree {tree}\nparent {first}\nauthor Ä <a@example.com> 1700000000 +0100\n\
         committer GitHub <noreply@github.com> 1700000000 +0100\nencoding ISO-8859-1"
    );
    let message = "A merge\n\nwith a body\n";
    let payload = format!("{head}\n\n{message}");
    for (signature, kind) in [
        (
            "-----BEGIN PGP SIGNATURE-----\n\nwsFcBAABCAAQ\n=SIMU\n-----END PGP SIGNATURE-----\n",
            SignatureFormat::Pgp,
        ),
        (
            "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----",
            SignatureFormat::Ssh,
        ),
        (
            "-----BEGIN SIGNED MESSAGE-----\nMIIE\n-----END SIGNED MESSAGE-----\n",
            SignatureFormat::X509,
        ),
    ] {
        // What git writes: each further line after a space, the line feed at the end kept as one.
        let lines = signature.trim_end_matches('\n').replace('\n', "\n ");
        let end = if signature.ends_with('\n') { "\n " } else { "" };
        let object = format!("{head}\ngpgsig {lines}{end}\n\n{message}");
        let commit = git.hash("commit", object.as_bytes());
        let answer = json!({
            "sha": commit, "tree": { "sha": tree }, "parents": [{ "sha": first }], "message": "A merge",
            "author": { "name": "Ä", "email": "a@example.com", "date": "2023-11-14T22:13:20Z" },
            "committer": { "name": "GitHub", "email": "x", "date": "2023-11-14T22:13:20Z" },
            "verification": {
                "verified": true, "reason": "valid", "signature": signature, "payload": payload,
            },
        });
        let examination = examine(&commit, std::slice::from_ref(&answer));
        assert_eq!(outcome(&examination), Outcome::Pass, "{signature}");
        let source = examination.verified.unwrap();
        assert_eq!(source.content(), object.as_bytes());
        let [found] = source.commit().signatures.as_slice() else { panic!("one signature") };
        assert_eq!(SignatureFormat::of(found), kind);
        for member in ["payload", "signature"] {
            let mut changed = answer.clone();
            let text = changed["verification"][member].as_str().unwrap().replacen('A', "B", 1);
            let text = text.replacen('I', "J", 1);
            changed["verification"][member] = text.into();
            assert!(matches!(outcome(&examine(&commit, &[changed])), Outcome::Fail(_)), "{member}");
        }
    }
}

#[test]
fn whole_listing_of_github_stands_for_every_folder_and_a_cut_one_for_none() {
    let Some(git) = Git::new("listing", "sha1") else { return };
    for path in [WORKFLOW, "a/b", "a.c", "a/c/d"] {
        git.write(path, path);
    }
    let commit = git.commit("All of it\n", "1700000000 +0100", "1700000000 +0100");
    let listing = git.text(&["ls-tree", "-r", "-t", "--full-tree", &commit]);
    let entries: Vec<Json> = listing
        .lines()
        .map(|line| {
            let (words, path) = line.split_once('\t').unwrap();
            let words: Vec<&str> = words.split(' ').collect();
            json!({ "path": path, "mode": words[0], "type": words[1], "sha": words[2] })
        })
        .collect();
    let tree = git.text(&["rev-parse", "HEAD^{tree}"]);
    let file = git.text(&["rev-parse", &format!("HEAD:{WORKFLOW}")]);
    let blob = json!({
        "sha": file, "encoding": "base64",
        "content": "LmdpdGh1Yi93b3JrZmxv\nd3MvYnVpbGQueW1s\n",
    });
    let listing = json!({ "sha": tree, "tree": entries, "truncated": false });
    let commit_answer = answer(&git, &commit);
    let own = |examination: &silicon_to_source::builds::git::verify::Examination, check| {
        examination.findings.iter().find(|finding| finding.check == check).unwrap().outcome
    };
    let whole = examine(&commit, &[commit_answer.clone(), listing.clone(), blob.clone()]);
    assert_eq!(own(&whole, &git::checks::GIT_TREE), Outcome::Pass);
    assert_eq!(own(&whole, &git::checks::GIT_WORKFLOW), Outcome::Pass);
    let without_file = examine(&commit, &[commit_answer.clone(), listing.clone()]);
    assert!(without_file.missing.contains(&Missing::File(file.parse().unwrap())));
    let mut cut = listing.clone();
    cut["truncated"] = true.into();
    let cut = examine(&commit, &[commit_answer.clone(), cut, blob.clone()]);
    assert_eq!(own(&cut, &git::checks::GIT_TREE), Outcome::Unknown(Why::NotFetched));
    assert!(cut.missing.contains(&Missing::Folder(tree.parse().unwrap())));
    let mut changed = listing;
    changed["tree"][0]["sha"] = "00".repeat(20).into();
    let changed = examine(&commit, &[commit_answer, changed, blob]);
    assert_eq!(own(&changed, &git::checks::GIT_TREE), Outcome::Unknown(Why::NotFetched));
}

#[test]
fn commits_with_headers_out_of_place_are_refused() {
    let tree = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    let person = "A <a@example.com> 1700000000 +0100\n";
    let good = format!("{tree}author {person}committer {person}\nmessage");
    assert!(Commit::parse(Format::Sha1, good.as_bytes()).is_ok());
    for refused in [
        good.replace("tree 4b", "tree 4B"),
        good.replace("author", "writer"),
        format!("author {person}{tree}committer {person}\n"),
        format!("{tree}{tree}author {person}committer {person}\n"),
        format!("{tree}author {person}author {person}committer {person}\n"),
        format!("{tree}author {person}committer {person}{tree}\n"),
        format!(" {good}"),
        good.replace("\n\nmessage", "\n"),
        good.replace("1700000000", "soon"),
        good.replace("+0100", "Berlin"),
    ] {
        assert!(Commit::parse(Format::Sha1, refused.as_bytes()).is_err(), "{refused}");
    }
    assert!(Commit::parse(Format::Sha256, good.as_bytes()).is_err(), "another hash function");
}

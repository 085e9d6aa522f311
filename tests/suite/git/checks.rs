//! Every check of the source behind a build, with at least one input that makes exactly it fail
//! or leaves it open; and bytes of objects changed one by one.

use s2s_sim::container::Container;
use s2s_sim::repository::{Repository, WORKFLOW, stored};
use serde_json::{Value as Json, json};
use silicon_to_source::builds::git;
use silicon_to_source::builds::git::parse::objects::{Format, Kind, ObjectName};
use silicon_to_source::builds::git::verify::name;
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::report::{Became, Report, State};
use silicon_to_source::time::UnixTime;

use crate::common::table::{Also, Change, Expected, Told, change as row, findings};
use crate::common::{self, examine};

const DOCKERFILE: (&str, &str) = ("Dockerfile", "FROM scratch\n");
const SOURCE: (&str, &str) = ("src/main.rs", "fn main() {}\n");
const RELEASE: (&str, &str) = (WORKFLOW, "name: release\non: push\n");

/// A signed build of a made-up repository with all of its objects beside it.
struct Case {
    repository: Repository,
    /// What is named as the commit, when it is not the repository's.
    commit: Option<ObjectName>,
    /// The objects beside the bundle, each with its kind.
    objects: Vec<(&'static str, Vec<u8>)>,
    /// Answers of GitHub's beside the bundle.
    answers: Vec<Json>,
    policy: Json,
}

impl Case {
    fn of(format: Format, files: &[(&str, &str)]) -> Self {
        let repository = Repository::made_up(format, files);
        let mut case = Self {
            commit: None,
            objects: Vec::new(),
            answers: Vec::new(),
            policy: serde_json::from_str(builtin("simulated-build").unwrap().json).unwrap(),
            repository,
        };
        case.supply();
        case
    }

    fn healthy() -> Self {
        Self::of(Format::Sha1, &[DOCKERFILE, RELEASE, SOURCE])
    }

    /// Every object, and a tag.
    fn supply(&mut self) {
        let repository = &self.repository;
        let commit = repository.commit_name();
        let trees = repository.trees.iter().map(|tree| ("tree", tree.clone()));
        let files = repository.files.iter().map(|(_, file)| ("blob", file.clone()));
        let tag = ("tag", tag(&commit.to_string(), "commit", "v1.0.0"));
        let commit = ("commit", repository.commit.clone());
        self.objects = [commit].into_iter().chain(trees).chain(files).chain([tag]).collect();
    }

    /// Builds another commit, which has no other objects beside it than itself.
    fn rebuild(&mut self, content: &str) {
        self.repository.commit = content.as_bytes().to_vec();
        self.commit = None;
        let new = self.repository.commit_name();
        for (kind, content) in &mut self.objects {
            match *kind {
                "commit" => *content = self.repository.commit.clone(),
                "tag" => *content = tag(&new.to_string(), "commit", "v1.0.0"),
                _ => {}
            }
        }
    }

    fn change(&mut self, kind: &str, number: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let mut own = self.objects.iter_mut().filter(|(own, _)| *own == kind);
        change(&mut own.nth(number).unwrap().1);
    }

    fn remove(&mut self, kind: &str) {
        self.objects.retain(|(own, _)| *own != kind);
    }

    fn commit_text(&self) -> String {
        String::from_utf8(self.repository.commit.clone()).unwrap()
    }

    fn container(&self) -> Container {
        let mut container = Container::of(&self.repository);
        if let Some(commit) = &self.commit {
            container.build.commit = commit.to_string();
        }
        container
    }

    fn examine(&self) -> Report {
        self.examine_built(&self.container())
    }

    fn examine_built(&self, container: &Container) -> Report {
        let mut files: Vec<Vec<u8>> = vec![container.index(), container.manifest()];
        files.extend(self.objects.iter().map(|(kind, content)| stored(kind, content)));
        files.extend(self.answers.iter().map(|answer| serde_json::to_vec(answer).unwrap()));
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        let policy = Policy::from_json(self.policy.to_string().as_bytes()).unwrap();
        examine(&container.bundle(), &files, Some(&policy), now()).unwrap()
    }
}

fn now() -> UnixTime {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn tag(object: &str, kind: &str, name: &str) -> Vec<u8> {
    format!(
        "object {object}\ntype {kind}\ntag {name}\n\
         tagger SIMULATED author <author@simulated.example> 1733011200 +0100\n\nSIMULATED tag\n"
    )
    .into_bytes()
}

/// `content` with a letter of its message changed.
fn other_message(content: &mut [u8]) {
    let last = content.len() - 2;
    content[last] ^= 1;
}

type Row = Change<Case>;

const TREE_GONE: &str = "a file is of the commit only when its folders are";
const FILES_NOT_REACHED: Also = &[
    ("git.file/src/main.rs", "absent", TREE_GONE),
    ("git.file/Dockerfile", "absent", TREE_GONE),
    ("git.file", "unknown not-applicable", TREE_GONE),
];

const AT_THE_COMMIT: &str = "what the commit leads to begins at the commit";
const COMMIT_GONE: Also = &[
    ("git.tree", "unknown not-fetched", AT_THE_COMMIT),
    ("git.workflow", "unknown not-fetched", AT_THE_COMMIT),
    ("git.file", "unknown not-fetched", AT_THE_COMMIT),
    ("git.file/Dockerfile", "absent", AT_THE_COMMIT),
    ("git.file/src/main.rs", "absent", AT_THE_COMMIT),
    ("git.commit-signature", "unknown not-fetched", "the signature is in the commit"),
    ("provenance.time-order", "unknown not-fetched", "the time is in the commit"),
];

const ROWS: &[Row] = &[
    Row {
        also: COMMIT_GONE,
        ..row("git.commit", "unknown not-fetched", |case| {
            case.change("commit", 0, |content| other_message(content));
        })
    },
    row("git.commit", "fail malformed", |case| {
        let text = case.commit_text().replace("author ", "author-");
        case.rebuild(&text);
    }),
    row("git.commit", "fail malformed", |case| {
        let text = case.commit_text();
        let twice = text.replace("\n\n", &format!("\n{}\n\n", text.lines().next().unwrap()));
        case.rebuild(&twice);
    }),
    Row {
        also: COMMIT_GONE,
        ..row("git.commit", "unknown not-fetched", |case| {
            case.remove("commit");
            case.answers = vec![json!({
                "sha": "00".repeat(20), "tree": { "sha": "11".repeat(20) }, "message": "another",
                "author": person(), "committer": person(),
            })];
        })
    },
    row("git.commit", "fail not-rebuilt", |case| {
        case.remove("commit");
        let mut answer = answer(&case.repository);
        answer["verification"] = json!({ "payload": "tree 0\n\nmessage", "signature": "a" });
        case.answers = vec![answer];
    }),
    row("git.commit", "unknown not-supported", |case| {
        let text = case.commit_text().replace("\n\n", "\nencoding ISO-8859-1\n\n");
        case.rebuild(&text);
        case.remove("commit");
        case.answers = vec![answer(&case.repository)];
    }),
    Row {
        also: COMMIT_GONE,
        ..row("git.commit", "unknown not-fetched", |case| case.remove("commit"))
    },
    Row {
        also: FILES_NOT_REACHED,
        ..row("git.tree", "unknown not-fetched", |case| {
            case.change("tree", 0, |tree| tree[7] ^= 1);
        })
    },
    Row {
        also: FILES_NOT_REACHED,
        ..row("git.tree", "fail malformed", |case| {
            let root = case.repository.trees[0].clone();
            let first = root.iter().position(|&byte| byte == 0).unwrap() + 21;
            let twice = [&root[..first], &root].concat();
            let (old, new) = (tree_name(&root), tree_name(&twice));
            case.change("tree", 0, |tree| *tree = twice);
            let text = case.commit_text().replace(&old, &new);
            case.rebuild(&text);
        })
    },
    Row {
        also: FILES_NOT_REACHED,
        ..row("git.tree", "unknown not-fetched", |case| case.remove("tree"))
    },
    row("git.workflow", "unknown not-fetched", |case| {
        let (_, text) = RELEASE;
        let blob = case.objects.iter_mut().find(|(_, content)| content == text.as_bytes());
        blob.unwrap().1[0] ^= 1;
    }),
    row("git.workflow", "unknown not-fetched", |case| {
        case.objects.retain(|(_, content)| content != RELEASE.1.as_bytes());
    }),
    row("git.workflow", "fail missing", |case| {
        *case = Case::of(Format::Sha1, &[DOCKERFILE, SOURCE, (".github/workflows/x.yml", "x")]);
        case.objects.retain(|(_, content)| content != b"x");
    }),
    row("git.workflow", "fail not-a-file", |case| {
        let inside = format!("{WORKFLOW}/x");
        *case = Case::of(Format::Sha1, &[DOCKERFILE, SOURCE, (&inside, "x")]);
        case.objects.retain(|(_, content)| content != b"x");
    }),
    row("git.file/Dockerfile", "unknown not-fetched", |case| {
        case.change("blob", 0, |blob| blob[0] ^= 1);
    }),
    row("git.file/Dockerfile", "unknown not-fetched", |case| {
        case.objects.retain(|(_, content)| content != DOCKERFILE.1.as_bytes());
    }),
    row("git.tag", "fail not-equal", |case| {
        case.change("tag", 0, |content| *content = tag(&"11".repeat(20), "commit", "v1.0.0"));
    }),
    row("git.tag", "unknown not-fetched", |case| {
        let commit = case.repository.commit_name().to_string();
        case.change("tag", 0, |content| *content = tag(&commit, "commit", "v1.0.1"));
    }),
    row("git.tag", "unknown not-fetched", |case| case.change("tag", 0, |tag| tag[0] ^= 1)),
    row("git.tag", "unknown not-supported", |case| {
        case.change("tag", 0, |content| *content = tag(&"11".repeat(20), "tag", "v1.0.0"));
    }),
    row("git.tag", "unknown not-fetched", |case| case.remove("tag")),
    row("git.tag", "warn moved", |case| {
        case.remove("tag");
        case.answers = vec![json!({
            "ref": "refs/tags/v1.0.0", "object": { "sha": "11".repeat(20), "type": "commit" },
        })];
    }),
    row("git.tag", "unknown not-applicable", |case| {
        case.remove("tag");
        let commit = case.repository.commit_name().to_string();
        case.answers = vec![json!({
            "ref": "refs/tags/v1.0.0", "object": { "sha": commit, "type": "commit" },
        })];
    }),
    row("git.tag", "fail not-rebuilt", |case| {
        case.remove("tag");
        case.answers = vec![json!({
            "sha": "11".repeat(20), "tag": "v1.0.0", "message": "", "tagger": person(),
            "object": { "sha": "22".repeat(20), "type": "commit" },
            "verification": { "payload": "a", "signature": "b" },
        })];
    }),
    row("git.commit-signature", "fail several", |case| {
        let text = case.commit_text().replace("\n\n", "\ngpgsig a\ngpgsig b\n\n");
        case.rebuild(&text);
    }),
    row("git.commit-signature", "unknown not-supported", |case| {
        let header =
            "\ngpgsig -----BEGIN SSH SIGNATURE-----\n U1NI\n -----END SSH SIGNATURE-----\n\n";
        let text = case.commit_text().replace("\n\n", header);
        case.rebuild(&text);
    }),
];

/// What the rows say: findings, and what becomes of them.
pub(crate) fn told() -> Vec<Told> {
    ROWS.iter().map(|row| (row.finding, row.becomes)).collect()
}

fn person() -> Json {
    json!({
        "name": "SIMULATED author",
        "email": "author@simulated.example",
        "date": "2024-12-01T00:00:00Z",
    })
}

/// What GitHub answers about the commit of a made-up repository, unsigned.
fn answer(repository: &Repository) -> Json {
    let text = String::from_utf8(repository.commit.clone()).unwrap();
    let tree = text.lines().next().unwrap().strip_prefix("tree ").unwrap();
    json!({
        "sha": repository.commit_name().to_string(),
        "node_id": "C_kwDOSIMULATED",
        "author": person(),
        "committer": person(),
        "tree": { "sha": tree, "url": "https://api.github.com/" },
        "message": "SIMULATED commit",
        "parents": [],
        "verification": {
            "verified": false, "reason": "unsigned", "signature": null, "payload": null,
        },
    })
}

fn tree_name(content: &[u8]) -> String {
    name(Format::Sha1, Kind::Tree, content).unwrap().to_string()
}

#[test]
fn every_check_has_an_input_that_makes_exactly_it_fail() {
    let healthy = Case::healthy().examine();
    assert_eq!(healthy.verdict.state, State::Verified, "{:#?}", healthy.verdict);
    let healthy = findings(&healthy);
    let mut wrong = Vec::new();
    for row in ROWS {
        let mut case = Case::healthy();
        (row.spoil)(&mut case);
        let report = case.examine();
        let label = format!("{} {}", row.finding, row.becomes);
        let expected = Expected { finding: row.finding, becomes: row.becomes, also: row.also };
        wrong.extend(expected.differences(&healthy, &findings(&report), &label));
        let fails = row.becomes.starts_with("fail");
        if fails != (report.verdict.state == State::Failed) {
            wrong.push(format!("{label}: the verdict is {:?}", report.verdict.state));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_changed_byte_of_an_object_is_noticed() {
    let healthy = Case::healthy();
    let container = healthy.container();
    let policy = Policy::from_json(healthy.policy.to_string().as_bytes()).unwrap();
    let bundle = container.bundle();
    let beside = [container.index(), container.manifest()];
    let objects: Vec<Vec<u8>> =
        healthy.objects.iter().map(|(kind, content)| stored(kind, content)).collect();
    let mut examined = 0;
    for (changed, (kind, _)) in healthy.objects.iter().enumerate().filter(|(_, o)| o.0 != "tag") {
        // With another header it is no object any more, and nothing that is known here.
        let header = objects[changed].iter().position(|&byte| byte == 0).unwrap();
        for at in (header + 1..objects[changed].len()).step_by(3) {
            let mut objects = objects.clone();
            objects[changed][at] ^= 1;
            let files: Vec<&[u8]> = beside.iter().chain(&objects).map(Vec::as_slice).collect();
            let report = examine(&bundle, &files, Some(&policy), now()).unwrap();
            let filed = &report.files[1 + beside.len() + changed];
            let own = filed.became == Became::Used;
            assert!(!own, "{kind} {changed}, byte {at}");
            examined += 1;
        }
    }
    assert!(examined > 100, "{examined}");
}

/// Objects of another commit, and answers about one, are named as not used and decide nothing.
#[test]
fn objects_of_another_commit_decide_nothing() {
    let alone = findings(&Case::healthy().examine());
    let mut case = Case::healthy();
    let other = Repository::made_up(Format::Sha1, &[(WORKFLOW, "another\n")]);
    let own = case.objects.len();
    case.objects.push(("commit", [&other.commit[..], b"x"].concat()));
    case.objects.push(("tree", Vec::new()));
    case.objects.push(("blob", b"another\n".to_vec()));
    case.objects.push(("tag", tag(&"11".repeat(20), "commit", "v9.9.9")));
    let report = case.examine();
    assert_eq!(findings(&report), alone);
    assert_eq!(report.verdict.state, State::Verified);
    for filed in &report.files[3 + own..] {
        assert_eq!(filed.became, Became::NotAboutThis, "{filed:?}");
    }
    assert!(report.files[3..3 + own].iter().all(|filed| filed.became == Became::Used));
}

#[test]
fn answer_that_cannot_be_read_is_a_finding_about_that_answer() {
    let mut case = Case::healthy();
    let entry = json!({ "path": "a", "mode": "9", "type": "blob", "sha": "00" });
    case.answers = vec![json!({ "sha": "x", "tree": [entry] })];
    let report = case.examine();
    let object = report.findings(&git::checks::GIT_OBJECT).next().unwrap();
    assert_eq!((object.outcome, object.reason), ("unknown", Some("not-supported")));
    assert_eq!(report.files.last().unwrap().became, Became::Unreadable);
    assert_eq!(report.verdict.state, State::Verified);
}

/// The committer's clock may be an hour ahead; what was signed before its commit was not built
/// from it.
#[test]
fn build_that_was_signed_before_its_commit_contradicts_itself() {
    let required = |case: &mut Case| {
        let required = case.policy["required"].as_array_mut().unwrap();
        required.push(json!("provenance.time-order"));
    };
    for (later, is_asked, becomes, state) in [
        (3600, false, "pass", State::Verified),
        (3700, false, "warn signed-before-commit", State::Warning),
        (3600, true, "pass", State::Verified),
        (3700, true, "fail signed-before-commit", State::Failed),
    ] {
        let mut case = Case::healthy();
        if is_asked {
            required(&mut case);
        }
        let time = (s2s_sim::BUILD_TIME.0 + 5 + later).to_string();
        let text = case.commit_text().replace("1733011200", &time);
        case.rebuild(&text);
        let mut container = case.container();
        container.build.time = s2s_sim::BUILD_TIME;
        let report = case.examine_built(&container);
        assert_eq!(findings(&report)["provenance.time-order"], becomes);
        assert_eq!(report.verdict.state, state, "{:#?}", report.verdict);
    }
}

#[test]
fn claims_and_files_come_from_the_objects_and_only_when_they_hold() {
    let report = Case::healthy().examine();
    let claim = |report: &Report, name: &str| {
        report.claims.iter().find(|claim| claim.name == name).map(|claim| claim.value.to_string())
    };
    assert_eq!(
        claim(&report, "git.author").as_deref(),
        Some("SIMULATED author <author@simulated.example>")
    );
    assert_eq!(claim(&report, "git.committed-at").as_deref(), Some("2024-12-01T00:00:00Z"));
    let text = |report: &Report| {
        report.evidence.iter().find(|item| item.kind == "workflow").map(|item| item.sha256)
    };
    let sha256 = silicon_to_source::digest::Sha256::of(RELEASE.1.as_bytes());
    assert_eq!(text(&report), Some(sha256));
    let mut spoiled = Case::healthy();
    spoiled.change("commit", 0, |content| other_message(content));
    let report = spoiled.examine();
    assert_eq!((claim(&report, "git.author"), text(&report)), (None, None));
}

#[test]
fn sha256_repository_is_followed_down_to_its_files() {
    let report = Case::of(Format::Sha256, &[DOCKERFILE, RELEASE, SOURCE]).examine();
    assert_eq!(report.verdict.state, State::Verified, "{:#?}", report.verdict);
    assert!(report.findings(&git::checks::GIT_WORKFLOW).all(|finding| finding.outcome == "pass"));
}

#[test]
fn folders_that_contain_each_other_many_times_over_end_the_examination_soon() {
    let mut case = Case::healthy();
    let mut inner = name(Format::Sha1, Kind::Blob, b"").unwrap().as_bytes().to_vec();
    let mut mode = "100644";
    case.remove("tree");
    for _ in 0..40 {
        let entry = |letter: &str| [format!("{mode} {letter}\0").as_bytes(), &inner].concat();
        let tree = [entry("a"), entry("b"), entry("c")].concat();
        inner = name(Format::Sha1, Kind::Tree, &tree).unwrap().as_bytes().to_vec();
        mode = "40000";
        case.objects.push(("tree", tree));
    }
    let text = case.commit_text();
    let (_, rest) = text.split_once('\n').unwrap();
    let text = format!("tree {}\n{rest}", hex::encode(&inner));
    case.rebuild(&text);
    let report = case.examine();
    let tree = report.findings(&git::checks::GIT_TREE).next().unwrap();
    assert_eq!(tree.reason, Some("not-supported"));
}

#[test]
fn workflow_of_another_commit_or_repository_is_not_taken_from_this_commit() {
    let case = Case::healthy();
    let mut container = case.container();
    container.build.workflow = WORKFLOW.into();
    let mut provenance = container.provenance();
    let other = "11".repeat(20);
    provenance.leaf.claims.insert(19, other.clone());
    provenance.leaf.claims.insert(10, other);
    let objects: Vec<Vec<u8>> =
        case.objects.iter().map(|(kind, content)| stored(kind, content)).collect();
    let (index, manifest) = (container.index(), container.manifest());
    let files: Vec<&[u8]> =
        [&index, &manifest].into_iter().chain(&objects).map(Vec::as_slice).collect();
    let policy = Policy::from_json(case.policy.to_string().as_bytes()).unwrap();
    let report = examine(&provenance.bytes(), &files, Some(&policy), now()).unwrap();
    let workflow = report.findings(&git::checks::GIT_WORKFLOW).next().unwrap();
    assert_eq!(workflow.reason, Some("not-supported"), "{workflow:?}");
    assert!(report.evidence.iter().all(|item| item.kind != "workflow"));
    assert_ne!(report.verdict.state, State::Verified);
}

#[test]
fn objects_beside_evidence_that_names_no_commit_show_nothing() {
    let case = Case::healthy();
    let objects: Vec<Vec<u8>> =
        case.objects.iter().map(|(kind, content)| stored(kind, content)).collect();
    let objects: Vec<&[u8]> = objects.iter().map(Vec::as_slice).collect();
    let snp = common::snp::Case::vcek(silicon_to_source::formats::snp::parse::Product::Genoa);
    let report =
        examine(&snp.report_bytes(), &objects, Some(&snp.parsed_policy()), common::snp::NOW)
            .unwrap();
    let commit = report.findings(&git::checks::GIT_COMMIT).next().unwrap();
    assert_eq!(commit.reason, Some("blocked"));
}

#[test]
fn container_of_this_repository_is_followed_to_its_commit_and_its_workflow_file() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let Some(repository) = Repository::read(root) else {
        common::skipped("this folder is no git repository, so its own build was not examined");
        return;
    };
    let container = Container::of(&repository);
    let files = container.files(&repository);
    let ((_, bundle), beside) = files.split_first().unwrap();
    let beside: Vec<&[u8]> = beside.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let policy = builtin("simulated-build").unwrap().policy().unwrap();
    let now = UnixTime(repository.committed_at().unwrap().0 + 86_400);
    let report = examine(bundle, &beside, Some(&policy), now).unwrap();
    assert_eq!(report.verdict.state, State::Verified, "{:#?}", report.verdict);
    assert!(report.simulated);
    let git = |arguments: &[&str]| {
        let output =
            std::process::Command::new("git").arg("-C").arg(root).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let commit = report.findings(&git::checks::GIT_COMMIT).next().unwrap();
    assert_eq!(commit.actual.as_ref().unwrap().to_string(), git(&["rev-parse", "HEAD"]));
    let workflow = report.findings(&git::checks::GIT_WORKFLOW).next().unwrap();
    let blob = git(&["rev-parse", &format!("HEAD:{WORKFLOW}")]);
    assert_eq!(workflow.actual.as_ref().unwrap().to_string(), blob);
    let other: Vec<_> =
        report.findings(&git::checks::GIT_FILE).map(|f| f.part.as_deref()).collect();
    assert_eq!(other, [Some(".ci/run")]);
}

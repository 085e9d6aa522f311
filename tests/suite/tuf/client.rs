//! `s2s tuf` against a simulated repository on the loopback interface: what the tuf-conformance
//! suite asks of a client, from the command line inward.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use s2s_sim::sigstore::trusted_root;
use s2s_sim::tuf::MetadataSpec;
use serde_json::json;
use silicon_to_source::digest::Sha256;

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A repository that is served, and a directory of the client's.
struct World {
    files: Files,
    asked: Arc<Mutex<Vec<String>>>,
    port: u16,
    home: PathBuf,
}

impl World {
    fn new(name: &str) -> Self {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tuf-{name}"));
        let _ = std::fs::remove_dir_all(&home);
        std::fs::create_dir_all(home.join("metadata")).unwrap();
        std::fs::create_dir_all(home.join("targets")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (files, asked) = (Files::default(), Arc::new(Mutex::new(Vec::new())));
        let (served, log) = (Arc::clone(&files), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().unwrap().unwrap();
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                let path = first.split(' ').nth(1).unwrap().to_owned();
                let body = served.lock().unwrap().get(&path).cloned();
                log.lock().unwrap().push(path);
                let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
                let body = body.unwrap_or_default();
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
            }
        });
        Self { files, asked, port, home }
    }

    fn put(&self, path: &str, bytes: Vec<u8>) {
        self.files.lock().unwrap().insert(path.to_owned(), bytes);
    }

    /// Publishes a state that is good until 2035.
    fn publish(&self, version: u64, file: &[u8]) {
        let lasting = |mut spec: MetadataSpec| {
            spec.signed["expires"] = json!("2035-01-01T00:00:00Z");
            spec
        };
        let targets = lasting(MetadataSpec::targets(version, file));
        let snapshot = lasting(MetadataSpec::snapshot(version, &targets));
        let timestamp = lasting(MetadataSpec::timestamp(version, &snapshot));
        self.put("/m/timestamp.json", timestamp.bytes());
        self.put(&format!("/m/{version}.snapshot.json"), snapshot.bytes());
        self.put(&format!("/m/{version}.targets.json"), targets.bytes());
        self.put(&format!("/t/{}.trusted_root.json", Sha256::of(file)), file.to_vec());
    }

    /// Runs the client and gives its status and its complaint.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_s2s"))
            .arg("tuf")
            .arg("--metadata-dir")
            .arg(self.home.join("metadata"))
            .args(arguments)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    fn begin(&self) {
        let root = self.home.join("root.json");
        std::fs::write(&root, MetadataSpec::root(1).bytes()).unwrap();
        assert_eq!(self.run(&["init", root.to_str().unwrap()]).0, Some(0));
    }

    fn refresh(&self) -> (Option<i32>, String) {
        self.run(&["--metadata-url", &format!("http://127.0.0.1:{}/m", self.port), "refresh"])
    }

    fn download(&self, name: &str) -> (Option<i32>, String) {
        let base = format!("http://127.0.0.1:{}", self.port);
        let (metadata, targets) = (format!("{base}/m/"), format!("{base}/t/"));
        let directory = self.home.join("targets");
        self.run(&[
            "--metadata-url",
            &metadata,
            "--target-base-url",
            &targets,
            "--target-name",
            name,
            "--target-dir",
            directory.to_str().unwrap(),
            "download",
        ])
    }

    fn kept(&self, name: &str) -> Option<serde_json::Value> {
        let bytes = std::fs::read(self.home.join("metadata").join(name)).ok()?;
        Some(serde_json::from_slice(&bytes).unwrap())
    }

    fn version(&self, name: &str) -> Option<u64> {
        self.kept(name)?["signed"]["version"].as_u64()
    }
}

#[test]
fn a_repository_is_followed_and_its_target_downloaded_once() {
    let world = World::new("healthy");
    world.begin();
    world.publish(1, &trusted_root());
    world.put("/m/2.root.json", MetadataSpec::root(2).bytes());
    assert_eq!(world.refresh().0, Some(0), "{}", world.refresh().1);
    for (name, version) in
        [("root.json", 2), ("timestamp.json", 1), ("snapshot.json", 1), ("targets.json", 1)]
    {
        assert_eq!(world.version(name), Some(version), "{name}");
    }
    assert_eq!(world.download("trusted_root.json").0, Some(0));
    let path = world.home.join("targets/trusted_root.json");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(world.download("trusted_root.json").0, Some(0));
    assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), long_ago, "left alone");
    let file = std::fs::read(path).unwrap();
    assert_eq!(file, trusted_root());
    let asked = world.asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|path| path.starts_with("/t/")).count(), 1, "{asked:?}");
}

#[test]
fn what_was_kept_is_a_floor_for_what_comes() {
    let world = World::new("rollback");
    world.begin();
    world.publish(5, &trusted_root());
    assert_eq!(world.refresh().0, Some(0));
    world.publish(4, &trusted_root());
    let (status, why) = world.refresh();
    assert_eq!(status, Some(1));
    assert!(why.contains("rollback"), "{why}");
    assert_eq!(world.version("timestamp.json"), Some(5));
}

#[test]
fn a_root_out_of_order_or_by_too_few_is_refused_and_not_kept() {
    for (name, root) in [
        ("skipped", MetadataSpec::root(3)),
        ("by-one", {
            let mut root = MetadataSpec::root(2);
            root.signers.truncate(1);
            root
        }),
    ] {
        let world = World::new(name);
        world.begin();
        world.publish(1, &trusted_root());
        world.put("/m/2.root.json", root.bytes());
        assert_eq!(world.refresh().0, Some(1), "{name}");
        assert_eq!(world.version("root.json"), Some(1), "{name}");
        assert_eq!(world.version("timestamp.json"), None, "{name}");
    }
}

#[test]
fn expired_endless_and_wrong_answers_are_refused() {
    let world = World::new("expired");
    world.begin();
    world.publish(1, &trusted_root());
    let stale = MetadataSpec::snapshot(1, &MetadataSpec::targets(1, &trusted_root()));
    world.put("/m/timestamp.json", MetadataSpec::timestamp(1, &stale).bytes());
    let (status, why) = world.refresh();
    assert_eq!(status, Some(1));
    assert!(why.contains("expired"), "{why}");

    world.put("/m/timestamp.json", vec![b' '; 100_000]);
    let (status, why) = world.refresh();
    assert_eq!(status, Some(1));
    assert!(why.contains("longer than"), "{why}");

    world.publish(1, &trusted_root());
    world.put(&format!("/t/{}.trusted_root.json", Sha256::of(&trusted_root())), b"{}".to_vec());
    assert_eq!(world.download("trusted_root.json").0, Some(1));
    assert_eq!(world.download("no_such_file.json").0, Some(1));
    assert!(!world.home.join("targets/trusted_root.json").exists());
}

#[test]
fn nothing_but_plain_http_is_asked() {
    let world = World::new("scheme");
    world.begin();
    let (status, why) = world.run(&["--metadata-url", "https://127.0.0.1:1/m", "refresh"]);
    assert_eq!(status, Some(1));
    assert!(why.contains("http://"), "{why}");
}

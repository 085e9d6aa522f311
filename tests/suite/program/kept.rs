//! Claims about `s2s verify --bundle` and about what it makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::bundle::forged;
use crate::servers::Plain;

const AT: &str = "2026-02-01T00:00:00Z";

fn s2s(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s2s")).args(arguments).output().expect("s2s runs")
}

fn flowing(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An empty folder with the demonstration in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kept-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("evidence.json"), s2s_sim::demonstration()).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Checks the demonstration and keeps a bundle of it.
    fn keep(&self, name: &str, more: &[&str]) -> Output {
        let (evidence, bundle) = (self.path("evidence.json"), self.path(name));
        let common = ["verify", &evidence, "--policy", "simulated", "--at", AT];
        s2s(&[&common[..], &["--bundle", &bundle], more].concat())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }
}

#[test]
fn a_bundle_does_not_say_where_its_files_lay() {
    let folder = Folder::new("where");
    assert_eq!(folder.keep("a.s2s.json", &[]).status.code(), Some(0));
    let kept = fs::read_to_string(folder.path("a.s2s.json")).unwrap();
    assert!(kept.contains("evidence.json") && !kept.contains("kept-where"));
}

#[test]
fn a_bundle_gives_the_recorded_report_byte_for_byte_and_another_as_of_now() {
    let folder = Folder::new("same");
    let first = folder.keep("a.s2s.json", &["--json"]);
    assert_eq!(first.status.code(), Some(0), "{}", flowing(&first.stderr));
    let bundle = folder.path("a.s2s.json");
    let said = flowing(&first.stderr);
    assert!(said.contains(&format!("s2s verify {bundle} --as-recorded --json")), "{said}");
    let again = s2s(&["verify", &bundle, "--as-recorded", "--json"]);
    assert_eq!((again.status.code(), &again.stdout), (Some(0), &first.stdout));
    let said = flowing(&again.stderr);
    assert!(said.contains("the same report, byte for byte. This is the word of whoever"), "{said}");
    // As of now is what the files give now; the maker's policy comes with the verifier.
    let later = "2026-08-01T00:00:00Z";
    let now = s2s(&["verify", &bundle, "--json", "--at", later]);
    let direct = ["verify", "evidence.json", "--json", "--at", later, "--policy", "simulated"];
    let direct = Command::new(env!("CARGO_BIN_EXE_s2s"))
        .current_dir(&folder.0)
        .args(direct)
        .output()
        .unwrap();
    assert_eq!((now.status.code(), &now.stdout), (direct.status.code(), &direct.stdout));
    assert_ne!(now.stdout, first.stdout);
    let text = s2s(&["verify", &bundle, "--at", later]);
    let told = flowing(&text.stdout);
    assert!(told.starts_with(&format!("Recorded on {AT} by release ")), "{told}");
    assert!(text.stderr.is_empty(), "{}", flowing(&text.stderr));
}

#[test]
fn a_folder_gets_a_bundle_that_is_called_by_what_was_checked_and_when() {
    let folder = Folder::new("folder");
    assert_eq!(folder.keep(".", &[]).status.code(), Some(0));
    assert_eq!(folder.names(), ["evidence.json", "tinfoil-bundle-2026-02-01.s2s.json"]);
    // The day's file is there: the answer is out, and its status says that nothing was kept.
    let again = folder.keep(".", &[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(!again.stdout.is_empty());
    assert!(flowing(&again.stderr).contains("already"), "{}", flowing(&again.stderr));
}

#[test]
fn a_bundle_is_a_new_file_and_no_link_is_followed() {
    let folder = Folder::new("new");
    fs::write(folder.path("mine"), "mine").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path("mine"), folder.path("link")).unwrap();
        std::os::unix::fs::symlink(folder.path("nothing"), folder.path("dangling")).unwrap();
    }
    let names = folder.names();
    for name in names.iter().map(String::as_str).chain(["no-folder/file"]) {
        let output = folder.keep(name, &[]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(output.stdout.is_empty(), "nobody waited for {name}");
    }
    assert_eq!((folder.names(), fs::read(folder.path("mine")).unwrap()), (names, b"mine".to_vec()));
}

#[test]
fn a_changed_bundle_is_unreadable_and_a_forged_one_fails() {
    let folder = Folder::new("forged");
    folder.keep("a.s2s.json", &[]);
    let json = fs::read_to_string(folder.path("a.s2s.json")).unwrap();
    let changed = folder.path("changed");
    fs::write(&changed, json.replacen("\"simulated\"", "\"snp\"", 1)).unwrap();
    for arguments in [&["verify", &*changed][..], &["verify", &changed, "--as-recorded"]] {
        let output = s2s(arguments);
        assert_eq!(output.status.code(), Some(2));
        let said = flowing(&output.stderr);
        assert!(said.contains("it was changed since"), "{said}");
        assert!(output.stdout.is_empty());
    }
    let false_level = |json: String| {
        assert!(json.contains("\\\"level\\\": \\\"A5\\\""));
        json.replacen("\\\"level\\\": \\\"A5\\\"", "\\\"level\\\": \\\"A9\\\"", 1)
    };
    fs::write(&changed, forged(&json, false_level)).unwrap();
    let output = s2s(&["verify", &changed, "--as-recorded", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let said = flowing(&output.stderr);
    assert!(said.contains("differs in 1 places, first at \"/assurance/level\"."), "{said}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.contains("\"level\": \"A5\"") && !told.contains("\"A9\""),
        "what is computed is told"
    );
    let now = s2s(&["verify", &changed, "--at", AT]);
    assert_eq!(now.status.code(), Some(0), "its files are as they were");
    assert!(flowing(&now.stdout).contains("differs in 1 places"));
}

#[test]
fn a_session_is_its_makers_as_recorded_and_a_recording_as_of_now() {
    let folder = Folder::new("session");
    let server = Plain::routing(|_| {
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno"
            .to_vec()
    });
    let bundle = folder.path("a.s2s.json");
    let first = s2s(&["verify", &server.origin(), "--json", "--bundle", &bundle]);
    let report: Json = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(report["headline"]["of"], server.origin());
    let again = s2s(&["verify", &bundle, "--as-recorded", "--json"]);
    assert_eq!((again.status.code(), again.stdout), (first.status.code(), first.stdout));
    let now = s2s(&["verify", &bundle, "--json"]);
    let now: Json = serde_json::from_slice(&now.stdout).unwrap();
    assert!(now["headline"]["of"].is_null() && now["recorded_at"].is_string());
    // A recording does not stand beside a service that is asked.
    let asked = server.asked();
    let output = s2s(&["verify", &server.origin(), &bundle]);
    assert_eq!(output.status.code(), Some(2), "{}", flowing(&output.stderr));
    assert!(flowing(&output.stderr).contains("A bundle is a recording."));
    assert_eq!(server.asked(), asked, "nobody was asked");
    let folder_name = folder.path(".");
    let host = server.origin().replace("http://", "").replace(':', "-");
    s2s(&["verify", &server.origin(), "--bundle", &folder_name, "--at", AT]);
    assert!(
        folder.names().contains(&format!("{host}-2026-02-01.s2s.json")),
        "{:?}",
        folder.names()
    );
}

#[test]
fn what_the_maker_said_for_itself_is_told_and_does_not_count_as_of_now() {
    let folder = Folder::new("own");
    let policy = folder.path("policy.json");
    let shown = s2s(&["policy", "show", "simulated"]).stdout;
    let shown = String::from_utf8(shown).unwrap().replacen("\"simulated\"", "\"snp-strict\"", 1);
    fs::write(&policy, shown).unwrap();
    let (evidence, bundle) = (folder.path("evidence.json"), folder.path("a.s2s.json"));
    let first =
        s2s(&["verify", &evidence, "--at", AT, "--policy", &policy, "--bundle", &bundle, "--json"]);
    assert_eq!(first.status.code(), Some(0), "{}", flowing(&first.stderr));
    let again = s2s(&["verify", &bundle, "--as-recorded", "--json"]);
    assert_eq!((again.status.code(), &again.stdout), (Some(0), &first.stdout));
    assert!(flowing(&again.stderr).contains("Its maker used a policy file, keys or an artifact"));
    let now = s2s(&["verify", &bundle, "--at", AT, "--json"]);
    assert_eq!(now.status.code(), Some(1), "simulated roots fail under a policy of the verifier's");
    assert!(flowing(&now.stderr).contains("not as of now"));
    let own = s2s(&["verify", &bundle, "--at", AT, "--policy", &policy, "--json"]);
    assert_eq!((own.status.code(), own.stdout), (Some(0), first.stdout));
}

#[test]
fn as_recorded_is_asked_of_a_bundle_alone() {
    let folder = Folder::new("alone");
    let evidence = folder.path("evidence.json");
    let output = s2s(&["verify", &evidence, "--as-recorded"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(flowing(&output.stderr).contains("None of these files is a bundle."));
    folder.keep("a.s2s.json", &[]);
    let bundle = folder.path("a.s2s.json");
    for more in [["--at", AT], ["--policy", "snp"], ["--require", "A4"], ["--bundle", "b"]] {
        let output = s2s(&[&["verify", &bundle, "--as-recorded"], &more[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
    }
}

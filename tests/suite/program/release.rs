//! A simulated release of this project, from its signed statement to the file that runs, and each way
//! of tampering with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use s2s_sim::certificate::AltName;
use s2s_sim::release::Release;
use s2s_sim::sigstore::BundleSpec;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::time::UnixTime;

/// After the simulated build.
const AT: &str = "2026-11-01T00:00:00Z";

const MANIFEST: &[u8] = br#"{"name":"silicon-to-source"}"#;

fn s2s(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s2s")).args(arguments).output().expect("s2s runs")
}

fn flowing(output: &Output) -> String {
    let bytes = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn program() -> Vec<u8> {
    fs::read(env!("CARGO_BIN_EXE_s2s")).unwrap()
}

/// The policy of releases, under which simulated roots count.
fn policy() -> Json {
    let mut policy: Json =
        serde_json::from_str(include_str!("../../../crates/s2s/src/release.json")).unwrap();
    policy["roots"] = json!("simulated");
    policy
}

/// A folder with a release as somebody downloads it.
struct Downloaded(PathBuf);

impl Downloaded {
    fn new(name: &str, record: &[u8]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("release-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("release.intoto.jsonl"), record).unwrap();
        fs::write(folder.join("verifier-manifest.json"), MANIFEST).unwrap();
        fs::write(folder.join("release-policy.json"), policy().to_string()).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// `s2s verify release.intoto.jsonl --artifact FILE`.
    fn verify(&self, file: &str) -> Output {
        let (record, policy) =
            (self.path("release.intoto.jsonl"), self.path("release-policy.json"));
        let file = self.path(file);
        s2s(&["verify", &record, "--artifact", &file, "--policy", &policy, "--at", AT, "--json"])
    }

    fn about(&self, more: &[&str]) -> Output {
        let (record, policy) =
            (self.path("release.intoto.jsonl"), self.path("release-policy.json"));
        let common = ["about", &record, "--policy", &policy, "--at", AT];
        s2s(&[&common[..], more].concat())
    }
}

fn release() -> Release {
    let program = program();
    Release::of([
        ("s2s-0.1.0-x86_64-unknown-linux-musl", &program[..]),
        ("verifier-manifest.json", MANIFEST),
    ])
}

/// The checks that failed, with their reasons.
fn failed(output: &Output) -> Vec<String> {
    let report: Json =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", flowing(output)));
    let links = report["links"].as_array().unwrap().iter();
    links
        .flat_map(|link| link["findings"].as_array().unwrap())
        .filter(|finding| finding["outcome"] == "fail")
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_release_is_verified_for_each_of_its_files() {
    let downloaded = Downloaded::new("whole", &release().bytes());
    let output = downloaded.verify("verifier-manifest.json");
    assert_eq!(output.status.code(), Some(0), "{}", flowing(&output));
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["simulated"], true);
}

#[test]
fn the_program_shows_the_record_about_itself_and_says_that_it_cannot_vouch_for_itself() {
    let downloaded = Downloaded::new("about", &release().bytes());
    let output = downloaded.about(&[]);
    let said = flowing(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for words in [
        "This program says that it is release 0.1.0. It cannot vouch for itself: compare this digest, or let \
         somebody else's program check it.",
        "A changed program could say the same",
        "SIMULATED",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.contains(&format!("sha256:{}", Sha256::of(&program()))), "{said}");
    // Real roots stand for nothing that is simulated.
    let record = downloaded.path("release.intoto.jsonl");
    assert_ne!(s2s(&["about", &record, "--at", AT]).status.code(), Some(0));
}

#[test]
fn without_a_record_the_program_says_what_it_is_and_how_to_check_it() {
    let said = flowing(&s2s(&["about"]));
    for words in [
        "It cannot vouch for itself",
        "s2s about release.intoto.jsonl",
        "gh attestation verify FILE",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.contains(&Sha256::of(&program()).to_string()), "{said}");
    let facts: Json = serde_json::from_slice(&s2s(&["about", "--json"]).stdout).unwrap();
    assert_eq!(facts["program"]["sha256"], json!(Sha256::of(&program())));
    assert_eq!(facts["verifier"]["version"], env!("CARGO_PKG_VERSION"));
    let roots: Json = serde_json::from_slice(&s2s(&["roots", "--json"]).stdout).unwrap();
    assert_eq!(facts["roots"].as_array().unwrap().len(), roots.as_array().unwrap().len());
    let named = silicon_to_source::engine::Builtin::all().len();
    assert_eq!(facts["policies"].as_object().unwrap().len(), named);
}

/// One way of tampering, and what is done to the release.
type Tampering = (&'static str, fn(&mut Release, &mut dyn FnMut(BundleSpec)));

const TAMPERINGS: [Tampering; 7] = [
    ("another repository", |release, _| {
        release.build.repository = "somebody/silicon-to-source".into();
    }),
    ("another workflow of the repository", |release, _| {
        release.build.workflow = ".github/workflows/ci.yml".into();
    }),
    ("a branch instead of a tag", |release, _| release.build.reference = "refs/heads/main".into()),
    ("a machine of somebody's own", |release, _| release.build.runner = "self-hosted".into()),
    ("started by hand", |release, _| release.build.trigger = "workflow_dispatch".into()),
    ("a statement that names another commit than the certificate", |release, done| {
        let statement = release.statement();
        release.build.commit = "f".repeat(40);
        done(BundleSpec::dsse(&release.build, statement));
    }),
    ("a certificate for another identity", |release, done| {
        let mut spec = release.provenance();
        let other = "https://github.com/silicon-to-source/silicon-to-source/.github/workflows/other.yml@refs/tags/v1.0.0";
        spec.leaf.names = vec![AltName::Uri(other.into())];
        done(spec);
    }),
];

#[test]
fn a_release_that_something_else_signed_is_not_verified() {
    for (number, (what, tamper)) in TAMPERINGS.into_iter().enumerate() {
        let mut release = release();
        let mut own = None;
        tamper(&mut release, &mut |spec| own = Some(spec.bytes()));
        let record = own.unwrap_or_else(|| release.bytes());
        let downloaded = Downloaded::new(&format!("signer-{number}"), &record);
        let output = downloaded.verify("verifier-manifest.json");
        assert_eq!(output.status.code(), Some(1), "{what}: {}", flowing(&output));
        assert_eq!(downloaded.about(&["--json"]).status.code(), Some(1), "{what}");
    }
}

#[test]
fn a_changed_file_a_changed_statement_and_a_changed_signature_are_noticed() {
    let downloaded = Downloaded::new("changed", &release().bytes());
    // A file of the release, changed after it was signed.
    fs::write(downloaded.path("verifier-manifest.json"), br#"{"name":"silicon-to-sourcf"}"#)
        .unwrap();
    let output = downloaded.verify("verifier-manifest.json");
    assert_eq!(output.status.code(), Some(1), "{}", flowing(&output));
    // A file that the release does not have.
    fs::write(downloaded.path("extra"), b"extra").unwrap();
    assert_eq!(downloaded.verify("extra").status.code(), Some(1));
    // Another program than the one that runs: the record has no digest of this one.
    let without = Release::of([("verifier-manifest.json", MANIFEST)]);
    let other = Downloaded::new("other-program", &without.bytes());
    assert_eq!(other.about(&["--json"]).status.code(), Some(1));
    // The statement names one more file, under the old signature.
    let signed = release().provenance().json();
    let mut more = release();
    more.files.push(("extra".into(), Sha256::of(b"extra")));
    let mut spliced = signed.clone();
    spliced["dsseEnvelope"]["payload"] =
        more.provenance().json()["dsseEnvelope"]["payload"].clone();
    let mut swapped = signed;
    swapped["dsseEnvelope"]["signatures"] =
        more.provenance().json()["dsseEnvelope"]["signatures"].clone();
    for (name, bundle) in [("spliced", spliced), ("swapped", swapped)] {
        let downloaded = Downloaded::new(name, bundle.to_string().as_bytes());
        let output = downloaded.verify("verifier-manifest.json");
        assert_eq!(output.status.code(), Some(1), "{name}: {}", flowing(&output));
        assert!(!failed(&output).is_empty(), "{name}");
    }
    // Signed on a day on which the certificate did not count.
    let mut late = release().provenance();
    for entry in &mut late.entries {
        entry.integrated_time = UnixTime(entry.integrated_time.0 + 86_400);
    }
    let downloaded = Downloaded::new("late", &late.bytes());
    assert_eq!(downloaded.verify("verifier-manifest.json").status.code(), Some(1));
}

/// The lines of docs/installing.md that need no program of this project.
#[test]
fn openssl_finds_the_same_signature_over_the_same_statement() {
    let found = Command::new("openssl").arg("version").output();
    if !found.is_ok_and(|output| output.status.success()) {
        crate::common::skipped("openssl is not installed");
        return;
    }
    use base64::Engine as _;
    let read = |text: &Json| {
        base64::engine::general_purpose::STANDARD.decode(text.as_str().unwrap()).unwrap()
    };
    let bundle = release().provenance().json();
    let envelope = &bundle["dsseEnvelope"];
    let payload = read(&envelope["payload"]);
    let mut signed =
        format!("DSSEv1 28 application/vnd.in-toto+json {} ", payload.len()).into_bytes();
    signed.extend(&payload);
    let folder = Downloaded::new("openssl", b"");
    let certificate = &bundle["verificationMaterial"]["certificate"]["rawBytes"];
    for (name, bytes) in [
        ("certificate.der", read(certificate)),
        ("signature", read(&envelope["signatures"][0]["sig"])),
        ("signed", signed),
    ] {
        fs::write(folder.path(name), bytes).unwrap();
    }
    let openssl = |arguments: &[&str]| {
        Command::new("openssl").args(arguments).current_dir(&folder.0).output().unwrap()
    };
    let key = openssl(&["x509", "-inform", "der", "-in", "certificate.der", "-noout", "-pubkey"]);
    fs::write(folder.path("key.pem"), &key.stdout).unwrap();
    let check = ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed"];
    let good = openssl(&check);
    assert!(good.status.success(), "{}", flowing(&good));
    fs::write(folder.path("signed"), b"something else").unwrap();
    assert!(!openssl(&check).status.success());
}

//! What an operator types before anything is served: `init`, `check`, `health`, and what the
//! program says when something is wrong.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use s2s_attest::check::{self, Checked};
use s2s_attest::config::{Collateral, Config, Custody, Source};
use s2s_attest::health;
use s2s_attest::init::{self, Driver, Launches, Machine, Wishes};
use s2s_sim::sidecar::{Answered, Condition, SimulatedMachine, Tsm, Vendor};

use crate::endpoint::{ORIGIN, Sidecar, machine};
use crate::{run, scratch};

const EXAMPLE: &str = "https://api.example.com";
const ABSENT: &str = "This machine offers no attestation: ";
const NEEDED: &str = "It needs Linux 6.7 and the module sev-guest or tdx-guest.";

/// The machine whose root folder is `root`.
fn asked(root: &Path) -> Machine {
    run(Machine::ask(root, "https://api.example.com/attestation"))
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A machine with the hardware of `provider`.
fn with_hardware(root: &Path, provider: &'static str) -> Tsm {
    let answer = move |input: &[u8]| Answered {
        provider,
        report: [b"report over ", input].concat(),
        auxiliary: None,
        intruders: 0,
    };
    Tsm::start(root.join("sys/kernel/config/tsm/report"), answer).unwrap()
}

/// A launcher that answers `path` and says 404 to everything else.
fn launcher(root: &Path, path: &'static str, body: &'static str) {
    let folder = root.join("run/container_launcher");
    fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("teeserver.sock")).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            let is_own = request[..read].starts_with(format!("POST {path} ").as_bytes());
            let (status, body) = if is_own { ("200 OK", body) } else { ("404 Not Found", "") };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
}

fn wishes(folder: PathBuf) -> Wishes {
    Wishes {
        origin: EXAMPLE.to_owned(),
        service: "127.0.0.1:8080".parse().unwrap(),
        custody: Some(Custody::TeeGenerated),
        folder,
    }
}

/// The configuration that `init` writes for `machine`, as it is read back.
fn written(machine: &Machine, wishes: &Wishes) -> (String, Config) {
    let files = init::files(machine, wishes).unwrap();
    let (_, text) = &files[0];
    (text.clone(), Config::from_toml(text, Path::new("/etc/s2s")).unwrap())
}

#[test]
fn machine_without_hardware_gets_files_a_plain_sentence_and_what_to_do() {
    let root = scratch("init-nothing");
    let machine = asked(&root);
    assert_eq!((machine.driver(), machine.launches), (None, None));
    let wishes = wishes(root.join("new"));
    let paths = init::write(&machine, &wishes).unwrap();
    let told = init::told(&machine, &wishes, &paths);
    assert!(told.contains(ABSENT) && told.contains(NEEDED), "{told}");
    assert!(told.contains("Expect level A0: nothing can be published"), "{told}");
    assert!(told.contains("For A2 is missing: "), "{told}");
    assert!(told.contains("s2s-attest check --config "), "{told}");
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(
        names,
        [
            "attestation.toml",
            "s2s-attestation.service",
            "Caddyfile",
            "nginx.conf",
            "attestation.yml"
        ]
    );
    let (_, config) = written(&machine, &wishes);
    assert!(matches!(&config.evidence[..], [Source::ConfigfsTsm { .. }]), "the error comes back");
}

#[test]
fn each_kind_of_hardware_is_found_and_configured() {
    for (provider, driver, substrate, logs) in
        [("sev_guest", Driver::Snp, "gcp-snp", 0), ("tdx_guest", Driver::Tdx, "gcp-tdx", 1)]
    {
        let root = scratch(&format!("init-{provider}"));
        let _tsm = with_hardware(&root, provider);
        put(&root, "sys/firmware/acpi/tables/data/CCEL", "log");
        put(&root, "sys/class/dmi/id/product_name", "Google Compute Engine\n");
        let machine = asked(&root);
        assert_eq!(machine.driver(), Some(driver));
        let wishes = wishes(root.join("new"));
        let told = init::told(&machine, &wishes, &[]);
        assert!(told.contains("Expect level A3: a real chip"), "{told}");
        assert!(told.contains("For A4 is missing: a known image."), "{told}");
        let (text, config) = written(&machine, &wishes);
        assert!(matches!(&config.evidence[..], [Source::ConfigfsTsm { .. }]), "{text}");
        assert_eq!(
            (config.substrate.as_str(), config.event_log.len()),
            (substrate, logs),
            "{text}"
        );
        assert_eq!(config.sealed_key.unwrap().custody, Custody::TeeGenerated);
    }
}

#[test]
fn launchers_are_told_apart_by_what_they_give_out() {
    for (path, body, launches, level) in [
        ("/v1/bound_evidence", "bytes", Launches { bound: true, ..Launches::default() }, "A2"),
        ("/v1/token", "aa.bb.cc", Launches { token: true, ..Launches::default() }, "A2"),
        ("/v1/evidence", "{}", Launches { evidence: true, ..Launches::default() }, "A2"),
        ("/v1/other", "", Launches::default(), "A0"),
    ] {
        let root = scratch(&format!("init{}", path.replace('/', "-")));
        launcher(&root, path, body);
        let machine = asked(&root);
        assert_eq!(machine.launches, Some(launches), "{path}");
        let wishes = wishes(root.join("new"));
        let told = init::told(&machine, &wishes, &[]);
        assert!(told.contains(&format!("Expect level {level}: ")), "{told}");
        let (text, config) = written(&machine, &wishes);
        let [source] = &config.evidence[..] else { panic!("{text}") };
        let is_own = match source {
            Source::EigenBoundEvidence { .. } => launches.bound,
            Source::ConfidentialSpaceToken { audience, .. } => {
                launches.token && audience == "https://api.example.com/attestation"
            }
            Source::ConfidentialSpaceEvidence { .. } => launches.evidence,
            Source::ConfigfsTsm { .. } => launches == Launches::default(),
        };
        assert!(is_own, "{path}: {text}");
    }
}

#[test]
fn files_name_the_operators_own_and_nothing_of_the_example() {
    let machine = asked(&scratch("init-own"));
    let wishes = Wishes {
        origin: "https://coordinator.test:8443".to_owned(),
        service: "127.0.0.1:3000".parse().unwrap(),
        ..wishes(PathBuf::new())
    };
    for (name, text) in init::files(&machine, &wishes).unwrap() {
        for example in ["api.example.com", "127.0.0.1:8080"] {
            assert!(!text.contains(example), "{name} names {example}");
        }
    }
    let files = init::files(&machine, &wishes).unwrap();
    let text = |own: &str| &files.iter().find(|(name, _)| *name == own).unwrap().1;
    assert!(text("attestation.toml").contains("\norigin = \"https://coordinator.test:8443\"\n"));
    assert!(text("Caddyfile").contains("\ncoordinator.test:8443 {\n"));
    assert!(text("Caddyfile").contains("reverse_proxy 127.0.0.1:3000"));
    assert!(text("nginx.conf").contains("server_name coordinator.test;"));
    assert!(text("nginx.conf").contains("proxy_pass http://127.0.0.1:3000;"));
    let wrong = Wishes { origin: "https://coordinator.test/".to_owned(), ..wishes };
    assert!(init::files(&machine, &wrong).unwrap_err().0.contains("without a slash"));
}

#[test]
fn files_of_deploy_are_what_is_written_for_the_example() {
    let machine = asked(&scratch("init-deploy"));
    let files = init::files(&machine, &wishes(PathBuf::new())).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    for (name, text) in files {
        let shipped = fs::read_to_string(folder.join(name)).unwrap();
        if name != "attestation.toml" {
            assert_eq!(text, shipped, "{name}");
        }
        assert_eq!(text.lines().count(), shipped.lines().count(), "{name}");
    }
}

#[test]
fn configuration_names_every_file_that_the_workflow_hands_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs::read_to_string(folder.join(path)).unwrap();
    let (workflow, configuration) =
        (read("deploy/attestation.yml"), read("deploy/attestation.toml"));
    let ends = [' ', '\n', '"'];
    let after = |mark: &str| -> Vec<String> {
        let pieces = workflow.split(mark).skip(1);
        pieces.map(|piece| piece.split(ends).next().unwrap().to_owned()).collect()
    };
    let whole: Vec<String> = after("dist/").into_iter().filter(|name| name != "$2").collect();
    let objects: Vec<String> = workflow
        .lines()
        .filter_map(|line| line.trim().strip_prefix("put ")?.split(' ').nth(1).map(str::to_owned))
        .collect();
    assert_eq!((whole.len(), objects.len()), (4, 5), "{whole:?} {objects:?}");
    for name in whole.iter().chain(&objects) {
        assert!(configuration.contains(name.as_str()), "{name}");
    }
    let predicate = after("predicate-type: ").remove(0);
    assert!(read("www/contract/index.html").contains(&format!("<code>{predicate}</code>")));
}

#[test]
fn unit_names_the_repository_of_the_manifest_and_waits_to_be_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let unit = fs::read_to_string(folder.join("deploy/s2s-attestation.service")).unwrap();
    let repository = env!("CARGO_PKG_REPOSITORY");
    assert!(unit.contains(&format!("\nDocumentation={repository}\n")), "{repository}");
    assert!(unit.contains("\nType=notify\n"));
}

#[test]
fn what_is_there_already_is_never_written_over() {
    let root = scratch("init-twice");
    let machine = asked(&root);
    let own = wishes(root.join("new"));
    init::write(&machine, &own).unwrap();
    fs::write(root.join("new/attestation.toml"), "mine").unwrap();
    let refused = init::write(&machine, &own).unwrap_err().0;
    assert!(refused.contains("is there already. Nothing was written"), "{refused}");
    assert_eq!(fs::read_to_string(root.join("new/attestation.toml")).unwrap(), "mine");
    std::os::unix::fs::symlink(root.join("elsewhere"), root.join("link")).unwrap();
    assert!(init::write(&machine, &wishes(root.join("link"))).is_err());
    assert!(!root.join("elsewhere").exists(), "a link is not followed");
}

/// What `check` says of a machine in this condition, with this changed in its configuration.
fn checked(condition: Condition, change: impl FnOnce(&mut Config)) -> Checked {
    let machine = SimulatedMachine::start(Vendor::Amd, condition).unwrap();
    let mut config = machine.config(ORIGIN);
    change(&mut config);
    let policy = check::builtin("simulated").unwrap();
    run(check::check(config, Some(&policy), |_| {})).unwrap()
}

#[test]
fn check_says_the_card_the_level_and_what_the_next_one_needs() {
    let whole = checked(Condition::Healthy, |_| {});
    assert!(whole.is_good);
    let line = "A reader of https://coordinator.simulated.example would be told:\n\n  SIMULATED";
    for said in [line, "\nLevel A5: ", "Is it a real protected machine?", "s2s verify https://"] {
        assert!(whole.text.contains(said), "{said}: {}", whole.text);
    }
    assert!(!whole.text.contains("is missing"), "{}", whole.text);

    let unbuilt = checked(Condition::Healthy, |config| config.provenance.clear());
    assert!(!unbuilt.text.contains("Level A5"), "{}", unbuilt.text);

    let unmeasured = checked(Condition::Healthy, |config| {
        config.provenance.clear();
        config.reference_value.clear();
    });
    assert!(unmeasured.text.contains("\nLevel A3: "), "{}", unmeasured.text);
    assert!(unmeasured.text.contains("\nFor A4 is missing: a known image."), "{}", unmeasured.text);
    assert!(unmeasured.text.contains("\nThe chain ends before: "), "{}", unmeasured.text);
    assert!(unmeasured.is_good, "it can be published");
}

#[test]
fn check_of_a_machine_that_readers_would_not_rely_on_is_not_good() {
    let debug = checked(Condition::Debug, |_| {});
    assert!(!debug.is_good && debug.text.contains("Do not rely on it"), "{}", debug.text);
    // Under the policy of readers who name none, simulated hardware is nobody's.
    let machine = machine();
    let real = run(check::check(machine.config(ORIGIN), None, |_| {})).unwrap();
    assert!(!real.is_good, "{}", real.text);
}

#[test]
fn check_of_a_machine_without_hardware_says_so_plainly() {
    let directory = scratch("check-nothing").join("report");
    let nothing = checked(Condition::Healthy, |config| {
        config.evidence =
            vec![Source::ConfigfsTsm { directory, privilege_level: None, timeout_s: 1 }];
    });
    assert!(!nothing.is_good);
    let begin = format!("Nothing can be published. {ABSENT}");
    assert!(nothing.text.starts_with(&begin) && nothing.text.contains(NEEDED), "{}", nothing.text);
    assert!(nothing.text.contains("For A2 is missing: "), "{}", nothing.text);
}

#[test]
fn hosts_are_named_before_they_are_asked() {
    let machine = machine();
    let mut config = machine.config(ORIGIN);
    let silent = crate::http::Server::start(|_| ("503 Busy", Vec::new(), Vec::new()));
    // Without files of its own, so that something is to be asked for.
    config.collateral = Collateral { amd: silent.url(), ..Collateral::default() };
    let said = std::sync::Mutex::new(Vec::new());
    let before = |sentence: &str| {
        assert!(silent.asked().is_empty(), "named first");
        said.lock().unwrap().push(sentence.to_owned());
    };
    run(check::check(config, None, before)).unwrap();
    let said = said.into_inner().unwrap();
    assert!(said[0].contains(&silent.address.to_string()), "{said:?}");
    assert!(!silent.asked().is_empty());
}

#[test]
fn health_is_that_of_the_management_address() {
    let machine = machine();
    let sidecar = Sidecar::start(machine.config(ORIGIN));
    let mut config = machine.config(ORIGIN);
    assert!(health::ask(&config).unwrap_err().0.contains("`management`"));
    config.management = Some(sidecar.management);
    assert_eq!(health::ask(&config), Ok(true));
    config.management = Some(sidecar.address);
    assert_eq!(health::ask(&config), Ok(false), "nothing of the kind is served to readers");
    drop(sidecar);
    assert_eq!(health::ask(&config), Ok(false));
}

/// The program with these arguments, in `folder`.
fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_s2s-attest"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn program_without_a_configuration_says_how_to_begin() {
    let output = program(&scratch("program"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("s2s-attest init --origin"), "{output:?}");
}

#[test]
fn program_begins_and_checks_on_this_machine() {
    let folder = scratch("program-init");
    let output = program(&folder, &["init", "--origin", EXAMPLE]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let config = folder.join("s2s-attestation/attestation.toml");
    assert!(config.exists() && text(&output.stdout).contains("Nobody can guess that"));
    let again = program(&folder, &["init", "--origin", EXAMPLE]);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    let elsewhere = program(&folder, &["init", "attest", "--origin", EXAMPLE]);
    assert!(elsewhere.status.success() && folder.join("attest/nginx.conf").exists());
    if Path::new("/sys/kernel/config/tsm/report").exists() {
        return;
    }
    assert!(text(&output.stdout).contains(ABSENT), "{output:?}");
    for arguments in [["check", "--config"], ["--check", "--config"]] {
        let arguments = [arguments[0], arguments[1], config.to_str().unwrap()];
        let output = program(&folder, &arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let line = format!("{ABSENT}/sys/kernel/config/tsm/report is missing. {NEEDED}");
        assert!(text(&output.stdout).contains(&line), "{output:?}");
    }
}

#[test]
fn typo_in_the_configuration_is_shown_in_its_line() {
    let folder = scratch("program-typo");
    fs::write(folder.join("a.toml"), "listen = \"127.0.0.1:0\"\nprxies = [\"127.0.0.1\"]\n")
        .unwrap();
    let output = program(&folder, &["--config", "a.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.starts_with("s2s-attest: a.toml: "), "{said}");
    assert!(said.contains("\n2 | prxies = [\"127.0.0.1\"]\n"), "{said}");
    assert!(!said.contains("\\u{a}") && !said.contains("\\n"), "{said}");
}

#[test]
fn systemd_is_told_when_the_sidecar_listens_and_when_it_stops() {
    let folder = scratch("program-notify");
    let machine = asked(&folder);
    let files = init::files(&machine, &wishes(PathBuf::new())).unwrap();
    let config = files[0].1.replace("127.0.0.1:8787", "127.0.0.1:0");
    fs::write(folder.join("a.toml"), config.replace("127.0.0.1:9787", "127.0.0.2:0")).unwrap();
    let socket = UnixDatagram::bind(folder.join("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut sidecar = Command::new(env!("CARGO_BIN_EXE_s2s-attest"))
        .args(["--config", "a.toml"])
        .current_dir(&folder)
        .env("NOTIFY_SOCKET", folder.join("notify"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = || {
        let mut message = [0; 64];
        let read = socket.recv(&mut message).unwrap();
        text(&message[..read]).trim().to_owned()
    };
    assert_eq!(told(), "READY=1");
    Command::new("kill").arg(sidecar.id().to_string()).status().unwrap();
    assert_eq!(told(), "STOPPING=1");
    assert!(sidecar.wait().unwrap().success());
}

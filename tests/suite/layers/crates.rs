//! What each crate may name of the others, and which libraries stand behind one door.

use std::collections::BTreeSet;
use std::fs;

use super::paths::{Path, paths};
use super::tokens::tokens;
use super::{repository, sources};

/// A crate of the workspace.
struct Crate {
    folder: &'static str,
    /// The crates of ours that it is built with, apart from its tests.
    uses: &'static [&'static str],
    /// The parts of the verifier that it may name: names of the crate's root, modules of the
    /// kernel, the engine, and for every room the names of its files.
    names: &'static [&'static str],
    /// What it names beside them, and why.
    also: &'static [(&'static str, &'static str)],
}

const VERIFIER: &str = "silicon-to-source";

const CRATES: &[Crate] = &[
    Crate { folder: ".", uses: &[], names: &[], also: &[] },
    // How hosts are asked: nothing that is judged.
    Crate { folder: "crates/net", uses: &[VERIFIER], names: &["digest", "pki"], also: &[] },
    // It seals to a key that the verifier allows: it decides nothing about evidence.
    Crate {
        folder: "crates/seal",
        uses: &[VERIFIER],
        names: &[],
        also: &[("engine::channel", "to which key a request may be sealed")],
    },
    // It shows reports: it neither reads evidence nor believes it by itself.
    Crate {
        folder: "crates/s2s",
        uses: &[VERIFIER, "s2s-net", "s2s-seal"],
        names: &[
            "examine_with",
            "recorded",
            "Context",
            "File",
            "digest",
            "time",
            "text",
            "error",
            "finding",
            "locales",
            "requirements",
            "report",
            "engine",
            "policy",
            "conformance",
        ],
        also: &[("builds::tuf::verify::client", "it stores and asks for the client of the keys")],
    },
    // It collects and staples: serving verifies nothing. Its `check` asks the verifier as a reader
    // would.
    Crate {
        folder: "crates/attest",
        uses: &[VERIFIER, "s2s", "s2s-net"],
        names: &["digest", "time", "error", "wire", "pki", "parse"],
        also: &[
            ("examine", "`check` shows what a reader would be told"),
            ("Context", "`check` shows what a reader would be told"),
            ("File", "`check` shows what a reader would be told"),
            ("report::Report", "`check` shows what a reader would be told"),
            ("report::State", "`check` shows what a reader would be told"),
            ("report::Link", "`check` shows where the chain ends"),
            ("report::LinkFinding", "`check` shows where the chain ends"),
            ("engine::plan", "`check` asks what a reader would ask"),
            ("engine::policy::Policy", "`check` takes the policy of a reader"),
            ("engine::builtin", "`check` takes the policy of a reader"),
            ("engine::intel_platform", "which platform's collateral it staples"),
            ("formats::intel::wanted::intel", "where the collateral lies that it staples"),
            ("formats::snp::wanted::amd", "where the certificates lie that it staples"),
        ],
    },
    // It makes what the verifier reads. Its private keys are public.
    Crate {
        folder: "crates/sim",
        uses: &[VERIFIER, "s2s-attest"],
        names: &["digest", "time", "parse"],
        also: &[
            ("pki::build_keys::SIMULATED_CLOUD_BUILD", "the name of the key that it signs with"),
            ("pki::build_keys::SIMULATED_OLDER_CLOUD_BUILD", "the same key's other name"),
            ("builds::git::verify::name", "a git object's name is the hash of its content"),
        ],
    },
    // It hands bytes over and reports back: never with a simulated key.
    Crate {
        folder: "crates/wasm",
        uses: &[VERIFIER, "s2s-seal"],
        names: &[
            "examine_with",
            "recorded",
            "Context",
            "File",
            "Origin",
            "digest",
            "time",
            "error",
            "engine",
            "conformance",
            "text",
        ],
        also: &[
            ("crypto::supposing", "it asks the platform's WebCrypto what was supposed"),
            ("crypto::counted", "it says which engine answered"),
            ("crypto::Question", "what WebCrypto is asked"),
            ("crypto::Algorithm", "which of WebCrypto's algorithms were tried"),
            ("crypto::Signatures", "how many signatures each engine answered"),
            ("crypto::Engine", "the names of the engines"),
        ],
    },
    Crate {
        folder: "crates/xtask",
        uses: &[VERIFIER, "s2s-sim"],
        names: &["digest"],
        also: &[
            ("engine::roots", "the package and a build say which roots they have"),
            ("engine::audit", "the offline file has its place for a bundle, and its letters"),
            ("engine::Builtin", "a build says which policies it has"),
            ("report::Verifier", "a build says which verifier it is"),
            ("builds::sigstore", "its test of WEBCAT's files checks their signature"),
            ("pki::Cert", "its test of WEBCAT's files reads when a signature was made"),
            ("time", "its test of WEBCAT's files goes by a moment"),
        ],
    },
];

/// Libraries and parts of the standard library that only some places may name.
const CONFINED: &[(&[&str], &[&str])] = &[
    (&["p256", "p384", "k256", "ecdsa", "ed25519_dalek", "rsa"], &["src/crypto/", "crates/sim/"]),
    (&["crypto_box", "curve25519_dalek"], &["crates/seal/", "crates/sim/src/sidecar/"]),
    (&["aes_gcm", "hkdf", "hpke"], &["crates/seal/"]),
    (&["x509_parser"], &["src/pki/"]),
    (&["x509_cert"], &["crates/sim/"]),
    (&["sigstore_verify", "webpki"], &["src/builds/sigstore/verify/"]),
    (&["sigstore_tuf"], &["src/builds/tuf/verify/"]),
    (&["minicbor"], &["src/wire/cbor.rs", "crates/sim/"]),
    (&["saphyr_parser"], &["src/wire/yaml.rs"]),
    (&["sha1_checked"], &["src/builds/git/verify/"]),
    (&["snap"], &["src/builds/git/parse/github/"]),
    (&["sha3"], &["src/digest.rs"]),
    (&["wasm_bindgen", "js_sys", "serde_wasm_bindgen"], &["crates/wasm/"]),
    (&["web_sys"], &["crates/wasm/src/web/"]),
    (&["clap"], &["crates/s2s/src/cli/", "crates/attest/src/main.rs", "crates/sim/src/main.rs"]),
    (&["anstyle", "anstream"], &["crates/s2s/src/cli/"]),
    (&["clap_complete", "clap_mangen", "strsim", "terminal_size"], &["crates/s2s/src/cli/"]),
    (&["tower_http", "wasm_bindgen_cli_support", "zopfli"], &["crates/xtask/"]),
    (&["toml"], &["crates/xtask/", "crates/attest/"]),
    (&["axum"], &["crates/xtask/", "crates/attest/", "crates/sim/src/sidecar/"]),
    (
        &["hyper", "hyper_util", "http_body_util"],
        &["crates/net/", "crates/attest/", "crates/sim/src/sidecar/"],
    ),
    (&["tokio_rustls", "rustls_graviola", "webpki_roots"], &["crates/net/"]),
    (&["tracing", "tracing_subscriber"], &["crates/attest/"]),
    (&["getrandom"], &["crates/s2s/src/cli/", "crates/attest/", "crates/wasm/src/web/"]),
    (
        &["SystemTime", "Instant"],
        &["crates/s2s/src/cli/", "crates/xtask/", "crates/attest/", "crates/sim/src/sidecar/"],
    ),
    // What the verifier keeps from one examination to the next: nothing that a signature decides, since
    // a first pass only supposes that signatures hold.
    (
        &["OnceLock", "LazyLock", "OnceCell", "LazyCell", "RefCell", "Mutex", "RwLock"],
        &[
            "src/crypto/",
            "src/pki/fields.rs",
            "src/builds/sigstore/verify/root.rs",
            // Computed, whatever runs around it.
            "src/builds/tuf/verify/instance.rs",
            "src/engine/builtin.rs",
            "src/engine/checks.rs",
            // Of one examination.
            "src/engine/shelf.rs",
            "src/piece.rs",
            "crates/",
        ],
    ),
    (&["tokio"], &["crates/net/", "crates/xtask/", "crates/attest/", "crates/sim/"]),
];

/// What the verifier names nowhere: the world outside of its arguments.
const OUTSIDE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "env"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "os"],
    &["std", "io", "stdin"],
    &["std", "io", "stdout"],
    &["std", "io", "stderr"],
    &["std", "net", "TcpStream"],
    &["std", "net", "TcpListener"],
    &["std", "net", "UdpSocket"],
    &["std", "net", "ToSocketAddrs"],
];

/// Macros that write to somebody.
const SPEAKING: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];

#[test]
fn a_crate_is_built_with_those_of_ours_that_it_may_use() {
    let mut folders: Vec<String> = fs::read_dir(repository("crates"))
        .unwrap()
        .map(|entry| format!("crates/{}", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    folders.push(".".to_owned());
    let known: BTreeSet<&str> = CRATES.iter().map(|own| own.folder).collect();
    assert_eq!(folders.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    for own in CRATES {
        let manifest = repository(own.folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        assert!(!manifest.contains("[features]"), "{} has features", own.folder);
        let built_with = ours(&manifest);
        let allowed: BTreeSet<String> = own.uses.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(built_with, allowed, "{}", own.folder);
    }
}

/// The crates of ours that a manifest's dependencies name, apart from those of tests.
fn ours(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_built = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let table = line.trim_matches(['[', ']']);
            is_built = table == "dependencies"
                || table == "build-dependencies"
                || (table.starts_with("target.") && table.ends_with(".dependencies"));
        }
        let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
        if is_built && (name == VERIFIER || name.starts_with("s2s")) {
            found.insert(name.to_owned());
        }
    }
    found
}

#[test]
fn a_crate_names_the_parts_of_the_verifier_that_it_may() {
    let mut wrong = Vec::new();
    for own in CRATES.iter().filter(|own| own.folder != ".") {
        let files = sources(&format!("{}/src", own.folder));
        assert!(!files.is_empty(), "{} has sources", own.folder);
        let mut unused: BTreeSet<&str> = own.names.iter().copied().collect();
        let texts: Vec<String> = files.iter().map(|(_, text)| text.clone()).collect();
        for (file, text) in files {
            for path in of_verifier(&text) {
                unused.remove(part(&path).as_str());
                if !may_name(own, &path) {
                    wrong.push(format!("{}/src/{file} names {}", own.folder, path.join("::")));
                }
            }
        }
        for (also, _) in own.also {
            let is_used = |path: &Path| path.join("::").starts_with(also);
            let mut used = texts.iter().flat_map(|text| of_verifier(text));
            if !used.any(|path| is_used(&path)) {
                wrong.push(format!("{} may name {also} and does not", own.folder));
            }
        }
        for name in unused {
            wrong.push(format!("{} may name {name} and does not", own.folder));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The paths into the verifier that a text of another crate names.
fn of_verifier(text: &str) -> BTreeSet<Path> {
    let tokens: Vec<String> = tokens(text)
        .into_iter()
        .map(|token| match token.as_str() {
            "silicon_to_source" => "crate".to_owned(),
            "crate" | "super" | "self" => format!("own {token}"),
            _ => token,
        })
        .collect();
    paths("lib.rs", &tokens)
}

/// The part of the verifier to which a path leads.
fn part(path: &[String]) -> String {
    match path {
        [zone, _, file, ..] if super::house::ZONES.contains(&zone.as_str()) => file.clone(),
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}

fn may_name(own: &Crate, path: &[String]) -> bool {
    let whole = path.join("::");
    let is_zone = path.first().is_some_and(|zone| super::house::ZONES.contains(&zone.as_str()));
    let names_room = is_zone && path.len() < 3;
    own.names.contains(&part(path).as_str())
        || names_room
        || own.also.iter().any(|(also, _)| whole.starts_with(also) || also.starts_with(&whole))
}

/// Every source file of the repository's crates by its path, without examples.
fn everything() -> Vec<(String, String)> {
    let named = |folder: &str| {
        let folder = folder.to_owned();
        let files = sources(&folder).into_iter();
        files.map(move |(name, text)| (format!("{folder}/{name}"), text))
    };
    let all = named("src").chain(named("crates"));
    all.filter(|(path, _)| !path.contains("/examples/")).collect()
}

#[test]
fn the_sidecar_meets_a_report_in_its_check_and_nowhere_else() {
    let judged = ["examine", "Context", "report", "engine::plan", "engine::policy"];
    let mut met = BTreeSet::new();
    for (file, text) in sources("crates/attest/src") {
        let is_met = |path: Path| judged.iter().any(|part| path.join("::").starts_with(part));
        if of_verifier(&text).into_iter().any(is_met) {
            met.insert(file);
        }
    }
    assert_eq!(met, BTreeSet::from(["check.rs".to_owned()]));
}

#[test]
fn libraries_and_the_clock_are_named_in_their_place_only() {
    let files: Vec<(String, Vec<String>)> =
        everything().into_iter().map(|(path, text)| (path, tokens(&text))).collect();
    let mut wrong: Vec<String> =
        files.iter().flat_map(|(path, tokens)| strangers(path, tokens)).collect();
    for (names, places) in CONFINED {
        for place in *places {
            let mut own = files.iter().filter(|(path, _)| path.starts_with(place));
            let is_used = own.any(|(_, own)| names.iter().any(|name| is_named(own, name)));
            if !is_used {
                wrong.push(format!("{place} may name {names:?} and does not"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// serde_json's own functions take a member that appears twice, and a struct from an array.
#[test]
fn the_verifier_reads_json_in_one_place() {
    let own = ["from_slice", "from_str", "from_reader", "from_value", "Deserializer"];
    let reads = |words: &[String]| match words {
        [library, colons, name] => {
            library == "serde_json" && colons == "::" && own.contains(&name.as_str())
        }
        _ => false,
    };
    let in_json = |path: &str| path.starts_with("src/json/");
    let (here, elsewhere): (Vec<String>, Vec<String>) = everything()
        .into_iter()
        .filter(|(path, text)| path.starts_with("src/") && tokens(text).windows(3).any(reads))
        .map(|(path, _)| path)
        .partition(|path| in_json(path));
    assert!(!here.is_empty());
    assert_eq!(elsewhere, [""; 0]);
}

#[test]
fn the_verifier_has_no_world_outside_of_its_arguments() {
    let files = sources("src");
    let wrong: Vec<String> = files.iter().flat_map(|(path, text)| outside(path, text)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn made_up_strangers_are_caught() {
    for (path, text) in [
        ("src/formats/snp/verify/report.rs", "use p384::ecdsa::VerifyingKey;"),
        ("src/pki/cert.rs", "fn f() { ::rsa::pss::f() }"),
        ("src/wire/mod.rs", "use x509_parser::prelude::*;"),
        ("src/report/mod.rs", "#[wasm_bindgen::prelude::wasm_bindgen] fn f() {}"),
        ("src/crypto/mod.rs", "fn f() { std::time::SystemTime::now(); }"),
        ("crates/wasm/src/lib.rs", "fn f() { tokio::spawn(f()); }"),
        ("crates/s2s/src/wording.rs", "use clap::Parser;"),
        ("src/formats/snp/verify/chain.rs", "static KEPT: OnceLock<bool> = OnceLock::new();"),
    ] {
        assert_eq!(strangers(path, &tokens(text)).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("src/crypto/ecdsa.rs", "use p384::ecdsa::VerifyingKey;"),
        ("src/pki/cert.rs", "use crate::crypto::rsa::PublicKey;"),
        ("crates/xtask/src/build.rs", "use wasm_bindgen_cli_support::Bindgen;"),
    ] {
        assert_eq!(strangers(path, &tokens(text)), Vec::<String>::new(), "{path}: {text}");
    }
    for text in [
        "use std::fs;",
        "use std::{collections::BTreeMap, env};",
        "fn f() { std::process::exit(1) }",
        "use std::net::{IpAddr, TcpStream};",
        "fn f() { println!(\"x\") }",
        "use s2s_net::Http;",
        "use s2s_sim::keys;",
    ] {
        assert_eq!(outside("src/report/mod.rs", text).len(), 1, "{text}");
    }
    for text in ["use std::io::Read as _;", "use std::net::IpAddr;", "use std::collections::*;"] {
        assert_eq!(outside("src/report/mod.rs", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn made_up_arrows_between_crates_are_caught() {
    let own = |folder: &str| CRATES.iter().find(|own| own.folder == folder).unwrap();
    for (folder, text) in [
        ("crates/wasm", "use silicon_to_source::crypto::verify;"),
        ("crates/wasm", "use silicon_to_source::formats::snp::parse::Report;"),
        ("crates/s2s", "use silicon_to_source::formats::{snp}; fn f() { snp::verify::f() }"),
        ("crates/attest", "use silicon_to_source::formats::snp::verify;"),
        ("crates/attest", "use silicon_to_source::services::{coordinator::appraise};"),
        ("crates/net", "fn f() { silicon_to_source::examine() }"),
        ("crates/sim", "use silicon_to_source::formats::snp::verify;"),
        ("crates/xtask", "use silicon_to_source::report::Report;"),
    ] {
        let paths = of_verifier(text);
        assert!(paths.iter().any(|path| !may_name(own(folder), path)), "{folder}: {text}");
    }
    let manifest =
        "[dependencies]\ns2s-sim.workspace = true\n[dev-dependencies]\ns2s.workspace = true";
    assert_eq!(ours(manifest), BTreeSet::from(["s2s-sim".to_owned()]));
    let manifest = "[target.'cfg(unix)'.dependencies]\ns2s-net = { path = \"../net\" }";
    assert_eq!(ours(manifest), BTreeSet::from(["s2s-net".to_owned()]));
}

/// The confined names that one file uses without being allowed to, as sentences.
fn strangers(path: &str, tokens: &[String]) -> Vec<String> {
    CONFINED
        .iter()
        .filter(|(_, places)| !places.iter().any(|place| path.starts_with(place)))
        .flat_map(|(names, _)| *names)
        .filter(|name| is_named(tokens, name))
        .map(|name| format!("{path}: names `{name}`"))
        .collect()
}

/// Whether the library or type `name` is named.
fn is_named(tokens: &[String], name: &str) -> bool {
    tokens.iter().enumerate().any(|(at, token)| {
        let next = tokens.get(at + 1).map_or("", String::as_str);
        let nested = at > 1 && tokens[at - 1] == "::" && is_name(&tokens[at - 2]);
        let is_used = at > 0 && tokens[at - 1] == "use" && [";", "as"].contains(&next);
        let is_type = name.starts_with(char::is_uppercase);
        token == name && (is_type || ((next == "::" || is_used) && !nested))
    })
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphanumeric() || first == '_')
        && !["use", "pub", "return", "in", "as"].contains(&token)
}

/// What one file of the verifier names of the world outside, as sentences.
fn outside(path: &str, text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    // `std` is read as the root, so that groups and what they import are followed.
    let std: Vec<String> = tokens
        .iter()
        .map(|token| match token.as_str() {
            "std" => "crate".to_owned(),
            "crate" | "super" | "self" => format!("own {token}"),
            _ => token.clone(),
        })
        .collect();
    for named in paths("lib.rs", &std) {
        let is_outside = |forbidden: &&[&str]| {
            let rest = &forbidden[1..];
            named.len() >= rest.len() && named.iter().zip(rest).all(|(own, name)| own == name)
        };
        if OUTSIDE.iter().any(is_outside) {
            found.push(format!("src/{path}: names std::{}", named.join("::")));
        }
    }
    for pair in tokens.windows(2) {
        if SPEAKING.contains(&pair[0].as_str()) && pair[1] == "!" {
            found.push(format!("{path}: {}! speaks to somebody", pair[0]));
        }
        if pair[0].starts_with("s2s_") && pair[1] == "::" {
            found.push(format!("{path}: names {}", pair[0]));
        }
    }
    found
}

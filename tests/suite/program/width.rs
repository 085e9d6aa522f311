//! Claims about how wide an answer is in a terminal: never wider than the terminal.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{shared, skipped};

/// Terminals that are narrower than usual, usual, and wider than what is easy to read.
const WIDTHS: [usize; 3] = [60, 80, 120];

/// What a terminal of `columns` columns gets, without styles; `None` where no terminal can be had.
fn shown(columns: usize, folder: &Path, arguments: &[&str]) -> Option<String> {
    let quoted = |text: &&str| format!("'{}'", text.replace('\'', "'\\''"));
    let arguments: Vec<String> = arguments.iter().map(quoted).collect();
    let program = env!("CARGO_BIN_EXE_s2s");
    let command = format!("stty cols {columns} rows 40; '{program}' {}", arguments.join(" "));
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
    Some(unstyled(&text))
}

/// The text without styles. Escapes that clear a line do not occur: nothing here is waited for.
fn unstyled(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (style, rest) = part.split_once('m').expect("only styles begin with an escape");
        assert!(style.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{style:?}");
        text + rest
    })
}

/// A folder with simulated evidence.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("width");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    let quote = s2s_sim::intel::QuoteSpec::tdx_v5(s2s_sim::intel::TdSpec::healthy_1_5());
    for (name, bytes) in [
        ("bundle.json", s2s_sim::demonstration()),
        ("quote.bin", quote.bytes()),
        ("collateral.json", s2s_sim::intel::CollateralSpec::tdx().bytes()),
        ("text.txt", b"hello".to_vec()),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

#[test]
fn nothing_that_is_printed_is_wider_than_the_terminal() {
    let folder = folder();
    if shown(80, &folder, &["--version"]).is_none() {
        return skipped("`script` is absent, so no terminal was tried");
    }
    let at = ["--at", "2026-02-01"];
    let own: [&[&str]; 3] = [
        &["verify", "bundle.json", "--policy", "simulated"],
        &["verify", "quote.bin", "collateral.json", "--policy", "simulated-machine"],
        &["verify", "bundle.json"],
    ];
    let mut commands: Vec<Vec<&str>> = Vec::new();
    let real: Vec<String> = [
        "tinfoil/attestation-bundle.json",
        "dstack/quote-report.json",
        "pieces/near-report-2026-04-21.json",
        "gcp/vtpm-cos-85-nonce9009.pb",
        "azure/snp-live-evidence.json",
        "nvidia",
    ]
    .iter()
    .filter_map(|name| shared(&format!("vectors/{name}")))
    .filter(|path| path.is_file())
    .map(|path| path.display().to_string())
    .collect();
    for (command, details) in own
        .iter()
        .map(|command| command.to_vec())
        .chain(real.iter().map(|path| vec!["verify", path.as_str()]))
        .map(|command| (command, [&[][..], &["--chain"], &["--explain"]]))
    {
        for detail in details {
            commands.push([&command[..], &at, detail].concat());
        }
    }
    for command in [
        &["roots"][..],
        &["policy"],
        &["policy", "list"],
        &["verify", "text.txt"],
        &["verify", "no-such-file"],
        &["verify", "bundle.json", "--policy", "tinfol"],
        &["verify", "bundle.json", "--at", "soon"],
        &["history", "text.txt"],
        &["audit", "bundle.json", "--output", "new.html"],
        &["watch", "bundle.json", "--log", "log"],
        &["--help"],
        &["verify", "--help"],
        &["watch", "--help"],
        &["history", "--help"],
        &["audit", "--help"],
        &["roots", "--help"],
    ] {
        commands.push(command.to_vec());
    }
    for columns in WIDTHS {
        for command in &commands {
            let text = shown(columns, &folder, command).unwrap();
            assert!(!text.is_empty(), "{command:?}");
            for line in text.lines() {
                let width = line.chars().count();
                assert!(width <= columns, "{columns}: {command:?}: {width}: {line}");
            }
        }
    }
}

//! How the time of an examination grows with the size of what a stranger chooses: each row is
//! measured with n, 2n and 4n, and a row whose time grows faster than its size is worth a look.
//!
//! `cargo run --release --example growth`

use std::time::{Duration, Instant};

use silicon_to_source::builds::image::reference::ImageReferences;
use silicon_to_source::digest::Sha256;
use silicon_to_source::formats::dstack::parse::AppCompose;
use silicon_to_source::time::UnixTime;
use silicon_to_source::{Context, File, examine};

const SIZES: [usize; 3] = [10_000, 20_000, 40_000];

/// An app-compose file whose containers' file has `n` keys of no meaning.
fn keys(n: usize) -> String {
    let mut yaml = String::from("services:\n  a:\n    image: a\nx:\n");
    (0..n).for_each(|key| yaml.push_str(&format!("  k{key}: 1\n")));
    app_compose(&yaml)
}

/// One with `n` containers.
fn containers(n: usize) -> String {
    let mut yaml = String::from("services:\n");
    (0..n).for_each(|name| yaml.push_str(&format!("  c{name}: {{image: a}}\n")));
    app_compose(&yaml)
}

fn app_compose(yaml: &str) -> String {
    serde_json::json!({ "manifest_version": 2, "docker_compose_file": yaml }).to_string()
}

fn measured(file: &str) -> (Duration, bool) {
    let begun = Instant::now();
    let images = AppCompose::parse(file.as_bytes()).map(|compose| compose.images());
    (begun.elapsed(), matches!(images, Ok(ImageReferences::All(_))))
}

/// A report that nobody signed, with `n` files of somebody else beside it; at most 1,024 are taken.
fn beside(n: usize) -> (Duration, bool) {
    let report = [&[3, 0, 0, 0][..], &[0; 1180]].concat();
    let others =
        (0..n).map(|name| format!("{{\"diary\":\"{}\"}}", Sha256::of(&name.to_le_bytes())));
    let files: Vec<File<'_>> = std::iter::once(report)
        .chain(others.map(String::into_bytes))
        .enumerate()
        .map(|(name, bytes)| File::new(name.to_string(), bytes))
        .collect();
    let begun = Instant::now();
    let report = examine(&files, None, &Context::at(UnixTime(1_769_904_000)));
    (begun.elapsed(), report.is_ok_and(|report| report.files.len() == files.len()))
}

/// A text of `n` lines that begins as bundles of Sigstore's, one a line.
fn lines(n: usize) -> (Duration, bool) {
    let text = "{\"verificationMaterial\":{}}\n".repeat(n);
    let begun = Instant::now();
    let files = [File::new("lines", text.into_bytes())];
    let answer = examine(&files, None, &Context::at(UnixTime(1_769_904_000)));
    (begun.elapsed(), answer.is_err())
}

/// Makes a file of a size.
type FileOf = fn(usize) -> String;

/// What is measured: its name, the smallest size, and the examination of one size.
type Measured = (&'static str, usize, fn(usize) -> (Duration, bool));

fn main() {
    let rows: [(&str, FileOf); 2] =
        [("keys in app-compose", keys), ("containers in app-compose", containers)];
    for (name, file) in rows {
        let times = SIZES.map(|n| measured(&file(n)));
        let text = times
            .map(|(time, is_read)| format!("{time:?}{}", if is_read { "" } else { " (not read)" }));
        println!("{name}, n = {}, 2n, 4n: {}", SIZES[0], text.join(", "));
    }
    let rows: [Measured; 2] =
        [("files beside evidence", 250, beside), ("bundles one a line", 10_000, lines)];
    for (name, n, measured) in rows {
        let text = [n, 2 * n, 4 * n].map(measured).map(|(time, is_told)| {
            format!("{time:?}{}", if is_told { "" } else { " (not as expected)" })
        });
        println!("{name}, n = {n}, 2n, 4n: {}", text.join(", "));
    }
}

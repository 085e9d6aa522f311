//! How the time of an examination grows with the size of what a stranger chooses: each row is
//! measured with n, 2n and 4n, and a row whose time grows faster than its size is worth a look.
//!
//! `cargo run --release --example growth`

use std::time::{Duration, Instant};

use silicon_to_source::builds::image::reference::ImageReferences;
use silicon_to_source::formats::dstack::parse::AppCompose;

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

/// Makes a file of a size.
type FileOf = fn(usize) -> String;

fn main() {
    let rows: [(&str, FileOf); 2] =
        [("keys in app-compose", keys), ("containers in app-compose", containers)];
    for (name, file) in rows {
        let times = SIZES.map(|n| measured(&file(n)));
        let text = times
            .map(|(time, is_read)| format!("{time:?}{}", if is_read { "" } else { " (not read)" }));
        println!("{name}, n = {}, 2n, 4n: {}", SIZES[0], text.join(", "));
    }
}

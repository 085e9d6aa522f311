//! Building `audit.html`: the verifier, its wording and the page's own elements in one file that asks
//! nobody for anything. A bundle can be put into it later without a new hash (`www/audit-file.js`,
//! `s2s audit`).

use std::fs;
use std::io::Write as _;
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::roots::pinned;

use crate::build::{files, read, remove};
use crate::failure::Failure;
use crate::{own, tools};

/// The folder of `www` with what only the offline file has.
pub(crate) const SOURCES: &str = "offline";

/// What the file may have at most, in bytes, without a bundle.
const MAX: usize = 2_000_000;

/// Where a bundle goes: the place stands once in the file.
const PLACE: &str = "<script type=\"text/plain\" id=\"bundle\"></script>";

/// Letters in one line of a block.
const LINE: usize = 4_000;

/// The alphabet of RFC 1924, as Python's `base64.b85decode` reads it: 4 bytes are 5 letters, and no
/// run of them ends a script element.
const ALPHABET: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Builds `audit.html` from the `site` that was built, and takes its sources out of the site. Returns
/// the file's own policy.
pub(crate) fn assemble(root: &Path, site: &Path) -> Result<String, Failure> {
    let sources = site.join(SOURCES);
    let template = text(&sources.join("audit.html"))?;
    let script = bundled(root, &sources.join("audit.js"), &["--format=esm"])?;
    let style = bundled(root, &sources.join("audit.css"), &[])?;
    for (name, text, end) in [("script", &script, "</script"), ("style", &style, "</style")] {
        if text.to_ascii_lowercase().contains(end) {
            return Err(Failure::new(format!("audit.html: the {name} has {end} in it.")));
        }
    }
    let wasm = read(&site.join("pkg/silicon_to_source_bg.wasm"))?;
    let policy = policy(&script, &style);
    let page = filled(
        &template,
        &[
            ("policy", &policy),
            ("style", &style),
            ("made", &made(root, &wasm)?),
            ("wordings", &wordings(&site.join("locales"))?),
            ("verifier", &block(&smallest(&wasm)?)),
            ("bundle", PLACE),
            ("script", &script),
        ],
    )?;
    if page.matches(PLACE).count() != 1 {
        return Err(Failure::new("audit.html: the place for a bundle has to stand in it once."));
    }
    let size = page.len();
    println!("The offline file has {size} bytes, {} of them script.", script.len());
    if size > MAX {
        return Err(Failure::new(format!("The offline file may have {MAX} bytes.")));
    }
    remove(&sources)?;
    let path = site.join("audit.html");
    fs::write(&path, page).map_err(|error| Failure::at(&path, error))?;
    Ok(policy)
}

/// `entry` and what it imports, as one text.
pub(crate) fn bundled(root: &Path, entry: &Path, options: &[&str]) -> Result<String, Failure> {
    let bundler = root.join("crates/xtask/bundler");
    tools::need_node()?;
    tools::need_node_modules(&bundler)?;
    let text = tools::output(
        Command::new("node")
            .arg(bundler.join("node_modules/esbuild/bin/esbuild"))
            .arg(entry)
            .args([
                "--bundle",
                "--minify-whitespace",
                "--minify-syntax",
                "--charset=utf8",
                "--log-level=warning",
            ])
            .args(options),
    )?;
    Ok(text.trim_end().to_owned())
}

/// Nothing may be asked for, and nothing but these two texts is run or applied.
fn policy(script: &str, style: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::of(text.as_bytes()).0));
    format!(
        "default-src 'none'; connect-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {}; \
         img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
        hash(script),
        hash(style),
    )
}

/// What the file says of the verifier in it: its commit, its digest, and how old its keys are.
fn made(root: &Path, wasm: &[u8]) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(format!("audit.html: {error}."));
    let roots = pinned().map_err(|error| failed(&error))?;
    let made = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "commit": own::commit(root),
        "wasm": { "sha256": Sha256::of(wasm), "len": wasm.len() },
        "roots": roots,
    });
    Ok(made.to_string().replace('<', "\\u003c"))
}

/// One block for each language, without the spaces of the file.
fn wordings(folder: &Path) -> Result<String, Failure> {
    let mut blocks = Vec::new();
    for path in files(folder)? {
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let words: serde_json::Value =
            serde_json::from_slice(&read(&path)?).map_err(|error| Failure::at(&path, error))?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let packed = gzip
            .write_all(words.to_string().as_bytes())
            .and_then(|()| gzip.finish())
            .map_err(|error| Failure::at(&path, error))?;
        blocks.push(format!(
            "<script type=\"text/plain\" class=\"wording\" data-language=\"{language}\">{}</script>",
            block(&packed)
        ));
    }
    Ok(blocks.join("\n"))
}

/// `bytes` as gzip, smaller by a twentieth than the usual encoder makes it. More rounds take off a
/// thousandth.
fn smallest(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut packed = Vec::new();
    let options =
        zopfli::Options { iteration_count: NonZeroU64::MIN, ..zopfli::Options::default() };
    zopfli::compress(options, zopfli::Format::Gzip, bytes, &mut packed)
        .map_err(|error| Failure::new(format!("audit.html: {error}.")))?;
    Ok(packed)
}

/// `bytes` as lines of letters.
fn block(bytes: &[u8]) -> String {
    let letters = base85(bytes);
    let lines = letters.as_bytes().chunks(LINE).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\n")
}

fn base85(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() / 4 * 5 + 5);
    for group in bytes.chunks(4) {
        let mut word = [0; 4];
        word[..group.len()].copy_from_slice(group);
        let mut rest = u32::from_be_bytes(word);
        let mut letters = ['0'; 5];
        for letter in letters.iter_mut().rev() {
            *letter = char::from(ALPHABET[(rest % 85) as usize]);
            rest /= 85;
        }
        text.extend(&letters[..=group.len()]);
    }
    text
}

/// The template with each `{{name}}` in it replaced, in one pass.
fn filled(template: &str, values: &[(&str, &str)]) -> Result<String, Failure> {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let value = after.split_once("}}").and_then(|(name, after)| {
            Some((values.iter().find(|(known, _)| *known == name)?.1, after))
        });
        let (value, after) = value
            .ok_or_else(|| Failure::new("www/offline/audit.html: an unknown name in {{}}."))?;
        page.push_str(before);
        page.push_str(value);
        rest = after;
    }
    page.push_str(rest);
    Ok(page)
}

fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?).map_err(|error| Failure::at(path, error))
}

#[cfg(test)]
mod tests {
    use super::{base85, filled};

    /// What `python3 -c 'import base64; print(base64.b85encode(b"..."))'` prints.
    #[test]
    fn letters_are_those_of_rfc_1924() {
        for (bytes, letters) in [
            (&b""[..], ""),
            (b"a", "VE"),
            (b"hello", "Xk~0{Zv"),
            (b"\0\0\0\0", "00000"),
            (b"\xff\xff\xff\xff", "|NsC0"),
            (b"abc", "VPaz"),
        ] {
            assert_eq!(base85(bytes), letters);
        }
    }

    #[test]
    fn a_name_is_replaced_once_and_an_unknown_one_stops_the_build() {
        assert_eq!(filled("a{{x}}b", &[("x", "{{x}}")]).unwrap(), "a{{x}}b");
        assert!(filled("{{y}}", &[("x", "")]).is_err());
        assert!(filled("{{x", &[("x", "")]).is_err());
    }
}

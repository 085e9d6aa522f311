//! Building `audit.html`: the verifier, its wording and the page's own elements in one file that asks
//! nobody for anything. A bundle can be put into it later without a new hash: the verifier does that
//! (`engine::audit`), for the page and for `s2s audit`.

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::audit::{PLACE, block};
use silicon_to_source::engine::roots::pinned;

use crate::build::{files, read, remove};
use crate::failure::Failure;
use crate::{own, tools};

/// The folder of `www` with what only the offline file has.
pub(crate) const SOURCES: &str = "offline";

/// What the file may have at most, in bytes, without a bundle. With the largest bundle of the tests,
/// which takes 77,900, it has less than 2 MiB.
const MAX: usize = 2_000_000;

/// What the file's own script never says: the words of the terminal, of the extension, and of requests
/// that are sealed.
const NOT_SAID: [&str; 3] = ["channel", "cli", "extension"];

/// The language whose words stand whole in the file.
const WHOLE: &str = "en";

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
                "--minify-identifiers",
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

/// One block for each language, without the spaces of the file. One language stands whole; of the
/// others stands what [`nameless`] leaves.
fn wordings(folder: &Path) -> Result<String, Failure> {
    let words = |path: &Path| -> Result<Json, Failure> {
        let failed = |error| Failure::at(path, error);
        let mut words: Json = serde_json::from_slice(&read(path)?).map_err(failed)?;
        if let Some(words) = words.as_object_mut() {
            words.retain(|name, _| !NOT_SAID.contains(&name.as_str()));
        }
        Ok(words)
    };
    let whole = words(&folder.join(WHOLE).with_extension("json"))?;
    let mut blocks = Vec::new();
    for path in files(folder)? {
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let own = match language.as_str() {
            WHOLE => whole.clone(),
            _ => nameless(&whole, words(&path)?),
        };
        blocks.push(format!(
            "<script type=\"text/plain\" class=\"wording\" data-language=\"{language}\">{}</script>",
            block(&smallest(own.to_string().as_bytes())?)
        ));
    }
    Ok(blocks.join("\n"))
}

/// `words` without the names that `whole` has too: an object with the same names is the list of its
/// members, in the order of the names.
fn nameless(whole: &Json, words: Json) -> Json {
    match (whole, words) {
        (Json::Object(whole), Json::Object(words)) if whole.keys().eq(words.keys()) => {
            whole.values().zip(words).map(|(whole, (_, own))| nameless(whole, own)).collect()
        }
        (_, words) => words,
    }
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
    use serde_json::json;

    use super::{filled, nameless};

    #[test]
    fn names_are_left_out_where_both_languages_have_the_same() {
        let whole =
            json!({"a": "one", "b": {"x": ["l"], "y": "two"}, "c": {"one": "n", "other": "m"}});
        let own = json!({"a": "eins", "b": {"x": ["m", "n"], "y": "zwei"}, "c": {"other": "o"}});
        assert_eq!(nameless(&whole, own), json!(["eins", [["m", "n"], "zwei"], {"other": "o"}]));
    }

    #[test]
    fn a_name_is_replaced_once_and_an_unknown_one_stops_the_build() {
        assert_eq!(filled("a{{x}}b", &[("x", "{{x}}")]).unwrap(), "a{{x}}b");
        assert!(filled("{{y}}", &[("x", "")]).is_err());
        assert!(filled("{{x", &[("x", "")]).is_err());
    }
}

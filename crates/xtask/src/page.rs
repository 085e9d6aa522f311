//! What a reader's browser loads of the built page: one module and one style sheet in place of the many
//! in `www`, and the brotli of each file beside it for servers that send it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::audit::bundled;
use crate::build::{files, read};
use crate::failure::Failure;
use crate::package::reached;
use crate::tools;

/// The page's first module, and the module of its worker, which the page starts by its address.
const FIRST: &str = "app.js";
const WORKER: &str = "worker.js";

/// The style sheet that stands for those in [`SHEETS`].
const STYLE: &str = "css/all.css";
const SHEETS: [Sheet; 4] = [
    Sheet { name: "css/page.css", paper: false },
    Sheet { name: "css/card.css", paper: false },
    Sheet { name: "css/report.css", paper: false },
    Sheet { name: "css/print.css", paper: true },
];

/// What modules name that is not a module of the page.
const ELSEWHERE: [&str; 4] = ["audit.html", "demo", "pkg", WORKER];

/// What is worth compressing.
const COMPRESSED: [&str; 6] = ["css", "html", "js", "json", "svg", "wasm"];

/// A file that is compressed already.
const OFFLINE: &str = "audit.html";

/// A style sheet of `www`, for every medium or for paper.
struct Sheet {
    name: &'static str,
    paper: bool,
}

impl Sheet {
    /// The line of the page that names it.
    fn line(&self) -> String {
        let media = if self.paper { " media=\"print\"" } else { "" };
        format!("<link rel=\"stylesheet\" href=\"{}\"{media}>", self.name)
    }
}

/// Bundles what the page loads, and takes the modules out of the site that are in the bundle.
pub(crate) fn assemble(root: &Path, site: &Path) -> Result<(), Failure> {
    let www = root.join("www");
    let index = site.join("index.html");
    let text = String::from_utf8(read(&index)?).map_err(|error| Failure::at(&index, error))?;
    write(&index, &page(&text)?)?;
    let script = bundled(root, &www.join(FIRST), &["--format=esm"])?;
    let mut style = String::new();
    for sheet in &SHEETS {
        let text = bundled(root, &www.join(sheet.name), &[])?;
        style += &if sheet.paper { format!("@media print{{{text}}}\n") } else { text + "\n" };
    }
    let mut names = BTreeSet::new();
    for entry in [FIRST, WORKER] {
        reached(&www, &www.join(entry), &ELSEWHERE, &mut names)?;
    }
    names.retain(|name| name.extension().is_some_and(|kind| kind == "js"));
    for name in &names {
        let path = site.join(name);
        fs::remove_file(&path).map_err(|error| Failure::at(&path, error))?;
    }
    // The pages beside this one have the first sheet.
    for sheet in SHEETS.iter().skip(1) {
        let path = site.join(sheet.name);
        fs::remove_file(&path).map_err(|error| Failure::at(&path, error))?;
    }
    write(&site.join(FIRST), &script)?;
    write(&site.join(STYLE), &style)?;
    println!("The page's {} modules are one of {} bytes.", names.len(), script.len());
    Ok(())
}

/// Writes the brotli of each file beside it. What is served from elsewhere has the plain files still.
pub(crate) fn compress(root: &Path, site: &Path) -> Result<(), Failure> {
    let is_compressed = |path: &Path| {
        let kind = path.extension().unwrap_or_default();
        COMPRESSED.iter().any(|known| kind == *known) && !path.ends_with(OFFLINE)
    };
    let paths: Vec<PathBuf> = files(site)?.into_iter().filter(|path| is_compressed(path)).collect();
    tools::need_node()?;
    tools::run(
        Command::new("node")
            .arg(root.join("crates/xtask/bundler/compress.mjs"))
            .arg(root.join("target/compressed"))
            .args(&paths),
    )
}

/// The page with one style sheet for several, and without the names of the modules in the bundle.
fn page(html: &str) -> Result<String, Failure> {
    let mut page = String::new();
    let mut sheets = 0;
    for line in html.lines() {
        let is_sheet = SHEETS.iter().any(|sheet| line.trim() == sheet.line());
        sheets += usize::from(is_sheet);
        if line.trim().starts_with("<link rel=\"modulepreload\"") || (is_sheet && sheets > 1) {
            continue;
        }
        if is_sheet {
            page.push_str(&format!("  <link rel=\"stylesheet\" href=\"{STYLE}\">\n"));
        } else {
            page.push_str(line);
            page.push('\n');
        }
    }
    if sheets == SHEETS.len() {
        Ok(page)
    } else {
        Err(Failure::new(format!(
            "www/index.html has {sheets} of the {} style sheets.",
            SHEETS.len()
        )))
    }
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::at(path, error))
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn the_built_page_names_one_style_sheet_and_one_module() {
        let html = page(include_str!("../../../www/index.html")).unwrap();
        assert_eq!(html.matches("<link rel=\"stylesheet\" href=\"css/all.css\">").count(), 1);
        assert_eq!(html.matches("<script").count(), 1);
        assert!(!html.contains("modulepreload"));
        // The policy, the sheet for paper and the text stay as they are.
        for kept in ["http-equiv=\"Content-Security-Policy\"", "<noscript>", "images/mark.svg"] {
            assert!(html.contains(kept), "{kept}");
        }
        assert!(page("<html></html>").is_err());
    }
}

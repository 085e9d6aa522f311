//! Building `target/npm`: the folder that `npm pack` packs.
//!
//! `lib` in it is laid out as the site is, so that the modules of `www/package` find the page's own
//! modules, the wording and the wasm at the same relative addresses.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use silicon_to_source::engine::roots::pinned;

use crate::build::{copy, copy_file, files, read, remove};
use crate::failure::Failure;

/// The folder of `www` with what only the package has.
pub(crate) const SOURCES: &str = "package";

/// Files of the package itself; everything else of the sources is in `lib`.
const OUTSIDE: [&str; 2] = ["README.md", "package.json"];

/// Assembles the package from its sources and from the `site` that was built.
pub(crate) fn assemble(root: &Path, site: &Path) -> Result<(), Failure> {
    let www = root.join("www");
    let sources = www.join(SOURCES);
    let folder = root.join("target/npm");
    let lib = folder.join("lib");
    remove(&folder)?;
    copy(&sources, &lib.join(SOURCES))?;
    for name in OUTSIDE {
        copy_file(&sources.join(name), &folder.join(name))?;
        let inside = lib.join(SOURCES).join(name);
        fs::remove_file(&inside).map_err(|error| Failure::at(&inside, error))?;
    }
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy_file(&root.join(name), &folder.join(name))?;
    }
    copy(&site.join("pkg"), &lib.join("pkg"))?;
    roots(&lib.join(SOURCES).join("roots.js"))?;
    let mut names = BTreeSet::new();
    for path in files(&sources)? {
        reached(&www, &path, &["pkg", SOURCES], &mut names)?;
    }
    for name in &names {
        copy_file(&www.join(name), &lib.join(name))?;
    }
    println!("The package has {} of the page's files in it.", names.len());
    Ok(())
}

/// Writes the keys that are compiled into the verifier, as a module.
fn roots(path: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::at(path, error);
    let roots = pinned().map_err(|error| failed(&error))?;
    let roots = serde_json::to_string_pretty(&roots).map_err(|error| failed(&error))?;
    let text = format!(
        "/** The keys that come with the verifier. */\n\n\
         /** @type {{readonly import('./index.d.ts').PinnedRoot[]}} */\n\
         export const roots = {roots};\n"
    );
    fs::write(path, text).map_err(|error| failed(&error))
}

/// Adds what `path` names of the page's own files, and what each of these names. What lies in one of
/// the folders `elsewhere` is not the page's.
pub(crate) fn reached(
    www: &Path,
    path: &Path,
    elsewhere: &[&str],
    names: &mut BTreeSet<PathBuf>,
) -> Result<(), Failure> {
    let text = read(path)?;
    let folder = path.parent().unwrap_or(path);
    for name in imports(&String::from_utf8_lossy(&text)) {
        let file = plain(&folder.join(name));
        let name = file.strip_prefix(www).unwrap_or(&file);
        let is_elsewhere = elsewhere.iter().any(|folder| name.starts_with(folder));
        if !is_elsewhere && names.insert(name.to_owned()) {
            reached(www, &file, elsewhere, names)?;
        }
    }
    Ok(())
}

/// The relative addresses that a module or a page names: what it imports, in its code and in its
/// types, and files beside it.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    ["from '", "import '", "import('", "new URL('", "href=\"", "src=\""]
        .iter()
        .flat_map(|before| text.split(before).skip(1))
        .filter_map(|rest| rest.split(['\'', '"']).next())
        .filter(|name| name.starts_with("./") || name.starts_with("../"))
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{imports, plain};

    #[test]
    fn relative_imports_of_code_and_of_types_are_found_and_no_others() {
        let text = "import { a } from './a.js';\nimport '../b.js';\n/** @import { C } from './c.d.ts' */\n\
                    /** @type {import('./d.d.ts').D} */\nimport { e } from 'node:e';\nit's from 'nowhere'\n\
                    new URL('../e.css', import.meta.url)\n<link href=\"../f.css\"><a href=\"#g\">";
        let mut found: Vec<&str> = imports(text).collect();
        found.sort_unstable();
        let named = ["../b.js", "../e.css", "../f.css", "./a.js", "./c.d.ts", "./d.d.ts"];
        assert_eq!(found, named);
    }

    #[test]
    fn a_path_is_read_as_a_module_address_is() {
        assert_eq!(plain(Path::new("/www/package/./../dom.js")), Path::new("/www/dom.js"));
    }
}

//! `s2s roots`: the keys that come with the verifier, and how old they are.

use silicon_to_source::engine::roots::{Kind, Pinned, pinned};
use silicon_to_source::time::UnixTime;

use super::look::{DIM, HEADING, Look, Page, Styled};
use super::problem::Problem;
use crate::wording::cli;

/// Every pinned root with its SHA-256 and dates.
pub(super) fn page(look: Look, now: UnixTime) -> Result<String, Problem> {
    let roots = pinned().map_err(|error| Problem::unreadable("roots", &error))?;
    let mut page = Page::new(look);
    for root in roots {
        page.line(Styled(HEADING, &root.name));
        page.wrapped("  ", "  ", anstyle::Style::new(), &dates(&root, now));
        page.line(format!("  {}", Styled(DIM, root.sha256)));
    }
    Ok(page.into_text())
}

fn dates(root: &Pinned, now: UnixTime) -> String {
    let text = |time: Option<UnixTime>| time.map_or_else(String::new, |time| time.to_string());
    let (until, version) = (text(root.until), root.version.to_string());
    match root.kind {
        Kind::Certificate => cli("roots.certificate", &[("until", &until)]),
        Kind::KeyList => {
            cli("roots.key-list", &[("newest", &text(root.newest)), ("copied", &until)])
        }
        Kind::Tuf if root.until.is_some_and(|until| until < now) => {
            cli("roots.tuf-expired", &[("version", &version), ("until", &until)])
        }
        Kind::Tuf => cli("roots.tuf", &[("version", &version), ("until", &until)]),
    }
}

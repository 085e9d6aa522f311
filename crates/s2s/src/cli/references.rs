//! Reference values: who publishes what a measurement should be.

use anstyle::Style;
use silicon_to_source::engine::references::{ALL, Reference};

use super::look::{DIM, HEADING, Look, Page};
use crate::wording::{cli, title};

/// Every kind of reference value.
pub(super) fn page(look: Look) -> String {
    let mut page = Page::new(look);
    for reference in ALL {
        one(&mut page, reference);
    }
    page.into_text()
}

fn one(page: &mut Page, reference: &Reference) {
    let say = |key: &str| cli(&format!("references.{}.{key}", reference.id), &[]);
    page.run("", "  ", &[(HEADING, &say("title"))]);
    for key in ["signer", "fresh", "hand-in"] {
        page.wrapped("  ", "  ", Style::new(), &say(key));
    }
    let compared = cli("references.compared", &[("check", title(reference.compares))]);
    page.wrapped("  ", "  ", Style::new(), &compared);
    let named = [
        reference.member.map(|member| cli("references.member", &[("member", member)])),
        reference.policy.map(|policy| cli("references.policy", &[("policy", policy)])),
        reference.url.map(str::to_owned),
    ];
    for text in named.into_iter().flatten() {
        page.wrapped("  ", "    ", DIM, &text);
    }
}

/// The same as JSON.
pub(super) fn json() -> String {
    let mut json = serde_json::to_string_pretty(ALL).unwrap_or_default();
    json.push('\n');
    json
}

//! Everything that a report holds, with its values and the bytes it rests upon.

use anstyle::Style;
use silicon_to_source::finding::Value;
use silicon_to_source::report::{Link, LinkFinding, Report, RootOfTrust, Standing, State, Weight};

use super::look::{DIM, HEADING, Page, Styled, style};
use super::render::{findings, grouped, item, state_of, titled};
use super::text::shortened;
use crate::wording::{self, Sentences, cli};

/// The column in which values begin.
const COLUMN: usize = 10;
/// The column in which claims and flags begin.
const CLAIM: usize = 20;
/// The column after the name of a part.
const PART: usize = 24;
/// Both values up to this length stand side by side.
const SIDE_BY_SIDE: usize = 48;

/// Whether long values are shown in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// Every digit.
    Full,
    /// The middle of long hex is left out, and said to be.
    Shortened,
}

/// What the headline means, and what it does not mean.
pub(super) fn meaning(page: &mut Page, report: &Report) {
    let word = report.headline.word;
    page.gap();
    for line in wording::means(word).into_iter().chain(wording::not_means(word)) {
        page.wrapped("  ", "  ", Style::new(), line);
    }
}

/// All that the short answer leaves out.
pub(super) fn everything(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    if report.assurance.root_of_trust != RootOfTrust::BuildOnly {
        flags(page, report);
    }
    attention(page, report, sentences);
    stated(page, report);
    not_checked(page, report, sentences);
    beyond(page, report);
    wanted(page, report);
    every_finding(page, report, sentences);
    details(page, report);
}

/// What the evidence states for `link`.
pub(super) fn claims(page: &mut Page, report: &Report, link: &Link, margin: &str) {
    let mut claims = report.claims.iter().filter(|claim| claim.link == link.id).peekable();
    if claims.peek().is_some() && !link.holds() {
        page.wrapped(margin, margin, DIM, &cli("claimed", &[]));
    }
    for claim in claims {
        let title = wording::text(&["claims", claim.name]);
        let title = match &claim.part {
            Some(part) => format!("{title}, {part}"),
            None => title.to_owned(),
        };
        page.pair(margin, &title, CLAIM, &claim.value);
    }
}

fn flags(page: &mut Page, report: &Report) {
    let flags = &report.flags;
    page.heading(&cli("flags", &[]));
    for (name, value) in [
        ("key", wording::word(&flags.key)),
        ("custody", wording::word(&flags.custody)),
        ("freshness", wording::word(&flags.freshness)),
        ("debug", wording::word(&flags.debug)),
        ("overrides", wording::word(&flags.overrides)),
    ] {
        let title = wording::text(&["flags", name, "title"]);
        page.pair_text("     ", title, CLAIM, wording::text(&["flags", name, &value]));
    }
}

/// Failures first, then what holds with a reservation or is allowed; findings that say the same
/// are shown together.
fn attention(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    let failures = findings(report).filter(|finding| finding.outcome == "fail");
    let noted = findings(report).filter(|f| ["warn", "allowed"].contains(&f.outcome));
    let groups =
        grouped(failures.chain(noted), |finding| (finding.check.id, sentences.finding(finding)));
    if groups.is_empty() {
        return;
    }
    page.heading(&cli("attention", &[]));
    for ((id, sentence), group) in groups {
        let Some(first) = group.first() else { continue };
        let state = state_of(first);
        let symbol = Styled(style(state), page.look.symbol(state));
        page.wrapped(&format!("  {symbol}  "), "     ", HEADING, &sentence);
        let id = format!("({id})");
        page.run("     ", "     ", &[(DIM, wording::title(first.check)), (DIM, &id)]);
        for finding in &group {
            values(page, "       ", finding, Length::Shortened);
        }
        if let Some(todo) = wording::todo(first) {
            page.wrapped("     ", "     ", Style::new(), &cli("todo", &[("todo", todo)]));
        }
    }
}

/// What the service says about itself, beside what the chain derived.
fn stated(page: &mut Page, report: &Report) {
    if report.stated.is_empty() {
        return;
    }
    page.heading(&cli("stated", &[]));
    for (name, rows) in grouped(&report.stated, |stated| stated.name) {
        page.run("  ", "  ", &[(HEADING, wording::text(&["stated", name]))]);
        let shown = rows.iter().find_map(|row| row.shown.as_ref()).map(ToString::to_string);
        let line = match &shown {
            Some(value) => cli("stated.shown", &[("value", value)]),
            None => cli("stated.nothing", &[]),
        };
        page.wrapped("    ", "    ", Style::new(), &line);
        for row in rows {
            let state = match row.standing {
                Standing::Agrees => State::Verified,
                Standing::Contradicts => State::Failed,
                Standing::NotShown => State::Unknown,
            };
            let symbol = Styled(style(state), page.look.symbol(state));
            let standing = wording::text(&["standing", &wording::word(&row.standing)]).to_owned();
            let said = format!("{standing}: {}", wording::quoted(&row.said.to_string()));
            page.wrapped(&format!("    {symbol}  "), "       ", Style::new(), &said);
            page.wrapped("       ", "       ", DIM, &row.source);
        }
    }
}

/// What was not decided, by why; what the policy asks for comes first.
fn not_checked(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    page.heading(&cli("not-checked", &[]));
    let open = |finding: &&LinkFinding| {
        finding.outcome == "unknown" && finding.reason != Some("not-applicable")
    };
    let required = |finding: &&LinkFinding| finding.weight == Weight::Required;
    let open: Vec<&LinkFinding> = findings(report).filter(open).collect();
    if open.is_empty() {
        page.wrapped("  ", "  ", Style::new(), &cli("not-checked-none", &[]));
        return;
    }
    let (first, rest): (Vec<&LinkFinding>, Vec<_>) = open.into_iter().partition(required);
    let ordered = first.into_iter().chain(rest);
    for (sentence, group) in grouped(ordered, |finding| sentences.finding(finding)) {
        let absent = group.iter().all(|finding| finding.reason == Some("not-published"));
        item(page, if absent { State::NotPublished } else { State::Unknown }, &sentence);
        let titles: Vec<_> = group.iter().map(|f| titled(f.check, f.part.as_deref())).collect();
        let key = if group.iter().any(required) { "weight.required" } else { "weight.advisory" };
        let line = format!("{}: {}", cli(key, &[]), titles.join("; "));
        page.wrapped("     ", "     ", DIM, &line);
    }
}

fn beyond(page: &mut Page, report: &Report) {
    page.heading(&cli("beyond", &[]));
    for line in wording::beyond(report.assurance.root_of_trust) {
        page.wrapped("  - ", "    ", Style::new(), line);
    }
}

fn wanted(page: &mut Page, report: &Report) {
    if report.wanted.is_empty() {
        return;
    }
    page.heading(&cli("wanted", &[]));
    for wanted in &report.wanted {
        page.wrapped("  ", "  ", Style::new(), wording::text(&["wanted", wanted.what]));
        page.pair_text("    ", "", 0, &wanted.url);
        page.wrapped("    ", "    ", DIM, wording::text(&["reveals", wanted.reveals]));
    }
}

fn details(page: &mut Page, report: &Report) {
    page.heading(&cli("details", &[]));
    let subject = &report.subject;
    let kind = wording::text(&["kinds", subject.kind]);
    let kind =
        subject.name.as_ref().map_or_else(|| kind.to_owned(), |name| format!("{kind}, {name}"));
    let checks = required_checks(report);
    let verifier = &report.verifier;
    let rows = [
        ("subject", kind),
        ("sha256", subject.sha256.to_string()),
        ("time", report.checked_at.to_string()),
        ("policy", report.policy.name.clone()),
        ("sha256", report.policy.sha256.to_string()),
        ("required-checks", checks),
        ("verifier", format!("{} {}", verifier.name, verifier.version)),
        ("sha256", verifier.source_sha256.to_owned()),
    ];
    for (label, value) in rows {
        page.pair_text("  ", &cli(label, &[]), 14, &value);
    }
}

/// How many of the required checks passed, and how many have no meaning for this evidence.
fn required_checks(report: &Report) -> String {
    let required = report.verdict.required.to_string();
    let passed = report.verdict.passed.to_string();
    let mut text = cli("required-count", &[("passed", &passed), ("required", &required)]);
    let idle = report.links.iter().flat_map(|link| &link.findings).filter(|finding| {
        finding.weight == Weight::Required && finding.reason == Some("not-applicable")
    });
    let idle = idle.count();
    if idle > 0 {
        text.push_str(", ");
        text.push_str(&cli("required-rest", &[("count", &idle.to_string())]));
    }
    text
}

/// Every finding, link by link.
fn every_finding(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    page.heading(&cli("findings", &[]));
    for link in &report.links {
        page.gap();
        let title = wording::link_title(link.id, report.assurance.root_of_trust);
        page.run("  ", "  ", &[(HEADING, title)]);
        for finding in &link.findings {
            self::finding(page, finding, sentences);
        }
    }
}

/// The expected and the found value of a finding, with its part.
pub(super) fn values(page: &mut Page, margin: &str, finding: &LinkFinding, length: Length) {
    let part = finding.part.as_deref().unwrap_or_default();
    let label = |side: &str| {
        let own = wording::find(&["checks", finding.check.id, side]);
        own.map_or_else(|| cli(side, &[]), str::to_owned)
    };
    let sides = [(label("expected"), &finding.expected), (label("found"), &finding.actual)];
    let present: Vec<_> = sides
        .into_iter()
        .filter_map(|(label, value)| Some((label, shown(value.as_ref()?, length))))
        .collect();
    let beside: Vec<_> = present.iter().map(|(label, value)| format!("{label} {value}")).collect();
    let beside = beside.join(", ");
    if beside.chars().count() <= SIDE_BY_SIDE {
        let column = if part.is_empty() { 0 } else { PART };
        if !part.is_empty() || !beside.is_empty() {
            page.pair_text(margin, part, column, &beside);
        }
        return;
    }
    if !part.is_empty() {
        page.wrapped(margin, margin, DIM, part);
    }
    for (label, value) in present {
        page.pair_text(margin, &label, COLUMN, &value);
    }
}

fn finding(page: &mut Page, finding: &LinkFinding, sentences: &Sentences<'_>) {
    let state = state_of(finding);
    let (symbol, style, outcome) = match finding.reason {
        Some("not-applicable") => (page.look.idle(), DIM, "idle"),
        _ => (page.look.symbol(state), style(state), finding.outcome),
    };
    let word = cli(&format!("outcome.{outcome}"), &[]);
    let reason = finding.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let weight = cli(&format!("weight.{}", wording::word(&finding.weight)), &[]);
    let said = format!("{symbol} {word}");
    let check = format!("{} {}", finding.step, finding.check.id);
    let weight = format!("({weight}{reason})");
    let margin = "      ";
    page.run("  ", margin, &[(style, &said), (Style::new(), check.trim()), (DIM, &weight)]);
    page.wrapped(margin, margin, Style::new(), &sentences.finding(finding));
    values(page, margin, finding, Length::Full);
    if let Some(at) = &finding.at {
        let (offset, length) = (at.span.start.to_string(), at.span.len.to_string());
        let place = [("evidence", &*at.evidence), ("offset", &*offset), ("length", &*length)];
        page.pair_text(margin, &cli("bytes", &[]), COLUMN, &cli("at", &place));
    }
    page.pair_text(margin, &cli("basis", &[]), COLUMN, finding.basis);
}

fn shown(value: &Value, length: Length) -> String {
    match (value, length) {
        (Value::Hex(hex), Length::Shortened) => match shortened(hex) {
            Some(text) => {
                let bytes = (hex.len() / 2).to_string();
                format!("{text} ({})", cli("shortened", &[("length", &bytes)]))
            }
            None => hex.clone(),
        },
        (Value::Text(text), _) if text.is_empty() => "-".to_owned(),
        (value, _) => value.to_string(),
    }
}

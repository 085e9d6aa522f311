//! A report as text.

use crate::finding::{Check, LinkId};
use crate::report::{Link, LinkFinding, NotChecked, Report, RootOfTrust, Standing, State, Weight};
use crate::wording::{self, cli};

use super::explain;
use super::look::{DIM, HEADING, Look, Page, Styled, style};

/// The column in which values begin.
const COLUMN: usize = 20;

/// How much to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// The chain, and what a reader should know.
    Chain,
    /// Every finding as well.
    Findings,
}

/// The report as text, with terminal styles in it.
pub(super) fn report(report: &Report, look: Look, detail: Detail) -> String {
    let mut page = Page::new(look);
    verdict(&mut page, report);
    level(&mut page, report);
    chain(&mut page, report);
    attention(&mut page, report);
    stated(&mut page, report);
    not_checked(&mut page, report);
    ends(&mut page, report);
    wanted(&mut page, report);
    if detail == Detail::Findings {
        explain::findings(&mut page, report);
    }
    details(&mut page, report);
    if detail == Detail::Chain {
        page.gap();
        page.wrapped("", "", DIM, &cli("more", &[]));
    }
    page.into_text()
}

/// The state that a finding would give its link.
pub(super) fn state_of(finding: &LinkFinding) -> State {
    match (finding.outcome, finding.reason) {
        ("pass", _) => State::Verified,
        ("warn" | "allowed", _) => State::Warning,
        ("fail", _) => State::Failed,
        (_, Some("not-published")) => State::NotPublished,
        _ => State::Unknown,
    }
}

fn verdict(page: &mut Page, report: &Report) {
    let state = report.verdict.state;
    let style = style(state);
    let symbol = page.look.symbol(state);
    page.line(Styled(style, format!("{symbol} {}", state_word(report, state))));
    page.wrapped("", "", HEADING, wording::verdict(report));
    because(page, report);
    for word in &report.verdict.lacks {
        page.gap();
        page.wrapped("  ", "  ", anstyle::Style::new(), &cli(&format!("lacks.{word}"), &[]));
    }
    page.gap();
    for line in wording::means(report).into_iter().chain(wording::not_means(report)) {
        page.wrapped("  ", "  ", anstyle::Style::new(), line);
    }
}

/// The word for a state, which is never without its label when nothing real is behind it.
fn state_word(report: &Report, state: State) -> String {
    let word = wording::state(state);
    if report.simulated {
        format!("{word}, {}", wording::text(&["simulated", "word"]))
    } else {
        word.to_owned()
    }
}

/// The sentences that decided the verdict; those that only follow from another come last.
fn because(page: &mut Page, report: &Report) {
    const SHOWN: usize = 3;
    let blamed = |finding: &&LinkFinding| {
        let mut because = report.verdict.because.iter();
        because.any(|named| named.check == finding.check && named.part == finding.part)
    };
    let findings = || report.links.iter().flat_map(|link| &link.findings).filter(blamed);
    let first = findings().filter(|finding| finding.blocked_by.is_none());
    let follow = findings().filter(|finding| finding.blocked_by.is_some());
    let sentences =
        grouped(first.chain(follow), |finding| wording::finding(finding, report.simulated));
    if sentences.is_empty() {
        return;
    }
    page.gap();
    page.line(cli("because", &[]));
    for (sentence, group) in sentences.iter().take(SHOWN) {
        let state = group.first().map_or(report.verdict.state, |finding| state_of(finding));
        let symbol = Styled(style(state), page.look.symbol(state));
        page.wrapped(&format!("  {symbol}  "), "     ", anstyle::Style::new(), sentence);
    }
    let more = sentences.len().saturating_sub(SHOWN);
    if more > 0 {
        page.line(format!("     {}", cli("because-more", &[("count", &more.to_string())])));
    }
}

fn level(page: &mut Page, report: &Report) {
    let assurance = &report.assurance;
    let key = wording::level_key(assurance.level, assurance.root_of_trust);
    let template = match (assurance.level, report.simulated) {
        (None, _) => "level.none",
        (Some(_), true) => "level.simulated",
        (Some(_), false) => "level",
    };
    let name = wording::level(&key, "name", report.simulated);
    let word = wording::text(&["simulated", "word"]);
    let mut text = cli(template, &[("level", &key), ("name", name), ("word", word)]);
    if !assurance.except.is_empty() {
        let checks: Vec<_> = assurance.except.iter().map(|check| wording::title(check)).collect();
        text.push_str("; ");
        text.push_str(&cli("except", &[("checks", &checks.join(", "))]));
    }
    page.gap();
    page.wrapped("", "  ", HEADING, &text);
    let meaning = wording::level(&key, "meaning", report.simulated);
    page.wrapped("  ", "  ", anstyle::Style::new(), meaning);
}

fn chain(page: &mut Page, report: &Report) {
    page.heading(&cli("chain", &[]));
    let mut links = report.links.iter().filter(|link| link.id != LinkId::KeyBinding).peekable();
    let mut holds = true;
    while let Some(link) = links.next() {
        holds = holds && link.state <= State::Warning;
        let margin = match links.peek() {
            Some(_) => format!("  {}  ", page.look.connector(holds)),
            None => "     ".to_owned(),
        };
        self::link(page, report, link, &margin);
        if links.peek().is_some() && page.look == Look::Drawn {
            page.line(margin.trim_end());
        }
    }
    page.heading(&cli("beside", &[]));
    if let Some(link) = report.link(LinkId::KeyBinding) {
        self::link(page, report, link, "     ");
    }
    if report.assurance.root_of_trust != RootOfTrust::BuildOnly {
        flags(page, report);
    }
}

fn link(page: &mut Page, report: &Report, link: &Link, margin: &str) {
    let symbol = page.look.symbol(link.state);
    let word = format!("{symbol}  {}:", state_word(report, link.state));
    let title = Styled(HEADING, wording::link_title(link.id, report.assurance.root_of_trust));
    page.line(format!("  {} {title}", Styled(style(link.state), word)));
    let sentence = wording::link(link, report);
    page.wrapped(margin, margin, anstyle::Style::new(), &sentence);
    let mut claims = report.claims.iter().filter(|claim| claim.link == link.id).peekable();
    if claims.peek().is_some() && link.state > State::Warning {
        page.wrapped(margin, margin, DIM, &cli("claimed", &[]));
    }
    for claim in claims {
        let title = wording::text(&["claims", claim.name]);
        let title = match &claim.part {
            Some(part) => format!("{title}, {part}"),
            None => title.to_owned(),
        };
        page.pair(margin, &title, COLUMN, &claim.value);
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
        page.pair_text("     ", title, COLUMN, wording::text(&["flags", name, &value]));
    }
}

/// Failures first, then warnings; findings that say the same are shown together.
fn attention(page: &mut Page, report: &Report) {
    let findings = || report.links.iter().flat_map(|link| &link.findings);
    let failures = findings().filter(|finding| finding.outcome == "fail");
    let warnings = findings().filter(|f| ["warn", "allowed"].contains(&f.outcome));
    let groups = grouped(failures.chain(warnings), |finding| {
        (finding.check.id, wording::finding(finding, report.simulated))
    });
    if groups.is_empty() {
        return;
    }
    page.heading(&cli("attention", &[]));
    for ((id, sentence), group) in groups {
        let Some(first) = group.first() else { continue };
        let state = state_of(first);
        let symbol = Styled(style(state), page.look.symbol(state));
        page.wrapped(&format!("  {symbol}  "), "     ", HEADING, &sentence);
        page.line(Styled(DIM, format!("     {} ({id})", wording::title(first.check))));
        for finding in &group {
            explain::values(page, "       ", finding, explain::Length::Shortened);
        }
        if let Some(todo) = wording::todo(first) {
            page.wrapped("     ", "     ", anstyle::Style::new(), &cli("todo", &[("todo", todo)]));
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
        page.line(format!("  {}", Styled(HEADING, wording::text(&["stated", name]))));
        let shown = rows.iter().find_map(|row| row.shown.as_ref()).map(ToString::to_string);
        let line = match &shown {
            Some(value) => cli("stated.shown", &[("value", value)]),
            None => cli("stated.nothing", &[]),
        };
        page.wrapped("    ", "    ", anstyle::Style::new(), &line);
        for row in rows {
            let state = match row.standing {
                Standing::Agrees => State::Verified,
                Standing::Contradicts => State::Failed,
                Standing::NotShown => State::Unknown,
            };
            let symbol = Styled(style(state), page.look.symbol(state));
            let standing = wording::text(&["standing", &wording::word(&row.standing)]).to_owned();
            let said = format!("{standing}: {}", row.said);
            page.wrapped(&format!("    {symbol}  "), "       ", anstyle::Style::new(), &said);
            page.wrapped("       ", "       ", DIM, &row.source);
        }
    }
}

fn not_checked(page: &mut Page, report: &Report) {
    page.heading(&cli("not-checked", &[]));
    if report.not_checked.is_empty() {
        page.wrapped("  ", "  ", anstyle::Style::new(), &cli("not-checked-none", &[]));
        return;
    }
    let mut groups = grouped(&report.not_checked, |open| {
        let finding = report.links.iter().flat_map(|link| &link.findings).find(|finding| {
            finding.check == open.check && finding.part == open.part && finding.outcome == "unknown"
        });
        let sentence = finding.map(|finding| wording::finding(finding, report.simulated));
        sentence.unwrap_or_else(|| wording::text(&["why", open.why]).to_owned())
    });
    let is_required = |open: &&NotChecked| open.weight == Weight::Required;
    groups.sort_by_key(|(_, group)| !group.iter().any(is_required));
    for (sentence, group) in groups {
        let absent = group.iter().all(|open| open.why == "not-published");
        let state = if absent { State::NotPublished } else { State::Unknown };
        let symbol = Styled(style(state), page.look.symbol(state));
        page.wrapped(&format!("  {symbol}  "), "     ", anstyle::Style::new(), &sentence);
        let (required, advisory): (Vec<_>, Vec<_>) = group.into_iter().partition(is_required);
        for (key, group) in [("not-checked.required", required), ("not-checked.advisory", advisory)]
        {
            let titles: Vec<_> =
                group.iter().map(|open| titled(open.check, open.part.as_deref())).collect();
            if !titles.is_empty() {
                let text = cli(key, &[("checks", &titles.join("; "))]);
                page.wrapped("     ", "     ", DIM, &text);
            }
        }
    }
}

fn titled(check: &'static Check, part: Option<&str>) -> String {
    let title = wording::title(check);
    part.map_or_else(|| title.to_owned(), |part| format!("{title}, {part}"))
}

fn ends(page: &mut Page, report: &Report) {
    page.heading(&cli("ends", &[]));
    let ends_at = &report.ends_at;
    let title = |link| wording::link_title(link, report.assurance.root_of_trust);
    let link = ends_at.link.map(title).unwrap_or_default();
    let next = ends_at.next.map(title).unwrap_or_default();
    let state = ends_at.state.map(wording::state).unwrap_or_default();
    let key = match (ends_at.link, ends_at.next) {
        _ if report.assurance.root_of_trust == RootOfTrust::BuildOnly => "build-only",
        (_, None) => "complete",
        (Some(_), Some(_)) => "after",
        (None, Some(_)) => "nowhere",
    };
    let values = [("link", link), ("next", next), ("state", state)];
    let sentence = wording::fill(wording::text(&["ends-at", key]), &values);
    page.wrapped("  ", "  ", anstyle::Style::new(), &sentence);
    page.gap();
    page.line(format!("  {}", Styled(HEADING, cli("beyond", &[]))));
    for line in wording::beyond(report.assurance.root_of_trust) {
        page.wrapped("  - ", "    ", anstyle::Style::new(), line);
    }
}

fn wanted(page: &mut Page, report: &Report) {
    if report.wanted.is_empty() {
        return;
    }
    page.heading(&cli("wanted", &[]));
    for wanted in &report.wanted {
        page.wrapped("  ", "  ", anstyle::Style::new(), wording::text(&["wanted", wanted.what]));
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

/// The items by key, in the order in which the keys first appear.
fn grouped<'a, T, K: PartialEq>(
    items: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&T) -> K,
) -> Vec<(K, Vec<&'a T>)> {
    let mut groups: Vec<(K, Vec<&'a T>)> = Vec::new();
    for item in items {
        let key = key(item);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::Claim;
    use crate::digest::Sha256;
    use crate::finding::{Finding, Value, Why, checks};
    use crate::policy::Policy;
    use crate::report::{Draft, Part, Subject, Wanted};
    use crate::time::UnixTime;

    fn assembled(findings: Vec<Finding>, policy: &str, hostile: &str) -> Report {
        let subject = Subject {
            kind: "tinfoil-bundle",
            name: Some(format!("host{hostile}")),
            sha256: Sha256([7; 32]),
            len: 1,
        };
        let draft = Draft {
            part: Part {
                findings,
                claims: vec![
                    claim("snp.measurement", LinkId::Measurements, Value::hex([0xab; 48])),
                    claim("git.ref", LinkId::Commit, Value::text(format!("refs/tags/v1{hostile}"))),
                    claim("snp.host-data", LinkId::Measurements, Value::hex([0; 32])),
                ],
                wanted: vec![Wanted {
                    what: "crl",
                    url: format!("https://example.com/{hostile}"),
                    decides: Vec::new(),
                    reveals: "nothing-beyond-your-address",
                }],
                ..Part::default()
            },
            ..Draft::of(subject, RootOfTrust::CpuVendor)
        };
        let policy = Policy::from_json(policy.as_bytes()).unwrap();
        Report::assemble(draft, &policy, UnixTime(1_769_904_000))
    }

    fn claim(name: &'static str, link: LinkId, value: Value) -> Claim {
        Claim { name, value, link, part: None }
    }

    const POLICY: &str = r#"{"name":"p","required":["snp.report.signature"]}"#;
    const SIMULATED: &str =
        r#"{"name":"s","roots":"simulated","required":["snp.report.signature"]}"#;

    /// The text without the styles that this module writes.
    fn unstyled(text: &str) -> String {
        let mut parts = text.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let (style, rest) = part.split_once('m').expect("only styles begin with an escape");
            assert!(style.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{style:?}");
            text + rest
        })
    }

    fn flowing(text: &str) -> String {
        unstyled(text).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_simulated_report_says_so_in_the_verdict_and_in_the_level() {
        let findings =
            [&checks::SNP_ROOT_PINNED, &checks::SNP_VEK_SIGNATURE, &checks::SNP_REPORT_SIGNATURE];
        let report = assembled(findings.map(Finding::pass).to_vec(), SIMULATED, "");
        let text = flowing(&super::report(&report, Look::Plain, Detail::Findings));
        assert!(text.starts_with("+ Verified, SIMULATED SIMULATED: "), "{text}");
        assert!(text.contains("It shows nothing about any real machine."), "{text}");
        assert!(!text.contains("Verified: "), "{text}");
        assert!(text.contains("A simulated chip signed this report."), "{text}");
        assert!(text.contains("Level A3, SIMULATED: "), "{text}");
        assert!(text.contains("The chain begins at a made-up key"), "{text}");
        assert!(text.contains("The chain begins at a simulated root key."), "{text}");
    }

    #[test]
    fn evidence_cannot_write_control_characters() {
        let hostile = "\u{1b}[2J\u{1b}[32m\u{9b}1m\u{202e}\r\u{7}";
        let failed = Finding::fail(&checks::PROVENANCE_REF, "not-equal")
            .part(hostile)
            .expected(hostile)
            .actual(Value::Hex(hostile.to_owned()));
        let report = assembled(vec![failed], POLICY, hostile);
        for look in [Look::Plain, Look::Drawn] {
            let text = super::report(&report, look, Detail::Findings);
            let text = unstyled(&text);
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
            assert!(!text.contains('\u{202e}') && text.contains("\\u{202e}"), "{text}");
        }
    }

    #[test]
    fn a_failure_shows_what_was_expected_and_found_and_what_to_do() {
        let failed = Finding::equal_text(&checks::PROVENANCE_REF, "refs/tags/v1", "refs/heads/x");
        let report = assembled(vec![failed], POLICY, "");
        let text = flowing(&super::report(&report, Look::Plain, Detail::Chain));
        assert!(text.starts_with("x Failed Do not rely on this Tinfoil bundle"), "{text}");
        assert!(text.contains("expected refs/tags/v1, found refs/heads/x"), "{text}");
        assert!(text.contains("What to do: Ask the project for the build of a release"), "{text}");
    }

    #[test]
    fn everything_that_was_not_checked_is_shown() {
        let mut findings: Vec<Finding> = checks::ALL
            .iter()
            .map(|check| Finding::blocked(check, &checks::SNP_PRODUCT).part("a part"))
            .collect();
        findings.extend(
            checks::ALL.iter().map(|check| Finding::unknown(check, Why::NotFetched).part("other")),
        );
        let report = assembled(findings, POLICY, "");
        assert!(report.not_checked.len() >= 2 * checks::ALL.len());
        let text = flowing(&super::report(&report, Look::Plain, Detail::Chain));
        for open in &report.not_checked {
            assert!(text.contains(&titled(open.check, open.part.as_deref())), "{}", open.check);
        }
        assert!(text.contains("? Unknown Whether this Tinfoil bundle holds"), "{text}");
    }

    #[test]
    fn lines_fit_a_terminal_and_values_in_a_pipe_stay_whole() {
        let warned = Finding::warn(&checks::TINFOIL_CONTAINER, "by-tag")
            .expected("a digest")
            .actual("registry.example.com/a/rather/long/name/of/an/image/to/be/wrapped:v1.2.3");
        let report = assembled(vec![warned], POLICY, "");
        let drawn = unstyled(&super::report(&report, Look::Drawn, Detail::Findings));
        for line in drawn.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let plain = unstyled(&super::report(&report, Look::Plain, Detail::Findings));
        assert!(plain.contains(&"ab".repeat(48)), "{plain}");
        assert!(plain.contains("zero (32 bytes)"), "{plain}");
        assert!(plain.is_ascii(), "{plain}");
    }

    #[test]
    fn states_differ_in_word_and_in_shape() {
        let states =
            [State::Verified, State::Warning, State::NotPublished, State::Unknown, State::Failed];
        for look in [Look::Plain, Look::Drawn] {
            let mut symbols: Vec<_> = states.iter().map(|&state| look.symbol(state)).collect();
            symbols.sort_unstable();
            symbols.dedup();
            assert_eq!(symbols.len(), states.len(), "{look:?}");
        }
        let mut words: Vec<_> = states.iter().map(|&state| wording::state(state)).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), states.len());
    }
}

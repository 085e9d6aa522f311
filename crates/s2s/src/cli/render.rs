//! A report as text: the answer, the chain, and what is missing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use anstyle::Style;
use silicon_to_source::finding::{Check, LinkId};
use silicon_to_source::report::{Link, LinkFinding, Report, RootOfTrust, State, Weight};

use super::arguments::Verify;
use super::look::{DIM, HEADING, Look, Page, Styled, style};
use super::{answer, explain};
use crate::wording::{self, Sentences, cli};

/// How many findings of a kind the short answer names.
const SHOWN: usize = 3;

/// How much to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    /// The answer alone.
    Answer,
    /// The answer, the chain, and what is missing.
    Chain,
    /// Everything that the report holds.
    Findings,
}

impl Detail {
    /// How much the command line asks for.
    pub(super) const fn of(arguments: &Verify) -> Self {
        match (arguments.explain, arguments.chain) {
            (true, _) => Self::Findings,
            (false, true) => Self::Chain,
            (false, false) => Self::Answer,
        }
    }
}

/// The report as text, with terminal styles in it.
pub(super) fn report(report: &Report, look: Look, detail: Detail) -> String {
    let mut page = Page::new(look);
    let sentences = Sentences::of(report);
    if detail != Detail::Answer {
        whole(&mut page, report, &sentences, detail);
        page.gap();
    }
    answer::answer(&mut page, report, &sentences);
    page.into_text()
}

/// What the answer rests upon.
fn whole(page: &mut Page, report: &Report, sentences: &Sentences<'_>, detail: Detail) {
    headline(page, report, sentences);
    if detail == Detail::Findings {
        explain::meaning(page, report);
    }
    failures(page, report, sentences);
    level(page, report);
    chain(page, report, sentences, detail);
    ends(page, report);
    if detail == Detail::Findings {
        explain::everything(page, report, sentences);
        return;
    }
    reservations(page, report, sentences);
    missing(page, report, sentences);
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

/// The headline comes first, in words of this program alone; the evidence's own words follow.
fn headline(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    let state = report.verdict.state;
    let line = sentences.headline();
    let symbol = page.look.symbol(state);
    page.wrapped(&format!("{} ", Styled(style(state), symbol)), "  ", style(state), &line.short);
    page.wrapped("", "", HEADING, &line.sentence);
    if report.simulated {
        page.wrapped("", "", Style::new(), wording::text(&["simulated", "note"]));
    }
    if let Some(words) = sentences.calls_itself() {
        page.wrapped("", "", DIM, &words);
    }
    if let Some(time) = report.recorded_at {
        page.wrapped("", "", Style::new(), &cli("recorded", &[("time", &time.to_string())]));
    }
}

/// What fails, with what was expected and what to do; what only follows from it is not told again.
fn failures(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    let failed = findings(report).filter(|finding| finding.outcome == "fail");
    let groups = grouped(failed, |finding| (finding.check.id, sentences.finding(finding)));
    if groups.is_empty() {
        return;
    }
    page.heading(&cli("because", &[]));
    for ((_, sentence), group) in groups.iter().take(SHOWN) {
        if let Some(first) = group.first() {
            item(page, state_of(first), sentence);
            explain::values(page, "     ", first, explain::Length::Shortened);
            if let Some(todo) = wording::todo(first) {
                page.wrapped("     ", "     ", Style::new(), &cli("todo", &[("todo", todo)]));
            }
        }
    }
    more(page, "reservations-more", groups.len());
}

/// One line with the symbol of a state.
pub(super) fn item(page: &mut Page, state: State, sentence: &str) {
    let symbol = Styled(style(state), page.look.symbol(state));
    page.wrapped(&format!("  {symbol}  "), "     ", Style::new(), sentence);
}

fn more(page: &mut Page, key: &str, all: usize) {
    let more = all.saturating_sub(SHOWN);
    if more > 0 {
        let text = cli(key, &[("count", &more.to_string())]);
        page.wrapped("     ", "     ", Style::new(), &text);
    }
}

fn level(page: &mut Page, report: &Report) {
    let assurance = &report.assurance;
    let key = wording::level_key(assurance.level, assurance.root_of_trust);
    let template = if assurance.level.is_none() { "level.none" } else { "level" };
    let name = wording::level(&key, "name");
    let mut text = cli(template, &[("level", &key), ("name", name)]);
    if !assurance.except.is_empty() {
        let checks: Vec<_> = assurance.except.iter().map(|check| wording::title(check)).collect();
        text.push_str("; ");
        text.push_str(&cli("except", &[("checks", &checks.join(", "))]));
    }
    page.gap();
    page.wrapped("", "  ", HEADING, &wording::marked(text, report));
    page.wrapped("  ", "  ", Style::new(), wording::level(&key, "meaning"));
}

fn chain(page: &mut Page, report: &Report, sentences: &Sentences<'_>, detail: Detail) {
    page.heading(&cli("chain", &[]));
    let (absent, shown): (Vec<&Link>, Vec<&Link>) =
        report.links.iter().partition(|link| is_beyond_build(report, link));
    let beside = shown.iter().filter(|link| link.id == LinkId::KeyBinding);
    let mut links = shown.iter().filter(|link| link.id != LinkId::KeyBinding).peekable();
    let mut holds = true;
    while let Some(link) = links.next() {
        holds = holds && link.holds();
        let margin = match links.peek() {
            Some(_) => format!("  {}  ", page.look.connector(holds)),
            None => "     ".to_owned(),
        };
        self::link(page, report, sentences, link, &margin, detail);
    }
    for link in beside {
        self::link(page, report, sentences, link, "     ", detail);
    }
    if !absent.is_empty() {
        let title = |link: &&Link| wording::link_title(link.id, report.assurance.root_of_trust);
        let titles: Vec<&str> = absent.iter().map(title).collect();
        let text = cli("chain.build-only", &[("links", &titles.join(", "))]);
        item(page, State::NotPublished, &text);
    }
}

/// Whether `link` is about a machine, in a report about a build without one.
fn is_beyond_build(report: &Report, link: &Link) -> bool {
    let is_open = |link: &Link| link.state == State::NotPublished;
    let is_build = match report.assurance.root_of_trust {
        RootOfTrust::BuildOnly => true,
        // A key that the policy names signed either a build or a service's token.
        RootOfTrust::PolicyKey => report.link(LinkId::Report).is_some_and(is_open),
        _ => false,
    };
    is_build && is_open(link) && !matches!(link.id, LinkId::Provenance | LinkId::Commit)
}

fn link(
    page: &mut Page,
    report: &Report,
    sentences: &Sentences<'_>,
    link: &Link,
    margin: &str,
    detail: Detail,
) {
    let symbol = page.look.symbol(link.state);
    let word = format!("{symbol}  {}:", wording::state(link.state));
    let title = wording::link_title(link.id, report.assurance.root_of_trust);
    page.run("  ", margin, &[(style(link.state), &word), (HEADING, title)]);
    let mut said = sentences.link(link);
    said.extend(sentences.apart(link).map(str::to_owned));
    page.wrapped(margin, margin, Style::new(), &said.join(" "));
    if detail == Detail::Findings {
        explain::claims(page, report, link, margin);
    }
}

fn ends(page: &mut Page, report: &Report) {
    let ends_at = &report.ends_at;
    let root = report.assurance.root_of_trust;
    let title = |link| wording::link_title(link, root);
    let link = ends_at.link.map(title).unwrap_or_default();
    let next = ends_at.next.map(title).unwrap_or_default();
    let state = ends_at.state.map(wording::state).unwrap_or_default();
    let key = match (ends_at.link, ends_at.next) {
        _ if root == RootOfTrust::BuildOnly => "build-only",
        (_, None) => "complete",
        (Some(_), Some(_)) => "after",
        (None, Some(_)) => "nowhere",
    };
    let values = [("link", link), ("next", next), ("state", state)];
    page.gap();
    let sentence = wording::fill(wording::text(&["ends-at", key]), &values);
    page.wrapped("", "", Style::new(), &sentence);
}

/// What holds with a reservation, and what the policy lets pass: what the policy asks for first.
fn reservations(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    let noted = || findings(report).filter(|f| ["warn", "allowed"].contains(&f.outcome));
    let required = noted().filter(|finding| finding.weight == Weight::Required);
    let advisory = noted().filter(|finding| finding.weight == Weight::Advisory);
    let all = required.chain(advisory);
    let groups = grouped(all, |finding| (finding.check.id, sentences.finding(finding)));
    if groups.is_empty() {
        return;
    }
    page.heading(&cli("reservations", &[]));
    for ((_, sentence), _) in groups.iter().take(SHOWN) {
        item(page, State::Warning, sentence);
    }
    more(page, "reservations-more", groups.len());
}

/// What the policy asks for and nobody could decide, and what would decide it.
fn missing(page: &mut Page, report: &Report, sentences: &Sentences<'_>) {
    let open = findings(report).filter(|finding| {
        let own = !["not-applicable", "blocked"].contains(&finding.reason.unwrap_or_default());
        finding.outcome == "unknown" && finding.weight == Weight::Required && own
    });
    let groups = grouped(open, |finding| sentences.finding(finding));
    if groups.is_empty() {
        if !report.wanted.is_empty() {
            page.gap();
            let count = report.wanted.len().to_string();
            page.wrapped("", "", Style::new(), &cli("wanted-more", &[("count", &count)]));
        }
        return;
    }
    page.heading(&cli("missing", &[]));
    for (sentence, group) in groups.iter().take(SHOWN) {
        let state = group.first().map_or(State::Unknown, |first| state_of(first));
        item(page, state, sentence);
    }
    more(page, "open-more", groups.len());
    let awaited: HashSet<&str> = groups.iter().flat_map(|(_, g)| g).map(|f| f.check.id).collect();
    for wanted in &report.wanted {
        if !wanted.decides.iter().any(|check| awaited.contains(check.id)) {
            continue;
        }
        let what = wording::text(&["wanted", wanted.what]);
        page.wrapped("     ", "     ", Style::new(), &format!("{what}:"));
        page.pair_text("       ", "", 0, &wanted.url);
    }
}

/// Every finding, in the order of the links.
pub(super) fn findings(report: &Report) -> impl Iterator<Item = &LinkFinding> {
    report.links.iter().flat_map(|link| &link.findings)
}

/// The title of a check with its part.
pub(super) fn titled(check: &'static Check, part: Option<&str>) -> String {
    let title = wording::title(check);
    part.map_or_else(|| title.to_owned(), |part| format!("{title}, {part}"))
}

/// The items by key, in the order in which the keys first appear. Each item is looked at once.
pub(super) fn grouped<'a, T, K: Clone + Eq + Hash>(
    items: impl IntoIterator<Item = &'a T>,
    key: impl Fn(&T) -> K,
) -> Vec<(K, Vec<&'a T>)> {
    let mut places: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<(K, Vec<&'a T>)> = Vec::new();
    for item in items {
        let key = key(item);
        let place = *places.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, group)) => group.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use silicon_to_source::builds::provenance;
    use silicon_to_source::claims::Claim;
    use silicon_to_source::digest::Sha256;
    use silicon_to_source::engine::checks;
    use silicon_to_source::engine::policy::Policy;
    use silicon_to_source::finding::{Finding, Value, Why};
    use silicon_to_source::formats::snp;
    use silicon_to_source::report::{Draft, Part, Subject, Wanted};
    use silicon_to_source::services::tinfoil;
    use silicon_to_source::time::UnixTime;

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
        Report::assemble(draft, &policy.requirements(""), UnixTime(1_769_904_000))
    }

    fn claim(name: &'static str, link: LinkId, value: Value) -> Claim {
        Claim { name, value, link, part: None }
    }

    const POLICY: &str = r#"{"name":"p","required":["snp.report.signature"]}"#;
    const SIMULATED: &str = r#"{"name":"s","roots":"simulated","least-level":"A3","required":["snp.report.signature"]}"#;

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
    fn a_simulated_report_says_so_before_each_sentence() {
        let findings = [
            &snp::checks::SNP_ROOT_PINNED,
            &snp::checks::SNP_ASK_SIGNATURE,
            &snp::checks::SNP_VEK_SIGNATURE,
            &snp::checks::SNP_REPORT_SIGNATURE,
        ];
        let report = assembled(findings.map(Finding::pass).to_vec(), SIMULATED, "");
        let text = flowing(&super::report(&report, Look::Plain, Detail::Findings));
        let first = "+ SIMULATED: Real machine, unknown software SIMULATED: A genuine AMD chip";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("SIMULATED: Level A3: "), "{text}");
        assert!(text.contains("Its keys, its chip and its build were made up"), "{text}");
        assert!(text.contains("SIMULATED: AMD's root key signed"), "{text}");
        assert!(!text.contains(" Verified"), "{text}");
    }

    #[test]
    fn evidence_cannot_write_control_characters() {
        let hostile = "\u{1b}[2J\u{1b}[32m\u{9b}1m\u{202e}\r\u{7}";
        let failed = Finding::fail(&provenance::checks::PROVENANCE_REF, "not-accepted")
            .part(hostile)
            .expected(hostile)
            .actual(Value::Hex(hostile.to_owned()));
        let report = assembled(vec![failed], POLICY, hostile);
        for look in [Look::Plain, Look::Drawn(80)] {
            let text = super::report(&report, look, Detail::Findings);
            let text = unstyled(&text);
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
            assert!(!text.contains('\u{202e}') && text.contains("\\u{202e}"), "{text}");
        }
    }

    #[test]
    fn a_failure_shows_what_was_expected_and_found_and_what_to_do() {
        let failed = Finding::fail(&provenance::checks::PROVENANCE_REF, "not-accepted")
            .expected("refs/tags/v1")
            .actual("refs/heads/x");
        let report = assembled(vec![failed], POLICY, "");
        let text = flowing(&super::report(&report, Look::Plain, Detail::Chain));
        let first = "x Do not rely on it Do not rely on this evidence. The build ran from";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("expected refs/tags/v1, found refs/heads/x"), "{text}");
        assert!(text.contains("What to do: Ask the project for the build of a release"), "{text}");
    }

    #[test]
    fn everything_that_was_not_checked_is_shown() {
        let mut findings: Vec<Finding> = checks::ALL
            .iter()
            .map(|check| Finding::blocked(check, &snp::checks::SNP_PRODUCT).part("a part"))
            .collect();
        findings.extend(
            checks::ALL.iter().map(|check| Finding::unknown(check, Why::NotFetched).part("other")),
        );
        let report = assembled(findings, POLICY, "");
        assert!(report.not_checked.len() >= 2 * checks::ALL.len());
        let text = flowing(&super::report(&report, Look::Plain, Detail::Findings));
        for open in &report.not_checked {
            assert!(text.contains(&titled(open.check, open.part.as_deref())), "{}", open.check);
        }
        assert!(text.starts_with("? Not decided "), "{text}");
    }

    #[test]
    fn lines_fit_a_terminal_and_values_in_a_pipe_stay_whole() {
        let warned = Finding::warn(&tinfoil::checks::TINFOIL_CONTAINER, "by-tag")
            .expected("a digest")
            .actual("registry.example.com/a/rather/long/name/of/an/image/to/be/wrapped:v1.2.3");
        let report = assembled(vec![warned], POLICY, "");
        for (columns, detail) in
            [(60, Detail::Chain), (80, Detail::Findings), (100, Detail::Findings)]
        {
            let drawn = unstyled(&super::report(&report, Look::Drawn(columns), detail));
            for line in drawn.lines() {
                assert!(line.chars().count() <= columns, "{line}");
            }
        }
        let plain = unstyled(&super::report(&report, Look::Plain, Detail::Findings));
        assert!(plain.contains(&"ab".repeat(48)), "{plain}");
        assert!(plain.contains("zero (32 bytes)"), "{plain}");
        assert!(plain.is_ascii(), "{plain}");
    }

    /// The work of telling findings together: how often two keys are compared.
    #[test]
    fn grouping_looks_at_each_finding_a_bounded_number_of_times() {
        use std::cell::Cell;
        use std::hash::{Hash, Hasher};

        thread_local!(static COMPARED: Cell<usize> = const { Cell::new(0) });
        #[derive(Clone)]
        struct Key(usize);
        impl PartialEq for Key {
            fn eq(&self, other: &Self) -> bool {
                COMPARED.with(|compared| compared.set(compared.get() + 1));
                self.0 == other.0
            }
        }
        impl Eq for Key {}
        impl Hash for Key {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
        for size in [1_000_usize, 2_000, 4_000] {
            COMPARED.with(|compared| compared.set(0));
            let items: Vec<usize> = (0..size).chain(0..size).collect();
            let groups = grouped(&items, |item| Key(*item));
            assert_eq!(groups.len(), size);
            assert!(groups.iter().all(|(_, group)| group.len() == 2));
            let compared = COMPARED.with(Cell::get);
            assert!(compared <= 4 * size, "{compared} comparisons for {size}");
        }
    }

    #[test]
    fn an_answer_has_fifteen_lines_at_most_and_stands_last() {
        let findings = [
            &silicon_to_source::formats::snp::checks::SNP_ASK_SIGNATURE,
            &silicon_to_source::formats::snp::checks::SNP_VEK_SIGNATURE,
            &silicon_to_source::formats::snp::checks::SNP_REPORT_SIGNATURE,
        ];
        let passed: Vec<Finding> = findings.map(Finding::pass).to_vec();
        let failed = vec![Finding::fail(
            &silicon_to_source::builds::provenance::checks::PROVENANCE_REF,
            "not-accepted",
        )];
        for (findings, policy) in [(passed.clone(), SIMULATED), (passed, POLICY), (failed, POLICY)]
        {
            let report = assembled(findings, policy, "");
            let text = unstyled(&super::report(&report, Look::Plain, Detail::Answer));
            assert!(text.lines().count() <= 15, "{text}");
            assert!(text.starts_with("Tinfoil attestation bundle\n"), "{text}");
            assert!(text.matches("? ").count() >= 6, "{text}");
            for detail in [Detail::Chain, Detail::Findings] {
                let whole = unstyled(&super::report(&report, Look::Plain, detail));
                assert!(whole.ends_with(&text) && whole.len() > text.len(), "{whole}");
            }
        }
    }

    #[test]
    fn a_short_answer_begins_with_the_headline_and_stays_short() {
        let findings = [
            &snp::checks::SNP_ASK_SIGNATURE,
            &snp::checks::SNP_VEK_SIGNATURE,
            &snp::checks::SNP_REPORT_SIGNATURE,
        ];
        let policy = r#"{"name":"p","least-level":"A3","required":["snp.report.signature"]}"#;
        let report = assembled(findings.map(Finding::pass).to_vec(), policy, "");
        let text = super::report(&report, Look::Plain, Detail::Chain);
        let lines = unstyled(&text);
        assert!(
            lines.starts_with("+ Real machine, unknown software\nA genuine AMD chip"),
            "{lines}"
        );
        assert!(lines.lines().count() < 60, "{lines}");
    }

    #[test]
    fn a_build_shows_its_own_links_and_tells_the_machines_in_one_line() {
        let failed = Finding::fail(
            &silicon_to_source::builds::provenance::checks::PROVENANCE_REF,
            "not-accepted",
        );
        let findings = vec![
            Finding::pass(&silicon_to_source::builds::sigstore::checks::SIGSTORE_SIGNATURE),
            failed,
        ];
        let report = |root| {
            let policy = Policy::from_json(POLICY.as_bytes()).unwrap();
            let subject =
                Subject { kind: "sigstore-bundle", name: None, sha256: Sha256([7; 32]), len: 1 };
            let part = Part::of(findings.clone());
            let draft = Draft { part, ..Draft::of(subject, root) };
            Report::assemble(draft, &policy.requirements("sigstore-bundle"), UnixTime(0))
        };
        for root in [RootOfTrust::BuildOnly, RootOfTrust::PolicyKey] {
            let text = flowing(&super::report(&report(root), Look::Plain, Detail::Chain));
            let shown = text.matches("Not published:").count();
            assert_eq!(shown, 0, "{text}");
            assert!(text.contains("The signed build") && text.contains("The source"), "{text}");
            assert!(text.contains("- A record of a build says nothing about: "), "{text}");
        }
        let text =
            flowing(&super::report(&report(RootOfTrust::CpuVendor), Look::Plain, Detail::Chain));
        assert_eq!(text.matches("Not published:").count(), 7, "{text}");
        assert!(!text.contains("A record of a build"), "{text}");
    }

    #[test]
    fn states_differ_in_word_and_in_shape() {
        let states =
            [State::Verified, State::Warning, State::NotPublished, State::Unknown, State::Failed];
        for look in [Look::Plain, Look::Drawn(80)] {
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

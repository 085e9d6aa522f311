//! Findings with their values and the bytes they rest upon.

use crate::finding::Value;
use crate::report::{LinkFinding, Report};
use crate::wording::{self, cli};

use super::look::{DIM, HEADING, Page, Styled, style};
use super::render::state_of;
use super::text::shortened;

/// The column in which values begin.
const COLUMN: usize = 10;
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

/// Every finding, link by link.
pub(super) fn findings(page: &mut Page, report: &Report) {
    page.heading(&cli("findings", &[]));
    for link in &report.links {
        page.gap();
        page.line(format!(
            "  {}",
            Styled(HEADING, wording::link_title(link.id, report.assurance.root_of_trust))
        ));
        for finding in &link.findings {
            self::finding(page, finding, report.simulated);
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

fn finding(page: &mut Page, finding: &LinkFinding, simulated: bool) {
    let state = state_of(finding);
    let (symbol, style, outcome) = match finding.reason {
        Some("not-applicable") => (page.look.idle(), DIM, "idle"),
        _ => (page.look.symbol(state), style(state), finding.outcome),
    };
    let word = cli(&format!("outcome.{outcome}"), &[]);
    let step = if finding.step.is_empty() { "" } else { " " };
    let reason = finding.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let weight = cli(&format!("weight.{}", wording::word(&finding.weight)), &[]);
    page.line(format!(
        "  {} {}{step}{} {}",
        Styled(style, format!("{symbol} {word}")),
        finding.step,
        finding.check.id,
        Styled(DIM, format!("({weight}{reason})")),
    ));
    let margin = "      ";
    page.wrapped(margin, margin, anstyle::Style::new(), &wording::finding(finding, simulated));
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

//! How an answer looks: symbols, styles and the lines of the page.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};

use silicon_to_source::finding::Value;
use silicon_to_source::report::State;

use crate::wording::cli;

use super::text::{clean, cut, is_zero, wrap};

/// Where the answer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A terminal of so many columns: the chain is drawn, and long values are cut at its width.
    Drawn(usize),
    /// A pipe or a file: plain characters, and every value on one line.
    Plain,
}

/// The columns that text is wrapped to where nobody says how wide the terminal is.
const COLUMNS: usize = 80;
/// The most columns that text is wrapped to: longer lines are hard to read.
const WIDEST: usize = 100;
/// The fewest columns that text is wrapped to.
const NARROWEST: usize = 40;
/// The least room for a value, however narrow the terminal is.
const ROOM: usize = 16;

impl Look {
    /// The look for standard output.
    pub(super) fn of_stdout() -> Self {
        let size = terminal_size::terminal_size_of(std::io::stdout());
        Self::of(std::io::stdout().is_terminal(), size.map(|(width, _)| usize::from(width.0)))
    }

    /// The look for standard error.
    pub(super) fn of_stderr() -> Self {
        let size = terminal_size::terminal_size_of(std::io::stderr());
        Self::of(std::io::stderr().is_terminal(), size.map(|(width, _)| usize::from(width.0)))
    }

    fn of(is_terminal: bool, columns: Option<usize>) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        let utf8 = locale.is_none_or(|name| {
            let name = name.to_ascii_lowercase();
            name.contains("utf-8") || name.contains("utf8")
        });
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        // A terminal that says zero does not know.
        let columns = columns.filter(|columns| *columns > 0).unwrap_or(COLUMNS);
        match is_terminal && utf8 && !dumb {
            true => Self::Drawn(columns.clamp(NARROWEST, WIDEST)),
            false => Self::Plain,
        }
    }

    /// The columns that text is wrapped to.
    pub(super) const fn columns(self) -> usize {
        match self {
            Self::Drawn(columns) => columns,
            Self::Plain => COLUMNS,
        }
    }

    /// The symbol of a state; each has a shape of its own.
    pub(super) const fn symbol(self, state: State) -> char {
        match (self, state) {
            (Self::Drawn(_), State::Verified) => '✓',
            (Self::Drawn(_), State::Warning) => '▲',
            (Self::Drawn(_), State::Failed) => '✗',
            (Self::Drawn(_), State::NotPublished) => '○',
            (Self::Plain, State::Verified) => '+',
            (Self::Plain, State::Warning) => '!',
            (Self::Plain, State::Failed) => 'x',
            (Self::Plain, State::NotPublished) => '-',
            (_, State::Unknown) => '?',
        }
    }

    /// The symbol of a check that has no meaning for the evidence.
    pub(super) const fn idle(self) -> char {
        match self {
            Self::Drawn(_) => '·',
            Self::Plain => '.',
        }
    }

    /// The line from a link to the next one: whole while the chain holds.
    pub(super) const fn connector(self, holds: bool) -> char {
        match (self, holds) {
            (Self::Drawn(_), true) => '│',
            (Self::Drawn(_), false) => '┊',
            (Self::Plain, _) => ' ',
        }
    }
}

/// Bold, for headings and verdicts.
pub(super) const HEADING: Style = Style::new().bold();
/// Dim, for what matters less.
pub(super) const DIM: Style = Style::new().dimmed();

/// The style of a state.
pub(super) const fn style(state: State) -> Style {
    let color = match state {
        State::Verified => AnsiColor::Green,
        State::Warning => AnsiColor::Yellow,
        State::Failed => AnsiColor::Red,
        State::NotPublished => AnsiColor::Blue,
        State::Unknown => AnsiColor::Magenta,
    };
    color.on_default().bold()
}

/// Styled text; the style ends with it.
pub(super) struct Styled<T>(pub(super) Style, pub(super) T);

impl<T: fmt::Display> fmt::Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.0, self.1, self.0)
    }
}

/// Lines of an answer, from top to bottom.
pub(super) struct Page {
    /// How it looks.
    pub(super) look: Look,
    text: String,
}

impl Page {
    /// An empty page.
    pub(super) const fn new(look: Look) -> Self {
        Self { look, text: String::new() }
    }

    /// The finished text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An empty line.
    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// One line as it is.
    pub(super) fn line(&mut self, line: impl fmt::Display) {
        let _ = writeln!(self.text, "{line}");
    }

    /// A heading after an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        self.gap();
        self.run("", "  ", &[(HEADING, text)]);
    }

    /// Wrapped text; the first line begins with `first`, the others with `rest`, which is as wide. In
    /// a terminal, a word that is wider than a line is cut.
    pub(super) fn wrapped(&mut self, first: &str, rest: &str, style: Style, text: &str) {
        let width = self.look.columns().saturating_sub(rest.chars().count());
        let mut margin = first;
        for line in self.fitting(&clean(text), width) {
            let _ = writeln!(self.text, "{margin}{}", Styled(style, line));
            margin = rest;
        }
    }

    /// Parts of one line, each in a style of its own. In a terminal that is too narrow for them they
    /// go on in further lines, which begin with `rest`.
    pub(super) fn run(&mut self, first: &str, rest: &str, parts: &[(Style, &str)]) {
        let lengths = parts.iter().map(|(_, part)| clean(part).chars().count().saturating_add(1));
        let length = lengths.sum::<usize>().saturating_add(first.chars().count());
        let is_whole = self.look == Look::Plain || length <= self.look.columns().saturating_add(1);
        if is_whole {
            let parts = parts.iter().filter(|(_, part)| !part.is_empty());
            let parts = parts.map(|(style, part)| Styled(*style, clean(part)).to_string());
            self.line(format!("{first}{}", parts.collect::<Vec<_>>().join(" ")));
            return;
        }
        let mut margin = first;
        for (style, part) in parts {
            let width = self.look.columns().saturating_sub(margin.chars().count().max(rest.len()));
            for line in self.fitting(&clean(part), width) {
                let _ = writeln!(self.text, "{margin}{}", Styled(*style, line));
                margin = rest;
            }
        }
    }

    /// Lines of at most `width` columns. Outside of a terminal a long word stays whole.
    fn fitting(&self, text: &str, width: usize) -> Vec<String> {
        let lines = wrap(text, width);
        match self.look {
            Look::Plain => lines,
            Look::Drawn(_) => lines.iter().flat_map(|line| cut(line, width)).collect(),
        }
    }

    /// A label and its value, which begins in column `column` after the margin, or behind a label
    /// that is longer.
    pub(super) fn pair(&mut self, margin: &str, label: &str, column: usize, value: &Value) {
        let column = self.behind(label, column);
        match (value, self.look) {
            (Value::Hex(hex), _) if is_zero(hex) => {
                let bytes = (hex.len() / 2).to_string();
                self.pair_text(margin, label, column, &cli("zero", &[("length", &bytes)]));
            }
            (Value::Hex(hex), Look::Drawn(_)) => {
                let room = self.room(margin, column);
                self.lines(margin, label, column, cut(&clean(hex), room & !0xf));
            }
            (value, _) => self.pair_text(margin, label, column, &value.to_string()),
        }
    }

    /// A label and a text.
    pub(super) fn pair_text(&mut self, margin: &str, label: &str, column: usize, value: &str) {
        let value = clean(value);
        let column = self.behind(label, column);
        let width = self.room(margin, column);
        let pieces = match self.look {
            Look::Plain => vec![value],
            Look::Drawn(_) => self.fitting(&value, width),
        };
        self.lines(margin, label, column, pieces);
    }

    /// The column behind `label`, where a terminal has room for a value beside a long one.
    fn behind(&self, label: &str, column: usize) -> usize {
        let length = clean(label).chars().count().saturating_add(1);
        match self.look {
            Look::Drawn(columns) if length <= columns / 2 => column.max(length),
            _ => column,
        }
    }

    /// The columns that are left for a value.
    fn room(&self, margin: &str, column: usize) -> usize {
        let taken = margin.chars().count().saturating_add(column);
        self.look.columns().saturating_sub(taken).max(ROOM)
    }

    fn lines(&mut self, margin: &str, label: &str, column: usize, pieces: Vec<String>) {
        let mut label = clean(label);
        if matches!(self.look, Look::Drawn(_)) && label.chars().count() > column {
            self.wrapped(margin, margin, DIM, &std::mem::take(&mut label));
        }
        for piece in pieces {
            let padding = column.saturating_sub(label.chars().count());
            let gap = " ".repeat(padding.max(usize::from(!label.is_empty())));
            let label = if label.is_empty() {
                String::new()
            } else {
                Styled(DIM, std::mem::take(&mut label)).to_string()
            };
            let _ = writeln!(self.text, "{margin}{label}{gap}{piece}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_wide_as_the_terminal_within_what_can_be_read() {
        assert_eq!(Look::of(false, Some(120)), Look::Plain);
        for (told, columns) in [
            (Some(60), 60),
            (Some(80), 80),
            (Some(100), 100),
            (Some(240), 100),
            (Some(10), 40),
            (Some(0), 80),
            (None, 80),
        ] {
            // Plain where the tests' own environment has no UTF-8 or a dumb terminal.
            let look = Look::of(true, told);
            assert!(look == Look::Plain || look == Look::Drawn(columns), "{told:?}: {look:?}");
        }
        assert_eq!(Look::Plain.columns(), 80);
    }
}

//! The six rows of the answer and the next step. `www/answer-words.js` has the same rules, and a
//! test compares the two.

use silicon_to_source::report::answer::{Next, Row};
use silicon_to_source::text::cut;

use super::headline::{COMMIT, host};
use super::{Sentences, fill, find, marked, quoted, text, todo, word};

/// One row as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowLine {
    /// The question.
    pub question: &'static str,
    /// Its answer.
    pub answer: String,
}

impl Sentences<'_> {
    /// What the answer is about: the address that was asked, the one that a recording names, or what
    /// kind of evidence it is.
    pub fn subject(&self) -> String {
        let subject = &self.report.subject;
        match (&self.report.headline.of, self.report.recorded_at, &subject.name) {
            (Some(of), ..) => host(of),
            (None, Some(_), Some(name)) => {
                fill(text(&["answer", "recording"]), &[("name", &quoted(name))])
            }
            _ => find(&["kinds", subject.kind]).unwrap_or_default().to_owned(),
        }
    }

    /// A row of the answer.
    pub fn row(&self, row: &Row) -> RowLine {
        let id = word(&row.id);
        let root = word(&self.report.assurance.root_of_trust);
        let maker = row.maker.and_then(|check| find(&["makers", &root, check.id]));
        let maker = maker.or_else(|| find(&["makers", &root, "none"])).unwrap_or_default();
        let commit = row.source.as_ref().map(|source| source.commit.chars().take(COMMIT).collect());
        let commit = commit.map(|commit: String| cut(&commit)).unwrap_or_default();
        let values = [("maker", maker), ("commit", commit.as_str())];
        let question = find(&["answer", "rows", &id, "question"]).unwrap_or_default();
        let answer = fill(text(&["answer", "rows", &id, &word(&row.reason)]), &values);
        RowLine { question, answer: marked(answer, self.report) }
    }

    /// The next step, where there is one.
    pub fn next(&self) -> Option<String> {
        match self.report.answer.next.as_ref()? {
            Next::File { what, .. } => {
                let what = text(&["wanted", what]);
                Some(fill(text(&["answer", "next", "file"]), &[("what", what)]))
            }
            Next::Advice { finding } => todo(self.named(finding)?).map(str::to_owned),
        }
    }
}

//! The answer card's words: each reason of each row has one sentence, and a card is short.

use std::collections::BTreeSet;

use s2s::wording::{self, Sentences, word};
use silicon_to_source::report::Report;
use silicon_to_source::report::answer::{RowId, RowReason};

use super::rules::cases;
use super::{english, keys, set, texts};

#[test]
fn every_row_has_a_sentence_for_each_reason_of_its_own_and_none_for_another() {
    let english = english();
    let rows = &english["answer"]["rows"];
    let ids = RowId::ALL.map(|id| word(&id));
    assert_eq!(keys(rows), ids.iter().cloned().collect::<BTreeSet<_>>());
    for (id, name) in RowId::ALL.iter().zip(&ids) {
        let own = RowReason::ALL.iter().filter(|reason| reason.rows().contains(id)).map(word);
        let own: BTreeSet<String> = own.chain(["question".to_owned()]).collect();
        assert_eq!(keys(&rows[name]), own, "{name}");
    }
    assert_eq!(keys(&english["answer"]["next"]), set(["title", "file"]));
}

#[test]
fn a_row_is_answered_in_at_most_fourteen_words() {
    for (path, text) in texts(&english()["answer"]["rows"]) {
        assert!(text.split_whitespace().count() <= 14, "{path}: {text}");
        let is_question = path.contains("question");
        assert_eq!(text.ends_with('?'), is_question, "{path}: {text}");
        assert!(is_question || text.ends_with('.'), "{path}: {text}");
    }
}

/// Words as a reader counts them. A simulated report has one word more before each sentence.
fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| *word != "SIMULATED:").count()
}

#[test]
fn a_card_has_at_most_ninety_words() {
    let long: Vec<_> =
        cases().iter().map(|(report, ..)| card(report)).filter(|card| is_long(card)).collect();
    assert!(long.is_empty(), "{long:#?}");
}

fn is_long(card: &[String]) -> bool {
    card.iter().map(|text| words(text)).sum::<usize>() > 90
}

/// Everything that stands on a card.
fn card(report: &Report) -> Vec<String> {
    let sentences = Sentences::of(report);
    let line = sentences.headline();
    let mut card = vec!["api.example.com".to_owned(), line.short, line.card];
    for row in &report.answer.rows {
        let row = sentences.row(row);
        card.extend([row.question.to_owned(), row.answer]);
    }
    if let Some(next) = sentences.next() {
        card.extend([wording::text(&["answer", "next", "title"]).to_owned(), next]);
    }
    card
}

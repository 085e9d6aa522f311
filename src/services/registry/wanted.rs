//! What an RPC provider can be asked about a register.

use super::parse::{ANSWER, Question};
use crate::finding::Check;
use crate::report::Wanted;

/// The answer to `question` of the provider that the reader names. It is asked with a `POST`,
/// whose body [`Request::post`](crate::engine::plan::Request::post) holds.
pub(crate) fn registry(provider: &str, question: &Question, decides: &'static Check) -> Wanted {
    Wanted {
        what: ANSWER,
        url: question.url(provider),
        decides: vec![decides],
        reveals: "app-and-register",
    }
}

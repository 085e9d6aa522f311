//! Rust sources as text.

/// A source up to the unit tests at its end. Unit tests in a file of their own hide nothing of the file
/// that names them.
pub(crate) fn without_tests(text: &str) -> &str {
    const TESTS: &str = "#[cfg(test)]\nmod ";
    let is_here = |at: &usize| {
        let rest = &text[at + TESTS.len()..];
        rest.find('{').is_some_and(|brace| rest.find(';').is_none_or(|end| brace < end))
    };
    let end = text.match_indices(TESTS).map(|(at, _)| at).find(is_here);
    &text[..end.unwrap_or(text.len())]
}

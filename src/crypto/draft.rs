//! Another engine without an asynchronous core.
//!
//! The first pass runs the work as if each signature held, and writes down what it supposed. A
//! [`Draft`] keeps what came of it until the other engine has answered every question. Only if all
//! of them hold, the first pass asked and was told what a plain run is told, so what it gave is
//! what a plain run gives. Otherwise nothing of it is used: the work runs again, and there a yes of
//! the other engine counts for exactly its own question, and RustCrypto answers the rest. A no of
//! the other engine is never believed.
//!
//! What is supposed is never remembered: [`memo`](super::memo) holds computed answers alone.

use std::cell::RefCell;

use super::signatures::{Engine, Signatures};
use super::{Algorithm, Message, Question, Signature};

/// The most questions that are supposed, and the most bytes in them. What goes beyond is computed,
/// so that a hostile file cannot make the first pass collect without end.
const MOST: (usize, usize) = (256, 16 << 20);

thread_local! {
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// What is known while work runs.
struct Run {
    answers: Answers,
    counts: Signatures,
}

enum Answers {
    /// Of RustCrypto alone.
    Computed,
    /// Supposed to hold, and written down, as long as the bytes last.
    Supposed { questions: Vec<Question>, left: usize },
    /// Held, as the other engine said; and whether the question came up.
    Held(Vec<(Question, bool)>),
}

/// What work gives if each of its questions holds; nothing of it can be had before that is known.
#[must_use]
pub struct Draft<T> {
    given: T,
    questions: Vec<Question>,
    counts: Signatures,
}

/// Runs `work` as if each signature that another engine can verify held.
pub fn supposing<T>(work: impl FnOnce() -> T) -> Draft<T> {
    let (given, run) = within(Answers::Supposed { questions: Vec::new(), left: MOST.1 }, work);
    let questions = match run.answers {
        Answers::Supposed { questions, .. } => questions,
        Answers::Computed | Answers::Held(_) => Vec::new(),
    };
    Draft { given, questions, counts: run.counts }
}

impl<T> Draft<T> {
    /// What has to be answered.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// What the work gives, and which engine answered its signatures. `held` says of each question,
    /// in order, whether the other engine found that it holds; a question without an answer counts
    /// as one that does not. `again` is the same work.
    pub fn settled(self, held: &[bool], again: impl FnOnce() -> T) -> (T, Signatures) {
        let Self { given, questions, mut counts } = self;
        let answered = |place: usize| held.get(place) == Some(&true);
        if (0..questions.len()).all(answered) {
            for question in &questions {
                counts.count(question.algorithm(), Engine::WebCrypto);
            }
            return (given, counts);
        }
        drop(given);
        let held = questions.into_iter().enumerate();
        let held =
            held.filter(|(place, _)| answered(*place)).map(|(_, question)| (question, false));
        let (given, run) = within(Answers::Held(held.collect()), again);
        (given, run.counts)
    }
}

/// Runs `work` with RustCrypto alone, and counts its signatures.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, Signatures) {
    let (given, run) = within(Answers::Computed, work);
    (given, run.counts)
}

/// Runs `work` with these answers, and puts back afterwards what was there before.
fn within<T>(answers: Answers, work: impl FnOnce() -> T) -> (T, Run) {
    struct Before(Option<Run>);
    impl Drop for Before {
        fn drop(&mut self) {
            RUN.set(self.0.take());
        }
    }
    let empty = Run { answers: Answers::Computed, counts: Signatures::default() };
    let before = Before(RUN.replace(Some(Run { answers, ..empty })));
    let given = work();
    let run = RUN.take();
    drop(before);
    (given, run.unwrap_or(Run { answers: Answers::Computed, counts: Signatures::default() }))
}

/// Whether the question counts as one that holds, without anything being computed.
pub(super) fn holds(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> bool {
    RUN.with_borrow_mut(|run| {
        let Some(Run { answers, counts }) = run else { return false };
        if matches!(answers, Answers::Computed) {
            return false;
        }
        let Some(question) = Question::of(algorithm, key, message, signature) else { return false };
        match answers {
            Answers::Computed => false,
            Answers::Supposed { questions, left } => {
                if questions.contains(&question) {
                    return true;
                }
                let Some(rest) = left.checked_sub(question.len()) else { return false };
                if questions.len() >= MOST.0 {
                    return false;
                }
                *left = rest;
                questions.push(question);
                true
            }
            Answers::Held(held) => {
                let known = held.iter_mut().find(|(known, _)| *known == question);
                let Some((_, was_asked)) = known else { return false };
                if !*was_asked {
                    *was_asked = true;
                    counts.count(algorithm, Engine::WebCrypto);
                }
                true
            }
        }
    })
}

/// Notes that RustCrypto computes an answer.
pub(super) fn computes(algorithm: Algorithm) {
    RUN.with_borrow_mut(|run| {
        if let Some(run) = run {
            run.counts.count(algorithm, Engine::Rust);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{BadSignature, remembering, verify};

    /// RFC 8032 section 7.1, TEST 2: key and signature of the message 0x72.
    const KEY: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    const SIGNATURE: &str = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    const SIGNED: &[u8] = &[0x72];

    fn ask(message: &[u8]) -> Result<(), BadSignature> {
        let (key, signature) = (hex::decode(KEY).unwrap(), hex::decode(SIGNATURE).unwrap());
        let (message, signature) = (Message::Bytes(message), Signature::Octets(&signature));
        verify(Algorithm::Ed25519, &key, message, signature)
    }

    fn counts(signatures: &Signatures) -> (usize, usize) {
        (signatures.by(Engine::WebCrypto), signatures.by(Engine::Rust))
    }

    #[test]
    fn the_first_pass_counts_when_every_question_holds() {
        let work = || [ask(SIGNED), ask(SIGNED), ask(b"other")];
        let draft = supposing(work);
        let messages: Vec<&[u8]> = draft.questions().iter().map(Question::message).collect();
        assert_eq!(messages, [SIGNED, b"other"], "each question once");
        let (given, signatures) = draft.settled(&[true, true], || unreachable!());
        assert_eq!(given, [Ok(()); 3], "as the other engine says");
        assert_eq!(counts(&signatures), (2, 0));
    }

    #[test]
    fn a_question_that_does_not_hold_or_has_no_answer_is_answered_by_rust() {
        let work = || remembering(|| [ask(SIGNED), ask(b"other"), ask(b"other")]);
        let plain = work();
        assert_eq!(plain, [Ok(()), Err(BadSignature), Err(BadSignature)]);
        for (held, by) in [
            (&[true, false][..], (1, 1)),
            (&[true], (1, 1)),
            (&[false, false], (0, 2)),
            (&[], (0, 2)),
        ] {
            let (given, signatures) = supposing(work).settled(held, work);
            assert_eq!(given, plain, "{held:?}");
            assert_eq!(counts(&signatures), by, "{held:?}");
        }
    }

    #[test]
    fn work_that_tries_one_thing_after_another_gives_what_a_plain_run_gives() {
        let work = || [&b"first"[..], b"second", SIGNED].map(|one| ask(one).is_ok());
        let first_fit =
            || [&b"first"[..], b"second", SIGNED].into_iter().find(|one| ask(one).is_ok());
        let (given, _) = supposing(work).settled(&[false, false, true], work);
        assert_eq!(given, [false, false, true]);
        let draft = supposing(first_fit);
        assert_eq!(draft.questions().len(), 1, "the first is supposed to fit");
        let (given, signatures) = draft.settled(&[false], first_fit);
        assert_eq!(given, Some(SIGNED));
        assert_eq!(counts(&signatures), (0, 3));
    }

    #[test]
    fn what_is_supposed_is_not_remembered() {
        remembering(|| {
            let draft = supposing(|| remembering(|| ask(b"other")));
            assert_eq!(draft.questions().len(), 1);
            assert_eq!(ask(b"other"), Err(BadSignature), "the draft is not settled");
            let (given, _) = draft.settled(&[true], || unreachable!());
            assert_eq!(given, Ok(()), "as the other engine says");
            assert_eq!(ask(b"other"), Err(BadSignature), "and it says so for the draft alone");
        });
        let held = supposing(|| (ask(b"other"), ask(SIGNED)));
        let (given, _) =
            held.settled(&[true, false], || remembering(|| (ask(b"other"), ask(SIGNED))));
        assert_eq!(given, (Ok(()), Ok(())));
        assert_eq!(ask(b"other"), Err(BadSignature));
    }

    #[test]
    fn work_that_breaks_off_leaves_nothing_supposed() {
        let broken =
            std::panic::catch_unwind(|| supposing(|| -> () { panic!("{:?}", ask(b"other")) }));
        assert!(broken.is_err());
        assert_eq!(ask(b"other"), Err(BadSignature));
    }

    #[test]
    fn work_inside_of_other_work_is_settled_by_itself() {
        let (given, signatures) = counted(|| {
            let inner = supposing(|| ask(b"other"));
            (ask(b"other"), inner.settled(&[false], || ask(b"other")).0)
        });
        assert_eq!(given, (Err(BadSignature), Err(BadSignature)));
        assert_eq!(counts(&signatures), (0, 1), "the inner work has counts of its own");
    }

    #[test]
    fn more_questions_or_bytes_than_are_collected_are_computed() {
        let many = || (0..=MOST.0).map(|n| ask(&n.to_be_bytes())).collect::<Vec<_>>();
        let draft = supposing(many);
        assert_eq!(draft.questions().len(), MOST.0);
        let (given, signatures) = draft.settled(&vec![true; MOST.0], || unreachable!());
        assert_eq!(given.last(), Some(&Err(BadSignature)));
        assert_eq!(counts(&signatures), (MOST.0, 1));
        let large = supposing(|| ask(&vec![0; MOST.1]));
        assert!(large.questions().is_empty());
        assert_eq!(large.settled(&[], || unreachable!()).0, Err(BadSignature));
    }

    #[test]
    fn only_what_rust_would_not_refuse_by_its_form_is_asked() {
        let of = |key: &str, signature: &str| {
            let (key, signature) = (hex::decode(key).unwrap(), hex::decode(signature).unwrap());
            let message = Message::Bytes(SIGNED);
            Question::of(Algorithm::Ed25519, &key, message, Signature::Octets(&signature)).is_some()
        };
        assert!(of(KEY, SIGNATURE));
        // The neutral element, of order one (RFC 8032 section 5.1).
        let neutral = format!("01{}", "0".repeat(62));
        let (r, s) = SIGNATURE.split_at(64);
        assert!(!of(&neutral, SIGNATURE));
        assert!(!of(KEY, &format!("{neutral}{s}")));
        let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
        assert!(!of(KEY, &format!("{r}{order}")));
        let (key, signature) = (hex::decode(KEY).unwrap(), hex::decode(SIGNATURE).unwrap());
        let octets = Signature::Octets(&signature);
        for (algorithm, message, signature) in [
            (Algorithm::Ed25519, Message::Digest(SIGNED), octets),
            (Algorithm::Ed25519, Message::Bytes(SIGNED), Signature::Asn1(&signature)),
            (Algorithm::EcdsaP256(crate::crypto::Hash::Sha256), Message::Bytes(SIGNED), octets),
            (Algorithm::RsaPss(crate::crypto::Hash::Sha256), Message::Bytes(SIGNED), octets),
        ] {
            assert_eq!(Question::of(algorithm, &key, message, signature), None, "{algorithm:?}");
        }
    }
}

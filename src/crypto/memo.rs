//! Answers that were already given: the same question is computed once.
//!
//! Two verifiers look at a Sigstore bundle, and both ask about the same signatures. The answer to
//! a question depends on nothing but the question, so giving it again changes no result.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Algorithm, BadSignature, Hash, Message, Signature};
use crate::digest::Sha256;

type Answer = Result<(), BadSignature>;

thread_local! {
    static ANSWERS: RefCell<Option<BTreeMap<Sha256, Answer>>> = const { RefCell::new(None) };
}

/// Runs `work`; while it runs, on this thread, questions that come again are answered from memory.
/// For whoever examines the same evidence more than once, such as with and without a file that was
/// fetched in between. Inside another call the outer one's memory is used.
pub fn remembering<T>(work: impl FnOnce() -> T) -> T {
    struct Forget;
    impl Drop for Forget {
        fn drop(&mut self) {
            ANSWERS.with_borrow_mut(|answers| *answers = None);
        }
    }
    if ANSWERS.with_borrow(Option::is_some) {
        return work();
    }
    ANSWERS.with_borrow_mut(|answers| *answers = Some(BTreeMap::new()));
    let _forget = Forget;
    work()
}

/// The answer to a question: the remembered one, or what `compute` says.
pub(super) fn answer(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
    compute: impl FnOnce() -> Answer,
) -> Answer {
    if ANSWERS.with_borrow(Option::is_none) {
        return compute();
    }
    let question = question(algorithm, key, message, signature);
    let known = ANSWERS.with_borrow(|answers| answers.as_ref()?.get(&question).copied());
    known.unwrap_or_else(|| {
        let answer = compute();
        ANSWERS.with_borrow_mut(|answers| {
            if let Some(answers) = answers {
                answers.insert(question, answer);
            }
        });
        answer
    })
}

/// A digest of the whole question.
pub(super) fn question(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> Sha256 {
    Sha256::of(&spelled(algorithm, key, message, signature))
}

/// The whole question in one text: what is asked for, the length of every part, and the parts, so that no
/// two questions read the same.
pub(super) fn spelled(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> Vec<u8> {
    let family = match algorithm {
        Algorithm::EcdsaP256(_) => 1,
        Algorithm::EcdsaP384(_) => 2,
        Algorithm::Ed25519 => 3,
        Algorithm::RsaPkcs1(_) => 4,
        Algorithm::RsaPss(_) => 5,
        Algorithm::Ethereum => 6,
    };
    let hash = match algorithm.hash() {
        None => 0,
        Some(Hash::Sha256) => 1,
        Some(Hash::Sha384) => 2,
        Some(Hash::Sha512) => 3,
    };
    let (form, message) = match message {
        Message::Bytes(bytes) => (1, bytes),
        Message::Digest(digest) => (2, digest),
    };
    let (encoding, signature) = match signature {
        Signature::Asn1(bytes) => (1, bytes),
        Signature::Concatenated(bytes) => (2, bytes),
        Signature::Octets(bytes) => (3, bytes),
    };
    let [keys, messages, signatures] = [key, message, signature]
        .map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
    let head = [family, hash, form, encoding];
    [&head[..], &keys, &messages, &signatures, key, message, signature].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: (Algorithm, &[u8], Message<'_>, Signature<'_>) = (
        Algorithm::EcdsaP256(Hash::Sha256),
        b"key",
        Message::Bytes(b"message"),
        Signature::Asn1(b"signature"),
    );

    fn ask(answer_now: Answer) -> Answer {
        let (algorithm, key, message, signature) = QUESTION;
        answer(algorithm, key, message, signature, || answer_now)
    }

    #[test]
    fn an_answer_is_kept_for_one_examination_and_no_longer() {
        assert_eq!(ask(Err(BadSignature)), Err(BadSignature));
        remembering(|| {
            assert_eq!(ask(Ok(())), Ok(()));
            assert_eq!(ask(Err(BadSignature)), Ok(()), "from memory");
        });
        assert_eq!(ask(Err(BadSignature)), Err(BadSignature));
        remembering(|| assert_eq!(ask(Err(BadSignature)), Err(BadSignature)));
    }

    #[test]
    fn a_call_inside_another_uses_its_memory_and_leaves_it() {
        remembering(|| {
            remembering(|| assert_eq!(ask(Ok(())), Ok(())));
            assert_eq!(ask(Err(BadSignature)), Ok(()), "from memory");
        });
        assert_eq!(ask(Err(BadSignature)), Err(BadSignature));
    }

    #[test]
    fn bytes_that_move_from_one_part_to_another_are_another_question() {
        let algorithm = Algorithm::Ed25519;
        let one = question(algorithm, b"ab", Message::Bytes(b"c"), Signature::Octets(b"d"));
        let other = question(algorithm, b"a", Message::Bytes(b"bc"), Signature::Octets(b"d"));
        let prehashed = question(algorithm, b"ab", Message::Digest(b"c"), Signature::Octets(b"d"));
        assert_ne!(one, other);
        assert_ne!(one, prehashed);
    }
}

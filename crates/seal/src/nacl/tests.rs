//! Claims about what is opened. That boxes are NaCl's is held by `tests/package/channel.test.mjs`, where
//! the other side is TweetNaCl.

use crypto_box::{PublicKey, SecretKey};

use super::*;
use crate::{Body, MAX_ANSWER, Opening};

/// The nonce of the request.
const SENT: [u8; NONCE_LEN] = [0; NONCE_LEN];

/// What opens an answer, and what the service seals it with.
fn sides() -> (Opener, SalsaBox) {
    let (sender, service) = (SecretKey::from([7; 32]), SecretKey::from([9; 32]));
    let shared = SalsaBox::new(&service.public_key(), &sender);
    let other = SalsaBox::new(&sender.public_key(), &service);
    (Opener { shared, used: BTreeSet::from([SENT]) }, other)
}

fn sealed(by: &SalsaBox, nonce: [u8; NONCE_LEN], text: &str) -> String {
    let sealed = by.encrypt(&nonce.into(), text.as_bytes()).unwrap();
    STANDARD.encode([&nonce[..], &sealed].concat())
}

#[test]
fn an_answer_opens_once_and_what_was_sent_never_does() {
    let (mut opener, service) = sides();
    let answer =
        |nonce| format!(r#"{{"kid":"x","ciphertext":"{}"}}"#, sealed(&service, nonce, "yes"));
    assert_eq!(opener.answer(answer([1; 24]).as_bytes()).unwrap(), b"yes");
    assert_eq!(opener.answer(answer([1; 24]).as_bytes()), Err(Unopened::Repeated));
    assert_eq!(opener.answer(answer(SENT).as_bytes()), Err(Unopened::Repeated));
    assert_eq!(opener.answer(b"{}"), Err(Unopened::Form));
    assert_eq!(opener.answer(br#"{"ciphertext":"AAAA"}"#), Err(Unopened::Form));
    assert_eq!(opener.answer(&vec![b' '; MAX_ANSWER + 1]), Err(Unopened::TooLarge));
    let stranger = SalsaBox::new(&PublicKey::from([3; 32]), &SecretKey::from([4; 32]));
    let other = format!(r#"{{"ciphertext":"{}"}}"#, sealed(&stranger, [2; 24], "yes"));
    assert_eq!(opener.answer(other.as_bytes()), Err(Unopened::Key));
}

/// Each place of a box counts.
#[test]
fn an_answer_with_one_changed_bit_does_not_open() {
    let (_, service) = sides();
    let bytes = STANDARD.decode(sealed(&service, [1; 24], "yes")).unwrap();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let answer = format!(r#"{{"ciphertext":"{}"}}"#, STANDARD.encode(changed));
        assert_eq!(sides().0.answer(answer.as_bytes()), Err(Unopened::Key), "{place}");
    }
}

fn opening(opener: Opener) -> Opening {
    Opening::of(Body::Events(opener.events()), true)
}

/// What is beyond the limit is not left out: nothing is opened after it.
#[test]
fn after_a_piece_beyond_the_limit_nothing_opens() {
    let mut whole = Opening::of(Body::Whole(sides().0, Vec::new()), false);
    assert_eq!(whole.push(&vec![b'x'; MAX_ANSWER + 1]), Err(Unopened::TooLarge));
    assert_eq!(whole.push(b"{}"), Err(Unopened::TooLarge));
    assert_eq!(whole.finish(), Err(Unopened::TooLarge));
}

#[test]
fn events_open_however_their_bytes_are_cut() {
    let (_, service) = sides();
    let events = ["data: 1", "event: x\ndata: 2", "data: [DONE]"];
    let lines = (1..).zip(events).map(|(nonce, event)| {
        format!(": waiting\n\ndata: {}\n\n", sealed(&service, [nonce; 24], event))
    });
    let stream: String = lines.collect();
    let expected: String = events.iter().map(|event| format!("{event}\n\n")).collect();
    for length in 1..stream.len() {
        let mut reader = opening(sides().0);
        let mut opened = Vec::new();
        for piece in stream.as_bytes().chunks(length) {
            opened.extend(reader.push(piece).unwrap());
        }
        reader.finish().unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), expected, "{length}");
    }
}

#[test]
fn after_an_event_that_does_not_open_none_does() {
    let (_, service) = sides();
    let good = |nonce| format!("data: {}\n\n", sealed(&service, [nonce; 24], "data: 1"));
    for (bad, why) in [
        ("data: {}\n\n".to_owned(), Unopened::Form),
        ("event: x\n\n".to_owned(), Unopened::Form),
        (good(1), Unopened::Repeated),
        (good(1).replace("\n\n", "\ndata: x\n\n"), Unopened::Form),
    ] {
        let mut reader = opening(sides().0);
        reader.push(good(1).as_bytes()).unwrap();
        assert_eq!(reader.push(bad.as_bytes()), Err(why));
        assert_eq!(reader.push(good(2).as_bytes()), Err(why));
        assert_eq!(reader.finish(), Err(why));
    }
    let mut cut = opening(sides().0);
    cut.push(&good(1).as_bytes()[..40]).unwrap();
    assert_eq!(cut.finish(), Err(Unopened::Form));
}

/// Whoever ends the connection can send as much without any key.
#[test]
fn a_stream_without_an_event_is_no_answer() {
    for stream in ["", ": waiting\n\n", "\n\n\n\n"] {
        let mut reader = opening(sides().0);
        assert_eq!(reader.push(stream.as_bytes()), Ok(Vec::new()), "{stream:?}");
        assert_eq!(reader.finish(), Err(Unopened::Form), "{stream:?}");
    }
}

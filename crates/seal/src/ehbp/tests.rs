//! Claims about what is opened. That requests are the protocol's is held by
//! `tests/package/tinfoil.test.mjs`, where the other side is Node's own cryptography.

use super::*;
use crate::{Body, Opening};

/// A request's secret and encapsulated key, and an answer's nonce, of the protocol's public tests
/// (`tinfoilsh/encrypted-http-body-protocol`, `test-vectors`).
fn chunks() -> Opening {
    let [secret, encapsulated, nonce] = [0x00, 0x20, 0x40]
        .map(|first: u8| std::array::from_fn(|n| first + u8::try_from(n).unwrap()));
    let chunks = Opener { secret, encapsulated }.chunks(&hex::encode::<[u8; LEN]>(nonce)).unwrap();
    Opening::of(Body::Chunks(Box::new(chunks)), false)
}

fn opened(stream: &[u8], length: usize) -> Result<Vec<u8>, Unopened> {
    let mut chunks = chunks();
    let mut out = Vec::new();
    for piece in stream.chunks(length) {
        out.extend(chunks.push(piece)?);
    }
    chunks.finish().map(|_| out)
}

/// Three chunks: `one`, `two`, `three`.
const THREE: &str = "0000001340ec44d12c444bc9dd4c9065bd70601249f609\
                     00000013d45408abbff98ad579cf340d35c575d02107a6\
                     0000001525273c814b6670b2645cd60de697580e3a02597bb1";

#[test]
fn the_protocols_own_answers_open_however_their_bytes_are_cut() {
    for (stream, said) in [
        (
            "0000002647e74d9a561b60ff42ac7ffbb4caf6b6d5ad0bb7621e41840d2ab7de7208ff7a59d0a2a482cc",
            "hello from test vector",
        ),
        (THREE, "onetwothree"),
        (
            "000000164de747994b5e42a3c41f9291aeb038109dc559e7941f00000000\
             00000015c14513df240e6ffecea81fb7716b56f480908b890d",
            "beforeafter",
        ),
    ] {
        let stream = hex::decode(stream).unwrap();
        for length in 1..=stream.len() {
            let opened = opened(&stream, length).unwrap();
            assert_eq!(String::from_utf8(opened).unwrap(), said, "{length}");
        }
    }
}

/// What is opened before a chunk that does not open is given; nothing is after it.
#[test]
fn after_a_chunk_that_does_not_open_none_does() {
    let stream = hex::decode(
        "0000001549eb53854d723fe4c4924b02b86aee7221e0193312\
         00000016d34604d538661d5148b5095a3917e62b6c62a8391b32",
    )
    .unwrap();
    let mut chunks = chunks();
    assert_eq!(chunks.push(&stream[..25]).unwrap(), b"first");
    assert_eq!(chunks.push(&stream[25..]), Err(Unopened::Key));
    assert_eq!(chunks.push(&stream), Err(Unopened::Key));
    assert_eq!(chunks.finish(), Err(Unopened::Key));
}

/// Each byte of an answer counts, its lengths included, and so does the place of each chunk.
#[test]
fn an_answer_that_is_changed_in_one_bit_or_in_its_order_does_not_open_whole() {
    let stream = hex::decode(THREE).unwrap();
    for place in 0..stream.len() {
        let mut changed = stream.clone();
        changed[place] ^= 1;
        assert!(opened(&changed, stream.len()).is_err(), "{place}");
    }
    let (one, two) = (&stream[..23], &stream[23..46]);
    for order in [[two, one].concat(), [one, one].concat(), two.to_vec()] {
        assert_eq!(opened(&order, order.len()), Err(Unopened::Key));
    }
}

#[test]
fn an_answer_that_ends_inside_a_chunk_or_holds_none_is_none() {
    let stream = hex::decode(THREE).unwrap();
    for length in 0..stream.len() {
        let whole = [23, 46].contains(&length);
        assert_eq!(opened(&stream[..length], 7).is_ok(), whole, "{length}");
    }
    for empty in [&[][..], &[0; 4], &[0; 4 * 4096]] {
        assert_eq!(opened(empty, 4096), Err(Unopened::Form));
    }
    assert_eq!(
        opened(&[0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 19),
        Err(Unopened::Form)
    );
}

/// Nothing is kept for a length that no answer has.
#[test]
fn a_length_beyond_the_limit_is_refused_at_once() {
    assert_eq!(opened(&[0xff; 4], 4), Err(Unopened::TooLarge));
    let length = u32::try_from(MAX_CHUNK).unwrap();
    assert_eq!(chunks().push(&(length + 1).to_be_bytes()), Err(Unopened::TooLarge));
    assert_eq!(chunks().push(&length.to_be_bytes()), Ok(Vec::new()));
}

#[test]
fn a_nonce_of_another_form_opens_nothing() {
    for nonce in [
        "",
        "00",
        &"0".repeat(63),
        &"0".repeat(66),
        &"g".repeat(64),
        &format!("{0}, {0}", "0".repeat(64)),
    ] {
        let opener = Opener { secret: [0; LEN], encapsulated: [0; LEN] };
        assert_eq!(opener.chunks(nonce).map(|_| ()), Err(Unopened::Form), "{nonce}");
    }
}

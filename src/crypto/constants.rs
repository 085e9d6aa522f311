//! Questions that never change, and hold: key, message and signature are all of files that come
//! with the verifier.
//!
//! The table saves computing them in each examination. It says nothing about who is believed, and
//! it answers for exactly these bytes: files that a reader hands in are other questions. A test
//! asks each again of RustCrypto, and finds no row too many and none too few
//! (`src/engine/roots.rs`).

use std::cell::RefCell;

use super::memo::{question, spelled};
use super::{Algorithm, Message, Signature};
use crate::digest::Sha256;

/// One question: the last eight bytes of its signature, by which it is found, and its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    end: u64,
    digest: [u128; 2],
}

/// Whether the question is one of those that never change, all of which hold.
pub(super) fn holds(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> bool {
    #[cfg(test)]
    asked::note(algorithm, key, message, signature);
    let Some(end) = end(signature) else { return false };
    let mut rows = HOLD.iter().filter(|row| row.end == end).peekable();
    if rows.peek().is_none() {
        return false;
    }
    FOUND.with_borrow_mut(|found| {
        let spelled = spelled(algorithm, key, message, signature);
        if found.contains(&spelled) {
            return true;
        }
        let digest = digest(algorithm, key, message, signature);
        let holds = rows.any(|row| row.digest == digest);
        if holds && found.len() < HOLD.len() {
            found.push(spelled);
        }
        holds
    })
}

thread_local! {
    /// Questions that were found in the table, whole: comparing is quicker than hashing again.
    static FOUND: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

fn end(signature: Signature<'_>) -> Option<u64> {
    let (Signature::Asn1(bytes) | Signature::Concatenated(bytes) | Signature::Octets(bytes)) =
        signature;
    bytes.last_chunk().map(|end| u64::from_be_bytes(*end))
}

fn digest(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> [u128; 2] {
    let Sha256(digest) = question(algorithm, key, message.hashed(algorithm).short(), signature);
    let (high, low) = digest.split_at(16);
    [high, low].map(|half| half.iter().fold(0, |sum, byte| (sum << 8) | u128::from(*byte)))
}

const fn row(end: u64, high: u128, low: u128) -> Row {
    Row { end, digest: [high, low] }
}

/// The questions.
#[rustfmt::skip]
pub(crate) static HOLD: [Row; 38] = [
    row(0x116f6350aca05e4c, 0x3d73d650fe3ad8867300af2506e7419f, 0x27f5143398fe88e5326d711208c46cbf),
    row(0x1a50098137991bca, 0x7a4eaafbecd39b3b8685a10168aa778a, 0x1e0ba7f1ff2b1c182dd6805f9c947d66),
    row(0x1c63c4f63b03bf5f, 0x049b065f61a0c4b2b896645eb2ebad22, 0x7ad8d9d05e51cc46d2bca8eb28621365),
    row(0x234dec8c46c66593, 0x8a2d75d38b751a9c38f1f2bb59334c23, 0xb6e11a3a5386df730a794ca9d3f955b5),
    row(0x2831acce1ba78c04, 0xb9f6f72f73acd11533cbfb2c17013f23, 0x957706a1a17d1a9a975512ac1fb2e95b),
    row(0x2aae8ac331e39acd, 0x4ebae2d1a0545c7057f2aaa882ec5d48, 0x9764d31717cc68f37080cb43f81d1335),
    row(0x2ab3f8bebad9e16a, 0xf0ce017871485d2fb8a6fa010ce08d3e, 0x5c6670cc787164033f89676d4af63f0e),
    row(0x35dc0f8678de9fef, 0x30d75e1d02dde9c5e14ec39cba4b9177, 0xf089baf6473a21c1e66758ec1c63f3b6),
    row(0x37db69e2e86b24e3, 0x67c3e3be7bd61ed2de127b41f6fd3489, 0x5f09d33c863712acff3a340c176e08a3),
    row(0x495c7815543421d1, 0xde47c3f515f35a7f71cc7d96807c351b, 0x99f7be4c9ee0f115ec93e72040ec09d6),
    row(0x4eae03f7f4a45754, 0xb21e07d5f0cfffbd83b2bac7f28c8399, 0xaa2f3db6a7431bea8b4e4f9ae631dbfe),
    row(0x558f058006976ec7, 0x0d653c0c7829943fbecd13ae57ed0fc0, 0xf0d46b655f1b3c90dfbec7166a29575b),
    row(0x642e7d903740eee0, 0x8add8ebd6438898e1857120746cb1baa, 0xaa025ad85e10263c99c85ad3110c67c7),
    row(0x6568307dbc509046, 0x033b49345df75410558656e5dd07b018, 0xae4801d3a8373a434647c7f7f2c6e4b5),
    row(0x66780e3c6f89f9c5, 0x6722e0a7bf7dd14b978699e202095bea, 0xe50fba07d042cba18d5828170ae55d41),
    row(0x6e42be6b26954d11, 0xf1d86b950106fe06625ff53a331f4390, 0x267ce0e9b57f678094f17586a1e70615),
    row(0x6f31dfadea62e607, 0x209ec9c507c49c5d1acc66cc34a76c2e, 0x47cb017375ba308a54d8766561538aaf),
    row(0x765b58eeafea45bf, 0x73ab7154696913b27000c8b6ed607892, 0xdaa226746c281742364c75029b4a9816),
    row(0x790b45ff9ce5b15c, 0xbdddc4613b091cc4590115dbd7379040, 0x614a3a5955f6ee1717deb5b6e27f2f30),
    row(0x811540dda4514b59, 0x8279e858974f71951d66fcbb02d30670, 0x68aee2385fe5f129154f5c4289491015),
    row(0x86b7a64e447f9826, 0xd4c2691904f20d17413572607afd4ff9, 0x06e070eade2f9f075349bdf4fb2c5c42),
    row(0x870b65e3fd21f106, 0x822deffbda9a83a201d8c30653fb2cd9, 0xd99dfe13b86665f1ece56eb9c2d4a00e),
    row(0x8ade0661e42fe53e, 0x2a72ba8d5998ff4369d899b62a2495f6, 0x0094c1ebca4ae3e3769a38fb928b51d4),
    row(0x8cef09c3e80b8027, 0xbc0ca65b442da3be20fe31057bb6f2e5, 0x360cb5d86feda22c5bc178fbd39da8e4),
    row(0x9b8fca60e2773dcb, 0xcbbb62b8706a676e45e01d490f000bf0, 0x42aaa49c2f013024e7fbb3d8b11a9fdc),
    row(0xa51e6b950f7f0f88, 0x84281131374b21f565e8ecb238e1cdec, 0xe7d4573a64b2edb9cd5cd5d850f9b3f5),
    row(0xadefedb93e0c27eb, 0xab797360ec00040574ab9774ee8f6ba2, 0xa4e97c2360434f213f90d3ae32403d13),
    row(0xb144191fe0d2437f, 0xf33e976137db659b783ef56f34640b08, 0xe1515c2eef5a25c23006c3b76a874bb9),
    row(0xb7a875129512d687, 0x493407a583c937527adcb8b9540a9b87, 0xe00b293db7c50e574ea79bde558d5193),
    row(0xc22a99737ba4f061, 0x3a5e6f1185399ff5ff30b8f9ba63c5af, 0x4c5248ecfe5a3c6728b7ebdf2442191f),
    row(0xd50ca57788912497, 0x73176ff30603fb060761be61f71321be, 0x6a36135b6478e40ddcdd9f5a871fb9b9),
    row(0xd58a687b93a7ae95, 0x5042938987bd0f36ee36f929d67409cc, 0x414e852377c26c85ec7d28f30753abda),
    row(0xdb36dd09d9628a8c, 0x36a8ee382297f2113cad2bfdafee3a2a, 0xa4e9e901593555d39a6f6775d7e857d4),
    row(0xdd3a28eb95daba90, 0x87c6e4aee482d2889ceba6f701f837d3, 0xf704ec724ac4f553f4d63dcf0b82936b),
    row(0xded5c131bc7bef97, 0x529897bd14fe3bdd0e7df65c1752fe3b, 0x23163224091c34087bcbb6a78908e6d5),
    row(0xea2013174e9b4c7a, 0x58aab41b9657fc4581c5d706377eb774, 0x00ebf061695fa9baacd136a19ae6dba0),
    row(0xeac883c4a62edea1, 0x9ac9c0f5adf8f9ac1c6c9a1ffad096a3, 0xb676fcf0c4cb6ae35a9eab100f4bfb75),
    row(0xf5f703566724fef3, 0xbe4c4fa57621e14f737485de89065b40, 0x99516f6304319b5d69357546b829d72d),
];

/// What the tests ask again.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::fmt::Write as _;

    use super::*;
    use crate::crypto::compute;

    thread_local! {
        static ROWS: RefCell<Option<Vec<Row>>> = const { RefCell::new(None) };
    }

    /// The questions that `work` asks, in the table's order; RustCrypto says that each holds.
    pub(crate) fn during(work: impl FnOnce()) -> Vec<Row> {
        ROWS.set(Some(Vec::new()));
        work();
        let mut rows = ROWS.take().unwrap();
        rows.sort();
        rows.dedup();
        rows
    }

    pub(super) fn note(
        algorithm: Algorithm,
        key: &[u8],
        message: Message<'_>,
        signature: Signature<'_>,
    ) {
        ROWS.with_borrow_mut(|rows| {
            let Some(rows) = rows else { return };
            assert_eq!(compute(algorithm, key, message, signature), Ok(()), "RustCrypto says no");
            let end = end(signature).unwrap();
            rows.push(Row { end, digest: digest(algorithm, key, message, signature) });
        });
    }

    /// The table's text.
    pub(crate) fn text(rows: &[Row]) -> String {
        rows.iter().fold(String::new(), |mut text, Row { end, digest: [high, low] }| {
            writeln!(text, "    row({end:#018x}, {high:#034x}, {low:#034x}),").unwrap();
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::verify;
    use crate::pki::Cert;
    use crate::pki::anchors::AMD_GENOA;

    /// One that is in the table, and every change of one byte of its signature's end, its key and
    /// its message.
    #[test]
    fn only_the_same_bytes_are_answered_by_the_table() {
        let [ask, ark] =
            [AMD_GENOA.ask, AMD_GENOA.ark].map(|der| Cert::parse("test", der).unwrap());
        let algorithm = Algorithm::RsaPss(crate::crypto::Hash::Sha384);
        let ask_table = |key: &[u8], message: &[u8], signature: &[u8]| {
            holds(algorithm, key, Message::Bytes(message), Signature::Octets(signature))
        };
        let (key, message, signature) = (ark.public_key(), ask.tbs(), ask.signature());
        assert!(ask_table(key, message, signature));
        let changed = |bytes: &[u8], at: usize| {
            let mut bytes = bytes.to_vec();
            bytes[at] ^= 1;
            bytes
        };
        for at in 0..signature.len() {
            assert!(!ask_table(key, message, &changed(signature, at)));
        }
        for at in 0..key.len() {
            assert!(!ask_table(&changed(key, at), message, signature));
        }
        for at in 0..message.len() {
            assert!(!ask_table(key, &changed(message, at), signature));
        }
        let other = Algorithm::RsaPkcs1(crate::crypto::Hash::Sha384);
        let (message, signature) = (Message::Bytes(message), Signature::Octets(signature));
        assert!(!holds(other, key, message, signature));
        assert!(verify(other, key, message, signature).is_err());
        assert!(verify(algorithm, key, message, signature).is_ok());
    }
}

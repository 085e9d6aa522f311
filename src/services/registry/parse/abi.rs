//! Solidity's contract ABI, as far as one event needs it.

use crate::digest::{Keccak256, Sha256};
use crate::error::Error;
use crate::span::Span;

const WHAT: &str = "data of AppUpgraded";
const WORD: usize = 32;

/// A type, in the spelling of signatures.
enum Type {
    /// One word.
    Word(&'static str),
    /// A length in bytes and as many bytes, padded to whole words.
    Bytes(&'static str),
    /// Its parts; here at least one of them is longer than a word.
    Tuple(&'static [Type]),
    /// A length and as many elements.
    Array(&'static Type),
}

const STRING: Type = Type::Bytes("string");
const TEXTS: Type = Type::Array(&STRING);
const VARIABLES: Type = Type::Array(&Type::Tuple(&[STRING, STRING]));
const UINT256: Type = Type::Word("uint256");
const RMS_RELEASE: Type = Type::Tuple(&[
    Type::Array(&Type::Tuple(&[Type::Word("bytes32"), STRING])),
    Type::Word("uint32"),
]);
const BYTES: Type = Type::Bytes("bytes");

/// What `AppUpgraded` carries beside the app, without and with the container's policy
/// (`IAppController` of Layr-Labs/eigenx-contracts, before and since `ContainerPolicy`).
const RELEASES: [Type; 2] = [
    Type::Tuple(&[UINT256, Type::Tuple(&[RMS_RELEASE, BYTES, BYTES])]),
    Type::Tuple(&[
        UINT256,
        Type::Tuple(&[
            RMS_RELEASE,
            BYTES,
            BYTES,
            Type::Tuple(&[TEXTS, TEXTS, VARIABLES, VARIABLES, STRING]),
        ]),
    ]),
];

/// The topics of `AppUpgraded` in both versions: Keccak-256 of the event's signature.
pub(super) fn releases() -> [Keccak256; 2] {
    RELEASES.map(|data| Keccak256::of(signature(&data).as_bytes()))
}

fn signature(data: &Type) -> String {
    let data = data.name();
    format!("AppUpgraded(address,{}", data.get(1..).unwrap_or_default())
}

/// The image digest in the data of `AppUpgraded` with `topic`. The data has to be whole, with
/// nothing behind it.
///
/// # Errors
/// When the topic is another, the data is not of its event's form, or the release has not exactly
/// one artifact, which is what the contract demands.
pub(super) fn image_digest(topic: &Keccak256, data: &[u8]) -> Result<Sha256, Error> {
    let known = RELEASES.into_iter().zip(releases()).find(|(_, known)| known == topic);
    let Some((form, _)) = known else {
        return Err(Error::unsupported("topic of a log", topic, Span::new(0, data.len())));
    };
    let read = Reader(data);
    if form.end(&read, 0)? != data.len() {
        return Err(Error::malformed(WHAT, Span::new(0, data.len()), "something stands behind it"));
    }
    let release = read.pointer(0, 1)?;
    let artifacts = read.pointer(read.pointer(release, 0)?, 0)?;
    if read.number(artifacts, 0)? != 1 {
        let why = "expected exactly one artifact";
        return Err(Error::malformed(WHAT, Span::new(artifacts, WORD), why));
    }
    let artifact = read.pointer(added(artifacts, WORD)?, 0)?;
    read.word(artifact, 0).map(|digest| Sha256(*digest))
}

impl Type {
    fn name(&self) -> String {
        match self {
            Self::Word(name) | Self::Bytes(name) => (*name).to_owned(),
            Self::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(Self::name).collect();
                format!("({})", parts.join(","))
            }
            Self::Array(element) => format!("{}[]", element.name()),
        }
    }

    /// Where the value that begins at `start` ends, with everything that it points at.
    fn end(&self, data: &Reader<'_>, start: usize) -> Result<usize, Error> {
        match self {
            Self::Word(_) => {
                data.word(start, 0)?;
                added(start, WORD)
            }
            Self::Bytes(_) => {
                let len = data.number(start, 0)?;
                let start = added(start, WORD)?;
                let padded = len.checked_next_multiple_of(WORD).ok_or_else(far)?;
                let end = added(start, padded)?;
                let padding = data.0.get(added(start, len)?..end).ok_or_else(far)?;
                if padding.iter().any(|byte| *byte != 0) {
                    let why = "the padding is not zero";
                    return Err(Error::malformed(WHAT, Span::new(start, padded), why));
                }
                Ok(end)
            }
            Self::Tuple(parts) => {
                let parts = parts.iter().enumerate();
                data.ends(start, parts)
            }
            Self::Array(element) => {
                let len = data.number(start, 0)?;
                let start = added(start, WORD)?;
                Error::cap("array in a log", len, data.0.len() / WORD)?;
                data.ends(start, std::iter::repeat_n(*element, len).enumerate())
            }
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// Where the last of `parts` ends; those that are longer than a word stand elsewhere, counted
    /// from `start`.
    fn ends<'t>(
        &self,
        start: usize,
        parts: impl Iterator<Item = (usize, &'t Type)>,
    ) -> Result<usize, Error> {
        let mut end = start;
        for (index, part) in parts {
            let own = match part {
                Type::Word(_) => 0,
                _ => part.end(self, self.pointer(start, index)?)?,
            };
            self.word(start, index)?;
            end = end.max(own).max(added(start, index.saturating_add(1).saturating_mul(WORD))?);
        }
        Ok(end)
    }

    /// The word with this index after `start`.
    fn word(&self, start: usize, index: usize) -> Result<&[u8; WORD], Error> {
        let at = added(start, index.checked_mul(WORD).ok_or_else(far)?)?;
        self.0
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .ok_or_else(|| Error::truncated(WHAT, at, WORD, self.0.len().saturating_sub(at)))
    }

    fn number(&self, start: usize, index: usize) -> Result<usize, Error> {
        number(self.word(start, index)?).and_then(|number| number.try_into().ok()).ok_or_else(far)
    }

    /// Where the value stands whose distance from `start` the word with this index says.
    fn pointer(&self, start: usize, index: usize) -> Result<usize, Error> {
        added(start, self.number(start, index)?)
    }
}

/// A word as a number, when it fits.
pub(super) fn number(word: &[u8; WORD]) -> Option<u64> {
    let (high, low) = word.split_last_chunk::<8>()?;
    high.iter().all(|byte| *byte == 0).then(|| u64::from_be_bytes(*low))
}

fn added(start: usize, distance: usize) -> Result<usize, Error> {
    start.checked_add(distance).ok_or_else(far)
}

fn far() -> Error {
    Error::malformed(WHAT, Span::new(0, 0), "a length or distance points outside of it")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn word(number: u64) -> Vec<u8> {
        [&[0; 24][..], &number.to_be_bytes()].concat()
    }

    fn bytes(data: &[u8]) -> Vec<u8> {
        let mut out = [word(data.len() as u64), data.to_vec()].concat();
        out.resize(out.len().next_multiple_of(32), 0);
        out
    }

    /// Values that stand elsewhere, with their distances.
    fn tails(tails: &[Vec<u8>]) -> Vec<u8> {
        let mut at = 32 * tails.len();
        let mut heads = Vec::new();
        for tail in tails {
            heads.extend(word(at as u64));
            at += tail.len();
        }
        [heads, tails.concat()].concat()
    }

    fn list(elements: &[Vec<u8>]) -> Vec<u8> {
        [word(elements.len() as u64), tails(elements)].concat()
    }

    /// Data of the event as Solidity's specification lays it out, for as many artifacts as there
    /// are digests.
    pub(crate) fn upgraded(digests: &[[u8; 32]], has_policy: bool) -> Vec<u8> {
        let artifact = |digest: &[u8; 32]| {
            [digest.to_vec(), word(64), bytes(b"docker.io/simulated/app")].concat()
        };
        let artifacts = list(&digests.iter().map(artifact).collect::<Vec<_>>());
        let rms = [word(64), word(1_790_000_000), artifacts].concat();
        let mut parts = vec![rms, bytes(br#"{"A":"B"}"#), bytes(&[7; 70])];
        if has_policy {
            let variable = tails(&[bytes(b"A"), bytes(b"B")]);
            let texts = list(&[bytes(b"--one"), bytes(b"")]);
            let policy = [texts, list(&[]), list(&[variable]), list(&[]), bytes(b"Never")];
            parts.push(tails(&policy));
        }
        [word(1), word(64), tails(&parts)].concat()
    }

    /// As go-ethereum's abigen wrote it into Layr-Labs/eigenx-contracts
    /// (pkg/bindings/v1/AppController/binding.go); the other signature as that repository's
    /// IAppController.sol has it.
    #[test]
    fn the_topic_is_that_of_the_makers_own_tools() {
        let [before, since] = RELEASES.map(|data| signature(&data));
        assert_eq!(
            before,
            "AppUpgraded(address,uint256,(((bytes32,string)[],uint32),bytes,bytes))"
        );
        assert_eq!(
            releases()[0].to_string(),
            "b5d2b7df0352a87a587a430bfceab43859b3b3c404f0425c4c1ab0675ed57b94"
        );
        assert_eq!(
            since,
            "AppUpgraded(address,uint256,(((bytes32,string)[],uint32),bytes,bytes,\
             (string[],string[],(string,string)[],(string,string)[],string)))"
        );
    }

    #[test]
    fn the_digest_is_read_from_both_versions_and_from_no_part_of_one() {
        for (topic, has_policy) in releases().into_iter().zip([false, true]) {
            let data = upgraded(&[[0xab; 32]], has_policy);
            assert_eq!(image_digest(&topic, &data).unwrap(), Sha256([0xab; 32]));
            for len in 0..data.len() {
                assert!(image_digest(&topic, &data[..len]).is_err(), "{len} bytes");
            }
            assert!(image_digest(&topic, &[data.clone(), vec![0; 32]].concat()).is_err());
            assert!(image_digest(&topic, &upgraded(&[], has_policy)).is_err());
            assert!(image_digest(&topic, &upgraded(&[[1; 32], [2; 32]], has_policy)).is_err());
            assert!(image_digest(&topic, &upgraded(&[[1; 32]], !has_policy)).is_err());
        }
        let data = upgraded(&[[0xab; 32]], false);
        assert!(image_digest(&Keccak256([0; 32]), &data).is_err());
    }

    #[test]
    fn hostile_lengths_and_distances_are_refused() {
        for (topic, has_policy) in releases().into_iter().zip([false, true]) {
            let sound = upgraded(&[[0xab; 32]], has_policy);
            let numbers = [
                word(u64::MAX),
                word(u64::MAX - 31),
                word(u64::from(u32::MAX)),
                word(1 << 62),
                vec![0xff; 32],
                word(sound.len() as u64),
            ];
            for at in (0..sound.len()).step_by(32) {
                for number in &numbers {
                    let mut data = sound.clone();
                    data[at..at + 32].copy_from_slice(number);
                    // Only what is no length and no distance may be any number.
                    if let Ok(digest) = image_digest(&topic, &data) {
                        let own = digest.0 == number[..] || digest == Sha256([0xab; 32]);
                        assert!(own, "word {}", at / 32);
                    }
                }
            }
        }
    }
}

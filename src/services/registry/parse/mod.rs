//! What an RPC provider answers about a register on an Ethereum chain (JSON-RPC 2.0, Ethereum's
//! execution API), kept together with the question.
//!
//! EigenCompute's AppController names the image digest of an app's latest release; a dstack app's
//! own contract says which app-compose files are allowed.

mod abi;
mod answer;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::digest::{Keccak256, Sha256};
use crate::error::Error;
use crate::hex;
use crate::span::Span;

pub(crate) use answer::{Said, is_allowed, latest_release, release};

/// What a wanted answer of an RPC provider is called.
pub(crate) const ANSWER: &str = "registry-answer";
/// The most that is read of an answer, in bytes.
pub(crate) const MAX_ANSWER: usize = 1024 * 1024;

/// EigenCompute's AppControllers by chain id: mainnet-alpha on Ethereum and its test on Sepolia
/// (Layr-Labs/ecloud, packages/sdk/src/client/common/config/environment.ts).
const APP_CONTROLLERS: [(u64, &str); 2] = [
    (1, "0xc38d35fc995e75342a21cbd6d770305b142fbe67"),
    (11_155_111, "0x0dd810a6ffba6a9820a10d97b659f07d8d23d4e2"),
];

/// An entry of a public register that a document says is about the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// [`Entry::APP_CONTROLLER`], or another type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The other members, which differ with the type.
    #[serde(flatten)]
    pub members: BTreeMap<String, serde_json::Value>,
}

impl Entry {
    /// EigenCompute's register: `chain_id`, a number; `contract` and `app_id`, `0x` and 40 hex
    /// digits; `release_block` and `log_index`, numbers that are shown and not used.
    pub(crate) const APP_CONTROLLER: &'static str = "eigen-appcontroller";
}

/// EigenCompute's AppController on the chain with this id, where its makers publish one.
pub(crate) fn app_controller(chain: u64) -> Option<Address> {
    let (_, address) = APP_CONTROLLERS.iter().find(|(known, _)| *known == chain)?;
    address.parse().ok()
}

/// An address on an Ethereum chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address(pub [u8; 20]);

impl fmt::Display for Address {
    /// `0x` and 40 lower-case hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl FromStr for Address {
    type Err = Error;

    /// Reads `0x` and 40 hex digits of either case; the checksum in their case (EIP-55) is not
    /// looked at.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; 20];
        let read = text.strip_prefix("0x").map(|digits| hex::decode_to_slice(digits, &mut bytes));
        match read {
            Some(Ok(())) => Ok(Self(bytes)),
            _ => {
                let why = "expected 0x and 40 hex digits";
                Err(Error::malformed("address on a chain", Span::new(0, text.len()), why))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A question to an RPC provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// In which block an AppController notes the latest release of an app.
    LatestRelease {
        /// The AppController.
        controller: Address,
        /// The app.
        app: Address,
    },
    /// Which release of the app an AppController notes in a block.
    Release {
        /// The AppController.
        controller: Address,
        /// The app.
        app: Address,
        /// The block's number.
        block: u32,
    },
    /// Whether a dstack app's contract allows an app-compose file.
    ComposeHash {
        /// The app, whose id is the address of its contract.
        app: Address,
        /// SHA-256 of the app-compose file.
        hash: Sha256,
    },
}

impl Question {
    /// The address to ask at: the provider's, and after `#`, which is never sent, what is asked.
    /// Two questions have two addresses.
    pub(crate) fn url(&self, provider: &str) -> String {
        match self {
            Self::LatestRelease { controller, app } => {
                format!("{provider}#latest-release/{controller}/{app}")
            }
            Self::Release { controller, app, block } => {
                format!("{provider}#release/{controller}/{app}/{block}")
            }
            Self::ComposeHash { app, hash } => format!("{provider}#compose-hash/{app}/{hash}"),
        }
    }

    /// The question that [`url`](Self::url) wrote into an address.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        let (_, asked) = url.split_once('#')?;
        let mut parts = asked.split('/');
        let kind = parts.next()?;
        let mut rest = || parts.next();
        let question = match kind {
            "latest-release" => Self::LatestRelease {
                controller: rest()?.parse().ok()?,
                app: rest()?.parse().ok()?,
            },
            "release" => Self::Release {
                controller: rest()?.parse().ok()?,
                app: rest()?.parse().ok()?,
                block: rest()?.parse().ok()?,
            },
            "compose-hash" => {
                Self::ComposeHash { app: rest()?.parse().ok()?, hash: rest()?.parse().ok()? }
            }
            _ => return None,
        };
        parts.next().is_none().then_some(question)
    }

    /// The body that is sent: JSON, always the same bytes for one question.
    pub(crate) fn body(&self) -> String {
        match self {
            Self::LatestRelease { controller, app } => call(controller, &calldata(LATEST, app)),
            Self::Release { controller, app, block } => {
                let topics = abi::releases().map(|topic| format!("\"0x{topic}\"")).join(",");
                let filter = format!(
                    r#"{{"address":"{controller}","fromBlock":"0x{block:x}","toBlock":"0x{block:x}","topics":[[{topics}],"0x{}"]}}"#,
                    hex::encode(word(app)),
                );
                rpc("eth_getLogs", &filter)
            }
            Self::ComposeHash { app, hash } => call(app, &format!("{}{hash}", selector(ALLOWED))),
        }
    }
}

/// `IAppController` (Layr-Labs/eigenx-contracts).
const LATEST: &str = "getAppLatestReleaseBlockNumber(address)";
/// `DstackApp` (Dstack-TEE/dstack, kms/auth-eth/contracts).
const ALLOWED: &str = "allowedComposeHashes(bytes32)";

fn rpc(method: &str, parameters: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":[{parameters}]}}"#)
}

fn call(to: &Address, data: &str) -> String {
    rpc("eth_call", &format!(r#"{{"to":"{to}","data":"{data}"}},"latest""#))
}

fn calldata(signature: &str, argument: &Address) -> String {
    format!("{}{}", selector(signature), hex::encode(word(argument)))
}

/// The first four bytes of Keccak-256 of a function's signature, as `0x` and hex (Solidity,
/// contract ABI specification).
fn selector(signature: &str) -> String {
    let digest = Keccak256::of(signature.as_bytes()).to_string();
    format!("0x{}", digest.get(..8).unwrap_or_default())
}

/// An address as a word of 32 bytes.
fn word(address: &Address) -> [u8; 32] {
    let mut word = [0; 32];
    for (to, from) in word.iter_mut().skip(12).zip(address.0) {
        *to = from;
    }
    word
}

/// A question with its answer, as the reader's software keeps them: one file, so that an answer
/// is never taken for that to another question. Whoever wrote the file could have written
/// anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The address that was asked, with what was asked after `#`.
    pub url: String,
    /// The body that was sent.
    pub question: String,
    /// The body that came back, as text.
    pub answer: String,
}

impl Recorded {
    const MEMBERS: [&str; 3] = ["rpc", "question", "answer"];

    /// The file.
    pub(crate) fn to_json(&self) -> String {
        let [url, question, answer] = Self::MEMBERS;
        serde_json::json!({ url: self.url, question: self.question, answer: self.answer })
            .to_string()
    }

    /// Whether `file` begins like one; [`parse`](Self::parse) decides.
    pub(crate) fn is_likely(has: impl Fn(&str) -> bool) -> bool {
        Self::MEMBERS.into_iter().all(has)
    }

    /// Reads the file. The answer in it is read by [`latest_release`] and its like.
    ///
    /// # Errors
    /// When it is larger than twice [`MAX_ANSWER`], is not JSON of this form, or has other
    /// members.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "recorded answer of an RPC provider";
        Error::cap(WHAT, file.len(), MAX_ANSWER.saturating_mul(2))?;
        let mut members: BTreeMap<String, String> = crate::json::from_slice(WHAT, file)?;
        let read = Self::MEMBERS.map(|name| members.remove(name));
        match read {
            [Some(url), Some(question), Some(answer)] if members.is_empty() => {
                Ok(Self { url, question, answer })
            }
            _ => {
                let why = "expected the members rpc, question and answer, and no other";
                Err(Error::malformed(WHAT, Span::new(0, file.len()), why))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Names;

    const APP: Address = Address([0x11; 20]);

    /// Selectors as go-ethereum's abigen wrote them into Layr-Labs/eigenx-contracts
    /// (pkg/bindings/v1/AppController/binding.go), and as solc did into Dstack-TEE/dstack
    /// (kms/auth-eth/out/DstackApp.sol/DstackApp.json).
    #[test]
    fn selectors_are_those_of_the_makers_own_tools() {
        assert_eq!(selector(LATEST), "0x9ffbdce6");
        assert_eq!(selector(ALLOWED), "0x2f6622e5");
    }

    #[test]
    fn questions_are_plain_json_rpc() {
        let controller = app_controller(1).unwrap();
        let body = Question::LatestRelease { controller, app: APP }.body();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            sent,
            serde_json::json!({
                "jsonrpc": "2.0", "id": 1, "method": "eth_call",
                "params": [{
                    "to": "0xc38d35fc995e75342a21cbd6d770305b142fbe67",
                    "data": format!("0x9ffbdce6{}{}", "00".repeat(12), "11".repeat(20)),
                }, "latest"],
            })
        );
        let body = Question::Release { controller, app: APP, block: 0x1234 }.body();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        let filter = &sent["params"][0];
        assert_eq!(sent["method"], "eth_getLogs");
        assert_eq!(
            (&filter["fromBlock"], &filter["toBlock"]),
            (&"0x1234".into(), &"0x1234".into())
        );
        assert_eq!(filter["topics"][1], format!("0x{}{}", "00".repeat(12), "11".repeat(20)));
        let hash = Sha256([0x22; 32]);
        let body = Question::ComposeHash { app: APP, hash }.body();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(sent["params"][0]["to"], APP.to_string());
        assert_eq!(sent["params"][0]["data"], format!("0x2f6622e5{}", "22".repeat(32)));
    }

    #[test]
    fn an_address_names_its_question_and_nothing_else_does() {
        let controller = app_controller(11_155_111).unwrap();
        let hash = Sha256([0x22; 32]);
        for question in [
            Question::LatestRelease { controller, app: APP },
            Question::Release { controller, app: APP, block: 7 },
            Question::ComposeHash { app: APP, hash },
        ] {
            let url = question.url("https://rpc.example/v2/key");
            assert_eq!(Question::of_url(&url), Some(question));
            assert_eq!(Question::of_url(&format!("{url}/more")), None);
        }
        for other in ["https://rpc.example/", "https://rpc.example/#", "x#release/0x00/0x00/1"] {
            assert_eq!(Question::of_url(other), None, "{other}");
        }
    }

    #[test]
    fn addresses_are_forty_digits_after_0x() {
        let mixed = "0xc38d35Fc995e75342A21CBd6D770305b142Fbe67";
        assert_eq!(mixed.parse::<Address>().unwrap(), app_controller(1).unwrap());
        let digits = "11".repeat(20);
        for bad in [digits.clone(), format!("0X{digits}"), format!("0x{digits}1"), "0x".into()] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_record_keeps_question_and_answer_together() {
        let recorded =
            Recorded { url: "u#x".into(), question: "{\"q\":1}".into(), answer: "<html>".into() };
        let file = recorded.to_json();
        let names = Names::of(file.as_bytes()).unwrap();
        assert!(Recorded::is_likely(|name| names.has(name)));
        assert_eq!(Recorded::parse(file.as_bytes()).unwrap(), recorded);
        for bad in [
            r#"{"rpc":"u","question":"q"}"#,
            r#"{"rpc":"u","question":"q","answer":"a","more":"b"}"#,
            r#"{"rpc":"u","question":"q","answer":{}}"#,
            r#"{"rpc":"u","question":"q","answer":"a","answer":"b"}"#,
        ] {
            assert!(Recorded::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}

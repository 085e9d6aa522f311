//! JSON text with Intel's signature over exactly its bytes.

use serde_json::value::to_raw_value;

use crate::keys::Key;

/// JSON text and the signature over exactly its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedJson {
    /// The signed text, without white space around it.
    pub text: String,
    /// R and S of ECDSA P-256 with SHA-256, each 32 bytes, big-endian.
    pub signature: [u8; 64],
}

impl SignedJson {
    /// `text`, signed by `signer`.
    pub fn new(text: String, signer: Key) -> Self {
        let signature = signer.sign_p256(text.as_bytes());
        Self { text, signature }
    }

    /// The answer of Intel's service: an object with the text under `name`, and its signature.
    pub fn answer(&self, name: &str) -> String {
        format!(r#"{{"{name}":{},"signature":"{}"}}"#, self.text, hex::encode(self.signature))
    }
}

/// A JSON string.
pub(super) fn string(text: &str) -> String {
    to_raw_value(text).unwrap().get().to_owned()
}

/// A JSON array of elements that are JSON already.
pub(super) fn array(elements: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", elements.into_iter().collect::<Vec<_>>().join(","))
}

/// The end of every TCB level: date, status and, when there are some, advisories.
pub(super) fn standing(date: &str, status: &str, advisories: &[String]) -> String {
    let advisories = match advisories {
        [] => String::new(),
        ids => format!(r#","advisoryIDs":{}"#, array(ids.iter().map(|id| string(id)))),
    };
    format!(r#""tcbDate":{},"tcbStatus":{}{advisories}"#, string(date), string(status))
}

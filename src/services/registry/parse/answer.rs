//! Answers of RPC providers.

use serde_json::Value;

use super::{Address, MAX_ANSWER, abi, word};
use crate::digest::{Keccak256, Sha256};
use crate::error::Error;
use crate::hex;
use crate::span::Span;

const WHAT: &str = "answer of an RPC provider";
/// The most releases of one app in one block that are read.
const MAX_LOGS: usize = 64;
/// The most characters of a provider's reason that are kept.
const MAX_REASON: usize = 200;

/// What the provider said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said<T> {
    /// The answer.
    Value(T),
    /// Its reason for giving none: an error object of JSON-RPC.
    Refused(String),
}

/// The block in which the register notes the app's latest release; `None` when it notes none.
///
/// # Errors
/// When it is not JSON-RPC's answer to question 1 with one word that is a number of 32 bits. No
/// word at all means that no contract is at the address on this chain.
pub(crate) fn latest_release(answer: &str) -> Result<Said<Option<u32>>, Error> {
    returned(answer, |word| {
        let block = abi::number(word).and_then(|number| u32::try_from(number).ok());
        block.map(|block| (block != 0).then_some(block)).ok_or("the number has more than 32 bits")
    })
}

/// Whether the app's contract allows the app-compose file.
///
/// # Errors
/// When it is not JSON-RPC's answer to question 1 with one word that is 0 or 1.
pub(crate) fn is_allowed(answer: &str) -> Result<Said<bool>, Error> {
    returned(answer, |word| match abi::number(word) {
        Some(0) => Ok(false),
        Some(1) => Ok(true),
        _ => Err("expected the word 0 or 1"),
    })
}

/// The image digest of the release of `app` that `controller` notes in `block`: the last one when
/// there are several, by their index in the block. `None` when the answer has none.
///
/// # Errors
/// When it is not JSON-RPC's answer to question 1, has more than 64 logs, or one that is of
/// another contract, app, block or event, that was taken back, or that cannot be decoded.
pub(crate) fn release(
    answer: &str,
    controller: Address,
    app: Address,
    block: u32,
) -> Result<Said<Option<Sha256>>, Error> {
    let logs = match result(answer)? {
        Said::Refused(why) => return Ok(Said::Refused(why)),
        Said::Value(Value::Array(logs)) => logs,
        Said::Value(_) => return Err(other("expected a list of logs")),
    };
    Error::cap("number of logs", logs.len(), MAX_LOGS)?;
    let mut last: Option<(u64, Sha256)> = None;
    for log in &logs {
        let (index, digest) = one(log, controller, app, block)?;
        match last {
            Some((known, _)) if known == index => return Err(other("two logs have one index")),
            Some((known, _)) if known > index => {}
            _ => last = Some((index, digest)),
        }
    }
    Ok(Said::Value(last.map(|(_, digest)| digest)))
}

/// Index and image digest of a log.
fn one(log: &Value, controller: Address, app: Address, block: u32) -> Result<(u64, Sha256), Error> {
    let text = |name: &str| log.get(name).and_then(Value::as_str);
    if text("address").and_then(|text| text.parse().ok()) != Some(controller) {
        return Err(other("a log is of another contract"));
    }
    if text("blockNumber").and_then(quantity) != Some(u64::from(block)) {
        return Err(other("a log is of another block"));
    }
    if log.get("removed").is_some_and(|removed| *removed != Value::Bool(false)) {
        return Err(other("a log was taken back"));
    }
    let topics = log.get("topics").and_then(Value::as_array).map(Vec::as_slice);
    let Some([event, subject]) = topics else {
        return Err(other("a log has not two topics"));
    };
    let hash = |topic: &Value| topic.as_str().and_then(|text| bytes(text)?.try_into().ok());
    if hash(subject) != Some(word(&app)) {
        return Err(other("a log is of another app"));
    }
    let event = hash(event).ok_or_else(|| other("a topic is not 32 bytes"))?;
    let index = text("logIndex").and_then(quantity).ok_or_else(|| other("a log has no index"))?;
    let data = text("data").and_then(bytes).ok_or_else(|| other("a log's data is not hex"))?;
    Ok((index, abi::image_digest(&Keccak256(event), &data)?))
}

/// The one word that a contract returned.
fn returned<T>(
    answer: &str,
    read: impl FnOnce(&[u8; 32]) -> Result<T, &'static str>,
) -> Result<Said<T>, Error> {
    let data = match result(answer)? {
        Said::Refused(why) => return Ok(Said::Refused(why)),
        Said::Value(result) => result.as_str().and_then(bytes),
    };
    let data = data.ok_or_else(|| other("expected hex digits after 0x"))?;
    if data.is_empty() {
        return Err(other("no contract answers at this address"));
    }
    let word = <&[u8; 32]>::try_from(data.as_slice()).map_err(|_| other("expected one word"))?;
    read(word).map(Said::Value).map_err(other)
}

/// The result in an answer to question 1.
fn result(answer: &str) -> Result<Said<Value>, Error> {
    Error::cap(WHAT, answer.len(), MAX_ANSWER)?;
    let mut answer: Value = crate::json::from_slice(WHAT, answer.as_bytes())?;
    let is = |name: &str, value: Value| answer.get(name) == Some(&value);
    if !is("jsonrpc", "2.0".into()) {
        return Err(other("expected JSON-RPC 2.0"));
    }
    if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
        let code = error.get("code").and_then(Value::as_i64).unwrap_or_default();
        let reason = error.get("message").and_then(Value::as_str).unwrap_or_default();
        let reason: String = reason.chars().take(MAX_REASON).collect();
        return Ok(Said::Refused(format!("error {code}: {reason}")));
    }
    if !is("id", 1.into()) {
        return Err(other("it answers another question's number"));
    }
    match answer.get_mut("result").map(Value::take) {
        Some(result) if !result.is_null() => Ok(Said::Value(result)),
        _ => Err(other("it has no result")),
    }
}

/// Bytes in hex after `0x`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

/// A number in hex after `0x`.
fn quantity(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("0x")?;
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    plain.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}

fn other(why: &'static str) -> Error {
    Error::malformed(WHAT, Span::new(0, 0), why)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::services::registry::parse::abi::tests::upgraded;

    const CONTROLLER: Address = Address([0xcc; 20]);
    const APP: Address = Address([0x11; 20]);
    const BLOCK: u32 = 0x0150_0000;

    fn answered(result: Value) -> String {
        json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string()
    }

    fn log(index: u64, digest: u8, version: usize) -> Value {
        json!({
            "address": CONTROLLER.to_string(),
            "blockNumber": format!("0x{BLOCK:x}"),
            "data": format!("0x{}", hex::encode(upgraded(&[[digest; 32]], version == 1))),
            "logIndex": format!("0x{index:x}"),
            "removed": false,
            "topics": [
                format!("0x{}", abi::releases()[version]),
                format!("0x{}", hex::encode(word(&APP))),
            ],
        })
    }

    fn read(logs: &[Value]) -> Result<Said<Option<Sha256>>, Error> {
        release(&answered(json!(logs)), CONTROLLER, APP, BLOCK)
    }

    #[test]
    fn the_last_release_of_a_block_counts_in_whatever_order_it_stands() {
        let of = |digest: u8| Said::Value(Some(Sha256([digest; 32])));
        assert_eq!(read(&[log(3, 0xaa, 0)]).unwrap(), of(0xaa));
        assert_eq!(read(&[log(3, 0xaa, 0), log(9, 0xbb, 1)]).unwrap(), of(0xbb));
        assert_eq!(read(&[log(9, 0xbb, 1), log(3, 0xaa, 0)]).unwrap(), of(0xbb));
        assert_eq!(read(&[]).unwrap(), Said::Value(None));
        assert!(read(&[log(3, 0xaa, 0), log(3, 0xbb, 0)]).is_err());
        assert!(read(&vec![log(3, 0xaa, 0); 65]).is_err());
    }

    #[test]
    fn a_log_of_something_else_is_refused() {
        let spoiled: [(&str, Value); 15] = [
            ("address", APP.to_string().into()),
            ("address", Value::Null),
            ("blockNumber", "0x1".into()),
            ("blockNumber", format!("0x+{BLOCK:x}").into()),
            ("blockNumber", BLOCK.into()),
            ("removed", true.into()),
            ("removed", Value::Null),
            ("topics", json!([])),
            ("topics", json!([log(0, 0, 0)["topics"][0]])),
            ("topics", json!([log(0, 0, 0)["topics"][1], log(0, 0, 0)["topics"][1]])),
            ("topics", json!([log(0, 0, 0)["topics"][0], format!("0x{}", "00".repeat(32))])),
            ("data", "0x".into()),
            ("data", "0x0".into()),
            ("data", log(0, 0, 1)["data"].clone()),
            ("logIndex", "0x".into()),
        ];
        for (member, value) in spoiled {
            let mut log = log(3, 0xaa, 0);
            log[member] = value.clone();
            assert!(read(&[log]).is_err(), "{member} {value}");
        }
    }

    #[test]
    fn one_word_is_a_block_or_an_answer() {
        let word = |number: u64| answered(format!("0x{number:064x}").into());
        assert_eq!(latest_release(&word(7)).unwrap(), Said::Value(Some(7)));
        assert_eq!(latest_release(&word(0)).unwrap(), Said::Value(None));
        assert!(latest_release(&word(1 << 32)).is_err());
        assert_eq!(is_allowed(&word(1)).unwrap(), Said::Value(true));
        assert_eq!(is_allowed(&word(0)).unwrap(), Said::Value(false));
        assert!(is_allowed(&word(2)).is_err());
        let long = format!("0x{}", "00".repeat(33));
        for result in ["0x", "0x1", "", "1", "0xzz", &long, &long[..64], "0X00"] {
            assert!(latest_release(&answered(result.into())).is_err(), "{result}");
            assert!(is_allowed(&answered(result.into())).is_err(), "{result}");
        }
        let all = format!("0x{}", "ff".repeat(32));
        assert!(latest_release(&answered(all.as_str().into())).is_err());
    }

    #[test]
    fn what_is_no_answer_to_the_question_is_told_apart() {
        let refused = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"too many"}}"#;
        let why = Said::Refused("error -32005: too many".into());
        assert_eq!(latest_release(refused).unwrap(), why);
        for bad in [
            "",
            "<html>",
            "[]",
            "null",
            r#"{"jsonrpc":"2.0","id":2,"result":"0x00"}"#,
            r#"{"jsonrpc":"2.0","id":"1","result":"0x00"}"#,
            r#"{"jsonrpc":"1.0","id":1,"result":"0x00"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":"0x00","result":"0x01"}"#,
        ] {
            assert!(latest_release(bad).is_err(), "{bad}");
            assert!(release(bad, CONTROLLER, APP, BLOCK).is_err(), "{bad}");
        }
        assert!(latest_release(&" ".repeat(MAX_ANSWER + 1)).is_err());
    }
}

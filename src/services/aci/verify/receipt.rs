//! Receipts against the keys that a quote names, and sessions against receipts.

use crate::crypto::{self, Algorithm, Message, Signature};
use crate::finding::{Check, Finding, Value, Why};
use crate::hex;
use crate::services::aci::checks;
use crate::services::aci::parse::{Keyset, Receipt, Session};
use crate::time::UnixTime;

/// What a receipt that holds says of a session.
#[derive(Clone, Debug)]
pub(crate) struct Cited {
    /// The session's id, hex.
    pub session: String,
    /// When the request was served, by the service's word.
    pub served_at: i64,
}

impl Cited {
    /// What `receipt` says; the caller knows that it holds.
    pub(crate) fn of(receipt: &Receipt) -> Option<Self> {
        let session = receipt.event("upstream.verified")?.session_id.clone()?;
        Some(Self { session, served_at: receipt.served_at })
    }
}

/// A key that the quote names signed exactly these words, about exactly these keys. `holds` is
/// whether a verified quote names the keys, or what keeps it from being known.
pub(crate) fn receipt(
    receipt: &Receipt,
    keyset: &Keyset,
    holds: Result<(), &'static Check>,
) -> Finding {
    let check = &checks::ACI_RECEIPT;
    let Ok(digest) = &keyset.digest else { return Finding::blocked(check, &checks::ACI_KEYSET) };
    if receipt.workload_keyset_digest != format!("sha256:{digest}") {
        return Finding::fail(check, "not-equal")
            .expected(format!("sha256:{digest}"))
            .actual(receipt.workload_keyset_digest.as_str());
    }
    let named: Vec<_> = keyset.receipts.iter().filter(|key| key.key_id == receipt.key_id).collect();
    let [key] = named.as_slice() else {
        return Finding::fail(check, "not-listed").actual(receipt.key_id.as_str());
    };
    if key.algo != "ed25519" {
        return Finding::unknown(check, Why::NotSupported).actual(key.algo.as_str());
    }
    let (Ok(public), Ok(signature)) =
        (hex::decode(&key.public_key), hex::decode(&receipt.signature))
    else {
        return Finding::fail(check, "malformed").actual(receipt.signature.as_str());
    };
    let message = Message::Bytes(receipt.signed.as_bytes());
    let signed =
        crypto::verify(Algorithm::Ed25519, &public, message, Signature::Octets(&signature));
    match signed {
        Err(_) => Finding::fail(check, "bad-signature"),
        Ok(()) => match holds {
            Ok(()) => Finding::pass(check),
            Err(by) => Finding::blocked(check, by),
        },
    }
    .actual(receipt.receipt_id.as_str())
}

/// A session against the receipts that hold.
pub(crate) fn session(session: &Session, cited: &[Cited]) -> Finding {
    let check = &checks::ACI_SESSION;
    let id = session.id.to_string();
    let named: Vec<&Cited> = cited.iter().filter(|cited| cited.session == id).collect();
    let inside = |cited: &&Cited| {
        cited.served_at >= session.established_at && cited.served_at < session.expires_at
    };
    let finding = if !session.evidence_agrees() {
        Finding::fail(check, "disagree")
    } else if named.is_empty() {
        Finding::no_reference(check)
    } else if !named.iter().all(inside) {
        Finding::fail(check, "outside").expected(format!(
            "{} to {}",
            UnixTime(session.established_at),
            UnixTime(session.expires_at)
        ))
    } else {
        Finding::warn(check, "own-word")
    };
    finding.actual(Value::hex(session.id.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Sha256;

    /// Dstack-TEE/private-ai-gateway, `spec/test-vectors.md` section 4.
    const VECTOR: &str = r#"{"api_version":"aci/1","chat_id":"chatcmpl-123","endpoint":"/v1/chat/completions","event_log":[{"body_hash":"sha256:94d809bf47380d8a2eab0eb6e126d4dda9364b0b4725cdf7ead52dd70b2aa87b","type":"request.received"},{"body_hash":"sha256:94d809bf47380d8a2eab0eb6e126d4dda9364b0b4725cdf7ead52dd70b2aa87b","type":"request.forwarded"},{"model_id":"demo-model","required":true,"result":"verified","session_id":"95ad1cb4dd25445808c2e9d116caf420b05703730b506395e8fc1ca6faeae28f","type":"upstream.verified"},{"body_hash":"sha256:dedfffe5b14d031b8e2c01996d021a15293cb7c63b56be7e4be9e89b6f0a5f61","type":"response.returned"}],"key_id":"receipt-1","method":"POST","model":"demo-model","receipt_id":"rcpt-0001","served_at":1750000000,"signature":"d5b005e093bde3b577faf270b7184b09e169cacb0ecb206b103bd2581f997db03da616175454b063323a23ac1dc68f1ce506c2a6eba8aa0561d5e724f0b80c03","workload_keyset_digest":"sha256:53a5cd44b30dcc51999754c719f2628a041f174ecbf9662a6f8e898a10cd9371"}"#;
    /// The same, section 1.
    const KEYSET: &str = r#"{"e2ee_public_keys":[{"algo":"x25519-aes-256-gcm-hkdf-sha256","key_id":"e2ee-1","public_key":"5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"}],"not_after":1800000000,"receipt_signing_keys":[{"algo":"ed25519","key_id":"receipt-1","public_key":"8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394"}],"subject":"dstack-app://example-app","tls_public_keys":[{"domain":"api.example.com","spki_sha256":"c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"}]}"#;

    fn own(text: &str, holds: Result<(), &'static Check>) -> Finding {
        let read = Receipt::parse(text.as_bytes()).unwrap();
        receipt(&read, &Keyset::parse(KEYSET).unwrap(), holds)
    }

    #[test]
    fn the_receipt_of_the_public_vector_holds_in_any_encoding() {
        let value: serde_json::Value = serde_json::from_str(VECTOR).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [VECTOR, &pretty] {
            assert!(own(text, Ok(())).passed());
            let read = Receipt::parse(text.as_bytes()).unwrap();
            assert_eq!(
                Sha256::of(read.signed.as_bytes()).to_string(),
                "1bd328e6880a5a12b3915af95ea32111310e04ab9e21ac3d71ce268e33b965c9"
            );
            assert!(Cited::of(&read).unwrap().session.starts_with("95ad1cb4"));
        }
    }

    #[test]
    fn a_receipt_under_keys_that_no_quote_names_shows_nothing() {
        assert!(!own(VECTOR, Err(&checks::ACI_REPORT_DATA)).outcome.holds());
        for (old, new) in [
            ("chatcmpl-123", "chatcmpl-124"),
            ("1750000000", "1750000001"),
            ("d5b005e0", "d5b005e1"),
            ("\"receipt_id\"", "\"extra\":1,\"receipt_id\""),
        ] {
            let finding = own(&VECTOR.replace(old, new), Ok(()));
            assert_eq!(finding.outcome.reason(), Some("bad-signature"), "{old}");
        }
        let finding = own(&VECTOR.replace("53a5cd44", "53a5cd45"), Ok(()));
        assert_eq!(finding.outcome.reason(), Some("not-equal"));
    }
}

//! The keys that the binding names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::binding::Teller;
use crate::digest::Sha256;
use crate::finding::{Check, Finding, Value, Why, connection};
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::binding::{SEALED_REQUEST, TLS};
use crate::services::coordinator::parse::{Binding, Key};

/// The one algorithm of sealed requests.
const ALGORITHM: &str = "x25519-nacl-box";

/// What the service says elsewhere about the key that requests are sealed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Published {
    /// Nobody asked, or no answer came.
    NotFetched,
    /// It says that it has none.
    None,
    /// It answered, and not with a key.
    Malformed,
    /// The key, and the id that came with it.
    Key {
        /// 32 bytes.
        key: [u8; 32],
        /// The id, as written.
        kid: Option<String>,
    },
}

/// Who shows which image speaks in the binding: what a machine says about itself is worth as much
/// as its software is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    /// Nobody.
    Unknown,
    /// A provider says so.
    ByProvider,
    /// A chip measured what leads to it.
    Measured,
}

/// What a connection to the service showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// This process connected and met a key with this SHA-256.
    Met(Sha256),
    /// Whoever connected could not see the key, as in a web page; or nobody did.
    NotSeen,
    /// A recording says which key its connection met.
    Recorded,
}

/// The keys. `covered` says whether evidence covers the binding, `speaker` how well it is known
/// which image speaks in it, `teller` who says what the service answered elsewhere.
pub(crate) fn appraise(
    binding: &Binding,
    covered: bool,
    speaker: Speaker,
    (published, teller): (&Published, Teller),
    seen: Connection,
) -> Vec<Finding> {
    if !covered {
        return blocked(&checks::BINDING_DIGEST);
    }
    let sealed: Vec<&Key> = binding.keys_for(SEALED_REQUEST).collect();
    let tls: Vec<&Key> = binding.keys_for(TLS).collect();
    vec![
        sealed_key(&sealed, published, teller),
        key_id(&sealed, published),
        custody(&sealed, speaker),
        connection(&tls, seen),
        tls_end(&tls, speaker),
    ]
}

/// Every finding of this module as blocked by `by`.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    let checks = [
        &checks::BINDING_SEALED_KEY,
        &checks::BINDING_KEY_ID,
        &checks::BINDING_CUSTODY,
        &connection::TLS_CONNECTION,
        &checks::BINDING_TLS_END,
    ];
    checks.into_iter().map(|check| Finding::blocked(check, by)).collect()
}

/// The key that the binding names for sealed requests, when it names one that can be used.
pub(crate) fn sealed(binding: &Binding) -> Option<[u8; 32]> {
    let mut keys = binding.keys_for(SEALED_REQUEST);
    let key = keys.next().filter(|_| keys.next().is_none())?;
    bytes(key.public_key.as_deref()?)
}

/// 32 bytes from standard base64 with padding.
pub(crate) fn bytes(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The key in the binding is the one that the service hands to clients, on all 32 bytes. The short
/// id would not do: 64 bits can be met by trying.
fn sealed_key(keys: &[&Key], published: &Published, teller: Teller) -> Finding {
    let check = &checks::BINDING_SEALED_KEY;
    let key = match keys {
        [] => return Finding::unknown(check, Why::NotPublished),
        [key] => key,
        _ => return Finding::fail(check, "not-exactly-one"),
    };
    if let Some(other) = key.alg.as_deref().filter(|alg| *alg != ALGORITHM) {
        return Finding::unknown(check, Why::NotSupported).expected(ALGORITHM).actual(other);
    }
    let Some(bound) = key.public_key.as_deref().and_then(bytes) else {
        let actual = key.public_key.clone().unwrap_or_default();
        return Finding::fail(check, "malformed").expected("32 bytes in base64").actual(actual);
    };
    match published {
        Published::Key { key, .. } => teller.compared(Finding::equal(check, &bound, key)),
        // Nothing was compared: no other key was handed out, and none at all.
        Published::Malformed => {
            Finding::unknown(check, Why::NotSupported).expected(Value::hex(bound))
        }
        Published::NotFetched => {
            Finding::unknown(check, Why::NotFetched).expected(Value::hex(bound))
        }
        Published::None => Finding::unknown(check, Why::NotPublished).expected(Value::hex(bound)),
    }
}

/// The short ids are those of their keys.
fn key_id(keys: &[&Key], published: &Published) -> Finding {
    let check = &checks::BINDING_KEY_ID;
    let bound = keys
        .iter()
        .filter_map(|key| Some((key.public_key.as_deref().and_then(bytes)?, key.kid.clone()?)));
    let answered = match published {
        Published::Key { key, kid: Some(kid) } => Some((*key, kid.clone())),
        _ => None,
    };
    let ids: Vec<([u8; 32], String)> = bound.chain(answered).collect();
    let id = |key: &[u8; 32]| Sha256::of(key).to_string().chars().take(16).collect::<String>();
    match ids.iter().find(|(key, kid)| id(key) != *kid) {
        Some((key, kid)) => Finding::fail(check, "disagree").expected(id(key)).actual(kid.as_str()),
        None => match ids.first() {
            Some((_, kid)) => Finding::pass(check).actual(kid.as_str()),
            None => Finding::unknown(check, Why::NotApplicable),
        },
    }
}

/// Where the machine says that the key was made. Only measured software that is known is believed
/// about itself; against its own interest anyone is.
fn custody(keys: &[&Key], speaker: Speaker) -> Finding {
    let check = &checks::BINDING_CUSTODY;
    let Some(said) = keys.first().and_then(|key| key.custody.as_deref()) else {
        return Finding::unknown(check, Why::NotPublished);
    };
    match said {
        "tee-generated" => own_word(check, speaker),
        "kms-derived" => Finding::warn(check, "kms-derived"),
        "operator-provisioned" => Finding::warn(check, "operator-provisioned"),
        _ => Finding::unknown(check, Why::NotSupported),
    }
    .actual(said)
}

/// The connection of this process met a TLS key that the binding names. A web page cannot see the
/// key of its connection, and what a recording says of another's is nobody's observation: then the
/// key in the binding stays a declaration.
fn connection(keys: &[&Key], seen: Connection) -> Finding {
    let check = &connection::TLS_CONNECTION;
    let bound: Vec<&str> = keys.iter().filter_map(|key| key.spki_sha256.as_deref()).collect();
    if bound.is_empty() {
        return Finding::unknown(check, Why::NotPublished);
    }
    match seen {
        Connection::Met(seen) => {
            let holds = bound.iter().any(|bound| bound.parse() == Ok(seen));
            Finding::test(check, holds, "not-equal").actual(Value::hex(seen.0))
        }
        Connection::NotSeen => Finding::unknown(check, Why::NotSupported),
        Connection::Recorded => Finding::unknown(check, Why::SelfStated),
    }
    .expected(Value::Hex(bound.join(", ")))
}

/// Where the machine says that TLS ends. Outside the workload, whoever runs the host reads what is
/// not sealed.
fn tls_end(keys: &[&Key], speaker: Speaker) -> Finding {
    let check = &checks::BINDING_TLS_END;
    let mut said = keys.iter().map(|key| key.terminates.as_deref());
    let outside = said.clone().flatten().find(|end| *end != "workload");
    match (outside, said.next().flatten()) {
        (Some("host"), _) => Finding::warn(check, "host").actual("host"),
        (Some("edge"), _) => Finding::warn(check, "edge").actual("edge"),
        (Some(other), _) => Finding::unknown(check, Why::NotSupported).actual(other),
        (None, None) => Finding::unknown(check, Why::NotPublished),
        (None, Some(inside)) => own_word(check, speaker).actual(inside),
    }
}

/// What a machine says in its own favour.
const fn own_word(check: &'static Check, speaker: Speaker) -> Finding {
    match speaker {
        Speaker::Measured => Finding::pass(check),
        Speaker::ByProvider => Finding::warn(check, "issuer-is-the-verifier"),
        Speaker::Unknown => Finding::blocked(check, &checks::COORDINATOR_IMAGE),
    }
}

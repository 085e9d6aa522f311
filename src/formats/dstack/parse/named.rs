//! dstack's attestation, version 1: a map in MessagePack that names what version 0 has in order
//! (dstack, `dstack-attest`, `v1.rs`; its events in `cc-eventlog`, `tdx.rs`).
//!
//! No real one was at hand: what is read here was written down from the definition.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::formats::snp::parse::Report;
use crate::wire::msgpack::Value;

use super::attestation::Event;
use super::{SnpAttestation, TdxAttestation};

const WHAT: &str = "dstack attestation, version 1";

/// The most events of a log.
const MAX_EVENTS: usize = 16 * 1024;

/// The most certificates.
const MAX_CERTIFICATES: usize = 16;

/// A map of three, as `rmp_serde` writes it with names: the version comes first.
const VERSION: &[u8] = b"\x83\xa7version";

/// Then the platform, its kind first.
const PLATFORM: &[u8] = b"\xa8platform\x82\xa4kind";

/// An attestation by the machine that it is of.
#[derive(Clone, Debug)]
pub(super) enum Platform<'a> {
    Tdx(TdxAttestation<'a>),
    Snp(SnpAttestation<'a>),
    /// AWS's document of a Nitro enclave. The rest is dstack's and is not read.
    Nitro(Vec<u8>),
}

/// The platform that the first bytes name, when they are of version 1.
pub(super) fn platform(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(VERSION)?.strip_prefix(&[1])?.strip_prefix(PLATFORM)?;
    let (&first, rest) = rest.split_first()?;
    let len = usize::from(first.checked_sub(0xa0).filter(|len| *len < 0x20)?);
    std::str::from_utf8(rest.get(..len)?).ok()
}

/// The form of bytes that begin as a version which is not read, in words.
pub(super) fn unread(bytes: &[u8]) -> Option<String> {
    match (bytes.strip_prefix(VERSION)?, platform(bytes)) {
        (_, Some("tdx" | "sev-snp" | "nitro-enclave")) => None,
        (_, Some(name)) => Some(format!("version 1 (MessagePack), of {}", machine(name))),
        ([version @ ..0x80, rest @ ..], None) if rest.starts_with(b"\xa8platform") => {
            Some(format!("version {version} (MessagePack)"))
        }
        _ => None,
    }
}

fn machine(name: &str) -> &'static str {
    match name {
        "gcp-tdx" => "a TDX guest on Google Cloud",
        "aws-nitro-tpm" => "an AWS machine with a NitroTPM",
        _ => "an unknown machine",
    }
}

/// # Errors
/// When it is cut or longer than it says, of another version or machine, or lacks a member.
pub(super) fn parse(bytes: &[u8]) -> Result<Platform<'_>, Error> {
    let whole = Value::of(WHAT, bytes)?;
    let members = whole.map()?;
    if member(&members, whole, "version")?.number()? != 1 {
        return Err(whole.error("its version is not 1"));
    }
    let (kind, platform) = tagged(member(&members, whole, "platform")?)?;
    if kind == "nitro-enclave" {
        let own = platform.map()?;
        let document = member(&own, platform, "nsm_quote")?.bytes()?;
        return Ok(Platform::Nitro(document.into_owned()));
    }
    let (of, stack) = tagged(member(&members, whole, "stack")?)?;
    if !matches!(of, "dstack" | "dstack-pod") {
        return Err(whole.error("its stack is of an unknown kind"));
    }
    let said = stack.map()?;
    let asked = member(&said, stack, "report_data")?;
    let report_data = <[u8; 64]>::try_from(&*asked.bytes()?)
        .map_err(|_| asked.error("report data is 64 bytes long"))?;
    let vm_config = member(&said, stack, "config")?.text()?;
    let own = platform.map()?;
    let get = |name| member(&own, platform, name);
    match kind {
        "tdx" => {
            let events = get("event_log")?.list(MAX_EVENTS)?;
            let events = events.into_iter().map(event).collect::<Result<_, _>>()?;
            let quote = get("quote")?.bytes()?;
            Ok(Platform::Tdx(TdxAttestation { quote, events, report_data, vm_config }))
        }
        "sev-snp" => {
            let report = get("report")?.bytes()?;
            if report.len() != Report::LEN {
                return Err(platform.error("a report has another length"));
            }
            let certificates = get("cert_chain")?.list(MAX_CERTIFICATES)?;
            let certificates =
                certificates.into_iter().map(Value::bytes).collect::<Result<_, _>>()?;
            let document = get("mr_config")?.text()?;
            Ok(Platform::Snp(SnpAttestation {
                report,
                certificates,
                document,
                report_data,
                vm_config,
            }))
        }
        _ => Err(whole.error("its platform is of an unknown kind")),
    }
}

/// A map of a kind and its data.
fn tagged(value: Value<'_>) -> Result<(&str, Value<'_>), Error> {
    let members = value.map()?;
    Ok((member(&members, value, "kind")?.text()?, member(&members, value, "data")?))
}

fn member<'a>(
    members: &BTreeMap<&'a str, Value<'a>>,
    of: Value<'a>,
    name: &'static str,
) -> Result<Value<'a>, Error> {
    members.get(name).copied().ok_or_else(|| of.error("a member is missing"))
}

fn event(value: Value<'_>) -> Result<Event<'_>, Error> {
    let members = value.map()?;
    let get = |name| member(&members, value, name);
    let rest = |name| members.get(name).copied();
    Ok(Event {
        rtmr: get("imr")?.number()?,
        kind: get("event_type")?.number()?,
        digest: rest("digest").map(Value::bytes).transpose()?.unwrap_or_default(),
        name: get("event")?.text()?,
        payload: get("event_payload")?.bytes()?,
        version: rest("version").map(Value::number).transpose()?,
        preimage: rest("preimage").map(Value::text).transpose()?,
    })
}

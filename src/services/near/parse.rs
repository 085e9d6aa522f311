//! NEAR AI's attestation report (`GET /v1/attestation/report`), and what one machine of it answers
//! by itself. Members as in the public code of nearai/cloud-api (MIT), nearai/inference-proxy and
//! nearai/nearai-cloud-verifier (Apache-2.0). Apart from Intel's quotes and the GPUs' reports nobody
//! signs any of it.

use std::borrow::Cow;

use crate::digest::Sha256;
use crate::error::Error;
use crate::formats::gpu::parse::Evidence;
use crate::hex;
use crate::json::Members;
use crate::span::Span;

const WHAT: &str = "NEAR AI attestation report";

/// A report, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// Whether it is the whole answer of the gateway, and not one machine's alone.
    pub is_whole: bool,
    /// The machines, in order, the gateway first. Never empty, and at most [`Report::MACHINES`].
    pub machines: Vec<Machine>,
    /// The gateway's TLS certificate, PEM.
    pub tls_certificate: Option<String>,
}

/// What one machine answers. Values are as they stand, hex unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Machine {
    /// `gateway`, `model-1` and so on; empty when it came alone.
    pub name: String,
    /// Whether it is the gateway, which has no GPU.
    pub is_gateway: bool,
    /// Intel's quote; without one the answer is in a form that is not read here.
    pub quote: Option<String>,
    /// What the answer calls its own form, when it has no quote.
    pub form: Option<String>,
    /// The signing address: 20 bytes of an Ethereum address or an Ed25519 key, with 0x or without.
    pub address: Option<String>,
    /// `ecdsa` or `ed25519`.
    pub algorithm: Option<String>,
    /// The signing key itself.
    pub public_key: Option<String>,
    /// SHA-256 of the TLS key's SubjectPublicKeyInfo.
    pub fingerprint: Option<String>,
    /// The question, as the answer repeats it.
    pub nonce: Option<String>,
    /// REPORTDATA, as the answer repeats it.
    pub report_data: Option<String>,
    /// The model, in the service's words.
    pub model: Option<String>,
    /// The machine's host name in the service's private network, in its words.
    pub host: Option<String>,
    /// dstack's event log, JSON.
    pub event_log: Option<String>,
    /// What dstack's agent says about the machine, JSON.
    pub info: Option<String>,
    /// What the machine's GPUs answer.
    pub gpus: Option<Evidence>,
    /// What the manager of the machine's containers answers.
    pub manager: Option<Manager>,
    /// The key for Oblivious HTTP.
    pub ohttp: Option<Ohttp>,
}

/// What `GET /v1/signature/{id}` answers: a signature over one request and its response.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    /// What was signed.
    pub text: String,
    /// SHA-256 of the request's body, as the text has it.
    pub request: Sha256,
    /// SHA-256 of the response's body, as the text has it.
    pub response: Sha256,
    /// The signature, hex.
    pub signature: String,
    /// The address of the key, as in [`Machine::address`].
    pub address: String,
    /// `ecdsa` or `ed25519`; absent for the first.
    pub algorithm: Option<String>,
}

impl Signed {
    /// Whether an object with these members is one.
    pub(crate) fn is_one(has: impl Fn(&str) -> bool) -> bool {
        ["text", "signature", "signing_address"].into_iter().all(has)
    }

    /// Reads one. The text has the two hashes in hex with a colon between them, after the model's name
    /// where a machine's own proxy wrote it.
    pub(crate) fn parse(input: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "NEAR AI signature";
        crate::json::unique(WHAT, input)?;
        let text = str::from_utf8(input).map_err(|error| {
            Error::malformed(WHAT, Span::new(error.valid_up_to(), 1), "it is not UTF-8")
        })?;
        let members = Members::parse(WHAT, text.trim_ascii())?;
        let need = |name: &'static str| {
            let refused = || Error::malformed(WHAT, Span::new(0, input.len()), name);
            members.text(name)?.ok_or_else(refused)
        };
        let text = need("text")?;
        let mut parts = text.rsplitn(3, ':');
        let mut hash = || parts.next().and_then(|part| part.parse::<Sha256>().ok());
        let (response, request) = (hash(), hash());
        let (Some(response), Some(request)) = (response, request) else {
            let why = "the text does not name two SHA-256";
            return Err(Error::malformed(WHAT, Span::new(0, input.len()), why));
        };
        Ok(Self {
            request,
            response,
            signature: need("signature")?,
            address: need("signing_address")?,
            algorithm: members.text("signing_algo")?,
            text,
        })
    }
}

/// `compose_manager_attestation`.
#[derive(Clone, Debug)]
pub(crate) struct Manager {
    /// Intel's quote.
    pub quote: Option<String>,
    /// The list of actions.
    pub actions: Actions,
    /// The hash of the list, as the answer states it.
    pub actions_hash: Option<String>,
    /// The question, as the answer repeats it.
    pub nonce: Option<String>,
    /// REPORTDATA, as the answer repeats it.
    pub report_data: Option<String>,
    /// dstack's event log, JSON.
    pub event_log: Option<String>,
}

/// `actions`: compact JSON in each order of members whose hash the manager is known to name.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    /// The manager's own order, in which it takes the hash.
    own: String,
    /// Sorted by name, as the gateway hands them on.
    sorted: String,
}

impl Actions {
    /// The manager's order; members that are absent are left out.
    const ORDER: [&str; 8] =
        ["timestamp", "action", "container", "tag", "commit", "file", "file_sha256", "services"];

    fn read(json: &str) -> Result<Self, Error> {
        Ok(Self {
            own: crate::json::ordered(WHAT, json, &Self::ORDER)?,
            sorted: crate::json::ordered(WHAT, json, &[])?,
        })
    }

    /// The bytes that are shown: those whose hash is `hash`, and the manager's order when there
    /// are none.
    pub(crate) fn bytes(&self, hash: Option<&[u8]>) -> &[u8] {
        let is_sorted = hash == Some(Sha256::of(self.sorted.as_bytes()).as_bytes());
        if is_sorted { self.sorted.as_bytes() } else { self.own.as_bytes() }
    }

    /// Whether `hash` is the SHA-256 of the list in one of these orders.
    pub(crate) fn has_hash(&self, hash: &[u8]) -> bool {
        Sha256::of(self.bytes(Some(hash))).as_bytes() == hash
    }
}

/// `ohttp_key_config` and `ohttp_attestation`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ohttp {
    /// The key configuration by itself (RFC 9458, section 3).
    pub config: Option<String>,
    /// The key configuration beside its signature.
    pub signed_config: Option<String>,
    /// `ed25519`.
    pub algorithm: Option<String>,
    /// The key that signed.
    pub signing_key: Option<String>,
    /// The signature over the configuration's bytes.
    pub signature: Option<String>,
}

impl Report {
    /// The largest report that is read, in bytes.
    pub(crate) const MAX: usize = 12 * 1024 * 1024;
    /// The most machines of one report.
    pub(crate) const MACHINES: usize = 16;
    /// Whether JSON with these members is the gateway's whole answer.
    pub(crate) fn is_whole(has: impl Fn(&str) -> bool) -> bool {
        has("gateway_attestation")
    }

    /// Whether JSON with these members is one machine's answer.
    pub(crate) fn is_machine(has: impl Fn(&str) -> bool) -> bool {
        has("intel_quote") && (has("signing_address") || has("nvidia_payload") || has("info"))
    }

    /// Reads a report of either form.
    ///
    /// # Errors
    /// When it is too large, not JSON of this form, has a member twice, or names too many machines
    /// or GPUs.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), Self::MAX)?;
        crate::json::unique(WHAT, bytes)?;
        let text = str::from_utf8(bytes).map_err(|error| {
            Error::malformed(WHAT, Span::new(error.valid_up_to(), 1), "it is not UTF-8")
        })?;
        let members = Members::parse(WHAT, text.trim_ascii())?;
        let mut machines = Vec::new();
        let is_whole = Self::is_whole(|name| members.has(name));
        if is_whole {
            let raw = members.raw("gateway_attestation").unwrap_or_default();
            let mut gateway = Machine::read(&Members::parse(WHAT, raw)?)?;
            // What stands beside the gateway's answer is the gateway's as well.
            gateway.ohttp = gateway.ohttp.or(Ohttp::read(&members)?);
            gateway.manager = gateway.manager.or(Manager::read(&members)?);
            gateway.is_gateway = true;
            gateway.name = "gateway".to_owned();
            machines.push(gateway);
            for raw in members.list("model_attestations")? {
                add(&mut machines, &Members::parse(WHAT, raw)?, "model")?;
            }
        } else {
            add(&mut machines, &members, "machine")?;
            if let [machine] = machines.as_mut_slice() {
                machine.name = String::new();
            }
        }
        Ok(Self { is_whole, machines, tls_certificate: members.text("tls_certificate")? })
    }
}

/// Adds an answer's machine, and those of `all_attestations` that are not the same one again.
fn add(machines: &mut Vec<Machine>, members: &Members<'_>, role: &str) -> Result<(), Error> {
    const MACHINES: &str = "number of machines in a NEAR AI report";
    let mut all = vec![Machine::read(members)?];
    for raw in members.list("all_attestations")? {
        let other = Members::parse(WHAT, raw)?;
        if !other.is_part_of(members) {
            Error::cap(MACHINES, all.len().saturating_add(1), Report::MACHINES)?;
            all.push(Machine::read(&other)?);
        }
    }
    for mut machine in all {
        let number = machines.iter().filter(|known| !known.is_gateway).count().saturating_add(1);
        machine.name = format!("{role}-{number}");
        machines.push(machine);
        Error::cap(MACHINES, machines.len(), Report::MACHINES)?;
    }
    Ok(())
}

impl Machine {
    fn read(members: &Members<'_>) -> Result<Self, Error> {
        let text = |name: &str| members.text(name);
        let json = |name: &str| Ok(members.embedded(name)?.map(Cow::into_owned));
        let host = match members.raw("vpc") {
            Some(raw) => Members::parse(WHAT, raw)?.text("vpc_hostname")?,
            None => None,
        };
        let gpus = members.embedded("nvidia_payload")?;
        let gpus =
            gpus.map(|json| Evidence::read("NEAR AI report, nvidia_payload", json.as_bytes()));
        let quote = text("intel_quote")?;
        let form = ["attestation_type", "provider", "format"].into_iter().find(|n| members.has(n));
        let form = match (&quote, form) {
            (None, Some(name)) => text(name)?,
            _ => None,
        };
        Ok(Self {
            name: String::new(),
            is_gateway: false,
            quote,
            form,
            address: text("signing_address")?,
            algorithm: text("signing_algo")?,
            public_key: text("signing_public_key")?,
            fingerprint: text("tls_cert_fingerprint")?,
            nonce: text("request_nonce")?,
            report_data: text("report_data")?,
            model: text("model_name")?,
            host,
            event_log: json("event_log")?,
            info: json("info")?,
            gpus: gpus.transpose()?,
            manager: Manager::read(members)?,
            ohttp: Ohttp::read(members)?,
        })
    }
}

impl Manager {
    fn read(members: &Members<'_>) -> Result<Option<Self>, Error> {
        let Some(raw) = members.raw("compose_manager_attestation") else { return Ok(None) };
        let members = Members::parse(WHAT, raw)?;
        let text = |name: &str| members.text(name);
        Ok(Some(Self {
            quote: text("quote")?,
            actions: Actions::read(members.raw("actions").unwrap_or("[]"))?,
            actions_hash: text("actions_hash")?,
            nonce: text("nonce")?,
            report_data: text("report_data")?,
            event_log: members.embedded("event_log")?.map(Cow::into_owned),
        }))
    }
}

impl Ohttp {
    fn read(members: &Members<'_>) -> Result<Option<Self>, Error> {
        let mut found = Self { config: members.text("ohttp_key_config")?, ..Self::default() };
        match members.raw("ohttp_attestation") {
            None if found.config.is_none() => return Ok(None),
            None => {}
            Some(raw) => {
                let members = Members::parse(WHAT, raw)?;
                found.signed_config = members.text("key_config")?;
                found.algorithm = members.text("signing_algo")?;
                found.signing_key = members.text("signing_key")?;
                found.signature = members.text("signature")?;
            }
        }
        Ok(Some(found))
    }
}

/// Bytes in hex of either case, with 0x or without.
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()
}

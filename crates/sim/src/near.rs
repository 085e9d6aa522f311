//! A simulated NEAR AI report: a gateway and the machine of a model, each a TDX guest of dstack,
//! with a simulated GPU, a compose manager and a key for Oblivious HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::{Sha256, Sha384};

use super::certificate::{Template, simulated_name};
use super::intel::{PckSpec, QuoteSpec, TdSpec, pem_chain};
use super::keys::Key;
use super::nvidia::{self, ReportSpec, Role};
use super::{ENTITY_VALIDITY, pem};

/// The question that healthy machines answer.
pub const NONCE: [u8; 32] = [0x5a; 32];

/// The point G of secp256k1, X then Y (SEC 2, section 2.4.1): the public key of the number one.
pub const SECP256K1_G: &str = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798\
                               483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";

/// The Ethereum address of that key.
pub const ADDRESS_OF_G: &str = "7e5f4552091a69125d5dfcb7b8c2659029395bdf";

/// A report that is not written yet.
#[derive(Clone, Debug)]
pub struct NearSpec {
    /// The gateway.
    pub gateway: MachineSpec,
    /// The machines of the model.
    pub models: Vec<MachineSpec>,
    /// The key of the certificate that comes along.
    pub tls: Option<Key>,
    /// Changes the JSON after it was made.
    pub last: fn(&mut Json),
}

/// One machine. What its quote says is made from these fields.
#[derive(Clone, Debug)]
pub struct MachineSpec {
    /// The guest; registers, MRCONFIGID and REPORTDATA are filled in.
    pub td: TdSpec,
    /// The platform's certificate.
    pub pck: PckSpec,
    /// The signing address in bytes.
    pub address: Vec<u8>,
    /// `ecdsa` or `ed25519`.
    pub algorithm: &'static str,
    /// The key that is published as the signing key, hex.
    pub public_key: Option<String>,
    /// The TLS key whose hash is published.
    pub tls: Option<Key>,
    /// The question.
    pub nonce: [u8; 32],
    /// REPORTDATA, when it is not what address, TLS key and question make.
    pub report_data: Option<[u8; 64]>,
    /// The app-compose file.
    pub compose: String,
    /// The instance in the log.
    pub instance: [u8; 20],
    /// The GPUs' reports.
    pub gpus: Vec<ReportSpec>,
    /// The list of actions of the compose manager.
    pub actions: Option<Json>,
    /// The text of that list whose hash the manager names; absent for compact JSON in sorted order.
    pub actions_text: Option<String>,
    /// The question that the manager answers.
    pub manager_nonce: [u8; 32],
    /// The instance in the manager's log.
    pub manager_instance: [u8; 20],
    /// What signs the key configuration for Oblivious HTTP.
    pub ohttp: Option<Key>,
}

/// The application of every machine.
pub const APP: [u8; 20] = [0x11; 20];

impl Default for NearSpec {
    fn default() -> Self {
        Self {
            gateway: MachineSpec::gateway(),
            models: vec![MachineSpec::model()],
            tls: Some(Key::Tls),
            last: |_| {},
        }
    }
}

impl NearSpec {
    /// The report as JSON.
    pub fn json(&self) -> Json {
        let mut gateway = self.gateway.json(true);
        let ohttp = gateway.as_object_mut().unwrap().remove("ohttp_attestation");
        let models: Vec<Json> = self.models.iter().map(|model| model.json(false)).collect();
        let mut report = json!({ "gateway_attestation": gateway, "model_attestations": models });
        if let Some(ohttp) = ohttp {
            report["ohttp_key_config"] = ohttp["key_config"].clone();
            report["ohttp_attestation"] = ohttp;
        }
        if let Some(key) = self.tls {
            report["tls_certificate"] = json!(pem("CERTIFICATE", &certificate(key)));
        }
        (self.last)(&mut report);
        report
    }

    /// The report.
    pub fn bytes(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }
}

impl MachineSpec {
    /// A gateway: an Ed25519 address with a TLS key, and Oblivious HTTP.
    pub fn gateway() -> Self {
        Self {
            td: TdSpec { xfam: [0xe7, 2, 6, 0, 0, 0, 0, 0], ..TdSpec::healthy() },
            pck: PckSpec::platform(),
            address: Key::NearSigning.public(),
            algorithm: "ed25519",
            public_key: None,
            tls: Some(Key::Tls),
            nonce: NONCE,
            report_data: None,
            compose: compose("gateway", 'a'),
            instance: [0x44; 20],
            gpus: Vec::new(),
            actions: None,
            actions_text: None,
            manager_nonce: NONCE,
            manager_instance: [0x44; 20],
            ohttp: Some(Key::NearSigning),
        }
    }

    /// A model's machine: an Ethereum address, one GPU and a compose manager.
    pub fn model() -> Self {
        Self {
            address: hex::decode(ADDRESS_OF_G).unwrap(),
            algorithm: "ecdsa",
            public_key: Some(format!("04{SECP256K1_G}")),
            tls: None,
            compose: compose("manager", 'b'),
            instance: [0x55; 20],
            gpus: vec![ReportSpec { nonce: NONCE, ..ReportSpec::default() }],
            actions: Some(json!([
                { "timestamp": "2026-01-01T00:00:00Z", "action": "compose_up", "commit": "c".repeat(40) },
                { "action": "compose_manager_started", "image": "registry.example/manager:1" },
            ])),
            manager_instance: [0x55; 20],
            ohttp: None,
            ..Self::gateway()
        }
    }

    /// The log of a guest of this instance, and the register it makes (dstack, `cc-eventlog`).
    pub fn log(&self, instance: &[u8; 20]) -> (Json, [u8; 48]) {
        let hash = Sha256::of(self.compose.as_bytes());
        let events: [(&str, &[u8]); 6] = [
            ("system-preparing", b""),
            ("app-id", &APP),
            ("compose-hash", hash.as_bytes()),
            ("instance-id", instance),
            ("key-provider", br#"{"name":"kms","id":"3059"}"#),
            ("system-ready", b""),
        ];
        let mut log = Vec::new();
        let mut register = [0; 48];
        for (name, payload) in events {
            let kind = 0x0800_0001_u32.to_le_bytes();
            let digest = Sha384::of_parts(&[&kind, b":", name.as_bytes(), b":", payload]);
            register = Sha384::of_parts(&[&register, digest.as_bytes()]).0;
            log.push(json!({
                "imr": 3, "event_type": 0x0800_0001, "digest": digest.to_string(),
                "event": name, "event_payload": hex::encode(payload),
            }));
        }
        (Json::Array(log), register)
    }

    /// REPORTDATA.
    pub fn report_data(&self) -> [u8; 64] {
        let named = match self.tls {
            Some(key) => {
                Sha256::of_parts(&[&self.address, Sha256::of(&key.spki()).as_bytes()]).0.to_vec()
            }
            None => [&self.address[..], &[0; 32]].concat()[..32].to_vec(),
        };
        let own = || [&named[..], &self.nonce].concat().try_into().unwrap();
        self.report_data.unwrap_or_else(own)
    }

    /// The guest with everything filled in.
    fn guest(&self, instance: &[u8; 20], report_data: [u8; 64]) -> TdSpec {
        let hash = Sha256::of(self.compose.as_bytes());
        TdSpec {
            rtmr: [[0; 48], [0; 48], [0; 48], self.log(instance).1],
            mr_config_id: [&[1][..], hash.as_bytes(), &[0; 15]].concat().try_into().unwrap(),
            report_data,
            ..self.td.clone()
        }
    }

    /// The quote of this machine about `report_data`, in hex.
    pub fn quoted(&self, report_data: [u8; 64]) -> String {
        self.quote(self.guest(&self.instance, report_data))
    }

    fn quote(&self, td: TdSpec) -> String {
        let quote =
            QuoteSpec { body: super::intel::quote::Body::Td(Box::new(td)), ..QuoteSpec::tdx_v4() };
        hex::encode(quote.with_pck(&self.pck).bytes())
    }

    /// What the machine answers: the gateway's with its log as text, a model's with it as it is,
    /// as the services write them.
    pub fn json(&self, is_gateway: bool) -> Json {
        let td = self.guest(&self.instance, self.report_data());
        let (log, register) = self.log(&self.instance);
        let zeros = hex::encode([0; 48]);
        let tcb = json!({
            "mrtd": hex::encode(td.mr_td), "rtmr0": zeros, "rtmr1": zeros, "rtmr2": zeros,
            "rtmr3": hex::encode(register), "app_compose": self.compose,
        });
        let mut answer = json!({
            "signing_algo": self.algorithm,
            "request_nonce": hex::encode(self.nonce),
            "intel_quote": self.quote(td),
            "info": { "app_id": hex::encode(APP), "instance_id": hex::encode(self.instance) },
        });
        if is_gateway {
            answer["signing_address"] = json!(hex::encode(&self.address));
            answer["event_log"] = json!(log.to_string());
            answer["report_data"] = json!(hex::encode(self.report_data()));
            answer["info"]["tcb_info"] = tcb;
            answer["vpc"] = json!({ "vpc_server_app_id": null, "vpc_hostname": "gateway.example" });
        } else {
            answer["signing_address"] = json!(format!("0x{}", hex::encode(&self.address)));
            answer["model_name"] = json!("SIMULATED/model");
            answer["event_log"] = log;
            answer["info"]["tcb_info"] = json!(tcb.to_string());
            answer["nvidia_payload"] = json!(self.payload().to_string());
        }
        if let Some(key) = &self.public_key {
            answer["signing_public_key"] = json!(key);
        }
        if let Some(key) = self.tls {
            answer["tls_cert_fingerprint"] = json!(Sha256::of(&key.spki()).to_string());
        }
        if let Some(actions) = &self.actions {
            answer["compose_manager_attestation"] = self.manager(actions);
        }
        if let Some(key) = self.ohttp {
            answer["ohttp_attestation"] = ohttp(key);
        }
        answer
    }

    /// `nvidia_payload`.
    pub fn payload(&self) -> Json {
        let chain = [Role::Device, Role::Authority, Role::Root]
            .map(|role| nvidia::certificate(role, &ReportSpec::FIRMWARE, None));
        let chain = STANDARD.encode(pem_chain(&chain));
        let answers = self.gpus.iter().map(|gpu| {
            json!({ "certificate": chain, "evidence": STANDARD.encode(gpu.sign()), "arch": "HOPPER" })
        });
        json!({
            "nonce": hex::encode(self.nonce), "arch": "HOPPER",
            "evidence_list": answers.collect::<Vec<_>>(),
        })
    }

    fn manager(&self, actions: &Json) -> Json {
        let text = self.actions_text.clone().unwrap_or_else(|| sorted(actions));
        let hash = Sha256::of(text.as_bytes());
        let data: [u8; 64] = [&hash.0[..], &self.manager_nonce].concat().try_into().unwrap();
        let td = self.guest(&self.manager_instance, data);
        json!({
            "actions": actions,
            "actions_hash": hash.to_string(),
            "event_log": self.log(&self.manager_instance).0.to_string(),
            "nonce": hex::encode(self.manager_nonce),
            "nonce_source": "client",
            "quote": self.quote(td),
            "report_data": hex::encode(data),
        })
    }
}

/// What `GET /v1/signature/{id}` answers about `text`, signed by the gateway's key.
pub fn signed_by_gateway(text: &str) -> Json {
    signed_by(Key::NearSigning, text)
}

/// The same by another Ed25519 key.
pub fn signed_by(key: Key, text: &str) -> Json {
    json!({
        "text": text, "signing_algo": "ed25519",
        "signature": hex::encode(key.sign(key.algorithm(), text.as_bytes())),
        "signing_address": hex::encode(key.public()),
    })
}

/// What `GET /v1/signature/{id}` answers about `text`, signed by the key of [`ADDRESS_OF_G`] as a message
/// of Ethereum (EIP-191), with 27 or 28 behind r and s.
pub fn signed_by_model(text: &str) -> Json {
    let mut one = [0; 32];
    one[31] = 1;
    let key = k256::ecdsa::SigningKey::from_slice(&one).unwrap();
    let message = format!("\x19Ethereum Signed Message:\n{}{text}", text.len());
    let digest = silicon_to_source::digest::Keccak256::of(message.as_bytes());
    let (signature, which) = key.sign_prehash_recoverable(&digest.0);
    let signature = [&signature.to_bytes()[..], &[27 + which.to_byte()]].concat();
    json!({
        "text": text, "signing_algo": "ecdsa",
        "signature": format!("0x{}", hex::encode(signature)),
        "signing_address": format!("0x{ADDRESS_OF_G}"),
    })
}

/// An app-compose file with one container, named by a digest.
pub fn compose(name: &str, digit: char) -> String {
    let digest = digit.to_string().repeat(64);
    app_compose(&format!(
        "services:\n  {name}:\n    image: registry.example/{name}@sha256:{digest}\n"
    ))
}

/// An app-compose file around a file of Docker Compose.
pub fn app_compose(yaml: &str) -> String {
    let file = json!({
        "manifest_version": 2, "runner": "docker-compose", "docker_compose_file": yaml,
        "key_provider": "kms", "key_provider_id": "3333",
    });
    file.to_string()
}

/// `ohttp_attestation`: a key configuration (RFC 9458, section 3) and its signature.
fn ohttp(key: Key) -> Json {
    let config = [&[0, 0, 0x20][..], &[0x77; 32], &[0, 4, 0, 1, 0, 1]].concat();
    json!({
        "signing_algo": "ed25519",
        "signing_key": hex::encode(key.public()),
        "key_config": hex::encode(&config),
        "signature": hex::encode(key.sign(key.algorithm(), &config)),
    })
}

fn certificate(key: Key) -> Vec<u8> {
    Template::new(
        simulated_name("SIMULATED web authority"),
        simulated_name("gateway.example"),
        ENTITY_VALIDITY,
        key,
        Key::TlsCa,
    )
    .sign()
}

/// Compact JSON with sorted members, written apart from the verifier's own.
pub(crate) fn sorted(value: &Json) -> String {
    match value {
        Json::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members = names.iter().map(|name| {
                format!("{}:{}", Json::from(name.as_str()), sorted(&members[name.as_str()]))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

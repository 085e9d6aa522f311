//! A simulated TDX guest with everything that its agent answers.

use s2s_sim::intel::TdSpec;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use silicon_to_source::engine::builtin;
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::formats::dstack::parse::mr_config_v3;
use silicon_to_source::report::Report;

use super::image::Lite;
use crate::common::eventlog::dstack;
use crate::common::mutation::Answer;
use crate::common::{dcap, examine};

pub(crate) const APP: [u8; 20] = [0x11; 20];
pub(crate) const INSTANCE: [u8; 20] = [0x44; 20];
pub(crate) const KMS: &[u8] = br#"{"name":"kms","id":"3059"}"#;

/// One TDX guest with everything its agent answers.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) td: dcap::Case,
    pub(crate) compose: String,
    /// What the log calls the app-compose file's hash.
    pub(crate) logged: Vec<u8>,
    pub(crate) provider: &'static [u8],
    pub(crate) document: Option<String>,
    /// Changes the answer after it was made.
    pub(crate) last: fn(&mut Json),
    /// The agent's other answer, beside it.
    pub(crate) info: Option<Json>,
    /// Whether the policy names the guest's system and application by their registers.
    pub(crate) named: bool,
    /// What the image measures, when the host hands it out.
    pub(crate) lite: Option<Lite>,
    /// The policy's part about dstack.
    pub(crate) rules: Json,
}

pub(crate) fn compose(yaml: &str) -> String {
    json!({
        "manifest_version": 2, "runner": "docker-compose", "docker_compose_file": yaml,
        "key_provider": "kms", "key_provider_id": "3333",
    })
    .to_string()
}

pub(crate) fn pinned() -> String {
    compose(&format!(
        "services:\n  web:\n    image: registry.example/web@sha256:{}\n",
        "a".repeat(64)
    ))
}

pub(crate) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

pub(crate) fn guest() -> Guest {
    let mut td = dcap::Case::td();
    td.quote.td().xfam = [0xe7, 2, 6, 0, 0, 0, 0, 0];
    let mut guest = Guest {
        td,
        compose: String::new(),
        logged: Vec::new(),
        provider: KMS,
        document: None,
        last: |_| {},
        info: None,
        named: false,
        lite: None,
        rules: json!({}),
    };
    starts(&mut guest, pinned());
    guest
}

/// The guest starts this file, and the host commits to it in version 1.
pub(crate) fn starts(guest: &mut Guest, compose: String) {
    let hash = hash(&compose);
    guest.td.quote.td().mr_config_id = [&[1][..], &hash, &[0; 15]].concat().try_into().unwrap();
    guest.logged = hash.to_vec();
    guest.compose = compose;
}

pub(crate) fn document(compose: &str) -> String {
    json!({
        "app_id": hex::encode(APP), "compose_hash": hex::encode(hash(compose)),
        "instance_id": hex::encode(INSTANCE), "key_provider": "kms",
        "key_provider_id": "3333", "version": 3,
    })
    .to_string()
}

pub(crate) fn committed(document: String) -> Guest {
    let mut guest = guest();
    guest.td.quote.td().mr_config_id = mr_config_v3(&document).0;
    guest.document = Some(document);
    guest
}

pub(crate) fn third() -> Guest {
    committed(document(&pinned()))
}

pub(crate) fn named() -> Guest {
    Guest { named: true, ..guest() }
}

impl Guest {
    /// The log, and the register that it makes.
    pub(crate) fn log(&self) -> (String, [u8; 48]) {
        dstack(&[
            ("system-preparing", b""),
            ("app-id", &APP),
            ("compose-hash", &self.logged),
            ("instance-id", &INSTANCE),
            ("key-provider", self.provider),
            ("system-ready", b""),
            ("of-the-app", b"its own word"),
        ])
    }

    pub(crate) fn answer(&self) -> Vec<u8> {
        let (mut log, _) = self.log();
        let mut td = self.measured();
        let mut vm = json!({"cpu_count": 2, "mr_config": self.document});
        if let Some(lite) = &self.lite {
            log = log.replacen('[', &format!("[{},", lite.log()), 1);
            lite.describe(&mut vm);
        }
        let [rtmr0, rtmr1, rtmr2, rtmr3] = td.quote.td().rtmr.map(hex::encode);
        let tcb = json!({
            "mrtd": hex::encode(td.quote.td().mr_td),
            "rtmr0": rtmr0, "rtmr1": rtmr1, "rtmr2": rtmr2, "rtmr3": rtmr3,
            "mr_aggregated": hex::encode(aggregated(td.quote.td())),
            "app_compose": self.compose, "compose_hash": hex::encode(hash(&self.compose)),
        });
        let mut answer = json!({
            "quote": hex::encode(td.quote_bytes()),
            "event_log": log,
            "report_data": hex::encode(td.quote.td().report_data),
            "vm_config": vm.to_string(),
            "tcb_info": tcb.to_string(),
            "app_id": hex::encode(APP),
            "instance_id": hex::encode(INSTANCE),
        });
        (self.last)(&mut answer);
        answer.to_string().into_bytes()
    }

    /// The quote with the registers of the log.
    pub(crate) fn measured(&self) -> dcap::Case {
        let mut td = self.td.clone();
        let (_, rtmr3) = self.log();
        let (mr_td, [rtmr0, rtmr1, rtmr2]) = match &self.lite {
            Some(lite) => (lite.mr_td, lite.registers()),
            None => (td.quote.td().mr_td, [[0; 48]; 3]),
        };
        td.quote.td().mr_td = mr_td;
        td.quote.td().rtmr = [rtmr0, rtmr1, rtmr2, rtmr3];
        td
    }

    pub(crate) fn examine_bytes(&self, answer: &[u8]) -> Answer {
        self.examiner()(answer)
    }

    /// Examines one answer after another with what stands beside it, which is made once.
    pub(crate) fn examiner(&self) -> impl Fn(&[u8]) -> Answer + Sync {
        let mut policy: Json = serde_json::from_str(builtin("tdx-dstack").unwrap().json).unwrap();
        policy["roots"] = json!("simulated");
        policy["dstack"] = self.rules.clone();
        if self.named {
            let mut td = self.measured();
            let td = td.quote.td();
            let [rtmr0, rtmr1, rtmr2, rtmr3] = td.rtmr.map(hex::encode);
            let rules = &mut policy["dcap"]["tdx"];
            rules["mr-td"] = json!([hex::encode(td.mr_td)]);
            if self.lite.is_some() {
                rules["rtmr0"] = json!([rtmr0]);
            }
            rules["rtmr1"] = json!([rtmr1]);
            rules["rtmr2"] = json!([rtmr2]);
            rules["rtmr3"] = json!([rtmr3]);
        }
        let policy = Policy::from_json(policy.to_string().as_bytes()).unwrap();
        let mut files = vec![self.td.files().bytes()];
        files.extend(self.info.as_ref().map(|info| info.to_string().into_bytes()));
        let now = self.td.now;
        move |answer| {
            let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
            examine(answer, &files, Some(&policy), now)
        }
    }

    pub(crate) fn examine(&self) -> Report {
        self.examine_bytes(&self.answer()).unwrap()
    }
}

/// As dstack's `dstack-attest` makes it for a quote: MROWNER and MROWNERCONFIG are zero here.
fn aggregated(td: &TdSpec) -> [u8; 32] {
    let [rtmr0, rtmr1, rtmr2, rtmr3] = &td.rtmr;
    let parts = [&td.mr_td, rtmr0, rtmr1, rtmr2, rtmr3, &td.mr_config_id];
    let registers: Vec<u8> = parts.into_iter().flatten().copied().collect();
    Sha256::digest([registers, vec![0; 96]].concat()).into()
}

//! What a check of a service showed, to be compared with what later checks show.
//!
//! A record is made of a report alone, and of the key that the connection met. What is compared, and
//! what differs, the verifier says ([`silicon_to_source::engine::seen`]), as it does for the page and
//! the extension.

pub mod log;

mod change;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::seen::{Seen, Value, What};
use silicon_to_source::report::{Report, State};
use silicon_to_source::time::UnixTime;

use crate::wording::{Sentences, fill, text, word};

pub use change::{Change, Known};

/// The form of a record.
pub const SCHEMA: &str = "silicon-to-source/watch/v1";

/// What one check of one service showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: String,
    /// When the service was asked, by the clock of the machine that asked.
    pub at: UnixTime,
    /// The address that was asked.
    pub service: String,
    /// The verdict's state.
    pub state: String,
    /// The level that the chain reaches.
    pub level: Option<String>,
    /// The headline's word.
    pub headline: String,
    /// The headline's sentence, in English.
    pub sentence: String,
    /// Whether the hardware is simulated.
    pub simulated: bool,
    /// The commit that the software was built from.
    pub commit: Option<String>,
    /// The repository of that commit.
    pub repository: Option<String>,
    /// The digest of the image that runs.
    pub image: Option<String>,
    /// What was measured, by the name of the claim.
    pub measurements: BTreeMap<String, String>,
    /// The firmware, by the name of the claim.
    pub firmware: BTreeMap<String, String>,
    /// The kind of chip, by the name of the claim.
    #[serde(default)]
    pub chip: BTreeMap<String, String>,
    /// The keys that people and programs send secrets to.
    pub keys: Keys,
    /// The policy.
    pub policy: Policy,
    /// The verifier's version, and the digest of its source.
    pub verifier: String,
    /// SHA-256 of the report's JSON.
    pub report_sha256: Sha256,
}

/// Keys, each by its SHA-256 or as the evidence writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The TLS key that this process's own connection met.
    pub connection: Option<String>,
    /// The TLS key that the evidence names.
    pub tls: Option<String>,
    /// The key for sealed requests that the evidence names.
    pub sealed_request: Option<String>,
}

/// A policy by its name and file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: Sha256,
}

impl Record {
    /// The record of `report` about `service`, whose connection met the key `connection`.
    pub fn of(report: &Report, service: &str, connection: Option<Sha256>) -> Self {
        let seen = Seen::of(report);
        Self {
            schema: SCHEMA.to_owned(),
            at: report.checked_at,
            service: service.to_owned(),
            state: word(&report.verdict.state),
            level: report.assurance.level.map(|level| word(&level)),
            headline: word(&report.headline.word),
            sentence: Sentences::of(report).headline().sentence,
            simulated: report.simulated,
            commit: one(&seen, What::Commit),
            repository: one(&seen, What::Repository),
            image: one(&seen, What::Image),
            measurements: named(&seen, What::Measurement),
            firmware: named(&seen, What::Firmware),
            chip: named(&seen, What::Chip),
            keys: Keys {
                connection: connection.map(|key| key.to_string()),
                tls: one(&seen, What::TlsKey),
                sealed_request: one(&seen, What::SealedKey),
            },
            policy: Policy { name: report.policy.name.clone(), sha256: report.policy.sha256 },
            verifier: format!("{} {}", report.verifier.version, report.verifier.source_sha256),
            report_sha256: Sha256::of(report.to_json().as_bytes()),
        }
    }
}

impl Record {
    /// What is compared with other records.
    fn seen(&self) -> Seen {
        let Self { keys, policy, .. } = self;
        let alone = |value: Option<&str>| value.map(Value::alone).into_iter().collect();
        let named = |values: &BTreeMap<String, String>| {
            let own = values.iter();
            own.map(|(name, value)| Value { name: name.clone(), value: value.clone() }).collect()
        };
        let values = What::ALL.into_iter().map(|what| {
            let own: Vec<Value> = match what {
                What::State => alone(Some(&self.state)),
                What::Level => alone(self.level.as_deref()),
                What::Simulated => alone(Some(if self.simulated { "true" } else { "false" })),
                What::ConnectionKey => alone(keys.connection.as_deref()),
                What::TlsKey => alone(keys.tls.as_deref()),
                What::SealedKey => alone(keys.sealed_request.as_deref()),
                What::Commit => alone(self.commit.as_deref()),
                What::Repository => alone(self.repository.as_deref()),
                What::Image => alone(self.image.as_deref()),
                What::Measurement => named(&self.measurements),
                What::Firmware => named(&self.firmware),
                What::Chip => named(&self.chip),
                What::Policy => alone(Some(&format!("{} {}", policy.name, policy.sha256))),
                What::Verifier => alone(Some(&self.verifier)),
            };
            (what, own)
        });
        Seen {
            at: self.at,
            simulated: self.simulated,
            shows: self.level.is_some() && self.state != word(&State::NotPublished),
            values: values.filter(|(_, own)| !own.is_empty()).collect(),
        }
    }

    /// A sentence about what changed, marked when nothing real is behind it.
    pub fn marked(&self, sentence: String) -> String {
        match self.simulated {
            true => fill(text(&["simulated", "sentence"]), &[("sentence", &sentence)]),
            false => sentence,
        }
    }
}

/// The values of one kind, one after another where there are several.
fn one(seen: &Seen, what: What) -> Option<String> {
    let values: Vec<&str> = seen.values(what).iter().map(|value| &*value.value).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The values of one kind by their names.
fn named(seen: &Seen, what: What) -> BTreeMap<String, String> {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for Value { name, value } in seen.values(what) {
        let all = named.entry(name.clone()).or_default();
        if !all.is_empty() {
            all.push_str(", ");
        }
        all.push_str(value);
    }
    named
}

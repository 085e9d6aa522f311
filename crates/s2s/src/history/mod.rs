//! What a check of a service showed, to be compared with what later checks show.
//!
//! A record is made of a report alone, and of the key that the connection met. What is compared, the
//! verifier says ([`silicon_to_source::engine::seen`]), as it does for the page and the extension.

pub mod log;

mod change;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::seen::{Value, What as Kind, seen};
use silicon_to_source::report::Report;
use silicon_to_source::time::UnixTime;

use crate::wording::{Sentences, fill, text, word};

pub use change::{Change, Known, What};

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
        let values = Values(seen(report));
        Self {
            schema: SCHEMA.to_owned(),
            at: report.checked_at,
            service: service.to_owned(),
            state: word(&report.verdict.state),
            level: report.assurance.level.map(|level| word(&level)),
            headline: word(&report.headline.word),
            sentence: Sentences::of(report).headline().sentence,
            simulated: report.simulated,
            commit: values.one(Kind::Commit),
            repository: values.one(Kind::Repository),
            image: values.one(Kind::Image),
            measurements: values.named(Kind::Measurement),
            firmware: values.named(Kind::Firmware),
            chip: values.named(Kind::Chip),
            keys: Keys {
                connection: connection.map(|key| key.to_string()),
                tls: values.one(Kind::Tls),
                sealed_request: values.one(Kind::Sealed),
            },
            policy: Policy { name: report.policy.name.clone(), sha256: report.policy.sha256 },
            verifier: format!("{} {}", report.verifier.version, report.verifier.source_sha256),
            report_sha256: Sha256::of(report.to_json().as_bytes()),
        }
    }
}

impl Record {
    /// A sentence about what changed, marked when nothing real is behind it.
    pub fn marked(&self, sentence: String) -> String {
        match self.simulated {
            true => fill(text(&["simulated", "sentence"]), &[("sentence", &sentence)]),
            false => sentence,
        }
    }
}

/// What is compared, as a record writes it.
struct Values(BTreeMap<Kind, Vec<Value>>);

impl Values {
    /// The values of one kind, one after another where there are several.
    fn one(&self, kind: Kind) -> Option<String> {
        let values = self.0.get(&kind)?.iter().map(|value| value.value.as_str());
        Some(values.collect::<Vec<_>>().join(", "))
    }

    /// The values of one kind by the name of the claim, with its part.
    fn named(&self, kind: Kind) -> BTreeMap<String, String> {
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        for Value { claim, part, value } in self.0.get(&kind).into_iter().flatten() {
            let name =
                if part.is_empty() { (*claim).to_owned() } else { format!("{claim}, {part}") };
            let all = named.entry(name).or_default();
            if !all.is_empty() {
                all.push_str(", ");
            }
            all.push_str(value);
        }
        named
    }
}

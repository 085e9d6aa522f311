//! What a check of a service showed, to be compared with what later checks show.
//!
//! A record is made of a report alone, and of the key that the connection met. It holds what the
//! report's chain reaches: a commit that nothing ties to the machine is no software of the machine,
//! and is absent. So is everything that a report that fails would have shown.

pub mod log;

mod change;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use silicon_to_source::digest::Sha256;
use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{Level, Link, Report, RootOfTrust};
use silicon_to_source::time::UnixTime;

use crate::wording::{Sentences, fill, text, word};

pub use change::{Change, Known, What};

/// The form of a record.
pub const SCHEMA: &str = "silicon-to-source/watch/v1";

/// Claims about the firmware that a later check is compared by.
const FIRMWARE: [&str; 9] = [
    "snp.firmware",
    "snp.tcb",
    "dcap.tcb-date",
    "dcap.tcb-status",
    "tdx.mr-seam",
    "tdx.tee-tcb-svn",
    "token.tcb-date",
    "token.tcb-status",
    "tpm.firmware",
];

/// Claims about what was measured that a later check is compared by.
const MEASUREMENTS: [&str; 13] = [
    "nitro.pcr0",
    "nitro.pcr1",
    "nitro.pcr2",
    "sgx.mrenclave",
    "sgx.mrsigner",
    "snp.host-data",
    "snp.measurement",
    "tdx.mr-config-id",
    "tdx.mrtd",
    "tdx.rtmr0",
    "tdx.rtmr1",
    "tdx.rtmr2",
    "token.image-digest",
];

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
        let reached = Reached { report };
        let source = report.answer.rows.iter().find_map(|row| row.source.as_ref());
        let source = source.filter(|_| report.assurance.root_of_trust != RootOfTrust::BuildOnly);
        let level = report.assurance.level;
        let image = || reached.one("image.digest", LinkId::Image);
        Self {
            schema: SCHEMA.to_owned(),
            at: report.checked_at,
            service: service.to_owned(),
            state: word(&report.verdict.state),
            level: level.map(|level| word(&level)),
            headline: word(&report.headline.word),
            sentence: Sentences::of(report).headline().sentence,
            simulated: report.simulated,
            commit: source.map(|source| source.commit.clone()),
            repository: source.map(|source| source.repository.clone()),
            image: if level >= Some(Level::A4) { image() } else { None },
            measurements: reached.all(&MEASUREMENTS),
            firmware: reached.all(&FIRMWARE),
            keys: Keys {
                connection: connection.map(|key| key.to_string()),
                tls: reached.one("key.tls-spki-sha256", LinkId::KeyBinding),
                sealed_request: reached
                    .one("key.sealed-request", LinkId::KeyBinding)
                    .or_else(|| reached.one("key.hpke", LinkId::KeyBinding)),
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

/// The claims of a report whose links hold and are tied to the machine.
struct Reached<'a> {
    report: &'a Report,
}

impl Reached<'_> {
    fn holds(&self, link: LinkId) -> bool {
        let holds = self.report.link(link).is_some_and(Link::holds);
        let is_tied = match link {
            // It stands beside the chain, and rests on the report.
            LinkId::KeyBinding => self.report.ends_at.link >= Some(LinkId::Report),
            link => self.report.ends_at.link >= Some(link),
        };
        holds && is_tied && self.report.assurance.level.is_some()
    }

    /// The values of a claim, one after another where there are several.
    fn one(&self, name: &str, link: LinkId) -> Option<String> {
        let own = self.report.claims.iter().filter(|claim| claim.name == name);
        let own = own.filter(|claim| claim.link == link && self.holds(link));
        let values: Vec<String> = own.map(|claim| claim.value.to_string()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn all(&self, names: &[&'static str]) -> BTreeMap<String, String> {
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        for claim in self.report.claims.iter().filter(|claim| names.contains(&claim.name)) {
            if !self.holds(claim.link) {
                continue;
            }
            let name = match &claim.part {
                Some(part) => format!("{}, {part}", claim.name),
                None => claim.name.to_owned(),
            };
            let value = claim.value.to_string();
            let before = values.remove(&name);
            values.insert(name, before.map_or(value.clone(), |one| format!("{one}, {value}")));
        }
        values
    }
}

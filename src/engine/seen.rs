//! What a report shows of a service that another report can be compared with.
//!
//! Only what the chain reaches counts: a value whose link does not hold, or that nothing ties to the
//! machine, is no value of the machine, and is absent. Every surface that tells what changed compares
//! these values and no others, by [`change`](super::change).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::LinkId;
use crate::report::{Link, Report, RootOfTrust, State};
use crate::sorted::Sorted as _;
use crate::time::UnixTime;

/// What is compared, in the order in which changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The verdict's state.
    State,
    /// The level.
    Level,
    /// Whether the hardware is simulated.
    Simulated,
    /// The key that the connection met.
    ConnectionKey,
    /// The TLS key that the evidence names.
    TlsKey,
    /// The key for sealed requests that the evidence names.
    SealedKey,
    /// The commit that the software was built from.
    Commit,
    /// The repository of that commit.
    Repository,
    /// The image that runs.
    Image,
    /// What was measured.
    Measurement,
    /// The firmware.
    Firmware,
    /// The kind of chip.
    Chip,
    /// The policy.
    Policy,
    /// The verifier.
    Verifier,
}

impl What {
    /// Each of them.
    pub const ALL: [Self; 14] = [
        Self::State,
        Self::Level,
        Self::Simulated,
        Self::ConnectionKey,
        Self::TlsKey,
        Self::SealedKey,
        Self::Commit,
        Self::Repository,
        Self::Image,
        Self::Measurement,
        Self::Firmware,
        Self::Chip,
        Self::Policy,
        Self::Verifier,
    ];

    /// What a [`Seen`] of a report has. A log of checks writes down more.
    pub const OF_REPORT: [Self; 10] = [
        Self::Level,
        Self::TlsKey,
        Self::SealedKey,
        Self::Commit,
        Self::Repository,
        Self::Image,
        Self::Measurement,
        Self::Firmware,
        Self::Chip,
        Self::Policy,
    ];

    /// The key of its sentences.
    pub const fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Level => "level",
            Self::Simulated => "simulated",
            Self::ConnectionKey => "connection-key",
            Self::TlsKey => "tls-key",
            Self::SealedKey => "sealed-key",
            Self::Commit => "commit",
            Self::Repository => "repository",
            Self::Image => "image",
            Self::Measurement => "measurement",
            Self::Firmware => "firmware",
            Self::Chip => "chip",
            Self::Policy => "policy",
            Self::Verifier => "verifier",
        }
    }

    /// Whether a check always has it, so that it neither comes nor goes.
    pub const fn is_always(self) -> bool {
        matches!(self, Self::State | Self::Policy | Self::Verifier | Self::Simulated)
    }

    /// Whether people and programs send secrets to it.
    pub const fn is_key(self) -> bool {
        matches!(self, Self::ConnectionKey | Self::TlsKey | Self::SealedKey)
    }

    /// The claims that tell it; none where it is no value of the machine's.
    pub const fn claims(self) -> &'static [&'static str] {
        match self {
            Self::TlsKey => &["key.tls-spki-sha256"],
            Self::SealedKey => &["key.sealed-request", "key.hpke"],
            Self::Commit => &["git.commit"],
            Self::Repository => &["git.repository"],
            Self::Image => &[
                "image.digest",
                "container.image-digest",
                "token.image-digest",
                "dstack.compose-hash",
                "nitro.pcr0",
                "tinfoil.config-sha256",
            ],
            Self::Measurement => &[
                "snp.measurement",
                "snp.host-data",
                "tdx.mrtd",
                "tdx.mr-config-id",
                "tdx.rtmr0",
                "tdx.rtmr1",
                "tdx.rtmr2",
                "sgx.mrenclave",
                "sgx.mrsigner",
                "nitro.pcr1",
                "nitro.pcr2",
            ],
            Self::Firmware => &[
                "snp.tcb",
                "snp.firmware",
                "tdx.tee-tcb-svn",
                "tdx.mr-seam",
                "dcap.tcb-status",
                "dcap.tcb-date",
                "token.tcb-status",
                "token.tcb-date",
                "gce.firmware",
                "tpm.firmware",
                "gpu.driver",
                "gpu.vbios",
            ],
            Self::Chip => &["snp.product", "dcap.fmspc", "gpu.model"],
            Self::State | Self::Level | Self::Simulated | Self::ConnectionKey => &[],
            Self::Policy | Self::Verifier => &[],
        }
    }
}

/// One value that is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Value {
    /// Which of several: the name of the claim that tells it, and after a comma the machine or image
    /// that it is about, where there are several; empty where there can be no other.
    pub name: String,
    /// The value.
    pub value: String,
}

/// What one check of a service showed, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub at: UnixTime,
    /// Whether nothing real is behind it.
    pub simulated: bool,
    /// Whether it shows anything of the machine. Where it does not, no value is gone: the level says so.
    pub shows: bool,
    /// Each value once, in order.
    pub values: BTreeMap<What, Vec<Value>>,
}

impl Seen {
    /// What `report` shows.
    pub fn of(report: &Report) -> Self {
        let is_published = report.verdict.state != State::NotPublished;
        let mut values: BTreeMap<What, Vec<Value>> = BTreeMap::new();
        for what in What::OF_REPORT {
            let mut own: Vec<Value> = match what {
                What::Level => {
                    report.assurance.level.map(|level| Value::alone(&format!("{level:?}")))
                }
                What::Policy => {
                    let policy = &report.policy;
                    Some(Value::alone(&format!("{} {}", policy.name, policy.sha256)))
                }
                _ => None,
            }
            .into_iter()
            .collect();
            let claims = report.claims.iter().filter(|claim| what.claims().contains(&claim.name));
            own.extend(claims.filter(|claim| reaches(report, claim.link)).map(|claim| {
                let part = claim.part.as_deref().unwrap_or_default();
                let name = match part.is_empty() {
                    true => claim.name.to_owned(),
                    false => format!("{}, {part}", claim.name),
                };
                Value { name, value: claim.value.to_string() }
            }));
            own.sorted_once();
            if !own.is_empty() {
                values.insert(what, own);
            }
        }
        Self {
            at: report.checked_at,
            simulated: report.simulated,
            shows: report.assurance.level.is_some() && is_published,
            values,
        }
    }

    /// What `report` shows, where it decides anything that a later report is compared with. One that
    /// contradicts itself, or was not answered, is no earlier state of the service.
    pub fn to_remember(report: &Report) -> Option<Self> {
        let decides =
            matches!(report.verdict.state, State::Verified | State::Warning | State::NotPublished);
        decides.then(|| Self::of(report))
    }

    /// The values of `what`.
    pub fn values(&self, what: What) -> &[Value] {
        self.values.get(&what).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Value {
    /// The only value of its kind.
    pub fn alone(value: &str) -> Self {
        Self { name: String::new(), value: value.to_owned() }
    }
}

/// Whether a link holds and is tied to the machine.
fn reaches(report: &Report, link: LinkId) -> bool {
    let holds = report.link(link).is_some_and(Link::holds);
    let is_tied = match link {
        // It stands beside the chain, and rests on the report.
        LinkId::KeyBinding => report.ends_at.link >= Some(LinkId::Report),
        link => report.ends_at.link >= Some(link),
    };
    // A record of a build is about no machine.
    let is_machine = report.assurance.root_of_trust != RootOfTrust::BuildOnly;
    holds && is_tied && is_machine && report.assurance.level.is_some()
}

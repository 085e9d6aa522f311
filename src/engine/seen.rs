//! What a report shows of a service that a later report can be compared with.
//!
//! Only what the chain reaches counts: a value whose link does not hold, or that nothing ties to the
//! machine, is no value of the machine, and is absent. Every surface that tells what changed compares
//! these values and no others.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::LinkId;
use crate::report::{Link, Report, RootOfTrust, State};
use crate::sorted::Sorted as _;

/// What is compared, in the order in which changes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The TLS key that the evidence names.
    Tls,
    /// The key for sealed requests that the evidence names.
    Sealed,
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
}

impl What {
    /// Each of them.
    pub const ALL: [Self; 8] = [
        Self::Tls,
        Self::Sealed,
        Self::Commit,
        Self::Repository,
        Self::Image,
        Self::Measurement,
        Self::Firmware,
        Self::Chip,
    ];

    /// The claims that tell it.
    pub const fn claims(self) -> &'static [&'static str] {
        match self {
            Self::Tls => &["key.tls-spki-sha256"],
            Self::Sealed => &["key.sealed-request", "key.hpke"],
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
        }
    }
}

/// One value that is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value {
    /// The name of the claim that tells it.
    pub claim: &'static str,
    /// Which of several machines or images it is about; empty where there is one.
    pub part: String,
    /// The value.
    pub value: String,
}

/// What a report shows, by what is compared: each value once, in order.
pub fn seen(report: &Report) -> BTreeMap<What, Vec<Value>> {
    let mut values: BTreeMap<What, Vec<Value>> = BTreeMap::new();
    for what in What::ALL {
        let own = report.claims.iter().filter(|claim| what.claims().contains(&claim.name));
        let mut own: Vec<Value> = own
            .filter(|claim| reaches(report, claim.link))
            .map(|claim| Value {
                claim: claim.name,
                part: claim.part.as_deref().unwrap_or_default().to_owned(),
                value: claim.value.to_string(),
            })
            .collect();
        own.sorted_once();
        if !own.is_empty() {
            values.insert(what, own);
        }
    }
    values
}

/// Whether a report decides anything that a later one is compared with. One that contradicts itself,
/// or was not answered, is no earlier state of the service.
pub fn tells(report: &Report) -> bool {
    matches!(report.verdict.state, State::Verified | State::Warning | State::NotPublished)
}

/// Whether nothing is published: then no value is gone, and the level says it.
pub fn is_absent(report: &Report) -> bool {
    report.verdict.state == State::NotPublished
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

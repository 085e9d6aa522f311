//! A report with everything that vouches for it, made by the simulated AMD: each part can be
//! spoiled on its own.

use s2s_sim::amd::{AuthoritySpec, CrlSpec, ReportSpec, Role, VekSpec, authority};
use s2s_sim::keys::Key;
use serde_json::{Value as Json, json};
use silicon_to_source::engine::policy::Policy;
use silicon_to_source::error::Error;
use silicon_to_source::formats::snp::parse::Product;
use silicon_to_source::report::Report;
use silicon_to_source::time::{DAY, UnixTime};

use crate::common::examine;

/// 2026-06-01T00:00:00Z: every row of the table of minimums counts.
pub(crate) const NOW: UnixTime = UnixTime(1_780_272_000);

/// One examination.
pub(crate) struct Case {
    pub(crate) report: ReportSpec,
    pub(crate) signer: Key,
    /// Changes the report's bytes before they are signed.
    pub(crate) before_signing: fn(&mut [u8]),
    /// Changes the report's bytes afterwards.
    pub(crate) after_signing: fn(&mut Vec<u8>),
    pub(crate) vek: Option<VekSpec>,
    pub(crate) ask: Option<AuthoritySpec>,
    pub(crate) root: Option<Vec<u8>>,
    pub(crate) crl: Option<CrlSpec>,
    pub(crate) policy: Json,
    pub(crate) now: UnixTime,
}

impl Case {
    /// A report signed by a chip's own key, in which every check that can be decided passes.
    pub(crate) fn vcek(product: Product) -> Self {
        Self::of(ReportSpec::healthy(product), Key::Vcek, Role::Ask)
    }

    /// The same, signed by a cloud provider's key.
    pub(crate) fn vlek(product: Product) -> Self {
        Self::of(ReportSpec::vlek(product), Key::Vlek, Role::Asvk)
    }

    fn of(report: ReportSpec, signer: Key, role: Role) -> Self {
        let product = report.product;
        Self {
            signer,
            before_signing: |_| {},
            after_signing: |_| {},
            vek: Some(VekSpec::of(&report)),
            ask: Some(AuthoritySpec::new(product, role)),
            root: Some(authority(product, Role::Ark).to_vec()),
            crl: Some(CrlSpec::new(
                product,
                UnixTime(NOW.0 - 30 * DAY),
                UnixTime(NOW.0 + 30 * DAY),
            )),
            policy: policy(&report),
            now: NOW,
            report,
        }
    }

    /// Sets a member of the policy's `snp` part.
    pub(crate) fn rule(&mut self, member: &str, value: impl Into<Json>) {
        self.policy["snp"][member] = value.into();
    }

    /// The signed report.
    pub(crate) fn report_bytes(&self) -> Vec<u8> {
        let mut report = self.report.sign_mutated(self.signer, self.before_signing);
        (self.after_signing)(&mut report);
        report
    }

    /// The files beside it.
    pub(crate) fn collateral(&self) -> Vec<Vec<u8>> {
        [
            self.vek.as_ref().map(VekSpec::der),
            self.ask.as_ref().map(AuthoritySpec::der),
            self.root.clone(),
            self.crl.as_ref().map(CrlSpec::der),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    pub(crate) fn parsed_policy(&self) -> Policy {
        Policy::from_json(self.policy.to_string().as_bytes()).unwrap()
    }

    pub(crate) fn examine(&self) -> Result<Report, Error> {
        let collateral = self.collateral();
        let collateral: Vec<&[u8]> = collateral.iter().map(Vec::as_slice).collect();
        examine(&self.report_bytes(), &collateral, Some(&self.parsed_policy()), self.now)
    }
}

/// A policy that has an expectation for everything a report says.
fn policy(report: &ReportSpec) -> Json {
    json!({
        "name": "everything",
        "roots": "simulated",
        "least-level": "A3",
        "required": ["snp.report.signature", "snp.crl.revocation", "snp.measurement"],
        "snp": {
            "weak-product": "allow",
            "tcb-floor": { "bootloader": 3 },
            "minimum-firmware": { "major": 1, "minor": 55, "build": 21 },
            "minimum-abi": { "major": 1, "minor": 50 },
            "vmpl": [0],
            "minimum-guest-svn": 1,
            "measurements": [hex::encode(report.measurement)],
            "host-data": hex::encode(report.host_data),
            "report-data": hex::encode(report.report_data),
            "family-id": hex::encode(report.family_id),
            "image-id": hex::encode(report.image_id),
            "id-keys": [hex::encode(report.id_key_digest)],
            "author-keys": [hex::encode(report.author_key_digest)],
        },
    })
}

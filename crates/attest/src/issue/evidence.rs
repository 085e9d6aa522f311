//! What the hardware and its launchers say, for one document.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use silicon_to_source::digest::Sha512;
use silicon_to_source::formats::eigencompute;
use silicon_to_source::formats::tpm::parse::{Attestation, TeePart};
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::{EventLog, Evidence};
use silicon_to_source::wire::Base64Url;

use super::{Issuer, Unavailable, now};
use crate::config::Source;
use crate::launcher::Launcher;
use crate::parts;
use crate::tsm::{Directory, Provider, Reported, TsmError};

impl Issuer {
    /// The types of evidence and of event logs that the document will have.
    pub(super) async fn types(&self, logs: &[EventLog]) -> Result<Vec<String>, Unavailable> {
        let mut types: Vec<String> = logs.iter().map(|log| log.kind.clone()).collect();
        for source in &self.config.evidence {
            types.push(match source {
                Source::ConfigfsTsm { .. } => {
                    let known = *self.provider.lock().unwrap_or_else(PoisonError::into_inner);
                    let provider = match known {
                        Some(provider) => provider,
                        // What stands behind the directory is only said beside a report.
                        None => self.report(source, &Sha512::of(b"").0).await?.provider,
                    };
                    evidence_type(provider).into()
                }
                Source::ConfidentialSpaceToken { token_type, .. } => token_type.word().into(),
                Source::EigenBoundEvidence { .. } => "eigen-bound-evidence".into(),
                Source::ConfidentialSpaceEvidence { .. } => "gcs-evidence".into(),
            });
        }
        types.sort_unstable();
        types.dedup();
        Ok(types)
    }

    pub(super) async fn evidence(&self, d: &Sha512) -> Result<Vec<Evidence>, Unavailable> {
        let mut evidence = Vec::new();
        for source in &self.config.evidence {
            let binary = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
            let seconds = Duration::from_secs;
            let (id, kind, body, carrier) = match source {
                Source::ConfigfsTsm { .. } => {
                    let reported = self.report(source, &d.0).await?;
                    let kind = evidence_type(reported.provider);
                    ("cpu", kind, binary(reported.report), coordinator::parse::carrier::DIRECT)
                }
                Source::ConfidentialSpaceToken { socket, audience, token_type, timeout_s } => {
                    let launcher = Launcher { socket, timeout: seconds(*timeout_s) };
                    let token = launcher.token(audience, *token_type, d).await;
                    let token = token.map_err(Unavailable::Launcher)?;
                    ("google", token_type.word(), token, coordinator::parse::carrier::EAT_NONCE)
                }
                Source::EigenBoundEvidence { socket, timeout_s } => {
                    let launcher = Launcher { socket, timeout: seconds(*timeout_s) };
                    let bytes = launcher.bound_evidence(d).await.map_err(Unavailable::Launcher)?;
                    self.note_bound(&bytes);
                    (
                        "bound",
                        "eigen-bound-evidence",
                        binary(bytes),
                        coordinator::parse::carrier::EIGEN_BOUND,
                    )
                }
                Source::ConfidentialSpaceEvidence { socket, timeout_s } => {
                    let launcher = Launcher { socket, timeout: seconds(*timeout_s) };
                    let bytes = launcher.evidence(d).await.map_err(Unavailable::Launcher)?;
                    ("launcher", "gcs-evidence", binary(bytes), "gcs-evidence/v1")
                }
            };
            let (id, kind, carrier) = (id.to_owned(), kind.to_owned(), carrier.to_owned());
            evidence.push(Evidence { id, kind, body, carrier });
        }
        Ok(evidence)
    }

    /// Notes the collateral that a processor's report inside bound evidence needs. One that cannot
    /// be read is served all the same: readers say so.
    fn note_bound(&self, bytes: &[u8]) {
        let addresses = &self.config.collateral;
        let attestation = Attestation::parse(bytes).ok();
        match attestation.and_then(|attestation| attestation.tee) {
            Some(TeePart::Tdx(part)) => {
                if let Ok(quote) = eigencompute::parse::quote(part) {
                    self.shelf().about_quote(&quote, addresses);
                }
            }
            Some(TeePart::SevSnp(part)) => {
                if let Ok(part) = eigencompute::parse::report(part) {
                    self.shelf().about_report(&part.report, &[], addresses);
                }
            }
            None => {}
        }
        if !self.shelf().due(now()).is_empty() {
            self.wanted.notify_one();
        }
    }

    /// One report of the hardware; the collateral it needs is noted.
    pub(super) async fn report(
        &self,
        source: &Source,
        data: &[u8; 64],
    ) -> Result<Reported, Unavailable> {
        let Source::ConfigfsTsm { directory, privilege_level, timeout_s } = source else {
            return Err(Unavailable::Document);
        };
        let directory = Directory {
            path: directory.clone(),
            privilege_level: *privilege_level,
            timeout: Duration::from_secs(*timeout_s),
        };
        let input = *data;
        let started = Instant::now();
        let reported = tokio::task::spawn_blocking(move || directory.report(&input))
            .await
            .map_err(|_| Unavailable::Tsm(TsmError::Timeout))?
            .map_err(Unavailable::Tsm)?;
        self.metrics.hardware.observe(started.elapsed());
        let addresses = &self.config.collateral;
        match reported.provider {
            Provider::SevGuest => {
                self.shelf().about_report(&reported.report, &reported.auxiliary, addresses);
            }
            Provider::TdxGuest => self.shelf().about_quote(&reported.report, addresses),
        }
        if !self.shelf().due(now()).is_empty() {
            self.wanted.notify_one();
        }
        let mut known = self.provider.lock().unwrap_or_else(PoisonError::into_inner);
        match known.replace(reported.provider) {
            // The document's list of types was made for the other one.
            Some(other) if other != reported.provider => Err(Unavailable::Tsm(TsmError::Conflict)),
            _ => Ok(reported),
        }
    }

    pub(super) fn event_logs(&self) -> Result<Vec<EventLog>, Unavailable> {
        let logs = self.config.event_log.iter().map(|log| {
            Ok(EventLog {
                kind: log.kind.clone(),
                registers: log.registers.clone(),
                body: Base64Url(parts::read(&log.file).map_err(Unavailable::File)?),
            })
        });
        logs.collect()
    }
}

const fn evidence_type(provider: Provider) -> &'static str {
    match provider {
        Provider::SevGuest => "snp-report",
        Provider::TdxGuest => "tdx-quote",
    }
}

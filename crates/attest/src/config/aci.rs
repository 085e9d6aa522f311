//! A report of Attested Confidential Inference (`aci/1`) beside the contract's document.

use std::path::PathBuf;

use serde::Deserialize;

/// What an ACI report has beside the quote.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Aci {
    /// The service's `workload_keyset`, JSON. The quote names exactly these keys, so they have to be
    /// those of the workload beside this sidecar. Read anew for every report.
    pub keyset: PathBuf,
    /// dstack's event log of this machine, JSON.
    pub event_log: Option<PathBuf>,
    /// The app-compose file of this machine, whose hash the log names.
    pub app_compose: Option<PathBuf>,
}

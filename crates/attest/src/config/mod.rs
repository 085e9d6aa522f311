//! The sidecar's configuration: one TOML file, in which a name that is not known is an error.
//!
//! `deploy/attestation.toml` is an example with every member explained.

mod aci;
mod collateral;
mod evidence;
mod key;
mod limits;
mod workload;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use aci::Aci;
pub use collateral::{AMD, Collateral, INTEL, INTEL_ROOT_CRL};
pub(crate) use evidence::{CCEL, LAUNCHER, TPM_LOG};
pub use evidence::{EventLog, Source, TokenType};
pub use key::{Custody, SealedKey, Terminates, Tls};
pub use limits::Limits;
pub use workload::{Provenance, ProvenanceKind, ReferenceValue, SourceKind, SourcePart, Workload};

/// What is wrong with an origin that is none.
pub(super) const NO_ORIGIN: &str =
    "`origin` must be scheme, host and port only, without a slash at the end.";

/// Everything that the sidecar is told.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Where readers ask.
    pub listen: SocketAddr,
    /// Where health, readiness and metrics are answered; nowhere without it.
    pub management: Option<SocketAddr>,
    /// The origin under which readers reach the service, such as `https://api.example.com`. It is
    /// part of what the hardware signs.
    pub origin: String,
    /// What the operator says the service runs on. It is a claim and nothing more.
    pub substrate: String,
    /// Where evidence comes from. At least one.
    pub evidence: Vec<Source>,
    /// Event logs that ride along.
    #[serde(default)]
    pub event_log: Vec<EventLog>,
    /// The key to which readers seal their requests.
    pub sealed_key: Option<SealedKey>,
    /// The key of the service's TLS certificate.
    pub tls: Option<Tls>,
    /// An ACI report beside the document, about a TDX guest.
    pub aci: Option<Aci>,
    /// What runs.
    #[serde(default)]
    pub workload: Workload,
    /// Signed statements of who built it.
    #[serde(default)]
    pub provenance: Vec<Provenance>,
    /// Signed statements about measurements.
    #[serde(default)]
    pub reference_value: Vec<ReferenceValue>,
    /// Parts of the source from which the image was built.
    #[serde(default)]
    pub source: Vec<SourcePart>,
    /// What AMD and Intel sign about their chips.
    #[serde(default)]
    pub collateral: Collateral,
    /// What the operator says the service does not promise.
    #[serde(default)]
    pub stated_limits: Vec<String>,
    /// How much may be asked.
    #[serde(default)]
    pub limits: Limits,
    /// What is written to the log.
    #[serde(default)]
    pub log: Log,
}

/// What is written to the log: JSON lines on standard error, without nonces, keys or peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Log {
    /// What failed.
    Warn,
    /// That, and starts and stops.
    #[default]
    Info,
    /// That, and every answer.
    Debug,
}

/// Why a configuration cannot be used: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a configuration. Relative paths in it are relative to `directory`.
    ///
    /// # Errors
    /// When the text is no such configuration, with the line, or when its members contradict each
    /// other.
    pub fn from_toml(text: &str, directory: &Path) -> Result<Self, ConfigError> {
        let mut config: Self =
            toml::from_str(text).map_err(|error| ConfigError(error.to_string()))?;
        for path in config.paths() {
            *path = directory.join(&*path);
        }
        config.check()?;
        Ok(config)
    }

    fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = Vec::new();
        for source in &mut self.evidence {
            paths.push(match source {
                Source::ConfigfsTsm { directory, .. } => directory,
                Source::ConfidentialSpaceToken { socket, .. }
                | Source::EigenBoundEvidence { socket, .. }
                | Source::ConfidentialSpaceEvidence { socket, .. } => socket,
            });
        }
        paths.extend(self.event_log.iter_mut().map(|log| &mut log.file));
        paths.extend(self.sealed_key.iter_mut().filter_map(|key| key.file.as_mut()));
        paths.extend(self.tls.iter_mut().map(|tls| &mut tls.certificate));
        if let Some(aci) = &mut self.aci {
            paths.push(&mut aci.keyset);
            paths.extend(&mut aci.event_log);
            paths.extend(&mut aci.app_compose);
        }
        paths.extend(&mut self.workload.manifest);
        paths.extend(&mut self.workload.index);
        paths.extend(self.source.iter_mut().map(|item| &mut item.file));
        paths.extend(self.provenance.iter_mut().map(|item| &mut item.file));
        paths.extend(self.reference_value.iter_mut().map(|item| &mut item.file));
        paths.extend(self.collateral.files.iter_mut());
        paths
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError(text.to_owned()));
        if self.evidence.is_empty() {
            return wrong("Name at least one [[evidence]] source.");
        }
        let kinds: Vec<_> = self.evidence.iter().map(std::mem::discriminant).collect();
        if kinds
            .iter()
            .enumerate()
            .any(|(at, kind)| kinds.iter().skip(at.saturating_add(1)).any(|other| other == kind))
        {
            return wrong("Only one [[evidence]] can be of one source.");
        }
        let has_tsm = self.evidence.iter().any(|own| matches!(own, Source::ConfigfsTsm { .. }));
        if self.aci.is_some() && !has_tsm {
            return wrong("[aci] needs [[evidence]] of configfs-tsm, on a TDX guest.");
        }
        if !is_origin(&self.origin) {
            return wrong(NO_ORIGIN);
        }
        if let Some(key) = &self.sealed_key
            && key.endpoint.is_some() == key.file.is_some()
        {
            return wrong("[sealed-key] needs an `endpoint` or a `file`, and not both.");
        }
        if let Some(endpoint) = self.sealed_key.as_ref().and_then(|key| key.endpoint.as_ref())
            && !endpoint.starts_with("http://")
        {
            return wrong("The `endpoint` of [sealed-key] must be on this machine (http://).");
        }
        let limits = &self.limits;
        let rates = [limits.per_second, limits.peer_per_second];
        if !rates.iter().all(|rate| rate.is_finite() && *rate > 0.0)
            || ![limits.burst, limits.peer_burst].iter().all(|b| b.is_finite() && *b >= 1.0)
        {
            return wrong("Rates in [limits] must be above 0, and bursts at least 1.");
        }
        if limits.max_age_s == 0 || limits.max_age_s > 300 {
            return wrong("`max-age-s` in [limits] must be 1 to 300.");
        }
        let numbers = [limits.connections, limits.peer_connections, limits.queue];
        if limits.header_bytes < 8192 || numbers.contains(&0) {
            return wrong(
                "In [limits], `header-bytes` must be at least 8192; `connections`, \
                 `peer-connections` and `queue` at least 1.",
            );
        }
        if self.management == Some(self.listen) {
            return wrong("`management` needs an address of its own.");
        }
        Ok(())
    }
}

/// Whether `text` is an origin as browsers write it.
pub(super) fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let allowed = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']')
    };
    matches!(scheme, "https" | "http") && !rest.is_empty() && rest.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "listen = \"127.0.0.1:8787\"\norigin = \"https://api.example.com\"\n\
                         substrate = \"gcp-snp\"\n";
    const TSM: &str = "[[evidence]]\nsource = \"configfs-tsm\"\n";

    fn refused(text: &str) -> String {
        Config::from_toml(text, Path::new("/etc")).unwrap_err().0
    }

    #[test]
    fn least_configuration_has_documented_values_and_resolves_paths() {
        let text = format!("{LEAST}{TSM}[workload]\nmanifest = \"manifest.json\"\n");
        let config = Config::from_toml(&text, Path::new("/etc/attestation")).unwrap();
        assert_eq!(config.limits.max_age_s, 300);
        assert_eq!(config.workload.manifest.unwrap(), Path::new("/etc/attestation/manifest.json"));
        let [Source::ConfigfsTsm { directory, .. }] = &config.evidence[..] else { panic!() };
        assert_eq!(directory, Path::new("/sys/kernel/config/tsm/report"));
    }

    #[test]
    fn example_that_is_shipped_can_be_read() {
        let text = include_str!("../../deploy/attestation.toml");
        let config = Config::from_toml(text, Path::new("/etc/silicon-to-source")).unwrap();
        assert_eq!(config.collateral.amd, Collateral::default().amd);
        let all = text.replace("\n# ", "\n").replace("\n#", "\n");
        assert!(all.contains("confidential-space-token"));
    }

    #[test]
    fn unknown_names_and_contradictions_are_refused_with_a_reason() {
        assert!(refused(&format!("{LEAST}evidence = []")).contains("at least one"));
        assert!(refused(&format!("colour = 1\n{LEAST}{TSM}")).contains("colour"));
        assert!(refused(&format!("{LEAST}{TSM}directry = \"/x\"")).contains("directry"));
        assert!(refused(&format!("{LEAST}{TSM}{TSM}")).contains("Only one"));
        let slash = LEAST.replace(".com", ".com/");
        assert!(refused(&format!("{slash}{TSM}")).contains("origin"));
        let token = "[[evidence]]\nsource = \"eigen-bound-evidence\"\n";
        let aci = "[aci]\nkeyset = \"keyset.json\"\n";
        assert!(refused(&format!("{LEAST}{token}{aci}")).contains("configfs-tsm"));
        let key = "[sealed-key]\ncustody = \"kms-derived\"\n";
        assert!(refused(&format!("{LEAST}{TSM}{key}")).contains("not both"));
        let key = format!("{key}endpoint = \"https://api.example.com/v1/encryption-key\"\n");
        assert!(refused(&format!("{LEAST}{TSM}{key}")).contains("on this machine"));
        for limits in ["max-age-s = 301", "peer-per-second = 0.0", "burst = nan", "queue = 0"] {
            assert!(refused(&format!("{LEAST}{TSM}[limits]\n{limits}\n")).contains("[limits]"));
        }
        assert!(refused(&format!("management = \"127.0.0.1:8787\"\n{LEAST}{TSM}")).contains("own"));
    }
}

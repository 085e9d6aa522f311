//! The sidecar's configuration: one TOML file, in which a name that is not known is an error.
//!
//! `deploy/attestation.toml` is an example with every member explained.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::limit::Rate;
use super::tsm;

/// AMD's key distribution service.
pub const AMD: &str = "https://kdsintf.amd.com";
/// Intel's provisioning certification service.
pub const INTEL: &str = "https://api.trustedservices.intel.com";
/// The revocation list of Intel's root.
pub const INTEL_ROOT_CRL: &str =
    "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";
/// Where the launchers of Confidential Space and EigenCompute listen.
pub(super) const LAUNCHER: &str = "/run/container_launcher/teeserver.sock";
/// The event log of a TDX guest's firmware.
pub(super) const CCEL: &str = "/sys/firmware/acpi/tables/data/CCEL";
/// The event log of a TPM.
pub(super) const TPM_LOG: &str = "/sys/kernel/security/tpm0/binary_bios_measurements";
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

/// Where one piece of evidence comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "source", deny_unknown_fields, rename_all = "kebab-case")]
pub enum Source {
    /// Linux's configfs-tsm: a TDX quote or a SEV-SNP report.
    #[serde(rename_all = "kebab-case")]
    ConfigfsTsm {
        /// The directory `/sys/kernel/config/tsm/report`.
        #[serde(default = "tsm_directory")]
        directory: PathBuf,
        /// SEV-SNP: the VMPL to ask for.
        privilege_level: Option<u8>,
        /// The longest time for one report, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
    /// The launcher of Google Confidential Space: a token signed by Google.
    #[serde(rename_all = "kebab-case")]
    ConfidentialSpaceToken {
        /// The launcher's socket.
        #[serde(default = "launcher_socket")]
        socket: PathBuf,
        /// Who the token is for. Never an audience that opens a door elsewhere.
        audience: String,
        /// `PKI` (its certificates come with it) or `OIDC`.
        #[serde(default)]
        token_type: TokenType,
        /// The longest time for one token, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
    /// The launcher of EigenCompute: a quote or report bound to a virtual TPM.
    #[serde(rename_all = "kebab-case")]
    EigenBoundEvidence {
        /// The launcher's socket.
        #[serde(default = "launcher_socket")]
        socket: PathBuf,
        /// The longest time for one answer, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
    /// The launcher of Google Confidential Space, where it gives out raw evidence.
    #[serde(rename_all = "kebab-case")]
    ConfidentialSpaceEvidence {
        /// The launcher's socket.
        #[serde(default = "launcher_socket")]
        socket: PathBuf,
        /// The longest time for one answer, in seconds.
        #[serde(default = "ten")]
        timeout_s: u64,
    },
}

/// The kind of a Confidential Space token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum TokenType {
    /// With Google's certificates in its header.
    #[default]
    #[serde(rename = "PKI")]
    Pki,
    /// To be checked with keys that Google serves.
    #[serde(rename = "OIDC")]
    Oidc,
}

impl TokenType {
    /// The type of evidence that such a token is.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pki => "gcp-cs-pki-token",
            Self::Oidc => "gcp-cs-oidc-token",
        }
    }
}

/// An event log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EventLog {
    /// `tcg-ccel`, `tcg-tpm`, `cos-cel` or `dstack-json`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The registers it is about, such as `rtmr0`.
    #[serde(default)]
    pub registers: Vec<String>,
    /// The file, such as `/sys/firmware/acpi/tables/data/CCEL`.
    pub file: PathBuf,
}

/// The key to which readers seal their requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SealedKey {
    /// The coordinator's own endpoint on this machine (`http://`).
    pub endpoint: Option<String>,
    /// Or a file with what that endpoint answers.
    pub file: Option<PathBuf>,
    /// `tee-generated`, `kms-derived` or `operator-provisioned`.
    pub custody: Custody,
}

/// Where a key was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Custody {
    /// In the measured machine.
    TeeGenerated,
    /// Derived by a key management service, which can derive it again.
    KmsDerived,
    /// Put there by the operator, who may hold a copy.
    OperatorProvisioned,
}

impl Custody {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::TeeGenerated, Self::KmsDerived, Self::OperatorProvisioned];

    /// The word in the binding.
    pub const fn word(self) -> &'static str {
        match self {
            Self::TeeGenerated => "tee-generated",
            Self::KmsDerived => "kms-derived",
            Self::OperatorProvisioned => "operator-provisioned",
        }
    }
}

/// The service's TLS certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tls {
    /// The certificate or its chain, PEM.
    pub certificate: PathBuf,
    /// Where the connection is decrypted: `workload`, `host` or `edge`.
    pub terminates: Terminates,
}

/// Where TLS ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Terminates {
    /// In the measured workload.
    Workload,
    /// On the same machine, outside of the workload.
    Host,
    /// On another machine.
    Edge,
}

impl Terminates {
    /// The word in the binding.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Workload => "workload",
            Self::Host => "host",
            Self::Edge => "edge",
        }
    }
}

/// What runs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Workload {
    /// The image's name with its digest.
    pub image_reference: Option<String>,
    /// The image's OCI manifest: the exact bytes of the registry.
    pub manifest: Option<PathBuf>,
    /// The OCI index that lists the manifest, when the build is about the index: exact bytes too.
    pub index: Option<PathBuf>,
    /// The commit, 40 hex digits. A claim.
    pub git_commit: Option<String>,
    /// The version's name. A claim.
    pub build_version: Option<String>,
}

/// A signed statement of who built the image.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provenance {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ProvenanceKind,
    /// The file.
    pub file: PathBuf,
}

/// Kinds of signed statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProvenanceKind {
    /// A Sigstore bundle.
    SigstoreBundle,
    /// Google Cloud Build's signed provenance.
    GcbSlsaDsse,
}

/// A part of the source from which the image was built.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourcePart {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SourceKind,
    /// The file.
    pub file: PathBuf,
}

/// Kinds of parts of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// A commit, tree or blob as it lies in `.git/objects`, or the same without compression.
    GitObject,
    /// An answer of GitHub's API about one.
    GithubAnswer,
}

impl SourceKind {
    /// The word in the document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GitObject => silicon_to_source::services::coordinator::parse::Source::OBJECT,
            Self::GithubAnswer => silicon_to_source::services::coordinator::parse::Source::ANSWER,
        }
    }
}

/// A signed statement about measurements: a Sigstore bundle.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReferenceValue {
    /// What it is about, such as `launch-measurement`.
    pub about: String,
    /// The Sigstore bundle.
    pub file: PathBuf,
}

/// What AMD and Intel sign about their chips, and where it is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Collateral {
    /// AMD's key distribution service, or a cache of it; empty: never asked.
    pub amd: String,
    /// Intel's provisioning certification service, or a PCCS; empty: never asked.
    pub intel: String,
    /// The revocation list of Intel's root; a PCCS has it under its own address.
    pub intel_root_crl: String,
    /// Files that are stapled as they are.
    pub files: Vec<PathBuf>,
    /// How often it is asked for again while it is fresh, in seconds.
    pub refresh_s: u64,
    /// The longest time for one answer, in seconds.
    pub timeout_s: u64,
}

impl Default for Collateral {
    fn default() -> Self {
        Self {
            amd: AMD.into(),
            intel: INTEL.into(),
            intel_root_crl: INTEL_ROOT_CRL.into(),
            files: Vec::new(),
            refresh_s: 6 * 3600,
            timeout_s: 20,
        }
    }
}

/// How much may be asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Questions a second for the whole process.
    pub per_second: f64,
    /// Questions at once after a pause, for the whole process.
    pub burst: f64,
    /// Questions with a nonce a second for one peer.
    pub peer_per_second: f64,
    /// Questions with a nonce at once after a pause, for one peer.
    pub peer_burst: f64,
    /// How many questions may wait for the hardware.
    pub queue: usize,
    /// How many connections may be open.
    pub connections: usize,
    /// How many connections one peer may have open, idle or not; those of [`Self::proxies`] are not
    /// counted.
    pub peer_connections: usize,
    /// The largest request line with headers, in bytes.
    pub header_bytes: usize,
    /// How long a request may take to arrive, in seconds.
    pub header_timeout_s: u64,
    /// How long a connection may live, in seconds.
    pub connection_s: u64,
    /// How long a document without a nonce is served again, in seconds: 300 at most.
    pub max_age_s: u64,
    /// How long a graceful stop waits, in seconds.
    pub stop_s: u64,
    /// Peers whose `X-Forwarded-For` is used to tell their clients apart.
    pub proxies: Vec<IpAddr>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_second: 200.0,
            burst: 400.0,
            peer_per_second: 2.0,
            peer_burst: 10.0,
            queue: 16,
            connections: 512,
            peer_connections: 32,
            header_bytes: 16 * 1024,
            header_timeout_s: 10,
            connection_s: 60,
            max_age_s: 300,
            stop_s: 10,
            proxies: Vec::new(),
        }
    }
}

impl Limits {
    /// The rate for the process.
    pub const fn process(&self) -> Rate {
        Rate { per_second: self.per_second, burst: self.burst }
    }

    /// The rate for one peer.
    pub const fn peer(&self) -> Rate {
        Rate { per_second: self.peer_per_second, burst: self.peer_burst }
    }

    /// How long a document without a nonce is served again.
    pub const fn max_age(&self) -> Duration {
        Duration::from_secs(self.max_age_s)
    }
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

fn tsm_directory() -> PathBuf {
    tsm::DIRECTORY.into()
}

fn launcher_socket() -> PathBuf {
    LAUNCHER.into()
}

const fn ten() -> u64 {
    10
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
        let text = include_str!("../deploy/attestation.toml");
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

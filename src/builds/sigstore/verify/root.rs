//! The keys that Sigstore verification begins with (`dev.sigstore.trustroot.v1.TrustedRoot`).

use std::fmt;
use std::sync::{Arc, OnceLock};

use sigstore_crypto::Keyring;
use sigstore_types::{TimeRange, TsaAuthority};
use sigstore_verify::Verifier;

use crate::builds::sigstore::checks;
use crate::builds::tuf::verify::VerifiedTarget;
use crate::crypto::provider;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Check, Finding, Value, Why};
use crate::pki::Cert;
use crate::span::Span;
use crate::time::UnixTime;
use crate::wire::der;

const WHAT: &str = "Sigstore trusted root";

/// id-ce-subjectKeyIdentifier, dotted.
const SUBJECT_KEY: &str = "2.5.29.14";

/// id-ce-authorityKeyIdentifier, dotted.
const AUTHORITY_KEY: &str = "2.5.29.35";

/// The largest trusted root that is read, in bytes.
const MAX_ROOT: usize = 1024 * 1024;

/// Release date of sigstore-trust-root 0.15.1, whose release notes name a refresh of its copy of
/// the public-good instance's trusted root as its content (sigstore-rust pull request 342). Its
/// copy of GitHub's is at least as old.
pub const EMBEDDED_SNAPSHOT: UnixTime = UnixTime(1_792_713_600);

/// Age in seconds after which the shipped copy of Sigstore's keys is called old. The public-good
/// instance renews what it publishes about twice a year.
const MAX_AGE: i64 = 366 * crate::time::DAY;

/// The same for GitHub's own instance, which has brought new authorities into use every six
/// months: after that, new signatures are by keys that the copy does not have.
const MAX_AGE_GITHUB: i64 = 183 * crate::time::DAY;

/// Where a trusted root comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootSource {
    /// Sigstore's public-good instance, as it stood at [`EMBEDDED_SNAPSHOT`]. Keys that were
    /// withdrawn later are still in it.
    Embedded,
    /// GitHub's own instance, for private repositories and release attestations, as it stood at
    /// [`EMBEDDED_SNAPSHOT`]. It has no public log and no certificate log: that GitHub signed
    /// only what its workflows asked for is GitHub's word alone.
    GitHub,
    /// This project's own simulation: nothing that it signs says anything about a real build.
    Simulated,
    /// A file that TUF vouches for at the moment of the examination.
    Refreshed,
    /// This project's own simulation of an instance without logs, like GitHub's.
    SimulatedGitHub,
    /// A file that the reader supplied.
    Supplied,
}

/// Trust anchors: certificate authorities, transparency logs, certificate logs and timestamp
/// authorities, each with the time for which it counts.
#[derive(Clone)]
pub struct TrustedRoot {
    source: RootSource,
    sha256: Sha256,
    newest: Option<UnixTime>,
    refreshed: Option<String>,
    keys: Arc<Keys>,
}

/// What a trusted root holds, and what the library makes of it.
struct Keys {
    parts: sigstore_trust_root::TrustedRoot,
    rekor: Keyring,
    library: Verifier,
}

impl fmt::Debug for TrustedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedRoot")
            .field("source", &self.source)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// A root that comes with the verifier, read once.
type Once = OnceLock<Result<TrustedRoot, Error>>;

impl TrustedRoot {
    /// The public-good instance's root that comes with the verifier.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn embedded() -> Result<Self, Error> {
        static READ: Once = OnceLock::new();
        let json = sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;
        READ.get_or_init(|| Self::parse(RootSource::Embedded, json.as_bytes())).clone()
    }

    /// The root of GitHub's own instance that comes with the verifier.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn github() -> Result<Self, Error> {
        static READ: Once = OnceLock::new();
        let json = sigstore_trust_root::SIGSTORE_GITHUB_TRUSTED_ROOT;
        READ.get_or_init(|| Self::parse(RootSource::GitHub, json.as_bytes())).clone()
    }

    /// The simulated instance's root, for demonstrations and tests.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn simulated() -> Result<Self, Error> {
        static READ: Once = OnceLock::new();
        const JSON: &[u8] = include_bytes!("../../../pki/simulated/trusted-root.json");
        READ.get_or_init(|| Self::parse(RootSource::Simulated, JSON)).clone()
    }

    /// A root that TUF vouches for.
    ///
    /// # Errors
    /// As [`Self::from_json`].
    pub fn refreshed(target: &VerifiedTarget) -> Result<Self, Error> {
        let root = Self::parse(RootSource::Refreshed, target.bytes())?;
        Ok(Self { refreshed: Some(target.describe()), ..root })
    }

    /// The root of the simulated instance without logs, for demonstrations and tests.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn simulated_github() -> Result<Self, Error> {
        static READ: Once = OnceLock::new();
        const JSON: &[u8] = include_bytes!("../../../pki/simulated/trusted-root-github.json");
        READ.get_or_init(|| Self::parse(RootSource::SimulatedGitHub, JSON)).clone()
    }

    /// A root that the reader supplies.
    ///
    /// # Errors
    /// When it is not JSON of the form, a member appears twice, a key is of an unknown kind, a
    /// log id appears twice, a chain is empty, or a window ends before it begins.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        Self::parse(RootSource::Supplied, bytes)
    }

    /// Roots as a reader supplies them: a `trusted_root.json`, or several, one a line.
    ///
    /// # Errors
    /// When any of them cannot be read.
    pub fn supplied(json: &[u8]) -> Result<Vec<Self>, Error> {
        match crate::json::lines(json) {
            None => Self::from_json(json).map(|root| vec![root]),
            Some(lines) => {
                lines.iter().map(|line| Self::from_json(line.get().as_bytes())).collect()
            }
        }
    }

    fn parse(source: RootSource, bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_ROOT)?;
        let whole = Span::new(0, bytes.len());
        let malformed = |why: String| Error::malformed(WHAT, whole, why);
        let parts: sigstore_trust_root::TrustedRoot = crate::json::from_slice(WHAT, bytes)?;
        if !matches!(
            parts.media_type.as_str(),
            "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
                | "application/vnd.dev.sigstore.trustedroot.v0.2+json"
        ) {
            return Err(Error::unsupported(
                "Sigstore trusted root mediaType",
                &parts.media_type,
                whole,
            ));
        }
        let library = Verifier::new(&parts).map_err(|error| malformed(error.to_string()))?;
        let rekor = parts.rekor_keys().map_err(|error| malformed(error.to_string()))?;
        let newest = windows(&parts).map(|window| window.start.as_second()).max().map(UnixTime);
        let sha256 = Sha256::of(bytes);
        let keys = Arc::new(Keys { parts, rekor, library });
        Ok(Self { source, sha256, newest, refreshed: None, keys })
    }

    /// Where it comes from.
    pub const fn source(&self) -> RootSource {
        self.source
    }

    /// SHA-256 of the file.
    pub const fn sha256(&self) -> Sha256 {
        self.sha256
    }

    /// When its newest key begins to count: the root is at least this young.
    pub const fn newest(&self) -> Option<UnixTime> {
        self.newest
    }

    /// Whether an authority of this root issued the certificate (DER), in its first second. Which
    /// instance a bundle belongs to is decided by this alone.
    pub fn has_issued(&self, certificate: &[u8]) -> bool {
        provider::install().is_ok() && super::certificate::is_issued(certificate, self)
    }

    /// Whether the instance keeps a public log of signatures.
    pub(crate) fn keeps_log(&self) -> bool {
        !self.keys.parts.tlogs.is_empty()
    }

    /// Whether the instance keeps a public log of the certificates that it issues.
    pub(crate) fn keeps_certificate_log(&self) -> bool {
        !self.keys.parts.ctlogs.is_empty()
    }

    /// The instance's name; for a supplied file its SHA-256.
    pub fn name(&self) -> String {
        match self.source {
            RootSource::Embedded => "Sigstore public-good instance".into(),
            RootSource::GitHub => "GitHub's own Sigstore instance".into(),
            RootSource::Simulated => "SIMULATED Sigstore instance".into(),
            RootSource::SimulatedGitHub => "SIMULATED Sigstore instance without logs".into(),
            RootSource::Refreshed => self.refreshed.clone().unwrap_or_default(),
            RootSource::Supplied => format!("supplied file, SHA-256 {}", self.sha256),
        }
    }

    /// The moment that the list shows the keys of: when it was copied, or when its newest key
    /// begins to count.
    pub const fn date(&self) -> Option<UnixTime> {
        match self.source {
            RootSource::Embedded | RootSource::GitHub => Some(EMBEDDED_SNAPSHOT),
            RootSource::Simulated
            | RootSource::Refreshed
            | RootSource::SimulatedGitHub
            | RootSource::Supplied => self.newest,
        }
    }

    /// Whether it is of this project's own simulation: a supplied list is as soon as it has one of the
    /// simulation's keys, whose secrets are public.
    pub(crate) fn is_simulated(&self) -> bool {
        match self.source {
            RootSource::Simulated | RootSource::SimulatedGitHub => true,
            RootSource::Embedded | RootSource::GitHub | RootSource::Refreshed => false,
            RootSource::Supplied => {
                let simulated = [Self::simulated(), Self::simulated_github()];
                simulated.iter().flatten().any(|root| self.is_akin(root))
            }
        }
    }

    /// Whether it is that of a real instance, as published.
    pub(super) const fn is_of_vendor(&self) -> bool {
        matches!(self.source, RootSource::Embedded | RootSource::GitHub | RootSource::Refreshed)
    }

    /// The finding that `signer` is not in this list, so that a newer one has to decide.
    pub(super) fn absent(&self, check: &'static Check, signer: impl Into<Value>) -> Finding {
        let date = self.date().map_or_else(|| "unknown date".into(), |date| date.to_string());
        Finding::unknown(check, Why::NotFetched)
            .expected(format!("key list of {date}"))
            .actual(signer)
    }

    /// Whether a certificate of this list could have issued `cert`: by the key that `cert` names,
    /// or else by its issuer's name.
    pub(super) fn names_issuer_of(&self, cert: &Cert<'_>) -> bool {
        let chains = self.keys.parts.certificate_authorities.iter();
        let own = chains.flat_map(|authority| &authority.cert_chain.certificates);
        own.filter_map(|own| Cert::parse("Sigstore authority", own.raw_bytes.as_bytes()).ok()).any(
            |own| match (authority_key(cert), own.octets(SUBJECT_KEY)) {
                (Some(named), Some(key)) => named == key && cert.names_issuer(&own),
                _ => cert.names_issuer(&own),
            },
        )
    }

    /// Whether both lists have a key of an authority or a log in common: then they are of one
    /// instance.
    pub(crate) fn is_akin(&self, other: &Self) -> bool {
        fn authorities(list: &TrustedRoot) -> Vec<&[u8]> {
            let all = &list.keys.parts;
            let issuers = all.certificate_authorities.iter().map(|own| &own.cert_chain);
            let stampers = all.timestamp_authorities.iter().map(|own| &own.cert_chain);
            let certificates = issuers.chain(stampers).flat_map(|chain| &chain.certificates);
            let logs = all.tlogs.iter().map(|log| log.log_id.key_id.as_bytes());
            let certificate_logs = all.ctlogs.iter().map(|log| log.log_id.key_id.as_bytes());
            certificates
                .map(|own| own.raw_bytes.as_bytes())
                .chain(logs)
                .chain(certificate_logs)
                .collect()
        }
        let known = authorities(other);
        authorities(self).iter().any(|own| known.contains(own))
    }

    /// Whether this project's own simulation issued the certificate (DER).
    pub(super) fn is_of_simulation(certificate: &[u8]) -> bool {
        let simulated = [Self::simulated(), Self::simulated_github()];
        simulated.iter().flatten().any(|root| root.has_issued(certificate))
    }

    /// One sentence on what it is and how old.
    pub fn describe(&self) -> String {
        let newest = self.newest.map_or_else(|| "unknown".into(), |time| time.to_string());
        let name = self.name();
        match self.source {
            RootSource::Refreshed => {
                format!("{name}, SHA-256 {}, newest key from {newest}", self.sha256)
            }
            RootSource::Embedded | RootSource::GitHub => {
                format!("{name}, copy of {EMBEDDED_SNAPSHOT}, newest key from {newest}")
            }
            RootSource::Simulated | RootSource::SimulatedGitHub => name,
            RootSource::Supplied => format!("{name}, newest key from {newest}"),
        }
    }

    /// The keys in force, and whether the copy of them that comes with the verifier is old.
    pub(super) fn finding(&self, now: UnixTime) -> Finding {
        let check = &checks::SIGSTORE_TRUSTED_ROOT;
        let age = now.0.saturating_sub(EMBEDDED_SNAPSHOT.0);
        let old = match self.source {
            RootSource::Embedded => age > MAX_AGE,
            RootSource::GitHub => age > MAX_AGE_GITHUB,
            RootSource::Refreshed
            | RootSource::Simulated
            | RootSource::SimulatedGitHub
            | RootSource::Supplied => false,
        };
        let finding = if old { Finding::warn(check, "stale") } else { Finding::pass(check) };
        finding.actual(self.describe().as_str())
    }

    /// Every chain of certificates (DER) in it, each from the one that signs up to its root.
    #[cfg(test)]
    pub(crate) fn chains(&self) -> impl Iterator<Item = Vec<&[u8]>> {
        let issuers = self.keys.parts.certificate_authorities.iter().map(|own| &own.cert_chain);
        let stampers = self.keys.parts.timestamp_authorities.iter().map(|own| &own.cert_chain);
        issuers
            .chain(stampers)
            .map(|chain| chain.certificates.iter().map(|own| own.raw_bytes.as_bytes()).collect())
    }

    pub(super) fn parts(&self) -> &sigstore_trust_root::TrustedRoot {
        &self.keys.parts
    }

    pub(super) fn rekor(&self) -> &Keyring {
        &self.keys.rekor
    }

    pub(super) fn library(&self) -> &Verifier {
        &self.keys.library
    }

    /// The host of the transparency log with this id.
    pub(super) fn log_host(&self, id: &sigstore_types::LogKeyId) -> Option<&str> {
        let log = self.keys.parts.tlogs.iter().find(|log| log.log_id.key_id == *id)?;
        let url = log.base_url.as_str();
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        Some(host.split('/').next().unwrap_or(host))
    }

    /// The timestamp authorities, each as one unit of certificates and window.
    pub(super) fn timestamp_authorities(&self) -> impl Iterator<Item = TsaAuthority> {
        self.keys.parts.timestamp_authorities.iter().filter_map(|authority| {
            let certificates = &authority.cert_chain.certificates;
            let leaf = certificates.first()?;
            let root = certificates.last()?;
            let between = certificates.len().saturating_sub(2);
            let intermediates = certificates.iter().skip(1).take(between);
            Some(TsaAuthority::new(
                leaf.raw_bytes.clone(),
                intermediates.map(|certificate| certificate.raw_bytes.clone()).collect(),
                root.raw_bytes.clone(),
                authority.valid_for,
            ))
        })
    }
}

/// The id of the key that issued the certificate, as the certificate says (RFC 5280 section
/// 4.2.1.1).
fn authority_key<'a>(cert: &Cert<'a>) -> Option<&'a [u8]> {
    let value = der::only(cert.extension(AUTHORITY_KEY)?.value)?;
    let fields = value.elements()?;
    fields.into_iter().find(|field| field.tag == 0x80).map(|field| field.content)
}

fn windows(root: &sigstore_trust_root::TrustedRoot) -> impl Iterator<Item = TimeRange> {
    let logs = root.tlogs.iter().map(|log| log.public_key.valid_for);
    let certificate_logs = root.ctlogs.iter().map(|log| log.public_key.valid_for);
    let authorities = root.certificate_authorities.iter().map(|authority| authority.valid_for);
    let timestamps = root.timestamp_authorities.iter().map(|authority| authority.valid_for);
    logs.chain(certificate_logs).chain(authorities).chain(timestamps).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_root_says_its_dates() {
        let root = TrustedRoot::embedded().unwrap();
        assert_eq!(root.newest(), "2025-09-23T00:00:00Z".parse().ok());
        assert_eq!(EMBEDDED_SNAPSHOT.to_string(), "2026-10-23T00:00:00Z");
        assert!(root.describe().contains("2026-10-23"), "{}", root.describe());
    }

    #[test]
    fn github_keeps_no_logs_and_the_public_good_instance_keeps_both() {
        let github = TrustedRoot::github().unwrap();
        assert!(!github.keeps_log() && !github.keeps_certificate_log());
        assert_eq!(github.newest(), "2026-06-12T00:00:00Z".parse().ok());
        let public = TrustedRoot::embedded().unwrap();
        assert!(public.keeps_log() && public.keeps_certificate_log());
    }

    /// A root is read once and kept: nothing of it may be what a first pass only supposes.
    #[test]
    fn reading_a_root_asks_about_no_signature() {
        for json in [
            sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT.as_bytes(),
            sigstore_trust_root::SIGSTORE_GITHUB_TRUSTED_ROOT.as_bytes(),
            include_bytes!("../../../pki/simulated/trusted-root.json"),
            include_bytes!("../../../pki/simulated/trusted-root-github.json"),
        ] {
            let draft = crate::crypto::supposing(|| TrustedRoot::from_json(json).is_ok());
            assert!(draft.questions().is_empty());
            let (is_read, signatures) = draft.settled(&[], || unreachable!());
            assert!(is_read);
            assert_eq!(signatures.iter().count(), 0);
        }
    }

    #[test]
    fn root_with_a_log_twice_is_refused() {
        let json = sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT;
        let mut root: serde_json::Value = serde_json::from_str(json).unwrap();
        let log = root["tlogs"][0].clone();
        root["tlogs"].as_array_mut().unwrap().push(log);
        assert!(TrustedRoot::from_json(root.to_string().as_bytes()).is_err());
    }

    #[test]
    fn root_with_a_member_twice_is_refused() {
        let json = sigstore_trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT.replacen(
            "\"tlogs\"",
            "\"tlogs\": [], \"tlogs\"",
            1,
        );
        let error = TrustedRoot::from_json(json.as_bytes()).unwrap_err();
        assert!(error.to_string().contains("twice"), "{error}");
    }
}

//! Making documents: one at a time, because there is one piece of hardware.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hyper::body::Bytes;
use s2s_net::{Client, Failure, Request};
use serde::Deserialize;
use silicon_to_source::digest::{Sha256, Sha512};
use silicon_to_source::formats::eigencompute;
use silicon_to_source::formats::tpm::parse::{Attestation, TeePart};
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::{
    Binding, BindingBytes, Document, EventLog, Evidence, Freshness, Key, MAX_DOCUMENT, Mode,
    SCHEMA, Substrate,
};
use silicon_to_source::time::UnixTime;
use silicon_to_source::wire::Base64Url;
use tokio::sync::{Mutex as AsyncMutex, Notify, Semaphore};

use super::collateral::{self, Shelf};
use super::config::{Config, ConfigError, SealedKey, Source};
use super::launcher::{Launcher, LauncherError};
use super::metrics::Metrics;
use super::parts::{self, Parts};
use super::tsm::{Directory, Provider, Reported, TsmError};

/// The largest answer of the coordinator's key endpoint, in bytes.
const MAX_KEY: usize = 16 * 1024;

/// How long the coordinator may take to name its key.
const KEY_TIME: Duration = Duration::from_secs(3);

/// Makes documents.
#[derive(Debug)]
pub struct Issuer {
    config: Config,
    parts: Parts,
    shelf: Mutex<Shelf>,
    provider: Mutex<Option<Provider>>,
    instance: String,
    client: Client,
    hardware: Arc<Semaphore>,
    waiting: AtomicUsize,
    standing: AsyncMutex<Option<Standing>>,
    wanted: Notify,
    /// What happened since the start.
    pub metrics: Arc<Metrics>,
}

/// A document made for everyone.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The document.
    pub body: Bytes,
    /// When it was made.
    pub made: Instant,
}

/// Why there is no document. Peers learn whether to come back, and nothing else.
#[derive(Debug)]
pub enum Unavailable {
    /// Too many wait for the hardware already.
    Busy,
    /// configfs-tsm gave no report.
    Tsm(TsmError),
    /// A launcher gave nothing.
    Launcher(LauncherError),
    /// The coordinator's key is not to be had.
    Key(Failure),
    /// The coordinator's key endpoint answered something else.
    KeyAnswer,
    /// A file cannot be read.
    File(ConfigError),
    /// The document would be larger than readers accept, or cannot be written.
    Document,
}

impl Unavailable {
    /// Whether this machine has no such hardware or launcher at all.
    pub fn is_absence(&self) -> bool {
        match self {
            Self::Tsm(error) => error.is_absence(),
            Self::Launcher(LauncherError::Refused | LauncherError::Status(404)) => true,
            _ => false,
        }
    }
}

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Busy => f.write_str("too many questions wait for the hardware"),
            Self::Tsm(error) if error.is_absence() => write!(f, "{error}"),
            Self::Tsm(error) => write!(f, "configfs-tsm: {error}"),
            Self::Launcher(error) => write!(f, "{error}"),
            Self::Key(failure) => write!(f, "the coordinator's key: {failure}"),
            Self::KeyAnswer => f.write_str("the coordinator's key: the answer cannot be read"),
            Self::File(error) => write!(f, "{error}"),
            Self::Document => f.write_str("the document is larger than readers accept"),
        }
    }
}

impl std::error::Error for Unavailable {}

impl Issuer {
    /// Reads the files that the configuration names. Asks nobody yet.
    ///
    /// # Errors
    /// When a file cannot be read, or this processor cannot do TLS.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let client =
            Client::new().map_err(|failure| ConfigError(format!("No TLS here: {failure}.")))?;
        let mut instance = [0; 16];
        getrandom::fill(&mut instance)
            .map_err(|error| ConfigError(format!("No random numbers: {error}.")))?;
        Ok(Self {
            parts: Parts::read(&config)?,
            shelf: Mutex::new(parts::shelf(&config)?),
            provider: Mutex::new(None),
            instance: URL_SAFE_NO_PAD.encode(instance),
            client,
            hardware: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
            standing: AsyncMutex::new(None),
            wanted: Notify::new(),
            metrics: Arc::default(),
            config,
        })
    }

    /// The configuration.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// A document that answers `nonce`.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn challenge(self: &Arc<Self>, nonce: Vec<u8>) -> Result<Bytes, Unavailable> {
        self.in_turn(Some(nonce)).await
    }

    /// The document made for everyone: the one in memory, or a new one when that is too old.
    ///
    /// # Errors
    /// [`Unavailable`]. One that is too old is never served instead.
    pub async fn standing(self: &Arc<Self>) -> Result<Standing, Unavailable> {
        let mut standing = self.standing.lock().await;
        if let Some(known) =
            standing.as_ref().filter(|known| known.made.elapsed() < self.config.limits.max_age())
        {
            return Ok(known.clone());
        }
        let made = Instant::now();
        let new = Standing { body: self.in_turn(None).await?, made };
        *standing = Some(new.clone());
        Ok(new)
    }

    /// Whether a document could be served now.
    pub async fn is_ready(self: &Arc<Self>) -> bool {
        self.standing().await.is_ok()
    }

    /// Waits for the hardware, unless too many wait already. A reader that leaves its place in the
    /// queue gives it up; what has been begun is finished, so that two are never begun at once.
    async fn in_turn(self: &Arc<Self>, nonce: Option<Vec<u8>>) -> Result<Bytes, Unavailable> {
        let permit = {
            let _place = Place::take(self).ok_or(Unavailable::Busy)?;
            Arc::clone(&self.hardware).acquire_owned().await.map_err(|_| Unavailable::Busy)?
        };
        let issuer = Arc::clone(self);
        let made = tokio::spawn(async move {
            let _permit = permit;
            issuer.make(nonce).await
        });
        let made = made.await.unwrap_or(Err(Unavailable::Document));
        if let Err(error) = &made {
            self.metrics.hardware_failures.count();
            tracing::warn!(error = %error, "no document");
        }
        made
    }

    async fn make(&self, nonce: Option<Vec<u8>>) -> Result<Bytes, Unavailable> {
        let event_logs = self.event_logs()?;
        let types = self.types(&event_logs).await?;
        let issued_at = now();
        let sealed = match &self.config.sealed_key {
            Some(source) => Some(self.sealed_key(source).await?),
            None => None,
        };
        let workload = self.parts.workload.as_ref().map(|workload| {
            coordinator::parse::binding::BoundWorkload {
                manifest_digest: workload.manifest_digest.clone(),
                git_commit: workload.git_commit.clone(),
                build_version: workload.build_version.clone(),
            }
        });
        let binding = Binding {
            v: 1,
            origin: self.config.origin.clone(),
            issued_at,
            instance_id: Some(self.instance.clone()),
            keys: sealed.into_iter().chain(self.parts.tls.clone()).collect(),
            workload,
            evidence_types: types,
        };
        let bytes = serde_json::to_vec(&binding).map_err(|_| Unavailable::Document)?;
        let d = coordinator::parse::carrier::digest(nonce.as_deref().unwrap_or_default(), &bytes)
            .map_err(|_| Unavailable::Document)?;
        let evidence = self.evidence(&d).await?;
        let tokens = |item: &Evidence| item.carrier == coordinator::parse::carrier::EAT_NONCE;
        let freshness = match &nonce {
            Some(_) => Freshness { mode: Mode::Challenge, max_age_s: None },
            None if evidence.iter().all(tokens) => {
                Freshness { mode: Mode::Token, max_age_s: Some(self.config.limits.max_age_s) }
            }
            None => Freshness { mode: Mode::Cached, max_age_s: Some(self.config.limits.max_age_s) },
        };
        let document = Document {
            schema: SCHEMA.into(),
            nonce: nonce.map(Base64Url),
            issued_at,
            freshness,
            substrate: Some(Substrate { claimed: self.config.substrate.clone(), detail: None }),
            binding: BindingBytes {
                media_type: "application/json".into(),
                bytes: Base64Url(bytes),
            },
            evidence,
            event_logs,
            collateral: self.shelf().stapled(now()),
            workload: self.parts.workload.clone(),
            provenance: self.parts.provenance.clone(),
            reference_values: self.parts.reference_values.clone(),
            source: self.parts.source.clone(),
            registry: Vec::new(),
            limits: self.config.stated_limits.clone(),
        };
        let body = serde_json::to_vec(&document).map_err(|_| Unavailable::Document)?;
        if body.len() > MAX_DOCUMENT {
            return Err(Unavailable::Document);
        }
        Ok(body.into())
    }

    /// The types of evidence and of event logs that the document will have.
    async fn types(&self, logs: &[EventLog]) -> Result<Vec<String>, Unavailable> {
        let mut types: Vec<String> = logs.iter().map(|log| log.kind.clone()).collect();
        for source in &self.config.evidence {
            types.push(match source {
                Source::ConfigfsTsm { .. } => {
                    let known = *self.provider.lock().unwrap_or_else(PoisonError::into_inner);
                    let provider = match known {
                        Some(provider) => provider,
                        // What stands behind the directory is only said beside a report.
                        None => self.report(source, &Sha512::of(b"")).await?.provider,
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

    async fn evidence(&self, d: &Sha512) -> Result<Vec<Evidence>, Unavailable> {
        let mut evidence = Vec::new();
        for source in &self.config.evidence {
            let binary = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
            let seconds = Duration::from_secs;
            let (id, kind, body, carrier) = match source {
                Source::ConfigfsTsm { .. } => {
                    let reported = self.report(source, d).await?;
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
    async fn report(&self, source: &Source, d: &Sha512) -> Result<Reported, Unavailable> {
        let Source::ConfigfsTsm { directory, privilege_level, timeout_s } = source else {
            return Err(Unavailable::Document);
        };
        let directory = Directory {
            path: directory.clone(),
            privilege_level: *privilege_level,
            timeout: Duration::from_secs(*timeout_s),
        };
        let input = d.0;
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

    fn event_logs(&self) -> Result<Vec<EventLog>, Unavailable> {
        let logs = self.config.event_log.iter().map(|log| {
            Ok(EventLog {
                kind: log.kind.clone(),
                registers: log.registers.clone(),
                body: Base64Url(parts::read(&log.file).map_err(Unavailable::File)?),
            })
        });
        logs.collect()
    }

    /// What the coordinator answers when it is asked for its key.
    async fn key_answer(&self, source: &SealedKey) -> Result<Vec<u8>, Unavailable> {
        match (&source.endpoint, &source.file) {
            (Some(url), _) => {
                let request = Request { timeout: KEY_TIME, ..Request::get(url, MAX_KEY) };
                let answer = self.client.get(&request).await.map_err(Unavailable::Key)?;
                if answer.status == 200 { Ok(answer.body) } else { Err(Unavailable::KeyAnswer) }
            }
            (None, Some(path)) => parts::read(path).map_err(Unavailable::File),
            (None, None) => Err(Unavailable::KeyAnswer),
        }
    }

    /// The answer of the configured key endpoint, where there is one and it answers.
    pub async fn named_key(&self) -> Option<Vec<u8>> {
        self.key_answer(self.config.sealed_key.as_ref()?).await.ok()
    }

    /// The key to which readers seal their requests, as the coordinator itself names it.
    async fn sealed_key(&self, source: &SealedKey) -> Result<Key, Unavailable> {
        let answer = self.key_answer(source).await?;
        let named: NamedKey =
            serde_json::from_slice(&answer).map_err(|_| Unavailable::KeyAnswer)?;
        let key = STANDARD.decode(&named.public_key).map_err(|_| Unavailable::KeyAnswer)?;
        if key.len() != 32 {
            return Err(Unavailable::KeyAnswer);
        }
        let kid = Sha256::of(&key).to_string();
        Ok(Key {
            usage: coordinator::parse::binding::SEALED_REQUEST.into(),
            alg: Some(named.algorithm),
            kid: kid.get(..16).map(str::to_owned),
            public_key: Some(named.public_key),
            custody: Some(source.custody.word().into()),
            ..Key::default()
        })
    }

    /// Asks the hardware once, so that it is known what it is and what collateral it needs.
    pub async fn prepare(self: &Arc<Self>) {
        let Ok(_permit) = self.hardware.acquire().await else { return };
        if let Err(error) = self.types(&[]).await {
            tracing::warn!(error = %error, "no evidence yet");
        }
    }

    /// Asks for the collateral that is due, and says when to come back. A document in memory
    /// that lacks what came now is dropped.
    pub async fn refresh(&self) -> Duration {
        /// How long is waited when there is nothing to ask for.
        const IDLE: i64 = 60;
        let addresses = &self.config.collateral;
        let due = self.shelf().due(now());
        let mut is_new = false;
        for url in due {
            let timeout = Duration::from_secs(addresses.timeout_s);
            let request = Request { timeout, ..Request::get(&url, collateral::MAX_FILE) };
            let answer = self.client.get(&request).await;
            let mut shelf = self.shelf();
            let outcome = match &answer {
                Ok(answer) if answer.status == 200 => {
                    let refresh = i64::try_from(addresses.refresh_s).unwrap_or(i64::MAX);
                    let taken = shelf.answered(&url, &answer.headers, &answer.body, refresh, now());
                    taken.map_err(|refused| format!("{refused:?}"))
                }
                Ok(answer) => {
                    let wait = answer.header("retry-after").and_then(|text| text.parse().ok());
                    shelf.failed(&url, wait, now());
                    Err(format!("status {}", answer.status))
                }
                Err(failure) => {
                    shelf.failed(&url, None, now());
                    Err(failure.to_string())
                }
            };
            match outcome {
                Ok(()) => {
                    self.metrics.collateral_fetched.count();
                    is_new = true;
                }
                Err(error) => {
                    self.metrics.collateral_failed.count();
                    tracing::warn!(host = host(&url), error, "no collateral");
                }
            }
        }
        if is_new {
            *self.standing.lock().await = None;
        }
        let shelf = self.shelf();
        let until = shelf.until().and_then(|until| u64::try_from(until.0).ok());
        self.metrics.collateral_until.set(until.unwrap_or_default());
        let next = shelf.next().map_or(IDLE, |next| next.0.saturating_sub(now().0));
        Duration::from_secs(u64::try_from(next.clamp(1, IDLE)).unwrap_or(1))
    }

    /// The hosts that are asked for collateral now, each once.
    pub fn hosts_due(&self) -> Vec<String> {
        let mut hosts: Vec<String> =
            self.shelf().due(now()).iter().map(|url| host(url).to_owned()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Waits until a report needs collateral that has not been asked for.
    pub async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// Whether everything that was to be fetched is there.
    pub fn has_collateral(&self) -> bool {
        self.shelf().is_complete(now())
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `GET /v1/encryption-key` answers.
#[derive(Deserialize)]
struct NamedKey {
    public_key: String,
    algorithm: String,
}

/// A place in the queue; it is given back at the end.
struct Place<'a>(&'a Issuer);

impl<'a> Place<'a> {
    fn take(issuer: &'a Issuer) -> Option<Self> {
        let before = issuer.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Self(issuer);
        place.show();
        (before < issuer.config.limits.queue).then_some(place)
    }

    fn show(&self) {
        let waiting = self.0.waiting.load(Ordering::Acquire);
        self.0.metrics.waiting.set(u64::try_from(waiting).unwrap_or(u64::MAX));
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
        self.show();
    }
}

const fn evidence_type(provider: Provider) -> &'static str {
    match provider {
        Provider::SevGuest => "snp-report",
        Provider::TdxGuest => "tdx-quote",
    }
}

/// The host of a URL, for the log: the rest names the chip.
fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or_default()
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

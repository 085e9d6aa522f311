//! Making documents: one at a time, because there is one piece of hardware.

pub(crate) mod aci;
mod evidence;
mod key;
mod refresh;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::body::Bytes;
use s2s_net::{Client, Failure};
use silicon_to_source::services::coordinator;
use silicon_to_source::services::coordinator::parse::{
    Binding, BindingBytes, Document, Evidence, Freshness, MAX_DOCUMENT, Mode, SCHEMA, Substrate,
};
use silicon_to_source::time::UnixTime;
use silicon_to_source::wire::Base64Url;
use tokio::sync::{Mutex as AsyncMutex, Notify, Semaphore};

use super::collateral::Shelf;
use super::config::{Config, ConfigError};
use super::launcher::LauncherError;
use super::metrics::Metrics;
use super::parts::{self, Parts};
use super::tsm::{Provider, TsmError};

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
    /// An ACI report was asked for, and this is no TDX guest.
    NotTdx,
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
            Self::NotTdx => f.write_str("[aci] is for TDX guests, and this is none"),
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
        self.in_turn(Asked::Document(Some(nonce))).await
    }

    /// An ACI report that answers `nonce`; nothing where none is configured.
    pub(crate) async fn aci_report(
        self: &Arc<Self>,
        nonce: Option<[u8; aci::NONCE_LEN]>,
    ) -> Option<Result<Bytes, Unavailable>> {
        self.config.aci.as_ref()?;
        Some(self.in_turn(Asked::Aci(nonce)).await)
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
        let new = Standing { body: self.in_turn(Asked::Document(None)).await?, made };
        *standing = Some(new.clone());
        Ok(new)
    }

    /// Whether a document could be served now.
    pub async fn is_ready(self: &Arc<Self>) -> bool {
        self.standing().await.is_ok()
    }

    /// Waits for the hardware, unless too many wait already. A reader that leaves its place in the
    /// queue gives it up; what has been begun is finished, so that two are never begun at once.
    async fn in_turn(self: &Arc<Self>, asked: Asked) -> Result<Bytes, Unavailable> {
        let permit = {
            let _place = Place::take(self).ok_or(Unavailable::Busy)?;
            Arc::clone(&self.hardware).acquire_owned().await.map_err(|_| Unavailable::Busy)?
        };
        let issuer = Arc::clone(self);
        let made = tokio::spawn(async move {
            let _permit = permit;
            match (asked, &issuer.config.aci) {
                (Asked::Document(nonce), _) => issuer.make(nonce).await,
                (Asked::Aci(nonce), Some(aci)) => issuer.aci(aci, nonce).await,
                (Asked::Aci(_), None) => Err(Unavailable::Document),
            }
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

    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What waits for the hardware.
enum Asked {
    /// The contract's document, for a nonce or for everyone.
    Document(Option<Vec<u8>>),
    /// An ACI report.
    Aci(Option<[u8; aci::NONCE_LEN]>),
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

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixTime(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

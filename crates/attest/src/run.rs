//! Starting, running and stopping.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::Level;

use super::config::{Config, ConfigError, Limits, Log};
use super::http::{self, Desk};
use super::issue::Issuer;
use super::listen;
use super::metrics::Metrics;

/// Serves what `config` says until SIGTERM or SIGINT.
///
/// # Errors
/// One sentence: a file, an address or the system stands in the way. Hardware that gives no
/// evidence is no error; the sidecar then answers `attestation_unavailable` and goes on asking.
pub fn run(config: Config) -> Result<(), ConfigError> {
    log(config.log);
    block_on(async {
        let issuer = Arc::new(Issuer::new(config)?);
        let config = issuer.config().clone();
        let router = http::router(Arc::new(Desk::new(Arc::clone(&issuer))));
        let public = bind(config.listen).await?;
        let private = match config.management {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(until_signal(stop));
        tell(NotifyState::Ready);
        tokio::spawn(keep_fresh(Arc::clone(&issuer)));
        let management = http::management(Arc::clone(&issuer));
        let private = private
            .map(|listener| (listener, management, Limits::default(), Arc::<Metrics>::default()));
        let metrics = Arc::clone(&issuer.metrics);
        serve((public, router, config.limits, metrics), private, stopped).await
    })
}

/// What one listener serves.
pub type Service = (TcpListener, Router, Limits, Arc<Metrics>);

/// Serves one or two listeners until `stopped`.
///
/// # Errors
/// When a listener fails.
pub async fn serve(
    public: Service,
    private: Option<Service>,
    stopped: watch::Receiver<bool>,
) -> Result<(), ConfigError> {
    let address = public.0.local_addr().map_err(failed)?;
    tracing::info!(%address, "listening");
    let one = |(listener, router, limits, metrics): Service| {
        let stopped = stopped.clone();
        async move { listen::serve(listener, router, &limits, metrics, stopped).await }
    };
    let private = async {
        match private {
            Some(service) => one(service).await,
            None => Ok(()),
        }
    };
    let (public, private) = tokio::join!(one(public), private);
    tracing::info!("stopped");
    public.and(private).map_err(failed)
}

/// Learns what the hardware is, then asks for collateral whenever it is time.
pub async fn keep_fresh(issuer: Arc<Issuer>) {
    issuer.prepare().await;
    loop {
        let pause = issuer.refresh().await;
        let _ = tokio::time::timeout(pause, issuer.wanted()).await;
    }
}

/// Says `true` on SIGTERM or SIGINT. Signals are taken from the call on, before the first poll.
pub fn until_signal(stop: watch::Sender<bool>) -> impl Future<Output = ()> + Send {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        // Without a handler the signal ends the process by itself.
        let (Ok(mut terminate), Ok(mut interrupt)) = signals else { return };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        tell(NotifyState::Stopping);
        let _ = stop.send(true);
    }
}

/// Binds an address.
///
/// # Errors
/// One sentence with the address.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ConfigError> {
    listen::bind(address).await.map_err(failed)
}

/// Runs `work` on all processors.
///
/// # Errors
/// Those of `work`, and when the system has no threads to give.
pub fn block_on<T>(work: impl Future<Output = Result<T, ConfigError>>) -> Result<T, ConfigError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?.block_on(work)
}

/// JSON lines on standard error. Only the first call of a process counts.
pub fn log(log: Log) {
    let level = match log {
        Log::Warn => Level::WARN,
        Log::Info => Level::INFO,
        Log::Debug => Level::DEBUG,
    };
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_max_level(level)
        .with_writer(io::stderr)
        .finish();
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Tells systemd, where it started this process and waits to be told.
fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd was not told");
    }
}

fn failed(error: io::Error) -> ConfigError {
    ConfigError(error.to_string())
}

//! Connections: how many, how long, how large a request, and how they end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::config::Limits;
use super::http::Peer;
use super::metrics::Metrics;

/// The most header fields of a request.
const MAX_HEADERS: usize = 64;

/// How long is waited when the system has no connection to give.
const SYSTEM_PAUSE: Duration = Duration::from_millis(100);

/// What connections share.
#[derive(Debug)]
struct House {
    room: Arc<Semaphore>,
    open: AtomicU64,
    limits: Limits,
}

/// Serves until `stop` says so; connections that are open then get the configured time to end.
///
/// # Errors
/// When the listener has no address.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: &Limits,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    listener.local_addr()?;
    let room = Arc::new(Semaphore::new(limits.connections));
    let house = Arc::new(House { room, open: AtomicU64::new(0), limits: limits.clone() });
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(SYSTEM_PAUSE).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&house.room).try_acquire_owned() else {
            metrics.refused_connections.count();
            drop(stream);
            continue;
        };
        let router = router.clone().layer(Extension(Peer(peer.ip().to_canonical())));
        let connection =
            one(stream, router, Arc::clone(&house), Arc::clone(&metrics), stop.clone(), permit);
        tokio::spawn(connection);
    }
    drop(listener);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    let ended = house.room.acquire_many(all);
    let _ = tokio::time::timeout(Duration::from_secs(limits.stop_s), ended).await;
    Ok(())
}

/// Binds an address.
///
/// # Errors
/// What the system answered, with the address.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|error| io::Error::new(error.kind(), format!("{address}: {error}")))
}

async fn one(
    stream: TcpStream,
    router: Router,
    house: Arc<House>,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) {
    let gauge = &metrics.connections;
    gauge.set(house.open.fetch_add(1, Ordering::AcqRel).saturating_add(1));
    // Answers are written at once; a slow reader is met by the connection's time.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(house.limits.header_timeout_s))
        .max_buf_size(house.limits.header_bytes)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    within(connection, Duration::from_secs(house.limits.connection_s), stop).await;
    gauge.set(house.open.fetch_sub(1, Ordering::AcqRel).saturating_sub(1));
    drop(permit);
}

/// Runs a connection to its end. After `time`, or on `stop`, it finishes the answer that it has
/// begun; after twice that time it is cut.
async fn within<S>(connection: S, time: Duration, mut stop: watch::Receiver<bool>)
where
    S: Graceful,
{
    let mut connection = std::pin::pin!(connection);
    let old = tokio::time::sleep(time);
    tokio::select! {
        () = connection.as_mut().ended() => return,
        () = old => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().finish();
    let _ = tokio::time::timeout(time, connection.as_mut().ended()).await;
}

/// A connection that can be told to take no further request.
trait Graceful {
    fn finish(self: std::pin::Pin<&mut Self>);
    fn ended(self: std::pin::Pin<&mut Self>) -> impl Future<Output = ()> + Send;
}

impl Graceful for http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    fn finish(self: std::pin::Pin<&mut Self>) {
        self.graceful_shutdown();
    }

    async fn ended(self: std::pin::Pin<&mut Self>) {
        let _ = self.await;
    }
}

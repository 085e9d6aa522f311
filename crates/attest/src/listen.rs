//! Connections: how many, how many of one peer, how long, how large a request, and how they end.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
use super::limit::network;
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
    /// The open connections of each peer; a peer without one is not in it.
    peers: Mutex<HashMap<IpAddr, usize>>,
    limits: Limits,
}

impl House {
    /// A seat for `peer`, unless it has as many connections as one peer may have. Idle ones and
    /// those that read slowly count like any other. The operator's own proxies bring many readers,
    /// so that only the limit of all connections holds for them.
    fn seat(self: &Arc<Self>, peer: IpAddr) -> Option<Seat> {
        let counted = (!self.limits.proxies.contains(&peer)).then(|| network(peer));
        if let Some(peer) = counted {
            let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
            let open = peers.entry(peer).or_default();
            if *open >= self.limits.peer_connections {
                return None;
            }
            *open = open.saturating_add(1);
        }
        Some(Seat { house: Arc::clone(self), peer: counted })
    }
}

/// A connection's seat among those of its peer; it is given back at the end.
struct Seat {
    house: Arc<House>,
    /// `None` for a peer whose connections are not counted.
    peer: Option<IpAddr>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(peer) = self.peer else { return };
        let mut peers = self.house.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let left = peers.get(&peer).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            peers.remove(&peer);
        } else {
            peers.insert(peer, left);
        }
    }
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
    let house = Arc::new(House {
        room,
        open: AtomicU64::new(0),
        peers: Mutex::default(),
        limits: limits.clone(),
    });
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(SYSTEM_PAUSE).await;
            continue;
        };
        let peer = peer.ip().to_canonical();
        let permit = Arc::clone(&house.room).try_acquire_owned().ok();
        let Some((permit, seat)) = permit.and_then(|permit| Some((permit, house.seat(peer)?)))
        else {
            metrics.refused_connections.count();
            drop(stream);
            continue;
        };
        let router = router.clone().layer(Extension(Peer(peer)));
        let connection = one(stream, router, seat, Arc::clone(&metrics), stop.clone(), permit);
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
    seat: Seat,
    metrics: Arc<Metrics>,
    stop: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) {
    let house = &seat.house;
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
    // Whoever waits for the last permit finds every seat given back.
    drop(seat);
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

//! A simulated coordinator with the real sidecar beside it: only the hardware and what it signs
//! with are simulated.
//!
//! One process shows every [`Fault`]. It is named in one of three ways:
//! - by the port: [`Listening::WithFaults`] opens one more port for each, so that each has an
//!   origin of its own, as a real coordinator would;
//! - by the host: `http://debug.localhost:8787`. Browsers take every name under `localhost` for
//!   this machine (RFC 6761 section 6.3);
//! - by the path: `http://127.0.0.1:8787/fault/debug/v1/coordinator/attestation`. The origin is
//!   then that of the healthy coordinator.
//!
//! The origin in the binding is that of the request's `Host`, which must name this machine.

mod fault;
mod machine;
mod sealed;
mod tsm;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_LENGTH, CONTENT_TYPE, HOST, LOCATION,
};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Frame};
use serde_json::Value;
use tokio::sync::watch;

pub use fault::Fault;
pub use machine::{Condition, SimulatedMachine, Vendor, certificate_table};
pub use tsm::{Answered, Tsm};

use super::coordinator::{SEALED_KEY, key_answer};
use s2s_attest::config::{Limits, Log};
use s2s_attest::http::{Desk, Peer, Trouble};
use s2s_attest::{ConfigError, Issuer, run};
use silicon_to_source::services::coordinator::parse::{KEY_PATH, PATH};

/// The key that [`Fault::SwappedSealedKey`] names.
pub const OTHER_KEY: [u8; 32] = *b"SIMULATED X25519 public key 0002";

/// The nonce that [`Fault::OldNonce`] and [`Fault::Replayed`] answer.
pub const OLD_NONCE: [u8; 32] = *b"SIMULATED nonce of another time.";

/// How many origins one process plays at most.
const MAX_ORIGINS: usize = 64;

/// A simulated coordinator with all that can be wrong with it.
#[derive(Debug)]
pub struct Stage {
    vendor: Vendor,
    machines: Mutex<BTreeMap<Condition, SimulatedMachine>>,
    desks: Mutex<BTreeMap<(Condition, String), Arc<Desk>>>,
}

/// Which ports are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// One; every answer has this fault, if there is one.
    Only(Option<Fault>),
    /// One for the healthy coordinator, and one for each fault on the ports that follow.
    WithFaults,
}

impl Stage {
    /// A stage.
    pub const fn new(vendor: Vendor) -> Self {
        Self { vendor, machines: Mutex::new(BTreeMap::new()), desks: Mutex::new(BTreeMap::new()) }
    }

    /// The sidecar beside a machine in this condition, reached under `origin`.
    ///
    /// # Errors
    /// When the machine's directory cannot be made, or too many origins are asked for.
    pub fn desk(&self, condition: Condition, origin: &str) -> io::Result<Arc<Desk>> {
        let mut desks = self.desks.lock().unwrap();
        let name = (condition, origin.to_owned());
        if let Some(desk) = desks.get(&name) {
            return Ok(Arc::clone(desk));
        }
        if desks.len() >= MAX_ORIGINS {
            return Err(io::Error::other("too many origins"));
        }
        let mut machines = self.machines.lock().unwrap();
        let machine = match machines.entry(condition) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(SimulatedMachine::start(self.vendor, condition)?)
            }
        };
        let issuer = Issuer::new(machine.config(origin)).map_err(io::Error::other)?;
        let desk = Arc::new(Desk::new(Arc::new(issuer)));
        desks.insert(name, Arc::clone(&desk));
        Ok(desk)
    }

    /// Serves on `address`, which must be of this machine, until SIGTERM or SIGINT. Where it
    /// listens is written to standard output, one line for each port.
    ///
    /// # Errors
    /// One sentence, when it cannot listen there.
    pub fn serve(self, address: SocketAddr, listening: Listening) -> Result<(), ConfigError> {
        run::log(Log::Info);
        run::block_on(async {
            let (stop, stopped) = watch::channel(false);
            tokio::spawn(run::until_signal(stop));
            Arc::new(self).until(address, listening, stopped).await
        })
    }

    /// Serves on `address`, which must be of this machine, until `stopped`.
    ///
    /// # Errors
    /// One sentence, when it cannot listen there.
    pub async fn until(
        self: Arc<Self>,
        address: SocketAddr,
        listening: Listening,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), ConfigError> {
        if !address.ip().is_loopback() {
            let why = "A simulated coordinator listens on this machine only.";
            return Err(ConfigError(why.into()));
        }
        let faults: Vec<Option<Fault>> = match listening {
            Listening::Only(fault) => vec![fault],
            Listening::WithFaults => {
                [None].into_iter().chain(Fault::ALL.iter().copied().map(Some)).collect()
            }
        };
        let mut running = tokio::task::JoinSet::new();
        let mut next = address;
        for fault in faults {
            let listener = run::bind(next).await?;
            let address = listener.local_addr().map_err(|error| ConfigError(error.to_string()))?;
            let name = fault.map_or("healthy", Fault::word);
            // Whoever started it may have closed the pipe; that is no reason not to serve.
            let _ = writeln!(io::stdout(), "SIMULATED {name} http://{address}");
            let public =
                (listener, router(Arc::clone(&self), fault), Limits::default(), Arc::default());
            running.spawn(run::serve(public, None, stopped.clone()));
            if next.port() != 0 {
                next.set_port(next.port().checked_add(1).unwrap_or_default());
            }
        }
        while let Some(ended) = running.join_next().await {
            ended.map_err(|error| ConfigError(error.to_string()))??;
        }
        Ok(())
    }
}

/// The endpoints of the contract, and the one for prompts, with `fault` unless the host or the path names another.
pub fn router(stage: Arc<Stage>, fault: Option<Fault>) -> Router {
    Router::new()
        .route(PATH, any(answer))
        .route(KEY_PATH, any(answer))
        .route(sealed::PATH, any(sealed::answer))
        .route("/fault/{fault}/{*rest}", any(answer))
        .with_state((stage, fault))
}

async fn answer(
    State((stage, own)): State<(Arc<Stage>, Option<Fault>)>,
    request: Request<Body>,
) -> Response<Body> {
    let (request, _) = request.into_parts();
    let known = request.extensions.get::<Peer>();
    let peer = known.map_or(IpAddr::from([127, 0, 0, 1]), |Peer(peer)| *peer);
    let Some((host, by_host)) = named(&request) else {
        return plain(StatusCode::MISDIRECTED_REQUEST, "This is a demonstration on localhost.\n");
    };
    let (by_path, path) = match of_path(request.uri.path()) {
        Ok(found) => found,
        Err(why) => return plain(StatusCode::NOT_FOUND, &why),
    };
    let fault = by_path.or(by_host).or(own);
    let condition = fault.map(Fault::condition).unwrap_or_default();
    let desk = match stage.desk(condition, &format!("http://{host}")) {
        Ok(desk) => desk,
        Err(error) => return plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
    };
    let mut response = match path {
        KEY_PATH => key(fault),
        _ => match fault {
            Some(fault) => faulty(fault, &desk, &request, peer).await,
            None => healthy(&desk, &request, peer).await,
        },
    };
    if fault == Some(Fault::NoCors) {
        response.headers_mut().remove(ACCESS_CONTROL_ALLOW_ORIGIN);
        response.headers_mut().remove("cross-origin-resource-policy");
    }
    response
}

async fn healthy(desk: &Desk, request: &Parts, peer: IpAddr) -> Response<Body> {
    desk.answer(&request.method, request.uri.query(), &request.headers, peer).await
}

async fn faulty(fault: Fault, desk: &Desk, request: &Parts, peer: IpAddr) -> Response<Body> {
    match fault {
        Fault::NotFound => Trouble::Path.response(desk),
        Fault::Unavailable => Trouble::Unavailable.response(desk),
        Fault::Slow => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Trouble::Unavailable.response(desk)
        }
        Fault::OldNonce | Fault::Replayed => {
            let asked = healthy(desk, request, peer).await;
            let old = format!("nonce={}", URL_SAFE_NO_PAD.encode(OLD_NONCE));
            let old = desk.answer(&Method::GET, Some(&old), &request.headers, peer).await;
            if fault == Fault::OldNonce || asked.status() != StatusCode::OK {
                return old;
            }
            let Some(asked) = json(asked).await else { return old };
            changed(old, |document| match asked.get("nonce") {
                Some(nonce) => document["nonce"] = nonce.clone(),
                None => {
                    document.as_object_mut().map(|members| members.remove("nonce"));
                }
            })
            .await
        }
        Fault::StrippedEvidence => {
            changed(healthy(desk, request, peer).await, |document| {
                let has_log =
                    document["event_logs"].as_array().is_some_and(|logs| !logs.is_empty());
                let stripped = if has_log { "event_logs" } else { "evidence" };
                document[stripped] = Value::Array(Vec::new());
            })
            .await
        }
        Fault::Oversized => {
            changed(healthy(desk, request, peer).await, |document| {
                document["padding"] = "SIMULATED ".repeat(1_000_000).into();
            })
            .await
        }
        Fault::Truncated => {
            let response = healthy(desk, request, peer).await;
            let (mut parts, body) = response.into_parts();
            let Some(bytes) = collected(body).await else {
                return Response::from_parts(parts, Body::empty());
            };
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            let half = Some(bytes.slice(..bytes.len() / 2));
            let pause = Box::pin(tokio::time::sleep(Duration::from_millis(100)));
            Response::from_parts(parts, Body::new(Cut { half, pause }))
        }
        Fault::WrongType => {
            let mut response = plain(StatusCode::OK, "<!doctype html><title>Welcome</title>\n");
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            response
        }
        Fault::BadJson => {
            let mut response = plain(StatusCode::OK, "{\"schema\": \"https://darkbloom.dev/");
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Fault::Redirect => {
            let mut response = plain(StatusCode::FOUND, "");
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("/elsewhere"));
            response
        }
        Fault::SwappedSealedKey
        | Fault::WrongImage
        | Fault::ExpiredCollateral
        | Fault::RevokedChip
        | Fault::Debug
        | Fault::NoCors => healthy(desk, request, peer).await,
    }
}

/// What the coordinator itself answers: the key to which requests are sealed.
fn key(fault: Option<Fault>) -> Response<Body> {
    let key = match fault {
        Some(Fault::SwappedSealedKey) => &OTHER_KEY,
        _ => &SEALED_KEY,
    };
    let mut response = plain(StatusCode::OK, "");
    *response.body_mut() = Body::from(key_answer(key));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("cache-control", HeaderValue::from_static("public, max-age=300"));
    response
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// The host that was asked, which must name this machine, and the fault in its name.
fn named(request: &Parts) -> Option<(String, Option<Fault>)> {
    let host = request.headers.get(HOST)?.to_str().ok()?.to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => &host,
    };
    if ["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        return Some((host, None));
    }
    let fault = name.strip_suffix(".localhost")?.parse().ok()?;
    Some((host, Some(fault)))
}

/// The fault that a path names, and the endpoint.
fn of_path(path: &str) -> Result<(Option<Fault>, &'static str), String> {
    let (fault, rest) = match path.strip_prefix("/fault/").and_then(|rest| rest.split_once('/')) {
        Some((word, rest)) => (Some(word.parse()?), rest),
        None => (None, path.trim_start_matches('/')),
    };
    [PATH, KEY_PATH]
        .into_iter()
        .find(|known| known.trim_start_matches('/') == rest)
        .map(|known| (fault, known))
        .ok_or_else(|| "Nothing is served here.\n".to_owned())
}

async fn collected(body: Body) -> Option<Bytes> {
    Some(body.collect().await.ok()?.to_bytes())
}

async fn json(response: Response<Body>) -> Option<Value> {
    serde_json::from_slice(&collected(response.into_body()).await?).ok()
}

/// The response with its document changed; one that is no document stays as it is.
async fn changed(response: Response<Body>, change: impl FnOnce(&mut Value)) -> Response<Body> {
    if response.status() != StatusCode::OK {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = collected(body).await.unwrap_or_default();
    let Ok(mut document) = serde_json::from_slice(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    change(&mut document);
    Response::from_parts(parts, Body::from(document.to_string()))
}

/// A body that breaks off, a moment after its half was sent.
struct Cut {
    half: Option<Bytes>,
    pause: Pin<Box<tokio::time::Sleep>>,
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.half.take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None => self.pause.as_mut().poll(context).map(|()| Some(Err(io::Error::other("cut")))),
        }
    }
}

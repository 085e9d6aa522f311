//! The endpoint: questions in, documents or typed errors out.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, AGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER,
    TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use axum::routing::{any, get};
use serde_json::json;
use silicon_to_source::services::coordinator::parse::PATH;
use silicon_to_source::services::coordinator::parse::carrier::{MAX_NONCE, MIN_NONCE};
use silicon_to_source::wire::Base64Url;

use super::issue::aci::NONCE_LEN;
use super::issue::{Issuer, Unavailable};
use super::limit::{Limiter, Rate};

/// The longest time for one answer, the time in the queue included.
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Where an ACI report is asked for (`spec/aci.md`, section 4).
const ACI: &str = "/v1/aci/attestation";

/// Answers from memory may be asked for so many times as often as answers of the hardware.
const MEMORY: f64 = 20.0;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// An issuer with the limits of those who ask it.
#[derive(Debug)]
pub struct Desk {
    issuer: Arc<Issuer>,
    fresh: Limiter,
    memory: Limiter,
}

impl Desk {
    /// A desk for `issuer`.
    pub fn new(issuer: Arc<Issuer>) -> Self {
        let (process, peer) = (issuer.config().limits.process(), issuer.config().limits.peer());
        let now = Instant::now();
        let fresh = Limiter::new(process, peer, now);
        let memory = Limiter::new(often(process), often(peer), now);
        Self { issuer, fresh, memory }
    }

    /// Who makes the documents.
    pub const fn issuer(&self) -> &Arc<Issuer> {
        &self.issuer
    }

    /// Answers one request for the document.
    pub async fn answer(
        &self,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Response<Body> {
        let started = Instant::now();
        let response = self.decided(method, query, headers, peer).await;
        let took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(status = response.status().as_u16(), took_us, "answer");
        response
    }

    async fn decided(
        &self,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Response<Body> {
        if method == Method::OPTIONS {
            return preflight();
        }
        if method != Method::GET && method != Method::HEAD {
            return Trouble::Method.response(self);
        }
        let nonce = match self.readable(headers, nonce(query)) {
            Ok(nonce) => nonce,
            Err(trouble) => return trouble.response(self),
        };
        let limiter = if nonce.is_some() { &self.fresh } else { &self.memory };
        match self.in_limits(limiter, peer, headers) {
            Ok(()) => self.in_time(self.document(method, nonce)).await,
            Err(trouble) => trouble.response(self),
        }
    }

    /// Answers one request for the ACI report. Each asks the hardware.
    async fn aci(
        &self,
        method: &Method,
        query: Option<&str>,
        headers: &HeaderMap,
        peer: IpAddr,
    ) -> Response<Body> {
        if self.issuer.config().aci.is_none() {
            return Trouble::Path.response(self);
        }
        if method == Method::OPTIONS {
            return preflight();
        }
        if method != Method::GET {
            return Trouble::Method.response(self);
        }
        let nonce = match self.readable(headers, hex_nonce(query)) {
            Ok(nonce) => nonce,
            Err(trouble) => return trouble.response(self),
        };
        match self.in_limits(&self.fresh, peer, headers) {
            Ok(()) => self.in_time(self.aci_report(nonce)).await,
            Err(trouble) => trouble.response(self),
        }
    }

    /// The `nonce` of a request that has no body.
    fn readable<N>(
        &self,
        headers: &HeaderMap,
        nonce: Result<N, &'static str>,
    ) -> Result<N, Trouble> {
        let read = match has_body(headers) {
            true => Err(Trouble::Body),
            false => nonce.map_err(Trouble::Nonce),
        };
        if read.is_err() {
            self.issuer.metrics.invalid.count();
        }
        read
    }

    /// Counts the request against what its sender may ask.
    fn in_limits(
        &self,
        limiter: &Limiter,
        peer: IpAddr,
        headers: &HeaderMap,
    ) -> Result<(), Trouble> {
        limiter.take(self.client(peer, headers), Instant::now()).map_err(|wait| {
            self.issuer.metrics.limited.count();
            Trouble::Often(wait)
        })
    }

    /// What is made within the time for one answer, or the typed answer for why it is not.
    async fn in_time(
        &self,
        made: impl Future<Output = Result<Response<Body>, Unavailable>>,
    ) -> Response<Body> {
        match tokio::time::timeout(ANSWER_TIME, made).await {
            Ok(Ok(response)) => response,
            Ok(Err(why)) => self.refused(&why),
            Err(_) => {
                self.issuer.metrics.unavailable.count();
                Trouble::Failed.response(self)
            }
        }
    }

    async fn aci_report(
        &self,
        nonce: Option<[u8; NONCE_LEN]>,
    ) -> Result<Response<Body>, Unavailable> {
        let Some(made) = self.issuer.aci_report(nonce).await else {
            return Ok(Trouble::Path.response(self));
        };
        let body = made?;
        self.issuer.metrics.fresh.count();
        Ok(json_response(StatusCode::OK, Body::from(body)))
    }

    /// The typed answer for what could not be made.
    fn refused(&self, why: &Unavailable) -> Response<Body> {
        let metrics = &self.issuer.metrics;
        match why {
            Unavailable::Busy => {
                metrics.busy.count();
                Trouble::Often(Duration::from_secs(1)).response(self)
            }
            why if why.is_absence() => {
                metrics.unavailable.count();
                Trouble::Unavailable.response(self)
            }
            _ => {
                metrics.unavailable.count();
                Trouble::Failed.response(self)
            }
        }
    }

    async fn document(
        &self,
        method: &Method,
        nonce: Option<Vec<u8>>,
    ) -> Result<Response<Body>, Unavailable> {
        let metrics = &self.issuer.metrics;
        let Some(nonce) = nonce else {
            let standing = self.issuer.standing().await?;
            metrics.cached.count();
            let age = standing.made.elapsed().as_secs();
            let left = self.issuer.config().limits.max_age_s.saturating_sub(age);
            let mut response = json_response(StatusCode::OK, Body::from(standing.body));
            let headers = response.headers_mut();
            headers.insert(AGE, number(age));
            set(headers, CACHE_CONTROL, &format!("public, max-age={left}"));
            return Ok(response);
        };
        if method == Method::HEAD {
            // The hardware is not asked for a body that nobody reads.
            return Ok(json_response(StatusCode::OK, Body::empty()));
        }
        let body = self.issuer.challenge(nonce).await?;
        metrics.fresh.count();
        Ok(json_response(StatusCode::OK, Body::from(body)))
    }

    /// Who asks, seen through the operator's own proxies: the last name they added.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.issuer.config().limits.proxies.contains(&peer.to_canonical()) {
            return peer;
        }
        let all = headers.get_all("x-forwarded-for").iter();
        let last = all.filter_map(|value| value.to_str().ok()).next_back();
        last.and_then(|value| value.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
    }
}

/// The public router: the document, and a typed answer to everything else.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(PATH, any(attestation))
        .route(ACI, any(aci))
        .fallback(nothing_here)
        .with_state(desk)
}

async fn attestation(
    State(desk): State<Arc<Desk>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request<Body>,
) -> Response<Body> {
    desk.answer(request.method(), request.uri().query(), request.headers(), peer).await
}

async fn aci(
    State(desk): State<Arc<Desk>>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request<Body>,
) -> Response<Body> {
    desk.aci(request.method(), request.uri().query(), request.headers(), peer).await
}

async fn nothing_here(State(desk): State<Arc<Desk>>) -> Response<Body> {
    Trouble::Path.response(&desk)
}

/// The router for the operator: health, readiness and metrics.
pub fn management(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readiness))
        .route("/metrics", get(metrics))
        .with_state(issuer)
}

async fn readiness(State(issuer): State<Arc<Issuer>>) -> (StatusCode, String) {
    let ready = issuer.is_ready().await;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let state = |good| if good { "ready" } else { "missing" };
    let collateral = issuer.has_collateral();
    (status, format!("document {}\ncollateral {}\n", state(ready), state(collateral)))
}

async fn metrics(State(issuer): State<Arc<Issuer>>) -> Response<Body> {
    let mut response = Response::new(Body::from(issuer.metrics.text()));
    set(response.headers_mut(), CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    response
}

/// Why a request gets no document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    /// The nonce is not what the contract allows.
    Nonce(&'static str),
    /// A question with a body.
    Body,
    /// Another method than GET, HEAD or OPTIONS.
    Method,
    /// Another path.
    Path,
    /// Too many questions; come back after this time.
    Often(Duration),
    /// There is no evidence.
    Unavailable,
    /// There should be evidence, and making it failed.
    Failed,
}

impl Trouble {
    /// The typed answer.
    pub fn response(self, desk: &Desk) -> Response<Body> {
        let (status, code, message) = match self {
            Self::Nonce(why) => (StatusCode::BAD_REQUEST, "bad_nonce", why),
            Self::Body => (StatusCode::BAD_REQUEST, "invalid_request", "a GET has no body"),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "the attestation is asked for with GET",
            ),
            Self::Path => (StatusCode::NOT_FOUND, "not_found", "nothing is served here"),
            Self::Often(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "too many questions; come back later",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "attestation_unavailable",
                "this machine has no evidence to give",
            ),
            Self::Failed => (
                StatusCode::SERVICE_UNAVAILABLE,
                "evidence_failed",
                "this machine could not make its evidence now",
            ),
        };
        let substrate = matches!(self, Self::Unavailable | Self::Failed)
            .then(|| desk.issuer.config().substrate.as_str());
        let body = match substrate {
            Some(substrate) => {
                json!({ "error": { "code": code, "message": message, "substrate": substrate } })
            }
            None => json!({ "error": { "code": code, "message": message } }),
        };
        let body = body.to_string();
        let mut response = json_response(status, Body::from(body));
        let headers = response.headers_mut();
        match self {
            Self::Often(wait) => {
                let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
                headers.insert(RETRY_AFTER, number(seconds.max(1)));
            }
            Self::Unavailable | Self::Failed => {
                headers.insert(RETRY_AFTER, number(30));
            }
            Self::Method => set(headers, ALLOW, "GET, HEAD, OPTIONS"),
            _ => {}
        }
        response
    }
}

/// JSON that every origin may read and nobody keeps.
fn json_response(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    set(headers, CONTENT_TYPE, "application/json");
    set(headers, CACHE_CONTROL, "no-store");
    open(headers);
    response
}

fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    open(headers);
    set(headers, ALLOW, "GET, HEAD, OPTIONS");
    set(headers, ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
    set(headers, ACCESS_CONTROL_MAX_AGE, "86400");
    response
}

/// Every page may read the answer, without credentials.
fn open(headers: &mut HeaderMap) {
    set(headers, ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, "Age, Date, Retry-After");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn number(value: u64) -> HeaderValue {
    HeaderValue::from(value)
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0");
    length || headers.contains_key(TRANSFER_ENCODING)
}

#[allow(clippy::arithmetic_side_effects, reason = "floating point neither wraps nor panics")]
fn often(rate: Rate) -> Rate {
    Rate { per_second: rate.per_second * MEMORY, burst: rate.burst * MEMORY }
}

/// The nonce of a query as it stands there, at most once. Other members are ignored.
fn nonce_text(query: Option<&str>) -> Result<Option<&str>, &'static str> {
    let mut found = None;
    for member in query.unwrap_or_default().split('&') {
        let (name, value) = member.split_once('=').unwrap_or((member, ""));
        if name == "nonce" && found.replace(value).is_some() {
            return Err("the nonce stands there twice");
        }
    }
    Ok(found)
}

/// The nonce of a question for the document: 16 to 64 bytes in base64url without padding.
fn nonce(query: Option<&str>) -> Result<Option<Vec<u8>>, &'static str> {
    let Some(text) = nonce_text(query)? else { return Ok(None) };
    let Ok(Base64Url(nonce)) = Base64Url::decode("nonce", text) else {
        return Err("the nonce is not base64url without padding");
    };
    if (MIN_NONCE..=MAX_NONCE).contains(&nonce.len()) {
        Ok(Some(nonce))
    } else {
        Err("the nonce must be 16 to 64 bytes long")
    }
}

/// The nonce of a question for an ACI report: 32 bytes in hex.
fn hex_nonce(query: Option<&str>) -> Result<Option<[u8; NONCE_LEN]>, &'static str> {
    let Some(text) = nonce_text(query)? else { return Ok(None) };
    let read = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    read.map(Some).ok_or("the nonce must be 32 bytes in hex")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn nonce_of_an_aci_report_is_hex() {
        let nonce = "5a".repeat(32);
        assert_eq!(hex_nonce(Some(&format!("nonce={nonce}"))), Ok(Some([0x5a; 32])));
        assert_eq!(hex_nonce(None), Ok(None));
        for bad in ["nonce=5a".to_owned(), format!("nonce={nonce}&nonce={nonce}"), "nonce".into()] {
            assert!(hex_nonce(Some(&bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn nonce_of_the_right_length_is_read_and_others_are_refused() {
        for (length, good) in [(0, false), (15, false), (16, true), (64, true), (65, false)] {
            let bytes = vec![0xfb; length];
            let query = format!("format=x&nonce={}", URL_SAFE_NO_PAD.encode(&bytes));
            let read = nonce(Some(&query));
            assert_eq!(read.is_ok(), good, "{length}");
            if good {
                assert_eq!(read, Ok(Some(bytes)));
            }
        }
        assert_eq!(nonce(None), Ok(None));
        assert_eq!(nonce(Some("")), Ok(None));
        assert_eq!(nonce(Some("nonces=1")), Ok(None));
        for bad in [
            "nonce",
            "nonce=AAAAAAAAAAAAAAAAAAAAAA==",
            "nonce=AAAAAAAAAAAAAAAAAAAAA%41",
            "nonce=AAAAAAAAAAAAAAAAAAAA+A",
            "nonce=AAAAAAAAAAAAAAAAAAAAAB",
            "nonce=AAAAAAAAAAAAAAAAAAAAAA&nonce=AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(nonce(Some(bad)).is_err(), "{bad}");
        }
    }
}

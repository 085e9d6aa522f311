//! One request over one connection (HTTP/1.1, RFC 9112).

use std::error::Error as _;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::tls::{self, Client};
use super::{Answer, Failure, Request};

const AGENT: &str = concat!("silicon-to-source/", env!("CARGO_PKG_VERSION"));

/// The most that is read of an answer's header, in bytes.
const MAX_HEADER: usize = 64 * 1024;

impl Client {
    /// Asks, and reads the whole answer.
    ///
    /// # Errors
    /// Every [`Failure`]. Dropping the future stops it.
    pub async fn get(&self, request: &Request<'_>) -> Result<Answer, Failure> {
        let target = Target::of(request.url)?;
        timeout(request.timeout, self.ask(request, &target)).await.map_err(|_| Failure::Timeout)?
    }

    async fn ask(&self, request: &Request<'_>, target: &Target) -> Result<Answer, Failure> {
        let stream = target.connect().await?;
        if target.scheme == Scheme::Http {
            return exchange(stream, request, target).await;
        }
        let stream = self.handshake(&target.host, stream).await?;
        let spki = tls::spki_sha256(&stream);
        let answer = exchange(stream, request, target).await?;
        Ok(Answer { tls_spki_sha256: spki, ..answer })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// Whom to connect to.
#[derive(Debug)]
struct Target {
    scheme: Scheme,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    /// As the `Host` field names it.
    authority: String,
    path: String,
}

impl Target {
    /// `https:` everywhere, `http:` on this machine only, and never with a user's name in it.
    fn of(url: &str) -> Result<Self, Failure> {
        let uri: Uri = url.parse().map_err(|_| Failure::Url)?;
        let authority = uri.authority().ok_or(Failure::Url)?;
        if authority.as_str().contains('@') {
            return Err(Failure::Url);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let (scheme, port) = match uri.scheme_str() {
            Some("https") => (Scheme::Https, 443),
            Some("http") if is_loopback_name(&host) => (Scheme::Http, 80),
            _ => return Err(Failure::Url),
        };
        Ok(Self {
            scheme,
            host,
            port: authority.port_u16().unwrap_or(port),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    async fn connect(&self) -> Result<TcpStream, Failure> {
        // Names under localhost are this machine's, whatever a resolver would say.
        let name = if is_localhost(&self.host) { "localhost" } else { &self.host };
        let found = lookup_host((name, self.port)).await;
        let addresses: Vec<SocketAddr> = found
            .map_err(|_| Failure::Dns)?
            .filter(|address| self.scheme == Scheme::Https || address.ip().is_loopback())
            .collect();
        let mut failure = Failure::Dns;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = of_connecting(error.kind()),
            }
        }
        Err(failure)
    }
}

/// Whether `host` is a name of this machine (RFC 6761 section 6.3).
fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether `host` is this machine, by its name or its address (RFC 1122 section 3.2.1.3).
fn is_loopback_name(host: &str) -> bool {
    is_localhost(host) || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn of_connecting(kind: ErrorKind) -> Failure {
    match kind {
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            Failure::Offline
        }
        ErrorKind::TimedOut => Failure::Timeout,
        _ => Failure::Refused,
    }
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: &Request<'_>,
    target: &Target,
) -> Result<Answer, Failure> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEADER)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| of_http(&error))?;
    let mut message = match request.post {
        None => hyper::Request::get(target.path.as_str()),
        Some(_) => hyper::Request::post(target.path.as_str()),
    };
    let is_typed = request.headers.iter().any(|(name, _)| *name == CONTENT_TYPE.as_str());
    if request.post.is_some() && !is_typed {
        message = message.header(CONTENT_TYPE, "application/json");
    }
    message = message
        .header(HOST, target.authority.as_str())
        .header(USER_AGENT, AGENT)
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close");
    for (name, value) in request.headers {
        message = message.header(*name, *value);
    }
    let body = Bytes::copy_from_slice(request.post.unwrap_or_default());
    let message = message.body(Full::new(body)).map_err(|_| Failure::Url)?;
    let answer = async {
        let response = sender.send_request(message).await.map_err(|error| of_http(&error))?;
        read(response, request.limit).await
    };
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        ended = &mut connection => match ended {
            Ok(()) => answer.await,
            // The answer says it better, when it can.
            Err(error) => answer.await.map_err(|_| of_http(&error)),
        },
    }
}

async fn read(response: Response<Incoming>, limit: usize) -> Result<Answer, Failure> {
    let (head, mut body) = response.into_parts();
    if head.status.is_redirection() && head.status != hyper::StatusCode::NOT_MODIFIED {
        return Err(Failure::Redirect);
    }
    let declared = head.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let declared = declared.and_then(|text| text.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Failure::TooLarge);
    }
    let mut bytes = Vec::new();
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|error| of_http(&error))?;
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit.saturating_sub(bytes.len()) {
            return Err(Failure::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    let headers = head.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    Ok(Answer {
        status: head.status.as_u16(),
        headers: headers.collect(),
        body: bytes,
        tls_spki_sha256: None,
    })
}

fn of_http(error: &hyper::Error) -> Failure {
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    let cut = source.is_some_and(|error| {
        [ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof].contains(&error.kind())
    });
    if cut || error.is_incomplete_message() { Failure::Truncated } else { Failure::Network }
}

//! Asking another service: over a Unix socket, or over HTTP without TLS on this machine.
//!
//! Every answer has a limit of bytes and of time; redirects are not followed.

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderMap};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, when it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The address is not one that can be asked.
    Address,
    /// Nobody answers there.
    Refused,
    /// No whole answer in time.
    Timeout,
    /// The answer is larger than allowed, or is not HTTP.
    Answer,
}

impl Failed {
    /// A stable word for logs and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Answer => "answer",
        }
    }
}

/// The limits of one question.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes.
    pub bytes: usize,
    /// The longest time, from connecting to the last byte.
    pub time: Duration,
}

/// Asks a service on a Unix socket.
///
/// # Errors
/// [`Failed`]; a status other than 200 is no error.
pub async fn unix(
    socket: &Path,
    request: Request<Full<Bytes>>,
    limits: Limits,
) -> Result<Answer, Failed> {
    let asked = async {
        let stream = UnixStream::connect(socket).await.map_err(|_| Failed::Refused)?;
        exchange(stream, request, limits.bytes).await
    };
    tokio::time::timeout(limits.time, asked).await.unwrap_or(Err(Failed::Timeout))
}

/// Asks `http://HOST[:PORT]/...`.
///
/// # Errors
/// [`Failed`]; a status other than 200 is no error.
pub async fn get(url: &str, limits: Limits) -> Result<Answer, Failed> {
    let uri: Uri = url.parse().map_err(|_| Failed::Address)?;
    let authority = uri.authority().ok_or(Failed::Address)?.clone();
    if uri.scheme_str() != Some("http") {
        return Err(Failed::Address);
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path)
        .header(HOST, authority.as_str())
        .body(Full::default())
        .map_err(|_| Failed::Address)?;
    let asked = async {
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80)))
            .await
            .map_err(|_| Failed::Refused)?;
        exchange(stream, request, limits.bytes).await
    };
    tokio::time::timeout(limits.time, asked).await.unwrap_or(Err(Failed::Timeout))
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>, max: usize) -> Result<Answer, Failed>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Failed::Answer)?;
    let asked = async {
        let response = sender.send_request(request).await.map_err(|_| Failed::Answer)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, max).collect().await.map_err(|_| Failed::Answer)?.to_bytes();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    };
    tokio::pin!(connection, asked);
    tokio::select! {
        answer = &mut asked => answer,
        // A connection may end once its last answer is complete, and that answer still counts.
        _ = &mut connection => asked.await,
    }
}

//! Asking the launchers of Google Confidential Space and EigenCompute, which answer HTTP on a
//! Unix socket inside the machine (`launcher/teeserver` of google/go-tpm-tools and of
//! Layr-Labs/go-tpm-tools).

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use silicon_to_source::digest::Sha512;
use silicon_to_source::services::coordinator;
use tokio::net::UnixStream;

use super::config::TokenType;

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 512 * 1024;

/// Why a launcher gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LauncherError {
    /// Nothing answers on the socket.
    Refused,
    /// No whole answer in time.
    Timeout,
    /// The answer is no HTTP, or larger than it can be.
    Answer,
    /// Another status than 200: this launcher does not offer it, or not now.
    Status(u16),
}

impl std::fmt::Display for LauncherError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused => f.write_str("nothing answers on the launcher's socket"),
            Self::Timeout => f.write_str("no answer of the launcher within the time allowed"),
            Self::Answer => f.write_str("the launcher's answer cannot be read"),
            Self::Status(status) => write!(f, "the launcher answered with status {status}"),
        }
    }
}

impl std::error::Error for LauncherError {}

/// A launcher's socket.
#[derive(Clone, Copy, Debug)]
pub struct Launcher<'a> {
    /// Where it is.
    pub socket: &'a Path,
    /// The longest time for one answer.
    pub timeout: Duration,
}

impl Launcher<'_> {
    /// `POST /v1/token`: a token of Google with D as its nonce.
    ///
    /// # Errors
    /// [`LauncherError`].
    pub async fn token(
        &self,
        audience: &str,
        token_type: TokenType,
        d: &Sha512,
    ) -> Result<String, LauncherError> {
        let token_type = match token_type {
            TokenType::Pki => "PKI",
            TokenType::Oidc => "OIDC",
        };
        let body = json!({
            "audience": audience,
            "nonces": [coordinator::parse::carrier::eat_nonce(d)],
            "token_type": token_type,
        });
        let answer = self.post("/v1/token", &body).await?;
        let token = str::from_utf8(&answer).map_err(|_| LauncherError::Answer)?.trim_ascii();
        if token.split('.').count() == 3 {
            Ok(token.to_owned())
        } else {
            Err(LauncherError::Answer)
        }
    }

    /// `POST /v1/bound_evidence`: EigenCompute's evidence with D as its challenge and no extra
    /// data, in protobuf.
    ///
    /// # Errors
    /// [`LauncherError`].
    pub async fn bound_evidence(&self, d: &Sha512) -> Result<Vec<u8>, LauncherError> {
        self.post("/v1/bound_evidence", &json!({ "challenge": STANDARD.encode(d.as_bytes()) }))
            .await
    }

    /// `POST /v1/evidence`: Confidential Space's evidence with D as its challenge, in JSON.
    ///
    /// # Errors
    /// [`LauncherError`].
    pub async fn evidence(&self, d: &Sha512) -> Result<Vec<u8>, LauncherError> {
        self.post("/v1/evidence", &json!({ "challenge": STANDARD.encode(d.as_bytes()) })).await
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Vec<u8>, LauncherError> {
        let request = Request::post(path)
            .header(HOST, "localhost")
            .header(CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_string()))
            .map_err(|_| LauncherError::Answer)?;
        let asked = self.ask(request);
        tokio::time::timeout(self.timeout, asked).await.unwrap_or(Err(LauncherError::Timeout))
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Vec<u8>, LauncherError> {
        let unreadable = |_| LauncherError::Answer;
        let stream = UnixStream::connect(self.socket).await.map_err(|_| LauncherError::Refused)?;
        let io = TokioIo::new(stream);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(io).await.map_err(unreadable)?;
        let asked = async {
            let response = sender.send_request(request).await.map_err(unreadable)?;
            let (parts, body) = response.into_parts();
            if parts.status != 200 {
                return Err(LauncherError::Status(parts.status.as_u16()));
            }
            let body = Limited::new(body, MAX_ANSWER).collect().await;
            Ok(body.map_err(|_| LauncherError::Answer)?.to_bytes().to_vec())
        };
        tokio::pin!(connection, asked);
        tokio::select! {
            answer = &mut asked => answer,
            // A connection may end once its last answer is complete, and that answer counts.
            _ = &mut connection => asked.await,
        }
    }
}

//! The sealed mode of a simulated coordinator, written from the description of the real one
//! (`Layr-Labs/d-inference`, `coordinator/api/sender_encryption.go` at 108fde4): it opens a request,
//! answers it, and seals the answer to the sender.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, CACHE_CONTROL, CONTENT_TYPE,
};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_box::aead::Aead as _;
use crypto_box::{PublicKey, SalsaBox, SecretKey};
use http_body_util::{BodyExt as _, Limited};
use serde_json::{Value, json};

use super::plain;
use crate::coordinator::{SEALED_KEY, SEALED_SECRET, kid};

/// Where it answers prompts.
pub(super) const PATH: &str = "/v1/chat/completions";

const SEALED: &str = "application/eigeninference-sealed+json";
const LIMIT: usize = 16 * 1024 * 1024;

/// The sender of one request.
struct Sender(SalsaBox);

impl Sender {
    /// What a box holds: its nonce, then what was sealed.
    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        self.0.decrypt(nonce.into(), sealed).ok()
    }

    /// A box. Its nonce is made of its number: this key seals one answer.
    fn seal(&self, number: u64, text: &str) -> String {
        let mut nonce = *b"SIMULATED answer nonce  ";
        nonce[16..].copy_from_slice(&number.to_be_bytes());
        let sealed = self.0.encrypt(&nonce.into(), text.as_bytes()).unwrap();
        STANDARD.encode([&nonce[..], &sealed].concat())
    }
}

/// Answers a request as the simulated model does: it says what it was asked.
pub(super) async fn answer(request: Request<Body>) -> Response<Body> {
    let mut response = match *request.method() {
        Method::OPTIONS => plain(StatusCode::NO_CONTENT, ""),
        Method::POST => answered(request).await.unwrap_or_else(|(code, message)| {
            let error = json!({ "error": { "type": code, "message": message } });
            typed(StatusCode::BAD_REQUEST, "application/json", error.to_string())
        }),
        _ => plain(StatusCode::METHOD_NOT_ALLOWED, "POST is expected.\n"),
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    let allowed = HeaderValue::from_static("authorization, content-type");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn answered(request: Request<Body>) -> Result<Response<Body>, (&'static str, &'static str)> {
    const FORM: (&str, &str) = ("invalid_sealed_envelope", "This is no sealed request.");
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_none_or(|kind| !kind.eq_ignore_ascii_case(SEALED)) {
        return Err(("not_sealed", "This demonstration takes sealed requests only."));
    }
    let body = Limited::new(request.into_body(), LIMIT).collect().await.map_err(|_| FORM)?;
    let envelope: Value = serde_json::from_slice(&body.to_bytes()).map_err(|_| FORM)?;
    let text = |name: &str| envelope[name].as_str().unwrap_or_default().to_owned();
    if !["", kid(&SEALED_KEY).as_str()].contains(&text("kid").as_str()) {
        return Err(("kid_mismatch", "The request was sealed to another key."));
    }
    let sender: [u8; 32] = STANDARD
        .decode(text("ephemeral_public_key"))
        .ok()
        .and_then(|key| key.try_into().ok())
        .ok_or(FORM)?;
    let sealed = STANDARD.decode(text("ciphertext")).map_err(|_| FORM)?;
    let sender = Sender(SalsaBox::new(&PublicKey::from(sender), &SecretKey::from(SEALED_SECRET)));
    let opened = sender.open(&sealed).ok_or(("decryption_failed", "The request does not open."))?;
    let asked: Value = serde_json::from_slice(&opened).map_err(|_| FORM)?;
    let last = asked["messages"].as_array().and_then(|messages| messages.last());
    let prompt = last.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let said = format!("SIMULATED answer to: {prompt}");
    if asked["stream"] == true {
        let words = said.split_inclusive(' ').map(|word| {
            let delta = json!({ "choices": [{ "index": 0, "delta": { "content": word } }] });
            format!("data: {delta}")
        });
        let events = words.chain(["data: [DONE]".to_owned()]).zip(0..);
        let lines: String = events
            .map(|(event, number)| format!("data: {}\n\n", sender.seal(number, &event)))
            .collect();
        return Ok(typed(StatusCode::OK, "text/event-stream", lines));
    }
    let message = json!({ "role": "assistant", "content": said });
    let answer = json!({ "choices": [{ "index": 0, "message": message }] }).to_string();
    let envelope = json!({ "kid": kid(&SEALED_KEY), "ciphertext": sender.seal(0, &answer) });
    Ok(typed(StatusCode::OK, SEALED, envelope.to_string()))
}

fn typed(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = plain(status, &body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

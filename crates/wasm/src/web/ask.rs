//! One question, with `fetch`.

use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use silicon_to_source::engine::plan::Request;
use silicon_to_source::engine::plan::session::{Answer, Response, response};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials,
    RequestInit, RequestMode, RequestRedirect, ResponseType,
};

use super::parsed;

/// What came of one question, with the question.
#[wasm_bindgen]
pub struct Asked {
    request: Request,
    outcome: Result<Response, &'static str>,
}

impl Asked {
    /// The question.
    pub(super) const fn request(&self) -> &Request {
        &self.request
    }

    /// What came of it, as a session writes it down.
    pub(super) fn answer(&self) -> Answer {
        match &self.outcome {
            Ok(response) => Answer::answered(&self.request, response.clone()),
            Err(word) => Answer::failed(&self.request, word),
        }
    }
}

#[wasm_bindgen]
impl Asked {
    /// The status code; undefined without an answer.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|response| response.status)
    }

    /// Why there is no answer, as a stable word; undefined with one.
    #[wasm_bindgen(getter)]
    pub fn failed(&self) -> Option<String> {
        self.outcome.as_ref().err().map(|word| (*word).to_owned())
    }

    /// The body, as a file that `verify` takes; empty without an answer.
    #[wasm_bindgen(getter)]
    pub fn file(&self) -> Uint8Array {
        let body = self.outcome.as_ref().map(|response| response.body.0.as_slice());
        Uint8Array::from(body.unwrap_or_default())
    }
}

/// Asks `request`, the JSON text of a `PlannedRequest`, until it is answered, `signal` aborts it,
/// or its time or size is used up. Gives an `Asked`.
///
/// No credentials and no referrer are sent, nothing is taken from or left in the browser's cache,
/// and a redirect is not followed. `fetch` asks in place of the page's own, and has to answer with a
/// `Response`.
///
/// # Errors
/// Rejects with a `VerifyError` when `request` is no request. No answer is no error.
#[wasm_bindgen(unchecked_return_type = "Promise<Asked>")]
pub fn ask(request: String, signal: AbortSignal, fetch: Option<Function>) -> Promise {
    future_to_promise(async move {
        let request = parsed(&request)?;
        let outcome = fetched(&request, &signal, fetch).await;
        Ok(Asked { request, outcome }.into())
    })
}

async fn fetched(
    request: &Request,
    stop: &AbortSignal,
    fetch: Option<Function>,
) -> Result<Response, &'static str> {
    let time = AbortSignal::timeout_with_u32(request.timeout_ms);
    let signal = AbortSignal::any(&Array::of2(stop, &time));
    let why = |error: JsValue, otherwise: &'static str| reason(&error, otherwise);
    let answer = sent(request, &signal, fetch).map_err(|error| why(error, NETWORK))?;
    let answer = JsFuture::from(answer).await.map_err(|error| why(error, NETWORK))?;
    let answer: web_sys::Response = answer.dyn_into().map_err(|_| NETWORK)?;
    let followed = answer.redirected() || answer.type_() == ResponseType::Opaqueredirect;
    if followed || is_redirect(answer.status()) {
        return Err("redirect");
    }
    let headers = answer.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let declared = header("content-length").and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > request.limit) {
        return Err("too-large");
    }
    let body = read(&answer, request.limit).await?;
    let values: Vec<(&str, String)> =
        HEADERS.iter().filter_map(|&name| Some((name, header(name)?))).collect();
    let value =
        |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_str());
    Ok(response(request, answer.status(), value, body))
}

/// The header fields that are looked at; a page sees those that the host lets it see.
const HEADERS: [&str; 6] = [
    "content-type",
    "age",
    "tcb-info-issuer-chain",
    "sgx-tcb-info-issuer-chain",
    "sgx-enclave-identity-issuer-chain",
    "sgx-pck-crl-issuer-chain",
];

const NETWORK: &str = "cors-or-network";

/// Outside of browsers `fetch` hands over a redirect that it does not follow as it came.
fn is_redirect(status: u16) -> bool {
    (300..400).contains(&status) && status != 304
}

/// Sends the question: with `fetch`, or with the page's own or a worker's.
fn sent(
    request: &Request,
    signal: &AbortSignal,
    fetch: Option<Function>,
) -> Result<Promise, JsValue> {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_mode(RequestMode::Cors);
    init.set_redirect(RequestRedirect::Manual);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(signal));
    if let Some(question) = &request.post {
        let json = Array::of2(&"content-type".into(), &"application/json".into());
        init.set_method("POST");
        init.set_headers(&Array::of1(&json));
        init.set_body(&question.as_str().into());
    }
    let global = js_sys::global();
    let fetch = match fetch {
        Some(fetch) => fetch,
        None => Reflect::get(&global, &"fetch".into())?.dyn_into()?,
    };
    fetch.call2(&global, &request.url.as_str().into(), &init)?.dyn_into()
}

/// Reads the body piece by piece, and stops at the limit.
async fn read(answer: &web_sys::Response, limit: usize) -> Result<Vec<u8>, &'static str> {
    let Some(stream) = answer.body() else { return Ok(Vec::new()) };
    let reader = ReadableStreamDefaultReader::new(&stream).map_err(|_| NETWORK)?;
    let mut bytes = Vec::new();
    loop {
        // The header was complete, so the connection is what ended.
        let piece =
            JsFuture::from(reader.read()).await.map_err(|error| reason(&error, "truncated"))?;
        let done = Reflect::get(&piece, &"done".into()).is_ok_and(|done| done.is_truthy());
        if done {
            return Ok(bytes);
        }
        let value = Reflect::get(&piece, &"value".into()).map_err(|_| NETWORK)?;
        let value: Uint8Array = value.dyn_into().map_err(|_| NETWORK)?;
        let length = usize::try_from(value.length()).map_err(|_| "too-large")?;
        if length > limit.saturating_sub(bytes.len()) {
            // Nobody waits for it: the rest of the answer is not wanted.
            let _ = reader.cancel();
            return Err("too-large");
        }
        bytes.extend_from_slice(&value.to_vec());
    }
}

/// The word for what `fetch` threw. A browser tells a page nothing more about the network.
fn reason(error: &JsValue, otherwise: &'static str) -> &'static str {
    let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("TimeoutError") => "timeout",
        Some("AbortError") => "aborted",
        _ if otherwise == NETWORK && is_offline() => "offline",
        _ => otherwise,
    }
}

fn is_offline() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let online = navigator.and_then(|navigator| Reflect::get(&navigator, &"onLine".into()));
    online.is_ok_and(|online| online == JsValue::FALSE)
}

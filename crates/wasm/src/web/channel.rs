//! Requests sealed to the key that a report of this module binds.
//!
//! JavaScript never hands over a key or a report: a [`Channel`] comes out of an examination, and seals
//! only with an answer that this module itself asked for.

use js_sys::Uint8Array;
use s2s_seal::{Events, MEDIA_TYPE, Opener, Random, Unopened, seal};
use serde::Deserialize;
use silicon_to_source::engine::channel::{MAX_AGE_S, Refusal, Requirement, SealedTo};
use silicon_to_source::engine::policy::LeastLevel;
use wasm_bindgen::prelude::*;

use super::Asked;
use crate::{MAX_TAKEN, USAGE, is_absent, moment, take, thrown, written};

/// `ChannelRequirement`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    least: String,
    max_age: Option<u32>,
}

/// What a caller requires, when anything.
pub(crate) fn requirement(value: JsValue) -> Result<Option<Requirement>, JsValue> {
    if is_absent(&value) {
        return Ok(None);
    }
    let Written { least, max_age } = written(value, &["least", "maxAge"])?;
    let Some(LeastLevel::At(least)) = LeastLevel::parse(&least) else {
        return Err(thrown(USAGE, "The level of a machine is A0 to A5; a build has no key."));
    };
    let max_age_s = max_age.unwrap_or(MAX_AGE_S);
    if max_age_s > MAX_AGE_S {
        let why = format!("A session's key is used for {MAX_AGE_S} seconds at most.");
        return Err(thrown(USAGE, &why));
    }
    Ok(Some(Requirement { least, max_age_s }))
}

/// A key that requests may be sealed to.
#[wasm_bindgen]
pub struct Channel {
    inner: SealedTo,
}

impl Channel {
    pub(crate) const fn of(inner: SealedTo) -> Self {
        Self { inner }
    }
}

#[wasm_bindgen]
impl Channel {
    /// What the service is asked right before a request is sealed: the JSON text of a
    /// `PlannedRequest` for `ask`.
    #[wasm_bindgen(getter)]
    pub fn question(&self) -> String {
        serde_json::to_string(&self.inner.question()).unwrap_or_default()
    }

    /// Seals `request`, when what came of the question names the key still. `at` is the moment, RFC
    /// 3339.
    ///
    /// # Errors
    /// Throws an error whose code is `not-sent` and whose message is a word for why; or a
    /// `VerifyError` when the call cannot be read.
    pub fn seal(
        &self,
        asked: &Asked,
        at: &str,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] request: JsValue,
    ) -> Result<SealedRequest, JsValue> {
        let not_sent = |refusal: Refusal| thrown("not-sent", refusal.word());
        let request = take("the request", &request, &mut { MAX_TAKEN })?;
        let current = self.inner.current(asked.outcome().ok(), moment(at)?).map_err(not_sent)?;
        let mut random = [0; Random::LEN];
        getrandom::fill(&mut random)
            .map_err(|_| thrown("random", "This browser gives no random numbers."))?;
        let sealed = seal(&current, Random::new(random), &request).map_err(not_sent)?;
        Ok(SealedRequest { body: sealed.body, opening: Some(Opening::Whole(sealed.opener)) })
    }
}

/// How an answer is opened.
enum Opening {
    Whole(Opener),
    Events(Events),
}

/// A sealed request, and what opens the answer to it.
#[wasm_bindgen]
pub struct SealedRequest {
    body: String,
    opening: Option<Opening>,
}

#[wasm_bindgen]
impl SealedRequest {
    /// The body to send.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> String {
        self.body.clone()
    }

    /// The media type to send it as, and that of an answer which comes at once.
    #[wasm_bindgen(getter, js_name = mediaType)]
    pub fn media_type(&self) -> String {
        MEDIA_TYPE.to_owned()
    }

    /// Opens an answer that came at once.
    ///
    /// # Errors
    /// Throws an error whose code is `not-opened` and whose message is a word for why.
    pub fn answer(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] body: JsValue,
    ) -> Result<Uint8Array, JsValue> {
        let body = take("the answer", &body, &mut { MAX_TAKEN })?;
        let opened = match &mut self.opening {
            Some(Opening::Whole(opener)) => opener.answer(&body),
            _ => Err(Unopened::Repeated),
        };
        opened.map(|bytes| Uint8Array::from(bytes.as_slice())).map_err(not_opened)
    }

    /// Takes the next bytes of an answer that comes event by event, and gives the events that are
    /// complete with them, opened.
    ///
    /// # Errors
    /// As `answer`, and again from then on.
    pub fn events(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
    ) -> Result<Uint8Array, JsValue> {
        let bytes = take("the answer", &bytes, &mut { MAX_TAKEN })?;
        let mut events = match self.opening.take() {
            Some(Opening::Whole(opener)) => opener.events(),
            Some(Opening::Events(events)) => events,
            None => return Err(not_opened(Unopened::Form)),
        };
        let opened = events.push(&bytes);
        self.opening = Some(Opening::Events(events));
        opened.map(|bytes| Uint8Array::from(bytes.as_slice())).map_err(not_opened)
    }

    /// Says that no event follows.
    ///
    /// # Errors
    /// As `answer`, where an event is not complete, or there was none.
    pub fn finish(&mut self) -> Result<(), JsValue> {
        match self.opening.take() {
            Some(Opening::Events(events)) => events.finish().map_err(not_opened),
            _ => Err(not_opened(Unopened::Form)),
        }
    }
}

fn not_opened(why: Unopened) -> JsValue {
    thrown("not-opened", why.word())
}

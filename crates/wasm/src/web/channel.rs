//! Requests sealed to the key that a report of this module binds.
//!
//! JavaScript never hands over a key or a report: a [`Channel`] comes out of an examination, and seals
//! only with an answer that this module itself asked for.

use js_sys::{Array, Uint8Array};
use s2s_seal::{Opener, Opening, Random, Unopened, seal};
use serde::Deserialize;
use silicon_to_source::engine::channel::{MAX_AGE_S, Refusal, Requirement, SealedTo};
use silicon_to_source::engine::policy::LeastLevel;
use wasm_bindgen::prelude::*;
use web_sys::Headers;

use super::{Asked, host};
use crate::{MAX_TAKEN, USAGE, is_absent, moment, take, thrown, written};

/// `ChannelRequirement`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    least: String,
    max_age: Option<u32>,
    undated: Option<bool>,
    via: Option<String>,
}

/// What a caller requires, when anything.
pub(crate) fn requirement(value: JsValue) -> Result<Option<Requirement>, JsValue> {
    if is_absent(&value) {
        return Ok(None);
    }
    let Written { least, max_age, undated, via } =
        written(value, &["least", "maxAge", "undated", "via"])?;
    let Some(LeastLevel::At(least)) = LeastLevel::parse(&least) else {
        return Err(thrown(USAGE, "The level of a machine is A0 to A5; a build has no key."));
    };
    let max_age_s = max_age.unwrap_or(MAX_AGE_S);
    if max_age_s > MAX_AGE_S {
        let why = format!("A session's key is used for {MAX_AGE_S} seconds at most.");
        return Err(thrown(USAGE, &why));
    }
    let via = via.map(|text| host(&text)).transpose()?;
    Ok(Some(Requirement { least, max_age_s, undated: undated.unwrap_or_default(), via }))
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
    /// Scheme and authority of where sealed requests go.
    #[wasm_bindgen(getter)]
    pub fn origin(&self) -> String {
        self.inner.origin().to_owned()
    }

    /// What is asked right before a request is sealed: the JSON text of a `PlannedRequest` for `ask`.
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
        let current = self.inner.current(&asked.answer(), moment(at)?).map_err(not_sent)?;
        let mut random = [0; Random::LEN];
        getrandom::fill(&mut random)
            .map_err(|_| thrown("random", "This browser gives no random numbers."))?;
        let sealed = seal(&current, Random::new(random), &request).map_err(not_sent)?;
        Ok(SealedRequest {
            headers: sealed.headers,
            body: sealed.body,
            is_chunked: sealed.is_chunked,
            opener: Some(sealed.opener),
        })
    }
}

/// A sealed request, and what opens the answer to it.
#[wasm_bindgen]
pub struct SealedRequest {
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    is_chunked: bool,
    opener: Option<Opener>,
}

#[wasm_bindgen]
impl SealedRequest {
    /// The body to send.
    #[wasm_bindgen(getter, unchecked_return_type = "Uint8Array<ArrayBuffer>")]
    pub fn body(&self) -> Uint8Array {
        Uint8Array::from(self.body.as_slice())
    }

    /// Header fields that have to go with it, in place of any of the same names: pairs.
    #[wasm_bindgen(getter, unchecked_return_type = "[string, string][]")]
    pub fn headers(&self) -> Array {
        let pair = |(name, value): &(&str, String)| {
            JsValue::from(Array::of2(&JsValue::from(*name), &JsValue::from(value.as_str())))
        };
        self.headers.iter().map(pair).collect()
    }

    /// Whether the body has to go without its length, where whoever sends it can do that.
    #[wasm_bindgen(getter, js_name = isChunked)]
    pub fn is_chunked(&self) -> bool {
        self.is_chunked
    }

    /// What opens the answer with these header fields, once; undefined where they say that it is not
    /// sealed.
    ///
    /// # Errors
    /// Throws an error whose code is `not-opened` and whose message is a word for why.
    pub fn begin(&mut self, headers: &Headers) -> Result<Option<SealedAnswer>, JsValue> {
        let header = |name: &str| headers.get(name).ok().flatten();
        let opener = self.opener.take().ok_or_else(|| not_opened(Unopened::Repeated))?;
        let opening = opener.begin(header).map_err(not_opened)?;
        Ok(opening.map(|opening| SealedAnswer { opening: Some(opening) }))
    }
}

/// Opens the body of one answer.
#[wasm_bindgen]
pub struct SealedAnswer {
    opening: Option<Opening>,
}

#[wasm_bindgen]
impl SealedAnswer {
    /// The media type of what is opened. No seal covers what it says.
    #[wasm_bindgen(getter, js_name = mediaType)]
    pub fn media_type(&self) -> Option<String> {
        self.opening.as_ref().map(|opening| opening.media_type().to_owned())
    }

    /// Takes the next bytes, and gives what is complete with them, opened.
    ///
    /// # Errors
    /// Throws an error whose code is `not-opened` and whose message is a word for why, again from
    /// then on.
    pub fn push(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] bytes: JsValue,
    ) -> Result<Uint8Array, JsValue> {
        let bytes = take("the answer", &bytes, &mut { MAX_TAKEN })?;
        let opening = self.opening.as_mut().ok_or_else(|| not_opened(Unopened::Form))?;
        opening.push(&bytes).map(|bytes| Uint8Array::from(bytes.as_slice())).map_err(not_opened)
    }

    /// Says that no bytes follow, and gives what is complete with that.
    ///
    /// # Errors
    /// As `push`, and where the answer is not complete or holds nothing that was sealed.
    pub fn finish(&mut self) -> Result<Uint8Array, JsValue> {
        let opening = self.opening.take().ok_or_else(|| not_opened(Unopened::Form))?;
        opening.finish().map(|bytes| Uint8Array::from(bytes.as_slice())).map_err(not_opened)
    }
}

fn not_opened(why: Unopened) -> JsValue {
    thrown("not-opened", why.word())
}

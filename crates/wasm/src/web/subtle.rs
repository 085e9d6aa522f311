//! The Web Cryptography API of the browser or of Node, as a second engine for signatures.
//!
//! It answers yes or nothing. Its yes is the word of the platform that runs everything here, and is
//! taken only from an algorithm which, when it was first used in this module, said no to the same
//! signature over a longer message, within the time. Whatever else comes of a question, such as a no, an exception,
//! a value of another type or no answer in time, leaves the question to RustCrypto.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::futures::{JsFuture, future_to_promise};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use silicon_to_source::crypto::{Algorithm, Question};
use wasm_bindgen::prelude::*;
use web_sys::{CryptoKey, SubtleCrypto};

/// How long all questions of one examination may take together, in milliseconds. Real evidence
/// takes less than 10.
const LIMIT: u32 = 2_000;

thread_local! {
    /// Whether an algorithm can be used: tried once in this module.
    static USABLE: RefCell<Vec<(Algorithm, bool)>> = const { RefCell::new(Vec::new()) };
}

/// What was said so far of each question, and of the same with a longer message.
struct Said {
    question: Question,
    /// The question's algorithm as the platform names it.
    parameters: Option<Object>,
    holds: Cell<Option<bool>>,
    is_new: bool,
    refuses_longer: Cell<Option<bool>>,
}

/// Which of `questions` hold, as the platform says. All are asked at once.
pub(crate) async fn held(questions: &[Question]) -> Vec<bool> {
    let mut known: Vec<(Algorithm, Option<Object>)> = Vec::new();
    let all: Rc<[Said]> = questions
        .iter()
        .map(|question| {
            let algorithm = question.algorithm();
            let own = known.iter().find(|(known, _)| *known == algorithm);
            let named = own.map(|(_, parameters)| parameters.clone());
            let is_new = is_usable(algorithm).is_none() && named.is_none();
            let parameters = named.unwrap_or_else(|| {
                let parameters = parameters(question);
                known.push((algorithm, parameters.clone()));
                parameters
            });
            let (holds, refuses_longer) = (Cell::new(None), Cell::new(None));
            Said { question: question.clone(), parameters, holds, is_new, refuses_longer }
        })
        .collect();
    if let (Some(subtle), Some(timer)) = (subtle(), Timer::start()) {
        let asked = Array::new();
        for place in 0..all.len() {
            let (subtle, all) = (subtle.clone(), Rc::clone(&all));
            asked.push(&future_to_promise(async move {
                if let Some(said) = all.get(place) {
                    said.ask(&subtle).await;
                }
                Ok(JsValue::UNDEFINED)
            }));
        }
        // Neither of the two is ever rejected.
        let both = Array::of2(&Promise::all(&asked), &timer.promise);
        let _ = JsFuture::from(Promise::race(&both)).await;
        timer.stop();
        for said in &*all {
            said.conclude();
        }
    }
    all.iter()
        .map(|said| said.holds.get() == Some(true) && said.is_usable() == Some(true))
        .collect()
}

/// Whether an algorithm can be used, if that is known.
fn is_usable(algorithm: Algorithm) -> Option<bool> {
    USABLE.with_borrow(|usable| {
        let found = usable.iter().find(|(known, _)| *known == algorithm);
        found.map(|(_, is_usable)| *is_usable)
    })
}

impl Said {
    fn is_usable(&self) -> Option<bool> {
        is_usable(self.question.algorithm())
    }

    async fn ask(&self, subtle: &SubtleCrypto) {
        if self.is_usable() == Some(false) {
            return;
        }
        if self.is_new {
            let longer = self.answer(subtle, true).await;
            self.refuses_longer.set(Some(longer == Some(false)));
        }
        self.holds.set(Some(self.answer(subtle, false).await == Some(true)));
    }

    /// What the platform says of the question, or of the same with a message that is a byte longer.
    /// `None` when it says neither yes nor no.
    async fn answer(&self, subtle: &SubtleCrypto, longer: bool) -> Option<bool> {
        let (question, parameters) = (&self.question, self.parameters.as_ref()?);
        let usages = Array::of1(&"verify".into());
        let key = Uint8Array::from(question.key());
        let key =
            subtle.import_key_with_object(question.key_format(), &key, parameters, false, &usages);
        let key: CryptoKey = settled(key.ok()?.as_ref()).await?.unchecked_into();
        let signature = Uint8Array::from(question.signature());
        let message = match longer {
            false => Uint8Array::from(question.message()),
            true => Uint8Array::from([question.message(), &[0]].concat().as_slice()),
        };
        let answer = subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
            parameters, &key, &signature, &message,
        );
        settled(answer.ok()?.as_ref()).await?.as_bool()
    }

    /// Notes whether the algorithm can be used: whoever did not answer in time is not asked again.
    fn conclude(&self) {
        let algorithm = self.question.algorithm();
        let is_usable = self.holds.get().is_some()
            && match self.is_new {
                true => self.refuses_longer.get() == Some(true),
                false => self.is_usable() == Some(true),
            };
        USABLE.with_borrow_mut(|usable| {
            match usable.iter_mut().find(|(known, _)| *known == algorithm) {
                Some((_, known)) => *known = is_usable,
                None => usable.push((algorithm, is_usable)),
            }
        });
    }
}

/// The algorithm as the platform names it.
fn parameters(question: &Question) -> Option<Object> {
    let known = question.parameters();
    let members: [(&str, JsValue); 4] = [
        ("name", known.name.into()),
        ("namedCurve", known.curve.into()),
        ("hash", known.hash.map(|hash| hash.to_string()).into()),
        ("saltLength", known.salt_len.and_then(|len| u32::try_from(len).ok()).into()),
    ];
    let object = Object::new();
    for (name, value) in members.iter().filter(|(_, value)| !value.is_undefined()) {
        Reflect::set(&object, &(*name).into(), value).ok()?;
    }
    Some(object)
}

/// What a promise comes to, or anything that stands in its place; `None` for an exception.
async fn settled(promise: &JsValue) -> Option<JsValue> {
    let values = JsFuture::from(Promise::all(&Array::of1(promise))).await.ok()?;
    Some(values.dyn_ref::<Array>()?.get(0))
}

fn subtle() -> Option<SubtleCrypto> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).ok()?;
    let subtle = Reflect::get(&crypto, &"subtle".into()).ok()?;
    subtle.is_object().then(|| subtle.unchecked_into())
}

/// The end of the time for an answer.
struct Timer {
    promise: Promise,
    id: JsValue,
}

impl Timer {
    /// `None` where nobody measures time.
    fn start() -> Option<Self> {
        let global = js_sys::global();
        let set: Function = Reflect::get(&global, &"setTimeout".into()).ok()?.dyn_into().ok()?;
        let mut id = None;
        let promise = Promise::new(&mut |resolve, _| {
            id = set.call2(&global, &resolve, &LIMIT.into()).ok();
        });
        Some(Self { promise, id: id? })
    }

    fn stop(self) {
        let global = js_sys::global();
        let clear = Reflect::get(&global, &"clearTimeout".into()).ok();
        if let Some(clear) = clear.and_then(|clear| clear.dyn_into::<Function>().ok()) {
            // A timer that runs on ends by itself.
            let _ = clear.call1(&global, &self.id);
        }
    }
}

//! The Web Cryptography API of the browser or of Node, as a second engine for signatures.
//!
//! It answers yes or nothing. Its yes is the word of the platform that runs everything here, and is
//! taken only from an algorithm which, when it was first used in this module, said no to the same
//! signature over a longer message, within the time. Whatever else comes of a question, such as a no, an exception,
//! a value of another type or no answer in time, leaves the question to RustCrypto.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
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
    static USABLE: RefCell<BTreeMap<Algorithm, bool>> = const { RefCell::new(BTreeMap::new()) };
}

/// Which of `questions` hold, as the platform says. All are asked at once.
pub(crate) async fn held(questions: Rc<[Question]>) -> Vec<bool> {
    let said: Rc<[Cell<Option<bool>>]> = questions.iter().map(|_| Cell::new(None)).collect();
    if let (Some(subtle), Some(timer)) = (subtle(), Timer::start()) {
        let asked = Array::new();
        for (place, question) in questions.iter().enumerate() {
            if is_usable(question) == Some(false) {
                continue;
            }
            let (subtle, all, said) = (subtle.clone(), Rc::clone(&questions), Rc::clone(&said));
            asked.push(&future_to_promise(async move {
                if let (Some(question), Some(said)) = (all.get(place), said.get(place)) {
                    said.set(Some(answer(&subtle, question, false).await == Some(true)));
                }
                Ok(JsValue::UNDEFINED)
            }));
        }
        for (algorithm, place) in untried(&questions) {
            let (subtle, all) = (subtle.clone(), Rc::clone(&questions));
            asked.push(&future_to_promise(async move {
                if let Some(question) = all.get(place) {
                    let refuses = answer(&subtle, question, true).await == Some(false);
                    USABLE.with_borrow_mut(|usable| usable.insert(algorithm, refuses));
                }
                Ok(JsValue::UNDEFINED)
            }));
        }
        let all = Promise::all(&asked);
        // Neither of the two is ever rejected.
        let _ = JsFuture::from(Promise::race(&Array::of2(&all, &timer.promise))).await;
        timer.stop();
        // Whoever did not answer in time is not asked again.
        let late = |one: &Question, said: &Cell<Option<bool>>| {
            said.get().is_none() || is_usable(one).is_none()
        };
        let late: Vec<(Algorithm, bool)> = questions
            .iter()
            .zip(said.iter())
            .filter(|(one, said)| late(one, said))
            .map(|(one, _)| (one.algorithm(), false))
            .collect();
        USABLE.with_borrow_mut(|usable| usable.extend(late));
    }
    let held = questions.iter().zip(said.iter());
    held.map(|(one, said)| said.get() == Some(true) && is_usable(one) == Some(true)).collect()
}

/// Whether the algorithm of `question` can be used, if that is known.
fn is_usable(question: &Question) -> Option<bool> {
    USABLE.with_borrow(|usable| usable.get(&question.algorithm()).copied())
}

/// The algorithms that were not tried, each with the place of its first question.
fn untried(questions: &[Question]) -> BTreeMap<Algorithm, usize> {
    let mut untried = BTreeMap::new();
    for (place, question) in questions.iter().enumerate() {
        if is_usable(question).is_none() {
            untried.entry(question.algorithm()).or_insert(place);
        }
    }
    untried
}

/// What the platform says of one question, or of the same with a message that is a byte longer.
/// `None` when it says neither yes nor no.
async fn answer(subtle: &SubtleCrypto, question: &Question, longer: bool) -> Option<bool> {
    let parameters = parameters(question)?;
    let usages = Array::of1(&"verify".into());
    let key = Uint8Array::from(question.key());
    let key =
        subtle.import_key_with_object(question.key_format(), &key, &parameters, false, &usages);
    let key: CryptoKey = settled(key.ok()?.as_ref()).await?.unchecked_into();
    let signature = Uint8Array::from(question.signature());
    let message = match longer {
        false => Uint8Array::from(question.message()),
        true => Uint8Array::from([question.message(), &[0]].concat().as_slice()),
    };
    let answer = subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
        &parameters,
        &key,
        &signature,
        &message,
    );
    settled(answer.ok()?.as_ref()).await?.as_bool()
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

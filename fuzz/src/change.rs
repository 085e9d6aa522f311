//! Changes to an input, by a generator that gives the same ones for the same number. Some know how the
//! input is built: members of JSON, elements of DER, and what base64 in JSON stands for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

/// Numbers that follow from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; zero when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }
}

/// The largest input that is made, in bytes.
const MAX: usize = 1 << 20;

/// Values at the ends of what integers hold, and around lengths.
const EDGES: [u64; 10] =
    [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, u64::MAX];

/// `input` with one to four changes; `other` is another input to take parts of.
pub fn changed(input: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=numbers.below(4) {
        let form = numbers.below(4);
        let made = match form {
            0 => json(&bytes, numbers),
            1 => der(&bytes, numbers),
            _ => None,
        };
        bytes = made.unwrap_or_else(|| plain(bytes, other, numbers));
        bytes.truncate(MAX);
    }
    bytes
}

/// A change that knows nothing of the form.
fn plain(mut bytes: Vec<u8>, other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let at = numbers.below(bytes.len());
    match numbers.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << numbers.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = numbers.next() as u8;
            }
        }
        2 => bytes.truncate(at),
        3 => {
            let end = at + numbers.below(bytes.len() - at + 1).min(64);
            bytes.drain(at..end);
        }
        4 => {
            let end = at + numbers.below(bytes.len() - at + 1).min(4096);
            let part = bytes[at..end].to_vec();
            bytes.splice(at..at, part);
        }
        5 => {
            let from = numbers.below(other.len());
            let end = from + numbers.below(other.len() - from + 1).min(4096);
            bytes.splice(at..at, other[from..end].iter().copied());
        }
        6 => {
            let width = [1, 2, 4, 8][numbers.below(4)];
            let edge = EDGES[numbers.below(EDGES.len())];
            let edge = edge.wrapping_add(numbers.next() % 3).wrapping_sub(1);
            let both = [edge.to_le_bytes(), edge.to_be_bytes()];
            let place = numbers.below(2);
            let own = if place == 0 { &both[0][..width] } else { &both[1][8 - width..] };
            for (offset, byte) in own.iter().enumerate() {
                if let Some(to) = bytes.get_mut(at + offset) {
                    *to = *byte;
                }
            }
        }
        7 => bytes.extend(vec![numbers.next() as u8; numbers.below(300)]),
        _ => {
            let second = numbers.below(bytes.len());
            if !bytes.is_empty() {
                bytes.swap(at, second);
            }
        }
    }
    bytes
}

/// A member of JSON gone, doubled, of another type, renamed, or changed inside of its base64.
fn json(bytes: &[u8], numbers: &mut Numbers) -> Option<Vec<u8>> {
    let mut json: Json = serde_json::from_slice(bytes).ok()?;
    let count = nodes(&json);
    let mut place = numbers.below(count);
    let text = bytes.len() < 200_000 && numbers.below(12) == 0;
    at(&mut json, &mut place, numbers);
    let written = serde_json::to_string(&json).ok()?;
    // The same member twice, which a value cannot hold.
    match written.split_once("\":").filter(|_| text) {
        Some((before, after)) => {
            let name = before.rsplit('"').next().unwrap_or_default();
            Some(format!("{before}\":null,\"{name}\":{after}").into_bytes())
        }
        None => Some(written.into_bytes()),
    }
}

fn nodes(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(nodes).sum(),
        Json::Object(members) => members.values().map(nodes).sum(),
        _ => 0,
    }
}

/// Changes the value that `place` counts to.
fn at(json: &mut Json, place: &mut usize, numbers: &mut Numbers) -> bool {
    if *place == 0 {
        let whole = json.clone();
        *json = value(whole, numbers);
        return true;
    }
    *place -= 1;
    match json {
        Json::Array(items) => items.iter_mut().any(|item| at(item, place, numbers)),
        Json::Object(members) => members.values_mut().any(|member| at(member, place, numbers)),
        _ => false,
    }
}

fn value(json: Json, numbers: &mut Numbers) -> Json {
    match (numbers.below(8), json) {
        (0, _) => Json::Null,
        (1, json) => Json::Array(vec![json]),
        (2, Json::Object(mut members)) => {
            let key = members.keys().nth(numbers.below(members.len())).cloned();
            if let Some(key) = key {
                members.remove(&key);
            }
            Json::Object(members)
        }
        (3, Json::Object(mut members)) => {
            members.insert("unknown".into(), Json::Bool(true));
            Json::Object(members)
        }
        (2, Json::Array(mut items)) => {
            if !items.is_empty() {
                items.remove(numbers.below(items.len()));
            }
            Json::Array(items)
        }
        (3, Json::Array(items)) => Json::Array([items.clone(), items].concat()),
        (4..=7, Json::String(text)) => match STANDARD.decode(&text) {
            Ok(inner) if inner.len() > 8 => {
                let inner =
                    der(&inner, numbers).unwrap_or_else(|| plain(inner.clone(), &inner, numbers));
                Json::String(STANDARD.encode(inner))
            }
            _ => {
                let bytes = plain(text.clone().into_bytes(), text.as_bytes(), numbers);
                Json::String(String::from_utf8_lossy(&bytes).into_owned())
            }
        },
        (_, Json::Number(_)) => EDGES[numbers.below(EDGES.len())].into(),
        (_, Json::Bool(own)) => Json::Bool(!own),
        (_, json) => json,
    }
}

/// An element of DER gone, doubled, emptied, of another tag, or changed inside, with the lengths around it
/// made right again.
fn der(bytes: &[u8], numbers: &mut Numbers) -> Option<Vec<u8>> {
    let (tag, content, rest) = element(bytes)?;
    // What stands behind an element is another file's, or padding.
    if rest.len() > 64 {
        return None;
    }
    let mut made = encoded(tag, &inside(content, tag & 0x20 != 0, 0, numbers));
    made.extend(rest);
    Some(made)
}

fn inside(content: &[u8], is_constructed: bool, depth: usize, numbers: &mut Numbers) -> Vec<u8> {
    let elements = if is_constructed { elements(content) } else { None };
    let Some(elements) = elements.filter(|list| !list.is_empty() && depth < 12) else {
        return plain(content.to_vec(), content, numbers);
    };
    let chosen = numbers.below(elements.len());
    let how = numbers.below(8);
    let mut made = Vec::new();
    for (place, (tag, content)) in elements.iter().enumerate() {
        if place != chosen {
            made.extend(encoded(*tag, content));
            continue;
        }
        match how {
            0 => {}
            1 => made.extend([encoded(*tag, content), encoded(*tag, content)].concat()),
            2 => made.extend(encoded(numbers.next() as u8 & 0xbf, content)),
            3 => made.extend(encoded(*tag, &[])),
            _ => made.extend(encoded(*tag, &inside(content, tag & 0x20 != 0, depth + 1, numbers))),
        }
    }
    made
}

/// Tag and content of each element, where the content is nothing but elements.
fn elements(mut content: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut found = Vec::new();
    while !content.is_empty() {
        let (tag, own, rest) = element(content)?;
        found.push((tag, own));
        content = rest;
    }
    Some(found)
}

/// The first element of DER: tag, content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (own, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (own.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    (tag & 0x1f != 0x1f).then_some((tag, content, rest))
}

fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let mut head = match len {
        0..=0x7f => vec![tag, len as u8],
        0x80..=0xff => vec![tag, 0x81, len as u8],
        0x100..=0xffff => vec![tag, 0x82, (len >> 8) as u8, len as u8],
        _ => vec![tag, 0x83, (len >> 16) as u8, (len >> 8) as u8, len as u8],
    };
    head.extend(content);
    head
}

//! Commits and tags rebuilt from GitHub's answers: the bytes whose hash is the name.
//!
//! A signed object can be rebuilt from the signed bytes and the signature. Of an unsigned one the
//! answer leaves out the time zones and the line feeds at the end, so they are searched for; what
//! else it leaves out (an `encoding`, a `mergetag`) cannot be found.

use super::hash::name;
use crate::builds::git::parse::github::{Commit, Person, Signed, Tag};
use crate::builds::git::parse::objects::{Kind, ObjectName};
use crate::time::UnixTime;

/// What came of rebuilding an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rebuilt {
    /// The content whose name is the sought one.
    Content(Vec<u8>),
    /// The signed bytes and the signature do not make the sought object.
    Different,
    /// The answer does not hold all that the object has, or is not about it.
    Impossible,
}

/// Every zone that a clock has been set to since there is git: minutes from UTC.
const ZONES: [i16; 40] = [
    0, 60, 120, -480, -420, -300, -240, 330, 480, 540, -360, 180, -180, 600, 660, 720, 780, 420,
    240, 300, 360, 270, 210, 345, 390, 570, 630, 765, 840, -210, -150, -120, -60, -540, -570, -600,
    -660, 525, -270, 825,
];

/// The longest message, in bytes, for which all pairs of zones are tried, and the longest for which
/// the author's and the committer's are taken to be the same.
const SEARCHED_WIDELY: usize = 16 * 1024;
const SEARCHED: usize = 1024 * 1024;

/// Line feeds at the end of a message that an answer leaves out.
const ENDS: [&str; 3] = ["\n", "", "\n\n"];

/// The content of the commit called `sought`.
pub(super) fn commit(answer: &Commit, sought: &ObjectName) -> Rebuilt {
    if let Some(signed) = answer.verification.as_ref().and_then(|found| found.signed()) {
        return signed_commit(signed, sought);
    }
    let mut head = format!("tree {}\n", answer.tree.sha);
    for parent in &answer.parents {
        head.push_str(&format!("parent {}\n", parent.sha));
    }
    let moments = moment(&answer.author).zip(moment(&answer.committer));
    let Some((authored, committed)) = moments else { return Rebuilt::Impossible };
    let content = |author: &str, committer: &str, end: &str| {
        format!(
            "{head}author {} {author}\ncommitter {} {committer}\n\n{}{end}",
            who(&answer.author, authored),
            who(&answer.committer, committed),
            answer.message,
        )
    };
    let alike = ZONES.iter().map(|zone| (*zone, *zone));
    let unlike = ZONES.iter().flat_map(|author| {
        let others = ZONES.iter().filter(move |zone| *zone != author);
        others.map(move |committer| (*author, *committer))
    });
    let searched = match answer.message.len() {
        len if len <= SEARCHED_WIDELY => usize::MAX,
        len if len <= SEARCHED => ZONES.len(),
        _ => 0,
    };
    let contents = alike.chain(unlike).take(searched).flat_map(|(author, committer)| {
        let content = &content;
        ENDS.iter().map(move |end| content(&offset(author), &offset(committer), end))
    });
    first(Kind::Commit, sought, contents)
}

/// The content of the tag called `sought`.
pub(super) fn tag(answer: &Tag, sought: &ObjectName) -> Rebuilt {
    if let Some(signed) = answer.verification.as_ref().and_then(|found| found.signed()) {
        let ends = ["", "\n"].iter();
        let contents = ends.map(|end| format!("{}{}{end}", signed.payload, signed.signature));
        return match first(Kind::Tag, sought, contents) {
            Rebuilt::Impossible => Rebuilt::Different,
            rebuilt => rebuilt,
        };
    }
    let Some(tagged) = moment(&answer.tagger) else { return Rebuilt::Impossible };
    let contents = ZONES.iter().flat_map(|zone| {
        ENDS.iter().map(move |end| {
            format!(
                "object {}\ntype {}\ntag {}\ntagger {} {}\n\n{}{end}",
                answer.object.sha,
                answer.object.kind,
                answer.tag,
                who(&answer.tagger, tagged),
                offset(*zone),
                answer.message,
            )
        })
    });
    first(Kind::Tag, sought, contents)
}

/// The signature is the last header: `gpgsig`, its further lines each after one space.
fn signed_commit(signed: Signed<'_>, sought: &ObjectName) -> Rebuilt {
    let Some((head, message)) = signed.payload.split_once("\n\n") else {
        return Rebuilt::Different;
    };
    let header = |signature: &str| {
        let lines = signature.replace('\n', "\n ");
        format!("{head}\ngpgsig {lines}\n\n{message}")
    };
    let without_end = signed.signature.trim_end_matches('\n');
    let contents =
        [signed.signature.to_owned(), without_end.to_owned(), format!("{without_end}\n")];
    match first(Kind::Commit, sought, contents.iter().map(|signature| header(signature))) {
        Rebuilt::Impossible => Rebuilt::Different,
        rebuilt => rebuilt,
    }
}

/// The first of `contents` that has the sought name.
fn first(kind: Kind, sought: &ObjectName, contents: impl Iterator<Item = String>) -> Rebuilt {
    for content in contents {
        if name(sought.format(), kind, content.as_bytes()).as_ref() == Ok(sought) {
            return Rebuilt::Content(content.into_bytes());
        }
    }
    Rebuilt::Impossible
}

fn moment(person: &Person) -> Option<UnixTime> {
    person.date.parse().ok()
}

fn who(person: &Person, moment: UnixTime) -> String {
    format!("{} <{}> {}", person.name, person.email, moment.0)
}

/// `+0530` for 330.
fn offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    let (hours, rest) = (minutes.checked_div(60), minutes.checked_rem(60));
    format!("{sign}{:02}{:02}", hours.unwrap_or_default(), rest.unwrap_or_default())
}

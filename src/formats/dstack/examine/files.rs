//! dstack's files beside the evidence.

use crate::claims::Stated;
use crate::digest::Sha256;
use crate::error::Error;
use crate::finding::{Finding, LinkId, Outcome, Value, Why};
use crate::formats::dstack::appraise::{self, Identity};
use crate::formats::dstack::checks;
use crate::formats::dstack::parse::{Answer, AppCompose, TcbInfo};
use crate::formats::intel::parse::{Body, Quote};
use crate::piece::{self, Piece, Role};
use crate::report::{EvidenceItem, Fact, Part};

/// What dstack's agent and its app-compose files say, beside the evidence.
#[derive(Default)]
pub(super) struct Files<'s> {
    infos: Vec<Piece<'s>>,
    composes: Vec<Piece<'s>>,
}

/// The app-compose file that is about a guest.
#[derive(Default)]
pub(super) struct Compose<'b> {
    bytes: &'b [u8],
    pub(super) file: Option<AppCompose>,
    /// Why the one that the agent states cannot be read.
    unreadable: Option<String>,
}

impl<'s> Files<'s> {
    /// dstack's among `pieces`.
    pub(super) fn of(pieces: &[Piece<'s>]) -> Self {
        Self {
            infos: piece::of(pieces, &[Role::DstackInfo]),
            composes: piece::of(pieces, &[Role::AppCompose]),
        }
    }

    /// What the agent says beside the evidence, when it is about the guest of `quote`: the
    /// registers that it states are the quote's. Of several, the first.
    pub(super) fn info(&self, quote: Option<&Quote<'_>>) -> (Answer, Option<TcbInfo>) {
        for piece in &self.infos {
            let read = Answer::parse(piece.bytes).and_then(|info| {
                let tcb = info.tcb_info.as_deref().map(TcbInfo::parse).transpose()?;
                Ok((info, tcb))
            });
            match read {
                Ok((info, tcb)) if is_about(tcb.as_ref(), quote) => {
                    piece.used();
                    return (info, tcb);
                }
                Ok(_) => {}
                Err(_) => piece.unreadable(),
            }
        }
        Default::default()
    }

    /// The app-compose file whose SHA-256 (in hex) is `hash`: one beside the evidence, or else the
    /// one that the agent states, which has to be it. Without a hash nothing tells which file
    /// counts, and the first is taken.
    pub(super) fn compose<'b>(&self, hash: Option<&str>, tcb: Option<&'b TcbInfo>) -> Compose<'b>
    where
        's: 'b,
    {
        let is_own = |bytes: &[u8]| hash.is_none_or(|hash| Sha256::of(bytes).to_string() == hash);
        for piece in self.composes.iter().filter(|piece| is_own(piece.bytes)) {
            match AppCompose::parse(piece.bytes) {
                Ok(file) => {
                    piece.used();
                    return Compose { bytes: piece.bytes, file: Some(file), unreadable: None };
                }
                Err(_) => piece.unreadable(),
            }
        }
        let stated = tcb.and_then(|tcb| tcb.app_compose.as_deref()).unwrap_or_default().as_bytes();
        match AppCompose::parse(stated) {
            _ if stated.is_empty() => Compose::default(),
            Ok(file) => Compose { bytes: stated, file: Some(file), unreadable: None },
            Err(error) => {
                Compose { bytes: stated, file: None, unreadable: Some(error.to_string()) }
            }
        }
    }
}

impl Compose<'_> {
    /// Adds the app-compose file to the evidence, its containers to the claims, and what the agent
    /// says that nothing shows.
    pub(super) fn show(&self, part: &mut Part, answers: &[&Answer]) {
        for answer in answers {
            for name in [&answer.cloud_vendor, &answer.cloud_product].into_iter().flatten() {
                part.stated.push(statement("cloud", name.as_str(), "dstack's agent"));
            }
        }
        if let Some(why) = &self.unreadable {
            for finding in &mut part.findings {
                if *finding.check == checks::DSTACK_COMPOSE_HASH && finding.outcome == NOT_FETCHED {
                    let outcome = Finding::fail(&checks::DSTACK_COMPOSE_HASH, "malformed").outcome;
                    finding.outcome = outcome;
                    finding.actual = Some(Value::text(why.as_str()));
                }
            }
        }
        if self.bytes.is_empty() {
            return;
        }
        let link = LinkId::Measurements;
        part.evidence.push(EvidenceItem::new("app-compose", "json", link, self.bytes, Vec::new()));
        let is_shown = part.passed(&checks::DSTACK_COMPOSE_HASH);
        if let Some(file) = self.file.as_ref().filter(|_| is_shown) {
            part.claims.extend(appraise::image_claims(file));
        }
    }
}

const NOT_FETCHED: Outcome = Outcome::Unknown(Why::NotFetched);

/// Whether the registers that the agent states are the quote's.
fn is_about(tcb: Option<&TcbInfo>, quote: Option<&Quote<'_>>) -> bool {
    let Some(Body::Td(report)) = quote.map(|quote| &quote.body) else { return true };
    let [_, _, _, rtmr3] = report.rtmr;
    tcb.and_then(|tcb| tcb.rtmr3).is_none_or(|stated| stated == rtmr3)
}

/// The values of a verified log's or document's identity that others are compared with.
pub(super) fn facts(identity: &Identity) -> impl Iterator<Item = Fact> {
    let app = identity.app_id().map(|app| Fact::App(app.to_owned()));
    let compose = identity.compose_hash().and_then(|hash| hash.parse().ok());
    app.into_iter().chain(compose.map(Fact::ComposeHash))
}

/// Something that is said and that nothing shows.
pub(super) fn statement(name: &'static str, said: &str, source: &'static str) -> Stated {
    Stated::not_shown(name, Value::text(said), source, LinkId::Measurements)
}

/// A part of the agent's answer that cannot be read: its members stand beside the quote, and nobody
/// signed them.
pub(super) fn read<T>(
    text: Option<&str>,
    parse: fn(&str) -> Result<T, Error>,
    name: &'static str,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    match text.map(parse)? {
        Ok(read) => Some(read),
        Err(error) => {
            let finding = Finding::unknown(&checks::DSTACK_TCB_INFO, Why::NotSupported);
            findings.push(finding.part(name).actual(error.to_string()));
            None
        }
    }
}

//! Answers of RPC providers about registers, beside verified evidence.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::appraise::{Answered, compose_hash, release, unread_entry, unreadable};
use super::parse::{
    Address, Entry, Question, Recorded, is_allowed, latest_release, release as read_release,
};
use super::{checks, wanted};
use crate::claims::Stated;
use crate::digest::Sha256;
use crate::finding::{Check, Finding, LinkId, Rule, Value};
use crate::gather;
use crate::piece::{self, Piece, Role};
use crate::report::{Custody, Draft, EvidenceItem, Fact};
use crate::services::registry::policy::ForRegistry;

/// The most recorded answers that are taken.
const MAX_FILES: usize = 64;
/// Recorded answers among what lies beside the evidence.
#[derive(Default)]
struct Files<'a> {
    recorded: Vec<(Piece<'a>, Recorded)>,
}

impl<'a> Files<'a> {
    /// Every recorded answer that can be read, each once; there is a finding for each other.
    fn of(beside: &[Piece<'a>], findings: &mut Vec<Finding>) -> Self {
        let mut own = Self::default();
        let pieces = piece::of(beside, &[Role::RegistryAnswer]);
        for (number, piece) in (1_u32..).zip(pieces.into_iter().take(MAX_FILES)) {
            match Recorded::parse(piece.bytes) {
                Ok(recorded) => {
                    if own.recorded.iter().all(|(_, known)| *known != recorded) {
                        own.recorded.push((piece, recorded));
                    }
                }
                Err(error) => {
                    piece.unreadable();
                    findings.push(unreadable(format!("answer {number}"), &error));
                }
            }
        }
        own
    }
}

/// Adds what a provider says to `draft`, and what it could be asked. `entries` are the registers
/// that the evidence's document names; `image_by` is the check that shows which image runs.
pub(crate) fn complete(
    draft: &mut Draft,
    beside: &[Piece<'_>],
    policy: &dyn ForRegistry,
    entries: &[Entry],
    image_by: &'static Check,
) {
    let files = Files::of(beside, &mut draft.findings);
    let mut search =
        Search { files: &files, policy, used: vec![false; files.recorded.len()], image_by, draft };
    search.releases(entries);
    search.compose_hashes();
    let used = std::mem::take(&mut search.used);
    let link = LinkId::Image;
    for (number, ((piece, _), used)) in (1_u32..).zip(files.recorded.iter().zip(used)) {
        if used {
            piece.used();
            let id = format!("registry answer {number}");
            draft.evidence.push(EvidenceItem::new(id, "json", link, piece.bytes, Vec::new()));
        }
    }
}

/// The look-ups for one draft.
struct Search<'s, 'a> {
    files: &'s Files<'a>,
    policy: &'s dyn ForRegistry,
    used: Vec<bool>,
    image_by: &'static Check,
    draft: &'s mut Draft,
}

/// An app in an AppController on a chain.
#[derive(Clone, Copy, PartialEq, Eq)]
struct App {
    chain: u64,
    controller: Address,
    app: Address,
}

impl<'s> Search<'s, '_> {
    /// EigenCompute's register, for the policy's app and for those that the document names.
    fn releases(&mut self, entries: &[Entry]) {
        let own = self.policy.registry().eigencompute.and_then(|app| {
            let controller = self.policy.registry().controller(app.chain)?;
            Some(App { chain: app.chain, controller, app: app.app })
        });
        let mut apps: Vec<(Option<String>, App)> = own.map(|app| (None, app)).into_iter().collect();
        for (number, entry) in (1_u32..).zip(entries) {
            let part = format!("registry {number}");
            match self.entry(entry) {
                Ok(app) => {
                    self.draft.stated.push(stated(app, &part));
                    if apps.iter().all(|(_, known)| *known != app) {
                        apps.push((Some(part), app));
                    }
                }
                Err(why) => self.draft.findings.push(unread_entry(part, &why)),
            }
        }
        let running = self.running();
        let rule = self.contradiction(&checks::REGISTRY_RELEASE);
        if apps.is_empty() && self.draft.subject.kind == "eigencompute-evidence" {
            let nobody = Answered::NoQuestion("no-app");
            self.draft.findings.push(release(running, nobody, rule));
        }
        for (part, app) in apps {
            let answered = self.release(app, running.is_ok());
            let finding = release(running, answered, rule);
            self.draft.findings.push(match part {
                Some(part) => finding.part(part),
                None => finding,
            });
        }
    }

    /// The image digest of the app's latest release; two questions, one after the other.
    fn release(&mut self, app: App, wanted: bool) -> Answered<Option<Sha256>> {
        const NO_LOG: &str = "the provider names a block, and gives no release in it";
        let App { chain, controller, app } = app;
        let check = &checks::REGISTRY_RELEASE;
        let Some(provider) = self.provider(chain) else {
            return Answered::NoQuestion("no-provider");
        };
        let latest = Question::LatestRelease { controller, app };
        let block = Answered::of(self.ask(provider, &latest, check, wanted), latest_release);
        block.then(|block| {
            let Some(block) = block else { return Answered::Yes(None) };
            let question = Question::Release { controller, app, block };
            let read = |answer: &str| read_release(answer, controller, app, block);
            match Answered::of(self.ask(provider, &question, check, wanted), read) {
                Answered::Yes(None) => Answered::Unreadable(NO_LOG.to_owned()),
                other => other,
            }
        })
    }

    /// The contracts of the dstack apps of every machine. One is asked when the app has keys of a
    /// key service: such a service asks the contract before it gives any out.
    fn compose_hashes(&mut self) {
        let of_service = self.draft.flags.custody == Custody::KmsDerived;
        let chain = self.policy.registry().dstack_chain;
        if !of_service && chain.is_none() {
            return;
        }
        let facts = &self.draft.facts;
        let apps = facts.iter().filter_map(|(part, fact)| match fact {
            Fact::App(app) => Some((part.map(str::to_owned), format!("0x{app}").parse().ok()?)),
            _ => None,
        });
        let apps: BTreeSet<(Option<String>, Address)> = gather::set(apps);
        for (part, app) in apps {
            let hash = self.draft.facts.iter().find_map(|(own, fact)| match fact {
                Fact::ComposeHash(hash) if own == part.as_deref() => Some(*hash),
                _ => None,
            });
            let Some(hash) = hash else { continue };
            let finding = self.compose_hash(app, hash, chain);
            self.draft.findings.push(match part {
                Some(part) => finding.part(part),
                None => finding,
            });
        }
    }

    fn compose_hash(&mut self, app: Address, hash: Sha256, chain: Option<u64>) -> Finding {
        let check = &checks::REGISTRY_COMPOSE_HASH;
        let answered = match chain.map(|chain| self.provider(chain)) {
            None => Answered::NoQuestion("no-chain"),
            Some(None) => Answered::NoQuestion("no-provider"),
            Some(Some(provider)) => {
                let question = Question::ComposeHash { app, hash };
                Answered::of(self.ask(provider, &question, check, true), is_allowed)
            }
        };
        compose_hash(hash, answered, self.contradiction(check))
    }

    /// The recorded answer to exactly this question to this provider, or else the question among
    /// what is wanted.
    fn ask(
        &mut self,
        provider: &str,
        question: &Question,
        check: &'static Check,
        wanted: bool,
    ) -> Option<&'s Recorded> {
        let (url, body) = (question.url(provider), question.body());
        let mut found = None;
        for ((_, recorded), used) in self.files.recorded.iter().zip(&mut self.used) {
            if recorded.url == url && recorded.question == body {
                *used = true;
                found = Some(recorded);
            }
        }
        if found.is_none() && wanted {
            self.draft.wanted.push(wanted::registry(provider, question, check));
        }
        found
    }

    fn provider(&self, chain: u64) -> Option<&'s str> {
        self.policy.registry().rpc.get(&chain).map(|provider| provider.as_str())
    }

    /// A contradiction fails for whoever asks for the check.
    fn contradiction(&self, check: &'static Check) -> Rule {
        let own = self.policy.requirements(self.draft.subject.kind);
        if own.required.contains(&check) { Rule::Deny } else { Rule::Warn }
    }

    /// The app that an entry of the document names.
    fn entry(&self, entry: &Entry) -> Result<App, String> {
        if entry.kind != Entry::APP_CONTROLLER {
            return Err(entry.kind.clone());
        }
        let address = |name: &str| {
            let text = entry.members.get(name).and_then(Json::as_str);
            text.and_then(|text| text.parse::<Address>().ok())
                .ok_or_else(|| format!("{name} is no address"))
        };
        let chain = entry.members.get("chain_id").and_then(Json::as_u64);
        let chain = chain.ok_or("chain_id is no number")?;
        let (controller, app) = (address("contract")?, address("app_id")?);
        if self.policy.registry().controller(chain) != Some(controller) {
            return Err(format!("{controller} is no known AppController on chain {chain}"));
        }
        Ok(App { chain, controller, app })
    }

    /// The image that was shown to run, or what is to blame. Of several machines with different
    /// images none is the one.
    fn running(&self) -> Result<Sha256, &'static Check> {
        let images = self.draft.facts.iter().filter_map(|(_, fact)| match fact {
            Fact::Image(digest) => Some(*digest),
            _ => None,
        });
        let images: BTreeSet<Sha256> = gather::set(images);
        match images.len() {
            1 => images.first().copied().ok_or(self.image_by),
            _ => Err(self.image_by),
        }
    }
}

/// Which app the service says that it is: nothing in the evidence shows it.
fn stated(app: App, source: &str) -> Stated {
    let App { chain, controller, app } = app;
    let said = Value::text(format!("{app}, in {controller} on chain {chain}"));
    Stated::not_shown("registered-app", said, source.to_owned(), LinkId::Image)
}

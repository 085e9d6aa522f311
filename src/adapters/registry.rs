//! Registers on Ethereum chains: EigenCompute's AppController and the contracts of dstack's apps,
//! asked by way of an RPC provider that the reader's policy names.
//!
//! Shown, when a check passes: the provider says that the register names the image, or allows the
//! app-compose file, that verified evidence names. The provider could say anything; no block is
//! checked. EigenCompute's evidence does not name its app, so the reader or the service says which
//! app is meant, and then some registered app has this image. The chain ends at the provider:
//! nothing rises by its word. A register tells what was registered and keeps nobody from
//! registering something else: mostly one transaction of the developer does.

use serde_json::Value as Json;

use crate::appraise::registry::{Answered, compose_hash, release, unasked, unread_entry};
use crate::claims::{Standing, Stated};
use crate::digest::Sha256;
use crate::endorsements::registry::{
    Address, Question, Recorded, is_allowed, latest_release, release as read_release,
};
use crate::evidence::coordinator::Registry;
use crate::finding::{Check, LinkId, Value, checks};
use crate::plan;
use crate::policy::{Policy, Rule};
use crate::report::{Custody, Draft, EvidenceItem};
use crate::shelf::{Role, Shelf};

/// The most recorded answers that are taken.
const MAX_FILES: usize = 64;
/// The names of the claim of which image runs, the one that counts first.
const IMAGE_CLAIMS: [&str; 2] = ["image.digest", "container.image-digest"];

/// Recorded answers among the files beside the evidence.
#[derive(Default)]
pub(super) struct Files<'a> {
    recorded: Vec<(&'a [u8], Recorded)>,
}

impl<'a> Files<'a> {
    /// Every recorded answer that can be read, each once.
    pub(super) fn of(shelf: &'a Shelf<'_>) -> Self {
        let mut own = Self::default();
        for piece in shelf.pieces(&[Role::RegistryAnswer]).into_iter().take(MAX_FILES) {
            match Recorded::parse(piece.bytes) {
                Ok(recorded) => {
                    piece.used();
                    if own.recorded.iter().all(|(_, known)| *known != recorded) {
                        own.recorded.push((piece.bytes, recorded));
                    }
                }
                Err(_) => piece.unreadable(),
            }
        }
        own
    }

    /// Adds what a provider says to `draft`, and what it could be asked. `entries` are the
    /// registers that the evidence's document names.
    pub(super) fn complete(&self, draft: &mut Draft, policy: &Policy, entries: &[Registry]) {
        let mut search =
            Search { files: self, policy, used: vec![false; self.recorded.len()], draft };
        search.releases(entries);
        search.compose_hash();
        let used = std::mem::take(&mut search.used);
        for (number, ((file, recorded), used)) in (1_u32..).zip(self.recorded.iter().zip(used)) {
            let part = format!("answer {number}");
            if !used {
                draft.findings.push(unasked(part.clone(), &recorded.url));
            }
            let id = format!("registry {part}");
            draft.evidence.push(EvidenceItem::new(id, "json", LinkId::Image, file, Vec::new()));
        }
    }
}

/// The look-ups for one draft.
struct Search<'s, 'a> {
    files: &'s Files<'a>,
    policy: &'s Policy,
    used: Vec<bool>,
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
    fn releases(&mut self, entries: &[Registry]) {
        let own = self.policy.registry.eigencompute.and_then(|app| {
            let controller = self.policy.registry.controller(app.chain)?;
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

    /// The contract of a dstack app, which is asked when the app has keys of a key service: such a
    /// service asks the contract before it gives any out.
    fn compose_hash(&mut self) {
        let of_service = self.draft.flags.custody == Custody::KmsDerived;
        let chain = self.policy.registry.dstack_chain;
        let (Some(app), Some(hash)) =
            (self.claimed("dstack.app-id"), self.claimed("dstack.compose-hash"))
        else {
            return;
        };
        let (Ok(app), Ok(hash)) = (format!("0x{app}").parse::<Address>(), hash.parse::<Sha256>())
        else {
            return;
        };
        if !of_service && chain.is_none() {
            return;
        }
        let check = &checks::REGISTRY_COMPOSE_HASH;
        let answered = match chain.map(|chain| self.provider(chain)) {
            None => Answered::NoQuestion("no-chain"),
            Some(None) => Answered::NoQuestion("no-provider"),
            Some(Some(provider)) => {
                let question = Question::ComposeHash { app, hash };
                Answered::of(self.ask(provider, &question, check, true), is_allowed)
            }
        };
        let rule = self.contradiction(check);
        self.draft.findings.push(compose_hash(hash, answered, rule));
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
            self.draft.wanted.push(plan::registry(provider, question, check));
        }
        found
    }

    fn provider(&self, chain: u64) -> Option<&'s str> {
        self.policy.registry.rpc.get(&chain).map(|provider| provider.as_str())
    }

    /// A contradiction fails for whoever asks for the check.
    fn contradiction(&self, check: &'static Check) -> Rule {
        let policy = self.policy.for_kind(self.draft.subject.kind);
        if policy.required.contains(&check) { Rule::Deny } else { Rule::Warn }
    }

    /// The app that an entry of the document names.
    fn entry(&self, entry: &Registry) -> Result<App, String> {
        if entry.kind != Registry::APP_CONTROLLER {
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
        if self.policy.registry.controller(chain) != Some(controller) {
            return Err(format!("{controller} is no known AppController on chain {chain}"));
        }
        Ok(App { chain, controller, app })
    }

    /// The image that was shown to run, or what is to blame.
    fn running(&self) -> Result<Sha256, &'static Check> {
        let digest = IMAGE_CLAIMS.iter().find_map(|name| self.claimed(name));
        let digest = digest
            .and_then(|text| text.strip_prefix("sha256:").unwrap_or(&text).parse::<Sha256>().ok());
        let of_coordinator = self.draft.subject.kind == super::coordinator::KIND;
        digest.ok_or(match of_coordinator {
            true => &checks::COORDINATOR_IMAGE,
            false => &checks::EIGEN_CONTAINER,
        })
    }

    /// The value that every claim of this name has, without the register behind it.
    fn claimed(&self, name: &str) -> Option<String> {
        let own = self.draft.claims.iter().filter(|claim| claim.name == name);
        let mut values = own.map(|claim| {
            let text = claim.value.to_string();
            text.rsplit_once(" (").map_or(text.clone(), |(value, _)| value.to_owned())
        });
        let first = values.next()?;
        values.all(|value| value == first).then_some(first)
    }
}

/// Which app the service says that it is: nothing in the evidence shows it.
fn stated(app: App, source: &str) -> Stated {
    let App { chain, controller, app } = app;
    Stated {
        name: "registered-app",
        said: Value::text(format!("{app}, in {controller} on chain {chain}")),
        source: source.to_owned().into(),
        shown: None,
        link: LinkId::Image,
        standing: Standing::NotShown,
    }
}

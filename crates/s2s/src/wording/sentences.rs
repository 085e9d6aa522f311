//! The sentences of one report.

use std::borrow::Cow;
use std::collections::HashMap;

use silicon_to_source::finding::{Check, LinkId};
use silicon_to_source::report::{
    EndsAt, FindingRef, Link, LinkFinding, Report, RootOfTrust, State,
};

use super::{by_root, fill, find, link_title, marked, quoted, text, title};

/// The sentences of one report. The findings are looked through once, so that every lookup takes
/// the same time however many there are.
#[derive(Debug)]
pub struct Sentences<'r> {
    pub(super) report: &'r Report,
    by_check: HashMap<&'static str, Vec<&'r LinkFinding>>,
    by_ref: HashMap<(&'static str, Option<&'r str>), &'r LinkFinding>,
}

impl<'r> Sentences<'r> {
    /// The sentences of `report`.
    pub fn of(report: &'r Report) -> Self {
        let mut by_check: HashMap<_, Vec<&LinkFinding>> = HashMap::new();
        let mut by_ref = HashMap::new();
        for finding in report.links.iter().flat_map(|link| &link.findings) {
            by_check.entry(finding.check.id).or_default().push(finding);
            let key = (finding.check.id, finding.part.as_deref());
            let known = by_ref.entry(key).or_insert(finding);
            if weight(finding) > weight(known) {
                *known = finding;
            }
        }
        Self { report, by_check, by_ref }
    }

    /// The findings of `check`.
    pub fn findings(&self, check: &Check) -> &[&'r LinkFinding] {
        self.by_check.get(check.id).map_or(&[], Vec::as_slice)
    }

    /// The worst finding that `named` names.
    pub fn named(&self, named: &FindingRef) -> Option<&'r LinkFinding> {
        self.by_ref.get(&(named.check.id, named.part.as_deref())).copied()
    }

    /// The sentences on `link` as it stands: one for each check that carries it, then one for each
    /// that tells more, and each says only what its check shows.
    pub fn link(&self, link: &Link) -> Vec<String> {
        let root = self.report.assurance.root_of_trust;
        let id = link.id.word();
        let sentences: Vec<String> = if let Some(broken) = link.undermined_by {
            vec![fill(text(&["undermined"]), &[("link", link_title(broken, root))])]
        } else if link.holds() {
            let carried = link.carried_by.iter().map(|check| ("carried", *check));
            let told = link.told_by.iter().map(|check| ("told", *check));
            let mut said: Vec<String> =
                carried.chain(told).map(|(how, check)| self.shown_by(id, how, check)).collect();
            said.dedup();
            said
        } else {
            vec![by_root(&["links", id, open_key(link)], root).to_owned()]
        };
        sentences.into_iter().map(|sentence| marked(sentence, self.report)).collect()
    }

    /// What `check` shows of the link called `id`. Where the check warns, its warning says what is
    /// so.
    fn shown_by(&self, id: &str, how: &str, check: &'static Check) -> String {
        let warning = self.findings(check).iter().find(|finding| finding.outcome == "warn");
        match warning {
            Some(warning) => self.unmarked(warning),
            None => {
                let root = self.report.assurance.root_of_trust;
                let named = find(&["links", id, "named"]);
                let named = named.filter(|_| root == RootOfTrust::PolicyRoot);
                let own = || by_root(&["links", id, how, check.id], root);
                named.unwrap_or_else(own).to_owned()
            }
        }
    }

    /// What to say beside a link that holds and that nothing ties to the machine.
    pub fn apart(&self, link: &Link) -> Option<&'static str> {
        let EndsAt { apart, .. } = &self.report.ends_at;
        let stands = self.report.assurance.root_of_trust == RootOfTrust::BuildOnly;
        (apart.contains(&link.id) && !stands).then(|| text(&["joints", "apart"]))
    }

    /// One sentence on what came of a check.
    pub fn finding(&self, finding: &LinkFinding) -> String {
        marked(self.unmarked(finding), self.report)
    }

    /// The sentence on a finding. Under a root that the policy names, what that root vouches for is
    /// not told as a vendor's word.
    pub(super) fn unmarked(&self, finding: &LinkFinding) -> String {
        let own = self.of_vendor(finding);
        let is_named = self.report.assurance.root_of_trust == RootOfTrust::PolicyRoot
            && VOUCHED.contains(&finding.check.link);
        match (finding.outcome, finding.reason) {
            ("pass", _) if is_named => text(&["named", "pass"]).to_owned(),
            ("warn" | "allowed", reason) if is_named && reason != Some("named") => {
                fill(text(&["named", "sentence"]), &[("sentence", &own)])
            }
            _ => own,
        }
    }

    fn of_vendor(&self, finding: &LinkFinding) -> String {
        let reason = finding.reason.unwrap_or_default();
        match (finding.outcome, reason) {
            ("pass", _) => text(&["checks", finding.check.id, "pass"]).to_owned(),
            ("unknown", "blocked") => {
                let reason = finding.blocked_by.map(|by| self.cause(by)).unwrap_or_default();
                fill(text(&["why", "blocked"]), &[("reason", &reason)])
            }
            ("unknown", why) => {
                let own = find(&["checks", finding.check.id, &format!("unknown.{why}")]);
                let general = || fill(text(&["why", why]), &[("check", title(finding.check))]);
                own.map_or_else(general, str::to_owned)
            }
            (outcome, reason) => {
                let key = format!("{outcome}.{reason}");
                find(&["checks", finding.check.id, &key]).map_or(key, str::to_owned)
            }
        }
    }

    /// Why `by` did not pass, by following what blocked it to its end.
    fn cause(&self, by: &'static Check) -> String {
        match self.blamed(by) {
            Ok(finding) => self.unmarked(finding),
            Err(check) => format!("{}.", title(check)),
        }
    }

    /// The finding at the end of a run of blocked checks, or the last check when there is none.
    fn blamed(&self, by: &'static Check) -> Result<&'r LinkFinding, &'static Check> {
        let mut by = by;
        let mut seen: Vec<&str> = Vec::new();
        while !seen.contains(&by.id) {
            seen.push(by.id);
            let Some(worst) = self.findings(by).iter().max_by_key(|finding| weight(finding)) else {
                return Err(by);
            };
            match (weight(worst), worst.blocked_by) {
                (0, _) => return Err(by),
                (_, Some(next)) => by = next,
                (_, None) => return Ok(worst),
            }
        }
        Err(by)
    }

    /// What decided the verdict: what failed or is open by itself, each once.
    pub fn because(&self) -> impl Iterator<Item = &'r LinkFinding> {
        let because = self.report.verdict.because.iter();
        because.filter_map(|named| self.named(named)).filter(|f| f.blocked_by.is_none())
    }

    /// The name that the evidence gives itself, as its own words.
    pub fn calls_itself(&self) -> Option<String> {
        let name = self.report.subject.name.as_deref()?;
        let asked = self.report.headline.of.as_deref();
        (asked != Some(name))
            .then(|| fill(text(&["evidence-words", "calls-itself"]), &[("words", &quoted(name))]))
    }

    /// The caveat of a finding as the end of a sentence.
    pub(super) fn caveat(named: &FindingRef) -> Cow<'static, str> {
        Cow::Borrowed(text(&["checks", named.check.id, "caveat"]))
    }
}

/// The links of which a root vouches.
const VOUCHED: [LinkId; 4] = [LinkId::HardwareRoot, LinkId::Chip, LinkId::Report, LinkId::Tcb];

/// How much a finding speaks against its check: a failure most, then what is open by itself, then
/// what is open because of another, then what has no meaning here.
fn weight(finding: &LinkFinding) -> u8 {
    match (finding.outcome, finding.reason) {
        ("fail", _) => 4,
        ("unknown", Some("not-applicable")) => 1,
        ("unknown", Some("blocked")) => 2,
        ("unknown", _) => 3,
        _ => 0,
    }
}

/// The key for a link that does not hold. Where no answer was read, no state of the service is
/// told.
fn open_key(link: &Link) -> &'static str {
    match link.state {
        State::Failed => "failed",
        State::NotPublished => "not-published",
        _ if is_unasked(link) => "not-asked",
        _ => "unknown",
    }
}

fn is_unasked(link: &Link) -> bool {
    let mut open = link.findings.iter().filter(|f| f.reason != Some("not-applicable")).peekable();
    open.peek().is_some() && open.all(|finding| finding.reason == Some("not-asked"))
}

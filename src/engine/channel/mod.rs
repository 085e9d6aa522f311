//! To whom a request may be sealed: the key that a report binds, for as long as its service names it.
//!
//! Nothing is sealed or sent here. [`SealedTo`] is made of a report and of what this process itself
//! asked, and only where the report holds what the caller requires; [`Current`] is made of it and of
//! an answer that came after. Whoever seals takes a [`Current`].
//!
//! # What a key shows
//! Of a coordinator ([`Form::NaclBox`]): that evidence covers the binding which names the key, that
//! the evidence answers this process's own challenge, and that the service hands the same key to
//! clients. Of Tinfoil ([`Form::Ehbp`]): that the machine's report names the key, in the last 32
//! bytes of its report data, that the certificate names the same one, and that clients are handed
//! it. Such a report carries no date and answers nobody: whoever seals to its key seals to a machine
//! that ran the stated software once, and only a caller that says so ([`Requirement::undated`]) may.
//! Nothing here is about a connection: whoever ends it sees what is not sealed, and whom the request
//! is for.

mod form;
mod requirement;

use crate::context::{Asked, Context};
use crate::digest::Sha256;
use crate::engine::plan::session::Answer;
use crate::engine::plan::{Origin, Request};
use crate::finding::{Check, LinkId, Value, connection};
use crate::hex;
use crate::report::{Freshness, KeyFlag, Report, State};
use crate::time::UnixTime;

pub use form::Form;
pub use requirement::{MAX_AGE_S, Refusal, Requirement};

/// A key to which requests may be sealed, with the service that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTo {
    form: Form,
    to: Origin,
    origin: String,
    key: [u8; 32],
    begun: UnixTime,
    checked: UnixTime,
    max_age_s: u32,
}

impl SealedTo {
    /// The key that `report` binds, when the report holds `requirement`. `context` is the one that
    /// the report was made with: its questions are this process's own.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies.
    pub fn of(
        report: &Report,
        context: &Context,
        requirement: &Requirement,
    ) -> Result<Self, Refusal> {
        let reached = report.verdict.state <= State::Warning
            && report.assurance.level >= Some(requirement.least);
        let asked = context.asked.as_ref();
        let asked = asked.filter(|_| report.recorded_at.is_none()).ok_or(Refusal::Challenge)?;
        if !reached {
            return Err(Refusal::Level);
        }
        let form = Form::of(report);
        let lacks = |(check, refusal): &(&'static Check, Refusal)| {
            let passed = all(report, check, |outcome, _| outcome == "pass");
            (!passed).then_some(*refusal)
        };
        if let Some(refusal) = form.passed().iter().find_map(lacks) {
            return Err(refusal);
        }
        fresh(form, report, requirement)?;
        if report.headline.of.as_deref() != Some(&asked.origin) {
            return Err(Refusal::Origin);
        }
        let holds = |id| report.link(id).is_some_and(|link| link.holds());
        let bound = report.flags.key == KeyFlag::Bound && holds(LinkId::KeyBinding);
        let key = key(report, form.claim()).filter(|_| bound).ok_or(Refusal::Key)?;
        let to = destination(form, report, asked, requirement)?;
        let sealed_to = Self {
            form,
            origin: to.to_string(),
            to,
            key,
            begun: asked.started_at,
            checked: report.checked_at,
            max_age_s: requirement.max_age_s,
        };
        sealed_to.young(report.checked_at)?;
        Ok(sealed_to)
    }

    /// How a request has to be sealed.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Scheme and authority of where requests go.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What has to be asked right before something is sealed: which key is named now.
    pub fn question(&self) -> Request {
        self.form.question(&self.to)
    }

    /// The key, when `answer` answers [`question`](Self::question) from the address that it asks and
    /// names the key, and the session is young at `now`.
    ///
    /// # Errors
    /// [`Refusal::Age`], [`Refusal::Changed`] or [`Refusal::Unanswered`].
    pub fn current(&self, answer: &Answer, now: UnixTime) -> Result<Current<'_>, Refusal> {
        self.young(now)?;
        let response = answer.to(&self.question()).ok_or(Refusal::Unanswered)?;
        match self.form.named(response) {
            Some(key) if key == self.key => Ok(Current { of: self }),
            Some(_) => Err(Refusal::Changed),
            None => Err(Refusal::Unanswered),
        }
    }

    fn young(&self, now: UnixTime) -> Result<(), Refusal> {
        let age = now.0.checked_sub(self.begun.0).ok_or(Refusal::Age)?;
        let is_young = (0..=i64::from(self.max_age_s)).contains(&age) && now >= self.checked;
        if is_young { Ok(()) } else { Err(Refusal::Age) }
    }
}

/// Whether there are findings of `check`, and each one's outcome and reason are as `holds` wants.
fn all(
    report: &Report,
    check: &'static Check,
    holds: impl Fn(&'static str, Option<&'static str>) -> bool,
) -> bool {
    let mut findings = report.findings(check).peekable();
    findings.peek().is_some() && findings.all(|finding| holds(finding.outcome, finding.reason))
}

/// The evidence answers this process; or it answers nobody, the policy accepts it as undated, and the
/// caller does as well.
fn fresh(form: Form, report: &Report, requirement: &Requirement) -> Result<(), Refusal> {
    if form == Form::NaclBox {
        let answers = report.flags.freshness == Freshness::Challenge;
        return if answers { Ok(()) } else { Err(Refusal::Challenge) };
    }
    let is_undated = |outcome, reason| (outcome, reason) == ("allowed", Some("undated"));
    if !requirement.undated {
        Err(Refusal::Undated)
    } else if all(report, &connection::FRESHNESS, is_undated) {
        Ok(())
    } else {
        Err(Refusal::Challenge)
    }
}

/// Where requests go: whoever the caller names to pass them on; the service that was asked; or the
/// host that a bundle is about, where the policy names that same host.
fn destination(
    form: Form,
    report: &Report,
    asked: &Asked,
    requirement: &Requirement,
) -> Result<Origin, Refusal> {
    let via = requirement.via.as_ref();
    let known = |text: &str| text.parse::<Origin>().map_err(|_| Refusal::Origin);
    match form {
        Form::NaclBox => {
            let own = known(&asked.origin)?;
            if via.is_none_or(|via| *via == own) { Ok(own) } else { Err(Refusal::Origin) }
        }
        Form::Ehbp => match via {
            Some(via) => Ok(via.clone()),
            None => {
                let named = |outcome, reason| (outcome, reason) == ("unknown", Some("self-stated"));
                let is_named = all(report, &connection::TLS_DOMAIN, named);
                let host = report.subject.name.as_deref().filter(|_| is_named);
                known(&format!("https://{}", host.ok_or(Refusal::Origin)?))
            }
        },
    }
}

/// The one key that the evidence names as `name`, as the report shows it.
fn key(report: &Report, name: &str) -> Option<[u8; 32]> {
    let mut keys = report.claims.iter().filter(|claim| claim.name == name);
    let claim = keys.next().filter(|claim| keys.next().is_none() && claim.part.is_none())?;
    match &claim.value {
        Value::Hex(text) => hex::decode(text).ok()?.try_into().ok(),
        _ => None,
    }
}

/// A key to which one request may be sealed now.
#[derive(Debug)]
pub struct Current<'a> {
    of: &'a SealedTo,
}

impl Current<'_> {
    /// How a request has to be sealed to it.
    pub const fn form(&self) -> Form {
        self.of.form
    }

    /// The X25519 public key.
    pub const fn key(&self) -> &[u8; 32] {
        &self.of.key
    }

    /// The short id by which the service knows its key: 8 bytes of the key's SHA-256, in hex.
    pub fn id(&self) -> String {
        Sha256::of(&self.of.key).to_string().chars().take(16).collect()
    }
}

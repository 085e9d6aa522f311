//! What the guest's own system says the application is, and what the agent says beside it.

use crate::claims::Claim;
use crate::digest::Sha256;
use crate::finding::{Finding, LinkId, Value, Why};
use crate::formats::dstack::checks;
use crate::formats::dstack::parse::{Document, Ids, KeyProvider, ProviderInfo};
use crate::formats::eventlog::verify::Statement;

/// What the guest's own system says the application is: a verified log's words from before
/// `system-ready`, or a document that the register commits to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(super) app_id: Option<String>,
    pub(super) instance_id: Option<String>,
    pub(super) compose_hash: Option<String>,
    /// The provider's word.
    key_provider: Option<String>,
    /// Which provider, in hex.
    key_provider_id: Option<String>,
}

impl Identity {
    /// Of the statements of a verified log.
    pub(crate) fn of_log<'s>(statements: impl Iterator<Item = &'s Statement> + Clone) -> Self {
        let value = |name: &str| {
            let found = statements.clone().find(|statement| statement.name == name);
            found.map(|statement| statement.value.to_string())
        };
        let provider = value("dstack.key-provider");
        let provider = provider.map(|text| ProviderInfo::parse(&text).unwrap_or_default());
        let id = provider.as_ref().map(|provider| provider.id.clone());
        Self {
            app_id: value("dstack.app-id"),
            instance_id: value("dstack.instance-id"),
            compose_hash: value("dstack.compose-hash"),
            key_provider: provider.map(|provider| provider.name),
            key_provider_id: id.filter(|id| !id.is_empty()),
        }
    }

    pub(super) fn of_document(document: &Document) -> Self {
        let text = |text: &str| Some(text.to_ascii_lowercase()).filter(|text| !text.is_empty());
        Self {
            app_id: text(&document.app_id),
            instance_id: text(&document.instance_id),
            compose_hash: text(&document.compose_hash),
            key_provider: text(&document.key_provider),
            key_provider_id: text(&document.key_provider_id),
        }
    }

    /// SHA-256 of the app-compose file, in hex.
    pub(crate) fn compose_hash(&self) -> Option<&str> {
        self.compose_hash.as_deref()
    }

    /// The application's id, in hex.
    pub(crate) fn app_id(&self) -> Option<&str> {
        self.app_id.as_deref()
    }

    /// Whether keys come from a service that can make them again.
    pub(crate) fn is_kms(&self) -> bool {
        let word = self.key_provider.as_deref();
        word.and_then(KeyProvider::of) == Some(KeyProvider::Kms)
    }
}

/// The claims of a document that HOST_DATA is the hash of.
pub(crate) fn claims(identity: &Identity) -> Vec<Claim> {
    let values = [
        ("dstack.app-id", &identity.app_id),
        ("dstack.compose-hash", &identity.compose_hash),
        ("dstack.instance-id", &identity.instance_id),
        ("dstack.key-provider", &identity.key_provider),
        ("dstack.key-provider-id", &identity.key_provider_id),
    ];
    let claim = |(name, value): (&'static str, &Option<String>)| {
        let value = Value::text(format!("{} (HOST_DATA)", value.as_ref()?));
        Some(Claim { name, value, link: LinkId::Measurements, part: None })
    };
    values.into_iter().filter_map(claim).collect()
}

/// What the agent says the application is, against what is shown. `devices` are the hashes that
/// dstack's releases make of the platform.
pub(super) fn ids(
    shown: Result<&Identity, Why>,
    stated: &[&Ids],
    devices: &[Sha256],
) -> Vec<Finding> {
    let check = &checks::DSTACK_IDS;
    let shown = match shown {
        Ok(shown) => shown,
        Err(why) => return vec![Finding::unknown(check, why)],
    };
    let all = |read: fn(&Ids) -> Option<&String>| -> Vec<&String> {
        stated.iter().filter_map(|ids| read(ids)).filter(|text| !text.is_empty()).collect()
    };
    let values = [
        ("app-id", &shown.app_id, all(|ids| ids.app_id.as_ref())),
        ("instance-id", &shown.instance_id, all(|ids| ids.instance_id.as_ref())),
        ("compose-hash", &shown.compose_hash, all(|ids| ids.compose_hash.as_ref())),
    ];
    let mut findings = Vec::new();
    for (part, shown, stated) in values {
        let Some(first) = stated.first() else { continue };
        let finding = match shown {
            None => Finding::unknown(check, Why::NotPublished),
            Some(shown) => {
                let other = stated.iter().find(|stated| !stated.eq_ignore_ascii_case(shown));
                let said = other.unwrap_or(first);
                Finding::test(check, other.is_none(), "disagree")
                    .expected(shown.as_str())
                    .actual(said.as_str())
            }
        };
        findings.push(finding.part(part));
    }
    if let Some(stated) = all(|ids| ids.device_id.as_ref()).first() {
        let known = devices.iter().any(|device| stated.eq_ignore_ascii_case(&device.to_string()));
        let finding = match known {
            true => Finding::pass(check),
            false => Finding::unknown(check, Why::NotSupported),
        };
        findings.push(finding.part("device-id").actual(stated.as_str()));
    }
    if findings.is_empty() {
        findings.push(Finding::unknown(check, Why::NotPublished));
    }
    findings
}

/// Where the application's keys come from. An agent that agrees with what is shown says no more
/// than that.
pub(super) fn key_provider(shown: Result<&Identity, Why>, stated: &[&Ids]) -> Vec<Finding> {
    let check = &checks::DSTACK_KEY_PROVIDER;
    let kind = kind_of_provider(shown);
    let outcome = kind.outcome;
    let mut findings = vec![kind];
    let Ok(shown) = shown else { return findings };
    let id = shown.key_provider_id.as_deref().unwrap_or_default();
    let name = shown.key_provider.as_deref().unwrap_or_default();
    let is_same = |text: &&&String| {
        let said = ProviderInfo::parse(text).unwrap_or_default();
        name == said.name && id.eq_ignore_ascii_case(&said.id)
    };
    let said: Vec<&String> =
        stated.iter().filter_map(|ids| ids.key_provider_info.as_ref()).collect();
    if let Some(first) = said.first() {
        let other = said.iter().find(|text| !is_same(text));
        let finding = match other {
            None => Finding::new(check, outcome),
            Some(_) => Finding::fail(check, "disagree"),
        };
        let said = other.unwrap_or(first).as_str();
        findings.push(finding.part("stated").expected(format!("{name} {id}")).actual(said));
    }
    findings
}

fn kind_of_provider(shown: Result<&Identity, Why>) -> Finding {
    let check = &checks::DSTACK_KEY_PROVIDER;
    match shown.map(|shown| shown.key_provider.as_deref()) {
        Err(why) => Finding::unknown(check, why),
        Ok(None) => Finding::unknown(check, Why::NotPublished),
        Ok(Some(word)) => match KeyProvider::of(word) {
            Some(KeyProvider::Kms) => Finding::pass(check),
            Some(_) => Finding::warn(check, "not-kms"),
            None => Finding::warn(check, "unreadable"),
        }
        .expected("kms")
        .actual(word),
    }
}

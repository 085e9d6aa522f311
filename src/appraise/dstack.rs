//! What dstack's guest agent says, against the verified quote or report and the verified log.

use crate::claims::Claim;
use crate::digest::{Sha256, Sha384};
use crate::evidence::dcap::TdReport;
use crate::evidence::dstack::{
    AppCompose, Document, Ids, KeyProvider, TcbInfo, document_hash, mr_config_v1, mr_config_v2,
    mr_config_v3,
};
use crate::evidence::snp::Report;
use crate::evidence::tinfoil::{ImageReferences, Pin};
use crate::finding::{Check, Finding, LinkId, Value, Why, checks};
use crate::verify::eventlog::Statement;

/// The checks that need a verified TD quote.
pub static FROM_QUOTE: &[&Check] = &[
    &checks::DSTACK_TCB_INFO,
    &checks::DSTACK_IDS,
    &checks::DSTACK_COMPOSE_HASH,
    &checks::DSTACK_MR_CONFIG,
    &checks::DSTACK_KEY_PROVIDER,
    &checks::DSTACK_IMAGES,
    &checks::DSTACK_OS_IMAGE,
];

/// The checks that need a verified SEV-SNP report.
pub static FROM_REPORT: &[&Check] = &[
    &checks::DSTACK_REPORT_DATA,
    &checks::DSTACK_MR_CONFIG,
    &checks::DSTACK_COMPOSE_HASH,
    &checks::DSTACK_KEY_PROVIDER,
    &checks::DSTACK_IMAGES,
    &checks::DSTACK_OS_IMAGE,
];

/// What came with a quote or a report. Nobody signed any of it.
#[derive(Debug, Default)]
pub struct Beside<'a> {
    /// The registers as the agent states them.
    pub tcb_info: Option<&'a TcbInfo>,
    /// What the agent says the application is, once or more.
    pub ids: Vec<&'a Ids>,
    /// The app-compose file.
    pub compose: Option<&'a AppCompose>,
    /// The document of the host's commitment.
    pub document: Option<&'a str>,
}

/// What the guest's own system says the application is: a verified log's words from before
/// `system-ready`, or a document that the register commits to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    app_id: Option<String>,
    instance_id: Option<String>,
    compose_hash: Option<String>,
    /// The provider's word.
    key_provider: Option<String>,
}

impl Identity {
    /// Of the statements of a verified log.
    pub fn of_log<'s>(statements: impl Iterator<Item = &'s Statement> + Clone) -> Self {
        let value = |name: &str| {
            let found = statements.clone().find(|statement| statement.name == name);
            found.map(|statement| statement.value.to_string())
        };
        let provider = value("dstack.key-provider");
        let provider = provider.map(|text| {
            let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
            let name = json.as_ref().and_then(|json| json.get("name")?.as_str());
            name.unwrap_or_default().to_owned()
        });
        Self {
            app_id: value("dstack.app-id"),
            instance_id: value("dstack.instance-id"),
            compose_hash: value("dstack.compose-hash"),
            key_provider: provider,
        }
    }

    fn of_document(document: &Document) -> Self {
        let text = |text: &str| Some(text.to_ascii_lowercase()).filter(|text| !text.is_empty());
        Self {
            app_id: text(&document.app_id),
            instance_id: text(&document.instance_id),
            compose_hash: text(&document.compose_hash),
            key_provider: text(&document.key_provider),
        }
    }

    /// Whether keys come from a service that can make them again.
    pub fn is_kms(&self) -> bool {
        let word = self.key_provider.as_deref();
        word.and_then(KeyProvider::of) == Some(KeyProvider::Kms)
    }
}

/// Appraises the TD report of a verified quote. `log` is what the verified log says, or why there
/// is none; `known` says whether the policy names the machine's software.
pub fn appraise_quote(
    report: &TdReport,
    log: Result<&Identity, Why>,
    beside: &Beside<'_>,
    known: bool,
) -> Vec<Finding> {
    let mut findings = registers(report, beside.tcb_info);
    findings.extend(ids(log, &beside.ids));
    findings.push(compose_hash(log, beside.compose));
    findings.extend(mr_config(&report.mr_config_id, log, beside));
    findings.push(key_provider(log));
    findings.extend(images(beside.compose, &findings));
    findings.push(os_image(known));
    findings
}

/// Appraises a verified SEV-SNP report. What the guest's document says is handed back when
/// HOST_DATA is its hash.
pub fn appraise_report(
    report: &Report<'_>,
    stated_data: &[u8; 64],
    beside: &Beside<'_>,
) -> (Vec<Finding>, Option<Identity>) {
    let data = Finding::equal(&checks::DSTACK_REPORT_DATA, &report.report_data, stated_data);
    let mut findings = vec![data.at("snp-report", 0x50, 64)];
    let document = beside.document.unwrap_or_default();
    let hash = document_hash(document);
    let check = &checks::DSTACK_MR_CONFIG;
    let commitment = Finding::equal(check, &report.host_data, &hash.0).at("snp-report", 0xc0, 32);
    let holds = commitment.passed();
    findings.push(commitment);
    let identity = match Document::parse(document) {
        Ok(document) if holds => Some(Identity::of_document(&document)),
        Ok(_) => None,
        Err(error) => {
            let finding = Finding::fail(check, "malformed").part("document");
            findings.push(finding.actual(error.to_string()));
            None
        }
    };
    let shown = identity.as_ref().ok_or(Why::Blocked { by: check });
    findings.push(compose_hash(shown, beside.compose));
    findings.push(key_provider(shown));
    findings.extend(images(beside.compose, &findings));
    findings.push(os_image(false));
    (findings, identity)
}

/// The claims of a document that HOST_DATA is the hash of.
pub fn claims(identity: &Identity) -> Vec<Claim> {
    let values = [
        ("dstack.app-id", &identity.app_id),
        ("dstack.compose-hash", &identity.compose_hash),
        ("dstack.instance-id", &identity.instance_id),
        ("dstack.key-provider", &identity.key_provider),
    ];
    let claim = |(name, value): (&'static str, &Option<String>)| {
        let value = Value::text(format!("{} (HOST_DATA)", value.as_ref()?));
        Some(Claim { name, value, link: LinkId::Measurements, part: None })
    };
    values.into_iter().filter_map(claim).collect()
}

/// The containers that an app-compose file names, when its hash is shown.
pub fn image_claims(compose: &AppCompose) -> Vec<Claim> {
    let (ImageReferences::All(images) | ImageReferences::Some(images)) = compose.images();
    let named = images.into_iter().filter(|image| image.pin != Pin::Absent);
    let claim = |text: String| Claim {
        name: "dstack.image",
        value: Value::text(text),
        link: LinkId::Measurements,
        part: None,
    };
    named.map(|image| claim(image.text)).collect()
}

/// The agent's registers are the quote's, each on its own.
fn registers(report: &TdReport, stated: Option<&TcbInfo>) -> Vec<Finding> {
    let check = &checks::DSTACK_TCB_INFO;
    let Some(stated) = stated else {
        return vec![Finding::unknown(check, Why::NotPublished)];
    };
    let [rtmr0, rtmr1, rtmr2, rtmr3] = &report.rtmr;
    let registers = [
        ("mrtd", &report.mr_td, &stated.mrtd),
        ("rtmr0", rtmr0, &stated.rtmr0),
        ("rtmr1", rtmr1, &stated.rtmr1),
        ("rtmr2", rtmr2, &stated.rtmr2),
        ("rtmr3", rtmr3, &stated.rtmr3),
    ];
    let compared = |(part, quoted, stated): (&'static str, &Sha384, &Option<Sha384>)| {
        let finding = match stated {
            Some(stated) => Finding::equal(check, &quoted.0, &stated.0),
            None => Finding::unknown(check, Why::NotPublished),
        };
        finding.part(part)
    };
    registers.into_iter().map(compared).collect()
}

/// What the agent says the application is, against what is shown.
fn ids(shown: Result<&Identity, Why>, stated: &[&Ids]) -> Vec<Finding> {
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
    if findings.is_empty() {
        findings.push(Finding::unknown(check, Why::NotPublished));
    }
    findings
}

/// The app-compose file is the one that the guest's system started.
fn compose_hash(shown: Result<&Identity, Why>, compose: Option<&AppCompose>) -> Finding {
    let check = &checks::DSTACK_COMPOSE_HASH;
    match (shown.map(|shown| shown.compose_hash.as_deref()), compose) {
        (Err(why), _) => Finding::unknown(check, why),
        (Ok(None), _) => Finding::unknown(check, Why::NotPublished),
        (Ok(Some(_)), None) => Finding::unknown(check, Why::NotFetched),
        (Ok(Some(hash)), Some(compose)) => {
            Finding::equal_text(check, hash, &compose.sha256.to_string())
        }
    }
}

/// MRCONFIGID, by its version: the host commits before launch to what the guest will start.
fn mr_config(register: &Sha384, log: Result<&Identity, Why>, beside: &Beside<'_>) -> Vec<Finding> {
    let check = &checks::DSTACK_MR_CONFIG;
    let log = log.ok();
    let logged = log.and_then(|log| log.compose_hash.as_deref()?.parse::<Sha256>().ok());
    let hash = beside.compose.map(|compose| compose.sha256).or(logged);
    let open = |why| vec![Finding::unknown(check, why).actual(Value::hex(register.0))];
    let equal = |expected: Sha384| Finding::equal(check, &expected.0, &register.0);
    match register.0 {
        [0, ..] if register.0 == [0; 48] => open(Why::NotApplicable),
        [1, ..] => match hash {
            Some(hash) => vec![equal(mr_config_v1(&hash))],
            None => open(Why::NotFetched),
        },
        [2, ..] => match beside.compose.and_then(|compose| second(compose, log)) {
            Some(expected) => vec![equal(expected)],
            None => open(Why::NotFetched),
        },
        [3, ..] => match beside.document {
            Some(document) => {
                let mut findings = vec![equal(mr_config_v3(document))];
                if findings.iter().all(Finding::passed) {
                    findings.extend(agreement(document, log, beside.compose));
                }
                findings
            }
            None => open(Why::NotFetched),
        },
        _ => open(Why::NotSupported),
    }
}

fn second(compose: &AppCompose, log: Option<&Identity>) -> Option<Sha384> {
    let app_id = hex::decode(log?.app_id.as_deref()?).ok()?;
    let provider_id = hex::decode(&compose.key_provider_id).ok()?;
    let app_id = app_id.as_slice().try_into().ok()?;
    Some(mr_config_v2(&compose.sha256, app_id, compose.key_provider?, &provider_id))
}

/// What a document that the register commits to says, against the log and the file.
fn agreement(document: &str, log: Option<&Identity>, compose: Option<&AppCompose>) -> Vec<Finding> {
    let check = &checks::DSTACK_MR_CONFIG;
    let document = match Document::parse(document) {
        Ok(document) => Identity::of_document(&document),
        Err(error) => {
            let finding = Finding::fail(check, "malformed").part("document");
            return vec![finding.actual(error.to_string())];
        }
    };
    let none = Identity::default();
    let log = log.unwrap_or(&none);
    let of_file = compose.map(|compose| compose.sha256.to_string());
    let values = [
        ("app-id", &document.app_id, &log.app_id),
        ("instance-id", &document.instance_id, &log.instance_id),
        ("compose-hash", &document.compose_hash, &log.compose_hash),
        ("app-compose", &document.compose_hash, &of_file),
    ];
    let compared = |(part, committed, shown): (&'static str, &Option<String>, &Option<String>)| {
        let (committed, shown) = (committed.as_ref()?, shown.as_ref()?);
        Some(Finding::equal_text(check, committed, shown).part(part))
    };
    values.into_iter().filter_map(compared).collect()
}

/// Where the application's keys come from.
fn key_provider(shown: Result<&Identity, Why>) -> Finding {
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

/// Every container is named by the digest of its content, in a file whose hash is shown.
fn images(compose: Option<&AppCompose>, before: &[Finding]) -> Vec<Finding> {
    const EXPECTED: &str = "a name that ends in @sha256: and the digest";
    let check = &checks::DSTACK_IMAGES;
    let Some(compose) = compose else {
        return vec![Finding::unknown(check, Why::NotFetched)];
    };
    let is_shown = |by: &Check| before.iter().any(|f| f.check == by && f.passed());
    if !is_shown(&checks::DSTACK_COMPOSE_HASH) {
        return vec![Finding::blocked(check, &checks::DSTACK_COMPOSE_HASH)];
    }
    let mut findings = Vec::new();
    if compose.has_scripts {
        findings.push(Finding::warn(check, "scripts").part("scripts"));
    }
    match compose.images() {
        ImageReferences::All(images) if !images.is_empty() => {
            for (index, image) in images.into_iter().enumerate() {
                let finding = match image.pin {
                    Pin::Digest => Finding::pass(check),
                    Pin::Tag => Finding::warn(check, "by-tag"),
                    Pin::Absent => Finding::warn(check, "missing"),
                };
                let part = format!("container {}", index.saturating_add(1));
                findings.push(finding.part(part).expected(EXPECTED).actual(image.text));
            }
        }
        ImageReferences::All(_) => findings.push(Finding::warn(check, "missing")),
        ImageReferences::Some(_) => findings.push(Finding::warn(check, "unreadable")),
    }
    findings
}

/// Which system wrote the log: its measurement is not computed again from the host's settings.
fn os_image(known: bool) -> Finding {
    let check = &checks::DSTACK_OS_IMAGE;
    match known {
        true => Finding::unknown(check, Why::NotApplicable),
        false => Finding::warn(check, "not-compared"),
    }
}

//! What the host committed to before launch, against the log and the app-compose file.

use super::{Beside, Identity};
use crate::digest::{Sha256, Sha384};
use crate::finding::{Finding, Value, Why};
use crate::formats::dstack::checks;
use crate::formats::dstack::parse::{
    AppCompose, Document, mr_config_v1, mr_config_v2, mr_config_v3,
};
use crate::hex;

/// MRCONFIGID, by its version: the host commits before launch to what the guest will start.
pub(super) fn mr_config(
    register: &Sha384,
    log: Result<&Identity, Why>,
    beside: &Beside<'_>,
) -> Vec<Finding> {
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

//! What an app-compose file says, when it is the one that the guest's system started.

use super::Identity;
use crate::builds::image::reference::{ImageReferences, Pin};
use crate::claims::Claim;
use crate::finding::{Check, Finding, LinkId, Value, Why};
use crate::formats::dstack::checks;
use crate::formats::dstack::parse::AppCompose;

/// The containers that an app-compose file names, when its hash is shown.
pub(crate) fn image_claims(compose: &AppCompose) -> Vec<Claim> {
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

/// The app-compose file is the one that the guest's system started.
pub(super) fn compose_hash(shown: Result<&Identity, Why>, compose: Option<&AppCompose>) -> Finding {
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

/// Every container is named by the digest of its content, in a file whose hash is shown.
pub(super) fn images(compose: Option<&AppCompose>, before: &[Finding]) -> Vec<Finding> {
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

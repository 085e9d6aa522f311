//! NVIDIA's tokens about GPUs: one about all, which names the others by their digests.

use serde_json::Value as Json;

use super::checks;
use crate::digest::Sha256;
use crate::finding::{Examined, Finding, Outcome, Why};
use crate::formats::token::parse::Token;
use crate::formats::token::verify::{Accepted, Keys, VerifiedToken, Vouched, verify};
use crate::hex;
use crate::time::UnixTime;

/// The token of one device.
#[derive(Clone, Debug)]
pub(crate) struct DeviceToken<'a> {
    /// Its name in the bundle (`GPU-0`).
    pub name: &'a str,
    /// The evidence id under which it is shown.
    pub evidence: String,
    /// The token.
    pub token: Token<'a>,
}

/// Tokens whose signatures, issuers and times hold, each device's named by the one about all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VerifiedDevices<'a> {
    overall: &'a Token<'a>,
    devices: &'a [DeviceToken<'a>],
    vouched: Vouched,
}

impl<'a> VerifiedDevices<'a> {
    /// The token about all devices.
    pub(crate) const fn overall(&self) -> &'a Token<'a> {
        self.overall
    }

    /// What vouches for the key that signed the token about all devices.
    pub(crate) const fn vouched(&self) -> Vouched {
        self.vouched
    }

    /// The devices' tokens.
    pub(crate) const fn devices(&self) -> &'a [DeviceToken<'a>] {
        self.devices
    }
}

/// Verifies the token about all devices, and those of the devices. `devices` is `None` for a token
/// that came alone: then what it names is open.
pub(crate) fn verify_devices<'a>(
    overall: &'a Token<'a>,
    devices: Option<&'a [DeviceToken<'a>]>,
    keys: &[Keys],
    accepted: Accepted<'_>,
    now: UnixTime,
) -> Examined<VerifiedDevices<'a>> {
    let first = verify(overall, keys, accepted, now);
    let vouched = first.verified.as_ref().map(VerifiedToken::vouched);
    let mut holds = vouched.is_some();
    let mut findings = first.findings;
    let present = devices.unwrap_or_default();
    for device in present {
        let own = verify(&device.token, keys, accepted, now);
        holds &= own.verified.is_some();
        let applies = |f: &Finding| f.outcome != Outcome::Unknown(Why::NotApplicable);
        findings.extend(own.findings.into_iter().filter(applies).map(|f| of_device(f, device)));
    }
    let named = named(overall);
    for (name, stated) in &named {
        let device = present.iter().find(|device| device.name == name.as_str());
        let finding = match (device, stated) {
            (Some(device), Some(digest)) => {
                let actual = Sha256::of(device.token.bytes);
                Finding::equal(&checks::NRAS_DEVICE, digest, &actual.0)
            }
            (Some(_), None) => Finding::unknown(&checks::NRAS_DEVICE, Why::NotSupported),
            (None, _) if devices.is_none() => {
                Finding::unknown(&checks::NRAS_DEVICE, Why::NotFetched)
            }
            (None, _) => Finding::fail(&checks::NRAS_DEVICE, "missing"),
        };
        holds &= finding.passed() || devices.is_none();
        findings.push(finding.part(name.clone()));
    }
    for device in present.iter().filter(|d| !named.iter().any(|(name, _)| name == d.name)) {
        holds = false;
        findings
            .push(Finding::fail(&checks::NRAS_DEVICE, "not-listed").part(device.name.to_owned()));
    }
    if named.is_empty() && present.is_empty() {
        holds = false;
        findings.push(Finding::fail(&checks::NRAS_DEVICE, "missing"));
    }
    let verified = vouched.filter(|_| holds);
    let verified = verified.map(|vouched| VerifiedDevices { overall, devices: present, vouched });
    Examined { findings, verified }
}

/// The finding with the device's name, and with the place in the device's token.
fn of_device(finding: Finding, device: &DeviceToken<'_>) -> Finding {
    let part = match &finding.part {
        Some(part) => format!("{}, {part}", device.name),
        None => device.name.to_owned(),
    };
    match finding.at.clone() {
        Some(at) => finding.at(device.evidence.clone(), at.span.start, at.span.len),
        None => finding,
    }
    .part(part)
}

/// The devices that the token names in `submods`, each with the SHA-256 of its token in compact
/// form: `["DIGEST", ["SHA-256", HEX]]` (RFC 9711 section 4.2.18.2). No digest for another form.
fn named(overall: &Token<'_>) -> Vec<(String, Option<Vec<u8>>)> {
    let Some(parts) = overall.members.get("submods").and_then(Json::as_object) else {
        return Vec::new();
    };
    let digest = |value: &Json| {
        let [kind, inner] = value.as_array()?.as_slice() else { return None };
        let [algorithm, digits] = inner.as_array()?.as_slice() else { return None };
        let known = kind.as_str() == Some("DIGEST") && algorithm.as_str() == Some("SHA-256");
        known.then(|| hex::decode(digits.as_str()?).ok())?
    };
    parts.iter().map(|(name, value)| (name.clone(), digest(value))).collect()
}

//! What Apple says about a device, against a policy and a key.

use super::checks;
use super::parse::{Property, SecureBoot};
use super::policy::ApplePolicy;
use super::verify::VerifiedDevice;
use crate::claims::Claim;
use crate::digest::Sha256;
use crate::finding::compared::ruled_unless;
use crate::finding::{Check, Finding, LinkId, Rule, Value, Why};

/// How many letters of a serial number or UDID are shown.
const SHOWN: usize = 4;

/// Appraises a verified device. `key` is the text of the public key that the managing server is to
/// have asked about.
pub(crate) fn appraise(
    verified: &VerifiedDevice,
    policy: &ApplePolicy,
    key: Option<&str>,
) -> Vec<Finding> {
    let device = verified.device();
    let boot = |found: &SecureBoot| match found {
        SecureBoot::Full => None,
        SecureBoot::Reduced => Some("reduced"),
        SecureBoot::Permissive => Some("permissive"),
    };
    vec![
        Finding::unknown(&checks::APPLE_CHAIN_REVOCATION, Why::NotPublished),
        ruled(&checks::APPLE_SIP, &device.sip, policy.sip, |on| (!on).then_some("off")),
        ruled(&checks::APPLE_SECURE_BOOT, &device.secure_boot, policy.secure_boot, boot),
        ruled(
            &checks::APPLE_KERNEL_EXTENSIONS,
            &device.kernel_extensions,
            policy.kernel_extensions,
            |allowed| allowed.then_some("allowed"),
        ),
        asked_about(&device.freshness, key),
    ]
}

/// Every finding of this module for a chain that is not verified: `by` is to blame.
pub(crate) fn blocked(by: &'static Check) -> Vec<Finding> {
    checks::APPRAISAL.iter().map(|check| Finding::blocked(check, by)).collect()
}

/// What a verified certificate states.
pub(crate) fn claims(verified: &VerifiedDevice) -> Vec<Claim> {
    let device = verified.device();
    let claim = |name, value| Claim { name, link: LinkId::Report, value, part: None };
    let text =
        |property: &Property<String>| property.value().map(|text| Value::text(text.as_str()));
    let hidden = |property: &Property<String>| property.value().map(|text| masked(text).into());
    let stated = [
        ("apple.serial", hidden(&device.serial)),
        ("apple.udid", hidden(&device.udid)),
        ("apple.board", text(&device.board)),
        ("apple.os", text(&device.os)),
        ("apple.sepos", text(&device.sepos)),
        ("apple.boot-loader", text(&device.boot_loader)),
        ("apple.freshness-code", device.freshness.value().map(Value::hex)),
        ("apple.certificate", Some(Value::hex(verified.certificate().0))),
        ("apple.valid-from", Some(verified.validity().not_before.into())),
    ];
    stated.into_iter().filter_map(|(name, value)| Some(claim(name, value?))).collect()
}

/// A serial number or UDID with its last letters only.
pub(crate) fn masked(text: &str) -> String {
    let hidden = text.chars().count().saturating_sub(SHOWN);
    let last: String = text.chars().skip(hidden.max(SHOWN)).collect();
    format!("...{last}")
}

/// A property that a policy has a rule about. What Apple left out, or wrote in another way than it
/// is known to, is not shown.
fn ruled<T>(
    check: &'static Check,
    property: &Property<T>,
    rule: Rule,
    against: impl Fn(&T) -> Option<&'static str>,
) -> Finding {
    match property {
        Property::Absent => Finding::unknown(check, Why::NotPublished),
        Property::Unread(bytes) => {
            Finding::unknown(check, Why::NotSupported).actual(Value::hex(bytes))
        }
        Property::Is(value) => ruled_unless(check, against(value), rule),
    }
}

/// Whether the managing server asked about this key: the freshness code is SHA-256 of the key's text
/// as it stands. Other bytes there may be of an earlier question, which Apple answers again for a
/// week, or of another construction: they contradict nothing.
fn asked_about(freshness: &Property<[u8; 32]>, key: Option<&str>) -> Finding {
    let check = &checks::APPLE_KEY;
    let code = match freshness {
        Property::Absent => return Finding::unknown(check, Why::NotPublished),
        Property::Unread(bytes) => {
            return Finding::unknown(check, Why::NotSupported).actual(Value::hex(bytes));
        }
        Property::Is(code) => code,
    };
    let Some(key) = key else { return Finding::no_reference(check).actual(Value::hex(code)) };
    let expected = Sha256::of(key.as_bytes());
    let finding = match expected.0 == *code {
        true => Finding::warn(check, "chosen-by-server"),
        false => Finding::unknown(check, Why::NotSupported),
    };
    finding.expected(Value::hex(expected.0)).actual(Value::hex(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_four_letters_are_shown_and_never_the_whole() {
        for (text, shown) in
            [("C02ABCDEFG12", "...FG12"), ("ABCDEF", "...EF"), ("ABCD", "..."), ("", "...")]
        {
            assert_eq!(masked(text), shown);
        }
    }
}

//! One row of the feed against what Apple says in it.

use crate::claims::Stated;
use crate::finding::{Finding, LinkId, Value, Why};
use crate::formats::apple::appraise::masked;
use crate::formats::apple::parse::{Property, SecureBoot};
use crate::formats::apple::verify::VerifiedDevice;
use crate::services::providers::checks;
use crate::services::providers::parse::Row;

/// What the row says of the device is what Apple says. A value that the coordinator read in the
/// certificate cannot differ from it; how the device is set up can have changed since.
pub(crate) fn agreement(row: &Row, verified: &VerifiedDevice) -> Vec<Finding> {
    let device = verified.device();
    let serial = masked_pair("serial", row.serial_number.as_ref(), &device.serial);
    let read = [
        masked_pair("mda_serial", row.mda_serial.as_ref(), &device.serial),
        masked_pair("mda_udid", row.mda_udid.as_ref(), &device.udid),
        pair("mda_os_version", row.mda_os_version.as_ref(), &device.os),
        pair("mda_sepos_version", row.mda_sepos_version.as_ref(), &device.sepos),
    ];
    let full = device.secure_boot.value().map(|boot| *boot == SecureBoot::Full);
    let setup = [
        setup("sip_enabled", row.sip_enabled, device.sip.value().copied()),
        setup("secure_boot_enabled", row.secure_boot_enabled, full),
    ];
    let findings: Vec<Finding> =
        std::iter::once(serial).chain(read).chain(setup).flatten().collect();
    match findings.is_empty() {
        true => vec![Finding::unknown(&checks::PROVIDERS_AGREEMENT, Why::NotPublished)],
        false => findings,
    }
}

fn pair(part: &'static str, said: Option<&String>, apple: &Property<String>) -> Option<Finding> {
    compared(part, said, apple, Clone::clone)
}

fn masked_pair(
    part: &'static str,
    said: Option<&String>,
    apple: &Property<String>,
) -> Option<Finding> {
    compared(part, said, apple, |text| masked(text))
}

/// A value of the row and Apple's; nothing where the row or Apple says nothing.
fn compared(
    part: &'static str,
    said: Option<&String>,
    apple: &Property<String>,
    shown: impl Fn(&String) -> String,
) -> Option<Finding> {
    let said = said.filter(|text| !text.is_empty())?;
    let apple = apple.value()?;
    let finding = Finding::test(&checks::PROVIDERS_AGREEMENT, said == apple, "not-equal");
    Some(finding.part(part).expected(shown(apple)).actual(shown(said)))
}

fn setup(part: &'static str, said: Option<bool>, apple: Option<bool>) -> Option<Finding> {
    let (said, apple) = (said?, apple?);
    let check = &checks::PROVIDERS_AGREEMENT;
    let finding = match said == apple {
        true => Finding::pass(check),
        false => Finding::warn(check, "changed"),
    };
    Some(finding.part(part).expected(word(apple)).actual(word(said)))
}

const fn word(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// Whether the coordinator says that it verified Apple's certificates, beside whether there are any
/// that hold.
pub(crate) fn said(row: &Row, holds: bool) -> Finding {
    let check = &checks::PROVIDERS_VERIFIED;
    match (row.mda_verified, row.chain().is_some()) {
        (Some(true), true) if holds => Finding::pass(check),
        (Some(true), true) => Finding::blocked(check, &checks::PROVIDERS_DEVICE),
        (Some(true), false) => Finding::warn(check, "without-certificate"),
        (_, true) => Finding::warn(check, "not-claimed"),
        (_, false) => Finding::unknown(check, Why::NotApplicable),
    }
}

/// What the coordinator says of a row and nothing shows.
pub(crate) fn stated(name: &str, row: &Row) -> Vec<Stated> {
    let flag = |said: Option<bool>| said.map(|is| Value::text(word(is)));
    let text = |said: Option<&str>| said.map(Value::text);
    let said = [
        ("trust-level", "trust_level", text(row.trust_level.as_deref())),
        ("sip", "sip_enabled", flag(row.sip_enabled)),
        ("secure-boot", "secure_boot_enabled", flag(row.secure_boot_enabled)),
        ("app-attest", "verification.app_attest.state", text(row.app_attest())),
    ];
    let stated = |(what, member, said): (&'static str, &str, Option<Value>)| {
        Some(Stated::not_shown(what, said?, format!("{name}: {member}"), LinkId::Report))
    };
    said.into_iter().filter_map(stated).collect()
}

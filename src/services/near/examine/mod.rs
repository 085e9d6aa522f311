//! NEAR AI's attestation report, put together machine by machine.

mod images;
mod machine;

use super::examine::images::Images;
use super::examine::machine::Examined;
use super::parse::{Machine, Report, Signed};
use super::verify::Named;
use super::{appraise, checks, verify};
use crate::builds::image;
use crate::error::Error;
use crate::finding::{Finding, LinkId, Value, Why};
use crate::piece::{self, Piece, Role};
use crate::pki::{Cert, pem_certificates};
use crate::report::{
    Custody, DebugFlag, Draft, Flags, Freshness, KeyFlag, Part, RootOfTrust, Stated, Subject,
    Wanted,
};
use crate::services::near::policy::ForNear;
use crate::time::UnixTime;

/// A report of either form.
pub(crate) fn examine(
    input: &[u8],
    beside: &[Piece<'_>],
    policy: &dyn ForNear,
    now: UnixTime,
) -> Result<Draft, Error> {
    const TLS: &str = "NEAR AI report, tls_certificate";
    let report = Report::parse(input)?;
    let tls = report.tls_certificate.as_ref();
    let tls = tls.map(|pem| pem_certificates(TLS, pem.as_bytes())).transpose()?.unwrap_or_default();
    let tls = tls.first().map(|der| Cert::parse(TLS, der)).transpose()?;
    let is_image = |piece: &Piece<'_>| image::ROLES.contains(&piece.role);
    let others: Vec<Piece<'_>> = beside.iter().filter(|piece| !is_image(piece)).copied().collect();
    let image_files = image::follow::Files::of(&piece::of(beside, image::ROLES));
    let images = Images::of(&image_files);
    let quotes = report.machines.iter().map(machine::quote).collect::<Result<Vec<_>, _>>()?;

    let kind = if report.is_whole { "near-report" } else { "near-machine" };
    let subject = Subject::of(kind, input);
    let mut draft = Draft::of(subject, RootOfTrust::CpuVendor);
    let mut quoted = Vec::new();
    let mut flags = Vec::new();
    let mut named = Vec::new();
    for (machine, bytes) in report.machines.iter().zip(&quotes) {
        let asks_for_tls = machine.is_gateway || !report.is_whole;
        let spki = tls.as_ref().filter(|_| asks_for_tls).map(Cert::spki);
        let mut examined = machine::examine(machine, bytes.as_deref(), &others, spki, policy, now)?;
        for about in images.follow(&examined, policy, now) {
            examined.part.absorb(about);
        }
        let Examined { part, report_data, .. } = examined;
        let holds = part.passed(&checks::NEAR_REPORT_DATA);
        named.push(Named { machine, holds });
        flags.push((part.flags.debug, part.flags.custody));
        draft.part.absorb(part.named(&machine.name));
        quoted.extend(report_data.map(|data| (machine.name.as_str(), data)));
        draft.stated.extend(stated(machine));
    }
    draft.findings.extend(verify::one_nonce(&quoted));
    for piece in beside.iter().filter(|piece| piece.role == Role::NearSignature) {
        draft.absorb(signed(piece, &named, policy));
    }
    draft.evidence.extend(
        tls.map(|cert| crate::report::certificate("tls-certificate", LinkId::KeyBinding, &cert)),
    );
    draft.flags = self::flags(&draft.findings, &flags, policy);
    let mut wanted: Vec<Wanted> = Vec::new();
    for one in std::mem::take(&mut draft.wanted) {
        if !wanted.contains(&one) {
            wanted.push(one);
        }
    }
    draft.wanted = wanted;
    Ok(draft)
}

/// A signature over one response, against the keys that the quotes name.
fn signed(piece: &Piece<'_>, named: &[Named<'_>], policy: &dyn ForNear) -> Part {
    let part = match Signed::parse(piece.bytes) {
        Ok(signed) => {
            piece.used();
            let own = verify::signed(&signed, named);
            let bodies = match own.passed() {
                true => appraise::bodies(&signed, policy.near()),
                false => appraise::blocked(own.check),
            };
            Part::of(bodies.into_iter().chain([own]))
        }
        Err(error) => {
            piece.unreadable();
            let finding = Finding::unknown(&checks::NEAR_RECEIPT, Why::NotSupported);
            Part::of([finding.actual(error.to_string())])
        }
    };
    part.named(piece.name)
}

/// What the service says about a machine, and nothing shows.
fn stated(machine: &Machine) -> Vec<Stated> {
    let said = [("model", "model_name", &machine.model), ("host", "vpc_hostname", &machine.host)];
    let stated = |(name, member, said): (&'static str, &str, &Option<String>)| {
        let source = match machine.name.as_str() {
            "" => member.to_owned(),
            machine => format!("{machine}: {member}"),
        };
        Some(Stated::not_shown(name, Value::text(said.as_deref()?), source, LinkId::Image))
    };
    said.into_iter().filter_map(stated).collect()
}

/// The weakest of what holds of the machines.
fn flags(findings: &[Finding], machines: &[(DebugFlag, Custody)], policy: &dyn ForNear) -> Flags {
    let of = |check: &'static _| findings.iter().filter(move |f| f.check == check);
    let all_off = machines.iter().all(|(debug, _)| *debug == DebugFlag::Off);
    let debug = match machines.iter().any(|(debug, _)| *debug == DebugFlag::On) {
        true => DebugFlag::On,
        false if all_off => DebugFlag::Off,
        false => DebugFlag::Unknown,
    };
    let from_kms = machines.iter().any(|(_, custody)| *custody == Custody::KmsDerived);
    let answers = policy.near().nonce.is_some()
        && of(&checks::NEAR_NONCE).all(Finding::passed)
        && of(&checks::NEAR_NONCE).next().is_some();
    Flags {
        key: match of(&checks::NEAR_TLS_KEY).any(Finding::passed) {
            true => KeyFlag::Bound,
            false => KeyFlag::NotShown,
        },
        custody: if from_kms { Custody::KmsDerived } else { Custody::NotStated },
        freshness: if answers { Freshness::Challenge } else { Freshness::None },
        debug,
        ..Flags::UNKNOWN
    }
}

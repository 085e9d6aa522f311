//! Which image the measured machine runs.

use crate::digest::{Sha256, Sha384};
use crate::finding::{Check, Finding, Outcome, Value, Why};
use crate::formats::launch::measured::Measured;
use crate::services::coordinator::checks;
use crate::services::coordinator::parse::launch::{LaunchMeasurement, Role, TdxLaunch};

/// A signed reference value whose signer was accepted.
#[derive(Clone, Debug)]
pub struct Reference {
    /// What it says.
    pub launch: LaunchMeasurement,
    /// SHA-256 of each subject of its statement.
    pub subjects: Vec<Sha256>,
}

/// What is known of the launch.
#[derive(Clone, Debug)]
pub struct Launched {
    /// The findings.
    pub findings: Vec<Finding>,
    /// SHA-256 of the manifest of the image that was shown to run.
    pub image: Option<Sha256>,
}

/// Puts measurement, reference values and event log together.
///
/// `logged` are the image digests that a verified event log names, or a verified token, as written;
/// `by_policy` says whether the policy itself names the software of a TDX guest.
pub(crate) fn launched(
    measured: Result<&Measured, &'static Check>,
    references: &[Reference],
    logged: &[String],
    by_policy: bool,
) -> Launched {
    let measured = match measured {
        Ok(measured) => measured,
        Err(by) => {
            let checks = [&checks::COORDINATOR_LAUNCHER, &checks::COORDINATOR_IMAGE];
            let findings = checks.into_iter().map(|check| Finding::blocked(check, by)).collect();
            return Launched { findings, image: None };
        }
    };
    if let Measured::Issuer = measured {
        return by_issuer(logged);
    }
    let about = |role| references.iter().filter(move |known| known.launch.role == role);
    let whole: Vec<&Reference> = about(Role::Workload).filter(|r| speaks_of(r, measured)).collect();
    let launchers: Vec<&Reference> =
        about(Role::Launcher).filter(|r| speaks_of(r, measured)).collect();
    if !whole.is_empty() {
        return by_measurement(measured, &whole);
    }
    let launcher = launcher(measured, &launchers, !logged.is_empty(), by_policy);
    let (image, digest) = by_log(measured, logged, &launcher);
    let findings = vec![launcher, image];
    Launched { findings, image: digest }
}

/// Whether a reference value has anything to say about this kind of machine.
fn speaks_of(reference: &Reference, measured: &Measured) -> bool {
    match measured {
        Measured::Snp(_) => !reference.launch.snp.is_empty(),
        Measured::Tdx { .. } => !reference.launch.tdx.is_empty(),
        Measured::Provider | Measured::Issuer => false,
    }
}

/// The issuer of a token says which image runs, and nothing else here does. Its word leads on to
/// the build of that image, and a warning says whose word it is.
fn by_issuer(logged: &[String]) -> Launched {
    let (launcher, check) = (&checks::COORDINATOR_LAUNCHER, &checks::COORDINATOR_IMAGE);
    let (named, digest) = named(logged);
    let image = match digest {
        Some(_) => {
            Finding { outcome: Finding::warn(check, "issuer-is-the-verifier").outcome, ..named }
        }
        None => named,
    };
    let launcher = match digest {
        Some(_) => Finding::warn(launcher, "issuer-is-the-verifier"),
        None => Finding::unknown(launcher, Why::NotApplicable),
    };
    Launched { findings: vec![launcher, image], image: digest }
}

/// The launch measurement covers the image.
fn by_measurement(measured: &Measured, references: &[&Reference]) -> Launched {
    let check = &checks::COORDINATOR_IMAGE;
    let unneeded = Finding::unknown(&checks::COORDINATOR_LAUNCHER, Why::NotApplicable);
    let fitting = references.iter().find(|reference| fits(reference, measured, Role::Workload));
    let (finding, image) = match fitting.map(|reference| reference.subjects.as_slice()) {
        None => (Finding::fail(check, "not-equal").expected(accepted(references)), None),
        Some([image]) => (Finding::pass(check).expected(accepted(references)), Some(*image)),
        Some(_) => (Finding::fail(check, "not-exactly-one"), None),
    };
    let findings = vec![unneeded, finding.actual(measured.values())];
    Launched { findings, image }
}

/// The software that measures the image is one that somebody answers for.
fn launcher(
    measured: &Measured,
    references: &[&Reference],
    has_log: bool,
    by_policy: bool,
) -> Finding {
    let check = &checks::COORDINATOR_LAUNCHER;
    match measured {
        Measured::Provider if has_log => Finding::no_reference(check),
        Measured::Snp(_) | Measured::Provider | Measured::Issuer => {
            Finding::unknown(check, Why::NotApplicable)
        }
        Measured::Tdx { .. } if references.iter().any(|r| fits(r, measured, Role::Launcher)) => {
            Finding::pass(check).actual(measured.values())
        }
        Measured::Tdx { .. } if by_policy => Finding::pass(check).actual(measured.values()),
        Measured::Tdx { .. } if references.is_empty() => {
            Finding::no_reference(check).actual(measured.values())
        }
        Measured::Tdx { .. } => Finding::fail(check, "not-equal")
            .expected(accepted(references))
            .actual(measured.values()),
    }
}

/// The launcher's log names the image.
fn by_log(measured: &Measured, logged: &[String], launcher: &Finding) -> (Finding, Option<Sha256>) {
    let check = &checks::COORDINATOR_IMAGE;
    let logged = if matches!(measured, Measured::Snp(_)) { &[] } else { logged };
    let (named, image) = named(logged);
    let Some(image) = image else { return (named, None) };
    let finding = match launcher.outcome {
        Outcome::Pass => return (named, Some(image)),
        Outcome::Unknown(Why::NoReference) => Finding::no_reference(check),
        _ => Finding::blocked(check, &checks::COORDINATOR_LAUNCHER),
    };
    (Finding { outcome: finding.outcome, ..named }, None)
}

/// The one image that is named, as if that were all; or why there is none.
fn named(logged: &[String]) -> (Finding, Option<Sha256>) {
    let check = &checks::COORDINATOR_IMAGE;
    match logged {
        [] => (Finding::unknown(check, Why::NotPublished), None),
        [text] => {
            let digest = image_digest(text);
            let finding = Finding::test(check, digest.is_some(), "malformed");
            (finding.actual(text.as_str()), digest)
        }
        _ => (Finding::fail(check, "not-exactly-one").actual(logged.join(", ")), None),
    }
}

/// `sha256:` and 64 hex digits of lower case.
pub(crate) fn image_digest(text: &str) -> Option<Sha256> {
    let digits = text.strip_prefix("sha256:")?;
    let digest: Sha256 = digits.parse().ok()?;
    (digest.to_string() == digits).then_some(digest)
}

fn fits(reference: &Reference, measured: &Measured, role: Role) -> bool {
    match measured {
        Measured::Snp(measurement) => {
            reference.launch.snp.iter().any(|known| known.measurement == *measurement)
        }
        Measured::Tdx { mrtd, rtmr } => {
            reference.launch.tdx.iter().any(|known| td_fits(known, mrtd, rtmr, role))
        }
        Measured::Provider | Measured::Issuer => false,
    }
}

/// RTMR3 belongs to the running software: a launcher extends it with what its log says, and of an
/// image that is measured as a whole it is named or unused.
fn td_fits(known: &TdxLaunch, mrtd: &Sha384, rtmr: &[Sha384; 4], role: Role) -> bool {
    let [rtmr0, rtmr1, rtmr2, rtmr3] = rtmr;
    let fourth = match (known.rtmr3, role) {
        (Some(known), _) => known == *rtmr3,
        (None, Role::Launcher) => true,
        (None, Role::Workload) => rtmr3.0 == [0; Sha384::LEN],
    };
    known.mrtd == *mrtd
        && known.rtmr0.is_none_or(|known| known == *rtmr0)
        && known.rtmr1 == *rtmr1
        && known.rtmr2 == *rtmr2
        && fourth
}

fn accepted(references: &[&Reference]) -> Value {
    let texts: Vec<String> = references
        .iter()
        .flat_map(|reference| {
            let snp = reference.launch.snp.iter().map(|known| known.measurement.to_string());
            let tdx = reference.launch.tdx.iter().map(|known| {
                let TdxLaunch { mrtd, rtmr1, rtmr2, .. } = known;
                format!("MRTD {mrtd}, RTMR1 {rtmr1}, RTMR2 {rtmr2}")
            });
            snp.chain(tdx)
        })
        .collect();
    Value::text(texts.join(" or "))
}

//! A guest's launch measurement against those that Google endorses.

use super::checks;
use super::parse::LaunchEndorsement;
use super::verify::VerifiedEndorsement;
use crate::claims::Claim;
use crate::digest::Sha384;
use crate::finding::{Check, Finding, LinkId, Value, Why};

/// What a verified report of a processor measures at launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    /// MRTD of a TDX guest.
    Tdx(Sha384),
    /// MEASUREMENT of an SEV-SNP guest.
    Snp(Sha384),
}

impl Measured {
    const fn digest(&self) -> &Sha384 {
        match self {
            Self::Tdx(digest) | Self::Snp(digest) => digest,
        }
    }
}

/// Whether the measurement is among those endorsed for its kind of guest, and what the endorsement
/// says of it then. An endorsement that says nothing of this kind of guest is another machine's:
/// it fails as one for another measurement does.
pub(crate) fn appraise(
    verified: &VerifiedEndorsement<'_>,
    measured: Measured,
) -> (Finding, Vec<Claim>) {
    let check = &checks::GCE_MEASUREMENT;
    let endorsement = verified.endorsement();
    let (is_covered, svn, machines) = machines(endorsement, measured);
    let finding = match (is_covered, machines.as_slice()) {
        (false, _) => Finding::fail(check, "another-platform"),
        (true, []) => Finding::fail(check, "not-endorsed"),
        (true, _) => Finding::pass(check),
    }
    .actual(Value::hex(measured.digest().0));
    let claims = match finding.passed() {
        true => claims(endorsement, measured, svn, machines.join("; ")),
        false => Vec::new(),
    };
    (finding, claims)
}

/// Whether the endorsement names the measurement: enough to choose an endorsement by, and no check.
pub(crate) fn covers(endorsement: &LaunchEndorsement<'_>, measured: Measured) -> bool {
    let (_, _, machines) = machines(endorsement, measured);
    !machines.is_empty()
}

/// Without a verified endorsement, `by` is to blame.
pub(crate) fn blocked(measured: Measured, by: &'static Check) -> Finding {
    Finding::blocked(&checks::GCE_MEASUREMENT, by).actual(Value::hex(measured.digest().0))
}

/// Evidence that measures no guest of a kind that is endorsed.
pub(crate) const fn not_applicable() -> Finding {
    Finding::unknown(&checks::GCE_MEASUREMENT, Why::NotApplicable)
}

/// Whether guests of this kind are covered, the firmware's security version, and the machines that
/// measure so.
fn machines(endorsement: &LaunchEndorsement<'_>, measured: Measured) -> (bool, u32, Vec<String>) {
    match measured {
        Measured::Tdx(mrtd) => endorsement.tdx.as_ref().map_or((false, 0, Vec::new()), |tdx| {
            let own = tdx.measurements.iter().filter(|known| known.mrtd == mrtd);
            let machines = own.map(|known| {
                let memory = match known.ram_gib {
                    0 => "any amount of memory".to_owned(),
                    gib => format!("{gib} GiB of memory"),
                };
                let early = if known.early_accept { ", accepted early" } else { "" };
                format!("{memory}{early}")
            });
            (true, tdx.svn, machines.collect())
        }),
        Measured::Snp(measurement) => {
            endorsement.snp.as_ref().map_or((false, 0, Vec::new()), |snp| {
                let own = snp.measurements.iter().filter(|(_, known)| *known == measurement);
                let machines =
                    own.map(|(processors, _)| format!("{processors} virtual processors"));
                (true, snp.svn, machines.collect())
            })
        }
    }
}

fn claims(
    endorsement: &LaunchEndorsement<'_>,
    measured: Measured,
    svn: u32,
    machines: String,
) -> Vec<Claim> {
    let claim = |name, value: Value| Claim { name, value, link: LinkId::Measurements, part: None };
    let mut claims = vec![
        claim("gce.machine", Value::text(machines)),
        claim("gce.firmware", Value::hex(endorsement.digest.0)),
        claim("gce.svn", Value::number(svn)),
        claim("gce.released", Value::Time(endorsement.released)),
        claim("gce.change", Value::number(endorsement.change)),
    ];
    if !endorsement.commit.is_empty() {
        claims.push(claim("gce.commit", Value::hex(endorsement.commit)));
    }
    if let (Measured::Snp(_), Some(snp)) = (measured, &endorsement.snp) {
        claims.push(claim("gce.guest-policy", Value::text(format!("0x{:x}", snp.policy))));
    }
    claims
}

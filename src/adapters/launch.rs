//! The launch measurement of an SEV-SNP guest, computed from a firmware image and a description of
//! the launch that a reader supplies: beside a report, or on its own.
//!
//! On its own nothing is shown: there is no root of trust, and the computed value is for comparing
//! by hand. Beside a report, shown, when the check passes: the report's measurement is that of exactly this launch. The
//! reader vouches for the files; nothing signs them.

use crate::appraise::launch as appraise;
use crate::bytes::Span;
use crate::digest::{Sha256, Sha384};
use crate::error::Error;
use crate::evidence::firmware::{Description, Firmware, processor_signature};
use crate::finding::{Finding, LinkId, Value, Why, checks};
use crate::report::{Claim, Draft, EvidenceItem, Part, RootOfTrust, Subject};
use crate::shelf::{Role, Shelf};
use crate::verify::snp::launch::{self, KernelHashes, Launch, Monitor, Processors};

/// Files about a launch, among others.
#[derive(Default)]
pub(super) struct Files<'a> {
    firmware: Option<&'a [u8]>,
    description: Option<&'a [u8]>,
}

impl<'a> Files<'a> {
    /// The first of each kind.
    pub(super) fn of(shelf: &'a Shelf<'_>) -> Self {
        let first = |role| {
            let piece = shelf.pieces(&[role]).into_iter().next()?;
            piece.used();
            Some(piece.bytes)
        };
        Self { firmware: first(Role::Firmware), description: first(Role::LaunchDescription) }
    }

    /// A description as the input: the measurement is computed, and no machine is at hand to have
    /// measured it.
    ///
    /// # Errors
    /// When a file cannot be understood.
    pub(super) fn examine(&self, input: &[u8]) -> Result<Draft, Error> {
        let description = Description::parse(input)?;
        let computed = self.firmware.map(|firmware| measure(firmware, &description)).transpose()?;
        let check = &checks::LAUNCH_RECOMPUTED;
        let (name, link) = ("launch.measurement", LinkId::Measurements);
        let finding = match &computed {
            Some(computed) => {
                Finding::unknown(check, Why::NotPublished).expected(Value::hex(computed.0))
            }
            None => Finding::unknown(check, Why::NotFetched),
        };
        let kind = "launch-description";
        let subject = Subject { kind, name: None, sha256: Sha256::of(input), len: input.len() };
        Ok(Draft {
            part: Part {
                findings: vec![finding],
                claims: computed
                    .map(|computed| Claim { name, value: Value::hex(computed.0), link, part: None })
                    .into_iter()
                    .collect(),
                evidence: vec![EvidenceItem::new(kind, "json", link, input, Vec::new())],
                ..Part::default()
            },
            ..Draft::of(subject, RootOfTrust::Nothing)
        })
    }

    /// Adds the finding on the measurement that `draft` claims, when there are files to compute
    /// another from.
    ///
    /// # Errors
    /// When a file cannot be understood.
    pub(super) fn compare(&self, draft: &mut Draft) -> Result<(), Error> {
        let computed = match (self.firmware, self.description) {
            (None, None) => return Ok(()),
            (Some(firmware), Some(description)) => {
                Some(measure(firmware, &Description::parse(description)?)?)
            }
            _ => None,
        };
        let measurement = draft.claims.iter().find_map(|claim| match &claim.value {
            Value::Hex(digits) if claim.name == "snp.measurement" => digits.parse().ok(),
            _ => None,
        });
        draft.findings.push(match measurement {
            Some(measurement) => appraise::measurement(computed, measurement),
            None => Finding::blocked(&checks::LAUNCH_RECOMPUTED, &checks::SNP_REPORT_SIGNATURE),
        });
        if let Some(bytes) = self.description {
            let id = "launch-description";
            let item = EvidenceItem::new(id, "json", LinkId::Measurements, bytes, Vec::new());
            draft.evidence.push(item);
        }
        Ok(())
    }
}

/// The launch measurement of `firmware`, launched as `description` says.
///
/// # Errors
/// When the image or the description cannot be understood, or the image cannot be launched so.
pub fn measure(firmware: &[u8], description: &Description) -> Result<Sha384, Error> {
    const WHAT: &str = "launch description";
    let unsupported = |value: &str| Error::unsupported(WHAT, value, Span::new(0, value.len()));
    let name = description.processor_type.as_str();
    let signature = processor_signature(name).ok_or_else(|| unsupported(name))?;
    let monitor = match description.monitor.as_str() {
        "qemu" => Monitor::Qemu,
        "ec2" => Monitor::Ec2,
        other => return Err(unsupported(other)),
    };
    if description.kernel_sha256.is_none() && description.initrd_sha256.is_some() {
        return Err(Error::Missing { what: "the kernel that goes with the initial disk" });
    }
    let firmware = Firmware::parse(firmware)?;
    let kernel = description.kernel_sha256.map(|kernel| KernelHashes {
        kernel,
        initrd: description.initrd_sha256.unwrap_or_else(|| Sha256::of(&[])),
        command_line: KernelHashes::of_command_line(&description.command_line),
    });
    launch::measurement(&Launch {
        firmware: &firmware,
        kernel,
        processors: Processors { count: description.processors, signature },
        features: description.features,
        monitor,
    })
}

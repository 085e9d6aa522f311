//! Telling apart what is said about one of several machines, GPUs or images in one report.

use std::borrow::Cow;

use crate::claims::Claim;
use crate::finding::Finding;
use crate::report::EvidenceItem;

/// Findings, claims and evidence about one thing.
#[derive(Default)]
pub(super) struct About {
    pub(super) findings: Vec<Finding>,
    pub(super) claims: Vec<Claim>,
    pub(super) evidence: Vec<EvidenceItem>,
}

impl About {
    /// Says of everything that it is about `name`; an empty name changes nothing.
    pub(super) fn named(mut self, name: &str) -> Self {
        if name.is_empty() {
            return self;
        }
        let part = |part: Option<Cow<'static, str>>| {
            Some(Cow::Owned(match part {
                Some(part) => format!("{name}: {part}"),
                None => name.to_owned(),
            }))
        };
        let id = |id: &Cow<'static, str>| Cow::Owned(format!("{}-{id}", name.replace(' ', "-")));
        for finding in &mut self.findings {
            finding.part = part(finding.part.take());
            if let Some(at) = &mut finding.at {
                at.evidence = id(&at.evidence);
            }
        }
        for claim in &mut self.claims {
            claim.part = part(claim.part.take());
        }
        for item in &mut self.evidence {
            item.id = id(&item.id);
        }
        self
    }

    /// Adds what is said about something else.
    pub(super) fn add(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.claims.extend(other.claims);
        self.evidence.extend(other.evidence);
    }
}

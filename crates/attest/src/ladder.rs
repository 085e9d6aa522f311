//! What each level needs beyond the one below it, for operators; `www/contract/operators.html` has
//! the same ladder with every substrate.

/// A level, and what it needs beyond the level below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    pub(super) level: &'static str,
    pub(super) needs: &'static str,
}

const LADDER: [Rung; 6] = [
    Rung { level: "A0", needs: "an answer at all." },
    Rung { level: "A1", needs: "a document with statements." },
    Rung {
        level: "A2",
        needs: "evidence that a cloud provider signs: a launcher of Google Confidential Space or \
                EigenCompute. Or at once for A3, a machine type with SEV-SNP or TDX, Linux 6.7 and \
                the module sev-guest or tdx-guest.",
    },
    Rung {
        level: "A3",
        needs: "a report or quote that the chip signs: a machine type with SEV-SNP or TDX.",
    },
    Rung {
        level: "A4",
        needs: "a known image. The launch measurement has to cover it, and a signed measurement \
                has to name it ([[reference-value]]). Under a measuring launcher, its event log too \
                ([[event-log]]).",
    },
    Rung {
        level: "A5",
        needs: "signed provenance of that image ([[provenance]]), its manifest ([workload]), and \
                the objects of the commit and of what leads to the workflow ([[source]]).",
    },
];

/// The level to aim at above `level`. A statement is no step on the way: evidence is.
pub(super) fn above(level: &str) -> Option<Rung> {
    let level = if level == "A0" { "A1" } else { level };
    LADDER.iter().skip_while(|rung| rung.level != level).nth(1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_leads_to_the_next_that_evidence_can_reach() {
        let next = |level| above(level).map(|rung| rung.level);
        assert_eq!(next("A0"), Some("A2"));
        assert_eq!(next("A1"), Some("A2"));
        assert_eq!(next("A2"), Some("A3"));
        assert_eq!(next("A3"), Some("A4"));
        assert_eq!(next("A4"), Some("A5"));
        assert_eq!(next("A5"), None);
    }
}

//! What Darkbloom has said about where its coordinator runs.
//!
//! The sentences contradict each other, and no evidence decides between them: that is why they are
//! shown beside an answer that publishes nothing. Sources are files of the repository
//! Layr-Labs/d-inference at the commit that is named, or issue 149 there, opened 2026-05-10 ("No
//! public coordinator attestation endpoint; substrate claim conflicts").

use crate::claims::Stated;
use crate::finding::{LinkId, Value};

/// The origin that the statements are about.
pub(crate) const ORIGIN: &str = "https://api.darkbloom.dev";

/// What is said, and where. Quotation marks stand around literal words.
const SUBSTRATE: &[(&str, &str)] = &[
    ("Intel TDX", "papers/dginf-private-inference.pdf, Figure 1; issue 149, 2026-05-10"),
    (
        "Intel TDX: \"consumers can verify that the coordinator executes unmodified code\"",
        "papers/dginf-private-inference.tex:178,261,349,997,1038; commit e515244",
    ),
    (
        "EigenCompute (Intel TDX TEE)",
        "papers/diagram-test.tex:43,55 and diagram-test.pdf; issue 149, 2026-05-10",
    ),
    (
        "Intel TDX and container image attestation, as an example",
        "papers/provisional-patent-draft.tex:194; commit e515244",
    ),
    (
        "GCP Confidential VM (AMD SEV-SNP)",
        "coordinator/internal/api/server.go:11; issue 149, 2026-05-10",
    ),
    (
        "GCP Confidential VM (AMD SEV-SNP)",
        "coordinator/cmd/coordinator/main.go:8; issue 149, 2026-05-10",
    ),
    (
        "GCP Confidential VM, AMD SEV-SNP, \"Working\"",
        "docs/ARCHITECTURE.md:12,57,259; commit e515244",
    ),
    (
        "\"a Confidential VM, hardware-encrypted\"",
        "coordinator/internal/api/consumer.go:10; commit e515244",
    ),
    (
        "Confidential VM",
        "README.md:14, coordinator/internal/protocol/messages.go:16; commit e515244",
    ),
    ("EigenCloud (TEE), substrate unspecified", "CLAUDE.md, Infrastructure; issue 149, 2026-05-10"),
    (
        "EigenCloud",
        "docs/ARCHITECTURE.md:174, AGENTS.md:191, deploy/environments/prod.env:1; commit e515244",
    ),
    ("no substrate disclosed", "eigencloud.xyz; issue 149, 2026-05-10"),
    (
        "GCP Confidential VM (AMD SEV)",
        "coordinator/api/server.go:11; commit 002317b, later than e515244",
    ),
    (
        "AMD SEV, c3d-highcpu-30, Shielded VM",
        "docs/operations/coordinator-deploy.md; commit 048c4dd, \"last updated 2026-09-29\"",
    ),
];

const PLAINTEXT: &[(&str, &str)] = &[
    ("\"decrypts inside its TEE\"", "console-ui/src/app/settings/page.tsx:202; commit e515244"),
    (
        "\"Coordinator never sees plaintext\"",
        "CLAUDE.md:242, console-ui/src/app/page.tsx:27, VerificationPanel.tsx:132; commit e515244",
    ),
];

/// What stands beside the place where users write.
const TOLD_USERS: &[(&str, &str)] = &[(
    "\"Your prompts are encrypted end-to-end. Not even Darkbloom servers can read them.\"",
    "console-ui, VerificationPanel.tsx; commit e515244",
)];

const TLS_END: &[(&str, &str)] = &[
    ("in the container, with a key made by tls-keygen", "coordinator/Caddyfile; commit e515244"),
    (
        "host Caddy (systemd, static certificate), outside the container",
        "docs/operations/coordinator-deploy.md; commit 048c4dd, \"last updated 2026-09-29\"",
    ),
];

/// The statements. Nothing in them becomes a claim.
pub(crate) fn stated() -> Vec<Stated> {
    let row = |name, link| {
        move |&(said, source): &(&'static str, &'static str)| {
            Stated::not_shown(name, Value::text(said), source, link)
        }
    };
    let substrate = SUBSTRATE.iter().map(row("substrate", LinkId::Report));
    let plaintext = PLAINTEXT.iter().map(row("plaintext", LinkId::Image));
    let told = TOLD_USERS.iter().map(row("told-users", LinkId::KeyBinding));
    let tls = TLS_END.iter().map(row("tls-end", LinkId::KeyBinding));
    substrate.chain(plaintext).chain(told).chain(tls).collect()
}

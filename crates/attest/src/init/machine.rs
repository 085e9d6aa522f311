//! What a machine offers for evidence, found by asking it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use silicon_to_source::digest::Sha512;

use crate::config::{self, TokenType};
use crate::launcher::{Launcher, LauncherError};
use crate::tsm::{self, Directory, Provider, TsmError};

/// How long hardware or a launcher may take to show what it is.
const TIME: Duration = Duration::from_secs(10);

impl Launches {
    /// Whether the launcher gives out anything that the sidecar knows.
    pub(super) const fn anything(self) -> bool {
        self.bound || self.token || self.evidence
    }
}

/// A machine as `s2s-attest init` found it.
#[derive(Debug)]
pub struct Machine {
    /// What configfs-tsm gave, or why it gave nothing.
    pub tsm: Result<Driver, TsmError>,
    /// The device of a TPM, if there is one.
    pub tpm: Option<PathBuf>,
    /// Whether the TPM's event log can be read.
    pub tpm_log: bool,
    /// Whether there is the event log of a TDX guest's firmware.
    pub ccel: bool,
    /// What a launcher gives out; `None` where no launcher answers.
    pub launches: Option<Launches>,
    /// Whether the machine's maker calls itself Google Compute Engine.
    pub is_google: bool,
}

/// What stands behind configfs-tsm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// SEV-SNP reports.
    Snp,
    /// TDX quotes.
    Tdx,
}

/// What a launcher gives out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Launches {
    /// EigenCompute's bound evidence.
    pub bound: bool,
    /// Tokens of Google Confidential Space.
    pub token: bool,
    /// Raw evidence of Google Confidential Space.
    pub evidence: bool,
}

impl Machine {
    /// Asks the machine whose root folder is `root`; `audience` is who a token is made for. The
    /// hardware makes one report and a launcher one token, and both are dropped.
    pub async fn ask(root: &Path, audience: &str) -> Self {
        let at = |path: &str| root.join(path.trim_start_matches('/'));
        let directory = at(tsm::DIRECTORY);
        let hardware = Directory { path: directory, privilege_level: None, timeout: TIME };
        let reported = tokio::task::spawn_blocking(move || hardware.report(&[0; 64])).await;
        let tsm = match reported.unwrap_or(Err(TsmError::Timeout)) {
            Ok(reported) => Ok(match reported.provider {
                Provider::SevGuest => Driver::Snp,
                Provider::TdxGuest => Driver::Tdx,
            }),
            Err(error) => Err(error),
        };
        let devices = ["/dev/tpmrm0", "/dev/tpm0"].map(at);
        let maker = std::fs::read_to_string(at("/sys/class/dmi/id/product_name"));
        Self {
            tsm,
            tpm: devices.into_iter().find(|device| device.exists()),
            tpm_log: at(config::TPM_LOG).exists(),
            ccel: at(config::CCEL).exists(),
            launches: launches(&at(config::LAUNCHER), audience).await,
            is_google: maker.is_ok_and(|name| name.trim() == "Google Compute Engine"),
        }
    }

    /// What stands behind configfs-tsm, where it gave a report.
    pub fn driver(&self) -> Option<Driver> {
        self.tsm.as_ref().ok().copied()
    }

    /// One line for each thing that was looked for.
    pub(super) fn lines(&self) -> Vec<String> {
        let hardware = match &self.tsm {
            Ok(Driver::Snp) => "reports of AMD's chip (configfs-tsm, SEV-SNP)".to_owned(),
            Ok(Driver::Tdx) => "quotes of Intel's chip (configfs-tsm, TDX)".to_owned(),
            Err(error) => format!("no report of a chip. {}", sentence(&error.to_string())),
        };
        let launches = self.launches.unwrap_or_default();
        let has =
            |is_there: bool, yes: &str, no: &str| String::from(if is_there { yes } else { no });
        vec![
            hardware,
            match &self.tpm {
                Some(device) => format!(
                    "a virtual TPM ({}). The sidecar asks it nothing; a launcher may",
                    device.display()
                ),
                None => "no TPM".to_owned(),
            },
            has(self.ccel, "the firmware's event log (CCEL)", "no firmware's event log (CCEL)"),
            match self.launches {
                None => "no launcher: nothing answers on its socket".to_owned(),
                Some(_) => {
                    let offers = [
                        (launches.bound, "EigenCompute's bound evidence"),
                        (launches.token, "a token of Google Confidential Space"),
                        (launches.evidence, "Confidential Space's raw evidence"),
                    ];
                    let names: Vec<&str> =
                        offers.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
                    match names.as_slice() {
                        [] => "a launcher that gives out nothing that the sidecar knows".to_owned(),
                        names => format!("a launcher that gives out {}", names.join(" and ")),
                    }
                }
            },
        ]
    }

    /// What the operator can say that the service runs on.
    pub(super) fn substrate(&self) -> &'static str {
        match (self.driver(), self.launches, self.is_google) {
            (_, Some(Launches { bound: true, .. }), _) => "eigencompute",
            (Some(Driver::Snp), _, true) => "gcp-snp",
            (Some(Driver::Tdx), _, true) => "gcp-tdx",
            (Some(Driver::Snp), _, false) => "sev-snp",
            (Some(Driver::Tdx), _, false) => "tdx",
            (None, Some(_), _) => "gcp-confidential-space",
            (None, None, true) => "gcp-none",
            (None, None, false) => "none",
        }
    }

    /// Whether there is hardware that could not be asked.
    pub(super) fn is_unasked(&self) -> bool {
        self.tsm.as_ref().is_err_and(|error| !error.is_absence())
    }

    /// The level to expect of this machine with what `init` wrote, before anything is signed, and
    /// what it shows.
    pub(super) fn expected(&self) -> (&'static str, &'static str) {
        let launches = self.launches.unwrap_or_default();
        if self.driver().is_some() {
            ("A3", "a real chip, and not which software runs on it.")
        } else if launches.anything() {
            (
                "A2",
                "what the cloud provider says. Where the launcher's evidence has a chip's report \
                 inside, the level is A3.",
            )
        } else if self.is_unasked() {
            ("A0", "nothing can be published as long as configfs-tsm gives no report.")
        } else {
            ("A0", "nothing can be published from this machine, and readers are told so.")
        }
    }
}

/// What the launcher at `socket` gives out; both kinds listen at the same place.
async fn launches(socket: &Path, audience: &str) -> Option<Launches> {
    let launcher = Launcher { socket, timeout: TIME };
    let d = Sha512::of(b"");
    let bound = launcher.bound_evidence(&d).await;
    if bound == Err(LauncherError::Refused) {
        return None;
    }
    let bound = bound.is_ok();
    let token = launcher.token(audience, TokenType::Pki, &d).await.is_ok();
    let evidence = launcher.evidence(&d).await.is_ok();
    Some(Launches { bound, token: token && !bound, evidence: evidence && !bound })
}

/// A text as a sentence.
fn sentence(text: &str) -> String {
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{text}{end}")
}

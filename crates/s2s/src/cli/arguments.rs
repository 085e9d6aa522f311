//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::plan::Service;
use silicon_to_source::requirements::LeastLevel;
use silicon_to_source::time::UnixTime;

use super::also::Also;
use super::fetch::Voice;
use super::spelling::{level, moment, pause};
use crate::wording::Language;

/// What the exit status says, in the help of every command that checks something.
const EXIT_STATUS: &str = "\
Exit status:
  0  every required check passed, warnings included
  1  a check failed, or --as-recorded gives another report than
     the recorded one
  2  the command line or an input cannot be read,
     or a file cannot be kept
  3  undecided, not published, or less than --require or
     --deny-warnings asks for";

/// What the exit status of `ask` says.
const ASK_STATUS: &str = "\
Exit status:
  0  the answer came sealed, and is printed
  1  a check failed and nothing was sent, or the answer
     does not open
  2  the command line or an input cannot be read
  3  less was shown than --require asks for, or the key changed:
     nothing was sent; or no sealed answer came";

/// What the exit status of `policy check` says.
const POLICY_STATUS: &str = "\
Exit status:
  0  evidence can be verified under the policy
  2  the policy cannot be read
  3  nothing is verified under it: it requires no check, or names
     no least level";

/// What the exit status of `watch` says.
const WATCH_STATUS: &str = "\
Exit status with --once:
  0  nothing got worse since the line before
  1  something got worse, or a check failed
  2  the command line or the log cannot be read,
     or a line cannot be kept";

/// What the exit status of `history` says.
const HISTORY_STATUS: &str = "\
Exit status:
  0  each line follows the one before
  1  a line does not follow, or the line of --expect is not there
  2  the log cannot be read";

/// The kinds of evidence, in the help of `verify`.
const KINDS: &str = "\
What is read:
  AMD         SEV-SNP report (bytes, hex or base64)
  Intel       TDX or SGX quote (bytes, hex or base64)
  NVIDIA      report of a GPU, or the tokens of NVIDIA's service about it
  Google      attestation of a virtual TPM, Confidential Space token
  AWS         Nitro document
  Azure       what a confidential VM's virtual TPM holds, with its quote
  Containers  evidence of Confidential Containers
  Apple       what a device's certificates say of it
  Services    a coordinator's attestation, a recorded exchange, ACI reports,
              and what Tinfoil, NEAR AI, dstack and EigenCompute publish
  Tokens      attestation tokens of services that are known, or whose key a
              policy names
  Builds      Sigstore bundle, GitHub's attestations, PEP 740, Google Cloud
              Build's provenance
  Launches    description of an SEV-SNP launch, as s2s launch-digest makes it";

/// Checks attestation evidence, from the chip maker's root key to a git commit
#[derive(Debug, Parser)]
#[command(name = "s2s", version, subcommand_required = true, after_help = EXIT_STATUS)]
pub(super) struct Arguments {
    /// Language of the sentences [LC_ALL, LC_MESSAGES or LANG]; this help is in English
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = Language::NAMES)]
    pub(super) language: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check evidence: files, or a service by its address
    ///
    /// The kind of evidence is recognised from its bytes, and the list stands below. For anything
    /// else s2s says what it found. A file that --bundle made stands for the files in it.
    ///
    /// With an address such as https://api.darkbloom.dev that service is asked for its evidence,
    /// with a number made for this check. Each host is named before it is asked, with what it
    /// learns. Nobody else is asked without --fetch all.
    #[command(after_help = EXIT_STATUS, after_long_help = format!("{KINDS}\n\n{EXIT_STATUS}"))]
    Verify(Verify),
    /// Check a service, and ask it something that only the checked machine can read
    ///
    /// The request is sealed to the key that the service's evidence names, in the sealed mode of
    /// Darkbloom's coordinator or, for Tinfoil, in the Encrypted HTTP Body Protocol. It is not sent
    /// where less is shown than --require asks for, where the evidence does not answer this check, or
    /// where the service names another key. Address, account, size and time of the request are not
    /// sealed. Both are implemented as published, and were not tried on the running services.
    ///
    /// Tinfoil's evidence answers no check and carries no date: --undated says that this is enough.
    #[command(after_help = ASK_STATUS)]
    Ask(super::ask::Ask),
    /// Ask services again and again, and tell what changed
    ///
    /// Each check appends one line to a log, in which each line names the one before by its hash.
    /// A line is printed when something changed: the software, a key, the firmware, the answer.
    #[command(after_help = WATCH_STATUS)]
    Watch(Watch),
    /// Read a log of `s2s watch`: whether its lines follow one another, and what changed
    #[command(after_help = HISTORY_STATUS)]
    History(History),
    /// Show, write and look through policies
    Policy {
        #[command(subcommand)]
        command: Policy,
    },
    /// Say what this program is, or check a release's signed record about it
    ///
    /// A program cannot vouch for itself: compare its digest, or check it with another program.
    About(super::about::About),
    /// Make one HTML file with the verifier and a bundle in it, to be read without a network
    ///
    /// Whoever opens it sees whether the report in the bundle is what its files give. The page
    /// comes with releases of s2s; other builds need it with --page.
    Audit(super::audit::Audit),
    /// Compute the launch measurement of an SEV-SNP guest from what it starts
    ///
    /// Prints the measurement, or with --json a description of the launch: given to `s2s verify`
    /// beside the firmware with --collateral, a report's measurement is compared with it.
    LaunchDigest(LaunchDigest),
    /// Check one Sigstore bundle for one artifact and one signer
    #[command(hide = true)]
    VerifyBundle(VerifyBundle),
    /// Show the keys that come with the verifier, with their dates
    Roots(Roots),
    /// Show who publishes what a measurement should be, who signs it, and how to hand it in
    References {
        /// Print them as JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a script that completes s2s in a shell
    ///
    /// For bash: s2s completions bash > ~/.local/share/bash-completion/completions/s2s
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder, which has to be there; pages that are there already stay
        folder: PathBuf,
    },
    /// Keep the files of a TUF repository, as the tuf-conformance suite asks
    #[command(hide = true)]
    Tuf(Tuf),
}

#[derive(Debug, Default, Args)]
pub(super) struct Verify {
    /// The evidence with what stands beside it, in any order, or the address of a service; -
    /// reads standard input
    #[arg(value_name = "FILE|URL", required = true)]
    pub(super) inputs: Vec<String>,
    /// Whom to ask [stapled for an address, none for a file]
    #[arg(long, value_name = "WHOM")]
    pub(super) fetch: Option<Fetch>,
    /// How the service answers [what its address is known for]
    #[arg(long, value_name = "WAY")]
    pub(super) service: Option<Answering>,
    /// Ask the hosts that --fetch all names without a question first
    #[arg(long)]
    pub(super) yes: bool,
    /// Ask the service for what it publishes beside its attestation, too; may be repeated
    ///
    /// Each document is checked by itself and told after the answer. It changes nothing in the answer.
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["json", "format", "quiet", "as_recorded"])]
    pub(super) also: Vec<Also>,
    /// Keep what was asked and answered in a new file, to check it again or to hand it on
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// Keep everything in one new file, with the report: FILE, or HOST-DATE.s2s.json in a folder
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(super) bundle: Option<PathBuf>,
    /// Make the report of such a file again, as it was recorded, in place of the one as of now
    #[arg(
        long,
        conflicts_with_all = [
            "fetch", "save", "bundle", "collateral", "at", "policy", "require", "deny_warnings",
            "artifact", "trusted_root", "firmware_root", "format",
        ]
    )]
    pub(super) as_recorded: bool,
    /// One more file beside the evidence (certificates, lists, logs); may be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) collateral: Vec<PathBuf>,
    /// Time to check for [now], such as 2026-02-01T00:00:00Z, or a date for its beginning in UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) at: Option<UnixTime>,
    /// A name from `s2s policy list`, or a policy file
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) policy: Option<String>,
    /// The least that the chain has to show: A0 to A5, or build [what the policy asks for]
    #[arg(long, value_name = "LEVEL", value_parser = level, required_if_eq("format", "vsa"))]
    pub(super) require: Option<LeastLevel>,
    /// Take a warning for an open answer
    #[arg(long)]
    pub(super) deny_warnings: bool,
    /// What a Sigstore bundle must be about: a file, or sha256: (sha512:) and hex digits
    #[arg(long, value_name = "FILE|DIGEST")]
    pub(super) artifact: Option<String>,
    /// Sigstore's keys (trusted_root.json) [those that come with s2s]
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_root: Option<PathBuf>,
    /// Google's root certificate for endorsements of firmware [none comes with s2s]
    #[arg(long, value_name = "FILE")]
    pub(super) firmware_root: Option<PathBuf>,
    /// Print the whole report as JSON: the same as --format json
    #[arg(long, conflicts_with_all = ["explain", "chain", "format"])]
    pub(super) json: bool,
    /// How to print the answer [text]
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<Format>,
    /// Print nothing: the exit status is the answer
    #[arg(short, long, conflicts_with_all = ["json", "format", "explain", "chain"])]
    pub(super) quiet: bool,
    /// Print the links of the chain before the answer
    #[arg(long)]
    pub(super) chain: bool,
    /// Print every finding before the answer, with the bytes it rests upon
    #[arg(long)]
    pub(super) explain: bool,
}

impl Verify {
    /// How the answer is printed.
    pub(super) fn format(&self) -> Format {
        let text = if self.json { Format::Json } else { Format::Text };
        self.format.unwrap_or(text)
    }

    /// Whether the check tells whom it asks.
    pub(super) const fn voice(&self) -> Voice {
        if self.quiet { Voice::Quiet } else { Voice::Told }
    }
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Sentences, for people
    Text,
    /// The whole report
    Json,
    /// An EAT Attestation Result (draft-ietf-rats-ear-04), which nobody signed
    Ear,
    /// A SLSA Verification Summary v1, which nobody signed; needs --require
    Vsa,
}

/// Whom to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Fetch {
    /// The service, and whoever serves what it leaves out
    All,
    /// The service alone: what it staples has to do
    Stapled,
    /// Nobody
    None,
}

/// How a service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Answering {
    /// By the contract for coordinators
    Contract,
    /// As Tinfoil's router does
    Tinfoil,
}

impl From<Answering> for Service {
    fn from(answering: Answering) -> Self {
        match answering {
            Answering::Contract => Self::Coordinator,
            Answering::Tinfoil => Self::Tinfoil,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// List the policies with their SHA-256
    List,
    /// Print a policy file, to read or to change
    Show {
        /// The name of the policy
        name: String,
    },
    /// Write a policy from evidence that passes: what it shows is asked for from now on
    ///
    /// The evidence is checked first, and again under the policy that is written. A report alone is
    /// refused: anybody can write one. Under `why` the file says why each value is asked for.
    #[command(after_help = EXIT_STATUS)]
    New(NewPolicy),
    /// Say what a policy does not ask, link by link: what would be accepted
    #[command(after_help = POLICY_STATUS)]
    Check {
        /// A name from `s2s policy list`, or a policy file
        #[arg(value_name = "NAME|FILE")]
        policy: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct NewPolicy {
    /// The evidence with what stands beside it, in any order, or a file that --bundle made
    #[arg(value_name = "FILE", required = true)]
    pub(super) inputs: Vec<PathBuf>,
    /// The policy to begin with [the one that comes with s2s for this kind of evidence]
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) policy: Option<String>,
    /// Time to check for [now], such as 2026-02-01T00:00:00Z, or a date for its beginning in UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) at: Option<UnixTime>,
    /// The name of the new policy
    #[arg(long, value_name = "NAME", default_value = "own")]
    pub(super) name: String,
    /// Keep the policy in a new file [standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Watch {
    /// The addresses of services
    #[arg(value_name = "URL", required = true)]
    pub(super) services: Vec<String>,
    /// The log, which is begun if it is not there
    #[arg(long, value_name = "FILE")]
    pub(super) log: PathBuf,
    /// How long to wait between two rounds, such as 30m; a minute at least
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = pause)]
    pub(super) every: Duration,
    /// Ask each service once, and say by the exit status whether something got worse
    #[arg(long)]
    pub(super) once: bool,
    /// A name from `s2s policy list`, or a policy file
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) policy: Option<String>,
    /// The least that the chain has to show: A0 to A5 [what the policy asks for]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(super) require: Option<LeastLevel>,
    /// Take a warning for an open answer
    #[arg(long)]
    pub(super) deny_warnings: bool,
    /// Whom to ask [stapled]; all needs --yes
    #[arg(long, value_name = "WHOM", requires_if("all", "yes"))]
    pub(super) fetch: Option<Fetch>,
    /// Ask the hosts that --fetch all names without a question first
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
pub(super) struct History {
    /// The log
    #[arg(value_name = "FILE")]
    pub(super) log: PathBuf,
    /// The hash of a line that you kept: whether the log still has that line
    #[arg(long, value_name = "HASH")]
    pub(super) expect: Option<Sha256>,
}

#[derive(Debug, Args)]
pub(super) struct Roots {
    /// Print them as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct LaunchDigest {
    /// The virtual firmware (OVMF)
    #[arg(long, value_name = "FILE")]
    pub(super) firmware: PathBuf,
    /// The kernel, when the firmware measures it
    #[arg(long, value_name = "FILE")]
    pub(super) kernel: Option<PathBuf>,
    /// The initial disk
    #[arg(long, value_name = "FILE", requires = "kernel")]
    pub(super) initrd: Option<PathBuf>,
    /// The kernel's command line
    #[arg(long, value_name = "TEXT", default_value = "", requires = "kernel")]
    pub(super) append: String,
    /// Number of processors
    #[arg(long, value_name = "N")]
    pub(super) processors: u32,
    /// Model of the processors, as QEMU calls it, such as EPYC-v4 or EPYC-Genoa
    #[arg(long, value_name = "NAME")]
    pub(super) processor_type: String,
    /// SEV_FEATURES of the guest, as hex
    #[arg(long, value_name = "HEX", default_value = "0x1")]
    pub(super) features: String,
    /// The machine monitor
    #[arg(long, value_name = "NAME", default_value = "qemu", value_parser = ["qemu", "ec2"])]
    pub(super) monitor: String,
    /// Print the description of the launch as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("signer").required(true).args(["certificate_identity", "key"]))]
pub(super) struct VerifyBundle {
    /// Use the keys of Sigstore's staging instance
    #[arg(long, conflicts_with = "trusted_root")]
    pub(super) staging: bool,
    /// The Sigstore bundle
    #[arg(long, value_name = "FILE")]
    pub(super) bundle: PathBuf,
    /// The identity the certificate must name, exactly
    #[arg(long, value_name = "ID", requires = "certificate_oidc_issuer")]
    pub(super) certificate_identity: Option<String>,
    /// The OIDC issuer the certificate must name, exactly
    #[arg(long, value_name = "URL", requires = "certificate_identity", conflicts_with = "key")]
    pub(super) certificate_oidc_issuer: Option<String>,
    /// A public key that must have signed, instead of a certificate
    #[arg(long, value_name = "PEM")]
    pub(super) key: Option<PathBuf>,
    /// Sigstore's keys (trusted_root.json) [those that come with s2s]
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_root: Option<PathBuf>,
    /// The artifact, or its digest as sha256: and 64 hex digits
    #[arg(value_name = "FILE_OR_DIGEST")]
    pub(super) artifact: String,
}

#[derive(Debug, Args)]
pub(super) struct Tuf {
    /// Where the files in force are kept
    #[arg(long, value_name = "DIR")]
    pub(super) metadata_dir: PathBuf,
    /// The repository's metadata (http)
    #[arg(long, value_name = "URL")]
    pub(super) metadata_url: Option<String>,
    /// The repository's targets (http)
    #[arg(long, value_name = "URL")]
    pub(super) target_base_url: Option<String>,
    /// A target to download; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(super) target_name: Vec<String>,
    /// Where downloaded targets go
    #[arg(long, value_name = "DIR")]
    pub(super) target_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(super) command: TufCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum TufCommand {
    /// Begin with this root
    Init {
        /// The root
        root: PathBuf,
    },
    /// Bring the metadata up to date
    Refresh,
    /// Bring the metadata up to date and download targets
    Download,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}

//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

use silicon_to_source::requirements::LeastLevel;
use silicon_to_source::time::UnixTime;

use super::spelling::{level, moment};
use crate::wording::Language;

/// Checks attestation evidence, from the chip maker's root key to a git commit.
///
/// Exit status:
///   0  every required check passed, warnings included
///   1  a check failed, or --as-recorded gives another report than the recorded one
///   2  the command line or an input cannot be read
///   3  undecided, not published, or less than --require or --deny-warnings asks for
#[derive(Debug, Parser)]
#[command(name = "s2s", version, verbatim_doc_comment, subcommand_required = true)]
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
    /// Check evidence and show the chain, link by link
    ///
    /// The kind of evidence is recognised from its bytes: a processor's report or quote
    /// (AMD SEV-SNP, Intel TDX and SGX), a virtual TPM's, an AWS Nitro document, a GPU's
    /// report, an attestation token, what Tinfoil, dstack, NEAR AI, EigenCompute and Azure
    /// publish, a signed build record, a coordinator's attestation, or a saved exchange.
    /// For anything else s2s says what it expected and what it found. A file that --bundle made
    /// stands for the files in it.
    ///
    /// With an address such as https://api.darkbloom.dev that service is asked for its
    /// evidence, with a number made for this check. Each host is named before it is
    /// asked, with what it learns. Nobody else is asked without --fetch all.
    #[command(verbatim_doc_comment)]
    Verify(Verify),
    /// Show the policies that come with the verifier
    Policy {
        #[command(subcommand)]
        command: Policy,
    },
    /// Make one HTML file with the verifier and a bundle in it, to be read without a network
    ///
    /// Whoever opens it sees whether the report in the bundle is what its files give. The page
    /// comes with releases of s2s; other builds need it with --page.
    Audit(super::audit::Audit),
    /// Compute the launch measurement of an SEV-SNP guest from what it starts
    ///
    /// Prints the measurement, or with --json a description of the launch: given to
    /// `s2s verify` beside the firmware with --collateral, a report's measurement is
    /// compared with it.
    #[command(verbatim_doc_comment)]
    LaunchDigest(LaunchDigest),
    /// Check one Sigstore bundle for one artifact and one signer
    #[command(hide = true)]
    VerifyBundle(VerifyBundle),
    /// Show the keys that come with the verifier, with their dates
    Roots,
    /// Keep the files of a TUF repository, as the tuf-conformance suite asks
    #[command(hide = true)]
    Tuf(Tuf),
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The evidence with what stands beside it, in any order, or the address of a service; -
    /// reads standard input
    #[arg(value_name = "FILE|URL", required = true)]
    pub(super) inputs: Vec<String>,
    /// Whom to ask [stapled for an address, none for a file]
    #[arg(long, value_name = "WHOM")]
    pub(super) fetch: Option<Fetch>,
    /// Ask the hosts that --fetch all names without a question first
    #[arg(long)]
    pub(super) yes: bool,
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
            "artifact", "trusted_root", "firmware_root",
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
    #[arg(long, value_name = "LEVEL", value_parser = level)]
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
    /// Print the whole report as JSON
    #[arg(long, conflicts_with_all = ["explain", "chain"])]
    pub(super) json: bool,
    /// Print the links of the chain before the answer
    #[arg(long)]
    pub(super) chain: bool,
    /// Print every finding before the answer, with the bytes it rests upon
    #[arg(long)]
    pub(super) explain: bool,
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

#[derive(Debug, Subcommand)]
pub(super) enum Policy {
    /// List the policies with their SHA-256
    List,
    /// Print a policy file, to read or to change
    Show {
        /// The name of the policy
        name: String,
    },
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

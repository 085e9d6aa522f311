//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};

use crate::time::UnixTime;

/// Checks attestation evidence, from the chip maker's root key to a git commit.
///
/// Exit status:
///   0  every required check passed, warnings included
///   1  a check failed
///   2  the command line or an input cannot be read
///   3  undecided or not published
#[derive(Debug, Parser)]
#[command(name = "s2s", version, verbatim_doc_comment, subcommand_required = true)]
pub(super) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check evidence and show the chain, link by link
    ///
    /// The kind of evidence is recognised from its bytes: a Tinfoil attestation bundle,
    /// an AMD SEV-SNP report or a Sigstore bundle. Nothing is fetched.
    #[command(verbatim_doc_comment)]
    Verify(Verify),
    /// Show the policies that come with the verifier
    Policy {
        #[command(subcommand)]
        command: Policy,
    },
    /// Check one Sigstore bundle for one artifact and one signer
    VerifyBundle(VerifyBundle),
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The evidence; - reads standard input
    pub(super) file: PathBuf,
    /// VCEK, VLEK, ASK, ARK or CRL, in PEM or DER; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) collateral: Vec<PathBuf>,
    /// Time to check for [now], such as 2026-02-01T00:00:00Z
    #[arg(long, value_name = "RFC3339")]
    pub(super) at: Option<UnixTime>,
    /// A name from `s2s policy list`, or a policy file
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) policy: Option<String>,
    /// What a Sigstore bundle must be about: a file, or sha256: (sha512:) and hex digits
    #[arg(long, value_name = "FILE|DIGEST")]
    pub(super) artifact: Option<String>,
    /// Sigstore's keys (trusted_root.json) [those that come with s2s]
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_root: Option<PathBuf>,
    /// Print the whole report as JSON
    #[arg(long, conflicts_with = "explain")]
    pub(super) json: bool,
    /// Print every finding, with the bytes it rests upon
    #[arg(long)]
    pub(super) explain: bool,
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }
}

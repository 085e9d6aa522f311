//! A part of a file beside evidence, with what it is and what became of it.

use std::cell::RefCell;

use crate::file::Origin;
use crate::report::Became;

/// What a file, or a part of one, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Evidence other than the evidence that is examined.
    OtherEvidence,
    /// A certificate of AMD's: of a chip, or an authority above it.
    AmdCertificate,
    /// A revocation list of AMD's.
    AmdCrl,
    /// A certificate of Intel's.
    IntelCertificate,
    /// A revocation list of Intel's.
    IntelCrl,
    /// Intel's TCB info, QE identity, or an object that holds several parts of the collateral.
    IntelCollateral,
    /// A certificate of Google's virtual TPMs.
    GoogleCertificate,
    /// A revocation list of Google's.
    GoogleCrl,
    /// Google's endorsement of firmware.
    GoogleEndorsement,
    /// A certificate of nobody who is known by name.
    Certificate,
    /// A revocation list of nobody who is known by name.
    Crl,
    /// NVIDIA's reference values for a device.
    GpuReference,
    /// An answer of an OCSP service.
    OcspAnswer,
    /// A list of token keys, or a public key in PEM.
    KeyList,
    /// The firmware's event log (TCG).
    FirmwareLog,
    /// A launcher's event log (TCG canonical event log).
    LauncherLog,
    /// dstack's event log.
    DstackLog,
    /// What dstack's agent says about a guest.
    DstackInfo,
    /// An app-compose file.
    AppCompose,
    /// An image's manifest or index.
    ImageDocument,
    /// A Sigstore bundle.
    SigstoreBundle,
    /// Build provenance by Google Cloud Build.
    CloudBuild,
    /// An object of git's.
    GitObject,
    /// An answer of GitHub's.
    GithubAnswer,
    /// Metadata of The Update Framework.
    TufMetadata,
    /// Sigstore's key list.
    TrustedRoot,
    /// A manifest of Contrast.
    ContrastManifest,
    /// A description of a launch.
    LaunchDescription,
    /// A firmware image.
    Firmware,
    /// An answer of Rekor's.
    RekorAnswer,
    /// A recorded answer of an RPC provider.
    RegistryAnswer,
    /// A receipt of an ACI service.
    AciReceipt,
    /// A session of an ACI service.
    AciSession,
    /// NEAR AI's signature over a request and its response.
    NearSignature,
    /// A report of this verifier's own.
    OwnReport,
    /// A policy file of this verifier's own.
    OwnPolicy,
    /// Nothing that is known.
    Unknown,
}

impl Role {
    /// The stable word for JSON and wording.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::OtherEvidence => "other-evidence",
            Self::AmdCertificate => "amd-certificate",
            Self::AmdCrl => "amd-crl",
            Self::IntelCertificate => "intel-certificate",
            Self::IntelCrl => "intel-crl",
            Self::IntelCollateral => "intel-collateral",
            Self::GoogleCertificate => "google-certificate",
            Self::GoogleCrl => "google-crl",
            Self::GoogleEndorsement => "google-endorsement",
            Self::Certificate => "certificate",
            Self::Crl => "crl",
            Self::GpuReference => "gpu-reference",
            Self::OcspAnswer => "ocsp-answer",
            Self::KeyList => "key-list",
            Self::FirmwareLog => "firmware-log",
            Self::LauncherLog => "launcher-log",
            Self::DstackLog => "dstack-log",
            Self::DstackInfo => "dstack-info",
            Self::AppCompose => "app-compose",
            Self::ImageDocument => "image-document",
            Self::SigstoreBundle => "sigstore-bundle",
            Self::CloudBuild => "cloud-build",
            Self::GitObject => "git-object",
            Self::GithubAnswer => "github-answer",
            Self::TufMetadata => "tuf-metadata",
            Self::TrustedRoot => "trusted-root",
            Self::ContrastManifest => "contrast-manifest",
            Self::LaunchDescription => "launch-description",
            Self::Firmware => "firmware",
            Self::RekorAnswer => "rekor-answer",
            Self::RegistryAnswer => "registry-answer",
            Self::AciReceipt => "aci-receipt",
            Self::AciSession => "aci-session",
            Self::NearSignature => "near-signature",
            Self::OwnReport => "own-report",
            Self::OwnPolicy => "own-policy",
            Self::Unknown => "unknown",
        }
    }
}

/// A part of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'s> {
    /// What it is.
    pub(crate) role: Role,
    /// Its bytes: DER where the file was PEM, the inside where the file was compressed.
    pub(crate) bytes: &'s [u8],
    /// How its file came here.
    pub(crate) origin: &'s Origin,
    /// The name of its file.
    pub(crate) name: &'s str,
    /// What became of its file; a piece of the evidence itself has none.
    pub(crate) became: Option<&'s RefCell<Became>>,
}

impl<'s> Piece<'s> {
    /// A piece of the evidence itself, which its service put there, called `name`.
    pub(crate) const fn inside(role: Role, name: &'s str, bytes: &'s [u8]) -> Self {
        const HANDED_IN: &Origin = &Origin::HandedIn;
        Self { role, bytes, origin: HANDED_IN, name, became: None }
    }

    /// Whether it came beside the evidence, as a file.
    pub(crate) const fn is_beside(&self) -> bool {
        self.became.is_some()
    }

    /// Notes that the examination used the piece.
    pub(crate) fn used(&self) {
        if let Some(became) = self.became {
            became.replace(Became::Used);
        }
    }

    /// Notes that the piece cannot be read as what it seems to be; a finding says more. A file of
    /// which another piece was used stays used.
    pub(crate) fn unreadable(&self) {
        if let Some(became) = self.became.filter(|became| *became.borrow() != Became::Used) {
            became.replace(Became::Unreadable);
        }
    }
}

/// Those of `pieces` that have any of `roles`, in their order.
pub(crate) fn of<'s>(pieces: &[Piece<'s>], roles: &[Role]) -> Vec<Piece<'s>> {
    pieces.iter().filter(|piece| roles.contains(&piece.role)).copied().collect()
}

//! The arbiter: the whole procedure of sigstore-verify, asked as one question.

use jiff::Timestamp;
use sigstore_types::{Artifact as LibraryArtifact, ArtifactDigest, HashAlgorithm, Sha256Hash};
use sigstore_verify::{
    CertificateError, Error, TimestampError, TransparencyLogError, VerificationPolicy,
};

use super::content::Artifact;
use super::root::TrustedRoot;
use crate::endorsements::sigstore::{Bundle, Content, Statement};
use crate::finding::{Finding, Why, checks};

/// sigstore-verify accepts the bundle, with logs and certificate log required, and rests on
/// exactly the moments `times`.
///
/// It reads the computer's clock to refuse moments in the future, also when a report is made for
/// another `now`: then it may refuse more than the separate steps do, and never less. Who signed
/// is not asked here; that is the policy's question.
pub(super) fn examine(
    bundle: &Bundle,
    root: &TrustedRoot,
    artifact: Option<Artifact<'_>>,
    statement: Option<&Statement>,
    times: &[Timestamp],
) -> Finding {
    let check = &checks::SIGSTORE_LIBRARY;
    let Some(artifact) = library_artifact(bundle, artifact, statement) else {
        return match bundle.content() {
            Content::Envelope { .. } => Finding::blocked(check, &checks::PROVENANCE_STATEMENT),
            Content::Message { .. } => Finding::unknown(check, Why::NotFetched),
        };
    };
    let policy = VerificationPolicy::any_identity();
    match root.library().verify(artifact, bundle.parts(), &policy) {
        Ok(result) => {
            let mut verified = result.verified_timestamps().to_vec();
            verified.sort_unstable();
            verified.dedup();
            let agrees = verified == times
                && result.certificate_verified()
                && result.sct_verified()
                && result.tlog_verified();
            Finding::test(check, agrees, "disagrees")
        }
        Err(error) => {
            let finding = Finding::fail(check, word(&error));
            if tells_clock(&error) { finding } else { finding.actual(error.to_string().as_str()) }
        }
    }
}

fn library_artifact<'a>(
    bundle: &Bundle,
    artifact: Option<Artifact<'a>>,
    statement: Option<&Statement>,
) -> Option<LibraryArtifact<'a>> {
    match (artifact, bundle.content()) {
        (Some(given), _) => self::artifact(given),
        (None, Content::Message { digest }) => {
            let digest = digest?;
            ArtifactDigest::new(digest.algorithm, digest.digest).ok().map(Into::into)
        }
        (None, Content::Envelope { .. }) => {
            let subjects = statement?.subjects();
            let sha256 = subjects.iter().find_map(|s| s.sha256().map(Artifact::Sha256));
            let sha512 = || subjects.iter().find_map(|s| s.sha512().map(Artifact::Sha512));
            sha256.or_else(sha512).and_then(self::artifact)
        }
    }
}

/// The artifact in the library's own type.
pub(super) fn artifact(artifact: Artifact<'_>) -> Option<LibraryArtifact<'_>> {
    match artifact {
        Artifact::Bytes(bytes) => Some(LibraryArtifact::Blob(bytes)),
        Artifact::Sha256(digest) => Some(Sha256Hash::new(digest.0).into()),
        Artifact::Sha512(digest) => {
            let digest = ArtifactDigest::new(HashAlgorithm::Sha2512, &digest.0[..]);
            digest.ok().map(Into::into)
        }
    }
}

/// Whether the error's text names the computer's time, which a report must not depend upon.
const fn tells_clock(error: &Error) -> bool {
    matches!(error, Error::TransparencyLog(TransparencyLogError::IntegratedTime(_)))
}

/// The category of the library's error.
pub(super) const fn word(error: &Error) -> &'static str {
    match error {
        Error::IdentityMismatch { .. } => "identity",
        Error::IssuerMismatch { .. } => "issuer",
        Error::SignatureInvalid(_) => "signature",
        Error::ArtifactMismatch(_) => "artifact",
        Error::UnsupportedArtifact(_) => "artifact-unsupported",
        Error::Certificate(CertificateError::Sct(_)) => "sct",
        Error::Certificate(
            CertificateError::NotYetValid { .. } | CertificateError::Expired { .. },
        ) => "certificate-validity",
        Error::Certificate(_) => "certificate-chain",
        Error::TransparencyLog(TransparencyLogError::UnknownLog { .. }) => "unknown-log",
        Error::TransparencyLog(TransparencyLogError::InclusionProof(_)) => "inclusion",
        Error::TransparencyLog(TransparencyLogError::Checkpoint(_)) => "checkpoint",
        Error::TransparencyLog(TransparencyLogError::InclusionPromise(_)) => "promise",
        Error::TransparencyLog(TransparencyLogError::IntegratedTime(_)) => "log-time",
        Error::TransparencyLog(_) => "log-entry",
        Error::Timestamp(TimestampError::NoVerifiedTimestamp(_)) => "time",
        Error::Timestamp(_) => "timestamp",
        Error::UnsupportedBundle(_) => "bundle-unsupported",
        Error::InvalidBundle(_) | Error::Bundle(_) => "bundle",
        Error::InvalidTrustRoot(_) | Error::TrustRoot(_) | Error::TrustedCertificate(_) => {
            "trusted-root"
        }
        _ => "other",
    }
}

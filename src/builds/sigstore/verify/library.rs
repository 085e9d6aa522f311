//! The arbiter: the whole procedure of sigstore-verify, asked as one question.

use jiff::Timestamp;
use sigstore_types::{Artifact as LibraryArtifact, ArtifactDigest, HashAlgorithm, Sha256Hash};
use sigstore_verify::{
    CertificateError, Error, Policy, PublicKeyVerificationPolicy, TimestampError,
    TransparencyLogError, VerificationPolicy,
};

use super::content::Artifact;
use super::root::TrustedRoot;
use super::sct;
use super::signer::{Identity, ManagedKey, Signer};
use crate::builds::sigstore::checks;
use crate::builds::sigstore::parse::{Bundle, Content, Statement};
use crate::finding::{Check, Finding, Why};
use crate::sorted::Sorted as _;

/// sigstore-verify accepts the bundle, with each log required that the root has keys for or the
/// bundle has something of, and rests on exactly the moments `times`.
///
/// It reads the computer's clock to refuse moments in the future, also when a report is made for
/// another `now`: then it may refuse more than the separate steps do, and never less. Who signed
/// is not asked here; that is the policy's question. When a signer of the bundle's is `absent` from
/// the root, a refusal says nothing more than that.
pub(super) fn examine(
    bundle: &Bundle,
    root: &TrustedRoot,
    signer: &Signer,
    artifact: Option<Artifact<'_>>,
    statement: Option<&Statement>,
    times: &[Timestamp],
    absent: Option<&'static Check>,
) -> Finding {
    let check = &checks::SIGSTORE_LIBRARY;
    if bundle.is_managed_key() && signer.identity.is_none() {
        return Finding::blocked(check, signer.blame);
    }
    let Some(artifact) = library_artifact(bundle, artifact, statement) else {
        return match bundle.content() {
            Content::Envelope { .. } => Finding::blocked(check, &checks::PROVENANCE_STATEMENT),
            Content::Message { .. } => Finding::unknown(check, Why::NotFetched),
        };
    };
    let logged = root.keeps_log() || bundle.log_entries().len() > 0;
    let (policy, certified, timestamped): (Box<dyn Policy>, bool, bool) = match &signer.identity {
        Some(Identity::Key(key)) => (Box::new(key_policy(key, logged)), false, false),
        _ => {
            let present = bundle.certificate().is_some_and(sct::is_present);
            let sct = root.keeps_certificate_log() || present;
            (Box::new(certificate_policy(logged, sct)), true, sct)
        }
    };
    match root.library().verify(artifact, bundle.parts(), policy.as_ref()) {
        Ok(result) => {
            let mut verified = result.verified_timestamps().to_vec();
            verified.sorted_once();
            let agrees = verified == times
                && result.certificate_verified() == certified
                && result.sct_verified() == timestamped
                && result.tlog_verified() == logged;
            Finding::test(check, agrees, "disagrees")
        }
        Err(error) => {
            if let Some(absent) = absent {
                return Finding::blocked(check, absent);
            }
            let finding = Finding::fail(check, word(&error));
            if tells_clock(&error) { finding } else { finding.actual(error.to_string().as_str()) }
        }
    }
}

fn certificate_policy(logged: bool, timestamped: bool) -> VerificationPolicy {
    let policy = VerificationPolicy::any_identity();
    let policy = if logged { policy } else { policy.skip_tlog_unsafe() };
    if timestamped { policy } else { policy.skip_sct() }
}

fn key_policy(key: &ManagedKey, logged: bool) -> PublicKeyVerificationPolicy {
    let policy = PublicKeyVerificationPolicy::new(key.0.clone());
    if logged { policy } else { policy.skip_tlog_unsafe() }
}

fn library_artifact<'a>(
    bundle: &Bundle,
    artifact: Option<Artifact<'a>>,
    statement: Option<&Statement>,
) -> Option<LibraryArtifact<'a>> {
    match (artifact, bundle.content()) {
        (Some(Artifact::Digests(sha256, sha512)), Content::Message { digest }) => {
            let by_sha512 = digest.is_some_and(|d| d.algorithm == HashAlgorithm::Sha2512);
            self::artifact(if by_sha512 {
                Artifact::Sha512(sha512)
            } else {
                Artifact::Sha256(sha256)
            })
        }
        (Some(Artifact::Digests(sha256, sha512)), Content::Envelope { .. }) => {
            let listed = statement?.subjects().iter().any(|s| s.sha256() == Some(sha256));
            self::artifact(if listed { Artifact::Sha256(sha256) } else { Artifact::Sha512(sha512) })
        }
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
fn artifact(artifact: Artifact<'_>) -> Option<LibraryArtifact<'_>> {
    match artifact {
        Artifact::Bytes(bytes) => Some(LibraryArtifact::Blob(bytes)),
        Artifact::Sha256(digest) | Artifact::Digests(digest, _) => {
            Some(Sha256Hash::new(digest.0).into())
        }
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
const fn word(error: &Error) -> &'static str {
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

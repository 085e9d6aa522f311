//! Step 1.7: the signature, the statement under it, and the artifact they are about.

use std::borrow::Cow;

use sigstore_crypto::{KeyAlgorithm, verify_signature, verify_signature_prehashed};
use sigstore_types::{DerPublicKey, HashAlgorithm, SignatureBytes, pae};

use crate::builds::sigstore::checks;
use crate::builds::sigstore::parse::{
    Bundle, Content, MessageDigest, PAYLOAD_TYPE, Statement, Subject,
};
use crate::crypto::Hash;
use crate::digest::{Sha256, Sha512};
use crate::error::Error;
use crate::finding::{Finding, Value, Why};

/// The thing that a signature is expected to be about.
#[derive(Clone, Copy, Debug)]
pub enum Artifact<'a> {
    /// Its bytes.
    Bytes(&'a [u8]),
    /// Its SHA-256 digest.
    Sha256(Sha256),
    /// Its SHA-512 digest.
    Sha512(Sha512),
    /// Both digests.
    Digests(Sha256, Sha512),
}

impl Artifact<'_> {
    /// The artifact's digest, where it can be known.
    pub(super) fn digest(&self, algorithm: HashAlgorithm) -> Option<Vec<u8>> {
        match (self, algorithm) {
            (Self::Bytes(bytes), HashAlgorithm::Sha2256) => Some(Hash::Sha256.digest(bytes)),
            (Self::Bytes(bytes), HashAlgorithm::Sha2384) => Some(Hash::Sha384.digest(bytes)),
            (Self::Bytes(bytes), HashAlgorithm::Sha2512) => Some(Hash::Sha512.digest(bytes)),
            (Self::Sha256(digest), HashAlgorithm::Sha2256) => Some(digest.0.to_vec()),
            (Self::Sha512(digest), HashAlgorithm::Sha2512) => Some(digest.0.to_vec()),
            (Self::Digests(digest, _), HashAlgorithm::Sha2256) => Some(digest.0.to_vec()),
            (Self::Digests(_, digest), HashAlgorithm::Sha2512) => Some(digest.0.to_vec()),
            _ => None,
        }
    }
}

/// The digests of the signed message: the bundle's own hint, then those of the artifact.
pub(super) struct Digests<'a> {
    hint: Option<MessageDigest<'a>>,
    artifact: Option<Artifact<'a>>,
}

impl<'a> Digests<'a> {
    pub(super) fn new(bundle: &'a Bundle, artifact: Option<Artifact<'a>>) -> Self {
        let hint = match bundle.content() {
            Content::Message { digest } => digest,
            Content::Envelope { .. } => None,
        };
        Self { hint, artifact }
    }

    pub(super) fn get(&self, algorithm: HashAlgorithm) -> Option<Cow<'a, [u8]>> {
        match self.hint {
            Some(hint) if hint.algorithm == algorithm => Some(Cow::Borrowed(hint.digest)),
            _ => self.artifact?.digest(algorithm).map(Cow::Owned),
        }
    }
}

/// The signer's key (`SubjectPublicKeyInfo`, DER) signed the content.
pub(super) fn signature(bundle: &Bundle, key: &[u8], digests: &Digests<'_>) -> Finding {
    let check = &checks::SIGSTORE_SIGNATURE;
    let key = DerPublicKey::from_bytes(key);
    let Ok(algorithm) = KeyAlgorithm::from_spki(&key) else {
        return Finding::fail(check, "key-kind");
    };
    let signature = SignatureBytes::from_bytes(bundle.signature());
    let scheme = match digests.hint {
        Some(hint) => match algorithm.resolve_signing_scheme(hint.algorithm) {
            Ok(scheme) => scheme,
            Err(_) => return Finding::fail(check, "algorithm"),
        },
        None => algorithm.default_signing_scheme(),
    };
    let verified = match (bundle.content(), scheme.hash_algorithm(), digests.artifact) {
        (Content::Envelope { payload_type, payload }, _, _) => {
            verify_signature(&key, &pae(payload_type, payload), &signature, scheme)
        }
        (Content::Message { .. }, Some(hash), _) => match digests.get(hash) {
            Some(digest) => verify_signature_prehashed(&key, &digest, &signature, scheme),
            None => return Finding::unknown(check, Why::NotFetched),
        },
        (Content::Message { .. }, None, Some(Artifact::Bytes(bytes))) => {
            verify_signature(&key, bytes, &signature, scheme)
        }
        _ => return Finding::unknown(check, Why::NotFetched),
    };
    Finding::test(check, verified.is_ok(), "bad-signature").actual(scheme.name())
}

/// The signed payload is one in-toto statement. `parsed` is the outcome of reading the payload;
/// it counts only when the signature over those bytes verified.
pub(super) fn statement(
    bundle: &Bundle,
    parsed: Option<&Result<Statement, Error>>,
    signature: &Finding,
) -> Finding {
    let check = &checks::PROVENANCE_STATEMENT;
    let Content::Envelope { payload_type, .. } = bundle.content() else {
        return Finding::unknown(check, Why::NotApplicable);
    };
    if !signature.passed() {
        return Finding::blocked(check, signature.check);
    }
    if payload_type != PAYLOAD_TYPE {
        return Finding::fail(check, "payload-type").expected(PAYLOAD_TYPE).actual(payload_type);
    }
    match parsed {
        Some(Ok(statement)) => Finding::pass(check).actual(statement.predicate_type()),
        Some(Err(error)) => {
            let finding = Finding::fail(check, error.code()).actual(error.to_string().as_str());
            match error.span() {
                Some(span) => finding.within("dsse-payload", span),
                None => finding,
            }
        }
        None => Finding::blocked(check, signature.check),
    }
}

/// The artifact is the one that was signed, or is among the statement's subjects.
pub(super) fn subject(
    bundle: &Bundle,
    parsed: Option<&Statement>,
    artifact: Option<Artifact<'_>>,
    signature: &Finding,
    statement: &Finding,
) -> Finding {
    let check = &checks::SIGSTORE_SUBJECT;
    if !signature.passed() {
        return Finding::blocked(check, signature.check);
    }
    match (bundle.content(), parsed) {
        (Content::Message { digest }, _) => message_subject(digest, artifact),
        (Content::Envelope { .. }, Some(parsed)) if statement.passed() => {
            statement_subject(parsed, artifact)
        }
        _ => Finding::blocked(check, statement.check),
    }
}

fn message_subject(hint: Option<MessageDigest<'_>>, artifact: Option<Artifact<'_>>) -> Finding {
    let check = &checks::SIGSTORE_SUBJECT;
    match (hint, artifact) {
        // The signature itself was verified over the artifact.
        (None, _) => Finding::pass(check),
        (Some(hint), None) => {
            Finding::unknown(check, Why::NotFetched).actual(Value::hex(hint.digest))
        }
        (Some(hint), Some(artifact)) => match artifact.digest(hint.algorithm) {
            Some(digest) => Finding::equal(check, &digest, hint.digest),
            None => Finding::no_reference(check).actual(Value::hex(hint.digest)),
        },
    }
}

fn statement_subject(statement: &Statement, artifact: Option<Artifact<'_>>) -> Finding {
    let check = &checks::SIGSTORE_SUBJECT;
    let subjects = statement.subjects();
    let Some(artifact) = artifact else {
        return Finding::unknown(check, Why::NotFetched).actual(digests(statement).as_str());
    };
    let sha256 = artifact.digest(HashAlgorithm::Sha2256);
    let sha512 = artifact.digest(HashAlgorithm::Sha2512);
    let expected = sha256.as_ref().or(sha512.as_ref()).map(Value::hex);
    let same = |digest: Option<&[u8]>, wanted: Option<&Vec<u8>>| {
        digest.is_some() && digest == wanted.map(Vec::as_slice)
    };
    let found = subjects.iter().find(|subject| {
        same(subject.sha256().as_ref().map(Sha256::as_bytes), sha256.as_ref())
            || same(subject.sha512().as_ref().map(Sha512::as_bytes), sha512.as_ref())
    });
    // A subject that is named by other digests than the artifact's is compared with nothing.
    let is_comparable = |subject: &Subject| {
        (subject.sha256().is_some() && sha256.is_some())
            || (subject.sha512().is_some() && sha512.is_some())
    };
    let mut files = subjects.iter().filter(|s| s.sha256().is_some() || s.sha512().is_some());
    let compared = files.clone().next().is_some() && files.all(is_comparable);
    let mut finding = match found {
        Some(_) => Finding::pass(check),
        None if compared => Finding::fail(check, "not-listed"),
        None => Finding::no_reference(check),
    };
    finding.actual = match (found, &expected) {
        (Some(_), Some(expected)) => Some(expected.clone()),
        _ => Some(Value::text(digests(statement))),
    };
    finding.expected = expected;
    finding
}

/// The subjects' digests for showing: the first eight, and how many more there are.
fn digests(statement: &Statement) -> String {
    const SHOWN: usize = 8;
    let subjects = statement.subjects();
    let mut texts: Vec<String> = subjects
        .iter()
        .take(SHOWN)
        .map(|subject| {
            let digest = ["sha256", "sha512"].iter().find_map(|name| subject.digest(name));
            digest.unwrap_or(subject.name()).to_owned()
        })
        .collect();
    if let Some(more) = subjects.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        texts.push(format!("{more} more"));
    }
    texts.join(", ")
}

//! Step 1.5, body consistency: the logged entry is about this signature, this key and this
//! content (against CVE-2022-36056 and its kind).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sigstore_rekor::body::RekorEntryBody;
use sigstore_types::{
    DerCertificate, DerPublicKey, HashAlgorithm, KindVersion, PemContent, TransparencyLogEntry, pae,
};

use super::content::Digests;
use super::signer::Identity;
use crate::builds::sigstore::checks;
use crate::builds::sigstore::parse::{Bundle, Content};
use crate::digest::Sha256;
use crate::finding::{Finding, Value, Why};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    api_version: String,
    kind: String,
}

/// The entry's body says the same as the bundle.
pub(super) fn examine(
    entry: &TransparencyLogEntry,
    bundle: &Bundle,
    signer: &Identity,
    digests: &Digests<'_>,
    host: Option<&str>,
) -> Finding {
    let check = &checks::SIGSTORE_LOG_ENTRY;
    let kind = entry.kind_version;
    let finding = match consistent(entry, bundle, signer, digests) {
        Ok(()) => Finding::pass(check),
        Err(Flaw::Differs(reason)) => Finding::fail(check, reason),
        Err(Flaw::NoDigest) => Finding::unknown(check, Why::NotFetched),
    };
    let shown = format!(
        "{} {}, index {}, {}",
        kind.kind(),
        kind.version(),
        entry.log_index.get(),
        host.unwrap_or("unknown log")
    );
    finding.actual(Value::text(shown)).at(
        "rekor-body",
        0,
        entry.canonicalized_body.as_bytes().len(),
    )
}

enum Flaw {
    Differs(&'static str),
    NoDigest,
}

impl From<&'static str> for Flaw {
    fn from(reason: &'static str) -> Self {
        Self::Differs(reason)
    }
}

const MALFORMED: &str = "malformed";

fn consistent(
    entry: &TransparencyLogEntry,
    bundle: &Bundle,
    signer: &Identity,
    digests: &Digests<'_>,
) -> Result<(), Flaw> {
    let bytes = entry.canonicalized_body.as_bytes();
    let said: Kind = crate::json::from_slice("Rekor entry body", bytes).map_err(|_| MALFORMED)?;
    if said.kind != entry.kind_version.kind() || said.api_version != entry.kind_version.version() {
        return Err("kind".into());
    }
    let body = RekorEntryBody::parse(&entry.canonicalized_body, entry.kind_version)
        .map_err(|_| MALFORMED)?;
    let content = bundle.content();
    let logged = match (&content, entry.kind_version) {
        (Content::Message { .. }, KindVersion::HashedRekordV001)
        | (_, KindVersion::HashedRekordV002) => hashed_record(&body, &content, digests)?,
        (Content::Envelope { payload, .. }, KindVersion::DsseV001) => envelope(&body, payload)?,
        (Content::Envelope { payload_type, payload }, KindVersion::IntotoV002) => {
            statement(&body, payload_type, payload)?
        }
        _ => return Err("kind".into()),
    };
    if logged.signature != bundle.signature() {
        return Err("signature".into());
    }
    logged.verifier.is(signer).map_err(Flaw::Differs)
}

/// What every kind of body has.
struct Logged {
    signature: Vec<u8>,
    verifier: Verifier,
}

/// Whose signature was logged.
enum Verifier {
    Certificate(DerCertificate),
    Key(DerPublicKey),
    Unreadable,
}

impl Verifier {
    fn of_pem(pem: &PemContent) -> Self {
        let text = std::str::from_utf8(pem.as_bytes()).unwrap_or_default();
        DerCertificate::from_pem(text)
            .map(Self::Certificate)
            .or_else(|_| DerPublicKey::from_pem(text).map(Self::Key))
            .unwrap_or(Self::Unreadable)
    }

    /// Whether it is the bundle's signer.
    fn is(&self, signer: &Identity) -> Result<(), &'static str> {
        match (self, signer) {
            (Self::Certificate(logged), Identity::Certificate { der, .. })
                if logged.as_bytes() == der =>
            {
                Ok(())
            }
            (Self::Key(logged), Identity::Key(_)) if logged.as_bytes() == signer.key() => Ok(()),
            (_, Identity::Certificate { .. }) => Err("certificate"),
            (_, Identity::Key(_)) => Err("key"),
        }
    }
}

fn hashed_record(
    body: &RekorEntryBody,
    content: &Content<'_>,
    digests: &Digests<'_>,
) -> Result<Logged, Flaw> {
    let expected = match content {
        Content::Envelope { payload_type, payload } => {
            Sha256::of(&pae(payload_type, payload)).0.to_vec()
        }
        Content::Message { .. } => {
            digests.get(HashAlgorithm::Sha2256).ok_or(Flaw::NoDigest)?.into_owned()
        }
    };
    let (digest, logged) = match body {
        RekorEntryBody::HashedRekordV001(record) => {
            let hash = &record.spec.data.hash;
            if hash.algorithm != HashAlgorithm::Sha2256 {
                return Err("algorithm".into());
            }
            let signature = &record.spec.signature;
            let verifier = Verifier::of_pem(&signature.public_key.content);
            let signature = signature.content.as_bytes().to_vec();
            (hash.value.decode().map_err(|_| MALFORMED)?, Logged { signature, verifier })
        }
        RekorEntryBody::HashedRekordV002(record) => {
            let record = &record.spec.hashed_rekord_v002;
            if record.data.algorithm != HashAlgorithm::Sha2256 {
                return Err("algorithm".into());
            }
            let verifier = &record.signature.verifier;
            let verifier = match (&verifier.x509_certificate, &verifier.public_key) {
                (Some(certificate), None) => Verifier::Certificate(certificate.raw_bytes.clone()),
                (None, Some(key)) => Verifier::Key(key.raw_bytes.clone()),
                _ => Verifier::Unreadable,
            };
            let signature = record.signature.content.as_bytes().to_vec();
            (record.data.digest.as_bytes().to_vec(), Logged { signature, verifier })
        }
        _ => return Err("kind".into()),
    };
    if digest != expected {
        return Err("digest".into());
    }
    Ok(logged)
}

fn envelope(body: &RekorEntryBody, payload: &[u8]) -> Result<Logged, Flaw> {
    let RekorEntryBody::DsseV001(body) = body else { return Err("kind".into()) };
    let hash = &body.spec.payload_hash;
    if hash.algorithm != HashAlgorithm::Sha2256 {
        return Err("algorithm".into());
    }
    if hash.value != Sha256::of(payload).to_string() {
        return Err("digest".into());
    }
    let [signature] = body.spec.signatures.as_slice() else {
        return Err("not-exactly-one-signature".into());
    };
    let verifier = Verifier::of_pem(&signature.verifier);
    Ok(Logged { signature: signature.signature.as_bytes().to_vec(), verifier })
}

fn statement(body: &RekorEntryBody, payload_type: &str, payload: &[u8]) -> Result<Logged, Flaw> {
    let RekorEntryBody::IntotoV002(body) = body else { return Err("kind".into()) };
    let content = &body.spec.content;
    if content.payload_hash.algorithm != HashAlgorithm::Sha2256 {
        return Err("algorithm".into());
    }
    let hash = content.payload_hash.value.decode().map_err(|_| MALFORMED)?;
    if hash != Sha256::of(payload).0 {
        return Err("digest".into());
    }
    if content.envelope.payload_type != payload_type {
        return Err("payload-type".into());
    }
    let [signature] = content.envelope.signatures.as_slice() else {
        return Err("not-exactly-one-signature".into());
    };
    // This kind of entry has its signature in base64 twice.
    let inner = STANDARD.decode(signature.sig.as_bytes()).map_err(|_| MALFORMED)?;
    let verifier = Verifier::of_pem(&signature.public_key);
    Ok(Logged { signature: inner, verifier })
}

//! Who signed: the bundle's certificate, or a key that the reader named.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sigstore_types::DerPublicKey;

use super::content::{self, Digests};
use super::root::TrustedRoot;
use super::{certificate, sct};
use crate::builds::sigstore::parse::{Bundle, SigningCertificate};
use crate::digest::Sha256;
use crate::error::Error;
use crate::span::Span;

use crate::finding::{Check, Finding, Outcome, Value, Why};

/// A public key that the reader lets sign without a certificate.
///
/// It names nobody: whose key it is, is what the reader knows beside the bundle.
#[derive(Clone, Debug)]
pub struct ManagedKey(pub(super) DerPublicKey);

impl ManagedKey {
    /// Reads a key: PEM, `PUBLIC KEY`.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is no such PEM, [`Error::Unsupported`] for a kind of key that
    /// no signature is checked with.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, Error> {
        const WHAT: &str = "managed key";
        let whole = Span::new(0, pem.len());
        let key = DerPublicKey::from_pem(pem)
            .map_err(|error| Error::malformed(WHAT, whole, error.to_string()))?;
        match sigstore_crypto::KeyAlgorithm::from_spki(&key) {
            Ok(_) => Ok(Self(key)),
            Err(error) => Err(Error::unsupported(WHAT, error.to_string(), whole)),
        }
    }

    /// SHA-256 of its `SubjectPublicKeyInfo`, DER.
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.0.as_bytes())
    }

    /// Whether `hint` is its SHA-256, in one of the forms that signers write into a bundle.
    fn is_called(&self, hint: &str) -> bool {
        let sha256 = self.sha256();
        let encoded = STANDARD.encode(sha256.0);
        let text = hint.strip_prefix("SHA256:").unwrap_or(hint);
        text == sha256.to_string() || text.trim_end_matches('=') == encoded.trim_end_matches('=')
    }
}

/// What later steps need to know about the signer.
pub(super) struct Signer {
    pub(super) identity: Option<Identity>,
    /// The check to blame when there is none.
    pub(super) blame: &'static Check,
}

/// The signer as far as it could be read.
pub(super) enum Identity {
    /// The bundle's certificate.
    Certificate {
        /// What it says.
        certificate: Box<SigningCertificate>,
        /// Its bytes.
        der: Vec<u8>,
    },
    /// One of the reader's keys.
    Key(ManagedKey),
}

impl Identity {
    /// The signer's key: `SubjectPublicKeyInfo`, DER.
    pub(super) fn key(&self) -> &[u8] {
        match self {
            Self::Certificate { certificate, .. } => certificate.key(),
            Self::Key(key) => key.0.as_bytes(),
        }
    }
}

/// The key of the reader's that made the bundle's signature. The bundle's hint chooses none: when
/// no key fits, it tells a changed bundle from one by a key that nobody named.
pub(super) fn key(
    bundle: &Bundle,
    keys: &[ManagedKey],
    digests: &Digests<'_>,
) -> (Vec<Finding>, Signer) {
    use crate::builds::sigstore::checks::{
        SIGSTORE_CERTIFICATE_CHAIN, SIGSTORE_CERTIFICATE_PROFILE, SIGSTORE_CERTIFICATE_VALIDITY,
        SIGSTORE_KEY, SIGSTORE_SCT,
    };
    let hint = bundle.key_hint().unwrap_or_default();
    let answers: Vec<(&ManagedKey, Finding)> = keys
        .iter()
        .map(|key| (key, content::signature(bundle, key.0.as_bytes(), digests)))
        .collect();
    let signed = answers.iter().find(|(_, finding)| finding.passed());
    let open = answers.iter().any(|(_, finding)| matches!(finding.outcome, Outcome::Unknown(_)));
    let finding = match signed {
        Some((key, _)) => Finding::pass(&SIGSTORE_KEY).actual(Value::hex(key.sha256().0)),
        None if open => Finding::unknown(&SIGSTORE_KEY, Why::NotFetched),
        None if keys.iter().any(|key| key.is_called(hint)) => {
            Finding::fail(&SIGSTORE_KEY, "not-by-this-key").actual(hint)
        }
        None if hint.is_empty() => Finding::no_reference(&SIGSTORE_KEY),
        None => Finding::no_reference(&SIGSTORE_KEY).actual(hint),
    };
    let mut findings = [
        &SIGSTORE_CERTIFICATE_CHAIN,
        &SIGSTORE_CERTIFICATE_VALIDITY,
        &SIGSTORE_CERTIFICATE_PROFILE,
        &SIGSTORE_SCT,
    ]
    .map(|check| Finding::unknown(check, Why::NotApplicable))
    .to_vec();
    findings.push(finding);
    let identity = signed.map(|(key, _)| Identity::Key((*key).clone()));
    (findings, Signer { identity, blame: &SIGSTORE_KEY })
}

/// The bundle's certificate at each of `times`.
pub(super) fn certificate(
    bundle: &Bundle,
    root: &TrustedRoot,
    times: &[Timestamp],
) -> (Vec<Finding>, Signer) {
    use crate::builds::sigstore::checks::{
        SIGSTORE_BUNDLE, SIGSTORE_CERTIFICATE_CHAIN, SIGSTORE_CERTIFICATE_PROFILE,
        SIGSTORE_CERTIFICATE_VALIDITY, SIGSTORE_KEY, SIGSTORE_SCT, SIGSTORE_TIME,
    };
    let no_key = Finding::unknown(&SIGSTORE_KEY, Why::NotApplicable);
    let Some(der) = bundle.certificate() else {
        let mut findings = [
            &SIGSTORE_CERTIFICATE_CHAIN,
            &SIGSTORE_CERTIFICATE_VALIDITY,
            &SIGSTORE_CERTIFICATE_PROFILE,
            &SIGSTORE_SCT,
        ]
        .map(|check| Finding::blocked(check, &SIGSTORE_BUNDLE))
        .to_vec();
        findings.push(no_key);
        return (findings, Signer { identity: None, blame: &SIGSTORE_BUNDLE });
    };
    let certificate = match SigningCertificate::parse(der) {
        Ok(certificate) => certificate,
        Err(error) => {
            let blame = &SIGSTORE_CERTIFICATE_PROFILE;
            let mut unreadable =
                Finding::fail(blame, error.code()).actual(error.to_string().as_str());
            if let Some(span) = error.span() {
                unreadable = unreadable.within("sigstore-certificate", span);
            }
            let findings = vec![
                Finding::blocked(&SIGSTORE_CERTIFICATE_CHAIN, blame),
                Finding::blocked(&SIGSTORE_CERTIFICATE_VALIDITY, blame),
                unreadable,
                Finding::blocked(&SIGSTORE_SCT, blame),
                no_key,
            ];
            return (findings, Signer { identity: None, blame });
        }
    };
    let validity = if times.is_empty() {
        Finding::blocked(&SIGSTORE_CERTIFICATE_VALIDITY, &SIGSTORE_TIME)
    } else {
        certificate::validity(&certificate, times)
    };
    let is_simulated =
        root.is_of_vendor() && !root.has_issued(der) && TrustedRoot::is_of_simulation(der);
    let (chain, issuer) = if is_simulated {
        (Finding::fail(&SIGSTORE_CERTIFICATE_CHAIN, "simulated"), None)
    } else if times.is_empty() {
        (Finding::blocked(&SIGSTORE_CERTIFICATE_CHAIN, &SIGSTORE_TIME), None)
    } else if !validity.passed() {
        (Finding::blocked(&SIGSTORE_CERTIFICATE_CHAIN, &SIGSTORE_CERTIFICATE_VALIDITY), None)
    } else {
        certificate::chain(der, root, times)
    };
    let sct = match issuer {
        Some(issuer) => sct::examine(der, &issuer, root),
        None => Finding::blocked(&SIGSTORE_SCT, &SIGSTORE_CERTIFICATE_CHAIN),
    };
    let profile = certificate::profile(&certificate);
    let mut findings = [chain, validity, profile, sct]
        .map(|finding| finding.at("sigstore-certificate", 0, der.len()))
        .to_vec();
    findings.push(no_key);
    let identity = Identity::Certificate { certificate: Box::new(certificate), der: der.to_vec() };
    (findings, Signer { identity: Some(identity), blame: &SIGSTORE_CERTIFICATE_PROFILE })
}

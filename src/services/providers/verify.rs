//! The process's signature over its own text.

use super::checks;
use super::parse::{Certificate, Transcript};
use crate::crypto::{self, Algorithm, Hash, Message, Signature};
use crate::error::Error;
use crate::finding::{Examined, Finding, Promise};

/// A text that the holder of the provider's key signed.
///
/// Shown: exactly these bytes were signed by the key that the certificate names. Not shown: whose
/// key it is, where it lives, and that the words are true.
#[derive(Clone, Debug)]
pub(crate) struct VerifiedTranscript(Transcript);

impl VerifiedTranscript {
    /// What was signed.
    pub(crate) const fn transcript(&self) -> &Transcript {
        &self.0
    }
}

const PROMISE: Promise = Promise {
    holds: &[&checks::PROCESS_TRANSCRIPT, &checks::PROCESS_SIGNATURE],
    where_it_applies: &[],
};

/// Verifies the signature of `certificate` over its transcript.
pub(crate) fn verify(certificate: &Certificate) -> Examined<VerifiedTranscript> {
    let transcript = Transcript::parse(certificate.signed());
    let form = match &transcript {
        Ok(_) => Finding::pass(&checks::PROCESS_TRANSCRIPT),
        Err(error) => malformed(error),
    };
    let findings = vec![form, signature(certificate)];
    let transcript = transcript.ok();
    let verified = PROMISE.keep(&findings, || transcript.map(VerifiedTranscript)).flatten();
    Examined { findings, verified }
}

fn malformed(error: &Error) -> Finding {
    Finding::fail(&checks::PROCESS_TRANSCRIPT, "malformed").actual(error.to_string())
}

fn signature(certificate: &Certificate) -> Finding {
    let check = &checks::PROCESS_SIGNATURE;
    let (Some(point), Some(signature)) = (certificate.point(), certificate.signature()) else {
        return Finding::fail(check, "malformed");
    };
    let signed = crypto::verify(
        Algorithm::EcdsaP256(Hash::Sha256),
        &point,
        Message::Bytes(certificate.signed()),
        Signature::Asn1(&signature),
    );
    Finding::test(check, signed.is_ok(), "bad-signature")
}

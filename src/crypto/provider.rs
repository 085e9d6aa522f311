//! The crypto provider that the Sigstore crates ask, as a thin shim over [`super::verify`].
//!
//! sigstore-crypto has one provider slot for the whole process. It is filled here once; when
//! another library has filled it before, that is an error and not a second engine.

use std::fmt;

use sha2::Digest as _;
use sigstore_crypto::{
    CryptoProvider, Error, HashContext, SigningScheme, install_default_provider,
    try_default_provider,
};
use sigstore_types::HashAlgorithm;

use super::{Algorithm, Hash, Message, Signature};

/// Another library of this process has put its own engine into the one provider slot, so
/// answers of the Sigstore crates would not be this crate's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignProvider;

impl fmt::Display for ForeignProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another library has installed its own crypto provider for Sigstore")
    }
}

/// Makes the Sigstore crates ask this crate's engine. Any number of calls from any number of
/// threads have the effect of one.
pub(crate) fn install() -> Result<(), ForeignProvider> {
    // The refusal is the slot saying that it is taken; whose it is, is read back below.
    let _ = install_default_provider(&PROVIDER);
    match try_default_provider() {
        Some(provider) if std::ptr::addr_eq(provider, &PROVIDER) => Ok(()),
        _ => Err(ForeignProvider),
    }
}

static PROVIDER: Provider = Provider { name: "silicon-to-source" };

/// Has a field so that its address is its own.
#[derive(Debug)]
struct Provider {
    name: &'static str,
}

impl CryptoProvider for Provider {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>, Error> {
        match algorithm {
            HashAlgorithm::Sha2256 => Ok(Box::new(Context(sha2::Sha256::new()))),
            HashAlgorithm::Sha2384 => Ok(Box::new(Context(sha2::Sha384::new()))),
            HashAlgorithm::Sha2512 => Ok(Box::new(Context(sha2::Sha512::new()))),
            other => Err(self.unsupported(&other.to_string())),
        }
    }

    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        crate::digest::Sha256::of(data).0
    }

    fn sha384(&self, data: &[u8]) -> [u8; 48] {
        crate::digest::Sha384::of(data).0
    }

    fn sha512(&self, data: &[u8]) -> [u8; 64] {
        crate::digest::Sha512::of(data).0
    }

    fn verify_raw(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        data: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        self.verify(scheme, key, Message::Bytes(data), signature)
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        digest: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        self.verify(scheme, key, Message::Digest(digest), signature)
    }
}

impl Provider {
    fn verify(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        message: Message<'_>,
        signature: &[u8],
    ) -> Result<(), Error> {
        let algorithm = algorithm(scheme).ok_or_else(|| self.unsupported(scheme.name()))?;
        let signature = match algorithm {
            Algorithm::EcdsaP256(_) | Algorithm::EcdsaP384(_) => Signature::Asn1(signature),
            Algorithm::Ed25519
            | Algorithm::Ethereum
            | Algorithm::RsaPkcs1(_)
            | Algorithm::RsaPss(_) => Signature::Octets(signature),
        };
        super::verify(algorithm, key, message, signature)
            .map_err(|_| Error::Verification(format!("{} signature invalid", scheme.name())))
    }

    fn unsupported(&self, what: &str) -> Error {
        Error::UnsupportedAlgorithm(format!("{what} is not known to {}", self.name))
    }
}

const fn algorithm(scheme: SigningScheme) -> Option<Algorithm> {
    Some(match scheme {
        SigningScheme::EcdsaP256Sha256 => Algorithm::EcdsaP256(Hash::Sha256),
        SigningScheme::EcdsaP256Sha384 => Algorithm::EcdsaP256(Hash::Sha384),
        SigningScheme::EcdsaP384Sha256 => Algorithm::EcdsaP384(Hash::Sha256),
        SigningScheme::EcdsaP384Sha384 => Algorithm::EcdsaP384(Hash::Sha384),
        SigningScheme::Ed25519 => Algorithm::Ed25519,
        SigningScheme::RsaPssSha256 => Algorithm::RsaPss(Hash::Sha256),
        SigningScheme::RsaPssSha384 => Algorithm::RsaPss(Hash::Sha384),
        SigningScheme::RsaPssSha512 => Algorithm::RsaPss(Hash::Sha512),
        SigningScheme::RsaPkcs1Sha256 => Algorithm::RsaPkcs1(Hash::Sha256),
        SigningScheme::RsaPkcs1Sha384 => Algorithm::RsaPkcs1(Hash::Sha384),
        SigningScheme::RsaPkcs1Sha512 => Algorithm::RsaPkcs1(Hash::Sha512),
        _ => return None,
    })
}

struct Context<D>(D);

impl<D: sha2::Digest + Send> HashContext for Context<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_is_installed_once_by_many_threads() {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_eq!(install(), Ok(())));
            }
        });
        assert_eq!(install(), Ok(()));
    }

    #[test]
    fn streamed_digest_of_abc_is_that_of_fips_180() {
        let mut context = PROVIDER.hash(HashAlgorithm::Sha2256).unwrap();
        context.update(b"a");
        context.update(b"bc");
        assert_eq!(
            hex::encode(context.finalize()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn ml_dsa_is_refused_as_unsupported() {
        let answer = PROVIDER.verify_raw(SigningScheme::MlDsa65, &[], &[], &[]);
        assert!(matches!(answer, Err(Error::UnsupportedAlgorithm(_))), "{answer:?}");
    }
}

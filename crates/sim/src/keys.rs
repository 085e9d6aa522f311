//! The fixed keys of the simulated PKI. Their private halves are public on purpose.

use std::sync::OnceLock;

use base64::Engine as _;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::BoxedUint;
use rsa::traits::PublicKeyParts as _;
use silicon_to_source::digest::Sha256;
use x509_cert::der::asn1::ObjectIdentifier;

use super::der::{self, BIT_STRING, INTEGER, SEQUENCE, tlv};
use super::signature::{self, Algorithm};

macro_rules! keys {
    ($($name:ident, $curve:ident, $file:literal, $what:literal;)*) => {
        /// A key of the simulated PKI.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Key {
            $(#[doc = $what] $name,)*
        }

        impl Key {
            fn loaded(self) -> &'static Loaded {
                match self {
                    $(Self::$name => {
                        static KEY: OnceLock<Loaded> = OnceLock::new();
                        KEY.get_or_init(|| Loaded::$curve(&private_key(include_str!($file))))
                    })*
                }
            }
        }
    };
}

keys! {
    Ark, rsa, "keys/amd-ark.pem", "The AMD root key (ARK) of every product, RSA-4096.";
    Ask, rsa, "keys/amd-ask.pem", "The AMD SEV signing key (ASK) of every product, RSA-4096.";
    Asvk, rsa, "keys/amd-asvk.pem", "The AMD SEV VLEK signing key (ASVK) of every product, RSA-4096.";
    Vcek, p384, "keys/amd-vcek.pem", "A chip's key (VCEK), P-384.";
    Vlek, p384, "keys/amd-vlek.pem", "A cloud provider's key (VLEK), P-384.";
    IntelRoot, p256, "keys/intel-root.pem", "Intel's root key, P-256.";
    IntelPlatformCa, p256, "keys/intel-pck-platform-ca.pem", "The PCK Platform CA's key, P-256.";
    IntelProcessorCa, p256, "keys/intel-pck-processor-ca.pem", "The PCK Processor CA's key, P-256.";
    IntelPck, p256, "keys/intel-pck.pem", "A platform's key (PCK), P-256.";
    IntelTcbSigning, p256, "keys/intel-tcb-signing.pem", "What signs TCB info and QE identities, P-256.";
    IntelAttestation, p256, "keys/intel-attestation-key.pem", "A quoting enclave's attestation key, P-256.";
    AwsNitroRoot, p384, "keys/aws-nitro-root.pem", "AWS's root key for Nitro enclaves, P-384.";
    AwsNitroCa, p384, "keys/aws-nitro-ca.pem", "The key of AWS's authorities below the root, P-384.";
    AwsNitroEnclave, p384, "keys/aws-nitro-enclave.pem", "What signs documents of an enclave, P-384.";
    AppleRoot, p384, "keys/apple-root.pem", "Apple's root key for managed devices, P-384.";
    AppleAuthority, p384, "keys/apple-authority.pem", "What issues the certificates of devices, P-384.";
    AppleDevice, p384, "keys/apple-device.pem", "The attested key of a device, P-384.";
    ProviderEnclave, p256, "keys/provider-enclave.pem", "The key of a provider, P-256.";
    GoogleTokenRoot, rsa, "keys/google-cs-root.pem", "The root key of Confidential Space tokens, RSA-2048.";
    GoogleTokenIntermediate, rsa, "keys/google-cs-intermediate.pem", "What issues the certificates of token keys, RSA-2048.";
    GoogleTokenSigner, rsa, "keys/google-cs-leaf.pem", "What signs Confidential Space tokens, RSA-2048.";
    EigenKms, rsa, "keys/eigen-kms.pem", "What signs tokens of EigenLabs' KMS, RSA-2048.";
    TrustAuthority, rsa, "keys/trust-authority.pem", "What signs tokens of Intel Trust Authority, RSA-3072.";
    NvidiaService, p384, "keys/nvidia-service.pem", "What signs tokens of NVIDIA's attestation service, P-384.";
    NvidiaRoot, p384, "keys/nvidia-root.pem", "NVIDIA's root key, P-384.";
    NvidiaAuthority, p384, "keys/nvidia-authority.pem", "What issues the certificates of GPUs, P-384.";
    NvidiaReference, p384, "keys/nvidia-reference.pem", "NVIDIA's root key for reference values, P-384.";
    NvidiaDevice, p384, "keys/nvidia-device.pem", "A GPU's key, P-384.";
    FulcioRoot, p384, "keys/fulcio-root.pem", "Fulcio's root key, P-384.";
    FulcioIntermediate, p384, "keys/fulcio-intermediate.pem", "Fulcio's issuing key, P-384.";
    FulcioLeaf, p256, "keys/fulcio-leaf.pem", "The one-time key of a build, P-256.";
    CtLog, p256, "keys/ct-log.pem", "The certificate transparency log's key, P-256.";
    CloudBuild, p256, "keys/cloud-build.pem", "Google Cloud Build's key, P-256.";
    Rekor, p256, "keys/rekor.pem", "Rekor v1's key, P-256.";
    RekorV2, ed25519, "keys/rekor-v2.pem", "Rekor v2's key, Ed25519.";
    TsaRoot, p384, "keys/tsa-root.pem", "The timestamp authority's root key, P-384.";
    Tsa, p384, "keys/tsa.pem", "The timestamp authority's key, P-384.";
    GitHubRoot, p384, "keys/github-root.pem", "The root key of the instance without logs, P-384.";
    GitHubFulcio, p384, "keys/github-fulcio.pem", "The issuing key of the instance without logs, P-384.";
    TlsCa, p384, "keys/tls-ca.pem", "The web certificate authority's key, P-384.";
    Tls, p384, "keys/tls.pem", "The enclave's TLS key, P-384.";
    GoogleVtpmRoot, p256, "keys/google-vtpm-root.pem", "The root key of virtual TPMs, P-256.";
    GoogleVtpmIntermediate, p256, "keys/google-vtpm-intermediate.pem", "What issues the certificates of attestation keys, P-256.";
    GoogleVtpmAttestation, p256, "keys/google-vtpm-ak.pem", "A virtual TPM's attestation key, P-256.";
    GoogleFirmwareRoot, rsa, "keys/google-firmware-root.pem", "The root key of endorsements of firmware, RSA-4096.";
    GoogleFirmwareIntermediate, rsa, "keys/google-firmware-intermediate.pem", "What could stand between that root and the signer, RSA-4096.";
    GoogleFirmwareSigner, rsa, "keys/google-firmware-signer.pem", "What signs endorsements of firmware, RSA-4096.";
    AzureVtpmAttestation, rsa, "keys/azure-vtpm-ak.pem", "The attestation key of the virtual TPM that a paravisor runs, RSA-2048.";
    NearSigning, ed25519, "keys/near-signing.pem", "The signing key of a NEAR AI gateway, Ed25519.";
    NearOther, ed25519, "keys/near-other.pem", "Another machine's signing key, Ed25519.";
    TufRootA, p256, "keys/tuf-root-a.pem", "The first key of the TUF roots, P-256.";
    TufRootB, p256, "keys/tuf-root-b.pem", "The second key of the TUF roots, P-256.";
    TufRootC, p256, "keys/tuf-root-c.pem", "The third key of the TUF roots, P-256.";
    TufOnline, p256, "keys/tuf-online.pem", "What signs TUF timestamps and snapshots, P-256.";
    StrangerP256, p256, "keys/stranger-p256.pem", "A P-256 key that belongs to nobody.";
    StrangerP384, p384, "keys/stranger-p384.pem", "A P-384 key that belongs to nobody.";
}

enum Loaded {
    Rsa(rsa::RsaPrivateKey),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Key {
    /// The algorithm with which this key soundly signs.
    pub fn algorithm(self) -> Algorithm {
        match self.loaded() {
            Loaded::Rsa(_) => signature::AMD,
            Loaded::P256(_) => Algorithm::EcdsaP256Sha256,
            Loaded::P384(_) => Algorithm::EcdsaP384Sha384,
            Loaded::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Signs `message`. RSA signatures are big-endian, ECDSA ones DER `SEQUENCE { r, s }`.
    ///
    /// # Panics
    /// When the key is of another kind than `algorithm`.
    pub fn sign(self, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        match (self.loaded(), algorithm) {
            (Loaded::Rsa(key), algorithm) => signature::rsa(key, algorithm, message),
            (Loaded::P256(key), Algorithm::EcdsaP256Sha256) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            (Loaded::P256(key), Algorithm::EcdsaP256Sha384) => {
                let digest = signature::Hash::Sha384.digest(message);
                let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).unwrap();
                signature.to_der().as_bytes().to_vec()
            }
            (Loaded::P384(key), Algorithm::EcdsaP384Sha384) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            (Loaded::Ed25519(key), Algorithm::Ed25519) => key.sign(message).to_bytes().to_vec(),
            (Loaded::P256(_) | Loaded::P384(_) | Loaded::Ed25519(_), _) => {
                panic!("the key is of another kind")
            }
        }
    }

    /// R and S of a P-384 signature over `message` with SHA-384, each 48 bytes, big-endian.
    ///
    /// # Panics
    /// When the key is not a P-384 key.
    pub fn sign_p384(self, message: &[u8]) -> ([u8; 48], [u8; 48]) {
        let Loaded::P384(key) = self.loaded() else { panic!("not a P-384 key") };
        let signature: p384::ecdsa::Signature = key.sign(message);
        let (r, s) = signature.split_bytes();
        (r.into(), s.into())
    }

    /// R and S of a P-256 signature over `message` with SHA-256, each 32 bytes, big-endian.
    ///
    /// # Panics
    /// When the key is not a P-256 key.
    pub fn sign_p256(self, message: &[u8]) -> [u8; 64] {
        let Loaded::P256(key) = self.loaded() else { panic!("not a P-256 key") };
        let signature: p256::ecdsa::Signature = key.sign(message);
        signature.to_bytes().into()
    }

    /// The content of subjectPublicKey: an RSAPublicKey, an uncompressed point, or 32 bytes.
    pub fn public(self) -> Vec<u8> {
        match self.loaded() {
            Loaded::Rsa(key) => {
                let modulus = der::integer(&key.n_bytes());
                tlv(SEQUENCE, &[&modulus, &der::integer(&key.e_bytes())])
            }
            Loaded::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Loaded::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Loaded::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }

    /// SubjectPublicKeyInfo in DER.
    pub fn spki(self) -> Vec<u8> {
        let oid = |text| der::oid(ObjectIdentifier::new_unwrap(text));
        let algorithm = match self.loaded() {
            Loaded::Rsa(_) => [oid("1.2.840.113549.1.1.1"), vec![5, 0]],
            Loaded::P256(_) => [oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")],
            Loaded::P384(_) => [oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")],
            Loaded::Ed25519(_) => [oid("1.3.101.112"), Vec::new()],
        };
        let algorithm = tlv(SEQUENCE, &[&algorithm.concat()]);
        tlv(SEQUENCE, &[&algorithm, &tlv(BIT_STRING, &[&[0], &self.public()])])
    }

    /// A log id: SHA-256 of the SubjectPublicKeyInfo (RFC 6962 section 3.2, Rekor v1).
    pub fn log_id(self) -> Sha256 {
        Sha256::of(&self.spki())
    }

    /// A key identifier: the first 20 bytes of SHA-256 of the public key (RFC 7093 section 2,
    /// method 1).
    pub fn identifier(self) -> Vec<u8> {
        Sha256::of(&self.public()).0[..20].to_vec()
    }

    /// A key of the same kind that has nothing to do with this one.
    pub fn stranger(self) -> Self {
        match (self.loaded(), self) {
            (Loaded::Rsa(_), Self::Asvk) => Self::Ask,
            (Loaded::Rsa(_), _) => Self::Asvk,
            (Loaded::P256(_), _) => Self::StrangerP256,
            (Loaded::P384(_), _) => Self::StrangerP384,
            (Loaded::Ed25519(_), _) => panic!("there is one key of this kind"),
        }
    }
}

impl Loaded {
    fn rsa(private: &[u8]) -> Self {
        let parts = der::sequence(private);
        let [_, n, e, d, p, q, ..] = parts.as_slice() else { panic!("RFC 8017 appendix A.1.2") };
        let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(unsigned(bytes));
        let primes = vec![number(p), number(q)];
        Self::Rsa(
            rsa::RsaPrivateKey::from_components(number(n), number(e), number(d), primes).unwrap(),
        )
    }

    fn p256(private: &[u8]) -> Self {
        let scalar = &der::sequence(private)[1];
        Self::P256(p256::ecdsa::SigningKey::from_slice(scalar).unwrap())
    }

    fn p384(private: &[u8]) -> Self {
        let scalar = &der::sequence(private)[1];
        Self::P384(p384::ecdsa::SigningKey::from_slice(scalar).unwrap())
    }

    /// CurvePrivateKey: an OCTET STRING of 32 bytes (RFC 8410 section 7).
    fn ed25519(private: &[u8]) -> Self {
        let [4, 32, seed @ ..] = private else { panic!("RFC 8410") };
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed.try_into().unwrap()))
    }
}

/// An INTEGER's content without its sign byte.
fn unsigned(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(&[0]).unwrap_or(bytes)
}

/// The privateKey of a PKCS#8 PEM file (RFC 5958 section 2).
fn private_key(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let document = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    assert_eq!(document.first(), Some(&SEQUENCE));
    let [version, _, private, ..] = &der::sequence(&document)[..] else { panic!("RFC 5958") };
    assert_eq!(der::tlv(INTEGER, &[version]), [2, 1, 0]);
    private.clone()
}

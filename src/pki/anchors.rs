//! The pinned roots: where every chain begins. A root inside evidence is never one of these.

use serde::Deserialize;

use super::Cert;
use crate::digest::Sha256;
use crate::error::Error;

/// Which roots a chain may begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Roots {
    /// The vendors' published roots.
    #[default]
    Vendor,
    /// The simulated vendors of this project's own demonstrations and tests. Nothing that is
    /// verified under them says anything about a real machine.
    Simulated,
}

/// AMD's root for one product line, and the signing key below it as AMD publishes it; or a root
/// that a policy names in its place.
#[derive(Clone, Copy, Debug)]
pub struct AmdAnchor<'p> {
    /// The AMD Root Key certificate (ARK), DER.
    pub ark: &'p [u8],
    /// The AMD SEV Key certificate (ASK), DER. Shipped for convenience; it is verified like a
    /// supplied one. Empty where the policy names the root.
    pub ask: &'static [u8],
    /// Whether the root counts because the policy names it.
    pub(crate) is_named: bool,
    /// The common name of the ARK.
    pub(crate) ark_name: &'static str,
    /// The common name of the ASK.
    pub(crate) ask_name: &'static str,
    /// The common name of the key that signs VLEKs (ASVK).
    pub(crate) asvk_name: &'static str,
}

macro_rules! amd {
    ($folder:literal, $file:literal, $name:literal) => {
        AmdAnchor {
            ark: include_bytes!(concat!($folder, "/ark-", $file, ".der")),
            ask: include_bytes!(concat!($folder, "/ask-", $file, ".der")),
            is_named: false,
            ark_name: concat!("ARK-", $name),
            ask_name: concat!("SEV-", $name),
            asvk_name: concat!("SEV-VLEK-", $name),
        }
    };
}

/// Milan's anchor.
pub static AMD_MILAN: AmdAnchor<'static> = amd!("amd", "milan", "Milan");
/// Genoa's anchor; Bergamo and Siena chips use it too.
pub static AMD_GENOA: AmdAnchor<'static> = amd!("amd", "genoa", "Genoa");
/// Turin's anchor.
pub static AMD_TURIN: AmdAnchor<'static> = amd!("amd", "turin", "Turin");

/// Intel's root for SGX and TDX.
#[derive(Clone, Copy, Debug)]
pub struct IntelAnchor {
    /// The Intel SGX Root CA certificate, DER.
    pub root: &'static [u8],
}

/// Intel's anchor.
pub static INTEL: IntelAnchor = IntelAnchor { root: include_bytes!("intel/root.der") };

/// AWS's root for Nitro enclaves.
#[derive(Clone, Copy, Debug)]
pub struct AwsAnchor {
    /// The certificate of `aws.nitro-enclaves`, DER.
    pub root: &'static [u8],
}

/// AWS's anchor.
pub static AWS: AwsAnchor = AwsAnchor { root: include_bytes!("aws/nitro-root.der") };

/// AWS's anchor among `roots`.
pub const fn aws(roots: Roots) -> &'static AwsAnchor {
    match roots {
        Roots::Vendor => &AWS,
        Roots::Simulated => &simulated::AWS,
    }
}

/// Intel's anchor among `roots`.
pub const fn intel(roots: Roots) -> &'static IntelAnchor {
    match roots {
        Roots::Vendor => &INTEL,
        Roots::Simulated => &simulated::INTEL,
    }
}

/// Google's root for the certificates of Confidential Space tokens.
#[derive(Clone, Copy, Debug)]
pub struct GoogleAnchor {
    /// The Confidential Space Root CA certificate, DER.
    pub root: &'static [u8],
}

/// Google's anchor for Confidential Space tokens.
pub static GOOGLE_CONFIDENTIAL_SPACE: GoogleAnchor =
    GoogleAnchor { root: include_bytes!("google/confidential-space-root.der") };

/// Google's anchors for the attestation keys of its virtual TPMs.
pub static GOOGLE_VTPM: [GoogleAnchor; 2] = [
    GoogleAnchor { root: include_bytes!("google/ek-ak-root.der") },
    GoogleAnchor { root: include_bytes!("google/tpm-ek-root-1.der") },
];

/// Google's anchors for virtual TPMs among `roots`.
pub(crate) const fn google_vtpm(roots: Roots) -> &'static [GoogleAnchor] {
    match roots {
        Roots::Vendor => &GOOGLE_VTPM,
        Roots::Simulated => &simulated::GOOGLE_VTPM,
    }
}

/// Google's anchor for Confidential Space tokens among `roots`.
pub(crate) const fn google_confidential_space(roots: Roots) -> &'static GoogleAnchor {
    match roots {
        Roots::Vendor => &GOOGLE_CONFIDENTIAL_SPACE,
        Roots::Simulated => &simulated::GOOGLE_CONFIDENTIAL_SPACE,
    }
}

impl GoogleAnchor {
    /// The parsed root.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn root(&self) -> Result<Cert<'static>, Error> {
        Cert::parse("pinned certificate of Google's", self.root)
    }
}

/// NVIDIA's root for the certificates of GPUs.
#[derive(Clone, Copy, Debug)]
pub struct NvidiaAnchor {
    /// The NVIDIA Device Identity CA certificate, DER.
    pub root: &'static [u8],
    /// The NVIDIA CoRIM signing Root CA certificate, DER: above whoever signs reference values.
    pub reference: &'static [u8],
}

/// NVIDIA's anchor.
pub static NVIDIA: NvidiaAnchor = NvidiaAnchor {
    root: include_bytes!("nvidia/device-identity-root.der"),
    reference: include_bytes!("nvidia/reference-root.der"),
};

/// NVIDIA's anchor among `roots`.
pub const fn nvidia(roots: Roots) -> &'static NvidiaAnchor {
    match roots {
        Roots::Vendor => &NVIDIA,
        Roots::Simulated => &simulated::NVIDIA,
    }
}

impl NvidiaAnchor {
    /// The parsed root.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn root(&self) -> Result<Cert<'static>, Error> {
        Cert::parse("pinned NVIDIA Device Identity CA", self.root)
    }

    /// The parsed root of reference values.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn reference_root(&self) -> Result<Cert<'static>, Error> {
        Cert::parse("pinned NVIDIA CoRIM signing Root CA", self.reference)
    }
}

/// Apple's root for the certificates of managed devices.
#[derive(Clone, Copy, Debug)]
pub struct AppleAnchor {
    /// The Apple Enterprise Attestation Root CA certificate, DER.
    pub root: &'static [u8],
}

/// Apple's anchor.
pub static APPLE: AppleAnchor =
    AppleAnchor { root: include_bytes!("apple/enterprise-attestation-root.der") };

/// Apple's anchor among `roots`.
pub(crate) const fn apple(roots: Roots) -> &'static AppleAnchor {
    match roots {
        Roots::Vendor => &APPLE,
        Roots::Simulated => &simulated::APPLE,
    }
}

impl AppleAnchor {
    /// The parsed root.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn root(&self) -> Result<Cert<'static>, Error> {
        Cert::parse("pinned Apple Enterprise Attestation Root CA", self.root)
    }

    /// SHA-256 of the root certificate.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(self.root)
    }
}

/// The simulated vendors: certificates whose private keys are published with the source of this
/// project. They count only under a policy that asks for them.
pub(crate) mod simulated {
    use super::{AmdAnchor, AppleAnchor, AwsAnchor, GoogleAnchor, IntelAnchor, NvidiaAnchor};
    use crate::digest::Sha256;

    /// Simulated Apple.
    pub(crate) static APPLE: AppleAnchor =
        AppleAnchor { root: include_bytes!("simulated/apple-root.der") };
    /// Simulated AWS.
    pub(crate) static AWS: AwsAnchor =
        AwsAnchor { root: include_bytes!("simulated/aws-nitro-root.der") };
    /// Simulated Intel.
    pub(crate) static INTEL: IntelAnchor =
        IntelAnchor { root: include_bytes!("simulated/intel-root.der") };
    /// Simulated Google.
    pub(crate) static GOOGLE_CONFIDENTIAL_SPACE: GoogleAnchor =
        GoogleAnchor { root: include_bytes!("simulated/confidential-space-root.der") };
    /// Simulated Google, for virtual TPMs.
    pub(crate) static GOOGLE_VTPM: [GoogleAnchor; 1] =
        [GoogleAnchor { root: include_bytes!("simulated/google-vtpm-root.der") }];
    /// Simulated NVIDIA.
    pub(crate) static NVIDIA: NvidiaAnchor = NvidiaAnchor {
        root: include_bytes!("simulated/nvidia-root.der"),
        reference: include_bytes!("simulated/nvidia-reference-root.der"),
    };
    /// Simulated Milan.
    pub(crate) static MILAN: AmdAnchor<'static> = amd!("simulated", "milan", "Milan");
    /// Simulated Genoa.
    pub(crate) static GENOA: AmdAnchor<'static> = amd!("simulated", "genoa", "Genoa");
    /// Simulated Turin.
    pub(crate) static TURIN: AmdAnchor<'static> = amd!("simulated", "turin", "Turin");

    /// Whether `sha256` is that of a simulated root, whose private key is published.
    pub(crate) fn is_root(sha256: Sha256) -> bool {
        let arks = [MILAN.ark, GENOA.ark, TURIN.ark];
        let others =
            [APPLE.root, AWS.root, INTEL.root, GOOGLE_CONFIDENTIAL_SPACE.root, NVIDIA.root]
                .into_iter()
                .chain([NVIDIA.reference]);
        let vtpm = GOOGLE_VTPM.iter().map(|anchor| anchor.root);
        arks.into_iter().chain(others).chain(vtpm).any(|root| Sha256::of(root) == sha256)
    }
}

impl<'p> AmdAnchor<'p> {
    /// The parsed root.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn root(&self) -> Result<Cert<'p>, Error> {
        Cert::parse("pinned ARK", self.ark)
    }

    /// SHA-256 of the root certificate.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(self.ark)
    }
}

impl IntelAnchor {
    /// The parsed root.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn root(&self) -> Result<Cert<'static>, Error> {
        Cert::parse("pinned Intel SGX Root CA", self.root)
    }

    /// SHA-256 of the root certificate.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(self.root)
    }
}

impl AwsAnchor {
    /// The parsed root.
    ///
    /// # Errors
    /// None for the shipped anchors: a test parses each.
    pub fn root(&self) -> Result<Cert<'static>, Error> {
        Cert::parse("pinned root of AWS Nitro enclaves", self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AMD's fingerprints as listed in `amd/README.md`.
    const PUBLISHED: [(&AmdAnchor<'_>, &str); 3] = [
        (&AMD_MILAN, "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd"),
        (&AMD_GENOA, "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1"),
        (&AMD_TURIN, "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a"),
    ];

    #[test]
    fn pinned_roots_have_the_published_fingerprints_and_sign_themselves() {
        for (anchor, fingerprint) in PUBLISHED {
            assert_eq!(anchor.fingerprint().to_string(), fingerprint);
            let root = anchor.root().unwrap();
            assert_eq!(root.common_name(), Some(anchor.ark_name));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
            let ask = Cert::parse("ASK", anchor.ask).unwrap();
            assert_eq!(ask.verify_signed_by(&root), Ok(()));
            assert_eq!(root.verify_signed_by(&ask), Err(crate::crypto::BadSignature));
        }
    }

    /// A simulated root that is missing there would have its evidence told without the mark.
    #[test]
    fn every_certificate_of_the_simulated_vendors_that_signs_itself_is_known_as_simulated() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pki/simulated");
        let mut roots = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let Ok(cert) = Cert::parse("root", &bytes) else { continue };
            if cert.verify_signed_by(&cert).is_ok() {
                assert!(simulated::is_root(Sha256::of(&bytes)), "{}", path.display());
                roots += 1;
            }
        }
        assert_eq!(roots, 10);
    }

    #[test]
    fn aws_roots_sign_themselves_and_the_pinned_one_has_the_published_fingerprint() {
        assert_eq!(
            Sha256::of(AWS.root).to_string(),
            "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b"
        );
        for anchor in [&AWS, &simulated::AWS] {
            let root = anchor.root().unwrap();
            assert_eq!(root.common_name(), Some("aws.nitro-enclaves"));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
        }
        let (real, simulated) = (AWS.root().unwrap(), simulated::AWS.root().unwrap());
        assert!(real.verify_signed_by(&simulated).is_err());
    }

    #[test]
    fn google_roots_sign_themselves_and_the_pinned_one_has_the_published_fingerprint() {
        assert_eq!(
            Sha256::of(GOOGLE_CONFIDENTIAL_SPACE.root).to_string(),
            "148b293821bb0c6a317f413c8ba475814091cb22d49b9e3c94198db8e8f86c39"
        );
        for anchor in [&GOOGLE_CONFIDENTIAL_SPACE, &simulated::GOOGLE_CONFIDENTIAL_SPACE] {
            let root = anchor.root().unwrap();
            assert_eq!(root.common_name(), Some("Confidential Space Root CA"));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
        }
    }

    #[test]
    fn nvidia_roots_sign_themselves_and_the_pinned_one_has_the_published_fingerprint() {
        assert_eq!(
            Sha256::of(NVIDIA.root).to_string(),
            "102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48"
        );
        assert_eq!(
            Sha256::of(NVIDIA.reference).to_string(),
            "12977b5115acb0381179279fffeb5a8c4d264971ebb32298023a465fa41df5d1"
        );
        for anchor in [&NVIDIA, &simulated::NVIDIA] {
            let root = anchor.root().unwrap();
            assert_eq!(root.common_name(), Some("NVIDIA Device Identity CA"));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
            let root = anchor.reference_root().unwrap();
            assert_eq!(root.common_name(), Some("NVIDIA CoRIM signing Root CA"));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
        }
    }

    #[test]
    fn apple_roots_sign_themselves_and_the_pinned_one_has_the_published_fingerprint() {
        assert_eq!(
            APPLE.fingerprint().to_string(),
            "ccf59ef8fcb3017d97f8b5fa6fa90e7a3f9283f76b55ac6cf6eda8b8b949f05b"
        );
        for anchor in [&APPLE, &simulated::APPLE] {
            let root = anchor.root().unwrap();
            assert_eq!(root.common_name(), Some("Apple Enterprise Attestation Root CA"));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
        }
        let (real, simulated) = (APPLE.root().unwrap(), simulated::APPLE.root().unwrap());
        assert!(real.verify_signed_by(&simulated).is_err());
    }

    #[test]
    fn intel_roots_sign_themselves_and_the_pinned_one_has_the_published_fingerprint() {
        assert_eq!(
            INTEL.fingerprint().to_string(),
            "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3"
        );
        for anchor in [&INTEL, &simulated::INTEL] {
            let root = anchor.root().unwrap();
            assert_eq!(root.common_name(), Some("Intel SGX Root CA"));
            assert_eq!(root.verify_signed_by(&root), Ok(()));
        }
        let (real, simulated) = (INTEL.root().unwrap(), simulated::INTEL.root().unwrap());
        assert!(real.verify_signed_by(&simulated).is_err());
        assert!(simulated.verify_signed_by(&real).is_err());
    }
}

//! The root, the two PCK authorities and the TCB signing certificate (Intel, "PCK Certificate and
//! Certificate Revocation List Profile Specification", revision 2.1, section 1.3).

use std::sync::OnceLock;

use silicon_to_source::time::Validity;

use crate::certificate::{
    CRL_SIGN, DIGITAL_SIGNATURE, KEY_CERT_SIGN, PathLength, Spoil, Template,
    authority_key_identifier, basic_constraints, crl_distribution_point, key_usage, simulated_name,
    subject_key_identifier,
};
use crate::keys::Key;
use crate::{AUTHORITY_VALIDITY, ENTITY_VALIDITY};

/// KeyUsage nonRepudiation, which Intel sets beside digitalSignature.
pub(super) const NON_REPUDIATION: u8 = 0x40;

/// What a certificate of Intel's is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The root.
    Root,
    /// Issues PCK certificates of platforms with more than one processor package.
    PlatformCa,
    /// Issues PCK certificates of single processors.
    ProcessorCa,
    /// Signs TCB info and QE identities.
    TcbSigning,
}

impl Role {
    /// The role's key.
    pub const fn key(self) -> Key {
        match self {
            Self::Root => Key::IntelRoot,
            Self::PlatformCa => Key::IntelPlatformCa,
            Self::ProcessorCa => Key::IntelProcessorCa,
            Self::TcbSigning => Key::IntelTcbSigning,
        }
    }

    /// The common name that verifiers expect.
    pub const fn common_name(self) -> &'static str {
        match self {
            Self::Root => "Intel SGX Root CA",
            Self::PlatformCa => "Intel SGX PCK Platform CA",
            Self::ProcessorCa => "Intel SGX PCK Processor CA",
            Self::TcbSigning => "Intel SGX TCB Signing",
        }
    }
}

/// The certificate of one [`Role`].
#[derive(Clone, Debug)]
pub struct AuthoritySpec {
    /// The role, which decides names, key and extensions.
    pub role: Role,
    /// notBefore and notAfter.
    pub validity: Validity,
    /// The serial number, big-endian.
    pub serial: Vec<u8>,
    /// The certified key.
    pub subject_key: Key,
    /// The key that signs.
    pub signer: Key,
    /// What is wrong.
    pub spoil: Option<Spoil>,
}

impl AuthoritySpec {
    /// A healthy certificate. The root is the one committed as
    /// `src/pki/simulated/intel-root.der`.
    pub fn new(role: Role) -> Self {
        let validity = match role {
            Role::Root | Role::PlatformCa | Role::ProcessorCa => AUTHORITY_VALIDITY,
            Role::TcbSigning => ENTITY_VALIDITY,
        };
        Self {
            role,
            validity,
            serial: positive(role.key().identifier()),
            subject_key: role.key(),
            signer: Key::IntelRoot,
            spoil: None,
        }
    }

    /// The certificate, spoiled and not signed yet.
    pub fn template(&self) -> Template {
        let mut template = Template::new(
            simulated_name(Role::Root.common_name()),
            simulated_name(self.role.common_name()),
            self.validity,
            self.subject_key,
            self.signer,
        );
        template.serial.clone_from(&self.serial);
        let (usage, constraints) = match self.role {
            Role::Root => (KEY_CERT_SIGN | CRL_SIGN, Some(PathLength::AtMost(1))),
            Role::PlatformCa | Role::ProcessorCa => {
                (KEY_CERT_SIGN | CRL_SIGN, Some(PathLength::AtMost(0)))
            }
            Role::TcbSigning => (DIGITAL_SIGNATURE | NON_REPUDIATION, None),
        };
        template.extensions = vec![
            authority_key_identifier(Key::IntelRoot),
            crl_distribution_point("https://pcs.simulated.example/IntelSGXRootCA.der"),
            subject_key_identifier(self.subject_key),
            key_usage(usage),
            basic_constraints(constraints),
        ];
        if let Some(spoil) = &self.spoil {
            template.spoil(spoil);
        }
        template
    }

    /// The signed certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        self.template().sign()
    }
}

/// The healthy certificate of `role`, in DER. Signed once per process.
pub fn authority(role: Role) -> &'static [u8] {
    static CACHE: [OnceLock<Vec<u8>>; 4] = [const { OnceLock::new() }; 4];
    CACHE[role as usize].get_or_init(|| AuthoritySpec::new(role).der())
}

/// A serial number whose first bit is zero, so that it is a positive INTEGER of the same length.
pub(super) fn positive(mut serial: Vec<u8>) -> Vec<u8> {
    serial[0] = serial[0] & 0x7f | 0x40;
    serial
}
